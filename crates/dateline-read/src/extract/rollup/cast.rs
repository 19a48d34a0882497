//! Who took part in an event, over all of its mentions.
//!
//! Mentions call one party by many words ("U.S. special forces", "the U.S. military", "troops"): an event lists each
//! party once, by the words that say most. Two parties known by name are never taken for one. Whoever the doers clash
//! with is on the other side, and a thing hit in passing is not what the event was aimed at.

use std::ops::Range;

use super::rank;
use super::sources::attributions;
use crate::extract::Story;
use crate::extract::entities::EntityId;
use crate::extract::events::{EventMention, Facts, Participant};
use crate::nlp::{Dep, Doc};
use crate::record::{Actor, EntityKind, EventType, ParticipantRole, Sector, Via};

/// By how much a party must be surer on one side to be left out on the other.
const CLEARLY: f64 = 1.5;
/// Parties on each side that the learned reader may name, and the share of the best one's chance that they must reach.
const PARTIES: usize = 3;
const OF_BEST: f64 = 0.25;
/// Chance that a party of an event needs: of those below it one in four is right. On articles left out RECORD is the same
/// without them, and doers and recipients, of whom the scorer asks for one, lose up to a point.
const LEAST: f64 = 0.3;
/// Chance from which who tells of an attack is its doer, too: an army that says whom it killed is, the police that count the
/// dead of a bomb are not. On articles left out the bound changes no score by more than 0.1, and a false attacker is worst.
const ADMITTED: f64 = 0.5;

const ACTORS: &[ParticipantRole] = &[ParticipantRole::Actor];
const RECIPIENTS: &[ParticipantRole] = &[ParticipantRole::Recipient, ParticipantRole::Victim];

/// Of each entity: whether the article names it, where others are only described ("13 people").
pub(super) fn named(facts: &Facts<'_>) -> Vec<bool> {
    (0..facts.entities.list.len()).map(|e| facts.entities.is_named(e)).collect()
}

/// Who did it and to whom, one entry each; those that most mentions name first.
pub(super) fn cast(
    story: &Story<'_>,
    facts: &Facts<'_>,
    named: &[bool],
    members: &[&EventMention],
) -> (Vec<Participant>, Vec<Participant>) {
    let (clashes, deeds): (Vec<&EventMention>, Vec<&EventMention>) = members.iter().partition(|m| m.clash);
    let parties = Parties { facts, named };
    let doers = once(facts, &deeds, ACTORS);
    let fighters = once(facts, &clashes, ACTORS);
    let one_side = doers.iter().any(|p| p.entity.is_some());
    let (mut actors, mut others) = (once(facts, members, ACTORS), Vec::new());
    if one_side {
        let ours = |p: &Participant| doers.iter().any(|d| parties.same_side(d, p));
        others = fighters.into_iter().filter(|p| !ours(p)).collect();
        actors.retain(|p| !others.iter().any(|o| o.entity == p.entity && o.tokens == p.tokens));
    }
    let mut recipients = once(facts, members, RECIPIENTS);
    for other in others.into_iter().filter(|o| o.entity.is_some()) {
        if !recipients.iter().any(|r| r.entity == other.entity) {
            recipients.retain(|r| r.entity.is_some());
            recipients.push(Participant { role: ParticipantRole::Recipient, ..other });
        }
    }
    aim(story, facts, &mut recipients);
    (parties.fold(actors), recipients)
}

