//! Facts over tokens to records over the text received. The one place where offsets and ids are made.
