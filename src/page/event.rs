//! An event: the five Ws, the numbers with their sources, and the sentences that say so.

use maud::{Markup, html};

use super::story::Story;
use super::when;
use super::words::{self, details, event_name, number, one_line, place, shorten, standing, via};
use crate::record::{
    ArticleEvent, Breakdown, CasualtyKind, EventMention, LinkKind, Participant, ParticipantRole, SourceSummary,
    SourceTotal, Via,
};

/// Sentences shown as evidence.
const EVIDENCE: usize = 12;

/// Class in the style sheet: the quad class.
pub(super) fn tone(event: &ArticleEvent) -> &'static str {
    match event.class.quad_class {
        Some(1) => "q1",
        Some(2) => "q2",
        Some(3) => "q3",
        Some(4) => "q4",
        _ => "q0",
    }
}

/// One line for a tooltip: "Event 2: Assault, planned".
pub(super) fn title(event: &ArticleEvent) -> String {
    let mut parts = vec![format!("Event {}: {}", event.rank, event_name(&event.class))];
    parts.extend(standing(&event.assertion).into_iter().map(str::to_owned));
    parts.join(", ")
}

/// A short link to an event from elsewhere on the page.
pub(super) fn reference(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    let whom = words::parties(event.recipients.get(..1).unwrap_or_default());
    let who = words::parties(event.actors.get(..1).unwrap_or_default());
    let id = story.event(event.rank);
    html! {
        a.chip href=(format!("#{id}")) data-r=(id) {
            span class=(format!("num {}", tone(event))) { (event.rank) }
            (event_name(&event.class))
        }
        @if !who.is_empty() { " " (shorten(&who, 40)) }
        @if !whom.is_empty() { " → " (shorten(&whom, 40)) }
    }
}

/// The event in full.
pub(super) fn card(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    let id = story.event(event.rank);
    let heading = format!("{id}-h");
    let details = details(&event.class);
    let standing = standing(&event.assertion);
    html! {
        article.event.main[event.main] id=(id) data-r=(id) tabindex="-1" aria-labelledby=(heading) {
            h4 id=(heading) {
                span class=(format!("num {}", tone(event))) { span.off { "Event " } (event.rank) }
                span class=(format!("what {}", tone(event))) { (event_name(&event.class)) }
                @for word in &standing { " " span.tag { (word) } }
                @if !details.is_empty() { " " span.modes { (details.join(", ")) } }
            }
            dl.ws {
                @if !event.actors.is_empty() { dt { "Who" } dd { (people(story, &event.actors)) } }
                @if !event.recipients.is_empty() { dt { "To whom" } dd { (people(story, &event.recipients)) } }
                @if let Some(location) = &event.location {
                    dt { "Where" }
                    dd {
                        (place(&location.place))
                        @let own = (location.via == Via::Default).then_some("the dateline’s");
                        @let km = location.place.uncertainty_km.filter(|km| *km >= 20.0);
                        @let km = km.map(|km| format!("to within {km:.0} km"));
                        @let found = own.or_else(|| via(location.via)).map(str::to_owned);
                        @let remarks: Vec<String> = found.into_iter().chain(km).collect();
                        @if !remarks.is_empty() { " " small { (remarks.join(", ")) } }
                    }
                }
                @if let Some(time) = &event.time {
                    dt { "When" }
                    dd {
                        (when::words(&time.timex))
                        @let own = (time.via == Via::Default).then_some("the article’s own date");
                        @if let Some(via) = own.or_else(|| via(time.via)) { " " small { (via) } }
                    }
                }
                (harm(story, event))
                (sources(story, event))
                (doubts(story, event))
            }
            // Without a title of its own the article is headed by this sentence;
            // the evidence of an event told once is this sentence.
            @if event.main && event.mentions.len() > 1 && story.record.article.title.is_some() {
                @if let Some(summary) = &event.summary_text { blockquote { (shorten(summary, 400)) } }
            }
            (evidence(story, event))
            (codes(event))
        }
    }
}

