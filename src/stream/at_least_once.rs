//! At least once: an idempotent producer, and offsets committed after every delivery report has come.
//!
//! A crash in between doubles records; their deterministic keys and ids let consumers overwrite them.

use std::time::{Duration, Instant};

use rdkafka::consumer::CommitMode;

use super::consumer::{Subscription, offsets_list};
use super::delivery::{Article, Attempt, Delivery, Failure, Patience, code_of, is_denied};
use super::error::StreamError;
use super::ledger::Partition;
use super::producer::Producer;
use crate::telemetry::Metrics;

/// Delivers without transactions.
pub(super) struct AtLeastOnce {
    producer: Producer,
    metrics: Metrics,
}

impl AtLeastOnce {
    pub(super) fn new(producer: Producer, metrics: Metrics) -> Self {
        Self { producer, metrics }
    }
}

impl Delivery for AtLeastOnce {
    fn open(&mut self, _patience: &Patience<'_>) -> Result<(), StreamError> {
        Ok(())
    }

    fn deliver(
        &mut self,
        articles: &[&Article],
        offsets: &[(Partition, i64)],
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError> {
        let start = Instant::now();
        let fresh = |(index, article): (usize, &&Article)| (!article.delivered).then_some(index);
        let fresh: Vec<usize> = articles.iter().enumerate().filter_map(fresh).collect();
        let sent = self.producer.send_all(fresh.iter().map(|i| (*i, articles[*i])), patience)?;
        let mut failed = self.producer.settle(patience)?;
        match sent {
            // Sending broke off somewhere: none counts as delivered.
            Err(reason) => return Ok(Attempt::Failed(Failure { reason, refused: failed, delivered: Vec::new() })),
            Ok(refused) => failed.extend(refused),
        }
        if let Some((_, code)) = failed.first() {
            let reason = format!("{} records were not delivered, the first because of {code}", failed.len());
            let whole = |index: &usize| failed.iter().all(|(bad, _)| bad != index);
            let delivered = fresh.into_iter().filter(whole).collect();
            return Ok(Attempt::Failed(Failure { reason, refused: failed, delivered }));
        }
        self.metrics.observe_stage("produce", start.elapsed());
        let start = Instant::now();
        // Trap: the callback of an asynchronous commit never fires for manual commits (rust-rdkafka; reproduced), so
        // its failure would go unseen. The synchronous one reports it.
        match subscription.commit(&offsets_list(offsets)?, CommitMode::Sync) {
            Ok(()) => {
                self.metrics.observe_stage("commit", start.elapsed());
                self.metrics.transactions.with_label_values(&["committed"]).inc();
                Ok(Attempt::Committed)
            }
            Err(error) if is_denied(code_of(&error)) => {
                Err(StreamError::Denied { action: "committing", code: code_of(&error) })
            }
            Err(error) => {
                // A rebalance under way is the usual reason and no error (numaflow #3355 restarted every pod over it):
                // the partitions are about to be revoked, or the next attempt succeeds.
                self.metrics.transactions.with_label_values(&["aborted"]).inc();
                let reason = format!("the offsets were not committed: {error}");
                Ok(Attempt::Failed(Failure { reason, refused: Vec::new(), delivered: fresh }))
            }
        }
    }

    fn poll(&self) {
        self.producer.poll(Duration::ZERO);
    }

    fn verifies(&self) -> bool {
        false
    }
}
