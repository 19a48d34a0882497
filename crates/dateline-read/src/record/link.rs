//! `link.article/1`: what the linker needs of an article, and no more. One an article, so that a writer that joins the
//! reports of many articles need not read their full records.
//!
//! Every field is written, empty or not, and nothing is flattened: the linker keeps [`LinkEvent`] in its state in a
//! format without field names.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::article::Producer;
use super::event::Link;
use super::plover::{AcledType, EventType, Happening, PloverType};
use super::span::Via;
use super::time::Granularity;

/// An article as the linker sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkArticle {
    /// Always `link.article/1`.
    pub schema: String,
    /// The article's id.
    pub article_id: String,
    /// The key under which the article was received, where that is not its id: a tombstone may come under it.
    pub key: Option<String>,
    /// SHA-256 of the article's text.
    pub doc_id: String,
    /// Hash of text and producer: another one replaces everything that the article reported before.
    pub generation: String,
    /// Address.
    pub url: Option<String>,
    /// The publisher: the site's name without `www.`, else the source as received.
    pub publisher: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// When published (ISO 8601).
    pub published_at: Option<String>,
    /// Language (BCP 47).
    pub language: String,
    /// The agency whose story this is, by dateline or byline.
    pub wire: Option<String>,
    /// Unicode scalar values of the body without boilerplate.
    pub body_chars: usize,
    /// Whether the body is a page of the site (a paywall, a notice) rather than a story.
    pub template: bool,
    /// One-permutation MinHash over four-word shingles of the body without boilerplate: 64 bins of one byte,
    /// hexadecimal, `00` for an empty bin. The share of equal bins estimates the share of equal shingles.
    pub fingerprint: String,
    /// The heaviest terms of headline and body, at most 32; the heaviest has weight 255.
    pub sketch: BTreeMap<String, u8>,
    /// The same of the body's first 600 characters.
    pub lead: BTreeMap<String, u8>,
    /// The same of the headline.
    pub headline: BTreeMap<String, u8>,
    /// Version of the table that the weights come from.
    pub idf: String,
    /// People by full name, most salient first.
    pub people: Vec<LinkName>,
    /// Organisations and sites, most salient first.
    pub organisations: Vec<LinkName>,
    /// Ages that the text states of people, ascending.
    pub ages: Vec<u8>,
    /// Streets that the text names, in lower case.
    pub streets: Vec<String>,
    /// Resolved places, most salient first.
    pub places: Vec<LinkPlace>,
    /// Days on which the article's events happened (ISO 8601), where the text says so to the day.
    pub days: Vec<String>,
    /// Types of all events of the article; null stands for happenings outside of PLOVER.
    pub types: Vec<Option<EventType>>,
    /// People killed by the first event of which the article tells that.
    pub killed: Option<u64>,
    /// People injured by the first event of which the article tells that.
    pub injured: Option<u64>,
    /// Id under which the article as a whole is reported where none of its events is what it is about.
    pub story_id: String,
    /// Ids of all its events, as in `event.article/1`: what a newer generation does not list holds no longer.
    pub event_ids: Vec<String>,
    /// Its events, at most 8: the main one, and others with a place, a day, and a toll or a name, which may be the main
    /// events of other articles.
    pub events: Vec<LinkEvent>,
    /// Who made the record.
    pub producer: Producer,
}

/// A name with its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkName {
    /// The name in lower case without punctuation.
    pub name: String,
    /// How rare its rarest word is: ten times the inverse document frequency.
    pub idf: u8,
    /// The same of the last word.
    pub last_idf: u8,
}

/// A place without what only its resolution needed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkPlace {
    /// Name.
    pub name: String,
    /// GeoNames id.
    pub geonameid: Option<u32>,
    /// Latitude in degrees (WGS 84).
    pub lat: Option<f64>,
    /// Longitude in degrees (WGS 84).
    pub lon: Option<f64>,
    /// Name of the first-level administrative unit.
    pub admin1: Option<String>,
    /// GeoNames code of the first-level administrative unit.
    pub admin1_code: Option<String>,
    /// ISO 3166-1 alpha-2 country code.
    pub country_iso2: Option<String>,
    /// 1 country, 2 province, 3 district, 4 city, 5 below a city; null for regions that are none of these.
    pub resolution: Option<u8>,
    /// Weight in the article, or the belief that the event happened there, 0 to 1.
    pub weight: f64,
}

