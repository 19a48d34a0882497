//! What the worker needs to know, and how it becomes librdkafka configuration.
//!
//! Plain data with defaults: the configuration layer fills it. Which librdkafka properties a user may add is decided in a
//! table ([`properties`](crate::properties)); those on which delivery and security rest are set here alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::BaseConsumer;
use rdkafka::producer::BaseProducer;

use super::breaker::DeadLetterLimits;
use super::carried::Carried;
use super::connection::{ToolContext, create};
use super::crashes::CrashGuard;
use super::error::StreamError;
use super::oauth;
use crate::properties::{Client, is_shared_property, judge};

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
    /// Headers of inputs that go on to their outputs.
    pub carried: Carried,
    /// Heartbeat silence after which the broker takes a member's partitions away.
    pub session_timeout: Duration,
    /// Time between two polls after which the client leaves the group by itself.
    pub max_poll_interval: Duration,
    /// Time after which the broker aborts an open transaction. Every `read_committed` reader of a touched partition
    /// waits for an open transaction, so this bounds what a crashed worker can hold up.
    pub transaction_timeout: Duration,
    /// Threads that enrich.
    pub threads: usize,
    /// Whether the process keeps state from one record to the next: it gets all of them in order on one thread, and no
    /// record that it made may be left out.
    pub ordered: bool,
    /// The topic of that state, which is read back.
    pub changelog: Option<Arc<str>>,
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
    /// CPU time one article may cost: it is asked to stop then, and given up after twice that.
    pub article_timeout: Duration,
    /// Time on the wall after which an article is given up, whatever it has cost.
    pub article_hang_timeout: Duration,
    /// Time to finish and commit after a stop was asked for.
    pub drain_timeout: Duration,
    /// Time to finish what is being worked on when partitions are revoked.
    pub revoke_timeout: Duration,
    /// How long the brokers may refuse or not answer before the worker gives up and exits.
    pub broker_patience: Duration,
    /// What to do when the input topic has lost articles before they were read.
    pub lost_history: LostHistory,
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
    /// Properties of all clients: security. Not open to users.
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

/// What to do when the input topic has lost articles before they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostHistory {
    /// Count them, say so, and go on with the first article there is.
    Continue,
    /// Say so and stop.
    Stop,
}

/// Topic names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// Read.
    pub input: Arc<str>,
    /// Written by the process; what goes where is its affair.
    pub outputs: Vec<Arc<str>>,
    /// Dead letters.
    pub dead: Arc<str>,
}

impl Topics {
    /// Topics by name.
    pub fn new<O: Into<Arc<str>>>(
        input: impl Into<Arc<str>>,
        outputs: impl IntoIterator<Item = O>,
        dead: impl Into<Arc<str>>,
    ) -> Self {
        Self { input: input.into(), outputs: outputs.into_iter().map(Into::into).collect(), dead: dead.into() }
    }

