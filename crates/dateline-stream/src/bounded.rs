//! Calls that may not return in time, whatever time limit they are given.
//!
//! There is one: `send_offsets_to_transaction` of librdkafka (2.12.1) first looks for the group's coordinator, and that
//! search knows no limit (librdkafka #5456). It goes on only when the connection to some broker comes up or goes down.
//! When the coordinator is killed and the cluster drops it from its metadata, librdkafka ends that broker's thread
//! (#5511), nothing goes up or down any more, and the call hangs until something else happens to (measured: 30 s and
//! longer). No other call on the same producer is allowed meanwhile.
//!
//! So the call is made on a thread of its own. When it is not back in time it is left behind together with the producer,
//! which that thread keeps alive until the call does return, and destroys then: destroying it earlier would wait, too.
//! Exactly-once is not at stake. The call that commits comes after this one and is never made on that producer; the next
//! producer with the same id makes the brokers abort what it left open and refuse whatever it may still send.
//!
//! Few calls are left behind at once. With so many the next one is waited for as long as the caller likes: the trouble is
//! then another one, and new producers do not help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};

/// Calls left behind at once, at most.
const MOST_LEFT: usize = 3;
/// How often the caller is asked whether to go on waiting.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// Makes calls, one at a time, and knows which have not returned.
#[derive(Debug, Default)]
pub(super) struct BoundedCalls {
    /// Shared with every thread that is still in its call.
    running: Arc<()>,
}

impl BoundedCalls {
    /// Makes the call and waits for it no longer than `limit`, and only while `go_on` holds. `None`: it has not returned,
    /// or no thread could be had for it.
    pub(super) fn make<T: Send + 'static>(
        &self,
        limit: Duration,
        mut go_on: impl FnMut() -> bool,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let may_leave = self.left() < MOST_LEFT;
        let (tell, answer) = bounded(1);
        let running = self.running.clone();
        let spawned = std::thread::Builder::new().name("bounded-call".into()).spawn(move || {
            let _ = tell.send(call());
            drop(running);
        });
        spawned.ok()?;
        let until = Instant::now() + limit;
        loop {
            match answer.recv_timeout(ASK_EVERY) {
                Ok(result) => return Some(result),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if !go_on() || (may_leave && Instant::now() >= until) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Calls that have not returned.
    pub(super) fn left(&self) -> usize {
        Arc::strong_count(&self.running) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(500);

    #[test]
    fn a_call_that_returns_is_not_left_behind() {
        let calls = BoundedCalls::default();
        assert_eq!(calls.make(LIMIT * 100, || true, || 7), Some(7));
        let slow = move || std::thread::sleep(LIMIT / 2);
        assert_eq!(calls.make(LIMIT * 100, || true, slow), Some(()));
    }

    #[test]
    fn calls_that_do_not_return_are_left_behind_with_what_they_hold_but_not_without_end() {
        let calls = BoundedCalls::default();
        let (release, hang) = bounded::<()>(0);
        let producer = Arc::new(());
        let hanging = || {
            let (hang, producer) = (hang.clone(), producer.clone());
            move || {
                let _ = hang.recv();
                drop(producer);
            }
        };
        for count in 1..=MOST_LEFT {
            assert_eq!(calls.make(LIMIT, || true, hanging()), None);
            assert_eq!((calls.left(), Arc::strong_count(&producer)), (count, count + 1));
        }
        let start = Instant::now();
        let patience = || start.elapsed() < LIMIT * 4;
        assert_eq!(calls.make(LIMIT, patience, hanging()), None);
        assert!(start.elapsed() >= LIMIT * 4, "the fourth is waited for");
        drop(release);
        while calls.left() > 0 {
            std::thread::yield_now();
        }
        assert_eq!(Arc::strong_count(&producer), 1, "what a call held is freed when it returns");
        assert_eq!(calls.make(LIMIT * 100, || true, || 7), Some(7));
    }
}
