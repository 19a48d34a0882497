//! The linker: one article after the other into canonical events.
//!
//! A pure function of state and input. The only time is the stream's: the latest publication, which an article from the
//! future cannot push more than a day beyond the time at which it was received. Whatever is applied between two commits
//! can be taken back.

mod withdrawal;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::changes::{Changes, Outcome};
use super::clock::{self, DAY};
use super::contradiction::{agrees, contradicts};
use super::evidence::evidence;
use super::features::copied;
use super::hash::hash64;
use super::ids::{CanonicalId, EventId};
use super::index::Key;
use super::model::Model;
use super::probe::Probe;
use super::settings::Settings;
use super::state::{Due, Entry, Event, Filed, Gone, Progress, Report, RestoreError, State, Telling, key_hash};
use super::traits::{FINE, Traits, alike, spot};
use super::words;
use super::{canonical, hash};
use crate::record::canonical::{CanonicalEvent, ReportRole, ReportWhy};
use crate::record::link::{LinkArticle, LinkClaim, LinkEvent, LinkPlace, LinkTime, LinkToll, LinkType};
use crate::record::{Granularity, PloverType, ReportLink, Via};

/// Shares of a copied text: of all shingles, or of the shorter text's where both carry the same agency's name.
const COPY: f64 = 0.5;
const CUT_COPY: f64 = 0.6;
/// Characters of a text that can be told to be a copy.
const COPY_CHARS: u16 = 400;
/// Days within which a text is copied.
const COPY_DAYS: i64 = 14;
/// What the belief in a place is worth that the article speaks of elsewhere.
const ELSEWHERE: f64 = 0.5;
/// Events that may be the same which a record lists, and representatives compared crosswise before a merge.
const MAYBE: usize = 3;
const CROSS: usize = 4;
/// Earlier generations remembered.
const PAST: usize = 8;

/// What is applied.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// An article, new or once more.
    Article(&'a LinkArticle),
    /// The article that came under this key, or without one has this id, is withdrawn.
    Tombstone(&'a str),
}

/// Joins reports of many articles into canonical events.
#[derive(Debug)]
pub struct Linker {
    model: Model,
    settings: Settings,
    state: State,
}

/// What one step has done so far.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Kinds of change by event.
    dirty: BTreeMap<CanonicalId, BTreeSet<&'static str>>,
    /// Current links by event id; none where a report is gone.
    links: BTreeMap<String, Option<ReportLink>>,
    /// Article events that no article tells of any more.
    withdrawn: BTreeSet<EventId>,
    /// Records of closed events: nothing of them is left in the state.
    closed: Vec<CanonicalEvent>,
}

impl Step {
    fn mark(&mut self, id: CanonicalId, kind: &'static str) {
        self.dirty.entry(id).or_default().insert(kind);
    }
}

/// Where a main report belongs.
enum Home {
    Copy(CanonicalId, u32, f64),
    Join(CanonicalId, f64),
    Found(Option<(CanonicalId, f64)>),
}

impl Linker {
    /// A linker without events.
    pub fn new(model: Model, settings: Settings) -> Self {
        Self { state: State::new(&settings), model, settings }
    }

    /// Takes an entry of the changelog; the last one of a key holds, keys come in any order.
    ///
    /// # Errors
    /// [`RestoreError`] for entries of other versions and damaged ones.
    pub fn restore(&mut self, key: &str, value: Option<&[u8]>) -> Result<(), RestoreError> {
        self.state.restore(key, value)
    }

    /// Makes the changes since the last commit final.
    pub fn commit(&mut self) {
        self.state.commit();
    }

    /// Takes the changes since the last commit back.
    pub fn rollback(&mut self) {
        self.state.rollback();
    }

    /// The stream's time, in seconds since 1970.
    pub fn stream_time(&self) -> i64 {
        self.state.progress().now
    }

    /// Open articles, open events and index entries.
    pub fn sizes(&self) -> (usize, usize, usize) {
        self.state.sizes()
    }

