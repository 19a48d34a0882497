//! Character references that a text still holds: "&ldquo;yes&rdquo;" where it was encoded twice or decoded once too little.

use std::ops::Range;

use html5gum::{Token, Tokenizer};

use super::mojibake::Piece;

/// Longest name or number of a reference, with its semicolon.
const LONGEST: usize = 10;

/// The character that a reference stands for, of which `text` begins behind its ampersand, and the length of it. Angle
/// brackets stay as they are: what they enclose would look like markup.
pub(super) fn named(text: &str) -> Option<(char, usize)> {
    let len = text.bytes().take(LONGEST).position(|b| b == b';')? + 1;
    let name = &text[..len];
    if !name[..len - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') {
        return None;
    }
    let reference = format!("&{name}");
    let decoded: String = Tokenizer::new(&reference)
        .filter_map(|Ok(token)| match token {
            Token::String(text) => Some(String::from_utf8_lossy(&text).into_owned()),
            _ => None,
        })
        .collect();
    let mut chars = decoded.chars();
    let only = chars.next().filter(|c| chars.next().is_none() && !c.is_control() && !matches!(c, '<' | '>'))?;
    Some((only, len))
}

/// Hands over a text piece by piece, with the bytes that each stands for.
pub(super) fn mend<'a>(text: &'a str, mut take: impl FnMut(Piece<'a>, Range<usize>)) {
    let mut copied = 0;
    for (at, _) in text.match_indices('&') {
        let Some((mut meant, mut len)) = named(&text[at + 1..]) else { continue };
        if meant == '&'
            && let Some((twice, more)) = named(&text[at + 1 + len..])
        {
            (meant, len) = (twice, len + more);
        }
        if copied < at {
            take(Piece::Copy(&text[copied..at]), copied..at);
        }
        copied = at + 1 + len;
        take(Piece::Meant(meant), at..copied);
    }
    if copied < text.len() {
        take(Piece::Copy(&text[copied..]), copied..text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_what_they_stand_for() {
        for (text, expect) in [
            ("ldquo;We", Some(('“', 6))),
            ("#8212; and", Some(('—', 6))),
            ("#x2019;s", Some(('’', 7))),
            ("eacute;", Some(('é', 7))),
            ("amp;", Some(('&', 4))),
            ("lt;p", None),
            ("bogus;", None),
            ("ldquo", None),
            (";", None),
            (" b; c", None),
        ] {
            assert_eq!(named(text), expect, "{text}");
        }
    }

    #[test]
    fn pieces_are_in_order_and_whole() {
        let text = "&ldquo;A&amp;B & C;&rdquo; &amp;mdash;";
        let (mut read, mut received) = (String::new(), String::new());
        mend(text, |piece, range| {
            received += &text[range];
            match piece {
                Piece::Copy(copy) => read += copy,
                Piece::Meant(c) => read.push(c),
            }
        });
        assert_eq!((read.as_str(), received.as_str()), ("“A&B & C;” —", text));
    }
}
