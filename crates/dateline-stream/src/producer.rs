//! The producer both delivery modes use: sends records tagged with their article, and tells which were refused.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};

use super::client::{Reporter, code_name};
use super::delivery::{Article, Failure, Patience, Written, is_denied};
use super::error::StreamError;
use super::process::OutputRecord;
use super::settings::Settings;
use crate::metrics::Metrics;

/// Wait between looks at what is in flight. Trap: since rdkafka 0.38 `flush` (and `commit_transaction`, which calls
/// it) polls in steps of 100 ms that do not end early, so one record in flight costs 100 ms: 986 msg/s instead of
/// 11,955 at 100 records per transaction (measured; rust-rdkafka PR #777). Waiting here first avoids it.
const SETTLE_STEP: Duration = Duration::from_millis(1);

/// A producer.
pub(super) struct Producer {
    inner: Arc<BaseProducer<Context>>,
}

/// How waiting for the acknowledgements of a batch ended.
pub(super) enum Settled {
    /// Every record is acknowledged.
    All,
    /// Some were not delivered.
    Failed(Failure),
    /// The producer is beyond repair.
    Fatal(RDKafkaErrorCode, String),
}

/// Receives delivery reports.
struct Context {
    reporter: Reporter,
    /// The records that were not delivered.
    failed: Mutex<Vec<Refused>>,
}

/// A record that was not delivered.
struct Refused {
    /// Index of its article in the batch.
    article: usize,
    topic: String,
    code: RDKafkaErrorCode,
}

impl ClientContext for Context {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.reporter.token()
    }

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
        if let Err((error, record)) = result {
            let code = super::delivery::code_of(error);
            self.reporter.metrics().produce_errors.with_label_values(&[record.topic(), &code_name(code)]).inc();
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).push(Refused {
                article,
                topic: record.topic().to_owned(),
                code,
            });
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
        let reporter = Reporter::new("producer", metrics.clone()).with_tokens(settings.oauth_token_file.clone());
        let context = Context { reporter, failed: Mutex::default() };
        let inner = settings
            .producer_config()
            .create_with_context(context)
            .map_err(|error| StreamError::client("producer", &error))?;
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(super) fn client(&self) -> &BaseProducer<impl ProducerContext> {
        &self.inner
    }

    /// The client, for a call that may outlive this producer.
    pub(super) fn shared(&self) -> Arc<BaseProducer<impl ProducerContext + use<>>> {
        self.inner.clone()
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
    ///
    /// # Errors
    /// Patience is over.
    pub(super) fn settle(&self, written: Written, patience: &Patience<'_>) -> Result<Settled, StreamError> {
        let mut next_check = Instant::now() + Duration::from_millis(100);
        while !self.poll(SETTLE_STEP) {
            if Instant::now() >= next_check {
                patience.check("delivering", || format!("{} records unacknowledged", self.inner.in_flight_count()))?;
                next_check = Instant::now() + Duration::from_millis(100);
            }
        }
        if let Some((code, reason)) = self.inner.client().fatal_error() {
            return Ok(Settled::Fatal(code, reason));
        }
        let failed = self.take_failures();
        // What was denied ends the transaction, and with it the records before it: those tell nothing.
        let first = failed.iter().find(|f| is_denied(f.code)).or(failed.first());
        let first = first.map(|first| {
            format!("{} records were not delivered, one to {} because of {}", failed.len(), first.topic, first.code)
        });
        let mut refused: Vec<(usize, RDKafkaErrorCode)> = failed.iter().map(|r| (r.article, r.code)).collect();
        let reason = match written.sent {
            Ok(more) => {
                let only = more.first().map(|(_, code)| format!("the client refused records because of {code}"));
                refused.extend(more);
                first.or(only)
            }
            Err(reason) => Some(reason),
        };
        Ok(match reason {
            None => Settled::All,
            Some(reason) => Settled::Failed(Failure { reason, refused, delivered: Vec::new() }),
        })
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
        message.partition = record.partition;
        message.key = record.key.as_deref();
        message.payload = record.value.as_deref();
        loop {
            let Err((error, back)) = self.inner.send(message) else { return Ok(Ok(())) };
            match super::delivery::code_of(&error) {
                RDKafkaErrorCode::QueueFull => {
                    message = back;
                    patience.check("sending", || "the producer's queue stays full".into())?;
                    self.poll(Duration::from_millis(5));
                }
                code if super::delivery::is_about_the_record(code) => return Ok(Err(SendError::Refused(code))),
                // The state of the transaction or of the producer forbids sending (an earlier request failed in the
                // background), or the topic is not there: settling, the abort, or the next attempt tells.
                _ => return Ok(Err(SendError::Broken(format!("{}: {error}", record.topic)))),
            }
        }
    }

    /// Forgets the records that were not delivered.
    pub(super) fn forget_failures(&self) {
        self.take_failures();
    }

    fn take_failures(&self) -> Vec<Refused> {
        std::mem::take(&mut *self.inner.context().failed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves events for this long; true once nothing is in flight.
    ///
    /// Trap: `BaseProducer::poll` asks librdkafka in whole milliseconds and again until its time is over, so the last
    /// millisecond of every wait is a busy loop (waits of 1 ms took 30 % of a core, measured). It never waits here.
    pub(super) fn poll(&self, timeout: Duration) -> bool {
        self.serve();
        if !timeout.is_zero() {
            std::thread::sleep(timeout);
            self.serve();
        }
        self.inner.in_flight_count() == 0
    }

    /// Serves the events that are there; one call of librdkafka serves one.
    fn serve(&self) {
        loop {
            let before = self.inner.in_flight_count();
            self.inner.poll(Duration::ZERO);
            if self.inner.in_flight_count() == before {
                return;
            }
        }
    }

    /// Code and reason of a fatal error: those that librdkafka noted first, if it did.
    pub(super) fn fatal(&self, error: &KafkaError) -> (RDKafkaErrorCode, String) {
        let noted = self.inner.client().fatal_error();
        noted.unwrap_or_else(|| (super::delivery::code_of(error), error.to_string()))
    }

    /// Drops a producer that is no longer wanted, on a thread of its own: its last flush can take half a second, and
    /// waiting for its threads longer. One that is still in a call lives until that returns.
    pub(super) fn discard(self) {
        // Where no thread can be had the producer is dropped by the failed call.
        let _ = std::thread::Builder::new().name("producer-close".into()).spawn(move || drop(self));
    }
}
