//! The view of an article: what happened, the text it stands in, when and where, and everything found.

use maud::{Markup, html};

use super::map::{Kind, Spot, map};
use super::shell::{Document, Html};
use super::story::Story;
use super::words::{Group, count, event_name, is_fact, one_line, shorten};
use super::{event, tables, text, timeline};
use crate::article::Article;
use crate::record::{ArticleEvent, EnrichedArticle, EntityRecord, Salience};

/// An article to show.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// What was found.
    pub record: &'a EnrichedArticle,
    /// What it was found in.
    pub article: &'a Article,
}

/// One self-contained document with all articles, and an index where there are several.
pub fn articles(views: &[View<'_>]) -> Html {
    let title = match views {
        [one] => headline(one.record),
        _ => format!("{} articles", views.len()),
    };
    let content = html! {
        @if views.len() == 1 { h1.off { "An article and what Dateline found in it" } } @else { (index(views)) }
        @for (i, one) in views.iter().enumerate() { (view(*one, i + 1)) }
    };
    Document { title: &title, places: &[], reload: None, content }.render()
}

/// The headline, else what the main event's best sentence says.
pub(super) fn headline(record: &EnrichedArticle) -> String {
    shorten(&whole_headline(record), 180)
}

fn whole_headline(record: &EnrichedArticle) -> String {
    let meta = &record.article;
    let summary = || record.events.first().and_then(|e| e.summary_text.as_ref());
    one_line(meta.title.as_ref().or_else(summary).unwrap_or(&meta.id))
}

fn index(views: &[View<'_>]) -> Markup {
    html! {
        nav.index aria-label="Articles" {
            h1 { (views.len()) " articles" }
            ol {
                @for (i, one) in views.iter().enumerate() {
                    li {
                        a href=(format!("#a{}", i + 1)) { (headline(one.record)) }
                        @if let Some(first) = one.record.events.first() {
                            " " span class=(format!("what {}", event::tone(first))) { (event_name(&first.class)) }
                        }
                        " " span.soft { (one.record.article.published_at.as_deref().unwrap_or("no date")) }
                    }
                }
            }
        }
    }
}

/// One article.
pub(super) fn view(view: View<'_>, number: usize) -> Markup {
    let story = Story::new(view.record, view.article, number);
    let heading = story.id("title");
    let printed = text::printed(&story, &whole_headline(story.record));
    let (main, rest) = match story.record.events.split_first() {
        Some((first, rest)) => (Some(first), rest),
        None => (None, &[][..]),
    };
    html! {
        section.story id=(format!("a{number}")) aria-labelledby=(heading) {
            header.head {
                h2.marked id=(heading) {
                    @match &printed.headline {
                        // Printed by the article: here with its marks, and not again in the text.
                        Some(marked) => (marked),
                        None => (headline(story.record)),
                    }
                }
                p.facts { (facts(&story)) }
            }
            // The text follows the main event; map, times and further events stand beside both, on narrow screens below.
            div.article-grid {
                section.lede aria-labelledby=(story.id("lede")) {
                    @match main {
                        Some(main) => {
                            h3 id=(story.id("lede")) { @if main.main { "Main event" } @else { "First event" } }
                            (event::card(&story, main))
                        },
                        None => {
                            h3 id=(story.id("lede")) { "Events" }
                            p.empty { "No events were found in this article." }
                        },
                    }
                }
                section.text aria-labelledby=(story.id("text")) {
                    h3 id=(story.id("text")) { "Text" }
                    (legend(&story))
                    div.body.marked { (printed.text) }
                }
                div.side {
                    (map(&story.id("map"), "Map of the places in the article", &spots(&story)))
                    (timeline::timeline(&story))
                    @if !rest.is_empty() {
                        section.events aria-labelledby=(story.id("events")) {
                            h3 id=(story.id("events")) { "Further events " span.soft { (rest.len()) } }
                            (groups(&story, rest))
                        }
                    }
                }
            }
            div.tables { (tables::tables(&story)) }
            footer.made { (made(&story)) }
        }
        // For hover and focus: what the words under the pointer stand for. Tooltips say the same.
        div.hint aria-hidden="true" hidden {}
    }
}

fn facts(story: &Story<'_>) -> Markup {
    let (meta, quality) = (&story.record.article, &story.record.quality);
    let dateline = meta.dateline.as_ref();
    let mut parts: Vec<String> = Vec::new();
    parts.push(meta.published_at.clone().unwrap_or_else(|| "no date".to_owned()));
    parts.extend(dateline.and_then(|d| d.place.clone()));
    parts.extend(meta.source.clone().or_else(|| dateline.and_then(|d| d.agency.clone())));
    parts.push(count(quality.sentences, "sentence"));
    parts.push(count(story.record.events.len(), "event"));
    html! {
        @for part in &parts { span { (one_line(part)) } }
        span { code { (shorten(&meta.id, 80)) } }
        @if let Some(url) = meta.url.as_ref().filter(|u| u.starts_with("https://") || u.starts_with("http://")) {
            span { a href=(url) rel="noreferrer noopener" { "original" } }
        }
    }
}

/// What the marks mean, and switches for each kind. They work without JavaScript.
fn legend(story: &Story<'_>) -> Markup {
    let used = |group: Group| match group {
        Group::Time => !story.record.times.is_empty(),
        _ => story.record.entities.iter().any(|e| Group::of(e.kind) == group),
    };
    let switch = |class: &str, mark: &str, label: &str| {
        html! {
            label { input.(format!("f-{class}")) type="checkbox" checked; span class=(mark) { (label) } }
        }
    };
    html! {
        fieldset.legend {
            legend { "Marked in the text" }
            (switch("t", "t q0", "Event words"))
            @for group in Group::SHOWN.into_iter().filter(|g| used(*g)) {
                (switch(group.class(), &format!("m {}", group.class()), group.label()))
            }
            @if !story.record.attributions.is_empty() { (switch("said", "said", "Said by a source")) }
        }
    }
}

/// Events after the first: current ones, then what is not asserted, then history.
fn groups(story: &Story<'_>, events: &[ArticleEvent]) -> Markup {
    let (past, rest): (Vec<&ArticleEvent>, Vec<&ArticleEvent>) = events.iter().partition(|e| e.assertion.historical);
    let (now, thought): (Vec<&ArticleEvent>, Vec<&ArticleEvent>) =
        rest.into_iter().partition(|e| is_fact(e) && e.assertion.salience != Salience::Background);
    html! {
        @for (part, title, list) in [("now", "Also reported", now), ("open", "Not asserted", thought), ("past", "Background", past)] {
            @if !list.is_empty() {
                section aria-labelledby=(story.id(part)) {
                    h4.group id=(story.id(part)) { (title) }
                    ol.cards { @for event in list { li { (event::card(story, event)) } } }
                }
            }
        }
    }
}

/// Places of events and places named, with how often.
fn spots(story: &Story<'_>) -> Vec<Spot> {
    let mut spots = Vec::new();
    for event in &story.record.events {
        let Some(place) = event.location.as_ref().map(|l| &l.place) else { continue };
        let Some(spot) = Spot::new(place, &place.name, event.mentions.len(), Some(event::tone(event))) else {
            continue;
        };
        let current = !event.assertion.historical && is_fact(event);
        spots.push(Spot { focus: event.main || current && spot.kind == Kind::Dot, ..spot });
    }
    let named = |e: &EntityRecord| Spot::new(e.place.as_ref()?, &e.name, e.mentions.len(), None);
    spots.extend(story.record.entities.iter().filter_map(named));
    spots
}

fn made(story: &Story<'_>) -> Markup {
    let (producer, quality) = (&story.record.producer, &story.record.quality);
    let count = |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}{}", if n == 1 { "" } else { "s" }));
    let notes = [
        count(quality.captions, "caption"),
        count(quality.duplicate_blocks, "repeating paragraph"),
        count(quality.unresolved_places, "unresolved place"),
        count(quality.claims_without_source, "casualty claim").map(|c| c + " without a source"),
    ];
    html! {
        @for note in notes.into_iter().flatten() { span { (note) } }
        @for note in &quality.notes { span { (note.replace('_', " ")) } }
        span { (producer.name) " " (producer.version) }
        span { (producer.model) }
        span { (producer.gazetteer) }
        span { "outlines: Natural Earth" }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::article::{Hint, Intake};

    /// A record without any finding.
    pub(in crate::page) fn empty_record() -> EnrichedArticle {
        serde_json::from_value(json!({
            "schema": "article.enriched/1",
            "article": {
                "id": "x", "url": null, "source": null, "title": null, "published_at": null, "language": "en",
                "dateline": null, "text_sha256": "0".repeat(64), "chars": 0
            },
            "entities": [], "times": [], "attributions": [], "mentions": [], "events": [], "main_event": null,
            "quality": serde_json::to_value(crate::record::Quality::default()).unwrap(),
            "producer": {"name": "dateline", "version": "1", "model": "m", "gazetteer": "g"}
        }))
        .unwrap()
    }

    #[test]
    fn a_headline_stands_on_the_page_once() {
        let text = "Police said on Monday that the port was closed to all ships.";
        let printed = format!("Port of Salgora closed\n\n{text}");
        let shown = |text: &str, title: &str| {
            let json = serde_json::json!({"text": text, "title": title}).to_string();
            let article = Intake::default().read(json.as_bytes(), &Hint::default()).unwrap();
            let mut record = empty_record();
            record.article.title = Some(title.to_owned());
            view(View { record: &record, article: &article }, 1).0
        };
        for (text, title) in [
            (text, "Port of Salgora closed"),
            (text, "Port of Salgora closed again - Harbour News"),
            (printed.as_str(), "Port of Salgora closed"),
            (printed.as_str(), "PORT OF SALGORA CLOSED"),
        ] {
            let page = shown(text, title);
            assert_eq!(page.matches("Port of Salgora").count(), 1, "{title}: {page}");
            assert!(page.contains("<h2 class=\"marked\" id=\"a1-title\">Port of Salgora closed"), "{title}: {page}");
        }
        let other = shown(&printed, "Harbour closed after blast in Salgora");
        assert!(other.contains("Harbour closed") && other.contains("Port of Salgora closed"), "{other}");
    }

    #[test]
    fn text_from_outside_is_escaped_everywhere() {
        let evil = "<script>alert(1)</script> \"'&";
        let text = format!("{evil} The port was closed on Monday.");
        let article = Intake::default().read(text.as_bytes(), &Hint::content_type("text/plain")).unwrap();
        let mut record = empty_record();
        record.article.id = evil.into();
        record.article.title = Some(evil.into());
        record.article.source = Some(evil.into());
        record.article.url = Some("javascript:alert(1)".into());
        record.quality.notes = vec![evil.into()];
        record.entities = vec![
            serde_json::from_value(json!({
                "id": "e", "type": "PERSON", "name": evil, "salience": 1.0, "references": [], "place": null, "actor": null,
                "mentions": [{"text": "port", "char": [33, 37], "byte": [33, 37], "type": "PERSON"},
                    {"text": "?", "char": [0, 9999], "byte": [0, 9999], "type": "PERSON"}]
            }))
            .unwrap(),
        ];
        let page = articles(&[View { record: &record, article: &article }]).body;
        assert!(!page.contains("<script>alert") && !page.contains("javascript:"), "{page}");
        assert_eq!(page.matches("<script>").count(), 1, "the page's own");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;'&amp;"));
    }
}
