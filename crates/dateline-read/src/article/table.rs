//! Data tables of this module: text files with one row a line, `#` starts a comment line.

/// The rows of a table, trimmed, without comments and blank lines.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The texts of the rows of a kind, sorted, for tables whose rows are "KIND text".
pub(super) fn of(table: &'static str, kind: &str) -> Vec<&'static str> {
    let mut texts: Vec<_> =
        rows(table).filter_map(|row| row.strip_prefix(kind)?.strip_prefix(' ')).map(str::trim).collect();
    texts.sort_unstable();
    texts
}
