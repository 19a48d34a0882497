//! Which reading of every name the story supports.
//!
//! All names are weighed together, a few rounds over: a reading gains from countries and provinces that the story
//! speaks of, from neighbours in the text that lie near it on the map, and above all from what the text says it lies
//! in. The evidence is that of the field (population prior, containment, spatial minimality; Leidner 2007, "Toponym
//! resolution in text"; Karimzadeh et al. 2019, GeoTxt); the weights were set on the GeoVirus development set.

use std::collections::BTreeMap;

use super::candidates::{Reading, Readings};
use super::gazetteer::{Entry, Level, NameRank, PlaceIndex, distance_km};
use super::reading::{Outer, Reading as Story, Site};
use super::words::Words;
use crate::extract::story::{Cut, Story as Article};
use crate::nlp::Stopped;

const ROUNDS: usize = 4;
/// Names before and after a name, in the order of their first mentions, that it is weighed with.
const AROUND: usize = 100;
/// Scores this far apart differ by a factor of e in belief.
const TEMPERATURE: f64 = 0.8;

/// Support below which a country counts as not spoken of, and above which as spoken of.
const UNHEARD: f64 = 0.1;
const SPOKEN_OF: f64 = 1.2;
/// What a town in a country that the story never speaks of loses to its namesake in one that it does: "Palma" in
/// Mozambique.
const FOREIGN: f64 = 1.8;

/// What the story supports, by country and province.
#[derive(Debug, Default)]
pub(super) struct Support {
    countries: BTreeMap<PlaceIndex, f64>,
    provinces: BTreeMap<PlaceIndex, f64>,
    total: f64,
}

impl Support {
    fn add(&mut self, entry: &Entry<'_>, weight: f64) {
        if let Some(country) = entry.country {
            *self.countries.entry(country).or_default() += weight;
            self.total += weight;
        }
        let province = if entry.level == Level::Province { Some(entry.index) } else { entry.admin1 };
        if let Some(province) = province {
            *self.provinces.entry(province).or_default() += weight;
        }
    }

    /// Weight of a country.
    pub(super) fn country(&self, country: Option<PlaceIndex>) -> f64 {
        country.and_then(|c| self.countries.get(&c)).copied().unwrap_or(0.0)
    }

    /// The country with the greatest weight and its share of all.
    pub(super) fn leading(&self) -> Option<(PlaceIndex, f64)> {
        let best = self.countries.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)))?;
        Some((*best.0, best.1 / self.total.max(1e-9)))
    }
}

impl Support {
    /// Whether the story, but for what the name itself put in (`own`), is about one other country and never speaks of
    /// the entry's.
    pub(super) fn leads_without(&self, entry: &Entry<'_>, own: f64) -> bool {
        let other = |(country, share): (PlaceIndex, f64)| {
            Some(country) != entry.country && share * self.total >= 0.7 * (self.total - own)
        };
        self.country(entry.country) - own < UNHEARD && self.leading().is_some_and(other)
    }
}

/// What a reading of name `i` puts into the support of its country.
pub(super) fn own_support(story: &Story, i: usize, reading: &Reading<'_>) -> f64 {
    let share = if reading.entry.level == Level::Country { 1.0 } else { 0.6 };
    share * reading.p * reading.p * weight(story, i)
}

/// Whether `inner` lies in `outer`, as far as the gazetteer knows.
pub(super) fn contains(outer: &Entry<'_>, inner: &Entry<'_>, words: &Words) -> bool {
    if outer.index == inner.index {
        return false;
    }
    let apart = || distance_km((outer.lat, outer.lon), (inner.lat, inner.lon));
    match outer.level {
        Level::Country => {
            let territory = |c| words.is_territory(c, outer.index);
            inner.country.is_some_and(|c| c == outer.index || territory(c))
                || (inner.country.is_none() && apart() < outer.radius_km)
        }
        Level::Province if inner.level == Level::Region => {
            inner.country == outer.country && apart() < outer.radius_km * 1.5
        }
        Level::Province => inner.admin1 == Some(outer.index),
        Level::District => inner.admin2 == Some(outer.index),
        Level::City | Level::Site => {
            inner.level >= Level::City && inner.population <= outer.population && apart() < outer.radius_km + 25.0
        }
        Level::Region => {
            let foreign = outer.country.is_some() && inner.country.is_some() && outer.country != inner.country;
            !foreign && inner.level != Level::Country && apart() < outer.radius_km * 1.3
                || (inner.level == Level::Country && apart() < outer.radius_km)
        }
    }
}

