//! How the worker meets errors, on librdkafka's mock cluster with injected faults.
//!
//! The mock's transactions are a stub (see `stream::embedded`): these tests judge the client side only. Exactly-once
//! itself is judged against a real broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dateline::stream::{DeadLetterLimits, Delivery, Metrics, Settings, StreamError, Topics, Worker, WorkerHandle};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::mocking::{MockCluster, MockCoordinator};
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::stream_support::{assert_identity, eventually, exactly_once, feed, obedient, read_until, settings};

const LONG: Duration = crate::PATIENCE;

struct Bench {
    cluster: MockCluster<'static, DefaultProducerContext>,
    topics: Topics,
    metrics: Metrics,
    seen: Arc<AtomicU64>,
}

impl Bench {
    fn new() -> Self {
        Self::with_brokers(1)
    }

    fn with_brokers(brokers: i32) -> Self {
        let cluster = MockCluster::new(brokers).unwrap();
        let topics = Topics::new("articles.raw", ["articles.enriched", "news.events"], "articles.dead");
        for topic in [&topics.input].into_iter().chain(topics.written()) {
            cluster.create_topic(topic, 2, 1).unwrap();
        }
        Self { cluster, topics, metrics: Metrics::new().unwrap(), seen: Arc::default() }
    }

    fn brokers(&self) -> String {
        self.cluster.bootstrap_servers()
    }

    fn start(&self, delivery: Delivery, change: impl FnOnce(&mut Settings)) -> WorkerHandle {
        let mut settings = settings(&self.brokers(), "mock", delivery, self.topics.clone());
        change(&mut settings);
        Worker::start(settings, obedient(&self.topics, &self.seen), self.metrics.clone()).unwrap()
    }

    /// Writes articles, the text also being the key.
    fn feed(&self, texts: &[&str]) {
        feed(&self.brokers(), &self.topics.input, texts.iter().map(|t| ((*t).to_owned(), Some(t.as_bytes()))));
    }

    fn finished(&self) -> u64 {
        Metrics::total(&self.metrics.records_finished)
    }

    fn aborted(&self) -> u64 {
        self.metrics.transactions.with_label_values(&["aborted"]).get()
    }

    fn wait_finished(&self, count: u64) {
        eventually("records finished", LONG, || self.finished() >= count);
    }

    /// Texts in a topic, sorted.
    fn texts(&self, topic: &str, count: usize) -> Vec<String> {
        let read =
            read_until(&self.brokers(), &[topic], LONG, |read| read.values().map(Vec::len).sum::<usize>() >= count);
        let mut texts: Vec<String> = read.values().flatten().map(|r| r.text()).collect();
        texts.sort();
        texts
    }
}

