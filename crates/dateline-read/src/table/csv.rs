//! Texts in CSV that a spreadsheet shows and does not run.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, quoted or not, and may send what else
//! stands in the sheet to whom it names; headlines and names come from whoever writes a page. An apostrophe before it
//! makes it a text (OWASP, "CSV Injection"). It stays visible in Excel; whoever needs the text as it was takes it off
//! again, or reads Parquet or GeoJSON, where every text is as the record has it. Numbers are of number columns and
//! begin with `-` where they are negative: they stay numbers.

use std::borrow::Cow;

/// Begins a text that is not to be run.
const MARK: char = '\'';

/// The text, marked where a spreadsheet would compute it. Blanks and line ends before it do not make it harmless, and
/// some spreadsheets read the full-width forms like the others.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let runs = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let inner = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let begins_oddly = text.starts_with(['\t', '\r', '\n']);
    if begins_oddly || inner.starts_with(runs) { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_marked_and_nothing_else() {
        for text in ["=1+1", "+49 30", "-5 degrees", "@SUM(A1)", "\tx", "\r=x", "\n", " =x", "\u{a0}=x", "\0=x", "＝1"]
        {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "Kano", "'t Hooft", "1=1", "a\t=b", "–dash", "\"=1\"", "5-6"] {
            assert_eq!(harmless(text), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_begins_a_formula_and_the_text_is_still_there(text in "\\PC{0,8}|[ \t\r\n=+@-]{0,4}.{0,4}") {
            let shown = harmless(&text);
            prop_assert!(!shown.trim_start().starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(shown.strip_prefix(MARK).filter(|_| *shown != text).unwrap_or(&shown), &text);
        }
    }
}