    /// The records of all open events as they stand, by id.
    pub fn events(&self) -> impl Iterator<Item = CanonicalEvent> + '_ {
        self.state.events().into_iter().map(|(id, event)| canonical::active(&self.state, id, event))
    }

    /// Applies an input. `received` is when it was received (seconds since 1970), where that is known.
    pub fn apply(&mut self, input: Input<'_>, received: Option<i64>) -> Changes {
        let mut step = Step::default();
        let outcome = match input {
            Input::Article(article) => self.take(article, received, &mut step),
            Input::Tombstone(key) => self.tombstone(key, &mut step),
        };
        self.expire(&mut step);
        self.changes(outcome, step)
    }

    fn take(&mut self, article: &LinkArticle, received: Option<i64>, step: &mut Step) -> Outcome {
        let generation = hash64(article.generation.as_bytes());
        let event_ids: Vec<EventId> = article.event_ids.iter().filter_map(|id| EventId::parse(id)).collect();
        let known = self.state.article_by_id(&article.article_id).cloned();
        let mut past = Vec::new();
        if let Some(filed) = &known {
            let telling = filed.telling();
            if filed.generation == generation || telling.past.contains(&generation) {
                // An older generation that is read once more was published once more, too.
                self.outdate(filed.seq, generation, &event_ids, &telling.event_ids, step);
                return Outcome::Known;
            }
            past = telling.past;
        }
        let Progress { mut now, next } = self.state.progress();
        let dated = article.published_at.as_deref().and_then(clock::seconds);
        let published = dated.unwrap_or(now);
        if known.is_none() && published < now - self.settings.window_days * DAY {
            return Outcome::Late;
        }
        now = now.max(received.map_or(published, |r| published.min(r + DAY)));
        self.state.set(Entry::Progress(Progress { now, next: next + 1 }));
        let mut emptied = None;
        if let Some(old) = known {
            past.push(old.generation);
            past.drain(..past.len().saturating_sub(PAST));
            emptied = self.withdraw(&old, step);
            self.outdate(old.seq, old.generation, &old.telling().event_ids, &event_ids, step);
        }
        let mut filed = Filed {
            seq: next,
            copy_of: None,
            id: hash64(article.article_id.as_bytes()),
            key: article.key.as_deref().and_then(key_hash),
            generation,
            published,
            home: None,
            side: Box::default(),
            has_events: !event_ids.is_empty(),
            traits: None,
            telling: Box::default(),
        };
        let mut telling = Telling { article_id: article.article_id.clone(), event_ids, past, ..Telling::default() };
        if article.template {
            filed.telling = telling.encode();
            self.state.set(Entry::Article(next, Some(Arc::new(filed))));
            self.settle(emptied, step);
            return Outcome::Template;
        }
        let traits = Traits::of(article);
        let main = main_report(article);
        let home = self.home(&traits, published);
        let (id, why, score, outcome) = match home {
            Home::Copy(id, of, score) => {
                filed.copy_of = self.state.article(of).map(|f| f.copy_of.unwrap_or(of));
                (id, ReportWhy::Copy, score, Outcome::Copied)
            }
            Home::Join(id, score) => (id, ReportWhy::Score, score, Outcome::Joined),
            Home::Found(_) => {
                let id = emptied.take().unwrap_or_else(|| CanonicalId::founded_by(&main.event_id, published));
                (id, ReportWhy::Founded, 1.0, Outcome::Founded)
            }
        };
        let mut side = Vec::new();
        let mut reports = vec![(id, ReportRole::Main, why, thousandths(score))];
        let mut told = vec![main];
        for (other, event, score) in self.attach(article, id) {
            let role = if event.background { ReportRole::Background } else { ReportRole::Attached };
            side.push(Some(other));
            reports.push((other, role, ReportWhy::Evidence, thousandths(score)));
            told.push(event.clone());
        }
        let lasting = traits.names_people();
        filed.home = Some(id);
        filed.side = side.into();
        filed.traits = Some(Box::new(traits));
        telling.set_url(article.url.as_deref());
        telling.publisher.clone_from(&article.publisher);
        telling.title.clone_from(&article.title);
        telling.published_at.clone_from(&article.published_at);
        telling.wire.clone_from(&article.wire);
        telling.events = told;
        filed.telling = telling.encode();
        self.state.set(Entry::Article(next, Some(Arc::new(filed))));
        for (n, (event, role, why, score)) in reports.into_iter().enumerate() {
            let report = Report { article: next, event: n as u8, role, why, score };
            self.report(event, report, published, lasting, step);
        }
        match home {
            Home::Found(Some((other, score))) => self.state.change(id, |e| note_maybe(e, other, thousandths(score))),
            Home::Join(id, _) => self.merge_around(id, next, step),
            _ => {}
        }
        self.settle(emptied, step);
        outcome
    }

    /// Where an article's main report belongs.
    fn home(&self, traits: &Traits, published: i64) -> Home {
        let probe = self.probe(traits, published);
        let copy = probe.candidates.iter().filter_map(|seq| {
            let filed = self.state.article(*seq)?;
            let other = filed.traits.as_deref()?;
            let long =
                traits.chars.min(other.chars) >= COPY_CHARS && (filed.published - published).abs() <= COPY_DAYS * DAY;
            let alike = alike(traits, other);
            let wire = traits.wire.is_some() && traits.wire == other.wire;
            let is_copy = long && (alike >= COPY || wire && copied(traits, other) >= CUT_COPY) && agrees(traits, other);
            // Of equally good ones the first that came.
            is_copy.then_some((alike, std::cmp::Reverse(*seq), filed.home?))
        });
        if let Some((alike, seq, home)) = copy.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))) {
            return Home::Copy(home, seq.0, alike);
        }
        match self.ranked(&probe).first() {
            Some((score, id)) if *score >= self.settings.join => Home::Join(*id, *score),
            Some((score, id)) if *score >= self.settings.grey => Home::Found(Some((*id, *score))),
            _ => Home::Found(None),
        }
    }

    /// Looks an article up among the open ones.
    fn probe<'a>(&self, traits: &'a Traits, published: i64) -> Probe<'a> {
        let open = |seq| self.state.article(seq).and_then(|f| Some((f.published, f.home?)));
        Probe::new(traits, published, &self.state.index, &self.settings, open)
    }

    /// The events of an article's candidates by chance, best first.
    fn ranked(&self, probe: &Probe<'_>) -> Vec<(f64, CanonicalId)> {
        let mut homes: Vec<CanonicalId> =
            probe.candidates.iter().filter_map(|seq| self.state.article(*seq)?.home).collect();
        homes.sort_unstable();
        homes.dedup();
        let mut ranked: Vec<(f64, CanonicalId)> = homes.into_iter().map(|id| (self.chance(probe, id), id)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked
    }

    /// The chance that an article belongs to an event: halfway between the mean and the best of its representatives. The
    /// mean alone loses follow-ups, which are like one of many reports; the best alone lets events grow into each other.
    fn chance(&self, probe: &Probe<'_>, id: CanonicalId) -> f64 {
        let Some(event) = self.state.event(id) else { return 0.0 };
        let representatives: Vec<&Traits> = self.representatives(event).collect();
        if contradicts(probe.traits, &representatives) {
            return 0.0;
        }
        let chances: Vec<f64> = representatives.iter().map(|r| self.model.chance(probe, r)).collect();
        let best = chances.iter().copied().fold(0.0, f64::max);
        (best + mean(chances.into_iter())) / 2.0
    }

    fn representatives<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = &'a Traits> + 'a {
        event.representatives.iter().filter_map(|seq| self.state.article(*seq)?.traits.as_deref())
    }

    fn probes<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = Probe<'a>> + 'a {
        let filed = event.representatives.iter().filter_map(|seq| self.state.article(*seq));
        filed.filter_map(|f| Some(self.probe(f.traits.as_deref()?, f.published)))
    }

    /// The events that an article's other events tell of, by their record.
    fn attach<'a>(&self, article: &'a LinkArticle, home: CanonicalId) -> Vec<(CanonicalId, &'a LinkEvent, f64)> {
        let mut found: Vec<(CanonicalId, &LinkEvent, f64)> = Vec::new();
        for event in article.events.iter().filter(|e| !e.main) {
            let place = event.location.as_ref().and_then(spot).filter(|s| s.fine && s.id != 0);
            let Some(place) = place else { continue };
            let people = event.actors.iter().chain(&event.recipients).filter(|p| p.named && p.name.contains(' '));
            let people = people.map(|p| Key::person(hash::hash32(&words::name(&p.name))));
            let homes: BTreeSet<CanonicalId> = std::iter::once(Key::place(place.id))
                .chain(people)
                .flat_map(|key| self.state.index.newest(key).take(self.settings.newest))
                .filter_map(|seq| self.state.article(seq)?.home)
                .filter(|id| *id != home && found.iter().all(|f| f.0 != *id))
                .collect();
            let best = homes.into_iter().filter_map(|id| {
                let event_state = self.state.event(id)?;
                let score = self.representatives(event_state).filter_map(|r| evidence(event, r)).fold(0.0, f64::max);
                (score > 0.0).then_some((score, id))
            });
            if let Some((score, id)) = best.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))) {
                found.push((id, event, score));
            }
        }
        found
    }

    /// Adds a report to an event, which it may found.
    fn report(&mut self, id: CanonicalId, report: Report, published: i64, lasting: bool, step: &mut Step) {
        let Progress { now, .. } = self.state.progress();
        let founds = self.state.event(id).is_none();
        let gone = self.state.gone(id).copied();
        if gone.is_some() {
            self.state.set(Entry::Gone(id, None));
        }
        let settings = &self.settings;
        let mut drop = None;
        self.state.change(id, |event| {
            if founds {
                event.founded = gone.map_or(now, |g| g.founded);
                event.updated = now;
                event.revision = gone.map_or(0, |g| g.revision);
                event.split_from = gone.and_then(|g| g.into);
                event.first = published;
                event.last = published;
            }
            event.last = event.last.max(published);
            event.reports.push(report);
            event.lasting |= lasting || event.reports.len() > 1;
            if report.role == ReportRole::Main && report.why != ReportWhy::Copy {
                represent(&mut event.representatives, report.article, settings.representatives);
            }
            if event.reports.len() > settings.reports {
                drop = Some(shed(event));
            }
        });
        let kind = match report.why {
            _ if founds => "founded",
            ReportWhy::Copy => "copy",
            _ => "report",
        };
        step.mark(id, kind);
        self.link(id, report, step);
    }

    /// Merges an event with others that the article which just joined it belongs to as well.
    fn merge_around(&mut self, id: CanonicalId, article: u32, step: &mut Step) {
        let Some(filed) = self.state.article(article).cloned() else { return };
        let Some(traits) = filed.traits.as_deref() else { return };
        let probe = self.probe(traits, filed.published);
        let others = self.ranked(&probe).into_iter().filter(|(_, other)| *other != id).take(2);
        let mut id = id;
        for (score, other) in others.collect::<Vec<_>>() {
            if score < self.settings.merge {
                break;
            }
            let (Some(a), Some(b)) = (self.state.event(id), self.state.event(other)) else { continue };
            let cross = mean(self.probes(a).take(CROSS).flat_map(|x| {
                self.representatives(b).take(CROSS).map(|y| self.model.chance(&x, y)).collect::<Vec<_>>()
            }));
            let (x, y): (Vec<_>, Vec<_>) = (self.representatives(a).collect(), self.representatives(b).collect());
            if cross >= self.settings.merge * 0.8 && !x.iter().all(|report| contradicts(report, &y)) {
                let (keep, lose) = if (a.first, id) <= (b.first, other) { (id, other) } else { (other, id) };
                self.merge(keep, lose, step);
                id = keep;
            } else {
                self.state.change(id, |e| note_maybe(e, other, thousandths(score)));
            }
        }
    }

    /// Merges one event into an older one.
    fn merge(&mut self, keep: CanonicalId, lose: CanonicalId, step: &mut Step) {
        let (Some(loser), now) = (self.state.event(lose).cloned(), self.state.progress().now) else { return };
        self.state.set(Entry::Event(lose, None));
        let gone = Gone { into: Some(keep), since: now, founded: loser.founded, revision: loser.revision + 1 };
        self.state.set(Entry::Gone(lose, Some(gone)));
        for report in &loser.reports {
            self.rehome(*report, Some(keep));
            self.link(keep, *report, step);
        }
        let settings = &self.settings;
        self.state.change(keep, |event| {
            event.last = event.last.max(loser.last);
            event.lasting = true;
            event.reports.extend(&loser.reports);
            while event.reports.len() > settings.reports {
                shed(event);
            }
            event.dropped = (event.dropped.0 + loser.dropped.0, event.dropped.1 + loser.dropped.1);
            event.absorbed.push(lose);
            event.absorbed.extend(&loser.absorbed);
            for seq in &loser.representatives {
                represent(&mut event.representatives, *seq, settings.representatives);
            }
            event.maybe_same.extend(&loser.maybe_same);
            event.maybe_same.retain(|m| m.0 != keep && m.0 != lose);
            event.maybe_same.truncate(MAYBE);
        });
        step.dirty.remove(&lose);
        step.mark(lose, "merged");
        step.mark(keep, "merged");
        // No chains: what went up in the loser leads to the survivor at once.
        for id in loser.absorbed.iter().copied() {
            if let Some(gone) = self.state.gone(id).copied() {
                let gone = Gone { into: Some(keep), revision: gone.revision + 1, ..gone };
                self.state.set(Entry::Gone(id, Some(gone)));
                step.mark(id, "merged");
            }
        }
    }

    fn rehome(&mut self, report: Report, home: Option<CanonicalId>) {
        if let Some(filed) = self.state.article(report.article) {
            let mut filed = Filed::clone(filed);
            filed.rehome(|n, old| if n == usize::from(report.event) { home } else { old });
            self.state.set(Entry::Article(report.article, Some(Arc::new(filed))));
        }
    }

    fn link(&self, id: CanonicalId, report: Report, step: &mut Step) {
        let Some(filed) = self.state.article(report.article) else { return };
        let telling = filed.telling();
        let Some(event) = telling.events.get(usize::from(report.event)) else { return };
        let link = canonical::link(id, report, &telling.article_id, event);
        step.links.insert(event.event_id.clone(), Some(link));
    }

    /// Closes what the stream's time has left behind.
    fn expire(&mut self, step: &mut Step) {
        let now = self.state.progress().now;
        loop {
            let full = self.state.sizes().0 > self.settings.articles;
            let Some(due) = self.state.overdue(if full { i64::MAX } else { now }) else { return };
            match due {
                Due::Article(seq) => self.state.set(Entry::Article(seq, None)),
                Due::Gone(id) => {
                    self.state.set(Entry::Gone(id, None));
                    step.mark(id, "forgotten");
                }
                Due::Event(id) => self.close(id, step),
            }
        }
    }

    fn close(&mut self, id: CanonicalId, step: &mut Step) {
        let Some(event) = self.state.event(id).cloned() else { return };
        step.dirty.remove(&id);
        step.closed.push(canonical::closed(&self.state, id, &event));
        for report in &event.reports {
            let Some(filed) = self.state.article(report.article) else { continue };
            let left = filed.homes().flatten().any(|home| home != id).then(|| {
                let mut left = Filed::clone(filed);
                left.rehome(|_, home| home.filter(|h| *h != id));
                Arc::new(left)
            });
            self.state.set(Entry::Article(report.article, left));
        }
        self.state.set(Entry::Event(id, None));
    }

    /// The records and entries of a step.
    fn changes(&mut self, outcome: Outcome, step: Step) -> Changes {
        let now = self.state.progress().now;
        let mut canonical: Vec<(String, Option<CanonicalEvent>)> =
            step.closed.into_iter().map(|record| (record.canonical_id.clone(), Some(record))).collect();
        for (id, kinds) in step.dirty {
            let record = if let Some(event) = self.state.event(id).cloned() {
                let copies_only = kinds.iter().eq(["copy"].iter());
                if copies_only && now - event.updated < self.settings.copies_minutes * 60 {
                    continue;
                }
                let (record, shown) = canonical::revised(&self.state, id, &event, &kinds, now);
                self.state.change(id, |e| (e.revision, e.updated, e.shown) = (record.revision, now, shown));
                Some(record)
            } else {
                self.state.gone(id).map(|gone| canonical::gone(id, gone))
            };
            canonical.push((id.to_string(), record));
        }
        let links = step.links.into_iter().collect();
        let withdrawn = step.withdrawn.iter().map(ToString::to_string).collect();
        Changes { outcome, canonical, links, withdrawn, state: self.state.entries() }
    }
}

