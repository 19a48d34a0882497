//! `event.article/1`: one real-world event as one article tells it, rolled up from its mentions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::article::{ArticleRef, Producer};
use super::casualty::{Breakdown, CasualtyKind};
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
    /// How many else are told of (since version 0.2).
    #[serde(skip_serializing_if = "Counts::is_empty", default)]
    pub counts: Counts,
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

/// People counted beside the killed and injured. What the text does not tell is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// People killed or injured, where the text does not say which ("50 casualties").
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub killed_or_injured: Option<SourceSummary>,
    /// People missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub missing: Option<SourceSummary>,
    /// People abducted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub abducted: Option<SourceSummary>,
    /// People arrested.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arrested: Option<SourceSummary>,
    /// People displaced.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub displaced: Option<SourceSummary>,
    /// People who protested.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crowd: Option<Crowd>,
}

impl Counts {
    /// Whether nothing is counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Each kind that is counted by claims, with its name.
    pub fn claimed(&self) -> impl Iterator<Item = (CasualtyKind, &SourceSummary)> {
        [
            (CasualtyKind::KilledOrInjured, &self.killed_or_injured),
            (CasualtyKind::Missing, &self.missing),
            (CasualtyKind::Abducted, &self.abducted),
            (CasualtyKind::Arrested, &self.arrested),
            (CasualtyKind::Displaced, &self.displaced),
        ]
        .into_iter()
        .filter_map(|(kind, total)| Some((kind, total.as_ref()?)))
    }
}

/// The size of a crowd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Crowd {
    /// The number told first, where one is.
    pub best: Option<u64>,
    /// Least number.
    pub low: Option<u64>,
    /// Greatest number.
    pub high: Option<u64>,
    /// Every number told, in text order.
    pub told: Vec<CrowdFigure>,
}

/// A number of people in a crowd, as one sentence tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CrowdFigure {
    /// The number; null where the text gives only a bound ("thousands").
    pub best: Option<u64>,
    /// Lower bound.
    pub low: Option<u64>,
    /// Upper bound.
    pub high: Option<u64>,
    /// The words.
    pub span: Span,
    /// Attribution that holds the number; null where the article says it in its own voice.
    pub attribution_id: Option<String>,
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
    /// The claim counted: it stands among those of the article's mentions, else in the article's `claims`.
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
}
