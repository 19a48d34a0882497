//! The number words and the words that bound a number.

use std::collections::HashMap;
use std::sync::Arc;

use super::words::Words;
use crate::record::NumberMod;
use crate::words::{Book, Lexicons, Row, TableError, WordClass};

/// What a number word contributes to a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberWord {
    /// One to nineteen.
    Unit(u64),
    /// Twenty to ninety.
    Tens(u64),
    /// Hundred, thousand, million.
    Scale(u64),
    /// A group that is counted like a unit ("two dozen").
    Group(u64),
    /// A plural without a number ("dozens"), with the least plausible count.
    Vague(u64),
    /// A vague multiplier ("several hundred").
    Several(u64),
    /// "No", "none".
    Zero,
}

/// A bound: its modifier and the fields that the number fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    words: Vec<String>,
    /// Modifier.
    pub(crate) modifier: NumberMod,
    /// Whether the number is the best reading.
    pub(crate) best: bool,
    /// Whether the number is the lower bound.
    pub(crate) low: bool,
    /// Whether the number is the upper bound.
    pub(crate) high: bool,
}

/// The tables of number words.
#[derive(Debug, Clone)]
pub struct Lexicon {
    words: HashMap<Box<str>, NumberWord>,
    ordinals: HashMap<Box<str>, u64>,
    /// Bounds by their first word, because every word of a text is looked up.
    before: HashMap<String, Vec<Bound>>,
    after: HashMap<String, Vec<Bound>>,
    book: Arc<Book>,
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
        let mut words = HashMap::new();
        for row in lexicons.rows("numbers/words.tsv", 3)? {
            let [word, kind, value] = [0, 1, 2].map(|c| row.cell(c));
            let value = number(&row, value)?;
            let entry = match kind {
                "unit" => NumberWord::Unit(value),
                "tens" => NumberWord::Tens(value),
                "scale" => NumberWord::Scale(value),
                "group" => NumberWord::Group(value),
                "vague" => NumberWord::Vague(value),
                "several" => NumberWord::Several(value),
                "none" => NumberWord::Zero,
                other => return Err(row.error(format!("unknown kind `{other}`"))),
            };
            if words.insert(word.into(), entry).is_some() {
                return Err(row.error(format!("`{word}` stands twice")));
            }
        }
        let mut ordinals = HashMap::new();
        for row in lexicons.rows("numbers/ordinals.tsv", 2)? {
            ordinals.insert(row.cell(0).into(), number(&row, row.cell(1))?);
        }
        let (mut before, mut after) = (HashMap::new(), HashMap::<String, Vec<Bound>>::new());
        for row in lexicons.rows("numbers/bounds.tsv", 4)? {
            let [place, phrase, _, reading] = [0, 1, 2, 3].map(|c| row.cell(c));
            let fills = |field| reading.split(' ').any(|f| f == field);
            let words: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
            let bound =
                Bound { words, modifier: row.value(2)?, best: fills("best"), low: fills("low"), high: fills("high") };
            let bounds = match place {
                "before" => &mut before,
                "after" => &mut after,
                other => return Err(row.error(format!("unknown place `{other}`"))),
            };
            bounds.entry(bound.words[0].clone()).or_default().push(bound);
        }
        // Longest phrase first.
        for bounds in before.values_mut().chain(after.values_mut()) {
            bounds.sort_by_key(|b| std::cmp::Reverse(b.words.len()));
        }
        Ok(Self { words, ordinals, before, after, book: Arc::clone(book) })
    }

    /// Whether a word is of a class.
    pub(crate) fn is(&self, class: WordClass, word: &str) -> bool {
        self.book.is(class, word)
    }

    /// The number word, if it is one.
    pub fn word(&self, word: &str) -> Option<NumberWord> {
        self.words.get(word).copied()
    }

    /// The value of an ordinal word ("third").
    pub fn ordinal(&self, word: &str) -> Option<u64> {
        self.ordinals.get(word).copied()
    }

    /// The bound that starts at word `i` and precedes a number, with the word after it.
    pub(crate) fn bound_before(&self, words: &Words, i: usize) -> Option<(&Bound, usize)> {
        find(&self.before, words, i)
    }

    /// The bound that starts at word `i` and follows a number, with the word after it.
    pub(crate) fn bound_after(&self, words: &Words, i: usize) -> Option<(&Bound, usize)> {
        find(&self.after, words, i)
    }
}

/// A cell that must be a number.
pub(crate) fn number<T: std::str::FromStr>(row: &Row<'_>, cell: &str) -> Result<T, TableError> {
    cell.parse().map_err(|_| row.error(format!("`{cell}` is no number of the expected kind")))
}

fn find<'a>(bounds: &'a HashMap<String, Vec<Bound>>, words: &Words, i: usize) -> Option<(&'a Bound, usize)> {
    bounds
        .get(words.get(i))?
        .iter()
        .find(|b| b.words.iter().enumerate().all(|(n, w)| words.ahead(i, n) == w))
        .map(|b| (b, i + b.words.len()))
}
