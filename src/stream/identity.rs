//! Which topic it is that has this name.
//!
//! A topic that is deleted and created anew keeps its name, and offsets are committed by name: what was read from the
//! old one would move the group in the new one, past articles that nobody has read. librdkafka (2.12.1) notices the new
//! id and reads on at the old offset (a FIXME in `rdkafka_topic.c`). So the worker remembers the id under which it reads,
//! asks for it again before it commits, and writes it into the metadata of the offsets, where whoever reads on finds it:
//! an offset of another topic is worth nothing. The metadata closes the moment between question and commit.
//!
//! Brokers before 2.8 know no topic ids; then nothing is checked and nothing written.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::bindings as native;
use rdkafka::client::{Client, ClientContext};
use rdkafka::types::RDKafkaRespErr;
use tracing::debug;

/// An answer is believed for so long: a commit every few milliseconds need not ask every time.
const FRESH: Duration = Duration::from_millis(200);
/// Wait for an answer. Without one the commit goes on: the metadata of its offsets says to which topic they belong.
const PATIENCE: Duration = Duration::from_millis(500);
/// What stands before the id in the metadata of an offset.
const LABEL: &str = "topic-id=";

/// What the brokers say of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Id(String),
    /// There is such a topic; these brokers know no ids.
    NoIds,
    Missing,
    /// Cannot be told now.
    Unknown(String),
}

/// The topic that is read, as it was when reading began.
pub(super) struct Identity {
    topic: Arc<str>,
    known: RefCell<Option<String>>,
    /// The brokers know no ids.
    without: Cell<bool>,
    /// The id of the topic that has taken its place.
    successor: RefCell<Option<String>>,
    asked: Cell<Option<Instant>>,
    missing: Cell<Option<Instant>>,
}

impl Identity {
    pub(super) fn new(topic: Arc<str>) -> Self {
        let (known, successor) = (RefCell::default(), RefCell::default());
        Self { topic, known, without: Cell::new(false), successor, asked: Cell::new(None), missing: Cell::new(None) }
    }

    /// Asks now, and remembers what it is told first.
    pub(super) fn learn<C: ClientContext>(&self, client: &Client<C>, timeout: Duration) -> Answer {
        let answer = ask(client, &self.topic, timeout);
        match &answer {
            Answer::Id(id) => {
                self.known.borrow_mut().get_or_insert_with(|| id.clone());
            }
            Answer::NoIds => self.without.set(true),
            Answer::Missing | Answer::Unknown(_) => {}
        }
        answer
    }

    /// Asks, unless it was asked a moment ago, whether the topic is still the one that was learnt.
    pub(super) fn holds<C: ClientContext>(&self, client: &Client<C>) -> bool {
        if self.successor.borrow().is_some() {
            return false;
        }
        if self.without.get() || self.known.borrow().is_none() {
            return true;
        }
        let now = Instant::now();
        if self.asked.get().is_some_and(|asked| now.duration_since(asked) < FRESH) {
            return true;
        }
        let answer = self.learn(client, PATIENCE);
        self.asked.set(Some(Instant::now()));
        self.missing.set(match &answer {
            Answer::Missing => self.missing.get().or(Some(now)),
            _ => None,
        });
        match answer {
            Answer::Id(id) if self.known().is_some_and(|known| known != id) => {
                *self.successor.borrow_mut() = Some(id);
                false
            }
            Answer::Unknown(reason) => {
                debug!("the id of topic {} cannot be told now: {reason}", self.topic);
                true
            }
            _ => true,
        }
    }

    /// Whether the id has not been told yet, and may be.
    pub(super) fn is_untold(&self) -> bool {
        !self.without.get() && self.known.borrow().is_none()
    }

    pub(super) fn known(&self) -> Option<String> {
        self.known.borrow().clone()
    }

    /// The id of the topic that has taken the place of the known one.
    pub(super) fn successor(&self) -> Option<String> {
        self.successor.borrow().clone()
    }

