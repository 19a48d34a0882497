//! Claims to totals: one vote per source, never a sum.
//!
//! best = the most frequent stated total (ties: the source met first in the text); low and high = the extremes over
//! distinct sources. Repeats, captions and partial counts (the people a source names, women and children without a
//! number) do not vote; a later update replaces its source's number.

use super::{Derivation, Harm, Total, Vote, certainty, counts, sums, tally};
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::casualties::Claim;
use crate::extract::entities::EntityId;
use crate::extract::events::Facts;
use crate::nlp::Pos;
use crate::record::{CasualtyKind, Polarity};
use crate::words::WordClass;

/// Confidence below which a claim has no vote beside surer ones.
const SURE: f64 = 0.5;
/// Kinds of harm beside death and injury.
const OTHERS: [CasualtyKind; 5] = [
    CasualtyKind::KilledOrInjured,
    CasualtyKind::Missing,
    CasualtyKind::Abducted,
    CasualtyKind::Arrested,
    CasualtyKind::Displaced,
];

/// The harm that claims add up to: `own` ones of the event's mentions and others that the story `lends` it.
///
/// What the event's own words state stands; lent claims vote where they state no total of several people.
pub(super) fn harm(story: &Story<'_>, facts: &Facts<'_>, own: &[usize], lent: &[usize]) -> Harm {
    let claims = facts.claims;
    let counted = |c: &usize| !sums::is_statistic(story, facts, &claims[*c]);
    let own: Vec<usize> = own.iter().copied().filter(counted).collect();
    let single = |c: &usize| !sums::is_sum(story, facts, &claims[*c]);
    // Where the event's own words tell nothing but the sum of a war or a year, that is what they tell.
    let own = if own.iter().any(|c| claims[*c].best.is_some() && single(c)) {
        own.iter().copied().filter(single).collect()
    } else {
        own
    };
    let lent = lent.iter().copied().filter(counted).filter(single);
    let mut ids: Vec<usize> = own.iter().copied().chain(lent).collect();
    ids.sort_unstable();
    ids.dedup();
    let sided = |c: &Claim| c.polarity == Polarity::Neg && c.side.is_some();
    let (side, rest): (Vec<usize>, Vec<usize>) =
        ids.iter().copied().filter(|c| counts(claims[*c].kind)).partition(|c| sided(&claims[*c]));
    let of = |kind| rest.iter().copied().filter(|c| claims[*c].kind == kind).collect::<Vec<usize>>();
    let (dead, mut hurt) = (of(CasualtyKind::Killed), of(CasualtyKind::Injured));
    let told: Vec<usize> = rest.iter().copied().filter(|c| claims[*c].polarity == Polarity::Pos).collect();
    let surest = |ids: &[usize]| {
        let stated: Vec<usize> = ids.iter().copied().filter(|c| own.contains(c)).collect();
        let stated = voters(story, claims, &stated);
        let total =
            |c: &usize| claims[*c].numeric && claims[*c].confidence >= SURE && claims[*c].best.is_some_and(|n| n > 1);
        if stated.iter().any(total) { stated } else { voters(story, claims, ids) }
    };
    let killed = tally::complete(story, facts, &told, total(claims, &surest(&dead)));
    hurt.retain(|c| !has_died(story, facts, &claims[*c], &dead));
    let injured = survivors(story, facts, &surest(&hurt), killed.as_ref());
    let sure = |total: Option<Total>, ids: &[usize]| {
        let own: Vec<&Claim> = ids.iter().map(|c| &claims[*c]).filter(|c| c.polarity == Polarity::Pos).collect();
        total.map(|t| Total { confidence: certainty::of(story, &own, &t), ..t })
    };
    let others = OTHERS.into_iter().filter_map(|kind| {
        // What the police did elsewhere is their own event; who is missing or homeless, the main event made so.
        let lent = matches!(kind, CasualtyKind::Missing | CasualtyKind::Displaced | CasualtyKind::KilledOrInjured);
        let of_kind = if lent { &ids } else { &own };
        let told: Vec<usize> = of_kind.iter().copied().filter(|c| claims[*c].kind == kind).collect();
        Some((kind, total(claims, &voters(story, claims, &told))?))
    });
    let others = others.collect();
    Harm { killed: sure(killed, &dead), injured: sure(injured, &hurt), others, side }
}

