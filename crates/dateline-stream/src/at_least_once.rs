//! At least once: an idempotent producer, and offsets committed after every delivery report has come.
//!
//! A crash in between doubles records; their deterministic keys and ids let consumers overwrite them.

use std::time::{Duration, Instant};

use rdkafka::consumer::CommitMode;

use super::consumer::Subscription;
use super::delivery::{Article, Attempt, Delivery, Failure, Patience, Written, code_of, is_denied};
use super::error::StreamError;
use super::ledger::Partition;
use super::producer::{Producer, Settled};
use super::settings::Settings;
use crate::metrics::Metrics;

/// Delivers without transactions.
pub(super) struct AtLeastOnce {
    producer: Producer,
    settings: Settings,
    metrics: Metrics,
}

impl AtLeastOnce {
    pub(super) fn new(settings: &Settings, metrics: &Metrics) -> Result<Self, StreamError> {
        let producer = Producer::new(settings, metrics)?;
        Ok(Self { producer, settings: settings.clone(), metrics: metrics.clone() })
    }
}

impl Delivery for AtLeastOnce {
    fn open(&mut self) -> Result<bool, StreamError> {
        Ok(true)
    }

    fn renew(&mut self) -> Result<(), StreamError> {
        std::mem::replace(&mut self.producer, Producer::new(&self.settings, &self.metrics)?).discard();
        Ok(())
    }

    fn write(&mut self, articles: &[&Article], patience: &Patience<'_>) -> Result<Written, StreamError> {
        self.producer.write(articles.iter().copied().enumerate().filter(|(_, article)| !article.delivered), patience)
    }

    fn poll(&self, timeout: Duration) -> bool {
        self.producer.poll(timeout)
    }

    fn commit(
        &mut self,
        written: Written,
        articles: &[&Article],
        offsets: &[(Partition, i64)],
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError> {
        let (start, complete) = (written.started, written.sent.is_ok());
        match self.producer.settle(written, patience)? {
            Settled::All => {}
            Settled::Failed(mut failure) => {
                if complete {
                    let whole = |index: &usize| failure.refused.iter().all(|(bad, _)| bad != index);
                    failure.delivered = (0..articles.len()).filter(whole).collect();
                }
                return Ok(Attempt::Failed(failure));
            }
            Settled::Fatal(code, _) if is_denied(code) => {
                return Err(StreamError::Denied { action: "delivering", code });
            }
            Settled::Fatal(_, reason) => return Ok(Attempt::Lost(reason)),
        }
        self.metrics.observe_stage("produce", start.elapsed());
        let start = Instant::now();
        // Trap: the callback of an asynchronous commit never fires for manual commits (rust-rdkafka; reproduced), so
        // its failure would go unseen. The synchronous one reports it.
        let reason = match subscription.commit(&subscription.offsets(offsets)?, CommitMode::Sync) {
            Ok(Ok(())) => {
                self.metrics.observe_stage("commit", start.elapsed());
                self.metrics.transactions.with_label_values(&["committed"]).inc();
                return Ok(Attempt::Committed);
            }
            Ok(Err(stranger)) => {
                self.metrics.commits_withheld.with_label_values(&[stranger.as_str()]).inc();
                format!("the offsets were not sent, this worker must not commit any more: {stranger}")
            }
            Err(error) if is_denied(code_of(&error)) => {
                return Err(StreamError::Denied { action: "committing", code: code_of(&error) });
            }
            // A rebalance under way is the usual reason and no error (numaflow #3355 restarted every pod over it): the
            // partitions are about to be revoked, or the next attempt succeeds.
            Err(error) => format!("the offsets were not committed: {error}"),
        };
        self.metrics.transactions.with_label_values(&["aborted"]).inc();
        Ok(Attempt::Failed(Failure { reason, refused: Vec::new(), delivered: (0..articles.len()).collect() }))
    }

    fn verifies(&self) -> bool {
        false
    }
}
