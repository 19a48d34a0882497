//! Harm has the type of what did it: "three were killed" tells of an attack after an attack, of an accident after one.
//!
//! The rules alone give harm its type from its cause in the sentence or from what was told last. The learned reader has a
//! type for every word, but newspapers tell more of attacks than of earthquakes, so whom nobody killed it calls attacked;
//! [`Reader::turn_harm`] mends that where the text has a happening and no doer.

use super::classes::Class;
use super::lexicon::Reading;
use super::links;
use super::mentions::Reader;
use super::triggers::Trigger;
use super::{EventMention, Judged};
use crate::nlp::Pos;
use crate::record::{EventType, Polarity};

/// Sentences back to what harm is of, at most.
const REACH: usize = 12;

/// Who or what does a harm, by the subjects of its verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doer {
    /// The clause has none. "One of magnitude 7.5 killed 400": what one is, was told before.
    Unsaid,
    /// "an icefall killed ten": what is neither people nor weapon commits no assault.
    Thing,
    /// People, weapons, attacks, or a name.
    Agent,
}

impl Reader<'_> {
    /// Gives harm the type of its cause, in the sentence or told before.
    pub(super) fn type_harm(
        &self,
        s: usize,
        found: &mut [Trigger<'_>],
        causes: &[Option<usize>],
        before: &[EventMention],
    ) {
        for t in 0..found.len() {
            let bare = found[t].reading == Reading::Harm;
            if let Some(c) = causes[t] {
                let cause = found[c].reading;
                if bare || cause == Reading::Happening {
                    found[t].reading = if cause == Reading::Harm { Reading::Blocked } else { cause };
                }
                continue;
            }
            let harms = links::states_harm(&found[t]);
            let doer = self.doer(&found[t]);
            if harms && doer == Doer::Thing {
                found[t].reading = Reading::Happening;
                continue;
            }
            let agentless = harms && doer == Doer::Unsaid;
            if !bare && !agentless {
                continue;
            }
            // "Ten people died": the harm of what the article told last, if it can harm.
            let told = self
                .told_before(s, before)
                .find(|m| m.assertion.polarity == Polarity::Pos && !m.assertion.historical)
                .map(|m| m.class.plover.event);
            if bare {
                found[t].reading = match told {
                    Some(event) if self.claimed(s, &found[t]) => event.map_or(Reading::Happening, Reading::Event),
                    _ => Reading::Blocked,
                };
            } else if told == Some(None) {
                found[t].reading = Reading::Happening;
            }
        }
    }

    /// Takes harm for nobody's doing that the reader calls an assault: where no one does it, the tables know no attack in
    /// its sentence, and a happening did it there or was told last.
    pub(super) fn turn_harm(
        &self,
        s: usize,
        found: &mut [Trigger<'_>],
        judged: &mut [Option<Judged>],
        causes: &[Option<usize>],
        before: &[EventMention],
    ) {
        let is_listed =
            |t: &Trigger<'_>| t.reading == Reading::Event(EventType::Assault) && !t.entry.rule.is_unlisted();
        // "Murdered", "slain" have a context of their own: they are never nobody's doing.
        let is_plain = |t: &Trigger<'_>| links::states_harm(t) && t.entry.contexts.is_empty();
        if found.iter().any(|t| is_listed(t) && !is_plain(t)) {
            return;
        }
        let happens = |t: &Trigger<'_>| t.reading == Reading::Happening && !links::states_harm(t);
        // What the tables read as no attack is no proof of one.
        let is_told =
            |m: &&EventMention| m.claims.is_empty() && (m.class.plover.event.is_none() || !m.rule.is_unlisted());
        let told = self.told_before(s, before).find(is_told).map(|m| m.class.plover.event);
        for t in 0..found.len() {
            let turns = is_listed(&found[t])
                && match self.doer(&found[t]) {
                    Doer::Agent => false,
                    Doer::Thing => true,
                    Doer::Unsaid => causes[t].map_or(told == Some(None), |c| happens(&found[c])),
                };
            if turns {
                found[t].reading = Reading::Happening;
                judged[t].iter_mut().for_each(|j| j.event = None);
            }
        }
    }

    fn doer(&self, trigger: &Trigger<'_>) -> Doer {
        let (doc, classes) = (self.story.doc, &self.lexicon.classes);
        let agents = [Class::Actor, Class::Weapon, Class::Attack, Class::Bomb];
        let agents = agents.into_iter().fold(0, |bits, class| bits | classes.class(class));
        let nature = classes.class(Class::Disaster);
        let is_agent =
            |i: usize| self.words.bits(i) & agents != 0 || doc.pos(i) != Pos::Noun && self.words.bits(i) & nature == 0;
        let mut subjects = trigger.arguments.subjects.iter().copied().filter(|i| doc.pos(*i) != Pos::Num).peekable();
        match (subjects.peek().is_some(), subjects.any(is_agent)) {
            (false, _) => Doer::Unsaid,
            (true, false) => Doer::Thing,
            (true, true) => Doer::Agent,
        }
    }

    /// What was told before sentence `s` that can harm, the last first.
    pub(super) fn told_before<'m>(
        &self,
        s: usize,
        before: &'m [EventMention],
    ) -> impl Iterator<Item = &'m EventMention> {
        let near = move |m: &&EventMention| self.story.sentence(m.head) + REACH >= s;
        before
            .iter()
            .rev()
            .take_while(near)
            .filter(|m| matches!(m.class.plover.event, None | Some(EventType::Assault | EventType::Protest)))
    }

    fn claimed(&self, s: usize, trigger: &Trigger<'_>) -> bool {
        let claims = &self.facts.claims[self.claims_of(s)];
        claims.iter().any(|c| c.trigger == trigger.head || c.tokens.contains(&trigger.head))
    }
}
