//! The enrichment threads: a fixed number, named, fed from one [queue](super::queue).
//!
//! Each article ends in exactly one result, whichever comes first: the processor's answer, a panic (contained, and the
//! processor made anew), or the watchdog. Both sides decide under one lock, so there is no moment at which an article
//! could get two results or none.
//!
//! Limits are cooperative: once an article has cost its CPU time, the processor's `stop` turns true. A thread cannot be
//! killed, so an article that ignores `stop` for as long again is given up: its seat gets a new thread, the old one is
//! left behind, and what it may still answer is dropped. The same happens to one that *hangs*, which costs no CPU time
//! but too much time on the wall. Time in which the whole process stood still counts as neither.
//!
//! Even CPU time depends on the host (caches, cores shared with a neighbour, a hypervisor), so what took too long beside
//! other articles is no result yet but [inconclusive](Done::inconclusive): the stream has it read once more, alone.
//!
//! Nothing here waits for a thread: one that never ends holds up neither the stream nor its shutdown.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::crashes::Journal;
use super::error::StreamError;
use super::ledger::{LaneId, Ticket};
use super::process::{ProcessFactory, Processed, Rejection, Stage};
use super::queue::{Job, Queue};
use super::stopwatch::Stopwatch;

/// Longest time between two looks of the watchdog that counts: beyond it, the process may have stood still.
const LOOK: Duration = Duration::from_secs(1);

/// The result for an article.
pub(super) struct Done {
    pub(super) ticket: Ticket,
    pub(super) result: Result<Processed, Rejection>,
    /// Whether it took too long while others were being read, which may be their fault or the host's.
    pub(super) inconclusive: bool,
    pub(super) started: Instant,
    pub(super) ended: Instant,
}

/// How long an article may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// In CPU time.
    pub(super) cpu: Duration,
    /// On the wall.
    pub(super) wall: Duration,
}

/// What the thread of a seat is doing.
enum Activity {
    Idle,
    Busy {
        ticket: Ticket,
        alone: bool,
        watch: Stopwatch,
        /// Time on the wall during which this process ran, as the watchdog saw it.
        awake: Duration,
    },
    /// Given up: the thread ends when its article does, and says nothing.
    Abandoned,
}

struct Shared {
    queue: Queue,
    factory: ProcessFactory,
    limits: Limits,
    journal: Option<Arc<Journal>>,
    /// Threads left behind that have not ended yet.
    stuck: AtomicUsize,
}

/// The threads.
pub(super) struct Pool {
    shared: Arc<Shared>,
    seats: Vec<Arc<Mutex<Activity>>>,
    done: (Sender<Done>, Receiver<Done>),
    /// When the watchdog looked last.
    looked: Instant,
}

