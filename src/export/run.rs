//! The loop: records to rows to batches to files to offsets.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::batch::{Batch, Written};
use super::folder::{Folder, Origin};
use super::{ExportError, Plan, Source};
use crate::stream::Settings;
use crate::stream::process::Input;
use crate::stream::tail::{Next, Stand, Tail};
use crate::table::{Row, rows};

/// Bytes of records whose rows may wait in memory.
const BYTES: usize = 64 << 20;
/// A look for something to read, where nothing came before.
const LOOK: Duration = Duration::from_millis(100);

/// What an export did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records read.
    pub records: u64,
    /// Rows written.
    pub rows: u64,
    /// Files written.
    pub files: u64,
    /// Files that an interrupted export had written already.
    pub found: u64,
    /// Records without a value: they end their key, and have no row.
    pub tombstones: u64,
    /// Records that have no rows for the table: no JSON, of another schema, or published without them.
    pub foreign: u64,
    /// Offsets removed from the topics before they were read.
    pub expired: u64,
    /// Whether a stop was asked for before the end.
    pub stopped: bool,
}

/// A topic under way.
struct Topic<'a> {
    source: &'a Source,
    /// Columns that say a row's day.
    days: Vec<usize>,
    tail: Tail,
    /// Whether all of its parts are being read.
    begun: bool,
    folder: Folder,
    parts: BTreeMap<i32, Part>,
}

/// A partition under way.
struct Part {
    batch: Batch,
    /// Where it ends, unless it is followed.
    end: Option<i64>,
    /// What the group has committed.
    committed: Option<i64>,
}

/// Exports until the end, or until a stop is asked for; `tell` hears how many offsets of how many are dealt with.
///
/// # Errors
/// Why it cannot go on; what is committed is safe.
pub fn export(
    settings: &Settings,
    plan: &Plan,
    stop: &AtomicBool,
    mut tell: impl FnMut(u64, u64),
) -> Result<Tally, ExportError> {
    let mut tally = Tally::default();
    let mut topics = Vec::new();
    for source in &plan.sources {
        topics.push(open(settings, plan, source, &mut tally)?);
    }
    let ends = || topics.iter().flat_map(|t| t.parts.values()).filter_map(|p| Some((p.batch.next, p.end?)));
    let total: u64 = ends().map(|(next, end)| u64::try_from(end - next).unwrap_or(0)).sum();
    let mut wait = Duration::ZERO;
    let mut step = 0;
    while !stop.load(Ordering::Relaxed) && topics.iter().any(|t| !t.parts.is_empty()) {
        // Topic by topic to their ends, so that fewer batches wait at once; followed ones in turn.
        let open = |t: &&mut Topic<'_>| plan.follow || !t.parts.is_empty();
        let turn = if plan.follow { step % topics.len() } else { 0 };
        step += 1;
        let Some(topic) = topics.iter_mut().filter(open).nth(turn) else { break };
        if plan.follow {
            let added = topic.tail.added()?;
            topic.watch(plan, added, &mut tally);
        }
        wait = match topic.next(wait, plan.follow)? {
            Next::Record(input) => {
                topic.take(plan, &input, &mut tally)?;
                tell(tally.records, total);
                Duration::ZERO
            }
            Next::End(partition) => {
                topic.end(plan, partition, &mut tally)?;
                Duration::ZERO
            }
            Next::Nothing => LOOK,
        };
        relieve(&mut topics, plan, &mut tally)?;
    }
    tally.stopped = stop.load(Ordering::Relaxed);
    for topic in &mut topics {
        for partition in topic.parts.keys().copied().collect::<Vec<_>>() {
            topic.flush_free(plan, partition, &mut tally)?;
        }
    }
    Ok(tally)
}

fn open<'a>(settings: &Settings, plan: &Plan, source: &'a Source, tally: &mut Tally) -> Result<Topic<'a>, ExportError> {
    let (tail, stands) = Tail::open(settings, &source.topic, &plan.group, plan.timeout)?;
    let origin = Origin {
        topic: source.topic.to_string(),
        topic_id: tail.topic_id().map(str::to_owned),
        table: source.table.as_str().to_owned(),
        day: plan.day.as_str().to_owned(),
    };
    let folder = Folder::open(plan.dir.join(&source.folder), &origin, plan.format.extension())?;
    let days = plan.day.columns(source.table)?;
    let mut topic = Topic { source, days, tail, begun: false, folder, parts: BTreeMap::new() };
    topic.watch(plan, stands, tally);
    Ok(topic)
}

