//! What a pair of articles shows of whether both tell of the same event. Missing is missing, never nought.

use super::contradiction::{FAR, apart, strangers};
use super::lists::{List, Weighted, common, overlap};
use super::probe::Probe;
use super::traits::{Spot, Traits, bins, km};
use crate::record::EventType;

/// Names of the features, in the order in which they are added up.
pub const NAMES: [&str; N] = [
    "published_gap",
    "both_times",
    "days_between",
    "same_day",
    "both_sites",
    "same_site",
    "site_distance",
    "same_site_unit",
    "site_conflict",
    "same_type",
    "kin_types",
    "modes",
    "same_root",
    "killed_equal",
    "killed_difference",
    "killed_missing",
    "injured_equal",
    "injured_difference",
    "injured_missing",
    "shared_parties",
    "triggers",
    "people",
    "people_idf",
    "people_conflict",
    "surnames_idf",
    "organisations_idf",
    "same_place",
    "same_place_weight",
    "same_unit",
    "unit_conflict",
    "place_conflict",
    "named_day",
    "named_day_conflict",
    "any_killed_equal",
    "any_killed_difference",
    "any_injured_equal",
    "any_injured_difference",
    "types",
    "cosine",
    "headline_cosine",
    "lead_cosine",
    "best_cosine",
    "copied",
    "same_street",
    "street_conflict",
    "ages",
    "age_conflict",
    "no_headline",
    "undated",
    "rare_places",
    "rare_people",
    "rare_terms",
    "sites_apart",
    "people_missing",
    "total_equal",
    "total_difference",
    "told_before",
    "some_words",
    "some_people",
    "same_day_some_words",
    "named_day_no_terms",
    "places_apart",
    "strangers_apart",
    "strangers_other_day",
    "apart_other_day",
    "strangers_words",
    "apart_words",
    "conflicts",
];
/// Number of features.
pub(super) const N: usize = 68;

/// Kilometres within which they are one.
const NEAR: f64 = 4.0;

/// The cosine from which two texts share some words.
const SOME: f64 = 0.15;

/// The features of a pair.
pub(super) fn pair(probe: &Probe<'_>, b: &Traits) -> [f64; N] {
    let (a, shared) = (probe.traits, probe.shared(b));
    let spans = a.span.zip(b.span);
    let between = spans.map_or(0, |(x, y)| (x.0.max(y.0) - x.1.min(y.1)).max(0));
    let sites = a.site.zip(b.site);
    let distance = sites.filter(|(x, y)| x.fine && y.fine).map(|(x, y)| km(&x, &y));
    let kin = |c: Option<EventType>| {
        matches!(c, Some(EventType::Assault | EventType::Coerce | EventType::Accuse | EventType::Mobilize))
    };
    let [killed, injured] = [0, 1].map(|k| tolls(a.main_toll[k], b.main_toll[k]));
    let [any_killed, any_injured] = [0, 1].map(|k| tolls(a.any_toll[k], b.any_toll[k]));
    let rarity = |list| rarity(a.names(list), b.names(list));
    let lists = |list| (a.list(list), b.list(list));
    let shares = |list| overlap(a.list(list), b.list(list));
    let count = |list| common(a.list(list), b.list(list)).count();
    let people = count(List::People);
    let name_people = a.names_people() && b.names_people();
    let surnames = rarity(List::Surnames);
    let same_place = places(&a.places, &b.places);
    let (cosine, headline, lead) = (shared.cosine, a.headline().cosine(&b.headline()), a.lead().cosine(&b.lead()));
    let (streets, days) = (shares(List::Streets), shares(List::Days));
    let ages = count(List::Ages);
    let totals = total(a).zip(total(b));
    // Texts on one event share some words, however differently they tell it; beyond that more words say little more.
    let some_words = cosine.min(SOME) / SOME;
    let flag = |holds: bool| f64::from(u8::from(holds));
    let (strangers, apart) = (strangers(a, b), apart(a, b));
    let (other_day, other_street) = (days == Some(false), streets == Some(false));
    let other_age = shares(List::Ages) == Some(false);
    let other_toll = any_killed[1] > 0.0 || any_injured[1] > 0.0;
    let conflicts = [strangers, apart, other_day, other_street, other_age, other_toll].iter().filter(|c| **c).count();
    [
        a.day.zip(b.day).map_or(0.0, |(x, y)| f64::from((x - y).abs()).ln_1p()),
        flag(spans.is_some()),
        f64::from(between).ln_1p(),
        flag(spans.is_some() && between == 0),
        flag(sites.is_some()),
        flag(sites.is_some_and(|(x, y)| x.id == y.id && x.id != 0)),
        distance.unwrap_or(0.0).ln_1p(),
        flag(sites.is_some_and(|(x, y)| x.unit == y.unit && x.unit != 0)),
        flag(distance.is_some_and(|d| d > FAR)),
        flag(a.class.is_some() && a.class == b.class),
        flag(kin(a.class) && kin(b.class)),
        jaccard(a.modes, b.modes),
        flag(a.root != 0 && a.root == b.root),
        killed[0],
        killed[1],
        killed[2],
        injured[0],
        injured[1],
        injured[2],
        count(List::Parties).min(3) as f64,
        share(lists(List::Triggers)),
        people.min(4) as f64,
        rarity(List::People).min(30.0),
        flag(surnames == 0.0 && name_people),
        surnames.min(30.0),
        rarity(List::Organisations).min(30.0),
        flag(same_place.is_some()),
        same_place.unwrap_or(0.0),
        flag(shares(List::Units) == Some(true)),
        flag(shares(List::Units) == Some(false)),
        flag(same_place.is_none() && !a.places.is_empty() && !b.places.is_empty()),
        flag(days == Some(true)),
        flag(days == Some(false)),
        any_killed[0],
        any_killed[1],
        any_injured[0],
        any_injured[1],
        jaccard(u64::from(a.classes), u64::from(b.classes)),
        cosine,
        headline,
        lead,
        cosine.max(headline).max(lead),
        copied(a, b),
        flag(streets == Some(true)),
        flag(streets == Some(false)),
        ages.min(3) as f64,
        flag(other_age),
        flag(a.list(List::Headline).is_empty() || b.list(List::Headline).is_empty()),
        flag(a.day.is_none() || b.day.is_none()),
        shared.places,
        shared.people.min(4.0),
        shared.terms,
        flag(distance.is_some_and(|d| d > NEAR && d <= FAR)),
        flag(!name_people),
        // "Seven shot" and "one dead, six hurt" are the same people.
        flag(totals.is_some_and(|(x, y)| x == y && x > 1)),
        totals.map_or(0.0, |(x, y)| (f64::from(x).ln_1p() - f64::from(y).ln_1p()).abs()),
        flag(before(a, b) || before(b, a)),
        some_words,
        flag(shared.people > 0.0),
        flag(spans.is_some() && between == 0) * some_words,
        flag(days == Some(true) && shared.terms == 0.0),
        flag(apart),
        flag(strangers && apart),
        flag(strangers && other_day),
        flag(apart && other_day),
        flag(strangers) * lead,
        flag(apart) * lead,
        conflicts.saturating_sub(1) as f64,
    ]
}