#[test]
fn publishes_and_dead_letters() {
    for delivery in [Delivery::AtLeastOnce, exactly_once("mock-0")] {
        let bench = Bench::new();
        let worker = bench.start(delivery, |s| s.output_bytes = 20_000);
        let health = worker.health();
        bench.feed(&["one", "panic now", "two", "bad news", "huge", "three"]);
        feed(&bench.brokers(), &bench.topics.input, [("tombstone".to_owned(), None)]);
        bench.wait_finished(7);
        assert!(health.ready() && health.live());
        assert_eq!(bench.texts(&bench.topics.outputs[0], 3), ["one", "three", "two"]);
        assert_eq!(bench.texts(&bench.topics.outputs[1], 3), ["one", "three", "two"]);
        let dead = read_until(&bench.brokers(), &[&bench.topics.dead], LONG, |read| {
            read.values().map(Vec::len).sum::<usize>() >= 3
        });
        let mut reasons: Vec<_> = dead
            .values()
            .flatten()
            .map(|r| (r.text(), r.header("dateline.error.stage").unwrap(), r.header("dateline.error.reason").unwrap()))
            .collect();
        reasons.sort();
        let expect =
            [("bad news", "read", "bad"), ("huge", "produce", "output_too_large"), ("panic now", "enrich", "panic")];
        assert_eq!(reasons, expect.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
        assert_identity(&bench.metrics);
        assert_eq!(bench.metrics.records_skipped.with_label_values(&["tombstone"]).get(), 1);
        worker.stop();
        let summary = worker.wait().unwrap();
        assert_eq!((summary.enriched, summary.skipped, summary.dead_lettered), (3, 1, 3));
        assert!(!health.ready() && health.live());
        assert_identity(&bench.metrics);
    }
}

#[test]
fn foreign_articles_neither_halt_the_worker_nor_hold_up_its_return() {
    let bench = Bench::new();
    let worker = bench.start(exactly_once("mock-0"), |s| {
        s.skip_foreign = true;
        s.dead_letters = DeadLetterLimits {
            max_burst: 20,
            min_records: 20,
            pause: Duration::from_millis(200),
            ..DeadLetterLimits::default()
        };
    });
    let skipped = || bench.metrics.records_skipped.with_label_values(&["foreign"]).get();
    bench.feed(&["foreign"; 60]);
    bench.wait_finished(60);
    assert_eq!((skipped(), bench.metrics.dead_letters_halted.get()), (60, 0));
    bench.feed(&["bad"; 30]);
    eventually("the worker halts", LONG, || bench.metrics.dead_letters_halted.get() == 1);
    // More than a trial takes: what is foreign does not use it up, what is good ends it.
    bench.feed(&["foreign"; 25]);
    bench.feed(&["good"; 40]);
    bench.wait_finished(155);
    eventually("the worker goes on", LONG, || bench.metrics.dead_letters_halted.get() == 0);
    worker.stop();
    let summary = worker.wait().unwrap();
    assert_eq!((summary.enriched, summary.skipped, summary.dead_lettered), (40, 85, 30));
    assert_identity(&bench.metrics);
}

#[test]
fn keeps_the_order_of_each_partition() {
    let bench = Bench::new();
    let worker = bench.start(exactly_once("mock-0"), |s| s.threads = 4);
    let texts: Vec<String> =
        (0..60).map(|i| if i % 7 == 0 { format!("slow {i:03}") } else { format!("fast {i:03}") }).collect();
    feed(&bench.brokers(), &bench.topics.input, texts.iter().map(|t| ("same key".to_owned(), Some(t.as_bytes()))));
    bench.wait_finished(60);
    let read = read_until(&bench.brokers(), &[&bench.topics.outputs[0]], LONG, |read| {
        read.values().map(Vec::len).sum::<usize>() >= 60
    });
    let order: Vec<String> = read.values().flatten().map(|r| r.text()).collect();
    assert_eq!(order, texts);
    worker.stop();
    worker.wait().unwrap();
}

#[test]
fn a_stuck_article_holds_up_neither_stream_nor_stop() {
    let bench = Bench::new();
    let worker = bench.start(exactly_once("mock-0"), |s| {
        s.threads = 1;
        s.article_timeout = Duration::from_secs(2);
        s.article_hang_timeout = Duration::from_secs(5);
    });
    bench.feed(&["stuck for ever", "one", "two"]);
    bench.wait_finished(3);
    assert_eq!(bench.metrics.articles_retried.get(), 1);
    assert_eq!(bench.metrics.records_dead_lettered.with_label_values(&["enrich", "timeout"]).get(), 1);
    worker.stop();
    let summary = worker.wait().unwrap();
    assert_eq!((summary.enriched, summary.dead_lettered), (2, 1));
}

#[test]
fn transient_broker_errors_are_retried() {
    let bench = Bench::new();
    use RDKafkaRespErr::*;
    let errors =
        [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT];
    let worker = bench.start(exactly_once("mock-0"), |_| {});
    bench.feed(&["one"]);
    bench.wait_finished(1);
    bench.cluster.request_errors(RDKafkaApiKey::Produce, &errors);
    let busy = [RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS];
    bench.cluster.request_errors(RDKafkaApiKey::EndTxn, &busy);
    bench.feed(&["two", "three"]);
    bench.wait_finished(3);
    assert_eq!(bench.aborted(), 0, "librdkafka retries these by itself");
    worker.stop();
    assert_eq!(worker.wait().unwrap().enriched, 3);
}

#[test]
fn an_abort_is_followed_by_another_attempt_without_enriching_again() {
    let bench = Bench::new();
    let denied = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED];
    bench.cluster.request_errors(RDKafkaApiKey::AddPartitionsToTxn, &denied);
    let worker = bench.start(exactly_once("mock-0"), |_| {});
    bench.feed(&["one", "two", "three"]);
    bench.wait_finished(3);
    assert!(bench.aborted() >= 1);
    assert_eq!(bench.seen.load(Ordering::Relaxed), 3, "results are kept over an abort");
    assert_eq!(Metrics::total(&bench.metrics.records_dead_lettered), 0, "broker trouble makes no article bad");
    assert_identity(&bench.metrics);
    worker.stop();
    assert_eq!(worker.wait().unwrap().enriched, 3);
}

