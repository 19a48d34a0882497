//! Keeps one trigger where several words of a sentence evoke the same event.

use super::lexicon::{Lexicon, Reading, Slot};
use super::trace::{Reason, Trace};
use super::triggers::Trigger;
use super::words::Words;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Pos};
use crate::record::EventType;
use crate::words::WordClass;

/// Drops triggers that only spell out another one: the noun of "impose sanctions", what is asked for or threatened,
/// the verb of "the attack hit".
pub(super) fn resolve<'l>(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    words: &Words<'_>,
    mut triggers: Vec<Trigger<'l>>,
    trace: &mut Trace,
) -> Vec<Trigger<'l>> {
    let mut dropped = vec![false; triggers.len()];
    for i in 0..triggers.len() {
        for j in 0..triggers.len() {
            if i == j || dropped[i] || dropped[j] {
                continue;
            }
            let outer = triggers[i].head;
            if spells_out(words, &triggers[i], &triggers[j]) {
                dropped[j] = true;
                trace.miss(triggers[j].head, Reason::SpellsOut(outer));
            } else if is_content(doc, &triggers[i], &triggers[j]) {
                dropped[j] = true;
                trace.miss(triggers[j].head, Reason::Content(outer));
            } else if is_predicate_of(doc, lexicon, words, &triggers[i], &triggers[j]) {
                // The event noun takes what its verb hits.
                let objects = triggers[j].arguments.objects.clone();
                triggers[i].arguments.objects.extend(objects);
                dropped[j] = true;
                trace.miss(triggers[j].head, Reason::Predicate(outer));
            }
        }
    }
    let mut keep = dropped.iter().map(|d| !d);
    triggers.retain(|_| keep.next().unwrap_or(true));
    triggers
}

/// Whether a condition of `outer` asks for this very noun.
fn spells_out(words: &Words<'_>, outer: &Trigger<'_>, noun: &Trigger<'_>) -> bool {
    if noun.entry.verb {
        return false;
    }
    outer.entry.conditions.iter().filter(|c| !c.negated && !c.alternatives.any).any(|c| {
        let asked = match &c.slot {
            Slot::Obj => outer.arguments.objects.contains(&noun.head),
            Slot::Subj => outer.entry.verb && outer.arguments.subjects.contains(&noun.head),
            Slot::Prep(prep) => outer
                .arguments
                .preps
                .iter()
                .any(|(p, objects)| *words.lemma(*p) == **prep && objects.contains(&noun.head)),
            _ => false,
        };
        // "the attack killed" names two events: a subject spells out only its own kind.
        asked
            && words.is(noun.head, &c.alternatives)
            && (c.slot != Slot::Subj || outer.reading == noun.reading && is_negotiation(noun))
    })
}

/// "talks collapsed": the noun only says what collapsed.
fn is_negotiation(noun: &Trigger<'_>) -> bool {
    noun.reading == Reading::Event(EventType::Consult)
}

/// Whether `inner` is what a demand, threat, refusal or promise is about.
fn is_content(doc: &Doc<'_>, outer: &Trigger<'_>, inner: &Trigger<'_>) -> bool {
    use EventType::{Agree, Concede, Reject, Request, Threaten};
    let Reading::Event(event) = outer.reading else { return false };
    if !matches!(event, Request | Threaten | Reject | Agree | Concede) {
        return false;
    }
    // A promised ceasefire is coded as such: PLOVER has a mode for it.
    if event == Agree && inner.entry.modes.contains(&crate::record::Mode::Ceasefire) {
        return false;
    }
    let head = inner.head;
    let direct = outer.arguments.objects.contains(&head)
        || outer.arguments.preps.iter().any(|(p, objects)| {
            doc.lemma(*p) != "by" && doc.lemma(*p) != "in" && doc.lemma(*p) != "after" && objects.contains(&head)
        });
    if direct {
        return true;
    }
    // Through infinitives and content clauses, and the light verb of the inner noun.
    let mut at = inner.light.map_or(head, |(v, _)| v);
    for _ in 0..3 {
        if doc.is_root(at) {
            return false;
        }
        let up = doc.head(at);
        match doc.dep(at) {
            Dep::Xcomp | Dep::Ccomp | Dep::Conj => {}
            Dep::Acl | Dep::Advcl if syntax::is_infinitive(doc, at) => {}
            Dep::Pcomp | Dep::Pobj | Dep::Prep | Dep::Dobj if doc.pos(up) != Pos::Noun || up == outer.head => {}
            _ => return false,
        }
        if up == outer.head {
            return doc.dep(at) != Dep::Conj;
        }
        at = up;
    }
    false
}

/// Whether verb `verb` only says that event `noun` hit something.
fn is_predicate_of(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    words: &Words<'_>,
    noun: &Trigger<'_>,
    verb: &Trigger<'_>,
) -> bool {
    let subject = |n: usize| {
        verb.arguments.subjects.contains(&n)
            || verb
                .arguments
                .subjects
                .iter()
                .any(|s| doc.dep(n) == Dep::Pobj && doc.lemma(doc.head(n)) == "of" && doc.head(doc.head(n)) == *s)
    };
    !noun.entry.verb
        && verb.entry.verb
        && noun.reading == verb.reading
        && subject(noun.head)
        && lexicon.is(WordClass::Hitting, words.lemma(verb.head))
}
