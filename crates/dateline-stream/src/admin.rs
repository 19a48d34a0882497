//! Looking at topics, creating and altering them. What they should be like is decided in `topics`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigSource, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::connection::{Connection, ToolContext, create, unavailable};
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::ffi;
use super::oauth;
use super::settings::Settings;
use super::topics::{Difference, Found, Mend, Wanted};

/// An administrator's connection.
pub struct Admin {
    connection: Connection,
    client: AdminClient<ToolContext>,
    runtime: tokio::runtime::Runtime,
    timeout: Duration,
}

impl Admin {
    /// Connects within the time given, which is also the longest that each later request may take.
    ///
    /// # Errors
    /// There is no connection, and why.
    pub fn open(settings: &Settings, timeout: Duration) -> Result<Self, StreamError> {
        // First, because an AdminClient serves no errors and could not tell why it cannot connect.
        let connection = Connection::open(settings, timeout)?;
        let client: AdminClient<ToolContext> =
            create(&settings.tool_config(), "admin client", ToolContext::new(settings))?;
        if settings.uses_oauth() {
            set_token(&client, settings)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(StreamError::Thread)?;
        Ok(Self { connection, client, runtime, timeout })
    }

    /// The plain connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    fn options(&self) -> AdminOptions {
        AdminOptions::new().request_timeout(Some(self.timeout)).operation_timeout(Some(self.timeout))
    }

