//! The long run: everything at once, at random, for as long as asked, and the memory of the workers meanwhile.
//!
//! `cargo test --test it chaos -- --ignored --nocapture`, with `DATELINE_CHAOS_ARTICLES` (100000), `_MINUTES` (30),
//! `_EVENTS` (30) and `_SEED`. Writes `target/tmp/chaos.csv`: second, worker, resident bytes, articles committed.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{PARTITIONS, Random, Scene, report};
use crate::kafka::{self, BROKERS, Cluster, Topics, create_replicated};

const WORKERS: usize = 3;
const TABLE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/chaos.csv");
/// Memory that may be added by the second half of a run: a leak of a byte per article would stay below, one of a record
/// per article would not.
const GROWTH: f64 = 1.10;

pub fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(format!("DATELINE_CHAOS_{name}")).ok();
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("DATELINE_CHAOS_{name} must be a number")))
}

/// What is broken and must be mended again, and when.
enum Repair {
    Worker(usize),
    WakeWorker(usize),
    Broker(usize),
    WakeBroker(usize),
}

struct Chaos {
    scene: Scene,
    cluster: std::sync::MutexGuard<'static, Cluster>,
    random: Random,
    repairs: Vec<(Instant, Repair)>,
    /// Resident bytes: second, worker, bytes, committed.
    samples: Vec<(u64, usize, u64, usize)>,
}

impl Chaos {
    /// Breaks something that is whole; only one broker at a time, as a cluster of three can bear.
    fn strike(&mut self) -> String {
        let slot = self.random.below(WORKERS as u64) as usize;
        let broker = self.random.below(BROKERS as u64) as usize;
        let seconds = 2 + self.random.below(10);
        let until = Instant::now() + Duration::from_secs(seconds);
        let broker_down = self.repairs.iter().any(|(_, r)| matches!(r, Repair::Broker(_) | Repair::WakeBroker(_)));
        let worker_up = self.scene.slots[slot].is_some();
        let asleep = self.repairs.iter().any(|(_, r)| matches!(r, Repair::WakeWorker(s) if *s == slot));
        match self.random.below(6) {
            0 if !broker_down => {
                self.cluster.kill(broker);
                self.repairs.push((until, Repair::Broker(broker)));
                format!("broker {broker} killed for {seconds} s")
            }
            1 if !broker_down => {
                self.cluster.pause(broker);
                self.repairs.push((until, Repair::WakeBroker(broker)));
                format!("broker {broker} silent for {seconds} s")
            }
            2 if worker_up && !asleep => {
                self.scene.worker(slot).signal("STOP");
                self.repairs.push((until, Repair::WakeWorker(slot)));
                format!("worker {slot} stopped for {seconds} s")
            }
            3 if worker_up && !asleep => {
                let status = self.scene.take(slot).stop();
                assert_eq!(status.code(), Some(0), "worker {slot} did not drain");
                self.repairs.push((until, Repair::Worker(slot)));
                format!("worker {slot} drained (SIGTERM), away for {seconds} s")
            }
            4 if worker_up && !asleep => {
                // A rolling restart of all.
                for slot in 0..WORKERS {
                    let busy = self.repairs.iter().any(|(_, r)| matches!(r, Repair::WakeWorker(s) if *s == slot));
                    if !busy && self.scene.slots[slot].is_some() {
                        self.scene.take(slot).stop();
                        self.scene.put(slot);
                    }
                }
                "rolling restart of the workers".to_owned()
            }
            _ if worker_up && !asleep => {
                self.scene.take(slot).kill();
                self.repairs.push((until, Repair::Worker(slot)));
                format!("worker {slot} killed (SIGKILL), away for {seconds} s")
            }
            _ => "nothing: what should break is broken already".to_owned(),
        }
    }

    fn repair(&mut self) {
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut self.repairs).into_iter().partition(|(at, _)| *at <= now);
        self.repairs = later;
        let due: Vec<(Instant, Repair)> = due;
        for (_, repair) in due {
            match repair {
                Repair::Worker(slot) => self.scene.put(slot),
                Repair::WakeWorker(slot) => self.scene.worker(slot).signal("CONT"),
                Repair::Broker(broker) => {
                    self.cluster.resume(broker).unwrap();
                    self.cluster.wait_whole(Some(&self.scene.topics.input)).unwrap();
                }
                Repair::WakeBroker(broker) => {
                    self.cluster.unpause(broker);
                    self.cluster.wait_whole(Some(&self.scene.topics.input)).unwrap();
                }
            }
        }
    }

    fn sample(&mut self, second: u64) {
        let committed = self.scene.committed();
        for (slot, worker) in self.scene.slots.iter().enumerate() {
            if let Some(bytes) = worker.as_ref().and_then(|worker| worker.memory()) {
                self.samples.push((second, slot, bytes, committed));
            }
        }
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// A row per worker and a column per time, nine steps high: from nothing to the highest sample.
fn plot(samples: &[(u64, usize, u64, usize)]) -> String {
    const COLUMNS: u64 = 60;
    let end = samples.iter().map(|s| s.0).max().unwrap_or(0) + 1;
    let most = samples.iter().map(|s| s.2).max().unwrap_or(1).max(1);
    let mut text = String::new();
    for slot in 0..WORKERS {
        let column = |c: u64| {
            let range = end * c / COLUMNS..end * (c + 1) / COLUMNS;
            let bytes = median(samples.iter().filter(|s| s.1 == slot && range.contains(&s.0)).map(|s| s.2).collect());
            ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][usize::try_from(bytes * 8 / most).unwrap_or(0)]
        };
        let line: String = (0..COLUMNS).map(column).collect();
        _ = writeln!(text, "  worker {slot} |{line}|");
    }
    _ = writeln!(text, "  full height {} MiB, width {end} s, a dot where the worker was away", most >> 20);
    text
}

