//! The words of casualty claims, read from the tables.

use std::collections::HashMap;
use std::sync::Arc;

use crate::extract::factuality::Cues;
use crate::extract::numbers;
use crate::nlp::Doc;
use crate::record::CasualtyKind;
use crate::words::{Book, Lexicons, TableError, WordClass};

/// How a word stands to the people harmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Frame {
    /// The people are the object, or the subject of the passive.
    Transitive,
    /// As `Transitive`, but what happened depends on other words ("shot dead").
    Maybe,
    /// As `Maybe`, of verbs that do more than harm people ("slashed 600 jobs"): only known people count.
    Blow,
    /// The people are the object, and come to harm only where the words say that they died of it, or with what it was done
    /// ("beaten to death", "hacked with machetes").
    Fatal,
    /// The people are the subject.
    Intransitive,
    /// As `Fatal`, and the people are the subject ("froze to death").
    Perish,
    /// An adjective of the people.
    State,
    /// A noun that is counted, or takes "of".
    Count,
    /// A noun whose "of" phrase names the people.
    Deed,
    /// A deed that kills only where it is called fatal ("the fatal shooting of").
    Shooting,
    /// "The toll rose to 14".
    Toll,
    /// "Claimed 14 lives".
    Life,
    /// "Recovered 12 bodies".
    Body,
}

impl Frame {
    /// Whether the word is a verb in this frame.
    pub(crate) fn is_verb(self) -> bool {
        matches!(self, Self::Transitive | Self::Maybe | Self::Blow | Self::Fatal | Self::Intransitive | Self::Perish)
    }
}

/// What a noun says about the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub(crate) enum People {
    Child,
    Woman,
    Civilian,
    Combatant,
    Person,
    /// People, but a singular noun does not tell how many.
    Group,
    /// No people.
    Thing,
}

/// Which side of a killing a noun stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Party {
    /// Who did it.
    Doer,
    /// Who kills in the line of duty.
    Officer,
    /// Either side.
    Anybody,
}

/// The tables of casualty words.
#[derive(Debug, Clone)]
pub struct Lexicon {
    triggers: HashMap<Box<str>, Vec<(Frame, CasualtyKind)>>,
    people: HashMap<Box<str>, People>,
    parties: HashMap<Box<str>, Party>,
    book: Arc<Book>,
    /// Words that put in doubt, deny or ask for what they govern.
    pub(crate) cues: Cues,
    /// Number words.
    pub(crate) numbers: numbers::Lexicon,
}

impl Lexicon {
    /// Reads the embedded tables.
    pub fn load() -> Result<Self, TableError> {
        Self::read(&Lexicons::embedded(), &Arc::new(Book::load()?))
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(lexicons: &Lexicons, book: &Arc<Book>) -> Result<Self, TableError> {
        let mut triggers: HashMap<Box<str>, Vec<(Frame, CasualtyKind)>> = HashMap::new();
        for row in lexicons.rows("casualties/triggers.tsv", 3)? {
            triggers.entry(row.cell(0).into()).or_default().push((row.value(1)?, row.value(2)?));
        }
        let mut people = HashMap::new();
        for row in lexicons.rows("casualties/people.tsv", 2)? {
            if people.insert(row.cell(0).into(), row.value(1)?).is_some() {
                return Err(row.error(format!("`{}` stands twice", row.cell(0))));
            }
        }
        let mut parties = HashMap::new();
        for row in lexicons.rows("casualties/parties.tsv", 2)? {
            for noun in row.list(1) {
                if parties.insert(noun.into(), row.value(0)?).is_some() {
                    return Err(row.error(format!("`{noun}` stands twice")));
                }
            }
        }
        Ok(Self {
            triggers,
            people,
            parties,
            book: Arc::clone(book),
            cues: Cues::read(lexicons)?,
            numbers: numbers::Lexicon::read(lexicons, book)?,
        })
    }

    /// What a lower-case word may trigger.
    pub(crate) fn triggers(&self, word: &str) -> &[(Frame, CasualtyKind)] {
        self.triggers.get(word).map_or(&[], Vec::as_slice)
    }

    /// Which side of a killing a lower-case noun stands for.
    pub(crate) fn party(&self, lemma: &str) -> Option<Party> {
        self.parties.get(lemma).copied()
    }

    /// Whether a word is of a class.
    pub(crate) fn is(&self, class: WordClass, word: &str) -> bool {
        self.book.is(class, word)
    }

    /// The classes of words.
    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// The same of a token's word, in small letters.
    pub(crate) fn is_word(&self, class: WordClass, doc: &Doc<'_>, i: usize) -> bool {
        self.book.is(class, &doc.word(i).to_ascii_lowercase())
    }

    /// The place in a row that an ordinal tells, from the second on: "a third victim".
    pub(crate) fn nth(&self, word: &str) -> Option<u64> {
        self.numbers.ordinal(&word.to_ascii_lowercase()).filter(|n| *n >= 2)
    }

    /// What a lower-case noun says about people.
    pub(crate) fn people(&self, lemma: &str) -> Option<People> {
        self.people.get(lemma).copied()
    }
}
