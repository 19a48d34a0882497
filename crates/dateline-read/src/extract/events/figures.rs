//! Words of force that tell of none: figures of speech, animals, celebrations.
//!
//! `blocked.tsv` knows fixed phrases of single words. Here is decided by what kind of thing is struck and by the
//! setting, whichever the word is: the learned reader finds "bombarded the box" without any table.

use super::classes::{Class, Classes};
use super::mentions::Reader;
use super::triggers::{self, Trigger};
use super::typing::event_of;
use crate::extract::syntax;
use crate::nlp::{Dep, EntityType, Pos};
use crate::record::EventType;
use crate::words::WordClass;

impl Reader<'_> {
    /// Whether a trigger is no event of its type.
    pub(super) fn is_figure(&self, trigger: &Trigger<'_>) -> bool {
        match event_of(trigger.reading) {
            Some(EventType::Assault) => {
                self.is_done_by_strikers(trigger)
                    || self.is_of_animals(trigger)
                    || self.strikes_only(trigger, Class::Abstract)
                    || !self.strikes_bodies(trigger)
                        && self.settings.is_contest(self.words, self.story.sentence(trigger.head))
            }
            Some(EventType::Coerce) => {
                (self.takes_nothing(trigger) || trigger.entry.rule.is_unlisted() && !self.strikes_bodies(trigger))
                    && self.settings.is_contest(self.words, self.story.sentence(trigger.head))
            }
            // Ports and roads are where, never what: the reader sees a stoppage in "strikes hit the port".
            Some(EventType::Protest) => {
                self.is_unlisted_place(trigger) || self.settings.is_feast(self.words, self.story.sentence(trigger.head))
            }
            Some(EventType::Reject) => self.is_of_accusation(trigger),
            None => self.is_figure_of_nature(trigger),
            _ => false,
        }
    }

    /// "A strike hit airports as pilots demanded more": a stoppage of work hits nobody.
    fn is_done_by_strikers(&self, trigger: &Trigger<'_>) -> bool {
        let Self { story, lexicon, words, .. } = self;
        let subjects = &trigger.arguments.subjects;
        let stoppage = |i: &usize| {
            words.lemma(*i) == "strike"
                && triggers::event_at(story.doc, lexicon, words, story.tokens(story.sentence(*i)), *i)
                    == Some(EventType::Protest)
        };
        trigger.entry.verb && !subjects.is_empty() && subjects.iter().all(stoppage)
    }

    /// "accused Hungary of blocking the talks": the accusation is the event.
    fn is_of_accusation(&self, trigger: &Trigger<'_>) -> bool {
        let doc = self.story.doc;
        let of = doc.head(trigger.head);
        matches!(doc.dep(trigger.head), Dep::Pcomp | Dep::Pobj)
            && matches!(doc.lemma(of), "of" | "for")
            && self.lexicon.is(WordClass::Accusing, doc.lemma(doc.head(of)))
    }

    /// "called the fall in shares a tsunami", "the verdict was an earthquake": what is no force of nature itself.
    fn is_said_of_another(&self, noun: usize) -> bool {
        let (doc, classes) = (self.story.doc, &self.lexicon.classes);
        let itself = classes.class(Class::Nature) | classes.class(Class::Disaster);
        let of = match doc.dep(noun) {
            Dep::Attr => doc.child(doc.head(noun), Dep::Nsubj),
            Dep::Oprd => doc.child(noun, Dep::Nsubj).or_else(|| doc.child(doc.head(noun), Dep::Dobj)),
            _ => None,
        };
        of.is_some_and(|o| {
            doc.pos(o) == Pos::Noun && doc.entity_at(o).is_none() && self.words.bits(self.kind(o)) & itself == 0
        })
    }

    /// "an avalanche of lawsuits", "a political earthquake", "a storm in parliament": nature in figures, and what only
    /// such figures do.
    fn is_figure_of_nature(&self, trigger: &Trigger<'_>) -> bool {
        let (doc, classes) = (self.story.doc, &self.lexicon.classes);
        let nature = classes.class(Class::Nature);
        let literal = classes.class(Class::Matter);
        let assembly = classes.class(Class::Assembly);
        let figure = |noun: usize| {
            let objects = |preps: &'static [&str]| {
                let preps = doc.children(noun).filter(|c| doc.dep(*c) == Dep::Prep && preps.contains(&doc.lemma(*c)));
                preps.filter_map(|c| doc.child(c, Dep::Pobj))
            };
            let about = objects(&["of", "for"]).next().is_some_and(|o| {
                doc.pos(o) == Pos::Noun && doc.entity_at(o).is_none() && self.words.bits(o) & literal == 0
            });
            let public = doc.children(noun).any(|c| {
                matches!(doc.dep(c), Dep::Amod | Dep::Compound)
                    && self.words.bits(c) & classes.class(Class::Public) != 0
            });
            let among = objects(&["in"]).any(|o| self.words.bits(o) & assembly != 0);
            self.words.bits(noun) & nature != 0 && (about || public || among || self.is_said_of_another(noun))
        };
        let head = trigger.head;
        let above = doc.ancestors(head).take(2).any(figure);
        let unlisted = trigger.entry.rule.is_unlisted();
        let subjects = &trigger.arguments.subjects;
        figure(head)
            || trigger.entry.verb && !subjects.is_empty() && subjects.iter().all(|i| figure(*i))
            || unlisted && above
    }

    /// "seized the agenda", "captured market share", "hold farmers hostage": taking that in a contest takes nothing.
    fn takes_nothing(&self, trigger: &Trigger<'_>) -> bool {
        self.words.bits(trigger.head) & self.lexicon.classes.class(Class::Takes) != 0
    }

    fn is_unlisted_place(&self, trigger: &Trigger<'_>) -> bool {
        let places = self.lexicon.classes.class(Class::Thing) | self.lexicon.classes.class(Class::Place);
        trigger.entry.rule.is_unlisted() && !trigger.entry.verb && self.words.bits(trigger.head) & places != 0
    }

    /// What the words of an argument are about: "chickens" of "1.3 million of the chickens".
    fn kind(&self, head: usize) -> usize {
        let doc = self.story.doc;
        let counts =
            self.words.bits(head) & self.lexicon.classes.class(Class::Quantity) != 0 || doc.pos(head) == Pos::Num;
        let of = doc.children(head).find(|c| doc.lemma(*c) == "of").filter(|_| counts);
        of.and_then(|of| doc.child(of, Dep::Pobj)).unwrap_or(head)
    }

    /// Whether everything that a trigger strikes is of a class.
    fn strikes_only(&self, trigger: &Trigger<'_>, class: Class) -> bool {
        let struck = self.struck(trigger);
        !struck.is_empty() && struck.iter().all(|i| self.is_of_kind(*i, class))
    }

    /// Whether an argument's words are about a thing of a class that has no name.
    fn is_of_kind(&self, argument: usize, class: Class) -> bool {
        let kind = self.kind(argument);
        self.words.bits(kind) & self.lexicon.classes.class(class) != 0 && self.story.doc.pos(kind) == Pos::Noun
    }

    fn struck(&self, trigger: &Trigger<'_>) -> Vec<usize> {
        let doc = self.story.doc;
        let a = &trigger.arguments;
        if trigger.entry.verb {
            return a.objects.clone();
        }
        let on = |p: &usize| matches!(doc.lemma(*p), "of" | "on" | "against");
        a.preps.iter().filter(|(p, _)| on(p)).flat_map(|(_, objects)| objects.iter().copied()).collect()
    }

    /// Whether animals do or suffer what a trigger tells, or, where nobody armed is spoken of, did in what was told.
    fn is_of_animals(&self, trigger: &Trigger<'_>) -> bool {
        let is = |i: &usize| self.is_of_kind(*i, Class::Animal);
        let a = &trigger.arguments;
        let doers = a.subjects.iter().chain(&a.possessors);
        let doers: Vec<&usize> = doers.chain(a.modifiers.iter().filter(|m| is(m))).collect();
        // "The attack lasted a minute": what animals did, told on.
        let told_on = || {
            doers.is_empty()
                && self.settings.is_unarmed()
                && self.settings.is_of_animals(self.story.sentence(trigger.head))
        };
        !doers.is_empty() && doers.iter().all(|i| is(i))
            || self.strikes_only(trigger, Class::Animal)
            || told_on()
            || self.befell_prey(trigger)
    }

    /// "was bitten by a dog and lost a finger": what became of whom animals struck.
    fn befell_prey(&self, trigger: &Trigger<'_>) -> bool {
        let doc = self.story.doc;
        let sufferers = &trigger.arguments.subjects;
        let verbs = doc.ancestors(trigger.head).take(3).filter(|a| syntax::is_verb(doc, *a));
        trigger.entry.rule.is_unlisted()
            && verbs.into_iter().any(|v| {
                let (doers, prey) = (syntax::subjects(doc, v), syntax::objects(doc, v));
                !doers.is_empty()
                    && doers.iter().all(|i| self.is_of_kind(*i, Class::Animal))
                    && sufferers.iter().all(|s| prey.contains(s))
            })
    }

    /// "shot a resident", "destroyed the church": people whom one kills and things that stand somewhere are no figures.
    fn strikes_bodies(&self, trigger: &Trigger<'_>) -> bool {
        let (doc, classes) = (self.story.doc, &self.lexicon.classes);
        let deadly = self.words.bits(trigger.head) & classes.class(Class::Deadly) != 0;
        if deadly && !trigger.entry.verb {
            return true;
        }
        let human = classes.class(Class::Human);
        let thing = classes.class(Class::Thing)
            | [EntityType::Gpe, EntityType::Fac, EntityType::Loc].map(Classes::kind_bit).iter().sum::<u128>();
        self.struck(trigger).into_iter().any(|o| {
            let bits = self.words.bits(self.kind(o));
            let deal = self.lexicon.is(WordClass::Deal, doc.lemma(o));
            bits & thing != 0 && !deal || bits & human != 0 && deadly
        })
    }
}
