//! The columns of entities.

use super::shared::*;
use crate::table::column::{Column, Read};

pub(super) const COLUMNS: &[Column] = &[
    Column::text("entity_id", "id", "The entity's id, unique in the article."),
    Column::text(
        "entity_key",
        "key",
        "Its key, the same in every article; made of type, name and place where the record has none.",
    )
    .unit("`geonames:` and an id; type, `:` and name")
    .read(Read::EntityKey),
    Column { source: "article.id | article_id", ..ARTICLE_ID },
    URL,
    PUBLISHER,
    SOURCE,
    TITLE,
    Column { source: "article.published_at | published_at", ..PUBLISHED_AT },
    Column::text("type", "type", "Type.").unit("OntoNotes, WEAPON, VEHICLE"),
    Column::text("name", "name", "The fullest name in the article."),
    Column::float("salience", "salience", "Weight in the article; the most prominent entity has 1.").unit(CHANCE),
    Column::int("n_mentions", "n_mentions", "Times that the text names it, describes it or refers to it.")
        .unit("mentions")
        .read(Read::Total(&["mentions", "references"])),
    Column::text("forms", "mentions[].text", "The names that the article gives it; not in `entity.tags/1`.").unit(LIST),
    Column::text("actor_code", "actor.cameo_code", "Its code as an actor.").unit(CAMEO_ACTOR),
    Column::text("actor_country", "actor.country_iso3", "Its country as an actor.").unit(ISO3),
    Column::text("actor_nonstate", "actor.nonstate", "Kind of an international or non-state group.").unit(PLOVER),
    Column::text("actor_sector", "actor.sector[]", "Its sectors, most specific first.")
        .unit("PLOVER; list, `; ` between"),
    Column::text("location", "place.name", "The place, for places."),
    Column::text("admin1", "place.admin1", "Province or state of the place."),
    Column::text("country", "place.country_iso3", "Country of the place.")
        .unit("English name, GeoNames")
        .read(Read::CountryName),
    Column::text("iso3", "place.country_iso3", "Country of the place.").unit(ISO3),
    Column::float("latitude", "place.lat", "Latitude of the place; empty where only the country is known.")
        .unit(DEGREES),
    Column::float("longitude", "place.lon", "Longitude of the place.").unit(DEGREES),
    Column::int("geo_precision", "place.resolution", "How exact the place is.")
        .unit(GEO_PRECISION)
        .read(Read::Code(GEO_CODES)),
    Column::int("geonameid", "place.geonameid", "The place in GeoNames.").unit(GEONAMES),
    Column::text("feature_code", "place.feature_code", "What kind of place it is.").unit("GeoNames feature code"),
    Column::float("place_confidence", "place.confidence", "Chance that the place is the one meant.").unit(CHANCE),
    VERSION,
];
