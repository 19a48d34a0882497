//! `event.article/1`: one real-world event as one article tells it, rolled up from its mentions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::article::{ArticleRef, Producer};
use super::casualty::Breakdown;
use super::mention::{Assertion, Confidence, Participant};
use super::place::{EventPlace, PlaceRef};
use super::plover::EventClass;
use super::span::Span;
use super::time::EventTime;

/// An event of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleEvent {
    /// Always `event.article/1`.
    pub schema: String,
    /// Hash of the document and the first mention.
    pub cluster_id: String,
    /// SHA-256 of the article's text.
    pub doc_id: String,
    /// The article's id.
    pub article_id: String,
    /// The article, so that the event needs no join (since version 0.2). Not within `article.enriched/1`, where the whole
    /// article stands beside its events.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub article: Option<ArticleRef>,
    /// The article's own date (document creation time).
    pub dct: Option<String>,
    /// Whether this is what the article is about.
    pub main: bool,
    /// Rank in the article, from 1.
    pub rank: usize,
    /// Type.
    #[serde(rename = "type")]
    pub class: EventClass,
    /// Who did it, the best span of each.
    pub actors: Vec<Participant>,
    /// To whom, the best span of each.
    pub recipients: Vec<Participant>,
    /// Where.
    pub location: Option<EventPlace>,
    /// Further places the mentions name.
    pub other_locations: Vec<PlaceRef>,
    /// When.
    pub time: Option<EventTime>,
    /// How many were harmed.
    pub casualties: CasualtySummary,
    /// Whether it happened.
    pub assertion: Assertion,
    /// Who says so.
    pub sources: Sources,
    /// Where the text disagrees with itself.
    pub contradictions: Vec<Contradiction>,
    /// Relations to other events of the article.
    pub links: Vec<Link>,
    /// Ids of the mentions, in text order.
    pub mentions: Vec<String>,
    /// The sentence that tells the event best.
    pub summary: Option<Span>,
    /// The same sentence for people: as read, without markup, in one line.
    pub summary_text: Option<String>,
    /// Confidence per field.
    pub confidence: Confidence,
    /// Who made the record.
    pub producer: Producer,
}

/// Casualties of an event, derived from its claims.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CasualtySummary {
    /// People killed.
    pub killed: Option<SourceSummary>,
    /// People injured.
    pub injured: Option<SourceSummary>,
    /// Claims about one side only ("no U.S. casualties").
    pub side: Vec<SideCasualties>,
}

/// One kind of harm over all sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceSummary {
    /// Most frequent total.
    pub best: Option<u64>,
    /// Least total any source gives.
    pub low: Option<u64>,
    /// Greatest total any source gives.
    pub high: Option<u64>,
    /// How the numbers were derived.
    pub method: String,
    /// Total per source, one vote each.
    pub by_source: Vec<SourceTotal>,
    /// Whether sources differ in total or breakdown.
    pub disagreement: bool,
}

/// A source's total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceTotal {
    /// Entity of the source; null where the article says it in its own voice.
    pub source: Option<String>,
    /// Name of the source.
    pub name: Option<String>,
    /// Its number.
    pub best: Option<u64>,
    /// Its lower bound.
    pub low: Option<u64>,
    /// Its upper bound.
    pub high: Option<u64>,
    /// Parts it names.
    pub breakdown: Breakdown,
    /// The claim counted.
    pub claim_id: String,
}

/// Casualties of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SideCasualties {
    /// Entity of the side, where it is one.
    pub entity: Option<String>,
    /// Name of the side.
    pub name: String,
    /// Killed.
    pub killed: Option<u64>,
    /// Injured.
    pub injured: Option<u64>,
    /// Entity of the source.
    pub source: Option<String>,
}

/// Sources of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sources {
    /// Number of mentions.
    pub n_mentions: usize,
    /// Number of distinct attributed sources.
    pub n_attributed_sources: usize,
    /// Named sources (entity ids).
    pub named: Vec<String>,
    /// Unnamed sources, as the text calls them.
    pub anonymous: Vec<String>,
}

/// A value that the text contradicts elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contradiction {
    /// The field concerned.
    pub field: String,
    /// The value kept.
    pub kept: String,
    /// The other value.
    pub other: String,
    /// Where the other value stands.
    pub span: Option<Span>,
    /// Why the first was kept.
    pub why: String,
}

/// A relation to another event of the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Kind.
    pub rel: LinkKind,
    /// The other event.
    pub cluster: String,
}

/// Kinds of relations between events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LinkKind {
    HasPart,
    PartOf,
    Follows,
    Retaliates,
    SameAsBackground,
}
