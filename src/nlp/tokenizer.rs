//! spaCy's rule tokenizer: white-space chunks, special cases, affixes stripped from the outside in, infixes.
//!
//! Splits at white space, strips prefixes and suffixes from each chunk until a special case or nothing is left to
//! strip, leaves addresses whole, cuts the rest at infixes, and at last replaces special cases that span several
//! tokens. The result covers every character but single spaces between tokens. Source: spaCy's `tokenizer.pyx`.
//!
//! Left out: `token_match` (English has none) and changing rules after load.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::chars::is_space;
use super::lexeme::{Lexeme, Lexicon, VectorKeys, Vocabulary};
use super::pattern::{Pattern, alternatives};
use super::weights::{ModelError, Weights};

/// Characters at either end of a chunk that the affix patterns look at. The longest affix of the English rules has six
/// characters, but for runs of one character (`\.\.+`), by which the window is extended.
const AFFIX_WINDOW: usize = 64;

/// A token before annotation. Offsets are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawToken {
    /// Id in the engine's lexicon.
    pub(super) lexeme: u32,
    /// First byte.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// Whether one space follows.
    pub(super) space_after: bool,
}

/// Tokenizer rules as the model file holds them.
#[derive(Debug, Deserialize)]
struct Rules {
    prefix: String,
    suffix: String,
    infix: String,
    url: String,
    special_cases: Vec<(String, Vec<(String, Option<String>)>)>,
    norms: Vec<(String, String)>,
    symbols: Vec<(String, u64)>,
}

/// The immutable rules, ready to run.
#[derive(Debug)]
pub(super) struct Tokenizer {
    vocabulary: Vocabulary,
    prefix: Pattern,
    suffix: Pattern,
    infix: Pattern,
    url: Pattern,
    special_cases: HashMap<Box<str>, Vec<u32>>,
    longest_special_case: usize,
    /// Lexemes of the special cases; the ids in `special_cases` point into it.
    pinned: Vec<Lexeme>,
    /// Special cases that the affix rules would split, by the id of their first word.
    sequences: HashMap<u64, Vec<Sequence>>,
}

/// A special case as the sequence of tokens that the plain rules make of it.
#[derive(Debug)]
struct Sequence {
    words: Vec<u64>,
}

