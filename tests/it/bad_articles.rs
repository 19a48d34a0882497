//! Bad articles beyond the ordinary: those that end the process, and too many at once.
//!
//! The worker of the crash tests is this test binary itself, started again as a process of its own: what makes the
//! enrichment crash must not be in the binary that ships.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::stream::{
    CrashGuard, DeadLetterLimits, Delivery, Input, Metrics, OutputRecord, Process, ProcessFactory, Processed,
    Rejection, Settings, Stage, Topics, Worker,
};

use crate::articles;
use crate::kafka::{self, Committed, Message, create_topics, produce, read_topic};
use crate::process::Group;
use crate::stream_support::{assert_identity, eventually, exactly_once, settings};

const LONG: Duration = crate::PATIENCE;
const GUILTY: [usize; 2] = [11, 23];
const ARTICLES: usize = 40;

/// Ends the process where the article says so; otherwise takes a while and publishes it as it is.
struct Fragile(Arc<str>);

impl Process for Fragile {
    fn process(&mut self, input: &Input, _: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
        let value = input.value.clone().unwrap_or_default();
        std::thread::sleep(Duration::from_millis(20));
        let me = std::process::id().to_string();
        match value.split(|b| *b == b' ').next().unwrap_or_default() {
            b"abort" => std::process::abort(),
            // Long enough to be killed in.
            b"nap" => std::thread::sleep(Duration::from_secs(3)),
            // As the kernel does when memory runs out.
            b"killed" => {
                let _ = Command::new("kill").args(["-9", &me]).status();
                std::thread::sleep(LONG);
            }
            _ => {}
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

fn names(prefix: &str) -> Topics {
    let name = |kind: &str| Arc::from(format!("{prefix}.{kind}"));
    Topics {
        input: name("articles.raw"),
        outputs: ["articles.enriched", "news.events", "news.entities", "news.link"].map(name).to_vec(),
        dead: name("articles.dead"),
    }
}

#[test]
#[ignore = "the worker of the crash test, which starts it as a process of its own"]
fn fragile_worker() {
    let Ok(text) = std::env::var("DATELINE_TEST_FRAGILE") else { return };
    let [bootstrap, prefix, folder] = text.split('|').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let mut settings = settings(bootstrap, prefix, exactly_once(prefix), names(prefix));
    settings.threads = 4;
    settings.session_timeout = Duration::from_secs(3);
    settings.crash_guard = Some(CrashGuard { folder: folder.into(), name: "0".into(), limit: 3 });
    let topic = settings.topics.outputs[0].clone();
    let factory: ProcessFactory = Arc::new(move || Box::new(Fragile(topic.clone())));
    Worker::start(settings, factory, Metrics::new().unwrap()).unwrap().wait().unwrap();
}

fn start_fragile(text: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["bad_articles::fragile_worker", "--exact", "--ignored"])
        .env("DATELINE_TEST_FRAGILE", text)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_record_that_crashes_the_worker_is_found_and_dead_lettered() {
    let test = "a_record_that_crashes_the_worker_is_found_and_dead_lettered";
    let Some(kafka) = kafka::shared(test) else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), kafka::Topics::new("fragile"));
    create_topics(bootstrap, &topics, 4);
    let text = |n: usize| match n {
        _ if n == GUILTY[0] => format!("abort {n:03}"),
        _ if n == GUILTY[1] => format!("killed {n:03}"),
        _ => format!("fine {n:03}"),
    };
    let texts: Vec<(String, String)> = (0..ARTICLES).map(|n| (format!("key {}", n % 9), text(n))).collect();
    let records = texts.iter().map(|(key, text)| (Some(key.as_bytes()), text.as_bytes(), [].as_slice()));
    produce(bootstrap, &topics.input, records);

    let folder = tempfile::tempdir().unwrap();
    let prefix = topics.input.strip_suffix(".articles.raw").unwrap();
    let arguments = format!("{bootstrap}|{prefix}|{}", folder.path().display());
    let (mut worker, mut crashes, start) = (start_fragile(&arguments), Vec::new(), Instant::now());
    let committed = Committed::new(bootstrap, prefix, &topics.input);
    while committed.read() < ARTICLES as i64 {
        if let Some(status) = worker.try_wait().unwrap() {
            crashes.push(status.signal().unwrap_or_else(|| panic!("the worker ended by itself: {status}")));
            worker = start_fragile(&arguments);
        }
        assert!(start.elapsed() < LONG, "crashes so far: {crashes:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    let took = start.elapsed().as_secs_f64();
    let line = format!("crash-loop breaker: {} crashes (signals {crashes:?}) in {took:.0} s", crashes.len());
    let _ = writeln!(std::io::stderr(), "{line}; 2 records dead-lettered, none of their neighbours");

    let string = |m: &Message| String::from_utf8(m.value.clone()).unwrap();
    let mut dead: Vec<_> = read_topic(bootstrap, &topics.dead)
        .iter()
        .map(|m| (string(m), ["stage", "reason"].map(|n| m.header(&format!("dateline.error.{n}")).unwrap().to_owned())))
        .collect();
    dead.sort();
    let why = ["worker", "crashed_worker"].map(str::to_owned);
    assert_eq!(dead, [(text(GUILTY[0]), why.clone()), (text(GUILTY[1]), why)]);
    let mut fine: Vec<String> = read_topic(bootstrap, &topics.enriched).iter().map(string).collect();
    fine.sort();
    let expect: Vec<String> = (0..ARTICLES).filter(|n| !GUILTY.contains(n)).map(text).collect();
    assert_eq!(fine, expect);
    for signal in [6, 9] {
        let count = crashes.iter().filter(|s| **s == signal).count();
        // Once less where both were being read at the first crash.
        assert!((3..=4).contains(&count), "once in company and three times alone, no more: {crashes:?}");
    }
}

#[test]
fn a_worker_that_is_killed_three_times_blames_no_article() {
    const NAP: usize = 7;
    const ALL: usize = 12;
    let Some(kafka) = kafka::shared("a_worker_that_is_killed_three_times_blames_no_article") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), kafka::Topics::new("innocent"));
    create_topics(bootstrap, &topics, 1);
    let texts: Vec<String> = (0..ALL).map(|n| format!("{} {n:03}", if n == NAP { "nap" } else { "fine" })).collect();
    produce(bootstrap, &topics.input, texts.iter().map(|t| (Some(b"key".as_slice()), t.as_bytes(), [].as_slice())));

    let folder = tempfile::tempdir().unwrap();
    let prefix = topics.input.strip_suffix(".articles.raw").unwrap();
    let arguments = format!("{bootstrap}|{prefix}|{}", folder.path().display());
    // The first time by chance with others, then alone because it is suspected: the moment to kill is always this one.
    let start = Instant::now();
    for mark in ["", "alone", "alone"] {
        let mut worker = start_fragile(&arguments);
        let line = format!("0 {NAP} {} {mark}", topics.input);
        let journal = || std::fs::read_to_string(folder.path().join("0.journal")).unwrap_or_default();
        while !journal().lines().any(|l| l.trim_end() == line.trim_end()) {
            assert!(start.elapsed() < LONG, "{line:?} is not in the journal: {:?}", journal());
            std::thread::sleep(Duration::from_millis(5));
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let mut worker = start_fragile(&arguments);
    let committed = Committed::new(bootstrap, prefix, &topics.input);
    while committed.read() < ALL as i64 {
        assert!(start.elapsed() < LONG && worker.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    let found: Vec<Vec<u8>> = read_topic(bootstrap, &topics.enriched).into_iter().map(|m| m.value).collect();
    assert_eq!(found, texts.iter().map(|t| t.as_bytes().to_vec()).collect::<Vec<_>>(), "all, in order");
    assert!(read_topic(bootstrap, &topics.dead).is_empty());
}

/// Rejects what is called bad.
struct Strict(Arc<str>);

impl Process for Strict {
    fn process(&mut self, input: &Input, _: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
        let value = input.value.clone().unwrap_or_default();
        if value.starts_with(b"bad") {
            return Err(Rejection::fault(Stage::Read, "bad", ""));
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
fn a_flood_of_bad_articles_halts_the_worker_until_they_are_good_again() {
    const BAD: std::ops::Range<usize> = 50..150;
    const FIRST: usize = 400;
    const ALL: usize = 420;
    const PAUSE: Duration = Duration::from_secs(5);
    let test = "a_flood_of_bad_articles_halts_the_worker_until_they_are_good_again";
    let Some(kafka) = kafka::shared(test) else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), kafka::Topics::new("flood"));
    create_topics(bootstrap, &topics, 1);
    let text = |n: usize| format!("{} {n:03}", if BAD.contains(&n) { "bad" } else { "good" });
    let texts: Vec<String> = (0..ALL).map(text).collect();
    let feed = |texts: &[String]| {
        let records = texts.iter().map(|t| (Some(b"key".as_slice()), t.as_bytes(), [].as_slice()));
        produce(bootstrap, &topics.input, records);
    };
    feed(&texts[..FIRST]);

    let delivery = Delivery::ExactlyOnce { transactional_id: topics.input.clone() };
    let names = topics.names();
    let settings = Settings {
        dead_letters: DeadLetterLimits {
            max_burst: 30,
            min_records: 1_000,
            pause: PAUSE,
            ..DeadLetterLimits::default()
        },
        // Shorter than the halt: the worker must go on polling.
        max_poll_interval: 6 * PAUSE,
        broker_patience: 3 * PAUSE,
        revoke_timeout: Duration::from_secs(1),
        ..settings(bootstrap, &topics.input, delivery, names.clone())
    };
    let factory: ProcessFactory = Arc::new(move || Box::new(Strict(names.outputs[0].clone())));
    let metrics = Metrics::new().unwrap();
    let start = Instant::now();
    let mut worker = Worker::start(settings, factory, metrics.clone()).unwrap();
    let health = worker.health();
    let dead = || Metrics::total(&metrics.records_dead_lettered);

    eventually("the worker halts", LONG, || metrics.dead_letters_halted.get() == 1);
    let reason = health.halted().unwrap();
    assert!(reason.contains("31 bad articles came in a row"), "{reason}");
    assert!(!health.ready() && health.live());
    let (mut steps, mut last, mut all_fed) = (BTreeMap::new(), dead(), false);
    while metrics.dead_letters_halted.get() == 1 {
        assert!(start.elapsed() < LONG, "still halted with {} dead letters", dead());
        if let Some(result) = worker.wait_for(Duration::ZERO) {
            panic!("the worker gave up: {result:?}");
        }
        // Whatever the threads had found bad already: ten after each pause, no more.
        let most = 31 + 10 * (start.elapsed().as_secs() / PAUSE.as_secs() + 1);
        assert!(dead() <= most, "{} dead letters, {most} at most after {:?}", dead(), start.elapsed());
        if dead() == BAD.len() as u64 && !all_fed {
            // Threads have long read the good ones of before; a trial takes new ones.
            feed(&texts[FIRST..]);
            all_fed = true;
        }
        if dead() > last {
            last = dead();
            steps.insert(last, start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(start.elapsed() > 6 * PAUSE, "seven trials take as many pauses: {steps:?}");
    eventually("the rest is read", LONG, || Metrics::total(&metrics.records_finished) == ALL as u64);
    assert!(health.ready() && health.halted().is_none());
    assert_eq!(dead(), 100);
    assert_eq!(Metrics::total(&metrics.records_returned), 0, "what was held back was neither dropped nor read again");
    assert_identity(&metrics);
    worker.stop();
    worker.wait().unwrap();
    let string = |m: &Message| String::from_utf8(m.value.clone()).unwrap();
    let found: Vec<String> = read_topic(bootstrap, &topics.enriched).iter().map(string).collect();
    assert_eq!(found, (0..ALL).filter(|n| !BAD.contains(n)).map(text).collect::<Vec<_>>(), "all, in order");
    let found: Vec<String> = read_topic(bootstrap, &topics.dead).iter().map(string).collect();
    assert_eq!(found, BAD.map(text).collect::<Vec<_>>(), "all, in order");
}

#[test]
fn a_feed_that_is_mostly_french_does_not_halt_the_worker() {
    const ALL: usize = 50;
    const FRENCH: &str = "Le gouvernement a annoncé lundi à Paris que les négociations avec les syndicats se poursuivraient \
                          cette semaine, et l'opposition a vivement critiqué cette décision dans un communiqué publié mardi.";
    let Some(kafka) = kafka::shared("a_feed_that_is_mostly_french_does_not_halt_the_worker") else { return };
    for choice in ["dead_letter", "skip"] {
        let (bootstrap, topics) = (kafka.bootstrap(), kafka::Topics::new(&format!("french-{choice}")));
        create_topics(bootstrap, &topics, 1);
        let texts: Vec<(String, String)> = (0..ALL)
            .map(|n| if n % 5 < 3 { (format!("french {n}"), FRENCH.into()) } else { articles::article(n) })
            .collect();
        let records = texts.iter().map(|(key, text)| (Some(key.as_bytes()), text.as_bytes(), [].as_slice()));
        produce(bootstrap, &topics.input, records);
        let group = Group::new(bootstrap, &format!("french-{choice}"), &topics)
            .with("DEAD_LETTERS__MIN_RECORDS", "10")
            .with("DEAD_LETTERS__MAX_BURST", "2")
            // A halt would outlast the test.
            .with("DEAD_LETTERS__PAUSE", "1h")
            .with("DEAD_LETTERS__UNSUPPORTED_LANGUAGE", choice);
        let worker = group.start(0).ready();
        let committed = Committed::new(bootstrap, &group.name, &topics.input);
        worker.wait_until("commits all", || committed.read() >= ALL as i64);
        worker.wait_metric("dateline_in_flight_records", 0.0);
        let count = |series: &str| worker.metric(&format!("dateline_records_{series}\"}}")).unwrap_or_default();
        let found = [
            count("finished_total{outcome=\"enriched"),
            count("skipped_total{reason=\"unsupported_language"),
            count("dead_lettered_total{reason=\"unsupported_language\",stage=\"read"),
        ];
        assert_eq!(found, if choice == "skip" { [20.0, 30.0, 0.0] } else { [20.0, 0.0, 30.0] }, "{choice}");
        assert_eq!(worker.metric("dateline_dead_letters_halted"), Some(0.0));
        assert_eq!(worker.stop().code(), Some(0));
        assert_eq!(read_topic(bootstrap, &topics.dead).len(), if choice == "skip" { 0 } else { 30 });
    }
}
