//! Place names to places of the gazetteer.

use super::Story;
use super::entities::Entities;

/// Resolves the place of every entity that is one.
pub fn resolve(_story: &Story<'_>, _entities: &mut Entities) {}