/// Feeds articles of one key, and injects errors into the produce requests of their first batch.
fn refuse(texts: &[&str], errors: usize) -> (Bench, WorkerHandle) {
    let bench = Bench::new();
    feed(&bench.brokers(), &bench.topics.input, texts.iter().map(|t| ("key".to_owned(), Some(t.as_bytes()))));
    let errors = vec![RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; errors];
    bench.cluster.request_errors(RDKafkaApiKey::Produce, &errors);
    // All of them make the first batch.
    let worker = bench.start(exactly_once("mock-0"), |s| {
        s.batch_wait = Duration::from_secs(15);
        s.batch_records = texts.len();
    });
    bench.wait_finished(texts.len() as u64);
    (bench, worker)
}

#[test]
fn a_refused_record_is_found_and_dead_lettered() {
    // The first error meets the batch, the second the first article alone.
    let (bench, worker) = refuse(&["single one", "single two", "single three"], 2);
    assert_eq!(bench.metrics.records_dead_lettered.with_label_values(&["produce", "refused_by_broker"]).get(), 1);
    assert_eq!(bench.texts(&bench.topics.dead, 1), ["single one"]);
    assert_identity(&bench.metrics);
    worker.stop();
    let summary = worker.wait().unwrap();
    assert_eq!((summary.enriched, summary.dead_lettered), (2, 1));
}

#[test]
fn a_refused_dead_letter_is_cut_until_it_fits() {
    let text = format!("single {}", "x".repeat(30_000));
    // The article, its letter, the letter in pieces of half its size.
    let (bench, worker) = refuse(&[&text], 3);
    let read = read_until(&bench.brokers(), &[&bench.topics.dead], LONG, |read| {
        read.values().flatten().filter(|r| r.header("dateline.error.part").is_some_and(|p| p.starts_with("5/"))).count()
            > 0
    });
    // The mock stores what it refuses not: only the last attempt is there.
    let pieces: Vec<_> = read.values().flatten().collect();
    let parts: Vec<_> = pieces.iter().map(|r| r.header("dateline.error.part").unwrap()).collect();
    assert_eq!(parts.first().map(String::as_str), Some("1/5"), "{parts:?}");
    let values = pieces.iter().map(|r| r.value.as_deref().unwrap());
    let original = dateline::stream::dead_letter::reassemble(values).unwrap();
    assert_eq!(original.key.as_deref(), Some("key".as_bytes()));
    assert_eq!(original.value.as_deref(), Some(text.as_bytes()));
    worker.stop();
    assert_eq!(worker.wait().unwrap().dead_lettered, 1);
}

#[test]
fn rewinds_to_where_the_brokers_are_after_an_abort() {
    // The mock keeps a plain commit but not the offsets of a transaction, which makes the brokers disagree with a
    // worker that has committed: the stand-in for a commit that did not take effect, or for a meddling operator.
    let bench = Bench::new();
    let texts: Vec<String> = (0..6).map(|i| format!("single {i}")).collect();
    feed(&bench.brokers(), &bench.topics.input, texts.iter().map(|t| ("key".to_owned(), Some(t.as_bytes()))));
    let partition = partition_of(&bench, "key");
    let setter: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", bench.brokers()).set("group.id", "mock").create().unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(&bench.topics.input, partition, Offset::Offset(2)).unwrap();
    setter.commit(&offsets, CommitMode::Sync).unwrap();
    let worker = bench.start(exactly_once("mock-0"), |_| {});
    bench.wait_finished(4);
    let denied = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED];
    bench.cluster.request_errors(RDKafkaApiKey::AddPartitionsToTxn, &denied);
    feed(&bench.brokers(), &bench.topics.input, [("key".to_owned(), Some("single 6".as_bytes()))]);
    // The four are read again, and the new one.
    bench.wait_finished(4 + 4 + 1);
    assert_eq!(bench.metrics.records_returned.with_label_values(&["rewound"]).get(), 1);
    assert_identity(&bench.metrics);
    let enriched = bench.texts(&bench.topics.outputs[0], 9);
    assert_eq!(enriched.iter().filter(|text| *text == "single 6").count(), 1, "{enriched:?}");
    worker.stop();
    assert_eq!(worker.wait().unwrap().enriched, 9);
}