/// Writes what is too much for memory, and what has waited long enough.
fn relieve(topics: &mut [Topic<'_>], plan: &Plan, tally: &mut Tally) -> Result<(), ExportError> {
    let mut free = Vec::new();
    for (i, topic) in topics.iter().enumerate() {
        let parts = topic.parts.iter().filter(|(_, part)| part.batch.is_free());
        free.extend(parts.map(|(number, part)| (part.batch.bytes, part.batch.rows, i, *number)));
    }
    let bytes: usize = free.iter().map(|(bytes, ..)| bytes).sum();
    let rows: usize = free.iter().map(|(_, rows, ..)| rows).sum();
    if (rows >= plan.rows || bytes >= BYTES)
        && let Some((_, _, i, number)) = free.into_iter().max()
    {
        topics[i].flush_free(plan, number, tally)?;
    }
    if plan.follow {
        for topic in topics {
            let late = |part: &Part| part.batch.since.is_some_and(|since| since.elapsed() >= plan.every);
            let late: Vec<i32> = topic.parts.iter().filter(|(_, part)| late(part)).map(|(number, _)| *number).collect();
            late.into_iter().try_for_each(|number| topic.flush_free(plan, number, tally))?;
        }
    }
    Ok(())
}

impl Topic<'_> {
    /// Has partitions read, beside those that are.
    fn watch(&mut self, plan: &Plan, stands: Vec<Stand>, tally: &mut Tally) {
        for Stand { range, known, expired } in stands {
            tally.expired += expired;
            if plan.follow || range.start < range.end {
                let batch = Batch::at(&self.folder, range.partition, range.start);
                let end = (!plan.follow).then_some(range.end);
                self.parts.insert(range.partition, Part { batch, end, committed: known.then_some(range.start) });
                self.begun = false;
            }
        }
    }

    fn next(&mut self, wait: Duration, follow: bool) -> Result<Next, ExportError> {
        if !self.begun {
            let starts: Vec<(i32, i64)> = self.parts.iter().map(|(number, part)| (*number, part.batch.next)).collect();
            self.tail.begin(&starts)?;
            self.begun = true;
        }
        Ok(self.tail.next(wait, follow)?)
    }

    /// A record came.
    fn take(&mut self, plan: &Plan, input: &Input, tally: &mut Tally) -> Result<(), ExportError> {
        let number = input.partition;
        let Some(part) = self.parts.get(&number) else { return Ok(()) };
        if part.end.is_some_and(|end| input.offset >= end) {
            return self.end(plan, number, tally);
        }
        // Up to three: the end of one that was interrupted, one up to the next of those, and so on.
        while let Some(end) =
            self.parts.get(&number).and_then(|p| p.batch.must_end()).filter(|end| input.offset >= *end)
        {
            self.flush(plan, number, end, tally)?;
        }
        tally.records += 1;
        let rows = self.rows(input, tally);
        if let Some(part) = self.parts.get_mut(&number) {
            part.batch.add(input.offset, input.size(), rows);
        }
        Ok(())
    }

    /// The rows of a record, each with its day.
    fn rows(&self, input: &Input, tally: &mut Tally) -> Vec<(Date, Row)> {
        let Some(value) = &input.value else {
            tally.tombstones += 1;
            return Vec::new();
        };
        let record: Option<Value> = serde_json::from_slice(value).ok();
        let Some(rows) = record.and_then(|record| rows(self.source.table, &record)) else {
            tally.foreign += 1;
            return Vec::new();
        };
        // Records of the oldest format have no time.
        let written = input.timestamp.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
        let written = TimeZone::UTC.to_datetime(written).date();
        let day = |row: &Row| self.days.iter().find_map(|column| row.cell(*column).day()).unwrap_or(written);
        rows.into_iter().map(|row| (day(&row), row)).collect()
    }

    /// A partition is read to its end.
    fn end(&mut self, plan: &Plan, number: i32, tally: &mut Tally) -> Result<(), ExportError> {
        let Some(part) = self.parts.get(&number) else { return Ok(()) };
        match part.end {
            Some(end) => {
                // What lies between may be gone from the topic, and still has names here.
                while let Some(bound) = self.parts.get(&number).and_then(|p| p.batch.must_end()).filter(|b| *b < end) {
                    self.flush(plan, number, bound, tally)?;
                }
                self.flush(plan, number, end, tally)?;
                self.parts.remove(&number);
                self.tail.leave(number)?;
            }
            // A batch that an earlier command left is not waited for: nothing is between here and its end.
            None if !part.batch.is_free() => self.flush(plan, number, part.batch.next, tally)?,
            None => {}
        }
        Ok(())
    }

    /// Writes a batch as far as it is, unless it must reach further.
    fn flush_free(&mut self, plan: &Plan, number: i32, tally: &mut Tally) -> Result<(), ExportError> {
        match self.parts.get(&number) {
            Some(part) if part.batch.is_free() && part.batch.since.is_some() => {
                let end = part.batch.next;
                self.flush(plan, number, end, tally)
            }
            _ => Ok(()),
        }
    }

    /// Writes a batch, commits the offset behind it, and begins the next one there.
    fn flush(&mut self, plan: &Plan, number: i32, end: i64, tally: &mut Tally) -> Result<(), ExportError> {
        let Some(part) = self.parts.get_mut(&number) else { return Ok(()) };
        let Written { files, rows, found } = part.batch.write(&self.folder, self.source.table, plan.format, end)?;
        tally.files += files;
        tally.rows += rows;
        tally.found += found;
        if part.committed != Some(end) {
            self.tail.commit(number, end)?;
            part.committed = Some(end);
        }
        part.batch = Batch::at(&self.folder, number, end);
        Ok(())
    }
}