    /// A topic as it is; `None` if there is none. Settings that may not be read are left out.
    ///
    /// # Errors
    /// The brokers refuse to tell, or do not answer.
    pub fn find(&self, topic: &str) -> Result<Option<Found>, StreamError> {
        let Some(layout) = self.connection.topic(topic)? else { return Ok(None) };
        let settings = match self.describe(topic) {
            Ok(entries) => Some(entries.into_iter().map(|(name, (value, _))| (name, value)).collect()),
            Err(StreamError::DeniedTopic { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Some(Found { partitions: layout.partitions, replication: layout.replication, settings }))
    }

    /// Every setting of a topic: its value, and whether it was set on the topic itself.
    fn describe(&self, topic: &str) -> Result<BTreeMap<String, (String, bool)>, StreamError> {
        let what = [ResourceSpecifier::Topic(topic)];
        let answer = self.runtime.block_on(self.client.describe_configs(&what, &self.options()));
        let mut answer = answer.map_err(|e| self.failed(topic, "DESCRIBE_CONFIGS", &e))?;
        match answer.pop() {
            Some(Ok(resource)) => Ok(resource
                .entries
                .into_iter()
                .filter_map(|e| Some((e.name, (e.value?, e.source == ConfigSource::DynamicTopic))))
                .collect()),
            Some(Err(code)) => Err(self.refused(topic, "DESCRIBE_CONFIGS", code)),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Creates a topic.
    ///
    /// # Errors
    /// Why not: too few brokers, no right to, or no answer.
    pub fn create(&self, wanted: &Wanted) -> Result<(), StreamError> {
        let brokers = self.connection.brokers();
        let copies = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let settings = wanted.settings(wanted.replication);
        let replication = TopicReplication::Fixed(copies(wanted.replication));
        let mut topic = NewTopic::new(&wanted.name, copies(wanted.partitions), replication);
        for (name, value) in &settings {
            topic = topic.set(name, value);
        }
        let answer = self.runtime.block_on(self.client.create_topics([&topic], &self.options()));
        match answer.map_err(|e| self.failed(&wanted.name, "CREATE", &e))?.pop() {
            Some(Err((_, RDKafkaErrorCode::InvalidReplicationFactor))) => {
                Err(StreamError::TooFewBrokers { topic: wanted.name.clone(), replication: wanted.replication, brokers })
            }
            // Somebody was faster; the next plan says whether it is as wanted.
            Some(Err((_, RDKafkaErrorCode::TopicAlreadyExists))) | Some(Ok(_)) | None => self.appeared(&wanted.name),
            Some(Err((_, code))) => Err(self.refused(&wanted.name, "CREATE", code)),
        }
    }

    /// Waits until the brokers tell of a topic: its creation is answered earlier, and a worker that started then would
    /// find it missing.
    fn appeared(&self, topic: &str) -> Result<(), StreamError> {
        self.shown(topic, "was created but does not appear", || Ok(self.connection.topic(topic)?.is_some()))
    }

    /// Waits until the brokers show what was changed of a topic: the controller answers before they know.
    fn shown(&self, topic: &str, what: &str, holds: impl Fn() -> Result<bool, StreamError>) -> Result<(), StreamError> {
        let started = Instant::now();
        while !holds()? {
            if started.elapsed() >= self.timeout {
                let reason = format!("topic {topic} {what}");
                return Err(StreamError::Unavailable {
                    action: "changing topics",
                    seconds: self.timeout.as_secs(),
                    reason,
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Alters what can be altered of these differences, and nothing else.
    ///
    /// Trap: the request that rdkafka knows (`AlterConfigs`) resets every setting that it does not name, so those set
    /// on the topic are read first and sent along. Somebody who alters the same topic in the same moment is overruled.
    ///
    /// # Errors
    /// Why not.
    pub fn alter(&self, topic: &str, differences: &[Difference]) -> Result<(), StreamError> {
        let mut settings: BTreeMap<String, String> =
            self.describe(topic)?.into_iter().filter_map(|(name, (value, own))| own.then_some((name, value))).collect();
        for difference in differences.iter().filter(|d| d.mend == Mend::Alter) {
            settings.insert(difference.what.to_owned(), difference.wanted.clone());
        }
        let mut change = AlterConfig::new(ResourceSpecifier::Topic(topic));
        for (name, value) in &settings {
            change = change.set(name, value);
        }
        let answer = self.runtime.block_on(self.client.alter_configs([&change], &self.options()));
        match answer.map_err(|e| self.failed(topic, "ALTER_CONFIGS", &e))?.pop() {
            Some(Err((_, code))) => Err(self.refused(topic, "ALTER_CONFIGS", code)),
            _ => self.shown(topic, "was altered but does not show it", || {
                let now = self.describe(topic)?;
                Ok(settings.iter().all(|(name, value)| now.get(name).is_some_and(|(shown, _)| shown == value)))
            }),
        }
    }

    /// Adds partitions up to a number.
    ///
    /// # Errors
    /// Why not.
    pub fn add_partitions(&self, topic: &str, partitions: usize) -> Result<(), StreamError> {
        let more = NewPartitions::new(topic, partitions);
        let answer = self.runtime.block_on(self.client.create_partitions([&more], &self.options()));
        match answer.map_err(|e| self.failed(topic, "ALTER", &e))?.pop() {
            Some(Err((_, code))) => Err(self.refused(topic, "ALTER", code)),
            _ => self.shown(topic, "got partitions but does not show them", || {
                Ok(self.connection.topic(topic)?.is_some_and(|layout| layout.partitions >= partitions))
            }),
        }
    }

    /// Deletes topics and the group that this process has made for itself.
    ///
    /// # Errors
    /// The brokers refuse, or do not answer.
    pub fn delete(&self, topics: &[&str], group: &str) -> Result<(), StreamError> {
        let answer = self.runtime.block_on(self.client.delete_topics(topics, &self.options()));
        for result in answer.map_err(|e| self.failed("temporary topics", "DELETE", &e))? {
            result.map_err(|(topic, code)| self.refused(&topic, "DELETE", code)).map(drop)?;
        }
        // A group that nobody joined does not exist; one that is left expires with its offsets.
        let _ = self.runtime.block_on(self.client.delete_groups(&[group], &self.options()));
        Ok(())
    }

    fn failed(&self, topic: &str, operation: &'static str, error: &KafkaError) -> StreamError {
        match code_of(error) {
            code if is_denied(code) => self.refused(topic, operation, code),
            _ => unavailable("an administrative request", self.timeout, error),
        }
    }

    fn refused(&self, topic: &str, operation: &'static str, code: RDKafkaErrorCode) -> StreamError {
        if is_denied(code) {
            return StreamError::DeniedTopic { topic: topic.to_owned(), operation, code };
        }
        StreamError::TopicRefused { topic: topic.to_owned(), operation, code }
    }
}

/// Gives the client its token. Trap: an `AdminClient` polls the queue of its own answers only, so librdkafka's request
/// for a token, which comes by the main queue, is never served. A command is over before the token is.
fn set_token(client: &AdminClient<ToolContext>, settings: &Settings) -> Result<(), StreamError> {
    let now = jiff::Timestamp::now().as_millisecond();
    oauth::read(settings.oauth_token_file.as_deref(), now)
        .map_err(|e| e.to_string())
        .and_then(|token| ffi::set_token(client.inner(), token))
        .map_err(|reason| StreamError::ClientFailed { action: "authenticating", reason })
}
