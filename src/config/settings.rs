//! The settings, typed. Every field is documented in `config/default.toml`, which also gives every default.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::units::{ByteSize, duration, optional, share};

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Config {
    pub kafka: KafkaConfig,
    pub topics: TopicsConfig,
    pub min_confidence: MinConfidenceConfig,
    pub worker: WorkerConfig,
    pub dead_letters: DeadLettersConfig,
    pub limits: LimitsConfig,
    pub model: ModelConfig,
    pub lexicons: LexiconsConfig,
    pub http: HttpConfig,
    pub log: LogConfig,
}

/// The Kafka client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct KafkaConfig {
    #[serde(deserialize_with = "filled")]
    pub bootstrap_servers: String,
    #[serde(deserialize_with = "filled")]
    pub group_id: String,
    #[serde(deserialize_with = "filled")]
    pub client_id: String,
    pub delivery: Delivery,
    #[serde(deserialize_with = "filled")]
    pub instance: String,
    pub security_protocol: SecurityProtocol,
    #[serde(deserialize_with = "optional")]
    pub ssl_ca_location: Option<String>,
    #[serde(deserialize_with = "optional")]
    pub ssl_certificate_location: Option<String>,
    #[serde(deserialize_with = "optional")]
    pub ssl_key_location: Option<String>,
    #[serde(deserialize_with = "optional")]
    pub sasl_mechanism: Option<String>,
    #[serde(deserialize_with = "optional")]
    pub sasl_username: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub sasl_password: Option<SecretString>,
    #[serde(deserialize_with = "path")]
    pub oauth_token_file: Option<PathBuf>,
    #[serde(deserialize_with = "secret")]
    pub ssl_key_password: Option<SecretString>,
    #[serde(deserialize_with = "duration")]
    pub session_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub max_poll_interval: Duration,
    #[serde(deserialize_with = "duration")]
    pub transaction_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub broker_patience: Duration,
    #[serde(deserialize_with = "duration")]
    pub revoke_timeout: Duration,
    /// Further librdkafka properties of the consumer.
    pub consumer: PropertiesConfig,
    /// Further librdkafka properties of the producer.
    pub producer: PropertiesConfig,
}

/// librdkafka properties. `Debug` prints the names only: values may be secrets.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct PropertiesConfig(pub BTreeMap<String, String>);

impl fmt::Debug for PropertiesConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Declares a setting with a closed list of values.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// The spelling in the configuration.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match String::deserialize(deserializer)?.as_str() {
                    $($text => Ok(Self::$variant),)+
                    other => Err(serde::de::Error::custom(format!(
                        "{other:?} is none of: {}", [$($text),+].join(", ")
                    ))),
                }
            }
        }
    };
}

choice! {
    /// Delivery guarantee.
    Delivery { ExactlyOnce = "exactly_once", AtLeastOnce = "at_least_once" }
}

choice! {
    /// What becomes of articles in a language that is not read.
    ForeignArticles { DeadLetter = "dead_letter", Skip = "skip" }
}

choice! {
    /// How the connection is protected, in librdkafka's spelling.
    SecurityProtocol {
        Plaintext = "plaintext", Ssl = "ssl", SaslPlaintext = "sasl_plaintext", SaslSsl = "sasl_ssl",
    }
}

choice! {
    /// Log line formats.
    LogFormat { Auto = "auto", Json = "json", Human = "human" }
}

impl SecurityProtocol {
    /// Whether a SASL mechanism is needed.
    pub fn is_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

/// Topic names, and what `dateline topics` creates them with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TopicsConfig {
    pub input: String,
    pub enriched: String,
    pub events: String,
    pub entities: String,
    pub dead: String,
    pub partitions: usize,
    pub replication_factor: usize,
    #[serde(deserialize_with = "duration")]
    pub retention: Duration,
    #[serde(deserialize_with = "duration")]
    pub dead_retention: Duration,
}

/// Least confidence of what goes to a topic.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MinConfidenceConfig {
    #[serde(deserialize_with = "share")]
    pub events: f64,
    #[serde(deserialize_with = "share")]
    pub entities: f64,
}

/// How much is done at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct WorkerConfig {
    pub threads: usize,
    pub batch_records: usize,
    #[serde(deserialize_with = "duration")]
    pub batch_wait: Duration,
    pub in_flight_records: usize,
    pub in_flight_bytes: ByteSize,
    #[serde(deserialize_with = "duration")]
    pub article_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub drain_timeout: Duration,
    #[serde(deserialize_with = "path")]
    pub state_dir: Option<PathBuf>,
    pub crash_limit: u32,
}

/// From when on too many articles are bad.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DeadLettersConfig {
    #[serde(deserialize_with = "share")]
    pub max_ratio: f64,
    pub min_records: u64,
    pub max_burst: u64,
    #[serde(deserialize_with = "duration")]
    pub window: Duration,
    #[serde(deserialize_with = "duration")]
    pub pause: Duration,
    pub unsupported_language: ForeignArticles,
}

/// Limits on what comes in and goes out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LimitsConfig {
    pub article_bytes: ByteSize,
    pub output_bytes: ByteSize,
}

