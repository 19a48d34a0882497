//! Why an article's events were coded, and why other words were not: what `dateline extract --explain` prints.
//!
//! Made beside a record on request, for people who check or correct the coding. No topic carries it and no schema
//! fixes it: it follows the tables and rules, which change.

use serde::{Deserialize, Serialize};

use super::span::{Span, Via};

/// Why an article was coded as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Why no events were looked for at all.
    pub left_out: Option<LeftOut>,
    /// The events of the record, by rank.
    pub events: Vec<EventExplanation>,
    /// Words of the trigger tables that were not coded, and statements, in text order.
    pub not_coded: Vec<NearMiss>,
}

/// An article of a desk whose words would be misread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Sport, weather and the like.
    pub desk: String,
    /// The words that show it.
    pub words: Vec<String>,
}

/// Why an event is what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventExplanation {
    /// The event of the record.
    pub cluster_id: String,
    /// Whether the article is about it.
    pub main: bool,
    /// Weight in the article: events are ranked by it.
    pub weight: f64,
    /// What the rank rests on.
    pub why: String,
    /// Its mentions, in text order.
    pub mentions: Vec<MentionExplanation>,
}

/// Why a mention was coded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MentionExplanation {
    /// The mention of the record.
    pub mention_id: String,
    /// The words that evoke the event.
    pub trigger: Span,
    /// Number of the sentence, from 0.
    pub sentence: usize,
    /// PLOVER event; `null` for a happening outside of PLOVER.
    pub event: Option<String>,
    /// The table line that coded it.
    pub rule: RuleRef,
    /// The construction it was read from.
    pub pattern: String,
    /// Where each field comes from.
    pub evidence: Vec<FieldEvidence>,
    /// Words that decided whether it happened, and what they say.
    pub cues: Vec<CueRef>,
    /// Why it was joined with an earlier mention; `null` for the first of an event.
    pub joined: Option<Joined>,
}

/// A line of a trigger table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// Name of the table, a PLOVER event or `results`, `disasters`, `blocked`.
    pub table: String,
    /// Number of the line, from 1.
    pub line: usize,
    /// Lemmas it lists.
    pub lemmas: String,
    /// `v` or `n`.
    pub pos: String,
    /// Its conditions; `-` for none.
    pub conditions: String,
}

/// Where a field of a mention comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldEvidence {
    /// A participant's role, `place`, `time`, `casualties`, `attribution`.
    pub field: String,
    /// The value given.
    pub value: String,
    /// How it was found.
    pub via: Via,
    /// The words; none where the value was inferred.
    pub span: Option<Span>,
}

/// A word that decided on the assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueRef {
    /// The word.
    pub span: Span,
    /// What it says of the event: planned, negated, reported and so on.
    pub effect: String,
}

/// Why two mentions are one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The earlier mention.
    pub to: String,
    /// Points of evidence.
    pub points: i32,
    /// Points needed.
    pub needed: i32,
    /// Points by kind of evidence.
    pub evidence: Vec<Points>,
    /// In words, where no points decided.
    pub why: Option<String>,
}

/// Points of one kind of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    /// Kind.
    pub kind: String,
    /// Points, negative where it speaks against.
    pub points: i32,
}

/// A word that could have been an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// The word.
    pub span: Span,
    /// Number of the sentence, from 0.
    pub sentence: usize,
    /// Why, in a word.
    pub reason: MissReason,
    /// Why, in a sentence.
    pub why: String,
    /// The table line concerned.
    pub rule: Option<RuleRef>,
    /// Its condition that fails.
    pub condition: Option<String>,
    /// The word that it goes with.
    pub other: Option<Span>,
}

vocabulary! {
    /// Why a word was not coded.
    MissReason {
        ConditionFailed = "condition_failed",
        BlockedReading = "blocked_reading",
        PartOfName = "part_of_name",
        PartOfCompound = "part_of_compound",
        State = "state",
        SameEvent = "same_event",
        Refers = "refers",
        NoCause = "no_cause",
        Statement = "statement",
        Boilerplate = "boilerplate",
    }
}
