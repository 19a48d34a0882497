//! The tables of language data, as texts: those embedded, or others in their place.
//!
//! Which texts they are is for the caller to say; this neither reads files nor knows folders. Everything is checked
//! before it is used: by the loaders (form, known values) and, for texts that did not go through the tests of this
//! crate, by [`mod@super::check`] (words listed twice, unknown codes).

use std::borrow::Cow;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::table::{Row, TableError, rows};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => { [$(($name, include_str!(concat!("data/", $name)))),+] };
}

/// The form of the event tables (`events/README.md`), for people who change them.
pub const README: &str = include_str!("data/events/README.md");

/// Every table that can be replaced, by name. The others are fixed: `codes/` are published standards, `places/fold.tsv`
/// is compiled into the gazetteer, `rollup/doubt.tsv` and `events/unlisted.tsv` go with the learned models, `events/examples.tsv` and
/// `events/uncovered.tsv` are for the tests.
const EMBEDDED: [(&str, &str); 59] = embedded![
    "actors/countries.tsv",
    "actors/given_names.tsv",
    "actors/groups.tsv",
    "actors/heads.tsv",
    "actors/international.tsv",
    "actors/national.tsv",
    "actors/people.tsv",
    "actors/weapons.tsv",
    "attribution/cues.tsv",
    "case/words.tsv",
    "casualties/parties.tsv",
    "casualties/people.tsv",
    "casualties/triggers.tsv",
    "entities/kinds.tsv",
    "events/accuse.tsv",
    "events/agree.tsv",
    "events/aid.tsv",
    "events/assault.tsv",
    "events/blocked.tsv",
    "events/carriers.tsv",
    "events/classes.tsv",
    "events/coerce.tsv",
    "events/concede.tsv",
    "events/consult.tsv",
    "events/contexts.tsv",
    "events/cooperate.tsv",
    "events/cues.tsv",
    "events/disasters.tsv",
    "events/eras.tsv",
    "events/happenings.tsv",
    "events/light.tsv",
    "events/mobilize.tsv",
    "events/offtopic.tsv",
    "events/protest.tsv",
    "events/reject.tsv",
    "events/request.tsv",
    "events/results.tsv",
    "events/retreat.tsv",
    "events/sanction.tsv",
    "events/settings.tsv",
    "events/support.tsv",
    "events/threaten.tsv",
    "events/weapons.tsv",
    "numbers/bounds.tsv",
    "numbers/ordinals.tsv",
    "numbers/words.tsv",
    "places/demonyms.tsv",
    "places/directions.tsv",
    "places/heads.tsv",
    "places/territories.tsv",
    "times/confidence.tsv",
    "times/holidays.tsv",
    "times/references.tsv",
    "times/words.tsv",
    "words/events.tsv",
    "words/harm.tsv",
    "words/names.tsv",
    "words/numbers.tsv",
    "words/times.tsv",
];

/// The texts of all tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicons {
    tables: BTreeMap<&'static str, Cow<'static, str>>,
}

impl Lexicons {
    /// The embedded tables.
    pub fn embedded() -> Self {
        Self { tables: EMBEDDED.iter().map(|(name, text)| (*name, Cow::Borrowed(*text))).collect() }
    }

    /// Puts a text in the place of an embedded one; false if no table has that name.
    #[must_use]
    pub fn replace(&mut self, name: &str, text: impl Into<String>) -> bool {
        self.tables.get_mut(name).map(|old| *old = Cow::Owned(text.into())).is_some()
    }

    /// Names and texts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.tables.iter().map(|(name, text)| (*name, &**text))
    }

    /// The text of a table; none if no table has that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.tables.get(name).map(|text| &**text)
    }

    /// Whether every table is the embedded one.
    pub fn is_embedded(&self) -> bool {
        *self == Self::embedded()
    }

    /// Digest of names and texts, lower-case hexadecimal: the version of the language data.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in &self.tables {
            // Lengths keep (name, text) pairs apart.
            hash.update((name.len() as u64).to_le_bytes());
            hash.update(name);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(&**text);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The rows of a table, all with `columns` cells.
    pub(crate) fn rows(&self, name: &'static str, columns: usize) -> Result<Vec<Row<'_>>, TableError> {
        let missing = || TableError { table: name, line: 0, problem: "there is no such table".to_owned() };
        rows(name, self.text(name).ok_or_else(missing)?, columns)
    }
}

/// The name of a table under which its file is known: loaders of event tables drop folder and extension.
pub(crate) fn file_name(table: &'static str) -> &'static str {
    let short = |name: &&str| name.strip_prefix("events/").and_then(|n| n.strip_suffix(".tsv")) == Some(table);
    EMBEDDED.iter().map(|(name, _)| *name).find(short).unwrap_or(table)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    const FIXED: [&str; 7] = [
        "codes/cameo.tsv",
        "codes/plover.tsv",
        "events/examples.tsv",
        "events/unlisted.tsv",
        "events/uncovered.tsv",
        "places/fold.tsv",
        "rollup/doubt.tsv",
    ];

    #[test]
    fn every_table_can_be_replaced_or_is_fixed_on_purpose() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words/data");
        let mut files = BTreeSet::new();
        for folder in std::fs::read_dir(&data).unwrap().map(|f| f.unwrap().path()) {
            for file in std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()) {
                let name = file.strip_prefix(&data).unwrap().to_str().unwrap().to_owned();
                if name.ends_with(".tsv") && !FIXED.contains(&name.as_str()) {
                    files.insert(name);
                }
            }
        }
        let names: BTreeSet<String> = Lexicons::embedded().iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, files, "list the new table in EMBEDDED, and load it through Lexicons::rows");
    }

    #[test]
    fn the_digest_is_that_of_all_texts() {
        let embedded = Lexicons::embedded();
        let mut other = embedded.clone();
        assert!(!other.replace("actors/none.tsv", ""));
        assert!(other.replace("actors/groups.tsv", "# none\n") && !other.is_embedded());
        assert!(embedded.sha256().len() == 64 && embedded.sha256() != other.sha256());
        assert_eq!(file_name("assault"), "events/assault.tsv");
        assert_eq!(file_name("times/words.tsv"), "times/words.tsv");
    }
}