/// The partition in which the feeder puts a key.
fn partition_of(bench: &Bench, key: &str) -> i32 {
    let read = read_until(&bench.brokers(), &[&bench.topics.input], LONG, |read| {
        read.values().flatten().any(|r| r.key.as_deref() == Some(key.as_bytes()))
    });
    read.values().flatten().find(|r| r.key.as_deref() == Some(key.as_bytes())).unwrap().partition
}

#[test]
fn a_lost_producer_is_built_anew() {
    let bench = Bench::new();
    let worker = bench.start(exactly_once("mock-0"), |_| {});
    bench.feed(&["one"]);
    bench.wait_finished(1);
    // What a restarted coordinator says of a transaction it does not know: fatal to librdkafka.
    bench.cluster.request_errors(RDKafkaApiKey::EndTxn, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_TXN_STATE]);
    bench.feed(&["two", "three"]);
    bench.wait_finished(3);
    assert_eq!(bench.metrics.producers_rebuilt.get(), 1);
    assert_eq!(bench.seen.load(Ordering::Relaxed), 3, "nothing is enriched twice");
    assert_identity(&bench.metrics);
    worker.stop();
    assert_eq!(worker.wait().unwrap().enriched, 3);
}

#[test]
fn fencing_ends_the_worker() {
    let bench = Bench::new();
    let worker = bench.start(exactly_once("mock-0"), |_| {});
    bench.cluster.request_errors(RDKafkaApiKey::EndTxn, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH]);
    bench.feed(&["one"]);
    let health = worker.health();
    let error = worker.wait().unwrap_err();
    assert!(matches!(&error, StreamError::Fenced { transactional_id, .. } if transactional_id == "mock-0"), "{error}");
    assert!(!health.live());
    assert_identity(&bench.metrics);
}

#[test]
fn a_worker_that_the_group_has_forgotten_commits_nothing() {
    for delivery in [exactly_once("mock-0"), Delivery::AtLeastOnce] {
        let bench = Bench::with_brokers(2);
        let (coordinator, leader) = (1, 2);
        for kind in [MockCoordinator::Group("mock".into()), MockCoordinator::Transaction("mock-0".into())] {
            bench.cluster.coordinator(kind, coordinator).unwrap();
        }
        for (topic, broker) in [(&bench.topics.input, coordinator), (&bench.topics.outputs[0], leader)] {
            (0..2).for_each(|number| bench.cluster.partition_leader(topic, number, Some(broker)).unwrap());
        }
        let worker = bench.start(delivery, |s| {
            s.consumer.0.insert("partition.assignment.strategy".into(), "cooperative-sticky".into());
        });
        bench.feed(&["single one"]);
        bench.wait_finished(1);
        // Acknowledgements stall for longer than the session lasts (6 s).
        bench.cluster.broker_round_trip_time(leader, Duration::from_secs(10)).unwrap();
        bench.feed(&["single two"]);
        eventually("the article is read", LONG, || bench.seen.load(Ordering::Relaxed) == 2);
        let illegal = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION];
        bench.cluster.request_errors(RDKafkaApiKey::Heartbeat, &illegal);
        let withheld = |reason| bench.metrics.commits_withheld.with_label_values(&[reason]).get();
        eventually("the commit is withheld", LONG, || withheld("no_generation") == 1);
        assert_eq!(bench.finished(), 1, "the mock would have accepted it, as brokers do");
        bench.cluster.broker_round_trip_time(leader, Duration::ZERO).unwrap();
        // The mock keeps no offsets of transactions: the first one may be read again, too.
        eventually("the lost article is read anew by its owner", LONG, || {
            bench.finished() >= 2
                && bench.seen.load(Ordering::Relaxed) > 2
                && bench.metrics.in_flight_records.get() == 0
        });
        assert_eq!(bench.aborted(), 1);
        assert_identity(&bench.metrics);
        worker.stop();
        worker.wait().unwrap();
    }
}

