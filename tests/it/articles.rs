//! Articles for the tests, and the verdict over what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::kafka::{Message, Topics, produce, read_topic, settle};

/// Keys that the articles of a test share.
pub const KEYS: usize = 40;

/// A short, codeable article: its text differs from every other, its key is shared, its id tells its turn.
pub fn article(n: usize) -> (String, String) {
    let towns = ["Aleppo, Syria", "Kharkiv, Ukraine", "Mosul, Iraq", "Kano, Nigeria", "Kandahar, Afghanistan"];
    let town = towns[n % towns.len()];
    let day = 1 + n % 28;
    let killed = 2 + n % 17;
    let text = format!(
        "{} (AP) - Gunmen attacked a market in {town} on Monday, killing {killed} people, police said.\n\nThe governor \
         condemned the attack, the {n}th this decade, and said soldiers had arrested two men.",
        town.to_uppercase()
    );
    let id = article_id(n);
    let value = serde_json::json!({"id": id, "text": text, "published_at": format!("2024-05-{day:02}T12:00:00Z")});
    (format!("key-{}", n % KEYS), value.to_string())
}

/// The id of an article of [`article`].
pub fn article_id(n: usize) -> String {
    format!("article-{n:06}")
}

/// An article of so many attacks, none of them told twice: its record is many times as large as itself.
pub fn long(attacks: usize) -> String {
    let sentence = |n: usize| {
        format!("Gunmen attacked a market in Kano on March {}, killing {} people, police said. ", 1 + n % 28, 2 + n)
    };
    let text: String = (0..attacks).map(sentence).collect();
    serde_json::json!({"id": "long", "text": text, "published_at": "2024-05-01T12:00:00Z"}).to_string()
}

/// A producer to send articles with; it waits out brokers that go away.
pub fn producer(bootstrap: &str) -> BaseProducer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("enable.idempotence", "true").set("partitioner", "murmur2_random");
    config.create().unwrap()
}

/// Writes a range of articles with a producer, and waits until they are acknowledged.
pub fn send_with(producer: &BaseProducer, topics: &Topics, range: std::ops::Range<usize>) {
    for (key, value) in range.map(article) {
        let record = BaseRecord::<str, str>::to(&topics.input).key(&key).payload(&value);
        producer.send(record).map_err(|(e, _)| e).unwrap();
    }
    while producer.in_flight_count() > 0 {
        producer.poll(Duration::from_millis(10));
    }
}

/// Writes a range of articles to the input topic.
pub fn send(bootstrap: &str, topics: &Topics, range: std::ops::Range<usize>) {
    let articles: Vec<(String, String)> = range.map(article).collect();
    produce(bootstrap, &topics.input, articles.iter().map(|(k, v)| (Some(k.as_bytes()), v.as_bytes(), [].as_slice())));
}

/// Writes ranges of articles, each in a transaction that is committed or aborted.
pub fn send_in_transactions(bootstrap: &str, topics: &Topics, ranges: &[(std::ops::Range<usize>, bool)]) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("partitioner", "murmur2_random");
    let producer: BaseProducer = config.set("transactional.id", &topics.input).create().unwrap();
    let limit = Duration::from_secs(60);
    producer.init_transactions(limit).unwrap();
    for (range, commit) in ranges {
        producer.begin_transaction().unwrap();
        send_with(&producer, topics, range.clone());
        if *commit { producer.commit_transaction(limit) } else { producer.abort_transaction(limit) }.unwrap();
    }
}

/// What came of `n` articles. Offenders are named with their places, as `topic[partition]@offset`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub articles: usize,
    pub events: usize,
    pub entities: usize,
    pub dead: usize,
    pub lost: Vec<String>,
    pub doubled: Vec<String>,
    pub out_of_order: Vec<String>,
}

/// What is counted: an article, and which of its records.
type Item = (String, String);

impl Verdict {
    /// Reads every topic as a `read_committed` reader does, and compares it with what it should hold for articles 0 to
    /// `n`.
    pub fn read(bootstrap: &str, topics: &Topics, n: usize) -> Self {
        Self::read_after(bootstrap, topics, n, Vec::new())
    }

