//! What the stream tests share: a processor that does as it is told, and a reader of topics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dateline::stream::{
    Delivery, Header, Input, OutputRecord, Process, ProcessFactory, Processed, Rejection, Settings, Stage, Topics,
};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::PATIENCE;

/// A record as read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) partition: i32,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<Header>,
}

impl Read {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.value.as_deref().unwrap_or_default()).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let header = self.headers.iter().find(|h| h.name == name)?;
        Some(String::from_utf8_lossy(header.value.as_deref().unwrap_or_default()).into_owned())
    }
}

/// Publishes every article as it is, does what its text says, and counts the articles it saw.
pub(crate) fn obedient(topics: &Topics, seen: &Arc<AtomicU64>) -> ProcessFactory {
    struct Obedient {
        topics: Topics,
        seen: Arc<AtomicU64>,
    }
    impl Process for Obedient {
        fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
            self.seen.fetch_add(1, Ordering::Relaxed);
            let Some(value) = &input.value else {
                return Ok(Processed::Skipped { reason: "tombstone", records: Vec::new() });
            };
            let text = String::from_utf8_lossy(value);
            let out = |topic: &Arc<str>, value: Vec<u8>| OutputRecord {
                partition: None,
                topic: topic.clone(),
                key: input.key.clone(),
                value: Some(value),
                headers: vec![Header::new("schema", "test/1")],
            };
            let records = match text.split(' ').next().unwrap_or_default() {
                "panic" => panic!("as the article says"),
                "bad" => return Err(Rejection::fault(Stage::Read, "bad", "as the article says")),
                "foreign" => return Err(Rejection::foreign(Stage::Read, "foreign", "as the article says")),
                "stuck" => loop {
                    std::thread::sleep(Duration::from_millis(50));
                },
                "single" => vec![out(&self.topics.outputs[0], value.clone())],
                "huge" => vec![out(&self.topics.outputs[0], vec![b'x'; 100_000])],
                "slow" => {
                    let end = Instant::now() + Duration::from_millis(300);
                    while Instant::now() < end && !stop() {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    vec![out(&self.topics.outputs[0], value.clone()), out(&self.topics.outputs[1], value.clone())]
                }
                _ => vec![out(&self.topics.outputs[0], value.clone()), out(&self.topics.outputs[1], value.clone())],
            };
            Ok(Processed::Records(records))
        }
    }
    let (topics, seen) = (topics.clone(), seen.clone());
    Arc::new(move || Box::new(Obedient { topics: topics.clone(), seen: seen.clone() }))
}

/// Settings for short tests.
pub(crate) fn settings(brokers: &str, group: &str, delivery: Delivery, topics: Topics) -> Settings {
    // `DATELINE_TEST_LOG=debug` shows the workers' logs (with --nocapture).
    if let Ok(filter) = std::env::var("DATELINE_TEST_LOG") {
        let _ = tracing_subscriber::fmt().with_env_filter(filter).try_init();
    }
    let mut settings = Settings::new(brokers, group, delivery, topics);
    settings.threads = 2;
    settings.batch_wait = Duration::from_millis(20);
    settings.session_timeout = Duration::from_secs(6);
    settings.transaction_timeout = Duration::from_secs(20);
    settings.broker_patience = Duration::from_secs(120);
    settings.confirm_every = Duration::from_millis(200);
    settings.drain_timeout = Duration::from_secs(120);
    settings.article_timeout = Duration::from_secs(20);
    settings.consumer = [("fetch.wait.max.ms", "10"), ("heartbeat.interval.ms", "500")].into_iter().collect();
    settings
}

pub(crate) fn exactly_once(id: &str) -> Delivery {
    Delivery::ExactlyOnce { transactional_id: id.into() }
}

/// Writes values with their keys, waits for the acknowledgements.
pub(crate) fn feed<'a>(brokers: &str, topic: &str, records: impl IntoIterator<Item = (String, Option<&'a [u8]>)>) {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    for (key, value) in records {
        let mut record = BaseRecord::<[u8], [u8]>::to(topic).key(key.as_bytes());
        record.payload = value;
        producer.send(record).map_err(|(e, _)| e).unwrap();
        producer.poll(Duration::ZERO);
    }
    producer.flush(PATIENCE).unwrap();
}

/// Reads topics from the beginning until `enough` says so; fails after the timeout with what was read.
pub(crate) fn read_until(
    brokers: &str,
    topics: &[&str],
    timeout: Duration,
    enough: impl Fn(&BTreeMap<String, Vec<Read>>) -> bool,
) -> BTreeMap<String, Vec<Read>> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", format!("reader-{:?}", std::thread::current().id()))
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("fetch.wait.max.ms", "10")
        .create()
        .unwrap();
    let mut list = rdkafka::TopicPartitionList::new();
    for topic in topics {
        let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
        for partition in metadata.topics()[0].partitions() {
            list.add_partition_offset(topic, partition.id(), rdkafka::Offset::Beginning).unwrap();
        }
    }
    consumer.assign(&list).unwrap();
    let mut read: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    let end = Instant::now() + timeout;
    while !enough(&read) {
        assert!(Instant::now() < end, "not enough after {timeout:?}: {:?}", summary(&read));
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(50)) {
            let headers = message.headers().map_or_else(Vec::new, |headers| {
                let own = |h: rdkafka::message::Header<'_, &[u8]>| Header {
                    name: h.key.to_owned(),
                    value: h.value.map(<[u8]>::to_vec),
                };
                headers.iter().map(own).collect()
            });
            read.entry(message.topic().to_owned()).or_default().push(Read {
                partition: message.partition(),
                key: message.key().map(<[u8]>::to_vec),
                value: message.payload().map(<[u8]>::to_vec),
                headers,
            });
        }
    }
    read
}

fn summary(read: &BTreeMap<String, Vec<Read>>) -> BTreeMap<&str, usize> {
    read.iter().map(|(topic, records)| (topic.as_str(), records.len())).collect()
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, timeout: Duration, holds: impl Fn() -> bool) {
    let end = Instant::now() + timeout;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {timeout:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether consumed = finished + returned + in flight, and every commit was what was read.
pub(crate) fn assert_identity(metrics: &dateline::stream::Metrics) {
    use dateline::stream::Metrics;
    let consumed = Metrics::total(&metrics.records_consumed);
    let finished = Metrics::total(&metrics.records_finished);
    let returned = Metrics::total(&metrics.records_returned);
    let in_flight = u64::try_from(metrics.in_flight_records.get()).unwrap();
    assert_eq!(consumed, finished + returned + in_flight, "{finished} finished, {returned} returned, {in_flight} left");
    assert_eq!(Metrics::total(&metrics.commit_violations), 0, "{}", metrics.encode().unwrap());
    assert_eq!(metrics.commits_checked.with_label_values(&["order"]).get(), finished);
}
