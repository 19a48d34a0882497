//! The latest events, for the status page: a bounded ring that those who read or link articles fill.
//!
//! Filled when an article has been read, or a step was linked, a moment before the records are committed. An article read
//! again (after a rebalance, or sent twice) takes the place of its earlier events, a canonical event that of its former
//! revision.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::page::living::LivingEvent;
use crate::page::status::{Latest, RecentEvent};
use crate::page::words::is_fact;
use crate::record::{CanonicalEvent, EnrichedArticle, Salience};

/// Events kept; each is of bounded size.
const KEPT: usize = 40;
/// Events taken of one article, so that one long article does not push out all others.
const PER_ARTICLE: usize = 3;

/// Events by id, the latest first.
#[derive(Debug)]
pub(crate) struct Ring<T>(Mutex<VecDeque<(String, T)>>);

/// Events of articles.
pub(crate) type Recent = Ring<RecentEvent>;
/// Canonical events.
pub(crate) type Living = Ring<LivingEvent>;

/// What the status page lists.
#[derive(Debug, Clone)]
pub(crate) enum Feed {
    /// Of a worker that reads.
    Read(Arc<Recent>),
    /// Of a worker that links.
    Linked(Arc<Living>),
}

impl Feed {
    /// The latest first.
    pub(crate) fn latest(&self) -> Latest {
        match self {
            Self::Read(recent) => Latest::Read(recent.latest()),
            Self::Linked(living) => Latest::Linked(living.latest()),
        }
    }
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl Recent {
    /// Takes an article's current events: what happened, not what is planned, denied or history.
    pub(crate) fn add(&self, article: &EnrichedArticle) {
        let events = article
            .events
            .iter()
            .filter(|e| is_fact(e) && !e.assertion.historical && e.assertion.salience != Salience::Background);
        let events: Vec<(String, RecentEvent)> =
            events.take(PER_ARTICLE).map(|e| (e.cluster_id.clone(), RecentEvent::new(e, article))).collect();
        for (id, event) in events.into_iter().rev() {
            self.put(id, |_| Some(event));
        }
    }
}

impl Living {
    /// Takes the record of an event that changed.
    pub(crate) fn add(&self, event: &CanonicalEvent) {
        self.put(event.canonical_id.clone(), |before| LivingEvent::new(event, before));
    }
}

impl<T: Clone> Ring<T> {
    fn put(&self, id: String, make: impl FnOnce(Option<&T>) -> Option<T>) {
        let mut ring = self.ring();
        let place = ring.iter().position(|(other, _)| *other == id);
        let before = place.and_then(|place| ring.remove(place));
        if let Some(event) = make(before.as_ref().map(|(_, event)| event)) {
            ring.push_front((id, event));
        }
        ring.truncate(KEPT);
    }

    fn latest(&self) -> Vec<T> {
        self.ring().iter().map(|(_, event)| event.clone()).collect()
    }

    /// Nothing is left half-changed under the lock, so poison means nothing.
    fn ring(&self) -> MutexGuard<'_, VecDeque<(String, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
