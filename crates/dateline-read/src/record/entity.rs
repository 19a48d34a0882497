//! Entities of an article, and the `entity.tags/1` and `entity.tag/1` records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::article::{ArticleRef, Producer};
use super::place::Place;
use super::span::Field;

vocabulary! {
    /// Types of entities: the 18 OntoNotes types, WEAPON and VEHICLE.
    EntityKind {
        Cardinal = "CARDINAL", Date = "DATE", Event = "EVENT", Fac = "FAC", Gpe = "GPE", Language = "LANGUAGE",
        Law = "LAW", Loc = "LOC", Money = "MONEY", Norp = "NORP", Ordinal = "ORDINAL", Org = "ORG",
        Percent = "PERCENT", Person = "PERSON", Product = "PRODUCT", Quantity = "QUANTITY", Time = "TIME",
        WorkOfArt = "WORK_OF_ART", Weapon = "WEAPON", Vehicle = "VEHICLE",
    }
}

/// A distinct entity of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityRecord {
    /// Id: a hash of the document and the canonical name.
    pub id: String,
    /// Type.
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// Canonical name: the fullest form in the article.
    pub name: String,
    /// Weight in the article, 0 to 1; the most prominent entity has 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub salience: f64,
    /// Every mention by name (of weapons and vehicles: by noun), in text order. Empty for those only described.
    pub mentions: Vec<EntityMention>,
    /// Every description and pronoun that refers to the entity, in text order.
    pub references: Vec<EntityMention>,
    /// Resolved place, for places.
    pub place: Option<Place>,
    /// Actor codes, for actors.
    pub actor: Option<Actor>,
}

impl EntityRecord {
    /// Its key, the same in every article.
    pub fn key(&self) -> String {
        key(self.kind.as_str(), &self.name, self.place.as_ref().and_then(|place| place.geonameid).map(u64::from))
    }
}

/// Key of an entity: `geonames:<id>` of a resolved place, else `<TYPE>:<name>` with the name in lower case, runs of white
/// space as one space.
pub fn key(kind: &str, name: &str, geonameid: Option<u64>) -> String {
    if let Some(id) = geonameid {
        return format!("geonames:{id}");
    }
    let name = name.to_lowercase();
    let name: Vec<&str> = name.split_whitespace().collect();
    format!("{kind}:{}", name.join(" "))
}

/// One mention of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntityMention {
    /// The words.
    pub text: String,
    /// Start and end in Unicode scalar values, end-exclusive.
    pub char: [usize; 2],
    /// Start and end in UTF-8 bytes, end-exclusive.
    pub byte: [usize; 2],
    /// The field that the offsets count in; absent: the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// Type given to this very mention.
    #[serde(rename = "type")]
    pub kind: EntityKind,
}

/// `entity.tag/1`: one distinct entity of one article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityTag {
    /// Always `entity.tag/1`.
    pub schema: String,
    /// Key: type and normalised canonical name, or the GeoNames id of a place. The same in every article.
    pub key: String,
    /// SHA-256 of the article's text.
    pub doc_id: String,
    /// The article's id.
    pub article_id: String,
    /// When the article was published.
    pub published_at: Option<String>,
    /// The entity.
    #[serde(flatten)]
    pub entity: EntityRecord,
    /// Who made the record.
    pub producer: Producer,
}

/// `entity.tags/1`: the distinct entities of one article in short (since version 0.2). Where each of them stands,
/// `article.enriched/1` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityTags {
    /// Always `entity.tags/1`.
    pub schema: String,
    /// The article's id, which is the record's key.
    pub article_id: String,
    /// SHA-256 of the article's text.
    pub doc_id: String,
    /// The article.
    pub article: ArticleRef,
    /// The entities, most salient first.
    pub entities: Vec<TaggedEntity>,
    /// Entities of the article that are not listed, for want of salience (`records.entity_salience`) or of a sure place
    /// (`min_confidence.entities`).
    pub left_out: usize,
    /// Who made the record.
    pub producer: Producer,
}

/// An entity in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaggedEntity {
    /// Type and normalised canonical name, or the GeoNames id of a place. The same in every article.
    pub key: String,
    /// Id within the article.
    pub id: String,
    /// Type.
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// Canonical name: the fullest form in the article.
    pub name: String,
    /// Weight in the article, 0 to 1; the most prominent entity has 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub salience: f64,
    /// How often the text names, describes or refers to it.
    pub n_mentions: usize,
    /// Resolved place, for places.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<TaggedPlace>,
    /// Actor codes, for actors.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actor: Option<Actor>,
}

/// A resolved place in short. What is not known is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaggedPlace {
    /// Name as the text or the gazetteer gives it.
    pub name: String,
    /// GeoNames id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub geonameid: Option<u32>,
    /// Latitude in degrees (WGS 84).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lat: Option<f64>,
    /// Longitude in degrees (WGS 84).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lon: Option<f64>,
    /// Name of the first-level administrative unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub admin1: Option<String>,
    /// ISO 3166-1 alpha-2 country code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub country_iso2: Option<String>,
    /// ISO 3166-1 alpha-3 country code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub country_iso3: Option<String>,
    /// 1 country, 2 province, 3 district, 4 city, 5 below a city.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolution: Option<u8>,
    /// Confidence of the resolution, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}
