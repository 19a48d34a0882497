//! What keeps words of harm from being a claim: questions, conditions, plans and denials.

use super::{Context, aboard};
use crate::extract::factuality::{self, CueKind, Language, Told, is_refuted};
use crate::extract::syntax;
use crate::nlp::{Dep, Pos, Tag};
use crate::record::{Modality, Polarity};

/// How far words of harm are asserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Told as having happened.
    Told,
    /// "May have killed".
    Possible,
    /// Told as not having happened.
    Negated,
    /// No claim.
    None,
}

/// The standing of the word of harm at token `t`.
pub(crate) fn standing(cx: &Context<'_>, t: usize) -> Standing {
    let doc = cx.doc;
    let sentence = doc.sentence_of(t);
    if doc.word(sentence.end - 1) == "?" || sentence.clone().rev().take(3).any(|i| doc.word(i) == "?") {
        return Standing::None;
    }
    if let Some(a) = cx.attributions.governing(t)
        && cx.attributions[a].denied
    {
        return Standing::None;
    }
    if doc.children(t).any(|c| matches!(doc.word(c).to_ascii_lowercase().as_str(), "nearly" | "almost") && c < t) {
        return Standing::None;
    }
    if is_refuted(doc, cx.lexicon.book(), t) {
        return Standing::None;
    }
    if is_open(cx, t) {
        return Standing::None;
    }
    let (cues, book) = (&cx.lexicon.cues, cx.lexicon.book());
    let lemma = |i: usize| doc.lemma(i);
    let counts = |i: usize| cx.number_at(i).is_some();
    let language = Language { doc, cues, book, lemma: &lemma, counts: &counts };
    let verb = matches!(doc.pos(t), Pos::Verb | Pos::Aux);
    let said = factuality::read(language, Told { head: t, verb, light: None }).assertion();
    match (said.modality, said.polarity) {
        (Modality::Asserted | Modality::Reported, Polarity::Pos) => Standing::Told,
        // "None survived" counts the dead: what is negated there is life.
        (Modality::Asserted | Modality::Reported, Polarity::Neg) if aboard::is_of_survivors(doc, t) => Standing::Told,
        (Modality::Asserted | Modality::Reported, Polarity::Neg) => Standing::Negated,
        // "Accused of ordering the killing of a journalist": a deed that a noun names was done, whoever asked for it.
        (Modality::Requested, Polarity::Pos) if !verb => Standing::Told,
        (Modality::Possible, _) => Standing::Possible,
        _ => Standing::None,
    }
}

/// Whether a verb of harm leaves open whether anybody was harmed: "could kill thousands", "launched to apprehend them".
fn is_open(cx: &Context<'_>, t: usize) -> bool {
    let doc = cx.doc;
    let tag = |i: usize| doc.tokens()[i].tag;
    let Some(verb) = std::iter::once(t).chain(doc.ancestors(t).take(4)).find(|i| doc.pos(*i) == Pos::Verb) else {
        return false;
    };
    let have = doc.children(verb).any(|c| doc.dep(c) == Dep::Aux && doc.lemma(c) == "have");
    let modal = doc.children(verb).any(|c| matches!(doc.dep(c), Dep::Aux | Dep::Auxpass) && tag(c) == Tag::Md);
    let governed = || cx.lexicon.cues.get(CueKind::Verb, doc.lemma(doc.head(verb))).is_some();
    !have && (modal || syntax::is_infinitive(doc, verb) && tag(verb) == Tag::Vb && !governed())
}

/// Whether who states a number had stated it before the news: "it had put the toll at 14", "officials had reported 61
/// dead". What a past perfect inside reported speech tells is told now: "the ministry said it had counted 14".
pub(crate) fn superseded(cx: &Context<'_>, t: usize, attribution: Option<usize>) -> bool {
    let doc = cx.doc;
    let perfect = |v: usize| {
        doc.children(v).any(|c| doc.dep(c) == Dep::Aux && doc.lemma(c) == "have" && doc.tokens()[c].tag == Tag::Vbd)
    };
    let told = |v: usize| doc.is_root(v) || doc.dep(v) == Dep::Conj && doc.is_root(doc.head(v));
    let cue = attribution.and_then(|a| cx.attributions[a].cue.clone()).into_iter().flatten();
    let toll = doc.ancestors(t).take(2).filter(|_| doc.lemma(t) == "toll");
    cue.chain(toll).any(|v| doc.pos(v) == Pos::Verb && perfect(v) && told(v))
}
