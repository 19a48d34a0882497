//! The files of one topic: their names, what they say of earlier batches, and how a new one comes to be there whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::error::ExportError;
use crate::record::id::text_sha256;

/// Where files are made. Readers of tables pass over names that begin with a dot.
const UNDER_WAY: &str = ".under-way";
/// What the files are of.
const ORIGIN: &str = ".origin.json";
const LOCK: &str = ".lock";
/// Characters of a folder's id.
const ID: usize = 8;

/// What the files of a folder are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) topic: String,
    /// A topic that is deleted and created anew has other records under the same offsets.
    pub(super) topic_id: Option<String>,
    pub(super) table: String,
    pub(super) day: String,
}

impl Origin {
    fn is_of(&self, other: &Self) -> bool {
        let same_topic = self.topic_id.is_none() || other.topic_id.is_none() || self.topic_id == other.topic_id;
        same_topic && (&self.topic, &self.table, &self.day) == (&other.topic, &other.table, &other.day)
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of topic {}", self.table, self.topic)?;
        if let Some(id) = &self.topic_id {
            write!(f, " (id {id})")?;
        }
        write!(f, " by {} day", self.day)
    }
}

/// A stretch of a partition that files are named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) partition: i32,
    /// First offset.
    pub(super) start: i64,
    /// The one after the last.
    pub(super) end: i64,
}

impl Stretch {
    fn name(self, extension: &str) -> String {
        format!("part-{:05}-{:012}-{:012}.{extension}", self.partition, self.start, self.end)
    }

    fn parse(name: &str, extension: &str) -> Option<Self> {
        let name = name.strip_prefix("part-")?.strip_suffix(extension)?.strip_suffix('.')?;
        let mut numbers = name.split('-').map(str::parse::<i64>);
        let mut next = || numbers.next()?.ok();
        let (partition, start, end) = (i32::try_from(next()?).ok()?, next()?, next()?);
        (numbers.next().is_none() && start < end).then_some(Self { partition, start, end })
    }
}

/// The days of which a stretch has files.
pub(super) type Days = BTreeSet<Date>;

/// A folder that is held for one command: until it is dropped, or the process ends.
#[derive(Debug)]
pub struct Held {
    _file: File,
    /// The folder's own name among all: where it is moved, it goes along, and no other folder has it.
    pub id: String,
}

/// Holds a folder.
///
/// # Errors
/// Another process holds it, or it cannot be made.
pub fn hold(dir: &Path) -> Result<Held, ExportError> {
    fs::create_dir_all(dir).map_err(ExportError::file("make", dir))?;
    let path = dir.join(LOCK);
    let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.map_err(ExportError::file("open", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(ExportError::Locked(dir.to_owned())),
        Err(fs::TryLockError::Error(error)) => return Err(ExportError::file("lock", &path)(error)),
    }
    let mut id = String::new();
    file.read_to_string(&mut id).map_err(ExportError::file("read", &path))?;
    if id.len() != ID {
        let seed = format!("{}\0{}\0{}", dir.display(), jiff::Timestamp::now().as_nanosecond(), std::process::id());
        id = text_sha256(&seed)[..ID].to_owned();
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(id.as_bytes()));
        written.and_then(|()| file.sync_all()).map_err(ExportError::file("write", &path))?;
    }
    Ok(Held { _file: file, id })
}

/// The folder of a topic.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    extension: &'static str,
    /// What is there, by partition and first offset.
    found: BTreeMap<Stretch, Days>,
}

impl Folder {
    /// Opens it, and takes away what a killed command left unfinished.
    pub(super) fn open(path: PathBuf, origin: &Origin, extension: &'static str) -> Result<Self, ExportError> {
        let under_way = path.join(UNDER_WAY);
        if under_way.exists() {
            fs::remove_dir_all(&under_way).map_err(ExportError::file("remove", &under_way))?;
        }
        fs::create_dir_all(&under_way).map_err(ExportError::file("make", &under_way))?;
        let mut folder = Self { path, extension, found: BTreeMap::new() };
        folder.check(origin)?;
        folder.look()?;
        Ok(folder)
    }

    fn check(&self, wanted: &Origin) -> Result<(), ExportError> {
        let path = self.path.join(ORIGIN);
        match fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice::<Origin>(&bytes) {
                Ok(found) if found.is_of(wanted) && (found.topic_id.is_some() || wanted.topic_id.is_none()) => Ok(()),
                // Brokers that know ids by now.
                Ok(found) if found.is_of(wanted) => self.note(&path, wanted),
                found => {
                    let found =
                        found.map_or_else(|e| format!("something that cannot be read ({e})"), |f| f.to_string());
                    Err(ExportError::OtherOrigin { folder: self.path.clone(), found, wanted: wanted.to_string() })
                }
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.note(&path, wanted),
            Err(error) => Err(ExportError::file("read", &path)(error)),
        }
    }

    fn note(&self, path: &Path, origin: &Origin) -> Result<(), ExportError> {
        let text = serde_json::to_vec(origin).map_err(std::io::Error::from);
        self.place(path, &text.map_err(ExportError::file("write", path))?)
    }

