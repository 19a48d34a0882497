//! `dateline schema`: the JSON Schemas of every record, and the columns of every table.

use std::io::Write;

use super::exit::{Exit, Failure};
use crate::record::schema;
use crate::table::{Table, describe};

/// Prints one schema, or all of them as one JSON object by record name.
pub(super) fn run(name: Option<&str>, out: &mut impl Write) -> Result<Exit, Failure> {
    let all = schema::all();
    let value = match name {
        None => all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        Some(name) => {
            let known = all.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
            all.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value).ok_or_else(|| {
                Failure::new(Exit::Usage, anyhow::anyhow!("no record is called {name:?}; there are {known}"))
            })?
        }
    };
    let _ = writeln!(out, "{value:#}");
    Ok(Exit::Ok)
}

/// Prints the columns of a table.
pub(super) fn columns(table: Table, out: &mut impl Write) -> Result<Exit, Failure> {
    let _ = out.write_all(describe(table).as_bytes());
    Ok(Exit::Ok)
}
