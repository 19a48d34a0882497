//! Everything found, as tables: entities, times, who says what, casualty claims.

use maud::{Markup, html};

use super::event::{meter, parts};
use super::story::Story;
use super::when::{granularity, words};
use super::words::{Group, number, one_line, place_levels, shorten};
use crate::record::{CasualtyClaim, EntityRecord, Polarity, QuoteKind};

/// Rows shown before the rest is folded away.
const ROWS: usize = 24;

/// All tables.
pub(super) fn tables(story: &Story<'_>) -> Markup {
    html! {
        (claims(story))
        (attributions(story))
        (entities(story))
        (times(story))
    }
}

/// A section with a table that scrolls by itself where it is too wide.
fn section(story: &Story<'_>, part: &str, title: &str, count: usize, table: Markup) -> Markup {
    let id = story.id(part);
    html! {
        @if count > 0 {
            section aria-labelledby=(id) {
                h3 id=(id) { (title) " " span.soft { (count) } }
                div.scroll role="region" aria-label=(format!("{title}, table")) tabindex="0" { (table) }
            }
        }
    }
}

/// A table with a caption that only screen readers see.
fn table(caption: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        table {
            caption.off { (caption) }
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody { (rows) }
        }
    }
}

fn entities(story: &Story<'_>) -> Markup {
    let shown: Vec<(usize, &EntityRecord)> = story.record.entities.iter().enumerate().collect();
    let (numbers, names): (Vec<_>, Vec<_>) =
        shown.into_iter().partition(|(_, e)| matches!(Group::of(e.kind), Group::Number | Group::Time));
    let (first, rest) = names.split_at(names.len().min(ROWS));
    let table = |rows: &[(usize, &EntityRecord)], caption: &str| {
        html! {
            table {
                caption.off { (caption) }
                thead {
                    tr {
                        th scope="col" { "Name" } th scope="col" { "Type" } th scope="col" { "Codes, place" }
                        th.n scope="col" { "Named" } th.n scope="col" { "Meant" } th scope="col" { "Weight" }
                    }
                }
                tbody { @for (i, entity) in rows { (row(story, *i, entity)) } }
            }
        }
    };
    let folded = |rows: &[(usize, &EntityRecord)], label: &str| {
        html! {
            @if !rows.is_empty() { details { summary { (rows.len()) " " (label) } (table(rows, label)) } }
        }
    };
    let content = html! {
        (table(first, "Entities"))
        (folded(rest, "more entities"))
        (folded(&numbers, "numbers and dates"))
    };
    section(story, "entities", "Entities", names.len() + numbers.len(), content)
}

fn row(story: &Story<'_>, index: usize, entity: &EntityRecord) -> Markup {
    let id = story.id(&format!("n{}", index + 1));
    let codes = entity.actor.as_ref().and_then(|a| a.cameo_code.clone());
    let place = entity.place.as_ref().map(place_levels).filter(|p| !p.is_empty());
    html! {
        tr id=(id) data-r=(id) tabindex="-1" {
            th scope="row" { (shorten(&one_line(&entity.name), 120)) }
            td { span class=(format!("swatch {}", Group::of(entity.kind).class())) { (entity.kind.as_str()) } }
            td {
                @if let Some(code) = &codes { code { (code) } }
                @if codes.is_some() && place.is_some() { " " }
                @if let Some(place) = &place { (place) }
            }
            td.n { (entity.mentions.len()) }
            td.n { (entity.references.len()) }
            td { (meter(entity.salience)) " " (format!("{:.2}", entity.salience)) }
        }
    }
}

fn times(story: &Story<'_>) -> Markup {
    let times = &story.record.times;
    let rows = html! {
        @for (i, time) in times.iter().enumerate() {
            @let id = story.id(&format!("w{}", i + 1));
            tr id=(id) data-r=(id) tabindex="-1" {
                th scope="row" { (shorten(&one_line(&time.span.text), 80)) }
                td { (words(&time.timex)) }
                td { code { (shorten(&time.timex.value, 40)) } }
                td { (granularity(time.timex.granularity)) }
            }
        }
    };
    let table = table("Time expressions", &["Words", "Means", "Value", "Precision"], &rows);
    section(story, "times", "Times", times.len(), table)
}

fn attributions(story: &Story<'_>) -> Markup {
    let all = &story.record.attributions;
    let rows = html! {
        @for (i, a) in all.iter().enumerate() {
            @let id = story.id(&format!("s{}", i + 1));
            @let said: Vec<&str> = a.content.iter().filter_map(|c| story.text().get(story.shown(c.byte, c.field))).collect();
            tr id=(id) data-r=(id) tabindex="-1" {
                th scope="row" {
                    @let words = a.source.as_ref().map(|s| one_line(&s.text));
                    (shorten(words.as_deref().unwrap_or("unnamed"), 90))
                    @if let Some(name) = a.source_entity.as_ref().and_then(|e| story.name(e)) {
                        @if words.as_deref().is_none_or(|w| !w.contains(name)) { " " small { "= " (name) } }
                    }
                }
                td { @if let Some(cue) = &a.cue { (one_line(&cue.text)) } }
                td {
                    (match a.quote { QuoteKind::Direct => "quoted", QuoteKind::Indirect => "reported", QuoteKind::Mixed => "partly quoted" })
                    @if a.level > 1 { ", at second hand" }
                }
                td { (shorten(&one_line(&said.join(" … ")), 220)) }
            }
        }
    };
    let table = table("Who says what", &["Source", "Cue", "Form", "What is said"], &rows);
    section(story, "said", "Who says what", all.len(), table)
}

fn claims(story: &Story<'_>) -> Markup {
    let mut claims: Vec<&CasualtyClaim> = Vec::new();
    for claim in story.record.mentions.iter().flat_map(|m| &m.casualties).chain(&story.record.claims) {
        if !claims.iter().any(|c| c.claim_id == claim.claim_id) {
            claims.push(claim);
        }
    }
    claims.sort_by_key(|claim| claim.span.byte[0]);
    let rows = html! { @for claim in &claims { (claim_row(story, claim)) } };
    let table = table("Casualty claims", &["Claim", "Who", "Source", "Words", "Remarks"], &rows);
    section(story, "claims", "Casualty claims", claims.len(), table)
}

fn claim_row(story: &Story<'_>, claim: &CasualtyClaim) -> Markup {
    let kind = claim.kind.as_str().replace('_', " ");
    let parts = parts(&claim.breakdown);
    let mut remarks = Vec::new();
    if claim.duplicates.is_some() {
        remarks.push("repeats an earlier claim");
    }
    if claim.update {
        remarks.push("updates an earlier number");
    }
    if !claim.numeric {
        remarks.push("no number in the text");
    }
    let attribution = claim.attribution_id.as_ref().and_then(|id| story.attribution(id));
    let source = claim.source_entity.as_ref().and_then(|id| story.name(id)).unwrap_or("the article");
    html! {
        tr {
            th scope="row" {
                @if claim.polarity == Polarity::Neg { "none " } @else { (number(claim.best, claim.low, claim.high, claim.modifier)) " " }
                (kind)
            }
            td {
                (claim.victims.as_deref().map_or_else(|| "people".to_owned(), |v| shorten(&one_line(v), 80)))
                @if !parts.is_empty() { " " span.soft { "(" (parts) ")" } }
            }
            td { @match attribution { Some(id) => a href=(format!("#{id}")) data-r=(id) { (source) }, None => (source) } }
            td { q { (shorten(&one_line(&claim.span.text), 120)) } }
            td { (remarks.join(", ")) }
        }
    }
}
