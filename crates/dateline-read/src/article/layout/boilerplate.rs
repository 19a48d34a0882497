//! Paragraphs that belong to the page, not to the story.

use super::super::table;

const TABLE: &str = include_str!("../data/boilerplate.txt");

/// Longest paragraph, in bytes, that a rule of each kind may claim.
const MAX_STARTS: usize = 300;
const MAX_OTHER: usize = 200;

/// The rules of `data/boilerplate.txt`.
#[derive(Debug, Clone)]
pub(super) struct Boilerplate {
    /// Whole paragraphs, sorted.
    whole: Vec<&'static str>,
    /// Beginnings, sorted.
    starts: Vec<&'static str>,
    has: Vec<&'static str>,
    ends: Vec<&'static str>,
}

impl Boilerplate {
    pub(super) fn load() -> Self {
        let of = |kind| table::of(TABLE, kind);
        Boilerplate { whole: of("is"), starts: of("starts"), has: of("has"), ends: of("ends") }
    }

    /// Whether a paragraph is boilerplate.
    pub(super) fn matches(&self, paragraph: &str) -> bool {
        if paragraph.len() > MAX_STARTS {
            return false;
        }
        let text = plain(paragraph);
        let bare = text.trim_end_matches(['.', ':', '!', ' ', ')']);
        if self.whole.binary_search(&bare).is_ok() || !text.contains(char::is_alphanumeric) {
            return true;
        }
        let word_ends = |at: usize| !text[at..].starts_with(char::is_alphanumeric);
        if self
            .starts
            .iter()
            .any(|s| text.starts_with(s) && (!s.ends_with(char::is_alphanumeric) || word_ends(s.len())))
        {
            return true;
        }
        text.len() <= MAX_OTHER
            && (self.ends.iter().any(|s| bare.ends_with(s))
                || self.has.iter().any(|s| {
                    text.match_indices(s)
                        .any(|(at, _)| word_ends(at + s.len()) && !text[..at].ends_with(char::is_alphanumeric))
                }))
    }
}

/// Lower case, straight quotes, single blanks.
pub(in crate::article) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '’' | '‘' => out.push('\''),
            '“' | '”' => out.push('"'),
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_furniture_is_told_from_news() {
        let rules = Boilerplate::load();
        for (text, expect) in [
            ("The Associated Press contributed to this report.", true),
            ("Jane Roe in Lisbon contributed to this report.", true),
            ("Editor’s Note: This story was updated at noon.", true),
            ("Copyright 2021 Harbour Media. All rights reserved.", true),
            ("Sign up for our newsletter", true),
            ("Read more: Ferry talks stall", true),
            ("Share this: Twitter", true),
            ("DON’T MISS: Ferry talks stall", true),
            ("Recommended: Ferry talks stall", true),
            ("Don’t miss the ferry, the mayor told voters.", false),
            ("FACEBOOK", true),
            ("* * *", true),
            ("He contributed to this report and to three others on the flood, the council said in March.", true),
            ("The heavy rain contributed to this week's floods, officials said.", false),
            ("Subscribers to the fund lost millions.", false),
            ("More than 40 houses were destroyed.", false),
            ("Print workers walked out on Friday.", false),
            ("Photographs of the missing were pinned to the wall.", false),
        ] {
            assert_eq!(rules.matches(text), expect, "{text}");
        }
    }

    #[test]
    fn the_table_is_well_formed() {
        for row in table::rows(TABLE) {
            let (kind, text) = row.split_once(' ').unwrap_or((row, ""));
            assert!(["is", "starts", "has", "ends"].contains(&kind), "unknown kind in data/boilerplate.txt: {row}");
            assert_eq!(plain(text), text, "write {row:?} in lower case with straight quotes and single blanks");
        }
    }
}
