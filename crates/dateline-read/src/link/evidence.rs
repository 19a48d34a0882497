//! Whether a side event of one article is the event that another article is about. There is no text to compare, only the
//! record: kind, place and day must agree, and a toll or a party must speak for it beside them. Kind, place and day alone
//! are shared by the four shootings of one night in one city.

use super::hash::hash32;
use super::lists::List;
use super::traits::{FINE, Traits, is_stated, km, span, spot};
use super::words;
use crate::record::EventType;
use crate::record::link::{LinkEvent, LinkToll};

/// Kilometres within which two fine places are one.
const NEAR: f64 = 25.0;

/// How much of the record speaks for it: none, or 0.5 and more.
pub(super) fn evidence(event: &LinkEvent, main: &Traits) -> Option<f64> {
    let (place, (start, end)) = (event.location.as_ref()?, span(event).filter(|_| is_stated(event))?);
    if place.resolution.is_none_or(|r| r < FINE) {
        return None;
    }
    let (spot, site, days) = (spot(place)?, main.site.filter(|s| s.fine)?, main.span?);
    let apart = days.0.max(start) - days.1.min(end);
    let class = event.class.plover.event;
    if km(&spot, &site) > NEAR || apart > 1 || end - start > 3 || !kin(class, main.class) {
        return None;
    }
    let tolls = [&event.killed, &event.injured].map(|t| number(t.as_ref()));
    let mut equal = 0;
    for (own, other) in tolls.into_iter().zip(main.main_toll) {
        match own.zip(other) {
            Some((a, b)) if a == b => equal += usize::from(a > 0),
            Some(_) => return None,
            None => {}
        }
    }
    let parties = event.actors.iter().chain(&event.recipients).filter(|p| p.named && p.name.contains(' '));
    let shared =
        parties.filter(|p| main.list(List::Parties).binary_search(&hash32(&words::name(&p.name))).is_ok()).count();
    let points = equal + 2 * shared.min(2);
    (points > 0).then(|| (0.5 + 0.1 * points as f64).min(0.9))
}

/// Whether two types may name one event.
fn kin(a: Option<EventType>, b: Option<EventType>) -> bool {
    a == b
}

fn number(toll: Option<&LinkToll>) -> Option<u16> {
    toll.and_then(|t| t.best).map(|n| u16::try_from(n).unwrap_or(u16::MAX))
}
