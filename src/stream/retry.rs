//! When a failed batch is tried again, and when the worker gives up.
//!
//! Failures of the brokers: retry with growing pauses; meanwhile finished work piles up until the admission gate
//! pauses the partitions; when no batch has succeeded for the patience given, the worker exits for its supervisor.
//! Refusals of a record for what it is: no pause, but batches of half as many articles, down to the guilty one alone. A
//! broker judges a produce request as a whole, and without that the same batch would fail for ever. The request itself
//! may be what is too large (a topic's `max.message.bytes` below librdkafka's `batch.size`), so batches grow again only
//! slowly.

use std::time::{Duration, Instant};

use super::error::StreamError;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Batches that must succeed before they may be twice as large again.
const GROW_AFTER: u32 = 16;

/// What is known about failed batches.
#[derive(Debug)]
pub(super) struct Retry {
    patience: Duration,
    failures: u32,
    since: Option<Instant>,
    last: Option<Instant>,
    until: Option<Instant>,
    /// Records allowed in a batch while a refused one is looked for, and batches that have succeeded since.
    smaller: Option<(usize, u32)>,
    unverified: bool,
}

impl Retry {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, failures: 0, since: None, last: None, until: None, smaller: None, unverified: false }
    }

    /// A batch was committed.
    pub(super) fn succeeded(&mut self) {
        (self.failures, self.since, self.until) = (0, None, None);
        self.smaller = self.smaller.map(|(records, count)| match count + 1 {
            GROW_AFTER => (records.saturating_mul(2), 0),
            count => (records, count),
        });
    }

    /// The brokers failed.
    ///
    /// # Errors
    /// Patience is over.
    pub(super) fn failed(&mut self, now: Instant, reason: &str) -> Result<(), StreamError> {
        // A failure long ago (its partitions went elsewhere before the next attempt) is none of this outage.
        if self.last.is_some_and(|last| now.duration_since(last) > self.patience + LONGEST_PAUSE) {
            (self.failures, self.since) = (0, None);
        }
        self.last = Some(now);
        let since = *self.since.get_or_insert(now);
        let waited = now.duration_since(since);
        if waited >= self.patience {
            let seconds = waited.as_secs();
            return Err(StreamError::Unavailable { action: "a batch", seconds, reason: reason.to_owned() });
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LONGEST_PAUSE);
        self.failures += 1;
        self.until = Some(now + pause);
        Ok(())
    }

    /// A record of a batch of so many was refused for what it is.
    pub(super) fn halve(&mut self, records: usize) {
        self.smaller = Some(((records / 2).max(1), 0));
    }

    /// The offsets at the brokers must be compared before the next batch.
    pub(super) fn doubt(&mut self) {
        self.unverified = true;
    }

    pub(super) fn in_doubt(&self) -> bool {
        self.unverified
    }

    pub(super) fn verified(&mut self) {
        self.unverified = false;
    }

    /// Records allowed in the next batch.
    pub(super) fn batch_records(&mut self, usual: usize) -> usize {
        self.smaller = self.smaller.filter(|(records, _)| *records < usual);
        self.smaller.map_or(usual, |(records, _)| records)
    }

    /// Whether the last batch failed, and none has succeeded since.
    pub(super) fn failing(&self) -> bool {
        self.failures > 0
    }

    /// Whether to wait before the next attempt.
    pub(super) fn blocked(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_patience_ends() {
        let mut retry = Retry::new(Duration::from_secs(60));
        let start = Instant::now();
        let mut now = start;
        let mut pauses = Vec::new();
        while retry.failed(now, "no broker").is_ok() {
            let before = now;
            while retry.blocked(now) {
                now += Duration::from_millis(100);
            }
            pauses.push(now.duration_since(before).as_millis());
        }
        assert_eq!(pauses[..8], [100, 200, 400, 800, 1600, 3200, 6400, 10_000]);
        assert!(now.duration_since(start) >= Duration::from_secs(60));
        retry.succeeded();
        assert!(!retry.blocked(now) && retry.failed(now, "again").is_ok(), "a success starts afresh");
        let later = now + Duration::from_secs(300);
        assert!(retry.failed(later, "another outage").is_ok(), "an old failure does not count");
    }

    #[test]
    fn closes_in_on_a_refused_record_and_grows_back_slowly() {
        let mut retry = Retry::new(Duration::from_secs(60));
        let mut sizes = Vec::new();
        // Every batch that holds the record is refused.
        loop {
            let records = retry.batch_records(20);
            sizes.push(records);
            if records == 1 {
                break;
            }
            retry.halve(records);
        }
        assert_eq!(sizes, [20, 10, 5, 2, 1]);
        let mut batches = 0;
        while retry.batch_records(20) < 20 {
            retry.succeeded();
            batches += 1;
        }
        assert_eq!(batches, 5 * GROW_AFTER, "1, 2, 4, 8, 16");
    }
}
