//! Casualty claims: numbers of people harmed, each with its source.

use std::ops::Range;

use super::Story;
use super::attributions::Attribution;
use super::entities::{Entities, EntityId};
use crate::record::{Breakdown, CasualtyKind, NumberMod, Polarity};

/// A claim about people harmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What happened to the people.
    pub kind: CasualtyKind,
    /// Best reading of the number.
    pub best: Option<u64>,
    /// Lower bound.
    pub low: Option<u64>,
    /// Upper bound.
    pub high: Option<u64>,
    /// Modifier.
    pub modifier: Option<NumberMod>,
    /// Whether the text states a number.
    pub numeric: bool,
    /// `Neg` for "no casualties".
    pub polarity: Polarity,
    /// The people, as the text calls them.
    pub victims: Option<String>,
    /// The side the people belong to, where it is an entity.
    pub side: Option<EntityId>,
    /// Parts of this number.
    pub breakdown: Breakdown,
    /// The words that state the claim.
    pub tokens: Range<usize>,
    /// The verb or noun that states the harm ("killed", "toll", "wounded").
    pub trigger: usize,
    /// Head of the people harmed, where the sentence names them.
    pub victim_head: Option<usize>,
    /// Index of the attribution that holds the claim.
    pub attribution: Option<usize>,
    /// Entity that makes the claim.
    pub source: Option<EntityId>,
    /// Index of an earlier claim that this one repeats.
    pub duplicates: Option<usize>,
    /// Whether the number replaces an earlier one ("raising the toll to 14").
    pub update: bool,
    /// Confidence, 0 to 1.
    pub confidence: f64,
}

/// Finds the casualty claims of a story, in text order.
pub fn find(_story: &Story<'_>, _entities: &Entities, _attributions: &[Attribution]) -> Vec<Claim> {
    Vec::new()
}
