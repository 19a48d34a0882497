//! Open articles and events, and what follows from them: the index, the ids, the deadlines.
//!
//! Everything goes through [`State::set`]: it keeps the derived parts right, notes what to write to the changelog, and
//! keeps the value before, so that an open batch can be taken back. The state is a function of its entries: restored
//! entries, in any order, give the same state.
//!
//! An open article takes about 2 kB (`benches/link`): 0.7 kB what is compared, 0.65 kB what it tells, 0.2 kB index entries,
//! 0.15 kB its share of an event, the rest maps and headers. Zstandard would take a quarter off what it tells, for 10 µs an
//! article and 3 to 6 µs a report at every change of an event.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasherDefault;
use std::num::NonZeroU64;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::clock::DAY;
use super::hash::{Spread, hash64};
use super::ids::{CanonicalId, EventId};
use super::index::Index;
use super::settings::Settings;
use super::traits::Traits;
use crate::record::canonical::{ReportRole, ReportWhy};
use crate::record::link::{Kind, LinkEvent};

/// Version of the entries' form; also counts changes of vocabularies, whose order it depends on.
const VERSION: u8 = 2;

/// An article that was filed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filed {
    /// Its number, in order of arrival.
    pub(super) seq: u32,
    /// The article that it copies, which copies no other itself.
    pub(super) copy_of: Option<u32>,
    /// Hash of its id.
    pub(super) id: u64,
    /// Hash of the key that it came under, where that is not its id.
    pub(super) key: Option<NonZeroU64>,
    pub(super) generation: u64,
    /// Seconds; the stream's time where the article has no date.
    pub(super) published: i64,
    /// The open event of its main report, and those of its others; none are left of closed events.
    pub(super) home: Option<CanonicalId>,
    pub(super) side: Box<[Option<CanonicalId>]>,
    /// Whether it has events, published one by one.
    pub(super) has_events: bool,
    pub(super) traits: Option<Box<Traits>>,
    /// A [`Telling`], encoded: only needed when a record is made.
    pub(super) telling: Box<[u8]>,
}

/// What an article tells, as records need it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Telling {
    /// First, where [`Filed::article_id`] reads it.
    pub(super) article_id: String,
    /// Where it is not the id, as it mostly is.
    pub(super) url: Option<String>,
    pub(super) url_is_id: bool,
    pub(super) publisher: Option<String>,
    pub(super) title: Option<String>,
    pub(super) published_at: Option<String>,
    pub(super) wire: Option<String>,
    /// The reported events, the main one or the story first.
    pub(super) events: Vec<LinkEvent>,
    /// All its events, published one by one.
    pub(super) event_ids: Vec<EventId>,
    /// Earlier generations, which are not to come back in a replay.
    pub(super) past: Vec<u64>,
}

impl Filed {
    /// The open event of each of its reports.
    pub(super) fn homes(&self) -> impl Iterator<Item = Option<CanonicalId>> + '_ {
        std::iter::once(self.home).chain(self.side.iter().copied())
    }

    /// Changes the open event of each of its reports.
    pub(super) fn rehome(&mut self, change: impl Fn(usize, Option<CanonicalId>) -> Option<CanonicalId>) {
        self.home = change(0, self.home);
        for (n, home) in self.side.iter_mut().enumerate() {
            *home = change(n + 1, *home);
        }
    }

    /// Whether it reports nothing (any more).
    fn is_idle(&self) -> bool {
        self.homes().all(|home| home.is_none())
    }

    /// Its id, without decoding the rest of what it tells.
    pub(super) fn article_id(&self) -> &str {
        postcard::take_from_bytes(&self.telling).map(|(id, _)| id).unwrap_or_default()
    }

    /// What it tells.
    pub(super) fn telling(&self) -> Telling {
        // Encoded by `Telling::encode` of this version: `State::restore` refuses others.
        postcard::from_bytes(&self.telling).unwrap_or_default()
    }
}

impl Telling {
    /// The article's address.
    pub(super) fn url(&self) -> Option<String> {
        if self.url_is_id { Some(self.article_id.clone()) } else { self.url.clone() }
    }

    pub(super) fn set_url(&mut self, url: Option<&str>) {
        self.url_is_id = url == Some(&self.article_id);
        self.url = url.filter(|_| !self.url_is_id).map(str::to_owned);
    }

