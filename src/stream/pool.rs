//! The enrichment threads: a fixed number, named, fed from one queue in order of arrival.
//!
//! Each article ends in exactly one result, whichever comes first: the processor's answer, a panic (contained, and the
//! processor made anew), or the watchdog. Time limits are cooperative: past the limit the processor's `stop` turns
//! true. A thread cannot be killed, so an article that ignores `stop` for as long again is given up: its seat gets a
//! new thread, the old one is left behind, and what it may still answer is dropped. Both sides decide under one lock,
//! so there is no moment at which an article could get two results or none.
//!
//! Articles begin in order of arrival, with two exceptions that hold up those behind them: one that must be read *alone*
//! (it may have crashed the process before) waits until no other is being read, and while the stream [allows](Pool::allow)
//! only so many, no more are begun.
//!
//! Nothing here waits for a thread: one that never ends holds up neither the stream nor its shutdown.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::crashes::Journal;
use super::error::StreamError;
use super::ledger::{LaneId, Ticket};
use super::process::{Input, ProcessFactory, Processed, Rejection, Stage};

/// An article to enrich.
pub(super) struct Job {
    pub(super) ticket: Ticket,
    pub(super) input: Arc<Input>,
    /// Whether no other article may be read beside it.
    pub(super) alone: bool,
}

/// The result for an article.
pub(super) struct Done {
    pub(super) ticket: Ticket,
    pub(super) result: Result<Processed, Rejection>,
    pub(super) started: Instant,
    pub(super) ended: Instant,
}

/// What the thread of a seat is doing.
enum Activity {
    Idle,
    Busy {
        ticket: Ticket,
        since: Instant,
    },
    /// Given up: the thread ends when its article does, and says nothing.
    Abandoned,
}

/// Jobs waiting. Its length is bounded by the admission gate.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Threads that wait for one: waking nobody would still cost a system call per record.
    idle: usize,
    /// Articles being read, those of threads left behind not counted.
    busy: usize,
    /// Whether one of them must be alone.
    alone: bool,
    /// Articles that may still begin; none: any number.
    allowed: Option<u64>,
    closed: bool,
}

impl Waiting {
    /// Takes the next job, if it may begin.
    fn begin(&mut self) -> Option<Job> {
        let next = self.jobs.front()?;
        if self.alone || (next.alone && self.busy > 0) || self.allowed == Some(0) {
            return None;
        }
        (self.alone, self.busy) = (next.alone, self.busy + 1);
        self.allowed = self.allowed.map(|count| count - 1);
        self.jobs.pop_front()
    }

    /// An article ended, or its thread was left behind.
    fn end(&mut self) {
        self.busy -= 1;
        self.alone = false;
    }
}

struct Shared {
    queue: Queue,
    factory: ProcessFactory,
    limit: Duration,
    journal: Option<Arc<Journal>>,
    /// Threads left behind that have not ended yet.
    stuck: AtomicUsize,
}

/// The threads.
pub(super) struct Pool {
    shared: Arc<Shared>,
    seats: Vec<Arc<Mutex<Activity>>>,
    done: (Sender<Done>, Receiver<Done>),
}

