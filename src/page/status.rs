//! The worker's status: health, throughput, latency, partitions, dead letters, recent events.

use std::time::Duration;

use maud::{Markup, html};

use super::article::headline;
use super::event;
use super::living::{self, LivingEvent};
use super::map::{Kind, Spot, map};
use super::shell::{Document, Html};
use super::units::{bytes, decimal, seconds, span, thousands};
use super::when;
use super::words::{event_name, one_line, parties, place, shorten, standing};
use crate::record::{ArticleEvent, EnrichedArticle};

/// Recent events in the list; the map has all of them.
const LISTED: usize = 12;
/// Most characters kept of any text of a recent event.
const TEXT: usize = 160;

/// What the page shows.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // Every field is a labelled value on the page.
pub struct Status {
    pub phase: &'static str,
    /// What is wrong, if something is.
    pub trouble: Option<String>,
    pub ready: bool,
    pub uptime: Duration,
    /// Label and value: version, model, group and the like. No secrets.
    pub about: Vec<(&'static str, String)>,
    pub enriched: u64,
    pub skipped: u64,
    pub dead: u64,
    pub in_flight: i64,
    pub in_flight_bytes: i64,
    /// Articles finished per second, oldest first, one value per `step`.
    pub rate: Vec<f64>,
    /// Records waiting, oldest first; unknown before the first statistics.
    pub lag: Vec<f64>,
    pub step: Duration,
    /// From the input's timestamp to the commit.
    pub latency: Option<Quantiles>,
    /// Name of the stage and its quantiles.
    pub stages: Vec<(&'static str, Quantiles)>,
    pub partitions: Vec<Partition>,
    /// Stage, reason, count.
    pub dead_letters: Vec<(String, String, u64)>,
    /// Label and count.
    pub counts: Vec<(&'static str, u64)>,
    pub latest: Latest,
    pub playground: bool,
}

/// The events that a worker found last, or that changed last where it links.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Latest {
    Read(Vec<RecentEvent>),
    Linked(Vec<LivingEvent>),
}

impl Default for Latest {
    fn default() -> Self {
        Self::Read(Vec::new())
    }
}

/// Of a duration, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct Quantiles {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub count: u64,
}

/// A partition that this worker owns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Partition {
    pub topic: String,
    pub number: i32,
    pub lag: Option<i64>,
    pub committed: Option<i64>,
}

/// An event for the list of the latest ones. Its texts are bounded.
#[derive(Debug, Clone)]
pub struct RecentEvent {
    title: String,
    what: String,
    standing: String,
    tone: &'static str,
    who: String,
    whom: String,
    place: String,
    spot: Option<Spot>,
    when: String,
    source: String,
    killed: Option<u64>,
}

impl RecentEvent {
    /// What the list says of an event.
    pub fn new(event: &ArticleEvent, article: &EnrichedArticle) -> Self {
        let short = |text: &str| shorten(&one_line(text), TEXT);
        let location = event.location.as_ref().map(|l| &l.place);
        let meta = &article.article;
        let agency = meta.dateline.as_ref().and_then(|d| d.agency.as_ref());
        let known = |id: &String| article.entities.iter().find(|e| e.id == *id).map(|e| e.name.as_str());
        let source =
            event.sources.named.iter().find_map(known).or(meta.source.as_deref()).or(agency.map(String::as_str));
        Self {
            title: headline(article),
            what: event_name(&event.class),
            standing: standing(&event.assertion).join(", "),
            tone: event::tone(event),
            who: short(&parties(&event.actors)),
            whom: short(&parties(&event.recipients)),
            place: location.map(|l| short(&place(l))).unwrap_or_default(),
            spot: location.and_then(|l| Spot::new(l, &l.name, 1, Some(event::tone(event)))),
            when: event.time.as_ref().map(|t| short(&when::words(&t.timex))).unwrap_or_default(),
            source: source.map(short).unwrap_or_default(),
            killed: event.casualties.killed.as_ref().and_then(|k| k.best.or(k.low)),
        }
    }
}

/// The page. Its changing part is asked for again by the script, from `/status`.
pub fn page(status: &Status) -> Html {
    let content = html! {
        h1.off { "Worker status" }
        div.live #live data-src="/status" data-every="2000" { (live(status)) }
        p.controls {
            button type="button" #pause hidden aria-pressed="false" { "Pause updates" }
            " " span #updated role="status" {}
        }
    };
    let places = [(None, "Status"), (Some("/playground"), "Playground"), (Some("/metrics"), "Metrics")];
    let playground = [(None, "Status"), (Some("/metrics"), "Metrics")];
    let places: &[(Option<&str>, &str)] = if status.playground { &places } else { &playground };
    Document { title: "Status · Dateline", places, reload: Some(5), content }.render()
}

