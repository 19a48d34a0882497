//! Case for texts that have none: old wire stories in capitals, Headlines In Title Case.
//!
//! The language engine reads ordinary case. What it is given keeps every byte's place: letters change, lengths do not,
//! so that all offsets hold for the text as received. A two-state Hidden Markov model over the words of a block (small or
//! capital, after Lita et al. 2003, tRuEcasIng) chooses by how often news writes each word with a capital
//! (`words/data/case/words.tsv`); unknown words are names. Organisations that the actor tables know are spelt as there, and
//! what the article itself writes in ordinary case elsewhere goes before the table. Blocks in ordinary case are left
//! alone.

mod decode;
mod pieces;
mod words;

use std::collections::{HashMap, HashSet};

use super::entities::Lexicon as Actors;
use crate::words::{Lexicons, TableError};
use decode::decode;
use pieces::{Piece, pieces};
use words::{is_acronym, spell, stem, stems, write};

/// Share of capitals among a block's letters from which on it counts as written in capitals.
const CAPITALS: f64 = 0.85;
/// Letters that a block needs to be judged by them.
const LETTERS: usize = 12;
/// Share of capitals of words that are in no table.
const UNKNOWN: f32 = 0.97;
/// Share of capitals up to which a word of a Title Case headline is made small.
const SURELY_SMALL: f32 = 0.15;

/// How words are written.
#[derive(Debug)]
pub(super) struct Case {
    words: HashMap<Box<str>, f32>,
    acronyms: HashSet<Box<str>>,
}

/// How a word is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Small,
    Capital,
    /// As it stands.
    Kept,
}

/// What is known of a word.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Form(Form),
    /// Share of its uses with a capital.
    Share(f32),
}

/// The writing of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Ordinary,
    Capitals,
    TitleCase,
}

/// What the article's blocks in ordinary case say of its words, and its acronyms.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    uses: HashMap<String, [u32; 3]>,
}

impl Case {
    /// Reads the embedded table.
    #[cfg(test)]
    pub(super) fn load() -> Result<Self, TableError> {
        Self::read(&Lexicons::embedded())
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub(super) fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        let mut case = Self { words: HashMap::new(), acronyms: HashSet::new() };
        for row in lexicons.rows("case/words.tsv", 3)? {
            let share: f32 = row.cell(1).parse().map_err(|_| row.error("the share is no number"))?;
            if !(0.001..=1.0).contains(&share) {
                return Err(row.error(format!("the share {share} is not between 0 and 1")));
            }
            for word in row.cell(2).split(' ').filter(|w| !w.is_empty()) {
                match row.cell(0) {
                    "word" | "name" => _ = case.words.insert(word.into(), share),
                    "acronym" => _ = case.acronyms.insert(word.into()),
                    other => return Err(row.error(format!("unknown kind {other:?}"))),
                }
            }
        }
        Ok(case)
    }

    /// A block in ordinary case, byte for byte as long as it was.
    pub(super) fn restore(&self, block: &str, style: Style, evidence: &Evidence, actors: &Actors) -> String {
        let pieces = pieces(block);
        let mut known: Vec<Known> = pieces.iter().map(|p| self.known(block, p, evidence)).collect();
        if style == Style::Capitals {
            spell_out(block, &pieces, &mut known);
        }
        let forms = decode(&pieces, &known);
        let mut out = String::with_capacity(block.len());
        let mut spelt = 0;
        for ((piece, known), form) in pieces.iter().zip(&known).zip(forms) {
            if piece.range.start < spelt {
                continue;
            }
            out.push_str(&block[out.len()..piece.range.start]);
            if let Some(name) = actors.spelling_at(&block[out.len()..]).filter(|_| style == Style::Capitals) {
                spell(&block[out.len()..], name, &mut out);
                if block[out.len()..].starts_with("'S") {
                    out.push_str("'s");
                }
                spelt = out.len();
                continue;
            }
            let word = &block[piece.range.clone()];
            let form = match (style, known) {
                (Style::Ordinary, _) | (Style::TitleCase, Known::Form(_)) => Form::Kept,
                (Style::TitleCase, _) if piece.opens => Form::Kept,
                (Style::TitleCase, Known::Share(share)) if form == Form::Small && *share > SURELY_SMALL => Form::Kept,
                (Style::TitleCase, _) if form == Form::Capital => Form::Kept,
                (Style::Capitals, _) if piece.opens && form == Form::Small => Form::Capital,
                _ => form,
            };
            write(word, form, &mut out);
        }
        out.push_str(&block[out.len()..]);
        out
    }

