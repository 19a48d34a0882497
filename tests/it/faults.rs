//! Exactly once, whatever happens: workers killed at random, partitions moved, the broker restarted.
//!
//! Every test reads all output topics with `read_committed` and prints its figures.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::articles::{self, Verdict};
use crate::kafka::{self, Topics, committed, create_topics};
use crate::process::{Group, WorkerProcess};

const PATIENCE: Duration = Duration::from_secs(300);

/// Pseudo-random numbers (SplitMix64) from a fixed seed, so that a failure can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Prints a figure past the test runner's capture.
fn report(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Waits until the group has committed all of `n` articles.
fn finish(bootstrap: &str, group: &Group, topics: &Topics, n: usize, workers: &[Option<WorkerProcess>]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let done = committed(bootstrap, &group.name, &topics.input);
        // Transaction markers do not lie in the input topic, so its offsets count articles.
        if done >= n as i64 {
            return;
        }
        let logs: Vec<String> = workers.iter().flatten().map(WorkerProcess::log).collect();
        assert!(Instant::now() < deadline, "only {done} of {n} articles committed; logs:\n{}", logs.join("\n---\n"));
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn killed_workers_lose_and_double_nothing() {
    const SEED: u64 = 20_220_203;
    const ARTICLES: usize = 2000;
    const PORTIONS: usize = 5;
    const KILLS: usize = 15;
    let Some(kafka) = kafka::shared("killed_workers_lose_and_double_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("killed"));
    create_topics(bootstrap, &topics, 6);
    let group = Group::new(bootstrap, "killed", &topics).with("WORKER__BATCH_RECORDS", "25");
    let mut random = Random(SEED);
    let mut workers: Vec<Option<WorkerProcess>> = (0..3).map(|i| Some(group.start(i))).collect();
    let (mut kills, start) = (0, Instant::now());
    // Articles come in portions, so that however fast the workers are, every kill finds work: joining, reading,
    // committing.
    for portion in 0..PORTIONS {
        let size = ARTICLES / PORTIONS;
        articles::send(bootstrap, &topics, portion * size..(portion + 1) * size);
        for _ in 0..KILLS / PORTIONS {
            std::thread::sleep(Duration::from_millis(500 + random.below(2500)));
            let slot = random.below(3) as usize;
            if let Some(worker) = workers[slot].take() {
                worker.kill();
                kills += 1;
            }
            workers[slot] = Some(group.start(slot));
        }
    }
    finish(bootstrap, &group, &topics, ARTICLES, &workers);
    let verdict = Verdict::read(bootstrap, &topics, ARTICLES);
    report(&format!(
        "exactly once under SIGKILL (seed {SEED}): 3 workers, {kills} kills, {} articles, {} events, {} entities in \
         {:.0} s: {} lost, {} doubled, {} out of order",
        verdict.articles,
        verdict.events,
        verdict.entities,
        start.elapsed().as_secs_f64(),
        verdict.lost.len(),
        verdict.doubled.len(),
        verdict.out_of_order.len(),
    ));
    assert!(verdict.is_exact() && verdict.articles == ARTICLES, "{verdict:#?}");
    assert_eq!(kills, KILLS);
    for worker in workers.into_iter().flatten() {
        assert_eq!(worker.ready().stop().code(), Some(0));
    }
}

#[test]
fn partitions_that_move_lose_and_double_nothing() {
    const ARTICLES: usize = 600;
    let Some(kafka) = kafka::shared("partitions_that_move_lose_and_double_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("rebalance"));
    create_topics(bootstrap, &topics, 6);
    articles::send(bootstrap, &topics, 0..ARTICLES);
    let group = Group::new(bootstrap, "rebalance", &topics).with("WORKER__BATCH_RECORDS", "10");
    let first = group.start(0).ready();
    let second = group.start(1).ready();
    let third = group.start(2).ready();
    assert_eq!(first.stop().code(), Some(0));
    let again = group.start(0).ready();
    assert_eq!(third.stop().code(), Some(0));
    let workers = [Some(second), Some(again)];
    finish(bootstrap, &group, &topics, ARTICLES, &workers);
    let verdict = Verdict::read(bootstrap, &topics, ARTICLES);
    report(&format!("rebalance while processing: {} articles, {verdict:?}", verdict.articles));
    assert!(verdict.is_exact() && verdict.articles == ARTICLES, "{verdict:#?}");
}

#[test]
fn a_broker_restart_loses_and_doubles_nothing() {
    const ARTICLES: usize = 400;
    let Some(mut broker) = kafka::own("a_broker_restart_loses_and_doubles_nothing") else { return };
    let (bootstrap, topics) = (broker.bootstrap().to_owned(), Topics::new("broker-restart"));
    create_topics(&bootstrap, &topics, 3);
    articles::send(&bootstrap, &topics, 0..ARTICLES);
    let group = Group::new(&bootstrap, "broker-restart", &topics).with("WORKER__BATCH_RECORDS", "10");
    let worker = group.start(0).ready();
    while committed(&bootstrap, &group.name, &topics.input) < 50 {
        std::thread::sleep(Duration::from_millis(100));
    }
    let before = committed(&bootstrap, &group.name, &topics.input);
    broker.kill();
    std::thread::sleep(Duration::from_secs(3));
    broker.resume().unwrap();
    let workers = [Some(worker)];
    finish(&bootstrap, &group, &topics, ARTICLES, &workers);
    let verdict = Verdict::read(&bootstrap, &topics, ARTICLES);
    report(&format!("broker restart: {before} articles committed before, {} after, {verdict:?}", verdict.articles));
    assert!((before as usize) < ARTICLES, "everything was done before the broker went: the test showed nothing");
    assert!(verdict.is_exact() && verdict.articles == ARTICLES, "{verdict:#?}");
    let [worker] = workers;
    assert_eq!(worker.unwrap().stop().code(), Some(0));
}
