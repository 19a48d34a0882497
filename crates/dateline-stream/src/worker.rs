//! Starting, stopping and awaiting a worker. What it does is in `turn`.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::error::StreamError;
use super::health::{Health, Phase, Watch};
use super::pool::panic_text;
use super::process::ProcessFactory;
use super::settings::{Delivery, Settings};
use super::stop::StopSignal;
use super::turn::Stream;
use crate::metrics::Metrics;

/// Time to leave the group.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts workers.
#[derive(Debug)]
pub struct Worker;

/// A running worker.
#[derive(Debug)]
pub struct WorkerHandle {
    thread: Option<JoinHandle<()>>,
    ended: Receiver<Result<Summary, StreamError>>,
    stop: Arc<StopSignal>,
    health: Arc<Health>,
    watch: Watch,
}

/// What a worker did in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Articles published.
    pub enriched: u64,
    /// Records skipped on purpose.
    pub skipped: u64,
    /// Articles written to the dead-letter topic.
    pub dead_lettered: u64,
    /// Records given back uncommitted (revocation, rewind, stop).
    pub returned: u64,
}

impl Worker {
    /// Checks the settings, builds both clients, and starts the threads. Connecting goes on in the background: see
    /// [`WorkerHandle::health`].
    ///
    /// # Errors
    /// The settings are wrong, or a client or thread cannot be made.
    pub fn start(settings: Settings, factory: ProcessFactory, metrics: Metrics) -> Result<WorkerHandle, StreamError> {
        settings.validate()?;
        let stop = Arc::new(StopSignal::new(settings.drain_timeout));
        // Above the longest silence that is normal: requests about offsets take 5 s at most, but synchronous commits of
        // the at-least-once mode end only after librdkafka's socket.timeout.ms, 60 s.
        let silence = match settings.delivery {
            Delivery::ExactlyOnce { .. } => Duration::from_secs(20),
            Delivery::AtLeastOnce => Duration::from_secs(90),
        };
        let health = Arc::new(Health::new(silence));
        let stream = Stream::new(settings, factory, metrics, stop.clone(), health.clone())?;
        let (tell, ended) = bounded(1);
        let thread = thread::Builder::new()
            .name("stream".into())
            .spawn(move || {
                let _ = tell.send(stream.run());
            })
            .map_err(StreamError::Thread)?;
        Ok(WorkerHandle { thread: Some(thread), ended, stop, health, watch: Watch::default() })
    }
}

impl WorkerHandle {
    /// Begins to drain. Returns at once; call it as often as you like.
    pub fn stop(&self) {
        self.stop.request();
    }

    /// Shared state for the health endpoints.
    pub fn health(&self) -> Arc<Health> {
        self.health.clone()
    }

    /// Waits for the end. After a stop that is no later than the drain timeout and the time to leave the group, even
    /// if a client library hangs; at any other time a hanging one ends the wait, too.
    ///
    /// # Errors
    /// Why the worker gave up.
    pub fn wait(mut self) -> Result<Summary, StreamError> {
        loop {
            if let Some(result) = self.wait_for(Duration::from_secs(1)) {
                return result;
            }
        }
    }

    /// Waits for the end no longer than this; `None` if the worker goes on.
    pub fn wait_for(&mut self, timeout: Duration) -> Option<Result<Summary, StreamError>> {
        match self.ended.recv_timeout(timeout) {
            Ok(result) => Some(result),
            Err(RecvTimeoutError::Disconnected) => {
                self.health.enter(Phase::Failed);
                let panic = self.thread.take().and_then(|thread| thread.join().err());
                let text = panic.map_or_else(|| "its result was taken before".into(), |p| panic_text(&*p));
                Some(Err(StreamError::Panicked(text)))
            }
            Err(RecvTimeoutError::Timeout) => {
                if self.watch.hangs(&self.health, Instant::now()) {
                    self.health.enter(Phase::Failed);
                    return Some(Err(StreamError::Hangs(self.health.deadline().as_secs())));
                }
                self.stop.overrun(Instant::now().checked_sub(CLOSE_TIMEOUT * 2)?).map(Err)
            }
        }
    }
}
