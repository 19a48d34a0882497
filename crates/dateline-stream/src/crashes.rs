//! The crash-loop breaker: finds the record that ends the process.
//!
//! A panic is contained by the pool. An abort, a stack overflow or the kernel's memory killer ends the process, and the
//! record that caused it, still uncommitted, would end the next one, for ever. So every thread notes the record it works
//! on in its line of a small file, the *journal*; an orderly end empties the file. Lines that are found at start are
//! *suspects*, and no more than that: the memory killer comes for what all threads hold together, and a SIGKILL from
//! outside cannot be told from it. A suspect is read in [isolation](super::isolation) from then on, until it is
//! committed; so an innocent one clears itself. Only a crash while it was read alone counts against it, and as one may be
//! a coincidence, it takes as many as the limit says; then the record is dead-lettered unread. So a record can end the
//! process once more often than the limit says, and an innocent one is condemned only if that many ends, each after a
//! restart of its own, hit the moment in which it is read.
//!
//! A note costs one small write to the page cache, which outlives the process; nothing is synced, because a machine that
//! dies is no record's fault.
//!
//! Every worker keeps its own files and counts for itself. What it cannot write it does without.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::error::StreamError;
use super::ledger::Partition;
use super::process::{Input, Rejection, Stage};

/// Bytes of a line: two numbers, a topic name (249 bytes at most) and a mark.
const LINE: usize = 320;

/// Marks a record that is read with no other beside it.
const ALONE: &str = "alone";

/// Where crashes are remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrashGuard {
    /// Folder that outlives the process.
    pub folder: PathBuf,
    /// Name of this worker; no other that uses the folder may have it.
    pub name: String,
    /// Crashes while it was read alone after which a record is given up; at least 2.
    pub limit: u32,
}

impl CrashGuard {
    /// Whether the folder, if it is there, takes files. Makes none: whoever looks may not be who will run the worker.
    ///
    /// # Errors
    /// [`StreamError::State`].
    pub fn usable(&self) -> Result<(), StreamError> {
        let failed = |source| StreamError::State { folder: self.folder.clone(), source };
        if !self.folder.exists() {
            return Ok(());
        }
        let trial = self.folder.join(format!(".trial-{}", std::process::id()));
        File::create(&trial).and_then(|_| fs::remove_file(&trial)).map_err(failed)
    }
}

/// The records that threads are working on.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    off: AtomicBool,
}

impl Journal {
    /// A thread begins a record.
    pub(super) fn note(&self, thread: usize, input: &Input, alone: bool) {
        let mut line = [b' '; LINE];
        let mut rest = &mut line[..LINE - 1];
        // Too long a topic name is cut, and the line is then one of another topic: no suspect.
        let mark = if alone { ALONE } else { "" };
        let _ = write!(rest, "{} {} {} {mark}", input.partition, input.offset, input.topic);
        self.write(thread, line);
    }

    /// A thread has nothing to do.
    pub(super) fn clear(&self, thread: usize) {
        self.write(thread, [b' '; LINE]);
    }

    fn write(&self, thread: usize, mut line: [u8; LINE]) {
        if self.off.load(Ordering::Relaxed) {
            return;
        }
        line[LINE - 1] = b'\n';
        if let Err(error) = self.file.write_all_at(&line, (thread * LINE) as u64)
            && !self.off.swap(true, Ordering::Relaxed)
        {
            warn!(
                "the crash journal cannot be written, so a record that crashes the worker will not be found: {error}"
            );
        }
    }
}

/// A record that was being read when the process crashed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Record {
    topic: String,
    partition: i32,
    offset: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Suspect {
    #[serde(flatten)]
    record: Record,
    crashes: u32,
    /// Those while it was read alone.
    #[serde(default)]
    solitary: u32,
}

/// What to do with a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing is known about it.
    Free,
    /// It must be read in isolation.
    Suspect,
    /// It must not be read.
    Guilty(Rejection),
}

/// Suspects, and the journal that finds them. Without a guard both are empty.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    path: PathBuf,
    limit: u32,
    journal: Option<Arc<Journal>>,
    suspects: BTreeMap<Record, Suspect>,
}

