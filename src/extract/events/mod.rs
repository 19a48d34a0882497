//! Event mentions: triggers, types, participants, assertion, the governing time and place.

use std::ops::Range;

use super::Story;
use super::attributions::Attribution;
use super::casualties::Claim;
use super::entities::{Entities, EntityId};
use super::times::TimeMention;
use crate::record::{Assertion, EventClass, ParticipantRole, Timex, TriggerRole, Via};

/// An event as one sentence reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMention {
    /// The words that evoke the event.
    pub trigger: Range<usize>,
    /// Their syntactic head.
    pub head: usize,
    /// What the words contribute.
    pub role: TriggerRole,
    /// Type.
    pub class: EventClass,
    /// Who took part.
    pub participants: Vec<Participant>,
    /// Where.
    pub place: Option<PlaceLink>,
    /// When.
    pub time: Option<TimeLink>,
    /// Whether it happened.
    pub assertion: Assertion,
    /// Index of the attribution that reports it.
    pub attribution: Option<usize>,
    /// Indices of its casualty claims.
    pub claims: Vec<usize>,
    /// Confidence of the type, 0 to 1.
    pub confidence: f64,
    /// Lexicon entry and pattern that coded it.
    pub rule: String,
}

/// Someone who took part in an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    /// Part played.
    pub role: ParticipantRole,
    /// Entity, where the words refer to one.
    pub entity: Option<EntityId>,
    /// The words; none where the participant was inferred.
    pub tokens: Option<Range<usize>>,
    /// How it was found.
    pub via: Via,
    /// Confidence, 0 to 1.
    pub confidence: f64,
}

/// The place of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceLink {
    /// Entity of the place.
    pub entity: EntityId,
    /// The words.
    pub tokens: Option<Range<usize>>,
    /// How it was tied to the event.
    pub via: Via,
    /// Confidence, 0 to 1.
    pub confidence: f64,
}

/// The time of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeLink {
    /// The time.
    pub timex: Timex,
    /// Index of the time expression, where one governs the event.
    pub mention: Option<usize>,
    /// How it was tied to the event.
    pub via: Via,
}

/// Everything found before events are looked for.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Entities, places resolved.
    pub entities: &'a Entities,
    /// Time expressions.
    pub times: &'a [TimeMention],
    /// Attributions.
    pub attributions: &'a [Attribution],
    /// Casualty claims.
    pub claims: &'a [Claim],
}

/// Finds the event mentions of a story, in text order.
pub fn find(_story: &Story<'_>, _facts: &Facts<'_>) -> Vec<EventMention> {
    Vec::new()
}
