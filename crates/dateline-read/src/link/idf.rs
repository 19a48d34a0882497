//! How rare words are: document frequencies of broad news, in a table that `models/link/idf.py` counts.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::words::TableError;

const TABLE: &str = include_str!("../../models/link/idf.tsv");
/// Name of the table in records.
pub(super) const VERSION: &str = "idf-1";

/// Inverse document frequencies.
#[derive(Debug)]
pub struct Idf {
    words: HashMap<&'static str, f64>,
    unseen: f64,
}

impl Idf {
    /// The embedded table.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn embedded() -> Result<&'static Self, TableError> {
        static IDF: LazyLock<Result<Idf, TableError>> = LazyLock::new(|| Idf::read(TABLE));
        IDF.as_ref().map_err(Clone::clone)
    }

    /// Reads rows of word and document frequency; the first row's word is empty: the number of documents.
    fn read(text: &'static str) -> Result<Self, TableError> {
        let mut words = HashMap::new();
        let mut documents = None;
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.starts_with('#')) {
            let error = |problem: &str| TableError { table: "idf.tsv", line: i + 1, problem: problem.to_owned() };
            let (word, n) = line.split_once('\t').ok_or_else(|| error("two cells are needed"))?;
            let n: f64 = n.parse().map_err(|_| error("the frequency is no number"))?;
            let all = *documents.get_or_insert(n);
            words.insert(word, ((all + 1.0) / (n + 1.0)).ln());
        }
        let all =
            documents.ok_or(TableError { table: "idf.tsv", line: 1, problem: "the table is empty".to_owned() })?;
        Ok(Self { words, unseen: (all + 1.0).ln() })
    }

    /// Inverse document frequency of a word in lower case.
    pub(super) fn of(&self, word: &str) -> f64 {
        self.words.get(word).copied().unwrap_or(self.unseen)
    }
}