/// The claims that have a vote; captions only where nothing else tells, claims of what may be only beside no fact.
fn voters(story: &Story<'_>, claims: &[Claim], ids: &[usize]) -> Vec<usize> {
    let caption = |c: &usize| story.kind(story.sentence(claims[*c].trigger)) == crate::article::BlockKind::Caption;
    let mut own: Vec<usize> = ids.iter().copied().filter(|c| claims[*c].polarity == Polarity::Pos).collect();
    for weak in [&caption as &dyn Fn(&usize) -> bool, &|c| claims[*c].confidence < SURE] {
        if own.iter().any(|c| !weak(c)) {
            own.retain(|c| !weak(c));
        }
    }
    let old: Vec<u64> = own.iter().filter_map(|c| claims[*c].instead_of).collect();
    own.retain(|c| claims[*c].instead_of.is_some() || claims[*c].best.is_none_or(|n| !old.contains(&n)));
    own.retain(|c| !outgrows(story, claims, ids, *c));
    let told = own.clone();
    own.retain(|c| !is_stale(story, claims, &told, *c));
    // Of what is left, a repetition has no vote beside what it repeats.
    let left = own.clone();
    own.retain(|c| {
        claims[*c].duplicates.is_none_or(|d| !left.contains(&d))
            && !(story.is_repeated(story.sentence(claims[*c].trigger)) && claims[*c].duplicates.is_some())
    });
    own
}

/// "... came weeks after an attack that killed 49": a number far beyond what the lead tells is another event's. What is
/// news of the story's own event, the lead tells.
fn outgrows(story: &Story<'_>, claims: &[Claim], ids: &[usize], c: usize) -> bool {
    let in_lead = |c: &usize| story.in_lead(story.sentence(claims[*c].trigger));
    let lead = ids.iter().filter(|c| in_lead(c)).filter_map(|c| claims[*c].best).max();
    let (Some(lead), Some(best)) = (lead.filter(|n| *n > 0), claims[c].best) else { return false };
    // Sources may differ by any factor; the writer does not.
    let writer = claims[c].attribution.is_none();
    writer && !in_lead(&c) && !claims[c].update && best > 2 * lead + 1
}

/// Whether a headline tells fewer than the lead below it: it was written first, or rounded.
fn is_stale(story: &Story<'_>, claims: &[Claim], ids: &[usize], c: usize) -> bool {
    let sentence = |c: usize| story.sentence(claims[c].trigger);
    let headline = |c: usize| story.kind(sentence(c)) == BlockKind::Headline;
    let newer = |o: &usize| {
        !headline(*o) && story.in_lead(sentence(*o)) && claims[*o].numeric && claims[*o].best > claims[c].best
    };
    headline(c) && claims[c].best.is_some() && ids.iter().any(newer)
}

/// "A truck hit him, leaving him critically injured. He succumbed to his injuries": he is one of the dead.
fn has_died(story: &Story<'_>, facts: &Facts<'_>, hurt: &Claim, dead: &[usize]) -> bool {
    let Some(victim) = hurt.victim_head.filter(|_| hurt.best == Some(1)) else { return false };
    let person = |head: usize| facts.entities.mention_at(head).map(|m| m.entity);
    let doc = story.doc;
    let told_as_he = doc.pos(victim) == Pos::Pron;
    dead.iter().map(|c| &facts.claims[*c]).filter(|d| d.best == Some(1) && d.trigger > hurt.trigger).any(|d| {
        let wounds = doc.subtree(d.trigger).any(|i| facts.harm.is(WordClass::Wound, doc.lemma(i)));
        let same = d.victim_head.is_some_and(|head| person(head).is_some() && person(head) == person(victim));
        same || told_as_he && wounds && facts.harm.is(WordClass::Dying, doc.lemma(d.trigger))
    })
}