/// The changing part, as a fragment: parts with an id of their own are replaced where they differ.
pub fn fragment(status: &Status) -> String {
    live(status).into_string()
}

fn live(status: &Status) -> Markup {
    html! {
        (health(status))
        (figures(status))
        div.columns {
            @match &status.latest {
                Latest::Read(events) => (recent(events)),
                Latest::Linked(events) => (living(events)),
            }
            div #tables {
                (partitions(status))
                (outcomes(status))
                (stages(status))
            }
        }
        dl.about #about {
            div { dt { "Up" } dd { (span(status.uptime)) } }
            @for (label, value) in &status.about { div { dt { (label) } dd { (value) } } }
        }
    }
}

fn health(status: &Status) -> Markup {
    let (class, mark) = match (&status.trouble, status.ready) {
        (Some(_), _) => ("bad", "✕"),
        (None, true) => ("good", "●"),
        (None, false) => ("wait", "○"),
    };
    html! {
        p #health class=(format!("health {class}")) {
            span.mark aria-hidden="true" { (mark) }
            strong { (status.phase) }
            @match &status.trouble {
                Some(trouble) => { " " (trouble) },
                None if status.ready => { " and taking part in its group" },
                None => {},
            }
        }
    }
}

fn figures(status: &Status) -> Markup {
    let rate = status.rate.last().copied();
    let lag = status.lag.last().copied();
    html! {
        dl.figures #figures {
            div {
                dt { "Articles per second" }
                dd { b { (rate.map_or_else(|| "–".to_owned(), decimal)) } (spark(&status.rate, status.step)) }
            }
            div {
                dt { "Lag, records" }
                dd { b { (lag.map_or_else(|| "–".to_owned(), |n| thousands(n as u64))) } (spark(&status.lag, status.step)) }
            }
            div {
                dt { "Latency, 50 / 95 %" }
                dd {
                    b { (status.latency.map_or_else(|| "–".to_owned(), |q| seconds(q.p50))) }
                    @if let Some(q) = status.latency { " " small { (seconds(q.p95)) } }
                }
            }
            div {
                dt { "In flight" }
                dd { b { (status.in_flight) } " " small { (bytes(status.in_flight_bytes)) } }
            }
            div {
                dt { "Enriched" }
                dd { b { (thousands(status.enriched)) } @if status.skipped > 0 { " " small { (thousands(status.skipped)) " skipped" } } }
            }
            div class=[(status.dead > 0).then_some("bad")] {
                dt { "Dead letters" }
                dd { b { (thousands(status.dead)) } @if let Some(share) = share(status) { " " small { (share) } } }
            }
        }
    }
}

fn share(status: &Status) -> Option<String> {
    let all = status.enriched + status.skipped + status.dead;
    (status.dead > 0).then(|| format!("{:.1} %", 100.0 * status.dead as f64 / all.max(1) as f64))
}

/// The course of a value, from zero up.
fn spark(values: &[f64], step: Duration) -> Markup {
    let most = values.iter().copied().fold(0.0, f64::max);
    let minutes = (values.len() as f64 * step.as_secs_f64() / 60.0).ceil().max(1.0);
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(i, v)| {
            let x = 120.0 - (values.len() - 1 - i) as f64 * (120.0 / 150.0);
            format!("{x:.1},{:.1}", 23.0 - v / most.max(f64::MIN_POSITIVE) * 21.0)
        })
        .collect();
    html! {
        @if values.len() > 1 {
            svg.spark viewBox="0 0 120 24" width="120" height="24" role="img"
                aria-label=(format!("last {minutes:.0} min, at most {}", decimal(most))) {
                line.grid x1="0" x2="120" y1="23.5" y2="23.5" {}
                polyline points=(points.join(" ")) {}
            }
        }
    }
}

/// A map that shows all places known well enough.
fn overview(title: &str, spots: impl Iterator<Item = Spot>) -> Markup {
    let spots: Vec<Spot> = spots.map(|s| Spot { focus: s.kind == Kind::Dot, ..s }).collect();
    map("recent-map", title, &spots)
}

