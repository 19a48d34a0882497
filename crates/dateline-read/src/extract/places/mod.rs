//! Place names to places of the gazetteer.
//!
//! A name is resolved once for the whole article, from everything the article says about it: [`reading`] collects the
//! evidence, [`candidates`] the readings of each name, [`rank`] weighs them together, and [`resolve`] decides, falling
//! back to an enclosing unit rather than to a homonym elsewhere. Organisations named after places get no place;
//! demonyms are evidence only. Whether an event happened at a place is for the events step to say.

mod candidates;
pub mod fold;
pub mod gazetteer;
mod rank;
mod reading;
mod resolve;
mod words;

pub use gazetteer::{Gazetteer, GazetteerError, GazetteerInfo};

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Story;
use super::entities::Entities;
use crate::nlp::Stopped;
use crate::record::Place;
use crate::words::{Lexicons, TableError};
use gazetteer::PlaceIndex;
use words::Words;

/// A country or first-level unit that the story speaks of without naming it as a place: by an adjective, inside the
/// name of an organisation, or by a place that lies in it.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The unit.
    pub place: Place,
    /// The words that speak of it; none where only places in it are named.
    pub tokens: Vec<usize>,
}

/// Resolves place names with one gazetteer.
#[derive(Debug)]
pub struct Resolver {
    gazetteer: Arc<Gazetteer>,
    words: Words,
}

impl Resolver {
    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn new(gazetteer: Arc<Gazetteer>, lexicons: &Lexicons) -> Result<Self, TableError> {
        Ok(Self { words: Words::read(lexicons, &gazetteer)?, gazetteer })
    }

    /// The gazetteer in use.
    pub fn gazetteer(&self) -> &Arc<Gazetteer> {
        &self.gazetteer
    }

    /// Sets the place of every entity that is one: geopolitical entities, locations and facilities. Returns the units
    /// that the story speaks of in other words, and the countries of all its places.
    ///
    /// # Errors
    /// [`Stopped`] when the reading is to end.
    pub fn resolve(&self, story: &Story<'_>, entities: &mut Entities) -> Result<Vec<Unit>, Stopped> {
        let (gazetteer, words) = (&*self.gazetteer, &self.words);
        story.work(story.doc.len())?;
        let read = reading::read(story, entities, gazetteer, words);
        let mut readings = Vec::with_capacity(read.names.len());
        for name in &read.names {
            story.work(1 + name.kinds.len())?;
            readings.push(candidates::readings(name, gazetteer, words));
        }
        let hints: Vec<_> = read.hints.iter().map(|h| (gazetteer.entry(h.place), h.weight)).collect();
        let support = rank::rank(story, &read, &mut readings, &hints, words)?;
        story.work(read.names.len())?;
        let meanings = resolve::meanings(&read, &readings, &support, gazetteer, words);
        for ((name, readings), meaning) in read.names.iter().zip(&readings).zip(meanings) {
            let entity = &mut entities.list[name.entity];
            entity.place = resolve::record(&entity.name, meaning, readings, gazetteer);
        }
        Ok(units(&read, entities, gazetteer))
    }
}

/// The units that words other than place names point to, and the countries of all places.
fn units(read: &reading::Reading, entities: &Entities, gazetteer: &Gazetteer) -> Vec<Unit> {
    let countries = entities.list.iter().filter_map(|e| gazetteer.country(e.place.as_ref()?.country_iso2.as_deref()?));
    let mut tokens: BTreeMap<PlaceIndex, Vec<usize>> = countries.map(|country| (country, Vec::new())).collect();
    for hint in &read.hints {
        tokens.entry(hint.place).or_default().push(hint.token);
    }
    let unit = |(index, tokens)| Unit { place: resolve::described(&gazetteer.entry(index), 1.0, gazetteer), tokens };
    tokens.into_iter().map(unit).collect()
}

#[cfg(test)]
mod tests;