/// The event that an article is about, or the article as a story. What it leaves open is filled from the rest of the
/// article: its most salient fine place is right in two of three, its only named day and its first toll mostly.
fn main_report(article: &LinkArticle) -> LinkEvent {
    let mut report = article.events.iter().find(|e| e.main).cloned().unwrap_or_else(|| story(article));
    let fine = |p: &&LinkPlace| p.resolution.is_some_and(|r| r >= FINE);
    if report.location.iter().all(|l| !fine(&l)) {
        let place = article.places.iter().find(fine).map(|p| LinkPlace { weight: p.weight * ELSEWHERE, ..p.clone() });
        report.location = place.or(report.location);
    }
    if let (None, [day]) = (&report.time, &article.days[..]) {
        let granularity = Granularity::Day;
        report.time =
            Some(LinkTime { start: Some(day.clone()), end: Some(day.clone()), granularity, via: Via::Inferred });
    }
    let toll = |own: Option<LinkToll>, number: Option<u64>| match (own, number) {
        (own, Some(n)) if own.as_ref().is_none_or(|t| t.best.is_none()) => {
            let claim = LinkClaim { source: None, best: Some(n), low: Some(n), high: Some(n) };
            Some(LinkToll { best: Some(n), low: Some(n), high: Some(n), corrected: false, by_source: vec![claim] })
        }
        (own, _) => own,
    };
    report.killed = toll(report.killed, article.killed);
    report.injured = toll(report.injured, article.injured);
    report
}

