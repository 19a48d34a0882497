//! Word types and their features: what the networks know of a word before they see its neighbours.
//!
//! [`Vocabulary`] is immutable and belongs to the model. [`Lexicon`] is one engine's bounded memory of the words it has
//! met lately; lexeme ids are valid until its next [`Lexicon::trim`].

use std::collections::HashMap;

use super::chars::{is_space, shape};
use super::hash::string_hash;
use super::weights::{ModelError, Weights};

/// Characters of a word's suffix feature.
const SUFFIX_CHARS: usize = 3;
/// Spreads keys over the buckets: names in `spacy.symbols` have small ids that share all high bits. 2^64 / golden ratio.
const KEY_MIXER: u64 = 0x9E37_79B9_7F4A_7C15;
/// Words that an engine remembers, beyond those of the special cases; then it forgets all and starts again.
const LEXICON_LIMIT: usize = 32_768;

/// A word type with its features as spaCy's 64-bit string ids.
#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    /// Id of the word itself.
    pub(super) orth: u64,
    /// Normalised form: exception tables, else lower case.
    pub(super) norm: u64,
    /// First character.
    pub(super) prefix: u64,
    /// Last three characters.
    pub(super) suffix: u64,
    /// Word shape.
    pub(super) shape: u64,
    /// Row of the word-vector tables.
    pub(super) vector: Option<u16>,
    /// Length of the word in bytes.
    pub(super) bytes: u32,
    /// Whether every character is white space.
    pub(super) is_space: bool,
}

/// String ids, NORM exceptions and word-vector keys.
#[derive(Debug)]
pub(super) struct Vocabulary {
    symbols: HashMap<String, u64>,
    norms: HashMap<u64, u64>,
    vectors: VectorKeys,
}

impl Vocabulary {
    /// `symbols` are spaCy's reserved names, `norms` the exceptions by decimal string id.
    pub(super) fn new(
        symbols: Vec<(String, u64)>,
        norms: &[(String, String)],
        vectors: VectorKeys,
    ) -> Result<Self, ModelError> {
        let mut vocabulary = Self { symbols: symbols.into_iter().collect(), norms: HashMap::new(), vectors };
        for (key, norm) in norms {
            let key = key.parse().map_err(|_| ModelError::invalid("norms", format!("{key:?} is no string id")))?;
            let norm = vocabulary.id(norm);
            vocabulary.norms.insert(key, norm);
        }
        Ok(vocabulary)
    }

    /// spaCy's id of a string. The empty string is 0 and reserved names keep small numbers: "X" is 101, which is also
    /// the shape of every one-letter capital.
    pub(super) fn id(&self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        self.symbols.get(text).copied().unwrap_or_else(|| string_hash(text))
    }

    /// The features of a word; `norm` overrides the normalised form (special cases such as "n't" -> "not").
    pub(super) fn lexeme(&self, word: &str, norm: Option<&str>) -> Lexeme {
        let orth = self.id(word);
        let norm = match norm {
            Some(norm) => self.id(norm),
            None => self.norms.get(&orth).copied().unwrap_or_else(|| self.id(&word.to_lowercase())),
        };
        let prefix = word.char_indices().nth(1).map_or(word, |(end, _)| &word[..end]);
        let suffix = word.char_indices().rev().nth(SUFFIX_CHARS - 1).map_or(word, |(start, _)| &word[start..]);
        Lexeme {
            orth,
            norm,
            prefix: self.id(prefix),
            suffix: self.id(suffix),
            shape: self.id(&shape(word)),
            vector: self.vectors.row(orth),
            bytes: word.len() as u32,
            is_space: word.chars().all(is_space),
        }
    }

    /// One past the largest row that a word can have in the vector tables.
    pub(super) fn vector_rows(&self) -> usize {
        self.vectors.rows.iter().max().map_or(0, |row| usize::from(*row) + 1)
    }
}

/// Word -> vector row for 684,830 words in 6 bytes a word.
///
/// Keys are sorted; the first 16 bits of a mixed key choose a bucket, the next 32 are stored. An unknown word meets a
/// stored key by chance once in 4 * 10^8.
#[derive(Debug)]
pub(super) struct VectorKeys {
    starts: Vec<u32>,
    stored: Vec<u32>,
    rows: Vec<u16>,
}

impl VectorKeys {
    /// Reads and checks the three arrays.
    pub(super) fn load(weights: &Weights<'_>) -> Result<Self, ModelError> {
        let keys = Self {
            starts: weights.u32("vector_keys.starts")?,
            stored: weights.u32("vector_keys.stored")?,
            rows: weights.u16("vector_keys.rows")?,
        };
        let ordered = keys.starts.is_sorted() && keys.starts.first() == Some(&0);
        let complete = keys.starts.last().map(|end| *end as usize) == Some(keys.stored.len());
        if keys.starts.len() != (1 << 16) + 1 || !ordered || !complete || keys.rows.len() != keys.stored.len() {
            return Err(ModelError::invalid("vector_keys", "buckets and keys do not fit together"));
        }
        Ok(keys)
    }

