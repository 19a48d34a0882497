//! Photo and video captions: told by how they begin, and by the picture credit that closes them.

use super::super::table;
use super::boilerplate::plain;

const TABLE: &str = include_str!("../data/captions.txt");

/// Longest paragraph, in bytes, that the wording of its beginning makes a caption.
const MAX_LEAD: usize = 600;
/// Longest paragraph, in bytes, that a credit without a bracket makes a caption.
const MAX_TAIL: usize = 400;
/// Longest credit within brackets, in bytes.
const MAX_CREDIT: usize = 120;
/// Longest caption before a credit that stands in mid-paragraph, in bytes.
const MAX_GLUED: usize = 900;

/// The marks of `data/captions.txt`.
#[derive(Debug, Clone)]
pub(super) struct Captions {
    leads: Vec<&'static str>,
    files: Vec<&'static str>,
    credits: Vec<&'static str>,
    agencies: Vec<&'static str>,
    slashes: Vec<&'static str>,
    tails: Vec<&'static str>,
    has: Vec<&'static str>,
}

/// A caption at the start of a paragraph.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Caption {
    /// Bytes of the paragraph that it takes; the rest is running text.
    pub(super) end: usize,
    /// Whether the picture is from an archive, so that its date is not the article's.
    pub(super) archive: bool,
}

impl Captions {
    pub(super) fn load() -> Self {
        let of = |kind| table::of(TABLE, kind);
        Captions {
            leads: of("lead"),
            files: of("file"),
            credits: of("credit"),
            agencies: of("agency"),
            slashes: of("slash"),
            tails: of("tail"),
            has: of("has"),
        }
    }

    /// Finds a caption at the start of a paragraph.
    pub(super) fn find(&self, paragraph: &str) -> Option<Caption> {
        // The marks at both ends are short: only the ends of the paragraph are normalised.
        let head = plain(head(paragraph, 40));
        let archive = self.files.iter().any(|file| starts(&head, file));
        if let Some(end) = self.credit_end(paragraph) {
            return Some(Caption { end, archive });
        }
        let leads = archive || self.leads.iter().any(|lead| starts(&head, lead)) || numbered(&head);
        let short = paragraph.len() <= MAX_LEAD;
        if short && (leads || self.has.iter().any(|mark| plain(paragraph).contains(mark))) {
            return Some(Caption { end: paragraph.len(), archive });
        }
        let tail = plain(tail(paragraph, 40));
        let tail = tail.trim_end_matches(['.', ' ']);
        let closes = paragraph.len() <= MAX_TAIL
            && (self.tails.iter().any(|t| tail.ends_with(t)) || self.slash_credit(paragraph));
        closes.then_some(Caption { end: paragraph.len(), archive })
    }

    /// Where the first picture credit in brackets ends, if the text before it can be a caption.
    fn credit_end(&self, paragraph: &str) -> Option<usize> {
        let limit = MAX_GLUED.min(paragraph.len());
        let mut from = 0;
        while let Some(open) = paragraph[from..].find(['(', '[']).map(|at| from + at).filter(|&at| at < limit) {
            let close = paragraph[open..].find([')', ']']).map(|at| open + at)?;
            if close - open <= MAX_CREDIT && open > 0 && self.is_credit(&paragraph[open + 1..close]) {
                let rest = paragraph[close + 1..].trim_start_matches(['.', ' ']);
                return Some(paragraph.len() - rest.len());
            }
            from = close + 1;
        }
        None
    }

    fn is_credit(&self, bracket: &str) -> bool {
        let text = plain(bracket);
        let word = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
        let names = |credit: &str| {
            text.match_indices(credit).any(|(at, _)| {
                let after = &text[at + credit.len()..];
                word(at)
                    && (credit.ends_with('/') || !after.starts_with(char::is_alphanumeric))
                    && self.closes(bracket, credit, at, after)
            })
        };
        self.credits.iter().any(|credit| names(credit))
    }

    /// Whether a credit is one: an author follows ("photo by", "afp/"), or a bracket of a few capitalised words ends with
    /// it ("Family photo"). "(the photo was taken in May)" and "(AFP)" are neither.
    fn closes(&self, bracket: &str, credit: &str, at: usize, after: &str) -> bool {
        let author = [" by ", " courtesy", " via ", " credit", " provided", " from ", " -", " –", " —"];
        let named = after.starts_with(['/', ':', '|', ','])
            || author.iter().any(|a| after.starts_with(a))
            || credit.ends_with('/');
        let early = at <= 24 && after.split_whitespace().count() <= 8;
        let few = bracket.split_whitespace().count() <= 2 && bracket.starts_with(char::is_uppercase);
        let agency = self.agencies.contains(&credit);
        (named && early) || (after.trim().is_empty() && (credit.contains(' ') || (few && (at > 0 || !agency))))
    }

