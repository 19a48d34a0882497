//! From what an article names to the newest articles that name it too.
//!
//! An ordered set of pairs of key and article: the newest articles of a key are the end of a range. Read, it is a
//! function of the open articles alone, whatever came and went before. So an index that was built from restored state
//! leads to the same candidates.

use std::collections::BTreeSet;

use super::hash::hash64;
use super::lists::List;
use super::traits::Traits;

/// Changes that are merged into the settled entries: so many, and one for so many of these.
const LEAST_CHANGES: usize = 4_096;
const SETTLED: usize = 16;

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

/// The keys of an article, each with its position among the article's places, people or terms.
pub(super) fn keys(traits: &Traits) -> impl Iterator<Item = (Key, usize)> + '_ {
    let sketch = traits.sketch().list;
    let places = traits.key_places().enumerate().map(|(n, id)| (Key::place(id), n));
    let people = traits.list(List::People).iter().enumerate().map(|(n, hash)| (Key::person(*hash), n));
    let terms = sketch.values.iter().zip(sketch.weights).enumerate();
    let heavy = terms.filter(|(_, (hash, weight))| traits.is_heavy(**hash, **weight));
    places.chain(people).chain(heavy.map(|(n, (hash, _))| (Key::new(Kind::Term, *hash), n)))
}

/// Articles by key. An entry has the key in its upper half and the number of the article in the lower one.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Most entries, sorted: a tree of them would take twice the memory.
    settled: Vec<u64>,
    /// Entries since, and settled ones that are gone.
    added: BTreeSet<u64>,
    removed: BTreeSet<u64>,
}

impl Index {
    /// Adds an article that is not in it.
    pub(super) fn add(&mut self, traits: &Traits, article: u32) {
        for entry in entries(traits, article) {
            if !self.removed.remove(&entry) {
                self.added.insert(entry);
            }
        }
        self.settle();
    }

    /// Removes an article that is in it.
    pub(super) fn remove(&mut self, traits: &Traits, article: u32) {
        for entry in entries(traits, article) {
            if !self.added.remove(&entry) {
                self.removed.insert(entry);
            }
        }
        self.settle();
    }

    /// Merges the changes into the settled entries once they are many.
    fn settle(&mut self) {
        if self.added.len() + self.removed.len() < LEAST_CHANGES + self.settled.len() / SETTLED {
            return;
        }
        let removed = std::mem::take(&mut self.removed);
        if !removed.is_empty() {
            self.settled.retain(|entry| !removed.contains(entry));
        }
        self.settled.reserve_exact(self.added.len());
        self.settled.extend(std::mem::take(&mut self.added));
        // Two sorted runs, which the stable sort merges.
        self.settled.sort();
    }

    /// Articles of a key, the newest first.
    pub(super) fn newest(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        let (least, most) = (entry(key.hash, 0), entry(key.hash, u32::MAX));
        let end = self.settled.partition_point(|e| *e <= most);
        let settled = self.settled[..end].iter().rev().take_while(move |e| **e >= least);
        let mut settled = settled.filter(|e| self.removed.is_empty() || !self.removed.contains(e)).peekable();
        let mut added = self.added.range(least..=most).rev().peekable();
        std::iter::from_fn(move || {
            let is_added = match (added.peek(), settled.peek()) {
                (Some(a), Some(s)) => a > s,
                (a, _) => a.is_some(),
            };
            if is_added { added.next() } else { settled.next() }.map(|entry| *entry as u32)
        })
    }

    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.settled.len() + self.added.len() - self.removed.len()
    }
}

/// An article's entries, each once.
fn entries(traits: &Traits, article: u32) -> BTreeSet<u64> {
    keys(traits).map(|(key, _)| entry(key.hash, article)).collect()
}

fn entry(key: u32, article: u32) -> u64 {
    u64::from(key) << 32 | u64::from(article)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, naming};
    use super::*;

    #[test]
    fn the_index_is_what_is_open_whatever_came_and_went() {
        let traits = |n: u32| {
            let text = format!("A man was shot in {}", ["spring", "summer", "autumn"][n as usize % 3]);
            Traits::of(&naming(article("a", "one.example", "2021-05-02", &text), &[&format!("Odo Henn{}", n % 7)]))
        };
        let mut index = Index::default();
        let mut open = BTreeSet::new();
        // A fixed sequence: three come for every two that go, old and new ones.
        for n in 0..9_000_u32 {
            let number = n.wrapping_mul(2_654_435_761) % 4_000;
            if open.remove(&number) {
                index.remove(&traits(number), number);
            } else {
                open.insert(number);
                index.add(&traits(number), number);
            }
        }
        assert!(index.settled.len() > LEAST_CHANGES && !index.removed.is_empty() && !index.added.is_empty());
        let mut fresh = Index::default();
        open.iter().for_each(|number| fresh.add(&traits(*number), *number));
        assert_eq!(index.len(), fresh.len());
        for (key, _) in keys(&traits(3)) {
            assert_eq!(index.newest(key).collect::<Vec<_>>(), fresh.newest(key).collect::<Vec<_>>());
        }
    }
}