    /// For how long there has been no such topic.
    pub(super) fn missing_for(&self) -> Duration {
        self.missing.get().map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// The metadata of an offset in the topic with this id.
pub(super) fn label(id: &str) -> String {
    format!("{LABEL}{id}")
}

/// The topic id that the metadata of an offset names.
pub(super) fn labelled(metadata: &str) -> Option<&str> {
    metadata.strip_prefix(LABEL)
}

/// Whether an offset with this metadata belongs to another topic than the one with this id.
pub(super) fn is_of_another(metadata: &str, id: Option<&str>) -> bool {
    id.is_some() && labelled(metadata).is_some_and(|labelled| Some(labelled) != id)
}

/// Asks the brokers for the id of a topic. rdkafka has no such call.
#[allow(unsafe_code)]
pub(super) fn ask<C: ClientContext>(client: &Client<C>, topic: &str, timeout: Duration) -> Answer {
    let Ok(name) = CString::new(topic) else { return Answer::Missing };
    let millis = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX).max(1);
    let mut names = [name.as_ptr()];
    let mut error = [0; 256];
    // SAFETY: the client lives longer than the call; names, options and queue live until they are destroyed below, and
    // librdkafka copies what it keeps of them; the buffer is as long as it says. A result that comes after the wait finds
    // the queue gone and is freed. What `read` is given lives as long as the event, which is destroyed after it.
    unsafe {
        let rk = client.native_ptr();
        let queue = native::rd_kafka_queue_new(rk);
        let topics = native::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len());
        let options =
            native::rd_kafka_AdminOptions_new(rk, native::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
        native::rd_kafka_AdminOptions_set_request_timeout(options, millis, error.as_mut_ptr(), error.len());
        native::rd_kafka_DescribeTopics(rk, topics, options, queue);
        let event = native::rd_kafka_queue_poll(queue, millis);
        let answer = read(event);
        if !event.is_null() {
            native::rd_kafka_event_destroy(event);
        }
        native::rd_kafka_AdminOptions_destroy(options);
        native::rd_kafka_TopicCollection_destroy(topics);
        native::rd_kafka_queue_destroy(queue);
        answer
    }
}

/// Reads the answer to a question about one topic.
///
/// # Safety
/// The event is null, or one that answers `rd_kafka_DescribeTopics` and not destroyed.
#[allow(unsafe_code)]
unsafe fn read(event: *mut native::rd_kafka_event_t) -> Answer {
    if event.is_null() {
        return Answer::Unknown("no answer".into());
    }
    // SAFETY: the caller's; every pointer read below belongs to the event, is checked for null where librdkafka may
    // return it, and strings are null-terminated and copied.
    unsafe {
        let code = native::rd_kafka_event_error(event);
        if code != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
            return Answer::Unknown(format!("{code:?}"));
        }
        let result = native::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return Answer::Unknown("not the answer to the question".into());
        }
        let mut count = 0;
        let topics = native::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        if topics.is_null() || count != 1 {
            return Answer::Unknown(format!("{count} topics"));
        }
        let topic = *topics;
        match native::rd_kafka_error_code(native::rd_kafka_TopicDescription_error(topic)) {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR => {}
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART => return Answer::Missing,
            code => return Answer::Unknown(format!("{code:?}")),
        }
        let id = native::rd_kafka_TopicDescription_topic_id(topic);
        let zero = id.is_null()
            || (native::rd_kafka_Uuid_most_significant_bits(id) == 0
                && native::rd_kafka_Uuid_least_significant_bits(id) == 0);
        if zero {
            return Answer::NoIds;
        }
        let text = native::rd_kafka_Uuid_base64str(id);
        if text.is_null() {
            return Answer::Unknown("an id that is none".into());
        }
        Answer::Id(CStr::from_ptr(text).to_string_lossy().into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_metadata_names_a_topic() {
        assert_eq!(labelled(&label("WqX3")), Some("WqX3"));
        for metadata in ["", "topic", "reset by hand"] {
            assert_eq!(labelled(metadata), None);
            assert!(!is_of_another(metadata, Some("WqX3")), "offsets that an operator set are good");
        }
        assert!(is_of_another(&label("WqX3"), Some("b0rN")));
        assert!(!is_of_another(&label("WqX3"), Some("WqX3")) && !is_of_another(&label("WqX3"), None));
    }
}
