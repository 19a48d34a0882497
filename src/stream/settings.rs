//! What the worker needs to know, and how it becomes librdkafka configuration.
//!
//! Plain data with defaults: the configuration layer fills it. Properties on which the delivery guarantee rests are
//! managed here and refused when a user sets them; everything else passes through to librdkafka.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use super::breaker::DeadLetterLimits;
use super::crashes::CrashGuard;
use super::error::{StreamError, refusal};

/// Settings of a worker.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bootstrap servers, comma-separated `host:port`.
    pub brokers: String,
    /// Consumer group.
    pub group: String,
    /// `client.id` of both clients.
    pub client_id: String,
    /// Delivery guarantee.
    pub delivery: Delivery,
    /// Topics read and written.
    pub topics: Topics,
    /// Least confidence of what goes to a topic.
    pub min_confidence: MinConfidence,
    /// Heartbeat silence after which the broker takes a member's partitions away.
    pub session_timeout: Duration,
    /// Time between two polls after which the client leaves the group by itself.
    pub max_poll_interval: Duration,
    /// Time after which the broker aborts an open transaction. Every `read_committed` reader of a touched partition
    /// waits for an open transaction, so this bounds what a crashed worker can hold up.
    pub transaction_timeout: Duration,
    /// Threads that enrich.
    pub threads: usize,
    /// Records in one batch (one transaction) at most.
    pub batch_records: usize,
    /// Output bytes in one batch from which no further record is added.
    pub batch_bytes: usize,
    /// How long a finished record waits for others to join its batch.
    pub batch_wait: Duration,
    /// Records in flight from which partitions pause.
    pub in_flight_records: usize,
    /// Bytes in flight (inputs and the outputs made of them) from which partitions pause.
    pub in_flight_bytes: usize,
    /// Time one article may take: it is asked to stop then, and given up (dead letter) after twice that.
    pub article_timeout: Duration,
    /// Time to finish and commit after a stop was asked for.
    pub drain_timeout: Duration,
    /// Time to finish what is being worked on when partitions are revoked.
    pub revoke_timeout: Duration,
    /// How long the brokers may refuse or not answer before the worker gives up and exits.
    pub broker_patience: Duration,
    /// How often the brokers are asked which offsets they hold.
    pub confirm_every: Duration,
    /// From when on too many articles are bad.
    pub dead_letters: DeadLetterLimits,
    /// Whether articles that are not ours to read are skipped instead of dead-lettered.
    pub skip_foreign: bool,
    /// Where crashes are remembered; none: nowhere.
    pub crash_guard: Option<CrashGuard>,
    /// Largest record written (`message.max.bytes` of the producer).
    pub output_bytes: usize,
    /// File with the OAUTHBEARER token, read anew whenever one is needed.
    pub oauth_token_file: Option<PathBuf>,
    /// Properties of both clients: security and the like.
    pub common: Properties,
    /// Further properties of the consumer.
    pub consumer: Properties,
    /// Further properties of the producer.
    pub producer: Properties,
}

/// Delivery guarantee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// One transaction per batch holds every record and the offsets.
    ExactlyOnce {
        /// Stable per slot (`<group>-<ordinal>`): a restarted worker then fences its predecessor and aborts its open
        /// transaction at once. With a random id the next owner of the partitions waits until `transaction_timeout`
        /// (librdkafka #3265, #3272). Two live workers with one id fence each other for ever.
        transactional_id: String,
    },
    /// Idempotent producer; offsets are committed after every delivery report has come.
    AtLeastOnce,
}

/// Topic names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// Raw articles, read.
    pub input: Arc<str>,
    /// `article.enriched/1`.
    pub enriched: Arc<str>,
    /// `event.article/1`.
    pub events: Arc<str>,
    /// `entity.tag/1`.
    pub entities: Arc<str>,
    /// Dead letters.
    pub dead: Arc<str>,
}

impl Default for Topics {
    fn default() -> Self {
        Self {
            input: "articles.raw".into(),
            enriched: "articles.enriched".into(),
            events: "news.events".into(),
            entities: "news.entities".into(),
            dead: "articles.dead".into(),
        }
    }
}

impl Topics {
    /// Topics written, dead letters last.
    pub fn outputs(&self) -> [&Arc<str>; 4] {
        [&self.enriched, &self.events, &self.entities, &self.dead]
    }
}

