//! Those who killed and then died: "before turning the gun on himself", "took her own life", "killed him and herself".
//!
//! Their deaths count like any other's, but a number of people whom someone killed never holds the killer: the
//! roll-up has to know which deaths were by the dead person's own hand.

use super::Context;
use super::group::Group;
use crate::nlp::{Dep, Pos};
use crate::words::WordClass;

/// Whether a token is a pronoun for who acts.
pub(crate) fn reflexive(cx: &Context<'_>, i: usize) -> bool {
    cx.lexicon.is_word(WordClass::Oneself, cx.doc, i)
}

/// A death by the dead person's own hand that no word of harm states, at its telling word.
pub(crate) fn read(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let lemma = |i: usize| doc.lemma(i);
    let confidence = if reflexive(cx, t) {
        let head = doc.head(t);
        match doc.dep(t) {
            // "turned the gun on himself"
            Dep::Pobj => {
                let verb = doc.head(head);
                let weapon = doc.child(verb, Dep::Dobj).is_some_and(|o| cx.lexicon.is(WordClass::OwnWeapon, lemma(o)));
                (lemma(verb) == "turn" && weapon).then_some(0.7)?
            }
            // "shot the children and then himself": a conjunct of the verb.
            Dep::Conj if matches!(doc.pos(head), Pos::Verb) => {
                cx.lexicon.is(WordClass::KillingSpree, lemma(head)).then_some(0.7)?
            }
            _ => return None,
        }
    } else {
        match lemma(t) {
            // "took his own life"
            "life" => {
                let own = doc.children(t).any(|c| doc.word(c).eq_ignore_ascii_case("own"));
                (own && matches!(lemma(doc.head(t)), "take" | "end")).then_some(0.8)?
            }
            "suicide" => {
                let verb = doc.head(t);
                (doc.dep(t) == Dep::Dobj && lemma(verb) == "commit").then_some(0.8)?
            }
            _ => return None,
        }
    };
    Some(Group::single(t, t..t + 1, confidence))
}

/// "An apparent double murder-suicide": how many died at least, the killer included.
pub(crate) fn murder_suicide(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    if !doc.word(t).eq_ignore_ascii_case("suicide") {
        return None;
    }
    let before = |n: usize| t.checked_sub(n).map(|i| doc.word(i).to_ascii_lowercase());
    let start = match (before(1).as_deref(), before(2).as_deref()) {
        (Some("murder" | "homicide"), _) => t - 1,
        (Some("-" | "/" | "–"), Some("murder" | "homicide")) => t - 2,
        _ => return None,
    };
    let times = doc.children(t).chain(start.checked_sub(1)).find_map(|c| super::nouns::times(doc.word(c))).unwrap_or(1);
    let group = Group::single(t, start..t + 1, 0.6);
    Some(Group { best: None, low: Some(times + 1), high: None, numeric: false, ..group })
}

/// Whether who shot themselves died of it: "in the head", "fatally", after killing others.
pub(crate) fn fatal(cx: &Context<'_>, verb: usize) -> bool {
    let doc = cx.doc;
    let head = doc.children(verb).any(|p| {
        doc.dep(p) == Dep::Prep
            && doc.child(p, Dep::Pobj).is_some_and(|o| cx.lexicon.is(WordClass::DeadlyPart, doc.lemma(o)))
    });
    let after_killing = doc.ancestors(verb).take(3).any(|a| {
        cx.lexicon.is(WordClass::Killing, doc.lemma(a))
            || (doc.lemma(a) == "shoot" && doc.child(a, Dep::Dobj).is_some())
    });
    head || after_killing
}

/// Whether a death was by the dead person's own hand: "died of a self-inflicted gunshot wound".
pub(crate) fn self_inflicted(cx: &Context<'_>, t: usize) -> bool {
    let doc = cx.doc;
    let end = doc.sentence_of(t).end.min(t + 14);
    (t..end.saturating_sub(1)).any(|i| {
        let word = doc.word(i).to_ascii_lowercase();
        word == "self-inflicted" || word == "self" && (doc.word(i + 1) == "-" || doc.word(i + 1) == "inflicted")
    }) && doc.lemma(t) == "die"
}