#[test]
fn an_outage_is_waited_for() {
    for delivery in [Delivery::AtLeastOnce, exactly_once("mock-0")] {
        let bench = Bench::new();
        bench.feed(&["one", "slow two", "three"]);
        let worker = bench.start(delivery, |_| {});
        eventually("articles read", LONG, || bench.seen.load(Ordering::Relaxed) >= 2);
        bench.cluster.broker_down(-1).unwrap();
        std::thread::sleep(Duration::from_secs(3));
        assert!(worker.health().live(), "a broker outage is no reason to restart");
        bench.cluster.broker_up(-1).unwrap();
        bench.wait_finished(3);
        assert_eq!(Metrics::total(&bench.metrics.records_dead_lettered), 0);
        worker.stop();
        worker.wait().unwrap();
    }
}

#[test]
fn an_outage_without_end_ends_the_worker_and_makes_no_article_bad() {
    let bench = Bench::new();
    bench.feed(&["one", "slow two", "three"]);
    let worker = bench.start(exactly_once("mock-0"), |s| {
        s.broker_patience = Duration::from_secs(4);
        s.transaction_timeout = Duration::from_secs(3);
        // A worker with nothing to do waits for ever: the batch must not be gone before the brokers are, nor the
        // partitions before the patience.
        s.batch_wait = Duration::from_secs(2);
        s.session_timeout = Duration::from_secs(60);
    });
    eventually("articles read", LONG, || bench.seen.load(Ordering::Relaxed) >= 2);
    bench.cluster.broker_down(-1).unwrap();
    let error = worker.wait().unwrap_err();
    assert_eq!(error.kind(), "unavailable", "{error}");
    assert_eq!(Metrics::total(&bench.metrics.records_dead_lettered), 0);
}

#[test]
fn a_missing_topic_is_named_at_once() {
    let bench = Bench::new();
    let worker = bench.start(exactly_once("mock-0"), |s| s.topics.dead = "no.such.topic".into());
    match worker.wait() {
        Err(StreamError::TopicMissing(topic)) => assert_eq!(topic, "no.such.topic"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unauthorised_topic_is_named_and_makes_no_article_bad() {
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    let bench = Bench::new();
    bench.cluster.topic_error(&bench.topics.dead, denied).unwrap();
    let error = bench.start(exactly_once("mock-0"), |_| {}).wait().unwrap_err();
    assert_eq!(error.kind(), "denied", "{error}");
    assert!(error.to_string().contains("articles.dead"), "{error}");

    // Access that is taken away later: tried again for a while, in case it comes back.
    let bench = Bench::new();
    bench.feed(&["single one"]);
    bench.cluster.request_errors(RDKafkaApiKey::Produce, &vec![denied; 500]);
    let worker = bench.start(exactly_once("mock-0"), |s| {
        s.broker_patience = Duration::from_secs(4);
        s.transaction_timeout = Duration::from_secs(3);
    });
    let error = worker.wait().unwrap_err();
    assert_eq!(error.kind(), "unavailable", "{error}");
    let text = error.to_string();
    assert!(text.contains("articles.enriched") && text.to_lowercase().contains("authorization"), "{text}");
    assert_eq!(Metrics::total(&bench.metrics.records_dead_lettered), 0);
    assert_identity(&bench.metrics);
}

#[test]
fn the_gate_bounds_what_is_in_flight() {
    let bench = Bench::new();
    let texts: Vec<String> = (0..120).map(|i| format!("slow {i}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    bench.feed(&texts);
    let worker = bench.start(Delivery::AtLeastOnce, |s| {
        s.threads = 8;
        s.batch_records = 4;
        s.in_flight_records = 16;
    });
    let mut most = 0;
    let end = std::time::Instant::now() + LONG;
    while bench.finished() < 120 {
        most = most.max(bench.metrics.in_flight_records.get());
        assert!(std::time::Instant::now() < end, "{} finished", bench.finished());
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!((8..=16).contains(&most), "{most} in flight");
    assert!(bench.metrics.admission_gate_closed.get() > 0.0);
    worker.stop();
    assert_eq!(worker.wait().unwrap().enriched, 120);
}
