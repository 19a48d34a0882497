//! Carrying out what the [breaker](super::breaker) decides: the worker halts, tries, resumes.
//!
//! Articles that are held back stay in flight: queued, uncommitted, and given back like any other on revocation or stop.
//! Their partitions pause while polling goes on, so the worker stays in its group.

use std::time::Instant;

use tracing::{error, info};

use super::breaker::Turn;
use super::crashes::Verdict;
use super::ledger::Ticket;
use super::queue::Job;
use super::turn::Stream;

impl Stream {
    /// Counts a result that says whether articles are bad; none: it says nothing, and a trial takes another article.
    pub(super) fn judge(&mut self, bad: Option<bool>, now: Instant) {
        match bad {
            Some(bad) => {
                let turn = self.breaker.record(bad, now);
                self.follow(turn);
            }
            None if self.breaker.is_trying() => self.pool.allow_another(),
            None => {}
        }
    }

    /// Puts an article back that was found bad after the breaker had turned: threads are faster than their results are
    /// counted, and a queue of thousands may be through before the first hundred are. It is read again in a trial.
    pub(super) fn hold_back(&mut self, ticket: Ticket) {
        if let Some(article) = self.ledger.unfinished(ticket) {
            let alone = self.suspects.judge(&article.input) == Verdict::Suspect;
            self.pool.put_back(Job { ticket, input: article.input.clone(), alone });
        }
    }

    /// Follows the breaker's decision, if there is one.
    pub(super) fn follow(&mut self, turn: Option<Turn>) {
        match turn {
            None => {}
            Some(Turn::Halt(reason)) => {
                let seconds = self.settings.dead_letters.pause.as_secs();
                error!("too many dead letters: {reason}; nothing more is read for {seconds} s, then a few are tried");
                self.pool.allow(Some(0));
                self.metrics.dead_letters_halted.set(1);
                self.health.set_halted(Some(format!("too many dead letters: {reason}")));
            }
            Some(Turn::Try(count)) => {
                info!(count, "trying a few articles after too many dead letters");
                self.pool.allow(Some(count));
            }
            Some(Turn::Resume) => {
                info!("articles are good again: reading on");
                self.pool.allow(None);
                self.metrics.dead_letters_halted.set(0);
                self.health.set_halted(None);
            }
        }
    }
}
