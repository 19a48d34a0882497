//! Rows as bytes of a file: CSV, Parquet or GeoJSON.
//!
//! No I/O: what is encoded waits in memory until it is taken, so whoever writes decides when and where. Between two
//! [`Encoder::take`]s no more than a row group waits, whatever the length of the table.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use geojson::{Feature, FeatureWriter, Geometry, GeometryValue};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use thiserror::Error;

use super::batch;
use super::cell::Cell;
use super::rows::Row;
use super::tables::Table;

/// Rows that become columns at once.
const BATCH: usize = 1_024;
/// The largest row group: what a Parquet file holds back in memory, and what a reader can pass over.
const GROUP_ROWS: usize = 50_000;
const GROUP_BYTES: usize = 32 << 20;

/// What Excel needs before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header, UTF-8; `bom` begins it with a byte order mark, without which Excel reads another code.
    Csv {
        /// Whether there is a byte order mark.
        bom: bool,
    },
    /// Apache Parquet, zstd.
    Parquet,
    /// A GeoJSON feature collection (RFC 7946).
    GeoJson,
}

impl Format {
    /// Ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Parquet => "parquet",
            Self::GeoJson => "geojson",
        }
    }
}

/// A table cannot be encoded.
#[derive(Debug, Error)]
pub enum TableError {
    /// Its rows have no place.
    #[error("rows of {0} have no place on a map: choose csv or parquet, or the table events, mentions or entities")]
    NoPlaces(&'static str),
    /// A library refuses.
    #[error("rows of {table} cannot be written as {format}: {reason}")]
    Encode {
        /// The table.
        table: &'static str,
        /// The format.
        format: &'static str,
        /// What the library says.
        reason: String,
    },
}

impl TableError {
    /// Stable name.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoPlaces(_) => "no_places",
            Self::Encode { .. } => "encode",
        }
    }
}

/// Encodes the rows of one table.
pub struct Encoder {
    table: Table,
    format: Format,
    waiting: Vec<Row>,
    to: To,
    bytes: Shared,
    begun: bool,
}

enum To {
    Csv(Box<arrow_csv::Writer<Shared>>),
    Parquet(Box<ArrowWriter<Shared>>),
    GeoJson(FeatureWriter<Shared>),
}

/// Bytes that a library has written and nobody has taken yet: not every library lets go of its writer.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoder {
    /// An encoder for a file, or whatever else takes the bytes of one.
    ///
    /// # Errors
    /// The format needs places and the table has none.
    pub fn new(table: Table, format: Format) -> Result<Self, TableError> {
        let bytes = Shared::default();
        let to = match format {
            Format::Csv { bom } => {
                if bom {
                    bytes.bytes().extend_from_slice(BOM);
                }
                To::Csv(Box::new(arrow_csv::WriterBuilder::new().with_header(true).build(bytes.clone())))
            }
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_created_by(concat!("dateline ", env!("CARGO_PKG_VERSION")).to_owned())
                    .set_max_row_group_row_count(Some(GROUP_ROWS))
                    .set_max_row_group_bytes(Some(GROUP_BYTES))
                    .build();
                let writer = ArrowWriter::try_new(bytes.clone(), batch::schema(table), Some(properties));
                To::Parquet(Box::new(writer.map_err(|e| refused(table, format, e))?))
            }
            Format::GeoJson if !table.has_places() => return Err(TableError::NoPlaces(table.as_str())),
            Format::GeoJson => To::GeoJson(FeatureWriter::from_writer(bytes.clone())),
        };
        Ok(Self { table, format, waiting: Vec::new(), to, bytes, begun: false })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// A library refuses them.
    pub fn push(&mut self, rows: impl IntoIterator<Item = Row>) -> Result<(), TableError> {
        for row in rows {
            self.waiting.push(row);
            if self.waiting.len() >= BATCH {
                self.encode()?;
            }
        }
        Ok(())
    }

    /// What can be written by now, in the order of the file: all rows so far, or of Parquet all row groups.
    ///
    /// # Errors
    /// A library refuses the rows.
    pub fn take(&mut self) -> Result<Vec<u8>, TableError> {
        if self.format != Format::Parquet && !self.waiting.is_empty() {
            self.encode()?;
        }
        Ok(std::mem::take(&mut *self.bytes.bytes()))
    }

    /// The rest of the file. A table without rows has its header all the same.
    ///
    /// # Errors
    /// A library refuses the last rows.
    pub fn finish(mut self) -> Result<Vec<u8>, TableError> {
        if !self.waiting.is_empty() || !self.begun {
            self.encode()?;
        }
        let (table, format, bytes) = (self.table, self.format, self.bytes.clone());
        match self.to {
            To::Csv(writer) => drop(writer),
            To::Parquet(writer) => drop(writer.close().map_err(|e| refused(table, format, e))?),
            To::GeoJson(mut writer) => writer.finish().map_err(|e| refused(table, format, e))?,
        }
        Ok(std::mem::take(&mut *bytes.bytes()))
    }

    fn encode(&mut self) -> Result<(), TableError> {
        self.begun = true;
        let rows = std::mem::take(&mut self.waiting);
        let (table, format) = (self.table, self.format);
        match &mut self.to {
            To::Csv(writer) => {
                let batch = batch::written(table, &rows).map_err(|e| refused(table, format, e))?;
                writer.write(&batch).map_err(|e| refused(table, format, e))
            }
            To::Parquet(writer) => {
                let batch = batch::record_batch(table, &rows).map_err(|e| refused(table, format, e))?;
                writer.write(&batch).map_err(|e| refused(table, format, e))
            }
            To::GeoJson(writer) => {
                let mut features = rows.iter().map(|row| feature(table, row));
                features.try_for_each(|f| writer.write_feature(&f)).map_err(|e| refused(table, format, e))
            }
        }
    }
}

/// A row on the map; without a geometry where nothing but the country is known, or not even that.
fn feature(table: Table, row: &Row) -> Feature {
    let number = |name| match table.position(name).map(|i| row.cell(i)) {
        Some(Cell::Float(number)) => Some(*number),
        _ => None,
    };
    let point = number("longitude").zip(number("latitude"));
    let properties = table.columns().iter().zip(row.cells());
    Feature {
        geometry: point.map(|(east, north)| Geometry::new(GeometryValue::new_point([east, north]))),
        properties: Some(properties.map(|(column, cell)| (column.name.to_owned(), cell.json())).collect()),
        ..Feature::default()
    }
}

fn refused(table: Table, format: Format, error: impl std::fmt::Display) -> TableError {
    TableError::Encode { table: table.as_str(), format: format.extension(), reason: error.to_string() }
}
