//! Exactly once on a real broker: workers that come and go, and a broker that does.
//!
//! What a `read_committed` reader finds in the end must be every article once, in the order of its key, whatever
//! happened in between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use dateline::stream::{Metrics, Settings, Topics, Worker, WorkerHandle};

use crate::kafka::{self, Committed, Message, create_topics, produce, read_topic, read_until, settle};
use crate::stream_support::{assert_identity, eventually, exactly_once, obedient, settings};

const LONG: Duration = crate::PATIENCE;

struct Run {
    bootstrap: String,
    names: kafka::Topics,
    topics: Topics,
    seen: Arc<AtomicU64>,
}

impl Run {
    fn new(bootstrap: &str, test: &str, partitions: i32) -> Self {
        let names = kafka::Topics::new(test);
        create_topics(bootstrap, &names, partitions);
        let topics = names.names();
        Self { bootstrap: bootstrap.to_owned(), names, topics, seen: Arc::default() }
    }

    fn start(&self, slot: u32) -> (WorkerHandle, Metrics) {
        self.start_with(slot, |_| {})
    }

    fn start_with(&self, slot: u32, change: impl FnOnce(&mut Settings)) -> (WorkerHandle, Metrics) {
        let mut settings = settings(
            &self.bootstrap,
            &self.names.input,
            exactly_once(&format!("{}-{slot}", self.names.input)),
            self.topics.clone(),
        );
        settings.batch_records = 20;
        settings.in_flight_records = 100;
        settings.transaction_timeout = Duration::from_secs(30);
        change(&mut settings);
        let metrics = Metrics::new().unwrap();
        (Worker::start(settings, obedient(&self.topics, &self.seen), metrics.clone()).unwrap(), metrics)
    }

    /// Articles `from..to`, each key's in growing order.
    fn feed(&self, from: usize, to: usize) {
        let texts: Vec<(String, String)> = (from..to).map(|i| (format!("key {}", i % 17), text(i))).collect();
        produce(
            &self.bootstrap,
            &self.names.input,
            texts.iter().map(|(key, text)| (Some(key.as_bytes()), text.as_bytes(), [].as_slice())),
        );
    }

    fn check(&self, count: usize) {
        let good = (0..count).filter(|i| i % 50 != 49).count();
        let enriched = read_until(&self.bootstrap, &self.names.enriched, LONG, |found| found.len() >= good);
        let dead = read_until(&self.bootstrap, &self.names.dead, LONG, |found| found.len() >= count - good);
        settle(&self.bootstrap, &self.names.events);
        for (found, bad) in
            [(&enriched, false), (&dead, true), (&read_topic(&self.bootstrap, &self.names.events), false)]
        {
            let mut texts: Vec<String> = found.iter().map(string).collect();
            texts.sort();
            let expect = |i: &usize| (i % 50 == 49) == bad;
            let mut expected: Vec<String> = (0..count).filter(expect).map(text).collect();
            expected.sort();
            let doubled: Vec<&String> = texts.windows(2).filter(|w| w[0] == w[1]).map(|w| &w[0]).collect();
            assert!(doubled.is_empty(), "published more than once: {doubled:?}");
            let missing: Vec<&String> = expected.iter().filter(|t| texts.binary_search(t).is_err()).collect();
            assert!(missing.is_empty(), "never published: {missing:?}");
            assert_eq!(texts.len(), expected.len());
        }
        let mut last: BTreeMap<&[u8], String> = BTreeMap::new();
        for message in &enriched {
            let text = string(message);
            let before = last.insert(message.key.as_deref().unwrap(), text.clone());
            let number = |text: &str| text.rsplit(' ').next().unwrap().to_owned();
            assert!(before.as_deref().map(number) < Some(number(&text)), "{text} came after {before:?}");
        }
    }
}

/// Every 50th article is bad, every 25th slow.
fn text(i: usize) -> String {
    let verb = match i % 50 {
        49 => "bad",
        24 => "slow",
        _ => "fine",
    };
    format!("{verb} {i:06}")
}

