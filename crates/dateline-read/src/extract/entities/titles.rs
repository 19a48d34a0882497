//! Titles and roles that the text gives people: before the name, beside it, or after "is".

use std::ops::Range;

use super::lexicon::Lexicon;
use super::names::Name;
use super::phrase;
use crate::nlp::{Dep, Doc, Pos};
use crate::record::EntityKind;

/// Longest title in words.
const LONGEST: usize = 12;

/// The title of the person named, where the words around the name give one.
pub(super) fn find(doc: &Doc<'_>, lexicon: &Lexicon, name: &Name) -> Option<String> {
    if name.kind != EntityKind::Person {
        return None;
    }
    let head = phrase::head_of(doc, &name.tokens);
    let range = before(doc, lexicon, name, head).or_else(|| beside(doc, lexicon, name, head))?;
    Some(doc.span_text(range).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// "Pentagon press secretary [John Kirby]".
fn before(doc: &Doc<'_>, lexicon: &Lexicon, name: &Name, head: usize) -> Option<Range<usize>> {
    let end = name.tokens.start;
    let noun = end.checked_sub(1)?;
    let modifies = doc.ancestors(noun).any(|a| a == head) && matches!(doc.pos(noun), Pos::Noun | Pos::Propn);
    if !modifies || phrase::known_head(doc, lexicon, noun).is_none_or(|(h, _)| !h.person) {
        return None;
    }
    let left = phrase::core(doc, lexicon, head).start.max(end.saturating_sub(LONGEST));
    Some(left.min(noun)..end)
}

/// "[Omar Saleh], a nearby resident" and "a senior official, [Nowruz Ahmad]".
fn beside(doc: &Doc<'_>, lexicon: &Lexicon, name: &Name, head: usize) -> Option<Range<usize>> {
    let after = doc
        .children(head)
        .filter(|c| doc.dep(*c) == Dep::Appos && *c >= name.tokens.end)
        .find(|c| is_role(doc, lexicon, *c));
    let described = after
        .or_else(|| (doc.dep(head) == Dep::Appos).then(|| doc.head(head)).filter(|h| is_role(doc, lexicon, *h)))?;
    let start = phrase::core(doc, lexicon, described).start;
    let mut end = described + 1;
    // "leader of the group": up to the next comma or clause.
    if let Some(of) = doc.children(described).find(|c| *c == end && doc.dep(*c) == Dep::Prep) {
        end = doc.subtree(of).end;
    }
    let stop = (start..end).find(|i| doc.pos(*i) == Pos::Punct && doc.word(*i) != "-" || doc.dep(*i) == Dep::Relcl);
    let end = stop.unwrap_or(end).min(start + LONGEST);
    (end > start).then_some(start..end)
}

fn is_role(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    matches!(doc.pos(i), Pos::Noun | Pos::Propn) && phrase::known_head(doc, lexicon, i).is_some_and(|(h, _)| h.person)
}
