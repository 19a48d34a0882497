//! Sizes and durations with units.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A number of bytes, written `65536`, `64KiB`, `8MiB` or `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub usize);

/// Reads a size. Decimal units (kB, MB) are refused: they are most often meant as binary ones.
pub fn parse_bytes(text: &str) -> Result<ByteSize, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err(format!("{text:?} is no size; write bytes or KiB, MiB, GiB, e.g. 8MiB")),
    };
    let number: usize = number.parse().map_err(|_| format!("{text:?} is no size; write e.g. 8MiB"))?;
    number.checked_mul(1 << shift).map(ByteSize).ok_or_else(|| format!("{text:?} is too large a size"))
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
            if self.0 >= 1 << shift && self.0.is_multiple_of(1 << shift) {
                return write!(f, "{}{unit}", self.0 >> shift);
            }
        }
        write!(f, "{}", self.0)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_bytes(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Reads a duration with a unit (`humantime`).
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<std::time::Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(text.trim())
        .map_err(|_| serde::de::Error::custom(format!("{text:?} is no duration; write e.g. 250ms, 10s, 5min")))
}

/// Reads a number from 0 to 1.
pub(super) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let number = text.trim().parse().ok().filter(|n| (0.0..=1.0).contains(n));
    number.ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no number from 0 to 1; write e.g. 0.6")))
}

/// Reads an empty string as "not set".
pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(String::deserialize(deserializer)?).filter(|s| !s.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        let check = |text: &str, bytes: Option<usize>| assert_eq!(parse_bytes(text).ok().map(|b| b.0), bytes, "{text}");
        check("0", Some(0));
        check("1500", Some(1500));
        check("64 KiB", Some(65536));
        check("8MiB", Some(8 << 20));
        check("1GiB", Some(1 << 30));
        check("8MB", None);
        check("", None);
        check("-1", None);
        check("99999999999GiB", None);
        assert_eq!(ByteSize(8 << 20).to_string(), "8MiB");
        assert_eq!(ByteSize(1500).to_string(), "1500");
    }
}
