//! What both Kafka clients share: their log lines and errors go to `tracing` and to the metrics.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tracing::{debug, error, info, warn};

use super::diagnosis::{Diagnosis, diagnose};
use super::error::StreamError;
use super::oauth;
use crate::metrics::Metrics;

/// How long a trouble that no waiting mends must last before it ends a start: other brokers may still let us in.
const GRACE: Duration = Duration::from_secs(3);

/// The same where librdkafka only guesses.
const GUESS_GRACE: Duration = Duration::from_secs(8);
/// A complaint not repeated for so long is over; librdkafka repeats an identical one every 30 s.
const FORGET: Duration = Duration::from_secs(75);

/// What librdkafka complains of. It reports trouble with connections through a callback only, never as a result.
#[derive(Default)]
pub(super) struct Troubles(Mutex<Trouble>);

#[derive(Default)]
struct Trouble {
    /// The last complaint with a meaning.
    text: String,
    diagnosis: Option<&'static Diagnosis>,
    /// A complaint that no waiting mends: what it means, its text, the first and the last time.
    permanent: Option<(&'static Diagnosis, String, Instant, Instant)>,
}

impl Troubles {
    pub(super) fn note(&self, text: &str, now: Instant) {
        let mut trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let diagnosis = diagnose(text);
        // "1/1 brokers are down" follows every complaint and says nothing.
        if diagnosis.is_some() || trouble.diagnosis.is_none() {
            (trouble.text, trouble.diagnosis) = (text.to_owned(), diagnosis);
        }
        if diagnosis.is_some_and(|d| !d.permanent) {
            // A broker that was just going down looked like one of another protocol.
            trouble.permanent = trouble.permanent.take().filter(|(found, ..)| !found.is_guess());
        }
        if let Some(found) = diagnosis.filter(|d| d.permanent) {
            let first = trouble.permanent.take().filter(|(_, _, _, last)| now.duration_since(*last) < FORGET);
            let first = first.map_or(now, |(_, _, first, _)| first);
            trouble.permanent = Some((found, text.to_owned(), first, now));
        }
    }

    /// Fails when a trouble that no waiting mends has lasted.
    pub(super) fn check(&self, now: Instant) -> Result<(), StreamError> {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &trouble.permanent {
            Some((diagnosis, text, first, _))
                if now.duration_since(*first) >= if diagnosis.is_guess() { GUESS_GRACE } else { GRACE } =>
            {
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

/// librdkafka's name for log lines about connections that failed.
pub(super) const FAILURES: &str = "FAIL";

/// One log line per error code in this time: a broker that is down would otherwise fill the disk.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Reports what a client says.
pub(super) struct Reporter {
    client: &'static str,
    metrics: Metrics,
    last: Mutex<BTreeMap<i32, Instant>>,
    troubles: Troubles,
    token_file: Option<PathBuf>,
}

impl Reporter {
    pub(super) fn new(client: &'static str, metrics: Metrics) -> Self {
        Self { client, metrics, last: Mutex::default(), troubles: Troubles::default(), token_file: None }
    }

    /// Where tokens of OAUTHBEARER come from.
    pub(super) fn with_tokens(self, token_file: Option<PathBuf>) -> Self {
        Self { token_file, ..self }
    }

    pub(super) fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// A fresh token, on librdkafka's request.
    pub(super) fn token(&self) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        oauth::read(self.token_file.as_deref(), jiff::Timestamp::now().as_millisecond()).map_err(Into::into)
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// A line of librdkafka's log.
    pub(super) fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let client = self.client;
        // Trap: a connection that the broker closes is only logged, not reported as an error, and that is what happens
        // where one side speaks TLS or SASL and the other does not.
        if facility == FAILURES {
            self.troubles.note(message, Instant::now());
        }
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
        let now = Instant::now();
        self.troubles.note(reason, now);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(&(code as i32)).is_none_or(|at| now.duration_since(*at) >= LOG_EVERY) {
            last.insert(code as i32, now);
            let remedy = diagnose(reason).map(|d| d.remedy);
            warn!(client = self.client, code = %code_name(code), remedy, "{reason}");
        }
    }
}

/// librdkafka's name of an error, as a metric label: a closed list.
pub(super) fn code_name(code: RDKafkaErrorCode) -> String {
    format!("{code:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRONG: &str = "SASL authentication error: Authentication failed";

    #[test]
    fn a_start_ends_soon_when_waiting_is_of_no_use_and_not_otherwise() {
        let (troubles, start) = (Troubles::default(), Instant::now());
        let later = |seconds| start + Duration::from_secs(seconds);
        troubles.note("Connect to b:9092 failed: Connection refused", start);
        assert!(troubles.check(later(60)).is_ok());
        troubles.note(WRONG, later(60));
        troubles.note("1/1 brokers are down", later(60));
        assert!(troubles.check(later(61)).is_ok(), "another broker may let us in");
        assert_eq!(troubles.check(later(64)).unwrap_err().kind(), "authentication");
        assert!(troubles.explain().unwrap().contains("kafka.sasl_password"));
    }

    #[test]
    fn a_broker_that_is_going_down_is_not_taken_for_one_of_another_protocol() {
        let guess = "Disconnected: might be caused by incorrect security.protocol (connecting to a SSL listener?)";
        let (troubles, start) = (Troubles::default(), Instant::now());
        let later = |seconds| start + Duration::from_secs(seconds);
        troubles.note(guess, start);
        assert!(troubles.check(later(4)).is_ok());
        assert_eq!(troubles.check(later(8)).unwrap_err().kind(), "protocol");
        troubles.note("Connect to b:9092 failed: Connection refused", later(9));
        assert!(troubles.check(later(60)).is_ok());
    }
}
