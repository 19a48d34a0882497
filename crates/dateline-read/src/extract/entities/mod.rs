//! Entities: names, the mentions that refer to them, their weight in the article and their actor codes.
//!
//! Names first (`names`; `namesakes` for those that people and places share), then which of them mean the same
//! (`chains`), descriptions (`nominals`), pronouns, and at last what is said about each entity as a whole: title, weight,
//! codes. Once places are resolved, `nationality` gives actors the countries that only the story tells. Precision goes
//! before recall: a description or pronoun without a clear antecedent stays unlinked.

mod actors;
mod chains;
mod kinds;
pub mod lexicon;
mod names;
mod namesakes;
mod nationality;
mod nominals;
mod phrase;
mod pronouns;
mod salience;
#[cfg(test)]
mod tests;
mod titles;

use std::collections::HashMap;
use std::ops::Range;

pub use lexicon::Lexicon;
pub use nationality::settle as settle_countries;

use super::Story;
use super::places::Gazetteer;
use super::quotes;
use crate::nlp::Stopped;
use crate::record::{Actor, EntityKind, Place};
use chains::Chain;
use nominals::Description;
use pronouns::{Agreement, Gender};

/// Index of an entity in [`Entities::list`].
pub type EntityId = usize;

/// The distinct entities of an article and all their mentions.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    /// Distinct entities, in order of first mention.
    pub list: Vec<Entity>,
    /// All mentions, in text order; mentions may nest ("the leader of the [Islamic State] group").
    pub mentions: Vec<Mention>,
    /// For every token the narrowest mention that holds it and the best mention that it heads.
    index: Vec<(u32, u32)>,
    /// Of each entity its mentions, in text order.
    of: Vec<Vec<u32>>,
    /// The mentions by their heads.
    heads: Vec<u32>,
}

/// Stands for "no mention" in the index.
const NONE: u32 = u32::MAX;

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
    /// Ties entities and their mentions (in text order) to a text of `tokens` tokens.
    pub fn new(list: Vec<Entity>, mentions: Vec<Mention>, tokens: usize) -> Self {
        let mut index = vec![(NONE, NONE); tokens];
        for (m, mention) in mentions.iter().enumerate() {
            for entry in &mut index[mention.tokens.clone()] {
                if entry.0 == NONE || mention.tokens.len() < mentions[entry.0 as usize].tokens.len() {
                    entry.0 = m as u32;
                }
            }
            let rank = |m: &Mention| (m.form != MentionForm::Name, m.tokens.len());
            let entry = &mut index[mention.head].1;
            if *entry == NONE || rank(mention) < rank(&mentions[*entry as usize]) {
                *entry = m as u32;
            }
        }
        let of = by_entity(list.len(), &mentions);
        let mut heads: Vec<u32> = (0..mentions.len() as u32).collect();
        heads.sort_by_key(|m| mentions[*m as usize].head);
        Self { list, mentions, index, of, heads }
    }

    /// The mentions whose heads are among `tokens`, in text order.
    pub fn headed_in(&self, tokens: Range<usize>) -> impl Iterator<Item = &Mention> {
        let from = |token: usize| self.heads.partition_point(|m| self.mentions[*m as usize].head < token);
        let mut found = self.heads[from(tokens.start)..from(tokens.end)].to_vec();
        found.sort_unstable();
        found.into_iter().map(|m| &self.mentions[m as usize])
    }

    /// The mentions of an entity, in text order.
    pub fn of(&self, entity: EntityId) -> impl Iterator<Item = &Mention> {
        self.of[entity].iter().map(|m| &self.mentions[*m as usize])
    }

    /// Whether the article names an entity, where others are only described ("13 people").
    pub fn is_named(&self, entity: EntityId) -> bool {
        self.of(entity).any(|m| m.form == MentionForm::Name)
    }

    /// The narrowest mention that holds token `i`.
    pub fn mention_at(&self, i: usize) -> Option<&Mention> {
        self.index.get(i).and_then(|entry| self.mentions.get(entry.0 as usize))
    }

    /// The mention whose head is token `i`, a name before a description.
    pub fn headed_by(&self, i: usize) -> Option<&Mention> {
        self.index.get(i).and_then(|entry| self.mentions.get(entry.1 as usize))
    }
}

