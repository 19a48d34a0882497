//! Resolved places.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::span::{Span, Via};

/// A place of the gazetteer, at the level the text supports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Name as the text or the gazetteer gives it.
    pub name: String,
    /// GeoNames id of the resolved place; null where only an enclosing unit without id is known.
    pub geonameid: Option<u32>,
    /// Latitude in degrees (WGS 84); null where nothing but the country is known.
    pub lat: Option<f64>,
    /// Longitude in degrees (WGS 84); null as the latitude is.
    pub lon: Option<f64>,
    /// GeoNames feature class: A, H, L, P, R, S, T, U or V.
    pub feature_class: Option<String>,
    /// GeoNames feature code, e.g. `PPL`.
    pub feature_code: Option<String>,
    /// Name of the first-level administrative unit.
    pub admin1: Option<String>,
    /// GeoNames code of the first-level administrative unit.
    pub admin1_code: Option<String>,
    /// ISO 3166-1 alpha-2 country code.
    pub country_iso2: Option<String>,
    /// ISO 3166-1 alpha-3 country code.
    pub country_iso3: Option<String>,
    /// 1 country, 2 province, 3 district, 4 city, 5 below a city; null for regions that are none of these.
    #[schemars(range(min = 1, max = 5))]
    pub resolution: Option<u8>,
    /// Radius in kilometres within which the named place is believed to lie.
    pub uncertainty_km: Option<f64>,
    /// Confidence of the resolution, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
    /// Other readings of the name, best first.
    pub alternatives: Vec<PlaceAlternative>,
}

/// Another reading of a place name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceAlternative {
    /// GeoNames id.
    pub geonameid: u32,
    /// Name in the gazetteer.
    pub name: String,
    /// ISO 3166-1 alpha-2 country code.
    pub country_iso2: String,
    /// Share of belief, 0 to 1.
    pub p: f64,
}

/// Where an event happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventPlace {
    /// The place name in the text.
    pub span: Option<Span>,
    /// How the place was tied to the event.
    pub via: Via,
    /// The place.
    #[serde(flatten)]
    pub place: Place,
}

/// A further place of an event, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceRef {
    /// Name.
    pub name: String,
    /// GeoNames id.
    pub geonameid: Option<u32>,
    /// As in [`Place::resolution`].
    pub resolution: Option<u8>,
}
