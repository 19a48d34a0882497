//! An enriched article as a digest for people: what happened, who says so, and what else is in it.
//!
//! A view only: every line is a field of the record. Lines are wrapped at the given width. What is shown is the record
//! with harmless texts ([`super::visible`]), because all of them come from the article.

mod event;
mod explain;
mod words;

use super::visible;
use crate::cli::style::Style;
use crate::record::{ArticleEvent, EnrichedArticle, EntityKind, EntityRecord, Salience};
pub use explain::explanation;
use words::{Names, list, wrap};

/// Events shown in full below the main one.
const EVENTS: usize = 5;
/// Names shown per group.
const NAMES: usize = 10;

/// Renders a digest.
pub fn digest(article: &EnrichedArticle, style: Style, width: usize) -> String {
    let article = &match visible::record(article) {
        Ok(article) => article,
        Err(error) => return unshown(&error),
    };
    let names = Names::new(article);
    let mut out = String::new();
    heading(&mut out, article, style, width);
    match article.events.split_first() {
        None => out.push_str(&format!("\n  {}\n", style.faint("no events"))),
        Some((first, rest)) => {
            let title = if first.main { "Main event" } else { "Events" };
            out.push_str(&format!("\n{}\n", style.strong(title)));
            out.push_str(&event::full(first, &names, style, width));
            events(&mut out, rest, &names, style, width);
        }
    }
    entities(&mut out, article, style, width);
    notes(&mut out, article, style, width);
    out
}

/// Renders the heading and the first event alone.
pub fn brief(article: &EnrichedArticle, style: Style, width: usize) -> String {
    let article = &match visible::record(article) {
        Ok(article) => article,
        Err(error) => return unshown(&error),
    };
    let mut out = String::new();
    heading(&mut out, article, style, width);
    match article.events.first() {
        Some(first) => out.push_str(&event::full(first, &Names::new(article), style, width)),
        None => out.push_str(&format!("  {}\n", style.faint("no events"))),
    }
    out
}

/// Renders one event of any article in one entry.
pub fn event_line(event: &ArticleEvent, style: Style, width: usize) -> String {
    match visible::record(event) {
        Ok(event) => event::line(&event, &Names::default(), style, width),
        Err(error) => unshown(&error),
    }
}

/// In the place of a record that cannot be read back from its own JSON; a test reads every kind of record back.
fn unshown(error: &serde_json::Error) -> String {
    format!("  (this record cannot be shown: {error})\n")
}

/// Width for standard output: the terminal's, within what can be read.
pub fn width() -> usize {
    textwrap::termwidth().clamp(60, 110)
}

fn heading(out: &mut String, article: &EnrichedArticle, style: Style, width: usize) {
    let meta = &article.article;
    let title = meta.title.clone().or_else(|| {
        let main = article.events.first()?;
        main.summary_text.as_ref().map(|s| words::shorten(s, 2 * width))
    });
    let mut facts = vec![meta.published_at.clone().unwrap_or_else(|| "no date".to_owned())];
    facts.extend(meta.dateline.as_ref().and_then(|d| d.place.clone()));
    facts.extend(meta.source.clone().or_else(|| meta.dateline.as_ref().and_then(|d| d.agency.clone())));
    facts.push(words::count(article.quality.sentences, "sentence"));
    facts.push(meta.id.clone());
    out.push_str(&format!("{}\n", style.faint(&"─".repeat(width))));
    for line in wrap(&title.unwrap_or_else(|| meta.id.clone()), width, "") {
        out.push_str(&format!("{}\n", style.strong(&line)));
    }
    out.push_str(&format!("{}\n", style.faint(&facts.join(" · "))));
}

/// Events after the first: current ones in full, then plans and history a line each.
fn events(out: &mut String, events: &[ArticleEvent], names: &Names<'_>, style: Style, width: usize) {
    let current = |e: &&ArticleEvent| {
        event::is_fact(e) && !e.assertion.historical && e.assertion.salience != Salience::Background
    };
    let (now, rest): (Vec<&ArticleEvent>, Vec<&ArticleEvent>) = events.iter().partition(current);
    let (past, thought): (Vec<&ArticleEvent>, Vec<&ArticleEvent>) =
        rest.into_iter().partition(|e| e.assertion.historical);
    for (title, list) in [("Also reported", now), ("Not asserted", thought), ("Background", past)] {
        if list.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", style.strong(title)));
        let most = if title == "Also reported" { 2 * EVENTS } else { EVENTS };
        for event in list.iter().take(most) {
            out.push_str(&event::line(event, names, style, width));
        }
        if list.len() > most {
            out.push_str(&format!("  {}\n", style.faint(&format!("and {} more", list.len() - most))));
        }
    }
}

fn entities(out: &mut String, article: &EnrichedArticle, style: Style, width: usize) {
    let actors = |e: &&EntityRecord| matches!(e.kind, EntityKind::Person | EntityKind::Org | EntityKind::Norp);
    let places = |e: &&EntityRecord| matches!(e.kind, EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac);
    let actor = |e: &EntityRecord| {
        let code = e.actor.as_ref().and_then(|a| a.cameo_code.as_ref()).map(|c| format!(" [{c}]")).unwrap_or_default();
        format!("{}{code}", e.name)
    };
    let place = |e: &EntityRecord| match &e.place {
        Some(p) => format!("{} [{}]", e.name, words::place_levels(p)),
        None => format!("{} [?]", e.name),
    };
    let actors: Vec<String> = article.entities.iter().filter(actors).map(actor).collect();
    let places: Vec<String> = article.entities.iter().filter(places).map(place).collect();
    for (title, found) in [("Actors", actors), ("Places", places)] {
        if !found.is_empty() {
            out.push_str(&format!("\n{}\n", style.strong(title)));
            for line in wrap(&list(&found, NAMES), width - 2, "") {
                out.push_str(&format!("  {line}\n"));
            }
        }
    }
}

fn notes(out: &mut String, article: &EnrichedArticle, style: Style, width: usize) {
    let q = &article.quality;
    let count = |n: usize, what: &str| (n > 0).then(|| words::count(n, what));
    let notes: Vec<String> = [
        count(article.mentions.len(), "event mention"),
        count(article.attributions.len(), "attribution"),
        count(q.captions, "caption"),
        count(q.duplicate_blocks, "repeating paragraph"),
        count(q.unresolved_places, "unresolved place"),
        count(q.claims_without_source, "casualty claim").map(|c| c + " without a source"),
    ]
    .into_iter()
    .flatten()
    .chain(q.notes.iter().map(|n| n.replace('_', " ")))
    .collect();
    out.push('\n');
    for line in wrap(&notes.join(" · "), width, "") {
        out.push_str(&format!("{}\n", style.faint(&line)));
    }
}
