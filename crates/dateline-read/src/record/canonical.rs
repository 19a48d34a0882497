//! `event.canonical/1`: one real-world event as all articles together tell it, and `report.link/1`, which article event
//! belongs to which. Both are tables: the last value of a key holds, a revision replaces the record whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::article::ArticleRef;
use super::link::{LinkParty, LinkPlace, LinkType};
use super::time::Granularity;

vocabulary! {
    /// What became of a canonical event.
    Status { Active = "active", Merged = "merged", Retracted = "retracted", Closed = "closed" }
}

vocabulary! {
    /// The part that a report plays in its event.
    ReportRole { Main = "main", Attached = "attached", Background = "background" }
}

vocabulary! {
    /// Why a report belongs to its event.
    ReportWhy { Founded = "founded", Score = "score", Copy = "copy", Evidence = "evidence" }
}

vocabulary! {
    /// Why a toll changed.
    TollWhy { First = "first", Rose = "rose", Fell = "fell", Corrected = "corrected", Majority = "majority" }
}

/// A canonical event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalEvent {
    /// Always `event.canonical/1`.
    pub schema: String,
    /// Hash of the event that founded it and the day of that report; the record's key.
    pub canonical_id: String,
    /// What became of it.
    pub status: Status,
    /// Number of changes applied.
    pub revision: u32,
    /// When it was founded, by the stream's time (ISO 8601).
    pub founded_at: String,
    /// When it last changed, by the stream's time (ISO 8601).
    pub updated_at: String,
    /// The event that goes on in its place, once merged.
    pub merged_into: Option<String>,
    /// Events that went up in it.
    pub absorbed: Vec<String>,
    /// The event that it was parted from.
    pub split_from: Option<String>,
    /// Events that may be the same: too like for chance, too unlike to be joined.
    pub maybe_same: Vec<MaybeSame>,
    /// What the reports say; null once merged or retracted.
    pub told: Option<CanonicalTold>,
    /// What changed with this revision.
    pub change: Change,
    /// Who made the record.
    pub producer: LinkProducer,
}

/// Who made a canonical record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkProducer {
    /// Always `dateline`.
    pub name: String,
    /// Version of Dateline.
    pub version: String,
    /// Version of the pair model.
    pub model: String,
}

/// Another event that may be the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MaybeSame {
    /// The other event.
    pub canonical_id: String,
    /// Chance by the model, 0 to 1.
    pub score: f64,
}

/// The event by all its reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalTold {
    /// Type with most votes; null where no report codes an event.
    #[serde(rename = "type")]
    pub class: Option<LinkType>,
    /// Votes for the type.
    pub type_votes: Option<Votes>,
    /// Who did it, most reports first.
    pub actors: Vec<CanonicalParty>,
    /// To whom, most reports first.
    pub recipients: Vec<CanonicalParty>,
    /// Headline of the best report.
    pub title: Option<String>,
    /// The best report's article, without its source as received and its extra fields.
    pub article: Option<ArticleRef>,
    /// The sentence of the best report that tells it best.
    pub summary_text: Option<String>,
    /// Place with most votes.
    pub location: Option<CanonicalLocation>,
    /// Other places that reports give.
    pub other_locations: Vec<OtherLocation>,
    /// Time with most votes.
    pub time: Option<CanonicalTime>,
    /// Other days that reports give.
    pub other_days: Vec<OtherDay>,
    /// How many came to harm.
    pub casualties: CanonicalCasualties,
    /// Who reports it.
    pub sources: CanonicalSources,
    /// Confidence; independent origins raise it.
    pub confidence: CanonicalConfidence,
}

/// Votes for a value: reports count by origin, an origin has one vote.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Votes {
    /// For the value.
    pub votes: f64,
    /// Of all origins that give one.
    pub of: u32,
}

/// Someone who took part, and how many reports say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalParty {
    /// Who.
    #[serde(flatten)]
    pub party: LinkParty,
    /// Reports that name it.
    pub reports: u32,
}

/// Where it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalLocation {
    /// The place; `weight` is the confidence of the best report.
    #[serde(flatten)]
    pub place: LinkPlace,
    /// Votes for it.
    pub votes: Votes,
    /// Greatest distance between places of resolution 3 and finer that reports give, in kilometres.
    pub spread_km: f64,
}

/// Another place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OtherLocation {
    /// Name.
    pub name: String,
    /// GeoNames id.
    pub geonameid: Option<u32>,
    /// Reports that give it.
    pub reports: u32,
}

/// When it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalTime {
    /// First day or instant (ISO 8601).
    pub start: Option<String>,
    /// Last day or instant, inclusive (ISO 8601).
    pub end: Option<String>,
    /// Precision.
    pub granularity: Granularity,
    /// Votes for it.
    pub votes: Votes,
}

