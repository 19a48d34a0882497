//! The articles that wait for a thread, and which of them may begin.
//!
//! They begin in order of arrival, with two exceptions that hold up those behind them: one that must be read *alone*
//! waits until no other is being read, and while the stream [allows](Queue::allow) only so many, no more are begun.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ledger::{LaneId, Ticket};
use super::process::Input;

/// An article to enrich.
pub(super) struct Job {
    pub(super) ticket: Ticket,
    pub(super) input: Arc<Input>,
    /// Whether no other article may be read beside it.
    pub(super) alone: bool,
}

/// Jobs waiting. Its length is bounded by the admission gate.
#[derive(Default)]
pub(super) struct Queue {
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

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing is left half-changed under this lock, so poison means nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn submit(&self, job: Job) {
        let mut waiting = self.lock();
        waiting.jobs.push_back(job);
        if waiting.idle > 0 {
            self.arrived.notify_one();
        }
    }

    /// Takes a job back that ended without a result that counts; it is the next to begin.
    pub(super) fn put_back(&self, job: Job) {
        self.lock().jobs.push_front(job);
        self.arrived.notify_one();
    }

    /// Lets so many more articles begin; none: any number again.
    pub(super) fn allow(&self, count: Option<u64>) {
        self.lock().allowed = count;
        self.arrived.notify_all();
    }

    /// Lets one more begin, while only so many may.
    pub(super) fn allow_another(&self) {
        let mut waiting = self.lock();
        waiting.allowed = waiting.allowed.map(|count| count + 1);
        self.arrived.notify_one();
    }

    /// Takes back the jobs of these lanes that no thread has begun; returns how many.
    pub(super) fn withdraw(&self, lanes: &[LaneId]) -> usize {
        let jobs = &mut self.lock().jobs;
        let before = jobs.len();
        jobs.retain(|job| !lanes.contains(&job.ticket.lane));
        before - jobs.len()
    }

    /// The thread of an article was left behind.
    pub(super) fn leave_behind(&self) {
        self.lock().end();
        self.arrived.notify_all();
    }

    /// Begins nothing more.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.jobs.clear();
        waiting.closed = true;
        self.arrived.notify_all();
    }

    /// The next job, told to `begun` before anyone can see the queue without it; `None` when closed. `ended`: the thread
    /// comes from another job. `idle` is called before the first wait.
    pub(super) fn next(&self, ended: bool, begun: impl Fn(&Job), idle: impl Fn()) -> Option<Job> {
        let mut waiting = self.lock();
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
                begun(&job);
                return Some(job);
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
