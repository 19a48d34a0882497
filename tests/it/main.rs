//! The one integration-test binary.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod broker;
mod kafka;
mod mock_faults;
mod nlp_parity;
mod stream_support;