    pub(super) fn encode(&self) -> Box<[u8]> {
        // Fails for lack of memory alone.
        postcard::to_allocvec(self).unwrap_or_default().into()
    }
}

/// An open event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) revision: u32,
    /// Stream's time of founding and of the last change shown.
    pub(super) founded: i64,
    pub(super) updated: i64,
    /// Publication of the founding report, for the order of founders.
    pub(super) first: i64,
    /// Latest publication.
    pub(super) last: i64,
    /// Whether it stays open for long: it names people or has two reports.
    pub(super) lasting: bool,
    pub(super) reports: Vec<Report>,
    /// Articles that stand for it.
    pub(super) representatives: Vec<u32>,
    pub(super) absorbed: Vec<CanonicalId>,
    pub(super) split_from: Option<CanonicalId>,
    /// Others that may be the same, with thousandths of chance.
    pub(super) maybe_same: Vec<(CanonicalId, u16)>,
    /// Reports no longer kept: articles, and copies among them.
    pub(super) dropped: (u32, u32),
    /// What the last revision said.
    pub(super) shown: Shown,
}

/// A report within an event.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) article: u32,
    /// Which of the article's reported events.
    pub(super) event: u8,
    pub(super) role: ReportRole,
    pub(super) why: ReportWhy,
    /// Thousandths of chance.
    pub(super) score: u16,
}

/// Values whose change is worth telling.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) killed: Option<u64>,
    pub(super) injured: Option<u64>,
    pub(super) place: Option<Box<str>>,
    pub(super) time: Option<Box<str>>,
    pub(super) class: Kind,
}

/// What is left of an event that was merged or retracted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Gone {
    pub(super) into: Option<CanonicalId>,
    pub(super) since: i64,
    pub(super) founded: i64,
    pub(super) revision: u32,
}

/// The stream's time and the next article's number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) now: i64,
    pub(super) next: u32,
}

/// One entry and its value, or that it is no more.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Article(u32, Option<Arc<Filed>>),
    Event(CanonicalId, Option<Arc<Event>>),
    Gone(CanonicalId, Option<Gone>),
    Progress(Progress),
}

/// Names of entries, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Article(Box<str>),
    Event(CanonicalId),
    Gone(CanonicalId),
    Progress,
}

/// What is due when the stream's time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    Event(CanonicalId),
    Gone(CanonicalId),
    Article(u32),
}

/// An entry of the changelog that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Written by another version.
    #[error(
        "state entry {key:?} has version {found:?}, this version reads {VERSION}; rebuild the state from the articles"
    )]
    Version {
        /// Its key.
        key: String,
        /// Its version.
        found: Option<u8>,
    },
    /// Damaged.
    #[error("state entry {key:?} cannot be read: {problem}; rebuild the state from the articles")]
    Damaged {
        /// Its key.
        key: String,
        /// What is wrong.
        problem: String,
    },
}

impl RestoreError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Version { .. } => "state_version",
            Self::Damaged { .. } => "state_damaged",
        }
    }
}

/// By number.
type Numbered<K, V> = HashMap<K, V, BuildHasherDefault<Spread>>;

/// The state.
#[derive(Debug, Default)]
pub(super) struct State {
    articles: Numbered<u32, Arc<Filed>>,
    numbers: Numbered<u64, u32>,
    keys: Numbered<NonZeroU64, u32>,
    /// Generations of articles that have events: equal texts have equal ones, and events of equal ids.
    generations: BTreeSet<(u64, u32)>,
    events: Numbered<CanonicalId, Arc<Event>>,
    gone: Numbered<CanonicalId, Gone>,
    pub(super) index: Index,
    due: BTreeSet<(i64, Due)>,
    progress: Progress,
    keep: Keep,
    /// Values before, of the open batch.
    before: Vec<Entry>,
    touched: BTreeSet<Name>,
}

/// How long entries stay, in seconds.
#[derive(Debug, Clone, Copy, Default)]
struct Keep {
    short: i64,
    long: i64,
    gone: i64,
}

impl State {
    pub(super) fn new(settings: &Settings) -> Self {
        let keep = Keep {
            short: settings.window_days * DAY,
            long: settings.keep_days * DAY,
            gone: settings.redirect_days * DAY,
        };
        Self { keep, ..Self::default() }
    }

