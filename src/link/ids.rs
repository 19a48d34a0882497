//! Canonical ids as numbers: `ca1-` and 16 hexadecimal digits in records.

use serde::{Deserialize, Serialize};

use crate::record::id;

/// Id of a canonical event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CanonicalId(pub(super) u64);

impl CanonicalId {
    /// The id of the event that an article event founds.
    pub(super) fn founded_by(event_id: &str) -> Self {
        let text = id::canonical_id(event_id);
        // Made of 16 hexadecimal digits one line above.
        Self(text.get(4..).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0))
    }

    /// Reads an id as records write it.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("ca1-").filter(|hex| hex.len() == 16)?;
        u64::from_str_radix(hex, 16).ok().map(Self)
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
        let id = CanonicalId::founded_by("ec1-1");
        assert_eq!(id.to_string(), crate::record::id::canonical_id("ec1-1"));
        assert_eq!(CanonicalId::parse(&id.to_string()), Some(id));
        assert_eq!(CanonicalId::parse("ec1-0000000000000000"), None);
    }
}
