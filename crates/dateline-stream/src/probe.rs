//! Would a worker of these settings come up? Tried against the brokers, one thing after the other, without leaving a
//! trace: nothing is written, no group is joined, no worker is fenced.
//!
//! What cannot be told that way is said to be so: the right to write shows only by writing.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, Producer as _};
use rdkafka::{Offset, TopicPartitionList};

use super::admin::Admin;
use super::connection::{ToolContext, create};
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::reader::{Range, Reader};
use super::settings::{Delivery, Settings};
use super::topics::Found;

/// Least time left for a step, however late it is.
const LEAST: Duration = Duration::from_secs(1);

/// How one thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// As it should be.
    Ok(String),
    /// Works, but could be better.
    Warning(String),
    /// Cannot be told without doing harm.
    Skipped(String),
    /// Does not work; with the remedy.
    Failed(String),
}

/// Tries everything within the time given. `report` hears what was tried and how it is, as it comes.
///
/// # Errors
/// There is no connection at all, so that nothing else could be tried.
pub fn probe(
    settings: &Settings,
    timeout: Duration,
    mut report: impl FnMut(String, Finding),
) -> Result<(), StreamError> {
    let until = Instant::now() + timeout;
    let left = || until.saturating_duration_since(Instant::now()).max(LEAST);
    let admin = Admin::open(settings, timeout)?;
    let protocol = settings.common.0.get("security.protocol").map_or("plaintext", String::as_str);
    let mechanism = settings.common.0.get("sasl.mechanisms").filter(|_| protocol.starts_with("sasl"));
    let mechanism = mechanism.map(|m| format!(" with {m}")).unwrap_or_default();
    report("brokers".into(), Finding::Ok(format!("{} over {protocol}{mechanism}", admin.connection().brokers())));

    let topics = &settings.topics;
    let input = topic(&admin, settings, &topics.input, None, &mut report);
    let input_bytes = input.as_ref().and_then(message_bytes);
    let mut changelog = None;
    for name in topics.written() {
        let found = topic(&admin, settings, name, input_bytes, &mut report);
        changelog = changelog.or(found.filter(|_| settings.changelog.as_ref() == Some(name)));
    }
    let read = [(Some(&topics.input), &input), (settings.changelog.as_ref(), &changelog)];
    for (name, found) in read.into_iter().filter_map(|(name, found)| Some((name?, found.as_ref()?))) {
        report(format!("reading {name}"), reading(settings, name, found, left()));
    }
    if let Some(found) = &input {
        report(format!("group {}", settings.group), group(settings, found, left()));
    }
    if let Delivery::ExactlyOnce { transactional_id } = &settings.delivery {
        report(format!("transactional id {transactional_id}"), transactions(settings, transactional_id, left()));
    }
    Ok(())
}

fn failed(error: &StreamError) -> Finding {
    Finding::Failed(error.to_string())
}

fn message_bytes(found: &Found) -> Option<usize> {
    found.settings.as_ref()?.get("max.message.bytes")?.parse().ok()
}

/// A topic: there, led, and large enough. `input_bytes`: the input's limit, for topics that are written.
fn topic(
    admin: &Admin,
    settings: &Settings,
    name: &str,
    input_bytes: Option<usize>,
    report: &mut impl FnMut(String, Finding),
) -> Option<Found> {
    let (what, is_input) = (format!("topic {name}"), name == &*settings.topics.input);
    let (layout, found) = match admin.connection().topic(name).and_then(|l| Ok((l, admin.find(name)?))) {
        Ok((Some(layout), Some(found))) => (layout, found),
        Ok(_) => {
            report(what, Finding::Failed("does not exist; create it: dateline topics apply".into()));
            return None;
        }
        Err(error) => {
            report(what, failed(&error));
            return None;
        }
    };
    let size = format!("{} partitions, replication factor {}", layout.partitions, layout.replication);
    let finding = match message_bytes(&found) {
        _ if layout.leaderless > 0 => {
            let (none, all) = (layout.leaderless, layout.partitions);
            Finding::Failed(format!("{none} of {all} partitions have no leader; look at the brokers"))
        }
        None => Finding::Warning(format!("{size}; its settings may not be read (DESCRIBE_CONFIGS is not granted)")),
        Some(bytes) if !is_input && bytes < settings.output_bytes => Finding::Failed(format!(
            "max.message.bytes is {bytes}, records have up to {} (limits.output_bytes); dateline topics apply --alter",
            settings.output_bytes
        )),
        Some(bytes) if name == &*settings.topics.dead && input_bytes.is_some_and(|input| bytes <= input) => {
            Finding::Warning(format!(
                "max.message.bytes is {bytes}, not above the input's: the largest letters are cut into pieces; \
                 dateline topics apply --alter"
            ))
        }
        Some(bytes) if is_input => Finding::Ok(format!("{size}, max.message.bytes {bytes}")),
        Some(bytes) => {
            Finding::Ok(format!("{size}, max.message.bytes {bytes}; the right to write shows when it is used"))
        }
    };
    report(what, finding);
    Some(found)
}

