//! The lexicon of cues: words that mark other words as somebody's.

use std::collections::HashMap;
use std::sync::Arc;

use crate::nlp::Pos;
use crate::words::{Book, Lexicons, TableError, WordClass};

/// What a cue does with its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CueClass {
    /// Puts it into the world.
    Say,
    /// Denies or doubts it.
    Deny,
    /// Asks for it.
    Ask,
    /// Holds it to be so.
    Think,
    /// Wants it to be so.
    Want,
    /// Gives evidence for it.
    Show,
    /// Passes judgement on it.
    Judge,
    /// Perceives it.
    See,
}

/// The constructions in which a verb is a cue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frames {
    /// With a clause.
    pub clause: Option<CueClass>,
    /// With an infinitive or gerund.
    pub infinitive: Option<CueClass>,
    /// With an object.
    pub object: Option<CueClass>,
    /// With a preposition.
    pub prepositions: Vec<(String, CueClass)>,
    /// With a direct quotation only.
    pub quotation: bool,
}

/// The lexicon of cues.
#[derive(Debug)]
pub struct Cues {
    verbs: HashMap<String, Frames>,
    nouns: HashMap<String, CueClass>,
    adverbs: HashMap<String, CueClass>,
    book: Arc<Book>,
}

impl Cues {
    /// Reads the embedded table.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn load() -> Result<Self, TableError> {
        Self::read(&Lexicons::embedded(), &Arc::new(Book::load()?))
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(lexicons: &Lexicons, book: &Arc<Book>) -> Result<Self, TableError> {
        let mut cues =
            Self { verbs: HashMap::new(), nouns: HashMap::new(), adverbs: HashMap::new(), book: Arc::clone(book) };
        for row in lexicons.rows("attribution/cues.tsv", 4)? {
            let class = row.value(1)?;
            for lemma in row.list(3) {
                match row.cell(0) {
                    "verb" => {
                        let frames = cues.verbs.entry(lemma.to_owned()).or_default();
                        for frame in row.cell(2).split(',') {
                            match frame {
                                "c" => _ = frames.clause.get_or_insert(class),
                                "i" => _ = frames.infinitive.get_or_insert(class),
                                "o" => _ = frames.object.get_or_insert(class),
                                "q" => frames.quotation = true,
                                other => match other.strip_prefix("p:") {
                                    Some(word) => frames.prepositions.push((word.to_owned(), class)),
                                    None => return Err(row.error(format!("unknown frame {other:?}"))),
                                },
                            }
                        }
                    }
                    "noun" => _ = cues.nouns.entry(lemma.to_owned()).or_insert(class),
                    "adverb" => _ = cues.adverbs.entry(lemma.to_owned()).or_insert(class),
                    other => return Err(row.error(format!("unknown part of speech {other:?}"))),
                }
            }
        }
        Ok(cues)
    }

    /// Whether a word is of a class.
    pub(crate) fn is(&self, class: WordClass, word: &str) -> bool {
        self.book.is(class, word)
    }

    /// The frames of a verb.
    pub fn verb(&self, lemma: &str) -> Option<&Frames> {
        self.verbs.get(lemma)
    }

    /// The class of a noun or adverb.
    pub fn word(&self, pos: Pos, lemma: &str) -> Option<CueClass> {
        match pos {
            Pos::Noun => self.nouns.get(lemma).copied(),
            Pos::Adv => self.adverbs.get(lemma).copied(),
            _ => None,
        }
    }
}
