//! The request to stop, and its deadline.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::error::StreamError;

/// Set once; read by the stream thread between steps.
#[derive(Debug)]
pub(super) struct StopSignal {
    requested: OnceLock<Instant>,
    drain: Duration,
}

impl StopSignal {
    pub(super) fn new(drain: Duration) -> Self {
        Self { requested: OnceLock::new(), drain }
    }

    pub(super) fn request(&self) {
        self.requested.get_or_init(Instant::now);
    }

    pub(super) fn requested(&self) -> bool {
        self.requested.get().is_some()
    }

    /// When the drain must be over, once a stop was asked for.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.requested.get().map(|at| *at + self.drain)
    }

    /// The error to leave with when the drain takes too long.
    pub(super) fn overrun(&self, now: Instant) -> Option<StreamError> {
        let late = self.deadline().is_some_and(|deadline| now >= deadline);
        late.then(|| self.timed_out())
    }

    /// The error of a drain that did not end in time.
    pub(super) fn timed_out(&self) -> StreamError {
        StreamError::DrainTimedOut(self.drain.as_secs())
    }
}
