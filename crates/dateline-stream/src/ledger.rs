//! Which records are in flight, in which order they may leave, and how far each partition is done.
//!
//! Every assignment of a partition gets a *lane* with an id that is never used again: the generation stamp. A lane
//! holds its records in offset order from admission to commit. A record may finish at any time; it is *ready* once all
//! records before it in its lane have finished. Only ready records leave, in order, and the offset to commit is the
//! last of them plus one. Hence the invariants (property-tested below):
//!
//! * the committed offset never passes an unfinished record;
//! * every admitted record leaves exactly once: committed, or given back with its lane;
//! * a result of an earlier assignment, or a second result for one record, changes nothing.
//!
//! Offsets grow but may have gaps (transaction markers, compaction): "last plus one" is right all the same.
//! Knows neither Kafka nor the clock.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Partition {
    pub(super) topic: Arc<str>,
    pub(super) number: i32,
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.topic, self.number)
    }
}

/// One assignment of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LaneId(u64);

impl LaneId {
    /// Its number, which no other assignment of this process has.
    pub(super) fn number(self) -> u64 {
        self.0
    }
}

/// One record of one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ticket {
    pub(super) lane: LaneId,
    seq: u64,
}

/// The consumer handed out something impossible. Neither has been seen; both would break the guarantee if ignored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// A record of a partition that is not assigned.
    #[error("record {offset} of {partition} came without an assignment")]
    Unassigned {
        /// `topic[partition]`.
        partition: String,
        /// Its offset.
        offset: i64,
    },
    /// An offset at or below an earlier one.
    #[error("record {offset} of {partition} came after record {last}")]
    OutOfOrder {
        /// `topic[partition]`.
        partition: String,
        /// Its offset.
        offset: i64,
        /// The offset before.
        last: i64,
    },
}

impl LedgerError {
    /// Stable name for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unassigned { .. } => "unassigned",
            Self::OutOfOrder { .. } => "out_of_order",
        }
    }
}

#[derive(Debug)]
struct Slot<T> {
    offset: i64,
    done: bool,
    entry: T,
}

#[derive(Debug)]
struct Lane<T> {
    partition: Partition,
    slots: VecDeque<Slot<T>>,
    /// Sequence number of the first slot.
    base: u64,
    /// Length of the finished prefix.
    ready: usize,
    /// Finished records, ready or not.
    done: usize,
    first: Option<i64>,
    last: Option<i64>,
    committed: Option<i64>,
}

impl<T> Lane<T> {
    fn extend_ready(&mut self) {
        self.ready += self.slots.iter().skip(self.ready).take_while(|slot| slot.done).count();
    }
}

/// The records of a batch: a finished prefix of each of some lanes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch(Vec<(LaneId, usize)>);

impl Batch {
    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

/// All lanes. `T` is what is kept per record.
#[derive(Debug)]
pub(super) struct Ledger<T> {
    lanes: BTreeMap<LaneId, Lane<T>>,
    partitions: BTreeMap<Partition, LaneId>,
    next_lane: u64,
    /// The lane that the next batch starts with, so that busy lanes do not starve the others.
    next_turn: LaneId,
}

impl<T> Ledger<T> {
    pub(super) fn new() -> Self {
        Self { lanes: BTreeMap::new(), partitions: BTreeMap::new(), next_lane: 0, next_turn: LaneId(0) }
    }

    /// Opens a lane. Returns the entries of a lane that was still open for the partition.
    pub(super) fn assign(&mut self, partition: Partition) -> Vec<T> {
        let left = self.revoke(&partition);
        let id = LaneId(self.next_lane);
        self.next_lane += 1;
        self.partitions.insert(partition.clone(), id);
        let lane = Lane {
            partition,
            slots: VecDeque::new(),
            base: 0,
            ready: 0,
            done: 0,
            first: None,
            last: None,
            committed: None,
        };
        self.lanes.insert(id, lane);
        left
    }

    /// Closes a lane and gives back what was not committed.
    pub(super) fn revoke(&mut self, partition: &Partition) -> Vec<T> {
        let lane = self.partitions.remove(partition).and_then(|id| self.lanes.remove(&id));
        lane.map_or_else(Vec::new, |lane| lane.slots.into_iter().map(|slot| slot.entry).collect())
    }