/// A panic of a processor is contained and nothing is left half-changed under this lock, so poison means nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// Starts the threads. `capacity` bounds the results that wait to be taken.
    pub(super) fn start(
        threads: usize,
        capacity: usize,
        limits: Limits,
        factory: ProcessFactory,
        journal: Option<Arc<Journal>>,
    ) -> Result<Self, StreamError> {
        let stuck = AtomicUsize::new(0);
        let shared = Arc::new(Shared { queue: Queue::default(), factory, limits, journal, stuck });
        let mut pool = Self { shared, seats: Vec::new(), done: bounded(capacity + threads), looked: Instant::now() };
        for index in 0..threads {
            let seat = pool.seat(index)?;
            pool.seats.push(seat);
        }
        Ok(pool)
    }

    fn seat(&self, index: usize) -> Result<Arc<Mutex<Activity>>, StreamError> {
        let seat = Arc::new(Mutex::new(Activity::Idle));
        let (shared, done, own) = (self.shared.clone(), self.done.0.clone(), seat.clone());
        thread::Builder::new()
            .name(format!("enrich-{index}"))
            .stack_size(8 << 20)
            .spawn(move || work(&shared, index, &own, &done))
            .map_err(StreamError::Thread)?;
        Ok(seat)
    }

    pub(super) fn submit(&self, job: Job) {
        self.shared.queue.submit(job);
    }

    /// Takes a job back that ended without a result that counts; it is the next to begin.
    pub(super) fn put_back(&self, job: Job) {
        self.shared.queue.put_back(job);
    }

    /// Lets so many more articles begin; none: any number again.
    pub(super) fn allow(&self, count: Option<u64>) {
        self.shared.queue.allow(count);
    }

    /// Lets one more begin, while only so many may.
    pub(super) fn allow_another(&self) {
        self.shared.queue.allow_another();
    }

    /// Takes back the jobs of these lanes that no thread has begun; returns how many.
    pub(super) fn withdraw(&self, lanes: &[LaneId]) -> usize {
        self.shared.queue.withdraw(lanes)
    }

    /// Threads left behind in articles that have not ended.
    pub(super) fn stuck(&self) -> usize {
        self.shared.stuck.load(Ordering::Relaxed)
    }

    /// Results, as they come.
    pub(super) fn results(&self) -> &Receiver<Done> {
        &self.done.1
    }

    /// Gives up articles that do not end, and seats new threads. To be asked often.
    ///
    /// # Errors
    /// Twice as many threads are stuck as the pool has seats (an article may cost two): the process is not worth keeping.
    pub(super) fn give_up_overdue(&mut self, now: Instant) -> Result<Vec<Done>, StreamError> {
        let step = now.saturating_duration_since(self.looked).min(LOOK);
        self.looked = now;
        let mut given_up = Vec::new();
        for index in 0..self.seats.len() {
            let Some(done) = overdue(&mut lock(&self.seats[index]), self.shared.limits, step, now) else { continue };
            self.shared.queue.leave_behind();
            let stuck = self.shared.stuck.fetch_add(1, Ordering::Relaxed) + 1;
            if stuck > 2 * self.seats.len() {
                return Err(StreamError::ThreadsStuck(stuck));
            }
            self.seats[index] = self.seat(index)?;
            given_up.push(done);
        }
        Ok(given_up)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

/// Lets time pass for a seat, and gives its article up if that has taken too much of it.
fn overdue(activity: &mut Activity, limits: Limits, step: Duration, now: Instant) -> Option<Done> {
    let Activity::Busy { ticket, alone, watch, awake } = activity else { return None };
    *awake += step;
    let message = if watch.shows(limits.cpu * 2) {
        format!("not done after {} ms of CPU time; its thread was left behind", (limits.cpu * 2).as_millis())
    } else if *awake > limits.wall {
        format!("not done after {} ms; its thread was left behind", limits.wall.as_millis())
    } else {
        return None;
    };
    let done = Done {
        ticket: *ticket,
        result: Err(Rejection::fault(Stage::Enrich, "timeout", message)),
        inconclusive: !*alone,
        started: watch.started(),
        ended: now,
    };
    *activity = Activity::Abandoned;
    Some(done)
}

/// The life of a thread.
fn work(shared: &Shared, index: usize, seat: &Mutex<Activity>, done: &Sender<Done>) {
    let (mut processor, mut ended) = (None, false);
    let journal = shared.journal.as_deref();
    let idle = || _ = journal.map(|journal| journal.clear(index));
    let watch = Cell::new(Stopwatch::start());
    let begun = |job: &Job| {
        watch.set(Stopwatch::start());
        let Job { ticket, alone, .. } = *job;
        *lock(seat) = Activity::Busy { ticket, alone, watch: watch.get(), awake: Duration::ZERO };
    };
    while let Some(job) = shared.queue.next(ended, begun, idle) {
        ended = true;
        if let Some(journal) = journal {
            journal.note(index, &job.input, job.alone);
        }
        let (watch, stopped) = (watch.get(), Cell::new(false));
        let stop = || {
            let over = || watch.has_worked(shared.limits.cpu) || matches!(*lock(seat), Activity::Abandoned);
            stopped.set(stopped.get() || over());
            stopped.get()
        };
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            let processor = processor.get_or_insert_with(|| (shared.factory)());
            processor.follow(job.input.partition, job.ticket.lane.number());
            processor.process(&job.input, &stop)
        }));
        let result = attempt.unwrap_or_else(|panic| {
            // Whatever state the panic left behind goes with the processor.
            processor = None;
            Err(Rejection::fault(Stage::Enrich, "panic", panic_text(&*panic)))
        });
        {
            let mut activity = lock(seat);
            if matches!(*activity, Activity::Abandoned) {
                shared.stuck.fetch_sub(1, Ordering::Relaxed);
                return;
            }
            *activity = Activity::Idle;
        }
        let inconclusive = stopped.get() && result.is_err() && !job.alone;
        let (started, ended) = (watch.started(), Instant::now());
        if done.send(Done { ticket: job.ticket, result, inconclusive, started, ended }).is_err() {
            return;
        }
    }
}

