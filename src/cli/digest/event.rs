//! One event of a digest.

use super::words::{Names, is_short_form, list, one_line, place_levels, shorten, wrap};
use crate::cli::style::Style;
use crate::page::words::event_name;
use crate::record::{ArticleEvent, CasualtyKind, EventClass, Modality, Participant, Polarity, SourceSummary, Via};

/// Width of the labels.
const LABEL: usize = 9;

/// Whether the article says that the event happened.
pub(super) fn is_fact(event: &ArticleEvent) -> bool {
    event.assertion.polarity == Polarity::Pos
        && matches!(event.assertion.modality, Modality::Asserted | Modality::Reported | Modality::Possible)
}

/// The event with one line per question.
pub(super) fn full(event: &ArticleEvent, names: &Names<'_>, style: Style, width: usize) -> String {
    let mut rows: Vec<(&str, String)> = vec![("what", class(&event.class, style) + &standing(event, style))];
    rows.push(("who", parties(event)));
    rows.push(("where", place(event)));
    rows.push(("when", when(event)));
    for (label, total) in [("killed", &event.casualties.killed), ("injured", &event.casualties.injured)] {
        if let Some(total) = total {
            rows.push((label, harm(total, style)));
        }
    }
    for (kind, total) in event.counts.claimed() {
        rows.push((kind_name(kind), harm(total, style)));
    }
    if let Some(crowd) = &event.counts.crowd {
        rows.push(("crowd", one_line(&crowd.told.iter().map(|f| f.span.text.as_str()).collect::<Vec<_>>().join("; "))));
    }
    for side in &event.casualties.side {
        let number = side.killed.or(side.injured).unwrap_or(0);
        let source = side.source.as_ref().and_then(|s| names.get(s)).map(|n| format!(" ({n})")).unwrap_or_default();
        rows.push(("", format!("{number} {} casualties{source}", side.name)));
    }
    let mut sources: Vec<String> =
        event.sources.named.iter().filter_map(|id| names.get(id)).map(str::to_owned).collect();
    sources.extend(event.sources.anonymous.iter().map(|s| one_line(s)));
    let all = sources.clone();
    sources.retain(|name| !is_short_form(name, all.iter().map(String::as_str)));
    if !sources.is_empty() {
        rows.push(("sources", list(&sources, 8)));
    }
    for c in &event.contradictions {
        let text = c.span.as_ref().map(|s| one_line(&s.text)).unwrap_or_default();
        rows.push(("but", format!("{} given as {}: “{}”", c.field, c.other, shorten(&text, 160))));
    }
    if let Some(summary) = &event.summary_text {
        rows.push(("text", format!("“{}”", shorten(summary, 300))));
    }
    let mut out = String::new();
    for (label, text) in rows.into_iter().filter(|(_, text)| !text.is_empty()) {
        let indent = " ".repeat(LABEL + 2);
        for (i, line) in wrap(&text, width, &indent).into_iter().enumerate() {
            if i == 0 {
                out.push_str(&format!("  {}{}\n", style.faint(&format!("{label:<LABEL$}")), &line[indent.len()..]));
            } else {
                out.push_str(&format!("{line}\n"));
            }
        }
    }
    out
}

/// The event in one entry.
pub(super) fn line(event: &ArticleEvent, names: &Names<'_>, style: Style, width: usize) -> String {
    let mut text = class(&event.class, style) + &standing(event, style);
    for part in [parties(event), place(event), when(event)] {
        if !part.is_empty() {
            text.push_str(" · ");
            text.push_str(&part);
        }
    }
    if let Some(n) = event.casualties.killed.as_ref().and_then(|k| k.best.or(k.low)) {
        text.push_str(&format!(" · {}", style.alarm(&format!("{n} killed"))));
    }
    if let Some(source) = event.sources.named.first().and_then(|s| names.get(s)) {
        text.push_str(&style.faint(&format!(" · says {source}")));
    }
    wrap(&text, width, "    ").into_iter().enumerate().fold(String::new(), |mut out, (i, line)| {
        out.push_str(&if i == 0 {
            format!("  {} {}\n", style.faint("•"), line.trim_start())
        } else {
            format!("{line}\n")
        });
        out
    })
}

/// The label of a kind of harm.
fn kind_name(kind: CasualtyKind) -> &'static str {
    match kind {
        CasualtyKind::KilledOrInjured => "casualties",
        other => other.as_str(),
    }
}

