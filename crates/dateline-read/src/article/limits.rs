//! Limits on what comes from outside. Each is refused with a reason of its own, see [`super::IntakeError`].

/// How large and how deep an article may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole message. Default 8 MiB: eight times what Kafka brokers accept unless told otherwise.
    pub bytes: usize,
    /// Characters of the text. Default 500,000, some 80,000 words: books are not articles.
    pub chars: usize,
    /// Nesting of a JSON message. Default 32; never more than 120, which the JSON reader itself bears.
    pub json_depth: usize,
    /// Nesting of open elements of an HTML body. Default 512, as browsers have it.
    pub html_depth: usize,
    /// Bytes of all unknown fields together, as JSON. Default 256 KiB: they travel in the enriched record.
    pub extra_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 8 << 20, chars: 500_000, json_depth: 32, html_depth: 512, extra_bytes: 256 << 10 }
    }
}
