//! Raw bytes to an [`Article`]: decoding, HTML to text, layout, limits.
//!
//! Two texts are kept apart. The *received* text is what the producer sent; offsets in records refer to it and nothing
//! is ever cut from it. The *body* is what the language engine reads: the same text, or the readable text of an HTML
//! body. Everything above this module works with byte ranges of the body; [`Article::received_range`] leads back.

pub mod layout;

use std::ops::Range;

pub use layout::{Block, BlockKind, DatelineSpan, Layout};

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
    received: String,
    body: Option<Body>,
}

/// The article's own date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentDate {
    /// The date, in the publisher's zone where known.
    pub date: jiff::civil::Date,
    /// Where it comes from.
    pub via: DateSource,
}

/// Sources of an article's date, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateSource {
    /// The field `published_at`.
    Published,
    /// A crawler's prefix in the text ("date 2022-02-03").
    CrawlerPrefix,
    /// The dateline.
    Dateline,
    /// A full date in the byline or a caption.
    Text,
}

/// Readable text of an HTML body, with the way back to the text received.
#[derive(Debug, Clone)]
struct Body {
    text: String,
    /// (body byte, received byte) at the start of every stretch copied or replaced, in order.
    map: Vec<(u32, u32)>,
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
}
