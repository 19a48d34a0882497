//! The place that governs an event.
//!
//! A place name counts when a path of nouns and prepositions of place leads from it to the trigger, to its clause or
//! to one of its arguments. Names that say who rather than where ("Washington said", "the Syrian army", "an
//! Idlib-based activist") lead nowhere.

use super::classes::Class;
use super::lexicon::Lexicon;
use super::triggers::Trigger;
use super::words::Words;
use super::{Facts, Participant, PlaceLink};
use crate::extract::Story;
use crate::extract::entities::{Mention, MentionForm};
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Pos};
use crate::record::{EntityKind, EventType, ParticipantRole, Via};
use crate::words::WordClass;

/// Finds places for the triggers of one article.
pub(super) struct Finder<'a> {
    pub story: &'a Story<'a>,
    pub lexicon: &'a Lexicon,
    pub words: &'a Words<'a>,
    pub facts: &'a Facts<'a>,
}

impl Finder<'_> {
    /// The place that a trigger's own sentence gives it.
    pub(super) fn own(&self, trigger: &Trigger<'_>, partner: Option<usize>, cast: &[Participant]) -> Option<PlaceLink> {
        let sentence = self.story.doc.sentence_of(trigger.head);
        let actors: Vec<_> = cast
            .iter()
            .filter(|p| matches!(p.role, ParticipantRole::Actor | ParticipantRole::Mediator | ParticipantRole::Victim))
            .filter_map(|p| p.tokens.clone())
            .collect();
        let found: Vec<(u8, &Mention)> = self
            .facts
            .entities
            .headed_in(sentence)
            .filter(|m| is_place(m.kind) && m.form == MentionForm::Name)
            .filter(|m| !actors.contains(&m.tokens))
            .filter_map(|m| Some((self.cost(m, trigger, partner)?, m)))
            .collect();
        let key =
            |(cost, m): &(u8, &Mention)| (*cost, std::cmp::Reverse(self.resolution(m)), m.head.abs_diff(trigger.head));
        let best = found.iter().copied().min_by_key(key)?;
        // "a camp in Ituri province in Congo": the parser hangs Congo on the deed, Ituri on the camp.
        let finer = found.iter().copied().filter(|(_, m)| self.lies_in(m, best.1)).min_by_key(key);
        Some(finer.unwrap_or(best)).map(|(cost, m)| PlaceLink {
            entity: m.entity,
            tokens: Some(m.tokens.clone()),
            via: Via::Explicit,
            confidence: (0.95 - 0.08 * f64::from(cost)).max(0.4),
        })
    }

    fn lies_in(&self, inner: &Mention, outer: &Mention) -> bool {
        let place = |m: &Mention| self.facts.entities.list[m.entity].place.as_ref();
        let (Some(i), Some(o)) = (place(inner), place(outer)) else { return false };
        let country = o.resolution == Some(1) && i.country_iso2 == o.country_iso2;
        let province = o.resolution == Some(2) && o.admin1.is_some() && i.admin1 == o.admin1;
        i.resolution > o.resolution && (country || province && i.country_iso2 == o.country_iso2)
    }

    fn resolution(&self, m: &Mention) -> u8 {
        self.facts.entities.list[m.entity].place.as_ref().and_then(|p| p.resolution).unwrap_or(0)
    }

    /// How far a place is from governing a trigger; none if it does not.
    fn cost(&self, mention: &Mention, trigger: &Trigger<'_>, partner: Option<usize>) -> Option<u8> {
        let doc = self.story.doc;
        if compounds_source(doc, mention) {
            return None;
        }
        let head = trigger.head;
        let verb = trigger
            .light
            .map(|(v, _)| v)
            .or_else(|| syntax::clause(doc, head))
            .filter(|v| !says(doc, self.lexicon, *v));
        let mut at = mention.head;
        let mut cost = 0u8;
        for _ in 0..10 {
            if at != mention.head {
                if at == head {
                    return Some(cost);
                }
                if Some(at) == verb {
                    return Some(cost + if trigger.entry.verb { 0 } else { 2 });
                }
                if Some(at) == partner {
                    return Some(cost + 1);
                }
            }
            if doc.is_root(at) {
                return None;
            }
            let up = doc.head(at);
            cost += 1;
            match doc.dep(at) {
                Dep::Pobj => {
                    let prep = self.words.lemma(up);
                    // "Negotiators from Colombia met here": where they are from. "Left Iran from Bandar Abbas" hangs on the deed.
                    if prep == "from" && doc.head(up) != head && Some(doc.head(up)) != verb {
                        return None;
                    }
                    let goal = self.lexicon.is(WordClass::GoalPreposition, prep)
                        && ends_at_goal(trigger)
                        && at == mention.head;
                    let target = matches!(prep, "on" | "against") && self.in_trigger(trigger, up);
                    if !goal && !target && !self.lexicon.is(WordClass::PlacePreposition, prep) {
                        return None;
                    }
                    // "attack by France": not a place; "by the river" is rare. "A raid by commandos on a house in Lyon": the
                    // parser hangs the house on the commandos.
                    if prep == "by" && (at == mention.head || !self.in_trigger(trigger, up)) {
                        return None;
                    }
                    if prep == "of" && doc.head(up) != head && !self.is_place_word(doc.head(up)) {
                        return None;
                    }
                    at = if doc.is_root(up) { return None } else { doc.head(up) };
                    continue;
                }
                Dep::Prep | Dep::Appos | Dep::Npadvmod => {}
                Dep::Conj if !matches!(doc.pos(at), Pos::Verb | Pos::Aux) => {}
                // "Syria's Idlib province", "Syria raid".
                Dep::Compound | Dep::Nmod | Dep::Poss | Dep::Amod => {
                    if up != head && !self.is_place_word(up) {
                        return None;
                    }
                    if up == head && doc.dep(at) == Dep::Poss {
                        cost += 3;
                    }
                }
                // A place as subject is who, as object it is what was hit.
                Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj | Dep::Attr | Dep::Oprd | Dep::Dative if at == mention.head => {
                    if !(self.hits(trigger, at) && (up == head || trigger.arguments.objects.contains(&at))) {
                        return None;
                    }
                    return Some(cost + 1);
                }
                Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj | Dep::Attr | Dep::Oprd => {
                    // An argument that stands somewhere: "a bomb in Baghdad killed".
                    if says(doc, self.lexicon, up) {
                        return None;
                    }
                    cost += 1;
                }
                Dep::Relcl | Dep::Acl | Dep::Advcl | Dep::Xcomp | Dep::Conj | Dep::Pcomp | Dep::Advmod => cost += 1,
                _ => return None,
            }
            at = up;
        }
        None
    }

    fn in_trigger(&self, trigger: &Trigger<'_>, prep: usize) -> bool {
        trigger.arguments.preps.iter().any(|(p, _)| *p == prep)
    }

    /// Whether a place is what an event hits, takes or is aimed at.
    fn hits(&self, trigger: &Trigger<'_>, place: usize) -> bool {
        let event = match trigger.reading {
            super::lexicon::Reading::Event(event) => event,
            super::lexicon::Reading::Happening => return true,
            _ => return false,
        };
        matches!(
            event,
            EventType::Assault | EventType::Coerce | EventType::Consult | EventType::Protest | EventType::Mobilize
        ) && trigger.arguments.objects.contains(&place)
    }

    fn is_place_word(&self, i: usize) -> bool {
        self.words.bits(i) & self.lexicon.classes.class(Class::Place) != 0
            || self.facts.entities.headed_by(i).is_some_and(|m| is_place(m.kind))
            || self.lexicon.is(WordClass::Spot, self.words.lemma(i))
    }

    /// Whether the trigger's sentence points back to a place: "in the same area".
    pub(super) fn points_back(&self, trigger: &Trigger<'_>) -> bool {
        let doc = self.story.doc;
        trigger.arguments.preps.iter().any(|(prep, objects)| {
            self.lexicon.is(WordClass::PlacePreposition, self.words.lemma(*prep))
                && objects.iter().any(|o| {
                    self.lexicon.is(WordClass::PlaceTold, self.words.lemma(*o))
                        && doc
                            .children(*o)
                            .any(|c| doc.dep(c) == Dep::Det && matches!(doc.lemma(c), "the" | "that" | "this"))
                })
        })
    }

    /// The dateline's place.
    pub(super) fn dateline(&self) -> Option<PlaceLink> {
        let doc = self.story.doc;
        let bytes = self.story.article.layout.dateline.as_ref()?.place.clone()?;
        let first = doc.token_at(bytes.start)?;
        let inside = |m: &&Mention| {
            let span = doc.bytes(m.tokens.clone());
            m.tokens.start >= first && span.start >= bytes.start && span.end <= bytes.end && is_place(m.kind)
        };
        let m =
            self.facts.entities.headed_in(first..doc.token_at(bytes.end).map_or(doc.len(), |t| t + 1)).find(inside)?;
        Some(PlaceLink { entity: m.entity, tokens: Some(m.tokens.clone()), via: Via::Default, confidence: 0.35 })
    }
}

fn is_place(kind: EntityKind) -> bool {
    matches!(kind, EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac)
}

/// "Britain-based", "U.S.-led": the name says who.
fn compounds_source(doc: &Doc<'_>, mention: &Mention) -> bool {
    let end = mention.tokens.end;
    end < doc.len() && doc.word(end) == "-" && !doc.tokens()[end - 1].space_after
}

fn says(doc: &Doc<'_>, lexicon: &Lexicon, verb: usize) -> bool {
    doc.pos(verb) == Pos::Verb && lexicon.is(WordClass::Saying, doc.lemma(verb))
}

/// Events that end where they go: visits, deployments, withdrawals, deliveries.
fn ends_at_goal(trigger: &Trigger<'_>) -> bool {
    use EventType::{Aid, Consult, Mobilize, Retreat};
    matches!(trigger.reading, super::lexicon::Reading::Event(Aid | Consult | Mobilize | Retreat))
}
