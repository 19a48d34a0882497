//! Where a dateline ends: the mark that closes it, and the markers after it.

use std::ops::Range;

use super::super::super::date::grammar;

/// Longest dateline in bytes, its closing mark included.
const MAX: usize = 140;
/// Longest marker such as "[INTERVIEW WITH THE MINISTER BY OUR CORRESPONDENT]" in bytes, and most of them in a row.
const MAX_MARKER: usize = 260;
const MAX_MARKERS: usize = 6;

/// How a head is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// An em dash, two hyphens, or an en dash beside a blank.
    Dash,
    /// An en dash without blanks.
    Tight,
    /// One hyphen or underscore between blanks.
    Hyphen,
    Colon,
    /// By a bracketed agency alone.
    Bracket,
}

/// The head of a paragraph, where the text after its closing mark begins, and the mark. Brackets are skipped.
pub(super) fn close(text: &str) -> Option<(Range<usize>, usize, Closed)> {
    let limit = text.char_indices().map(|(at, _)| at).find(|&at| at >= MAX).unwrap_or(text.len());
    let mut depth = 0i32;
    let mut bracket_end = None;
    for (at, c) in text[..limit].char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        let blank_before = before.ends_with(char::is_whitespace) || before.ends_with([')', '/', ']']);
        let blank_after = after.is_empty() || after.starts_with(char::is_whitespace);
        let closes = |len: usize, closed| Some((0..at, at + len, closed));
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => {
                depth -= 1;
                if depth == 0 && bracket_end.is_none() {
                    bracket_end = Some(at + 1);
                }
            }
            _ if depth > 0 || at == 0 => {}
            // "CAIRO-21 July 2022: ": the dash belongs to the head.
            '-' | '–' if !blank_before && dated_colon(after) => {}
            '—' | '―' | '‒' | '−' => return closes(c.len_utf8(), Closed::Dash),
            '–' if blank_before || blank_after => return closes(c.len_utf8(), Closed::Dash),
            '–' => return closes(c.len_utf8(), Closed::Tight),
            '-' if after.starts_with(['-']) || after.starts_with(" - ") => {
                let rest = after.trim_start_matches(['-', ' ']);
                return closes(1 + after.len() - rest.len(), Closed::Dash);
            }
            '-' | '_' if blank_before && blank_after => return closes(1, Closed::Hyphen),
            ':' if blank_after && bracket_end.is_none_or(|end| at <= end + 1) => return closes(1, Closed::Colon),
            // A sentence has begun: no mark that comes later closes a head.
            '"' | '“' | '?' | '!' | ';' | ':' => break,
            _ => {}
        }
    }
    bracket_end.map(|end| (0..end, end, Closed::Bracket))
}

/// Whether a text begins with a date and a colon.
fn dated_colon(text: &str) -> bool {
    grammar::at_start(text).is_some_and(|(_, len)| text[len..].starts_with(':'))
}

/// Length of markers such as "`[TEXT]` `[CONTINUED]`" with the blanks between them.
pub(super) fn markers(text: &str) -> usize {
    let mut at = 0;
    for _ in 0..MAX_MARKERS {
        let rest = text[at..].trim_start();
        let Some(end) = rest.strip_prefix('[').and_then(|_| rest.find(']')).filter(|&end| end <= MAX_MARKER) else {
            break;
        };
        if rest[1..end].chars().any(char::is_lowercase) {
            break;
        }
        at = text.len() - rest.len() + end + 1;
    }
    at
}
