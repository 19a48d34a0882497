//! The long run of the linking role: two workers, three brokers, everything at random. Workers are killed, silenced beyond
//! their session and transaction (another one fences them), started twice under one id; brokers are killed; the changelog
//! is compacted all along. What stands under every key in the end is what one linker makes of the same articles.
//!
//! `cargo test --locked --test it linking::chaos -- --ignored --nocapture`, with `DATELINE_CHAOS_ARTICLES` (100000),
//! `_EVENTS` (40) and `_SEED`, which fixes what is broken and after how many articles.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use super::{Table, table, undisturbed};
use crate::faults::chaos::setting;
use crate::faults::{Random, report};
use crate::kafka::{self, Cluster, Committed, Topics, create_replicated, produce, read_topic};
use crate::process::{Group, WorkerProcess};

#[path = "../../../benches/link/articles.rs"]
pub(super) mod articles;

/// Articles of a simulated day.
const DAY: u64 = 5_000;
/// As long as a session and a transaction together.
const SILENCE: Duration = Duration::from_secs(12);

/// Workers of one group, and what was done to them.
struct Scene<'a> {
    group: Group,
    workers: Vec<Option<WorkerProcess>>,
    cluster: &'a mut Cluster,
    random: Random,
    done: BTreeMap<&'static str, usize>,
    restarts: usize,
}

impl Scene<'_> {
    /// Starts workers again that have ended, as a supervisor does.
    fn supervise(&mut self) {
        for slot in 0..self.workers.len() {
            let Some(worker) = &mut self.workers[slot] else { continue };
            if let Some(status) = worker.ended() {
                // No broker in time, not drained in time, fenced.
                assert!(matches!(status.code(), Some(69 | 75 | 76)), "{status}: {}", worker.last_words());
                self.workers[slot] = Some(self.group.start(slot));
                self.restarts += 1;
            }
        }
    }

    fn take(&mut self, slot: usize) -> WorkerProcess {
        self.workers[slot].take().expect("a running worker")
    }

    fn strike(&mut self) {
        let slot = self.random.below(self.workers.len() as u64) as usize;
        let what = match self.random.below(8) {
            0..3 => {
                self.take(slot).kill();
                self.workers[slot] = Some(self.group.start(slot));
                "killed"
            }
            3..5 => {
                let worker = self.take(slot);
                worker.signal("STOP");
                std::thread::sleep(SILENCE);
                worker.signal("CONT");
                self.workers[slot] = Some(worker);
                "silenced"
            }
            5 => {
                // The older one of two under one id is fenced.
                let older = self.take(slot);
                self.workers[slot] = Some(self.group.start(slot));
                std::thread::sleep(Duration::from_secs(3));
                older.kill();
                "doubled"
            }
            6 => {
                let ended = self.take(slot).stop();
                // One that was started a moment ago has no handler of the signal yet.
                let at_once = ended.signal() == Some(15);
                assert!(at_once || matches!(ended.code(), Some(0 | 69 | 75 | 76)), "{ended:?}");
                self.workers[slot] = Some(self.group.start(slot));
                "stopped"
            }
            _ => {
                let broker = self.random.below(3) as usize;
                self.cluster.kill(broker);
                std::thread::sleep(Duration::from_secs(2));
                self.cluster.mend(broker).unwrap();
                "brokers killed"
            }
        };
        *self.done.entry(what).or_default() += 1;
    }
}

/// Without the keys that have no value: compaction removes them in its own time.
fn standing(table: Table) -> Table {
    table.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

#[test]
#[ignore = "the long run; see the head of this file"]
fn linking_chaos() {
    let Some(mut cluster) = kafka::own_cluster("linking_chaos") else { return };
    let (count, events, seed) = (setting("ARTICLES", 100_000), setting("EVENTS", 40), setting("SEED", 1));
    let (bootstrap, topics) = (cluster.bootstrap().to_owned(), Topics::new("linking-chaos"));
    create_replicated(&bootstrap, &topics, 1, 3, &[]);
    let often = [("cleanup.policy", "compact"), ("segment.ms", "5000"), ("min.cleanable.dirty.ratio", "0.01")];
    kafka::configure(&bootstrap, &topics.link_state, &often);
    let bases = articles::bases().unwrap();
    for from in (0..count).step_by(5_000) {
        let made = (from..count.min(from + 5_000)).map(|n| articles::made(&bases, n / DAY, n));
        let made: Vec<_> = made.map(|a| (a.article_id.clone(), serde_json::to_vec(&a).unwrap())).collect();
        produce(&bootstrap, &topics.link, made.iter().map(|(key, v)| (Some(key.as_bytes()), v.as_slice(), &[][..])));
    }
    let group = Group::new(&bootstrap, "linking-chaos", &topics)
        .with("WORKER__ROLE", "link")
        .with("KAFKA__SESSION_TIMEOUT", "4s")
        .with("KAFKA__TRANSACTION_TIMEOUT", "6s");
    let name = format!("{}-link", group.name);
    let workers = (0..2).map(|slot| Some(group.start(slot))).collect();
    let (random, done) = (Random(seed), BTreeMap::new());
    let mut scene = Scene { group, workers, cluster: &mut cluster, random, done, restarts: 0 };
    let committed = Committed::new(&bootstrap, &name, &topics.link);
    let (start, mut struck) = (Instant::now(), 0);
    let end = read_topic(&bootstrap, &topics.link).last().unwrap().offset as u64 + 1;
    loop {
        let so_far = committed.read() as u64;
        if so_far >= end && struck >= events {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(5_400), "{so_far} of {end} committed");
        if struck < events && so_far >= end / (events + 1) * (struck + 1) {
            struck += 1;
            scene.strike();
        }
        scene.supervise();
        std::thread::sleep(Duration::from_millis(100));
    }
    for worker in scene.workers.into_iter().flatten() {
        assert_eq!(worker.stop().code(), Some(0));
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    let articles = read_topic(&bootstrap, &topics.link);
    assert_eq!(articles.len() as u64, count);
    let mut keys = Vec::new();
    for (topic, expected) in topics.linked().into_iter().zip(undisturbed(&articles)) {
        let (found, expected) = (standing(table(&bootstrap, topic)), standing(expected));
        let differing: Vec<&String> =
            expected.keys().chain(found.keys()).filter(|k| found.get(*k) != expected.get(*k)).take(20).collect();
        assert!(differing.is_empty(), "{topic}: {differing:?} of {} keys differ", expected.len());
        keys.push(format!("{} {}", found.len(), topic));
    }
    report(&format!(
        "CHAOS | linking: 2 workers, 3 brokers, {count} articles, seed {seed} | {:?}, {} restarts | {minutes:.1} min | \
         every key byte-equal: {} |",
        scene.done,
        scene.restarts,
        keys.join(", ")
    ));
}
