//! The dateline: "SALGORA, Nowhere (AP) —", "LIMA, 4 MAY 91 (RADIO LIMA) -- `[TEXT]`", "Paris, March 3 (Reuters) -".
//!
//! Form alone decides; whether the place exists is the gazetteer's business. A dateline is a head of capitalised words,
//! perhaps with a date and an agency, closed by a dash (or, for places in capitals, by a colon, or by nothing after a
//! bracketed agency).

mod head;

use std::ops::Range;

use super::super::date::grammar::{self, CalendarDate};
use super::super::table;
use super::paragraphs::{ends_sentence, trim};
use head::{Closed, close, markers};

const TABLE: &str = include_str!("../data/dateline.txt");

/// Most words of the place part: "PORT ELIZABETH AND EAST LONDON, Eastern Cape, South Africa".
const MAX_WORDS: usize = 10;

/// A dateline found, in bytes of its paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Without the closing dash.
    pub(super) range: Range<usize>,
    pub(super) place: Option<Range<usize>>,
    pub(super) date: Option<CalendarDate>,
    pub(super) agency: Option<Range<usize>>,
    /// Where running text begins: after the dash and markers such as "`[TEXT]`".
    pub(super) text: usize,
}

/// The words of `data/dateline.txt`.
#[derive(Debug, Clone)]
pub(super) struct Datelines {
    agencies: Vec<&'static str>,
    labels: Vec<&'static str>,
    openers: Vec<&'static str>,
    particles: Vec<&'static str>,
}

impl Datelines {
    pub(super) fn load() -> Self {
        let of = |kind| table::of(TABLE, kind);
        Datelines { agencies: of("agency"), labels: of("label"), openers: of("opener"), particles: of("particle") }
    }

    /// Finds a dateline at the start of a paragraph. `shouting` says that the whole text is in capitals, so that capitals
    /// prove nothing.
    pub(super) fn find(&self, paragraph: &str, shouting: bool) -> Option<Found> {
        let (head, after, closed) = close(paragraph)?;
        let mut found = self.parts(paragraph, head.clone())?;
        found.text = after + markers(&paragraph[after..]);
        let rest = paragraph[found.text..].trim_start();
        if !self.convincing(paragraph, &found, closed, rest, shouting) {
            return None;
        }
        found.text = paragraph.len() - rest.len();
        Some(found)
    }

    /// Whether a text is the name of a news agency and nothing else.
    pub(super) fn is_agency_name(&self, text: &str) -> bool {
        self.agencies.contains(&text.strip_prefix("The ").unwrap_or(text))
    }

    /// Takes a head apart from its end: agency, date, place.
    fn parts(&self, text: &str, head: Range<usize>) -> Option<Found> {
        let head = trim(text, head);
        let mut found = Found { range: head.clone(), place: None, date: None, agency: None, text: 0 };
        let mut rest = head.clone();
        for (open, close) in [('(', ')'), ('[', ']'), ('/', '/')] {
            let slice = &text[rest.clone()];
            let Some(inner) = slice.strip_suffix(close) else { continue };
            let Some(at) = inner.rfind(open) else { continue };
            let agency = trim(text, rest.start + at + open.len_utf8()..rest.start + inner.len());
            match grammar::at_start(&text[agency.clone()]) {
                Some((date, _)) => found.date = Some(date),
                None if is_agency(&text[agency.clone()]) => found.agency = Some(agency),
                None => return None,
            }
            rest = trim(text, rest.start..rest.start + at);
            break;
        }
        // "Feb. 3" may be the whole rest, or follow a comma, a blank or, in some papers, a dash.
        let slice = &text[rest.clone()];
        let starts = std::iter::once(0)
            .chain(slice.char_indices().filter(|&(_, c)| " ,-–\n".contains(c)).map(|(i, c)| i + c.len_utf8()));
        for at in starts {
            if let Some((date, len)) = grammar::at_start(&slice[at..])
                && slice[at + len..].trim_matches([' ', ',', '.']).is_empty()
            {
                found.date = Some(date);
                rest = trim(text, rest.start..rest.start + slice[..at].trim_end_matches([' ', ',', '-', '–']).len());
                break;
            }
        }
        // "(NICARAGUA), 27 NOV 89" leaves the country's bracket in the place; a weekday is no part of it.
        let place = strip_weekday(&text[rest.clone()]).trim_end_matches([' ', ',']);
        let place = rest.start..rest.start + place.len();
        let name = text[place.clone()].trim_end_matches('.');
        if found.agency.is_none() && (self.agencies.contains(&name) || is_site(name)) {
            found.agency = Some(place);
        } else if !place.is_empty() {
            self.is_place(&text[place.clone()]).then_some(())?;
            found.place = Some(place);
        }
        (found.place.is_some() || found.agency.is_some()).then_some(found)
    }

