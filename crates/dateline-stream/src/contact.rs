//! Whether the worker is in touch with its group, and how long it may be without.
//!
//! An outage shows by itself only where a batch fails. A worker with nothing in flight has none: when no broker answers
//! its session ends, its partitions are lost, and librdkafka looks for the group's coordinator for ever. Nobody would
//! hear of it. So the patience with the brokers counts from the moment at which the coordinator is out of reach, too;
//! and it also ends a worker that every broker shuts out because a password was changed or a certificate ran out.

use std::time::{Duration, Instant};

use super::error::StreamError;

/// Contact with the group's coordinator.
#[derive(Debug, Default)]
pub(super) struct Contact {
    lost: Option<Instant>,
}

impl Contact {
    /// Takes note of whether the coordinator is connected now.
    ///
    /// # Errors
    /// It has not been for so long; `reason` tells why.
    pub(super) fn note(
        &mut self,
        connected: bool,
        now: Instant,
        patience: Duration,
        reason: impl FnOnce() -> Option<String>,
    ) -> Result<(), StreamError> {
        if connected {
            self.lost = None;
            return Ok(());
        }
        let waited = now.duration_since(*self.lost.get_or_insert(now));
        if waited < patience {
            return Ok(());
        }
        let reason = reason().unwrap_or_else(|| "no broker says who coordinates the group".into());
        Err(StreamError::Unavailable { action: "finding the group's coordinator", seconds: waited.as_secs(), reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_long_silence_ends_the_worker() {
        let (patience, start) = (Duration::from_secs(120), Instant::now());
        let check = |notes: &[(u64, bool)], fails: bool| {
            let mut contact = Contact::default();
            let note = |&(second, connected): &(u64, bool)| {
                contact.note(connected, start + Duration::from_secs(second), patience, || None).is_err()
            };
            let failed: Vec<bool> = notes.iter().map(note).collect();
            assert_eq!(failed.last(), Some(&fails), "{notes:?}");
            assert!(failed.iter().rev().skip(1).all(|failed| !failed), "{notes:?}: too early");
        };
        check(&[(0, true), (500, true)], false);
        check(&[(0, false), (119, false)], false);
        check(&[(0, false), (60, false), (120, false)], true);
        check(&[(0, false), (100, false), (105, true), (110, false), (225, false)], false);
        check(&[(0, true), (300, false), (419, false), (420, false)], true);
    }
}
