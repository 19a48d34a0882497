//! The tables: which there are, and their columns, a file each.

mod claims;
mod entities;
mod events;
mod mentions;
mod shared;
#[cfg(test)]
mod tests;

use super::column::Column;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One row an event: of an article, or of all articles together.
    Events,
    /// One row a mention of an event in a sentence.
    Mentions,
    /// One row a statement of how many people came to harm.
    Claims,
    /// One row an entity of an article.
    Entities,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 4] = [Self::Events, Self::Mentions, Self::Claims, Self::Entities];

    /// Name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Mentions => "mentions",
            Self::Claims => "claims",
            Self::Entities => "entities",
        }
    }

    /// What a row is.
    pub fn about(self) -> &'static str {
        match self {
            Self::Events => {
                "One row an event: of an article (`event.article/1`), or of all articles together (`event.canonical/1`)."
            }
            Self::Mentions => "One row a mention of an event in a sentence (`event.mention/1`).",
            Self::Claims => {
                "One row a statement of how many people came to harm; the same words count once, however many mentions they belong to."
            }
            Self::Entities => {
                "One row an entity of an article: people, organisations, places, weapons and what else is named."
            }
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Events => events::COLUMNS,
            Self::Mentions => mentions::COLUMNS,
            Self::Claims => claims::COLUMNS,
            Self::Entities => entities::COLUMNS,
        }
    }

    /// The place of a column, if the table has it.
    pub fn position(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }

    /// Whether its rows have a place on the earth.
    pub fn has_places(self) -> bool {
        self.position("latitude").is_some()
    }
}
