//! Attributions: which source says what.

use std::ops::Range;

use super::Story;
use super::entities::{Entities, EntityId};
use crate::record::QuoteKind;

/// A source, its cue and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Entity of the source, through coreference where the words are a pronoun or description.
    pub entity: Option<EntityId>,
    /// The words that name the source.
    pub source: Option<Range<usize>>,
    /// The cue.
    pub cue: Option<Range<usize>>,
    /// What is said, in text order.
    pub content: Vec<Range<usize>>,
    /// Form of the quotation.
    pub quote: QuoteKind,
    /// Whether the source is unnamed ("a U.S. official", "residents").
    pub anonymous: bool,
    /// 1: the writer reports the source; 2: that source reports this one.
    pub level: u8,
    /// Whether the cue denies or doubts the content ("denied", "did not say").
    pub denied: bool,
}

impl Attribution {
    /// Whether the content holds token `i`.
    pub fn covers(&self, i: usize) -> bool {
        self.content.iter().any(|r| r.contains(&i))
    }
}

/// Finds the attributions of a story, in text order of their cues.
pub fn find(_story: &Story<'_>, _entities: &Entities) -> Vec<Attribution> {
    Vec::new()
}

/// The innermost attribution whose content holds token `i`.
pub fn governing(attributions: &[Attribution], i: usize) -> Option<usize> {
    (0..attributions.len())
        .filter(|a| attributions[*a].covers(i))
        .min_by_key(|a| attributions[*a].content.iter().filter(|r| r.contains(&i)).map(|r| r.len()).min())
}
