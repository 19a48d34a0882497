//! The linking role against a real Kafka: whatever happens to its workers, what stands under every key in the end is
//! what one linker makes of the same articles in one go.

mod chaos;
mod standby;

use std::collections::BTreeMap;

use dateline::link::{Input, Linker, Model, Settings};

use crate::PATIENCE;
use crate::kafka::{self, Message, Topics, committed, create_topics, produce, read_topic, read_until, settle};
use crate::process::Group;

/// Three papers on each of many incidents: other victims, towns and tolls, and the toll rises.
fn articles(count: usize) -> Vec<String> {
    let first = ["Amina", "Boris", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hassan", "Irina", "Jorge", "Kofi"];
    let last = [
        "Abara", "Bondar", "Castillo", "Danso", "Eriksen", "Fofana", "Guzman", "Haddad", "Ivanova", "Juma", "Karimi",
        "Lopez", "Mensah",
    ];
    let towns = [
        "Kano",
        "Kharkiv",
        "Medellin",
        "Kandahar",
        "Mosul",
        "Gao",
        "Tamale",
        "Aleppo",
        "Goma",
        "Quetta",
        "Mombasa",
        "Davao",
        "Basra",
        "Maiduguri",
        "Odesa",
        "Cali",
        "Lashkar Gah",
    ];
    let places =
        ["a bakery", "a bus station", "a school", "a petrol station", "a football ground", "a clinic", "a hotel"];
    (0..count)
        .map(|n| {
            let (incident, report) = (n / 3, n % 3);
            let victim = format!("{} {}", first[incident % first.len()], last[incident % last.len()]);
            let (town, place) = (towns[incident % towns.len()], places[incident % places.len()]);
            let (day, killed) = (1 + incident / 4, 2 + incident % 5 + 3 * report);
            let text = match report {
                0 => format!("Gunmen opened fire at {place} in {town} on Friday, killing {killed} people, police said. Among the dead was {victim}, who ran it."),
                1 => format!("The attack on {place} in {town} has left {killed} dead, a hospital said. {victim} was shot at the door, relatives told reporters, and two brothers died beside the till."),
                _ => format!("Mourners buried {victim} in {town} on Sunday, two days after gunmen stormed {place} and killed {killed} people. The mayor promised an inquiry."),
            };
            let date = format!("2024-{:02}-{:02}T{:02}:00:00Z", 3 + (day - 1) / 28, 1 + (day - 1) % 28, 8 + report);
            serde_json::json!({"id": format!("a-{n:04}"), "text": text, "title": format!("{killed} dead in {town}"), "published_at": date}).to_string()
        })
        .collect()
}

/// Reads articles in the reading role and gives what it tells the linking one.
fn read(bootstrap: &str, topics: &Topics, reading: &Group, count: usize) -> Vec<Message> {
    let articles = articles(count);
    produce(bootstrap, &topics.input, articles.iter().map(|a| (Some(b"one".as_slice()), a.as_bytes(), [].as_slice())));
    let reader = reading.start(0);
    let read = read_until(bootstrap, &topics.link, PATIENCE, |m| m.len() >= count);
    assert_eq!(reader.stop().code(), Some(0));
    assert_eq!(read.len(), count);
    read
}

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
    let reading = Group::new(bootstrap, "linking", &topics);
    let articles = read(bootstrap, &topics, &reading, ARTICLES);

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
    // A third of them, were every report linked and no incident mistaken for another; these are told much alike.
    let events = expected[0].len();
    assert!((2..ARTICLES * 2 / 3).contains(&events), "{events} events");

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
fn what_an_article_no_longer_tells_ends_in_all_tables() {
    let Some(kafka) = kafka::shared("what_an_article_no_longer_tells_ends_in_all_tables") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("withdrawal"));
    create_topics(bootstrap, &topics, 3);
    let reading = Group::new(bootstrap, "withdrawal", &topics);
    let linking = reading.clone().with("WORKER__ROLE", "link");
    let (reader, linker) = (reading.start(0), linking.start(0));
    let group = format!("{}-link", linking.name);
    let first = r#"{"id": "bomb", "published_at": "2024-03-01T08:00:00Z", "text": "A car bomb exploded at a market in Kano on Friday, killing five people, police said. Gunmen abducted a judge in Gao on Thursday."}"#;
    let corrected = r#"{"id": "bomb", "published_at": "2024-03-01T09:00:00Z", "text": "A car bomb exploded at a market in Kano on Friday, killing seven people, police said. An earlier version named another town."}"#;
    let standing = |topic: &str| {
        let latest: BTreeMap<String, Vec<u8>> = table(bootstrap, topic);
        latest.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, _)| key).collect::<Vec<_>>()
    };
    let mut seen: Vec<String> = Vec::new();
    // The first one comes again at the end of all, as in a replay: the tombstone of its key holds.
    for (n, value) in [Some(first), Some(corrected), None, Some(first)].into_iter().enumerate() {
        match value {
            Some(text) => produce(bootstrap, &topics.input, [(Some(&b"key"[..]), text.as_bytes(), &[][..])]),
            None => kafka::withdraw(bootstrap, &topics.input, b"key"),
        }
        linker.wait_until("links the article", || {
            let handed = read_topic(bootstrap, &topics.link);
            handed.len() == n + 1 && committed(bootstrap, &group, &topics.link) > handed[n].offset
        });
        if n == 1 {
            let page = linker.get("/").unwrap();
            assert!(page.contains("Living events") && page.contains("killed rose from 5 to 7"), "{page}");
        }
        for (topic, id) in [(&topics.events, "cluster_id"), (&topics.links, "event_id")] {
            let standing = standing(topic);
            let all = read_topic(bootstrap, topic);
            let own = all.iter().filter(|m| !m.value.is_empty()).map(|m| m.json()[id].as_str().unwrap().to_owned());
            seen.extend(own);
            assert_eq!(standing.is_empty(), n >= 2, "{topic} after {n}: {standing:?}");
        }
        let doc_ids: std::collections::BTreeSet<String> = read_topic(bootstrap, &topics.events)
            .iter()
            .filter(|m| standing(&topics.events).contains(&String::from_utf8(m.key.clone().unwrap()).unwrap()))
            .map(|m| m.json()["doc_id"].as_str().unwrap().to_owned())
            .collect();
        assert!(doc_ids.len() <= 1, "events of two texts stand: {doc_ids:?}");
    }
    assert!(seen.len() > 4, "{seen:?}");
    assert_eq!((reader.stop().code(), linker.stop().code()), (Some(0), Some(0)));
}

#[test]
fn lost_state_is_not_guessed() {
    let Some(kafka) = kafka::shared("lost_state_is_not_guessed") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("lost-state"));
    create_topics(bootstrap, &topics, 1);
    let reading = Group::new(bootstrap, "lost-state", &topics);
    let articles = read(bootstrap, &topics, &reading, 4);
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