impl Suspects {
    /// Reads what the last process of this worker left behind.
    ///
    /// # Errors
    /// The folder cannot be used, or another process uses this name.
    pub(super) fn open(guard: Option<&CrashGuard>) -> Result<Self, StreamError> {
        let Some(guard) = guard else { return Ok(Self::default()) };
        let failed = |source| StreamError::State { folder: guard.folder.clone(), source };
        fs::create_dir_all(&guard.folder).map_err(failed)?;
        let safe = |c: char| if c.is_ascii_alphanumeric() || "._-%".contains(c) { c } else { '_' };
        let name: String = guard.name.chars().map(safe).collect();
        let path = guard.folder.join(format!("{name}.suspects.json"));
        let journal = guard.folder.join(format!("{name}.journal"));
        let file = File::options().read(true).write(true).create(true).truncate(false).open(journal).map_err(failed)?;
        // The lock goes with the process, however that ends.
        file.try_lock().map_err(|error| {
            let taken = format!("another process uses the name {name} there ({error}); every worker needs its own");
            failed(io::Error::new(io::ErrorKind::ResourceBusy, taken))
        })?;
        let left = read_journal(&file).map_err(failed)?;
        let suspects = merge(read_suspects(&path), &left);
        let journal = Some(Arc::new(Journal { file, off: AtomicBool::new(false) }));
        let all = Self { path, limit: guard.limit, journal, suspects };
        if !left.is_empty() {
            for suspect in all.suspects.values() {
                let Suspect { record: Record { topic, partition, offset }, crashes, solitary } = suspect;
                warn!(
                    topic,
                    partition,
                    offset,
                    crashes,
                    solitary,
                    "was being read when the worker crashed; it is read alone now"
                );
            }
            all.save();
        }
        all.empty_journal();
        Ok(all)
    }

    /// For the threads to write to.
    pub(super) fn journal(&self) -> Option<Arc<Journal>> {
        self.journal.clone()
    }

    /// What to do with a record.
    pub(super) fn judge(&self, input: &Input) -> Verdict {
        if self.suspects.is_empty() {
            return Verdict::Free;
        }
        match self.suspects.get(&Record::of(input)) {
            None => Verdict::Free,
            Some(Suspect { crashes, solitary, .. }) if *solitary >= self.limit => {
                let message = format!(
                    "the worker crashed {crashes} times while it read this record, {solitary} times with nothing else in work"
                );
                Verdict::Guilty(Rejection::fault(Stage::Worker, "crashed_worker", message))
            }
            Some(_) => Verdict::Suspect,
        }
    }

    /// A partition is read from this offset on: what lies before it was finished elsewhere.
    pub(super) fn starts(&mut self, partition: &Partition, offset: i64) {
        self.retain(|r| r.topic != *partition.topic || r.partition != partition.number || r.offset >= offset);
    }

    /// A record is committed, whatever became of it.
    pub(super) fn committed(&mut self, input: &Input) {
        if !self.suspects.is_empty() {
            let record = Record::of(input);
            self.retain(|r| *r != record);
        }
    }

    /// The worker ends in an orderly way: nobody is to blame for what is left.
    pub(super) fn close(&self) {
        if let Some(journal) = &self.journal {
            journal.off.store(true, Ordering::Relaxed);
            self.empty_journal();
        }
    }

    fn retain(&mut self, keep: impl Fn(&Record) -> bool) {
        let before = self.suspects.len();
        self.suspects.retain(|record, _| keep(record));
        if self.suspects.len() < before {
            self.save();
        }
    }

    fn empty_journal(&self) {
        if let Some(journal) = &self.journal
            && let Err(error) = journal.file.set_len(0)
        {
            warn!("the crash journal cannot be emptied: {error}");
        }
    }

    /// Replaces the file as a whole: a crash leaves the old one or the new one.
    fn save(&self) {
        let list: Vec<&Suspect> = self.suspects.values().collect();
        let next = self.path.with_extension("new");
        let saved = serde_json::to_vec_pretty(&list)
            .map_err(io::Error::from)
            .and_then(|json| fs::write(&next, json))
            .and_then(|()| fs::rename(&next, &self.path));
        if let Err(error) = saved {
            warn!(path = %self.path.display(), "the records suspected of crashing the worker cannot be saved: {error}");
        }
    }
}

impl Record {
    fn of(input: &Input) -> Self {
        Self { topic: input.topic.to_string(), partition: input.partition, offset: input.offset }
    }
}

fn read_journal(mut file: &File) -> io::Result<Vec<(Record, bool)>> {
    let mut text = Vec::new();
    io::Read::read_to_end(&mut file, &mut text)?;
    Ok(String::from_utf8_lossy(&text).lines().filter_map(parse).collect())
}

/// A line of the journal, and whether its record was read alone; damaged and empty ones name no record.
fn parse(line: &str) -> Option<(Record, bool)> {
    let mut fields = line.split_ascii_whitespace();
    let (partition, offset) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((Record { topic: fields.next()?.to_owned(), partition, offset }, fields.next() == Some(ALONE)))
}

fn read_suspects(path: &Path) -> Vec<Suspect> {
    let Ok(json) = fs::read(path) else { return Vec::new() };
    serde_json::from_slice(&json).unwrap_or_else(|error| {
        warn!(path = %path.display(), "the records suspected of crashing the worker cannot be read: {error}");
        Vec::new()
    })
}