    /// Looks for the files of earlier batches.
    fn look(&mut self) -> Result<(), ExportError> {
        for day in entries(&self.path)? {
            let Some(date) = day.file_name().to_str().and_then(day_of) else { continue };
            for file in entries(&day.path())? {
                if let Some(stretch) = file.file_name().to_str().and_then(|n| Stretch::parse(n, self.extension)) {
                    self.found.entry(stretch).or_default().insert(date);
                }
            }
        }
        Ok(())
    }

    /// The stretch that has files and this offset in it.
    pub(super) fn around(&self, partition: i32, offset: i64) -> Option<(Stretch, Days)> {
        let within = |s: &&Stretch| s.partition == partition && s.start <= offset && offset < s.end;
        self.found.keys().find(within).map(|s| (*s, self.found.get(s).cloned().unwrap_or_default()))
    }

    /// The first stretch with files that begins after an offset: a new batch must end before it.
    pub(super) fn next_after(&self, partition: i32, offset: i64) -> Option<i64> {
        let after = |s: &&Stretch| s.partition == partition && s.start > offset;
        self.found.keys().filter(after).map(|s| s.start).min()
    }

    /// Puts a file of a stretch in its place.
    pub(super) fn write(&self, stretch: Stretch, day: Date, bytes: &[u8]) -> Result<(), ExportError> {
        let folder = self.path.join(format!("date={day}"));
        if !folder.exists() {
            fs::create_dir_all(&folder).map_err(ExportError::file("make", &folder))?;
            sync(&self.path)?;
        }
        self.place(&folder.join(stretch.name(self.extension)), bytes)
    }

    /// Under its name a file is whole and on the disk.
    fn place(&self, path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
        let under_way = self.path.join(UNDER_WAY).join(path.file_name().unwrap_or_default());
        let written = File::create(&under_way).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(ExportError::file("write", &under_way))?;
        fs::rename(&under_way, path).map_err(ExportError::file("write", path))?;
        path.parent().map_or(Ok(()), sync)
    }
}

fn day_of(name: &str) -> Option<Date> {
    name.strip_prefix("date=")?.parse().ok()
}

/// What a rename or a new name in a folder needs to outlive a crash of the machine.
fn sync(folder: &Path) -> Result<(), ExportError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(ExportError::file("write", folder))
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, ExportError> {
    let Ok(kind) = fs::metadata(folder) else { return Ok(Vec::new()) };
    if !kind.is_dir() {
        return Ok(Vec::new());
    }
    let read = || fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>();
    read().map_err(ExportError::file("read", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(id: &str) -> Origin {
        Origin { topic: "t".into(), topic_id: Some(id.into()), table: "events".into(), day: "record".into() }
    }

    #[test]
    fn names_say_what_is_in_a_file() {
        let stretch = Stretch { partition: 3, start: 1_200, end: 1_900 };
        assert_eq!(stretch.name("csv"), "part-00003-000000001200-000000001900.csv");
        assert_eq!(Stretch::parse(&stretch.name("csv"), "csv"), Some(stretch));
        let long = Stretch { partition: 0, start: 0, end: 1_234_567_890_123_456 };
        assert_eq!(Stretch::parse(&long.name("parquet"), "parquet"), Some(long));
        for name in
            ["part-00003-1-2.parquet", "part-1-2.csv", "part-1-2-3-4.csv", "part-a-1-2.csv", "part-0-2-2.csv", "x.csv"]
        {
            assert_eq!(Stretch::parse(name, "csv"), None, "{name}");
        }
    }

    #[test]
    fn what_is_there_is_found_again_and_halves_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        let [day, other]: [Date; 2] = ["2026-11-29", "2026-11-30"].map(|day| day.parse().unwrap());
        let (first, second) =
            (Stretch { partition: 0, start: 5, end: 9 }, Stretch { partition: 0, start: 20, end: 30 });
        let folder = Folder::open(path.clone(), &origin("a"), "csv").unwrap();
        folder.write(first, day, b"x").unwrap();
        folder.write(first, other, b"x").unwrap();
        folder.write(second, day, b"y").unwrap();
        fs::write(path.join(UNDER_WAY).join("part-00000-000000000030-000000000040.csv"), "ha").unwrap();
        let folder = Folder::open(path.clone(), &origin("a"), "csv").unwrap();
        assert_eq!(folder.around(0, 5), Some((first, BTreeSet::from([day, other]))));
        assert_eq!((folder.around(0, 9), folder.around(1, 5), folder.around(0, 35)), (None, None, None));
        assert_eq!(
            (folder.next_after(0, 5), folder.next_after(0, 20), folder.next_after(1, 0)),
            (Some(20), None, None)
        );
        // Another format has files of its own.
        assert_eq!(Folder::open(path.clone(), &origin("a"), "parquet").unwrap().around(0, 5), None);
        let error = Folder::open(path, &origin("b"), "csv").unwrap_err();
        assert_eq!(error.kind(), "other_origin");
        assert!(error.to_string().contains("(id a) by record day, which is not events of topic t (id b)"), "{error}");
    }

    #[test]
    fn one_command_at_a_time_has_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let held = hold(dir.path()).unwrap();
        assert_eq!(hold(dir.path()).unwrap_err().kind(), "locked");
        let id = held.id.clone();
        drop(held);
        assert_eq!(hold(dir.path()).unwrap().id, id, "it has its name for good");
        assert_ne!(hold(&dir.path().join("other")).unwrap().id, id);
    }
}
