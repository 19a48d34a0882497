//! The columns in words: `config/tables/*.md` and `dateline schema --tables` are this.

use std::fmt::Write as _;

use super::Table;

/// A table's columns as Markdown.
pub fn describe(table: Table) -> String {
    let mut text = format!("# {}\n\n{}\n\n{}\n", table.as_str(), table.about(), COMMON.trim());
    let canonical = table.columns().iter().any(|column| !column.canonical.is_empty());
    let mut heads = vec!["column", "type", "unit or vocabulary", "meaning", "in the record"];
    heads.extend(canonical.then_some("in `event.canonical/1`"));
    let _ = write!(text, "\n| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for column in table.columns() {
        let (kind, unit) = (column.kind.as_str(), column.unit);
        let _ = write!(text, "| `{}` | {kind} | {unit} | {} | {} |", column.name, column.about, path(column.source));
        if canonical {
            let _ = write!(text, " {} |", path(column.canonical));
        }
        text.push('\n');
    }
    text
}

const COMMON: &str = "
Made from the columns' one definition (`crates/dateline-read/src/table/tables`), and held equal to it by a test. An empty
cell means that the record does not say. A list is one text with `; ` between its values, in every format. Days are Arrow's `Date32` in
Parquet and `2024-05-18` elsewhere; moments are UTC, `Timestamp(ms, UTC)` and `2024-05-18T11:10:00Z`; integers and floats
have 64 bits. In CSV a text that a spreadsheet would compute (it begins with `=`, `+`, `-`, `@`, a tab or a line end) has
an apostrophe before it; numbers have none. New columns come at the end.
";

/// `a.b | c.d` as code, so that a table's cell does not end in it.
fn path(path: &str) -> String {
    let parts = path.split('|').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| format!("`{part}`")).collect::<Vec<_>>().join(" or ")
}
