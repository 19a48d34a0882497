//! Everybody aboard: "a helicopter with seven soldiers aboard was shot down, killing all on board", "no survivors".
//!
//! The words that tell the harm have no number; the one of those aboard stands in the same sentence or shortly before.

use super::Context;
use super::group::Group;
use super::lexicon::People;
use super::people::{group, number_of};
use crate::extract::numbers::Number;
use crate::nlp::{Dep, Doc, Pos};
use crate::words::WordClass;

/// Sentences before the harm in which those aboard are counted.
const REACH: usize = 2;

/// All the people of a vehicle, where token `head` stands for them: "all on board", "everyone aboard".
pub(crate) fn everyone(cx: &Context<'_>, head: usize) -> Option<Group> {
    let doc = cx.doc;
    let is_all = |i: usize| cx.lexicon.is_word(WordClass::Everyone, doc, i);
    let all = is_all(head) || doc.children(head).any(|c| c < head && is_all(c));
    let occupants = cx.lexicon.is(WordClass::Occupant, doc.lemma(head));
    (all && (occupants || is_aboard(cx, head + 1, 3))).then(|| counted(cx, head)).flatten()
}

/// "There were no survivors", "nobody survived", "none of the 12 aboard survived".
pub(crate) fn nobody_left(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let none = |i: usize| cx.lexicon.is_word(WordClass::NoOne, doc, i);
    match doc.lemma(t) {
        "survivor" => doc.children(t).any(none).then(|| counted(cx, t)).flatten(),
        "survive" => {
            let subject = doc.child(t, Dep::Nsubj)?;
            if !none(subject) && !doc.children(subject).any(|c| c < subject && none(c)) {
                return None;
            }
            let of = doc.children(subject).find(|c| *c > subject && doc.word(*c).eq_ignore_ascii_case("of"));
            let whole = of.and_then(|of| doc.child(of, Dep::Pobj)).filter(|p| number_of(cx, *p).is_some());
            // "None of the 14 passengers and three crew survived": the parse takes the crew for those who did.
            let rest = |p: usize| doc.children(t).find(|c| (p..t).contains(c) && number_of(cx, *c).is_some());
            let all = |p: usize| {
                let (first, more) = (group(cx, p)?, rest(p).and_then(|r| group(cx, r)).and_then(|g| g.best));
                let add = |n: Option<u64>| Some(n? + more.unwrap_or(0));
                Some(Group { best: add(first.best), low: add(first.low), high: add(first.high), ..first })
            };
            whole.and_then(all).map(|g| standing_for(g, t)).or_else(|| counted(cx, t))
        }
        _ => None,
    }
}

/// Whether a word tells of the living, so that its negation tells of the dead.
pub(crate) fn is_of_survivors(doc: &Doc<'_>, t: usize) -> bool {
    matches!(doc.lemma(t), "survivor" | "survive")
}

/// Whether "aboard" or "on board" is one of `within` words from token `from` on.
fn is_aboard(cx: &Context<'_>, from: usize, within: usize) -> bool {
    let end = cx.doc.sentence_of(from.min(cx.doc.len() - 1)).end.min(from + within);
    (from..end).any(|i| cx.lexicon.is_word(WordClass::Aboard, cx.doc, i))
}

/// The number of those aboard that stands nearest before token `at`, or in its sentence.
fn counted(cx: &Context<'_>, at: usize) -> Option<Group> {
    let doc = cx.doc;
    let s = doc.tokens()[at].sentence as usize;
    let from = doc.sentences()[s.saturating_sub(REACH)].start;
    let to = doc.sentence_of(at).end;
    let told = |n: &&Number| {
        let start = n.tokens.start;
        let carries = (doc.sentence_of(start).start..start).rev().take(3).any(|i| doc.lemma(i) == "carry");
        from <= start
            && n.tokens.end <= to
            && n.numeric
            && n.best.is_some_and(|b| b > 0)
            && (carries || is_aboard(cx, n.tokens.end, 8))
    };
    let people = |n: &Number| {
        let last = n.tokens.end - 1;
        let noun = if doc.pos(doc.head(last)) == Pos::Noun { doc.head(last) } else { last };
        (cx.lexicon.people(doc.lemma(noun)) != Some(People::Thing)).then(|| group(cx, noun)).flatten()
    };
    let found = cx.numbers.iter().filter(told).filter_map(people).rfind(|g| g.best.is_some())?;
    Some(standing_for(found, at))
}

/// The people of a phrase, as those whom token `at` stands for.
fn standing_for(group: Group, at: usize) -> Group {
    Group { head: at, tokens: at..at + 1, none: false, confidence: group.confidence * 0.9, ..group }
}
