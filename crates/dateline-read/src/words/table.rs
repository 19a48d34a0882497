//! Embedded tables: tab-separated rows with `#` comments, as all language data of the extraction is kept.

use serde::de::value::Error as Spelling;
use serde::de::{DeserializeOwned, IntoDeserializer};
use thiserror::Error;

/// A row of an embedded table that cannot be used.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("{table}:{line}: {problem}")]
pub struct TableError {
    /// Name of the table.
    pub table: &'static str,
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl TableError {
    /// Label for metrics.
    pub fn kind(&self) -> &'static str {
        "table"
    }
}

/// A row with its place, for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'t> {
    table: &'static str,
    line: usize,
    cells: Vec<&'t str>,
}

impl<'t> Row<'t> {
    /// The cell of a column.
    pub fn cell(&self, column: usize) -> &'t str {
        self.cells[column]
    }

    /// The values of a cell that lists them with `|`; none for `-`.
    pub fn list(&self, column: usize) -> impl Iterator<Item = &'t str> + use<'t> {
        self.cells[column].split('|').filter(|v| !v.is_empty() && *v != "-")
    }

    /// The value that a cell names, as its type spells values.
    ///
    /// # Errors
    /// [`TableError`] with the spellings that there are.
    pub fn value<T: DeserializeOwned>(&self, column: usize) -> Result<T, TableError> {
        self.named(self.cells[column])
    }

    /// The same for a part of a cell.
    ///
    /// # Errors
    /// [`TableError`] with the spellings that there are.
    pub fn named<T: DeserializeOwned>(&self, text: &str) -> Result<T, TableError> {
        T::deserialize(text.into_deserializer()).map_err(|e: Spelling| self.error(e.to_string()))
    }

    /// Name of the table.
    pub fn table(&self) -> &'static str {
        self.table
    }

    /// Number of the line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// An error about this row.
    pub fn error(&self, problem: impl Into<String>) -> TableError {
        TableError { table: self.table, line: self.line, problem: problem.into() }
    }
}

/// The rows of a table, all with `columns` cells.
pub fn rows<'t>(table: &'static str, text: &'t str, columns: usize) -> Result<Vec<Row<'t>>, TableError> {
    let mut rows = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let row = Row { table, line: i + 1, cells: line.split('\t').collect() };
        if row.cells.len() != columns {
            return Err(row.error(format!("{} cells where {columns} are needed", row.cells.len())));
        }
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_and_names_the_bad_one() {
        let good = rows("t", "# head\na\tb|c\n\nd\t-\n", 2).unwrap();
        assert_eq!(good[0].list(1).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(good[1].list(1).count(), 0);
        let bad = rows("t", "a\tb\nc\n", 2).unwrap_err();
        assert_eq!((bad.line, bad.kind()), (2, "table"));
    }

    #[test]
    fn reads_values_by_their_spelling() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Side {
            Left,
            Right,
        }
        let rows = rows("t", "left\tup\n", 2).unwrap();
        assert_eq!((rows[0].value(0), rows[0].named("right")), (Ok(Side::Left), Ok(Side::Right)));
        let error = rows[0].value::<Side>(1).unwrap_err().to_string();
        assert_eq!(error, "t:1: unknown variant `up`, expected `left` or `right`");
    }
}