/// An article without a main event.
fn story(article: &LinkArticle) -> LinkEvent {
    LinkEvent {
        event_id: article.story_id.clone(),
        main: true,
        rank: 1,
        background: false,
        class: LinkType {
            plover: PloverType { event: None, mode: Vec::new(), context: Vec::new() },
            happening: None,
            cameo: None,
            quad_class: None,
            goldstein: None,
            acled: None,
        },
        actors: Vec::new(),
        recipients: Vec::new(),
        location: None,
        time: None,
        killed: None,
        injured: None,
        triggers: Vec::new(),
        summary: None,
        links: Vec::new(),
        confidence: 0.0,
        type_confidence: None,
        time_confidence: None,
        casualties_confidence: None,
    }
}

/// Adds a representative: the first ones stay, and of the rest the newest two.
fn represent(list: &mut Vec<u32>, article: u32, most: usize) {
    if list.contains(&article) {
        return;
    }
    if list.len() >= most {
        list.remove(most.saturating_sub(2).min(list.len() - 1));
    }
    list.push(article);
}

/// Drops a report of the middle, a copy where there is one.
fn shed(event: &mut Event) -> Report {
    const FIRST: usize = 20;
    let last = event.reports.len() - 1;
    let copy = (FIRST.min(last)..last).find(|i| event.reports[*i].why == ReportWhy::Copy);
    let report = event.reports.remove(copy.unwrap_or(last / 2));
    event.dropped.0 += 1;
    event.dropped.1 += u32::from(report.why == ReportWhy::Copy);
    report
}

fn note_maybe(event: &mut Event, other: CanonicalId, score: u16) {
    event.maybe_same.retain(|m| m.0 != other);
    event.maybe_same.push((other, score));
    event.maybe_same.sort_by_key(|m| (std::cmp::Reverse(m.1), m.0));
    event.maybe_same.truncate(MAYBE);
}

fn thousandths(chance: f64) -> u16 {
    (chance * 1000.0).round().clamp(0.0, 1000.0) as u16
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    if n > 0.0 { sum / n } else { 0.0 }
}