/// Counts a crash for everything that was being read.
fn merge(known: Vec<Suspect>, left: &[(Record, bool)]) -> BTreeMap<Record, Suspect> {
    let mut suspects: BTreeMap<Record, Suspect> = known.into_iter().map(|s| (s.record.clone(), s)).collect();
    for (record, alone) in left {
        let new = || Suspect { record: record.clone(), crashes: 0, solitary: 0 };
        let suspect = suspects.entry(record.clone()).or_insert_with(new);
        suspect.crashes += 1;
        suspect.solitary += u32::from(*alone && left.len() == 1);
    }
    suspects
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(partition: i32, offset: i64) -> Input {
        Input {
            topic: "articles.raw".into(),
            partition,
            offset,
            timestamp: None,
            key: None,
            value: None,
            headers: Vec::new(),
        }
    }

    fn guard(folder: &Path) -> CrashGuard {
        CrashGuard { folder: folder.into(), name: "group/0".into(), limit: 3 }
    }

    /// A process that crashes while its threads read these records; suspects are read alone.
    fn crash(folder: &Path, reading: &[(i32, i64)]) {
        let suspects = Suspects::open(Some(&guard(folder))).unwrap();
        let journal = suspects.journal().unwrap();
        journal.note(0, &input(9, 9), true);
        for (thread, (partition, offset)) in reading.iter().enumerate() {
            let input = input(*partition, *offset);
            journal.note(thread, &input, suspects.judge(&input) == Verdict::Suspect);
        }
        if reading.is_empty() {
            journal.clear(0);
        }
    }

    fn judge(folder: &Path, partition: i32, offset: i64) -> &'static str {
        match Suspects::open(Some(&guard(folder))).unwrap().judge(&input(partition, offset)) {
            Verdict::Free => "free",
            Verdict::Suspect => "suspect",
            Verdict::Guilty(rejection) => rejection.reason,
        }
    }

    #[test]
    fn the_guilty_record_is_found_among_its_neighbours() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        crash(folder, &[(0, 5), (1, 7), (2, 8)]);
        assert_eq!([judge(folder, 0, 5), judge(folder, 1, 7), judge(folder, 2, 9)], ["suspect", "suspect", "free"]);
        // Record 5 clears itself; 7 is alone at the second crash, the third and the fourth.
        Suspects::open(Some(&guard(folder))).unwrap().committed(&input(0, 5));
        for _ in 0..2 {
            crash(folder, &[(1, 7)]);
            assert_eq!([judge(folder, 0, 5), judge(folder, 1, 7), judge(folder, 2, 8)], ["free", "suspect", "suspect"]);
        }
        crash(folder, &[(1, 7)]);
        assert_eq!([judge(folder, 1, 7), judge(folder, 2, 8)], ["crashed_worker", "suspect"]);
        // Its dead letter is committed; record 8 was read by another worker meanwhile.
        let mut suspects = Suspects::open(Some(&guard(folder))).unwrap();
        suspects.committed(&input(1, 7));
        suspects.starts(&Partition { topic: "articles.raw".into(), number: 2 }, 9);
        drop(suspects);
        assert_eq!([judge(folder, 1, 7), judge(folder, 2, 8)], ["free", "free"]);
    }

    #[test]
    fn nobody_is_condemned_for_a_crash_in_company() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            crash(folder.path(), &[(0, 5), (1, 7)]);
        }
        assert_eq!([judge(folder.path(), 0, 5), judge(folder.path(), 1, 7)], ["suspect", "suspect"]);
    }

    #[test]
    fn a_crash_while_it_was_the_only_one_by_chance_condemns_nobody() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            // A worker of one thread: nothing beside it was read, but much was in flight.
            let suspects = Suspects::open(Some(&guard(folder.path()))).unwrap();
            suspects.journal().unwrap().note(0, &input(0, 5), false);
        }
        assert_eq!(judge(folder.path(), 0, 5), "suspect");
    }

    #[test]
    fn an_orderly_end_and_an_idle_crash_leave_no_suspects() {
        let folder = tempfile::tempdir().unwrap();
        let suspects = Suspects::open(Some(&guard(folder.path()))).unwrap();
        suspects.journal().unwrap().note(3, &input(0, 5), false);
        suspects.close();
        suspects.journal().unwrap().note(3, &input(0, 5), false);
        drop(suspects);
        crash(folder.path(), &[]);
        assert_eq!(judge(folder.path(), 0, 5), "free");
    }

    #[test]
    fn a_damaged_file_is_no_reason_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("group_0.suspects.json"), "[{").unwrap();
        fs::write(folder.path().join("group_0.journal"), b"0 5 articles.raw\n0 x\n\xff\n1").unwrap();
        assert_eq!([judge(folder.path(), 0, 5), judge(folder.path(), 0, 6)], ["suspect", "free"]);
    }

    #[test]
    fn two_workers_of_one_name_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Suspects::open(Some(&guard(folder.path()))).unwrap();
        let error = Suspects::open(Some(&guard(folder.path()))).unwrap_err();
        assert_eq!(error.kind(), "state");
        assert!(error.to_string().contains("every worker needs its own"), "{error}");
    }
}
