//! What the input topic has lost before it was read.
//!
//! Retention and `delete-records` move the beginning of a partition, a recreated topic begins at 0 again, and an unclean
//! election cuts its end off. librdkafka then goes on at the first record there is (`auto.offset.reset=earliest`, which
//! passes nothing over) with one line in its log. This notices from the offsets alone, before anything behind the gap is
//! committed: a record that comes later than the next one expected while the partition begins later than that, too, or
//! one that comes earlier. Reading the records out of order is no way to lose them; and gaps behind the beginning of the
//! partition (markers of transactions, aborted records, compaction) are none.
//!
//! Expected is the record after the last one read; for the first of an assignment, the offset that the group has
//! committed. Knows neither Kafka nor the clock.

use std::collections::BTreeMap;
use std::fmt;

use super::ledger::Partition;

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loss {
    /// Offsets `from` to `to`, exclusive, were removed unread.
    Expired { from: i64, to: i64 },
    /// Offset `to` comes after all up to `from`, exclusive, had been read: the partition was cut off, and what it holds
    /// from `to` on is new.
    Cut { from: i64, to: i64 },
    /// The topic is another one than that of the group's offsets; so many records of the old one were not read.
    Recreated { old: String, new: String, unread: i64 },
}

impl Loss {
    /// Stable name for metrics.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "expired",
            Self::Cut { .. } => "cut",
            Self::Recreated { .. } => "recreated",
        }
    }

    /// Offsets that are gone: at most so many records, markers of transactions are counted, too.
    pub(super) fn offsets(&self) -> u64 {
        let count = match self {
            Self::Expired { from, to } => to - from,
            Self::Cut { from, to } => from - to,
            Self::Recreated { unread, .. } => *unread,
        };
        u64::try_from(count).unwrap_or(0)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { from, to } => write!(
                f,
                "offsets {from} to {} were removed before they were read (retention or delete-records)",
                to - 1
            ),
            Self::Cut { from, to } => write!(
                f,
                "offset {to} comes although everything below {from} had been read: the partition was cut off (an unclean \
                 election, or the topic was created anew)"
            ),
            Self::Recreated { old, new, unread } => write!(
                f,
                "the topic was deleted and created anew (id {old} before, {new} now); {unread} records of the old one were \
                 not read"
            ),
        }
    }
}

/// One assignment of a partition.
#[derive(Debug, Default)]
struct Track {
    /// The next offset, whether there will be such a record or not.
    expected: Option<i64>,
    /// The first record that came.
    first: Option<i64>,
    /// Whether the group's offset is known.
    checked: bool,
    /// What `idle` was told last, since the last record.
    next: Option<i64>,
}

/// Watches the offsets that come.
#[derive(Debug, Default)]
pub(super) struct History(BTreeMap<Partition, Track>);

impl History {
    /// A partition is read, from where the group is.
    pub(super) fn begin(&mut self, partition: &Partition) {
        self.0.insert(partition.clone(), Track::default());
    }

    /// A partition is read from this offset on.
    pub(super) fn begin_at(&mut self, partition: &Partition, offset: i64) {
        self.0.insert(partition.clone(), Track { expected: Some(offset), checked: true, ..Track::default() });
    }

    /// A partition is read from its beginning, wherever the group was.
    pub(super) fn begin_anew(&mut self, partition: &Partition) {
        self.0.insert(partition.clone(), Track { checked: true, ..Track::default() });
    }

    pub(super) fn end(&mut self, partition: &Partition) {
        self.0.remove(partition);
    }

    /// Partitions whose group offset has not been looked at.
    pub(super) fn is_unchecked(&self, partition: &Partition) -> bool {
        self.0.get(partition).is_some_and(|track| !track.checked)
    }

    /// A record came. `low`: where the partition begins, as far as is known.
    pub(super) fn read(
        &mut self,
        partition: &Partition,
        offset: i64,
        low: impl FnOnce() -> Option<i64>,
    ) -> Option<Loss> {
        let track = self.0.get_mut(partition)?;
        track.first.get_or_insert(offset);
        track.next = None;
        let expected = track.expected.replace(offset + 1)?;
        if offset < expected {
            return Some(Loss::Cut { from: expected, to: offset });
        }
        if offset > expected { expired(expected, low()?.min(offset)) } else { None }
    }

    /// The group has committed this offset, or none; asked after the assignment.
    pub(super) fn committed(&mut self, partition: &Partition, held: Option<i64>, low: Option<i64>) -> Option<Loss> {
        let track = self.0.get_mut(partition).filter(|track| !track.checked)?;
        track.checked = true;
        let held = held?;
        match track.first {
            Some(first) if first < held => Some(Loss::Cut { from: held, to: first }),
            Some(first) => expired(held, low?.min(first)),
            None => {
                track.expected = Some(held);
                None
            }
        }
    }