/// Language model and gazetteer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ModelConfig {
    #[serde(deserialize_with = "path")]
    pub path: Option<PathBuf>,
    #[serde(deserialize_with = "path")]
    pub gazetteer: Option<PathBuf>,
}

/// Language data of the extraction.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LexiconsConfig {
    #[serde(deserialize_with = "path")]
    pub dir: Option<PathBuf>,
}

/// The admin port.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// None: switched off.
    #[serde(deserialize_with = "listen")]
    pub listen: Option<SocketAddr>,
    /// Whether the playground is there.
    pub playground: bool,
}

/// Logging.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LogConfig {
    #[serde(deserialize_with = "filled")]
    pub level: String,
    pub format: LogFormat,
}

impl Config {
    /// Rules that hold between settings. Names the setting at fault.
    pub(super) fn validate(&self) -> Result<(), (&'static str, &'static str)> {
        self.validate_topics()?;
        let rules = [
            (self.worker.batch_records > 0, "worker.batch_records", "must be at least 1"),
            (
                self.worker.in_flight_records >= self.worker.batch_records,
                "worker.in_flight_records",
                "must not be below worker.batch_records, or batches never fill",
            ),
            (
                self.worker.in_flight_bytes >= self.limits.article_bytes,
                "worker.in_flight_bytes",
                "must not be below limits.article_bytes, or a large article never enters",
            ),
            (self.worker.threads <= 1024, "worker.threads", "must be at most 1024"),
            (!self.worker.article_timeout.is_zero(), "worker.article_timeout", "must be above zero"),
            (
                self.worker.crash_limit >= 2,
                "worker.crash_limit",
                "must be at least 2: one crash does not tell which record caused it",
            ),
            (self.dead_letters.min_records > 0, "dead_letters.min_records", "must be at least 1"),
            (!self.dead_letters.window.is_zero(), "dead_letters.window", "must be above zero"),
            (!self.dead_letters.pause.is_zero(), "dead_letters.pause", "must be above zero"),
            (
                self.kafka.broker_patience + self.kafka.revoke_timeout + self.worker.article_timeout * 2
                    < self.kafka.max_poll_interval,
                "kafka.max_poll_interval",
                "must exceed kafka.broker_patience, kafka.revoke_timeout and twice worker.article_timeout together: \
                 while it waits for a broker the worker does not poll, and a member that does not poll is thrown out",
            ),
            (
                self.kafka.broker_patience > self.kafka.transaction_timeout,
                "kafka.broker_patience",
                "must exceed kafka.transaction_timeout, or the worker gives up before a broken transaction can be \
                 replaced",
            ),
            (
                self.kafka.session_timeout <= self.kafka.max_poll_interval,
                "kafka.session_timeout",
                "must not exceed kafka.max_poll_interval",
            ),
            (
                !self.kafka.security_protocol.is_sasl() || self.kafka.sasl_mechanism.is_some(),
                "kafka.sasl_mechanism",
                "is needed with kafka.security_protocol = sasl_plaintext or sasl_ssl",
            ),
            (
                self.kafka.sasl_mechanism.as_deref() != Some("OAUTHBEARER") || self.kafka.oauth_token_file.is_some(),
                "kafka.oauth_token_file",
                "is needed with kafka.sasl_mechanism = OAUTHBEARER",
            ),
            ((1..=10_000).contains(&self.topics.partitions), "topics.partitions", "must be 1 to 10000"),
            ((1..=100).contains(&self.topics.replication_factor), "topics.replication_factor", "must be 1 to 100"),
            (!self.topics.retention.is_zero(), "topics.retention", "must be above zero"),
            (!self.topics.dead_retention.is_zero(), "topics.dead_retention", "must be above zero"),
            (
                self.kafka.security_protocol.is_sasl() || self.kafka.sasl_password.is_none(),
                "kafka.sasl_password",
                "is set, but kafka.security_protocol is neither sasl_plaintext nor sasl_ssl",
            ),
        ];
        rules.into_iter().try_for_each(|(holds, key, text)| if holds { Ok(()) } else { Err((key, text)) })
    }

    fn validate_topics(&self) -> Result<(), (&'static str, &'static str)> {
        let topics = [
            ("topics.input", &self.topics.input),
            ("topics.enriched", &self.topics.enriched),
            ("topics.events", &self.topics.events),
            ("topics.entities", &self.topics.entities),
            ("topics.dead", &self.topics.dead),
        ];
        for (i, (key, name)) in topics.iter().enumerate() {
            if topics[..i].iter().any(|(_, other)| other == name) {
                return Err((key, "names the same topic as another setting; every topic needs its own name"));
            }
            let valid = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            if name.is_empty() || name.len() > 249 || !name.chars().all(valid) || matches!(name.as_str(), "." | "..") {
                return Err((key, "is no Kafka topic name: 1 to 249 letters, digits, '.', '_' and '-'"));
            }
        }
        Ok(())
    }
}

/// Reads a string that must not be empty.
fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    optional(deserializer)?.ok_or_else(|| serde::de::Error::custom("must not be empty"))
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(optional(deserializer)?.map(SecretString::from))
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    Ok(optional(deserializer)?.map(PathBuf::from))
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "off" | "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            serde::de::Error::custom(format!("{text:?} is no address; write ip:port, e.g. 127.0.0.1:9464, or off"))
        }),
    }
}
