//! What both Kafka clients share: their log lines and errors go to `tracing` and to the metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tracing::{debug, error, info, warn};

use crate::telemetry::Metrics;

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
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                error!(target: "librdkafka", client, facility, "{message}")
            }
            RDKafkaLogLevel::Warning => warn!(target: "librdkafka", client, facility, "{message}"),
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
