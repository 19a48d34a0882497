//! An input topic that loses what nobody has read, or is not the one that it was; one that grows; readers behind a dead
//! worker.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{PATIENCE, report};
use crate::articles::{self, Verdict};
use crate::kafka::{
    self, Topics, add_partitions, commit_for, committed, create_topic, create_topics, delete_records, delete_topic,
    hold_up, read_topic, read_until,
};
use crate::process::{Group, WorkerProcess};

fn wait_committed(bootstrap: &str, group: &Group, topics: &Topics, count: i64, worker: &WorkerProcess) {
    let deadline = Instant::now() + PATIENCE;
    while committed(bootstrap, &group.name, &topics.input) < count {
        assert!(Instant::now() < deadline, "not {count} committed; log:\n{}", worker.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn lost(worker: &WorkerProcess, cause: &str) -> f64 {
    worker.metric(&format!("dateline_records_lost_total{{cause=\"{cause}\"}}")).unwrap()
}

/// How often each article was published.
fn published(bootstrap: &str, topics: &Topics) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for message in read_topic(bootstrap, &topics.enriched) {
        *counts.entry(message.json()["article"]["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// Records in partition 0, those of open transactions included.
fn written(bootstrap: &str, topic: &str) -> i64 {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("isolation.level", "read_uncommitted");
    let consumer: BaseConsumer = config.create().unwrap();
    consumer.fetch_watermarks(topic, 0, PATIENCE).unwrap().1
}

fn end(bootstrap: &str, topic: &str) -> i64 {
    let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", bootstrap).create().unwrap();
    consumer.fetch_watermarks(topic, 0, Duration::from_secs(60)).unwrap().1
}

#[test]
fn a_topic_created_anew_under_a_worker_is_read_from_its_beginning() {
    let Some(kafka) = kafka::shared("a_topic_created_anew_under_a_worker_is_read_from_its_beginning") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("anew"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "anew", &topics);
    articles::send(bootstrap, &topics, 0..300);
    let worker = group.start(0);
    wait_committed(bootstrap, &group, &topics, 20, &worker);

    // The new topic soon reaches beyond the offset at which the old one was read, where nothing is out of range.
    delete_topic(bootstrap, &topics.input);
    create_topic(bootstrap, &topics.input, 1);
    articles::send(bootstrap, &topics, 1000..1400);
    let start = Instant::now();
    let fresh = |counts: &BTreeMap<String, usize>| counts.range("article-001000".to_owned()..).count();
    while fresh(&published(bootstrap, &topics)) < 400 {
        let counts = published(bootstrap, &topics);
        assert!(start.elapsed() < PATIENCE, "{} of 400 new articles; log:\n{}", fresh(&counts), worker.log());
        std::thread::sleep(Duration::from_millis(500));
    }
    let recovery = start.elapsed();
    wait_committed(bootstrap, &group, &topics, 400, &worker);
    let counts = published(bootstrap, &topics);
    let doubled: Vec<_> = counts.iter().filter(|(_, count)| **count != 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}; log:\n{}", worker.log());
    assert_eq!(committed(bootstrap, &group.name, &topics.input), 400, "no offset of the old topic is left");
    let gone = lost(&worker, "recreated");
    // On a slow machine the client has seen where the new topic ends before it knows that it is another one.
    let unread = (300 - (counts.len() - 400)).max(1) as f64;
    assert!(
        (unread..=400.0).contains(&gone.max(1.0)),
        "{gone} are counted, {unread} were unread; log:\n{}",
        worker.log()
    );
    assert!(worker.log().contains("the topic was deleted and created anew"), "{}", worker.log());
    assert_eq!(worker.stop().code(), Some(0));
    report(&format!(
        "FAULT | input topic deleted and created anew under a worker | says so, counts {gone} unread, starts over | {:.1} s \
         | all 400 new articles exactly once |",
        recovery.as_secs_f64()
    ));
}

#[test]
fn an_offset_of_an_older_topic_is_worth_nothing() {
    let Some(kafka) = kafka::shared("an_offset_of_an_older_topic_is_worth_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("older"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "older", &topics);
    articles::send_in_transactions(bootstrap, &topics, &[(0..20, true), (500..510, false), (20..50, true)]);
    // At the very end of the new topic: no record ever comes that could be out of range.
    commit_for(bootstrap, &group.name, &topics.input, end(bootstrap, &topics.input), "topic-id=AAAAAAAAAAAAAAAAAAAAAA");
    let mut strict = group.clone().with("KAFKA__LOST_HISTORY", "stop").start(0);
    assert_eq!(strict.wait(PATIENCE).code(), Some(72), "{}", strict.log());
    assert!(strict.log().contains("kafka.lost_history is stop"), "{}", strict.log());
    let worker = group.start(0).ready();
    let start = Instant::now();
    read_until(bootstrap, &topics.enriched, PATIENCE, |found| found.len() >= 50);
    let recovery = start.elapsed();
    let verdict = Verdict::read(bootstrap, &topics, 50);
    assert!(verdict.is_exact() && verdict.articles == 50, "{verdict:#?}; log:\n{}", worker.log());
    assert_eq!(["expired", "cut", "recreated"].map(|cause| lost(&worker, cause)), [0.0, 0.0, 1.0], "{}", worker.log());
    assert_eq!(worker.stop().code(), Some(0));
    report(&format!(
        "FAULT | input topic created anew while no worker ran, old offset at its end | stop: exits 72; continue: says so, \
         starts over | {:.1} s | {} (50 articles) |",
        recovery.as_secs_f64(),
        verdict.text()
    ));
}

#[test]
fn what_is_removed_before_it_is_read_is_counted() {
    let Some(kafka) = kafka::shared("what_is_removed_before_it_is_read_is_counted") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("removed"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "removed", &topics).with("KAFKA__SESSION_TIMEOUT", "60s");
    articles::send(bootstrap, &topics, 0..200);
    commit_for(bootstrap, &group.name, &topics.input, 40, "");
    delete_records(bootstrap, &topics.input, 160);
    let mut strict = group.clone().with("KAFKA__LOST_HISTORY", "stop").start(0);
    assert_eq!(strict.wait(PATIENCE).code(), Some(72), "{}", strict.log());
    assert!(strict.log().contains("offsets 40 to 159 were removed"), "{}", strict.log());
    drop(strict);
    assert_eq!(committed(bootstrap, &group.name, &topics.input), 40);

    let worker = group.start(0);
    wait_committed(bootstrap, &group, &topics, 200, &worker);
    assert_eq!(lost(&worker, "expired"), 120.0, "{}", worker.log());
    assert_eq!(published(bootstrap, &topics).len(), 40);
    // While it runs: it sleeps, articles come and go.
    worker.signal("STOP");
    articles::send(bootstrap, &topics, 200..500);
    delete_records(bootstrap, &topics.input, 450);
    articles::send(bootstrap, &topics, 500..520);
    worker.signal("CONT");
    wait_committed(bootstrap, &group, &topics, 520, &worker);
    let counts = published(bootstrap, &topics);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    let gone = lost(&worker, "expired");
    assert_eq!(counts.len() + gone as usize, 480, "every article is published or counted; log:\n{}", worker.log());
    assert_eq!(["cut", "recreated"].map(|cause| lost(&worker, cause)), [0.0, 0.0]);
    // Removed once they are read: no loss.
    delete_records(bootstrap, &topics.input, 520);
    articles::send(bootstrap, &topics, 520..530);
    wait_committed(bootstrap, &group, &topics, 530, &worker);
    assert_eq!(lost(&worker, "expired"), gone, "{}", worker.log());
    // All of them, and nothing comes after.
    worker.signal("STOP");
    articles::send(bootstrap, &topics, 530..560);
    delete_records(bootstrap, &topics.input, 560);
    worker.signal("CONT");
    let deadline = Instant::now() + PATIENCE;
    let idle = || published(bootstrap, &topics).len() + lost(&worker, "expired") as usize;
    while idle() < 520 {
        assert!(Instant::now() < deadline, "{} of 520; log:\n{}", idle(), worker.log());
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(idle(), 520);
    let gone = lost(&worker, "expired");
    assert_eq!(worker.stop().code(), Some(0));
    report(&format!(
        "FAULT | articles removed before they were read | stop: exits 72; continue: counts {gone}, stopped and running | - | \
         every other article exactly once |"
    ));
}

#[test]
fn added_partitions_are_found() {
    let Some(kafka) = kafka::shared("added_partitions_are_found") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("added"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "added", &topics);
    articles::send(bootstrap, &topics, 0..10);
    let worker = group.start(0);
    wait_committed(bootstrap, &group, &topics, 10, &worker);
    let start = Instant::now();
    add_partitions(bootstrap, &topics.input, 4);
    articles::send(bootstrap, &topics, 10..90);
    // librdkafka's own interval is 300 s, beyond this patience.
    wait_committed(bootstrap, &group, &topics, 90, &worker);
    let recovery = start.elapsed().as_secs_f64();
    assert_eq!(worker.stop().code(), Some(0));
    let ids = published(bootstrap, &topics);
    assert!(ids.len() == 90 && ids.values().all(|count| *count == 1), "{ids:?}");
    report(&format!("FAULT | partitions added to the input | read | {recovery:.1} s | exactly once (90 articles) |"));
}

#[test]
fn readers_wait_for_a_dead_worker_no_longer_than_its_transaction_may_last() {
    let test = "readers_wait_for_a_dead_worker_no_longer_than_its_transaction_may_last";
    let Some(kafka) = kafka::shared(test) else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("held-up"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "held-up", &topics);
    let worker = group.start(0);
    articles::send(bootstrap, &topics, 0..2);
    wait_committed(bootstrap, &group, &topics, 2, &worker);
    // The next transaction stays open: it waits for a topic that takes nothing, while others have its records.
    hold_up(bootstrap, &topics.events);
    let before = written(bootstrap, &topics.enriched);
    articles::send(bootstrap, &topics, 2..4);
    let deadline = Instant::now() + PATIENCE;
    while written(bootstrap, &topics.enriched) == before {
        assert!(Instant::now() < deadline, "nothing is written; log:\n{}", worker.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill();
    let start = Instant::now();
    kafka::produce(bootstrap, &topics.enriched, [(None, b"mark".as_slice(), [].as_slice())]);
    let seen = read_until(bootstrap, &topics.enriched, PATIENCE, |found| {
        found.last().is_some_and(|last| last.value == b"mark")
    });
    assert_eq!(seen.last().map(|last| last.value.as_slice()), Some(b"mark".as_slice()), "readers still wait");
    let held = start.elapsed();
    assert!(held >= Duration::from_secs(1), "no transaction was open: the test showed nothing");
    report(&format!(
        "FAULT | worker killed with an open transaction, not started again | readers of its topics wait | {:.1} s | |",
        held.as_secs_f64()
    ));
}
