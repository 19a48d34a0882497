//! Exactly once: one transaction holds all records of a batch and the offsets that follow it.
//!
//! A transaction is opened, filled and closed by the one thread that also polls the consumer, and that thread closes
//! it before it carries out any change of the assignment. So no partition is revoked from under an open transaction by
//! our own doing; what the group does meanwhile is judged by the brokers, which refuse offsets of a member whose
//! generation has passed (KIP-447; `membership` sees to it that they know one). Enrichment is finished before a transaction begins: an open one delays every
//! `read_committed` reader of the partitions it touches.
//!
//! Errors have three classes (librdkafka INTRODUCTION.md, "Transactional Producer"): *retriable*: the same call must be
//! made again until it gives an answer, nothing else may be called; *abortable*: abort, and try the batch again;
//! *fatal*, and anything without a class: the producer is lost. What librdkafka calls fatal is mostly no more than an
//! outage that outlasted the transaction: the brokers gave it up, or a restarted one does not know it. A new producer
//! with the same id ends whatever the old one left open, one way or the other, and the offsets at the brokers then say
//! which (`Delivery::verifies`); so the worker builds one and goes on. Only two ends are final: access is refused, or
//! another worker has taken the id (see `is_usurped`). A producer is lost, too, when sending the offsets does not return
//! (see `bounded`). A commit that runs out of patience ends the process: it cannot be
//! told how it ended before the brokers answer.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;
use tracing::warn;

use super::bounded::BoundedCalls;
use super::consumer::Subscription;
use super::delivery::{Article, Attempt, Delivery, Failure, Patience, Written, is_denied};
use super::error::StreamError;
use super::ledger::Partition;
use super::membership::Stranger;
use super::producer::{Producer, Settled};
use super::settings::{self, Settings};
use crate::metrics::Metrics;

/// Longest single call; in between the worker shows that it lives.
const SLICE: Duration = Duration::from_secs(2);
/// First call of an abort, which only starts the purge: its delivery reports must be polled before it can complete.
const FIRST_ABORT_SLICE: Duration = Duration::from_millis(20);
/// Time for the offsets. Calls that did return took up to 8 s while a coordinator moved (measured).
const OFFSETS_LIMIT: Duration = Duration::from_secs(8);

/// Delivers in transactions.
pub(super) struct Transactions {
    producer: Producer,
    calls: BoundedCalls,
    settings: Settings,
    metrics: Metrics,
    /// When the transaction that is open, or was when the producer was lost, began.
    begun: Option<Instant>,
}

/// How a transactional call ended.
enum Answer {
    Ok,
    /// The transaction must be aborted, for this reason.
    Abort(String),
    /// The producer is of no more use.
    Lost(String),
}

/// What one call gave.
enum Call {
    Returned(Result<(), KafkaError>),
    /// It has been left behind.
    Left,
    /// It was not made: brokers would not fence the offsets.
    Withheld(Stranger),
}

impl Transactions {
    pub(super) fn new(settings: &Settings, metrics: &Metrics) -> Result<Self, StreamError> {
        let producer = Producer::new(settings, metrics)?;
        let calls = BoundedCalls::default();
        Ok(Self { producer, calls, settings: settings.clone(), metrics: metrics.clone(), begun: None })
    }

    /// The reason why a producer is lost.
    ///
    /// # Errors
    /// It was lost for good.
    fn lost(&self, action: &'static str, code: RDKafkaErrorCode, reason: String) -> Result<String, StreamError> {
        if is_denied(code) {
            return Err(StreamError::Denied { action, code });
        }
        if self.is_usurped(code) {
            let id = match &self.settings.delivery {
                settings::Delivery::ExactlyOnce { transactional_id } => transactional_id.clone(),
                settings::Delivery::AtLeastOnce => String::new(),
            };
            return Err(StreamError::Fenced { transactional_id: id, reason });
        }
        Ok(format!("{action}: {reason}"))
    }