/// Weighs the readings of all names and leaves the best first in every list.
pub(super) fn rank(
    article: &Article<'_>,
    story: &Story,
    names: &mut [Readings<'_>],
    hints: &[(Entry<'_>, f64)],
    words: &Words,
) -> Result<Support, Stopped> {
    let mut support = Support::default();
    if names.len() > AROUND {
        article.cut(Cut::Names);
    }
    for round in 0..ROUNDS {
        names.iter_mut().for_each(|n| believe(n));
        support = supported(story, names, hints);
        if round + 1 == ROUNDS {
            break;
        }
        let mut scores: Vec<Vec<f64>> = Vec::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            article.work(1 + name.list.len() * names.len().min(2 * AROUND))?;
            let score = |r: &Reading<'_>| r.prior + context(story, names, i, &r.entry, &support, words);
            scores.push(name.list.iter().map(score).collect());
        }
        for (name, scores) in names.iter_mut().zip(scores) {
            name.list.iter_mut().zip(scores).for_each(|(r, score)| r.score = score);
        }
    }
    Ok(support)
}

/// Scores to shares of belief, best first.
fn believe(name: &mut Readings<'_>) {
    name.list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.entry.index.cmp(&b.entry.index)));
    let best = name.list.first().map_or(0.0, |r| r.score);
    let sum: f64 = name.list.iter().map(|r| ((r.score - best) / TEMPERATURE).exp()).sum();
    name.list.iter_mut().for_each(|r| r.p = ((r.score - best) / TEMPERATURE).exp() / sum);
}

/// Weight of a name in the story's support: its mentions, with diminishing returns, and the dateline.
fn weight(story: &Story, i: usize) -> f64 {
    let mentions = 1.0 + (story.names[i].sites.len().max(1) as f64).ln();
    if story.dateline == Some(i) { mentions + 1.5 } else { mentions }
}

