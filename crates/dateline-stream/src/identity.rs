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
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::client::{Client, ClientContext};
use rdkafka::error::RDKafkaErrorCode;
use tracing::debug;

use super::ffi;

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

/// Asks the brokers for the id of a topic.
pub(super) fn ask<C: ClientContext>(client: &Client<C>, topic: &str, timeout: Duration) -> Answer {
    match ffi::topic_id(client, topic, timeout) {
        Ok(Some(id)) => Answer::Id(id),
        Ok(None) => Answer::NoIds,
        Err(RDKafkaErrorCode::UnknownTopicOrPartition) => Answer::Missing,
        Err(code) => Answer::Unknown(code.to_string()),
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
