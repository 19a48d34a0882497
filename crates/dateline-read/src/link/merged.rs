//! The fields of an event by vote over its reports.
//!
//! A function of the set of reports: they are sorted by publication first, so that the order in which they came does not
//! matter. An origin has one vote, shared by its reports; copies have none.

use std::collections::{BTreeMap, BTreeSet};

use super::clock;
use super::state::{Event, Filed, Report, State, Telling};
use super::toll::toll;
use super::traits::{self, FINE, is_stated, km, spot};
use super::words;
use crate::record::ArticleRef;
use crate::record::canonical::{
    self, CanonicalCasualties, CanonicalConfidence, CanonicalLocation, CanonicalParty, CanonicalSources, CanonicalTime,
    CanonicalTold, OtherDay, OtherLocation, ReportRole, ReportWhy, Votes,
};
use crate::record::link::{LinkEvent, LinkParty, LinkPlace, LinkType};

/// What an origin's word is worth beyond its own confidence: two that say the same may both be wrong for the same reason.
const ORIGIN: f64 = 0.8;
/// Parties, other places and other days that a record lists.
const LISTED: usize = 10;
/// One vote, divisible by the numbers of reports that an origin may have.
const VOTE: u64 = 720_720;

/// A report with what it tells.
pub(super) struct Account<'a> {
    pub(super) report: &'a Report,
    pub(super) filed: &'a Filed,
    pub(super) telling: Telling,
    pub(super) told: LinkEvent,
    pub(super) origin: String,
}

impl Account<'_> {
    /// By publication; then in an order that does not depend on when they came.
    fn order(&self) -> (i64, &str, u8) {
        (self.filed.published, &self.telling.article_id, self.report.event)
    }

    /// Whether it has a vote.
    fn votes(&self) -> bool {
        self.report.role != ReportRole::Background && self.report.why != ReportWhy::Copy
    }
}

/// The reports of an event in order of publication.
pub(super) fn accounts<'a>(state: &'a State, event: &'a Event) -> Vec<Account<'a>> {
    let mut list: Vec<Account<'a>> = event
        .reports
        .iter()
        .filter_map(|report| {
            let filed = state.article(report.article)?;
            let mut telling = filed.telling();
            let told = (usize::from(report.event) < telling.events.len())
                .then(|| telling.events.swap_remove(usize::from(report.event)))?;
            Some(Account { report, filed, origin: String::new(), telling, told })
        })
        .collect();
    list.sort_by(|a, b| a.order().cmp(&b.order()));
    // A copy's origin is that of what it copies; where that is gone, of the first one that copies the same.
    let mut origins: BTreeMap<u32, String> = BTreeMap::new();
    for account in &mut list {
        let root = account.filed.copy_of.unwrap_or(account.filed.seq);
        let own = || match state.article(root).filter(|_| root != account.filed.seq) {
            Some(filed) => origin(&filed.telling()),
            None => origin(&account.telling),
        };
        let origin = origins.entry(root).or_insert_with(own).clone();
        account.origin = origin;
    }
    list
}

/// Whose story it is: the agency's, else the publisher's.
fn origin(telling: &Telling) -> String {
    telling.wire.as_ref().or(telling.publisher.as_ref()).unwrap_or(&telling.article_id).clone()
}

/// Votes by value, in units of [`VOTE`]; with each value, where it was first given.
struct Poll<K> {
    counts: BTreeMap<K, (u64, usize)>,
    origins: u32,
}

impl<K: Ord + Clone> Poll<K> {
    fn of(accounts: &[Account<'_>], value: impl Fn(&Account<'_>) -> Option<K>) -> Self {
        let given: Vec<(usize, &str, K)> = accounts
            .iter()
            .enumerate()
            .filter(|(_, a)| a.votes())
            .filter_map(|(n, a)| Some((n, a.origin.as_str(), value(a)?)))
            .collect();
        let mut by_origin: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, origin, _) in &given {
            *by_origin.entry(origin).or_default() += 1;
        }
        let mut counts: BTreeMap<K, (u64, usize)> = BTreeMap::new();
        for (n, origin, value) in given {
            counts.entry(value).or_insert((0, n)).0 += VOTE / by_origin.get(origin).copied().unwrap_or(1);
        }
        Self { counts, origins: by_origin.len() as u32 }
    }

    /// The value of most votes; of equally many the one given first.
    fn first(&self) -> Option<(K, Votes)> {
        let best = self.counts.iter().max_by_key(|(_, (n, at))| (*n, std::cmp::Reverse(*at)))?;
        Some((best.0.clone(), self.votes(best.1.0)))
    }

    fn votes(&self, units: u64) -> Votes {
        Votes { votes: hundredths(units as f64 / VOTE as f64), of: self.origins }
    }
}

