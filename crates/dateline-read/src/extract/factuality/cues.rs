//! The table of cues: words that turn an event into a plan, an attempt, a possibility, a denial.

use crate::words::{Lexicons, TableError};
use std::collections::HashMap;

/// What a cue does to the event it governs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Every effect with its spelling in the tables.
    const NAMES: [(Self, &'static str); 16] = [
        (Effect::Achieved, "achieved"),
        (Effect::Reported, "reported"),
        (Effect::Possible, "possible"),
        (Effect::Attempted, "attempted"),
        (Effect::Planned, "planned"),
        (Effect::Requested, "requested"),
        (Effect::Hypothetical, "hypothetical"),
        (Effect::Denied, "denied"),
        (Effect::Failed, "failed"),
        (Effect::Foiled, "foiled"),
        (Effect::Refused, "refused"),
        (Effect::Cancelled, "cancelled"),
        (Effect::Negated, "negated"),
        (Effect::Generic, "generic"),
        (Effect::Historical, "historical"),
        (Effect::Conditional, "conditional"),
    ];

    /// Whether what the cue governs did not happen.
    pub(crate) fn negates(self) -> bool {
        matches!(self, Effect::Negated | Effect::Failed | Effect::Refused | Effect::Cancelled)
    }

    /// Reads the spelling of the tables.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, name)| *name == text).map(|(effect, _)| *effect)
    }

    /// The spelling of the tables.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(effect, _)| *effect == self).map_or("", |(_, name)| name)
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CueKind {
    /// Governing verb.
    Verb,
    /// Governing noun.
    Noun,
    /// Governing adjective.
    Adjective,
    /// Modifier of an event noun.
    Modifier,
    /// Adverb of the clause.
    Adverb,
    /// Auxiliary.
    Auxiliary,
    /// Conjunction that opens the clause.
    Conjunction,
    /// Preposition that holds the event.
    Preposition,
    /// Verb that holds the event by "from".
    From,
}

/// All cues.
#[derive(Debug, Clone)]
pub(crate) struct Cues(HashMap<CueKind, HashMap<Box<str>, Effect>>);

impl Cues {
    pub(crate) fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        let mut cues: HashMap<CueKind, HashMap<Box<str>, Effect>> = HashMap::new();
        for row in lexicons.rows("events/cues.tsv", 3)? {
            let kind = match row.cell(1) {
                "v" => CueKind::Verb,
                "n" => CueKind::Noun,
                "a" => CueKind::Adjective,
                "m" => CueKind::Modifier,
                "r" => CueKind::Adverb,
                "x" => CueKind::Auxiliary,
                "k" => CueKind::Conjunction,
                "p" => CueKind::Preposition,
                "f" => CueKind::From,
                other => return Err(row.error(format!("unknown kind {other:?}"))),
            };
            let effect = Effect::parse(row.cell(2)).ok_or_else(|| row.error("unknown effect"))?;
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