/// The same where the learned reader chose them: the surest of them, by their surest mentions, for an event of a type.
pub(super) fn judged(
    story: &Story<'_>,
    facts: &Facts<'_>,
    named: &[bool],
    members: &[&EventMention],
    event: Option<EventType>,
) -> (Vec<Participant>, Vec<Participant>) {
    let parties = Parties { facts, named };
    let called = |p: &Participant| match p.entity {
        Some(entity) => facts.entities.list[entity].name.to_lowercase(),
        None => p.tokens.clone().map_or_else(String::new, |words| story.doc.span_text(words).to_lowercase()),
    };
    let same = |a: &Participant, b: &Participant| a.entity.is_some() && a.entity == b.entity || called(a) == called(b);
    let surest = |roles: &[ParticipantRole]| {
        let mut found: Vec<Participant> = Vec::new();
        // Medics who treat the hurt shot nobody.
        let harm = matches!(event, None | Some(EventType::Assault | EventType::Protest));
        let helps = |m: &EventMention| harm && m.class.plover.event == Some(EventType::Aid);
        let tell = members.iter().filter(|m| roles != ACTORS || !helps(m));
        for p in tell.flat_map(|m| &m.participants).filter(|p| roles.contains(&p.role)) {
            match found.iter_mut().find(|q| same(p, q)) {
                Some(best) if strength(p) > strength(best) => *best = p.clone(),
                Some(_) => {}
                None => found.push(p.clone()),
            }
        }
        found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let best = found.first().map_or(0.0, |p| p.confidence);
        found.retain(|p| p.confidence >= LEAST.max(OF_BEST * best));
        found
    };
    let (mut actors, mut recipients) = (surest(ACTORS), surest(RECIPIENTS));
    aim(story, facts, &mut recipients);
    // "A bomb killed nine": it is what they were killed with.
    let weapon = |p: &Participant| p.entity.is_some_and(|e| facts.entities.list[e].kind == EntityKind::Weapon);
    actors.retain(|p| !weapon(p));
    if event == Some(EventType::Assault) {
        let told_by = attributions(facts, members.iter().copied());
        let sources: Vec<EntityId> = told_by.filter_map(|a| facts.attributions[a].entity).collect();
        actors.retain(|p| p.confidence >= ADMITTED || !p.entity.is_some_and(|e| sources.contains(&e)));
    }
    // Hardly anybody does it to himself: a party stands on the side where it is clearly surer.
    let surer = |p: &Participant, others: &[Participant]| {
        !others.iter().any(|o| same(p, o) && o.confidence > CLEARLY * p.confidence)
    };
    let all = actors.clone();
    actors.retain(|p| surer(p, &recipients));
    recipients.retain(|p| surer(p, &all));
    for side in [&mut actors, &mut recipients] {
        // What it leaves empty nobody fills who is less sure.
        side.truncate(PARTIES);
        let words: Vec<Range<usize>> = side.iter().filter_map(|p| p.tokens.clone()).collect();
        let is_part = |own: &Range<usize>| words.iter().any(|of| is_modifier(story.doc, own, of));
        side.retain(|p| !p.tokens.as_ref().is_some_and(is_part));
    }
    (parties.fold(actors), recipients)
}

/// Leaves out the vehicles and weapons that an event hit in passing, beside people: "a helicopter was destroyed in the raid".
fn aim(story: &Story<'_>, facts: &Facts<'_>, recipients: &mut Vec<Participant>) {
    let kind = |p: &Participant| p.entity.map(|e| facts.entities.list[e].kind);
    if recipients.iter().any(|p| matches!(kind(p), Some(EntityKind::Person | EntityKind::Org))) {
        let in_passing = |p: &Participant| {
            let lead = p.tokens.as_ref().is_some_and(|t| rank::is_lead(story, t.start));
            matches!(kind(p), Some(EntityKind::Vehicle | EntityKind::Weapon)) && !lead
        };
        recipients.retain(|p| !in_passing(p));
    }
}

/// Whether words only say which somebody others name: "French" and "four" of "four French diplomats" are no parties
/// beside them.
fn is_modifier(doc: &Doc<'_>, own: &Range<usize>, of: &Range<usize>) -> bool {
    let inside = of.start <= own.start && own.end <= of.end && own.len() < of.len();
    let modifies = |i: usize| {
        matches!(doc.dep(i), Dep::Amod | Dep::Nummod | Dep::Compound | Dep::Nmod) && of.contains(&doc.head(i))
    };
    inside || doc.heads(own.clone()).next().is_some_and(modifies)
}

