//! Character classes and word shapes as Python (and therefore spaCy) defines them.
//!
//! Rust's `char` methods follow Unicode *properties* where Python's `str` methods follow *general categories*; the
//! differences are rare characters, but each of them would change a token's features.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// Longest run of one shape character that spaCy keeps.
const SHAPE_RUN: usize = 4;
/// From this many characters on, the shape is `LONG`.
const LONG_WORD: usize = 100;

/// Python's `str.isspace`: White_Space and the four information separators.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Python's `str.isalpha`: the letter categories, without letter numbers and combining marks.
pub(super) fn is_alpha(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(c),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
    )
}

/// Python's `str.isdigit`: decimal digits, and superscript, subscript and circled digits.
fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    match get_general_category(c) {
        Category::DecimalNumber => true,
        // Numeric_Type=Digit outside of the category Nd (Unicode, DerivedNumericType.txt).
        Category::OtherNumber => matches!(c as u32,
            0xB2 | 0xB3 | 0xB9 | 0x1369..=0x1371 | 0x19DA | 0x2070 | 0x2074..=0x2079 | 0x2080..=0x2089
            | 0x2460..=0x2468 | 0x2474..=0x247C | 0x2488..=0x2490 | 0x24EA | 0x24F5..=0x24FD | 0x24FF
            | 0x2776..=0x277E | 0x2780..=0x2788 | 0x278A..=0x2792
            | 0x10A40..=0x10A43 | 0x10E60..=0x10E68 | 0x11052..=0x1105A | 0x1F100..=0x1F10A),
        _ => false,
    }
}

/// Replaces the contents of `out` by the lower-case form of `word`.
pub(super) fn lowercase_into(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.push_str(word);
        out.make_ascii_lowercase();
    } else {
        out.push_str(&word.to_lowercase());
    }
}

/// spaCy's word shape: letters become x or X, digits d, runs are cut to four ("Mladenov" -> "Xxxxx", "2026" -> "dddd").
pub(super) fn shape(word: &str) -> String {
    if word.chars().count() >= LONG_WORD {
        return "LONG".to_owned();
    }
    let mut shape = String::with_capacity(word.len());
    let mut run = 0;
    let mut last = None;
    for c in word.chars() {
        let class = match c {
            c if is_alpha(c) && c.is_uppercase() => 'X',
            c if is_alpha(c) => 'x',
            c if is_digit(c) => 'd',
            c => c,
        };
        run = if last == Some(class) { run + 1 } else { 0 };
        last = Some(class);
        if run < SHAPE_RUN {
            shape.push(class);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_those_of_spacy() {
        let long = "a".repeat(LONG_WORD);
        let cases = [
            ("Beirut", "Xxxxx"),
            ("2026", "dddd"),
            ("20267", "dddd"),
            ("n't", "x'x"),
            ("X", "X"),
            ("²", "d"),
            ("½", "½"),
            ("中文", "xx"),
            ("U.S.-backed", "X.X.-xxxx"),
            ("e\u{301}", "x\u{301}"),
            ("", ""),
            (long.as_str(), "LONG"),
        ];
        for (word, expected) in cases {
            assert_eq!(shape(word), expected, "{word:?}");
        }
    }

    #[test]
    fn space_is_python_space() {
        for c in [' ', '\n', '\u{a0}', '\u{2028}', '\x1c', '\x1f', '\u{85}', '\u{3000}'] {
            assert!(is_space(c), "{c:?}");
        }
        for c in ['\u{200b}', '\u{feff}', '\0', 'a', '\u{180e}'] {
            assert!(!is_space(c), "{c:?}");
        }
    }
}
