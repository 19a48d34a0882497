//! What keeps words of harm from being a claim: questions, conditions, plans and denials.

use super::{Context, refuted};
use crate::nlp::{Dep, Pos, Tag};
use crate::words::WordClass;

/// Verbs whose complement did not happen, or is not said to have.
const UNREAL: &[&str] = &[
    "threaten", "plan", "plot", "attempt", "try", "want", "vow", "intend", "aim", "seek", "fail", "refuse", "avoid",
    "prevent", "conspire", "wish", "hope", "promise", "order", "ask", "help", "decide", "prepare", "deny", "stop",
];

/// Verbs whose infinitive complement is taken as told ("are believed to have died", "went on to kill").
const REAL: &[&str] =
    &["believe", "report", "say", "know", "think", "presume", "fear", "go", "manage", "happen", "appear", "confirm"];

/// Modals that leave it open.
const OPEN: &[&str] =
    &["could", "would", "may", "might", "should", "will", "'ll", "’ll", "can", "ca", "wo", "must", "shall"];

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
    if refuted::is(cx, t) {
        return Standing::None;
    }
    // The verb that carries the word: the word itself, or the nearest verb above a noun or adjective.
    let carrier =
        std::iter::once(t).chain(doc.ancestors(t).take(4)).find(|i| matches!(doc.pos(*i), Pos::Verb | Pos::Aux));
    let Some(verb) = carrier else { return Standing::Told };
    let perhaps = |at: usize| doc.children(at).any(|c| cx.lexicon.is_word(WordClass::Perhaps, doc, c));
    // "Sixty are feared dead", "fears that sixty died": nobody has confirmed it.
    let mut possible =
        perhaps(t) || t != verb && doc.head(t) == verb && cx.lexicon.is(WordClass::Feared, doc.lemma(verb));
    // "has no motive in the deaths of six": what a verb denies is not what hangs on its objects.
    let reaches = t == verb
        || !std::iter::once(t).chain(doc.ancestors(t).take_while(|a| *a != verb)).any(|i| doc.dep(i) == Dep::Pobj)
        || matches!(doc.lemma(verb), "result" | "lead" | "end" | "be" | "cause");
    let mut negated = t != verb && doc.children(t).any(|c| doc.dep(c) == Dep::Neg && cx.number_at(c).is_none());
    let mut at = verb;
    let mut own = true;
    for _ in 0..8 {
        let auxiliary = |words: &[&str]| {
            doc.children(at).any(|c| {
                matches!(doc.dep(c), Dep::Aux | Dep::Auxpass)
                    && words.iter().any(|w| doc.word(c).eq_ignore_ascii_case(w))
            })
        };
        let condition = doc.children(at).any(|c| {
            c < at
                && matches!(doc.dep(c), Dep::Mark | Dep::Advmod)
                && matches!(doc.word(c).to_ascii_lowercase().as_str(), "if" | "whether" | "unless" | "lest")
        });
        if condition {
            return Standing::None;
        }
        if own {
            negated |= reaches
                && doc.children(at).any(|c| doc.dep(c) == Dep::Neg && !doc.word(c).eq_ignore_ascii_case("never"));
            if auxiliary(OPEN) {
                if !auxiliary(&["have"]) {
                    return Standing::None;
                }
                possible = true;
            }
            if doc.tokens()[at].tag == Tag::Vb && auxiliary(&["to"]) && !auxiliary(&["have"]) {
                let matrix = doc.head(at);
                if !REAL.contains(&doc.lemma(matrix)) {
                    return Standing::None;
                }
            }
        }
        let head = doc.head(at);
        // What a relative clause says is taken for granted: "whether the blast that killed two was an accident".
        if head == at || doc.dep(at) == Dep::Relcl {
            break;
        }
        possible |= own
            && (perhaps(at)
                || cx.lexicon.is(WordClass::Feared, doc.lemma(head))
                    && matches!(doc.dep(at), Dep::Xcomp | Dep::Ccomp | Dep::Oprd | Dep::Acl));
        let complement = matches!(doc.dep(at), Dep::Xcomp | Dep::Ccomp | Dep::Pcomp | Dep::Acl | Dep::Advcl);
        if own
            && complement
            && matches!(doc.dep(at), Dep::Xcomp | Dep::Pcomp | Dep::Acl)
            && UNREAL.contains(&doc.lemma(head))
        {
            return Standing::None;
        }
        if own && doc.pos(head) == Pos::Adp && UNREAL.contains(&doc.lemma(doc.head(head))) {
            return Standing::None;
        }
        // A conjoined verb without a subject shares the auxiliaries of the first.
        own = own
            && doc.dep(at) == Dep::Conj
            && doc.child(at, Dep::Nsubj).is_none()
            && doc.child(at, Dep::Nsubjpass).is_none();
        at = head;
    }
    match (negated, possible) {
        (true, _) => Standing::Negated,
        (_, true) => Standing::Possible,
        _ => Standing::Told,
    }
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
