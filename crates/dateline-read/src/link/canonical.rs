//! State to records: `event.canonical/1` and `report.link/1`.

use std::collections::BTreeSet;

use super::clock;
use super::ids::CanonicalId;
use super::merged::{accounts, merged};
use super::model;
use super::state::{Event, Gone, Report, Shown, State};
use crate::record::canonical::{CanonicalEvent, CanonicalTold, Change, FieldChange, LinkProducer, MaybeSame, Status};
use crate::record::link::{Kind, LinkEvent, LinkType};
use crate::record::{EventType, Happening, ReportLink};

/// The record of an open event as it stands.
pub(super) fn active(state: &State, id: CanonicalId, event: &Event) -> CanonicalEvent {
    let told = merged(event, &accounts(state, event));
    record(id, event, Status::Active, event.revision, event.updated, Some(told))
}

/// The record of an event that has changed, and what it says to compare the next one with.
pub(super) fn revised(
    state: &State,
    id: CanonicalId,
    event: &Event,
    kinds: &BTreeSet<&'static str>,
    now: i64,
) -> (CanonicalEvent, Shown) {
    let told = merged(event, &accounts(state, event));
    let shown = shown(&told);
    let change = change(&event.shown, &shown, kinds, event.revision);
    let mut record = record(id, event, Status::Active, event.revision + 1, now, Some(told));
    record.change = change;
    (record, shown)
}

/// The last record of an event that nothing was reported of for long.
pub(super) fn closed(state: &State, id: CanonicalId, event: &Event) -> CanonicalEvent {
    let told = merged(event, &accounts(state, event));
    let now = state.progress().now;
    let change = change(&event.shown, &shown(&told), &BTreeSet::from(["closed"]), event.revision);
    let mut record = record(id, event, Status::Closed, event.revision + 1, now, Some(told));
    record.change = change;
    record
}

/// The record of a merged or retracted event.
pub(super) fn gone(id: CanonicalId, gone: &Gone) -> CanonicalEvent {
    let status = if gone.into.is_some() { Status::Merged } else { Status::Retracted };
    let event = Event { founded: gone.founded, ..Event::default() };
    let mut record = record(id, &event, status, gone.revision, gone.since, None);
    record.merged_into = gone.into.map(|id| id.to_string());
    record.change = Change {
        kinds: vec![status.as_str().to_owned()],
        since_revision: gone.revision.saturating_sub(1),
        fields: Vec::new(),
        text: match gone.into {
            Some(into) => format!("merged into {into}"),
            None => "no report of it is left".to_owned(),
        },
    };
    record
}

/// The link of a report.
pub(super) fn link(id: CanonicalId, report: Report, article_id: &str, event: &LinkEvent) -> ReportLink {
    ReportLink {
        schema: "report.link/1".to_owned(),
        event_id: event.event_id.clone(),
        article_id: article_id.to_owned(),
        canonical_id: id.to_string(),
        role: report.role,
        score: f64::from(report.score) / 1000.0,
        why: report.why,
    }
}

fn record(
    id: CanonicalId,
    event: &Event,
    status: Status,
    revision: u32,
    updated: i64,
    told: Option<CanonicalTold>,
) -> CanonicalEvent {
    CanonicalEvent {
        schema: "event.canonical/1".to_owned(),
        canonical_id: id.to_string(),
        status,
        revision,
        founded_at: clock::text(event.founded),
        updated_at: clock::text(updated),
        merged_into: None,
        absorbed: event.absorbed.iter().map(ToString::to_string).collect(),
        split_from: event.split_from.map(|id| id.to_string()),
        maybe_same: event
            .maybe_same
            .iter()
            .map(|(id, score)| MaybeSame { canonical_id: id.to_string(), score: f64::from(*score) / 1000.0 })
            .collect(),
        told,
        change: Change::default(),
        producer: LinkProducer {
            name: "dateline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: model::VERSION.to_owned(),
        },
    }
}

/// The name of a kind of event.
fn name((event, happening): Kind) -> Option<&'static str> {
    event.map(EventType::as_str).or(happening.map(Happening::as_str))
}

fn shown(told: &CanonicalTold) -> Shown {
    Shown {
        killed: told.casualties.killed.as_ref().and_then(|t| t.best),
        injured: told.casualties.injured.as_ref().and_then(|t| t.best),
        place: told.location.as_ref().map(|l| l.place.name.as_str().into()),
        time: told.time.as_ref().and_then(|t| t.start.as_deref()).map(Into::into),
        class: told.class.as_ref().map_or((None, None), LinkType::kind),
    }
}

/// What changed, in kinds, fields and words.
fn change(before: &Shown, now: &Shown, kinds: &BTreeSet<&'static str>, since: u32) -> Change {
    let mut kinds = kinds.clone();
    let mut fields = Vec::new();
    let mut words = Vec::new();
    let number = |n: Option<u64>| n.map(|n| n.to_string());
    let text = |t: Option<&str>| t.map(str::to_owned);
    for (kind, field, from, to) in [
        ("toll", "killed", number(before.killed), number(now.killed)),
        ("toll", "injured", number(before.injured), number(now.injured)),
        ("place", "location", text(before.place.as_deref()), text(now.place.as_deref())),
        ("time", "time", text(before.time.as_deref()), text(now.time.as_deref())),
        ("type", "type", text(name(before.class)), text(name(now.class))),
    ] {
        if from == to || since == 0 {
            continue;
        }
        kinds.insert(kind);
        words.push(match (&from, &to) {
            (Some(a), Some(b)) if kind == "toll" => {
                let rose = a.len() < b.len() || a.len() == b.len() && a < b;
                format!("{field} {} from {a} to {b}", if rose { "rose" } else { "fell" })
            }
            (Some(a), Some(b)) => format!("{field} changed from {a} to {b}"),
            (None, Some(b)) => format!("{field} is {b}"),
            _ => format!("{field} is no longer known"),
        });
        fields.push(FieldChange { field: field.to_owned(), from, to });
    }
    if words.is_empty() {
        words.extend(kinds.iter().map(|k| match *k {
            "report" => "one more report".to_owned(),
            "copy" => "more copies".to_owned(),
            "merged" => "another event went up in it".to_owned(),
            "retracted" => "a report was withdrawn".to_owned(),
            other => other.to_owned(),
        }));
    }
    Change {
        kinds: kinds.into_iter().map(str::to_owned).collect(),
        since_revision: since,
        fields,
        text: words.join("; "),
    }
}