/// What is left of a chunk after its affixes are stripped.
enum Core<'c> {
    Special(&'c str),
    Plain(&'c str),
}

impl Tokenizer {
    /// Compiles the rules of a model file.
    pub(super) fn load(weights: &Weights<'_>) -> Result<Self, ModelError> {
        let rules: Rules = weights.json("tokenizer.json")?;
        check_anchors(&rules)?;
        let vocabulary = Vocabulary::new(rules.symbols, &rules.norms, VectorKeys::load(weights)?)?;
        let mut tokenizer = Self {
            vocabulary,
            prefix: Pattern::new(&format!(r"\A(?:{})", rules.prefix), "prefix pattern")?,
            suffix: Pattern::new(&rules.suffix, "suffix pattern")?,
            infix: Pattern::new(&rules.infix, "infix pattern")?,
            url: Pattern::new(&rules.url, "url pattern")?,
            special_cases: HashMap::new(),
            longest_special_case: 0,
            pinned: Vec::new(),
            sequences: HashMap::new(),
        };
        tokenizer.add_sequences(&rules.special_cases);
        for (text, parts) in rules.special_cases {
            tokenizer.add_special_case(&text, &parts)?;
        }
        Ok(tokenizer)
    }

    /// Must run before the special cases are added: their sequences are split by the plain rules alone.
    fn add_sequences(&mut self, special_cases: &[(String, Vec<(String, Option<String>)>)]) {
        let mut lexicon = Lexicon::new(&[]);
        for (text, _) in special_cases {
            let splits = self.prefix_length(text) > 0
                || self.suffix_length(text) > 0
                || self.infix.is_match(text)
                || text.contains(' ');
            if !splits {
                continue;
            }
            let mut tokens = Vec::new();
            self.split_spaces(text, &mut lexicon, &mut tokens);
            let words: Vec<u64> = tokens.iter().map(|t| lexicon.get(t.lexeme).orth).collect();
            if let Some(first) = words.first() {
                self.sequences.entry(*first).or_default().push(Sequence { words });
            }
        }
    }

    fn add_special_case(&mut self, text: &str, parts: &[(String, Option<String>)]) -> Result<(), ModelError> {
        let whole: String = parts.iter().map(|(word, _)| word.as_str()).collect();
        if whole != text || parts.iter().any(|(word, _)| word.is_empty()) {
            return Err(ModelError::invalid("special_cases", format!("the parts of {text:?} do not make it up")));
        }
        let first = self.pinned.len() as u32;
        self.pinned.extend(parts.iter().map(|(word, norm)| self.vocabulary.lexeme(word, norm.as_deref())));
        self.special_cases.insert(text.into(), (first..self.pinned.len() as u32).collect());
        self.longest_special_case = self.longest_special_case.max(text.len());
        Ok(())
    }

    /// Features and ids of words.
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// An empty lexicon for one engine.
    pub(super) fn lexicon(&self) -> Lexicon {
        Lexicon::new(&self.pinned)
    }

    /// Replaces `tokens` by the tokens of `text`; `text` must be shorter than 4 GiB.
    pub(super) fn tokenize(&self, text: &str, lexicon: &mut Lexicon, tokens: &mut Vec<RawToken>) {
        tokens.clear();
        self.split_spaces(text, lexicon, tokens);
        self.apply_sequences(text, lexicon, tokens);
    }

    /// Cuts at white space. One space after a chunk is a flag of its last token, all other white space is a token.
    fn split_spaces(&self, text: &str, lexicon: &mut Lexicon, tokens: &mut Vec<RawToken>) {
        let Some(first) = text.chars().next() else { return };
        let mut in_space = is_space(first);
        let mut start = 0;
        for (i, c) in text.char_indices() {
            if is_space(c) == in_space {
                continue;
            }
            if start < i {
                self.split_chunk(&text[start..i], start, in_space, lexicon, tokens);
            }
            start = i;
            if c == ' ' {
                start += 1;
                if let Some(last) = tokens.last_mut() {
                    last.space_after = true;
                }
            }
            in_space = !in_space;
        }
        if start < text.len() {
            self.split_chunk(&text[start..], start, in_space, lexicon, tokens);
            // As in spaCy: a final single space belongs to the token before it and starts no token of its own.
        }
    }

    /// Appends the tokens of one chunk, which is all white space or holds none.
    fn split_chunk(
        &self,
        chunk: &str,
        start: usize,
        is_space: bool,
        lexicon: &mut Lexicon,
        tokens: &mut Vec<RawToken>,
    ) {
        if let Some(lexemes) = self.special_cases.get(chunk) {
            push(lexemes, start, lexicon, tokens);
        } else if let Some(lexemes) = lexicon.chunk(chunk) {
            push(lexemes, start, lexicon, tokens);
        } else {
            let lexemes = if is_space || is_plain_word(chunk) {
                vec![lexicon.intern(chunk, &self.vocabulary)]
            } else {
                self.split_affixes(chunk, lexicon)
            };
            push(&lexemes, start, lexicon, tokens);
            lexicon.remember(chunk, &lexemes);
        }
    }

    /// Strips prefixes and suffixes in turn, then splits what is left.
    fn split_affixes(&self, chunk: &str, lexicon: &mut Lexicon) -> Vec<u32> {
        let (mut prefixes, mut suffixes) = (Vec::new(), Vec::new());
        let core = self.strip(chunk, &mut prefixes, &mut suffixes);
        let mut lexemes: Vec<u32> = prefixes.iter().map(|p| lexicon.intern(p, &self.vocabulary)).collect();
        match core {
            Core::Special(text) => lexemes.extend(&self.special_cases[text]),
            Core::Plain(text) => self.split_infixes(text, lexicon, &mut lexemes),
        }
        lexemes.extend(suffixes.iter().rev().map(|s| lexicon.intern(s, &self.vocabulary)));
        lexemes
    }

    fn strip<'c>(&self, chunk: &'c str, prefixes: &mut Vec<&'c str>, suffixes: &mut Vec<&'c str>) -> Core<'c> {
        let mut rest = chunk;
        while !rest.is_empty() {
            if self.is_special_case(rest) {
                return Core::Special(rest);
            }
            if is_plain_word(rest) {
                break;
            }
            let prefix = self.prefix_length(rest);
            let without_prefix = &rest[prefix..];
            if prefix > 0 && self.is_special_case(without_prefix) {
                prefixes.push(&rest[..prefix]);
                return Core::Special(without_prefix);
            }
            let suffix = self.suffix_length(without_prefix);
            let suffix_start = rest.len() - suffix;
            if suffix > 0 && self.is_special_case(&rest[..suffix_start]) {
                suffixes.push(&rest[suffix_start..]);
                return Core::Special(&rest[..suffix_start]);
            }
            if prefix + suffix == 0 {
                break;
            }
            if prefix > 0 {
                prefixes.push(&rest[..prefix]);
            }
            if suffix > 0 {
                suffixes.push(&rest[suffix_start..]);
            }
            rest = &rest[prefix..suffix_start];
        }
        Core::Plain(rest)
    }

    fn is_special_case(&self, text: &str) -> bool {
        text.len() <= self.longest_special_case && self.special_cases.contains_key(text)
    }

    /// Length of the prefix that one rule strips, 0 if none applies.
    fn prefix_length(&self, text: &str) -> usize {
        let end = text.char_indices().nth(AFFIX_WINDOW).map_or(text.len(), |(end, _)| {
            let edge = text[..end].chars().next_back();
            end + text[end..].find(|c| Some(c) != edge).unwrap_or(text.len() - end)
        });
        self.prefix.find(&text[..end]).map_or(0, |m| m.len())
    }

    /// Length of the suffix that one rule strips, 0 if none applies.
    fn suffix_length(&self, text: &str) -> usize {
        let start = text
            .char_indices()
            .rev()
            .nth(AFFIX_WINDOW - 1)
            .map_or(0, |(start, edge)| text[..start].trim_end_matches(edge).len());
        self.suffix.find(&text[start..]).map_or(0, |m| m.len())
    }

    /// Leaves addresses whole and cuts everything else at infixes.
    fn split_infixes(&self, text: &str, lexicon: &mut Lexicon, lexemes: &mut Vec<u32>) {
        if text.is_empty() {
            return;
        }
        // Every infix holds a character that is no ASCII letter or digit, every address a full stop.
        let is_simple = text.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_simple || (text.contains('.') && self.url.is_match(text)) {
            lexemes.push(lexicon.intern(text, &self.vocabulary));
            return;
        }
        let mut start = 0;
        for infix in self.infix.find_all(text) {
            if infix.start == 0 {
                continue;
            }
            for part in [&text[start..infix.start], &text[infix.clone()]] {
                if !part.is_empty() {
                    lexemes.push(lexicon.intern(part, &self.vocabulary));
                }
            }
            start = infix.end;
        }
        if start < text.len() {
            lexemes.push(lexicon.intern(&text[start..], &self.vocabulary));
        }
    }

    /// Replaces token runs that make up a special case (":)" after the affix rules have split it).
    fn apply_sequences(&self, text: &str, lexicon: &Lexicon, tokens: &mut Vec<RawToken>) {
        let mut matches = self.find_sequences(lexicon, tokens);
        if matches.is_empty() {
            return;
        }
        // The longest match wins, then the first; a match whose first or last token is taken is dropped.
        matches.sort_unstable_by_key(|(start, end)| (std::cmp::Reverse(end - start), *start));
        let mut taken = HashSet::new();
        matches.retain(|(start, end)| {
            let free = !taken.contains(start) && !taken.contains(&(end - 1));
            taken.extend(*start..*end);
            free
        });
        matches.sort_unstable();
        let old = std::mem::take(tokens);
        let mut next = 0;
        for (start, end) in matches {
            tokens.extend_from_slice(&old[next..start]);
            let (first, last) = (old[start], old[end - 1]);
            // The tokens must also make up the text of the special case, with no space between them.
            match self.special_cases.get(&text[first.start as usize..last.end as usize]) {
                Some(lexemes) => {
                    push(lexemes, first.start as usize, lexicon, tokens);
                    if let Some(token) = tokens.last_mut() {
                        token.space_after = last.space_after;
                    }
                }
                None => tokens.extend_from_slice(&old[start..end]),
            }
            next = end;
        }
        tokens.extend_from_slice(&old[next..]);
    }

    fn find_sequences(&self, lexicon: &Lexicon, tokens: &[RawToken]) -> Vec<(usize, usize)> {
        let mut matches = Vec::new();
        for i in 0..tokens.len() {
            for sequence in self.sequences.get(&lexicon.get(tokens[i].lexeme).orth).into_iter().flatten() {
                let end = i + sequence.words.len();
                let fits = tokens.get(i..end).is_some_and(|run| {
                    run.iter().zip(&sequence.words).all(|(token, word)| lexicon.get(token.lexeme).orth == *word)
                });
                if fits {
                    matches.push((i, end));
                }
            }
        }
        matches
    }
}

/// Appends adjoining tokens that begin at byte `start`.
fn push(lexemes: &[u32], start: usize, lexicon: &Lexicon, tokens: &mut Vec<RawToken>) {
    let mut start = start as u32;
    for lexeme in lexemes {
        let end = start + lexicon.get(*lexeme).bytes;
        tokens.push(RawToken { lexeme: *lexeme, start, end, space_after: false });
        start = end;
    }
}

/// Only ASCII letters: no affix rule touches such a word (a unit suffix needs a digit, a clitic an apostrophe).
fn is_plain_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The affix windows rely on prefix rules that start at the start of the chunk and suffix rules that end at its end.
fn check_anchors(rules: &Rules) -> Result<(), ModelError> {
    if let Some(rule) = alternatives(&rules.prefix).into_iter().find(|rule| !rule.starts_with('^')) {
        return Err(ModelError::invalid("prefix pattern", format!("{rule:?} is not anchored")));
    }
    if let Some(rule) = alternatives(&rules.suffix).into_iter().find(|rule| !rule.ends_with('$')) {
        return Err(ModelError::invalid("suffix pattern", format!("{rule:?} is not anchored")));
    }
    Ok(())
}
