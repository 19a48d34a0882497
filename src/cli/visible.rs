//! Text from outside on a terminal: nothing in it may move the cursor, rename the window, colour what follows or turn
//! around the order in which letters are read.
//!
//! Control characters are shown as pictures (`␛`), invisible ones that change the order by their number (`<U+202E>`).
//! Data meant for programs is left as it is, except that JSON on a terminal writes the same characters as `\u` escapes,
//! which say the same to a program.

use std::borrow::Cow;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether a terminal may obey a character instead of showing it. Joiners and soft hyphens belong to words.
fn is_obeyed(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    let joins = matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}');
    !joins && matches!(get_general_category(c), Control | Format | LineSeparator | ParagraphSeparator)
}

fn show(c: char, into: &mut String) {
    match c {
        // The block of control pictures has them in the order of the characters.
        '\0'..='\x1f' => into.extend(char::from_u32(0x2400 + u32::from(c))),
        '\x7f' => into.push('\u{2421}'),
        _ => into.push_str(&format!("<U+{:04X}>", u32::from(c))),
    }
}

/// The text with its lines and tabs.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| is_obeyed(c) && !matches!(c, '\n' | '\t');
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| if harmful(c) { show(c, &mut shown) } else { shown.push(c) });
    Cow::Owned(shown)
}

/// The text in one line: what breaks lines is a blank.
pub(super) fn in_line(text: &str) -> String {
    let breaks = |c: char| matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    visible(&text.replace(breaks, " ")).into_owned()
}

/// A record all of whose texts are [`in_line`]: whoever shows it can forget none of them.
pub(super) fn record<T: Serialize + DeserializeOwned>(record: &T) -> serde_json::Result<T> {
    let mut value = serde_json::to_value(record)?;
    clean(&mut value);
    serde_json::from_value(value)
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(is_obeyed) => *text = in_line(text),
        Value::Array(items) => items.iter_mut().for_each(clean),
        // Names of fields are ours, but for those of unknown fields, which nobody shows.
        Value::Object(fields) => fields.values_mut().for_each(clean),
        _ => {}
    }
}

/// Writes JSON. On a terminal it is the same JSON with `\u` escapes.
pub(super) fn write_json<T: Serialize>(value: &T, terminal: bool, mut out: impl io::Write) -> io::Result<()> {
    if terminal {
        value.serialize(&mut Serializer::with_formatter(&mut out, Escaped))?;
    } else {
        serde_json::to_writer(&mut out, value)?;
    }
    out.write_all(b"\n")
}

struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for part in fragment.split_inclusive(is_obeyed) {
            let last = part.chars().next_back().filter(|&c| is_obeyed(c));
            let plain = &part[..part.len() - last.map_or(0, char::len_utf8)];
            CompactFormatter.write_string_fragment(writer, plain)?;
            for unit in last.iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terminals_obey_is_shown() {
        for (text, expect) in [
            ("Plain text, née café — 漢字 👨‍👩‍👧", "Plain text, née café — 漢字 👨‍👩‍👧"),
            ("\x1b]0;title\x07\x1b[31mred", "␛]0;title␇␛[31mred"),
            ("\u{9b}31mred\u{90}q\u{9c}", "<U+009B>31mred<U+0090>q<U+009C>"),
            ("\u{202e}txt.exe\u{2066}x\u{2069}\u{200f}", "<U+202E>txt.exe<U+2066>x<U+2069><U+200F>"),
            ("back\x08\x7f\rover", "back␈␡␍over"),
            ("zero\u{200b}width\u{feff}, tag \u{e0041}", "zero<U+200B>width<U+FEFF>, tag <U+E0041>"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ] {
            assert_eq!(visible(text), expect);
        }
        assert_eq!(in_line("a\r\nb\tc\u{2028}d\x1bc"), "a  b c d␛c");
    }

    #[test]
    fn json_on_a_terminal_says_the_same() {
        let value = serde_json::json!({"a\u{9b}": "\x1b[1m \u{202e} \u{e0041} \"é\"\n", "n": [1.5, null]});
        let write = |terminal| {
            let mut bytes = Vec::new();
            write_json(&value, terminal, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let shown = write(true);
        assert!(!shown.trim_end().contains(is_obeyed), "{shown}");
        assert!(shown.contains(r"\u202e \udb40\udc41"), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
        assert!(write(false).contains('\u{202e}'), "programs get what was received");
    }
}
