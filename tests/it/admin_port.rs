//! The admin port of a worker in trouble: somebody holds it busy, or the brokers are not there.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::articles::{self, Verdict};
use crate::kafka::{self, Topics, create_topics, read_until};
use crate::process::{Group, WorkerProcess};

const PATIENCE: Duration = Duration::from_secs(240);
/// Descriptors of the worker, and connections held against it: many more.
const DESCRIPTORS: u32 = 200;
const HELD: usize = 450;

fn until(what: &str, worker: &WorkerProcess, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}; the worker's log:\n{}", worker.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn connections_held_open_starve_neither_probes_nor_kafka() {
    let Some(kafka) = kafka::shared("connections_held_open_starve_neither_probes_nor_kafka") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("held"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "held", &topics)
        // Connections to Kafka end and are made anew while the port is held.
        .with("KAFKA__CONSUMER__CONNECTIONS_MAX_IDLE_MS", "1000")
        .with("KAFKA__PRODUCER__CONNECTIONS_MAX_IDLE_MS", "1000")
        .descriptors(DESCRIPTORS);
    let worker = group.start(0).ready();
    let mut held = Vec::new();
    for round in 1..=4 {
        while held.len() < round * HELD / 4 {
            let mut connection = TcpStream::connect(worker.admin()).unwrap();
            // Some say nothing, some begin a request and never end it.
            if held.len() % 2 == 0 {
                let _ = connection.write_all(b"GET /livez HTTP/1.1\r\nHost: lo");
            }
            held.push(connection);
        }
        let alive = worker.get("/livez");
        assert!(alive.as_ref().is_some_and(|a| a.starts_with("HTTP/1.1 200")), "{alive:?}\n{}", worker.log());
        articles::send(bootstrap, &topics, (round - 1) * 5..round * 5);
        let enriched = read_until(bootstrap, &topics.enriched, PATIENCE, |read| read.len() >= round * 5);
        assert_eq!(enriched.len(), round * 5, "{}", worker.log());
    }
    let open = worker.metric("process_open_fds").unwrap();
    assert!(open < f64::from(DESCRIPTORS) * 0.75, "{open} descriptors are open");
    assert!(worker.log().contains("as many connections as it may have"), "{}", worker.log());
    let log = worker.log();
    assert_eq!(worker.stop().code(), Some(0), "{log}");
    let verdict = Verdict::read(bootstrap, &topics, 20);
    assert!(verdict.lost.is_empty(), "{verdict:#?}");
    drop(held);
}

#[test]
fn a_worker_without_brokers_says_what_it_waits_for() {
    let worker = Group::new("127.0.0.1:1", "waits", &Topics::new("waits")).start(0);
    let mut last = None;
    until("readiness names the cause", &worker, || {
        last = worker.get("/readyz");
        let says = |words: &str| last.as_ref().is_some_and(|answer| answer.contains(words));
        says("HTTP/1.1 503") && says("starting: connecting to the brokers: 127.0.0.1:1/") && says("Connection refused")
    });
    assert!(worker.get("/livez").is_some_and(|a| a.starts_with("HTTP/1.1 200")), "{last:?}");
    let log = worker.log();
    let first: serde_json::Value = serde_json::from_str(log.lines().next().unwrap_or_default()).unwrap();
    for (field, value) in
        [("message", "the worker starts"), ("brokers", "127.0.0.1:1"), ("version", env!("CARGO_PKG_VERSION"))]
    {
        assert_eq!(first[field].as_str(), Some(value), "{first}");
    }
    assert!(first["group"].is_string() && first["input"].is_string() && first["dead"].is_string(), "{first}");
    worker.kill();
}
