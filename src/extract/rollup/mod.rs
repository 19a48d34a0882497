//! Mentions to events: which mentions tell of the same happening, and which happening the article is about.

use super::Story;
use super::events::{EventMention, Facts};

/// An event of the article: its mentions, with the best value of every field.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Indices of the mentions, in text order.
    pub mentions: Vec<usize>,
}

/// Rolls mentions up into events, by rank.
pub fn events(_story: &Story<'_>, _facts: &Facts<'_>, _mentions: &[EventMention]) -> Vec<Cluster> {
    Vec::new()
}