/// Least confidence, 0 to 1, of what goes to a topic of its own. The enriched article keeps everything.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MinConfidence {
    /// `confidence.overall` of an event.
    pub events: f64,
    /// Confidence of the place that an entity was resolved to; an entity that has none passes.
    pub entities: f64,
}

/// librdkafka properties. `Debug` prints the names only: values may be secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties(pub BTreeMap<String, String>);

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Properties {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> Self {
        Self(iter.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

/// Properties that users may not set, each with the setting to use instead or the reason.
const MANAGED: &[(&str, &str)] = &[
    ("acks", "every replica must acknowledge, or a failover loses records"),
    ("auto.commit.enable", "the worker commits offsets itself"),
    ("auto.commit.interval.ms", "the worker commits offsets itself"),
    ("bootstrap.servers", "set the brokers instead"),
    ("metadata.broker.list", "set the brokers instead"),
    ("client.id", "set the client id instead"),
    ("delivery.timeout.ms", "derived from the transaction timeout"),
    ("dr_cb", "callbacks are the worker's"),
    ("enable.auto.commit", "the worker commits offsets itself, after the outputs"),
    ("enable.auto.offset.store", "the worker commits offsets itself, after the outputs"),
    ("enable.idempotence", "without it retries double records"),
    ("enable.partition.eof", "the worker does not use it"),
    ("group.id", "set the group instead"),
    ("isolation.level", "aborted input must stay invisible"),
    ("log.queue", "logs go through the worker"),
    ("max.poll.interval.ms", "set the poll interval instead"),
    ("message.max.bytes", "set the largest output instead"),
    ("message.timeout.ms", "derived from the transaction timeout"),
    ("offset.store.method", "the worker commits offsets itself"),
    ("partitioner", "murmur2, as every other client of the topics expects"),
    ("request.required.acks", "every replica must acknowledge, or a failover loses records"),
    ("session.timeout.ms", "set the session timeout instead"),
    ("statistics.interval.ms", "the lag metrics depend on it"),
    ("transaction.timeout.ms", "set the transaction timeout instead"),
    ("transactional.id", "set the instance instead"),
];

/// Properties that name files, and the settings they come from.
const FILES: &[(&str, &str)] = &[
    ("ssl.ca.location", "kafka.ssl_ca_location"),
    ("ssl.certificate.location", "kafka.ssl_certificate_location"),
    ("ssl.key.location", "kafka.ssl_key_location"),
];

/// Room that record batch framing may need beside the records.
const MIN_OUTPUT_BYTES: usize = 16 * 1024;

impl Settings {
    /// Settings with every default.
    pub fn new(brokers: impl Into<String>, group: impl Into<String>, delivery: Delivery) -> Self {
        Self {
            brokers: brokers.into(),
            group: group.into(),
            client_id: "dateline".into(),
            delivery,
            topics: Topics::default(),
            min_confidence: MinConfidence::default(),
            session_timeout: Duration::from_secs(45),
            max_poll_interval: Duration::from_secs(300),
            transaction_timeout: Duration::from_secs(60),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            batch_records: 500,
            batch_bytes: 8 << 20,
            batch_wait: Duration::from_millis(100),
            in_flight_records: 2_000,
            in_flight_bytes: 64 << 20,
            article_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(20),
            revoke_timeout: Duration::from_secs(10),
            broker_patience: Duration::from_secs(120),
            confirm_every: Duration::from_secs(30),
            dead_letters: DeadLetterLimits::default(),
            skip_foreign: false,
            crash_guard: None,
            output_bytes: 8 << 20,
            oauth_token_file: None,
            common: Properties::default(),
            consumer: Properties::default(),
            producer: Properties::default(),
        }
    }

    /// Checks everything that can be checked without a broker, librdkafka's property names and values included.
    ///
    /// # Errors
    /// [`StreamError::Settings`] names the setting and the remedy.
    pub fn validate(&self) -> Result<(), StreamError> {
        let bad = |text: String| Err(StreamError::Settings(text));
        for (name, properties) in [("common", &self.common), ("consumer", &self.consumer), ("producer", &self.producer)]
        {
            for key in properties.0.keys() {
                if let Some((_, why)) = MANAGED.iter().find(|(managed, _)| managed == key) {
                    return bad(format!("the {name} property {key} is managed by dateline: {why}"));
                }
            }
        }
        let rules = [
            (!self.brokers.trim().is_empty(), "brokers must not be empty"),
            (!self.group.is_empty(), "group must not be empty"),
            (self.threads > 0, "threads must be at least 1"),
            (self.batch_records > 0, "batch_records must be at least 1"),
            (self.batch_bytes > 0, "batch_bytes must be at least 1"),
            (self.in_flight_records >= self.batch_records, "in_flight_records must not be below batch_records"),
            (self.in_flight_bytes > 0, "in_flight_bytes must be at least 1"),
            (self.output_bytes >= MIN_OUTPUT_BYTES, "output_bytes must be at least 16384"),
            (!self.article_timeout.is_zero(), "article_timeout must be above zero"),
            (
                self.crash_guard.as_ref().is_none_or(|guard| guard.limit >= 2),
                "the crash limit must be at least 2: one crash does not tell which record caused it",
            ),
            (
                self.broker_patience + self.revoke_timeout + self.article_timeout * 2 < self.max_poll_interval,
                "max_poll_interval must exceed broker_patience, revoke_timeout and twice article_timeout together: \
                 the worker does not poll while it waits for a broker",
            ),
            (
                self.transaction_timeout <= Duration::from_secs(900),
                "transaction_timeout must not exceed 15min, the brokers' transaction.max.timeout.ms",
            ),
            (self.transaction_timeout >= Duration::from_secs(1), "transaction_timeout must be at least 1s"),
        ];
        if let Some((_, text)) = rules.iter().find(|(holds, _)| !holds) {
            return bad((*text).into());
        }
        if self.delivery == (Delivery::ExactlyOnce { transactional_id: String::new() }) {
            return bad("the transactional id must not be empty".into());
        }
        for (property, setting) in FILES {
            // Trap: librdkafka does not say which file it cannot read.
            let path = self.common.0.get(*property).filter(|path| *path != "probe");
            if let Some(Err(e)) = path.map(std::fs::File::open) {
                return bad(format!("{setting}: cannot read {}: {e}", path.map_or("", String::as_str)));
            }
        }
        // librdkafka checks names and values when the native configuration is built, without any network.
        for config in [self.consumer_config(), self.producer_config()] {
            config
                .create_native_config()
                .map_err(|e| StreamError::Settings(format!("librdkafka refuses: {}", refusal(&e))))?;
        }
        Ok(())
    }

    /// Configuration of the consumer.
    pub fn consumer_config(&self) -> ClientConfig {
        let mut config = self.base_config();
        config
            .set("group.id", &self.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("isolation.level", "read_committed")
            // A lost offset must be visible, never skip history silently.
            .set("auto.offset.reset", "earliest")
            .set("max.poll.interval.ms", millis(self.max_poll_interval))
            // Trap: whenever its prefetch queue is over the limit librdkafka waits this long (default 1000 ms) before
            // the next fetch; 20 MB through a 256 kB queue took 17.6 s, with 10 ms 3.8 s (measured).
            .set("fetch.queue.backoff.ms", "10")
            // Bounds librdkafka's own memory (default 64 MiB): the admission gate does not see what is prefetched.
            .set("queued.max.messages.kbytes", "16384")
            .set("statistics.interval.ms", "5000")
            .set("allow.auto.create.topics", "false");
        self.extend(&mut config, &self.consumer);
        // Trap: with KIP-848 the client refuses to be built when session.timeout.ms is set (librdkafka 2.12).
        if config.get("group.protocol") != Some("consumer") {
            config.set("session.timeout.ms", millis(self.session_timeout));
            if config.get("partition.assignment.strategy").is_none() {
                // Eager is the simplest correct choice: after a rebalance every partition is read from its committed
                // offset. The others work too (the worker follows the protocol in use).
                config.set("partition.assignment.strategy", "range,roundrobin");
            }
        }
        config
    }

    /// Configuration of the producer.
    pub fn producer_config(&self) -> ClientConfig {
        let mut config = self.base_config();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // Trap: librdkafka's default (consistent_random, CRC32) puts a key on another partition than every Java
            // client does.
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "5")
            .set("compression.codec", "lz4")
            .set("message.max.bytes", self.output_bytes.to_string())
            // Bounds librdkafka's own memory (default 1 GiB); a full queue is waited for.
            .set("queue.buffering.max.kbytes", (self.output_bytes.max(32 << 20) / 1024 * 2).to_string())
            // Trap: must not exceed transaction.timeout.ms. A quarter is left for the abort that follows.
            .set("message.timeout.ms", millis(self.transaction_timeout * 3 / 4))
            // A producer that hangs in a call (see `bounded`) goes on when a connection comes up or goes down. Closing
            // idle ones makes that happen, so that none is left behind for ever.
            .set("connections.max.idle.ms", "60000");
        self.extend(&mut config, &self.producer);
        if let Delivery::ExactlyOnce { transactional_id } = &self.delivery {
            config
                .set("transactional.id", transactional_id)
                .set("transaction.timeout.ms", millis(self.transaction_timeout));
        }
        config
    }

    /// Configuration of a client that looks around: brokers and security, nothing else.
    pub fn tool_config(&self) -> ClientConfig {
        let mut config = self.base_config();
        self.extend(&mut config, &Properties::default());
        config
    }

    /// Whether tokens authenticate the clients.
    pub(super) fn uses_oauth(&self) -> bool {
        self.common.0.get("sasl.mechanisms").is_some_and(|m| m == "OAUTHBEARER")
    }

    fn base_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.client_id)
            // Without a logger for the `log` crate rdkafka would pick the level itself; tracing filters for us.
            .set_log_level(RDKafkaLogLevel::Info);
        config
    }

    fn extend(&self, config: &mut ClientConfig, own: &Properties) {
        for (key, value) in self.common.0.iter().chain(&own.0) {
            config.set(key, value);
        }
        // Who sets this property wants to see what it brings.
        if config.get("debug").is_some() {
            config.set_log_level(RDKafkaLogLevel::Debug);
        }
    }
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("localhost:9092", "g", Delivery::ExactlyOnce { transactional_id: "g-0".into() })
    }

    #[test]
    fn defaults_are_valid() {
        settings().validate().unwrap();
        Settings { delivery: Delivery::AtLeastOnce, ..settings() }.validate().unwrap();
    }

    #[test]
    fn refuses_what_would_break_the_guarantee() {
        fn check(change: impl FnOnce(&mut Settings), expect: &str) {
            let mut s = settings();
            change(&mut s);
            let error = s.validate().unwrap_err().to_string();
            assert!(error.contains(expect), "{error:?} should mention {expect:?}");
        }
        check(
            |s| s.consumer = [("enable.auto.commit", "true")].into_iter().collect(),
            "consumer property enable.auto.commit is managed",
        );
        check(|s| s.producer = [("acks", "1")].into_iter().collect(), "acks is managed");
        check(|s| s.common = [("client.id", "x")].into_iter().collect(), "client.id is managed");
        check(|s| s.producer = [("no.such.property", "1")].into_iter().collect(), "no.such.property");
        check(|s| s.consumer = [("fetch.min.bytes", "many")].into_iter().collect(), "fetch.min.bytes");
        check(|s| s.delivery = Delivery::ExactlyOnce { transactional_id: String::new() }, "transactional id");
        check(|s| s.in_flight_records = 10, "in_flight_records");
        check(|s| s.broker_patience = Duration::from_secs(300), "max_poll_interval");
        check(|s| s.transaction_timeout = Duration::from_secs(1000), "15min");
    }

    #[test]
    fn passes_properties_through_and_hides_their_values() {
        let mut s = settings();
        s.common = [("sasl.password", "hunter2")].into_iter().collect();
        s.consumer = [("fetch.min.bytes", "1024"), ("queued.max.messages.kbytes", "1024")].into_iter().collect();
        assert_eq!(s.consumer_config().get("fetch.min.bytes"), Some("1024"));
        assert_eq!(s.consumer_config().get("queued.max.messages.kbytes"), Some("1024"), "users may tune");
        assert_eq!(s.producer_config().get("sasl.password"), Some("hunter2"));
        assert!(!format!("{s:?}").contains("hunter2"));
    }

    #[test]
    fn the_new_group_protocol_gets_no_classic_properties() {
        let mut s = settings();
        s.consumer = [("group.protocol", "consumer")].into_iter().collect();
        let config = s.consumer_config();
        assert_eq!(config.get("session.timeout.ms"), None);
        assert_eq!(config.get("partition.assignment.strategy"), None);
        s.validate().unwrap();
    }
}
