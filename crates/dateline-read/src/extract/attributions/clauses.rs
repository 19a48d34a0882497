//! Attributions that the syntax shows: a verb of saying, thinking or asking with its subject and its complement.

use std::ops::Range;

use super::cues::{CueClass, Cues};
use super::{Draft, spans};
use crate::extract::Story;
use crate::nlp::{Dep, Doc, Pos, Stopped, Tag};
use crate::words::WordClass;

/// Finds the verbal attributions of a text, in text order.
pub(super) fn find(story: &Story<'_>, cues: &Cues, drafts: &mut Vec<Draft>) -> Result<(), Stopped> {
    let doc = story.doc;
    for verb in 0..doc.len() {
        if !matches!(doc.pos(verb), Pos::Verb | Pos::Aux) {
            continue;
        }
        if let Some(draft) = clause(doc, cues, verb) {
            story.work(1 + draft.words())?;
            drafts.push(draft);
        }
    }
    Ok(())
}

fn clause(doc: &Doc<'_>, cues: &Cues, verb: usize) -> Option<Draft> {
    let frames = cues.verb(&doc.lemma(verb).to_lowercase())?;
    let passive = doc.children(verb).any(|c| doc.dep(c) == Dep::Auxpass);
    let source = subject(doc, verb);
    let (heads, class) = complement(doc, cues, frames, verb, passive)?;
    let mut draft = Draft::new(spans::verb_cue(doc, verb), verb, class);
    if passive {
        // "is believed to have fled": nobody is named as the source, unless by "by X".
        let agent = doc.child(verb, Dep::Agent).and_then(|a| doc.child(a, Dep::Pobj));
        draft.source = agent;
        if agent.is_none() && matches!(class, CueClass::Judge | CueClass::Want | CueClass::See) {
            return None;
        }
    } else {
        draft.source = source;
        draft.source?;
    }
    draft.denied = class == CueClass::Deny || doc.children(verb).any(|c| doc.dep(c) == Dep::Neg);
    let mut holes = vec![draft.cue.clone()];
    holes.extend(draft.source.map(|s| spans::source(doc, s)));
    if heads.iter().any(|h| doc.ancestors(verb).any(|a| a == *h)) {
        // The cue stands inside of its content, with all that belongs to it ("told reporters in Lima").
        holes.push(doc.subtree(verb));
    }
    let mut content: Vec<Range<usize>> = Vec::new();
    for head in heads {
        let span = content_span(doc, verb, head);
        content.extend(spans::without(doc, span, &holes));
    }
    draft.content = within_bounds(spans::joined(content));
    (!draft.content.is_empty()).then_some(draft)
}

/// The subject of a verb: its own, that of the verb it is joined to, or the noun that it modifies.
pub(super) fn subject(doc: &Doc<'_>, verb: usize) -> Option<usize> {
    let own = |v: usize| {
        let mut subjects = doc.children(v).filter(|c| matches!(doc.dep(*c), Dep::Nsubj | Dep::Nsubjpass));
        // "They included children, it said": the subject that stands nearest.
        let first = subjects.next()?;
        Some(subjects.fold(first, |best, s| if s.abs_diff(v) < best.abs_diff(v) { s } else { best }))
    };
    let mut at = verb;
    for _ in 0..4 {
        if let Some(subject) = own(at) {
            return Some(subject);
        }
        let head = doc.head(at);
        if head == at {
            return None;
        }
        match doc.dep(at) {
            Dep::Conj | Dep::Xcomp | Dep::Advcl | Dep::Pcomp | Dep::Prep | Dep::Ccomp | Dep::DepOther => at = head,
            // "a statement saying", "officials warning of".
            Dep::Acl => return Some(head),
            Dep::Relcl => return own(at),
            _ => return None,
        }
    }
    None
}

