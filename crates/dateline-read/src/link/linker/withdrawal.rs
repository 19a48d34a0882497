//! Articles that no longer tell what they told: a newer generation came, or a tombstone.
//!
//! Their reports leave their events, in the same step in which new ones come. An event goes on while a main report is left,
//! parts where the rest does not hang together, and ends where nothing founds it any more. Papers that print one text have
//! article events of the same ids: those hold until the last of them has withdrawn the text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{CanonicalId, Entry, Event, EventId, Filed, Gone, Linker, Outcome, Report, Step, Telling};
use crate::record::canonical::ReportRole;

impl Linker {
    pub(super) fn tombstone(&mut self, key: &str, step: &mut Step) -> Outcome {
        let Some(filed) = self.state.article_by_key(key).cloned() else { return Outcome::Unknown };
        let Telling { article_id, events, event_ids, past, .. } = filed.telling();
        if events.is_empty() && event_ids.is_empty() {
            return Outcome::Known;
        }
        self.outdate(filed.seq, filed.generation, &event_ids, &[], step);
        let emptied = self.withdraw(&filed, step);
        self.settle(emptied, step);
        let stub = Filed {
            has_events: false,
            home: None,
            side: Box::default(),
            traits: None,
            telling: Telling { article_id, past, ..Telling::default() }.encode(),
            copy_of: None,
            ..Filed::clone(&filed)
        };
        self.state.set(Entry::Article(filed.seq, Some(Arc::new(stub))));
        Outcome::Withdrawn
    }

    /// Takes all reports of an article back and forgets it. Gives the event that it founded, if nothing else is in it.
    pub(super) fn withdraw(&mut self, filed: &Filed, step: &mut Step) -> Option<CanonicalId> {
        for event in filed.telling().events {
            self.unlink(filed, &event.event_id, step);
        }
        self.state.set(Entry::Article(filed.seq, None));
        let mut emptied = None;
        let homes: BTreeSet<CanonicalId> = filed.homes().flatten().collect();
        for id in homes {
            let Some(event) = self.state.event(id) else { continue };
            let mut event = Event::clone(event);
            let before = event.reports.len();
            event.reports.retain(|r| r.article != filed.seq);
            if event.reports.len() == before {
                event.dropped.0 = event.dropped.0.saturating_sub(1);
            }
            event.representatives.retain(|r| *r != filed.seq);
            if event.reports.iter().any(|r| r.role == ReportRole::Main) || event.dropped.0 > 0 {
                self.refill(&mut event);
                self.state.set(Entry::Event(id, Some(Arc::new(event))));
                step.mark(id, "retracted");
                self.split(id, step);
            } else {
                self.state.set(Entry::Event(id, Some(Arc::new(event))));
                if filed.home == Some(id) { emptied = Some(id) } else { self.settle(Some(id), step) }
            }
        }
        emptied
    }

    /// Ends the link of an event that an article reports no longer, or makes it that of another article of the same text.
    fn unlink(&self, filed: &Filed, event_id: &str, step: &mut Step) {
        step.links.insert(event_id.to_owned(), None);
        let twin = self.state.twins(filed.generation, filed.seq).find_map(|twin| {
            let n = twin.telling().events.iter().position(|e| e.event_id == event_id)?;
            let id = twin.homes().nth(n).flatten()?;
            let own = |r: &&Report| r.article == twin.seq && usize::from(r.event) == n;
            Some((id, *self.state.event(id)?.reports.iter().find(own)?))
        });
        if let Some((id, report)) = twin {
            self.link(id, report, step);
        }
    }

    /// Notes what an article told in a generation and tells no longer, unless another article of that text does.
    pub(super) fn outdate(&self, seq: u32, generation: u64, before: &[EventId], now: &[EventId], step: &mut Step) {
        if self.state.twins(generation, seq).next().is_none() {
            step.withdrawn.extend(before.iter().filter(|id| !now.contains(id)));
        }
    }

    /// Lets further main reports stand for an event whose representatives are gone.
    fn refill(&self, event: &mut Event) {
        if event.representatives.is_empty() {
            let main = event.reports.iter().filter(|r| r.role == ReportRole::Main);
            event.representatives = main.map(|r| r.article).take(self.settings.representatives).collect();
        }
    }