    fn row(&self, orth: u64) -> Option<u16> {
        let mixed = orth.wrapping_mul(KEY_MIXER);
        let bucket = (mixed >> 48) as usize;
        let (start, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let at = self.stored[start..end].binary_search(&((mixed >> 16) as u32)).ok()?;
        Some(self.rows[start + at])
    }
}

/// The words that one engine has met, and how it split the text chunks that held them.
#[derive(Debug)]
pub(super) struct Lexicon {
    lexemes: Vec<Lexeme>,
    /// Lexemes of the special cases, kept for ever at the start of `lexemes`.
    pinned: usize,
    by_word: HashMap<Box<str>, u32>,
    chunks: HashMap<Box<str>, (u32, u32)>,
    chunk_lexemes: Vec<u32>,
    generation: u64,
}

impl Lexicon {
    /// A lexicon that starts with the lexemes of the special cases.
    pub(super) fn new(pinned: &[Lexeme]) -> Self {
        Self {
            lexemes: pinned.to_vec(),
            pinned: pinned.len(),
            by_word: HashMap::new(),
            chunks: HashMap::new(),
            chunk_lexemes: Vec::new(),
            generation: 0,
        }
    }

    /// Forgets everything if the lexicon has grown over its limit. All ids become invalid; caches that are indexed by
    /// id compare [`Self::generation`].
    pub(super) fn trim(&mut self) {
        if self.lexemes.len() - self.pinned > LEXICON_LIMIT || self.chunk_lexemes.len() > 4 * LEXICON_LIMIT {
            self.lexemes.truncate(self.pinned);
            self.by_word.clear();
            self.chunks.clear();
            self.chunk_lexemes.clear();
            self.generation += 1;
        }
    }

    /// Counts how often the lexicon has forgotten its ids.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// The lexeme with this id.
    pub(super) fn get(&self, id: u32) -> &Lexeme {
        &self.lexemes[id as usize]
    }

    /// The id of a word without special norm.
    pub(super) fn intern(&mut self, word: &str, vocabulary: &Vocabulary) -> u32 {
        if let Some(id) = self.by_word.get(word) {
            return *id;
        }
        let id = self.lexemes.len() as u32;
        self.lexemes.push(vocabulary.lexeme(word, None));
        self.by_word.insert(word.into(), id);
        id
    }

    /// How `chunk` was split before.
    pub(super) fn chunk(&self, chunk: &str) -> Option<&[u32]> {
        let (start, end) = *self.chunks.get(chunk)?;
        Some(&self.chunk_lexemes[start as usize..end as usize])
    }

    /// Remembers how `chunk` was split.
    pub(super) fn remember(&mut self, chunk: &str, lexemes: &[u32]) {
        let start = self.chunk_lexemes.len() as u32;
        self.chunk_lexemes.extend_from_slice(lexemes);
        self.chunks.insert(chunk.into(), (start, start + lexemes.len() as u32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlp::model::tests::shared;

    /// Features of `nlp.vocab[word]`.
    #[test]
    fn features_are_those_of_spacy() {
        let vocabulary = shared().tokenizer.vocabulary();
        let cases = [
            ("Beirut", "beirut", "B", "rut", "Xxxxx"),
            ("X", "x", "X", "X", "X"),
            ("2026", "2026", "2", "026", "dddd"),
            ("²", "²", "²", "²", "d"),
            ("Überraschung", "überraschung", "Ü", "ung", "Xxxxx"),
            ("cuz", "because", "c", "cuz", "xxx"),
            ("£", "$", "£", "£", "£"),
        ];
        for (word, norm, prefix, suffix, shape) in cases {
            let lexeme = vocabulary.lexeme(word, None);
            let expected = [word, norm, prefix, suffix, shape].map(|text| vocabulary.id(text));
            let found = [lexeme.orth, lexeme.norm, lexeme.prefix, lexeme.suffix, lexeme.shape];
            assert_eq!(found, expected, "{word:?}");
        }
    }

    /// Rows of `nlp.vocab.vectors.find`; "X" is a reserved name with a small id.
    #[test]
    fn vector_rows_are_those_of_spacy() {
        let vocabulary = shared().tokenizer.vocabulary();
        let cases =
            [("Beirut", Some(18459)), ("X", Some(5128)), ("2026", Some(6221)), ("²", Some(6275)), ("中文", None)];
        for (word, row) in cases {
            assert_eq!(vocabulary.lexeme(word, None).vector, row, "{word:?}");
        }
    }

    #[test]
    fn reserved_names_and_the_empty_string_have_small_ids() {
        let vocabulary = shared().tokenizer.vocabulary();
        assert_eq!(vocabulary.id(""), 0);
        assert_eq!(vocabulary.id("X"), 101);
        assert_eq!(vocabulary.id("Beirut"), 4169109268037677351);
    }

    #[test]
    fn the_lexicon_forgets_when_it_is_full() {
        let model = shared();
        let vocabulary = model.tokenizer.vocabulary();
        let mut lexicon = model.tokenizer.lexicon();
        let pinned = lexicon.lexemes.len();
        let first = lexicon.intern("first", vocabulary);
        assert_eq!(lexicon.intern("first", vocabulary), first);
        for i in 0..LEXICON_LIMIT {
            lexicon.intern(&i.to_string(), vocabulary);
        }
        lexicon.trim();
        assert_eq!((lexicon.generation(), lexicon.lexemes.len()), (1, pinned));
        lexicon.trim();
        assert_eq!(lexicon.generation(), 1, "an empty lexicon needs no trimming");
    }
}