fn string(message: &Message) -> String {
    String::from_utf8(message.value.clone()).unwrap()
}

#[test]
fn workers_come_and_go() {
    let Some(kafka) = kafka::shared("workers_come_and_go") else { return };
    let run = Run::new(kafka.bootstrap(), "come-and-go", 4);
    run.feed(0, 400);
    let mut workers: BTreeMap<u32, (WorkerHandle, Metrics)> = BTreeMap::new();
    workers.insert(0, run.start(0));
    eventually("the first worker works", LONG, || Metrics::total(&workers[&0].1.records_finished) > 20);
    // Slots come and go while articles keep coming; a slot that comes back uses its old transactional id.
    for (round, slot) in [1, 2, 0, 1, 3, 2, 0].into_iter().enumerate() {
        match workers.remove(&slot) {
            None => _ = workers.insert(slot, run.start(slot)),
            Some((worker, metrics)) => {
                worker.stop();
                worker.wait().unwrap();
                assert_identity(&metrics);
            }
        }
        run.feed(400 + 200 * round, 600 + 200 * round);
        std::thread::sleep(Duration::from_millis(700));
    }
    run.check(1800);
    for (worker, metrics) in workers.into_values() {
        worker.stop();
        worker.wait().unwrap();
        assert_identity(&metrics);
    }
    run.check(1800);
    assert_eq!(kafka::committed(kafka.bootstrap(), &run.names.input, &run.names.input), 1800);
}

#[test]
fn a_second_worker_with_the_same_id_fences_the_first() {
    let Some(kafka) = kafka::shared("a_second_worker_with_the_same_id_fences_the_first") else { return };
    let run = Run::new(kafka.bootstrap(), "fence", 2);
    run.feed(0, 100);
    let (first, metrics) = run.start(0);
    eventually("the first worker works", LONG, || Metrics::total(&metrics.records_finished) == 100);
    let (second, _) = run.start(0);
    eventually("the second worker joins", LONG, || second.health().partitions().is_some_and(|n| n > 0));
    run.feed(100, 400);
    let error = first.wait().unwrap_err();
    assert_eq!(error.kind(), "fenced", "{error}");
    run.check(400);
    second.stop();
    second.wait().unwrap();
}

/// Kills the broker under a worker for a while. The worker must come through by itself.
fn outage(test: &str, time: Duration, change: impl FnOnce(&mut Settings)) {
    let Some(mut broker) = kafka::own(test) else { return };
    let run = Run::new(broker.bootstrap(), test, 3);
    // One in fifty takes 300 ms: they are not done before the broker is gone.
    run.feed(0, 1500);
    let (mut worker, metrics) = run.start_with(0, change);
    eventually("the worker works", LONG, || Metrics::total(&metrics.records_finished) > 50);
    broker.kill();
    let before = Metrics::total(&metrics.records_finished);
    std::thread::sleep(time);
    broker.resume().unwrap();
    run.feed(1500, 2000);
    let end = Instant::now() + LONG;
    let committed = Committed::new(&run.bootstrap, &run.names.input, &run.names.input);
    while committed.read() < 2000 {
        assert!(Instant::now() < end, "not everything is committed; {}", metrics.encode().unwrap());
        if let Some(result) = worker.wait_for(Duration::from_millis(500)) {
            panic!("the worker gave up: {result:?}");
        }
    }
    assert!(before < 1500, "everything was done before the broker went: the test showed nothing");
    crate::faults::report(&format!("{test}: {} producers rebuilt", metrics.producers_rebuilt.get()));
    worker.stop();
    worker.wait().unwrap();
    assert_identity(&metrics);
    run.check(2000);
}

#[test]
fn a_broker_dies_and_comes_back() {
    outage("a_broker_dies_and_comes_back", Duration::from_secs(5), |_| {});
}

#[test]
fn an_outage_longer_than_a_transaction_is_survived() {
    outage("an_outage_longer_than_a_transaction_is_survived", Duration::from_secs(12), |settings| {
        settings.transaction_timeout = Duration::from_secs(4);
    });
}
