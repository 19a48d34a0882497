//! When the events happened: one row per time, on a common axis; what precedes the news apart.

use maud::{Markup, html};

use super::axis::{Axis, Tick};
use super::event;
use super::story::Story;
use super::when::{granularity, interval, words};
use super::words::standing;
use crate::record::{ArticleEvent, EventTime, Via};

/// Width of a character of a label, in per cent of the axis where that is narrowest.
const CHARACTER: f64 = 4.2;

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
            @for (tick, anchor) in labelled(&axis.ticks()) {
                text x=(percent(tick.at)) y="11" text-anchor=(anchor) { (tick.label) }
            }
        }
    }
}

/// The ticks whose labels have room, each with the end that its label is tied to: none overlaps the one before it.
fn labelled(ticks: &[Tick]) -> Vec<(&Tick, &'static str)> {
    let mut free = f64::NEG_INFINITY;
    let mut shown = Vec::new();
    for tick in ticks {
        let width = tick.label.chars().count() as f64 * CHARACTER;
        let (anchor, start) = match tick.at {
            at if at < width / 2.0 => ("start", at),
            at if at > 100.0 - width / 2.0 => ("end", at - width),
            at => ("middle", at - width / 2.0),
        };
        if start >= free {
            free = start + width + CHARACTER;
            shown.push((tick, anchor));
        }
    }
    shown
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_overlap() {
        let shown = |ticks: &[(f64, &str)]| -> Vec<(String, &'static str)> {
            let ticks: Vec<Tick> =
                ticks.iter().map(|(at, label)| Tick { at: *at, label: (*label).to_owned() }).collect();
            labelled(&ticks).into_iter().map(|(tick, anchor)| (tick.label.clone(), anchor)).collect()
        };
        let owned = |expect: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
            expect.iter().map(|(label, anchor)| ((*label).to_owned(), *anchor)).collect()
        };
        assert_eq!(shown(&[(10.0, "2015"), (60.0, "2020")]), owned(&[("2015", "middle"), ("2020", "middle")]));
        assert_eq!(
            shown(&[(7.0, "Jan 2022"), (37.0, "Feb 2022"), (67.0, "Mar 2022"), (97.0, "Apr 2022")]),
            owned(&[("Jan 2022", "start"), ("Mar 2022", "middle")])
        );
    }
}
