//! The settings, typed. Every field is documented in `config/default.toml`, which also gives every default.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::units::{ByteSize, duration, optional, share};
use crate::record::{Part, Tier};

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Config {
    pub kafka: KafkaConfig,
    pub topics: TopicsConfig,
    pub min_confidence: MinConfidenceConfig,
    pub records: RecordsConfig,
    pub headers: HeadersConfig,
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
    pub lost_history: LostHistory,
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
    /// What a worker does: it reads articles, or links what was read of them to events.
    Role { Read = "read", Link = "link" }
}

choice! {
    /// What becomes of articles in a language that is not read.
    ForeignArticles { DeadLetter = "dead_letter", Skip = "skip" }
}

choice! {
    /// What to do when the input topic has lost articles before they were read.
    LostHistory { Continue = "continue", Stop = "stop" }
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
    pub link: String,
    pub canonical: String,
    pub links: String,
    pub link_state: String,
    pub dead: String,
    pub partitions: usize,
    pub link_partitions: usize,
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

/// What records hold beside what they are about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RecordsConfig {
    #[serde(deserialize_with = "parts")]
    pub enriched_without: Vec<Part>,
    #[serde(deserialize_with = "names")]
    pub extra: Vec<String>,
    pub entities: EntityRecords,
    #[serde(deserialize_with = "share")]
    pub entity_salience: f64,
}

/// What has a record on the topic of the entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityRecords {
    /// The list of an article's entities.
    Article,
    /// Every entity of an article.
    Entity,
}

/// Headers of inputs that go on to their outputs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct HeadersConfig {
    #[serde(deserialize_with = "names")]
    pub carry: Vec<String>,
    pub max_bytes: ByteSize,
}

/// How much is done at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct WorkerConfig {
    pub role: Role,
    pub threads: usize,
    pub batch_records: usize,
    #[serde(deserialize_with = "duration")]
    pub batch_wait: Duration,
    pub in_flight_records: usize,
    pub in_flight_bytes: ByteSize,
    #[serde(deserialize_with = "duration")]
    pub article_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub article_hang_timeout: Duration,
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
    pub tier: Tier,
    #[serde(deserialize_with = "path")]
    pub reader: Option<PathBuf>,
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
    /// Added to the port.
    #[serde(deserialize_with = "final_number")]
    pub port_offset: u16,
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

impl HttpConfig {
    /// Where to listen; none: nowhere.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listen.map(|mut address| {
            // Port 0 asks for any free one.
            if address.port() > 0 {
                address.set_port(address.port().saturating_add(self.port_offset));
            }
            address
        })
    }
}

/// A rule that holds between settings.
pub(super) struct Rule {
    pub(super) holds: bool,
    /// The settings that it is about; the first is the one at fault.
    pub(super) keys: &'static [&'static str],
    /// What is wrong.
    pub(super) text: &'static str,
}