    /// Ends an event that nothing founds any more: its attached reports are let go, its record says retracted.
    pub(super) fn settle(&mut self, emptied: Option<CanonicalId>, step: &mut Step) {
        let Some(id) = emptied else { return };
        let (Some(event), now) = (self.state.event(id).cloned(), self.state.progress().now) else { return };
        for report in &event.reports {
            if let Some(filed) = self.state.article(report.article)
                && let Some(told) = filed.telling().events.get(usize::from(report.event))
            {
                self.unlink(filed, &told.event_id, step);
            }
            self.rehome(*report, None);
        }
        self.state.set(Entry::Event(id, None));
        let gone = Gone { into: None, since: now, founded: event.founded, revision: event.revision + 1 };
        self.state.set(Entry::Gone(id, Some(gone)));
        step.dirty.remove(&id);
        step.mark(id, "retracted");
    }

    /// Parts an event whose remaining main reports no longer hang together. The id stays with the earliest report.
    fn split(&mut self, id: CanonicalId, step: &mut Step) {
        let Some(event) = self.state.event(id).cloned() else { return };
        let main: Vec<Report> = event.reports.iter().filter(|r| r.role == ReportRole::Main).copied().collect();
        if main.len() < 2 || event.dropped.0 > 0 {
            return;
        }
        let parts = self.parts(&main);
        if parts.len() < 2 {
            return;
        }
        for part in &parts[1..] {
            let Some(first) = part.first().and_then(|r| self.state.article(r.article)).cloned() else { continue };
            let telling = first.telling();
            let Some(founder) = telling.events.first() else { continue };
            let own = CanonicalId::founded_by(&founder.event_id, first.published);
            if own == id || self.state.event(own).is_some() {
                continue;
            }
            let articles: BTreeSet<u32> = part.iter().map(|r| r.article).collect();
            self.state.change(id, |e| {
                e.reports.retain(|r| r.role != ReportRole::Main || !articles.contains(&r.article));
                e.representatives.retain(|r| !articles.contains(r));
            });
            for report in part {
                self.rehome(*report, Some(own));
                let Some(filed) = self.state.article(report.article).cloned() else { continue };
                let lasting = filed.traits.as_ref().is_some_and(|t| t.names_people());
                self.report(own, *report, filed.published, lasting, step);
            }
            self.state.change(own, |e| e.split_from = Some(id));
            step.mark(own, "split");
            step.mark(id, "split");
        }
        if let Some(event) = self.state.event(id) {
            let mut event = Event::clone(event);
            self.refill(&mut event);
            self.state.set(Entry::Event(id, Some(Arc::new(event))));
        }
    }

    /// Reports that hang together by chances of the grey zone and more, or as copies; that of the earliest report first.
    fn parts(&self, main: &[Report]) -> Vec<Vec<Report>> {
        let mut order: Vec<(&Report, &Arc<Filed>)> =
            main.iter().filter_map(|r| Some((r, self.state.article(r.article)?))).collect();
        order.sort_by_key(|(_, filed)| (filed.published, filed.article_id()));
        let mut part: Vec<usize> = (0..order.len()).collect();
        for i in 0..order.len() {
            for j in 0..i {
                let (a, b) = (order[i].1, order[j].1);
                let copies = a.copy_of.unwrap_or(a.seq) == b.copy_of.unwrap_or(b.seq);
                let chance = || match (a.traits.as_deref(), b.traits.as_deref()) {
                    (Some(x), Some(y)) => self.model.chance(&self.probe(x, a.published), y),
                    _ => 0.0,
                };
                if part[i] != part[j] && (copies || chance() >= self.settings.grey) {
                    let (from, to) = (part[i].max(part[j]), part[i].min(part[j]));
                    part.iter_mut().filter(|p| **p == from).for_each(|p| *p = to);
                }
            }
        }
        let mut parts: BTreeMap<usize, Vec<Report>> = BTreeMap::new();
        for (n, (report, _)) in order.iter().enumerate() {
            parts.entry(part[n]).or_default().push(**report);
        }
        parts.into_values().collect()
    }
}