fn people(story: &Story<'_>, people: &[Participant]) -> Markup {
    html! {
        ul.inline {
            @for p in people {
                li {
                    @match p.entity_id.as_ref().and_then(|id| story.entity(id)) {
                        Some(id) => a href=(format!("#{id}")) data-r=(id) { (one_line(&p.name)) },
                        None => (one_line(&p.name)),
                    }
                    @if let Some(title) = &p.title_or_role { ", " (one_line(title)) }
                    @if let Some(code) = &p.actor.cameo_code { " " code { (code) } }
                    @let part = match p.role {
                        ParticipantRole::Actor | ParticipantRole::Recipient => None,
                        ParticipantRole::Victim => Some("victim"),
                        ParticipantRole::Instrument => Some("instrument"),
                        ParticipantRole::Beneficiary => Some("beneficiary"),
                        ParticipantRole::Mediator => Some("mediator"),
                    };
                    @let remarks: Vec<&str> = part.into_iter().chain(via(p.via)).collect();
                    @if !remarks.is_empty() { " " small { (remarks.join(", ")) } }
                }
            }
        }
    }
}

fn harm(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    let totals = [("Killed", &event.casualties.killed), ("Injured", &event.casualties.injured)];
    html! {
        @for (label, total) in totals {
            @if let Some(total) = total { dt { (label) } dd { (summary(total)) } }
        }
        @for (kind, total) in event.counts.claimed() {
            dt { (kind_name(kind)) }
            dd { (summary(total)) }
        }
        @if let Some(crowd) = &event.counts.crowd {
            dt { "Crowd" }
            dd { ul.inline { @for figure in &crowd.told { li { (one_line(&figure.span.text)) } } } }
        }
        @for side in &event.casualties.side {
            dt { "One side" }
            dd {
                (side.name) ": " (side.killed.map_or_else(|| "–".to_owned(), |n| n.to_string())) " killed, "
                (side.injured.map_or_else(|| "–".to_owned(), |n| n.to_string())) " injured"
                @if let Some(name) = side.source.as_ref().and_then(|s| story.name(s)) { " " small { "says " (name) } }
            }
        }
    }
}

/// The label of a kind of harm.
fn kind_name(kind: CasualtyKind) -> &'static str {
    match kind {
        CasualtyKind::Killed => "Killed",
        CasualtyKind::Injured => "Injured",
        CasualtyKind::KilledOrInjured => "Casualties",
        CasualtyKind::Missing => "Missing",
        CasualtyKind::Abducted => "Abducted",
        CasualtyKind::Arrested => "Arrested",
        CasualtyKind::Displaced => "Displaced",
    }
}

fn summary(total: &SourceSummary) -> Markup {
    html! {
        span.count { (number(total.best, total.low, total.high, None)) }
        @match (total.low, total.high) {
            (Some(low), Some(high)) if total.best.is_some() && low != high => { " " small { "between " (low) " and " (high) } },
            _ => {},
        }
        @if total.disagreement { " " span.tag { "sources differ" } }
        @if !total.by_source.is_empty() {
            ul.plain { @for source in &total.by_source { li { (by(source)) } } }
        }
    }
}

fn by(source: &SourceTotal) -> Markup {
    let parts = parts(&source.breakdown);
    html! {
        (number(source.best, source.low, source.high, None)) " "
        span.soft { "according to " (source.name.as_deref().map_or_else(|| "the article".to_owned(), one_line)) }
        @if !parts.is_empty() { span.soft { " (" (parts) ")" } }
    }
}

/// "6 children, 4 women".
pub(super) fn parts(breakdown: &Breakdown) -> String {
    let counts = [
        (breakdown.children, "children"),
        (breakdown.women, "women"),
        (breakdown.civilians, "civilians"),
        (breakdown.combatants, "combatants"),
    ];
    let counts = counts.into_iter().filter_map(|(n, what)| n.map(|n| format!("{n} {what}")));
    counts.chain(breakdown.named.iter().map(|n| one_line(n))).collect::<Vec<_>>().join(", ")
}

fn sources(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    let named = event.sources.named.iter().filter_map(|id| Some((story.entity(id)?, story.name(id)?)));
    let named: Vec<(String, &str)> = named.collect();
    let anonymous: Vec<String> = event.sources.anonymous.iter().map(|s| shorten(&one_line(s), 90)).collect();
    let all: Vec<&str> = named.iter().map(|(_, name)| *name).chain(anonymous.iter().map(String::as_str)).collect();
    let is_full = |name: &str| !words::is_short_form(name, all.iter().copied());
    html! {
        @if !named.is_empty() || !anonymous.is_empty() {
            dt { "Says who" }
            dd {
                ul.inline {
                    @for (id, name) in named.iter().filter(|(_, name)| is_full(name)) { li { a href=(format!("#{id}")) data-r=(id) { (name) } } }
                    @for name in anonymous.iter().filter(|name| is_full(name)) { li.soft { (name) } }
                }
            }
        }
    }
}

