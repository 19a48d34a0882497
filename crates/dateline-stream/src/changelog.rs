//! Finding state again: the changelog of a partition, read back from its beginning.
//!
//! A process that keeps state ([`super::Settings::ordered`]) writes every change of it to a compacted topic, in the
//! transaction that holds the records it made and the offset, into the partition that has the number of the input's.
//! So the last values there are the state as of the group's offset. Two things must have ended before they are read:
//! the commit of the offset, for which brokers make a reader wait, and the transaction in the changelog itself, whose
//! end reaches each partition on its own. Nothing open is what the end of committed records says if it is the end of
//! all records; the offset of the last record says nothing, because the markers of transactions take offsets, too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};

use super::connection::{ToolContext, create, unavailable};
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::reader::{Range, Reader};
use super::settings::Settings;

/// Longest wait for an answer before the client's events are looked at.
const SLICE: Duration = Duration::from_secs(1);

/// The changelog of the state that belongs to an input topic.
#[derive(Debug, Clone)]
pub struct Changelog {
    settings: Settings,
    topic: Arc<str>,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Entries read, tombstones and former values of a key included.
    pub entries: u64,
    /// The offset that the group has committed in the input's partition.
    pub committed: Option<i64>,
}

impl Changelog {
    /// The changelog in this topic.
    pub fn new(settings: &Settings, topic: Arc<str>) -> Self {
        Self { settings: settings.clone(), topic }
    }

    /// Hands over every entry of a partition, in order.
    ///
    /// # Errors
    /// Those of `visit`, or the brokers refuse or do not answer for as long as the worker has patience with them.
    pub fn restore(
        &self,
        partition: i32,
        mut visit: impl FnMut(&[u8], Option<&[u8]>) -> Result<(), StreamError>,
    ) -> Result<Restored, StreamError> {
        let patience = self.settings.broker_patience;
        let input = Reader::of(&self.settings, self.settings.topics.input.clone(), &self.settings.group, patience)?;
        let range = Range { partition, low: 0, start: 0, end: 0 };
        let committed = input.committed(&[range], input.topic_id().as_deref())?.get(&partition).copied();
        let reader = Reader::of(&self.settings, self.topic.clone(), &self.settings.group, patience)?;
        self.settle(reader.client(), partition)?;
        let entries = self.read(reader.client(), partition, &mut visit)?;
        Ok(Restored { entries, committed })
    }

    /// Waits until no transaction is open in the partition.
    fn settle(&self, committed: &BaseConsumer<ToolContext>, partition: i32) -> Result<(), StreamError> {
        let mut config = self.settings.tool_config();
        config.set("isolation.level", "read_uncommitted").set("allow.auto.create.topics", "false");
        let all: BaseConsumer<ToolContext> = create(&config, "consumer", ToolContext::new(&self.settings))?;
        let started = Instant::now();
        loop {
            let ends = [&all, committed].map(|c| c.fetch_watermarks(&self.topic, partition, SLICE).map(|(_, end)| end));
            let reason = match ends {
                [Ok(all), Ok(committed)] if all == committed => return Ok(()),
                [Ok(_), Ok(_)] => "a transaction is open in the changelog".to_owned(),
                [Err(error), _] | [_, Err(error)] if is_denied(code_of(&error)) => return Err(self.denied(&error)),
                [Err(error), _] | [_, Err(error)] => error.to_string(),
            };
            for client in [&all, committed] {
                let _events = client.poll(Duration::from_millis(20));
            }
            all.context().check("reading the changelog", started, self.settings.broker_patience, &reason)?;
        }
    }

    fn read(
        &self,
        consumer: &BaseConsumer<ToolContext>,
        partition: i32,
        visit: &mut impl FnMut(&[u8], Option<&[u8]>) -> Result<(), StreamError>,
    ) -> Result<u64, StreamError> {
        let mut list = TopicPartitionList::with_capacity(1);
        list.add_partition_offset(&self.topic, partition, Offset::Beginning)?;
        consumer.assign(&list)?;
        let (mut entries, mut last) = (0, Instant::now());
        loop {
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    visit(message.key().unwrap_or_default(), message.payload())?;
                    entries += 1;
                    last = Instant::now();
                }
                Some(Err(KafkaError::PartitionEOF(_))) => return Ok(entries),
                Some(Err(error)) if is_denied(code_of(&error)) => return Err(self.denied(&error)),
                other => {
                    let patience = self.settings.broker_patience;
                    if let Some(Err(error)) = &other
                        && last.elapsed() >= patience
                    {
                        return Err(unavailable("reading the changelog", patience, error));
                    }
                    consumer.context().check("reading the changelog", last, patience, "no record came")?;
                }
            }
        }
    }

    fn denied(&self, error: &KafkaError) -> StreamError {
        StreamError::DeniedTopic { topic: self.topic.to_string(), operation: "READ", code: code_of(error) }
    }
}
