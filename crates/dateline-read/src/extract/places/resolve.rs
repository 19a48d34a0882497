//! From ranked readings to places, and what to do when none of them is meant.
//!
//! A homonym elsewhere is worse than a coarse place: where the text says what a name lies in and no reading lies there,
//! the enclosing unit stands in, with its radius as uncertainty and without an id of its own.

use std::collections::HashMap;

use super::candidates::{Reading, Readings};
use super::fold::as_printed;
use super::gazetteer::{Entry, Gazetteer, Level, NameRank, PlaceIndex};
use super::rank::{Support, contains, is_prominent, is_world_known, own_support};
use super::reading::{Name, Outer, Reading as Story};
use super::words::{Kind, Words};
use crate::record::{EntityKind, Place, PlaceAlternative};

/// Most alternatives that a record lists, and the least belief for one.
const ALTERNATIVES: usize = 4;
const WORTH_LISTING: f64 = 0.02;

/// Inhabitants of a town that a story may name without its country, where no other town is called so.
const SIZEABLE: u32 = 20_000;

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning<'g> {
    /// The first of its readings.
    Known(f64),
    /// A place that the gazetteer lacks, in this one.
    Within(Entry<'g>, f64),
    /// Not in the gazetteer, and believed to lie in this country, nobody knows where.
    Somewhere(Entry<'g>),
    /// Unknown.
    Nothing,
}

/// What all names mean. Enclosing places are resolved before the places in them.
pub(super) fn meanings<'g>(
    story: &Story,
    names: &[Readings<'g>],
    support: &Support,
    gazetteer: &'g Gazetteer,
    words: &Words,
) -> Vec<Meaning<'g>> {
    let resolver = Meanings { story, names, support, gazetteer, words };
    let mut out: Vec<Meaning<'g>> = (0..names.len()).map(|i| resolver.of(i)).collect();
    let mut around = Surroundings::default();
    (0..out.len()).for_each(|i| around.add(&story.names[i], resolver.entry(i, &out)));
    for i in 0..out.len() {
        if out[i] == Meaning::Nothing {
            out[i] = resolver.surroundings(i, &around, &out);
            around.add(&story.names[i], resolver.entry(i, &out));
        }
    }
    out
}

/// What the places of every paragraph lie in.
#[derive(Debug, Default)]
struct Surroundings(HashMap<usize, Units>);

/// The provinces and countries of some places.
#[derive(Debug, Clone, Copy, Default)]
struct Units {
    province: Agreed,
    country: Agreed,
}

/// Whether places lie in one unit.
#[derive(Debug, Clone, Copy, Default)]
enum Agreed {
    #[default]
    None,
    One(PlaceIndex),
    Several,
}

impl Agreed {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, one) | (one, Self::None) => one,
            (Self::One(a), Self::One(b)) if a == b => self,
            _ => Self::Several,
        }
    }

    fn one(self) -> Option<PlaceIndex> {
        if let Self::One(unit) = self { Some(unit) } else { None }
    }
}

impl Surroundings {
    fn add(&mut self, name: &Name, entry: Option<Entry<'_>>) {
        let Some(entry) = entry else { return };
        let province = if entry.level == Level::Province { Some(entry.index) } else { entry.admin1 };
        let unit = |place: Option<PlaceIndex>| place.map_or(Agreed::None, Agreed::One);
        for site in &name.sites {
            let units = self.0.entry(site.paragraph).or_default();
            units.province = units.province.and(unit(province));
            units.country = units.country.and(unit(entry.country));
        }
    }

    /// Of the places in the paragraphs that name a place.
    fn of(&self, name: &Name) -> Units {
        let paragraphs = name.sites.iter().filter_map(|s| self.0.get(&s.paragraph));
        paragraphs.fold(Units::default(), |all, units| Units {
            province: all.province.and(units.province),
            country: all.country.and(units.country),
        })
    }
}

struct Meanings<'a, 'g> {
    story: &'a Story,
    names: &'a [Readings<'g>],
    support: &'a Support,
    gazetteer: &'g Gazetteer,
    words: &'a Words,
}