#[test]
#[ignore = "the long run; see the head of this file"]
fn chaos() {
    let (articles, events) = (setting("ARTICLES", 100_000) as usize, setting("EVENTS", 30));
    let (minutes, seed) = (setting("MINUTES", 30), setting("SEED", 20_260_801));
    let Some(cluster) = kafka::cluster("chaos") else { return };
    let bootstrap = cluster.bootstrap().to_owned();
    let topics = Topics::new("chaos");
    create_replicated(&bootstrap, &topics, PARTITIONS * 2, 3, &[]);
    let time = Duration::from_secs(minutes * 60);
    // Sent evenly over nine tenths of the time.
    let portion = (articles as f64 / (time.as_secs_f64() * 0.9 * 4.0)).ceil() as usize;
    let scene = Scene::with_topics("chaos", &bootstrap, topics, WORKERS, portion, articles, |group| {
        group.with("WORKER__BATCH_RECORDS", "100")
    });
    let mut chaos = Chaos { scene, cluster, random: Random(seed), repairs: Vec::new(), samples: Vec::new() };
    let start = Instant::now();
    let gap = time.mul_f64(0.9) / u32::try_from(events + 1).unwrap();
    let (mut struck, mut last_sample) = (0, Instant::now());
    let done = |chaos: &Chaos| chaos.repairs.is_empty() && chaos.scene.committed() >= articles;
    while struck < events || !done(&chaos) {
        let (sent, late) = (chaos.scene.sent(), start.elapsed() > time * 2);
        assert!(!late, "{sent} of {articles} sent, {} committed after twice the time", chaos.scene.committed());
        if struck < events && start.elapsed() >= gap * u32::try_from(struck + 1).unwrap() {
            struck += 1;
            let at = start.elapsed().as_secs();
            let what = chaos.strike();
            report(&format!("chaos {struck:>3} at {at:>5} s: {what}"));
        }
        chaos.repair();
        chaos.scene.supervise();
        if last_sample.elapsed() >= Duration::from_secs(5) {
            last_sample = Instant::now();
            chaos.sample(start.elapsed().as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let Chaos { mut scene, samples, .. } = chaos;
    let recovery = scene.recover();
    for exit in &scene.exits {
        report(&format!("chaos: worker {} ended with {:?}: {}", exit.slot, exit.code, exit.reason));
    }
    scene.assert_recovered_alone();

    let mut table = String::from("second,worker,resident_bytes,committed\n");
    for (second, slot, bytes, committed) in &samples {
        _ = writeln!(table, "{second},{slot},{bytes},{committed}");
    }
    std::fs::write(TABLE, table).unwrap();
    report(&plot(&samples));
    // The first tenth is warm-up; workers that have just been started are small, so the upper quarter of each half counts.
    let end = samples.iter().map(|s| s.0).max().unwrap_or(0);
    let upper = |range: std::ops::Range<u64>| {
        let mut bytes: Vec<u64> = samples.iter().filter(|s| range.contains(&s.0)).map(|s| s.2).collect();
        bytes.sort_unstable();
        bytes.get(bytes.len() * 3 / 4).copied().unwrap_or(0)
    };
    let (first, second) = (upper(end / 10..end * 55 / 100), upper(end * 55 / 100..end + 1));
    let most = samples.iter().map(|s| s.2).max().unwrap_or(0);
    report(&format!(
        "chaos: resident memory {} MiB in the first half, {} MiB in the second ({:+.1} %), {} MiB at most; {TABLE}",
        first >> 20,
        second >> 20,
        (second as f64 / first as f64 - 1.0) * 100.0,
        most >> 20,
    ));
    let happened = format!("{events} events in {:.0} min, seed {seed}", start.elapsed().as_secs_f64() / 60.0);
    scene.finish("chaos: 3 workers, 3 brokers", &happened, recovery);
    assert!(second as f64 <= first as f64 * GROWTH, "memory grew from {first} to {second} bytes");
}