    fn known(&self, block: &str, piece: &Piece, evidence: &Evidence) -> Known {
        if let Some(form) = piece.form {
            return Known::Form(form);
        }
        let word = stem(&block[piece.range.clone()]).to_lowercase();
        if let Some([small, capital, acronym]) = evidence.uses.get(&word) {
            return match (small, capital, acronym) {
                (_, 0, a) if *a > *small => Known::Form(Form::Kept),
                (0, _, _) => Known::Form(Form::Capital),
                (s, c, _) => Known::Share((*c as f32 / (s + c) as f32).clamp(0.01, 0.99)),
            };
        }
        if word == "us" {
            // Old wires write "U.S."; what is left is a pronoun unless it opens a sentence or an article stands before it.
            let article = block[..piece.range.start].trim_end().ends_with("THE");
            return Known::Form(if piece.opens || article { Form::Kept } else { Form::Small });
        }
        self.share(&word)
    }

    /// What the table says of a word in small letters, or of the word that it is formed from.
    fn share(&self, word: &str) -> Known {
        if let Some(share) = self.words.get(word) {
            return Known::Share(*share);
        }
        if self.acronyms.contains(word) || is_acronym(word) {
            return Known::Form(Form::Kept);
        }
        let formed = stems(word).filter_map(|stem| self.words.get(stem.as_str())).copied().reduce(f32::min);
        Known::Share(formed.filter(|share| *share <= SURELY_SMALL).unwrap_or(UNKNOWN))
    }
}

impl Evidence {
    /// Counts the words of a block in ordinary case.
    pub(super) fn read(&mut self, block: &str) {
        for piece in pieces(block).iter().filter(|p| !p.opens && p.form.is_none()) {
            let word = stem(&block[piece.range.clone()]);
            let letters = word.chars().count();
            let use_ = match (word.chars().next().is_some_and(char::is_uppercase), word.chars().any(char::is_lowercase))
            {
                (true, false) if letters > 1 => 2,
                (true, _) => 1,
                _ => 0,
            };
            self.uses.entry(word.to_lowercase()).or_default()[use_] += 1;
        }
    }

    /// Takes note of acronyms in brackets: "LIBERATION FRONT (FMLN)".
    pub(super) fn read_acronyms(&mut self, block: &str) {
        for (at, _) in block.match_indices('(') {
            let inner = &block[at + 1..];
            let word = &inner[..inner.find(|c: char| !c.is_alphanumeric()).unwrap_or(inner.len())];
            let alone = inner[word.len()..].starts_with(')');
            if alone && (2..=10).contains(&word.len()) && !word.chars().any(char::is_lowercase) {
                self.uses.entry(word.to_lowercase()).or_default()[2] += 1;
            }
        }
    }
}

/// "ALTIPLANO PEASANT UNION (APUN)": words whose initials an acronym in brackets repeats are its name.
fn spell_out(block: &str, pieces: &[Piece], known: &mut [Known]) {
    const SMALL: [&str; 10] = ["OF", "THE", "AND", "FOR", "IN", "ON", "DE", "LA", "DEL", "Y"];
    let word = |i: usize| &block[pieces[i].range.clone()];
    for at in 1..pieces.len() {
        let (acronym, between) = (word(at), &block[pieces[at - 1].range.end..pieces[at].range.start]);
        let closed = block[pieces[at].range.end..].starts_with([')', ']']);
        if !matches!(between.trim_start(), "(" | "[") || !closed || !(3..=8).contains(&acronym.len()) {
            continue;
        }
        // The farthest word that may begin the name.
        let (mut first, mut content, mut shared) = (None, 0, 0);
        for i in (0..at).rev().take(acronym.len() + 6) {
            if SMALL.contains(&word(i)) {
                continue;
            }
            let initial = word(i).chars().next().unwrap_or_default();
            content += 1;
            shared += usize::from(acronym.contains(initial));
            if content > acronym.len() + 1 || shared * 3 < content * 2 {
                break;
            }
            if acronym.starts_with(initial) && content > 1 {
                first = Some(i);
            }
            if pieces[i].opens {
                break;
            }
        }
        let first = first.unwrap_or(at);
        for (i, known) in (first..at).zip(&mut known[first..at]) {
            if !SMALL.contains(&word(i)) && matches!(known, Known::Share(_)) {
                *known = Known::Form(Form::Capital);
            }
        }
    }
}

