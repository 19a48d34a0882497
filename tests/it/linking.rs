//! The linking role against a real Kafka: whatever happens to its workers, what stands under every key in the end is
//! what one linker makes of the same articles in one go.

use std::collections::BTreeMap;

use dateline::link::{Input, Linker, Model, Settings};

use crate::PATIENCE;
use crate::articles::send;
use crate::kafka::{self, Message, Topics, committed, create_topics, produce, read_topic, read_until, settle};
use crate::process::Group;

/// The last value of every key.
type Table = BTreeMap<String, Vec<u8>>;

fn table(bootstrap: &str, topic: &str) -> Table {
    settle(bootstrap, topic);
    let text = |m: &Message| String::from_utf8(m.key.clone().unwrap()).unwrap();
    read_topic(bootstrap, topic).iter().map(|m| (text(m), m.value.clone())).collect()
}

/// What one linker makes of the articles, in order.
fn undisturbed(articles: &[Message]) -> [Table; 3] {
    let mut linker = Linker::new(Model::embedded().unwrap(), Settings::default());
    let mut tables = [Table::new(), Table::new(), Table::new()];
    for message in articles {
        let article = serde_json::from_slice(&message.value).unwrap();
        let changes = linker.apply(Input::Article(&article), Some(message.timestamp.div_euclid(1000)));
        linker.commit();
        let bytes = |value: Option<Vec<u8>>| value.unwrap_or_default();
        let json = |v: &Option<_>| v.as_ref().map(|v| serde_json::to_vec(v).unwrap());
        tables[0].extend(changes.canonical.iter().map(|(k, v)| (k.clone(), bytes(json(v)))));
        let json = |v: &Option<_>| v.as_ref().map(|v| serde_json::to_vec(v).unwrap());
        tables[1].extend(changes.links.iter().map(|(k, v)| (k.clone(), bytes(json(v)))));
        tables[2].extend(changes.state.into_iter().map(|(k, v)| (k, bytes(v))));
    }
    let progress = serde_json::json!({"next": articles.last().unwrap().offset + 1});
    tables[2].insert("~offset".into(), progress.to_string().into_bytes());
    tables
}

#[test]
fn what_is_linked_is_the_same_whatever_happens_to_workers() {
    let Some(kafka) = kafka::shared("what_is_linked_is_the_same_whatever_happens_to_workers") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("linking"));
    create_topics(bootstrap, &topics, 1);
    const ARTICLES: usize = 300;
    send(bootstrap, &topics, 0..ARTICLES);
    let reading = Group::new(bootstrap, "linking", &topics);
    let reader = reading.start(0);
    let articles = read_until(bootstrap, &topics.link, PATIENCE, |m| m.len() >= ARTICLES);
    assert_eq!(reader.stop().code(), Some(0));
    assert_eq!(articles.len(), ARTICLES);

    // Small transactions, so that there is something to interrupt.
    let linking = reading
        .with("WORKER__ROLE", "link")
        .with("WORKER__BATCH_RECORDS", "7")
        .with("WORKER__IN_FLIGHT_RECORDS", "20")
        .with("KAFKA__TRANSACTION_TIMEOUT", "6s");
    let group = format!("{}-link", linking.name);
    let done = || committed(bootstrap, &group, &topics.link);
    for (life, until) in [(0, 20), (1, 90), (0, 150)] {
        let worker = linking.start(life);
        worker.wait_until("links articles", || done() >= until);
        worker.kill();
    }
    let last = linking.start(0);
    let end = articles.last().unwrap().offset + 1;
    last.wait_until("links all articles", || done() >= end);
    let restored = last.metric("dateline_link_restored_entries_total").unwrap();
    assert!(restored >= 150.0, "{restored} entries restored");
    assert_eq!(last.stop().code(), Some(0));

    let expected = undisturbed(&articles);
    for (topic, expected) in topics.linked().into_iter().zip(&expected) {
        let found = table(bootstrap, topic);
        let differing: Vec<&String> =
            expected.keys().chain(found.keys()).filter(|k| found.get(*k) != expected.get(*k)).collect();
        assert!(
            differing.is_empty(),
            "{topic} differs in {} keys of {}: {differing:?}",
            differing.len(),
            expected.len()
        );
    }
    assert!(expected[0].len() > 1 && expected[0].len() < ARTICLES, "{} events", expected[0].len());

    // Articles that come again change nothing.
    let again = articles.iter().map(|m| (m.key.as_deref(), m.value.as_slice(), [].as_slice()));
    produce(bootstrap, &topics.link, again);
    let worker = linking.start(0);
    worker.wait_metric("dateline_link_articles_total{outcome=\"known\"}", ARTICLES as f64);
    assert_eq!(worker.stop().code(), Some(0));
    for (topic, expected) in topics.linked().into_iter().zip(&expected).take(2) {
        assert_eq!(&table(bootstrap, topic), expected, "{topic} after a replay");
    }
}

#[test]
fn lost_state_is_not_guessed() {
    let Some(kafka) = kafka::shared("lost_state_is_not_guessed") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("lost-state"));
    create_topics(bootstrap, &topics, 1);
    send(bootstrap, &topics, 0..4);
    let reading = Group::new(bootstrap, "lost-state", &topics);
    let reader = reading.start(0);
    let articles = read_until(bootstrap, &topics.link, PATIENCE, |m| m.len() >= 4);
    assert_eq!(reader.stop().code(), Some(0));
    let linking = reading.with("WORKER__ROLE", "link");
    let group = format!("{}-link", linking.name);
    let worker = linking.start(0);
    let end = articles.last().unwrap().offset + 1;
    worker.wait_until("links all articles", || committed(bootstrap, &group, &topics.link) >= end);
    assert_eq!(worker.stop().code(), Some(0));

    kafka::delete_topic(bootstrap, &topics.link_state);
    kafka::create_topic(bootstrap, &topics.link_state, 1);
    let again = articles.iter().map(|m| (m.key.as_deref(), m.value.as_slice(), [].as_slice()));
    produce(bootstrap, &topics.link, again);
    let mut worker = linking.start(0);
    assert_eq!(worker.wait(PATIENCE).code(), Some(78));
    let words = worker.log();
    assert!(words.contains(&format!("topic {} is empty", topics.link_state)), "{words}");
    assert_eq!(committed(bootstrap, &group, &topics.link), end, "nothing was read on");
}
