//! The columns of casualty claims.

use super::shared::*;
use crate::table::column::{Column, Read};

pub(super) const COLUMNS: &[Column] = &[
    Column::text("claim_id", "claim_id", "The claim's id, unique in the article."),
    Column::text(
        "event_id",
        "mention.cluster_id",
        "The event of the first mention that makes it; empty where none does, or the record is without mentions.",
    ),
    Column::text("mention_id", "mention.mention_id", "The first mention that makes it; empty as the event is."),
    ARTICLE_ID,
    URL,
    PUBLISHER,
    SOURCE,
    TITLE,
    PUBLISHED_AT,
    Column::text("kind", "kind", "What happened to the people.")
        .unit("killed, injured, killed_or_injured, missing, abducted, arrested, displaced"),
    Column::int("best", "best", "How many; empty where the text gives only a bound or no number.").unit(PEOPLE),
    Column::int("low", "low", "Lower bound.").unit(PEOPLE),
    Column::int("high", "high", "Upper bound.").unit(PEOPLE),
    Column::text("modifier", "mod", "What the text says of the number.")
        .unit("MORE_THAN, AT_LEAST, LESS_THAN, AT_MOST, APPROX"),
    Column::bool("numeric", "numeric", "Whether the text states digits or number words, and not \"dozens\"."),
    Column::bool("negated", "polarity", "Whether the text says that there were none.").read(Read::Is("neg")),
    Column::text("victims", "victims", "The people, as the text calls them; empty for \"people\"."),
    Column::int("children", "breakdown.children", "Children among them.").unit(PEOPLE),
    Column::int("women", "breakdown.women", "Women among them.").unit(PEOPLE),
    Column::int("civilians", "breakdown.civilians", "Civilians among them.").unit(PEOPLE),
    Column::int("combatants", "breakdown.combatants", "Combatants among them.").unit(PEOPLE),
    Column::text("named", "breakdown.named[]", "People among them whom the text names.").unit(LIST),
    Column::text("claimed_by", "source_entity", "Who says so; empty where the article says it in its own voice.")
        .read(Read::EntityNames),
    Column::bool("update", "update", "Whether the text gives it as one that replaces an earlier one."),
    Column::text("repeats", "duplicates", "The earlier claim that it repeats: it has no vote."),
    Column::text("words", "span.text", "The words that state it."),
    Column::int("start", "span.char[0]", "Where they begin.").unit(CHARACTERS),
    Column::int("end", "span.char[1]", "Where they end, exclusive.").unit(CHARACTERS),
    Column::text("field", "span.field", "`title` where they are counted in the headline; empty: in the text."),
    Column::float("confidence", "confidence", "Chance that it is read rightly.").unit(CHANCE),
    VERSION,
];