/// Estimated share of the shorter text's shingles that stand in the longer one.
pub(super) fn copied(a: &Traits, b: &Traits) -> f64 {
    let (equal, filled) = bins(a, b);
    let own = |t: &Traits| t.fingerprint.iter().filter(|bin| **bin != 0).count();
    if own(a).min(own(b)) < 8 {
        return 0.0;
    }
    let jaccard = f64::from(equal) / f64::from(filled);
    let (short, long) = (f64::from(a.chars.min(b.chars)), f64::from(a.chars.max(b.chars)));
    (jaccard / (1.0 + jaccard) * (1.0 + long / short.max(1.0))).min(1.0)
}

/// All who came to harm.
fn total(a: &Traits) -> Option<u16> {
    let [killed, injured] = a.any_toll;
    (killed.is_some() || injured.is_some()).then(|| killed.unwrap_or(0).saturating_add(injured.unwrap_or(0)))
}

/// Whether an article was published before what the other one tells of.
fn before(a: &Traits, b: &Traits) -> bool {
    a.day.zip(b.span).is_some_and(|(day, (start, _))| day < start)
}

/// Equal, how far apart, and whether one is missing.
fn tolls(a: Option<u16>, b: Option<u16>) -> [f64; 3] {
    match a.zip(b) {
        None => [0.0, 0.0, 1.0],
        Some((x, y)) => [f64::from(u8::from(x == y)), (f64::from(x).ln_1p() - f64::from(y).ln_1p()).abs(), 0.0],
    }
}

fn rarity(a: Weighted<'_>, b: Weighted<'_>) -> f64 {
    common(a.values, b.values).map(|(i, _)| f64::from(a.weights[i]) / 10.0).sum()
}

/// The weight of the most salient fine place that both name.
fn places(a: &[Spot], b: &[Spot]) -> Option<f64> {
    let shared = |x: &Spot| b.iter().filter(|y| y.id == x.id && x.id != 0).map(|y| y.weight.min(x.weight)).max();
    a.iter().filter_map(shared).max().map(|w| f64::from(w) / 100.0)
}

fn share((a, b): (&[u32], &[u32])) -> f64 {
    let both = common(a, b).count();
    if both == 0 { 0.0 } else { both as f64 / (a.len() + b.len() - both) as f64 }
}

fn jaccard(a: u64, b: u64) -> f64 {
    if a & b == 0 { 0.0 } else { f64::from((a & b).count_ones()) / f64::from((a | b).count_ones()) }
}