/// Of each entity its mentions, by number.
fn by_entity(entities: usize, mentions: &[Mention]) -> Vec<Vec<u32>> {
    let mut of: Vec<Vec<u32>> = vec![Vec::new(); entities];
    for (m, mention) in mentions.iter().enumerate() {
        of[mention.entity].push(m as u32);
    }
    of
}

/// Finds the entities of a story. Places are resolved later.
pub fn find(story: &Story<'_>, lexicon: &Lexicon, gazetteer: &Gazetteer) -> Result<Entities, Stopped> {
    let doc = story.doc;
    let names = names::find(story, lexicon, gazetteer)?;
    let (mut chains, of_name) = chains::join(story, lexicon, &names)?;
    chains::join_known_as(doc, lexicon, &names, &of_name, &mut chains);
    let mut titles: Vec<Option<String>> = vec![None; chains.len()];
    for (name, id) in names.iter().zip(&of_name) {
        story.work(1)?;
        // The longest title says most: "Islamic State leader" rather than "leader".
        let title = &mut titles[chains::resolve(&chains, *id)];
        let words = |t: &Option<String>| t.as_ref().map_or(0, |t| t.split(' ').count());
        let found = titles::find(doc, lexicon, name);
        if words(&found) > words(title) {
            *title = found;
        }
    }
    let name_at = nominals::name_index(doc.len(), &names);
    let mut reader = nominals::Reader {
        story,
        doc,
        lexicon,
        names: &names,
        of_name: &of_name,
        name_at: &name_at,
        chains,
        descriptions: Vec::new(),
        titles: titles.iter().map(|t| t.as_ref().map(|t| t.to_lowercase())).collect(),
        roles: Vec::new(),
        called: Vec::new(),
        recent: Default::default(),
        known: Default::default(),
    };
    let described = reader.read()?;
    reader.join_roles();
    reader.join_called();
    let nominals::Reader { chains, descriptions, .. } = reader;
    titles.resize(chains.len(), None);

    let mut mentions: Vec<Mention> = names
        .iter()
        .zip(&of_name)
        .map(|(name, id)| Mention {
            entity: *id,
            tokens: name.tokens.clone(),
            head: phrase::head_of(doc, &name.tokens),
            kind: name.kind,
            form: MentionForm::Name,
        })
        .chain(described)
        .collect();
    for mention in &mut mentions {
        mention.entity = chains::resolve(&chains, mention.entity);
    }
    sort(&mut mentions);
    let agreement: Vec<Agreement> = (0..chains.len())
        .map(|id| agreement(lexicon, &chains[id], descriptions[id].as_ref(), titles[id].as_deref()))
        .collect();
    let quotations = quotes::find(doc);
    mentions.extend(pronouns::link(story, lexicon, &mentions, &agreement, &quotations)?);
    sort(&mut mentions);
    story.work(mentions.len() + chains.len())?;
    Ok(finish(story, lexicon, &chains, &descriptions, titles, mentions))
}

fn sort(mentions: &mut [Mention]) {
    mentions.sort_by_key(|m| (m.tokens.start, m.tokens.end, m.form != MentionForm::Name));
}

/// What pronouns must agree with.
fn agreement(lexicon: &Lexicon, chain: &Chain, description: Option<&Description>, title: Option<&str>) -> Agreement {
    let titled = title.unwrap_or("").to_lowercase();
    let words = chain.forms.iter().flat_map(|f| f.words.iter()).map(String::as_str);
    let person = chain.kind == EntityKind::Person;
    let gender = titled.split(' ').chain(words).filter(|_| person).find_map(|w| lexicon.gender(w));
    Agreement {
        kind: chain.kind,
        plural: description.is_some_and(|d| d.plural),
        country: chain.country.is_some(),
        speaks_for_others: description.is_some_and(|d| d.indefinite && pronouns::is_official(&d.sectors)),
        gender: gender.map(|female| if female { Gender::Female } else { Gender::Male }),
    }
}

