//! Casualty claims: who says how many people came to harm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mention::Polarity;
use super::span::Span;

/// One statement of a number of people harmed. Claims are never added up or overwritten; events summarise them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CasualtyClaim {
    /// Id, unique in the article.
    pub claim_id: String,
    /// What happened to the people.
    pub kind: CasualtyKind,
    /// Best reading of the number, null where the text gives only a bound or no number.
    pub best: Option<u64>,
    /// Lower bound.
    pub low: Option<u64>,
    /// Upper bound.
    pub high: Option<u64>,
    /// Modifier of the number.
    #[serde(rename = "mod")]
    pub modifier: Option<NumberMod>,
    /// Whether the text states digits or number words (false for "dozens").
    pub numeric: bool,
    /// `neg` for "no casualties".
    pub polarity: Polarity,
    /// The people, as the text calls them ("U.S. forces"); null for "people".
    pub victims: Option<String>,
    /// Parts of this same number.
    pub breakdown: Breakdown,
    /// The words that state the claim.
    pub span: Span,
    /// Entity that makes the claim; null where the article says it in its own voice.
    pub source_entity: Option<String>,
    /// Attribution that holds the claim.
    pub attribution_id: Option<String>,
    /// Earlier claim that this one repeats (same source and numbers, or duplicate text): it has no vote.
    pub duplicates: Option<String>,
    /// Whether the text presents the number as an update that replaces an earlier one.
    pub update: bool,
    /// Confidence, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

vocabulary! {
    /// Kinds of harm.
    CasualtyKind {
        Killed = "killed", Injured = "injured", KilledOrInjured = "killed_or_injured", Missing = "missing",
        Abducted = "abducted", Arrested = "arrested", Displaced = "displaced",
    }
}

/// Modifiers of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum NumberMod {
    MoreThan,
    AtLeast,
    LessThan,
    AtMost,
    Approx,
}

/// Parts of a claim's number that the same statement names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Breakdown {
    /// Children among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<u64>,
    /// Women among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub women: Option<u64>,
    /// Civilians among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub civilians: Option<u64>,
    /// Combatants among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combatants: Option<u64>,
    /// People among them whom the text names.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub named: Vec<String>,
}