fn supported(story: &Story, names: &[Readings<'_>], hints: &[(Entry<'_>, f64)]) -> Support {
    let mut support = Support::default();
    for (i, name) in names.iter().enumerate() {
        for reading in name.list.iter().take(3) {
            support.add(&reading.entry, own_support(story, i, reading));
        }
    }
    // Many adjectives of one country count like many mentions of its name: with diminishing returns.
    let mut sums: BTreeMap<PlaceIndex, (Entry<'_>, f64)> = BTreeMap::new();
    for (entry, weight) in hints {
        sums.entry(entry.index).or_insert((*entry, 0.0)).1 += weight;
    }
    sums.values().for_each(|(entry, sum)| support.add(entry, sum.ln_1p()));
    support
}

/// What the story adds to a reading of name `i`.
fn context(
    story: &Story,
    names: &[Readings<'_>],
    i: usize,
    entry: &Entry<'_>,
    support: &Support,
    words: &Words,
) -> f64 {
    let own = |matches: &dyn Fn(&Entry<'_>) -> bool| -> f64 {
        let list = names[i].list.iter().take(3).filter(|r| matches(&r.entry));
        list.map(|r| own_support(story, i, r)).sum()
    };
    let mut score = 0.0;
    if entry.country.is_some() {
        let others = support.country(entry.country) - own(&|e| e.country == entry.country);
        score += 3.2 * saturated(others);
    }
    if !is_world_known(entry) && support.country(entry.country) - own(&|e| e.country == entry.country) < UNHEARD {
        let at_home =
            names[i].list.iter().filter(|r| r.rank != NameRank::Alternate && r.entry.country != entry.country);
        let heard = |country| support.country(country) - own(&|e| e.country == country) > SPOKEN_OF;
        score -= if at_home.map(|r| r.entry.country).any(heard) { FOREIGN } else { 0.0 };
    }
    let province = if entry.level == Level::Province { Some(entry.index) } else { entry.admin1 };
    if let Some(province) = province {
        let of = |e: &Entry<'_>| e.index == province || e.admin1 == Some(province);
        let all = support.provinces.get(&province).copied().unwrap_or(0.0);
        score += 1.6 * saturated(all - own(&of));
    }
    score
        + listed(story, names, i, entry)
        + nearness(story, names, i, entry)
        + ties(story, names, i, entry, words)
        + towns(names, i, entry, words)
}

/// Gain of a country or province from a town in it, where its name is also another country's or one of its provinces':
/// "Georgia" beside Savannah, "Congo" beside Pointe-Noire.
fn towns(names: &[Readings<'_>], i: usize, entry: &Entry<'_>, words: &Words) -> f64 {
    let unit = |e: &Entry<'_>| matches!(e.level, Level::Country | Level::Province);
    let rival = |r: &Reading<'_>| unit(&r.entry) && r.rank <= NameRank::Press && r.entry.country != entry.country;
    if !unit(entry) || !names[i].list.iter().any(rival) {
        return 0.0;
    }
    let others = names.iter().enumerate().take(i + AROUND).skip(i.saturating_sub(AROUND)).filter(|(j, _)| *j != i);
    let towns = others.filter_map(|(_, name)| name.list.first()).filter(|top| top.entry.level == Level::City);
    towns.filter(|top| contains(entry, &top.entry, words)).map(|top| 2.5 * top.p).fold(0.0, f64::max)
}

/// Whether a place needs no country beside it.
pub(super) fn is_world_known(entry: &Entry<'_>) -> bool {
    entry.code == "PPLC" || entry.population >= 1_000_000 || matches!(entry.level, Level::Country | Level::Region)
}

fn saturated(weight: f64) -> f64 {
    let weight = weight.max(0.0);
    weight / (weight + 1.0)
}

/// Furthest that items of a list lie apart, in kilometres, if they are near at all.
const NEIGHBOURS: f64 = 2500.0;

/// Items of a list are of one kind, and often of one part of the world: "Georgia, Florida and Alabama".
fn listed(story: &Story, names: &[Readings<'_>], i: usize, entry: &Entry<'_>) -> f64 {
    let alike = story.listed.with(i).filter_map(|j| names[j].list.first()).map(|top| {
        let compatriots = top.entry.country == entry.country || entry.level == Level::Country;
        match top.entry.level == entry.level {
            true if compatriots => 2.2 * top.p,
            true if distance_km((entry.lat, entry.lon), (top.entry.lat, top.entry.lon)) < NEIGHBOURS => 1.5 * top.p,
            _ => 0.0,
        }
    });
    alike.fold(0.0, f64::max)
}

/// Gain from other names that lie near, more from those in the same sentence.
fn nearness(story: &Story, names: &[Readings<'_>], i: usize, entry: &Entry<'_>) -> f64 {
    if entry.level == Level::Country {
        return 0.0;
    }
    let mut best: f64 = 0.0;
    for (j, other) in names.iter().enumerate().take(i + AROUND).skip(i.saturating_sub(AROUND)) {
        let Some(top) = other.list.first().filter(|r| j != i && r.entry.level != Level::Country) else { continue };
        // A cheap bound first: a degree of latitude has 111 km.
        if (top.entry.lat - entry.lat).abs() > 6.0 || top.entry.index == entry.index {
            continue;
        }
        let close =
            if story.near.contain(i, j) { 2.0 } else { closeness(&story.names[i].sites, &story.names[j].sites) };
        let apart = distance_km((entry.lat, entry.lon), (top.entry.lat, top.entry.lon));
        best = best.max(1.8 * close * top.p * (-apart / 200.0).exp());
    }
    best
}

fn closeness(a: &[Site], b: &[Site]) -> f64 {
    let pairs = || a.iter().take(8).flat_map(|x| b.iter().take(8).map(move |y| (x, y)));
    if pairs().any(|(x, y)| x.sentence == y.sentence) {
        1.0
    } else if pairs().any(|(x, y)| x.paragraph == y.paragraph) {
        0.7
    } else {
        0.45
    }
}

/// Gain or loss from what the text says the place lies in, and from what it says lies in the place.
fn ties(story: &Story, names: &[Readings<'_>], i: usize, entry: &Entry<'_>, words: &Words) -> f64 {
    let mut score = 0.0;
    if names[i].outer.is_some_and(|outer| contains(&outer, entry, words)) {
        score += 6.0;
    }
    for tie in story.ties.of(i) {
        if tie.inner == i && entry.level != Level::Country {
            let inside: f64 = match tie.outer {
                Outer::Country(country) => f64::from(u8::from(entry.country == Some(country))),
                Outer::Name(j) => {
                    names[j].list.iter().take(6).filter(|r| contains(&r.entry, entry, words)).map(|r| r.p).sum()
                }
            };
            score += 6.0 * inside;
        }
        if tie.outer == Outer::Name(i) {
            let inner = &names[tie.inner].list;
            let best = inner.iter().map(|r| r.prior).fold(f64::MIN, f64::max);
            let held = inner.iter().filter(|r| contains(entry, &r.entry, words));
            let gain = held.map(|r| ((r.prior - best) / 2.0).exp()).fold(0.0, f64::max);
            score += 3.5 * gain;
        }
    }
    score.min(12.0)
}

/// Whether a reading may stand on its own, without support from the story: a place that readers know.
pub(super) fn is_prominent(entry: &Entry<'_>, rank: NameRank) -> bool {
    let own = rank <= NameRank::Press;
    match entry.level {
        Level::Country | Level::Region => true,
        Level::Province => own || entry.population >= 500_000,
        Level::District => own && entry.population >= 300_000,
        Level::City => entry.population >= if own { 100_000 } else { 1_000_000 },
        Level::Site => entry.class != "P",
    }
}
