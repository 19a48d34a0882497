//! Topics that are missing, go away, or refuse records.

use std::time::Instant;

use super::{PORTION, Scene, report};
use crate::PATIENCE;
use crate::articles::{self, Verdict};
use crate::kafka::{
    self, Committed, Topics, create_replicated, create_topics, delete_topic, produce, read_topic, read_until,
};
use crate::process::{Group, WorkerProcess};

#[test]
fn a_missing_dead_letter_topic_is_named_at_start() {
    let Some(kafka) = kafka::shared("a_missing_dead_letter_topic_is_named_at_start") else { return };
    let topics = Topics::new("no-dead");
    create_topics(kafka.bootstrap(), &topics, 1);
    let group = Group::new(kafka.bootstrap(), "no-dead", &topics).with("TOPICS__DEAD", "no.such.topic");
    let mut worker = group.start(0);
    assert_eq!(worker.wait(PATIENCE).code(), Some(69), "{}", worker.log());
    assert!(worker.log().contains("topic no.such.topic does not exist"), "{}", worker.log());
    report("FAULT | dead-letter topic missing | exits 69 at start and names it | - | nothing read |");
}

#[test]
fn an_output_topic_that_is_deleted_stops_the_worker_and_costs_nothing() {
    let test = "an_output_topic_that_is_deleted_stops_the_worker_and_costs_nothing";
    let Some(cluster) = kafka::cluster(test) else { return };
    let mut scene = Scene::start("deleted", cluster.bootstrap(), 3, 1, |group| {
        group.with("KAFKA__BROKER_PATIENCE", "20s").with("WORKER__DRAIN_TIMEOUT", "30s")
    });
    let (start, topic) = (Instant::now(), scene.topics.dead.clone());
    delete_topic(&scene.bootstrap, &topic);
    // No article is bad, so the missing dead-letter topic disturbs nobody; then one is.
    scene.recover();
    produce(&scene.bootstrap, &scene.topics.input, [(Some(b"bad".as_slice()), b"\xff\xfe".as_slice(), [].as_slice())]);
    scene.extra = 1;
    let mut worker = scene.take(0);
    assert_eq!(worker.wait(PATIENCE).code(), Some(69), "{}", worker.log());
    let log = worker.log();
    assert!(log.lines().last().is_some_and(|line| line.contains(&topic)), "the reason must name {topic}:\n{log}");
    let ended = start.elapsed();
    let mut only = Topics::new("deleted-again");
    only.input.clone_from(&topic);
    create_replicated(&scene.bootstrap, &only, 6, 3, &[]);
    scene.put(0);
    let start = Instant::now();
    let dead = read_until(&scene.bootstrap, &topic, PATIENCE, |found| !found.is_empty());
    assert_eq!(dead.len(), 1);
    let recovery = start.elapsed();
    let happened =
        format!("exits 69 and names it, {:.0} s after the deletion; recreated, restarted", ended.as_secs_f64());
    scene.finish("dead-letter topic deleted while running", &happened, recovery);
}

#[test]
fn a_topic_of_events_that_is_deleted_stops_the_worker_and_costs_only_what_lay_in_it() {
    let test = "a_topic_of_events_that_is_deleted_stops_the_worker_and_costs_only_what_lay_in_it";
    let Some(kafka) = kafka::shared(test) else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("no-events"));
    create_topics(bootstrap, &topics, 2);
    let group = Group::new(bootstrap, "no-events", &topics)
        .with("KAFKA__TRANSACTION_TIMEOUT", "10s")
        .with("KAFKA__BROKER_PATIENCE", "20s");
    let mut worker = group.start(0);
    let committed = Committed::new(bootstrap, &group.name, &topics.input);
    let wait_committed =
        |count, worker: &WorkerProcess| worker.wait_until(&format!("commits {count}"), || committed.read() >= count);
    articles::send(bootstrap, &topics, 0..40);
    wait_committed(40, &worker);
    let before = read_topic(bootstrap, &topics.events);
    assert!(!before.is_empty());

    let deleted = Instant::now();
    delete_topic(bootstrap, &topics.events);
    articles::send(bootstrap, &topics, 40..80);
    assert_eq!(worker.wait(PATIENCE).code(), Some(69), "{}", worker.log());
    assert!(worker.log().contains(&format!("topic {} does not exist", topics.events)), "{}", worker.log());
    let ended = deleted.elapsed().as_secs_f64();
    assert_eq!(read_topic(bootstrap, &topics.enriched).len(), 40, "nothing is published without its events");

    let mut only = Topics::new("no-events-again");
    only.input.clone_from(&topics.events);
    create_topics(bootstrap, &only, 2);
    let (start, worker) = (Instant::now(), group.start(0));
    wait_committed(80, &worker);
    let recovery = start.elapsed().as_secs_f64();
    assert_eq!(worker.stop().code(), Some(0));
    let verdict = Verdict::read_after(bootstrap, &topics, 80, before);
    report(&format!(
        "FAULT | topic of events deleted while running | exits 69 and names it, {ended:.0} s after the deletion; \
         recreated, restarted | {recovery:.1} s | {} (80 articles) |",
        verdict.text()
    ));
    assert!(verdict.is_exact(), "{verdict:#?}");
    assert_eq!((verdict.articles, verdict.dead), (80, 0));
}

#[test]
fn records_too_large_for_their_topic_are_dead_lettered() {
    let Some(cluster) = kafka::cluster("records_too_large_for_their_topic_are_dead_lettered") else { return };
    let topics = Topics::new("too-large");
    create_replicated(cluster.bootstrap(), &topics, 6, 3, &[(&topics.enriched, "400000")]);
    let mut scene = Scene::with_topics("too-large", cluster.bootstrap(), topics, 1, PORTION, usize::MAX, |group| {
        // Compressed it might fit after all.
        group.with("KAFKA__PRODUCER__COMPRESSION_CODEC", "none").with("WORKER__BATCH_RECORDS", "10")
    });
    let long = articles::long(250);
    for key in ["large one", "large two"] {
        produce(&scene.bootstrap, &scene.topics.input, [(Some(key.as_bytes()), long.as_bytes(), [].as_slice())]);
    }
    scene.extra = 2;
    let dead = read_until(&scene.bootstrap, &scene.topics.dead, PATIENCE, |found| found.len() >= 2);
    let reasons: Vec<_> = dead.iter().map(|m| m.header("dateline.error.reason").unwrap_or_default()).collect();
    assert_eq!(reasons, ["refused_by_broker", "refused_by_broker"], "{}", scene.logs());
    assert!(dead.iter().all(|m| m.value == long.as_bytes()), "dead letters hold what was received");
    let recovery = scene.recover();
    scene.assert_recovered_alone();
    let happened = "a record above its topic's max.message.bytes, twice: only these articles dead-lettered";
    scene.finish("output too large for its topic", happened, recovery);
}