/// The message of a panic.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::ledger::{Ledger, Partition};
    use crate::process::{Input, Process};

    /// Articles being read, and whether one that should have been alone was not.
    static READING: AtomicUsize = AtomicUsize::new(0);
    static DISTURBED: AtomicUsize = AtomicUsize::new(0);

    /// Does what the article's value says.
    struct Obedient;

    impl Process for Obedient {
        fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
            let late = |reason| Rejection::fault(Stage::Enrich, reason, "");
            match input.value.as_deref() {
                // Without the hook: to write a backtrace of a debug build costs more time than an article here may.
                Some(b"panic") => std::panic::resume_unwind(Box::new("as told")),
                Some(kind @ (b"alone" | b"beside")) => {
                    let before = READING.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(10));
                    let after = READING.fetch_sub(1, Ordering::SeqCst);
                    if kind == b"alone" && (before > 0 || after > 1) {
                        DISTURBED.fetch_add(1, Ordering::SeqCst);
                    }
                    Ok(Processed::Records(Vec::new()))
                }
                Some(b"polite" | b"alone, polite") => {
                    while !stop() {}
                    Err(late("stopped"))
                }
                Some(b"deaf") => {
                    let watch = Stopwatch::start();
                    while !watch.has_worked(Duration::from_secs(2)) {}
                    Ok(Processed::Skipped { reason: "test", records: Vec::new() })
                }
                Some(b"stuck") => loop {
                    thread::sleep(Duration::from_millis(5));
                },
                _ => Ok(Processed::Records(Vec::new())),
            }
        }
    }

    fn pool(threads: usize, cpu: u64, wall: u64) -> Pool {
        let limits = Limits { cpu: Duration::from_millis(cpu), wall: Duration::from_millis(wall) };
        Pool::start(threads, 100, limits, Arc::new(|| Box::new(Obedient)), None).unwrap()
    }

    fn jobs(texts: &[&str]) -> Vec<Job> {
        let mut ledger = Ledger::new();
        let partition = Partition { topic: "t".into(), number: 0 };
        ledger.assign(partition.clone());
        let job = |(offset, text): (usize, &&str)| {
            let offset = i64::try_from(offset).unwrap();
            let input = Input {
                topic: "t".into(),
                partition: 0,
                offset,
                timestamp: None,
                key: None,
                value: Some(text.as_bytes().to_vec()),
                headers: Vec::new(),
            };
            let alone = text.starts_with("alone");
            Job { ticket: ledger.admit(&partition, offset, ()).unwrap(), input: Arc::new(input), alone }
        };
        texts.iter().enumerate().map(job).collect()
    }

    /// Runs the jobs to the end and returns the reason of each, "ok" where there is none and "again" where none counts.
    fn run(pool: &mut Pool, texts: &[&str]) -> Vec<&'static str> {
        let jobs = jobs(texts);
        let tickets: Vec<_> = jobs.iter().map(|job| job.ticket).collect();
        jobs.into_iter().for_each(|job| pool.submit(job));
        let mut reasons = BTreeMap::new();
        let start = Instant::now();
        while reasons.len() < texts.len() {
            assert!(start.elapsed() < Duration::from_secs(60), "articles without a result");
            let mut done = pool.give_up_overdue(Instant::now()).unwrap();
            done.extend(pool.results().recv_timeout(Duration::from_millis(5)).ok());
            for done in done {
                let index = tickets.iter().position(|t| *t == done.ticket).unwrap();
                let reason = done.result.map_or_else(|r| r.reason, |_| "ok");
                let reason = if done.inconclusive { "again" } else { reason };
                assert_eq!(reasons.insert(index, reason), None, "two results for {}", texts[index]);
            }
        }
        reasons.into_values().collect()
    }

    /// Waits until the first seat is busy.
    fn wait_begun(pool: &Pool) {
        while matches!(*lock(&pool.seats[0]), Activity::Idle) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn panics_and_time_outs_are_results() {
        let mut working = pool(2, 500, 600_000);
        let texts = ["a", "panic", "polite", "b", "alone, polite", "deaf", "c", "panic", "d"];
        let expect = ["ok", "panic", "again", "ok", "stopped", "again", "ok", "panic", "ok"];
        assert_eq!(run(&mut working, &texts), expect);
        let mut pool = pool(1, 600_000, 300);
        assert_eq!(run(&mut pool, &["stuck", "a"]), ["again", "ok"]);
        let start = Instant::now();
        drop(pool);
        assert!(start.elapsed() < Duration::from_secs(5), "a stuck thread must not hold up the shutdown");
    }

    #[test]
    fn too_many_stuck_threads_are_fatal() {
        let mut pool = pool(1, 600_000, 300);
        assert_eq!(run(&mut pool, &["stuck", "a", "stuck", "b"]), ["again", "ok", "again", "ok"], "two are replaced");
        jobs(&["stuck"]).into_iter().for_each(|job| pool.submit(job));
        let start = Instant::now();
        let error = loop {
            match pool.give_up_overdue(Instant::now()) {
                Err(error) => break error,
                Ok(_) => assert!(start.elapsed() < Duration::from_secs(20)),
            }
            thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(error.kind(), "threads_stuck");
    }

    #[test]
    fn time_in_which_the_process_stood_still_does_not_count() {
        let mut pool = pool(1, 60_000, 10_000);
        jobs(&["stuck"]).into_iter().for_each(|job| pool.submit(job));
        wait_begun(&pool);
        let start = Instant::now();
        let mut given_up = |second| pool.give_up_overdue(start + Duration::from_secs(second)).unwrap().len();
        // Looked at once after each hour of sleep, then every second.
        assert_eq!((1..=9).map(|n| given_up(n * 3_600)).sum::<usize>(), 0);
        assert_eq!((1..=9).map(|n| given_up(9 * 3_600 + n)).sum::<usize>(), 1);
    }

    #[test]
    fn a_suspect_is_read_alone() {
        let mut pool = pool(4, 5_000, 60_000);
        let mut texts = vec!["beside"; 40];
        for index in [0, 7, 8, 20, 39] {
            texts[index] = "alone";
        }
        assert_eq!(run(&mut pool, &texts), vec!["ok"; 40]);
        assert_eq!(DISTURBED.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_stuck_suspect_does_not_hold_up_the_others() {
        let mut pool = pool(2, 50, 50);
        let mut jobs = jobs(&["stuck", "a", "b", "c"]);
        jobs[0].alone = true;
        jobs.into_iter().for_each(|job| pool.submit(job));
        let (start, mut left) = (Instant::now(), 4);
        while left > 0 {
            assert!(start.elapsed() < Duration::from_secs(20), "{left} articles without a result");
            left -= pool.give_up_overdue(Instant::now()).unwrap().len();
            left -= usize::from(pool.results().recv_timeout(Duration::from_millis(5)).is_ok());
        }
    }

    #[test]
    fn begins_only_what_is_allowed() {
        let pool = pool(2, 5_000, 60_000);
        let result = || pool.results().recv_timeout(Duration::from_secs(20)).is_ok();
        let nothing = || pool.results().recv_timeout(Duration::from_millis(100)).is_err();
        pool.allow(Some(0));
        jobs(&["a", "b", "c", "d"]).into_iter().for_each(|job| pool.submit(job));
        assert!(nothing());
        pool.allow(Some(2));
        assert!(result() && result() && nothing());
        pool.allow_another();
        assert!(result() && nothing());
        pool.allow(None);
        assert!(result());
    }

    #[test]
    fn withdraws_what_nobody_began() {
        let pool = pool(1, 50, 60_000);
        let jobs = jobs(&["polite", "a", "b"]);
        let lane = jobs[0].ticket.lane;
        jobs.into_iter().for_each(|job| pool.submit(job));
        wait_begun(&pool);
        assert_eq!(pool.withdraw(&[lane]), 2);
        assert!(pool.results().recv_timeout(Duration::from_secs(5)).unwrap().result.is_err());
        assert!(pool.results().recv_timeout(Duration::from_millis(50)).is_err());
    }
}
