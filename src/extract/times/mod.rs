//! Time expressions and their values (TIMEX3).

use std::ops::Range;

use super::Story;
use crate::record::Timex;

/// A time expression with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMention {
    /// The words.
    pub tokens: Range<usize>,
    /// The meaning.
    pub timex: Timex,
}

/// Finds the time expressions of a story, in text order.
pub fn find(_story: &Story<'_>) -> Vec<TimeMention> {
    Vec::new()
}
