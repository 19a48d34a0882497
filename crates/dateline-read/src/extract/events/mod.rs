//! Event mentions: triggers, types, participants, assertion, the governing time and place.
//!
//! Read off a dependency parse with tables of trigger words (`words/data/events/`): `triggers` chooses readings, `links`
//! ties harm to its cause, `participants`, `assertion`, `when` and `whereabouts` fill the fields. A mention holds
//! what its own sentence supports; what it takes over from an earlier mention is marked as such. Statements (CAMEO 01
//! and 02) are not coded. Rolling mentions up into events is the business of [`super::rollup`].

mod acled;
mod background;
mod classes;
mod codes;
mod evidence;
#[cfg(test)]
mod examples;
mod figures;
pub(super) mod happening;
mod harm;
mod history;
mod learned;
mod lexicon;
mod links;
mod material;
mod mentions;
mod overlap;
mod participants;
#[cfg(test)]
mod reachable;
mod setting;
#[cfg(test)]
mod tests;
mod trace;
mod triggers;
mod typing;
mod undone;
mod when;
mod whereabouts;
mod words;

use std::ops::Range;
use std::sync::Arc;

pub use super::factuality::{Cue, Effect};
pub use evidence::type_name;
pub use lexicon::Lexicon;
pub use material::{Material, material};
pub use mentions::find;
pub use trace::{Desk, Miss, Reason, Rule, Trace};
pub use when::document;
pub(super) use when::is_of_late;

use super::attributions::Attributions;
use super::casualties::{self, Claim};
use super::entities::{Entities, EntityId};
use super::places::Unit;
use super::times::{TimeMention, Timex};
use crate::record::{Assertion, EntityKind, EventClass, EventType, ParticipantRole, TriggerRole, Via};

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
    /// Of a bulletin the part that tells it: the place under which it stands, or what sums them up.
    pub part: Option<Option<EntityId>>,
    /// When.
    pub time: Option<TimeLink>,
    /// Whether it happened.
    pub assertion: Assertion,
    /// Index of the attribution that reports it.
    pub attribution: Option<usize>,
    /// Whether its actors stand against each other ("clashed with").
    pub clash: bool,
    /// Indices of its casualty claims.
    pub claims: Vec<usize>,
    /// Confidence of the type, 0 to 1.
    pub confidence: f64,
    /// The lexicon entry that coded it.
    pub rule: Arc<Rule>,
    /// The light verb that governs an event noun.
    pub light: Option<usize>,
    /// The words that decided on its assertion.
    pub cues: Vec<Cue>,
    /// What the learned reader says of it, where there is one.
    pub judged: Option<Judged>,
}

/// What the learned reader says of a trigger, as chances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The type; none for harm without a doer.
    pub event: Option<EventType>,
    /// That it is an event that is worth telling.
    pub chance: f32,
    /// That it did not happen.
    pub unreal: f32,
    /// That it is told as background.
    pub historical: f32,
    /// That the article would be wrong without it.
    pub core: f32,
    /// That it is the main event.
    pub main: f32,
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
    pub attributions: &'a Attributions,
    /// Casualty claims.
    pub claims: &'a [Claim],
    /// Words of harm and of those who do it.
    pub harm: &'a casualties::Lexicon,
    /// Countries and provinces that the story speaks of without naming them as places.
    pub units: &'a [Unit],
}

impl Facts<'_> {
    /// The times of a sentence, in text order.
    pub fn times_in(&self, sentence: Range<usize>) -> impl Iterator<Item = &TimeMention> {
        let from = self.times.partition_point(|t| t.tokens.start < sentence.start);
        self.times[from..].iter().take_while(move |t| t.tokens.start < sentence.end)
    }
}

/// Class bits of an entity's type, as the word classes have them.
fn kind_bits(kind: EntityKind) -> u128 {
    use crate::nlp::EntityType;
    let kind = match kind {
        EntityKind::Person => EntityType::Person,
        EntityKind::Org => EntityType::Org,
        EntityKind::Gpe => EntityType::Gpe,
        EntityKind::Norp => EntityType::Norp,
        EntityKind::Loc => EntityType::Loc,
        EntityKind::Fac => EntityType::Fac,
        _ => return 0,
    };
    classes::Classes::kind_bit(kind)
}
