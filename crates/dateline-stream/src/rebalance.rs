//! Partitions coming and going: assignment, revocation, loss, rewind.

use std::time::{Duration, Instant};

use rdkafka::Offset;
use tracing::{info, warn};

use super::consumer::Change;
use super::error::StreamError;
use super::ledger::{LaneId, Partition};
use super::turn::Stream;

impl Stream {
    /// Carries out what the group decided. True if it decided anything.
    pub(super) fn apply_changes(&mut self) -> Result<bool, StreamError> {
        let mut any = false;
        while let Some(change) = self.subscription.next_change() {
            self.conclude()?;
            match change {
                Change::Assign(partitions) => self.assign(&partitions)?,
                Change::Revoke(partitions) => self.revoke(partitions)?,
            }
            self.health.set_partitions(self.ledger.partitions().count());
            any = true;
        }
        Ok(any)
    }

    fn assign(&mut self, partitions: &[Partition]) -> Result<(), StreamError> {
        info!(partitions = %list(partitions), "assigned");
        // The group never gives what it has not taken before; if it did, the old work would be void.
        self.give_back(partitions, "lost");
        for partition in partitions {
            self.ledger.assign(partition.clone());
            self.history.begin(partition);
            let labels = [&*partition.topic, &partition.number.to_string()];
            self.metrics.assignment_info.with_label_values(&labels).set(1);
        }
        // Where the group was is compared with what the topic has before anything is committed.
        self.retry.doubt();
        self.metrics.rebalances.with_label_values(&["assigned"]).inc();
        self.subscription.assign(partitions)
    }

    /// Finishes and commits what is under way, then lets the partitions go: finish first, fence second, or finished
    /// work would be done again. Lost partitions may have a new owner already: nothing of theirs may be committed.
    fn revoke(&mut self, mut partitions: Vec<Partition>) -> Result<(), StreamError> {
        if !self.subscription.is_cooperative() {
            // The eager protocol takes everything back.
            partitions = self.ledger.partitions().cloned().collect();
        }
        let lost = self.subscription.is_lost();
        let event = if lost { "lost" } else { "revoked" };
        info!(partitions = %list(&partitions), event, "revoked");
        if !lost {
            let lanes: Vec<LaneId> = partitions.iter().filter_map(|p| self.ledger.lane(p)).collect();
            let start = Instant::now();
            self.finish(&lanes, start + self.settings.revoke_timeout)?;
            self.metrics.rebalance_drain.observe(start.elapsed().as_secs_f64());
        }
        self.give_back(&partitions, event);
        self.metrics.rebalances.with_label_values(&[event]).inc();
        self.subscription.unassign(&partitions)
    }

    /// Waits for what threads have begun in these lanes, takes back what they have not, and commits what is ready.
    /// Leaves the rest, and returns false, when time is over. The consumer is not polled meanwhile.
    pub(super) fn finish(&mut self, lanes: &[LaneId], until: Instant) -> Result<bool, StreamError> {
        self.conclude()?;
        let mut withdrawn = self.withdraw(lanes);
        while self.ledger.pending(lanes) > withdrawn && Instant::now() < until {
            self.health.beat();
            self.take_results(Duration::from_millis(20));
            self.give_up_overdue()?;
            // What was to be read once more is left to the next owner, too.
            withdrawn += self.withdraw(lanes);
        }
        // Nothing can be committed in a topic that is gone.
        while self.ledger.ready_in(lanes) > 0 && Instant::now() < until && self.subscription.successor().is_none() {
            self.health.beat();
            if self.retry.blocked(Instant::now()) {
                self.take_results(Duration::from_millis(20));
            } else {
                self.begin()?;
                self.conclude()?;
            }
        }
        Ok(self.ledger.pending(lanes) <= withdrawn && self.ledger.ready_in(lanes) == 0)
    }

    /// Takes back the articles of these lanes that no thread has begun; returns how many.
    fn withdraw(&mut self, lanes: &[LaneId]) -> usize {
        self.pool.withdraw(lanes) + self.isolation.withdraw(lanes)
    }

    /// Compares the offsets at the brokers with the ledger's after an aborted batch, and with the topic's history after an
    /// assignment. False: could not be told now.
    pub(super) fn verify(&mut self) -> Result<bool, StreamError> {
        let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
        if !owned.is_empty() {
            let held = match self.subscription.committed(&owned) {
                Ok(held) => held,
                Err(error) => {
                    let reason = format!("the committed offsets cannot be read: {error}");
                    warn!("{reason}");
                    let now = Instant::now();
                    self.retry.failed(now, now, &reason)?;
                    return Ok(false);
                }
            };
            let moved = held.iter().filter(|(partition, held)| {
                let settled = !self.history.is_unchecked(partition) && self.foreign(held).is_none();
                settled && !self.ledger.agrees(partition, held.offset)
            });
            let moved: Vec<(Partition, Offset)> =
                moved.filter_map(|(partition, held)| Some((partition.clone(), Offset::Offset(held.offset?)))).collect();
            if !moved.is_empty() {
                let partitions: Vec<Partition> = moved.iter().map(|(partition, _)| partition.clone()).collect();
                warn!(partitions = %list(&partitions), "the committed offsets are not the expected ones: rewinding");
            }
            self.look_back(&held)?;
            self.rewind(&moved)?;
        }
        self.retry.verified();
        Ok(true)
    }

    /// Starts partitions afresh at these offsets.
    pub(super) fn rewind(&mut self, moved: &[(Partition, Offset)]) -> Result<(), StreamError> {
        if moved.is_empty() {
            return Ok(());
        }
        let partitions: Vec<Partition> = moved.iter().map(|(partition, _)| partition.clone()).collect();
        self.give_back(&partitions, "rewound");
        for (partition, offset) in moved {
            self.ledger.assign(partition.clone());
            match offset {
                Offset::Offset(offset) => self.history.begin_at(partition, *offset),
                _ => self.history.begin_anew(partition),
            }
            let labels = [&*partition.topic, &partition.number.to_string()];
            self.metrics.assignment_info.with_label_values(&labels).set(1);
        }
        // A partition of unknown position cannot be read on; after a restart it starts where the brokers say.
        self.subscription.seek(moved).map_err(|error| StreamError::client_failed("rewinding", &error))
    }

    /// Drops everything uncommitted of these partitions; they are no longer in the ledger afterwards.
    pub(super) fn give_back(&mut self, partitions: &[Partition], cause: &str) {
        let lanes: Vec<_> = partitions.iter().filter_map(|p| self.ledger.lane(p)).collect();
        self.withdraw(&lanes);
        for partition in partitions {
            let articles = self.ledger.revoke(partition);
            self.summary.returned += articles.len() as u64;
            self.metrics.records_returned.with_label_values(&[cause]).inc_by(articles.len() as u64);
            articles.iter().for_each(|article| self.gate.release(article.charged));
            self.commits.forget(partition);
            self.history.end(partition);
            self.metrics.forget_partition(&partition.topic, partition.number);
        }
        self.recorder.in_flight(&self.gate);
    }
}

pub(super) fn list(partitions: &[Partition]) -> String {
    let names: Vec<String> = partitions.iter().map(ToString::to_string).collect();
    names.join(" ")
}
