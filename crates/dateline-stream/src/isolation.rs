//! Reading a suspect with nothing else in flight.
//!
//! A record that was being read when the worker [crashed](super::crashes) is read again under conditions that leave no
//! other cause inside the process. It is let in, and then nothing more; what was let in before is finished and committed;
//! then one thread reads it and the others stand by; once it is finished, admission goes on. Several suspects come one
//! after the other. Polling goes on meanwhile: to the consumer it looks like a gate that is closed.

use std::collections::VecDeque;

use super::ledger::{LaneId, Ledger, Ticket};
use super::pool::Pool;
use super::queue::Job;

/// The suspects that were let in.
#[derive(Default)]
pub(super) struct Isolation {
    waiting: VecDeque<Job>,
    reading: Option<Ticket>,
}

impl Isolation {
    /// Takes a suspect in.
    pub(super) fn take(&mut self, job: Job) {
        self.waiting.push_back(job);
    }

    /// Whether a suspect waits or is being read, so that nothing else may be let in.
    pub(super) fn is_on(&self) -> bool {
        self.reading.is_some() || !self.waiting.is_empty()
    }

    /// Has the next suspect read if it is time.
    pub(super) fn advance<T>(&mut self, ledger: &Ledger<T>, pool: &Pool) {
        if !self.is_on() {
            return;
        }
        // A suspect leaves the ledger with its partition, too.
        self.reading = self.reading.filter(|ticket| ledger.unfinished(*ticket).is_some());
        self.waiting.retain(|job| ledger.unfinished(job.ticket).is_some());
        // Records that wait for the commit of one before them are no reason to wait: that one may be the suspect.
        let alone = ledger.all_pending() == self.waiting.len() && ledger.ready() == 0;
        if self.reading.is_none() && alone {
            let Some(job) = self.waiting.pop_front() else { return };
            self.reading = Some(job.ticket);
            pool.submit(job);
        }
    }

    /// Takes back the suspects of these lanes that are not being read; returns how many.
    pub(super) fn withdraw(&mut self, lanes: &[LaneId]) -> usize {
        let before = self.waiting.len();
        self.waiting.retain(|job| !lanes.contains(&job.ticket.lane));
        before - self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::ledger::Partition;
    use crate::pool::Limits;
    use crate::process::{Input, Process, Processed, Rejection};

    struct Skip;

    impl Process for Skip {
        fn process(&mut self, _: &Input, _: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
            Ok(Processed::Skipped { reason: "test", records: Vec::new() })
        }
    }

    #[test]
    fn suspects_are_read_one_by_one_once_all_else_is_committed() {
        let limits = Limits { cpu: Duration::from_secs(60), wall: Duration::from_secs(60) };
        let pool = Pool::start(2, 10, limits, Arc::new(|| Box::new(Skip)), None).unwrap();
        let (mut ledger, mut isolation) = (Ledger::new(), Isolation::default());
        let partition = |number| Partition { topic: "t".into(), number };
        ledger.assign(partition(0));
        ledger.assign(partition(1));
        let job = |ticket, offset| {
            let (topic, value) = (Arc::from("t"), Some(Vec::new()));
            let input = Input { topic, partition: 0, offset, timestamp: None, key: None, value, headers: Vec::new() };
            Job { ticket, input: Arc::new(input), alone: true }
        };
        let result = || pool.results().recv_timeout(Duration::from_secs(20)).unwrap().ticket;
        let nothing = || pool.results().recv_timeout(Duration::from_millis(20)).is_err();
        let before = ledger.admit(&partition(0), 3, ()).unwrap();
        let suspects = [4, 6].map(|offset| ledger.admit(&partition(0), offset, ()).unwrap());
        let gone = ledger.admit(&partition(1), 1, ()).unwrap();
        for (ticket, offset) in [(suspects[0], 4), (suspects[1], 6), (gone, 1)] {
            isolation.take(job(ticket, offset));
        }
        isolation.advance(&ledger, &pool);
        assert!(nothing(), "the record before is not finished");
        ledger.finish(before);
        isolation.advance(&ledger, &pool);
        assert!(nothing(), "the record before is not committed");
        let batch = ledger.batch(10, 10, |()| 1);
        ledger.commit(&batch);
        isolation.advance(&ledger, &pool);
        assert_eq!(result(), suspects[0]);
        isolation.advance(&ledger, &pool);
        assert!(nothing() && isolation.is_on(), "the first is not finished");
        ledger.finish(suspects[0]);
        let batch = ledger.batch(10, 10, |()| 1);
        ledger.commit(&batch);
        isolation.advance(&ledger, &pool);
        assert_eq!(result(), suspects[1]);
        ledger.finish(suspects[1]);
        ledger.revoke(&partition(1));
        isolation.advance(&ledger, &pool);
        assert!(nothing() && !isolation.is_on(), "a suspect goes with its partition");
    }
}
