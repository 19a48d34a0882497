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
    /// Bytes charged to the gate.
    pub(super) charged: usize,
    /// When the outcome was known.
    pub(super) ended: Instant,
    pub(super) outcome: Outcome,
    /// At least once: its records have been acknowledged already, only the offset is missing.
    pub(super) delivered: bool,
}

/// What becomes of an article.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Not known yet.
    Pending,
    /// Records to publish; none: skipped on purpose.
    Enriched(Vec<OutputRecord>),
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
            Self::Enriched(records) | Self::Dead { records, .. } => records,
        }
    }

    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Enriched(records) if records.is_empty() => "skipped",
            Self::Enriched(_) => "enriched",
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
    pub(super) fn new(time: Duration, stop: &'a StopSignal, health: &'a Health) -> Self {
        let started = Instant::now();
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

/// A way to write a batch and to commit its offsets.
pub(super) trait Delivery {
    /// Prepares the producer; waits for the brokers.
    fn open(&mut self, patience: &Patience<'_>) -> Result<(), StreamError>;

    /// Writes the articles' records in order and commits the offsets with them. Opens nothing that is still open when
    /// it returns.
    fn deliver(
        &mut self,
        articles: &[&Article],
        offsets: &[(Partition, i64)],
        subscription: &Subscription,
        patience: &Patience<'_>,
    ) -> Result<Attempt, StreamError>;

    /// Serves the producer's events without waiting.
    fn poll(&self);

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
