//! Records as tables for people who code and count events: one definition of columns per table, from which CSV, Parquet,
//! GeoJSON and the documentation are all made.
//!
//! Records come in as JSON, so that a topic that holds records of several versions gives one table: a field that a
//! record lacks is empty. [`rows()`] says which rows a record gives, a [`Column`] where its value stands in the record:
//! that is what the documentation prints and what a test holds to the schema, so neither can say anything else.
//! [`Encoder`] turns rows into bytes.
//!
//! - A row has one value a column; an empty cell means that the record does not say, never "no" or nought.
//! - The order of columns is a contract: new ones go to the end of a table.
//! - Lists are one text, `; ` between their values, in every format: spreadsheets and most databases have no lists.
//!
//! Not here: files, topics, the command line.
//!
//! ```
//! use dateline_read::table::{Encoder, Format, Table, rows};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let record = serde_json::json!({"schema": "event.article/1", "cluster_id": "ec1-1", "article_id": "wire-7"});
//! let mut csv = Encoder::new(Table::Events, Format::Csv { bom: false })?;
//! csv.push(rows(Table::Events, &record).unwrap_or_default())?;
//! let csv = String::from_utf8(csv.finish()?)?;
//! assert!(csv.starts_with("event_id,article_id,") && csv.contains("\nec1-1,wire-7,"));
//! # Ok(())
//! # }
//! ```

mod batch;
mod cell;
mod column;
mod countries;
mod csv;
mod describe;
mod encode;
mod path;
mod rows;
mod tables;
#[cfg(test)]
mod tests;

pub use batch::{record_batch, schema};
pub use cell::Cell;
pub use column::{Column, Kind};
pub use describe::describe;
pub use encode::{Encoder, Format, TableError};
pub use rows::{Row, rows};
pub use tables::Table;
