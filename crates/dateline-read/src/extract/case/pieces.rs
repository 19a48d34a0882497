//! A text cut into words for case: runs of letters with inner apostrophes, and what their surroundings say of their form.

use std::ops::Range;

use super::Form;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Bytes of the block.
    pub(super) range: Range<usize>,
    /// Whether it begins a sentence.
    pub(super) opens: bool,
    /// The form that its surroundings force.
    pub(super) form: Option<Form>,
}

/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 34] = [
    "adm", "ave", "brig", "capt", "cmdr", "co", "col", "corp", "dr", "etc", "gen", "gov", "hon", "inc", "jr", "lt",
    "ltd", "maj", "mr", "mrs", "ms", "msgr", "no", "nos", "pres", "prof", "rep", "rev", "sen", "sgt", "sr", "st",
    "supt", "vs",
];

/// The words of a block.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(text.len() / 6);
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if !c.is_alphabetic() {
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some((at, c)) = chars.next_if(|(at, c)| c.is_alphabetic() || is_inner(text, *at, *c)) {
            end = at + c.len_utf8();
        }
        let opens = pieces.last().is_none_or(|last| ends(&text[last.range.clone()], &text[last.range.end..start]));
        pieces.push(Piece { form: forced(text, start..end), range: start..end, opens });
    }
    pieces
}

/// An apostrophe between letters.
fn is_inner(text: &str, at: usize, c: char) -> bool {
    matches!(c, '\'' | '’') && text[at + c.len_utf8()..].starts_with(char::is_alphabetic)
}

/// Whether a sentence ends between two words, the first one given with what lies between.
fn ends(word: &str, between: &str) -> bool {
    let mut rest = between.chars();
    let stop = rest.find(|c| matches!(c, '.' | '!' | '?'));
    let blank = rest.any(char::is_whitespace);
    let abbreviated = || {
        between.starts_with('.')
            && (word.chars().count() == 1 || ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(word)))
    };
    stop.is_some() && blank && !abbreviated()
}

/// The form that a word's surroundings force: ordinals, initials, abbreviations, Roman numerals.
fn forced(text: &str, range: Range<usize>) -> Option<Form> {
    let (word, before, after) = (&text[range.clone()], &text[..range.start], &text[range.end..]);
    let digit = |c: char| c.is_ascii_digit();
    if before.ends_with(digit) {
        // "5TH", "40MM", but "7B".
        return Some(if word.len() > 1 || word == "D" { Form::Small } else { Form::Kept });
    }
    if word.chars().count() == 1 {
        // Tokenised texts write "PARTY’ S".
        let possessive = matches!(word, "S" | "s") && before.trim_end_matches(' ').ends_with(['\'', '’']);
        if possessive {
            return Some(Form::Small);
        }
        let initial = after.starts_with('.') || after.starts_with('-') || after.starts_with(digit);
        let small = !initial && matches!(word, "A" | "E" | "Y" | "a" | "e" | "y");
        return Some(if small { Form::Small } else { Form::Kept });
    }
    // "10 MAY", "MARCH 3": a month, not a verb.
    let month = ["MAY", "MARCH"].iter().any(|m| m.eq_ignore_ascii_case(word));
    if month && (before.trim_end_matches(' ').ends_with(digit) || after.trim_start_matches(' ').starts_with(digit)) {
        return Some(Form::Capital);
    }
    let roman = word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let clitic = word.len() == 2 && (before.ends_with('\'') || before.ends_with('’'));
    match () {
        () if roman => Some(Form::Kept),
        // "DON'T" and "WE'LL" are one word here; a quote cut off at the start of a line leaves "'LL".
        () if clitic && matches!(word, "LL" | "RE" | "VE") => Some(Form::Small),
        () if after.starts_with(digit) || after.strip_prefix('-').is_some_and(|a| a.starts_with(digit)) => {
            Some(Form::Kept)
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_open_after_stops_but_not_after_abbreviations() {
        let opening = |text: &str| -> Vec<String> {
            pieces(text).into_iter().filter(|p| p.opens).map(|p| text[p.range].to_owned()).collect()
        };
        assert_eq!(opening("HE LEFT. \"WHO?\" SHE ASKED."), ["HE", "WHO", "SHE"]);
        assert_eq!(opening("COL. J. ROE OF THE U.S. ARMY, NO. 5."), ["COL"]);
    }
}
