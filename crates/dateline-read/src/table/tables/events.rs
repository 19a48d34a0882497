//! The columns of events, in the manner of ACLED and GDELT.

use super::shared::*;
use crate::table::column::{Column, Read};

pub(super) const COLUMNS: &[Column] = &[
    Column::text(
        "event_id",
        "cluster_id",
        "The event's id. Copies of one text share their events' ids: a row is told apart by article_id and event_id.",
    )
    .canonical("canonical_id"),
    Column::text("article_id", "article.id | article_id", "The article's id; of the best report.")
        .canonical("told.article.id"),
    Column::text("url", "article.url", "The article's address; of the best report.").canonical("told.article.url"),
    Column::text("publisher", "article.publisher", "Who published it, in one spelling; of the best report.")
        .canonical("told.article.publisher"),
    Column::text("source", "article.source", "Who published it, as received; the publisher of the best report.")
        .canonical("told.article.publisher"),
    Column::text("title", "article.title", "The article's headline; of the best report.").canonical("told.title"),
    Column::time("published_at", "article.published_at | dct", "When the article was published; the best report.")
        .unit("UTC; a date alone is its first moment")
        .canonical("told.article.published_at"),
    Column::date("event_date", "time.start", "First day of the event.").unit("day").canonical("told.time.start"),
    Column::date("event_date_end", "time.end", "Last day of the event, or of the time within which it happened.")
        .unit("day, inclusive")
        .canonical("told.time.end"),
    Column::int("time_precision", "time.granularity", "How exact the day is.")
        .unit(TIME_PRECISION)
        .canonical("told.time.granularity")
        .read(Read::Code(TIME_CODES)),
    Column::text("time_granularity", "time.granularity", "The same in words, and for coarser times.")
        .unit("minute to decade, vague")
        .canonical("told.time.granularity"),
    Column::text(
        "time_basis",
        "time.via",
        "How the time was tied to the event; default: it is the article's own date.",
    )
    .unit(VIA),
    Column::text("event_type", "type.acled.event_type", "ACLED's type, where it has one.")
        .unit(ACLED)
        .canonical("told.type.acled.event_type"),
    Column::text("sub_event_type", "type.acled.sub_event_type", "ACLED's type below it.")
        .unit(ACLED)
        .canonical("told.type.acled.sub_event_type"),
    Column::text("plover", "type.plover.event", "What happened; empty for accidents, disasters and epidemics.")
        .unit(PLOVER)
        .canonical("told.type.plover.event"),
    Column::text("plover_mode", "type.plover.mode[]", "How, most extreme first.")
        .unit("PLOVER; list, `; ` between")
        .canonical("told.type.plover.mode[]"),
    Column::text("plover_context", "type.plover.context[]", "What it was about.")
        .unit("PLOVER; list, `; ` between")
        .canonical("told.type.plover.context[]"),
    Column::text("happening", "type.happening", "Accidents, disasters and epidemics, for which PLOVER has no type.")
        .unit("earthquake, flood, storm, fire, transport_accident, industrial_accident, epidemic, other")
        .canonical("told.type.happening"),
    Column::text("cameo", "type.cameo.code", "What happened, as deep as is clear.")
        .unit(CAMEO)
        .canonical("told.type.cameo"),
    Column::text("cameo_root", "type.cameo.root", "Its first two digits.").unit(CAMEO),
    Column::int("quad_class", "type.quad_class", "Cooperation or conflict, in words or deeds.")
        .unit(QUAD)
        .canonical("told.type.quad_class"),
    Column::float("goldstein", "type.goldstein", "Goldstein's scale of conflict and cooperation.")
        .unit("-10 to 10")
        .canonical("told.type.goldstein"),
    Column::float("plover_score", "type.plover_score", "PLOVER's score of the most extreme mode.").unit("-10 to 10"),
    Column::text("actor1", "actors[0].name", "Who did it.").canonical("told.actors[0].name"),
    Column::text("actor1_code", "actors[0].cameo_code", "Its code.")
        .unit(CAMEO_ACTOR)
        .canonical("told.actors[0].cameo_code"),
    Column::text("actor1_country", "actors[0].country_iso3", "Its country.")
        .unit(ISO3)
        .canonical("told.actors[0].country_iso3"),
    Column::text("actor1_sector", "actors[0].sector[]", "Its sectors, most specific first.")
        .unit("PLOVER; list, `; ` between"),
    Column::text(
        "actor2",
        "recipients[0].name | actors[1].name",
        "To whom; of a clash without one who suffers it, the other side.",
    )
    .canonical("told.recipients[0].name | told.actors[1].name"),
    Column::text("actor2_code", "recipients[0].cameo_code | actors[1].cameo_code", "Its code.")
        .unit(CAMEO_ACTOR)
        .canonical("told.recipients[0].cameo_code | told.actors[1].cameo_code"),
    Column::text("actor2_country", "recipients[0].country_iso3 | actors[1].country_iso3", "Its country.")
        .unit(ISO3)
        .canonical("told.recipients[0].country_iso3 | told.actors[1].country_iso3"),
    Column::text("actor2_sector", "recipients[0].sector[] | actors[1].sector[]", "Its sectors, most specific first.")
        .unit("PLOVER; list, `; ` between"),
    Column::text("actors", "actors[].name", "All who did it.").unit(LIST).canonical("told.actors[].name"),
    Column::text("recipients", "recipients[].name", "All to whom it was done.")
        .unit(LIST)
        .canonical("told.recipients[].name"),
    Column::text("location", "location.name", "Where, as the text or the gazetteer calls it.")
        .canonical("told.location.name"),
    Column::text("admin1", "location.admin1", "Province or state of the place.").canonical("told.location.admin1"),
    Column::text("country", "location.country_iso3", "Country of the place.")
        .unit("English name, GeoNames")
        .canonical("told.location.country_iso2")
        .read(Read::CountryName),
    Column::text("iso3", "location.country_iso3", "Country of the place.")
        .unit(ISO3)
        .canonical("told.location.country_iso2")
        .read(Read::CountryIso3),
    Column::float("latitude", "location.lat", "Latitude of the place; empty where only the country is known.")
        .unit(DEGREES)
        .canonical("told.location.lat"),
    Column::float("longitude", "location.lon", "Longitude of the place.").unit(DEGREES).canonical("told.location.lon"),
    Column::int("geo_precision", "location.resolution", "How exact the place is.")
        .unit(GEO_PRECISION)
        .canonical("told.location.resolution")
        .read(Read::Code(GEO_CODES)),
    Column::int("geo_resolution", "location.resolution", "The same, finer.")
        .unit("1 country, 2 province, 3 district, 4 city, 5 below a city")
        .canonical("told.location.resolution"),
    Column::text("geo_basis", "location.via", "How the place was tied to the event; default: it is the dateline's.")
        .unit(VIA),
    Column::float("geo_uncertainty_km", "location.uncertainty_km", "Radius within which the named place lies.")
        .unit("km"),
    Column::int("geonameid", "location.geonameid", "The place in GeoNames.")
        .unit(GEONAMES)
        .canonical("told.location.geonameid"),
    Column::int("fatalities_best", "casualties.killed.best", "People killed: the number that most sources give.")
        .unit(PEOPLE)
        .canonical("told.casualties.killed.best"),
    Column::int("fatalities_low", "casualties.killed.low", "Least number that any source gives.")
        .unit(PEOPLE)
        .canonical("told.casualties.killed.low"),
    Column::int("fatalities_high", "casualties.killed.high", "Greatest number that any source gives.")
        .unit(PEOPLE)
        .canonical("told.casualties.killed.high"),
    Column::int("injured_best", "casualties.injured.best", "People injured: the number that most sources give.")
        .unit(PEOPLE)
        .canonical("told.casualties.injured.best"),
    Column::int("injured_low", "casualties.injured.low", "Least number that any source gives.")
        .unit(PEOPLE)
        .canonical("told.casualties.injured.low"),
    Column::int("injured_high", "casualties.injured.high", "Greatest number that any source gives.")
        .unit(PEOPLE)
        .canonical("told.casualties.injured.high"),
    Column::int(
        "killed_or_injured_best",
        "counts.killed_or_injured.best",
        "People killed or injured, where the text does not say which.",
    )
    .unit(PEOPLE),
    Column::int("missing_best", "counts.missing.best", "People missing.").unit(PEOPLE),
    Column::int("abducted_best", "counts.abducted.best", "People abducted.").unit(PEOPLE),
    Column::int("arrested_best", "counts.arrested.best", "People arrested.").unit(PEOPLE),
    Column::int("displaced_best", "counts.displaced.best", "People displaced.").unit(PEOPLE),
    Column::int("crowd_best", "counts.crowd.best", "People who protested: the number told first.").unit(PEOPLE),
    Column::int("crowd_low", "counts.crowd.low", "Least number told.").unit(PEOPLE),
    Column::int("crowd_high", "counts.crowd.high", "Greatest number told.").unit(PEOPLE),
    Column::bool(
        "fatalities_disputed",
        "casualties.killed.disagreement",
        "Whether sources differ on the people killed.",
    )
    .canonical("told.casualties.killed.disagreement"),
    Column::text(
        "status",
        "assertion.modality",
        "Standing of the statement. Only what is asserted or reported happened.",
    )
    .unit(STATUS),
    Column::bool("negated", "assertion.polarity", "Whether the text says that it did not happen.")
        .read(Read::Is("neg")),
    Column::text("realis", "assertion.realis", "A particular event, or a kind of event.")
        .unit("actual, generic, other"),
    Column::bool("historical", "assertion.historical", "Whether it precedes the news of the article."),
    Column::bool("main", "main", "Whether it is what the article is about."),
    Column::int("rank", "rank", "Its rank in the article, from 1.").unit("rank"),
    Column::text("salience", "assertion.salience", "Its weight in the article.").unit("main, secondary, background"),
    Column::int("n_mentions", "sources.n_mentions", "Times that the article mentions it.").unit("mentions"),
    Column::int(
        "n_sources",
        "sources.n_attributed_sources",
        "Sources that the article cites for it; publishers that report it.",
    )
    .unit("sources")
    .canonical("told.sources.publishers"),
    Column::text(
        "sources",
        "sources.named[]",
        "Named sources that the article cites for it, where the article is at hand; publishers that report it.",
    )
    .unit(LIST)
    .canonical("told.sources.reports[].publisher")
    .read(Read::EntityNames),
    Column::text("sources_unnamed", "sources.anonymous[]", "Unnamed sources, as the article calls them.").unit(LIST),
    Column::float("confidence", "confidence.overall", "Chance that there is such an event.")
        .unit(CHANCE)
        .canonical("told.confidence.overall"),
    Column::float("confidence_type", "confidence.type", "Chance that the type is right.")
        .unit(CHANCE)
        .canonical("told.confidence.type"),
    Column::float("confidence_location", "confidence.location", "Chance that the place is right.")
        .unit(CHANCE)
        .canonical("told.confidence.location"),
    Column::float("confidence_time", "confidence.time", "Chance that the time is right.")
        .unit(CHANCE)
        .canonical("told.confidence.time"),
    Column::float("confidence_casualties", "confidence.casualties", "Chance that the numbers of people are right.")
        .unit(CHANCE)
        .canonical("told.confidence.casualties"),
    Column::text("notes", "summary_text", "The sentence that tells it best.").canonical("told.summary_text"),
    Column::int("n_articles", "", "Articles that report it.").unit("articles").canonical("told.sources.articles"),
    Column::int("n_origins", "", "Independent origins: agencies and publishers, copies counted with what they copy.")
        .unit("origins")
        .canonical("told.sources.origins"),
    Column::time("first_reported", "", "When the first article was published.")
        .unit("UTC")
        .canonical("told.sources.first_published"),
    Column::time("last_reported", "", "When the last article was published.")
        .unit("UTC")
        .canonical("told.sources.last_published"),
    Column::text("lifecycle", "", "What became of the event; merged and retracted ones have no other values.")
        .unit("active, merged, retracted, closed")
        .canonical("status"),
    Column::int(
        "revision",
        "",
        "Number of changes applied: of the rows of an event, that with the greatest one holds.",
    )
    .unit("changes")
    .canonical("revision"),
    Column::time("updated_at", "", "When it last changed, by the stream's time.").unit("UTC").canonical("updated_at"),
    Column::text("merged_into", "", "The event that goes on in its place, once merged.").canonical("merged_into"),
    Column::text("change", "", "What the revision changed, in words.").canonical("change.text"),
    Column::text("extra", "article.extra", "Fields of the input that Dateline does not know.").unit("JSON"),
    Column::text("version", "producer.version", "Version of Dateline that made the record.")
        .canonical("producer.version"),
];
