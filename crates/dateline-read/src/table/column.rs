//! What a column is: its name, its type, its unit, and where in the record its value stands.

use serde_json::Value;

use super::cell::Cell;
use super::countries;
use super::path::Scope;
use crate::record::entity;

/// Type of a column; every column may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text (Arrow `Utf8`).
    Text,
    /// Whole number (`Int64`).
    Int,
    /// Number (`Float64`).
    Float,
    /// Truth value (`Boolean`).
    Bool,
    /// Day (`Date32`).
    Date,
    /// Moment, UTC (`Timestamp(ms, UTC)`).
    Time,
}

impl Kind {
    /// Name in the documentation.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "integer",
            Self::Float => "float",
            Self::Bool => "boolean",
            Self::Date => "date",
            Self::Time => "timestamp",
        }
    }
}

/// How the value found in the record becomes that of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// As it is.
    Plain,
    /// A country's code as its English name.
    CountryName,
    /// A country's code as ISO 3166-1 alpha-3.
    CountryIso3,
    /// Entity ids as their names, as far as the article is at hand.
    EntityNames,
    /// The key; of an entity in its article, which has none, what it would be.
    EntityKey,
    /// The number; of a record that has the lists themselves, how many these hold.
    Total(&'static [&'static str]),
    /// Whether it is this word.
    Is(&'static str),
    /// The number that a word or number stands for; what is not listed is empty.
    Code(&'static [(&'static str, i64)]),
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Unit, scale or vocabulary; empty where it is words.
    pub unit: &'static str,
    /// Path of the value in the record, `|` between alternatives; empty where there is none. See `path`.
    pub source: &'static str,
    /// The same in `event.canonical/1`.
    pub canonical: &'static str,
    /// What it says, in a sentence.
    pub about: &'static str,
    pub(super) read: Read,
}

impl Column {
    pub(super) const fn new(kind: Kind, name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self { name, kind, unit: "", source, canonical: "", about, read: Read::Plain }
    }

    pub(super) const fn text(name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self::new(Kind::Text, name, source, about)
    }

    pub(super) const fn int(name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self::new(Kind::Int, name, source, about)
    }

    pub(super) const fn float(name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self::new(Kind::Float, name, source, about)
    }

    pub(super) const fn bool(name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self::new(Kind::Bool, name, source, about)
    }

    pub(super) const fn date(name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self::new(Kind::Date, name, source, about)
    }

    pub(super) const fn time(name: &'static str, source: &'static str, about: &'static str) -> Self {
        Self::new(Kind::Time, name, source, about)
    }

    pub(super) const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    pub(super) const fn canonical(mut self, path: &'static str) -> Self {
        self.canonical = path;
        self
    }

    pub(super) const fn read(mut self, read: Read) -> Self {
        self.read = read;
        self
    }

    /// The column's value.
    pub(super) fn cell(&self, scope: &Scope<'_>) -> Cell {
        let path = if scope.is_canonical() { self.canonical } else { self.source };
        let value = scope.find(path);
        match self.read {
            // Canonical events name their publishers themselves.
            Read::EntityNames if scope.is_canonical() => Cell::of(&value, self.kind),
            Read::EntityKey if value.is_null() => entity_key(scope),
            Read::Plain | Read::EntityKey => Cell::of(&value, self.kind),
            Read::CountryName => country(&value, countries::name),
            Read::CountryIso3 => country(&value, countries::iso3),
            Read::EntityNames => Cell::of(&scope.named(&value), self.kind),
            Read::Total(_) if value.is_number() => Cell::of(&value, self.kind),
            Read::Total(lists) => {
                let count = |list: &&str| scope.find(list).as_array().map(Vec::len);
                lists
                    .iter()
                    .map(count)
                    .sum::<Option<usize>>()
                    .map_or(Cell::Empty, |n| Cell::Int(n.try_into().unwrap_or(i64::MAX)))
            }
            Read::Is(word) => value.as_str().map_or(Cell::Empty, |found| Cell::Bool(found == word)),
            Read::Code(codes) => {
                let found = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let code = codes.iter().find(|(word, _)| *word == found);
                code.map_or(Cell::Empty, |(_, code)| Cell::Int(*code))
            }
        }
    }
}

fn entity_key(scope: &Scope<'_>) -> Cell {
    let (kind, name) = (scope.find("type"), scope.find("name"));
    let key = |kind: &str, name: &str| entity::key(kind, name, scope.find("place.geonameid").as_u64());
    kind.as_str().zip(name.as_str()).map_or(Cell::Empty, |(kind, name)| Cell::Text(key(kind, name)))
}

fn country(code: &Value, lookup: impl Fn(&str) -> Option<&'static str>) -> Cell {
    code.as_str().and_then(lookup).map_or(Cell::Empty, Cell::text)
}