/// The heads of what a verb takes as content, and the class of the construction.
fn complement(
    doc: &Doc<'_>,
    cues: &Cues,
    frames: &super::cues::Frames,
    verb: usize,
    passive: bool,
) -> Option<(Vec<usize>, CueClass)> {
    let children = || doc.children(verb);
    if let Some(class) = frames.clause {
        if let Some(clause) = children().find(|c| doc.dep(*c) == Dep::Ccomp && !is_outside(doc, verb, *c)) {
            return Some((vec![clause], class));
        }
        // "The road, he said, was open": the cue hangs from its own content.
        let hangs = doc.dep(verb) == Dep::Parataxis || doc.dep(verb) == Dep::Ccomp && is_inserted(doc, verb);
        if hangs && !doc.is_root(verb) {
            return Some((vec![doc.head(verb)], class));
        }
        // "as residents say": the clause that it comments on.
        let comments =
            doc.dep(verb) == Dep::Advcl && children().any(|c| doc.dep(c) == Dep::Mark && doc.lemma(c) == "as");
        if comments && matches!(doc.pos(doc.head(verb)), Pos::Verb | Pos::Aux) {
            return Some((vec![doc.head(verb)], class));
        }
    }
    if let Some(class) = frames.infinitive
        && let Some(clause) = children().find(|c| doc.dep(*c) == Dep::Xcomp && !is_outside(doc, verb, *c))
    {
        let gerund = doc.tokens()[clause].tag == Tag::Vbg;
        let infinitive = doc.children(clause).any(|c| doc.dep(c) == Dep::Aux && doc.tokens()[c].tag == Tag::To);
        if gerund || infinitive {
            let mut heads = vec![clause];
            if passive {
                heads.extend(children().find(|c| doc.dep(*c) == Dep::Nsubjpass));
            } else {
                // "urged the crowd to leave": the people are part of what is wanted.
                heads.extend(children().find(|c| doc.dep(*c) == Dep::Dobj && class == CueClass::Ask));
            }
            return Some((heads, class));
        }
    }
    for (word, class) in &frames.prepositions {
        let preposition =
            children().find(|c| doc.dep(*c) == Dep::Prep && doc.word(*c).eq_ignore_ascii_case(word) && *c > verb);
        if let Some(object) =
            preposition.and_then(|p| doc.children(p).find(|c| matches!(doc.dep(*c), Dep::Pobj | Dep::Pcomp)))
        {
            return Some((vec![object], *class));
        }
    }
    if let Some(class) = frames.object {
        let label = if passive { Dep::Nsubjpass } else { Dep::Dobj };
        if let Some(object) = children().find(|c| doc.dep(*c) == label) {
            // A board dismisses a coach, police question a driver, costs are rejected: only words can be denied so.
            let deed = cues.is(WordClass::DeniedDeed, doc.lemma(verb));
            let said = cues.word(Pos::Noun, &doc.lemma(object).to_lowercase()).is_some();
            // "The appeals were rejected": nobody denies anything, unless "the claim that he fled" was.
            let holds = |c: usize| matches!(doc.dep(c), Dep::Acl | Dep::Ccomp);
            let by_nobody = passive && doc.child(verb, Dep::Agent).is_none() && !doc.children(object).any(holds);
            if deed && (!said || by_nobody) {
                return None;
            }
            if doc.pos(object) == Pos::Pron && class != CueClass::Judge {
                return None;
            }
            let mut heads = vec![object];
            // "described the raid as a success", "accused them of spying", "called him a liar".
            heads.extend(children().filter(|c| {
                doc.dep(*c) == Dep::Prep && matches!(doc.word(*c), "as" | "of" | "for") && *c > verb
                    || doc.dep(*c) == Dep::Oprd
            }));
            return Some((heads, class));
        }
        if let Some(clause) = children().find(|c| doc.dep(*c) == Dep::Ccomp && *c > verb) {
            return Some((vec![clause], class));
        }
    }
    None
}

/// Whether a complement lies in another quotation or clause that merely hangs from the verb: "killing" in "said ...,
/// killing" is no complement of "said" when it follows a full stop.
fn is_outside(doc: &Doc<'_>, verb: usize, clause: usize) -> bool {
    doc.tokens()[verb].sentence != doc.tokens()[clause].sentence
        // "Russia bombed a school; Moscow did not comment", but "&#8220;We left" of a text decoded once too little.
        || (clause + 1..verb).any(|i| doc.word(i) == ";" && doc.word(i - 1).ends_with(char::is_alphabetic))
}

/// Whether the verb stands with its subject between commas inside of the clause that it hangs from.
fn is_inserted(doc: &Doc<'_>, verb: usize) -> bool {
    let span = doc.subtree(verb);
    let comma = |i: usize| matches!(doc.word(i), "," | "—" | "–" | "\"" | "”");
    span.start > 0 && comma(span.start - 1) && doc.subtree(doc.head(verb)).start < span.start && span.len() <= 12
}

/// Words of a statement at most. No sentence of a newspaper is so long; in a text of nothing but cues every statement
/// would else hold all that follow it.
const LONGEST: usize = 500;

fn within_bounds(content: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut left = LONGEST;
    let cut = content.into_iter().map(|range| {
        let end = range.end.min(range.start + left);
        left -= end - range.start;
        range.start..end
    });
    cut.filter(|range| !range.is_empty()).collect()
}

/// The words of a complement. Its subtree, but for a complement before the verb not beyond the verb's subject.
fn content_span(doc: &Doc<'_>, verb: usize, head: usize) -> Range<usize> {
    if doc.ancestors(verb).any(|a| a == head) {
        return doc.subtree(head);
    }
    let mut span = doc.subtree(head);
    // An object with a preposition: "accused them of spying".
    if matches!(doc.dep(head), Dep::Prep) {
        return span;
    }
    // "Ann said the bridge was gone and added that": a conjunct of the cue parsed into the content stays there, the
    // cue's own later clauses do not.
    if head > verb && span.start <= verb {
        span.start = verb + 1;
    }
    span
}
