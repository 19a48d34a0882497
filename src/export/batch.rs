//! Rows of one stretch of a partition, by day, until they are written.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::civil::Date;

use super::error::ExportError;
use super::folder::{Days, Folder, Stretch};
use crate::table::{Encoder, Format, Row, Table};

/// A batch under way.
#[derive(Debug)]
pub(super) struct Batch {
    partition: i32,
    /// First offset in the names of its files.
    start: i64,
    /// Where it ends, if files of it are there already.
    end: Option<i64>,
    /// Where the files of a later one begin.
    limit: Option<i64>,
    /// Days whose files are there.
    written: Days,
    days: BTreeMap<Date, Vec<Row>>,
    /// Rows that wait.
    pub(super) rows: usize,
    /// Bytes of the records that they come from.
    pub(super) bytes: usize,
    /// When the first record came.
    pub(super) since: Option<Instant>,
    /// The offset after the last record that came.
    pub(super) next: i64,
}

impl Batch {
    /// The batch that begins at an offset, or that is to be finished there.
    pub(super) fn at(folder: &Folder, partition: i32, offset: i64) -> Self {
        let around = folder.around(partition, offset);
        let limit = folder.next_after(partition, offset);
        let (start, end, written) = match around {
            Some((stretch, days)) => (stretch.start, Some(stretch.end), days),
            None => (offset, None, Days::new()),
        };
        let days = BTreeMap::new();
        Self { partition, start, end, limit, written, days, rows: 0, bytes: 0, since: None, next: offset }
    }

    /// Where it must end, if that is not free.
    pub(super) fn must_end(&self) -> Option<i64> {
        self.end.or(self.limit)
    }

    /// Whether it may end wherever it is: files that are there already bind it.
    pub(super) fn is_free(&self) -> bool {
        self.end.is_none()
    }

    /// Takes the rows of a record.
    pub(super) fn add(&mut self, offset: i64, bytes: usize, rows: impl IntoIterator<Item = (Date, Row)>) {
        self.next = offset + 1;
        self.bytes += bytes;
        self.since.get_or_insert_with(Instant::now);
        for (day, row) in rows {
            if !self.written.contains(&day) {
                self.days.entry(day).or_default().push(row);
                self.rows += 1;
            }
        }
    }

    /// Writes the files that are missing, a day each; gives how many and how many there were already.
    pub(super) fn write(
        &mut self,
        folder: &Folder,
        table: Table,
        format: Format,
        end: i64,
    ) -> Result<Written, ExportError> {
        let stretch = Stretch { partition: self.partition, start: self.start, end: self.end.unwrap_or(end) };
        let mut written = Written { found: self.written.len() as u64, ..Written::default() };
        for (day, rows) in std::mem::take(&mut self.days) {
            written.files += 1;
            written.rows += rows.len() as u64;
            let mut encoder = Encoder::new(table, format)?;
            encoder.push(rows)?;
            folder.write(stretch, day, &encoder.finish()?)?;
        }
        Ok(written)
    }
}

/// What became of a batch.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) files: u64,
    pub(super) rows: u64,
    /// Files that an earlier command had written.
    pub(super) found: u64,
}
