//! When a failed batch is tried again, and when the worker gives up.
//!
//! Failures of the brokers: retry with growing pauses; meanwhile finished work piles up until the admission gate
//! pauses the partitions; when no batch has succeeded for the patience given, the worker exits for its supervisor.
//! Refusals of a record for what it is: no pause, but one article per batch until the guilty one is found. A broker
//! judges a produce request as a whole, and without that the same batch would fail for ever.

use std::time::{Duration, Instant};

use super::error::StreamError;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is known about failed batches.
#[derive(Debug)]
pub(super) struct Retry {
    patience: Duration,
    failures: u32,
    since: Option<Instant>,
    last: Option<Instant>,
    until: Option<Instant>,
    isolate: usize,
    unverified: bool,
}

impl Retry {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, failures: 0, since: None, last: None, until: None, isolate: 0, unverified: false }
    }

    /// A batch was committed.
    pub(super) fn succeeded(&mut self, records: usize) {
        (self.failures, self.since, self.until) = (0, None, None);
        self.isolate = self.isolate.saturating_sub(records);
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

    /// A record of a batch of this size was refused for what it is.
    pub(super) fn isolate(&mut self, records: usize) {
        self.isolate = self.isolate.max(records);
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
    pub(super) fn batch_records(&self, usual: usize) -> usize {
        if self.isolate > 0 { 1 } else { usual }
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
        retry.succeeded(1);
        assert!(!retry.blocked(now) && retry.failed(now, "again").is_ok(), "a success starts afresh");
        let later = now + Duration::from_secs(300);
        assert!(retry.failed(later, "another outage").is_ok(), "an old failure does not count");
    }

    #[test]
    fn isolates_as_many_records_as_the_batch_had() {
        let mut retry = Retry::new(Duration::from_secs(60));
        retry.isolate(3);
        for _ in 0..3 {
            assert_eq!(retry.batch_records(500), 1);
            retry.succeeded(1);
        }
        assert_eq!(retry.batch_records(500), 500);
    }
}
