//! Plain clients: create topics, write articles, read everything back.

use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::{Header, Headers, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::PATIENCE;

/// The topics of one test, named apart from those of every other test.
#[derive(Debug, Clone)]
pub struct Topics {
    pub input: String,
    pub enriched: String,
    pub events: String,
    pub entities: String,
    pub link: String,
    pub canonical: String,
    pub links: String,
    pub link_state: String,
    pub dead: String,
}

impl Topics {
    pub fn new(test: &str) -> Self {
        let name = |kind: &str| format!("{test}.{}.{kind}", std::process::id());
        Self {
            input: name("articles.raw"),
            enriched: name("articles.enriched"),
            events: name("news.events"),
            entities: name("news.entities"),
            link: name("news.link"),
            canonical: name("news.canonical"),
            links: name("news.links"),
            link_state: name("news.link.state"),
            dead: name("articles.dead"),
        }
    }

    /// What a worker that reads writes.
    pub fn outputs(&self) -> [&str; 5] {
        [&self.enriched, &self.events, &self.entities, &self.link, &self.dead]
    }

    /// What a worker that links writes, beside letters.
    pub fn linked(&self) -> [&str; 3] {
        [&self.canonical, &self.links, &self.link_state]
    }

    /// The names as a worker's setting.
    pub fn names(&self) -> dateline::stream::Topics {
        dateline::stream::Topics {
            input: self.input.as_str().into(),
            outputs: [&self.enriched, &self.events, &self.entities, &self.link].map(|t| t.as_str().into()).to_vec(),
            dead: self.dead.as_str().into(),
        }
    }
}

/// A record as it lies in a topic.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Message {
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since 1970, as the producer or the broker says.
    pub timestamp: i64,
    pub key: Option<Vec<u8>>,
    pub value: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Message {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.value).expect("records are JSON")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(n, _)| n == name);
        let value = found.next().and_then(|(_, v)| std::str::from_utf8(v).ok());
        assert!(found.next().is_none(), "header {name} is there twice");
        value
    }
}

/// Creates the topics of a test.
pub fn create_topics(bootstrap: &str, topics: &Topics, partitions: i32) {
    create_replicated(bootstrap, topics, partitions, 1, &[]);
}

/// Creates the topics of a test with so many replicas; some with another `max.message.bytes`.
pub fn create_replicated(bootstrap: &str, topics: &Topics, partitions: i32, replicas: i32, limits: &[(&str, &str)]) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap).create().expect("an admin client");
    let new: Vec<NewTopic<'_>> = std::iter::once(topics.input.as_str())
        .chain(topics.outputs())
        .chain(topics.linked())
        .map(|name| {
            let limit = limits.iter().find(|(topic, _)| *topic == name).map_or("10485760", |(_, limit)| limit);
            NewTopic::new(name, partitions, TopicReplication::Fixed(replicas)).set("max.message.bytes", limit)
        })
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let results = runtime.block_on(admin.create_topics(&new, &options)).expect("topics can be created");
    for result in results {
        result.expect("the topic can be created");
    }
    // The controller has them; a worker that asks another broker too early takes them for missing.
    bootstrap.split(',').for_each(|broker| new.iter().for_each(|topic| wait_known(broker, topic.name)));
}

/// Waits until a broker knows a topic and the leaders of its partitions. A client asks only those brokers that it is
/// connected to, so one that is given this broker alone asks this one.
fn wait_known(broker: &str, topic: &str) {
    let client: BaseConsumer = ClientConfig::new().set("bootstrap.servers", broker).create().expect("a client");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let metadata = client.fetch_metadata(Some(topic), Duration::from_secs(10));
        let known = metadata.as_ref().is_ok_and(|found| {
            let topic = &found.topics()[0];
            topic.error().is_none() && topic.partitions().iter().all(|p| p.leader() > 0)
        });
        if known {
            return;
        }
        assert!(Instant::now() < deadline, "{broker} does not know {topic}: {:?}", metadata.err());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Makes an administrative request and gives its answer.
fn administer<T>(
    bootstrap: &str,
    request: impl AsyncFnOnce(&AdminClient<DefaultClientContext>, &AdminOptions) -> rdkafka::error::KafkaResult<T>,
) -> T {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap).create().expect("an admin client");
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(request(&admin, &options)).expect("the request is answered")
}