    /// "REUTERS/Jane Doe", "AP Photo/Jane Doe", "AFP/Getty" at the very end, outside of brackets.
    fn slash_credit(&self, paragraph: &str) -> bool {
        let end = paragraph.trim_end_matches(['.', ')', ' ']);
        self.slashes.iter().any(|mark| {
            end.rfind(mark).is_some_and(|at| {
                let name = &end[at + mark.len()..];
                name.split_whitespace().count() <= 4 && name.starts_with(char::is_uppercase)
            })
        })
    }
}

/// "image 9 of 12"
fn numbered(head: &str) -> bool {
    let rest = head.strip_prefix("image ").or_else(|| head.strip_prefix("photo ")).unwrap_or_default();
    rest.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(" of ") && !rest.starts_with(' ')
}

fn starts(head: &str, mark: &str) -> bool {
    head.starts_with(mark)
        && (!mark.ends_with(char::is_alphanumeric) || !head[mark.len()..].starts_with(char::is_alphanumeric))
}

/// The first `n` characters.
fn head(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(at, _)| &text[..at])
}

/// The last `n` characters.
fn tail(text: &str, n: usize) -> &str {
    text.char_indices().rev().nth(n.saturating_sub(1)).map_or(text, |(at, _)| &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expect`: the caption, where there is one.
    fn check(text: &str, expect: Option<&str>) {
        let found = Captions::load().find(text);
        assert_eq!(found.map(|c| &text[..c.end]), expect, "{text}");
    }

    #[test]
    fn captions_are_told_by_lead_credit_or_tail() {
        for text in [
            "Residents clear mud from a street in Salgora, Monday, May 3, 2021. (AP Photo/Jane Roe)",
            "Residents clear mud. (Photo by Jane Roe/Getty Images)",
            "A ferry leaves port [Jane Roe/AFP]",
            "A ferry leaves port. (Jane Roe/Harbour News via AP)",
            "A ferry leaves port (Picture: Harbour News)",
            "A ferry leaves port. REUTERS/Jane Roe",
            "File photo of the harbour.",
            "FILE - In this Jan. 3, 2015 photo, a ferry leaves port.",
            "Photo: Jane Roe",
            "Image source, Getty Images",
            "The harbour after the storm. Getty Images",
            "Jane Roe, 15 (Family photo)",
            "Police lights. (Source: Harbour News 12)",
            "Image 9 of 12 A ferry leaves port.",
            "A ferry leaves port. View Full Caption Harbour News/Jane Roe",
            "A police badge (Photo: HARBOUR POLICE DEPARTMENT)",
        ] {
            check(text, Some(text));
        }
        let glued = "A ferry leaves port. (AP Photo/Jane Roe) SALGORA — The mayor resigned on Monday.";
        check(glued, Some("A ferry leaves port. (AP Photo/Jane Roe) "));
    }

    #[test]
    fn running_text_is_no_caption() {
        for text in [
            "The mayor (a former photographer) resigned on Monday.",
            "SALGORA (AFP) — The mayor resigned on Monday.",
            "The agency (AFP) said the mayor had resigned.",
            "The images (see the gallery for all photos taken that night by residents) shocked the town.",
            "Photographers waited outside. The mayor did not come.",
            "“Add [the child care credit] and it works,” the mayor said.",
            "The shop sells books (and films, music and photos) to sailors.",
            "LIMA, 3 AUG 89 (CADENA AUDIO VIDEO) -- [REPORT] THE MAYOR RESIGNED.",
            "This photo was posted to the school’s page on Friday.",
            "He told Reuters/Ipsos that the poll was wrong.",
            "The video shows the mayor leaving town, police said in a statement on Tuesday.",
            "The file was closed.",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn archive_pictures_are_marked() {
        let captions = Captions::load();
        assert!(
            captions
                .find("FILE - In this Jan. 3, 2015 photo, a ferry leaves port. (AP Photo/Jane Roe)")
                .unwrap()
                .archive
        );
        assert!(!captions.find("A ferry leaves port. (AP Photo/Jane Roe)").unwrap().archive);
    }

    #[test]
    fn the_table_is_well_formed() {
        for row in table::rows(TABLE) {
            let (kind, text) = row.split_once(' ').unwrap_or((row, ""));
            assert!(
                ["lead", "file", "credit", "agency", "slash", "tail", "has"].contains(&kind),
                "unknown kind in data/captions.txt: {row}"
            );
            assert!(kind == "slash" || plain(text) == text, "write {row:?} in lower case with straight quotes");
        }
    }
}
