//! How many came to harm, by all reports: claims, their history, and the number that holds.
//!
//! An origin has one vote, its latest number. The number of most origins holds, of equally many the one given last. A
//! toll falls only where a text says that it was corrected or two origins say so: follow-up stories tell of one victim of
//! many, and taking the last number as it comes is wrong more often than taking the first (linking design, 3.6).

use std::collections::BTreeMap;

use super::merged::Account;
use super::words;
use crate::record::canonical::{CanonicalToll, TollClaim, TollStep, TollWhy};
use crate::record::link::LinkToll;

/// Claims and steps that a record holds.
const KEPT: usize = 50;
const METHOD: &str =
    "number of most origins, one vote each; of equally many the latest; falls only if corrected or by two";

/// The toll of one kind over reports in order of publication.
pub(super) fn toll(
    accounts: &[Account<'_>],
    of: impl for<'b> Fn(&'b Account<'_>) -> Option<&'b LinkToll>,
) -> Option<CanonicalToll> {
    let mut votes: BTreeMap<&str, Vote> = BTreeMap::new();
    let mut claims: Vec<TollClaim> = Vec::new();
    let mut history: Vec<TollStep> = Vec::new();
    let mut best: Option<u64> = None;
    let mut as_of = None;
    for (order, account) in accounts.iter().enumerate() {
        let Some(toll) = of(account) else { continue };
        add_claims(&mut claims, account, toll);
        let Some(number) = toll.best else { continue };
        let vote = votes.entry(&account.origin).or_insert(Vote { number, order, low: number, high: number });
        // The same origin's smaller number is mostly about a part, unless it says that it corrects.
        if number >= vote.number || toll.corrected {
            *vote = Vote { number, order, low: toll.low.unwrap_or(number), high: toll.high.unwrap_or(number) };
        }
        let winner = winner(&votes, best, toll.corrected.then_some(number));
        let (low, high) = bounds(&votes);
        if Some(winner) == Some(number) {
            as_of.clone_from(&account.telling.published_at);
        }
        if best != Some(winner) {
            let why = match best {
                None => TollWhy::First,
                Some(_) if toll.corrected && winner == number => TollWhy::Corrected,
                Some(_) if winner != number => TollWhy::Majority,
                Some(before) if winner > before => TollWhy::Rose,
                Some(_) => TollWhy::Fell,
            };
            let report = account.told.event_id.clone();
            history.push(TollStep { at: account.telling.published_at.clone(), best: winner, low, high, report, why });
            best = Some(winner);
        }
    }
    if claims.is_empty() {
        return None;
    }
    let (low, high) = if votes.is_empty() {
        (claims.iter().filter_map(|c| c.low).min(), claims.iter().filter_map(|c| c.high).max())
    } else {
        let (low, high) = bounds(&votes);
        (Some(low), Some(high))
    };
    let disagreement = votes.values().any(|v| Some(v.number) != best);
    claims.drain(..claims.len().saturating_sub(KEPT));
    history.drain(..history.len().saturating_sub(KEPT));
    Some(CanonicalToll { best, low, high, method: METHOD.to_owned(), as_of, disagreement, claims, history })
}

/// An origin's number, and when it was given.
struct Vote {
    number: u64,
    order: usize,
    low: u64,
    high: u64,
}

/// The number that holds.
fn winner(votes: &BTreeMap<&str, Vote>, before: Option<u64>, corrected: Option<u64>) -> u64 {
    let mut counts: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for vote in votes.values() {
        let (n, latest) = counts.entry(vote.number).or_default();
        (*n, *latest) = (*n + 1, (*latest).max(vote.order + 1));
    }
    let most = counts.iter().max_by_key(|(_, count)| **count).map_or(0, |(number, _)| *number);
    match before {
        Some(before) if most < before && corrected != Some(most) && counts.get(&most).is_none_or(|c| c.0 < 2) => before,
        _ => most,
    }
}

/// The least and the greatest number that an origin still gives.
fn bounds(votes: &BTreeMap<&str, Vote>) -> (u64, u64) {
    let low = votes.values().map(|v| v.low.min(v.number)).min().unwrap_or(0);
    (low, votes.values().map(|v| v.high.max(v.number)).max().unwrap_or(0))
}

fn add_claims(claims: &mut Vec<TollClaim>, account: &Account<'_>, toll: &LinkToll) {
    for claim in &toll.by_source {
        let name = |source: Option<&str>| source.map(words::name);
        let report = account.told.event_id.as_str();
        let earlier = claims.iter_mut().rev().find(|c| {
            c.origin == account.origin
                && name(c.source.as_deref()) == name(claim.source.as_deref())
                && c.report != report
        });
        if let Some(earlier) = earlier {
            if (earlier.best, earlier.low, earlier.high) == (claim.best, claim.low, claim.high) {
                continue;
            }
            earlier.superseded_by = Some(report.to_owned());
        }
        claims.push(TollClaim {
            source: claim.source.clone(),
            origin: account.origin.clone(),
            best: claim.best,
            low: claim.low,
            high: claim.high,
            report: report.to_owned(),
            reported_at: account.telling.published_at.clone(),
            superseded_by: None,
        });
    }
}