/// The type of an event in short; names and values as in `event.article/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkType {
    /// PLOVER.
    pub plover: PloverType,
    /// What kind of accident, disaster or epidemic it is, where PLOVER has no type for it.
    #[serde(default)]
    pub happening: Option<Happening>,
    /// CAMEO code at the depth that is clear.
    pub cameo: Option<String>,
    /// 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.
    pub quad_class: Option<u8>,
    /// Goldstein scale, -10 to 10.
    pub goldstein: Option<f64>,
    /// ACLED counterpart, where there is one.
    #[serde(default)]
    pub acled: Option<AcledType>,
}

impl LinkType {
    /// What kind of event it is; neither for stories.
    pub fn kind(&self) -> Kind {
        (self.plover.event, self.happening)
    }
}

/// The type of an event, or what kind of accident, disaster or epidemic it is.
pub type Kind = (Option<EventType>, Option<Happening>);

/// Someone who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkParty {
    /// Name or description.
    pub name: String,
    /// Whether it is the name of an entity.
    pub named: bool,
    /// ISO 3166-1 alpha-3 country code.
    pub country_iso3: Option<String>,
    /// CAMEO actor code.
    pub cameo_code: Option<String>,
}

/// When an event happened, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkTime {
    /// First day or instant (ISO 8601).
    pub start: Option<String>,
    /// Last day or instant, inclusive (ISO 8601).
    pub end: Option<String>,
    /// Precision.
    pub granularity: Granularity,
    /// How the time was tied to the event.
    pub via: Via,
}

/// How many people came to harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkToll {
    /// Best number of the article.
    pub best: Option<u64>,
    /// Least number.
    pub low: Option<u64>,
    /// Greatest number.
    pub high: Option<u64>,
    /// Whether the text presents a number as one that replaces an earlier one.
    pub corrected: bool,
    /// Number per source.
    pub by_source: Vec<LinkClaim>,
}

/// A source's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkClaim {
    /// Name of the source; null where the article says it in its own voice.
    pub source: Option<String>,
    /// Its number.
    pub best: Option<u64>,
    /// Its lower bound.
    pub low: Option<u64>,
    /// Its upper bound.
    pub high: Option<u64>,
}

/// An event of the article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkEvent {
    /// `cluster_id` of the `event.article/1`.
    pub event_id: String,
    /// Whether this is what the article is about.
    pub main: bool,
    /// Rank in the article, from 1.
    pub rank: usize,
    /// Whether it is told as history, plan, possibility or something that did not happen.
    pub background: bool,
    /// Type.
    #[serde(rename = "type")]
    pub class: LinkType,
    /// Who did it.
    pub actors: Vec<LinkParty>,
    /// To whom.
    pub recipients: Vec<LinkParty>,
    /// Where.
    pub location: Option<LinkPlace>,
    /// When.
    pub time: Option<LinkTime>,
    /// People killed.
    pub killed: Option<LinkToll>,
    /// People injured.
    pub injured: Option<LinkToll>,
    /// Lemmas of the words that tell it.
    pub triggers: Vec<String>,
    /// The sentence that tells it best, of the main event.
    pub summary: Option<String>,
    /// Relations to other events of the article.
    pub links: Vec<Link>,
    /// Confidence that it is an event, 0 to 1.
    pub confidence: f64,
    /// Confidence of the type, where there is one.
    pub type_confidence: Option<f64>,
    /// Confidence of the time, where there is one.
    pub time_confidence: Option<f64>,
    /// Confidence of the casualties, where there are any.
    pub casualties_confidence: Option<f64>,
}
