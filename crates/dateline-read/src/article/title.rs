//! The headline that came as a field of its own, and how much of it is read with the text.

use super::layout::{Layout, plain};

/// Longest title that is read, in bytes: what is longer is a summary in the wrong field.
const MAX: usize = 640;
/// Blocks of the text among which the title may be printed again.
const HEAD: usize = 3;
/// Words that the name of a publisher behind a headline has at most.
const PUBLISHER: usize = 4;

/// The part of a title to be read before the text: none of it where the text prints it itself, and no publisher behind it
/// ("... | Harbour News").
pub(super) fn headline<'a>(title: &'a str, text: &str, layout: &Layout) -> Option<&'a str> {
    let headline = without_publisher(title.trim_end());
    if headline.len() > MAX || headline.split_whitespace().nth(1).is_none() {
        return None;
    }
    let said = plain(headline);
    let printed = layout.blocks.iter().take(HEAD).any(|block| {
        // A headline that runs into the text is printed, too.
        let most = (block.range.start + 2 * MAX).min(block.range.end);
        text.get(block.range.start..text.floor_char_boundary(most)).is_some_and(|head| plain(head).starts_with(&said))
    });
    (!printed).then_some(headline)
}

fn without_publisher(title: &str) -> &str {
    let Some((at, mark)) = title.rmatch_indices(['|', '-', '–', '—']).next() else { return title };
    let (before, after) = (&title[..at], &title[at + mark.len()..]);
    let apart = before.ends_with(char::is_whitespace) && after.starts_with(char::is_whitespace);
    let name = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    let publisher = after.split_whitespace().all(name) && after.split_whitespace().count() <= PUBLISHER;
    if apart && publisher && before.split_whitespace().count() > PUBLISHER { before.trim_end() } else { title }
}

#[cfg(test)]
mod tests {
    use super::super::{Hint, Intake};

    #[test]
    fn a_title_is_read_before_the_text_unless_the_text_prints_it() {
        let text = "Nine people were killed in Salgora on Monday, police said.";
        let printed = format!("Bomb kills nine in Salgora’s market\n\n{text}");
        for (title, text, expect) in [
            ("Bomb kills nine in Salgora's market", text, Some("Bomb kills nine in Salgora's market")),
            ("Bomb kills nine in Salgora's market", printed.as_str(), None),
            ("Bomb kills nine in Salgora's market | Harbour News", text, Some("Bomb kills nine in Salgora's market")),
            ("Bomb kills nine in Salgora's market - Harbour News", printed.as_str(), None),
            ("Nine people were killed in Salgora on Monday", text, None),
            ("Port - Rail talks", text, Some("Port - Rail talks")),
            ("News", text, None),
            ("", text, None),
        ] {
            let json = serde_json::json!({ "text": text, "title": title }).to_string();
            let article = Intake::default().read(json.as_bytes(), &Hint::default()).unwrap();
            let read = article.title_range(0..1).and_then(|_| article.body().strip_suffix(text));
            assert_eq!(read.map(str::trim_end), expect, "{title}");
            let at = article.body().find("Monday").unwrap();
            assert_eq!(&text[article.received_range(at..at + 6)], "Monday", "{title}");
            assert!(article.layout.blocks.iter().all(|b| article.body().get(b.range.clone()).is_some()));
        }
    }
}