/// How a block is written. `headline`: only headlines are written in title case.
pub(super) fn style(block: &str, headline: bool) -> Style {
    let (mut upper, mut letters) = (0usize, 0usize);
    for c in block.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        upper += usize::from(c.is_uppercase());
    }
    if letters >= LETTERS && upper as f64 >= CAPITALS * letters as f64 && block.split_whitespace().nth(2).is_some() {
        return Style::Capitals;
    }
    let long = || block.split_whitespace().filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 3);
    let titled = || long().filter(|w| w.contains(char::is_uppercase)).count();
    if headline && long().nth(3).is_some() && titled() * 10 >= long().count() * 9 {
        return Style::TitleCase;
    }
    Style::Ordinary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    fn check(text: &str, expect: &str) {
        let case = Case::load().expect("the table loads");
        let mut evidence = Evidence::default();
        evidence.read_acronyms(text);
        assert_eq!(case.restore(text, style(text, true), &evidence, testing::lexicon()), expect);
    }

    #[test]
    fn names_stay_and_common_words_do_not() {
        check(
            "THE MAYOR OF PUNO SAID ON MONDAY THAT HE DOES NOT KNOW WHO PLACED THE BOMB.",
            "The mayor of Puno said on Monday that he does not know who placed the bomb.",
        );
        check(
            "PRESIDENT HECTOR ZALDIVAR AND MR. O'BRIEN MET. THEY DISCUSSED CEREZO'S PLAN.",
            "President Hector Zaldivar and Mr. O'Brien met. They discussed Cerezo's plan.",
        );
        check("AN ANTIDRUG UNIT SEARCHED TWO CARS.", "An antidrug unit searched two cars.");
    }

    #[test]
    fn acronyms_and_letters_stay() {
        check(
            "THE ALTIPLANO PEASANT UNION (APUN) MET U.S. DIPLOMATS. APUN HAS 40 M-16 RIFLES FROM THE 5TH BRIGADE.",
            "The Altiplano Peasant Union (APUN) met U.S. diplomats. APUN has 40 M-16 rifles from the 5th brigade.",
        );
        check("THE UN AND THE CIA BLAMED THE FPMR, I SAID.", "The UN and the CIA blamed the FPMR, I said.");
    }

    #[test]
    fn known_organisations_are_spelt_as_in_the_tables() {
        check("FIGHTERS OF HAYAT TAHRIR AL-SHAM WITHDREW.", "Fighters of Hayat Tahrir al-Sham withdrew.");
        check("THE SHINING PATH ATTACKED A BANK.", "The Shining Path attacked a bank.");
    }

    #[test]
    fn headlines_in_title_case_lose_it() {
        check("Police Arrest Four Suspects After Puno Bombing", "Police arrest four suspects after Puno bombing");
        check("Police arrest four suspects after Puno bombing", "Police arrest four suspects after Puno bombing");
    }

    #[test]
    fn what_the_article_writes_elsewhere_goes_first() {
        let case = Case::load().expect("the table loads");
        let mut evidence = Evidence::default();
        evidence.read("The ferry Quick Wind sank, and the Wind was lost.");
        let found = case.restore("SEARCH FOR THE WIND GOES ON", Style::Capitals, &evidence, testing::lexicon());
        assert_eq!(found, "Search for the Wind goes on");
    }

    proptest::proptest! {
        #[test]
        fn no_byte_moves(text in "(?s)([A-Za-zÀ-ÿİẞſ'’.\\-() 0-9\n]|U\\.S\\. |MC[A-Z]){0,80}") {
            let case = Case { words: HashMap::from([("the".into(), 0.01f32)]), acronyms: HashSet::new() };
            for style in [Style::Capitals, Style::TitleCase] {
                let found = case.restore(&text, style, &Evidence::default(), testing::lexicon());
                proptest::prop_assert_eq!(found.len(), text.len());
                let lengths = |s: &str| s.chars().map(char::len_utf8).collect::<Vec<_>>();
                proptest::prop_assert_eq!(lengths(&found), lengths(&text));
            }
        }
    }
}
