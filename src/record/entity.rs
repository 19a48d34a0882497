//! Entities of an article and the `entity.tag/1` record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::article::Producer;
use super::place::Place;

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

/// One mention of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntityMention {
    /// The words.
    pub text: String,
    /// Start and end in Unicode scalar values, end-exclusive.
    pub char: [usize; 2],
    /// Start and end in UTF-8 bytes, end-exclusive.
    pub byte: [usize; 2],
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
