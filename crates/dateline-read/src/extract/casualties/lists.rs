//! Enumerations of people: "his wife, son and daughter", "Ann Reed, 40, Lee Roe, 12, and a neighbor".
//!
//! The parse takes the second of three for an apposition of the first, or for another object or subject of its verb, and
//! an age behind a name for a member. What tells a list from an apposition ("the victim, a nurse and a mother") is that
//! one person cannot be several others.

use super::Context;
use crate::nlp::{Dep, EntityType, Pos, Tag};

/// Most members read; longer lists are tables.
const MOST: usize = 60;

/// The heads of the people that the phrase headed by token `head` enumerates, itself first.
pub(crate) fn members(cx: &Context<'_>, head: usize) -> Vec<usize> {
    let mut found = vec![head];
    gather(cx, head, &mut found);
    let mut last = head;
    while let Some(next) = beside(cx, last).filter(|_| found.len() < MOST) {
        found.push(next);
        gather(cx, next, &mut found);
        last = next;
    }
    found
}

/// The member after `at` that the parse hangs on the verb as it does `at`: "[eight gendarmes] and [six villagers] were
/// killed", "killing [a pastor], [his wife and their sons]".
fn beside(cx: &Context<'_>, at: usize) -> Option<usize> {
    let doc = cx.doc;
    let dep = doc.dep(at);
    let next = doc.children(doc.head(at)).find(|c| *c > at && doc.dep(*c) == dep)?;
    let (from, to) = (doc.subtree(at).end, doc.subtree(next).start);
    let joined = |i: usize| matches!(doc.word(i), "," | "and" | "&");
    let fits = matches!(dep, Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj | Dep::Pobj)
        && from <= to
        && (from..to).all(joined)
        && nominal(cx, next)
        && !is_age(cx, next)
        && !harmed_otherwise(cx, next);
    (fits && (doc.word(to - 1) == "and" || enumerates(cx, at, next))).then_some(next)
}

fn gather(cx: &Context<'_>, at: usize, found: &mut Vec<usize>) {
    for c in cx.doc.children(at).filter(|c| *c > at) {
        if found.len() >= MOST || is_age(cx, c) {
            continue;
        }
        if cx.doc.dep(c) == Dep::Appos && is_alias(cx, at, c) {
            gather(cx, c, found);
            continue;
        }
        let member = match cx.doc.dep(c) {
            Dep::Conj => nominal(cx, c) && !harmed_otherwise(cx, c),
            Dep::Appos => nominal(cx, c) && enumerates(cx, at, c),
            _ => false,
        };
        if member {
            found.push(c);
            gather(cx, c, found);
        }
    }
}

/// Whether a phrase may head people; a conjunct with a verb of its own is a clause.
pub(crate) fn nominal(cx: &Context<'_>, i: usize) -> bool {
    matches!(cx.doc.pos(i), Pos::Noun | Pos::Propn | Pos::Pron | Pos::Num | Pos::Adj)
        && !cx.doc.children(i).any(|c| matches!(cx.doc.dep(c), Dep::Nsubj | Dep::Nsubjpass | Dep::Aux | Dep::Auxpass))
}

/// "Left one person dead and three others injured": the others have a harm of their own.
fn harmed_otherwise(cx: &Context<'_>, i: usize) -> bool {
    cx.doc.children(i).any(|c| {
        c > i
            && matches!(cx.doc.dep(c), Dep::Acl | Dep::Amod)
            && !cx.lexicon.triggers(&cx.doc.lemma(c).to_ascii_lowercase()).is_empty()
    })
}

/// An age behind a name: a bare number set off by a comma.
fn is_age(cx: &Context<'_>, i: usize) -> bool {
    cx.doc.pos(i) == Pos::Num
        && i > 0
        && cx.doc.word(i - 1) == ","
        && matches!(cx.doc.dep(i), Dep::Appos | Dep::Conj)
        && !cx.doc.children(i).any(|c| cx.doc.word(c).eq_ignore_ascii_case("of"))
}

/// "His wife, Jane Roe, and son": the name is the wife's.
fn is_alias(cx: &Context<'_>, at: usize, next: usize) -> bool {
    cx.doc.pos(at) == Pos::Noun && cx.doc.tokens()[at].tag == Tag::Nn && cx.doc.pos(next) == Pos::Propn
}

/// Whether what the parse calls an apposition goes on enumerating: a single person, then several with a conjunction.
fn enumerates(cx: &Context<'_>, at: usize, next: usize) -> bool {
    let doc = cx.doc;
    let coordinated = doc.children(next).any(|c| doc.dep(c) == Dep::Conj && nominal(cx, c) && !is_age(cx, c));
    let single = matches!(doc.tokens()[at].tag, Tag::Nn | Tag::Nnp);
    if !coordinated || !single {
        return false;
    }
    let determiner = |i: usize| doc.child(i, Dep::Det).map(|d| doc.word(d).to_ascii_lowercase());
    let name = |i: usize| doc.pos(i) == Pos::Propn;
    let owned = |i: usize| doc.child(i, Dep::Poss).is_some();
    let indefinite = |i: usize| matches!(determiner(i).as_deref(), Some("a" | "an"));
    if name(at) {
        // "Jane Roe, a nurse and mother" and "Jane Roe, Senator and author" are one person; "Jane Roe, her son and a
        // friend" are three.
        let person = doc.entity_at(next).is_some_and(|e| e.kind == EntityType::Person)
            && cx.lexicon.people(&doc.word(next).to_lowercase()).is_none();
        return person || owned(next);
    }
    // "the victim, a nurse and a mother"
    !(indefinite(next) && !indefinite(at) && !owned(at))
}