    /// Capitalised words and particles, no more than a place has.
    fn is_place(&self, place: &str) -> bool {
        let plain = place.to_lowercase();
        let first = plain.split([' ', ',', '.']).next().unwrap_or_default();
        if self.labels.binary_search(&plain.as_str()).is_ok() || self.openers.binary_search(&first).is_ok() {
            return false;
        }
        let words: Vec<&str> = place.split(|c: char| c.is_whitespace() || c == '/').filter(|w| !w.is_empty()).collect();
        let capital = |word: &str| word.trim_start_matches(['(', '‘', '’', '\'']).starts_with(char::is_uppercase);
        words.len() <= MAX_WORDS
            && words.first().is_some_and(|w| capital(w))
            && words.iter().all(|w| (capital(w) || self.is_particle(w)) && w.chars().all(is_place_char))
            && place.chars().filter(|c| c.is_alphabetic()).count() >= 3
    }

    fn is_particle(&self, word: &str) -> bool {
        let word = word.trim_end_matches(',');
        // "el-Zour", "al-Hol", "d'Ivoire"
        let word = word.split(['-', '\'', '’']).next().unwrap_or_default();
        self.particles.contains(&word) || word == "d" || word == "l"
    }

    /// Whether everything together makes a dateline rather than the start of a sentence or a headline.
    fn convincing(&self, text: &str, found: &Found, closed: Closed, rest: &str, shouting: bool) -> bool {
        let agency = found.agency.clone().map(|r| &text[r]);
        let place = found.place.clone().map_or("", |r| &text[r]);
        let known = agency.is_some_and(|a| self.agencies.contains(&a));
        let dated = found.date.is_some();
        let region = place.contains(',');
        let city = place.split([',', '(']).next().unwrap_or_default();
        let capitals = !shouting
            && !city.chars().any(char::is_lowercase)
            && city.chars().filter(|c| c.is_uppercase()).count() >= 3;
        let first = rest.split_whitespace().next().unwrap_or_default();
        let starts_text = rest.is_empty()
            || first.contains(char::is_uppercase)
            || rest.starts_with(|c: char| c.is_numeric() || "\"'“‘`$€£¥([.…".contains(c));
        let length = rest.chars().take(120).count();
        let runs = length >= 30 && (length >= 120 || ends_sentence(rest));
        let alone = rest.is_empty() && capitals;
        starts_text
            && match closed {
                Closed::Bracket => length > 0 && agency.is_some() && !place.is_empty() && (known || capitals || region),
                Closed::Colon => (capitals || (dated && !place.is_empty())) && runs && (agency.is_none() || known),
                Closed::Tight => runs && (capitals || region),
                Closed::Dash | Closed::Hyphen if agency.is_some() || (dated && !place.is_empty()) => true,
                Closed::Dash => {
                    (runs || alone) && (capitals || region || (!shouting && city.split_whitespace().count() <= 3))
                }
                Closed::Hyphen => (runs || alone) && (capitals || (region && !shouting)),
            }
    }
}

