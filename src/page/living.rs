//! Canonical events on the status page of a worker that links: what each says now, and how it came to say that.

use maud::{Markup, html};

use super::map::{Kind, Spot};
use super::words::{count, link_place, one_line, shorten, type_name};
use crate::record::CanonicalEvent;
use crate::record::canonical::{CanonicalToll, Status};
use crate::record::link::LinkPlace;

/// Most characters kept of any text of an event.
const TEXT: usize = 160;
/// Changes kept of an event, the latest ones.
const CHANGES: usize = 5;

/// An event for the list of those that changed last. Its texts are bounded.
#[derive(Debug, Clone)]
pub struct LivingEvent {
    what: String,
    title: String,
    place: String,
    spot: Option<Spot>,
    when: String,
    killed: Option<u64>,
    injured: Option<u64>,
    reported: String,
    maybe_same: usize,
    /// Revision and what it changed, the latest first.
    changes: Vec<(u32, String)>,
}

impl LivingEvent {
    /// What the list says of an event, with the changes that it said of it before. None of one that is no more, or closed.
    pub fn new(event: &CanonicalEvent, before: Option<&Self>) -> Option<Self> {
        let told = event.told.as_ref().filter(|_| event.status == Status::Active)?;
        let short = |text: &str| shorten(&one_line(text), TEXT);
        let plover = told.class.as_ref().map(|c| type_name(c.plover.event, c.happening));
        let location = told.location.as_ref().map(|l| &l.place);
        let best = |toll: &Option<CanonicalToll>| toll.as_ref().and_then(|t| t.best);
        let day = told.time.as_ref().and_then(|t| t.start.as_deref()).or(told.sources.first_published.as_deref());
        let mut changes = vec![(event.revision, short(&event.change.text))];
        changes.extend(before.into_iter().flat_map(|b| b.changes.iter().cloned()));
        changes.truncate(CHANGES);
        Some(Self {
            what: plover.unwrap_or_else(|| "Story".to_owned()),
            title: short(told.title.as_deref().or(told.summary_text.as_deref()).unwrap_or_default()),
            place: location.map(|l| short(&link_place(l))).unwrap_or_default(),
            spot: location.and_then(spot),
            when: day.and_then(|d| d.get(..10)).unwrap_or_default().to_owned(),
            killed: best(&told.casualties.killed),
            injured: best(&told.casualties.injured),
            reported: format!(
                "{}, {}",
                count(told.sources.origins as usize, "origin"),
                count(told.sources.articles as usize, "article")
            ),
            maybe_same: event.maybe_same.len(),
            changes,
        })
    }

    pub(super) fn spot(&self) -> Option<Spot> {
        self.spot.clone()
    }
}

fn spot(place: &LinkPlace) -> Option<Spot> {
    let kind = if place.resolution >= Some(2) { Kind::Dot } else { Kind::Region };
    let name = shorten(&one_line(&place.name), 60);
    let (lat, lon) = (place.lat?, place.lon?);
    Some(Spot { name, lat, lon, weight: 1, tone: None, focus: false, kind, uncertainty_km: None })
}

/// The list.
pub(super) fn list(events: &[LivingEvent]) -> Markup {
    html! {
        ol.feed {
            @for e in events {
                li {
                    span.what { (e.what) }
                    @if let Some(n) = e.killed { " " span.count { (n) " killed" } }
                    @if let Some(n) = e.injured { " " span.count { (n) " injured" } }
                    @if e.maybe_same > 0 { " " span.tag { "may be one with " (count(e.maybe_same, "other")) } }
                    @if !e.title.is_empty() { span.line { (e.title) } }
                    span.line.soft {
                        @let parts: Vec<&str> = [e.place.as_str(), e.when.as_str(), e.reported.as_str()].into_iter().filter(|p| !p.is_empty()).collect();
                        (parts.join(" · "))
                    }
                    details {
                        summary { (e.changes.first().map(|(_, text)| text.as_str()).unwrap_or_default()) }
                        ul.plain { @for (revision, text) in &e.changes { li { "revision " (revision) ": " (text) } } }
                    }
                }
            }
        }
    }
}