/// The injured: those called so, else those shot or stabbed, without the dead among them.
fn survivors(story: &Story<'_>, facts: &Facts<'_>, voters: &[usize], killed: Option<&Total>) -> Option<Total> {
    let claims = facts.claims;
    // A source that counts the wounded means those, not all whom it calls shot; the writer repeats what sources say.
    let hurt: Vec<usize> = voters.iter().copied().filter(|c| !claims[*c].hit).collect();
    let counts = |source| hurt.iter().any(|c| claims[*c].source == source);
    let kept = |c: &usize| !claims[*c].hit || claims[*c].source.is_some() && !counts(claims[*c].source);
    let wounded: Vec<usize> = voters.iter().copied().filter(kept).collect();
    let several = total(claims, &hurt).is_some_and(|t| t.best.or(t.low).is_some_and(|n| n > 1));
    if several || wounded.len() == voters.len() && !hurt.is_empty() {
        return total(claims, &wounded);
    }
    let mut all = total(claims, voters)?;
    let dead = killed.and_then(|k| k.votes.first().map(|v| &claims[v.claim]).and_then(|c| c.best)).unwrap_or(0);
    let others = |c: &usize| claims[*c].tokens.clone().any(|t| facts.harm.is(WordClass::Beyond, story.doc.lemma(t)));
    let (Some(best), false) = (all.best, all.votes.iter().any(|v| others(&v.claim))) else { return Some(all) };
    if dead > 0 && all.votes.iter().all(|v| claims[v.claim].hit) {
        // Fewer hit than died: other people.
        if dead >= best {
            return Some(all).filter(|_| dead > best && best > 1);
        }
        all.best = Some(best - dead);
        all.low = all.low.map(|n| n.saturating_sub(dead));
        all.derivation = Derivation::Survivors;
    }
    Some(all)
}

/// The total of one kind of harm.
fn total(claims: &[Claim], own: &[usize]) -> Option<Total> {
    let mut votes: Vec<Vote> = Vec::new();
    for &c in own {
        let claim = &claims[c];
        let vote = Vote { claim: c, source: claim.source, breakdown: claim.breakdown.clone() };
        match votes.iter_mut().find(|v| v.source == vote.source) {
            Some(earlier) if replaces(claim, &claims[earlier.claim]) => *earlier = vote,
            Some(_) => {}
            None => votes.push(vote),
        }
    }
    // One victim told apart ("he died", a name) is among those whom others count.
    let single = |v: &Vote| {
        let claim = &claims[v.claim];
        claim.best == Some(1) || claim.best.is_some_and(|n| n as usize <= v.breakdown.named.len())
    };
    if votes.iter().any(|v| claims[v.claim].numeric && !single(v)) {
        votes.retain(|v| !single(v));
    }
    // A vague claim ("women and children died") has no vote beside stated totals.
    if votes.iter().any(|v| claims[v.claim].numeric) {
        votes.retain(|v| claims[v.claim].numeric);
    }
    // The article's own voice repeats what a source of the same number says.
    let said: Vec<(Option<EntityId>, Option<u64>)> = votes.iter().map(|v| (v.source, claims[v.claim].best)).collect();
    votes.retain(|v| v.source.is_some() || !said.iter().any(|(s, n)| s.is_some() && *n == claims[v.claim].best));
    // "People were killed": nobody says how many.
    if votes.iter().all(|v| claims[v.claim].bare) {
        return None;
    }
    let numbers: Vec<u64> = votes.iter().filter_map(|v| claims[v.claim].best.or(claims[v.claim].low)).collect();
    let best = most_frequent(&numbers);
    let low = votes.iter().filter_map(|v| claims[v.claim].low.or(claims[v.claim].best)).min();
    let open =
        votes.iter().any(|v| claims[v.claim].high.is_none() && claims[v.claim].best.is_none_or(|b| Some(b) == best));
    let high = votes.iter().filter_map(|v| claims[v.claim].high).max().filter(|_| !open);
    let first = &votes[0];
    let disagreement = votes.iter().any(|v| {
        claims[v.claim].best != claims[first.claim].best
            || v.breakdown != first.breakdown && v.breakdown != Default::default()
    });
    Some(Total { best, low, high, votes, disagreement, derivation: Derivation::Stated, confidence: 0.0 })
}

/// Whether a later claim of the same source takes the place of its earlier one: an update, or the greater total (a
/// source that names parts first and the whole later).
fn replaces(new: &Claim, old: &Claim) -> bool {
    new.update || new.numeric && !old.numeric || new.numeric == old.numeric && new.best > old.best
}

/// The most frequent number; of several, the one met first.
fn most_frequent(numbers: &[u64]) -> Option<u64> {
    let count = |n: u64| numbers.iter().filter(|m| **m == n).count();
    numbers.iter().copied().rev().max_by_key(|n| count(*n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_number_wins_and_ties_go_to_the_first() {
        assert_eq!(most_frequent(&[13, 12, 13]), Some(13));
        assert_eq!(most_frequent(&[7, 9]), Some(7));
        assert_eq!(most_frequent(&[]), None);
    }
}
