//! What the rules and the parse tell the learned reader: of a sentence, of a trigger, of who might have taken part.
//!
//! The same features are printed for training (`models/reader/material.rs`) and read by the heads.

use std::ops::Range;

use super::lexicon::Reading;
use super::mentions::Reader;
use super::participants;
use super::triggers::Trigger;
use super::when;
use super::{Effect, Participant};
use crate::article::BlockKind;
use crate::extract::entities::EntityId;
use crate::extract::reader::Features;
use crate::extract::syntax;
use crate::nlp::{Dep, Pos};
use crate::record::{EventType, ParticipantRole, Polarity, Via};

/// The sentences in which the parties of a trigger in sentence `s` of so many are looked for.
pub(super) fn reach(s: usize, sentences: usize) -> Range<usize> {
    s.saturating_sub(2)..(s + 2).min(sentences)
}

/// Someone who may have taken part in an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// Head of the words.
    pub head: usize,
    /// The words.
    pub tokens: Range<usize>,
    /// The entity that they refer to.
    pub entity: Option<EntityId>,
    /// How the words refer to it.
    pub via: Via,
}

/// The name of a type, as the heads know it.
pub fn type_name(event: Option<EventType>) -> &'static str {
    event.map_or("HAPPENING", |e| e.as_str())
}

/// The name of a rule's reading, as the heads know it.
pub(super) fn reading_name(reading: Reading) -> &'static str {
    match reading {
        Reading::Event(event) => event.as_str(),
        Reading::Happening => "HAPPENING",
        Reading::Harm => "HARM",
        Reading::Blocked => "BLOCKED",
    }
}

impl Reader<'_> {
    /// Features of every word of a sentence. `found` are the triggers that the rules find in it.
    pub(super) fn sentence_features(&self, s: usize, found: &[Trigger<'_>]) -> Features {
        let story = self.story;
        let mut f = Features::default();
        let running = story.running(s);
        f.number("position", story.tokens(s).start.min(2000) as f32 / 400.0);
        f.number("nearness", (-(running as f32) / 3.0).exp());
        f.flag_if(running == 0, "opening");
        match story.kind(s) {
            BlockKind::Headline => f.flag("headline"),
            BlockKind::Caption => f.flag("caption"),
            _ => {}
        }
        f.flag_if(story.is_repeated(s), "repeated");
        let times: Vec<_> = self.times[s].iter().map(|t| &self.facts.times[t.index].timex).collect();
        let day = story.date();
        f.flag_if(times.iter().any(|t| when::is_history(t, day)), "time: history");
        f.flag_if(times.iter().any(|t| when::is_future(t, day)), "time: future");
        f.flag_if(
            times.iter().any(|t| t.days.is_some() && !when::is_history(t, day) && !when::is_future(t, day)),
            "time: recent",
        );
        f.flag_if(found.is_empty(), "rules silent");
        let mut names: Vec<&str> = found.iter().map(|t| reading_name(t.reading)).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            f.flag(format!("near {name}"));
        }
        f
    }

    /// Features of the words of a trigger that the rules find.
    pub(super) fn trigger_features(&self, trigger: &Trigger<'_>) -> Features {
        let mut f = Features::default();
        f.flag(format!("rule {}", reading_name(trigger.reading)));
        f.number("rule weight", trigger.entry.weight as f32);
        f.flag(if trigger.entry.verb { "rule verb" } else { "rule noun" });
        let mut cued = self.said(trigger);
        if let Some(a) = self.facts.attributions.governing(trigger.head) {
            cued.attributed(trigger.head, self.facts.attributions[a].denied);
        }
        f.flag_if(cued.is_historical(), "said historical");
        let assertion = cued.assertion();
        f.flag(format!("said {}", assertion.modality.as_str()));
        f.flag_if(assertion.polarity == Polarity::Neg, "said negated");
        f.flag_if(cued.into_cues().iter().any(|c| c.effect == Effect::Generic), "said generic");
        f
    }

    /// Whom the words of a sentence name.
    pub(super) fn candidates(&self, s: usize) -> Vec<Candidate> {
        let doc = self.story.doc;
        let finder =
            participants::Finder { doc, lexicon: self.lexicon, words: self.words, facts: self.facts, events: &[] };
        let mut found: Vec<Candidate> = Vec::new();
        for i in self.story.tokens(s) {
            if participants::is_amount(doc, i) {
                continue;
            }
            let argument =
                matches!(doc.dep(i), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj | Dep::Pobj | Dep::Agent | Dep::Conj);
            let mention = self.facts.entities.headed_by(i);
            let fits = match doc.pos(i) {
                _ if mention.is_some() => true,
                Pos::Noun | Pos::Propn => doc.dep(i) != Dep::Compound,
                Pos::Num | Pos::Det | Pos::Adj => argument,
                _ => false,
            };
            if !fits {
                continue;
            }
            let (entity, tokens, via) = finder.refer(i);
            let known = found.iter().any(|c| c.tokens == tokens);
            let nobody = via == Via::Coref && entity.is_none();
            if !known && !nobody {
                found.push(Candidate { head: i, tokens, entity, via });
            }
        }
        found
    }

    /// Features of a candidate for a part in an event. `casts` are those of the sentence's triggers by the rules, with
    /// the words of the triggers.
    pub(super) fn role_features(
        &self,
        trigger: Range<usize>,
        head: usize,
        event: Option<EventType>,
        candidate: &Candidate,
        casts: &[(Range<usize>, &[Participant])],
    ) -> Features {
        let doc = self.story.doc;
        let mut f = Features::default();
        let event = type_name(event);
        let i = candidate.head;
        let distance = self.story.sentence(i) as i32 - self.story.sentence(head) as i32;
        let entity = candidate.entity.map(|e| &self.facts.entities.list[e]);
        let kind = entity.map_or("none", |e| e.kind.as_str());
        f.flag(format!("distance {distance}"));
        f.flag(format!("kind {kind}"));
        f.flag(format!("kind {kind} of {event}"));
        f.flag(format!("dep {}", doc.dep(i).as_str()));
        f.flag(format!("dep {} of {event} at {distance}", doc.dep(i).as_str()));
        f.flag(format!("tag {}", doc.tokens()[i].tag.as_str()));
        f.flag_if(trigger.contains(&i), "inside");
        f.flag_if(entity.is_some_and(|e| e.actor.is_some()), "coded");
        f.flag_if(candidate.via == Via::Coref, "pronoun");
        if let Some(e) = candidate.entity {
            f.flag(format!("mentions {}", self.facts.entities.of(e).count().min(5)));
            f.number("salience", self.facts.entities.list[e].salience as f32);
        }
        if distance == 0 {
            let (path, up, down) = path(doc, head, i);
            let above = self.words.lemma(doc.head(i));
            f.flag(format!("path {path} of {event}"));
            f.flag(format!("path {path} from {}", doc.tokens()[head].tag.as_str()));
            f.flag(format!("path {path}"));
            f.flag(format!("steps {up},{down}"));
            f.flag(if i < head { "before" } else { "after" });
            f.flag(format!("{} by {}", if i < head { "before" } else { "after" }, i.abs_diff(head).min(12) / 2));
            f.flag_if(doc.head(i) == head, "child");
            if syntax::is_verb(doc, head) {
                let voice = if syntax::is_passive(doc, head) { "passive" } else { "active" };
                f.flag(format!("{path} {voice}"));
                if syntax::subjects(doc, head).contains(&i) {
                    f.flag(format!("deep subject of {event}"));
                }
                if syntax::objects(doc, head).contains(&i) {
                    f.flag(format!("deep object of {event}"));
                }
            }
            if doc.dep(i) == Dep::Pobj {
                f.flag(format!("after {above}"));
                f.flag(format!("after {above} of {event}"));
            }
        } else {
            f.flag_if(doc.dep(i) == Dep::Nsubj && doc.is_root(doc.head(i)), "subject of its sentence");
        }
        for (tokens, cast) in casts {
            let own = tokens.start < trigger.end && trigger.start < tokens.end;
            for p in cast.iter() {
                let same = p.entity.is_some() && p.entity == candidate.entity
                    || p.tokens.as_ref().is_some_and(|t| t.contains(&i));
                if same {
                    f.flag(format!("{} by rule{}", role_name(p.role), if own { "" } else { " of another" }));
                }
            }
        }
        f
    }
}

