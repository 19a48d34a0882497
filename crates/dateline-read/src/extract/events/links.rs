//! Ties harm to its cause within a sentence: "killed in a raid", "a blast that killed", "exploded, killing".

use super::lexicon::{Frame, Lexicon, Reading};
use super::triggers::Trigger;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, EntityType, Pos};
use crate::words::WordClass;

/// For every trigger, the index of the trigger that caused the harm it states.
pub(super) fn causes(doc: &Doc<'_>, lexicon: &Lexicon, triggers: &[Trigger<'_>]) -> Vec<Option<usize>> {
    let mut causes = vec![None; triggers.len()];
    for (r, result) in triggers.iter().enumerate() {
        if !states_harm(result) {
            continue;
        }
        let eligible = |n: &usize| {
            let cause = &triggers[*n];
            *n != r && !matches!(cause.entry.frame, Frame::Suffer) && can_harm(cause.reading)
        };
        causes[r] = (0..triggers.len())
            .filter(eligible)
            .filter_map(|n| {
                let rank = relation(doc, lexicon, result, &triggers[n])?;
                // A second killing is a cause only where it names the first ("died in the killing of").
                let weak = states_harm(&triggers[n]) && rank > 2;
                (!weak).then_some((rank, triggers[n].head.abs_diff(result.head), n))
            })
            .min()
            .map(|(_, _, n)| n);
    }
    // "three were killed and seven wounded in clashes": the cause stands with one of the two.
    let joined = |a: &Trigger<'_>, b: &Trigger<'_>| doc.dep(a.head) == Dep::Conj && doc.head(a.head) == b.head;
    // "a blast killed two, and a fire killed three": what one of the two has for its subject is not the other's cause.
    let of_one = |k: usize, c: usize, r: usize| {
        let subject = |of: usize| triggers[of].arguments.subjects.contains(&triggers[c].head);
        subject(k) && !subject(r) && !triggers[r].arguments.subjects.is_empty()
    };
    let shared: Vec<Option<usize>> = (0..triggers.len())
        .map(|r| {
            let mate = |k: &usize| {
                states_harm(&triggers[*k])
                    && causes[*k].is_some_and(|c| c != r && !states_harm(&triggers[c]) && !of_one(*k, c, r))
                    && (joined(&triggers[*k], &triggers[r]) || joined(&triggers[r], &triggers[*k]))
            };
            let mate = (0..triggers.len()).find(mate).filter(|_| states_harm(&triggers[r]));
            causes[r].or_else(|| causes[mate?])
        })
        .collect();
    let mut causes = shared;
    // Two harms never cause each other.
    for r in 0..causes.len() {
        if let Some(n) = causes[r]
            && causes[n] == Some(r)
        {
            causes[n.max(r)] = None;
        }
    }
    causes
}

/// Whether a trigger states harm to people rather than an act of its own kind.
pub(super) fn states_harm(trigger: &Trigger<'_>) -> bool {
    matches!(trigger.entry.frame, Frame::Suffer)
        || (trigger.entry.frame == Frame::Harm
            && trigger.entry.modes.is_empty()
            && (trigger.entry.verb || trigger.reading == Reading::Harm))
}

fn can_harm(reading: Reading) -> bool {
    use crate::record::EventType::{Assault, Coerce, Mobilize, Protest};
    match reading {
        Reading::Happening => true,
        Reading::Event(event) => matches!(event, Assault | Protest | Coerce | Mobilize),
        Reading::Harm | Reading::Blocked => false,
    }
}

/// How closely a harm is tied to a cause: the smaller, the closer.
fn relation(doc: &Doc<'_>, lexicon: &Lexicon, result: &Trigger<'_>, cause: &Trigger<'_>) -> Option<u8> {
    let (r, n) = (result.head, cause.head);
    // Subject of the harm, directly or through what the sentence counts or names: "the attack killed".
    if result.arguments.subjects.contains(&n) {
        return Some(0);
    }
    // Head of the relative clause or participle: "a blast that killed", "a raid killing".
    if matches!(doc.dep(r), Dep::Relcl | Dep::Acl) && doc.head(r) == n {
        return Some(0);
    }
    // In a prepositional phrase of the harm: "died in the attack", "the death of X in a raid".
    let causal = |(prep, objects): &(usize, Vec<usize>)| {
        lexicon.is(WordClass::Causal, doc.lemma(*prep)) && objects.iter().any(|o| *o == n || names(doc, *o, n))
    };
    if result.arguments.preps.iter().any(causal) {
        return Some(1);
    }
    // The harm is a participle or a conjunct of the act: "exploded, killing", "attacked and killed".
    if matches!(doc.dep(r), Dep::Advcl | Dep::Conj) && doc.head(r) == n {
        return Some(2);
    }
    // The act stands in an adverbial clause of the harm: "were killed when a bomb exploded".
    if matches!(doc.dep(n), Dep::Advcl | Dep::Pcomp) && doc.ancestors(n).take(2).any(|a| a == r) {
        return Some(2);
    }
    // "were wounded last night when rebels attacked": the clause hangs on the time.
    if doc.dep(n) == Dep::Relcl
        && doc.entity_at(doc.head(n)).is_some_and(|e| matches!(e.kind, EntityType::Date | EntityType::Time))
        && doc.ancestors(n).skip(1).take(2).any(|a| a == r)
    {
        return Some(2);
    }
    // The harm is told of something in the act's arguments: "detonated a bomb that killed".
    if matches!(doc.dep(r), Dep::Relcl | Dep::Acl)
        && (cause.arguments.objects.contains(&doc.head(r)) || cause.arguments.subjects.contains(&doc.head(r)))
        && doc.pos(doc.head(r)) == Pos::Noun
    {
        return Some(3);
    }
    // "A shooting at a party that killed two", "an attack on a bus that killed ten".
    if !cause.entry.verb
        && doc.dep(r) == Dep::Relcl
        && cause.arguments.preps.iter().any(|(_, objects)| objects.contains(&doc.head(r)))
        && result.arguments.subjects.iter().all(|s| *s == doc.head(r) || doc.pos(*s) == Pos::Pron)
    {
        return Some(4);
    }
    // Both depend on one verb: "the blast left ten dead", "the raid resulted in deaths", "clashes claimed ten lives".
    let verb = syntax::clause(doc, doc.head(r));
    if !result.entry.verb
        && verb.is_some_and(|v| {
            syntax::subjects(doc, v).contains(&n)
                || syntax::preps(doc, v)
                    .iter()
                    .any(|(p, objects)| lexicon.is(WordClass::Causal, doc.lemma(*p)) && objects.contains(&n))
        })
    {
        return Some(3);
    }
    // The act is the subject of a verb that the harm follows: "the attack hit a bus, killing ten".
    if result.entry.verb && matches!(doc.dep(r), Dep::Advcl | Dep::Conj) && doc.head(r) != r {
        let verb = doc.head(r);
        if syntax::subjects(doc, verb).contains(&n) {
            return Some(3);
        }
        if syntax::preps(doc, verb).iter().any(|(_, objects)| objects.contains(&n)) {
            return Some(4);
        }
    }
    None
}

/// Whether a noun stands for an event by naming its kind or number: "a series of attacks", "the raid site".
fn names(doc: &Doc<'_>, outer: usize, n: usize) -> bool {
    (doc.dep(n) == Dep::Compound && doc.head(n) == outer)
        || (doc.dep(n) == Dep::Pobj && doc.lemma(doc.head(n)) == "of" && doc.head(doc.head(n)) == outer)
        || (doc.dep(n) == Dep::Conj && doc.head(n) == outer)
}