/// Every participant of the given roles once, by its best mention.
fn once(facts: &Facts<'_>, members: &[&EventMention], roles: &[ParticipantRole]) -> Vec<Participant> {
    let mut found: Vec<(usize, Participant)> = Vec::new();
    for p in members.iter().flat_map(|m| &m.participants).filter(|p| roles.contains(&p.role)) {
        match found.iter_mut().find(|(_, q)| p.entity.is_some() && p.entity == q.entity) {
            Some((count, best)) => {
                *count += 1;
                if strength(p) > strength(best) {
                    *best = p.clone();
                }
            }
            None => found.push((1, p.clone())),
        }
    }
    // A bare description ("13 people") adds nothing beside those that are entities.
    if found.iter().any(|(_, p)| p.entity.is_some()) {
        found.retain(|(_, p)| p.entity.is_some());
    } else {
        found.truncate(1);
    }
    let salience = |p: &Participant| p.entity.map_or(0.0, |e| facts.entities.list[e].salience);
    let coded = |p: &Participant| p.entity.is_some_and(|e| facts.entities.list[e].actor.is_some());
    found.sort_by(|(m, a), (n, b)| (coded(b), n).cmp(&(coded(a), m)).then(salience(b).total_cmp(&salience(a))));
    found.into_iter().map(|(_, p)| p).collect()
}

fn strength(p: &Participant) -> (bool, bool, f64) {
    (p.via == Via::Explicit, p.tokens.is_some(), p.confidence)
}

struct Parties<'a> {
    facts: &'a Facts<'a>,
    named: &'a [bool],
}

impl Parties<'_> {
    fn actor(&self, p: &Participant) -> Option<(EntityId, &Actor)> {
        let entity = p.entity?;
        Some((entity, self.facts.entities.list[entity].actor.as_ref()?))
    }

    /// Leaves out who is one of the others by other words.
    fn fold(&self, list: Vec<Participant>) -> Vec<Participant> {
        let covered = |j: usize| (0..list.len()).any(|i| i != j && self.covers(&list[i], &list[j], i < j));
        let keep: Vec<bool> = (0..list.len()).map(|j| !covered(j)).collect();
        list.into_iter().zip(keep).filter_map(|(p, kept)| kept.then_some(p)).collect()
    }

    /// Whether `b` is a description of `a` that says no more than `a` does; of two that say the same, the first covers.
    fn covers(&self, a: &Participant, b: &Participant, first: bool) -> bool {
        let (Some((_, x)), Some((e, y))) = (self.actor(a), self.actor(b)) else { return false };
        if y.sector.is_empty() {
            // "the U.S. raid" of "U.S. special forces": the country acts through its forces.
            let forces = |s: &Sector| matches!(s, Sector::Mil | Sector::Cop | Sector::Spy);
            return y.country_iso3.is_some() && x.country_iso3 == y.country_iso3 && x.sector.iter().any(forces);
        }
        let within = y.sector.iter().all(|s| x.sector.contains(s))
            && (y.country_iso3.is_none() || x.country_iso3 == y.country_iso3)
            && (y.nonstate.is_none() || x.nonstate == y.nonstate);
        let equal = x.sector.len() == y.sector.len() && x.country_iso3 == y.country_iso3 && x.nonstate == y.nonstate;
        !self.named[e] && within && (!equal || first || a.entity.is_some_and(|e| self.named[e]))
    }

    /// Whether two participants fight for the same cause, as far as their codes tell.
    fn same_side(&self, a: &Participant, b: &Participant) -> bool {
        if a.entity.is_some() && a.entity == b.entity {
            return true;
        }
        let (Some((_, x)), Some((_, y))) = (self.actor(a), self.actor(b)) else { return false };
        if x.country_iso3.is_some() && y.country_iso3.is_some() {
            return x.country_iso3 == y.country_iso3
                && x.sector.contains(&Sector::Reb) == y.sector.contains(&Sector::Reb);
        }
        x.sector.iter().any(|s| y.sector.contains(s))
    }
}