    /// Takes a record in.
    pub(super) fn admit(&mut self, partition: &Partition, offset: i64, entry: T) -> Result<Ticket, LedgerError> {
        let found = self.partitions.get(partition).and_then(|id| Some((*id, self.lanes.get_mut(id)?)));
        let Some((id, lane)) = found else {
            return Err(LedgerError::Unassigned { partition: partition.to_string(), offset });
        };
        if let Some(last) = lane.last.filter(|&last| offset <= last) {
            return Err(LedgerError::OutOfOrder { partition: partition.to_string(), offset, last });
        }
        lane.first.get_or_insert(offset);
        lane.last = Some(offset);
        let seq = lane.base + lane.slots.len() as u64;
        lane.slots.push_back(Slot { offset, done: false, entry });
        Ok(Ticket { lane: id, seq })
    }

    /// Marks a record finished and returns its entry; `None` if the ticket is stale or was used before.
    pub(super) fn finish(&mut self, ticket: Ticket) -> Option<&mut T> {
        let lane = self.lanes.get_mut(&ticket.lane)?;
        let index = usize::try_from(ticket.seq.checked_sub(lane.base)?).ok()?;
        let slot = lane.slots.get_mut(index).filter(|slot| !slot.done)?;
        slot.done = true;
        lane.done += 1;
        if index == lane.ready {
            lane.extend_ready();
        }
        lane.slots.get_mut(index).map(|slot| &mut slot.entry)
    }

    /// The entry of an unfinished record.
    pub(super) fn unfinished(&self, ticket: Ticket) -> Option<&T> {
        let lane = self.lanes.get(&ticket.lane)?;
        let index = usize::try_from(ticket.seq.checked_sub(lane.base)?).ok()?;
        lane.slots.get(index).filter(|slot| !slot.done).map(|slot| &slot.entry)
    }

    /// Records that may leave.
    pub(super) fn ready(&self) -> usize {
        self.lanes.values().map(|lane| lane.ready).sum()
    }

    /// Whether any record has not finished.
    pub(super) fn any_pending(&self) -> bool {
        self.lanes.values().any(|lane| lane.done < lane.slots.len())
    }

    /// Records that have not finished.
    pub(super) fn all_pending(&self) -> usize {
        self.lanes.values().map(|lane| lane.slots.len() - lane.done).sum()
    }

    /// Records of these lanes that have not finished.
    pub(super) fn pending(&self, lanes: &[LaneId]) -> usize {
        lanes.iter().filter_map(|id| self.lanes.get(id)).map(|lane| lane.slots.len() - lane.done).sum()
    }

    /// Records of a partition that are not committed.
    pub(super) fn uncommitted(&self, partition: &Partition) -> usize {
        self.partitions.get(partition).and_then(|id| self.lanes.get(id)).map_or(0, |lane| lane.slots.len())
    }

    /// Ready records of these lanes.
    pub(super) fn ready_in(&self, lanes: &[LaneId]) -> usize {
        lanes.iter().filter_map(|id| self.lanes.get(id)).map(|lane| lane.ready).sum()
    }

    /// The first ready entry of every lane that has one.
    pub(super) fn heads(&self) -> impl Iterator<Item = &T> {
        self.lanes.values().filter(|lane| lane.ready > 0).filter_map(|lane| lane.slots.front()).map(|slot| &slot.entry)
    }

    /// Picks ready records for a batch: at most `max_records`, and none more once `max_bytes` are reached. Lanes take
    /// turns at being first; the records stay in the ledger until [`Ledger::commit`].
    pub(super) fn batch(&mut self, max_records: usize, max_bytes: usize, bytes: impl Fn(&T) -> usize) -> Batch {
        let order: Vec<LaneId> =
            self.lanes.range(self.next_turn..).chain(self.lanes.range(..self.next_turn)).map(|(id, _)| *id).collect();
        let (mut records, mut total, mut parts) = (0, 0, Vec::new());
        for id in order {
            let Some(lane) = self.lanes.get(&id) else { continue };
            let mut count = 0;
            for slot in lane.slots.iter().take(lane.ready) {
                if records >= max_records || total >= max_bytes {
                    break;
                }
                records += 1;
                count += 1;
                total += bytes(&slot.entry);
            }
            if count > 0 {
                parts.push((id, count));
                self.next_turn = LaneId(id.0 + 1);
            }
        }
        Batch(parts)
    }

