//! Attributions: which source says what.
//!
//! Three readers look for drafts: `clauses` (verbs with their complements), `quotations` (quotation marks and who speaks
//! them) and `phrases` ("according to", "a report that", "reportedly"). Then contents are completed by the quotations
//! they begin, doubles are dropped, levels and entities filled in. Extents follow PolNeAR (Newell and others 2018): a
//! source is a whole noun phrase, a content leaves out source, cue and the full stop and keeps quotation marks.

mod clauses;
pub mod cues;
mod phrases;
mod quotations;
mod spans;
#[cfg(test)]
mod tests;

use std::ops::{Deref, Range};

pub use cues::{CueClass, Cues};

use super::Story;
use super::entities::{Entities, EntityId};
use super::quotes::{self, Quotation};
use crate::nlp::{Dep, Doc, Pos, Stopped};
use crate::record::{EntityKind, QuoteKind};
use crate::words::WordClass;

/// A source, its cue and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Entity of the source, through coreference where the words are a pronoun or description.
    pub entity: Option<EntityId>,
    /// The words that name the source.
    pub source: Option<Range<usize>>,
    /// The cue.
    pub cue: Option<Range<usize>>,
    /// What is said, in text order.
    pub content: Vec<Range<usize>>,
    /// Form of the quotation.
    pub quote: QuoteKind,
    /// Whether the source is unnamed ("a U.S. official", "residents").
    pub anonymous: bool,
    /// 1: the writer reports the source; 2: that source reports this one.
    pub level: u8,
    /// Whether the cue denies or doubts the content ("denied", "did not say").
    pub denied: bool,
    /// What the cue does with the content: only some cues report what happened.
    pub class: CueClass,
}

/// An attribution while it is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// Head of the source.
    source: Option<usize>,
    /// The cue.
    cue: Range<usize>,
    /// The word that the cue hangs on.
    at: usize,
    /// What the cue does.
    class: CueClass,
    /// What is said.
    content: Vec<Range<usize>>,
    /// Whether the cue denies or doubts it.
    denied: bool,
}

impl Draft {
    fn new(cue: Range<usize>, at: usize, class: CueClass) -> Self {
        Self { source: None, cue, at, class, content: Vec::new(), denied: false }
    }

    /// Tokens of the content.
    fn words(&self) -> usize {
        self.content.iter().map(Range::len).sum()
    }

    /// Whether the content, whose ranges are in text order, holds token `i`.
    fn holds(&self, i: usize) -> bool {
        let r = self.content.partition_point(|r| r.end <= i);
        self.content.get(r).is_some_and(|r| r.start <= i)
    }
}

/// The attributions of a story, in text order of their cues.
#[derive(Debug, Clone, Default)]
pub struct Attributions {
    list: Vec<Attribution>,
    /// Of every token the innermost attribution whose content holds it.
    governing: Vec<Option<u32>>,
}

impl Attributions {
    fn new(story: &Story<'_>, list: Vec<Attribution>) -> Result<Self, Stopped> {
        let mut governing = vec![None; story.doc.len()];
        let mut least = vec![usize::MAX; story.doc.len()];
        for (a, attribution) in list.iter().enumerate() {
            for content in &attribution.content {
                story.work(content.len())?;
                for i in content.clone() {
                    if content.len() < least[i] {
                        (least[i], governing[i]) = (content.len(), Some(a as u32));
                    }
                }
            }
        }
        Ok(Self { list, governing })
    }

    /// The innermost attribution whose content holds token `i`.
    pub fn governing(&self, i: usize) -> Option<usize> {
        self.governing.get(i).copied().flatten().map(|a| a as usize)
    }
}

impl Deref for Attributions {
    type Target = [Attribution];

    fn deref(&self) -> &[Attribution] {
        &self.list
    }
}

/// Drafts by the sentences that their contents touch.
struct Touching(Vec<Vec<u32>>);

impl Touching {
    fn new(doc: &Doc<'_>, drafts: &[Draft]) -> Self {
        let mut of: Vec<Vec<u32>> = vec![Vec::new(); doc.sentences().len()];
        for (d, draft) in drafts.iter().enumerate() {
            for content in draft.content.iter().filter(|c| !c.is_empty()) {
                let sentence = |i: usize| doc.tokens()[i].sentence as usize;
                for touching in &mut of[sentence(content.start)..=sentence(content.end - 1)] {
                    if touching.last() != Some(&(d as u32)) {
                        touching.push(d as u32);
                    }
                }
            }
        }
        Self(of)
    }

    /// The drafts that may hold token `i`, in order.
    fn around(&self, doc: &Doc<'_>, i: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.0[doc.tokens()[i].sentence as usize].iter().map(|d| *d as usize)
    }
}

