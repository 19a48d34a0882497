//! WordPiece: text to the pieces of an uncased BERT vocabulary.
//!
//! Equal to the tokenizer of the published model (`BertNormalizer`, `BertPreTokenizer`, `WordPiece` of Hugging Face's
//! tokenizers), piece for piece: control characters go, ideographs stand alone, accents and case go, words end at white
//! space and around punctuation, and of each word the longest piece of the vocabulary is taken, again and again.
//!
//! Not here: the marks before and after a window.

use std::collections::HashMap;

use unicode_general_category::{GeneralCategory as Category, get_general_category as category};
use unicode_normalization::char::decompose_canonical;

use crate::nlp::weights::ModelError;

/// Characters of a word beyond which it is one unknown piece.
const LONGEST_WORD: usize = 100;
/// What a piece begins with that continues a word.
const CONTINUES: &str = "##";

/// The vocabulary.
#[derive(Debug)]
pub(super) struct WordPiece {
    starts: HashMap<Box<str>, u32>,
    continues: HashMap<Box<str>, u32>,
    /// The longest piece, in bytes: no longer one needs to be looked up.
    longest: usize,
    unknown: u32,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl WordPiece {
    /// Reads a vocabulary, a piece a line, numbered from 0.
    pub(super) fn new(vocabulary: &str) -> Result<Self, ModelError> {
        let (mut starts, mut continues) = (HashMap::<Box<str>, u32>::new(), HashMap::<Box<str>, u32>::new());
        for (id, piece) in (0u32..).zip(vocabulary.lines()) {
            let twice = match piece.strip_prefix(CONTINUES) {
                Some(rest) if !rest.is_empty() => continues.insert(rest.into(), id),
                _ => starts.insert(piece.into(), id),
            };
            if twice.is_some() {
                return Err(ModelError::invalid("vocabulary", format!("holds {piece:?} twice")));
            }
        }
        let mark = |piece: &str| {
            starts.get(piece).copied().ok_or_else(|| ModelError::invalid("vocabulary", format!("lacks {piece}")))
        };
        let (unknown, first, last) = (mark("[UNK]")?, mark("[CLS]")?, mark("[SEP]")?);
        let longest = starts.keys().chain(continues.keys()).map(|piece| piece.len()).max().unwrap_or(0);
        Ok(Self { starts, continues, longest, unknown, first, last })
    }

    /// Pieces in the vocabulary.
    pub(super) fn len(&self) -> usize {
        self.starts.len() + self.continues.len()
    }

    /// Adds the pieces of a text.
    pub(super) fn pieces(&self, text: &str, pieces: &mut Vec<u32>) {
        let mut word = String::new();
        for c in text.chars() {
            if is_dropped(c) {
                continue;
            }
            if c.is_whitespace() {
                self.end(&mut word, pieces);
                continue;
            }
            let ideograph = is_ideograph(c);
            if ideograph {
                self.end(&mut word, pieces);
            }
            decompose_canonical(c, |part| {
                if category(part) == Category::NonspacingMark {
                    return;
                }
                let alone = is_punctuation(part);
                if alone {
                    self.end(&mut word, pieces);
                }
                word.extend(part.to_lowercase());
                if alone {
                    self.end(&mut word, pieces);
                }
            });
            if ideograph {
                self.end(&mut word, pieces);
            }
        }
        self.end(&mut word, pieces);
    }

    /// Adds the pieces of a word and empties it.
    fn end(&self, word: &mut String, pieces: &mut Vec<u32>) {
        let before = pieces.len();
        if word.chars().count() > LONGEST_WORD {
            pieces.push(self.unknown);
            word.clear();
            return;
        }
        let mut rest = word.as_str();
        while !rest.is_empty() {
            let table = if rest.len() == word.len() { &self.starts } else { &self.continues };
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).filter(|end| *end <= self.longest);
            let found = ends.rev().find_map(|end| table.get(&rest[..end]).map(|id| (end, *id)));
            let Some((end, id)) = found else {
                // A word with a part that has no piece is unknown as a whole.
                pieces.truncate(before);
                pieces.push(self.unknown);
                break;
            };
            pieces.push(id);
            rest = &rest[end..];
        }
        word.clear();
    }
}

/// Control characters and the like, for the tokenizer not there at all.
fn is_dropped(c: char) -> bool {
    let other = matches!(
        category(c),
        Category::Control | Category::Format | Category::Surrogate | Category::PrivateUse | Category::Unassigned
    );
    c == '\u{fffd}' || other && !matches!(c, '\t' | '\n' | '\r')
}

/// A word of its own. In ASCII that is every sign.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(
            category(c),
            Category::ConnectorPunctuation
                | Category::DashPunctuation
                | Category::OpenPunctuation
                | Category::ClosePunctuation
                | Category::InitialPunctuation
                | Category::FinalPunctuation
                | Category::OtherPunctuation
        )
}

/// The blocks that BERT's vocabulary takes character by character.
fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}'
        | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}