    /// Entries of a batch, in the order in which they must be produced.
    pub(super) fn entries<'a>(&'a self, batch: &'a Batch) -> impl Iterator<Item = &'a T> {
        batch.0.iter().flat_map(|(id, count)| {
            self.lanes.get(id).into_iter().flat_map(|lane| lane.slots.iter().take(*count).map(|slot| &slot.entry))
        })
    }

    /// The same, to change.
    pub(super) fn entry_mut(&mut self, batch: &Batch, mut index: usize) -> Option<&mut T> {
        for (id, count) in &batch.0 {
            if index < *count {
                return self.lanes.get_mut(id)?.slots.get_mut(index).map(|slot| &mut slot.entry);
            }
            index -= count;
        }
        None
    }

    /// The first offset of each partition in a batch.
    pub(super) fn heads_of(&self, batch: &Batch) -> Vec<(Partition, i64)> {
        let head = |(id, _): &(LaneId, usize)| {
            let lane = self.lanes.get(id)?;
            Some((lane.partition.clone(), lane.slots.front()?.offset))
        };
        batch.0.iter().filter_map(head).collect()
    }

    /// Offsets to commit with a batch: per partition, that of its last record plus one.
    pub(super) fn offsets(&self, batch: &Batch) -> Vec<(Partition, i64)> {
        let offset = |(id, count): &(LaneId, usize)| {
            let lane = self.lanes.get(id)?;
            Some((lane.partition.clone(), lane.slots.get(count.checked_sub(1)?)?.offset + 1))
        };
        batch.0.iter().filter_map(offset).collect()
    }

    /// Lets the records of a committed batch go.
    pub(super) fn commit(&mut self, batch: &Batch) -> Vec<T> {
        let mut left = Vec::new();
        for (id, count) in &batch.0 {
            let Some(lane) = self.lanes.get_mut(id) else { continue };
            let count = (*count).min(lane.ready);
            for slot in lane.slots.drain(..count) {
                lane.committed = Some(slot.offset + 1);
                left.push(slot.entry);
            }
            lane.base += count as u64;
            lane.ready -= count;
            lane.done -= count;
        }
        left
    }

    /// Whether the offset that the brokers hold for a partition is the one this ledger expects: what it committed
    /// last, or nothing beyond its first record. No offset at the brokers contradicts nothing. A partition without
    /// records is not questioned: it starts where the brokers say.
    pub(super) fn agrees(&self, partition: &Partition, held: Option<i64>) -> bool {
        let lane = self.partitions.get(partition).and_then(|id| self.lanes.get(id));
        match (lane.and_then(|lane| lane.committed), lane.and_then(|lane| lane.first), held) {
            (Some(committed), _, Some(held)) => committed == held,
            (None, Some(first), Some(held)) => held <= first,
            _ => true,
        }
    }

    pub(super) fn lane(&self, partition: &Partition) -> Option<LaneId> {
        self.partitions.get(partition).copied()
    }

    /// Assigned partitions, in order.
    pub(super) fn partitions(&self) -> impl Iterator<Item = &Partition> {
        self.partitions.keys()
    }

