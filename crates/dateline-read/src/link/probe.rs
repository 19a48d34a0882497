//! An article that looks for its like: its keys, and how many open events share each of them.
//!
//! A city of twenty open events says little of which of them an article tells, a village of one says much; the same holds
//! for a police spokesman and a victim. So what two articles share counts the less the more open events share it too: the
//! scale goes with the density of the stream, which no table of frequencies knows.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::DAY;
use super::index::{Index, Key, Kind, keys};
use super::settings::Settings;
use super::traits::{Traits, common};

/// An article with the weights of its keys.
pub(super) struct Probe<'a> {
    pub(super) traits: &'a Traits,
    keys: Vec<Key>,
    /// One by the number of events that share the key.
    weights: Vec<f64>,
    /// The open articles that share most, best first.
    pub(super) candidates: Vec<u32>,
}

/// What an article shares with the probing one, by kind of key.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shared {
    pub(super) places: f64,
    pub(super) people: f64,
    pub(super) terms: f64,
}

impl<'a> Probe<'a> {
    /// Looks an article up. `open` gives publication and event of an article by number, where it may be compared.
    pub(super) fn new<E: Ord>(
        traits: &'a Traits,
        published: i64,
        index: &Index,
        settings: &Settings,
        open: impl Fn(u32) -> Option<(i64, E)>,
    ) -> Self {
        let keys = keys(traits);
        let mut found: BTreeMap<u32, f64> = BTreeMap::new();
        let mut weights = Vec::with_capacity(keys.len());
        for key in &keys {
            let days = if key.kind == Kind::Place { settings.window_days } else { settings.keep_days };
            let near =
                |seq: u32| open(seq).filter(|(at, _)| (at - published).abs() <= days * DAY).map(|(_, e)| (seq, e));
            let (articles, events): (Vec<u32>, BTreeSet<E>) =
                index.newest(*key).take(settings.newest).filter_map(near).unzip();
            let weight = 1.0 / events.len().max(1) as f64;
            for seq in articles {
                *found.entry(seq).or_default() += weight;
            }
            weights.push(weight);
        }
        let mut candidates: Vec<(u32, f64)> = found.into_iter().collect();
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
        candidates.truncate(settings.candidates);
        Self { traits, keys, weights, candidates: candidates.into_iter().map(|c| c.0).collect() }
    }

    /// What another article shares.
    pub(super) fn shared(&self, other: &Traits) -> Shared {
        let mut shared = Shared::default();
        for (i, _) in common(&self.keys, &keys(other)) {
            let sum = match self.keys[i].kind {
                Kind::Place => &mut shared.places,
                Kind::Person => &mut shared.people,
                Kind::Term => &mut shared.terms,
            };
            *sum += self.weights[i];
        }
        shared
    }
}
