//! The latest events, for the status page: a bounded ring that the enrichment threads fill.
//!
//! Filled when an article has been read, a moment before its records are committed. An article read again (after a
//! rebalance, or sent twice) takes the place of its earlier events.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::page::status::RecentEvent;
use crate::page::words::is_fact;
use crate::record::{EnrichedArticle, Salience};

/// Events kept; each is of bounded size.
const KEPT: usize = 40;
/// Events taken of one article, so that one long article does not push out all others.
const PER_ARTICLE: usize = 3;

/// The ring.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<VecDeque<(String, RecentEvent)>>);

impl Recent {
    /// Takes an article's current events: what happened, not what is planned, denied or history.
    pub(crate) fn add(&self, article: &EnrichedArticle) {
        let events = article
            .events
            .iter()
            .filter(|e| is_fact(e) && !e.assertion.historical && e.assertion.salience != Salience::Background);
        let events: Vec<(String, RecentEvent)> =
            events.take(PER_ARTICLE).map(|e| (e.cluster_id.clone(), RecentEvent::new(e, article))).collect();
        let mut ring = self.ring();
        for event in events.into_iter().rev() {
            ring.retain(|(id, _)| *id != event.0);
            ring.push_front(event);
        }
        ring.truncate(KEPT);
    }

    /// The latest first.
    pub(crate) fn latest(&self) -> Vec<RecentEvent> {
        self.ring().iter().map(|(_, event)| event.clone()).collect()
    }

    /// Nothing is left half-changed under the lock, so poison means nothing.
    fn ring(&self) -> MutexGuard<'_, VecDeque<(String, RecentEvent)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
