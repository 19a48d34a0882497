//! What an event mention takes up from what the article told before it.

use super::classes::Class;
use super::mentions::{LEAD_PARAGRAPHS, Reader};
use super::triggers::Trigger;
use super::typing::event_of;
use super::{EventMention, Participant, PlaceLink, TimeLink, setting, when};
use crate::article::BlockKind;
use crate::extract::syntax;
use crate::nlp::{Dep, EntityType, Pos, Tag};
use crate::record::{EntityKind, ParticipantRole, Polarity, Tense, Via};
use crate::words::WordClass;

impl Reader<'_> {
    /// Whether an event noun stands with "the" or a demonstrative.
    pub(super) fn is_definite(&self, trigger: &Trigger<'_>) -> bool {
        let doc = self.story.doc;
        doc.children(trigger.head)
            .any(|c| doc.dep(c) == Dep::Det && matches!(doc.lemma(c), "the" | "this" | "that" | "these" | "those"))
    }

    /// "So far this year, 100 people have been killed", "70,000 have died": a count over months, or one that no single
    /// event reaches, sums up many events and tells of none.
    pub(super) fn is_tally(&self, trigger: &Trigger<'_>, time: Option<&TimeLink>, cast: &[Participant]) -> bool {
        let doc = self.story.doc;
        let many = |i: usize| matches!(doc.tokens()[i].tag, Tag::Nns | Tag::Nnps | Tag::Cd);
        let hit = |p: &Participant| matches!(p.role, ParticipantRole::Victim | ParticipantRole::Recipient);
        let several = if trigger.entry.verb {
            cast.iter().filter(|p| hit(p)).filter_map(|p| p.tokens.clone()).any(|t| many(t.end - 1))
        } else {
            many(trigger.head)
        };
        let own = time.filter(|t| t.via == Via::Explicit);
        let uncounted =
            own.is_none() && cast.iter().filter(|p| hit(p)).filter_map(|p| p.tokens.clone()).any(|t| self.is_sum(t));
        uncounted || several && own.is_some_and(|t| when::is_long(&t.timex))
    }

    /// Whether words count more people than one event harms.
    fn is_sum(&self, tokens: std::ops::Range<usize>) -> bool {
        const SUM: u64 = 10_000;
        let doc = self.story.doc;
        let counted = tokens.end.checked_sub(1).map(|head| doc.children(head).filter(|c| doc.dep(*c) == Dep::Nummod));
        tokens.chain(counted.into_iter().flatten()).filter(|i| doc.tokens()[*i].tag == Tag::Cd).any(|i| {
            let digits = doc.word(i).replace(',', "");
            digits.parse::<u64>().is_ok_and(|n| n >= SUM)
        })
    }

    /// "the wave of kidnappings", "attacks on unionists": violence in a plural without number, day and place is a kind of event.
    pub(super) fn is_vague(
        &self,
        trigger: &Trigger<'_>,
        time: Option<&TimeLink>,
        place: Option<&PlaceLink>,
        cast: &[Participant],
    ) -> bool {
        let doc = self.story.doc;
        // "the terrorists who attack the people": in running text the simple present tells what happens, not what did.
        if trigger.entry.verb {
            let simple = matches!(doc.tokens()[trigger.head].tag, Tag::Vbz | Tag::Vbp)
                && !doc.children(trigger.head).any(|c| matches!(doc.dep(c), Dep::Aux | Dep::Auxpass));
            let s = self.story.sentence(trigger.head);
            return simple && self.story.kind(s) == BlockKind::Paragraph && s > 1;
        }
        let counted = |c: usize| matches!(doc.dep(c), Dep::Nummod | Dep::Det | Dep::Poss | Dep::Quantmod);
        let named = |p: &Participant| {
            let entity = p.entity.map(|e| &self.facts.entities.list[e]);
            p.tokens.clone().is_some_and(|t| t.clone().any(|i| doc.pos(i) == Pos::Propn))
                && entity.is_some_and(|e| e.kind == EntityKind::Person)
        };
        trigger.light.is_none()
            && doc.tokens()[trigger.head].tag == Tag::Nns
            && !doc.children(trigger.head).any(counted)
            && !cast.iter().any(named)
            && time.is_none_or(|t| matches!(t.via, Via::Default | Via::Inferred))
            && place.is_none_or(|p| matches!(p.via, Via::Default | Via::Inferred))
    }

    /// Whether a trigger tells the plot of a work. Plots are told in the present; what happened to the work, in the past.
    pub(super) fn is_fiction(&self, trigger: &Trigger<'_>, tense: Tense) -> bool {
        let headline = self.story.kind(self.story.sentence(trigger.head)) == BlockKind::Headline;
        self.settings.is_plot() && matches!(tense, Tense::Present | Tense::None) && !headline
            || setting::in_work(self.story.doc, self.lexicon, self.words, trigger.head)
    }

    /// "Tyrants arrest their critics", "two women a week are murdered": the simple present of kinds of people, or of
    /// what comes again and again, tells of no day.
    pub(super) fn is_custom(&self, trigger: &Trigger<'_>) -> bool {
        let doc = self.story.doc;
        let s = self.story.sentence(trigger.head);
        let stops = self
            .story
            .tokens(s)
            .rev()
            .find(|i| doc.pos(*i) != Pos::Space)
            .is_some_and(|i| matches!(doc.word(i), "." | "?" | "!" | "”" | "\""));
        let Some(verb) =
            syntax::clause(doc, trigger.head).filter(|_| stops && self.story.kind(s) == BlockKind::Paragraph)
        else {
            return false;
        };
        let auxiliary = doc.children(verb).find(|c| matches!(doc.dep(*c), Dep::Aux | Dep::Auxpass));
        let present = |i: usize| matches!(doc.tokens()[i].tag, Tag::Vbz | Tag::Vbp);
        let simple = match auxiliary {
            None => present(verb),
            Some(a) => {
                present(a) && doc.dep(a) == Dep::Auxpass && doc.lemma(a) == "be" && doc.tokens()[verb].tag == Tag::Vbn
            }
        };
        if !simple {
            return false;
        }
        let dated = self.times[s].iter().map(|t| &self.facts.times[t.index].timex);
        let dated = dated.into_iter().any(|t| t.days.is_some());
        let kinds = |i: &usize| {
            let plain = |c: usize| {
                matches!(doc.dep(c), Dep::Det | Dep::Nummod | Dep::Poss | Dep::Quantmod) || doc.entity_at(c).is_some()
            };
            doc.tokens()[*i].tag == Tag::Nns && doc.entity_at(*i).is_none() && !doc.children(*i).any(plain)
                || doc.word(*i).eq_ignore_ascii_case("who")
        };
        let subjects = syntax::subjects(doc, verb);
        !dated && auxiliary.is_none() && !subjects.is_empty() && subjects.iter().all(kinds) || self.is_rate(s)
    }

    /// "every year", "two a week", "on average".
    fn is_rate(&self, s: usize) -> bool {
        let doc = self.story.doc;
        let unit = |i: usize| self.lexicon.is(WordClass::RateUnit, doc.lemma(i)) && doc.pos(i) == Pos::Noun;
        let after = |i: usize| self.lexicon.is(WordClass::RateEnded, doc.lemma(i));
        let tokens = self.story.tokens(s);
        tokens.clone().filter(|i| i + 1 < tokens.end).any(|i| match doc.lemma(i) {
            "every" | "each" | "per" => unit(i + 1),
            "a" | "an" => {
                unit(i + 1) && i > tokens.start && doc.pos(i - 1) == Pos::Noun && !(i + 2 < tokens.end && after(i + 2))
            }
            "on" => doc.lemma(i + 1) == "average",
            _ => false,
        })
    }

    /// An earlier mention that an event noun with "the" or "this" points back to.
    pub(super) fn antecedent(&self, trigger: &Trigger<'_>, before: &[EventMention]) -> Option<usize> {
        let doc = self.story.doc;
        if trigger.entry.verb {
            return None;
        }
        if !self.is_definite(trigger) && doc.dep(trigger.head) != Dep::Compound {
            return None;
        }
        let event = event_of(trigger.reading);
        let s = self.story.sentence(trigger.head);
        // "the Boston attack" is no "the Madrid attack" told before.
        let names: Vec<&str> = trigger
            .arguments
            .modifiers
            .iter()
            .filter(|m| doc.entity_at(**m).is_some_and(|e| is_name(e.kind)))
            .map(|m| doc.word(*m))
            .collect();
        let fits = |m: &EventMention| {
            let sentence = doc.sentence_of(m.head);
            m.class.plover.event == event
                && m.assertion.polarity == Polarity::Pos
                && names.iter().all(|n| sentence.clone().any(|t| doc.word(t) == *n))
        };
        let same_word = |m: &EventMention| doc.lemma(m.head) == doc.lemma(trigger.head);
        // The news before its background: history is meant only where it was just told.
        let current = |m: &EventMention| !m.assertion.historical || self.story.sentence(m.head) + 1 >= s;
        let last = |test: &dyn Fn(&EventMention) -> bool| before.iter().rposition(|m| fits(m) && test(m));
        last(&|m| same_word(m) && current(m)).or_else(|| last(&current)).or_else(|| last(&same_word))
    }

    /// A dated mention some sentences back in a story past its lead that this sentence goes on about: they share a
    /// thing ("the prison") that is neither people nor the event itself.
    pub(super) fn thread(&self, trigger: &Trigger<'_>, before: &[EventMention]) -> Option<usize> {
        let doc = self.story.doc;
        let s = self.story.sentence(trigger.head);
        if self.story.paragraph(s) <= LEAD_PARAGRAPHS {
            return None;
        }
        let classes = &self.lexicon.classes;
        let common = classes.class(Class::Person)
            | classes.class(Class::Group)
            | classes.class(Class::Quantity)
            | classes.class(Class::Attack);
        let topics: Vec<&str> = self
            .story
            .tokens(s)
            .filter(|t| doc.pos(*t) == Pos::Noun && self.words.bits(*t) & common == 0)
            .filter(|t| self.words.bits(*t) & classes.class(Class::Thing) != 0)
            .map(|t| self.words.lemma(t))
            .collect();
        before.iter().rposition(|m| {
            let p = self.story.sentence(m.head);
            p < s
                && p + 4 >= s
                && m.time.as_ref().is_some_and(|t| t.mention.is_some())
                && doc.sentence_of(m.head).any(|t| doc.pos(t) == Pos::Noun && topics.contains(&self.words.lemma(t)))
        })
    }
}

/// Types of names that set one event apart from another.
fn is_name(kind: EntityType) -> bool {
    matches!(
        kind,
        EntityType::Gpe | EntityType::Loc | EntityType::Fac | EntityType::Org | EntityType::Event | EntityType::Person
    )
}
