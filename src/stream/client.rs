//! What both Kafka clients share: their log lines and errors go to `tracing` and to the metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tracing::{debug, error, info, warn};

use super::diagnosis::{Diagnosis, diagnose};
use super::error::StreamError;
use crate::telemetry::Metrics;

/// How long a trouble that no waiting mends must last before it ends a start: other brokers may still let us in.
const GRACE: Duration = Duration::from_secs(3);

/// What librdkafka complains of. It reports trouble with connections through a callback only, never as a result.
#[derive(Default)]
pub(super) struct Troubles(Mutex<Trouble>);

#[derive(Default)]
struct Trouble {
    /// The last complaint with a meaning.
    text: String,
    diagnosis: Option<&'static Diagnosis>,
    /// A complaint that no waiting mends, and since when.
    permanent: Option<(&'static Diagnosis, String, Instant)>,
}

impl Troubles {
    pub(super) fn note(&self, text: &str, now: Instant) {
        let mut trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let diagnosis = diagnose(text);
        // "1/1 brokers are down" follows every complaint and says nothing.
        if diagnosis.is_some() || trouble.diagnosis.is_none() {
            (trouble.text, trouble.diagnosis) = (text.to_owned(), diagnosis);
        }
        if let Some(found) = diagnosis.filter(|d| d.permanent) {
            trouble.permanent.get_or_insert_with(|| (found, text.to_owned(), now));
        }
    }

    /// Fails when a trouble that no waiting mends has lasted.
    pub(super) fn check(&self, now: Instant) -> Result<(), StreamError> {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &trouble.permanent {
            Some((diagnosis, text, since)) if now.duration_since(*since) >= GRACE => {
                Err(StreamError::Misconfigured { diagnosis, reason: text.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The last complaint, with what it means.
    pub(super) fn explain(&self) -> Option<String> {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = (!trouble.text.is_empty()).then_some(&trouble.text)?;
        Some(trouble.diagnosis.map_or_else(|| text.clone(), |d| format!("{text}: {}", d.remedy)))
    }
}

/// One log line per error code in this time: a broker that is down would otherwise fill the disk.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Reports what a client says.
pub(super) struct Reporter {
    client: &'static str,
    metrics: Metrics,
    last: Mutex<BTreeMap<i32, Instant>>,
}

impl Reporter {
    pub(super) fn new(client: &'static str, metrics: Metrics) -> Self {
        Self { client, metrics, last: Mutex::new(BTreeMap::new()) }
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// A line of librdkafka's log.
    pub(super) fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let client = self.client;
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                error!(target: "librdkafka", client, facility, "{message}")
            }
            // Its errors are a broker that does not answer, a connection that broke: it goes on trying by itself.
            RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
                warn!(target: "librdkafka", client, facility, "{message}")
            }
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
                info!(target: "librdkafka", client, facility, "{message}");
            }
            RDKafkaLogLevel::Debug => debug!(target: "librdkafka", client, facility, "{message}"),
        }
    }

    /// An error that librdkafka reports; it goes on trying by itself.
    pub(super) fn error(&self, error: &KafkaError, reason: &str) {
        let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown);
        self.metrics.client_errors.with_label_values(&[self.client, &code_name(code)]).inc();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if last.get(&(code as i32)).is_none_or(|at| now.duration_since(*at) >= LOG_EVERY) {
            last.insert(code as i32, now);
            warn!(client = self.client, code = %code_name(code), "{reason}");
        }
    }
}

/// librdkafka's name of an error, as a metric label: a closed list.
pub(super) fn code_name(code: RDKafkaErrorCode) -> String {
    format!("{code:?}")
}
