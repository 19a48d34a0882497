//! UTF-8 that someone read as Latin-1 or Windows-1252 on its way: "â€œ" for a quotation mark, "cafÃ©" for "café".
//!
//! The text stays as received; what is read is what was meant. Nothing is touched unless the text holds a sequence that
//! nobody writes, because "É" before a closing quotation mark is a sequence of UTF-8 as well.

use std::ops::Range;

/// What Windows-1252 has where Latin-1 has control characters, from 0x80 on; blanks where it has nothing.
const WINDOWS: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// A stretch of a text.
pub(super) enum Piece<'a> {
    /// As it stands.
    Copy(&'a str),
    /// The character that was meant.
    Meant(char),
}

/// Whether a text is damaged beyond doubt.
pub(super) fn is_damaged(text: &str) -> bool {
    text.match_indices(['Ã', 'â']).any(|(at, _)| match decode(&text[at..]) {
        Some((c, _)) if c < '\u{100}' => !text[at..].chars().nth(1).is_some_and(|second| WINDOWS.contains(second)),
        Some((c, _)) => ('\u{2000}'..'\u{2300}').contains(&c),
        None => false,
    })
}

/// Hands over a damaged text piece by piece, with the bytes that each stands for.
pub(super) fn mend<'a>(text: &'a str, mut take: impl FnMut(Piece<'a>, Range<usize>)) {
    let mut copied = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (meant, len) = match decode(rest) {
            Some((meant, len)) => (Some(meant), len),
            None => match lost(rest) {
                Some((meant, len)) => (meant, len),
                None => {
                    at += c.len_utf8();
                    continue;
                }
            },
        };
        if copied < at {
            take(Piece::Copy(&text[copied..at]), copied..at);
        }
        if let Some(meant) = meant {
            take(Piece::Meant(meant), at..at + len);
        }
        at += len;
        copied = at;
    }
    if copied < at {
        take(Piece::Copy(&text[copied..at]), copied..at);
    }
}

/// The character whose bytes stand at the start of `text` as characters, and the length of these.
fn decode(text: &str) -> Option<(char, usize)> {
    let first = byte(text.chars().next()?)?;
    let count = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let (mut bytes, mut len) = ([0; 4], 0);
    let mut chars = text.chars();
    for slot in &mut bytes[..count] {
        let c = chars.next()?;
        *slot = byte(c)?;
        len += c.len_utf8();
    }
    let meant = std::str::from_utf8(&bytes[..count]).ok()?.chars().next()?;
    (!meant.is_control()).then_some((meant, len))
}

/// Sequences of which a byte was lost: Windows-1252 has no character for the last one of "”", and the no-break space became
/// a plain one.
fn lost(text: &str) -> Option<(Option<char>, usize)> {
    let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    if let Some(rest) = text.strip_prefix("â€") {
        return ends(rest).then_some((Some('”'), "â€".len()));
    }
    let rest = text.strip_prefix('Â')?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((None, 'Â'.len_utf8()))
}

fn byte(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(c) {
        return Some(byte);
    }
    let at = WINDOWS.chars().position(|w| w == c)?;
    u8::try_from(0x80 + at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_read() {
        for (text, expect) in [
            ("SALGORA â€” The portâ€™s cafÃ© shut.", "SALGORA — The port’s café shut."),
            ("â€œYes,â€\u{9d} JosÃ© said.", "“Yes,” José said."),
            ("â€œYes,â€ GarcÃ\u{ad}aÂ said.", "“Yes,” García said."),
            ("10Â\u{a0}km, 5Â°C, Å\u{81}Ã³dÅº â€¦", "10\u{a0}km, 5°C, Łódź …"),
            ("An â€˜odd å\u{ad}—", "An ‘odd 字"),
        ] {
            assert!(is_damaged(text), "{text}");
            let mut mended = String::new();
            mend(text, |piece, range| match piece {
                Piece::Copy(copy) => {
                    assert_eq!(copy, &text[range]);
                    mended.push_str(copy);
                }
                Piece::Meant(c) => mended.push(c),
            });
            assert_eq!(mended, expect, "{text}");
        }
        for text in ["“CAFÉ” is shut.", "SÃO PAULO, Â", "JOSÉ’s pâté", "Ã” â Ã", "Château", "É™", ""]
        {
            assert!(!is_damaged(text), "{text}");
        }
    }
}