impl<'g> Meanings<'_, 'g> {
    fn of(&self, i: usize) -> Meaning<'g> {
        let enclosing = self.enclosing(i);
        let Some(best) = self.names[i].list.first() else {
            return enclosing.map_or(Meaning::Nothing, |e| Meaning::Within(e, within_confidence(&e)));
        };
        let entry = &best.entry;
        if let Some(outer) = enclosing
            && entry.level != Level::Country
            && !contains(&outer, entry, self.words)
        {
            let same_area = contains(entry, &outer, self.words) || entry.index == outer.index;
            // Bounds inside one country are fuzzy; a great region cannot lie in a small one.
            let compatriot = entry.country == outer.country && is_prominent(entry, best.rank);
            let larger = entry.level == Level::Region && entry.radius_km > outer.radius_km;
            if !same_area && !compatriot && !larger {
                return Meaning::Within(outer, within_confidence(&outer));
            }
        }
        let supported = self.support.country(entry.country);
        let own = best.p * if entry.level == Level::Country { 1.0 } else { 0.6 };
        // What the name itself put into the support of its country is no evidence for it.
        let backed = enclosing.is_some() || supported - own > 0.35 || entry.country.is_none();
        // A large city abroad is no candidate where the story is about one country and says nothing of the city's.
        let elsewhere = !is_world_known(entry)
            && !is_well_known(entry)
            && self.support.leads_without(entry, own_support(self.story, i, best));
        let prominent = is_prominent(entry, best.rank) && !elsewhere;
        if !backed && !prominent && self.another_country_leads(i, entry) {
            return Meaning::Nothing;
        }
        let trust = match (entry.level, backed) {
            (Level::Country, _) => 0.99,
            (_, true) if enclosing.is_some() => 0.95,
            (_, true) => 0.9,
            (_, false) if prominent => 0.8,
            _ => 0.5,
        };
        Meaning::Known(best.p * trust)
    }

    /// Whether the story is of another country. A single town or province does not make it so for a name that is one
    /// country's alone, nor does a story of many countries for a sizeable town that has the name to itself.
    fn another_country_leads(&self, i: usize, entry: &Entry<'_>) -> bool {
        const SPEAKS: f64 = 0.8;
        let alone = self.is_one_countrys(i);
        let own =
            self.names[i].list.first().is_some_and(|r| r.rank <= NameRank::Press && r.entry.population >= SIZEABLE);
        self.support.leading().is_some_and(|(country, share)| {
            let speaks = || self.support.country(Some(country)) >= SPEAKS && (share >= 0.5 || !own);
            Some(country) != entry.country && (!alone || speaks())
        })
    }

    /// Whether all readings of a name lie in one country.
    fn is_one_countrys(&self, i: usize) -> bool {
        let mut countries = self.names[i].list.iter().map(|r| r.entry.country);
        countries.next().is_some_and(|first| first.is_some() && countries.all(|c| c == first))
    }

    /// The smallest place that the text says name `i` lies in.
    fn enclosing(&self, i: usize) -> Option<Entry<'g>> {
        let outer = |tie: &super::reading::Tie| match tie.outer {
            Outer::Country(country) => Some(self.gazetteer.entry(country)),
            Outer::Name(j) => self.names[j].list.first().map(|r| r.entry),
        };
        let ties = self.story.ties.of(i).filter(|t| t.inner == i);
        let all = ties.filter_map(outer).chain(self.names[i].outer);
        // A town is seldom said to lie in a town: such pairs are lists or movements.
        let holds = |e: &Entry<'_>| !matches!(e.level, Level::City | Level::Site) || e.population >= 100_000;
        all.filter(holds).max_by(|a, b| depth(a).total_cmp(&depth(b)))
    }

    /// The place that a name means or lies in.
    fn entry(&self, i: usize, known: &[Meaning<'g>]) -> Option<Entry<'g>> {
        match known[i] {
            Meaning::Known(_) => self.names[i].list.first().map(|r| r.entry),
            Meaning::Within(e, _) | Meaning::Somewhere(e) => Some(e),
            Meaning::Nothing => None,
        }
    }

    /// What an unknown town lies in: the country that the story is about, else that of the names around it; in it the
    /// province of the names around where they agree.
    fn surroundings(&self, i: usize, around: &Surroundings, known: &[Meaning<'g>]) -> Meaning<'g> {
        let name = &self.story.names[i];
        let town = name.kind == EntityKind::Gpe || name.kinds.contains(&Kind::City);
        if !town || name.sites.is_empty() {
            return Meaning::Nothing;
        }
        let units = around.of(name);
        let agreed = units.country.one();
        let leading = self.support.leading().filter(|(_, share)| *share >= 0.5).map(|(country, _)| country);
        let dateline = self.story.dateline.and_then(|d| self.entry(d, known)).and_then(|e| e.country);
        let Some(country) = leading.or(agreed).or(dateline) else { return Meaning::Nothing };
        // Of a city that only another country has there is no second one here: "Ivan Petrov of Gleiwitz".
        let city = |r: &Reading<'_>| r.entry.level == Level::City && r.entry.population >= 100_000;
        let abroad = |r: &Reading<'_>| r.entry.country != Some(country);
        if self.is_one_countrys(i) && self.names[i].list.iter().any(|r| city(r) && abroad(r)) {
            return Meaning::Nothing;
        }
        let province = units.province.one().map(|p| self.gazetteer.entry(p)).filter(|p| p.country == Some(country));
        province.map_or(Meaning::Somewhere(self.gazetteer.entry(country)), |p| Meaning::Within(p, 0.35))
    }
}

/// A city that news names without its country far from home, as "Denver" and "Geneva".
fn is_well_known(entry: &Entry<'_>) -> bool {
    entry.level == Level::City && entry.population >= if entry.code == "PPLA" { 100_000 } else { 300_000 }
}

/// Deeper places have smaller radii; units before regions of unclear bounds.
fn depth(entry: &Entry<'_>) -> f64 {
    f64::from(entry.level.resolution().unwrap_or(0)) - entry.radius_km / 1e5
}

fn within_confidence(outer: &Entry<'_>) -> f64 {
    if outer.level == Level::Country { 0.5 } else { 0.6 }
}

/// The record of a name's place.
pub(super) fn record(
    name: &str,
    meaning: Meaning<'_>,
    readings: &Readings<'_>,
    gazetteer: &Gazetteer,
) -> Option<Place> {
    match meaning {
        Meaning::Nothing => None,
        Meaning::Within(outer, confidence) => Some(within(name, &outer, confidence, readings, gazetteer)),
        Meaning::Somewhere(country) => {
            let nowhere = Place {
                lat: None,
                lon: None,
                uncertainty_km: None,
                resolution: None,
                ..within(name, &country, 0.3, readings, gazetteer)
            };
            Some(nowhere)
        }
        Meaning::Known(confidence) => {
            let best = readings.list.first()?.entry;
            if readings.holder {
                return Some(within(name, &best, confidence * 0.8, readings, gazetteer));
            }
            let mut place = described(&best, confidence, gazetteer);
            place.alternatives = alternatives(readings, 1, gazetteer);
            if let Some((north, east)) = readings.direction {
                let degrees = best.radius_km / 111.0;
                place.name = name.to_owned();
                place.lat = Some(best.lat + north * degrees);
                place.lon = Some(best.lon + east * degrees / best.lat.to_radians().cos().max(0.1));
                place.uncertainty_km = Some((best.radius_km * 0.6).round());
            }
            Some(place)
        }
    }
}

/// A place in the gazetteer.
pub(super) fn described(entry: &Entry<'_>, confidence: f64, gazetteer: &Gazetteer) -> Place {
    let unit = if entry.level == Level::Province { Some(entry.index) } else { entry.admin1 };
    let country = entry.country.and_then(|c| gazetteer.country_facts(c));
    Place {
        name: as_printed(entry.name).into_owned(),
        geonameid: entry.geonameid,
        lat: Some(entry.lat),
        lon: Some(entry.lon),
        feature_class: Some(entry.class.to_owned()),
        feature_code: Some(entry.code.to_owned()),
        admin1: unit.map(|u| as_printed(gazetteer.entry(u).name).into_owned()),
        admin1_code: unit.and_then(|u| gazetteer.admin_code(u)).map(str::to_owned),
        country_iso2: country.map(|c| c.iso2.clone()),
        country_iso3: country.map(|c| c.iso3.clone()),
        resolution: entry.level.resolution(),
        uncertainty_km: Some(entry.radius_km),
        confidence: (confidence * 100.0).round() / 100.0,
        alternatives: Vec::new(),
    }
}

/// A place that the gazetteer lacks: the text's name at the position of what it lies in.
fn within(name: &str, outer: &Entry<'_>, confidence: f64, readings: &Readings<'_>, gazetteer: &Gazetteer) -> Place {
    Place {
        name: name.to_owned(),
        geonameid: None,
        feature_class: None,
        feature_code: None,
        uncertainty_km: Some(outer.radius_km.max(15.0)),
        alternatives: alternatives(readings, 0, gazetteer),
        ..described(outer, confidence, gazetteer)
    }
}

fn alternatives(readings: &Readings<'_>, skip: usize, gazetteer: &Gazetteer) -> Vec<PlaceAlternative> {
    let rest = readings.list.iter().skip(skip).filter(|r| r.p >= WORTH_LISTING);
    let listed = rest.filter_map(|r| {
        Some(PlaceAlternative {
            geonameid: r.entry.geonameid?,
            name: as_printed(r.entry.name).into_owned(),
            country_iso2: gazetteer.country_facts(r.entry.country?)?.iso2.clone(),
            p: (r.p * 100.0).round() / 100.0,
        })
    });
    listed.take(ALTERNATIVES).collect()
}
