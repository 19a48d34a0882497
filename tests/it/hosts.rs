//! Hosts in trouble: a process that is stopped, and one that gets next to no CPU time. Neither is an article's fault.
//!
//! The worker is this test binary itself, started again as a process of its own: its articles cost exactly the CPU time
//! they are meant to, on any machine.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::stream::{
    Input, Metrics, OutputRecord, Process, ProcessFactory, Processed, Rejection, Stage, Stopwatch, Worker,
};

use crate::kafka::{self, Message, Topics, committed, create_topics, produce, read_topic};
use crate::stream_support::{exactly_once, settings};

const LONG: Duration = Duration::from_secs(240);
/// CPU time that an article costs, and may cost.
const COST: Duration = Duration::from_millis(200);
const LIMIT: Duration = Duration::from_millis(800);

/// Works on an article for its time, or until it is stopped where that is endless, and publishes it as it is.
struct Laborious(Arc<str>);

impl Process for Laborious {
    fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
        let value = input.value.clone().unwrap_or_default();
        let watch = Stopwatch::start();
        while value.starts_with(b"endless") || !watch.has_worked(COST) {
            if stop() {
                return Err(Rejection::fault(Stage::Enrich, "timeout", "stopped"));
            }
        }
        let (topic, key) = (self.0.clone(), input.key.clone());
        Ok(Processed::Records(vec![OutputRecord {
            topic,
            key,
            value: Some(value),
            headers: Vec::new(),
            partition: None,
        }]))
    }
}

#[test]
#[ignore = "the worker of the test below, which starts it as a process of its own"]
fn laborious_worker() {
    let Ok(text) = std::env::var("DATELINE_TEST_LABORIOUS") else { return };
    let [bootstrap, input, enriched, dead] = text.split('|').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let mut settings =
        settings(bootstrap, input, exactly_once(input), dateline::stream::Topics::new(input, [enriched], dead));
    settings.article_timeout = LIMIT;
    settings.session_timeout = Duration::from_secs(30);
    let topic = settings.topics.outputs[0].clone();
    let factory: ProcessFactory = Arc::new(move || Box::new(Laborious(topic.clone())));
    Worker::start(settings, factory, Metrics::new().unwrap()).unwrap().wait().unwrap();
}

fn start(topics: &Topics, bootstrap: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["hosts::laborious_worker", "--exact", "--ignored"])
        .env("DATELINE_TEST_LABORIOUS", [bootstrap, &topics.input, &topics.enriched, &topics.dead].join("|"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn signal(worker: &Child, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &worker.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_host_in_trouble_makes_no_article_bad() {
    const ALL: usize = 24;
    const ENDLESS: usize = 13;
    let Some(kafka) = kafka::shared("a_host_in_trouble_makes_no_article_bad") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("starved"));
    create_topics(bootstrap, &topics, 1);
    let text = |n: usize| format!("{} {n:03}", if n == ENDLESS { "endless" } else { "hard" });
    let texts: Vec<String> = (0..ALL).map(text).collect();
    produce(bootstrap, &topics.input, texts.iter().map(|t| (Some(b"key".as_slice()), t.as_bytes(), [].as_slice())));
    let mut worker = start(&topics, bootstrap);
    let begun = Instant::now();
    let done = || {
        assert!(begun.elapsed() < LONG, "not all is read");
        committed(bootstrap, &topics.input, &topics.input)
    };
    while done() < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    // Many times what an article may take, while two are being read.
    signal(&worker, "STOP");
    std::thread::sleep(LIMIT * 5);
    signal(&worker, "CONT");
    // A tenth of the time, as a container has it whose quota is nearly used up: an article takes 2 s on the wall.
    while done() < 12 {
        signal(&worker, "STOP");
        std::thread::sleep(Duration::from_millis(450));
        signal(&worker, "CONT");
        std::thread::sleep(Duration::from_millis(50));
    }
    while done() < ALL as i64 {
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    let string = |m: &Message| String::from_utf8(m.value.clone()).unwrap();
    let found: Vec<String> = read_topic(bootstrap, &topics.enriched).iter().map(string).collect();
    assert_eq!(found, (0..ALL).filter(|n| *n != ENDLESS).map(text).collect::<Vec<_>>(), "all, in order");
    let dead: Vec<String> = read_topic(bootstrap, &topics.dead).iter().map(string).collect();
    assert_eq!(dead, [text(ENDLESS)], "what costs too much is bad on any host");
}
