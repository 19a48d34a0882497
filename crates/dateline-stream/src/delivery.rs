//! What a delivery mode does with a batch, and the outcome of an article until then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::consumer::Subscription;
use super::error::StreamError;
use super::health::Health;
use super::ledger::Partition;
use super::process::{Input, OutputRecord, Rejection};
use super::stop::StopSignal;

/// An article in flight.
#[derive(Debug)]
pub(super) struct Article {
    /// The input, kept until the commit: any failure to write must still be able to dead-letter it.
    pub(super) input: Arc<Input>,
    pub(super) admitted: Instant,
    /// Offset of the record read before it in its partition.
    pub(super) before: Option<i64>,
    /// Bytes charged to the gate.
    pub(super) charged: usize,
    /// When the outcome was known.
    pub(super) ended: Instant,
    pub(super) outcome: Outcome,
    /// At least once: its records have been acknowledged already, only the offset is missing.
    pub(super) delivered: bool,
}

impl Article {
    pub(super) fn partition(&self) -> Partition {
        Partition { topic: self.input.topic.clone(), number: self.input.partition }
    }
}

/// What becomes of an article.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Not known yet.
    Pending,
    /// Records to publish.
    Enriched(Vec<OutputRecord>),
    /// Nothing is made of it, on purpose.
    Skipped {
        /// Why.
        reason: &'static str,
        /// What others must know of it all the same.
        records: Vec<OutputRecord>,
    },
    /// A bad article, with the records that make up its dead letter.
    Dead {
        /// Why.
        rejection: Rejection,
        /// One record, or the pieces of one that is too large.
        records: Vec<OutputRecord>,
        /// Size that no piece may exceed.
        limit: usize,
    },
}

impl Outcome {
    pub(super) fn records(&self) -> &[OutputRecord] {
        match self {
            Self::Pending => &[],
            Self::Enriched(records) | Self::Skipped { records, .. } | Self::Dead { records, .. } => records,
        }
    }

    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Enriched(_) => "enriched",
            Self::Skipped { .. } => "skipped",
            Self::Dead { .. } => "dead_lettered",
        }
    }
}

/// How an attempt to deliver a batch ended.
pub(super) enum Attempt {
    /// Everything is written and the offsets are committed.
    Committed,
    /// Nothing counts as done; try again later.
    Failed(Failure),
    /// The producer is beyond repair, for this reason, and a new one may do. How the batch ended is unknown until that
    /// one is open.
    Lost(String),
}

/// A failed attempt.
pub(super) struct Failure {
    pub(super) reason: String,
    /// Articles (index in the batch) that the brokers refused for what they are, not for the state of the brokers.
    pub(super) refused: Vec<(usize, RDKafkaErrorCode)>,
    /// At least once: articles whose records were acknowledged nevertheless.
    pub(super) delivered: Vec<usize>,
}

/// How long a call may go on trying, and who must hear that it still does.
pub(super) struct Patience<'a> {
    started: Instant,
    until: Instant,
    until_stop: bool,
    stop: &'a StopSignal,
    health: &'a Health,
}

impl<'a> Patience<'a> {
    /// So much time from `started` on.
    pub(super) fn new(started: Instant, time: Duration, stop: &'a StopSignal, health: &'a Health) -> Self {
        Self { started, until: started + time, until_stop: false, stop, health }
    }

    /// Ends with the request to stop, not only with the time to drain.
    pub(super) fn until_stop(self) -> Self {
        Self { until_stop: true, ..self }
    }

    /// Beats; fails when the time is over.
    pub(super) fn check(&self, action: &'static str, reason: impl FnOnce() -> String) -> Result<(), StreamError> {
        self.health.beat();
        let now = Instant::now();
        if let Some(error) = self.stop.overrun(now) {
            return Err(error);
        }
        if now >= self.until || (self.until_stop && self.stop.requested()) {
            let seconds = now.duration_since(self.started).as_secs();
            return Err(StreamError::Unavailable { action, seconds, reason: reason() });
        }
        Ok(())
    }
}

/// A batch handed to the client, its acknowledgements to come.
pub(super) struct Written {
    pub(super) started: Instant,
    /// Articles (by index) with a record that the client itself refused; or why sending broke off.
    pub(super) sent: Result<Vec<(usize, RDKafkaErrorCode)>, String>,
}

/// A way to write a batch and to commit its offsets, one batch at a time. Writing does not wait for the brokers, so
/// that the stream goes on reading and enriching meanwhile: without that overlap the stream path reached a quarter of
/// the rate of a bare loop (measured).
pub(super) trait Delivery {
    /// Prepares the producer; waits for the brokers no longer than a moment. False: not yet, call again.
    fn open(&mut self) -> Result<bool, StreamError>;

    /// Builds another producer in the place of a lost one. It must be opened before it is used.
    fn renew(&mut self) -> Result<(), StreamError>;

    /// Hands the articles' records over, in order.
    fn write(&mut self, articles: &[&Article], patience: &Patience<'_>) -> Result<Written, StreamError>;

    /// Serves the producer's events for this long; true once nothing is left to be acknowledged.
    fn poll(&self, timeout: Duration) -> bool;

    /// Waits for the rest of the acknowledgements and commits the offsets. Nothing is open when it returns, unless the
    /// producer is lost.
    fn commit(
        &mut self,
        written: Written,
        articles: &[&Article],
        offsets: &[(Partition, i64)],
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError>;

    /// Whether the offsets at the brokers must be looked at after a failed attempt.
    fn verifies(&self) -> bool;
}

/// Whether a broker refused a record for what it is. Everything else is the brokers' trouble and no article's fault.
pub(super) fn is_about_the_record(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidRecord | RDKafkaErrorCode::InvalidMessageSize
    )
}

/// Whether access is refused; waiting does not help, an operator must act.
pub(super) fn is_denied(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::TransactionalIdAuthorizationFailed
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::Authentication
    )
}

/// The code of an error, `Unknown` where it has none.
pub(super) fn code_of(error: &KafkaError) -> RDKafkaErrorCode {
    error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown)
}
