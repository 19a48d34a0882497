//! A text as small lower-case words, for the phrase grammars of numbers and times.
//!
//! Tokens of the language engine are split further at hyphens, slashes and between digits and letters ("mid-2007",
//! "1990s", "3pm", "02T10:00"), and full stops are dropped from words that hold letters ("a.m." reads "am"), so that a
//! grammar need not know how the tokenizer cut. Every word leads back to its token. One allocation of text per document.

use std::ops::Range;

use crate::nlp::{Doc, Pos};

/// The words of a document.
#[derive(Debug, Clone, Default)]
pub struct Words {
    text: String,
    words: Vec<Word>,
    /// First word of every token, and one past the last word at the end.
    first: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Word {
    start: u32,
    end: u32,
    token: u32,
    sentence: u32,
    glued: bool,
}

impl Words {
    /// Splits a document into words.
    pub fn new(doc: &Doc<'_>) -> Self {
        let mut out = Self::default();
        out.text.reserve(doc.text().len());
        out.words.reserve(doc.len() * 9 / 8);
        out.first.reserve(doc.len() + 1);
        let mut previous_end = None;
        for (i, token) in doc.tokens().iter().enumerate() {
            out.first.push(out.words.len() as u32);
            if token.pos == Pos::Space {
                continue;
            }
            out.push(doc.word(i), i as u32, token.sentence, previous_end == Some(token.start));
            previous_end = Some(token.end);
        }
        out.first.push(out.words.len() as u32);
        out
    }

    /// Words of a plain text, every blank-separated piece a token, for tests of the grammars.
    #[cfg(test)]
    pub(in crate::extract) fn plain(text: &str) -> Self {
        let mut out = Self::default();
        for (i, token) in text.split_whitespace().enumerate() {
            out.first.push(out.words.len() as u32);
            out.push(token, i as u32, 0, false);
        }
        out.first.push(out.words.len() as u32);
        out
    }

    /// Adds the pieces of a token.
    fn push(&mut self, surface: &str, token: u32, sentence: u32, mut glued: bool) {
        for piece in pieces(surface) {
            let start = self.text.len() as u32;
            let dots = !piece.contains(|c: char| c.is_alphabetic());
            for c in piece.chars().filter(|c| dots || *c != '.') {
                self.text.push(if c == '’' { '\'' } else { c.to_ascii_lowercase() });
            }
            self.words.push(Word { start, end: self.text.len() as u32, token, sentence, glued });
            glued = true;
        }
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Word `i` in lower case; empty past the end.
    pub fn get(&self, i: usize) -> &str {
        self.words.get(i).map_or("", |w| &self.text[w.start as usize..w.end as usize])
    }

    /// Word `i + n` where it lies in the sentence of word `i`, else empty.
    pub fn ahead(&self, i: usize, n: usize) -> &str {
        if self.same_sentence(i, i + n) { self.get(i + n) } else { "" }
    }

    /// Word `i - n` where it lies in the sentence of word `i`, else empty.
    pub fn back(&self, i: usize, n: usize) -> &str {
        match i.checked_sub(n) {
            Some(j) if self.same_sentence(i, j) => self.get(j),
            _ => "",
        }
    }

    /// Whether both words exist and share a sentence.
    pub fn same_sentence(&self, i: usize, j: usize) -> bool {
        matches!((self.words.get(i), self.words.get(j)), (Some(a), Some(b)) if a.sentence == b.sentence)
    }

    /// Whether no space stands between word `i` and the word before it.
    pub fn glued(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|w| w.glued)
    }

    /// The token of word `i`.
    pub fn token(&self, i: usize) -> usize {
        self.words.get(i).map_or(self.first.len().saturating_sub(1), |w| w.token as usize)
    }

    /// The first word of token `t`.
    pub fn first_of(&self, t: usize) -> usize {
        self.first.get(t).map_or(self.words.len(), |w| *w as usize)
    }

    /// The tokens that a non-empty range of words touches.
    pub fn tokens(&self, words: Range<usize>) -> Range<usize> {
        self.token(words.start)..self.token(words.end - 1) + 1
    }
}

/// The classes of characters between which a token is cut.
#[derive(PartialEq, Clone, Copy)]
enum Class {
    Digit,
    Letter,
    /// Hyphens, dashes, slashes: always a piece of their own.
    Cut,
    /// Stays with its neighbours: "1,200", "10:30", "o'clock".
    Inner,
}

fn class(c: char) -> Class {
    match c {
        '-' | '–' | '—' | '‑' | '/' => Class::Cut,
        c if c.is_ascii_digit() => Class::Digit,
        c if c.is_alphabetic() => Class::Letter,
        _ => Class::Inner,
    }
}

/// Cuts a token into pieces.
fn pieces(token: &str) -> impl Iterator<Item = &str> {
    let mut rest = token;
    std::iter::from_fn(move || {
        let mut last = None;
        let cut = rest.char_indices().find_map(|(at, c)| {
            let this = class(c);
            let cut = match (last, this) {
                (None, _) => false,
                // "'99": an apostrophe stands for the century.
                (Some(Class::Inner), Class::Digit) => rest.starts_with(['\'', '’', '‘']),
                (Some(Class::Cut), _) | (_, Class::Cut) => true,
                (Some(Class::Digit), Class::Letter) | (Some(Class::Letter), Class::Digit) => true,
                _ => false,
            };
            if this != Class::Inner || last.is_none() {
                last = Some(this);
            }
            cut.then_some(at)
        });
        let (piece, tail) = rest.split_at(cut.unwrap_or(rest.len()));
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_at_hyphens_and_digit_borders() {
        let check = |token: &str, expect: &[&str]| assert_eq!(pieces(token).collect::<Vec<_>>(), expect, "{token}");
        check("mid-2007", &["mid", "-", "2007"]);
        check("1990s", &["1990", "s"]);
        check("3pm", &["3", "pm"]);
        check("1,200", &["1,200"]);
        check("02T10:00:00Z", &["02", "T", "10:00:00", "Z"]);
        check("12/04/2019", &["12", "/", "04", "/", "2019"]);
        check("a.m.", &["a.m."]);
        check("'99", &["'", "99"]);
        check("19th", &["19", "th"]);
        check("—", &["—"]);
    }
}
