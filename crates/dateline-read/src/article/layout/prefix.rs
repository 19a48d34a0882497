//! What crawlers put before a text: the address, or a date with a label.

use std::ops::Range;

use super::super::date::grammar::{self, CalendarDate};

/// Labels that crawlers put before a date.
const LABELS: [&str; 7] = ["date", "published", "publish date", "publication date", "pubdate", "posted", "dct"];

/// A crawler's prefix at the start of a paragraph.
pub(super) struct Prefix {
    /// Bytes of the paragraph.
    pub(super) range: Range<usize>,
    /// The date it states.
    pub(super) date: Option<CalendarDate>,
}

/// Finds "date 2022-02-03", "Date: February 3, 2022", "2022-02-03T10:00:00Z" or an address that fills the line.
pub(super) fn find(paragraph: &str) -> Option<Prefix> {
    let address = paragraph.starts_with("http://") || paragraph.starts_with("https://");
    if address && !paragraph.contains(['\n', '\r']) {
        return Some(Prefix { range: 0..paragraph.len(), date: None });
    }
    let after_label = label(paragraph);
    let rest = &paragraph[after_label..];
    let (date, len) = if after_label > 0 { grammar::at_start(rest)? } else { grammar::numeric(rest)? };
    let mut end = after_label + len;
    end += time_of_day(&paragraph[end..]);
    let tail = &paragraph[end..];
    let rest = tail.trim_start_matches([' ', '\t', ':', '|']);
    // A bare date must stand apart from what follows: "2022-02-03 HARBOUR", not "2022-02-03 was a day".
    let apart =
        rest.is_empty() || (rest.len() < tail.len() && (after_label > 0 || rest.starts_with(char::is_uppercase)));
    let end = end + tail[..tail.len() - rest.len()].trim_end().len();
    apart.then_some(Prefix { range: 0..end, date: Some(date) })
}

/// Length of a label with the blanks and colon after it.
fn label(text: &str) -> usize {
    let found = LABELS.iter().filter_map(|label| {
        let head = text.get(..label.len())?;
        let rest = text.get(label.len()..)?;
        let after = rest.trim_start_matches([' ', '\t', ':', '=']);
        (head.eq_ignore_ascii_case(label) && after.len() < rest.len()).then(|| text.len() - after.len())
    });
    found.max().unwrap_or(0)
}

/// Length of "T10:00:00Z" or " 10:00".
fn time_of_day(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['T', ' ']) else { return 0 };
    let clock = rest.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')).count();
    let zone = rest[clock..].bytes().take_while(|b| matches!(b, b'Z' | b'+' | b'-' | b':' | b'0'..=b'9')).count();
    let is_clock = rest[..clock].contains(':') && rest.starts_with(|c: char| c.is_ascii_digit());
    if is_clock { 1 + clock + zone } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(find(text).map(|p| &text[p.range]), expect, "{text}");
    }

    #[test]
    fn finds_crawler_prefixes_only() {
        check("date 2022-02-03 SALGORA, Nowhere (XYZ) — The leader", Some("date 2022-02-03"));
        check("Date: February 3, 2022", Some("Date: February 3, 2022"));
        check("Published: 2022-02-03T10:00:00Z The mayor", Some("Published: 2022-02-03T10:00:00Z"));
        check("2022-02-03 10:15 HARBOUR TOWN — A ship", Some("2022-02-03 10:15"));
        check("2022-02-03 | The mayor", Some("2022-02-03 |"));
        check("https://example.org/a", Some("https://example.org/a"));
        check("2022-02-03 was a cold day.", None);
        check("Date palms are grown here.", None);
        check("dated 2022-02-03", None);
        check("February 3, 2022 was a cold day.", None);
    }
}
