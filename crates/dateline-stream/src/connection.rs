//! A connection for commands that look and leave: bounded in time, and telling why there is none.
//!
//! The worker has its own clients; nothing here joins a group or writes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::Metadata;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use tracing::debug;

use super::client::{FAILURES, Troubles};
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::oauth;
use super::settings::Settings;

/// One request for metadata; in between the client's events are served.
const SLICE: Duration = Duration::from_millis(500);

/// Keeps what librdkafka complains of, serves tokens, and counts deliveries that failed.
pub(super) struct ToolContext {
    troubles: Troubles,
    token_file: Option<std::path::PathBuf>,
    undelivered: Mutex<Option<RDKafkaErrorCode>>,
}

impl ToolContext {
    pub(super) fn new(settings: &Settings) -> Self {
        let token_file = settings.oauth_token_file.clone();
        Self { troubles: Troubles::default(), token_file, undelivered: Mutex::default() }
    }

    /// The first delivery that failed since the last call.
    pub(super) fn take_undelivered(&self) -> Option<RDKafkaErrorCode> {
        self.undelivered.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Fails when waiting is of no use, or when the time is over.
    pub(super) fn check(
        &self,
        action: &'static str,
        started: Instant,
        timeout: Duration,
        reason: &str,
    ) -> Result<(), StreamError> {
        self.troubles.check(Instant::now())?;
        if started.elapsed() < timeout {
            return Ok(());
        }
        let reason = self.troubles.explain().unwrap_or_else(|| reason.to_owned());
        Err(StreamError::Unavailable { action, seconds: timeout.as_secs(), reason })
    }
}

impl ClientContext for ToolContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        if facility == FAILURES {
            self.troubles.note(message, Instant::now());
        }
        debug!(target: "librdkafka", facility, "{message}");
    }

    fn error(&self, _error: KafkaError, reason: &str) {
        self.troubles.note(reason, Instant::now());
    }

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        oauth::read(self.token_file.as_deref(), jiff::Timestamp::now().as_millisecond()).map_err(Into::into)
    }
}

impl ConsumerContext for ToolContext {}

impl ProducerContext for ToolContext {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.undelivered.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(code_of(error));
        }
    }
}

/// Where a topic's records are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Partitions.
    pub partitions: usize,
    /// Copies of the partition that has the fewest.
    pub replication: usize,
    /// Partitions without a leader: they can be neither read nor written now.
    pub leaderless: usize,
}

/// Connected brokers.
pub struct Connection {
    consumer: BaseConsumer<ToolContext>,
    timeout: Duration,
    brokers: usize,
}

impl Connection {
    /// Connects within the time given.
    ///
    /// # Errors
    /// [`StreamError::Misconfigured`] at once when waiting is of no use, [`StreamError::Unavailable`] when time is over.
    pub fn open(settings: &Settings, timeout: Duration) -> Result<Self, StreamError> {
        let mut config = settings.tool_config();
        config.set("allow.auto.create.topics", "false");
        let consumer = create(&config, "client", ToolContext::new(settings))?;
        let mut connection = Self { consumer, timeout, brokers: 0 };
        connection.brokers = connection.metadata(&settings.topics.input)?.brokers().len();
        Ok(connection)
    }

    /// Brokers of the cluster.
    pub fn brokers(&self) -> usize {
        self.brokers
    }

    /// Asks until there is an answer. Trap: neither errors nor token requests are served by a request itself, only by
    /// polling, so one long request would fail without a reason.
    fn metadata(&self, topic: &str) -> Result<Metadata, StreamError> {
        let started = Instant::now();
        loop {
            let _events = self.consumer.poll(Duration::from_millis(20));
            let error = match self.consumer.fetch_metadata(Some(topic), SLICE.min(self.timeout)) {
                Ok(metadata) => return Ok(metadata),
                Err(error) => error,
            };
            let _events = self.consumer.poll(Duration::from_millis(50));
            self.consumer.context().check("connecting", started, self.timeout, &error.to_string())?;
        }
    }

    /// A topic; `None` if it does not exist.
    ///
    /// # Errors
    /// The brokers refuse to tell, or do not answer.
    pub fn topic(&self, name: &str) -> Result<Option<Layout>, StreamError> {
        let started = Instant::now();
        loop {
            let metadata = self.metadata(name)?;
            let found = metadata.topics().iter().find(|t| t.name() == name);
            let code = found.and_then(|t| t.error().map(RDKafkaErrorCode::from));
            match (found, code) {
                (Some(topic), None) if !topic.partitions().is_empty() => {
                    let partitions = topic.partitions();
                    return Ok(Some(Layout {
                        partitions: partitions.len(),
                        replication: partitions.iter().map(|p| p.replicas().len()).min().unwrap_or(0),
                        leaderless: partitions.iter().filter(|p| p.leader() < 0).count(),
                    }));
                }
                (_, Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic)) | (None, _) => {
                    return Ok(None);
                }
                (_, Some(code)) if is_denied(code) => {
                    return Err(StreamError::DeniedTopic { topic: name.to_owned(), operation: "DESCRIBE", code });
                }
                // A topic that is just being made has no leaders yet.
                (_, code) => {
                    let reason = code.map_or_else(|| "it has no partitions".to_owned(), |code| code.to_string());
                    self.consumer.context().check("reading metadata", started, self.timeout, &reason)?;
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    /// First offset and the one after the last of a partition.
    ///
    /// # Errors
    /// The brokers refuse to tell, or do not answer.
    pub fn watermarks(&self, topic: &str, partition: i32) -> Result<(i64, i64), StreamError> {
        let answer = self.consumer.fetch_watermarks(topic, partition, self.timeout);
        answer.map_err(|error| match code_of(&error) {
            code if is_denied(code) => {
                StreamError::DeniedTopic { topic: topic.to_owned(), operation: "DESCRIBE", code }
            }
            _ => unavailable("reading offsets", self.timeout, &error),
        })
    }

    /// The first offset at or after a time (milliseconds since 1970) of every partition; `None`: all are older.
    ///
    /// # Errors
    /// The brokers do not answer.
    pub fn offsets_at(&self, topic: &str, partitions: usize, millis: i64) -> Result<Vec<Option<i64>>, StreamError> {
        let mut list = rdkafka::TopicPartitionList::with_capacity(partitions);
        for partition in 0..partitions {
            let partition = i32::try_from(partition).unwrap_or(i32::MAX);
            list.add_partition_offset(topic, partition, rdkafka::Offset::Offset(millis))?;
        }
        let found = self.consumer.offsets_for_times(list, self.timeout);
        let found = found.map_err(|error| unavailable("reading offsets", self.timeout, &error))?;
        let offset = |e: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| match e.offset() {
            rdkafka::Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        Ok(found.elements().iter().map(offset).collect())
    }
}

/// Builds a client for a command.
pub(super) fn create<T: rdkafka::config::FromClientConfigAndContext<ToolContext>>(
    config: &ClientConfig,
    client: &'static str,
    context: ToolContext,
) -> Result<T, StreamError> {
    config.create_with_context(context).map_err(|error| StreamError::client(client, &error))
}

/// A request that was not answered in time.
pub(super) fn unavailable(action: &'static str, timeout: Duration, error: &KafkaError) -> StreamError {
    StreamError::Unavailable { action, seconds: timeout.as_secs(), reason: error.to_string() }
}