/// Creates one topic. One of that name that was just deleted may still be on its way out.
pub fn create_topic(bootstrap: &str, topic: &str, partitions: i32) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let new = [NewTopic::new(topic, partitions, TopicReplication::Fixed(1))];
    while let Err((_, code)) =
        administer(bootstrap, async |admin, options| admin.create_topics(&new, options).await).remove(0)
    {
        assert!(Instant::now() < deadline, "{topic} cannot be created: {code}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Gives a topic settings, and forgets those that it had of its own but for the size of its records.
pub fn configure(bootstrap: &str, topic: &str, settings: &[(&str, &str)]) {
    let change = AlterConfig::new(ResourceSpecifier::Topic(topic)).set("max.message.bytes", "10485760");
    let change = settings.iter().fold(change, |change, (name, value)| change.set(name, value));
    administer(bootstrap, async |admin, options| admin.alter_configs([&change], options).await)
        .remove(0)
        .expect("the topic can be configured");
}

/// Adds partitions up to a number.
pub fn add_partitions(bootstrap: &str, topic: &str, partitions: usize) {
    let more = [NewPartitions::new(topic, partitions)];
    let answer = administer(bootstrap, async |admin, options| admin.create_partitions(&more, options).await);
    answer.into_iter().for_each(|result| drop(result.expect("partitions can be added")));
}

/// Lets no record be written to a topic of one replica any more: the brokers ask writers to try again.
pub fn hold_up(bootstrap: &str, topic: &str) {
    let change = [AlterConfig::new(ResourceSpecifier::Topic(topic)).set("min.insync.replicas", "2")];
    let answer = administer(bootstrap, async |admin, options| admin.alter_configs(&change, options).await);
    answer.into_iter().for_each(|result| drop(result.expect("the topic can be altered")));
}

/// Deletes the records of partition 0 below an offset.
pub fn delete_records(bootstrap: &str, topic: &str, before: i64) {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Offset(before)).expect("a valid offset");
    administer(bootstrap, async |admin, options| admin.delete_records(&list, options).await);
}

/// Commits an offset in partition 0 for a group that nobody is in.
pub fn commit_for(bootstrap: &str, group: &str, topic: &str, offset: i64, metadata: &str) {
    let consumer: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", bootstrap).set("group.id", group).create().expect("a consumer");
    let mut list = TopicPartitionList::new();
    let mut element = list.add_partition(topic, 0);
    element.set_offset(Offset::Offset(offset)).expect("a valid offset");
    element.set_metadata(metadata);
    consumer.commit(&list, CommitMode::Sync).expect("the offset can be committed");
}

/// Deletes a topic and waits until it is gone.
pub fn delete_topic(bootstrap: &str, topic: &str) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap).create().expect("an admin client");
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let results = runtime.block_on(admin.delete_topics(&[topic], &options)).expect("topics can be deleted");
    for result in results {
        result.expect("the topic can be deleted");
    }
}

/// Writes records (key, value, headers) to a topic and waits for their acknowledgement.
pub fn produce<'a>(
    bootstrap: &str,
    topic: &str,
    records: impl IntoIterator<Item = (Option<&'a [u8]>, &'a [u8], &'a [(&'a str, &'a [u8])])>,
) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("enable.idempotence", "true")
        .set("message.max.bytes", "10485760")
        .set("partitioner", "murmur2_random")
        .create()
        .expect("a producer");
    for (key, value, headers) in records {
        let mut own = OwnedHeaders::new();
        for (name, bytes) in headers {
            own = own.insert(Header { key: name, value: Some(*bytes) });
        }
        let mut record = BaseRecord::<[u8], [u8]>::to(topic).payload(value).headers(own);
        record.key = key;
        while let Err((error, back)) = producer.send(record) {
            assert_eq!(
                error.rdkafka_error_code(),
                Some(rdkafka::error::RDKafkaErrorCode::QueueFull),
                "cannot produce: {error}"
            );
            producer.poll(Duration::from_millis(10));
            record = back;
        }
    }
    producer.flush(PATIENCE).expect("all records are acknowledged");
}

/// Writes a tombstone.
pub fn withdraw(bootstrap: &str, topic: &str, key: &[u8]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("partitioner", "murmur2_random")
        .create()
        .expect("a producer");
    producer.send(BaseRecord::<[u8], [u8]>::to(topic).key(key)).map_err(|(e, _)| e).expect("a record is taken");
    producer.flush(PATIENCE).expect("it is acknowledged");
}

