//! A topic read on from where a group stands, by one reader alone and to no other topic: for commands that copy records
//! out of Kafka.
//!
//! It joins no group: the partitions are its own because nobody else is told of them, and whoever calls must see to it
//! that no second one runs. Offsets are committed when the caller says that what came before them is safe, with the id
//! of the topic, as those of the worker are ([`super::identity`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use super::connection::Connection;
use super::consumer::{self, offsets_list};
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::ledger::Partition;
use super::process::Input;
use super::reader::{Range, Reader, ranges};
use super::settings::Settings;

/// How long a followed topic is asked whether it has more partitions now.
const MOMENT: Duration = Duration::from_secs(1);

/// A topic that is read on.
pub struct Tail {
    reader: Reader,
    topic: Arc<str>,
    id: Option<String>,
    timeout: Duration,
    heard: Instant,
    /// Partitions that are known, and when it was last asked for more.
    partitions: usize,
    asked: Instant,
    ask_every: Duration,
}

/// What a partition holds, and where the group stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// What it holds; `start` is where the group goes on.
    pub range: Range,
    /// Whether the group has been here before.
    pub known: bool,
    /// Offsets that were removed from the topic before the group came to them.
    pub expired: u64,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// A record.
    Record(Input),
    /// A partition is read to the end that it has now.
    End(i32),
    /// Nothing in the time given.
    Nothing,
}

impl Tail {
    /// Finds out where the group stands. Nothing is read before [`Tail::begin`].
    ///
    /// # Errors
    /// The topic is missing, or the brokers refuse or do not answer.
    pub fn open(
        settings: &Settings,
        topic: &str,
        group: &str,
        timeout: Duration,
    ) -> Result<(Self, Vec<Stand>), StreamError> {
        let connection = Connection::open(settings, timeout)?;
        let ranges = ranges(&connection, topic)?;
        let topic: Arc<str> = topic.into();
        let reader = Reader::of(settings, topic.clone(), group, timeout)?;
        let id = reader.topic_id();
        let now = Instant::now();
        let refresh =
            settings.consumer_config().get("topic.metadata.refresh.interval.ms").and_then(|ms| ms.parse().ok());
        let ask_every = Duration::from_millis(refresh.unwrap_or(15_000));
        let tail = Self { reader, topic, id, timeout, heard: now, partitions: ranges.len(), asked: now, ask_every };
        let stands = tail.stands(ranges)?;
        Ok((tail, stands))
    }

    fn stands(&self, ranges: Vec<Range>) -> Result<Vec<Stand>, StreamError> {
        let committed = self.reader.committed(&ranges, self.id.as_deref())?;
        let stand = |range: Range| {
            let known = committed.get(&range.partition).copied();
            // Behind the end: it was cut off, and what it holds now is new.
            let start = known.filter(|offset| (range.low..=range.end).contains(offset)).unwrap_or(range.low);
            let expired = known.map_or(0, |offset| u64::try_from(range.low - offset).unwrap_or(0));
            Stand { range: Range { start, ..range }, known: known.is_some(), expired }
        };
        Ok(ranges.into_iter().map(stand).collect())
    }

    /// Where the group stands in the partitions that the topic has got since; for most calls nothing, without a question. Trap:
    /// librdkafka notices new partitions for the members of a group alone, and here is none. Brokers that do not answer
    /// are asked again another time. What is new is read after another [`Tail::begin`] with all of them.
    ///
    /// # Errors
    /// The brokers refuse to tell the group's offsets, or do not answer.
    pub fn added(&mut self) -> Result<Vec<Stand>, StreamError> {
        if self.asked.elapsed() < self.ask_every {
            return Ok(Vec::new());
        }
        self.asked = Instant::now();
        let client = self.reader.client();
        let Ok(metadata) = client.fetch_metadata(Some(&self.topic), MOMENT) else { return Ok(Vec::new()) };
        let count = metadata.topics().first().map_or(0, |topic| topic.partitions().len());
        let range = |number: usize| {
            let partition = i32::try_from(number).ok()?;
            let (low, end) = client.fetch_watermarks(&self.topic, partition, MOMENT).ok()?;
            Some(Range { partition, low, start: low, end })
        };
        let ranges: Vec<Range> = (self.partitions..count).map_while(range).collect();
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let stands = self.stands(ranges)?;
        self.partitions += stands.len();
        Ok(stands)
    }

    /// The id of the topic, if the brokers know ids.
    pub fn topic_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Begins to read at these offsets.
    ///
    /// # Errors
    /// The client refuses.
    pub fn begin(&mut self, starts: &[(i32, i64)]) -> Result<(), StreamError> {
        let mut list = TopicPartitionList::with_capacity(starts.len());
        for (partition, offset) in starts {
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(*offset))?;
        }
        self.heard = Instant::now();
        Ok(self.reader.client().assign(&list)?)
    }

    /// Reads no more of a partition.
    ///
    /// # Errors
    /// The client refuses.
    pub fn leave(&self, partition: i32) -> Result<(), StreamError> {
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.topic, partition);
        Ok(self.reader.client().pause(&list)?)
    }

    /// What comes next. `waits`: silence is no trouble, because there may be nothing to read.
    ///
    /// # Errors
    /// The brokers refuse, or do not answer.
    pub fn next(&mut self, wait: Duration, waits: bool) -> Result<Next, StreamError> {
        let next = match self.reader.client().poll(wait) {
            Some(Ok(message)) => Next::Record(consumer::input(&message, &self.topic)),
            Some(Err(KafkaError::PartitionEOF(partition))) => Next::End(partition),
            Some(Err(error)) if is_denied(code_of(&error)) => {
                let topic = self.topic.to_string();
                return Err(StreamError::DeniedTopic { topic, operation: "READ", code: code_of(&error) });
            }
            Some(Err(_)) | None => {
                let since = if waits { Instant::now() } else { self.heard };
                self.reader.client().context().check("reading", since, self.timeout, "no record came")?;
                return Ok(Next::Nothing);
            }
        };
        self.heard = Instant::now();
        Ok(next)
    }

    /// Everything before this offset is safe.
    ///
    /// # Errors
    /// The brokers refuse, or do not answer.
    pub fn commit(&self, partition: i32, offset: i64) -> Result<(), StreamError> {
        let place = Partition { topic: self.topic.clone(), number: partition };
        let list = offsets_list(&[(place, offset)], self.id.as_deref())?;
        let started = Instant::now();
        loop {
            let Err(error) = self.reader.client().commit(&list, CommitMode::Sync) else { return Ok(()) };
            match code_of(&error) {
                code if is_denied(code) => return Err(StreamError::Denied { action: "committing offsets", code }),
                // Somebody has joined the group: whose offsets they are is no longer ours to say.
                RDKafkaErrorCode::UnknownMemberId | RDKafkaErrorCode::IllegalGeneration => {
                    return Err(StreamError::client_failed("committing offsets", &error));
                }
                _ => {}
            }
            std::thread::sleep(Duration::from_millis(200));
            self.reader.client().context().check("committing offsets", started, self.timeout, &error.to_string())?;
        }
    }
}
