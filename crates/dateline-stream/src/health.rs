//! What the worker tells the health endpoints. Cheap to read from any thread.
//!
//! *Ready* means that the worker takes part in its group and is not draining, even with no partition assigned: a
//! surplus member is healthy. *Live* means that the stream thread still turns. A broker that does not answer makes a
//! worker neither dead nor unready by itself: restarting it would help nobody. A worker that cannot go on exits.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shared state of a worker.
#[derive(Debug)]
pub struct Health {
    origin: Instant,
    /// Milliseconds from the origin to the last turn of the stream thread.
    beat: AtomicU64,
    phase: AtomicU8,
    /// Partitions owned; -1 until the group has given the first answer.
    partitions: AtomicI64,
    /// Why nothing is read on purpose.
    halted: Mutex<Option<String>>,
    /// What the worker waits for before it can take part.
    waiting: Mutex<Option<String>>,
    deadline: Duration,
}

/// Where a worker is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Connecting.
    Starting,
    /// Consuming.
    Running,
    /// Finishing what is in flight.
    Draining,
    /// Ended as asked.
    Stopped,
    /// Ended with an error.
    Failed,
}

impl Phase {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

impl Health {
    /// `deadline`: silence of the stream thread after which it counts as dead.
    pub(super) fn new(deadline: Duration) -> Self {
        Self {
            origin: Instant::now(),
            beat: AtomicU64::new(0),
            phase: AtomicU8::new(Phase::Starting as u8),
            partitions: AtomicI64::new(-1),
            halted: Mutex::new(None),
            waiting: Mutex::new(None),
            deadline,
        }
    }

    pub(super) fn beat(&self) {
        self.beat.store(self.millis(), Ordering::Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.beat();
        self.set_waiting(None);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    pub(super) fn set_partitions(&self, count: usize) {
        self.partitions.store(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    pub(super) fn set_halted(&self, reason: Option<String>) {
        *self.halted.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    /// Why the worker reads nothing although it could; it tries again by itself.
    pub fn halted(&self) -> Option<String> {
        self.halted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_waiting(&self, what: Option<String>) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    /// What the worker waits for before it can take part, and why that takes so long; `None` once it takes part.
    pub fn waiting(&self) -> Option<String> {
        if self.phase() == Phase::Running && self.partitions().is_some() {
            return None;
        }
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Where the worker is in its life.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Starting,
            1 => Phase::Running,
            2 => Phase::Draining,
            3 => Phase::Stopped,
            _ => Phase::Failed,
        }
    }

    /// Whether start-up is over.
    pub fn started(&self) -> bool {
        self.phase() != Phase::Starting
    }

    /// Whether the worker takes part in its group, is not draining and has not halted.
    pub fn ready(&self) -> bool {
        self.phase() == Phase::Running && self.partitions.load(Ordering::Relaxed) >= 0 && self.halted().is_none()
    }

    /// Whether the stream thread turns (or has ended as asked).
    pub fn live(&self) -> bool {
        match self.phase() {
            Phase::Stopped => true,
            Phase::Failed => false,
            _ => self.silence() <= self.deadline,
        }
    }

    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Time since the last turn of the stream thread.
    pub fn silence(&self) -> Duration {
        Duration::from_millis(self.millis().saturating_sub(self.beat.load(Ordering::Relaxed)))
    }

    /// Partitions owned; `None` until the group has given the first answer.
    pub fn partitions(&self) -> Option<usize> {
        usize::try_from(self.partitions.load(Ordering::Relaxed)).ok()
    }
}

/// Finds a stream thread that hangs. It must be asked about once a second or more often.
///
/// The last resort. One call into librdkafka that does not keep its time limit is known and made on a thread of its own
/// (see `bounded`); nothing can free a thread from another one, so the process must end. Silence alone proves nothing: a
/// process that was stopped, or a machine that slept, is silent too, but then the watch was not asked either.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Last beat seen, since when, and when it was last looked at.
    seen: Option<(u64, Instant, Instant)>,
}

impl Watch {
    /// Longest time between two questions of a process that runs.
    const AWAKE: Duration = Duration::from_secs(5);

    /// Whether the thread has been silent for the whole deadline while this process ran.
    pub(super) fn hangs(&mut self, health: &Health, now: Instant) -> bool {
        if matches!(health.phase(), Phase::Stopped | Phase::Failed) {
            return false;
        }
        self.silent(health.beat.load(Ordering::Relaxed), now) > health.deadline
    }

    fn silent(&mut self, beat: u64, now: Instant) -> Duration {
        let since = match self.seen {
            Some((last, since, asked)) if last == beat && now.duration_since(asked) <= Self::AWAKE => since,
            _ => now,
        };
        self.seen = Some((beat, since, now));
        now.duration_since(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hanging_thread_is_told_from_a_process_that_slept() {
        let mut watch = Watch::default();
        let start = Instant::now();
        let mut silent = |second, beat| watch.silent(beat, start + Duration::from_secs(second)).as_secs();
        assert_eq!([silent(0, 7), silent(1, 7), silent(5, 7)], [0, 1, 5]);
        assert_eq!([silent(6, 8), silent(7, 8)], [0, 1], "it turned");
        assert_eq!([silent(60, 8), silent(62, 8), silent(64, 8)], [0, 2, 4], "the process slept");
    }

    #[test]
    fn ready_needs_an_answer_of_the_group_but_no_partition() {
        let health = Health::new(Duration::from_secs(60));
        assert!(!health.started() && !health.ready() && health.live());
        health.set_waiting(Some("no broker".into()));
        assert_eq!(health.waiting().as_deref(), Some("no broker"));
        health.enter(Phase::Running);
        assert!(health.started() && !health.ready() && health.waiting().is_none());
        health.set_waiting(Some("no group".into()));
        health.set_partitions(0);
        assert!(health.ready() && health.waiting().is_none());
        health.set_halted(Some("too many dead letters".into()));
        assert!(!health.ready() && health.live());
        health.set_halted(None);
        assert!(health.ready());
        health.enter(Phase::Draining);
        assert!(!health.ready() && health.live());
        health.enter(Phase::Failed);
        assert!(!health.live());
    }

    #[test]
    fn silence_is_death() {
        let health = Health::new(Duration::from_millis(5));
        health.enter(Phase::Running);
        std::thread::sleep(Duration::from_millis(20));
        assert!(!health.live());
        health.beat();
        assert!(health.live());
    }
}