/// Waits until no transaction is open on what lies in a topic now. A commit is acknowledged before every partition is
/// marked with it, so what one topic shows, another may not yet.
pub fn settle(bootstrap: &str, topic: &str) {
    let consumer = |isolation: &str| -> BaseConsumer {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap).set("isolation.level", isolation).create().expect("a consumer")
    };
    let (all, committed) = (consumer("read_uncommitted"), consumer("read_committed"));
    let metadata = all.fetch_metadata(Some(topic), PATIENCE).expect("metadata");
    let end = |of: &BaseConsumer, partition| of.fetch_watermarks(topic, partition, PATIENCE).map(|(_, end)| end);
    let deadline = Instant::now() + PATIENCE;
    for partition in metadata.topics()[0].partitions().iter().map(|p| p.id()) {
        let last = end(&all, partition).expect("the end of the partition");
        while !end(&committed, partition).is_ok_and(|end| end >= last) {
            assert!(Instant::now() < deadline, "a transaction on {topic} is open for {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Everything in a topic that a `read_committed` reader sees now.
pub fn read_topic(bootstrap: &str, topic: &str) -> Vec<Message> {
    read_topic_as(bootstrap, topic, "read_committed")
}

/// Everything in a topic that a reader of this isolation level sees now.
pub fn read_topic_as(bootstrap: &str, topic: &str, isolation: &str) -> Vec<Message> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "dateline-test-reader")
        .set("isolation.level", isolation)
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("fetch.message.max.bytes", "10485760")
        .create()
        .expect("a consumer");
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("metadata");
    let partitions = metadata.topics()[0].partitions().len();
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition_offset(topic, partition as i32, Offset::Beginning).expect("a valid offset");
    }
    consumer.assign(&list).expect("an assignment");
    let mut at_end = vec![false; partitions];
    let mut found = Vec::new();
    // Long runs write gigabytes.
    let deadline = Instant::now() + Duration::from_secs(600);
    while !at_end.iter().all(|end| *end) {
        assert!(Instant::now() < deadline, "{topic} cannot be read to its end within 600 s");
        match consumer.poll(Duration::from_millis(200)) {
            Some(Err(rdkafka::error::KafkaError::PartitionEOF(partition))) => at_end[partition as usize] = true,
            // A broker that is away for a while; the deadline tells if it stays away.
            None | Some(Err(_)) => {}
            Some(Ok(m)) => found.push(Message {
                partition: m.partition(),
                offset: m.offset(),
                timestamp: m.timestamp().to_millis().unwrap_or(-1),
                key: m.key().map(<[u8]>::to_vec),
                value: m.payload().unwrap_or_default().to_vec(),
                headers: m.headers().map_or_else(Vec::new, |h| {
                    h.iter().map(|h| (h.key.to_owned(), h.value.unwrap_or_default().to_vec())).collect()
                }),
            }),
        }
    }
    found.sort_by_key(|m| (m.partition, m.offset));
    found
}

/// Reads a topic again and again until `done` holds or the time is over.
pub fn read_until(bootstrap: &str, topic: &str, limit: Duration, done: impl Fn(&[Message]) -> bool) -> Vec<Message> {
    let deadline = Instant::now() + limit;
    loop {
        let found = read_topic(bootstrap, topic);
        if done(&found) || Instant::now() > deadline {
            return found;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// Committed offsets of a group over all partitions of a topic, summed.
pub fn committed(bootstrap: &str, group: &str, topic: &str) -> i64 {
    Committed::new(bootstrap, group, topic).read()
}

/// The same to be asked again and again, with one client.
pub struct Committed {
    consumer: BaseConsumer,
    topic: String,
}

impl Committed {
    pub fn new(bootstrap: &str, group: &str, topic: &str) -> Self {
        let mut config = ClientConfig::new();
        let consumer = config.set("bootstrap.servers", bootstrap).set("group.id", group).create().expect("a consumer");
        Self { consumer, topic: topic.to_owned() }
    }

    /// Waits for brokers that are away for a while.
    pub fn read(&self) -> i64 {
        let deadline = Instant::now() + PATIENCE;
        let ask = || {
            let metadata = self.consumer.fetch_metadata(Some(&self.topic), Duration::from_secs(10))?;
            let mut list = TopicPartitionList::new();
            for partition in metadata.topics()[0].partitions() {
                list.add_partition(&self.topic, partition.id());
            }
            self.consumer.committed_offsets(list, Duration::from_secs(10))
        };
        let offsets = loop {
            match ask() {
                Ok(offsets) => break offsets,
                Err(e) => assert!(Instant::now() < deadline, "the committed offsets cannot be read: {e}"),
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        offsets.elements().iter().map(|e| if let Offset::Offset(n) = e.offset() { n } else { 0 }).sum()
    }
}
