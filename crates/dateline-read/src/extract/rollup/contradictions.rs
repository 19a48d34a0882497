//! Where an article disagrees with itself about who an event hit or who did it.
//!
//! Wire stories keep older paragraphs below newer leads: the lead names a target that a later paragraph calls unclear.
//! The stated value is kept and the other one recorded. Table: `words/data/rollup/doubt.tsv`.

use super::{Cluster, Contradiction};
use crate::extract::Story;
use crate::extract::entities::EntityId;
use crate::extract::events::EventMention;
use crate::nlp::{Dep, Pos, Stopped};

/// Nouns for the parts people play, and words that call a part unknown.
#[derive(Debug)]
pub(super) struct Doubt {
    /// Noun lemma to field.
    roles: Vec<(&'static str, &'static str)>,
    /// Lemmas, of which one must stand in the sentence.
    unknown: Vec<&'static str>,
}

impl Doubt {
    /// Reads the embedded table: two columns, `actor` or `recipient` and a noun, or `unknown` and a word.
    pub(super) fn load() -> Self {
        let rows =
            include_str!("../../words/data/rollup/doubt.tsv").lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
        let mut table = Self { roles: Vec::new(), unknown: Vec::new() };
        for (kind, word) in rows.filter_map(|l| l.split_once('\t')) {
            match kind {
                "unknown" => table.unknown.push(word),
                field => table.roles.push((word, field)),
            }
        }
        table
    }
}

/// Records what later sentences call unknown of events whose value is known.
pub(super) fn find(
    story: &Story<'_>,
    doubt: &Doubt,
    mentions: &[EventMention],
    clusters: &mut [Cluster],
) -> Result<(), Stopped> {
    let doc = story.doc;
    for (s, sentence) in doc.sentences().iter().enumerate() {
        if !story.is_codeable(s) || !sentence.clone().any(|i| doubt.unknown.contains(&doc.lemma(i))) {
            continue;
        }
        for role in sentence.clone().filter(|i| doc.pos(*i) == Pos::Noun) {
            let Some((_, field)) = doubt.roles.iter().find(|(noun, _)| *noun == doc.lemma(role)) else { continue };
            let Some(event) = event_of(story, role) else { continue };
            story.work(mentions.len())?;
            let told = |c: &&mut Cluster| {
                c.mentions.iter().any(|m| {
                    mentions[*m].head == event || {
                        let head = mentions[*m].head;
                        head < event && doc.lemma(head) == doc.lemma(event)
                    }
                })
            };
            let Some(cluster) = clusters.iter_mut().find(told) else { continue };
            let kept: Option<EntityId> = match *field {
                "actor" => cluster.actors.iter().find_map(|p| p.entity),
                _ => cluster.recipients.iter().find_map(|p| p.entity),
            };
            if kept.is_some() {
                cluster.contradictions.push(Contradiction {
                    field,
                    kept,
                    other: "unknown".to_owned(),
                    tokens: sentence.clone(),
                    why: "another sentence names it; wire stories keep older paragraphs",
                });
            }
        }
    }
    Ok(())
}

/// The event noun that a part belongs to: "the target of the raid", "the raid's target".
fn event_of(story: &Story<'_>, role: usize) -> Option<usize> {
    let doc = story.doc;
    doc.child(role, Dep::Poss)
        .or_else(|| doc.children(role).filter(|c| doc.lemma(*c) == "of").find_map(|of| doc.child(of, Dep::Pobj)))
        .or_else(|| doc.children(role).find(|c| doc.dep(*c) == Dep::Compound && doc.pos(*c) == Pos::Noun))
}
