//! Which casualty claims are about which event.
//!
//! A claim is about the event whose words state it. A story tells its main event over many sentences, each with its
//! own words of harm ("two were found dead", "a third man died"), which rarely share enough with the lead to be the
//! same mention's. So the main event owns every claim of the story, except those that are another event's: of past
//! history, of another stated day or place, or of a stretch of time. An event that lends its toll so is marked as part
//! of the main one, so that nobody who adds up over events counts its dead twice.

use super::{Cluster, Derivation, Harm, Total, casualties, merge};
use crate::extract::Story;
use crate::extract::events::{EventMention, Facts};
use crate::record::{CasualtyKind, EventType, LinkKind, Via};
use crate::words::WordClass;

/// Claims that no mention holds, each with the mention told last before it in its paragraph.
pub(super) struct Loose<'m>(Vec<(usize, Option<&'m EventMention>)>);

impl<'m> Loose<'m> {
    /// Collects them, once per article.
    pub(super) fn new(story: &Story<'_>, facts: &Facts<'_>, all: &'m [EventMention]) -> Self {
        let mut held = vec![false; facts.claims.len()];
        all.iter().flat_map(|m| &m.claims).for_each(|c| held[*c] = true);
        let loose = (0..facts.claims.len()).filter(|c| !held[*c]);
        Self(loose.map(|c| (c, before(story, facts, c, all))).collect())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The claims of an event's own mentions, and those that no mention holds and that follow one of them in its
/// paragraph, no other event being told between ("he reported seeing 12 bodies").
///
/// What killed nobody's own attack is none of its toll: "she covered the bombing of Beirut and died at 88".
pub(super) fn own(facts: &Facts<'_>, members: &[&EventMention], loose: &Loose<'_>) -> Vec<usize> {
    let mut ids: Vec<usize> = members.iter().flat_map(|m| m.claims.iter().copied()).collect();
    let follows = |m: &EventMention| members.iter().any(|own| own.head == m.head && own.trigger == m.trigger);
    ids.extend(loose.0.iter().filter(|(_, before)| before.is_some_and(follows)).map(|(claim, _)| *claim));
    let attack = members.iter().any(|m| m.class.plover.event == Some(EventType::Assault));
    ids.retain(|c| !attack || !facts.claims[*c].natural);
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Gives the main event the claims of the whole story that no other event has a better title to.
pub(super) fn gather(
    story: &Story<'_>,
    facts: &Facts<'_>,
    all: &[EventMention],
    loose: &Loose<'_>,
    clusters: &mut [Cluster],
) {
    let Some((main, rest)) = clusters.split_first_mut() else { return };
    // Where no attack is told to speak of, whoever investigates the deaths owns them.
    if !main.main || !(violent(main) || justice(main) || response(main)) {
        return;
    }
    let others: Vec<&Cluster> = rest.iter().filter(|c| apart(story, facts, all, main, c)).collect();
    let foreign = |m: &EventMention| {
        others.iter().any(|c| c.mentions.iter().any(|i| all[*i].head == m.head && all[*i].trigger == m.trigger))
    };
    let held = |c: usize| all.iter().any(|m| m.claims.contains(&c));
    let ids: Vec<usize> = (0..facts.claims.len())
        .filter(|c| !facts.claims[*c].natural)
        .filter(|c| {
            let mut holders = all.iter().filter(|m| m.claims.contains(c)).peekable();
            if held(*c) {
                holders.any(|m| !foreign(m))
            } else {
                before(story, facts, *c, all).is_none_or(|m| !foreign(m))
            }
        })
        .collect();
    let members: Vec<&EventMention> = main.mentions.iter().map(|m| &all[*m]).collect();
    main.harm = casualties::harm(story, facts, &own(facts, &members, loose), &ids);
    for (i, small) in rest.iter_mut().enumerate() {
        let mut claims = small.mentions.iter().flat_map(|m| &all[*m].claims);
        if claims.any(|c| ids.contains(c) && counted(&main.harm, facts, *c)) {
            small.links.push((LinkKind::PartOf, 0));
            main.links.push((LinkKind::HasPart, i + 1));
        }
    }
}

/// Whether a total rests on a claim: by its vote, or because the victims told in the story were counted.
fn counted(harm: &Harm, facts: &Facts<'_>, claim: usize) -> bool {
    let within = |total: &Option<Total>, kind: CasualtyKind| {
        total.as_ref().is_some_and(|t| {
            let derived = t.derivation != Derivation::Stated && facts.claims[claim].kind == kind;
            derived || t.votes.iter().any(|v| v.claim == claim)
        })
    };
    within(&harm.killed, CasualtyKind::Killed) || within(&harm.injured, CasualtyKind::Injured)
}

/// Whether an event is one that kills: an attack, or a happening that PLOVER has no type for.
pub(super) fn violent(cluster: &Cluster) -> bool {
    matches!(cluster.class.plover.event, None | Some(EventType::Assault))
}

/// Whether an event is a step of justice: inquiry, charge, arrest, sentence.
pub(super) fn justice(cluster: &Cluster) -> bool {
    use EventType::{Accuse, Coerce, Sanction};
    matches!(cluster.class.plover.event, Some(Accuse | Coerce | Sanction))
}

/// Whether an event is what the police do about a crime before anybody is charged: they move out, and ask for help.
fn response(cluster: &Cluster) -> bool {
    matches!(cluster.class.plover.event, Some(EventType::Mobilize | EventType::Request))
}

/// Whether an event fills a month or more ("since October, 15 children have been killed"): a statistic.
fn statistic(all: &[EventMention], cluster: &Cluster) -> bool {
    cluster.mentions.iter().any(|m| {
        let stated = all[*m].time.as_ref().filter(|t| t.via == Via::Explicit);
        stated.and_then(|t| t.timex.width()).is_some_and(|days| days >= 27)
    })
}

/// Whether an event is surely not what the main event is about.
fn apart(story: &Story<'_>, facts: &Facts<'_>, all: &[EventMention], main: &Cluster, other: &Cluster) -> bool {
    // People die of an attack days later, in a hospital elsewhere.
    let dies = |m: &&usize| facts.harm.is(WordClass::Dying, story.doc.lemma(all[**m].head));
    other.assertion.historical && !main.assertion.historical
        || statistic(all, other)
        || other.mentions.iter().any(|o| main.mentions.iter().any(|m| merge::in_other_parts(&all[*m], &all[*o])))
        || other
            .mentions
            .iter()
            .filter(|o| !dies(o))
            .any(|o| main.mentions.iter().any(|m| merge::elsewhere(facts, &all[*m], &all[*o])))
}

/// The mention told last before a claim in its paragraph.
fn before<'m>(story: &Story<'_>, facts: &Facts<'_>, claim: usize, all: &'m [EventMention]) -> Option<&'m EventMention> {
    let trigger = facts.claims[claim].trigger;
    let paragraph = |token: usize| story.paragraph(story.sentence(token));
    let last = all[..all.partition_point(|m| m.head < trigger)].last()?;
    (paragraph(last.head) == paragraph(trigger)).then_some(last)
}