/// The name of a part, as the heads know it.
fn role_name(role: ParticipantRole) -> &'static str {
    match role {
        ParticipantRole::Actor => "actor",
        ParticipantRole::Recipient => "recipient",
        ParticipantRole::Victim => "victim",
        ParticipantRole::Instrument => "instrument",
        ParticipantRole::Mediator => "mediator",
        ParticipantRole::Beneficiary => "beneficiary",
    }
}

/// The word of a span that governs it: a verb first, then a noun, whose own head lies outside.
pub(super) fn head_of(doc: &crate::nlp::Doc<'_>, span: Range<usize>) -> usize {
    let verb = |i: &usize| doc.pos(*i) == Pos::Verb;
    let noun = |i: &usize| matches!(doc.pos(*i), Pos::Noun | Pos::Propn);
    let (mut heads, mut all) = (doc.heads(span.clone()), span.clone());
    let outer = heads.clone().find(verb).or_else(|| heads.find(noun));
    outer.or_else(|| all.clone().find(verb)).or_else(|| all.find(noun)).unwrap_or(span.start)
}

/// The labels from a trigger to a word over their common ancestor, with the steps up and down; short paths only.
fn path(doc: &crate::nlp::Doc<'_>, trigger: usize, word: usize) -> (String, usize, usize) {
    const LONGEST: usize = 8;
    let up = |i: usize| std::iter::once(i).chain(doc.ancestors(i)).take(LONGEST).collect::<Vec<_>>();
    let (a, b) = (up(trigger), up(word));
    let meet = a.iter().enumerate().find_map(|(n, x)| Some((n, b.iter().position(|y| y == x)?)));
    let Some((n, m)) = meet else { return ("far".to_owned(), 9, 9) };
    let labels = |of: &[usize]| of.iter().map(|i| doc.dep(*i).as_str()).collect::<Vec<_>>();
    let mut down = labels(&b[..m]);
    down.reverse();
    (format!("{}^{}", labels(&a[..n]).join("/"), down.join("/")), n, m)
}
