//! The producer both delivery modes use: sends records tagged with their article, and tells which were refused.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};

use super::client::{Reporter, code_name};
use super::delivery::{Article, Failure, Patience, Written};
use super::error::StreamError;
use super::process::OutputRecord;
use super::settings::{Delivery, Settings};
use crate::telemetry::Metrics;

/// Wait between looks at what is in flight. Trap: since rdkafka 0.38 `flush` (and `commit_transaction`, which calls
/// it) polls in steps of 100 ms that do not end early, so one record in flight costs 100 ms: 986 msg/s instead of
/// 11,955 at 100 records per transaction (measured; rust-rdkafka PR #777). Waiting here first avoids it.
const SETTLE_STEP: Duration = Duration::from_millis(1);

/// A producer.
pub(super) struct Producer {
    inner: BaseProducer<Context>,
    transactional_id: String,
}

/// Receives delivery reports.
struct Context {
    reporter: Reporter,
    /// Article and error of each record that was not delivered.
    failed: Mutex<Vec<(usize, RDKafkaErrorCode)>>,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.reporter.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.reporter.error(&error, reason);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, article: usize) {
        if let Err((error, _)) = result {
            let code = super::delivery::code_of(error);
            self.reporter.metrics().produce_errors.with_label_values(&[&code_name(code)]).inc();
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).push((article, code));
        }
    }
}

/// Why a record could not even be handed to the client.
pub(super) enum SendError {
    /// The record itself is at fault.
    Refused(RDKafkaErrorCode),
    /// The transaction is broken already; an abort mends it.
    Broken(String),
}

impl Producer {
    pub(super) fn new(settings: &Settings, metrics: &Metrics) -> Result<Self, StreamError> {
        let context = Context { reporter: Reporter::new("producer", metrics.clone()), failed: Mutex::default() };
        let inner = settings
            .producer_config()
            .create_with_context(context)
            .map_err(|source| StreamError::Client { client: "producer", source })?;
        let transactional_id = match &settings.delivery {
            Delivery::ExactlyOnce { transactional_id } => transactional_id.clone(),
            Delivery::AtLeastOnce => String::new(),
        };
        Ok(Self { inner, transactional_id })
    }

    pub(super) fn client(&self) -> &BaseProducer<impl ProducerContext> {
        &self.inner
    }

    /// Hands all records of the articles over, in order.
    pub(super) fn write<'a>(
        &self,
        articles: impl Iterator<Item = (usize, &'a Article)>,
        patience: &Patience<'_>,
    ) -> Result<Written, StreamError> {
        let started = Instant::now();
        let mut refused = Vec::new();
        for (index, article) in articles {
            for record in article.outcome.records() {
                match self.send(record, index, patience)? {
                    Ok(()) => {}
                    Err(SendError::Refused(code)) => {
                        refused.push((index, code));
                        break;
                    }
                    Err(SendError::Broken(reason)) => return Ok(Written { started, sent: Err(reason) }),
                }
            }
        }
        Ok(Written { started, sent: Ok(refused) })
    }

    /// Waits until every record is acknowledged or failed: a report that came later would be taken for one about the
    /// next batch. `delivered` of the failure is left to the caller.
    pub(super) fn settle(&self, written: Written, patience: &Patience<'_>) -> Result<Option<Failure>, StreamError> {
        let mut next_check = Instant::now() + Duration::from_millis(100);
        while !self.poll(SETTLE_STEP) {
            if Instant::now() >= next_check {
                patience.check("delivering", || format!("{} records unacknowledged", self.inner.in_flight_count()))?;
                next_check = Instant::now() + Duration::from_millis(100);
            }
        }
        if let Some((code, reason)) = self.inner.client().fatal_error() {
            return Err(self.fatal_code("delivering", code, reason));
        }
        let mut refused = self.take_failures();
        let broken = match written.sent {
            Ok(more) => {
                refused.extend(more);
                None
            }
            Err(reason) => Some(reason),
        };
        let count = refused.len();
        let first = refused.first().map(|(_, code)| code.to_string());
        let reason =
            broken.or(first.map(|code| format!("{count} records were not delivered, the first because of {code}")));
        Ok(reason.map(|reason| Failure { reason, refused, delivered: Vec::new() }))
    }

    fn send(
        &self,
        record: &OutputRecord,
        article: usize,
        patience: &Patience<'_>,
    ) -> Result<Result<(), SendError>, StreamError> {
        let headers = record.headers.iter().fold(OwnedHeaders::new_with_capacity(record.headers.len()), |all, h| {
            all.insert(KafkaHeader { key: &h.name, value: h.value.as_deref() })
        });
        let mut message = BaseRecord::<[u8], [u8], usize>::with_opaque_to(&record.topic, article).headers(headers);
        message.key = record.key.as_deref();
        message.payload = record.value.as_deref();
        loop {
            let Err((error, back)) = self.inner.send(message) else { return Ok(Ok(())) };
            match super::delivery::code_of(&error) {
                RDKafkaErrorCode::QueueFull => {
                    message = back;
                    patience.check("sending", || "the producer's queue stays full".into())?;
                    self.inner.poll(Duration::from_millis(5));
                }
                RDKafkaErrorCode::Fatal => return Err(self.fatal("sending", &error)),
                code if super::delivery::is_about_the_record(code) => return Ok(Err(SendError::Refused(code))),
                // The state of the transaction forbids sending (an earlier request failed in the background), or the
                // topic is not there: the abort, or the next attempt, tells.
                _ => return Ok(Err(SendError::Broken(error.to_string()))),
            }
        }
    }

    pub(super) fn take_failures(&self) -> Vec<(usize, RDKafkaErrorCode)> {
        std::mem::take(&mut *self.inner.context().failed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves events for this long; true once nothing is in flight.
    pub(super) fn poll(&self, timeout: Duration) -> bool {
        self.inner.poll(timeout);
        self.inner.in_flight_count() == 0
    }

    /// A fatal error, told apart from fencing.
    pub(super) fn fatal(&self, action: &'static str, error: &KafkaError) -> StreamError {
        match self.inner.client().fatal_error() {
            Some((code, reason)) => self.fatal_code(action, code, reason),
            None => self.fatal_code(action, super::delivery::code_of(error), error.to_string()),
        }
    }

    fn fatal_code(&self, action: &'static str, code: RDKafkaErrorCode, reason: String) -> StreamError {
        match code {
            // A broker says INVALID_PRODUCER_EPOCH or PRODUCER_FENCED; librdkafka turns both into its own code.
            RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced | RDKafkaErrorCode::InvalidProducerEpoch => {
                StreamError::Fenced { transactional_id: self.transactional_id.clone(), reason }
            }
            code if super::delivery::is_denied(code) => StreamError::Denied { action, code },
            _ => StreamError::ClientFailed { action, reason },
        }
    }
}
