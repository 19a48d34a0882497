//! Who wrote a story, and lines that only say when it was published.

use super::super::date::grammar;
use super::super::table;

/// Longest byline in bytes.
const MAX: usize = 240;

const TABLE: &str = include_str!("../data/bylines.txt");

/// The words of `data/bylines.txt`.
#[derive(Debug, Clone)]
pub(super) struct Bylines {
    anywhere: Vec<&'static str>,
    head: Vec<&'static str>,
    stamps: Vec<&'static str>,
    joiners: Vec<&'static str>,
    clock: Vec<&'static str>,
}

impl Bylines {
    pub(super) fn load() -> Self {
        let of = |kind| table::of(TABLE, kind);
        Self {
            anywhere: of("anywhere"),
            head: of("head"),
            stamps: of("stamp"),
            joiners: of("joiner"),
            clock: of("clock"),
        }
    }

    /// Whether a paragraph is a byline; `head` says that no running text has come before it.
    pub(super) fn matches(&self, paragraph: &str, head: bool) -> bool {
        if paragraph.len() > MAX {
            return false;
        }
        if after(paragraph, &self.anywhere).is_some_and(|rest| rest.starts_with(char::is_uppercase)) {
            return true;
        }
        head && (after(paragraph, &self.head).is_some_and(|rest| self.is_names(rest)) || self.is_stamp(paragraph))
    }

    /// Names and the like: every longer word has a capital, and no sentence ends.
    fn is_names(&self, text: &str) -> bool {
        let words: Vec<&str> = text.split_whitespace().collect();
        let named = |word: &&str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
            word.is_empty()
                || word.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || c == '@')
                || self.joiners.contains(&word)
                || word.contains('@')
        };
        (1..=24).contains(&words.len())
            && words.first().is_some_and(|w| w.starts_with(char::is_uppercase))
            && words.iter().all(named)
            && !(text.ends_with(['.', '!', '?']) && words.len() > 6)
    }

    /// "May 05, 2016 02:10 PM", "Published 10:15 a.m. EST Feb. 3, 2022", "Updated: 3 March 2021".
    fn is_stamp(&self, text: &str) -> bool {
        if text.len() > 90 {
            return false;
        }
        let lower = text.to_lowercase();
        let labelled = self.stamps.iter().any(|s| lower.starts_with(s));
        match first_date(text) {
            Some((0, len)) => self.is_clock(&text[len..]),
            Some((at, len)) => labelled && self.is_clock(&text[len + at..]),
            None => false,
        }
    }

    /// Whether nothing but a clock time, a zone and a reading time is left.
    fn is_clock(&self, rest: &str) -> bool {
        rest.split(|c: char| c.is_whitespace() || ",|·•-–—".contains(c)).all(|word| {
            let word = word.trim_matches(['.', ':', '(', ')']);
            word.is_empty()
                || word.starts_with(|c: char| c.is_ascii_digit())
                || self.clock.contains(&word.to_lowercase().as_str())
                || (word.len() <= 5 && word.bytes().all(|b| b.is_ascii_uppercase()))
        })
    }
}

/// The rest behind the first of `leads` that the text begins with, in any case, and a blank.
fn after<'a>(text: &'a str, leads: &[&str]) -> Option<&'a str> {
    leads.iter().find_map(|lead| {
        let (head, rest) = text.split_at_checked(lead.len())?;
        rest.strip_prefix(' ').filter(|_| head.eq_ignore_ascii_case(lead))
    })
}

/// The first date in a short text: where it stands and how long it is.
pub(super) fn first_date(text: &str) -> Option<(usize, usize)> {
    dates(text).next().map(|(at, len, _)| (at, len))
}

/// All dates in a text, in order, each at a word's start: offset, length, date.
pub(super) fn dates(text: &str) -> impl Iterator<Item = (usize, usize, grammar::CalendarDate)> + '_ {
    let mut resume = 0;
    let starts = text.char_indices().filter(move |&(at, c)| {
        c.is_ascii_alphanumeric() && !text[..at].ends_with(|p: char| p.is_alphanumeric() || p == '.' || p == '$')
    });
    starts.filter_map(move |(at, _)| {
        if at < resume {
            return None;
        }
        let (date, len) = grammar::at_start(&text[at..])?;
        resume = at + len;
        Some((at, len, date))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_and_time_stamps() {
        for (text, head, expect) in [
            ("By Jane Roe", true, true),
            ("By JANE ROE, Associated Press", true, true),
            ("BY JANE ROE AND JOHN DOE", true, true),
            ("By Jane Roe, Staff Writer jane.roe@example.org", true, true),
            ("Reporting by Jane Roe; Editing by John Doe", false, true),
            ("(Reporting by Jane Roe in Lisbon)", false, true),
            ("Contributing: John Doe", false, true),
            ("May 05, 2016 02:10 PM", true, true),
            ("Published 10:15 a.m. EST Feb. 3, 2022", true, true),
            ("Updated: 3 March 2021", true, true),
            ("March 18 , 2011", true, true),
            ("By Saturday the water had fallen", true, false),
            ("By Jane Roe", false, false),
            ("By noon, Lisbon Police Had Closed The Bridge And The Old Harbour Road.", true, false),
            ("May 5, 2016 was a quiet day", true, false),
            ("From the harbour to the castle", true, false),
        ] {
            assert_eq!(Bylines::load().matches(text, head), expect, "{text}");
        }
    }

    #[test]
    fn the_table_is_well_formed() {
        for row in table::rows(TABLE) {
            let (kind, text) = row.split_once(' ').unwrap_or((row, ""));
            let known = ["anywhere", "head", "stamp", "joiner", "clock"].contains(&kind);
            assert!(known, "unknown kind in data/bylines.txt: {row}");
            assert_eq!(text.to_lowercase(), text, "write {row:?} in lower case");
        }
    }

    #[test]
    fn finds_every_date() {
        let found: Vec<usize> = dates("Seen May 3, 2021 and again on 4 June 2021, not in May.").map(|d| d.0).collect();
        assert_eq!(found, [5, 30]);
    }
}
