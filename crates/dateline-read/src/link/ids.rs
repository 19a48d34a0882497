//! Ids as numbers: a prefix and 16 hexadecimal digits in records.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::clock::DAY;
use crate::record::id;

/// Id of a canonical event; never nought, so that none takes no more memory than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CanonicalId(NonZeroU64);

/// Id of an article's event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct EventId(u64);

impl CanonicalId {
    /// The id of the event that an article event founds, of a report published at a time in seconds since 1970: a text that
    /// is printed again when its event is closed founds another one.
    pub(super) fn founded_by(event_id: &str, published: i64) -> Self {
        let text = id::canonical_id(event_id, published.div_euclid(DAY));
        // Made of 16 hexadecimal digits one line above; all of them nought is as unlikely as two equal ids.
        Self::parse(&text).unwrap_or(Self(NonZeroU64::MIN))
    }

    /// Reads an id as records write it.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text, "ca1-").and_then(NonZeroU64::new).map(Self)
    }
}

impl EventId {
    /// Reads an id as this version writes it; ids of other forms are none of its records'.
    pub(super) fn parse(text: &str) -> Option<Self> {
        digits(text, "ec1-").map(Self)
    }
}

fn digits(text: &str, prefix: &str) -> Option<u64> {
    let hex = text.strip_prefix(prefix).filter(|hex| hex.len() == 16)?;
    u64::from_str_radix(hex, 16).ok()
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ec1-{:016x}", self.0)
    }
}

impl std::fmt::Display for CanonicalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ca1-{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_there_and_back() {
        let id = CanonicalId::founded_by("ec1-1", 19_000 * DAY + 7);
        assert_eq!(id.to_string(), crate::record::id::canonical_id("ec1-1", 19_000));
        assert_eq!(CanonicalId::parse(&id.to_string()), Some(id));
        assert_eq!(CanonicalId::parse("ec1-0000000000000000"), None);
        assert_eq!(EventId::parse("ec1-00000000000000ff").unwrap().to_string(), "ec1-00000000000000ff");
        assert_eq!(EventId::parse("st1-00000000000000ff"), None);
    }
}
