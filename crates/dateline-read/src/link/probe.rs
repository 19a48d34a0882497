//! An article that looks for its like: its keys, and how many open events share each of them.
//!
//! A city of twenty open events says little of which of them an article tells, a village of one says much; the same holds
//! for a police spokesman and a victim. So what two articles share counts the less the more open events share it too: the
//! scale goes with the density of the stream, which no table of frequencies knows.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::clock::DAY;
use super::hash::Spread;
use super::index::{Index, Key, Kind, keys};
use super::lists::{List, common};
use super::settings::Settings;
use super::traits::Traits;

/// An article with the weights of its keys: one by the number of events that share the key.
pub(super) struct Probe<'a> {
    pub(super) traits: &'a Traits,
    /// Of its key places, its people and the terms of its sketch, by position; 0 of what is no key.
    places: Vec<f64>,
    people: Vec<f64>,
    terms: Vec<f64>,
    /// The open articles that share most, best first.
    pub(super) candidates: Vec<u32>,
}

/// What an article shares with the probing one: the weights of the keys by kind, and the cosine of the sketches.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shared {
    pub(super) places: f64,
    pub(super) people: f64,
    pub(super) terms: f64,
    pub(super) cosine: f64,
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
        let mut keys: Vec<(Key, usize)> = keys(traits).collect();
        keys.sort_unstable();
        keys.dedup_by_key(|k| k.0);
        let mut found: HashMap<u32, f64, BuildHasherDefault<Spread>> = HashMap::default();
        let mut places = vec![0.0; traits.key_places().count()];
        let mut people = vec![0.0; traits.list(List::People).len()];
        let mut terms = vec![0.0; traits.list(List::Sketch).len()];
        let (mut articles, mut events) = (Vec::new(), Vec::new());
        for (key, position) in keys {
            let days = if key.kind == Kind::Place { settings.window_days } else { settings.keep_days };
            articles.clear();
            events.clear();
            for seq in index.newest(key).take(settings.newest) {
                if let Some((_, event)) = open(seq).filter(|(at, _)| (at - published).abs() <= days * DAY) {
                    articles.push(seq);
                    events.push(event);
                }
            }
            events.sort_unstable();
            events.dedup();
            let weight = 1.0 / events.len().max(1) as f64;
            for seq in &articles {
                *found.entry(*seq).or_default() += weight;
            }
            match key.kind {
                Kind::Place => places[position] = weight,
                Kind::Person => people[position] = weight,
                Kind::Term => terms[position] = weight,
            }
        }
        let mut candidates: Vec<(u32, f64)> = found.into_iter().collect();
        candidates.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
        candidates.truncate(settings.candidates);
        Self { traits, places, people, terms, candidates: candidates.into_iter().map(|c| c.0).collect() }
    }

    /// What another article shares.
    pub(super) fn shared(&self, other: &Traits) -> Shared {
        let own = self.traits.key_places().zip(&self.places);
        let places = own.filter(|(id, _)| other.key_places().any(|o| o == *id)).map(|(_, weight)| weight).sum();
        let people =
            common(self.traits.list(List::People), other.list(List::People)).map(|(i, _)| self.people[i]).sum();
        let (sketch, mut terms) = (other.sketch(), 0.0);
        let cosine = self.traits.sketch().cosine_and(&sketch, |i, j| {
            if other.is_heavy(sketch.list.values[j], sketch.list.weights[j]) {
                terms += self.terms[i];
            }
        });
        Shared { places, people, terms, cosine }
    }
}
