//! Faults, proven against a real Kafka: real workers as processes of their own, articles coming all along, something
//! that breaks. One verdict for all of them: every article exactly once in every topic as a `read_committed` reader sees
//! it, in the order of its key, none lost; workers recover by themselves, or exit with a code and a reason that the test
//! knows. Every test prints a line of a table: what broke, what the workers did, how long it took until everything sent
//! before the end of the fault was committed, and the verdict.

mod brokers;
pub mod chaos;
mod groups;
mod history;
mod rights;
mod topics;
mod transactions;
mod workers;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::PATIENCE;
use crate::articles::{self, Verdict};
use crate::kafka::{Committed, Topics, create_replicated};
use crate::process::{Group, WorkerProcess};

const PARTITIONS: i32 = 6;
/// Articles that are sent every 250 ms. What matters is that they never stop coming; more of them only cost processor
/// time, which all tests of a run share.
const PORTION: usize = 4;
/// Portions that may wait to be committed: 25 s of the flow, more than any outage here takes.
const AHEAD: usize = 100;

/// Pseudo-random numbers (SplitMix64) from a fixed seed, so that a failure can be run again.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Prints a figure past the test runner's capture.
pub fn report(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Sends articles at a steady rate until it is dropped, as long as the workers follow: on a machine slower than the rate a
/// flow that waits for nobody would never be committed.
struct Feeder {
    sent: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Feeder {
    /// `portion` articles every 250 ms, `most` in all, and no more than [`AHEAD`] portions beyond what is committed.
    fn start(bootstrap: &str, topics: &Topics, portion: usize, most: usize, committed: Committed) -> Self {
        let (sent, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end, bootstrap, topics) = (sent.clone(), stop.clone(), bootstrap.to_owned(), topics.clone());
        let feed = move || {
            let producer = articles::producer(&bootstrap);
            let (start, mut known) = (Instant::now(), 0);
            while !end.load(Ordering::Relaxed) {
                let from = count.load(Ordering::Relaxed);
                // What an outage held up is caught up on, in steps.
                let due = (1 + start.elapsed().as_millis() as usize / 250) * portion;
                let to = due.min(from + 4 * portion).min(most).max(from);
                if to > known + AHEAD * portion {
                    known = usize::try_from(committed.read()).unwrap();
                }
                if to <= known + AHEAD * portion {
                    articles::send_with(&producer, &topics, from..to);
                    count.store(to, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(250));
            }
        };
        Self { sent, stop, thread: Some(std::thread::spawn(feed)) }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A worker that ended by itself: its slot, exit code and last words.
#[derive(Debug)]
pub struct Exit {
    pub slot: usize,
    pub code: Option<i32>,
    pub reason: String,
}

/// Workers of one group in numbered slots, and articles for them.
pub struct Scene {
    name: &'static str,
    pub bootstrap: String,
    pub topics: Topics,
    pub group: Group,
    pub slots: Vec<Option<WorkerProcess>>,
    feeder: Feeder,
    committed: Committed,
    /// Bad articles that a test sends beside the flow.
    pub extra: usize,
    /// Workers that ended by themselves and were started again, as a supervisor would.
    pub exits: Vec<Exit>,
    began: Instant,
}

impl Scene {
    /// Creates the topics, starts so many workers and the flow of articles, and waits until they work.
    pub fn start(
        name: &'static str,
        bootstrap: &str,
        replicas: i32,
        workers: usize,
        change: impl FnOnce(Group) -> Group,
    ) -> Self {
        let topics = Topics::new(name);
        create_replicated(bootstrap, &topics, PARTITIONS, replicas, &[]);
        Self::with_topics(name, bootstrap, topics, workers, PORTION, usize::MAX, change)
    }

    /// The same with topics that are there; `portion` articles every 250 ms until there are `most`.
    pub fn with_topics(
        name: &'static str,
        bootstrap: &str,
        topics: Topics,
        workers: usize,
        portion: usize,
        most: usize,
        change: impl FnOnce(Group) -> Group,
    ) -> Self {
        let group = Group::new(bootstrap, name, &topics)
            .with("KAFKA__SESSION_TIMEOUT", "4s")
            .with("KAFKA__TRANSACTION_TIMEOUT", "10s")
            .with("KAFKA__BROKER_PATIENCE", "150s");
        let group = change(group);
        let slots = (0..workers).map(|slot| Some(group.start(slot))).collect();
        let committed = || Committed::new(bootstrap, &group.name, &topics.input);
        let feeder = Feeder::start(bootstrap, &topics, portion, most, committed());
        let committed = committed();
        let scene = Self {
            name,
            bootstrap: bootstrap.to_owned(),
            topics,
            group,
            slots,
            feeder,
            committed,
            extra: 0,
            exits: Vec::new(),
            began: Instant::now(),
        };
        scene.wait_committed(20.min(most));
        scene
    }

    pub fn committed(&self) -> usize {
        usize::try_from(self.committed.read()).unwrap()
    }

    pub fn sent(&self) -> usize {
        self.feeder.sent()
    }

    pub fn logs(&self) -> String {
        let logs: Vec<String> = self.slots.iter().flatten().map(WorkerProcess::log_end).collect();
        logs.join("\n---\n")
    }

    fn wait_committed(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.committed() < count {
            assert!(Instant::now() < deadline, "{}: not {count} committed; logs:\n{}", self.name, self.logs());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub fn worker(&self, slot: usize) -> &WorkerProcess {
        self.slots[slot].as_ref().expect("a running worker")
    }

    pub fn take(&mut self, slot: usize) -> WorkerProcess {
        self.slots[slot].take().expect("a running worker")
    }

    pub fn put(&mut self, slot: usize) {
        while self.slots.len() <= slot {
            self.slots.push(None);
        }
        self.slots[slot] = Some(self.group.start(slot));
    }

    /// Starts workers again that have ended, as a supervisor does, and notes why they did.
    pub fn supervise(&mut self) {
        for slot in 0..self.slots.len() {
            let Some(worker) = &mut self.slots[slot] else { continue };
            if let Some(status) = worker.ended() {
                let reason = worker.last_words();
                self.exits.push(Exit { slot, code: status.code(), reason });
                self.put(slot);
            }
        }
    }

    /// No worker ended: every one went on by itself.
    pub fn assert_recovered_alone(&self) {
        assert!(self.exits.is_empty(), "{:#?}", self.exits);
    }

    /// Waits until everything sent so far is committed; workers that end are started again. Returns the time it took.
    pub fn recover(&mut self) -> Duration {
        let (start, count) = (Instant::now(), self.sent() + self.extra);
        while self.committed() < count {
            self.supervise();
            let name = self.name;
            assert!(start.elapsed() < PATIENCE, "{name}: not {count} committed; {:#?}\n{}", self.exits, self.logs());
            std::thread::sleep(Duration::from_millis(50));
        }
        start.elapsed()
    }

    /// Stops the flow and the workers, compares every topic with what was sent, and prints the line of the table.
    pub fn finish(mut self, fault: &str, happened: &str, recovery: Duration) -> Verdict {
        self.feeder.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.feeder.thread.take() {
            thread.join().unwrap();
        }
        self.recover();
        for slot in 0..self.slots.len() {
            if let Some(worker) = self.slots[slot].take() {
                let log = worker.log_end();
                assert_eq!(worker.stop().code(), Some(0), "{}: the worker does not stop; its log:\n{log}", self.name);
            }
        }
        let sent = self.sent();
        let verdict = Verdict::read(&self.bootstrap, &self.topics, sent);
        let restarts = match self.exits.len() {
            0 => String::new(),
            count => format!(", {count} restarts by the supervisor"),
        };
        report(&format!(
            "FAULT | {fault} | {happened}{restarts} | {:.1} s | {} ({sent} articles in {:.0} s) |",
            recovery.as_secs_f64(),
            verdict.text(),
            self.began.elapsed().as_secs_f64(),
        ));
        assert!(verdict.is_exact(), "{verdict:#?}\n{:#?}", self.exits);
        assert_eq!((verdict.articles, verdict.dead), (sent, self.extra), "{verdict:#?}");
        verdict
    }
}
