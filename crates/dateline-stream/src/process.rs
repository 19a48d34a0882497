//! The seam between the stream and the enrichment: what goes in, what comes out, what is rejected.
//!
//! The stream knows nothing of news and the enrichment nothing of Kafka; both know these types.

use std::sync::Arc;

use super::error::StreamError;

/// A record as consumed. Bytes are kept exactly as received: a dead letter must give them back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Topic.
    pub topic: Arc<str>,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// Broker or producer time in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// Key.
    pub key: Option<Vec<u8>>,
    /// Value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Headers in order, repeated names included.
    pub headers: Vec<Header>,
}

/// A record header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Name.
    pub name: String,
    /// Value; null and empty differ.
    pub value: Option<Vec<u8>>,
}

impl Header {
    /// A header with a text value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Some(value.into().into_bytes()) }
    }
}

/// A record to produce. Without a timestamp, on purpose: the broker or client sets the current time. Trap: the time an
/// article was published must not go there, because retention works on record timestamps and would delete records
/// about old articles at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRecord {
    /// Topic.
    pub topic: Arc<str>,
    /// Partition; none: by the key.
    pub partition: Option<i32>,
    /// Key.
    pub key: Option<Vec<u8>>,
    /// Value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Headers in order.
    pub headers: Vec<Header>,
}

fn size(key: Option<&Vec<u8>>, value: Option<&Vec<u8>>, headers: &[Header]) -> usize {
    let header = |h: &Header| h.name.len() + h.value.as_ref().map_or(0, Vec::len);
    key.map_or(0, Vec::len) + value.map_or(0, Vec::len) + headers.iter().map(header).sum::<usize>()
}

impl Input {
    /// Bytes of key, value and headers.
    pub fn size(&self) -> usize {
        size(self.key.as_ref(), self.value.as_ref(), &self.headers)
    }

    /// Value of the last header of that name (last wins, as in Kafka's own `lastHeader`).
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().rev().find(|h| h.name == name)?.value.as_deref()
    }
}

impl OutputRecord {
    /// Bytes of key, value and headers.
    pub fn size(&self) -> usize {
        size(self.key.as_ref(), self.value.as_ref(), &self.headers)
    }

    /// Upper bound of what librdkafka counts against `message.max.bytes`: record framing (at most 36 bytes, message
    /// format 2) and two varints per header come on top of the payload.
    pub fn wire_size(&self) -> usize {
        self.size() + 64 + 10 * self.headers.len()
    }
}

/// Where an article failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Turning bytes into an article.
    Read,
    /// Enriching.
    Enrich,
    /// Linking.
    Link,
    /// Writing the outputs.
    Produce,
    /// The process as a whole.
    Worker,
}

impl Stage {
    /// Stable name for headers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Enrich => "enrich",
            Self::Link => "link",
            Self::Produce => "produce",
            Self::Worker => "worker",
        }
    }
}

/// Why an article is not published. Only its own content may be a reason, never the state of a broker or of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Where it failed.
    pub stage: Stage,
    /// Stable name of the reason, from a closed list (it becomes a metric label).
    pub reason: &'static str,
    /// For people; may quote the article.
    pub message: String,
    /// Whether the article is bad. One that is sound but not ours to read, such as one in another language, is not: it
    /// says nothing about its producer, and settings choose whether it is kept as a dead letter or skipped.
    pub fault: bool,
}

impl Rejection {
    /// Of a bad article.
    pub fn fault(stage: Stage, reason: &'static str, message: impl Into<String>) -> Self {
        Self { stage, reason, message: message.into(), fault: true }
    }

    /// Of an article that is not ours to read.
    pub fn foreign(stage: Stage, reason: &'static str, message: impl Into<String>) -> Self {
        Self { stage, reason, message: message.into(), fault: false }
    }
}

/// What is made of a record that is not bad.
#[derive(Debug)]
pub enum Processed {
    /// The records to publish.
    Records(Vec<OutputRecord>),
    /// Nothing is made of it, on purpose.
    Skipped {
        /// Why: a stable name from a closed list (it becomes a metric label).
        reason: &'static str,
        /// What others must know of it all the same, to be published.
        records: Vec<OutputRecord>,
    },
    /// Nothing can be made of any record: the worker ends, with this error. Its kind decides on the exit code, and that
    /// on whether a supervisor starts the worker again.
    Halt(Box<StreamError>),
}

/// Makes records of records, on one thread.
pub trait Process {
    /// Says which assignment of its partition the next record belongs to, by a number that is never used again. What a
    /// processor remembers of a partition holds no longer where that number changes: the records before may have been
    /// committed or not, and by whom is open.
    fn follow(&mut self, _partition: i32, _assignment: u64) {}

    /// Turns a record into the records to publish, all or nothing, or skips it on purpose.
    ///
    /// `stop` turns true when the article has used up its time: check it between steps and reject the article.
    /// A panic counts as a rejection; the processor is then thrown away and made anew.
    ///
    /// # Errors
    /// The article is not published and goes to the dead-letter topic.
    fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Processed, Rejection>;
}

/// Makes one processor per thread, on that thread.
pub type ProcessFactory = Arc<dyn Fn() -> Box<dyn Process> + Send + Sync>;
