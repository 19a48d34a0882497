//! The linker as the stream sees it: a `link.article/1` in, the changed events, links and state out.
//!
//! State lives here, one linker per partition, and in the changelog, in the transaction of the records that it belongs
//! to. It is found again there whenever a partition is assigned: what a linker had then may be ahead of what was
//! committed. A step is final in memory once its records are made; they stay with the stream, which sends the same ones
//! again when a transaction fails. What does not become records (a panic, a record too large) is taken back.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::recent::Living;
use crate::config::TopicsConfig;
use crate::link::{self, Changes, Linker, Model};
use crate::record::LinkArticle;
use crate::stream::{
    Changelog, Header, Input, OutputRecord, Process, ProcessFactory, Processed, Rejection, Restored, Settings, Stage,
    StreamError,
};
use crate::telemetry::Metrics;

/// Entry of the changelog that says how far the input was applied; no linker's key begins like this.
const PROGRESS: &str = "~offset";

/// Where the linker's records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkTopics {
    /// `event.canonical/1`.
    pub(crate) canonical: Arc<str>,
    /// `report.link/1`.
    pub(crate) links: Arc<str>,
    /// The changelog.
    pub(crate) state: Arc<str>,
    /// `event.article/1` of the reading role, where events end that no article tells of any more.
    pub(crate) events: Arc<str>,
}

impl LinkTopics {
    /// Those of a configuration.
    pub(crate) fn of(config: &TopicsConfig) -> Self {
        let TopicsConfig { canonical, links, link_state, events, .. } = config;
        let [canonical, links, state, events] = [canonical, links, link_state, events].map(|name| name.as_str().into());
        Self { canonical, links, state, events }
    }

    /// All of them.
    pub(crate) fn outputs(&self) -> Vec<Arc<str>> {
        [&self.canonical, &self.links, &self.state, &self.events].map(Arc::clone).to_vec()
    }
}

/// How far the input was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// The offset after the last article applied.
    next: i64,
}

/// Why a partition's state cannot be used.
#[derive(Debug, thiserror::Error)]
enum StateError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(
        "the state of {input}[{partition}] is gone: topic {state} is empty, but the group has read up to offset {committed}; \
         bring the topic back, or link anew: delete topics.canonical, topics.links and topics.link_state, create them \
         again, and move the group's offsets to the beginning"
    )]
    Lost { input: Arc<str>, state: Arc<str>, partition: i32, committed: i64 },
    #[error("the state of partition {0} was in use by a thread that is gone; starting again is safe")]
    Forsaken(i32),
}

impl From<StateError> for StreamError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Stream(error) => error,
            StateError::Lost { .. } => Self::Halted(error.to_string()),
            StateError::Forsaken(_) => Self::Panicked(error.to_string()),
        }
    }
}

/// Links articles, on the one thread of its stream.
struct Link {
    model: Model,
    settings: link::Settings,
    topics: LinkTopics,
    changelog: Changelog,
    output_bytes: usize,
    metrics: Metrics,
    living: Arc<Living>,
    linkers: BTreeMap<i32, Partition>,
    /// The assignment that each partition's records belong to now.
    assignments: BTreeMap<i32, u64>,
    used: Arc<Used>,
}

/// A partition's linker, and the assignment that it was restored for.
struct Partition {
    assignment: u64,
    linker: Linker,
}

/// Assignments for which some processor has restored state: of two, the second would not see what the first has made
/// and nobody committed yet.
#[derive(Debug, Default)]
struct Used(Mutex<BTreeMap<i32, u64>>);

/// Makes linkers. There is one at a time: the stream is ordered.
pub(crate) fn factory(
    model: &Model,
    settings: &link::Settings,
    stream: &Settings,
    topics: &LinkTopics,
    metrics: &Metrics,
    living: Arc<Living>,
) -> ProcessFactory {
    let (model, settings, topics, metrics) = (model.clone(), settings.clone(), topics.clone(), metrics.clone());
    let changelog = Changelog::new(stream, topics.state.clone());
    let (output_bytes, used) = (stream.output_bytes, Arc::new(Used::default()));
    Arc::new(move || {
        Box::new(Link {
            model: model.clone(),
            settings: settings.clone(),
            topics: topics.clone(),
            changelog: changelog.clone(),
            output_bytes,
            metrics: metrics.clone(),
            living: Arc::clone(&living),
            linkers: BTreeMap::new(),
            assignments: BTreeMap::new(),
            used: Arc::clone(&used),
        })
    })
}

impl Process for Link {
    fn follow(&mut self, partition: i32, assignment: u64) {
        self.assignments.insert(partition, assignment);
    }

    fn process(&mut self, input: &Input, _stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
        if let Err(error) = self.restore(input) {
            return Ok(Processed::Halt(Box::new(error.into())));
        }
        let Some(Partition { linker, .. }) = self.linkers.get_mut(&input.partition) else {
            return Ok(Processed::Halt(Box::new(StateError::Forsaken(input.partition).into())));
        };
        let attempt = catch_unwind(AssertUnwindSafe(|| apply(linker, input)));
        let attempt = attempt.unwrap_or_else(|_| Err(Rejection::fault(Stage::Link, "panic", "linking panicked")));
        let step = attempt.and_then(|changes| {
            let records = records(&changes, input, &self.topics)
                .map_err(|e| Rejection::fault(Stage::Link, "not_json", e.to_string()))?;
            match records.iter().find(|r| r.wire_size() > self.output_bytes) {
                None => Ok((changes, records)),
                Some(record) => {
                    let (topic, bytes, limit) = (&record.topic, record.wire_size(), self.output_bytes);
                    let message = format!("a record for {topic} has {bytes} bytes, {limit} are allowed");
                    Err(Rejection::fault(Stage::Link, "output_too_large", message))
                }
            }
        });
        match step {
            Ok((changes, records)) => {
                linker.commit();
                self.metrics.link.outcomes.with_label_values(&[changes.outcome.kind()]).inc();
                changes.canonical.iter().filter_map(|(_, event)| event.as_ref()).for_each(|e| self.living.add(e));
                let (articles, events, keys) = linker.sizes();
                self.metrics.link.show(input.partition, articles, events, keys);
                Ok(Processed::Records(records))
            }
            Err(rejection) => {
                linker.rollback();
                Err(rejection)
            }
        }
    }
}

