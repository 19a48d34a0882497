//! Articles for the tests, and the verdict over what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::kafka::{Message, Topics, produce, read_topic};

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
    let id = format!("article-{n:06}");
    let value = serde_json::json!({"id": id, "text": text, "published_at": format!("2024-05-{day:02}T12:00:00Z")});
    (format!("key-{}", n % KEYS), value.to_string())
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

/// What came of `n` articles.
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

impl Verdict {
    /// Reads every output topic and compares it with what it should hold for articles 0 to `n`.
    pub fn read(bootstrap: &str, topics: &Topics, n: usize) -> Self {
        Self::read_after(bootstrap, topics, n, Vec::new())
    }

    /// The same where the topic of the events was deleted after it had held these.
    pub fn read_after(bootstrap: &str, topics: &Topics, n: usize, mut events: Vec<Message>) -> Self {
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
        let ids = |message: &Message| message.json()["article"]["id"].as_str().unwrap().to_owned();
        verdict.compare("article", (0..n).map(|n| format!("article-{n:06}")), enriched.iter().map(ids));
        let list = |m: &Message, what: &str, field: &str| -> Vec<String> {
            let json = m.json();
            let items = json[what].as_array().unwrap();
            items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
        };
        // What the enriched articles list must lie in the other topics, once for each article that lists it. An article
        // that came twice (at least once) counts once: the worker may have died between two topics.
        let mut seen = BTreeSet::new();
        let once: Vec<&Message> = enriched.iter().filter(|m| seen.insert(ids(m))).collect();
        let expected: Vec<String> = once.iter().flat_map(|m| list(m, "events", "cluster_id")).collect();
        let found = events.iter().map(|m| String::from_utf8(m.key.clone().unwrap()).unwrap());
        verdict.compare("event", expected.into_iter(), found);
        let expected: Vec<String> = once.iter().flat_map(|m| list(m, "entities", "id")).collect();
        let found = entities.iter().map(|m| m.json()["id"].as_str().unwrap().to_owned());
        verdict.compare("entity", expected.into_iter(), found);
        verdict.check_order(&enriched);
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

    fn compare(&mut self, what: &str, expected: impl Iterator<Item = String>, found: impl Iterator<Item = String>) {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        expected.for_each(|id| *counts.entry(id).or_default() += 1);
        found.for_each(|id| *counts.entry(id).or_default() -= 1);
        for (id, count) in counts {
            let entry = format!("{what} {id}");
            match count {
                1.. => self.lost.push(entry),
                ..=-1 => self.doubled.push(entry),
                0 => {}
            }
        }
    }

    /// Articles of one key lie in one partition, in the order they were sent.
    fn check_order(&mut self, enriched: &[Message]) {
        let mut last: BTreeMap<Vec<u8>, (i32, String)> = BTreeMap::new();
        for message in enriched {
            let id = message.json()["article"]["id"].as_str().unwrap().to_owned();
            let key = message.key.clone().unwrap();
            if let Some((partition, before)) = last.insert(key, (message.partition, id.clone()))
                && (partition != message.partition || before >= id)
            {
                self.out_of_order.push(format!("{id} after {before}"));
            }
        }
    }
}
