//! A second pair of eyes on commits: every record read is committed once, in the order of reading, and the brokers hold
//! what was committed.
//!
//! The ledger is built so that nothing else can happen. This watches it from outside, with a memory of its own, so that
//! a fault in the ledger, a client library or a broker shows as a counter and not as missing articles. It decides
//! nothing.

use std::collections::BTreeMap;

use prometheus::IntCounter;
use tracing::error;

use super::consumer::Held;
use super::ledger::Partition;
use crate::metrics::Metrics;

/// What is known of one assignment of a partition.
#[derive(Debug, Default)]
struct Track {
    /// The record read last.
    read: Option<i64>,
    /// The record committed last.
    done: Option<i64>,
    /// The offset committed last: that of the next record.
    position: Option<i64>,
    /// The brokers held a later offset when they were asked last.
    ahead: bool,
}

/// Watches commits.
pub(super) struct Commits {
    tracks: BTreeMap<Partition, Track>,
    metrics: Metrics,
    in_order: IntCounter,
    confirmed: IntCounter,
}

impl Commits {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self {
            tracks: BTreeMap::new(),
            in_order: metrics.commits_checked.with_label_values(&["order"]),
            confirmed: metrics.commits_checked.with_label_values(&["brokers"]),
            metrics: metrics.clone(),
        }
    }

    /// A partition is read, or is no longer: what was known of it is void.
    pub(super) fn forget(&mut self, partition: &Partition) {
        self.tracks.remove(partition);
    }

    /// A record was read; returns the one before it, which must be committed before.
    pub(super) fn read(&mut self, partition: &Partition, offset: i64) -> Option<i64> {
        self.tracks.entry(partition.clone()).or_default().read.replace(offset)
    }

    /// A record was committed. `before`: the record read before it.
    pub(super) fn done(&mut self, partition: &Partition, before: Option<i64>, offset: i64) {
        self.in_order.inc();
        let done = self.tracks.entry(partition.clone()).or_default().done.replace(offset);
        if done.is_some_and(|done| offset <= done) {
            self.violation("overlap", partition, offset, done);
        } else if done != before {
            self.violation("gap", partition, offset, done);
        }
    }

    /// An offset was committed.
    pub(super) fn committed(&mut self, partition: &Partition, position: i64) {
        self.tracks.entry(partition.clone()).or_default().position = Some(position);
        self.metrics.committed_offset.with_label_values(&labels(partition)).set(position);
    }

    /// The brokers hold these offsets.
    pub(super) fn confirm(&mut self, held: &BTreeMap<Partition, Held>) {
        for (partition, held) in held {
            let Some(track) = self.tracks.get_mut(partition) else { continue };
            self.confirmed.inc();
            let held = held.offset;
            if let Some(held) = held {
                self.metrics.broker_committed_offset.with_label_values(&labels(partition)).set(held);
            }
            let Some(position) = track.position else { continue };
            let lag = position - held.unwrap_or(0);
            self.metrics.commit_confirmation_lag.with_label_values(&labels(partition)).set(lag.max(0));
            // Once is no violation: a worker that slept past its session may not know yet that it has a successor.
            if std::mem::replace(&mut track.ahead, lag < 0) && lag < 0 {
                self.violation("moved", partition, position - lag, Some(position));
            }
        }
    }

    fn violation(&self, kind: &'static str, partition: &Partition, offset: i64, last: Option<i64>) {
        self.metrics.commit_violations.with_label_values(&[kind]).inc();
        error!(kind, %partition, offset, last, "the commits are not what was read");
    }
}

fn labels(partition: &Partition) -> [String; 2] {
    [partition.topic.to_string(), partition.number.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition() -> Partition {
        Partition { topic: "t".into(), number: 0 }
    }

    fn violations(metrics: &Metrics) -> [u64; 3] {
        ["gap", "overlap", "moved"].map(|kind| metrics.commit_violations.with_label_values(&[kind]).get())
    }

    /// Reads offsets, commits some of them, and tells the violations.
    fn check(read: &[i64], done: &[i64], expect: [u64; 3]) {
        let metrics = Metrics::new().unwrap();
        let mut commits = Commits::new(&metrics);
        let before: BTreeMap<i64, Option<i64>> =
            read.iter().map(|offset| (*offset, commits.read(&partition(), *offset))).collect();
        done.iter().for_each(|offset| commits.done(&partition(), before[offset], *offset));
        assert_eq!(violations(&metrics), expect, "read {read:?}, committed {done:?}");
        assert_eq!(metrics.commits_checked.with_label_values(&["order"]).get(), done.len() as u64);
    }

    #[test]
    fn every_record_is_committed_once_and_in_order() {
        check(&[5, 6, 9], &[5, 6, 9], [0, 0, 0]);
        check(&[5, 6, 9], &[5, 6], [0, 0, 0]);
        check(&[5, 6, 9], &[6], [1, 0, 0]);
        check(&[5, 6, 9], &[5, 9], [1, 0, 0]);
        check(&[5, 6, 9], &[5, 6, 6], [0, 1, 0]);
        check(&[5, 6, 9], &[5, 9, 6], [1, 1, 0]);
    }

    #[test]
    fn the_brokers_hold_what_was_committed() {
        let metrics = Metrics::new().unwrap();
        let mut commits = Commits::new(&metrics);
        let series = ["t", "0"];
        let mut confirm = |committed: Option<i64>, held: Option<i64>, lag: i64, moved: u64| {
            if let Some(offset) = committed {
                commits.committed(&partition(), offset);
            }
            commits.confirm(&BTreeMap::from([(partition(), Held { offset: held, topic: None })]));
            assert_eq!(metrics.commit_confirmation_lag.with_label_values(&series).get(), lag);
            assert_eq!(violations(&metrics), [0, 0, moved]);
        };
        confirm(None, Some(7), 0, 0);
        confirm(Some(10), Some(10), 0, 0);
        confirm(Some(12), Some(10), 2, 0);
        confirm(None, None, 12, 0);
        confirm(None, Some(15), 0, 0);
        confirm(Some(16), Some(16), 0, 0);
        confirm(None, Some(20), 0, 0);
        confirm(None, Some(20), 0, 1);
        commits.forget(&partition());
        commits.confirm(&BTreeMap::from([(partition(), Held { offset: Some(3), topic: None })]));
        assert_eq!(violations(&metrics), [0, 0, 1], "not ours any more");
    }
}
