//! The columns of mentions.

use super::shared::*;
use crate::table::column::{Column, Read};

pub(super) const COLUMNS: &[Column] = &[
    Column::text("mention_id", "mention_id", "The mention's id."),
    Column::text("event_id", "cluster_id", "The event that it belongs to; empty where it is none of its own."),
    ARTICLE_ID,
    URL,
    PUBLISHER,
    SOURCE,
    TITLE,
    PUBLISHED_AT,
    Column::int("sentence", "sentence.index", "Number of the sentence, from 0.").unit("sentences"),
    Column::int("sentence_start", "sentence.char[0]", "Where the sentence begins.").unit(CHARACTERS),
    Column::int("sentence_end", "sentence.char[1]", "Where it ends, exclusive.").unit(CHARACTERS),
    Column::text("trigger", "trigger.text", "The words that evoke the event."),
    Column::text("trigger_lemma", "trigger.lemma", "Lemma of their head word."),
    Column::int("trigger_start", "trigger.char[0]", "Where they begin.").unit(CHARACTERS),
    Column::int("trigger_end", "trigger.char[1]", "Where they end, exclusive.").unit(CHARACTERS),
    Column::text(
        "field",
        "trigger.field",
        "`title` where sentence and trigger are counted in the headline; empty: in the text.",
    ),
    Column::text("event_type", "type.acled.event_type", "ACLED's type, where it has one.").unit(ACLED),
    Column::text("sub_event_type", "type.acled.sub_event_type", "ACLED's type below it.").unit(ACLED),
    Column::text("plover", "type.plover.event", "What happened; empty for accidents, disasters and epidemics.")
        .unit(PLOVER),
    Column::text("plover_mode", "type.plover.mode[]", "How, most extreme first.").unit("PLOVER; list, `; ` between"),
    Column::text("plover_context", "type.plover.context[]", "What it was about.").unit("PLOVER; list, `; ` between"),
    Column::text("cameo", "type.cameo.code", "What happened, as deep as is clear.").unit(CAMEO),
    Column::int("quad_class", "type.quad_class", "Cooperation or conflict, in words or deeds.").unit(QUAD),
    Column::float("goldstein", "type.goldstein", "Goldstein's scale of conflict and cooperation.").unit("-10 to 10"),
    Column::text("actors", "participants[role=actor].name", "Who did it.").unit(LIST),
    Column::text("actor_codes", "participants[role=actor].cameo_code", "Their codes.")
        .unit("CAMEO actor codes; list, `; ` between"),
    Column::text("recipients", "participants[role=recipient].name", "To whom.").unit(LIST),
    Column::text("recipient_codes", "participants[role=recipient].cameo_code", "Their codes.")
        .unit("CAMEO actor codes; list, `; ` between"),
    Column::text("victims", "participants[role=victim].name", "Who came to harm.").unit(LIST),
    Column::text("instruments", "participants[role=instrument].name", "With what.").unit(LIST),
    Column::date("event_date", "time.start", "First day of the event.").unit("day"),
    Column::date("event_date_end", "time.end", "Last day of the event, or of the time within which it happened.")
        .unit("day, inclusive"),
    Column::int("time_precision", "time.granularity", "How exact the day is.")
        .unit(TIME_PRECISION)
        .read(Read::Code(TIME_CODES)),
    Column::text("location", "location.name", "Where, as the text or the gazetteer calls it."),
    Column::text("admin1", "location.admin1", "Province or state of the place."),
    Column::text("country", "location.country_iso3", "Country of the place.")
        .unit("English name, GeoNames")
        .read(Read::CountryName),
    Column::text("iso3", "location.country_iso3", "Country of the place.").unit(ISO3),
    Column::float("latitude", "location.lat", "Latitude of the place; empty where only the country is known.")
        .unit(DEGREES),
    Column::float("longitude", "location.lon", "Longitude of the place.").unit(DEGREES),
    Column::int("geo_precision", "location.resolution", "How exact the place is.")
        .unit(GEO_PRECISION)
        .read(Read::Code(GEO_CODES)),
    Column::int("geonameid", "location.geonameid", "The place in GeoNames.").unit(GEONAMES),
    Column::text("status", "assertion.modality", "Standing of the statement.").unit(STATUS),
    Column::bool("negated", "assertion.polarity", "Whether the text says that it did not happen.")
        .read(Read::Is("neg")),
    Column::text("realis", "assertion.realis", "A particular event, or a kind of event.")
        .unit("actual, generic, other"),
    Column::bool("historical", "assertion.historical", "Whether it precedes the news of the article."),
    Column::text(
        "attributed_to",
        "attribution.source_name",
        "Who says so; empty where the article says it in its own voice.",
    ),
    Column::text("quote", "attribution.quote", "Form of the quotation.").unit("direct, indirect, mixed"),
    Column::text("flags", "flags[]", "Where it stands, if not in the story itself.")
        .unit("caption, duplicate_text, headline, boilerplate; list, `; ` between"),
    Column::float("confidence", "confidence.overall", "Chance that there is such an event.").unit(CHANCE),
    VERSION,
];
