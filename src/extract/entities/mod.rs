//! Entities: names, the mentions that refer to them, their weight in the article and their actor codes.

use std::ops::Range;

use super::Story;
use crate::record::{Actor, EntityKind, Place};

/// Index of an entity in [`Entities::list`].
pub type EntityId = usize;

/// The distinct entities of an article and all their mentions.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    /// Distinct entities, in order of first mention.
    pub list: Vec<Entity>,
    /// All mentions, in text order; mentions may nest ("the leader of the [Islamic State] group").
    pub mentions: Vec<Mention>,
}

/// A distinct entity.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Type.
    pub kind: EntityKind,
    /// Canonical name: the fullest form in the article, without articles and possessives.
    pub name: String,
    /// Weight in the article, 0 to 1.
    pub salience: f64,
    /// Actor codes, for actors.
    pub actor: Option<Actor>,
    /// Title or role the text gives ("Pentagon press secretary").
    pub title: Option<String>,
    /// Resolved place; filled by [`super::places`].
    pub place: Option<Place>,
}

/// Words that refer to an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The entity.
    pub entity: EntityId,
    /// The words, articles and possessives left out.
    pub tokens: Range<usize>,
    /// Syntactic head of the words.
    pub head: usize,
    /// Type of this very mention.
    pub kind: EntityKind,
    /// Form of the reference.
    pub form: MentionForm,
}

/// Forms of reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MentionForm {
    /// A name or part of one.
    Name,
    /// A description ("the militant group", "U.S. forces", "residents").
    Nominal,
    /// A pronoun.
    Pronoun,
}

impl Entities {
    /// The narrowest mention that holds token `i`.
    pub fn mention_at(&self, i: usize) -> Option<&Mention> {
        self.mentions.iter().filter(|m| m.tokens.contains(&i)).min_by_key(|m| m.tokens.len())
    }

    /// The mention whose head is token `i`, a name before a description.
    pub fn headed_by(&self, i: usize) -> Option<&Mention> {
        self.mentions.iter().filter(|m| m.head == i).min_by_key(|m| (m.form != MentionForm::Name, m.tokens.len()))
    }
}

/// Finds the entities of a story. Places are resolved later.
pub fn find(_story: &Story<'_>) -> Entities {
    Entities::default()
}
