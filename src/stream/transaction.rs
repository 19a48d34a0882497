//! Exactly once: one transaction holds all records of a batch and the offsets that follow it.
//!
//! A transaction is opened, filled and closed by the one thread that also polls the consumer, and that thread closes
//! it before it carries out any change of the assignment. So no partition is revoked from under an open transaction by
//! our own doing; what the group does meanwhile is judged by the brokers, which refuse offsets of a member whose
//! generation has passed (KIP-447). Enrichment is finished before a transaction begins: an open one delays every
//! `read_committed` reader of the partitions it touches.
//!
//! Errors have three classes (librdkafka INTRODUCTION.md, "Transactional Producer"): *retriable*: the same call must be
//! made again until it gives an answer, nothing else may be called; *abortable*: abort, and try the batch again;
//! *fatal*, and anything without a class: the process must exit. A commit that runs out of time therefore also ends
//! the process: only a restart (which fences this producer and resolves its transaction) can tell how it ended.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;
use tracing::warn;

use super::consumer::{Subscription, offsets_list};
use super::delivery::{Article, Attempt, Delivery, Failure, Patience, Written};
use super::error::StreamError;
use super::ledger::Partition;
use super::producer::Producer;
use crate::telemetry::Metrics;

/// Longest single call; in between the worker shows that it lives.
const SLICE: Duration = Duration::from_secs(2);
/// First call of an abort, which only starts the purge: its delivery reports must be polled before it can complete.
const FIRST_ABORT_SLICE: Duration = Duration::from_millis(20);

/// Delivers in transactions.
pub(super) struct Transactions {
    producer: Producer,
    metrics: Metrics,
}

/// How a transactional call ended.
enum Answer {
    Ok,
    /// The transaction must be aborted.
    Abort(KafkaError),
}

impl Transactions {
    pub(super) fn new(producer: Producer, metrics: Metrics) -> Self {
        Self { producer, metrics }
    }

    /// Makes a call until it gives an answer.
    fn call(
        &self,
        action: &'static str,
        patience: &Patience<'_>,
        mut call: impl FnMut() -> Result<(), KafkaError>,
    ) -> Result<Answer, StreamError> {
        loop {
            let error = match call() {
                Ok(()) => return Ok(Answer::Ok),
                Err(error) => error,
            };
            match &error {
                KafkaError::Transaction(e) if e.is_fatal() => return Err(self.producer.fatal(action, &error)),
                KafkaError::Transaction(e) if e.txn_requires_abort() => return Ok(Answer::Abort(error)),
                KafkaError::Transaction(e) if e.is_retriable() => {}
                // The flush inside commit_transaction did not end in time; the commit has not begun.
                KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut) => {}
                _ => return Err(self.producer.fatal(action, &error)),
            }
            patience.check(action, || error.to_string())?;
            // A retriable error may come back at once (a conflict with a call still under way in the background).
            self.producer.poll(Duration::from_millis(20));
        }
    }

    /// Aborts the open transaction.
    fn abort(&self, patience: &Patience<'_>) -> Result<(), StreamError> {
        let mut slice = FIRST_ABORT_SLICE;
        let answer = self.call("aborting", patience, || {
            // Trap: abort_transaction purges what is queued and waits for its delivery reports, which only poll
            // serves; in one long call it would time out ("event queue must be polled"). It resumes where it was.
            let result = self.producer.client().abort_transaction(slice);
            slice = if self.producer.poll(Duration::ZERO) { SLICE } else { FIRST_ABORT_SLICE };
            result
        })?;
        if let Answer::Abort(error) = answer {
            // The abort itself asks for an abort: after a long outage there may be no way back (librdkafka #3297,
            // #3971, #4420).
            return Err(self.producer.fatal("aborting", &error));
        }
        self.producer.take_failures();
        self.metrics.transactions.with_label_values(&["aborted"]).inc();
        Ok(())
    }

    /// Commits what is written, with the offsets. `Some`: abort, for this reason.
    fn try_commit(
        &self,
        written: Written,
        offsets: &TopicPartitionList,
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Option<Failure>, StreamError> {
        let start = written.started;
        if let Some(failure) = self.producer.settle(written, patience)? {
            return Ok(Some(failure));
        }
        self.metrics.observe_stage("produce", start.elapsed());
        let failure = |reason| Ok(Some(Failure { reason, refused: Vec::new(), delivered: Vec::new() }));
        let start = Instant::now();
        let answer = self.call("sending offsets", patience, || {
            // Fetched fresh for every call: member id and generation of an earlier rebalance are refused (measured).
            let group = subscription.group_metadata()?;
            self.producer.client().send_offsets_to_transaction(offsets, &group, SLICE)
        })?;
        if let Answer::Abort(error) = answer {
            return failure(format!("the offsets were refused: {error}"));
        }
        match self.call("committing", patience, || self.producer.client().commit_transaction(SLICE))? {
            Answer::Abort(error) => failure(format!("the commit was refused: {error}")),
            Answer::Ok => {
                self.metrics.observe_stage("commit", start.elapsed());
                Ok(None)
            }
        }
    }

    fn commit_or_abort(
        &self,
        written: Written,
        articles: usize,
        offsets: &TopicPartitionList,
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError> {
        let Some(failure) = self.try_commit(written, offsets, subscription, patience)? else {
            self.metrics.transactions.with_label_values(&["committed"]).inc();
            return Ok(Attempt::Committed);
        };
        // Said before the abort, which may be the end: a broker that was killed before it knew of the transaction
        // refuses to abort it (INVALID_TXN_STATE), and librdkafka calls that fatal (measured).
        warn!("aborting a transaction of {articles} articles: {}", failure.reason);
        self.abort(patience)?;
        Ok(Attempt::Failed(failure))
    }
}

impl Delivery for Transactions {
    fn open(&mut self, patience: &Patience<'_>) -> Result<(), StreamError> {
        let answer =
            self.call("starting transactions", patience, || self.producer.client().init_transactions(SLICE))?;
        match answer {
            Answer::Ok => Ok(()),
            Answer::Abort(error) => Err(self.producer.fatal("starting transactions", &error)),
        }
    }

    fn write(&mut self, articles: &[&Article], patience: &Patience<'_>) -> Result<Written, StreamError> {
        let begun = self.producer.client().begin_transaction();
        begun.map_err(|error| self.producer.fatal("beginning a transaction", &error))?;
        self.producer.write(articles.iter().copied().enumerate(), patience)
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
        let offsets = offsets_list(offsets)?;
        let attempt = self.commit_or_abort(written, articles.len(), &offsets, subscription, patience);
        if attempt.is_err() {
            // The transaction may stay open: there was no way to end it. The next start of this worker does.
            self.metrics.transactions.with_label_values(&["failed"]).inc();
        }
        attempt
    }

    fn verifies(&self) -> bool {
        true
    }
}
