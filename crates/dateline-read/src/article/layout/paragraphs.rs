//! Paragraphs: blank lines part them; single line ends do so unless the text is wrapped to a fixed width.

use std::ops::Range;

/// Trimmed, non-empty ranges of the text that together hold every non-blank byte of it.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let wrap = wrap_width(text, &lines);
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (i, line) in lines.iter().enumerate() {
        let content = trim(text, line.clone());
        if content.is_empty() {
            open = false;
            continue;
        }
        match paragraphs.last_mut() {
            Some(last) if open => last.end = content.end,
            _ => paragraphs.push(content.clone()),
        }
        let next = lines.get(i + 1).map_or("", |next| &text[next.clone()]);
        open = wrap.is_some_and(|width| !breaks(&text[content.clone()], next, width));
    }
    paragraphs
}

/// The text within `range` without blanks at both ends.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    start..(start + slice.trim().len()).max(start)
}

/// Line ranges without their ends. CR LF is one end, not two.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        match c {
            '\r' if chars.next_if(|&(_, next)| next == '\n').is_some() => end += 1,
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => {}
            _ => continue,
        }
        lines.push(start..at);
        start = end;
    }
    lines.push(start..text.len());
    lines
}

/// The line width if the text is wrapped: neighbouring lines are nearly all of one newspaper-wire width, and mostly end
/// in mid-sentence.
fn wrap_width(text: &str, lines: &[Range<usize>]) -> Option<usize> {
    let (mut inner, mut in_width, mut stops, mut width) = (0usize, 0usize, 0usize, 0usize);
    for pair in lines.windows(2) {
        let (line, next) = (text[pair[0].clone()].trim_end(), text[pair[1].clone()].trim());
        if line.trim().is_empty() || next.is_empty() {
            continue;
        }
        let length = line.chars().count();
        inner += 1;
        in_width += usize::from((45..=100).contains(&length));
        stops += usize::from(ends_sentence(line));
        width = width.max(length.min(100));
    }
    (inner >= 3 && in_width * 10 >= inner * 8 && stops * 2 < inner).then_some(width)
}

/// Whether a line of a wrapped text ends its paragraph: the next line is indented, or a short line ends a sentence.
fn breaks(line: &str, next: &str, width: usize) -> bool {
    let indented = next.starts_with("  ") || next.starts_with('\t');
    indented || (line.chars().count() * 10 < width * 6 && ends_sentence(line))
}

/// Whether a text ends like a sentence: a final stop, perhaps within quotes or brackets.
pub(super) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || "\"'”’)]".contains(c));
    text.ends_with(['.', '!', '?', '…', ':'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<&str> = split(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, expect, "{text:?}");
    }

    #[test]
    fn blank_lines_and_line_ends_part_paragraphs() {
        check("One.\n\nTwo.", &["One.", "Two."]);
        check("One.\r\nTwo.\r\n\r\nThree.\r\n", &["One.", "Two.", "Three."]);
        check(" \n One. \n \nTwo.\u{2029}Three.", &["One.", "Two.", "Three."]);
        check("", &[]);
    }

    #[test]
    fn wrapped_lines_belong_together() {
        let text = "   LIMA, 4 MAY 91 (RADIO) -- [TEXT] THE HARBOUR AUTHORITY SAID THAT THE\n\
                    FERRY LEFT AT NOON AND REACHED THE ISLAND AFTER A CROSSING OF THREE\n\
                    HOURS, WITH ALL OF ITS PASSENGERS SAFE ON BOARD ACCORDING TO THE LIST.\n\
                    NO DAMAGE.\n   A SECOND FERRY HAD STAYED IN PORT BECAUSE OF THE WEATHER, WHICH THE\n\
                    CAPTAIN CALLED UNUSUAL FOR THE SEASON.";
        let found = split(text);
        assert_eq!(found.len(), 2, "{:?}", found.iter().map(|r| &text[r.clone()]).collect::<Vec<_>>());
        assert!(text[found[1].clone()].starts_with("A SECOND FERRY"));
    }

    proptest! {
        #[test]
        fn every_visible_byte_is_covered_once(text in "(?s)([a-z. \n\r\t—]{0,80}\n){0,12}") {
            let ranges = split(&text);
            let mut covered = 0;
            for range in &ranges {
                prop_assert!(text[covered..range.start].trim().is_empty() && !range.is_empty());
                covered = range.end;
            }
            prop_assert!(text[covered..].trim().is_empty());
        }
    }
}
