//! Attributions without a verb: "according to X", "reports that", "a claim by X that", "reportedly".

use std::ops::Range;

use super::clauses;
use super::cues::{CueClass, Cues};
use super::{Draft, spans};
use crate::nlp::{Dep, Doc, Pos};

/// Finds them, in text order.
pub(super) fn find(doc: &Doc<'_>, cues: &Cues, drafts: &mut Vec<Draft>) {
    for i in 0..doc.len() {
        let draft = match doc.pos(i) {
            Pos::Noun => noun(doc, cues, i),
            Pos::Adv => adverb(doc, cues, i),
            _ => according(doc, i),
        };
        drafts.extend(draft);
    }
}

/// "according to the ministry", "per the report", "in the view of critics".
fn according(doc: &Doc<'_>, i: usize) -> Option<Draft> {
    if !doc.word(i).eq_ignore_ascii_case("according") {
        return None;
    }
    let to = doc.children(i).find(|c| doc.word(*c) == "to").unwrap_or(i);
    let object = doc.child(to, Dep::Pobj)?;
    let mut draft = Draft::new(i..to + 1, i, CueClass::Say);
    draft.source = Some(object);
    let phrase = doc.subtree(i);
    draft.content = spans::without(doc, governed(doc, i), &[phrase]);
    (!draft.content.is_empty()).then_some(draft)
}

/// The clause that an adverbial comments on: that of the nearest verb above it, else the whole sentence.
fn governed(doc: &Doc<'_>, i: usize) -> Range<usize> {
    let clause = |a: &usize| {
        matches!(doc.pos(*a), Pos::Verb | Pos::Aux)
            && (doc.is_root(*a) || !matches!(doc.dep(*a), Dep::Xcomp | Dep::Acl | Dep::Aux | Dep::Auxpass))
    };
    let verb = doc.ancestors(i).find(clause);
    verb.map_or_else(|| doc.sentence_of(i), |v| doc.subtree(v))
}

/// "reportedly", "allegedly": nobody in particular says so.
fn adverb(doc: &Doc<'_>, cues: &Cues, i: usize) -> Option<Draft> {
    let class = cues.word(Pos::Adv, &doc.lemma(i).to_lowercase())?;
    let mut draft = Draft::new(i..i + 1, i, class);
    draft.content = spans::without(doc, governed(doc, i), std::slice::from_ref(&draft.cue));
    (!draft.content.is_empty()).then_some(draft)
}

/// "the claim that", "fears that", "a statement by the army that".
fn noun(doc: &Doc<'_>, cues: &Cues, i: usize) -> Option<Draft> {
    let class = cues.word(Pos::Noun, &doc.lemma(i).to_lowercase())?;
    let clause = doc.children(i).find(|c| {
        let clausal = matches!(doc.dep(*c), Dep::Acl | Dep::Ccomp | Dep::Relcl) && *c > i;
        clausal && doc.children(*c).any(|m| doc.dep(m) == Dep::Mark && matches!(doc.lemma(m), "that" | "whether"))
    })?;
    let mut draft = Draft::new(i..i + 1, i, class);
    draft.denied = class == CueClass::Deny;
    draft.source = owner(doc, i);
    draft.content = spans::without(doc, doc.subtree(clause), &[]);
    (!draft.content.is_empty()).then_some(draft)
}

/// Whose words a noun of saying means: possessor, "by", "from" or "of", or the subject that "made" the claim.
fn owner(doc: &Doc<'_>, noun: usize) -> Option<usize> {
    let possessor = doc.children(noun).find(|c| doc.dep(*c) == Dep::Poss);
    let by = || {
        let link = doc.children(noun).find(|c| {
            matches!(doc.dep(*c), Dep::Prep | Dep::Agent) && matches!(doc.word(*c), "by" | "from" | "of" | "among")
        })?;
        doc.child(link, Dep::Pobj)
    };
    let made = || {
        let verb = doc.head(noun);
        let light = matches!(
            doc.lemma(verb),
            "make" | "have" | "give" | "express" | "issue" | "voice" | "raise" | "repeat" | "offer" | "hold"
        );
        (doc.dep(noun) == Dep::Dobj && light).then(|| clauses::subject(doc, verb)).flatten()
    };
    possessor.or_else(by).or_else(made)
}
