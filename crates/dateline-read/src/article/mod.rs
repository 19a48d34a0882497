//! Raw bytes to an [`Article`]: decoding, HTML to text, layout, date, language, limits.
//!
//! Two texts are kept apart. The *received* text is what the producer sent; offsets in records refer to it and nothing
//! is ever cut from it. The *body* is what the language engine reads: the same text, the readable text of an HTML
//! body, or what was meant by damaged characters, and before it the title that came as a field of its own, unless the
//! text prints it, too. Everything above this module works with byte ranges of the body; [`Article::received_range`] and
//! [`Article::title_range`] lead back.
//!
//! [`Intake`] reads messages. It is pure: it knows no clock, no network and no Kafka.

mod body;
pub mod date;
pub mod error;
mod foreign;
mod html;
mod intake;
mod json;
mod language;
pub mod layout;
pub mod limits;
mod mojibake;
pub mod offsets;
mod references;
pub mod samples;
mod table;
mod title;

use std::ops::Range;

use body::Body;
pub use date::{DateSource, DocumentDate};
pub use error::IntakeError;
pub use intake::{Format, Hint, Intake};
pub use layout::{Block, BlockKind, DatelineSpan, Layout};
pub use limits::Limits;
pub use offsets::Offsets;

/// An article, ready to be read.
#[derive(Debug, Clone)]
pub struct Article {
    /// The id received, else one derived from the text.
    pub id: String,
    /// Address.
    pub url: Option<String>,
    /// Publisher.
    pub source: Option<String>,
    /// Headline, when it came as a field of its own.
    pub title: Option<String>,
    /// When published, as received.
    pub published_at: Option<String>,
    /// Language (BCP 47).
    pub language: String,
    /// Fields that Dateline does not know, to be passed through.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// The article's own date (document creation time), from the best source there is.
    pub date: Option<DocumentDate>,
    /// Paragraphs and what they are.
    pub layout: Layout,
    /// What could not be used as it came, for the record's quality notes.
    pub notes: Vec<IntakeNote>,
    received: String,
    body: Option<Body>,
}

/// Something about an article that is worth a remark but no refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntakeNote {
    /// The field `published_at` holds no date that can be read.
    UnreadablePublishedAt,
    /// No date anywhere: relative times cannot be resolved.
    NoDocumentDate,
    /// The text is too short, or too full of names, to tell its language; it is taken for English.
    LanguageUnsure,
}

impl IntakeNote {
    /// The remark as it stands in records.
    pub fn as_str(self) -> &'static str {
        match self {
            IntakeNote::UnreadablePublishedAt => "unreadable_published_at",
            IntakeNote::NoDocumentDate => "no_document_date",
            IntakeNote::LanguageUnsure => "language_unsure",
        }
    }
}

impl Article {
    /// The text exactly as received.
    pub fn received(&self) -> &str {
        &self.received
    }

    /// The text to read.
    pub fn body(&self) -> &str {
        self.body.as_ref().map_or(&self.received, |b| &b.text)
    }

    /// The parts of the body of some kinds, in text order.
    pub fn parts(&self, kinds: &[BlockKind]) -> Vec<&str> {
        let blocks = self.layout.blocks.iter().filter(|b| kinds.contains(&b.kind));
        blocks.map(|b| &self.body()[b.range.clone()]).collect()
    }

    /// Bytes of the body before the received text: its title, and what parts them.
    pub fn title_len(&self) -> usize {
        self.body.as_ref().map_or(0, Body::title_len)
    }

    /// The bytes of the title that a byte range of the body stands for, where it lies in the title.
    pub fn title_range(&self, body: Range<usize>) -> Option<Range<usize>> {
        self.body.as_ref().and_then(|b| b.title_range(body))
    }

    /// The bytes of the received text that a byte range of the body stands for; of the title none do. Character boundaries
    /// map to character boundaries, and order is kept. A range within an entity or a run of blanks widens to the whole of it.
    pub fn received_range(&self, body: Range<usize>) -> Range<usize> {
        match &self.body {
            None => body,
            Some(b) => b.received_range(body),
        }
    }
}
