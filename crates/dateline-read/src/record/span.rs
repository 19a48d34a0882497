//! Positions in the text received.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Field of the input in which a stretch lies that is not in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The headline that came as a field of its own.
    Title,
}

/// A stretch of the text received, with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// The text between the offsets, exactly as received.
    pub text: String,
    /// Start and end in Unicode scalar values, end-exclusive.
    pub char: [usize; 2],
    /// Start and end in UTF-8 bytes, end-exclusive.
    pub byte: [usize; 2],
    /// The field that the offsets count in; absent: the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
}

/// A stretch of the text received, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CharRange {
    /// Start and end in Unicode scalar values, end-exclusive.
    pub char: [usize; 2],
    /// Start and end in UTF-8 bytes, end-exclusive.
    pub byte: [usize; 2],
    /// The field that the offsets count in; absent: the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
}

/// How a value was found: every value has a span or this reason for having none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Stated in the text at the span given.
    Explicit,
    /// Through a pronoun or a definite noun phrase.
    Coref,
    /// Concluded from context.
    Inferred,
    /// Taken over from another mention of the same event.
    Cluster,
    /// No evidence in the text: the article's own date or place.
    Default,
}