fn class(class: &EventClass, style: Style) -> String {
    let name = event_name(class).to_uppercase();
    let details: Vec<&str> =
        class.plover.mode.iter().map(|m| m.as_str()).chain(class.plover.context.iter().map(|c| c.as_str())).collect();
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    format!("{}{details}", style.kind(&name))
}

/// What keeps an event from being a plain fact.
fn standing(event: &ArticleEvent, style: Style) -> String {
    let mut words = Vec::new();
    if event.assertion.polarity == Polarity::Neg {
        words.push("did not happen");
    }
    match event.assertion.modality {
        Modality::Asserted => {}
        Modality::Reported => words.push("reported"),
        Modality::Possible => words.push("possible"),
        Modality::Planned => words.push("planned"),
        Modality::Attempted => words.push("attempted"),
        Modality::Hypothetical => words.push("hypothetical"),
        Modality::Requested => words.push("requested"),
        Modality::Denied => words.push("denied"),
    }
    if words.is_empty() { String::new() } else { style.faint(&format!(" — {}", words.join(", "))) }
}

fn parties(event: &ArticleEvent) -> String {
    let side = |people: &[Participant]| {
        let names: Vec<String> = people.iter().map(party).collect();
        list(&names, 3)
    };
    match (side(&event.actors), side(&event.recipients)) {
        (a, b) if a.is_empty() && b.is_empty() => String::new(),
        (a, b) if b.is_empty() => a,
        (a, b) if a.is_empty() => format!("→ {b}"),
        (a, b) => format!("{a} → {b}"),
    }
}

fn party(p: &Participant) -> String {
    let mut text = one_line(&p.name);
    if let Some(title) = &p.title_or_role {
        text.push_str(&format!(", {}", one_line(title)));
    }
    match &p.actor.cameo_code {
        Some(code) => format!("{text} [{code}]"),
        None => text,
    }
}

fn place(event: &ArticleEvent) -> String {
    let Some(place) = &event.location else { return String::new() };
    let levels = place_levels(&place.place);
    let name = if levels.starts_with(&place.place.name) { levels } else { format!("{}, {levels}", place.place.name) };
    if place.via == Via::Default { format!("{name} (dateline)") } else { name }
}

fn when(event: &ArticleEvent) -> String {
    let Some(time) = &event.time else { return String::new() };
    let timex = &time.timex;
    let value = match (&timex.start, &timex.end) {
        (Some(a), Some(b)) if a != b && timex.value.len() < 4 => format!("{a} to {b}"),
        _ => timex.value.clone(),
    };
    if time.via == Via::Default { format!("{value} (article date)") } else { value }
}

fn harm(total: &SourceSummary, style: Style) -> String {
    let number = match (total.best, total.low, total.high) {
        (Some(n), _, _) => n.to_string(),
        (None, Some(low), _) => format!("at least {low}"),
        (None, None, Some(high)) => format!("up to {high}"),
        _ => "some".to_owned(),
    };
    let mut text = style.alarm(&number);
    if let (Some(low), Some(high)) = (total.low, total.high)
        && low != high
    {
        text.push_str(&format!(" ({low} to {high})"));
    }
    let by: Vec<(u64, String)> = total
        .by_source
        .iter()
        .filter_map(|s| {
            let parts = [
                (s.breakdown.children, "children"),
                (s.breakdown.women, "women"),
                (s.breakdown.civilians, "civilians"),
            ];
            let parts: Vec<String> = parts.iter().filter_map(|(n, what)| n.map(|n| format!("{n} {what}"))).collect();
            let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
            Some((s.best.or(s.low)?, format!("{}{parts}", s.name.as_ref()?)))
        })
        .collect();
    // Who gives the number that stands there already, and who another one: "7, according to medics; 3 according to police".
    let (same, other): (Vec<_>, Vec<_>) = by.into_iter().partition(|(n, _)| Some(*n) == total.best.or(total.low));
    if !same.is_empty() {
        let names: Vec<String> = same.into_iter().map(|(_, name)| name).collect();
        text.push_str(&format!(", according to {}", names.join("; ")));
    }
    for (n, name) in other {
        text.push_str(&format!("; {n} according to {name}"));
    }
    if total.disagreement {
        text.push_str(" — sources differ");
    }
    text
}
