//! When the events happened: one row per time, on a common axis; what precedes the news apart.

use maud::{Markup, html};

use super::axis::Axis;
use super::event;
use super::story::Story;
use super::when::{granularity, interval, words};
use super::words::standing;
use crate::record::{ArticleEvent, EventTime, Via};

/// Events of one time.
struct Row<'a> {
    time: &'a EventTime,
    interval: Option<(f64, f64)>,
    events: Vec<&'a ArticleEvent>,
}

/// The section, or nothing where no event has a time.
pub(super) fn timeline(story: &Story<'_>) -> Markup {
    let (past, news): (Vec<&ArticleEvent>, Vec<&ArticleEvent>) =
        story.record.events.iter().partition(|e| e.assertion.historical);
    let (news, past) = (rows(news), rows(past));
    if news.is_empty() && past.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby=(story.id("time")) {
            h3 id=(story.id("time")) { "Timeline" }
            div.pair {
                (part(story, "In the news", &news))
                (part(story, "Before it", &past))
            }
        }
    }
}

/// Events by their times, in order of time; those without a date last.
fn rows(events: Vec<&ArticleEvent>) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for event in events {
        let Some(time) = &event.time else { continue };
        let same = |row: &&mut Row<'_>| {
            let other = &row.time.timex;
            (&other.start, &other.end, &other.value) == (&time.timex.start, &time.timex.end, &time.timex.value)
        };
        match rows.iter_mut().find(same) {
            Some(row) => row.events.push(event),
            None => rows.push(Row { time, interval: interval(&time.timex), events: vec![event] }),
        }
    }
    let key = |row: &Row<'_>| row.interval.map_or((f64::INFINITY, f64::INFINITY), |i| i);
    rows.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    rows
}

fn part(story: &Story<'_>, title: &str, rows: &[Row<'_>]) -> Markup {
    let intervals: Vec<(f64, f64)> = rows.iter().filter_map(|r| r.interval).collect();
    let axis = Axis::around(&intervals);
    html! {
        @if !rows.is_empty() {
            table.timeline {
                caption { (title) }
                thead {
                    tr {
                        th scope="col" { "When" }
                        @if let Some(axis) = &axis { th.axis scope="col" { (scale(axis)) } }
                        th scope="col" { "Events" }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" {
                                (words(&row.time.timex))
                                @let own = row.events.iter().all(|e| e.time.as_ref().is_some_and(|t| t.via == Via::Default));
                                small {
                                    (granularity(row.time.timex.granularity))
                                    @if own { ", the article’s date" }
                                }
                            }
                            @if let Some(axis) = &axis { td.axis { (bar(axis, row)) } }
                            td { ul.inline { @for event in &row.events { li { (entry(story, event)) } } } }
                        }
                    }
                }
            }
        }
    }
}

fn entry(story: &Story<'_>, event: &ArticleEvent) -> Markup {
    let words = standing(&event.assertion);
    let words: Vec<&str> = words.into_iter().filter(|w| *w != "historical").collect();
    html! {
        (event::reference(story, event))
        @if !words.is_empty() { " " small { (words.join(", ")) } }
    }
}

fn scale(axis: &Axis) -> Markup {
    html! {
        span.off { "Place on the line of time" }
        svg width="100%" height="16" aria-hidden="true" {
            @for tick in axis.ticks() {
                @let anchor = if tick.at < 8.0 { "start" } else if tick.at > 92.0 { "end" } else { "middle" };
                text x=(percent(tick.at)) y="11" text-anchor=(anchor) { (tick.label) }
            }
        }
    }
}

fn bar(axis: &Axis, row: &Row<'_>) -> Markup {
    let tone = row.events.first().map_or("q0", |e| event::tone(e));
    let certain = row.events.iter().any(|e| super::words::is_fact(e));
    html! {
        svg width="100%" height="18" aria-hidden="true" {
            @for tick in axis.ticks() {
                line.grid x1=(percent(tick.at)) x2=(percent(tick.at)) y1="0" y2="18" {}
            }
            @if let Some((from, to)) = row.interval {
                @let (from, to) = (axis.at(from), axis.at(to));
                @if to - from > 1.5 {
                    rect class=(format!("span {tone} {}", if certain { "fact" } else { "open" }))
                        x=(percent(from)) width=(percent(to - from)) y="5" height="8" rx="2" {}
                } @else {
                    circle class=(format!("span {tone} {}", if certain { "fact" } else { "open" }))
                        cx=(percent((from + to) / 2.0)) cy="9" r="4.5" {}
                }
            }
        }
    }
}

fn percent(value: f64) -> String {
    format!("{value:.1}%")
}