    pub(super) fn article(&self, seq: u32) -> Option<&Arc<Filed>> {
        self.articles.get(&seq)
    }

    pub(super) fn article_by_id(&self, id: &str) -> Option<&Arc<Filed>> {
        self.numbers.get(&hash64(id.as_bytes())).and_then(|seq| self.articles.get(seq))
    }

    /// The article that came last under a key.
    pub(super) fn article_by_key(&self, key: &str) -> Option<&Arc<Filed>> {
        let by_key = key_hash(key).and_then(|hash| self.keys.get(&hash)).and_then(|seq| self.articles.get(seq));
        by_key.or_else(|| self.article_by_id(key).filter(|f| f.key.is_none()))
    }

    /// Other articles of a generation, whose events have the same ids.
    pub(super) fn twins(&self, generation: u64, seq: u32) -> impl Iterator<Item = &Arc<Filed>> {
        let all = self.generations.range((generation, 0)..=(generation, u32::MAX));
        all.filter(move |(_, other)| *other != seq).filter_map(|(_, other)| self.articles.get(other))
    }

    pub(super) fn event(&self, id: CanonicalId) -> Option<&Arc<Event>> {
        self.events.get(&id)
    }

    /// All open events, by id.
    pub(super) fn events(&self) -> BTreeMap<CanonicalId, &Arc<Event>> {
        self.events.iter().map(|(id, event)| (*id, event)).collect()
    }

    pub(super) fn gone(&self, id: CanonicalId) -> Option<&Gone> {
        self.gone.get(&id)
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    /// Open articles, events and index entries.
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        (self.articles.len(), self.events.len(), self.index.len())
    }

    /// The first thing that was due before `now`.
    pub(super) fn overdue(&self, now: i64) -> Option<Due> {
        self.due.first().filter(|(at, _)| *at < now).map(|(_, due)| *due)
    }

    /// Sets an entry.
    pub(super) fn set(&mut self, entry: Entry) {
        self.touched.insert(match &entry {
            Entry::Article(seq, filed) => {
                let known = filed.as_ref().or_else(|| self.articles.get(seq));
                Name::Article(known.map(|f| f.article_id().into()).unwrap_or_default())
            }
            Entry::Event(id, _) => Name::Event(*id),
            Entry::Gone(id, _) => Name::Gone(*id),
            Entry::Progress(_) => Name::Progress,
        });
        let before = self.put(entry);
        self.before.push(before);
    }

    /// Changes an event.
    pub(super) fn change(&mut self, id: CanonicalId, change: impl FnOnce(&mut Event)) {
        let mut event = self.events.get(&id).map(|e| Event::clone(e)).unwrap_or_default();
        change(&mut event);
        self.set(Entry::Event(id, Some(Arc::new(event))));
    }

    /// Puts a value in its place and gives the one before.
    fn put(&mut self, entry: Entry) -> Entry {
        match entry {
            Entry::Article(seq, filed) => {
                let before = self.articles.remove(&seq);
                if let Some(old) = &before {
                    self.unlist(old);
                }
                if let Some(filed) = filed {
                    self.list(&filed);
                    self.articles.insert(seq, filed);
                }
                Entry::Article(seq, before)
            }
            Entry::Event(id, event) => {
                let before = self.events.remove(&id);
                if let Some(old) = &before {
                    self.due.remove(&(self.event_due(old), Due::Event(id)));
                }
                if let Some(event) = event {
                    self.due.insert((self.event_due(&event), Due::Event(id)));
                    self.events.insert(id, event);
                }
                Entry::Event(id, before)
            }
            Entry::Gone(id, gone) => {
                let before = self.gone.remove(&id);
                if let Some(old) = &before {
                    self.due.remove(&(old.since + self.keep.gone, Due::Gone(id)));
                }
                if let Some(gone) = gone {
                    self.due.insert((gone.since + self.keep.gone, Due::Gone(id)));
                    self.gone.insert(id, gone);
                }
                Entry::Gone(id, before)
            }
            Entry::Progress(progress) => Entry::Progress(std::mem::replace(&mut self.progress, progress)),
        }
    }

    fn event_due(&self, event: &Event) -> i64 {
        event.last + if event.lasting { self.keep.long } else { self.keep.short }
    }

