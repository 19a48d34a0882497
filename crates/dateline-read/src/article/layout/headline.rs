//! Headlines that stand in the text itself.

use super::boilerplate::plain;
use super::paragraphs::ends_sentence;

/// Longest headline in characters.
const MAX: usize = 160;

/// Whether a paragraph at the head of an article is a headline: short, no final stop, more text below; or the title that
/// came as a field.
pub(super) fn matches(paragraph: &str, following: Option<&str>, title: Option<&str>) -> bool {
    // No character takes more than four bytes.
    if paragraph.len() > 4 * MAX {
        return false;
    }
    if title.is_some_and(|title| title.len() < 4 * MAX && plain(title) == plain(paragraph)) {
        return true;
    }
    let Some(following) = following else { return false };
    let starts_well =
        paragraph.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_uppercase() || c.is_numeric());
    let ends_open =
        !ends_sentence(paragraph) || paragraph.ends_with(['?', '!', '\'', '’']) && !paragraph.contains(['“', '"']);
    paragraph.chars().count() <= MAX
        && paragraph.split_whitespace().count() >= 2
        && starts_well
        && ends_open
        && !paragraph.ends_with([',', ';', '-', '–', '—', '_'])
        && (following.len() > paragraph.len() / 2 || following.len() < MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_are_short_and_open() {
        let body = "The harbour of Salgora was closed on Monday after a ferry ran aground, the port authority said.";
        for (text, following, title, expect) in [
            ("Ferry runs aground in Salgora", Some(body), None, true),
            ("FERRY RUNS AGROUND IN SALGORA; PORT CLOSED", Some(body), None, true),
            ("Is the ferry safe?", Some(body), None, true),
            ("Ferry runs aground.", Some(body), Some("Ferry runs aground."), true),
            ("Ferry runs aground.", Some(body), None, false),
            ("Ferry runs aground", None, None, false),
            (body, Some(body), None, false),
            ("Salgora,", Some(body), None, false),
        ] {
            assert_eq!(matches(text, following, title), expect, "{text}");
        }
    }
}