fn doubts(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    html! {
        @for c in &event.contradictions {
            dt { "But" }
            dd {
                (c.field) " is also given as " (c.other)
                @if let Some(span) = &c.span { ": " q { (shorten(&one_line(&span.text), 200)) } }
            }
        }
        @for link in &event.links {
            @if let Some(other) = story.rank(&link.cluster).and_then(|rank| story.record.events.get(rank - 1)) {
                dt {
                    (match link.rel {
                        LinkKind::HasPart => "Includes",
                        LinkKind::PartOf => "Part of",
                    })
                }
                dd { (reference(story, other)) }
            }
        }
    }
}

fn evidence(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    let mentions: Vec<&EventMention> =
        event.mentions.iter().filter_map(|id| story.mentions.get(id.as_str()).copied()).collect();
    html! {
        @if let [mention] = mentions.as_slice() {
            p.evidence { (sentence(story, mention)) }
        } @else if !mentions.is_empty() {
            details.evidence {
                summary { (mentions.len()) " sentences say so" }
                ol { @for mention in mentions.iter().take(EVIDENCE) { li { (sentence(story, mention)) } } }
                @if mentions.len() > EVIDENCE { p.soft { (mentions.len() - EVIDENCE) " more in the text" } }
            }
        }
    }
}

/// The sentence of a mention with its trigger in bold, linked to the text.
fn sentence(story: &Story<'_>, mention: &EventMention) -> Markup {
    let range = story.shown(mention.sentence.range.byte, mention.sentence.range.field);
    let trigger = story.shown(mention.trigger.span.byte, mention.trigger.span.field);
    let text = story.text();
    let inside = range.start <= trigger.start && trigger.end <= range.end;
    let parts = if inside { Some((range.start..trigger.start, trigger.end..range.end)) } else { None };
    let cut = |r: std::ops::Range<usize>| text.get(r).unwrap_or_default();
    html! {
        @if let Some((before, after)) = parts {
            @let tail = shorten(cut(after.clone()), 240);
            (head(cut(before))) b { a href=(format!("#{}", story.trigger(mention))) { (cut(trigger)) } } (tail)
        } @else {
            a href=(format!("#{}", story.trigger(mention))) { (one_line(&mention.trigger.span.text)) }
        }
    }
}

/// The end of a long beginning.
fn head(text: &str) -> String {
    let count = text.chars().count();
    if count <= 200 {
        return text.to_owned();
    }
    let start = text.char_indices().nth(count - 200).map_or(0, |(i, _)| i);
    let start = text[start..].find(' ').map_or(start, |i| start + i + 1);
    format!("…{}", &text[start..])
}

fn codes(event: &ArticleEvent) -> Markup {
    let class = &event.class;
    let overall = event.confidence.overall;
    html! {
        p.codes {
            span { "Confidence " (meter(overall)) " " (format!("{overall:.2}")) }
            @if let Some(code) = &class.cameo.code { span { "CAMEO " (code) } }
            @if let Some(quad) = class.quad_class { span { "quad " (quad) } }
            @if let Some(value) = class.goldstein { span { "Goldstein " (signed(value)) } }
            @if let Some(acled) = &class.acled { span { "ACLED " (acled.sub_event_type) } }
        }
    }
}

/// "+3.0" or "−10.0", with a true minus sign.
fn signed(value: f64) -> String {
    format!("{value:+.1}").replace('-', "−")
}

/// A share as a small bar; the number stands beside it.
pub(super) fn meter(share: f64) -> Markup {
    html! {
        svg.meter width="36" height="6" aria-hidden="true" {
            rect.rail width="36" height="6" rx="1" {}
            rect.fill width=(format!("{:.1}", 36.0 * share.clamp(0.0, 1.0))) height="6" rx="1" {}
        }
    }
}