/// A panic of a processor is contained and nothing is left half-changed under these locks, so poison means nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// Starts the threads. `capacity` bounds the results that wait to be taken.
    pub(super) fn start(
        threads: usize,
        capacity: usize,
        limit: Duration,
        factory: ProcessFactory,
        journal: Option<Arc<Journal>>,
    ) -> Result<Self, StreamError> {
        let stuck = AtomicUsize::new(0);
        let shared = Arc::new(Shared { queue: Queue::default(), factory, limit, journal, stuck });
        let mut pool = Self { shared, seats: Vec::new(), done: bounded(capacity + threads) };
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
        let mut waiting = lock(&self.shared.queue.waiting);
        waiting.jobs.push_back(job);
        if waiting.idle > 0 {
            self.shared.queue.arrived.notify_one();
        }
    }

    /// Threads left behind in articles that have not ended.
    pub(super) fn stuck(&self) -> usize {
        self.shared.stuck.load(Ordering::Relaxed)
    }

    /// Takes a job back that ended without a result that counts; it is the next to begin.
    pub(super) fn put_back(&self, job: Job) {
        lock(&self.shared.queue.waiting).jobs.push_front(job);
        self.shared.queue.arrived.notify_one();
    }

    /// Lets so many more articles begin; none: any number again.
    pub(super) fn allow(&self, count: Option<u64>) {
        lock(&self.shared.queue.waiting).allowed = count;
        self.shared.queue.arrived.notify_all();
    }

    /// Lets one more begin, while only so many may.
    pub(super) fn allow_another(&self) {
        let mut waiting = lock(&self.shared.queue.waiting);
        waiting.allowed = waiting.allowed.map(|count| count + 1);
        self.shared.queue.arrived.notify_one();
    }

    /// Results, as they come.
    pub(super) fn results(&self) -> &Receiver<Done> {
        &self.done.1
    }

    /// Takes back the jobs of these lanes that no thread has begun; returns how many.
    pub(super) fn withdraw(&self, lanes: &[LaneId]) -> usize {
        let jobs = &mut lock(&self.shared.queue.waiting).jobs;
        let before = jobs.len();
        jobs.retain(|job| !lanes.contains(&job.ticket.lane));
        before - jobs.len()
    }

    /// Gives up articles that have run for twice the limit, and seats new threads. Returns their tickets.
    ///
    /// # Errors
    /// More threads are stuck than the pool has seats: the process is not worth keeping.
    pub(super) fn give_up_overdue(&mut self, now: Instant) -> Result<Vec<Done>, StreamError> {
        let hard = self.shared.limit * 2;
        let mut given_up = Vec::new();
        for index in 0..self.seats.len() {
            let overdue = {
                let mut activity = lock(&self.seats[index]);
                match *activity {
                    Activity::Busy { ticket, since } if now.saturating_duration_since(since) > hard => {
                        *activity = Activity::Abandoned;
                        Some((ticket, since))
                    }
                    _ => None,
                }
            };
            if let Some((ticket, started)) = overdue {
                lock(&self.shared.queue.waiting).end();
                self.shared.queue.arrived.notify_all();
                let stuck = self.shared.stuck.fetch_add(1, Ordering::Relaxed) + 1;
                if stuck > self.seats.len() {
                    return Err(StreamError::ThreadsStuck(stuck));
                }
                self.seats[index] = self.seat(index)?;
                let message = format!("not done after {} ms; its thread was left behind", hard.as_millis());
                let result = Err(Rejection::fault(Stage::Enrich, "timeout", message));
                given_up.push(Done { ticket, result, started, ended: now });
            }
        }
        Ok(given_up)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut waiting = lock(&self.shared.queue.waiting);
        waiting.jobs.clear();
        waiting.closed = true;
        self.shared.queue.arrived.notify_all();
    }
}

impl Queue {
    /// The next job, marked as begun before anyone can see the queue without it; `None` when closed. `ended`: the thread
    /// comes from another job. `idle` is called before the first wait.
    fn next(&self, seat: &Mutex<Activity>, ended: bool, idle: impl Fn()) -> Option<(Job, Instant)> {
        let mut waiting = lock(&self.waiting);
        if ended {
            if waiting.alone {
                // The others stood by although there may be work for them.
                self.arrived.notify_all();
            }
            waiting.end();
        }
        let mut first = true;
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.begin() {
                let since = Instant::now();
                *lock(seat) = Activity::Busy { ticket: job.ticket, since };
                return Some((job, since));
            }
            if std::mem::take(&mut first) {
                idle();
            }
            waiting.idle += 1;
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.idle -= 1;
        }
    }
}