/// "AP", "NewsNation Now", "KBAK/KBFX": short, with a capital or digit, not a clause.
fn is_agency(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    text.len() <= 60
        && (1..=6).contains(&words.len())
        && text.chars().any(|c| c.is_uppercase())
        && words
            .iter()
            .filter(|w| !w.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "&-–/".contains(c)))
            .count()
            * 2
            <= words.len().saturating_sub(1)
        && !text.contains(['!', '?', ';', '"', '“', '$', '%'])
}

/// The place without a weekday at its end ("London, Monday").
fn strip_weekday(place: &str) -> &str {
    let Some((before, last)) = place.rsplit_once([' ', ',']) else { return place };
    let day = last.trim_matches('.').to_lowercase();
    if grammar::WEEKDAYS.contains(&day.as_str()) { before.trim_end_matches([' ', ',']) } else { place }
}

/// "Investing.com"
fn is_site(name: &str) -> bool {
    [".com", ".org", ".net"].iter().any(|end| name.to_ascii_lowercase().ends_with(end)) && !name.contains(' ')
}

fn is_place_char(c: char) -> bool {
    c.is_alphabetic() || ",.'’‘-()`ʻ&".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expect`: place, agency, date without year or in full, first word of the text.
    fn check(text: &str, expect: Option<(&str, &str, &str, &str)>) {
        let near = "2022-03-01".parse().ok();
        let found = Datelines::load().find(text, false).map(|f| {
            (
                f.place.map_or("", |r| &text[r]),
                f.agency.map_or("", |r| &text[r]),
                f.date.and_then(|d| d.resolve(near)).map_or(String::new(), |d| d.to_string()),
                text[f.text..].split_whitespace().next().unwrap_or_default(),
            )
        });
        let found = found.as_ref().map(|(p, a, d, t)| (*p, *a, d.as_str(), *t));
        assert_eq!(found, expect, "{text}");
    }

    const RUN: &str = "The harbour was closed on Monday after a ferry ran aground, officials said.";

    #[test]
    fn datelines_of_many_shapes() {
        for (head, place, agency, date) in [
            ("SALGORA, Nowhere (HarbourNews Now) — ", "SALGORA, Nowhere", "HarbourNews Now", ""),
            ("BEIRUT (AP) — ", "BEIRUT", "AP", ""),
            ("BEIRUT (AP) _ ", "BEIRUT", "AP", ""),
            ("BEIRUT (AP) -- ", "BEIRUT", "AP", ""),
            ("LONDON, March 3 (Reuters) - ", "LONDON", "Reuters", "2022-03-03"),
            ("LISBON, March 3, 2020 (Xinhua) -- ", "LISBON", "Xinhua", "2020-03-03"),
            ("OSLO, Feb. 3, 2022 /PRNewswire/ -- ", "OSLO", "PRNewswire", "2022-02-03"),
            ("LIMA, 4 MAY 91 (RADIO LIMA) -- [TEXT] ", "LIMA", "RADIO LIMA", "1991-05-04"),
            ("LIMA (PERU), 4 MAY 91 (RADIO LIMA) -- [STATEMENT] [TEXT] ", "LIMA (PERU)", "RADIO LIMA", "1991-05-04"),
            ("Paris, France — ", "Paris, France", "", ""),
            ("Porto — ", "Porto", "", ""),
            ("SÃO PAULO – ", "SÃO PAULO", "", ""),
            ("SANTA CLARA, Calif.– ", "SANTA CLARA, Calif.", "", ""),
            ("ST. JOHN'S - ", "ST. JOHN'S", "", ""),
            ("Riverton (WXYZ) ", "Riverton", "WXYZ", ""),
            ("NEW DELHI: ", "NEW DELHI", "", ""),
            ("(CNN) — ", "", "CNN", ""),
            ("AFP – ", "", "AFP", ""),
            ("Shopwatch.com - ", "", "Shopwatch.com", ""),
            ("CAIRO–26 July 2021: ", "CAIRO", "", "2021-07-26"),
            ("CAIRO-26 July 2021: ", "CAIRO", "", "2021-07-26"),
            ("New York (November 25, 2021): ", "New York", "", "2021-11-25"),
            ("TEHRAN–", "TEHRAN", "", ""),
            ("Mumbai, India–", "Mumbai, India", "", ""),
            ("OSAKA, Osaka Prefecture - - ", "OSAKA, Osaka Prefecture", "", ""),
            ("Oyam & Gulu, Uganda, Jun 14 2022 (IPS) - ", "Oyam & Gulu, Uganda", "IPS", "2022-06-14"),
            (
                "CARACAS (VENEZUELA), 17 JUL 89 (CANAL 8)\n-- [INTERVIEW WITH\nA MINISTER] [TEXT] ",
                "CARACAS (VENEZUELA)",
                "CANAL 8",
                "1989-07-17",
            ),
            ("DEIR EL-QAMAR, Lebanon, Monday, May 3 (AFP) - ", "DEIR EL-QAMAR, Lebanon", "AFP", "2022-05-03"),
            ("RIO DE JANEIRO, Brazil (AP) — ", "RIO DE JANEIRO, Brazil", "AP", ""),
        ] {
            // "Riverton (WXYZ)" is not in the table of agencies and not in capitals: too weak without a dash.
            let expect = (place != "Riverton").then_some((place, agency, date, "The"));
            check(&format!("{head}{RUN}"), expect);
        }
        check("NAIROBI, Kenya (AP) _", Some(("NAIROBI, Kenya", "AP", "", "")));
        check("ALLENVILLE, Pa. -", Some(("ALLENVILLE, Pa.", "", "", "")));
    }

    #[test]
    fn sentences_labels_and_headlines_are_no_datelines() {
        for text in [
            "BREAKING: The harbour was closed on Monday after a ferry ran aground, officials said.",
            "WATCH — The harbour was closed on Monday after a ferry ran aground, officials said.",
            "Opinion — The harbour was closed on Monday after a ferry ran aground, officials said.",
            "The mayor — a former sailor — resigned on Monday, the town council said in a statement.",
            "Two men — both sailors — were hurt when the ferry ran aground on Monday, officials said.",
            "Salgora - a port of 4,000 people - was closed on Monday after a ferry ran aground there.",
            "Ferry disaster - Timeline of what happened",
            "Portugal (population 10 million) is a country in the south-west of Europe, on the ocean.",
            "Police: Man stole ferry in the harbour of Salgora on Monday and ran it aground by noon.",
            "Jane Roe (Labour) said the ferry was unsafe and should never have left port on Monday.",
            "COVID-19 cases rose again on Monday in all parts of the country, health officials said.",
            "TODAY LISBON–The harbour was closed on Monday after a ferry ran aground, officials said.",
            "Mother-in-law of the mayor resigned on Monday, the town council said in a statement.",
            "Ferry Timeline (21 July 1972)",
            "— The harbour was closed on Monday after a ferry ran aground, officials said.",
            "",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn capitals_prove_nothing_in_a_text_of_capitals() {
        let words = Datelines::load();
        assert!(
            words
                .find("THE MAYOR -- A FORMER SAILOR -- RESIGNED ON MONDAY IN SALGORA, OFFICIALS SAID.", true)
                .is_none()
        );
        assert!(words.find("LIMA, 4 MAY 91 (RADIO LIMA) -- THE MAYOR RESIGNED ON MONDAY.", true).is_some());
    }

    #[test]
    fn the_table_is_well_formed() {
        let words = Datelines::load();
        assert!(words.agencies.len() > 10 && words.particles.len() > 10);
        assert!(words.labels.is_sorted(), "labels must be sorted when loaded");
    }
}