/// Whether records may be fetched: asks each partition for what follows its end, which is nothing.
fn reading(settings: &Settings, topic: &str, found: &Found, timeout: Duration) -> Finding {
    match try_reading(settings, topic, found, timeout) {
        Ok(()) => Finding::Ok("allowed".into()),
        Err(error) => failed(&error),
    }
}

fn try_reading(settings: &Settings, topic: &str, found: &Found, timeout: Duration) -> Result<(), StreamError> {
    let mut config = settings.tool_config();
    config.set("group.id", &settings.group).set("enable.auto.commit", "false").set("enable.partition.eof", "true");
    let consumer: BaseConsumer<ToolContext> = create(&config, "consumer", ToolContext::new(settings))?;
    let mut list = TopicPartitionList::new();
    for partition in 0..found.partitions {
        list.add_partition_offset(topic, i32::try_from(partition).unwrap_or(i32::MAX), Offset::End)?;
    }
    consumer.assign(&list)?;
    let started = Instant::now();
    loop {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(_)) | Some(Err(KafkaError::PartitionEOF(_))) => return Ok(()),
            Some(Err(error)) if is_denied(code_of(&error)) => {
                let topic = topic.to_string();
                return Err(StreamError::DeniedTopic { topic, operation: "READ", code: code_of(&error) });
            }
            _ => consumer.context().check("reading", started, timeout, "no answer")?,
        }
    }
}

/// Whether the group's coordinator answers, and lets us ask.
fn group(settings: &Settings, found: &Found, timeout: Duration) -> Finding {
    let ranges: Vec<Range> = (0..found.partitions)
        .filter_map(|p| i32::try_from(p).ok())
        .map(|partition| Range { partition, low: 0, start: 0, end: 0 })
        .collect();
    // The reader asks about the dead-letter topic; here the input is meant.
    let mut about_input = settings.clone();
    about_input.topics.dead = settings.topics.input.clone();
    match Reader::new(&about_input, &settings.group, timeout).and_then(|reader| reader.committed(&ranges, None)) {
        Ok(committed) if committed.is_empty() => Finding::Ok("no offsets yet: reading begins at the first".into()),
        Ok(committed) => Finding::Ok(format!("offsets of {} of {} partitions", committed.len(), found.partitions)),
        Err(error) => failed(&error),
    }
}

/// Whether transactions may be begun. Only asked while the group has no member: the answer costs whoever uses the id its
/// own.
fn transactions(settings: &Settings, id: &str, timeout: Duration) -> Finding {
    match try_transactions(settings, timeout) {
        Ok(true) => Finding::Ok("can be used".into()),
        Ok(false) => Finding::Skipped(format!(
            "not tried: workers of the group are running, and the one with {id} would be fenced"
        )),
        Err(error) => failed(&error),
    }
}

fn try_transactions(settings: &Settings, timeout: Duration) -> Result<bool, StreamError> {
    let producer: BaseProducer<ToolContext> =
        create(&settings.producer_config(), "producer", ToolContext::new(settings))?;
    let started = Instant::now();
    // Members of the newer group protocol are not listed by this request, so nothing is known about them.
    if settings.consumer.0.get("group.protocol").is_some_and(|p| p == "consumer") {
        return Ok(false);
    }
    loop {
        producer.poll(Duration::from_millis(20));
        match producer.client().fetch_group_list(Some(&settings.group), Duration::from_secs(1).min(timeout)) {
            Ok(list) => {
                let members: usize = list.groups().iter().map(|g| g.members().len()).sum();
                let stable = list.groups().iter().all(|g| matches!(g.state(), "Empty" | "Dead" | ""));
                if members > 0 || !stable {
                    return Ok(false);
                }
                break;
            }
            Err(error) if is_denied(code_of(&error)) => {
                return Err(StreamError::Denied { action: "describing the group", code: code_of(&error) });
            }
            Err(error) => producer.context().check("describing the group", started, timeout, &error.to_string())?,
        }
    }
    loop {
        let Err(error) = producer.init_transactions(Duration::from_secs(1).min(timeout)) else { return Ok(true) };
        producer.poll(Duration::from_millis(20));
        let (action, code) = ("starting transactions", code_of(&error));
        if is_denied(code) {
            return Err(StreamError::Denied { action, code });
        }
        if !matches!(&error, KafkaError::Transaction(e) if e.is_retriable()) {
            return Err(StreamError::client_failed(action, &error));
        }
        producer.context().check(action, started, timeout, &error.to_string())?;
    }
}
