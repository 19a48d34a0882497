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

/// Characters at either end of a chunk that the affix patterns look at, so that stripping them one by one from a long
/// chunk takes linear time. The longest affix of the English rules has six characters, but for `\.\.+`.
const AFFIX_WINDOW: usize = 16;
/// The character of that unbounded rule: a window that ends inside of a run of it takes in the whole run.
const RUN: char = '.';

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
/// A chunk of text and the tokens it becomes, each with its norm where it has one of its own.
type SpecialCase = (String, Vec<(String, Option<String>)>);

#[derive(Debug, Deserialize)]
struct Rules {
    prefix: String,
    suffix: String,
    infix: String,
    url: String,
    special_cases: Vec<SpecialCase>,
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
    fn add_sequences(&mut self, special_cases: &[SpecialCase]) {
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
            let is_run = text[..end].ends_with(RUN);
            if is_run { text.len() - text[end..].trim_start_matches(RUN).len() } else { end }
        });
        self.prefix.find(&text[..end]).map_or(0, |m| m.len())
    }

    /// Length of the suffix that one rule strips, 0 if none applies.
    fn suffix_length(&self, text: &str) -> usize {
        let start = text
            .char_indices()
            .rev()
            .nth(AFFIX_WINDOW - 1)
            .map_or(0, |(start, edge)| if edge == RUN { text[..start].trim_end_matches(RUN).len() } else { start });
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nlp::model::tests::shared;

    fn words(text: &str) -> Vec<&str> {
        let tokenizer = &shared().tokenizer;
        let mut tokens = Vec::new();
        tokenizer.tokenize(text, &mut tokenizer.lexicon(), &mut tokens);
        tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect()
    }

    /// Expected tokens are spaCy's.
    #[test]
    fn tokens_are_those_of_spacy() {
        let cases: &[(&str, &[&str])] = &[
            (
                "U.S. officials said, \"We'll see.\"",
                &["U.S.", "officials", "said", ",", "\"", "We", "'ll", "see", ".", "\""],
            ),
            ("don't (can't) won't", &["do", "n't", "(", "ca", "n't", ")", "wo", "n't"]),
            ("http://www.afrol.com/articles/38306 is dead", &["http://www.afrol.com/articles/38306", "is", "dead"]),
            ("a  b\n\nc ", &["a", " ", "b", "\n\n", "c"]),
            ("$5.2bn 10km/h 5pm 3-4 U.K.-based", &["$", "5.2bn", "10", "km/h", "5", "pm", "3", "-", "4", "U.K.-based"]),
            ("Hello...world... :) :-( <3", &["Hello", "...", "world", "...", ":)", ":-(", "<3"]),
            ("e.g. i.e., Mr. Smith's", &["e.g.", "i.e.", ",", "Mr.", "Smith", "'s"]),
            ("\u{a0}x\t\n", &["\u{a0}", "x", "\t\n"]),
            ("x@y.com C'mon", &["x@y.com", "C'm", "on"]),
            ("“Quoted”—dash–end", &["“", "Quoted”—dash", "–", "end"]),
            ("8)", &["8)"]),
            ("a.m.-p.m.", &["a.m.-p.m", "."]),
            ("'' ``", &["''", "`", "`"]),
            ("\u{2028}hello\x1cworld", &["\u{2028}", "hello", "\x1c", "world"]),
            ("rock'n'roll (((deep)))", &["rock'n'roll", "(", "(", "(", "deep", ")", ")", ")"]),
            ("10%.", &["10", "%", "."]),
            (" lead", &[" ", "lead"]),
            ("", &[]),
            (" ", &[" "]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn spaces_and_norms_of_special_cases() {
        let tokenizer = &shared().tokenizer;
        let (mut lexicon, mut tokens) = (tokenizer.lexicon(), Vec::new());
        tokenizer.tokenize("don't go ", &mut lexicon, &mut tokens);
        let spaces: Vec<bool> = tokens.iter().map(|t| t.space_after).collect();
        assert_eq!(spaces, [false, true, true]);
        assert_eq!(lexicon.get(tokens[1].lexeme).norm, tokenizer.vocabulary().id("not"));
    }

    #[test]
    fn long_runs_of_one_character_take_linear_time() {
        for c in ["(", ".", "\"", "@", ":", "a:", "a.", "1-", "'s"] {
            let text = c.repeat(40_000 / c.len());
            assert_eq!(words(&text).concat(), text, "{c:?}");
        }
    }

    #[test]
    fn unanchored_affix_rules_are_refused() {
        let rules = |prefix: &str, suffix: &str| Rules {
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
            infix: String::new(),
            url: String::new(),
            special_cases: Vec::new(),
            norms: Vec::new(),
            symbols: Vec::new(),
        };
        assert!(check_anchors(&rules("^a|^b", "a$|b$")).is_ok());
        assert!(check_anchors(&rules("^a|b", "a$")).is_err());
        assert!(check_anchors(&rules("^a", "a$|b")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// The short cut for plain words and for infixes must agree with the patterns.
        #[test]
        fn no_rule_touches_plain_words(word in "[a-zA-Z]{1,20}", alphanumeric in "[a-zA-Z0-9]{1,20}") {
            let tokenizer = &shared().tokenizer;
            prop_assert_eq!(tokenizer.prefix_length(&word) + tokenizer.suffix_length(&word), 0);
            prop_assert!(!tokenizer.infix.is_match(&alphanumeric));
            prop_assert!(!tokenizer.url.is_match(&alphanumeric));
        }

        /// Looking at a window of the chunk must find the same affixes as looking at all of it.
        #[test]
        fn affix_windows_change_nothing(chunk in "[.'’a-z0-9$%)(–US/-]{0,12}(\\.{0,90}|[a-z]{0,90}|[)0]{0,90})[.'’a-z0-9$%)(–US/-]{0,8}") {
            let tokenizer = &shared().tokenizer;
            let whole = |pattern: &Pattern| pattern.find(&chunk).map_or(0, |m| m.len());
            prop_assert_eq!(tokenizer.prefix_length(&chunk), whole(&tokenizer.prefix));
            prop_assert_eq!(tokenizer.suffix_length(&chunk), whole(&tokenizer.suffix));
        }

        /// Tokens are in order, lie on character boundaries and leave out nothing but single spaces.
        #[test]
        fn tokens_cover_the_text(text in "(\\PC|[ \n\t.,'\"()a-zA-Z0-9-]){0,80}") {
            let tokenizer = &shared().tokenizer;
            let (mut lexicon, mut tokens) = (tokenizer.lexicon(), Vec::new());
            tokenizer.tokenize(&text, &mut lexicon, &mut tokens);
            let mut end = 0;
            for token in &tokens {
                prop_assert_eq!(token.start as usize, end);
                prop_assert!(token.start < token.end);
                prop_assert!(text.is_char_boundary(token.end as usize));
                end = token.end as usize;
                if token.space_after {
                    prop_assert!(text[end..].starts_with(' '));
                    end += 1;
                }
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
