//! Rows as Arrow's columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use super::cell::{Cell, shown_time};
use super::column::Kind;
use super::csv;
use super::rows::Row;
use super::tables::Table;

const UTC: &str = "UTC";

/// Arrow's schema of a table. Every field carries what the documentation says of it, and so does a Parquet file.
pub fn schema(table: Table) -> SchemaRef {
    let field = |column: &super::Column| {
        let about = [("description", column.about), ("unit", column.unit)];
        let about = about.iter().filter(|(_, text)| !text.is_empty()).map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Field::new(column.name, data_type(column.kind), true).with_metadata(about.collect::<HashMap<_, _>>())
    };
    let fields: Vec<Field> = table.columns().iter().map(field).collect();
    let about = HashMap::from([("dateline.table".to_owned(), table.as_str().to_owned())]);
    Arc::new(Schema::new_with_metadata(fields, about))
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Int => DataType::Int64,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Date => DataType::Date32,
        Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some(UTC.into())),
    }
}

/// Rows with their types, as one batch of Arrow.
///
/// # Errors
/// Never in practice: rows come from [`rows()`](super::rows()) and have the cells of their table.
pub fn record_batch(table: Table, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let columns = table.columns().iter().enumerate();
    RecordBatch::try_new(schema(table), columns.map(|(i, column)| array(column.kind, rows, i)).collect())
}

/// Rows for CSV: texts that no spreadsheet computes, and moments written out.
pub(super) fn written(table: Table, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (i, column) in table.columns().iter().enumerate() {
        let text = |row: &Row| match row.cell(i) {
            Cell::Text(text) => Some(csv::harmless(text).into_owned()),
            Cell::Time(millis) => Some(shown_time(*millis)),
            _ => None,
        };
        let array: ArrayRef = match column.kind {
            Kind::Text | Kind::Time => Arc::new(rows.iter().map(text).collect::<StringArray>()),
            kind => array(kind, rows, i),
        };
        fields.push(Field::new(column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn array(kind: Kind, rows: &[Row], i: usize) -> ArrayRef {
    /// The values of one variant, the others null.
    macro_rules! values {
        ($array:ty, $variant:ident) => {
            rows.iter()
                .map(|row| if let Cell::$variant(v) = row.cell(i) { Some(v.to_owned()) } else { None })
                .collect::<$array>()
        };
    }
    match kind {
        Kind::Text => Arc::new(values!(StringArray, Text)),
        Kind::Int => Arc::new(values!(Int64Array, Int)),
        Kind::Float => Arc::new(values!(Float64Array, Float)),
        Kind::Bool => Arc::new(values!(BooleanArray, Bool)),
        Kind::Date => Arc::new(values!(Date32Array, Date)),
        Kind::Time => Arc::new(values!(TimestampMillisecondArray, Time).with_timezone(UTC)),
    }
}