    /// Whether another producer has taken the transactional id. The brokers fence a producer for that, and also when
    /// they have given up its transaction, with the same codes; but they do the latter only after its whole time. A
    /// younger transaction was therefore fenced by another worker, and fencing it back would go on for ever.
    fn is_usurped(&self, code: RDKafkaErrorCode) -> bool {
        // A broker says INVALID_PRODUCER_EPOCH or PRODUCER_FENCED; librdkafka turns both into its own code.
        let fenced = matches!(
            code,
            RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced | RDKafkaErrorCode::InvalidProducerEpoch
        );
        fenced && self.begun.is_none_or(|begun| begun.elapsed() < self.settings.transaction_timeout)
    }

    /// Makes a call until it gives an answer.
    fn call(
        &self,
        action: &'static str,
        patience: &Patience<'_>,
        mut call: impl FnMut() -> Call,
    ) -> Result<Answer, StreamError> {
        loop {
            let error = match call() {
                Call::Returned(Ok(())) => return Ok(Answer::Ok),
                Call::Returned(Err(error)) => error,
                Call::Withheld(stranger) => {
                    self.metrics.commits_withheld.with_label_values(&[stranger.as_str()]).inc();
                    return Ok(Answer::Abort(format!("this worker must not commit any more: {stranger}")));
                }
                Call::Left => {
                    patience.check(action, || "no answer".into())?;
                    return Ok(Answer::Lost(format!("{action}: the call into the kafka client does not return")));
                }
            };
            match &error {
                KafkaError::Transaction(e) if e.is_fatal() => return self.call_lost(action, &error),
                KafkaError::Transaction(e) if e.txn_requires_abort() => return Ok(Answer::Abort(error.to_string())),
                KafkaError::Transaction(e) if e.is_retriable() => {}
                // The flush inside commit_transaction did not end in time; the commit has not begun.
                KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut) => {}
                _ => return self.call_lost(action, &error),
            }
            patience.check(action, || error.to_string())?;
            // A retriable error may come back at once (a conflict with a call still under way in the background).
            self.producer.poll(Duration::from_millis(20));
        }
    }

    fn call_lost(&self, action: &'static str, error: &KafkaError) -> Result<Answer, StreamError> {
        let (code, reason) = self.producer.fatal(error);
        self.lost(action, code, reason).map(Answer::Lost)
    }

    /// Aborts the open transaction. `Some`: the producer was lost over it, for this reason.
    fn abort(&mut self, patience: &Patience<'_>) -> Result<Option<String>, StreamError> {
        let mut slice = FIRST_ABORT_SLICE;
        let answer = self.call("aborting", patience, || {
            // Trap: abort_transaction purges what is queued and waits for its delivery reports, which only poll
            // serves; in one long call it would time out ("event queue must be polled"). It resumes where it was.
            let result = self.producer.client().abort_transaction(slice);
            slice = if self.producer.poll(Duration::ZERO) { SLICE } else { FIRST_ABORT_SLICE };
            Call::Returned(result)
        })?;
        match answer {
            Answer::Ok => {
                self.begun = None;
                self.producer.forget_failures();
                self.metrics.transactions.with_label_values(&["aborted"]).inc();
                Ok(None)
            }
            // The abort itself asks for an abort: after a long outage there may be no way back (librdkafka #3297,
            // #3971, #4420).
            Answer::Abort(reason) => Ok(Some(format!("aborting: {reason}"))),
            Answer::Lost(reason) => Ok(Some(reason)),
        }
    }

    /// Commits what is written, with the offsets. A failed attempt must be aborted.
    fn try_commit(
        &self,
        written: Written,
        offsets: &TopicPartitionList,
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError> {
        let start = written.started;
        let purged = match self.producer.settle(written, patience)? {
            Settled::All => {
                self.metrics.observe_stage("produce", start.elapsed());
                None
            }
            // Records that were purged, or not even taken, tell nothing: a right is missing that adding a partition to the
            // transaction needs, say. The next call is refused with the cause.
            Settled::Failed(failure)
                if failure.refused.iter().all(|(_, code)| *code == RDKafkaErrorCode::PurgeQueue) =>
            {
                Some(failure)
            }
            Settled::Failed(failure) => return Ok(Attempt::Failed(failure)),
            Settled::Fatal(code, reason) => return self.lost("delivering", code, reason).map(Attempt::Lost),
        };
        let failed = |reason| Ok(Attempt::Failed(Failure { reason, refused: Vec::new(), delivered: Vec::new() }));
        let start = Instant::now();
        let answer = self.call("sending offsets", patience, || {
            // Fetched fresh for every call: member id and generation of an earlier rebalance are refused (measured).
            let group = match subscription.group_metadata() {
                Ok(Ok(group)) => group,
                Ok(Err(stranger)) => return Call::Withheld(stranger),
                Err(error) => return Call::Returned(Err(error)),
            };
            let (producer, offsets) = (self.producer.shared(), offsets.clone());
            let go_on = || patience.check("sending offsets", String::new).is_ok();
            let send = move || producer.send_offsets_to_transaction(&offsets, &group, SLICE);
            self.calls.make(OFFSETS_LIMIT, go_on, send).map_or(Call::Left, Call::Returned)
        })?;
        match answer {
            Answer::Ok => {
                if let Some(failure) = purged {
                    return Ok(Attempt::Failed(failure));
                }
            }
            Answer::Abort(reason) if purged.is_some() => return failed(format!("the records were refused: {reason}")),
            Answer::Abort(reason) => return failed(format!("the offsets were refused: {reason}")),
            Answer::Lost(reason) => return Ok(Attempt::Lost(reason)),
        }
        match self.call("committing", patience, || Call::Returned(self.producer.client().commit_transaction(SLICE)))? {
            Answer::Ok => {
                self.metrics.observe_stage("commit", start.elapsed());
                Ok(Attempt::Committed)
            }
            Answer::Abort(reason) => failed(format!("the commit was refused: {reason}")),
            Answer::Lost(reason) => Ok(Attempt::Lost(reason)),
        }
    }

    fn commit_or_abort(
        &mut self,
        written: Written,
        articles: usize,
        offsets: &TopicPartitionList,
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError> {
        let attempt = self.try_commit(written, offsets, subscription, patience)?;
        match &attempt {
            Attempt::Committed => {
                self.begun = None;
                self.metrics.transactions.with_label_values(&["committed"]).inc();
            }
            Attempt::Failed(failure) => {
                // Said before the abort, which may be the end of the producer: a broker that was killed before it knew
                // of the transaction refuses to abort it (INVALID_TXN_STATE), and librdkafka calls that fatal
                // (measured).
                warn!("aborting a transaction of {articles} articles: {}", failure.reason);
                if let Some(reason) = self.abort(patience)? {
                    return Ok(Attempt::Lost(format!("{}; {reason}", failure.reason)));
                }
            }
            Attempt::Lost(_) => {}
        }
        Ok(attempt)
    }
}

impl Delivery for Transactions {
    fn open(&mut self) -> Result<bool, StreamError> {
        let error = match self.producer.client().init_transactions(SLICE) {
            Ok(()) => {
                self.begun = None;
                return Ok(true);
            }
            Err(KafkaError::Transaction(e)) if e.is_retriable() => return Ok(false),
            Err(error) => error,
        };
        let (code, reason) = self.producer.fatal(&error);
        let reason = self.lost("starting transactions", code, reason)?;
        Err(StreamError::ClientFailed { action: "starting transactions", reason })
    }

    fn renew(&mut self) -> Result<(), StreamError> {
        std::mem::replace(&mut self.producer, Producer::new(&self.settings, &self.metrics)?).discard();
        Ok(())
    }

    fn write(&mut self, articles: &[&Article], patience: &Patience<'_>) -> Result<Written, StreamError> {
        let started = Instant::now();
        self.begun = Some(started);
        if let Err(error) = self.producer.client().begin_transaction() {
            // Whether the producer is lost is found when the batch is settled.
            return Ok(Written { started, sent: Err(error.to_string()) });
        }
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
        let offsets = subscription.offsets(offsets)?;
        let attempt = self.commit_or_abort(written, articles.len(), &offsets, subscription, patience);
        if matches!(attempt, Err(_) | Ok(Attempt::Lost(_))) {
            // The transaction may stay open: there was no way to end it. The next producer of this worker does.
            self.metrics.transactions.with_label_values(&["failed"]).inc();
        }
        attempt
    }

    fn verifies(&self) -> bool {
        true
    }
}