/// Finds the attributions of a story.
pub fn find(story: &Story<'_>, entities: &Entities, cues: &Cues) -> Result<Attributions, Stopped> {
    let doc = story.doc;
    let quotations = quotes::find(doc);
    let mut drafts = Vec::new();
    story.work(doc.len())?;
    clauses::find(story, cues, &mut drafts)?;
    phrases::find(story, entities, cues, &quotations, &mut drafts)?;
    quotations::complete(story, cues, &quotations, &mut drafts)?;
    drafts.sort_by_key(|d| (d.cue.start, d.cue.end));
    drafts.dedup_by(|b, a| a.cue.start == b.cue.start && a.content == b.content);
    let touching = Touching::new(doc, &drafts);
    let mut levels = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let around = touching.around(doc, draft.at);
        story.work(1 + around.len())?;
        levels.push(level(&drafts, around, draft));
    }
    let mut speaker = None;
    let mut found = Vec::with_capacity(drafts.len());
    for (draft, level) in drafts.into_iter().zip(levels) {
        story.work(draft.words())?;
        let (entity, anonymous) = identify(doc, cues, entities, draft.source, speaker);
        if level == 1 && draft.class == CueClass::Say && entity.is_some() {
            speaker = entity;
        }
        found.push(Attribution {
            entity,
            source: draft.source.map(|s| spans::source(doc, s)),
            quote: quote_kind(doc, &draft.content, &quotations),
            cue: Some(draft.cue),
            content: draft.content,
            anonymous,
            level,
            denied: draft.denied,
            class: draft.class,
        });
    }
    Attributions::new(story, found)
}

/// 2 where the cue lies in the content of another attribution.
fn level(drafts: &[Draft], mut around: impl Iterator<Item = usize>, draft: &Draft) -> u8 {
    let outer = |other: &Draft| other.cue != draft.cue && other.holds(draft.at) && !draft.holds(other.at);
    if around.any(|d| outer(&drafts[d])) { 2 } else { 1 }
}

/// The entity of a source and whether it is unnamed. A statement or report speaks for whoever made it: its owner, else
/// the one who spoke last.
fn identify(
    doc: &Doc<'_>,
    cues: &Cues,
    entities: &Entities,
    source: Option<usize>,
    speaker: Option<EntityId>,
) -> (Option<EntityId>, bool) {
    let Some(head) = source else { return (None, false) };
    let head = antecedent(doc, head);
    let direct = entities.headed_by(head).map(|m| m.entity);
    let said = || {
        if !cues.is(WordClass::MadeSaying, &doc.lemma(head).to_lowercase()) {
            return None;
        }
        let owner = doc
            .children(head)
            .flat_map(|c| if doc.dep(c) == Dep::Prep { doc.child(c, Dep::Pobj) } else { Some(c) })
            .filter(|c| matches!(doc.dep(*c), Dep::Poss | Dep::Pobj | Dep::Compound | Dep::Nmod))
            .find_map(|c| {
                entities
                    .headed_by(c)
                    .filter(|m| matches!(m.kind, EntityKind::Org | EntityKind::Person | EntityKind::Gpe))
            });
        owner.map(|m| m.entity).or(speaker)
    };
    let entity = direct.or_else(said);
    let named = |e: EntityId| entities.list[e].kind == EntityKind::Org || entities.is_named(e);
    let person = matches!(doc.pos(head), Pos::Noun | Pos::Propn | Pos::Pron | Pos::Num | Pos::Adj | Pos::Det);
    (entity, person && !entity.is_some_and(named))
}

/// The noun that a relative pronoun stands for.
fn antecedent(doc: &Doc<'_>, i: usize) -> usize {
    if !matches!(doc.word(i).to_lowercase().as_str(), "who" | "which" | "that" | "whom") {
        return i;
    }
    doc.ancestors(i).find(|a| doc.dep(*a) == Dep::Relcl).map_or(i, |verb| doc.head(verb))
}

/// Direct where quotation marks hold all of it, mixed where they hold some.
fn quote_kind(doc: &Doc<'_>, content: &[Range<usize>], quotations: &[Quotation]) -> QuoteKind {
    let quoted = |i: usize| quotes::at(quotations, i).is_some();
    let words = || content.iter().flat_map(Clone::clone).filter(|i| !matches!(doc.pos(*i), Pos::Punct | Pos::Space));
    let inside = words().filter(|i| quoted(*i)).count();
    match inside {
        0 => QuoteKind::Indirect,
        n if n == words().count() => QuoteKind::Direct,
        _ => QuoteKind::Mixed,
    }
}