    /// How far a partition is done: what is committed, else its first record.
    pub(super) fn position(&self, partition: &Partition) -> Option<i64> {
        let lane = self.lanes.get(self.partitions.get(partition)?)?;
        lane.committed.or(lane.first)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::gate::Gate;

    fn partition(number: i32) -> Partition {
        Partition { topic: "t".into(), number }
    }

    fn all(ledger: &mut Ledger<i64>) -> (Vec<i64>, Vec<(Partition, i64)>) {
        let batch = ledger.batch(usize::MAX, usize::MAX, |_| 1);
        let offsets = ledger.offsets(&batch);
        (ledger.commit(&batch), offsets)
    }

    #[test]
    fn leaves_in_order_however_it_finishes() {
        let mut ledger = Ledger::new();
        ledger.assign(partition(0));
        let tickets: Vec<_> = (10..14).map(|o| ledger.admit(&partition(0), o, o).unwrap()).collect();
        assert!(ledger.finish(tickets[1]).is_some());
        assert_eq!(ledger.ready(), 0, "10 is unfinished");
        assert!(ledger.finish(tickets[0]).is_some());
        assert!(ledger.finish(tickets[0]).is_none(), "a second result changes nothing");
        assert_eq!(all(&mut ledger), (vec![10, 11], vec![(partition(0), 12)]));
        assert!(ledger.finish(tickets[1]).is_none(), "a result after the commit changes nothing");
        assert!(ledger.finish(tickets[3]).is_some());
        assert_eq!(all(&mut ledger).0, Vec::<i64>::new());
        assert_eq!(ledger.pending(&[tickets[0].lane]), 1);
        assert_eq!(ledger.revoke(&partition(0)), vec![12, 13], "given back");
        assert!(ledger.finish(tickets[2]).is_none(), "a result after the revoke changes nothing");
    }

    #[test]
    fn a_new_assignment_ignores_results_of_the_old() {
        let mut ledger = Ledger::new();
        ledger.assign(partition(0));
        let old = ledger.admit(&partition(0), 5, 5).unwrap();
        assert_eq!(ledger.assign(partition(0)), vec![5]);
        let new = ledger.admit(&partition(0), 5, 55).unwrap();
        assert!(ledger.finish(old).is_none());
        assert_eq!(ledger.ready(), 0);
        assert!(ledger.finish(new).is_some());
        assert_eq!(all(&mut ledger), (vec![55], vec![(partition(0), 6)]));
    }

    #[test]
    fn refuses_the_impossible() {
        let mut ledger = Ledger::new();
        assert_eq!(ledger.admit(&partition(0), 1, 1).unwrap_err().kind(), "unassigned");
        ledger.assign(partition(0));
        ledger.admit(&partition(0), 7, 7).unwrap();
        assert_eq!(ledger.admit(&partition(0), 7, 7).unwrap_err().kind(), "out_of_order");
        ledger.admit(&partition(0), 9, 9).unwrap();
    }

    #[test]
    fn batches_are_limited_and_lanes_take_turns() {
        let mut ledger = Ledger::new();
        for number in 0..3 {
            ledger.assign(partition(number));
            for offset in 0..10 {
                let ticket = ledger.admit(&partition(number), offset, i64::from(number)).unwrap();
                ledger.finish(ticket);
            }
        }
        let firsts: Vec<i64> = (0..3)
            .map(|_| {
                let batch = ledger.batch(4, usize::MAX, |_| 1);
                let left = ledger.commit(&batch);
                assert_eq!(left.len(), 4);
                left[0]
            })
            .collect();
        assert_eq!(firsts, [0, 1, 2]);
        let batch = ledger.batch(100, 5, |_| 2);
        assert_eq!(ledger.entries(&batch).count(), 3, "the third record reaches five bytes");
        *ledger.entry_mut(&batch, 2).unwrap() = 99;
        assert_eq!(ledger.entries(&batch).last(), Some(&99));
    }

    #[test]
    fn knows_when_the_brokers_disagree() {
        let mut ledger = Ledger::new();
        let p = partition(0);
        ledger.assign(p.clone());
        assert!(ledger.agrees(&p, Some(3)), "nothing read yet");
        let ticket = ledger.admit(&p, 5, 5).unwrap();
        assert!(ledger.agrees(&p, None) && ledger.agrees(&p, Some(4)) && ledger.agrees(&p, Some(5)));
        assert!(!ledger.agrees(&p, Some(6)), "somebody committed our record");
        ledger.finish(ticket);
        all(&mut ledger);
        assert!(ledger.agrees(&p, Some(6)) && ledger.agrees(&p, None));
        assert!(!ledger.agrees(&p, Some(5)) && !ledger.agrees(&p, Some(7)));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Assign(i32),
        Revoke(i32),
        Admit { partition: i32, gap: i64 },
        Finish(prop::sample::Index),
        Commit { records: usize },
        FailCommit { records: usize },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            1 => (0..3i32).prop_map(Step::Assign),
            1 => (0..3i32).prop_map(Step::Revoke),
            8 => (0..3i32, 1..4i64).prop_map(|(partition, gap)| Step::Admit { partition, gap }),
            8 => any::<prop::sample::Index>().prop_map(Step::Finish),
            3 => (1..6usize).prop_map(|records| Step::Commit { records }),
            1 => (1..6usize).prop_map(|records| Step::FailCommit { records }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]
        /// Any schedule of assignments, admissions, results (late, doubled and stale ones included), commits that
        /// succeed or fail, and revocations.
        #[test]
        fn any_schedule_keeps_the_invariants(steps in prop::collection::vec(step(), 0..120)) {
            let mut ledger: Ledger<u64> = Ledger::new();
            let mut gate = Gate::new(20, 400);
            let bytes = |entry: u64| usize::try_from(entry % 50).unwrap();
            let mut tickets: Vec<(Ticket, u64)> = Vec::new();
            // The model: unfinished records by (partition, offset), and every live record.
            let mut unfinished: BTreeMap<u64, (i32, i64)> = BTreeMap::new();
            let mut live: BTreeSet<u64> = BTreeSet::new();
            let (mut offsets, mut committed, mut assigned) = ([0i64; 3], [0i64; 3], [false; 3]);
            let (mut next, mut admitted, mut left) = (0u64, 0usize, 0usize);
            for step in steps {
                match step {
                    Step::Assign(p) | Step::Revoke(p) => {
                        let back = match step {
                            Step::Assign(_) => ledger.assign(partition(p)),
                            _ => ledger.revoke(&partition(p)),
                        };
                        assigned[p as usize] = matches!(step, Step::Assign(_));
                        left += back.len();
                        for entry in back {
                            gate.release(bytes(entry));
                            prop_assert!(live.remove(&entry), "given back twice");
                            unfinished.remove(&entry);
                        }
                        // The next owner reads on from what is committed.
                        offsets[p as usize] = committed[p as usize];
                    }
                    Step::Admit { partition: p, gap } => {
                        let offset = offsets[p as usize] + gap - 1;
                        match ledger.admit(&partition(p), offset, next) {
                            Ok(ticket) => {
                                prop_assert!(assigned[p as usize]);
                                gate.admit(bytes(next));
                                tickets.push((ticket, next));
                                unfinished.insert(next, (p, offset));
                                live.insert(next);
                                offsets[p as usize] = offset + 1;
                                next += 1;
                                admitted += 1;
                            }
                            Err(error) => {
                                prop_assert!(!assigned[p as usize]);
                                prop_assert_eq!(error.kind(), "unassigned");
                            }
                        }
                    }
                    Step::Finish(index) if !tickets.is_empty() => {
                        let (ticket, entry) = tickets[index.index(tickets.len())];
                        let first_time = unfinished.remove(&entry).is_some();
                        prop_assert_eq!(ledger.unfinished(ticket).copied(), first_time.then_some(entry));
                        prop_assert_eq!(ledger.finish(ticket).copied(), first_time.then_some(entry));
                    }
                    Step::Finish(_) => {}
                    Step::Commit { records } => {
                        let batch = ledger.batch(records, usize::MAX, |_| 1);
                        let ends = ledger.offsets(&batch);
                        let gone = ledger.commit(&batch);
                        prop_assert!(gone.len() <= records);
                        left += gone.len();
                        for entry in gone {
                            gate.release(bytes(entry));
                            prop_assert!(live.remove(&entry), "committed twice");
                            prop_assert!(!unfinished.contains_key(&entry), "committed unfinished");
                        }
                        for (p, end) in ends {
                            let p = p.number;
                            prop_assert!(end > committed[p as usize], "offsets must grow");
                            committed[p as usize] = end;
                            let passed = unfinished.values().find(|(q, offset)| *q == p && *offset < end);
                            prop_assert!(passed.is_none(), "the offset passed {passed:?}");
                        }
                    }
                    Step::FailCommit { records } => {
                        let batch = ledger.batch(records, usize::MAX, |_| 1);
                        prop_assert!(ledger.entries(&batch).all(|entry| live.contains(entry)));
                    }
                }
            }
            for p in 0..3 {
                let back = ledger.revoke(&partition(p));
                left += back.len();
                back.into_iter().for_each(|entry| gate.release(bytes(entry)));
            }
            prop_assert_eq!((gate.records(), gate.bytes()), (0, 0), "budgets return to zero");
            prop_assert!(gate.is_open());
            prop_assert_eq!(admitted, left, "every record leaves exactly once");
            prop_assert_eq!(ledger.ready(), 0);
        }
    }
}