impl Config {
    /// Rules that hold between settings.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let rule = |holds, keys: &'static [&'static str], text| Rule { holds, keys, text };
        let Self { kafka, worker, topics, dead_letters, .. } = self;
        let mut rules = self.topic_rules();
        rules.extend([
            rule(worker.batch_records > 0, &["worker.batch_records"], "must be at least 1"),
            rule(
                worker.in_flight_records >= worker.batch_records,
                &["worker.in_flight_records", "worker.batch_records"],
                "must not be below worker.batch_records, or batches never fill",
            ),
            rule(
                worker.in_flight_bytes >= self.limits.article_bytes,
                &["worker.in_flight_bytes", "limits.article_bytes"],
                "must not be below limits.article_bytes, or a large article never enters",
            ),
            rule(
                self.limits.output_bytes.0 >= 16 << 10,
                &["limits.output_bytes"],
                "must be at least 16KiB: a record needs room for its frame",
            ),
            rule(worker.threads <= 1024, &["worker.threads"], "must be at most 1024"),
            rule(!worker.article_timeout.is_zero(), &["worker.article_timeout"], "must be above zero"),
            rule(
                worker.article_hang_timeout >= worker.article_timeout,
                &["worker.article_hang_timeout", "worker.article_timeout"],
                "must not be below worker.article_timeout",
            ),
            rule(
                worker.crash_limit >= 2,
                &["worker.crash_limit"],
                "must be at least 2: one crash may be a coincidence",
            ),
            rule(dead_letters.min_records > 0, &["dead_letters.min_records"], "must be at least 1"),
            rule(!dead_letters.window.is_zero(), &["dead_letters.window"], "must be above zero"),
            rule(!dead_letters.pause.is_zero(), &["dead_letters.pause"], "must be above zero"),
            rule(
                servers_are_plain(&kafka.bootstrap_servers),
                &["kafka.bootstrap_servers"],
                "must be addresses as host:port, separated by commas, without user or password (kafka.sasl_username and \
                 kafka.sasl_password)",
            ),
            rule(
                kafka.broker_patience + kafka.revoke_timeout < kafka.max_poll_interval,
                &[
                    "kafka.max_poll_interval",
                    "kafka.broker_patience",
                    "kafka.revoke_timeout",
                ],
                "must exceed kafka.broker_patience and kafka.revoke_timeout together: \
                 while it waits for a broker the worker does not poll, and a member that does not poll is thrown out",
            ),
            rule(
                kafka.broker_patience > kafka.transaction_timeout,
                &["kafka.broker_patience", "kafka.transaction_timeout"],
                "must exceed kafka.transaction_timeout, or the worker gives up before a broken transaction can be \
                 replaced",
            ),
            rule(
                (1..=900).contains(&kafka.transaction_timeout.as_secs()),
                &["kafka.transaction_timeout"],
                "must be 1s to 15min, the brokers' transaction.max.timeout.ms",
            ),
            rule(
                kafka.session_timeout <= kafka.max_poll_interval,
                &["kafka.session_timeout", "kafka.max_poll_interval"],
                "must not exceed kafka.max_poll_interval",
            ),
            rule(
                !kafka.security_protocol.is_sasl() || kafka.sasl_mechanism.is_some(),
                &["kafka.sasl_mechanism", "kafka.security_protocol"],
                "is needed with kafka.security_protocol = sasl_plaintext or sasl_ssl",
            ),
            rule(
                kafka.sasl_mechanism.as_deref() != Some("OAUTHBEARER") || kafka.oauth_token_file.is_some(),
                &["kafka.oauth_token_file", "kafka.sasl_mechanism"],
                "is needed with kafka.sasl_mechanism = OAUTHBEARER",
            ),
            rule(
                self.http.listen.is_none_or(|a| a.port().checked_add(self.http.port_offset).is_some()),
                &["http.port_offset", "http.listen"],
                "and the port of http.listen make more than 65535 together",
            ),
            rule((1..=10_000).contains(&topics.partitions), &["topics.partitions"], "must be 1 to 10000"),
            rule((1..=100).contains(&topics.link_partitions), &["topics.link_partitions"], "must be 1 to 100"),
            rule(
                worker.role == Role::Read || kafka.delivery == Delivery::ExactlyOnce,
                &["worker.role", "kafka.delivery"],
                "link needs kafka.delivery exactly_once: only one transaction keeps state and offsets together",
            ),
            rule((1..=100).contains(&topics.replication_factor), &["topics.replication_factor"], "must be 1 to 100"),
            rule(!topics.retention.is_zero(), &["topics.retention"], "must be above zero"),
            rule(!topics.dead_retention.is_zero(), &["topics.dead_retention"], "must be above zero"),
            rule(
                kafka.security_protocol.is_sasl() || kafka.sasl_password.is_none(),
                &["kafka.sasl_password", "kafka.security_protocol"],
                "is set, but kafka.security_protocol is neither sasl_plaintext nor sasl_ssl",
            ),
        ]);
        rules
    }

    fn topic_rules(&self) -> Vec<Rule> {
        let topics: [(&'static [&'static str], &String); 9] = [
            (&["topics.input"], &self.topics.input),
            (&["topics.enriched"], &self.topics.enriched),
            (&["topics.events"], &self.topics.events),
            (&["topics.entities"], &self.topics.entities),
            (&["topics.link"], &self.topics.link),
            (&["topics.canonical"], &self.topics.canonical),
            (&["topics.links"], &self.topics.links),
            (&["topics.link_state"], &self.topics.link_state),
            (&["topics.dead"], &self.topics.dead),
        ];
        let valid = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_name = |name: &str| {
            !name.is_empty() && name.len() <= 249 && name.chars().all(valid) && !matches!(name, "." | "..")
        };
        let mut rules = Vec::new();
        for (i, (keys, name)) in topics.iter().enumerate() {
            rules.push(Rule {
                holds: topics[..i].iter().all(|(_, other)| other != name),
                keys,
                text: "names the same topic as another setting; every topic needs its own name",
            });
            rules.push(Rule {
                holds: is_name(name),
                keys,
                text: "is no Kafka topic name: 1 to 249 letters, digits, '.', '_' and '-'",
            });
        }
        rules
    }
}

/// Whether every address is a host with or without a port, and nothing else.
fn servers_are_plain(servers: &str) -> bool {
    servers.split(',').map(str::trim).all(|server| {
        let (host, port) = match server.rsplit_once(':') {
            // An address of IPv6 without a port ends in its bracket.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (server, None),
        };
        let of_a_host = |c: char| c.is_alphanumeric() || "._-[]:".contains(c);
        let host_is_one = !host.is_empty() && host.chars().all(of_a_host);
        host_is_one && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
    })
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

/// What a text lists, parted by commas.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// Names parted by commas; a star may stand at the end of each.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let names: Vec<String> = listed(&text).map(str::to_owned).collect();
    match names.iter().find(|name| name.trim_end_matches('*').contains('*') || name.ends_with("**")) {
        Some(name) => Err(serde::de::Error::custom(format!("{name:?}: a star stands at the end of a name only"))),
        None => Ok(names),
    }
}

fn parts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Part>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let part = |name: &str| {
        let all = || Part::ALL.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(" and ");
        Part::parse(name).ok_or_else(|| {
            serde::de::Error::custom(format!("{name:?} is nothing that articles can be without; there are {}", all()))
        })
    };
    let mut parts = listed(&text).map(part).collect::<Result<Vec<_>, _>>()?;
    parts.sort_unstable();
    parts.dedup();
    Ok(parts)
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "off" | "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            serde::de::Error::custom(format!("{text:?} is no address; write ip:port, e.g. 127.0.0.1:9464, or off"))
        }),
    }
}

/// The number at the end of a text: 3 of "3" and of "worker-3"; 0 of an empty one.
fn final_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(0);
    }
    let digits = &text[text.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
    digits.parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "{text:?} ends in no number from 0 to 65535; write one (3, worker-3), or set http.listen and leave this empty"
        ))
    })
}
