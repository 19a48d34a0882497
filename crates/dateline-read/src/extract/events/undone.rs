//! Verbs that end or withhold what their object tells of: "dropped its sanctions", "did away with the embargo", "holds up
//! a delivery of aid". What they undo is no event of its own beside theirs.
//!
//! Looked up among the rules' triggers of one sentence; whether the verb really is a trigger is for the caller to say.

use super::triggers::Trigger;
use super::typing::event_of;
use crate::extract::syntax;
use crate::nlp::Doc;
use crate::record::EventType;

/// The verbs of a sentence that the rules read as deeds.
pub(super) struct Undoers<'a> {
    doc: &'a Doc<'a>,
    verbs: Vec<Verb>,
}

struct Verb {
    head: usize,
    deed: Option<EventType>,
    objects: Vec<usize>,
}

impl<'a> Undoers<'a> {
    pub(super) fn new(doc: &'a Doc<'a>, found: &[Trigger<'_>]) -> Self {
        let verb =
            |t: &Trigger<'_>| Verb { head: t.head, deed: event_of(t.reading), objects: t.arguments.objects.clone() };
        Self { doc, verbs: found.iter().filter(|t| t.entry.verb).map(verb).collect() }
    }

    /// The verbs that undo a deed that a noun tells of.
    pub(super) fn of(&self, noun: usize, deed: Option<EventType>) -> impl Iterator<Item = usize> {
        let doc = self.doc;
        let is_met = move |verb: &&Verb| {
            let mut phrase = std::iter::once(noun).chain(doc.ancestors(noun)).take_while(|a| !syntax::is_verb(doc, *a));
            let with = |p: usize| doc.lemma(p) == "with" && doc.head(p) == verb.head;
            undoes(verb.deed, deed) && phrase.any(|p| verb.objects.contains(&p) || with(p))
        };
        self.verbs.iter().filter(is_met).map(|v| v.head)
    }
}

/// Whether an event of one type ends or withholds what its object tells of another.
pub(super) fn undoes(event: Option<EventType>, deed: Option<EventType>) -> bool {
    use EventType::{Aid, Coerce, Concede, Retreat, Sanction};
    matches!((event, deed), (Some(Concede | Retreat), Some(Sanction | Coerce)) | (Some(Sanction), Some(Aid)))
}
