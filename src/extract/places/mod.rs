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

use std::sync::Arc;

use super::Story;
use super::entities::Entities;
use super::lexicons::Lexicons;
use super::table::TableError;
use crate::nlp::Stopped;
use words::Words;

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

    /// Sets the place of every entity that is one: geopolitical entities, locations and facilities.
    ///
    /// # Errors
    /// [`Stopped`] when the reading is to end.
    pub fn resolve(&self, story: &Story<'_>, entities: &mut Entities) -> Result<(), Stopped> {
        let (gazetteer, words) = (&*self.gazetteer, &self.words);
        story.work(story.doc.len())?;
        let read = reading::read(story, entities, gazetteer, words);
        let mut readings = Vec::with_capacity(read.names.len());
        for name in &read.names {
            story.work(1 + name.kinds.len())?;
            readings.push(candidates::readings(name, gazetteer, words));
        }
        let hints: Vec<_> = read.hints.iter().map(|(place, weight)| (gazetteer.entry(*place), *weight)).collect();
        let support = rank::rank(story, &read, &mut readings, &hints, words)?;
        story.work(read.names.len())?;
        let meanings = resolve::meanings(&read, &readings, &support, gazetteer, words);
        for ((name, readings), meaning) in read.names.iter().zip(&readings).zip(meanings) {
            let entity = &mut entities.list[name.entity];
            entity.place = resolve::record(&entity.name, meaning, readings, gazetteer);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
