//! Attributions: who says what in an article.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::span::{CharRange, Span};

/// A source, the cue that marks it as saying something, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// Id, unique in the article.
    pub id: String,
    /// Entity of the source, where it is one.
    pub source_entity: Option<String>,
    /// The words that name the source; null for unnamed sources ("it was reported").
    pub source: Option<Span>,
    /// The cue: "said", "according to".
    pub cue: Option<Span>,
    /// What is said, in text order.
    pub content: Vec<CharRange>,
    /// Form of the quotation.
    pub quote: QuoteKind,
    /// Whether the source is unnamed.
    pub anonymous: bool,
    /// 1: the writer reports the source; 2: that source reports this one.
    pub level: u8,
}

/// Form of a quotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum QuoteKind {
    Direct,
    Indirect,
    Mixed,
}
