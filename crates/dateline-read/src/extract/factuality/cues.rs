//! The table of cues: words that turn an event into a plan, an attempt, a possibility, a denial.

use crate::words::{Lexicons, TableError};
use std::collections::HashMap;

/// What a cue does to the event it governs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Happens with its governor ("managed to", "used drones to").
    Achieved,
    /// Said by someone.
    Reported,
    /// May be so.
    Possible,
    /// Tried, outcome open.
    Attempted,
    /// Meant to be.
    Planned,
    /// Asked for.
    Requested,
    /// Only under a condition.
    Hypothetical,
    /// Said not to be so.
    Denied,
    /// Tried or about to happen, did not come about ("failed to", "prevented").
    Failed,
    /// Was under way and did not succeed ("foiled an attack").
    Foiled,
    /// Not done ("refused to", "avoided").
    Refused,
    /// Meant to be and given up ("cancelled the visit").
    Cancelled,
    /// Not so.
    Negated,
    /// A kind of event.
    Generic,
    /// Before the news.
    Historical,
    /// "would": planned in reported speech, hypothetical beside a condition.
    Conditional,
}

impl Effect {
    /// Whether what the cue governs did not happen.
    pub(crate) fn negates(self) -> bool {
        matches!(self, Effect::Negated | Effect::Failed | Effect::Refused | Effect::Cancelled)
    }
}

/// A word that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// The word.
    pub token: usize,
    /// What it does to the event.
    pub effect: Effect,
}

/// Where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
pub(crate) enum CueKind {
    /// Governing verb.
    #[serde(rename = "v")]
    Verb,
    /// Governing noun.
    #[serde(rename = "n")]
    Noun,
    /// Governing adjective.
    #[serde(rename = "a")]
    Adjective,
    /// Modifier of an event noun.
    #[serde(rename = "m")]
    Modifier,
    /// Adverb of the clause.
    #[serde(rename = "r")]
    Adverb,
    /// Auxiliary.
    #[serde(rename = "x")]
    Auxiliary,
    /// Conjunction that opens the clause.
    #[serde(rename = "k")]
    Conjunction,
    /// Preposition that holds the event.
    #[serde(rename = "p")]
    Preposition,
    /// Verb that holds the event by "from".
    #[serde(rename = "f")]
    From,
}

/// All cues.
#[derive(Debug, Clone)]
pub(crate) struct Cues(HashMap<CueKind, HashMap<Box<str>, Effect>>);

impl Cues {
    pub(crate) fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        let mut cues: HashMap<CueKind, HashMap<Box<str>, Effect>> = HashMap::new();
        for row in lexicons.rows("events/cues.tsv", 3)? {
            let (kind, effect) = (row.value(1)?, row.value(2)?);
            for lemma in row.cell(0).split(',') {
                // The first line that lists a word counts: the table goes from strong to weak.
                cues.entry(kind).or_default().entry(lemma.into()).or_insert(effect);
            }
        }
        Ok(Self(cues))
    }

    /// The effect of a word in a position.
    pub(crate) fn get(&self, kind: CueKind, lemma: &str) -> Option<Effect> {
        self.0.get(&kind)?.get(lemma).copied()
    }
}
