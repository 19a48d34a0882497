//! When a failed batch is tried again, and when the worker gives up.
//!
//! Failures of the brokers: retry with growing pauses; meanwhile finished work piles up until the admission gate
//! pauses the partitions; when what failed has not been committed for the patience given, the worker exits for its
//! supervisor. Other batches that succeed meanwhile change nothing: a partition that is stuck behind one record must not
//! be so in silence.
//! Refusals of a record for what it is: no pause, but batches of half as many articles, down to the guilty one alone. A
//! broker judges a produce request as a whole, and without that the same batch would fail for ever. The request itself
//! may be what is too large (a topic's `max.message.bytes` below librdkafka's `batch.size`), so batches grow again only
//! slowly.

use std::time::{Duration, Instant};

use super::error::StreamError;
use super::ledger::Partition;

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
    /// The first offset of each partition in the batches that failed, until it is committed.
    stuck: Vec<(Partition, i64)>,
    until: Option<Instant>,
    /// Records allowed in a batch while a refused one is looked for, and batches that have succeeded since.
    smaller: Option<(usize, u32)>,
    unverified: bool,
}

impl Retry {
    pub(super) fn new(patience: Duration) -> Self {
        let (failures, since, last, until, stuck) = (0, None, None, None, Vec::new());
        Self { patience, failures, since, last, stuck, until, smaller: None, unverified: false }
    }

    /// A batch was committed; `position` tells up to where a partition is, or that it is not ours (any more).
    pub(super) fn succeeded(&mut self, position: impl Fn(&Partition) -> Option<i64>) {
        self.stuck.retain(|(partition, head)| position(partition).is_some_and(|at| at <= *head));
        if self.stuck.is_empty() {
            (self.failures, self.since) = (0, None);
        }
        self.until = None;
        self.smaller = self.smaller.map(|(records, count)| match count + 1 {
            GROW_AFTER => (records.saturating_mul(2), 0),
            count => (records, count),
        });
    }

    /// What failed will not be tried again.
    pub(super) fn afresh(&mut self) {
        *self = Self::new(self.patience);
    }

    /// A batch that begins with these offsets cannot be committed now.
    pub(super) fn stuck(&mut self, heads: Vec<(Partition, i64)>) {
        for head in heads {
            if !self.stuck.contains(&head) {
                self.stuck.push(head);
            }
        }
    }

    /// The brokers failed an attempt that began when it did.
    ///
    /// # Errors
    /// Patience is over.
    pub(super) fn failed(&mut self, began: Instant, now: Instant, reason: &str) -> Result<(), StreamError> {
        // A failure long before this attempt (its partitions went elsewhere meanwhile) is none of this outage. How long
        // the attempt itself took says nothing: a record for a deleted topic fails only by its time limit.
        let idle = self.last.map(|last| began.saturating_duration_since(last));
        if idle.is_some_and(|idle| idle > self.patience + LONGEST_PAUSE) {
            (self.failures, self.since) = (0, None);
            self.stuck.clear();
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
        while retry.failed(now, now, "no broker").is_ok() {
            let before = now;
            while retry.blocked(now) {
                now += Duration::from_millis(100);
            }
            pauses.push(now.duration_since(before).as_millis());
        }
        assert_eq!(pauses[..8], [100, 200, 400, 800, 1600, 3200, 6400, 10_000]);
        assert!(now.duration_since(start) >= Duration::from_secs(60));
        retry.succeeded(|_| None);
        assert!(!retry.blocked(now) && retry.failed(now, now, "again").is_ok(), "a success starts afresh");
        let later = now + Duration::from_secs(300);
        assert!(retry.failed(later, later, "another outage").is_ok(), "an old failure does not count");
        let end = later + Duration::from_secs(120);
        assert!(retry.failed(later, end, "the same outage").is_err(), "a slow attempt is no pause between outages");
    }

    #[test]
    fn other_batches_do_not_renew_the_patience_with_a_stuck_one() {
        let mut retry = Retry::new(Duration::from_secs(60));
        let partition = |number| Partition { topic: "t".into(), number };
        let (start, mut now) = (Instant::now(), Instant::now());
        // Partition 1 is stuck at offset 7; partition 0, which failed with it once, goes on.
        retry.stuck(vec![(partition(0), 3), (partition(1), 7)]);
        while retry.failed(now, now, "timed out").is_ok() {
            retry.succeeded(|p| Some(if p.number == 0 { 50 } else { 7 }));
            assert!(retry.failing() && !retry.blocked(now));
            retry.stuck(vec![(partition(1), 7)]);
            now += Duration::from_secs(10);
        }
        assert_eq!(now.duration_since(start).as_secs(), 60);
        retry.succeeded(|_| Some(8));
        assert!(!retry.failing(), "what was stuck is committed");
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
            retry.succeeded(|_| None);
            batches += 1;
        }
        assert_eq!(batches, 5 * GROW_AFTER, "1, 2, 4, 8, 16");
    }
}