    fn list(&mut self, filed: &Filed) {
        self.numbers.insert(filed.id, filed.seq);
        if let Some(key) = filed.key {
            self.keys.insert(key, filed.seq);
        }
        if filed.has_events {
            self.generations.insert((filed.generation, filed.seq));
        }
        if let Some(traits) = filed.traits.as_ref().filter(|_| filed.home.is_some()) {
            self.index.add(traits, filed.seq);
        }
        if filed.is_idle() {
            self.due.insert((filed.published + self.keep.short, Due::Article(filed.seq)));
        }
    }

    fn unlist(&mut self, filed: &Filed) {
        if self.numbers.get(&filed.id) == Some(&filed.seq) {
            self.numbers.remove(&filed.id);
        }
        if let Some(key) = filed.key.filter(|key| self.keys.get(key) == Some(&filed.seq)) {
            self.keys.remove(&key);
        }
        self.generations.remove(&(filed.generation, filed.seq));
        if let Some(traits) = filed.traits.as_ref().filter(|_| filed.home.is_some()) {
            self.index.remove(traits, filed.seq);
        }
        if filed.is_idle() {
            self.due.remove(&(filed.published + self.keep.short, Due::Article(filed.seq)));
        }
    }

    /// Makes the open batch's changes final.
    pub(super) fn commit(&mut self) {
        self.before.clear();
        self.touched.clear();
    }

    /// Takes the open batch's changes back.
    pub(super) fn rollback(&mut self) {
        while let Some(entry) = self.before.pop() {
            self.put(entry);
        }
        self.touched.clear();
    }

    /// The changelog entries of what was touched since the last call.
    pub(super) fn entries(&mut self) -> Vec<(String, Option<Vec<u8>>)> {
        std::mem::take(&mut self.touched).into_iter().map(|name| self.encode(name)).collect()
    }

    fn encode(&self, name: Name) -> (String, Option<Vec<u8>>) {
        match name {
            Name::Article(id) => (format!("a:{id}"), self.article_by_id(&id).map(|filed| encoded(&**filed))),
            Name::Event(id) => (format!("e:{id}"), self.event(id).map(|event| encoded(&**event))),
            Name::Gone(id) => (format!("g:{id}"), self.gone(id).map(encoded)),
            Name::Progress => ("~progress".to_owned(), Some(encoded(&self.progress))),
        }
    }

    /// Takes an entry of the changelog; the last one of a key holds.
    pub(super) fn restore(&mut self, key: &str, value: Option<&[u8]>) -> Result<(), RestoreError> {
        let id = |rest: &str| {
            CanonicalId::parse(rest)
                .ok_or_else(|| RestoreError::Damaged { key: key.to_owned(), problem: "not an id".to_owned() })
        };
        let entry = match key.split_once(':') {
            Some(("a", article)) => {
                if let Some(old) = self.article_by_id(article).map(|f| f.seq) {
                    self.put(Entry::Article(old, None));
                }
                let Some(value) = value else { return Ok(()) };
                let filed: Filed = decoded(key, value)?;
                Entry::Article(filed.seq, Some(Arc::new(filed)))
            }
            Some(("e", rest)) => {
                let event = value.map(|v| decoded(key, v)).transpose()?.map(Arc::new);
                Entry::Event(id(rest)?, event)
            }
            Some(("g", rest)) => Entry::Gone(id(rest)?, value.map(|v| decoded(key, v)).transpose()?),
            _ if key == "~progress" => Entry::Progress(value.map(|v| decoded(key, v)).transpose()?.unwrap_or_default()),
            _ => {
                return Err(RestoreError::Damaged { key: key.to_owned(), problem: "no entry is called so".to_owned() });
            }
        };
        self.put(entry);
        Ok(())
    }
}

/// Hash of a key under which an article came.
pub(super) fn key_hash(key: &str) -> Option<NonZeroU64> {
    NonZeroU64::new(hash64(key.as_bytes()))
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    // Fails for lack of memory alone.
    postcard::to_extend(value, vec![VERSION]).unwrap_or_default()
}

fn decoded<T: for<'de> Deserialize<'de>>(key: &str, bytes: &[u8]) -> Result<T, RestoreError> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => postcard::from_bytes(rest)
            .map_err(|e| RestoreError::Damaged { key: key.to_owned(), problem: e.to_string() }),
        found => Err(RestoreError::Version { key: key.to_owned(), found: found.map(|f| *f.0) }),
    }
}
