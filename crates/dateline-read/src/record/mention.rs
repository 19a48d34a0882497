//! `event.mention/1`: one trigger in one sentence, with what that sentence supports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::article::Producer;
use super::attribution::QuoteKind;
use super::casualty::CasualtyClaim;
use super::place::EventPlace;
use super::plover::EventClass;
use super::span::{CharRange, Span, Via};
use super::time::EventTime;

/// An event as one sentence reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventMention {
    /// Always `event.mention/1`.
    pub schema: String,
    /// Hash of document, trigger offsets and PLOVER type.
    pub mention_id: String,
    /// SHA-256 of the article's text.
    pub doc_id: String,
    /// The `event.article/1` that this mention was rolled up into.
    pub cluster_id: Option<String>,
    /// The sentence.
    pub sentence: SentenceRef,
    /// The words that evoke the event.
    pub trigger: Trigger,
    /// Its type.
    #[serde(rename = "type")]
    pub class: EventClass,
    /// Who took part; where a learned reader judges, who more likely did than not. Its event lists the best of all mentions.
    pub participants: Vec<Participant>,
    /// Where; null where the text does not say.
    pub location: Option<EventPlace>,
    /// When; null where the text does not say.
    pub time: Option<EventTime>,
    /// Claims about people harmed.
    pub casualties: Vec<CasualtyClaim>,
    /// Whether, and in which sense, it happened.
    pub assertion: Assertion,
    /// Who says so; null where the article says it in its own voice.
    pub attribution: Option<EventAttribution>,
    /// Circumstances of the text that a consumer may want to filter on.
    pub flags: Vec<Flag>,
    /// Confidence per field.
    pub confidence: Confidence,
    /// Who made the record.
    pub producer: Producer,
}

/// A sentence of the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SentenceRef {
    /// Number of the sentence, from 0.
    pub index: usize,
    /// Where it stands.
    #[serde(flatten)]
    pub range: CharRange,
}

/// The words that evoke an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    /// The words.
    #[serde(flatten)]
    pub span: Span,
    /// Lemma of the head word.
    pub lemma: String,
    /// Universal part of speech of the head word.
    pub pos: String,
    /// What the words contribute.
    pub role: TriggerRole,
}

/// What a trigger contributes to its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerRole {
    /// Names the event itself.
    Nucleus,
    /// Names its result ("killed").
    Result,
    /// Names the event beside a light verb ("carried out a raid"; such triggers were `nucleus` before version 0.2).
    Light,
}

/// Someone or something that took part in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Participant {
    /// Part played.
    pub role: ParticipantRole,
    /// Entity of the article, where it is one.
    pub entity_id: Option<String>,
    /// Name or description.
    pub name: String,
    /// Title or role the text gives.
    pub title_or_role: Option<String>,
    /// Actor codes.
    #[serde(flatten)]
    pub actor: Actor,
    /// How the participant was found.
    pub via: Via,
    /// The words.
    pub span: Option<Span>,
    /// Confidence, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// Parts that participants play. Two-sided clashes have two actors and no recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ParticipantRole {
    Actor,
    Recipient,
    Victim,
    Instrument,
    Beneficiary,
    Mediator,
}

/// Whether, and in which sense, an event happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assertion {
    /// Negated or not.
    pub polarity: Polarity,
    /// Standing of the statement.
    pub modality: Modality,
    /// Grammatical tense.
    pub tense: Tense,
    /// A particular event, or a kind of event.
    pub realis: Realis,
    /// Whether the event precedes the news of the article.
    pub historical: bool,
    /// Weight in the article.
    pub salience: Salience,
}

/// Polarity of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Polarity {
    Pos,
    Neg,
}

vocabulary! {
    /// Standing of a statement.
    Modality {
        Asserted = "asserted", Reported = "reported", Possible = "possible", Planned = "planned",
        Attempted = "attempted", Hypothetical = "hypothetical", Requested = "requested", Denied = "denied",
    }
}

impl Modality {
    /// Whether something is told as having happened, by whomever.
    pub fn is_fact(self) -> bool {
        matches!(self, Self::Asserted | Self::Reported)
    }
}

/// Grammatical tense of the trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Tense {
    Past,
    Present,
    Future,
    None,
}

/// Realis status after the Richer Event Description guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Realis {
    Actual,
    Generic,
    Other,
}

/// Weight of an event in its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Salience {
    Main,
    Secondary,
    Background,
}

/// Who reports an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventAttribution {
    /// The attribution in the article's list.
    pub attribution_id: String,
    /// Entity of the source.
    pub source_entity: Option<String>,
    /// Name of the source.
    pub source_name: Option<String>,
    /// The words that name the source.
    pub source_span: Option<Span>,
    /// The cue.
    pub cue: Option<Span>,
    /// What is said.
    pub content: Vec<CharRange>,
    /// Form of the quotation.
    pub quote: QuoteKind,
    /// Whether the source is unnamed.
    pub anonymous: bool,
    /// As in the article's list.
    pub level: u8,
}

/// Circumstances of the text around a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Stands in a photo caption.
    Caption,
    /// Stands in a sentence that repeats an earlier one.
    DuplicateText,
    /// Stands in the headline.
    Headline,
    /// Stands in boilerplate.
    Boilerplate,
}

/// Confidence per field, 0 to 1; null where the field is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Confidence {
    pub overall: f64,
    #[serde(rename = "type")]
    pub class: Option<f64>,
    pub actor: Option<f64>,
    pub recipient: Option<f64>,
    pub location: Option<f64>,
    pub time: Option<f64>,
    pub casualties: Option<f64>,
}
