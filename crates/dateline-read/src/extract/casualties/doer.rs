//! Who did the harm that a verb states.

use super::lexicon::{Frame, People};
use super::{Context, patient};
use crate::nlp::{Dep, Pos, Tag};

/// Head of who did it: the subject, the agent of a passive, whoever is accused of it. Attacks and weapons are nobody.
pub(crate) fn of(cx: &Context<'_>, t: usize) -> Option<usize> {
    let who = named(cx, t)?;
    let class = cx.lexicon.people(&cx.doc.lemma(who).to_ascii_lowercase());
    let noun = cx.doc.pos(who) == Pos::Noun && cx.doc.lemma(who) != "old";
    (class != Some(People::Thing) && (class.is_some() || !noun)).then_some(who)
}

fn named(cx: &Context<'_>, t: usize) -> Option<usize> {
    let doc = cx.doc;
    let active = |frame| matches!(frame, Frame::Transitive | Frame::Maybe | Frame::Blow | Frame::Fatal);
    let acts = cx.lexicon.triggers(doc.lemma(t)).iter().any(|(frame, _)| active(*frame));
    if doc.pos(t) != Pos::Verb || !acts {
        return None;
    }
    if let Some(by) = doc.child(t, Dep::Agent) {
        return doc.child(by, Dep::Pobj);
    }
    let passive = doc.child(t, Dep::Nsubjpass).is_some()
        || doc.tokens()[t].tag == Tag::Vbn && doc.child(t, Dep::Dobj).is_none() && doc.dep(t) == Dep::Acl;
    if passive {
        return None;
    }
    let mut at = t;
    for _ in 0..6 {
        let subject = doc.child(at, Dep::Nsubj).or_else(|| doc.child(at, Dep::Nsubjpass).filter(|_| at != t));
        if let Some(subject) = subject {
            return Some(patient::antecedent(cx, subject));
        }
        match doc.dep(at) {
            // "a man accused of killing two"
            Dep::Acl => return Some(doc.head(at)),
            Dep::Conj | Dep::Xcomp | Dep::Pcomp | Dep::Prep | Dep::Advcl => at = doc.head(at),
            _ => return None,
        }
    }
    None
}
