//! Reading a topic without joining a group: the letters of the dead-letter topic, from given offsets to the end it has now.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use super::connection::{Connection, ToolContext, create};
use super::consumer;
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::identity;
use super::letters::{Assembled, Assembler};
use super::settings::Settings;

/// What is to be read of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The partition.
    pub partition: i32,
    /// First offset there is.
    pub low: i64,
    /// First offset to read.
    pub start: i64,
    /// Offset after the last one.
    pub end: i64,
}

/// Reads letters.
pub struct Reader {
    consumer: BaseConsumer<ToolContext>,
    topic: Arc<str>,
    timeout: Duration,
}

/// Everything that a topic holds now.
///
/// # Errors
/// The topic is missing, or the brokers do not answer.
pub fn ranges(connection: &Connection, topic: &str) -> Result<Vec<Range>, StreamError> {
    let layout = connection.topic(topic)?.ok_or_else(|| StreamError::TopicMissing(topic.to_owned()))?;
    let range = |partition: usize| {
        let partition = i32::try_from(partition).unwrap_or(i32::MAX);
        let (low, high) = connection.watermarks(topic, partition)?;
        Ok(Range { partition, low, start: low, end: high })
    };
    (0..layout.partitions).map(range).collect()
}

impl Reader {
    /// A reader of the dead-letter topic. It joins no group; `group` is the one whose offsets it may ask for and send.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn new(settings: &Settings, group: &str, timeout: Duration) -> Result<Self, StreamError> {
        Self::of(settings, settings.topics.dead.clone(), group, timeout)
    }

    /// A reader of any topic.
    ///
    /// # Errors
    /// The client cannot be made.
    pub(super) fn of(
        settings: &Settings,
        topic: Arc<str>,
        group: &str,
        timeout: Duration,
    ) -> Result<Self, StreamError> {
        let mut config = settings.tool_config();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("isolation.level", "read_committed")
            .set("auto.offset.reset", "earliest")
            .set("allow.auto.create.topics", "false")
            .set("enable.partition.eof", "true")
            .set("fetch.queue.backoff.ms", "10")
            .set("queued.max.messages.kbytes", "16384");
        let consumer = create(&config, "consumer", ToolContext::new(settings))?;
        Ok(Self { consumer, topic, timeout })
    }

    pub(super) fn client(&self) -> &BaseConsumer<ToolContext> {
        &self.consumer
    }

    /// The id of the topic, if the brokers know ids.
    pub(super) fn topic_id(&self) -> Option<String> {
        match identity::ask(self.consumer.client(), &self.topic, self.timeout) {
            identity::Answer::Id(id) => Some(id),
            _ => None,
        }
    }

    /// The offsets that the group has committed in the topic with this id: those of a topic that had its name before are
    /// worth nothing.
    ///
    /// # Errors
    /// The brokers refuse to tell, or do not answer.
    pub(super) fn committed(
        &self,
        ranges: &[Range],
        topic_id: Option<&str>,
    ) -> Result<BTreeMap<i32, i64>, StreamError> {
        let mut list = TopicPartitionList::with_capacity(ranges.len());
        for range in ranges {
            list.add_partition(&self.topic, range.partition);
        }
        let started = Instant::now();
        loop {
            let slice = Duration::from_secs(1).min(self.timeout);
            match self.consumer.committed_offsets(list.clone(), slice) {
                Ok(found) => {
                    let offset = |e: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| match e.offset() {
                        Offset::Offset(offset) if !identity::is_of_another(e.metadata(), topic_id) => {
                            Some((e.partition(), offset))
                        }
                        _ => None,
                    };
                    return Ok(found.elements().iter().filter_map(offset).collect());
                }
                Err(error) if is_denied(code_of(&error)) => {
                    return Err(StreamError::Denied { action: "reading the group's offsets", code: code_of(&error) });
                }
                Err(error) => {
                    let _events = self.consumer.poll(Duration::from_millis(50));
                    let reason = error.to_string();
                    self.consumer.context().check("reading offsets", started, self.timeout, &reason)?;
                }
            }
        }
    }

    /// Hands over every letter of the ranges, partition by partition in order, with the position that follows it, until
    /// `visit` breaks off. `idle` is asked while nothing comes, and may break off too.
    ///
    /// # Errors
    /// Those of `visit`, or the brokers stop answering.
    pub fn read(
        &self,
        ranges: &[Range],
        mut visit: impl FnMut(Assembled, i32, i64) -> Result<ControlFlow<()>, StreamError>,
        idle: impl Fn() -> bool,
    ) -> Result<(), StreamError> {
        let mut list = TopicPartitionList::with_capacity(ranges.len());
        let mut open: BTreeMap<i32, (Assembler, i64)> = BTreeMap::new();
        for range in ranges.iter().filter(|r| r.start < r.end) {
            list.add_partition_offset(&self.topic, range.partition, Offset::Offset(range.start))?;
            open.insert(range.partition, (Assembler::default(), range.end));
        }
        if open.is_empty() {
            return Ok(());
        }
        self.consumer.assign(&list)?;
        let mut last = Instant::now();
        while !open.is_empty() {
            let (partition, ended) = match self.consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let input = consumer::input(&message, &self.topic);
                    let Some((assembler, end)) = open.get_mut(&input.partition) else { continue };
                    let (partition, next) = (input.partition, input.offset + 1);
                    if input.offset < *end || assembler.is_waiting() {
                        assembler.push(input);
                    }
                    (partition, next >= *end && !assembler.is_waiting())
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => (partition, true),
                Some(Err(error)) if is_denied(code_of(&error)) => {
                    let topic = self.topic.to_string();
                    return Err(StreamError::DeniedTopic { topic, operation: "READ", code: code_of(&error) });
                }
                Some(Err(_)) | None => {
                    if idle() {
                        break;
                    }
                    self.consumer.context().check("reading", last, self.timeout, "no record came")?;
                    continue;
                }
            };
            last = Instant::now();
            let Some((assembler, _)) = open.get_mut(&partition) else { continue };
            if ended {
                assembler.finish();
            }
            while let Some(letter) = assembler.next() {
                if visit(letter, partition, assembler.resume_at())?.is_break() {
                    return Ok(());
                }
            }
            if ended {
                open.remove(&partition);
                let mut done = TopicPartitionList::new();
                done.add_partition(&self.topic, partition);
                self.consumer.pause(&done)?;
            }
        }
        Ok(())
    }
}