/// The fields of an event.
pub(super) fn merged(event: &Event, accounts: &[Account<'_>]) -> CanonicalTold {
    let (class, type_votes) = class(accounts).unzip();
    let (location, other_locations) = location(accounts);
    let (time, other_days) = time(accounts);
    let best = best(accounts);
    let casualties = CanonicalCasualties {
        killed: toll(accounts, |a| a.told.killed.as_ref().filter(|_| a.votes())),
        injured: toll(accounts, |a| a.told.injured.as_ref().filter(|_| a.votes())),
    };
    let confidence = confidence(accounts, class.as_ref(), location.as_ref(), time.as_ref(), &casualties);
    CanonicalTold {
        type_votes,
        actors: parties(accounts, |e| &e.actors),
        recipients: parties(accounts, |e| &e.recipients),
        title: best.and_then(|a| a.telling.title.clone()),
        article: best.map(article),
        summary_text: best.and_then(|a| a.told.summary.clone()),
        location,
        other_locations,
        time,
        other_days,
        casualties,
        sources: sources(event, accounts),
        confidence,
        class,
    }
}

/// The type of most votes, then the more specific one.
fn class(accounts: &[Account<'_>]) -> Option<(LinkType, Votes)> {
    let poll = Poll::of(accounts, |a| Some(a.told.class.kind()).filter(|kind| *kind != (None, None)));
    let specific =
        |a: &&Account<'_>| (a.told.class.plover.mode.len(), a.told.class.cameo.as_ref().map_or(0, String::len));
    let weight = |k| accounts.iter().filter(|a| a.votes() && a.told.class.kind() == k).map(|a| specific(&a)).max();
    let (kind, (units, _)) = poll
        .counts
        .iter()
        .max_by_key(|(k, (n, at))| (*n, weight(**k), std::cmp::Reverse(*at)))
        .map(|(k, v)| (*k, *v))?;
    let of_kind = || accounts.iter().filter(|a| a.votes() && a.told.class.kind() == kind);
    // Of the codes of this type the most frequent, then the more specific, then the first.
    let mut codes: Vec<(&LinkType, usize, usize)> = Vec::new();
    for (n, account) in of_kind().enumerate() {
        match codes.iter_mut().find(|c| *c.0 == account.told.class) {
            Some(code) => code.1 += 1,
            None => codes.push((&account.told.class, 1, n)),
        }
    }
    let depth = |t: &LinkType| t.plover.mode.len() + t.cameo.as_ref().map_or(0, String::len);
    let code = codes.iter().max_by_key(|(t, n, at)| (*n, depth(t), std::cmp::Reverse(*at)))?.0.clone();
    Some((code, poll.votes(units)))
}

/// The place of most votes among the finest, and the others.
fn location(accounts: &[Account<'_>]) -> (Option<CanonicalLocation>, Vec<OtherLocation>) {
    let key = |p: &LinkPlace| (p.geonameid, p.name.clone());
    let fine = |p: &&LinkPlace| p.resolution.is_some_and(|r| r >= FINE);
    let mut poll = Poll::of(accounts, |a| a.told.location.as_ref().filter(fine).map(key));
    if poll.counts.is_empty() {
        poll = Poll::of(accounts, |a| a.told.location.as_ref().map(key));
    }
    let Some((chosen, votes)) = poll.first() else { return (None, Vec::new()) };
    let places = || accounts.iter().filter(|a| a.votes()).filter_map(|a| a.told.location.as_ref());
    let best = places().filter(|p| key(p) == chosen).max_by(|a, b| a.weight.total_cmp(&b.weight));
    let spots: Vec<traits::Spot> = places().filter(fine).filter_map(spot).collect();
    let spread = spots.iter().enumerate().flat_map(|(i, a)| spots[..i].iter().map(|b| km(a, b))).fold(0.0, f64::max);
    let location = best.map(|p| CanonicalLocation { place: p.clone(), votes, spread_km: spread.round() });
    let mut others: BTreeMap<(Option<u32>, String), u32> = BTreeMap::new();
    for place in places().map(key).filter(|k| *k != chosen) {
        *others.entry(place).or_default() += 1;
    }
    let others = most(others, |((geonameid, name), reports)| OtherLocation { name, geonameid, reports });
    (location, others)
}

/// The day of most votes, stated ones before the articles' own; and the others.
fn time(accounts: &[Account<'_>]) -> (Option<CanonicalTime>, Vec<OtherDay>) {
    let day = |e: &LinkEvent| traits::span(e).filter(|(start, end)| end - start <= 1).map(|s| s.0);
    let mut poll = Poll::of(accounts, |a| day(&a.told).filter(|_| is_stated(&a.told)));
    if poll.counts.is_empty() {
        poll = Poll::of(accounts, |a| day(&a.told));
    }
    let Some((chosen, votes)) = poll.first() else {
        // No day: the first time of any precision.
        let any = accounts.iter().filter(|a| a.votes()).find_map(|a| a.told.time.as_ref());
        let votes = Votes { votes: 1.0, of: 1 };
        let time = any.map(|t| CanonicalTime {
            start: t.start.clone(),
            end: t.end.clone(),
            granularity: t.granularity,
            votes,
        });
        return (time, Vec::new());
    };
    let times =
        || accounts.iter().filter(|a| a.votes() && day(&a.told) == Some(chosen)).filter_map(|a| a.told.time.as_ref());
    let finest = times().min_by_key(|t| t.granularity);
    let time =
        finest.map(|t| CanonicalTime { start: t.start.clone(), end: t.end.clone(), granularity: t.granularity, votes });
    let mut others: BTreeMap<i32, u32> = BTreeMap::new();
    for other in accounts.iter().filter(|a| a.votes()).filter_map(|a| day(&a.told)).filter(|d| *d != chosen) {
        *others.entry(other).or_default() += 1;
    }
    (time, most(others, |(day, reports)| OtherDay { day: clock::date(day), reports }))
}

/// The most frequent values first, then by value.
fn most<K: Ord, T>(counts: BTreeMap<K, u32>, make: impl Fn((K, u32)) -> T) -> Vec<T> {
    let mut list: Vec<(K, u32)> = counts.into_iter().collect();
    list.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    list.into_iter().take(LISTED).map(make).collect()
}

fn parties(accounts: &[Account<'_>], of: fn(&LinkEvent) -> &[LinkParty]) -> Vec<CanonicalParty> {
    let mut found: BTreeMap<String, (u32, usize, &LinkParty)> = BTreeMap::new();
    for (n, account) in accounts.iter().enumerate().filter(|(_, a)| a.votes()) {
        let mut seen = BTreeSet::new();
        for party in of(&account.told) {
            let name = words::name(&party.name);
            if seen.insert(name.clone()) {
                found.entry(name).or_insert((0, n, party)).0 += 1;
            }
        }
    }
    let mut list: Vec<(u32, usize, &LinkParty)> = found.into_values().collect();
    list.sort_by_key(|(n, at, party)| (std::cmp::Reverse((*n, party.named)), *at));
    list.into_iter().take(LISTED).map(|(reports, _, party)| CanonicalParty { party: party.clone(), reports }).collect()
}

/// The report that tells most: a main one, the surest; of equally sure ones the latest.
fn best<'a, 'b>(accounts: &'b [Account<'a>]) -> Option<&'b Account<'a>> {
    accounts
        .iter()
        .filter(|a| a.report.role == ReportRole::Main && a.report.why != ReportWhy::Copy)
        .max_by(|a, b| a.told.confidence.total_cmp(&b.told.confidence))
        .or(accounts.first())
}

/// A report's article.
fn article(account: &Account<'_>) -> ArticleRef {
    ArticleRef {
        id: account.telling.article_id.clone(),
        url: account.telling.url(),
        publisher: account.telling.publisher.clone(),
        title: account.telling.title.clone(),
        published_at: account.telling.published_at.clone(),
        ..ArticleRef::default()
    }
}

fn sources(event: &Event, accounts: &[Account<'_>]) -> CanonicalSources {
    let articles: BTreeSet<u32> = accounts.iter().map(|a| a.report.article).collect();
    let distinct = |of: fn(&Telling) -> &Option<String>| -> BTreeSet<String> {
        accounts.iter().filter_map(|a| of(&a.telling).clone()).collect()
    };
    let copies = accounts.iter().filter(|a| a.report.why == ReportWhy::Copy).count() as u32;
    let reports = accounts.iter().map(|a| canonical::Report {
        event_id: a.told.event_id.clone(),
        article_id: a.telling.article_id.clone(),
        url: a.telling.url(),
        publisher: a.telling.publisher.clone(),
        title: a.telling.title.clone(),
        published_at: a.telling.published_at.clone(),
        origin: a.origin.clone(),
        role: a.report.role,
        score: f64::from(a.report.score) / 1000.0,
        why: a.report.why,
    });
    CanonicalSources {
        articles: articles.len() as u32 + event.dropped.0,
        copies: copies + event.dropped.1,
        origins: accounts.iter().map(|a| a.origin.as_str()).collect::<BTreeSet<_>>().len() as u32,
        publishers: distinct(|t| &t.publisher).len() as u32,
        wires: distinct(|t| &t.wire).into_iter().collect(),
        first_published: accounts.iter().find_map(|a| a.telling.published_at.clone()),
        last_published: accounts.iter().rev().find_map(|a| a.telling.published_at.clone()),
        reports: reports.collect(),
    }
}

fn confidence(
    accounts: &[Account<'_>],
    class: Option<&LinkType>,
    location: Option<&CanonicalLocation>,
    time: Option<&CanonicalTime>,
    casualties: &CanonicalCasualties,
) -> CanonicalConfidence {
    let toll = |t: &Option<canonical::CanonicalToll>| t.as_ref().and_then(|t| t.best);
    let (killed, injured) = (toll(&casualties.killed), toll(&casualties.injured));
    let agrees = |own: Option<u64>, best: Option<u64>| best.is_some() && own == best;
    CanonicalConfidence {
        overall: jointly(accounts, |a| Some(a.told.confidence)).unwrap_or(0.0),
        same_event: f64::from(accounts.iter().map(|a| a.report.score).min().unwrap_or(1000)) / 1000.0,
        class: class
            .and_then(|c| jointly(accounts, |a| a.told.type_confidence.filter(|_| a.told.class.kind() == c.kind()))),
        location: location.and_then(|l| {
            let same = |p: &&LinkPlace| (p.geonameid, &p.name) == (l.place.geonameid, &l.place.name);
            jointly(accounts, |a| a.told.location.as_ref().filter(same).map(|p| p.weight))
        }),
        time: time.and_then(|t| {
            let same = |a: &Account<'_>| a.told.time.as_ref().is_some_and(|own| own.start == t.start);
            jointly(accounts, |a| a.told.time_confidence.filter(|_| same(a)))
        }),
        casualties: jointly(accounts, |a| {
            let own = |t: &Option<crate::record::link::LinkToll>| t.as_ref().and_then(|t| t.best);
            let same = agrees(own(&a.told.killed), killed) || agrees(own(&a.told.injured), injured);
            a.told.casualties_confidence.filter(|_| same)
        }),
    }
}

/// The confidence of independent origins together: that not all of them are wrong. The surest report speaks for its
/// origin; the surest origin counts in full, the others somewhat less.
fn jointly(accounts: &[Account<'_>], of: impl Fn(&Account<'_>) -> Option<f64>) -> Option<f64> {
    let mut by_origin: BTreeMap<&str, f64> = BTreeMap::new();
    for (account, sure) in accounts.iter().filter(|a| a.votes()).filter_map(|a| Some((a, of(a)?))) {
        let best = by_origin.entry(&account.origin).or_default();
        *best = best.max(sure);
    }
    let mut sure: Vec<f64> = by_origin.into_values().collect();
    sure.sort_by(|a, b| b.total_cmp(a));
    let wrong = sure.iter().enumerate().map(|(n, c)| 1.0 - if n == 0 { *c } else { ORIGIN * c }).product::<f64>();
    (!sure.is_empty()).then(|| hundredths((1.0 - wrong).min(0.99)))
}

fn hundredths(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}