    /// The same where the topic of the events was deleted after it had held these.
    pub fn read_after(bootstrap: &str, topics: &Topics, n: usize, mut events: Vec<Message>) -> Self {
        topics.outputs().iter().for_each(|topic| settle(bootstrap, topic));
        let enriched = read_topic(bootstrap, &topics.enriched);
        let entities = read_topic(bootstrap, &topics.entities);
        events.extend(read_topic(bootstrap, &topics.events));
        let mut verdict = Self {
            articles: enriched.len(),
            events: events.len(),
            entities: entities.len(),
            dead: read_topic(bootstrap, &topics.dead).len(),
            ..Self::default()
        };
        let expected: Vec<Item> = (0..n).map(|n| (article_id(n), String::new())).collect();
        // Whoever sent an article twice must not blame the workers.
        let sent = read_topic(bootstrap, &topics.input);
        let ours = |m: &Message| id_of(m, "/id").filter(|id| id.starts_with("article-")).map(|id| (id, String::new()));
        verdict.compare(&topics.input, &expected, sent.iter().filter_map(|m| Some((ours(m)?, m))));
        let id = |m: &Message| id_of(m, "/article/id").expect("an enriched article has an id");
        verdict.compare(&topics.enriched, &expected, enriched.iter().map(|m| ((id(m), String::new()), m)));
        // What the enriched articles list must lie in the other topics, once for each article that lists it. An article
        // that came twice (at least once) counts once: the worker may have died between two topics.
        let mut seen = BTreeSet::new();
        let once: Vec<&Message> = enriched.iter().filter(|m| seen.insert(id(m))).collect();
        let listed = |what: &str, field: &str| -> Vec<Item> {
            let items = |m: &&Message| {
                let (id, json) = (id(m), m.json());
                let items = json[what].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned());
                items.map(|item| (id.clone(), item)).collect::<Vec<Item>>()
            };
            once.iter().flat_map(items).collect()
        };
        let of = |m: &Message, pointer: &str| {
            (id_of(m, "/article_id").expect("the id of its article"), id_of(m, pointer).expect("an id of its own"))
        };
        let found = events.iter().map(|m| (of(m, "/cluster_id"), m));
        verdict.compare(&topics.events, &listed("events", "cluster_id"), found);
        let lists: Vec<Item> = once.iter().map(|m| (id(m), String::new())).collect();
        let list = |m: &Message| (id_of(m, "/article_id").expect("the id of its article"), String::new());
        verdict.compare(&topics.entities, &lists, entities.iter().map(|m| (list(m), m)));
        verdict.check_order(&topics.enriched, &enriched);
        verdict
    }

    /// Whether everything is there exactly once and in order.
    pub fn is_exact(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.out_of_order.is_empty()
    }

    /// The figures, in short.
    pub fn text(&self) -> String {
        let (lost, doubled, moved) = (self.lost.len(), self.doubled.len(), self.out_of_order.len());
        let dead = if self.dead > 0 { format!(", {} dead letters", self.dead) } else { String::new() };
        let exact = if self.is_exact() { "exactly once" } else { "NOT exactly once" };
        format!("{exact}: {lost} lost, {doubled} doubled, {moved} out of order{dead}")
    }

    fn compare<'a>(&mut self, topic: &str, expected: &[Item], found: impl Iterator<Item = (Item, &'a Message)>) {
        let mut counts: BTreeMap<&Item, usize> = BTreeMap::new();
        expected.iter().for_each(|item| *counts.entry(item).or_default() += 1);
        let mut places: BTreeMap<Item, Vec<String>> = BTreeMap::new();
        found.for_each(|(item, m)| places.entry(item).or_default().push(place(topic, m)));
        for (item, count) in &counts {
            let found = places.get(*item).map_or(0, Vec::len);
            (found..*count).for_each(|_| self.lost.push(format!("{} in {topic}", name(item))));
        }
        for (item, places) in &places {
            let expected = counts.get(item).copied().unwrap_or(0);
            if places.len() > expected {
                self.doubled.push(format!("{} at {}, {expected} expected", name(item), places.join(" and ")));
            }
        }
    }

    /// Articles of one key lie in one partition, in the order they were sent.
    fn check_order(&mut self, topic: &str, enriched: &[Message]) {
        let mut last: BTreeMap<&[u8], (&Message, String)> = BTreeMap::new();
        for message in enriched {
            let id = id_of(message, "/article/id").unwrap();
            let key = message.key.as_deref().unwrap();
            if let Some((previous, before)) = last.insert(key, (message, id.clone()))
                && (previous.partition != message.partition || before >= id)
            {
                let (here, there) = (place(topic, message), place(topic, previous));
                self.out_of_order.push(format!("{id} at {here} after {before} at {there}"));
            }
        }
    }
}

/// A string in a record's JSON.
pub fn id_of(message: &Message, pointer: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&message.value).ok()?;
    Some(json.pointer(pointer)?.as_str()?.to_owned())
}

fn name((article, record): &Item) -> String {
    format!("{article} {record}").trim_end().to_owned()
}

fn place(topic: &str, message: &Message) -> String {
    format!("{topic}[{}]@{}", message.partition, message.offset)
}

#[test]
fn the_verdict_names_what_is_lost_doubled_and_out_of_order() {
    let message = |offset: i64| Message { offset, key: Some(b"key".to_vec()), ..Message::default() };
    let item = |id: &str| (id.to_owned(), String::new());
    let mut verdict = Verdict::default();
    let (first, second, third) = (message(1), message(2), message(3));
    let found = [(item("a"), &first), (item("c"), &second), (item("c"), &third)];
    verdict.compare("t", &[item("a"), item("b"), item("c")], found.into_iter());
    assert_eq!(verdict.lost, ["b in t"]);
    assert_eq!(verdict.doubled, ["c at t[0]@2 and t[0]@3, 1 expected"]);
    let told = |offset: i64, id: &str| {
        let value = serde_json::json!({"article": {"id": id}}).to_string().into_bytes();
        Message { value, ..message(offset) }
    };
    verdict.check_order("t", &[told(1, "article-1"), told(2, "article-3"), told(3, "article-2")]);
    assert_eq!(verdict.out_of_order, ["article-2 at t[0]@3 after article-3 at t[0]@2"]);
    assert!(!verdict.is_exact());
}
