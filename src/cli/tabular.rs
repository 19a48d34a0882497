//! Tables on standard output, for the commands that give records as rows.

use std::io::{IsTerminal, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::visible::visible;
use crate::table::{Encoder, Format, Table, TableError, rows};

/// Which rows, and how they are written.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Choice {
    /// Rows of csv, parquet and geojson
    #[arg(long, value_enum, value_name = "TABLE")]
    pub(super) table: Option<Name>,
    /// Begin csv with a byte order mark, which Excel needs to read UTF-8
    #[arg(long)]
    pub(super) bom: bool,
}

/// A table by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Name {
    /// One row an event
    Events,
    /// One row a mention of an event in a sentence
    Mentions,
    /// One row a statement of how many people came to harm
    Claims,
    /// One row an entity
    Entities,
}

impl From<Name> for Table {
    fn from(name: Name) -> Self {
        match name {
            Name::Events => Self::Events,
            Name::Mentions => Self::Mentions,
            Name::Claims => Self::Claims,
            Name::Entities => Self::Entities,
        }
    }
}

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Comma-separated values with a header
    Csv,
    /// Apache Parquet
    Parquet,
    /// A GeoJSON feature collection
    Geojson,
}

impl Kind {
    /// The format with what was chosen beside it.
    pub(super) fn format(self, bom: bool) -> Format {
        match self {
            Self::Csv => Format::Csv { bom },
            Self::Parquet => Format::Parquet,
            Self::Geojson => Format::GeoJson,
        }
    }
}

/// The sheet of a format that is a table. A choice where nothing is written as one was made in error.
pub(super) fn sheet(kind: Option<Kind>, choice: Choice) -> Result<Option<Sheet>, Failure> {
    match kind {
        Some(kind) => Sheet::new(kind, choice).map(Some),
        None => refuse_without_table(choice).map(|()| None),
    }
}

fn refuse_without_table(choice: Choice) -> Result<(), Failure> {
    let option = match choice {
        Choice { table: Some(_), .. } => "--table",
        Choice { bom: true, .. } => "--bom",
        _ => return Ok(()),
    };
    Err(Failure::new(Exit::Usage, anyhow::anyhow!("{option} goes with --format csv, parquet or geojson")))
}

/// Rows on their way to standard output, as much at a time as a row group.
pub(super) struct Sheet {
    table: Table,
    encoder: Encoder,
    /// A terminal obeys some characters: they are shown.
    terminal: bool,
}

impl Sheet {
    /// # Errors
    /// Usage: a table that the format cannot hold, or one that is not for people's eyes on a terminal.
    fn new(kind: Kind, choice: Choice) -> Result<Self, Failure> {
        let terminal = std::io::stdout().is_terminal();
        if terminal && kind == Kind::Parquet {
            let error = anyhow::anyhow!("parquet is not for a terminal: write it to a file (> events.parquet)");
            return Err(Failure::new(Exit::Usage, error));
        }
        let table = choice.table.map_or(Table::Events, Table::from);
        let encoder = Encoder::new(table, kind.format(choice.bom)).map_err(refused)?;
        Ok(Self { table, encoder, terminal })
    }

    /// Adds a record's rows and writes what can be written; `false` where nobody reads any more.
    pub(super) fn add(&mut self, record: &impl Serialize, out: &mut impl Write) -> Result<bool, Failure> {
        let record = serde_json::to_value(record).map_err(|e| Failure::new(Exit::Internal, e))?;
        self.encoder.push(rows(self.table, &record).unwrap_or_default()).map_err(refused)?;
        Ok(write(&self.encoder.take().map_err(refused)?, self.terminal, out))
    }

    /// Writes the rest.
    pub(super) fn finish(self, out: &mut impl Write) -> Result<(), Failure> {
        let bytes = self.encoder.finish().map_err(refused)?;
        write(&bytes, self.terminal, out);
        Ok(())
    }
}

fn write(bytes: &[u8], terminal: bool, out: &mut impl Write) -> bool {
    let written = match std::str::from_utf8(bytes) {
        Ok(text) if terminal => out.write_all(visible(text).as_bytes()),
        _ => out.write_all(bytes),
    };
    written.is_ok()
}

fn refused(error: TableError) -> Failure {
    let exit = match error {
        TableError::NoPlaces(_) => Exit::Usage,
        TableError::Encode { .. } => Exit::Internal,
    };
    Failure::new(exit, error)
}