/// Another day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherDay {
    /// The day (ISO 8601).
    pub day: String,
    /// Reports that give it.
    pub reports: u32,
}

/// How many came to harm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalCasualties {
    /// People killed.
    pub killed: Option<CanonicalToll>,
    /// People injured.
    pub injured: Option<CanonicalToll>,
}

/// One kind of harm over all reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalToll {
    /// The number that most origins give; of equally many the latest.
    pub best: Option<u64>,
    /// Least number that an origin still gives.
    pub low: Option<u64>,
    /// Greatest number that an origin still gives.
    pub high: Option<u64>,
    /// How the numbers were derived.
    pub method: String,
    /// When the best number was last given (ISO 8601).
    pub as_of: Option<String>,
    /// Whether origins differ.
    pub disagreement: bool,
    /// Who says what, in order of publication, at most 50.
    pub claims: Vec<TollClaim>,
    /// How the best number came about, at most 50 steps.
    pub history: Vec<TollStep>,
}

/// A source's number in one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TollClaim {
    /// Name of the source; null where the report says it in its own voice.
    pub source: Option<String>,
    /// Origin of the report.
    pub origin: String,
    /// Its number.
    pub best: Option<u64>,
    /// Its lower bound.
    pub low: Option<u64>,
    /// Its upper bound.
    pub high: Option<u64>,
    /// The report (event id).
    pub report: String,
    /// When (ISO 8601).
    pub reported_at: Option<String>,
    /// The report in which the same source of the same origin gives another number later.
    pub superseded_by: Option<String>,
}

/// A change of the best number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TollStep {
    /// When (ISO 8601).
    pub at: Option<String>,
    /// The best number from then on.
    pub best: u64,
    /// Least number then.
    pub low: u64,
    /// Greatest number then.
    pub high: u64,
    /// The report (event id) that brought it about.
    pub report: String,
    /// Why.
    pub why: TollWhy,
}

/// Who reports an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalSources {
    /// Articles.
    pub articles: u32,
    /// Articles that copy another one.
    pub copies: u32,
    /// Independent origins: an agency or a publisher, copies counted with what they copy.
    pub origins: u32,
    /// Publishers.
    pub publishers: u32,
    /// Agencies.
    pub wires: Vec<String>,
    /// When the first article was published (ISO 8601).
    pub first_published: Option<String>,
    /// When the last article was published (ISO 8601).
    pub last_published: Option<String>,
    /// The reports in order of publication, at most 100: the first ones, one of each origin, the newest.
    pub reports: Vec<Report>,
}

/// An article's event within a canonical one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Event id.
    pub event_id: String,
    /// The article's id.
    pub article_id: String,
    /// Address.
    pub url: Option<String>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// When published (ISO 8601).
    pub published_at: Option<String>,
    /// Whose story it is.
    pub origin: String,
    /// Its part.
    pub role: ReportRole,
    /// Chance by the model that it belongs here, 0 to 1.
    pub score: f64,
    /// Why it belongs here.
    pub why: ReportWhy,
}

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Kinds of change: founded, report, copy, toll, place, time, type, merged, split, retracted, closed.
    pub kinds: Vec<String>,
    /// The revision before.
    pub since_revision: u32,
    /// Fields that changed.
    pub fields: Vec<FieldChange>,
    /// The same for people: "killed rose from 5 to 13".
    pub text: String,
}

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// Its value before.
    pub from: Option<String>,
    /// Its value now.
    pub to: Option<String>,
}

/// Confidence, 0 to 1; null where the field is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanonicalConfidence {
    /// That there is such an event.
    pub overall: f64,
    /// That all reports tell of the same one: the least score of any report.
    pub same_event: f64,
    /// Type.
    #[serde(rename = "type")]
    pub class: Option<f64>,
    /// Place.
    pub location: Option<f64>,
    /// Time.
    pub time: Option<f64>,
    /// Casualties.
    pub casualties: Option<f64>,
}

/// `report.link/1`: the canonical event of an article's event; its key is the event id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportLink {
    /// Always `report.link/1`.
    pub schema: String,
    /// Event id: `cluster_id` of an `event.article/1`, or the `story_id` of an article without main event.
    pub event_id: String,
    /// The article's id.
    pub article_id: String,
    /// The canonical event.
    pub canonical_id: String,
    /// Its part.
    pub role: ReportRole,
    /// Chance by the model that it belongs there, 0 to 1.
    pub score: f64,
    /// Why it belongs there.
    pub why: ReportWhy,
}
