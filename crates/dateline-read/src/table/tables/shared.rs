//! Columns, units, vocabularies and codes that several tables share.

use crate::table::column::Column;

pub(super) const ARTICLE_ID: Column = Column::text("article_id", "article.id", "The article's id.");
pub(super) const URL: Column = Column::text("url", "article.url", "The article's address.");
pub(super) const PUBLISHER: Column =
    Column::text("publisher", "article.publisher", "Who published it, in one spelling.");
pub(super) const SOURCE: Column = Column::text("source", "article.source", "Who published it, as received.");
pub(super) const TITLE: Column = Column::text("title", "article.title", "The article's headline.");
pub(super) const PUBLISHED_AT: Column =
    Column::time("published_at", "article.published_at", "When the article was published.")
        .unit("UTC; a date alone is its first moment");
pub(super) const VERSION: Column =
    Column::text("version", "producer.version", "Version of Dateline that made the record.");

pub(super) const PEOPLE: &str = "people";
pub(super) const CHANCE: &str = "0 to 1";
pub(super) const DEGREES: &str = "degrees, WGS 84";
pub(super) const ISO3: &str = "ISO 3166-1 alpha-3";
pub(super) const CAMEO_ACTOR: &str = "CAMEO actor code";
pub(super) const CAMEO: &str = "CAMEO code, text: leading noughts count";
pub(super) const PLOVER: &str = "PLOVER";
pub(super) const ACLED: &str = "ACLED";
pub(super) const GEONAMES: &str = "GeoNames id";
pub(super) const CHARACTERS: &str = "characters from the start of the text received";
pub(super) const LIST: &str = "list, `; ` between";
pub(super) const QUAD: &str = "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict";
pub(super) const VIA: &str = "explicit, coref, inferred, cluster, default";
pub(super) const STATUS: &str = "asserted, reported, possible, planned, attempted, hypothetical, requested, denied";
pub(super) const TIME_PRECISION: &str = "ACLED: 1 day, 2 week or part of a month, 3 month; empty where coarser";
pub(super) const GEO_PRECISION: &str = "ACLED: 1 town or finer, 2 district, 3 province or country";

/// ACLED's code of how sure the day is.
pub(super) const TIME_CODES: &[(&str, i64)] =
    &[("minute", 1), ("hour", 1), ("part-of-day", 1), ("day", 1), ("week", 2), ("part-of-month", 2), ("month", 3)];

/// ACLED's code of how sure the place is, by `resolution`.
pub(super) const GEO_CODES: &[(&str, i64)] = &[("5", 1), ("4", 1), ("3", 2), ("2", 3), ("1", 3)];