    /// The client says that it has read everything below `next` and holds nothing back, and that the partition begins at
    /// `low`. Steps over markers, which never come as records. Believed when it is said twice and nothing came in
    /// between: the first time may be older than the assignment.
    pub(super) fn idle(&mut self, partition: &Partition, next: i64, low: i64) -> Option<Loss> {
        let track = self.0.get_mut(partition)?;
        if track.next.replace(next) != Some(next) {
            return None;
        }
        let expected = track.expected?;
        track.expected = Some(expected.max(next));
        expired(expected, low.min(next))
    }
}

fn expired(from: i64, to: i64) -> Option<Loss> {
    (from < to).then_some(Loss::Expired { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition() -> Partition {
        Partition { topic: "t".into(), number: 0 }
    }

    fn gone(from: i64, to: i64) -> Option<Loss> {
        Some(Loss::Expired { from, to })
    }

    fn cut(from: i64, to: i64) -> Option<Loss> {
        Some(Loss::Cut { from, to })
    }

    /// Reads offsets in a partition that begins at `low`, after the first of which the group's offset is asked for.
    fn run(held: Option<i64>, low: i64, offsets: &[i64]) -> Vec<Option<Loss>> {
        let mut history = History::default();
        history.begin(&partition());
        let mut losses = Vec::new();
        for (index, offset) in offsets.iter().enumerate() {
            losses.push(history.read(&partition(), *offset, || Some(low)));
            if index == 0 {
                losses.push(history.committed(&partition(), held, Some(low)));
            }
        }
        losses.into_iter().filter(Option::is_some).collect()
    }

    #[test]
    fn what_was_removed_unread_is_lost_and_natural_gaps_are_not() {
        assert_eq!(run(Some(5), 0, &[5, 6, 7]), []);
        assert_eq!(run(Some(5), 0, &[6, 9, 12]), [], "markers and compaction");
        assert_eq!(run(None, 40, &[40, 41]), [], "a first start counts nothing");
        assert_eq!(run(Some(5), 20, &[20, 21]), [gone(5, 20)], "while the worker was stopped");
        assert_eq!(run(Some(5), 20, &[22, 23]), [gone(5, 20)], "20 and 21 are no records");
        assert_eq!(run(Some(5), 9, &[5, 6, 9]), [gone(7, 9)], "while it read");
        assert_eq!(run(Some(5), 8, &[5, 6, 7, 12]), [], "gone only after it was read");
        assert_eq!(run(Some(5), 30, &[5, 20]), [gone(6, 20)], "not what came although it is gone by now");
    }

    #[test]
    fn a_partition_that_was_cut_off_is_noticed() {
        assert_eq!(run(Some(50), 0, &[0, 1]), [cut(50, 0)], "while the worker was stopped");
        assert_eq!(run(Some(5), 0, &[5, 6, 7, 3]), [cut(8, 3)], "while it read");
    }

    #[test]
    fn an_idle_partition_steps_over_markers_and_notices_what_is_removed() {
        let mut history = History::default();
        history.begin(&partition());
        assert!(history.is_unchecked(&partition()));
        let twice = |history: &mut History, next, low| {
            assert_eq!(history.idle(&partition(), next, low), None, "said once");
            history.idle(&partition(), next, low)
        };
        assert_eq!(twice(&mut history, 10, 9), None, "nothing is known yet");
        assert_eq!(history.committed(&partition(), Some(7), Some(0)), None);
        assert!(!history.is_unchecked(&partition()));
        assert_eq!(twice(&mut history, 8, 0), None, "7 was a marker");
        assert_eq!(history.idle(&partition(), 8, 8), None, "a marker was removed");
        assert_eq!(twice(&mut history, 30, 30), gone(8, 30), "everything was removed, nothing came");
        assert_eq!(history.idle(&partition(), 30, 30), None, "and counts once");
        assert_eq!(history.read(&partition(), 30, || Some(30)), None);
        assert_eq!(history.idle(&partition(), 30, 30), None, "older than what was read");
        history.end(&partition());
        assert_eq!(twice(&mut history, 90, 90), None);
    }

    #[test]
    fn counts_offsets() {
        for (loss, count) in [(gone(5, 20), 15), (cut(8, 3), 5)] {
            assert_eq!(loss.map(|loss| loss.offsets()), Some(count));
        }
    }
}
