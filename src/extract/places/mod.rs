//! Place names to places of the gazetteer.

pub mod fold;
pub mod gazetteer;

pub use gazetteer::{Gazetteer, GazetteerError, GazetteerInfo};

use super::Story;
use super::entities::Entities;

/// Resolves the place of every entity that is one.
pub fn resolve(_story: &Story<'_>, _entities: &mut Entities) {}
