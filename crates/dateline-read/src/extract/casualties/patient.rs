//! Who came to harm: from the word that states it to the noun that heads the people.

use super::lexicon::Frame;
use super::{Context, people};
use crate::nlp::{Dep, Pos, Tag};
use crate::words::WordClass;

/// Head of the people whom the verb or adjective at token `t` harms.
pub(crate) fn patient(cx: &Context<'_>, t: usize, frame: Frame) -> Option<usize> {
    let found = match frame {
        Frame::Transitive | Frame::Maybe | Frame::Blow | Frame::Fatal => transitive(cx, t, 0),
        Frame::Intransitive | Frame::Perish => intransitive(cx, t, 0),
        Frame::State => state(cx, t),
        _ => None,
    }?;
    Some(antecedent(cx, found))
}

/// The noun that a relative pronoun stands for.
pub(crate) fn antecedent(cx: &Context<'_>, i: usize) -> usize {
    let relative = matches!(cx.doc.tokens()[i].tag, Tag::Wp | Tag::Wdt);
    let clause = cx.doc.ancestors(i).find(|a| cx.doc.dep(*a) == Dep::Relcl);
    match clause {
        Some(clause) if relative => cx.doc.head(clause),
        _ => i,
    }
}

fn transitive(cx: &Context<'_>, t: usize, depth: usize) -> Option<usize> {
    let doc = cx.doc;
    if let Some(subject) = doc.child(t, Dep::Nsubjpass) {
        return Some(subject);
    }
    if let Some(object) = doc.child(t, Dep::Dobj) {
        return Some(object);
    }
    // "Killing all on board": the parse takes the object for an adverb.
    if t + 1 < doc.sentence_of(t).end && cx.lexicon.is_word(WordClass::Everyone, doc, t + 1) {
        return Some(t + 1);
    }
    let participle = matches!(doc.tokens()[t].tag, Tag::Vbn | Tag::Vbd);
    match doc.dep(t) {
        Dep::Acl if participle => return Some(doc.head(t)),
        Dep::Amod => return Some(doc.head(t)),
        // "The men the army killed"
        Dep::Relcl if doc.child(t, Dep::Nsubj).is_some_and(|s| !matches!(doc.tokens()[s].tag, Tag::Wp | Tag::Wdt)) => {
            return Some(doc.head(t));
        }
        _ => {}
    }
    // "three were killed and another critically injured", "six were shot, 2 killed and 4 wounded": what is left of the
    // people stands right before the participle, whatever the parse makes of it.
    if participle && let Some(rest) = remainder(cx, t) {
        return Some(rest);
    }
    // "shot and killed two men": the object stands with the last of the verbs.
    let shared = doc.children(t).find(|c| doc.dep(*c) == Dep::Conj && doc.pos(*c) == Pos::Verb);
    if let Some(object) = shared.and_then(|next| doc.child(next, Dep::Dobj)) {
        return Some(object);
    }
    // "13 killed in blast": a headline's participle takes its only noun.
    if let Some(subject) = doc.child(t, Dep::Nsubj) {
        let bare = doc.child(t, Dep::Aux).is_none() && !doc.children(t).any(|c| doc.dep(c) == Dep::Dative);
        let told = doc.tokens()[t].tag == Tag::Vbn || people::number_of(cx, subject).is_some();
        return (participle && bare && told).then_some(subject);
    }
    if depth < 3 {
        // "was shot and killed", "shot and killed two men": conjoined verbs share what one of them has.
        if doc.dep(t) == Dep::Conj && matches!(doc.pos(doc.head(t)), Pos::Verb | Pos::Aux | Pos::Adj) {
            return transitive(cx, doc.head(t), depth + 1);
        }
        if matches!(doc.dep(t), Dep::Xcomp | Dep::Oprd) && participle {
            return transitive(cx, doc.head(t), depth + 1);
        }
    }
    None
}

/// A number or "another" that stands alone before a participle, adverbs between.
fn remainder(cx: &Context<'_>, t: usize) -> Option<usize> {
    let doc = cx.doc;
    let before = (doc.sentence_of(t).start..t).rev().take(3).find(|i| doc.pos(*i) != Pos::Adv)?;
    let hangs = doc.head(before) == t;
    let alone = doc.word(before).eq_ignore_ascii_case("another") || cx.number_at(before).is_some_and(|n| n.numeric);
    (hangs && alone).then_some(before)
}

fn intransitive(cx: &Context<'_>, t: usize, depth: usize) -> Option<usize> {
    let doc = cx.doc;
    if let Some(subject) = doc.child(t, Dep::Nsubj).or_else(|| doc.child(t, Dep::Nsubjpass)) {
        return Some(subject);
    }
    match doc.dep(t) {
        Dep::Acl => Some(doc.head(t)),
        Dep::Conj | Dep::Xcomp if depth < 3 => intransitive(cx, doc.head(t), depth + 1),
        _ => None,
    }
}

fn state(cx: &Context<'_>, t: usize) -> Option<usize> {
    let doc = cx.doc;
    if let Some(subject) = doc.child(t, Dep::Nsubj).or_else(|| doc.child(t, Dep::Nsubjpass)) {
        return Some(subject);
    }
    // "13 dead": the adjective carries the number itself.
    if doc.children(t).any(|c| c < t && cx.number_at(c).is_some() && doc.dep(c) == Dep::Nummod) {
        return Some(t);
    }
    let head = doc.head(t);
    match doc.dep(t) {
        Dep::Amod => return Some(head),
        Dep::Acomp | Dep::Attr if doc.pos(head) == Pos::Aux || doc.lemma(head) == "go" => {
            return doc.child(head, Dep::Nsubj);
        }
        Dep::Oprd | Dep::Acomp | Dep::Xcomp | Dep::Ccomp => {
            // "left two boys dead"; "two men were found dead", "were pronounced dead"
            if let Some(people) = doc.child(head, Dep::Dobj).or_else(|| doc.child(head, Dep::Nsubjpass)) {
                return Some(people);
            }
        }
        _ => {}
    }
    // "left two boys dead", "dead" loose in a headline: the noun or number right before it.
    let sentence = doc.sentence_of(t);
    let before = (sentence.start..t).rev().take(3).find(|i| !matches!(doc.pos(*i), Pos::Adv | Pos::Space))?;
    let nominal = matches!(doc.pos(before), Pos::Noun | Pos::Propn | Pos::Num) || cx.number_at(before).is_some();
    nominal.then_some(before)
}
