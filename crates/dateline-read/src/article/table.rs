//! Data tables of this module: text files with one row a line, `#` starts a comment line.

/// The rows of a table, trimmed, without comments and blank lines.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