/// The life of a thread.
fn work(shared: &Shared, index: usize, seat: &Mutex<Activity>, done: &Sender<Done>) {
    let (mut processor, mut ended) = (None, false);
    let journal = shared.journal.as_deref();
    let idle = || _ = journal.map(|journal| journal.clear(index));
    while let Some((job, started)) = shared.queue.next(seat, ended, idle) {
        ended = true;
        if let Some(journal) = journal {
            journal.note(index, &job.input);
        }
        let stop = || started.elapsed() >= shared.limit;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            processor.get_or_insert_with(|| (shared.factory)()).process(&job.input, &stop)
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
        if done.send(Done { ticket: job.ticket, result, started, ended: Instant::now() }).is_err() {
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

    use super::super::ledger::{Ledger, Partition};
    use super::super::process::Process;
    use super::*;

    /// Articles being read, and whether one that should have been alone was not.
    static READING: AtomicUsize = AtomicUsize::new(0);
    static DISTURBED: AtomicUsize = AtomicUsize::new(0);

    /// Does what the article's value says.
    struct Obedient;

    impl Process for Obedient {
        fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
            let late = |reason| Rejection::fault(Stage::Enrich, reason, "");
            match input.value.as_deref() {
                Some(b"panic") => panic!("as told"),
                Some(kind @ (b"alone" | b"beside")) => {
                    let before = READING.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(10));
                    let after = READING.fetch_sub(1, Ordering::SeqCst);
                    if kind == b"alone" && (before > 0 || after > 1) {
                        DISTURBED.fetch_add(1, Ordering::SeqCst);
                    }
                    Ok(Processed::Records(Vec::new()))
                }
                Some(b"polite") => {
                    while !stop() {
                        thread::sleep(Duration::from_millis(1));
                    }
                    Err(late("stopped"))
                }
                Some(b"stuck") => loop {
                    thread::sleep(Duration::from_millis(5));
                },
                _ => Ok(Processed::Records(Vec::new())),
            }
        }
    }

    fn pool(threads: usize, limit: u64) -> Pool {
        Pool::start(threads, 100, Duration::from_millis(limit), Arc::new(|| Box::new(Obedient)), None).unwrap()
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

    /// Runs the jobs to the end and returns the reason of each, "ok" where there is none.
    fn run(pool: &mut Pool, texts: &[&str]) -> Vec<&'static str> {
        let jobs = jobs(texts);
        let tickets: Vec<_> = jobs.iter().map(|job| job.ticket).collect();
        jobs.into_iter().for_each(|job| pool.submit(job));
        let mut reasons = BTreeMap::new();
        let start = Instant::now();
        while reasons.len() < texts.len() {
            assert!(start.elapsed() < Duration::from_secs(20), "articles without a result");
            let mut done = pool.give_up_overdue(Instant::now()).unwrap();
            done.extend(pool.results().recv_timeout(Duration::from_millis(5)).ok());
            for done in done {
                let index = tickets.iter().position(|t| *t == done.ticket).unwrap();
                let reason = done.result.map_or_else(|r| r.reason, |_| "ok");
                assert_eq!(reasons.insert(index, reason), None, "two results for {}", texts[index]);
            }
        }
        reasons.into_values().collect()
    }

    #[test]
    fn panics_and_time_outs_are_results() {
        let mut pool = pool(2, 500);
        let texts = ["a", "panic", "polite", "b", "stuck", "c", "panic", "d"];
        let expect = ["ok", "panic", "stopped", "ok", "timeout", "ok", "panic", "ok"];
        assert_eq!(run(&mut pool, &texts), expect);
        let start = Instant::now();
        drop(pool);
        assert!(start.elapsed() < Duration::from_secs(1), "a stuck thread must not hold up the shutdown");
    }

    #[test]
    fn too_many_stuck_threads_are_fatal() {
        let mut pool = pool(1, 10);
        assert_eq!(run(&mut pool, &["stuck", "a"]), ["timeout", "ok"], "one is replaced");
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
    fn a_suspect_is_read_alone() {
        let mut pool = pool(4, 5_000);
        let mut texts = vec!["beside"; 40];
        for index in [0, 7, 8, 20, 39] {
            texts[index] = "alone";
        }
        assert_eq!(run(&mut pool, &texts), vec!["ok"; 40]);
        assert_eq!(DISTURBED.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_stuck_suspect_does_not_hold_up_the_others() {
        let mut pool = pool(2, 50);
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
        let pool = pool(2, 5_000);
        let result = || pool.results().recv_timeout(Duration::from_millis(200)).is_ok();
        pool.allow(Some(0));
        jobs(&["a", "b", "c", "d"]).into_iter().for_each(|job| pool.submit(job));
        assert!(!result());
        pool.allow(Some(3));
        assert!(result() && result() && result() && !result());
        pool.allow(None);
        assert!(result());
    }

    #[test]
    fn withdraws_what_nobody_began() {
        let pool = pool(1, 50);
        let jobs = jobs(&["polite", "a", "b"]);
        let lane = jobs[0].ticket.lane;
        jobs.into_iter().for_each(|job| pool.submit(job));
        thread::sleep(Duration::from_millis(15));
        assert_eq!(pool.withdraw(&[lane]), 2);
        assert!(pool.results().recv_timeout(Duration::from_secs(5)).unwrap().result.is_err());
        assert!(pool.results().recv_timeout(Duration::from_millis(50)).is_err());
    }
}