/// Numbers the entities by first mention and fills in what concerns them as a whole.
fn finish(
    story: &Story<'_>,
    lexicon: &Lexicon,
    chains: &[Chain],
    descriptions: &[Option<Description>],
    titles: Vec<Option<String>>,
    mut mentions: Vec<Mention>,
) -> Entities {
    // Chains that ended up with the same name and type are one entity: names are the keys of entities.
    let mut by_name: HashMap<(EntityKind, String), EntityId> = HashMap::new();
    let mut new_id: Vec<Option<EntityId>> = vec![None; chains.len()];
    let mut of: Vec<usize> = Vec::new();
    for mention in &mentions {
        let chain = mention.entity;
        if new_id[chain].is_none() {
            let key = (chains[chain].kind, name_of(chains, descriptions, chain));
            let id = *by_name.entry(key).or_insert_with(|| {
                of.push(chain);
                of.len() - 1
            });
            new_id[chain] = Some(id);
        }
    }
    for mention in &mut mentions {
        if let Some(id) = new_id[mention.entity] {
            mention.entity = id;
        }
    }
    let mentioned = by_entity(of.len(), &mentions);
    let kinds: Vec<EntityKind> = (0..of.len())
        .map(|id| kind_of(chains[of[id]].kind, mentioned[id].iter().map(|m| &mentions[*m as usize])))
        .collect();
    let weights = salience::weigh(story, &kinds, &mentions);
    let codes = codes(lexicon, chains, descriptions, &titles);
    let list = of
        .iter()
        .enumerate()
        .map(|(id, chain)| Entity {
            kind: kinds[id],
            name: name_of(chains, descriptions, *chain),
            salience: weights[id],
            actor: codes[*chain].clone(),
            title: titles[*chain].clone(),
            place: None,
        })
        .collect();
    Entities::new(list, mentions, story.doc.len())
}

/// The type that most of the names have; the chain's own for entities without a name.
fn kind_of<'m>(own: EntityKind, mentions: impl Iterator<Item = &'m Mention>) -> EntityKind {
    let mut counts: Vec<(EntityKind, usize)> = Vec::new();
    for m in mentions.filter(|m| m.form == MentionForm::Name) {
        match counts.iter_mut().find(|(k, _)| *k == m.kind) {
            Some((_, n)) => *n += 1,
            None => counts.push((m.kind, 1)),
        }
    }
    // The first of equals: max_by_key would take the last.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(own, |(k, _)| *k)
}

/// The canonical name. "leader" alone says nothing, "leader of Boko Haram" does.
fn name_of(chains: &[Chain], descriptions: &[Option<Description>], id: EntityId) -> String {
    let own = chains[id].forms.first().map_or("", |f| f.text.as_str());
    let Some(owner) = descriptions[id].as_ref().and_then(|d| d.owner).filter(|_| !chains[id].named) else {
        return own.to_owned();
    };
    let owner = &chains[chains::resolve(chains, owner)];
    let within = |form: &chains::Form| own.to_lowercase().contains(&form.text.to_lowercase());
    match owner.forms.first() {
        Some(form) if !owner.forms.iter().any(within) => format!("{own} of {}", form.text),
        _ => own.to_owned(),
    }
}

/// Actor codes of all chains: of names first, because descriptions take over the codes of their owners.
fn codes(
    lexicon: &Lexicon,
    chains: &[Chain],
    descriptions: &[Option<Description>],
    titles: &[Option<String>],
) -> Vec<Option<Actor>> {
    let mut codes: Vec<Option<Actor>> = vec![None; chains.len()];
    for described in [false, true] {
        for id in (0..chains.len()).filter(|id| chains[*id].joined.is_none()) {
            let description = descriptions[id].as_ref();
            if description.is_some_and(|d| d.owner.is_some()) != described {
                continue;
            }
            let chain = &chains[id];
            let owner = description.and_then(|d| d.owner).and_then(|o| codes[chains::resolve(chains, o)].clone());
            let evidence = actors::Evidence {
                kind: chain.kind,
                name: chain.forms.first().map_or("", |f| f.text.as_str()),
                organisation: chain.organisation,
                country: chain.country,
                owner: owner.as_ref(),
                sectors: description.map_or(&[], |d| &d.sectors),
                title: titles[id].as_deref(),
                known: chain.forms.iter().find_map(|f| lexicon.person(&f.text)),
            };
            codes[id] = actors::code(lexicon, &evidence);
        }
    }
    codes
}