    /// Topics written, dead letters last.
    pub fn written(&self) -> impl Iterator<Item = &Arc<str>> {
        self.outputs.iter().chain([&self.dead])
    }
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

/// One problem by itself, several as a list.
pub fn listed<T: fmt::Display>(problems: &[T]) -> String {
    match problems {
        [one] => one.to_string(),
        all => all.iter().fold(format!("{} settings are wrong:", all.len()), |text, one| format!("{text}\n  {one}")),
    }
}

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
    pub fn new(brokers: impl Into<String>, group: impl Into<String>, delivery: Delivery, topics: Topics) -> Self {
        Self {
            brokers: brokers.into(),
            group: group.into(),
            client_id: "dateline".into(),
            delivery,
            topics,
            carried: Carried::default(),
            session_timeout: Duration::from_secs(45),
            max_poll_interval: Duration::from_secs(300),
            transaction_timeout: Duration::from_secs(20),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            ordered: false,
            changelog: None,
            batch_records: 500,
            batch_bytes: 8 << 20,
            batch_wait: Duration::from_millis(100),
            in_flight_records: 2_000,
            in_flight_bytes: 64 << 20,
            article_timeout: Duration::from_secs(10),
            article_hang_timeout: Duration::from_secs(300),
            drain_timeout: Duration::from_secs(20),
            revoke_timeout: Duration::from_secs(10),
            broker_patience: Duration::from_secs(120),
            lost_history: LostHistory::Continue,
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

    /// Checks everything that can be checked without a broker: bounds, files, and whether librdkafka builds both clients.
    ///
    /// # Errors
    /// [`StreamError::Settings`] names every setting at fault and the remedy.
    pub fn validate(&self) -> Result<(), StreamError> {
        let problems = self.problems();
        if problems.is_empty() { Ok(()) } else { Err(StreamError::Settings(listed(&problems))) }
    }

    /// What [`Settings::validate`] finds.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.broken_rules();
        for (client, properties) in [(Client::Consumer, &self.consumer), (Client::Producer, &self.producer)] {
            problems.extend(properties.0.iter().filter_map(|(name, value)| {
                Some(format!("{}.{name} {}", client.table(), judge(client, name, value).err()?))
            }));
        }
        if problems.is_empty() {
            problems = self.refusals();
        }
        problems
    }

    fn broken_rules(&self) -> Vec<String> {
        let rules = [
            (!self.brokers.trim().is_empty(), "brokers must not be empty"),
            (!self.group.is_empty(), "group must not be empty"),
            (self.threads > 0, "threads must be at least 1"),
            (!self.ordered || self.threads == 1, "threads must be 1 where the process keeps state"),
            (
                !self.ordered || matches!(self.delivery, Delivery::ExactlyOnce { .. }),
                "kafka.delivery must be exactly_once where the process keeps state: only one transaction keeps state and \
                 offsets together",
            ),
            (self.batch_records > 0, "batch_records must be at least 1"),
            (self.batch_bytes > 0, "batch_bytes must be at least 1"),
            (self.in_flight_records >= self.batch_records, "in_flight_records must not be below batch_records"),
            (self.in_flight_bytes > 0, "in_flight_bytes must be at least 1"),
            (self.output_bytes >= MIN_OUTPUT_BYTES, "output_bytes must be at least 16384"),
            (!self.article_timeout.is_zero(), "article_timeout must be above zero"),
            (!self.article_hang_timeout.is_zero(), "article_hang_timeout must be above zero"),
            (
                self.crash_guard.as_ref().is_none_or(|guard| guard.limit >= 2),
                "the crash limit must be at least 2: one crash may be a coincidence",
            ),
            (
                self.broker_patience + self.revoke_timeout < self.max_poll_interval,
                "max_poll_interval must exceed broker_patience and revoke_timeout together: the worker \
                 does not poll while it waits for a broker",
            ),
            (
                self.transaction_timeout <= Duration::from_secs(900),
                "transaction_timeout must not exceed 15min, the brokers' transaction.max.timeout.ms",
            ),
            (self.transaction_timeout >= Duration::from_secs(1), "transaction_timeout must be at least 1s"),
            (
                self.delivery != (Delivery::ExactlyOnce { transactional_id: String::new() }),
                "the transactional id must not be empty",
            ),
        ];
        rules.into_iter().filter(|(holds, _)| !holds).map(|(_, text)| text.to_owned()).collect()
    }

    /// What does not go together: files that cannot be read, and settings with which librdkafka does not build a client.
    pub fn refusals(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (property, setting) in FILES {
            // Trap: librdkafka does not say which file it cannot read.
            let path = self.common.0.get(*property).filter(|path| *path != "probe");
            if let Some(Err(e)) = path.map(std::fs::File::open) {
                problems.push(format!("{setting}: cannot read {}: {e}", path.map_or("", String::as_str)));
            }
        }
        if self.uses_oauth() {
            let now = jiff::Timestamp::now().as_millisecond();
            let token = oauth::read(self.oauth_token_file.as_deref(), now);
            problems.extend(token.err().map(|e| format!("kafka.oauth_token_file: {e}")));
        }
        let heartbeat = self.consumer.0.get("heartbeat.interval.ms").and_then(|text| text.parse().ok());
        if heartbeat.is_some_and(|ms| Duration::from_millis(ms) * 3 > self.session_timeout) {
            problems
                .push("kafka.consumer.heartbeat.interval.ms must be a third of kafka.session_timeout at most".into());
        }
        if problems.is_empty() {
            problems.extend(self.refused_clients());
        }
        problems
    }

    /// Builds both clients without brokers to go to. Trap: a native configuration accepts every value by itself; what
    /// does not go together (`rd_kafka_conf_finalize`) and keys that do not fit are found only where a client is made.
    fn refused_clients(&self) -> Option<String> {
        let (mut consumer, mut producer) = (self.consumer_config(), self.producer_config());
        let consumer = consumer.remove("bootstrap.servers");
        let producer = producer.remove("bootstrap.servers");
        let consumer = create::<BaseConsumer<ToolContext>>(consumer, "consumer", ToolContext::new(self)).err();
        let producer = create::<BaseProducer<ToolContext>>(producer, "producer", ToolContext::new(self)).err();
        match (consumer, producer) {
            (Some(StreamError::Client { reason, .. }), Some(StreamError::Client { reason: same, .. }))
                if reason == same =>
            {
                Some(format!("librdkafka refuses the settings: {reason}"))
            }
            (None, None) => None,
            (consumer, producer) => {
                let texts: Vec<String> = [consumer, producer].into_iter().flatten().map(|e| e.to_string()).collect();
                Some(texts.join("; "))
            }
        }
    }

    /// Configuration of the consumer.
    pub fn consumer_config(&self) -> ClientConfig {
        let mut config = self.base_config();
        config
            .set("group.id", &self.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("isolation.level", "read_committed")
            // Passes nothing over that is there. What is not there any more is noticed in `history`.
            .set("auto.offset.reset", "earliest")
            // How long new partitions stay unread (default 5 min): the group's leader looks for them. One small request
            // per worker and interval.
            .set("topic.metadata.refresh.interval.ms", "15000")
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
            .set("message.max.bytes", self.output_bytes.to_string())
            // A producer may by default: a topic that was deleted would come back with the brokers' settings.
            .set("allow.auto.create.topics", "false")
            // Bounds librdkafka's own memory (default 1 GiB); a full queue is waited for.
            .set("queue.buffering.max.kbytes", (self.output_bytes.max(32 << 20) / 1024 * 2).to_string())
            // Trap: must not exceed transaction.timeout.ms. A quarter is left for the abort that follows.
            .set("message.timeout.ms", millis(self.transaction_timeout * 3 / 4))
            // A producer that hangs in a call (see `bounded`) goes on when a connection comes up or goes down. Closing
            // idle ones makes that happen, so that none is left behind for ever.
            .set("connections.max.idle.ms", "60000");
        self.extend(&mut config, &self.producer);
        // The one codec that every client reads without a further package (kafka-python, KafkaJS). At level 1 it costs
        // 0.54 ms an article and makes a fifth of it, a sixth less than lz4 does (samples, measured). The property has
        // two names, of which one may be set.
        if config.get("compression.type").or(config.get("compression.codec")).is_none() {
            config.set("compression.type", "gzip");
            if config.get("compression.level").is_none() {
                config.set("compression.level", "1");
            }
        }
        if let Delivery::ExactlyOnce { transactional_id } = &self.delivery {
            config
                .set("transactional.id", transactional_id)
                .set("transaction.timeout.ms", millis(self.transaction_timeout));
        }
        config
    }

    /// Configuration of a client that looks around: brokers, security, and what the consumer's connections are given.
    pub fn tool_config(&self) -> ClientConfig {
        let mut config = self.base_config();
        let shared = self.consumer.0.iter().filter(|(name, _)| is_shared_property(name));
        self.extend(&mut config, &shared.map(|(name, value)| (name.as_str(), value.as_str())).collect());
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
        let delivery = Delivery::ExactlyOnce { transactional_id: "g-0".into() };
        Settings::new("localhost:9092", "g", delivery, Topics::new("in", ["out"], "dead"))
    }

    #[test]
    fn defaults_are_valid() {
        settings().validate().unwrap();
        Settings { delivery: Delivery::AtLeastOnce, ..settings() }.validate().unwrap();
    }

    #[test]
    fn readers_and_new_partitions_do_not_wait_for_long() {
        let (producer, consumer) = (settings().producer_config(), settings().consumer_config());
        assert_eq!(producer.get("transaction.timeout.ms"), Some("20000"));
        assert_eq!(producer.get("message.timeout.ms"), Some("15000"));
        assert_eq!(consumer.get("topic.metadata.refresh.interval.ms"), Some("15000"));
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
            "kafka.consumer.enable.auto.commit is refused",
        );
        check(|s| s.producer = [("acks", "1")].into_iter().collect(), "acks is refused");
        check(|s| s.producer = [("no.such.property", "1")].into_iter().collect(), "no.such.property");
        check(|s| s.consumer = [("fetch.min.bytes", "many")].into_iter().collect(), "fetch.min.bytes");
        check(|s| s.delivery = Delivery::ExactlyOnce { transactional_id: String::new() }, "transactional id");
        check(|s| s.in_flight_records = 10, "in_flight_records");
        check(|s| s.broker_patience = Duration::from_secs(300), "max_poll_interval");
        check(|s| s.transaction_timeout = Duration::from_secs(1000), "15min");
        check(
            |s| {
                s.session_timeout = Duration::from_secs(30);
                s.consumer = [("heartbeat.interval.ms", "15000")].into_iter().collect();
            },
            "a third of kafka.session_timeout",
        );
        check(|s| s.consumer = [("heartbeat.interval.ms", "15001")].into_iter().collect(), "to 15000");
        // All at once.
        check(|s| (s.threads, s.batch_bytes) = (0, 0), "2 settings are wrong:\n  threads must");
        check(|s| s.producer = [("retries", "0"), ("acks", "1")].into_iter().collect(), "2 settings are wrong");
    }

    #[test]
    fn refuses_what_librdkafka_refuses_when_a_client_is_made() {
        fn check(change: impl FnOnce(&mut Settings), expect: &str) {
            let mut s = settings();
            change(&mut s);
            let error = s.validate().map_or_else(|e| e.to_string(), |()| String::new());
            assert!(error.contains(expect), "{error:?} should mention {expect:?}");
        }
        check(|s| s.producer = [("socket.timeout.ms", "300000")].into_iter().collect(), "`socket.timeout.ms` must be");
        check(|s| s.consumer = [("fetch.max.bytes", "1")].into_iter().collect(), "`fetch.max.bytes` must be >=");
        let new = [("group.protocol", "consumer"), ("heartbeat.interval.ms", "1000")];
        check(|s| s.consumer = new.into_iter().collect(), "`heartbeat.interval.ms` is not supported");
        check(
            |s| {
                s.common =
                    [("security.protocol", "sasl_plaintext"), ("sasl.mechanisms", "GSSAPI")].into_iter().collect()
            },
            "librdkafka refuses the settings: No provider for SASL mechanism GSSAPI",
        );
        let key = tempfile::NamedTempFile::new().unwrap();
        let path = key.path().to_str().unwrap();
        std::fs::write(path, "no key").unwrap();
        check(
            |s| s.common = [("security.protocol", "ssl"), ("ssl.key.location", path)].into_iter().collect(),
            "ssl.key.location",
        );
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
    fn outputs_are_compressed_for_every_client_unless_the_user_chooses() {
        let check = |own: &[(&str, &str)], expect: [Option<&str>; 3]| {
            let mut s = settings();
            s.producer = own.iter().copied().collect();
            s.validate().unwrap();
            let config = s.producer_config();
            assert_eq!(["compression.type", "compression.codec", "compression.level"].map(|n| config.get(n)), expect);
        };
        check(&[], [Some("gzip"), None, Some("1")]);
        check(&[("compression.level", "6")], [Some("gzip"), None, Some("6")]);
        check(&[("compression.type", "zstd")], [Some("zstd"), None, None]);
        check(&[("compression.codec", "lz4"), ("compression.level", "3")], [None, Some("lz4"), Some("3")]);
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