impl Link {
    /// Finds the state of the input's partition again if it is assigned anew.
    fn restore(&mut self, input: &Input) -> Result<(), StateError> {
        let partition = input.partition;
        let assignment = self.assignments.get(&partition).copied().unwrap_or_default();
        if self.linkers.get(&partition).is_some_and(|p| p.assignment == assignment) {
            return Ok(());
        }
        self.linkers.remove(&partition);
        let before = self.used.0.lock().unwrap_or_else(PoisonError::into_inner).insert(partition, assignment);
        if before == Some(assignment) {
            return Err(StateError::Forsaken(partition));
        }
        let started = Instant::now();
        let mut linker = Linker::new(self.model.clone(), self.settings.clone());
        let mut progress: Option<Progress> = None;
        let Restored { entries, committed } = self.changelog.restore(partition, |key, value| {
            let damaged = |e: &dyn std::fmt::Display| {
                StreamError::Halted(format!("the state of partition {partition} cannot be read: {e}"))
            };
            let key = std::str::from_utf8(key).map_err(|e| damaged(&e))?;
            if key == PROGRESS {
                progress = value.map(serde_json::from_slice).transpose().map_err(|e| damaged(&e))?;
                return Ok(());
            }
            linker.restore(key, value).map_err(|e| damaged(&e))
        })?;
        linker.commit();
        let next = progress.map(|p| p.next);
        match (next, committed) {
            (None, Some(committed)) if committed > 0 => {
                let (input, state) = (input.topic.clone(), self.topics.state.clone());
                return Err(StateError::Lost { input, state, partition, committed });
            }
            // Dead letters, and what an operator passes over or reads again: articles that are known change nothing.
            (Some(next), Some(committed)) if next != committed => {
                tracing::info!(partition, next, committed, "the group's offset is not where the state ends");
            }
            _ => {}
        }
        let (articles, events, keys) = linker.sizes();
        let seconds = started.elapsed().as_secs_f64();
        self.metrics.link.restored(entries, seconds);
        self.metrics.link.show(partition, articles, events, keys);
        tracing::info!(partition, entries, articles, events, seconds, "the state is restored");
        self.linkers.insert(partition, Partition { assignment, linker });
        Ok(())
    }
}

fn apply(linker: &mut Linker, input: &Input) -> Result<Changes, Rejection> {
    let received = input.timestamp.map(|millis| millis.div_euclid(1000));
    let Some(value) = &input.value else {
        let key = input.key.as_deref().and_then(|key| std::str::from_utf8(key).ok());
        let id = key.ok_or_else(|| Rejection::fault(Stage::Read, "no_key", "a tombstone without a readable key"))?;
        return Ok(linker.apply(link::Input::Tombstone(id), received));
    };
    let article: LinkArticle =
        serde_json::from_slice(value).map_err(|e| Rejection::fault(Stage::Read, "bad_record", e.to_string()))?;
    if article.schema != "link.article/1" {
        let message = format!("its schema is {:?}, not link.article/1", article.schema);
        return Err(Rejection::fault(Stage::Read, "bad_record", message));
    }
    Ok(linker.apply(link::Input::Article(&article), received))
}

/// The records of a step, all in the partition of its input but for those of the reading role's topic.
fn records(changes: &Changes, input: &Input, topics: &LinkTopics) -> Result<Vec<OutputRecord>, serde_json::Error> {
    let record = |topic: &Arc<str>, key: &str, value: Option<Vec<u8>>, headers: Vec<Header>| OutputRecord {
        topic: topic.clone(),
        partition: Some(input.partition),
        key: Some(key.as_bytes().to_vec()),
        value,
        headers,
    };
    let mut records = Vec::with_capacity(
        changes.canonical.len() + changes.links.len() + changes.withdrawn.len() + changes.state.len() + 1,
    );
    for (key, event) in &changes.canonical {
        let headers = event.as_ref().map_or_else(Vec::new, |event| {
            vec![
                Header::new("content-type", "application/json"),
                Header::new("schema", &event.schema),
                Header::new("dateline.change", event.change.kinds.join(",")),
                Header::new("dateline.revision", event.revision.to_string()),
            ]
        });
        let value = event.as_ref().map(serde_json::to_vec).transpose()?;
        records.push(record(&topics.canonical, key, value, headers));
    }
    for (key, link) in &changes.links {
        let value = link.as_ref().map(serde_json::to_vec).transpose()?;
        let headers = vec![Header::new("content-type", "application/json"), Header::new("schema", "report.link/1")];
        let headers = if value.is_some() { headers } else { Vec::new() };
        records.push(record(&topics.links, key, value, headers));
    }
    for key in &changes.withdrawn {
        let tombstone = record(&topics.events, key, None, Vec::new());
        records.push(OutputRecord { partition: None, ..tombstone });
    }
    for (key, value) in &changes.state {
        records.push(record(&topics.state, key, value.clone(), Vec::new()));
    }
    let progress = serde_json::to_vec(&Progress { next: input.offset + 1 })?;
    records.push(record(&topics.state, PROGRESS, Some(progress), Vec::new()));
    Ok(records)
}