fn living(events: &[LivingEvent]) -> Markup {
    html! {
        section.recent #recent aria-labelledby="recent-title" {
            h2 id="recent-title" { "Living events" }
            @if events.is_empty() { p.empty { "No event yet. Events appear here as reports of them are linked." } }
            (overview("Places of the events that changed last", events.iter().filter_map(LivingEvent::spot)))
            (living::list(&events[..events.len().min(LISTED)]))
        }
    }
}

fn recent(events: &[RecentEvent]) -> Markup {
    html! {
        section.recent #recent aria-labelledby="recent-title" {
            h2 id="recent-title" { "Recent events" }
            @if events.is_empty() { p.empty { "No event yet. Events appear here as articles are read." } }
            (overview("Places of recent events", events.iter().filter_map(|e| e.spot.clone())))
            ol.feed {
                @for e in events.iter().take(LISTED) {
                    li {
                        span class=(format!("what {}", e.tone)) { (e.what) }
                        @if !e.standing.is_empty() { " " span.tag { (e.standing) } }
                        @if let Some(n) = e.killed { " " span.count { (n) " killed" } }
                        span.line.title { (e.title) }
                        @if !e.who.is_empty() || !e.whom.is_empty() {
                            span.line { (e.who) @if !e.whom.is_empty() { span aria-label="to" { " → " } (e.whom) } }
                        }
                        span.line.soft {
                            @let parts: Vec<&str> = [e.place.as_str(), e.when.as_str(), e.source.as_str()].into_iter().filter(|p| !p.is_empty()).collect();
                            (parts.join(" · "))
                        }
                    }
                }
            }
        }
    }
}

fn partitions(status: &Status) -> Markup {
    let number = |n: Option<i64>| n.map_or_else(|| "–".to_owned(), |n| thousands(n.unsigned_abs()));
    html! {
        section aria-labelledby="partitions" {
            h2 id="partitions" { "Partitions " span.soft { (status.partitions.len()) } }
            @if status.partitions.is_empty() {
                p.soft { "None assigned." }
            } @else {
                div.scroll.tall role="region" aria-label="Partitions, table" tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Topic" } th.n scope="col" { "Partition" } th.n scope="col" { "Lag" } th.n scope="col" { "Committed" } } }
                        tbody {
                            @for p in &status.partitions {
                                tr { td { (p.topic) } th.n scope="row" { (p.number) } td.n { (number(p.lag)) } td.n { (number(p.committed)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn outcomes(status: &Status) -> Markup {
    html! {
        section aria-labelledby="dead" {
            h2 id="dead" { "Dead letters " span.soft { (thousands(status.dead)) } }
            @if status.dead_letters.is_empty() {
                p.soft { "None." }
            } @else {
                table {
                    thead { tr { th scope="col" { "Reason" } th scope="col" { "Stage" } th.n scope="col" { "Articles" } } }
                    tbody {
                        @for (stage, reason, count) in &status.dead_letters {
                            tr { th scope="row" { code { (reason) } } td { (stage) } td.n { (thousands(*count)) } }
                        }
                    }
                }
            }
        }
    }
}

fn stages(status: &Status) -> Markup {
    html! {
        section aria-labelledby="stages" {
            h2 id="stages" { "Where time goes" }
            div.scroll role="region" aria-label="Stages, table" tabindex="0" {
                table {
                    thead { tr { th scope="col" { "Stage" } th.n scope="col" { "50 %" } th.n scope="col" { "95 %" } th.n scope="col" { "99 %" } th.n scope="col" { "Count" } } }
                    tbody {
                        @for (name, q) in status.stages.iter().map(|(n, q)| (*n, *q)).chain(status.latency.map(|q| ("end to end", q))) {
                            tr {
                                th scope="row" { (name) }
                                td.n { (seconds(q.p50)) } td.n { (seconds(q.p95)) } td.n { (seconds(q.p99)) } td.n { (thousands(q.count)) }
                            }
                        }
                    }
                }
            }
            dl.about { @for (label, count) in &status.counts { div { dt { (label) } dd { (thousands(*count)) } } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_status_is_a_page() {
        let status = Status { phase: "starting", ..Status::default() };
        let page = page(&status).body;
        assert!(page.contains("starting") && page.contains("None assigned.") && !page.contains("/playground"));
        assert!(page.contains(&fragment(&status)));
    }

    #[test]
    fn trouble_is_told() {
        let status =
            Status { phase: "running", trouble: Some("the stream <thread> stopped".into()), ..Status::default() };
        assert!(fragment(&status).contains("health bad") && fragment(&status).contains("&lt;thread&gt;"));
    }
}
