//! Topics as files by day: `DIR/<topic>/date=2026-11-29/part-00000-000000001200-000000001899.parquet`, each record's rows in
//! exactly one file, whatever ends the command at whatever moment.
//!
//! - A *batch* is a stretch of one partition. Its rows go into one file a day, all of which have the batch's first offset
//!   and the one after its last in their names.
//! - A file is written under another name, synced and renamed: under its own name it is whole. When all files of a batch
//!   are, the offset behind it is committed.
//! - So what a command leaves that is killed before the commit is some of a batch's files, and their names say how far the
//!   batch went. The next one makes the same batch again and writes those files that are missing. The names are believed
//!   more than the group: one that has lost its offsets, or another one, doubles nothing in the same folder.
//! - A folder belongs to one topic (by its id, not its name), one table and one choice of day; `origin` refuses others.
//!   One command at a time writes below `DIR` ([`hold`]), and the group
//!   is named after it, so that two folders never share what is done.
//!
//! In memory wait the rows of the batches under way, bounded by their number and by the bytes of their records; one file
//! is open at a time. Not here: the columns ([`crate::table`]), the clients ([`crate::stream::tail`]).

mod batch;
mod error;
mod folder;
mod run;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use error::ExportError;
pub use folder::{Held, hold};
pub use run::{Tally, export};

use crate::table::{Format, Table};

/// What is exported, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Topics.
    pub sources: Vec<Source>,
    /// Where the files go.
    pub dir: PathBuf,
    /// What the files are.
    pub format: Format,
    /// Which day a row belongs to.
    pub day: Day,
    /// Group that keeps the progress.
    pub group: String,
    /// Whether to go on when the end is reached.
    pub follow: bool,
    /// Rows that may wait in memory.
    pub rows: usize,
    /// How long a row may wait, where new ones are followed.
    pub every: Duration,
    /// How long the brokers may be silent.
    pub timeout: Duration,
}

/// A topic, and the rows that its records give.
#[derive(Debug, Clone)]
pub struct Source {
    /// The topic.
    pub topic: Arc<str>,
    /// The rows.
    pub table: Table,
    /// Name of its folder.
    pub folder: String,
}

/// Which day a row belongs to. A row that has no such day belongs to the next one above: each is in a folder of a day,
/// because readers of tables make different things of one that is of none (pandas refuses Hive's null partition).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// That on which the record was written to the topic (UTC): few folders, and one is whole when its day is over.
    Record,
    /// That on which the article was published (UTC).
    Published,
    /// That on which the event happened.
    Event,
}

impl Day {
    /// Name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Published => "published",
            Self::Event => "event",
        }
    }

    /// The columns that say it, the first that has one counting.
    ///
    /// # Errors
    /// The table has no such column.
    pub fn columns(self, table: Table) -> Result<Vec<usize>, ExportError> {
        let names: &[&str] = match self {
            Self::Record => &[],
            Self::Published => &["published_at"],
            Self::Event => &["event_date", "published_at"],
        };
        let position = |name: &&str| table.position(name);
        let missing = ExportError::NoDay { table: table.as_str(), day: self.as_str() };
        names.iter().map(position).collect::<Option<Vec<usize>>>().ok_or(missing)
    }
}
