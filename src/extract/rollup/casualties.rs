//! Claims to totals: one vote per source, never a sum.
//!
//! best = the most frequent stated total (ties: the source met first in the text); low and high = the extremes over
//! distinct sources. Repeats, captions and partial counts (the people a source names, women and children without a
//! number) do not vote; a later update replaces its source's number.

use super::{Harm, Total, Vote, counts};
use crate::extract::Story;
use crate::extract::casualties::Claim;
use crate::extract::entities::EntityId;
use crate::extract::events::{EventMention, Facts};
use crate::record::{CasualtyKind, Polarity};

/// The harm that an event's claims add up to.
pub(super) fn harm(story: &Story<'_>, facts: &Facts<'_>, members: &[&EventMention], all: &[EventMention]) -> Harm {
    let mut ids: Vec<usize> = members.iter().flat_map(|m| m.claims.iter().copied()).collect();
    ids.extend(loose(story, facts, members, all));
    ids.sort_unstable();
    ids.dedup();
    let claims = facts.claims;
    let sided = |c: &Claim| c.polarity == Polarity::Neg && c.side.is_some();
    let (side, rest): (Vec<usize>, Vec<usize>) =
        ids.into_iter().filter(|c| counts(claims[*c].kind)).partition(|c| sided(&claims[*c]));
    let votes = |kind| {
        let own: Vec<usize> =
            rest.iter().copied().filter(|c| claims[*c].kind == kind && votes(story, &claims[*c])).collect();
        total(claims, &own)
    };
    Harm { killed: votes(CasualtyKind::Killed), injured: votes(CasualtyKind::Injured), side }
}

/// Claims that no mention holds ("he reported seeing 12 bodies") and that follow a mention of this event in its
/// paragraph, no other event being told between.
fn loose(story: &Story<'_>, facts: &Facts<'_>, members: &[&EventMention], all: &[EventMention]) -> Vec<usize> {
    let sentence = |token: usize| story.sentence(token);
    (0..facts.claims.len())
        .filter(|c| !all.iter().any(|m| m.claims.contains(c)))
        .filter(|c| {
            let trigger = facts.claims[*c].trigger;
            let before = all.iter().filter(|m| m.head < trigger).max_by_key(|m| m.head);
            before.is_some_and(|m| {
                members.iter().any(|own| own.head == m.head && own.trigger == m.trigger)
                    && story.paragraph(sentence(m.head)) == story.paragraph(sentence(trigger))
            })
        })
        .collect()
}

/// Whether a claim has a vote.
fn votes(story: &Story<'_>, claim: &Claim) -> bool {
    claim.duplicates.is_none()
        && claim.polarity == Polarity::Pos
        && claim.tokens.clone().next().is_some_and(|t| {
            let sentence = story.sentence(t);
            !story.is_repeated(sentence) && story.kind(sentence) != crate::article::BlockKind::Caption
        })
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
    if votes.is_empty() {
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
    Some(Total { best, low, high, votes, disagreement })
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
