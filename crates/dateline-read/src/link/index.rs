//! From what an article names to the newest articles that name it too.
//!
//! An ordered set of pairs of key and article: the newest articles of a key are the end of a range, and the set is a
//! function of the open articles alone, whatever came and went before. So an index that was built from restored state
//! leads to the same candidates.

use std::collections::BTreeSet;

use super::hash::hash64;
use super::traits::Traits;

/// Places and terms of an article that are keys.
const PLACES: usize = 3;
const TERMS: usize = 14;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Place,
    Person,
    Term,
}

/// Something that an article names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    hash: u32,
    pub(super) kind: Kind,
}

impl Key {
    fn new(kind: Kind, value: u32) -> Self {
        let [a, b, c, d] = value.to_le_bytes();
        Self { hash: (hash64(&[b'p' + kind as u8, a, b, c, d]) >> 32) as u32, kind }
    }

    /// The key of a place.
    pub(super) fn place(id: u32) -> Self {
        Self::new(Kind::Place, id)
    }

    /// The key of a person's name.
    pub(super) fn person(hash: u32) -> Self {
        Self::new(Kind::Person, hash)
    }
}

/// The keys of an article, sorted.
pub(super) fn keys(traits: &Traits) -> Vec<Key> {
    let places = traits.places.iter().filter(|p| p.id != 0).take(PLACES).map(|p| Key::place(p.id));
    let people = traits.people.hashes.iter().map(|n| Key::person(*n));
    let terms = traits.sketch.heaviest(TERMS).map(|t| Key::new(Kind::Term, t));
    let mut keys: Vec<Key> = places.chain(people).chain(terms).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Articles by key.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Key in the upper half, number of the article in the lower one.
    entries: BTreeSet<u64>,
}

impl Index {
    pub(super) fn add(&mut self, traits: &Traits, article: u32) {
        self.entries.extend(keys(traits).iter().map(|k| entry(k.hash, article)));
    }

    pub(super) fn remove(&mut self, traits: &Traits, article: u32) {
        for key in keys(traits) {
            self.entries.remove(&entry(key.hash, article));
        }
    }

    /// Articles of a key, the newest first.
    pub(super) fn newest(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        self.entries.range(entry(key.hash, 0)..=entry(key.hash, u32::MAX)).rev().map(|e| *e as u32)
    }

    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn entry(key: u32, article: u32) -> u64 {
    u64::from(key) << 32 | u64::from(article)
}
