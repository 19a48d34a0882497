//! The readings of one name: what the gazetteer has under it, and how likely each is before the story is looked at.

use super::gazetteer::{Entry, Gazetteer, Level, NameRank};
use super::reading::Name;
use super::words::{Kind, Words};
use crate::record::EntityKind;

/// A reading of a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'g> {
    pub(super) entry: Entry<'g>,
    pub(super) rank: NameRank,
    /// Score without context.
    pub(super) prior: f64,
    /// Score in context.
    pub(super) score: f64,
    /// Share of belief among the name's readings.
    pub(super) p: f64,
}

/// The readings of a name, and which part of the name they are of.
#[derive(Debug, Default)]
pub(super) struct Readings<'g> {
    pub(super) list: Vec<Reading<'g>>,
    /// Where in the place found the name points ("northern Syria"): north and east as parts of the radius.
    pub(super) direction: Option<(f64, f64)>,
    /// What the name itself says the place lies in ("Weybridge, England").
    pub(super) outer: Option<Entry<'g>>,
    /// Whether the place found only holds the one named ("Baghdad International Airport").
    pub(super) holder: bool,
}

/// Readings kept per name.
const MOST: usize = 48;

/// Finds the readings of a name: of its forms as they stand, then without kind words, then without directions; for
/// sites, of the place that their name begins with.
pub(super) fn readings<'g>(name: &Name, gazetteer: &'g Gazetteer, words: &Words) -> Readings<'g> {
    // "the North" is no province called North, unless the text says so.
    let unit = name.kinds.iter().any(|k| matches!(k, Kind::Province | Kind::District));
    let whole = |form: &str| if !unit && words.direction(form).is_some() { vec![] } else { gazetteer.lookup(form) };
    for form in &name.forms {
        let found = whole(form);
        if !found.is_empty() {
            return ranked(form, name, found, gazetteer);
        }
    }
    for form in &name.forms {
        if let Some((first, rest)) = form.split_once(", ").filter(|(first, _)| !first.is_empty()) {
            let outer = ranked(rest, name, whole(rest), gazetteer).list.first().map(|r| r.entry);
            return Readings { outer, ..ranked(first, name, whole(first), gazetteer) };
        }
        if let Some((first, _)) = form.split_once(" (").filter(|(first, _)| !whole(first).is_empty()) {
            return ranked(first, name, whole(first), gazetteer);
        }
        let stripped = without_kinds(form, words);
        for (bare, kind) in &stripped {
            let found = whole(bare);
            if found.is_empty() || *kind == Kind::Water {
                continue;
            }
            let mut readings = ranked(bare, name, found, gazetteer);
            if *kind == Kind::Site {
                readings.holder = true;
                readings.list.retain(is_well_known);
                if readings.list.is_empty() {
                    continue;
                }
            } else {
                readings.list.iter_mut().for_each(|r| r.prior += fit(*kind, r.entry.level));
                readings.list.sort_by(|a, b| b.prior.total_cmp(&a.prior));
            }
            return readings;
        }
        let bare = stripped.last().map_or(form.as_str(), |(bare, _)| bare);
        // "South West England" before "South" of "West England".
        let parts: Vec<usize> = bare.match_indices(' ').take(2).map(|(at, _)| at).collect();
        for at in parts.into_iter().rev() {
            let Some(direction) = words.direction(&bare[..at]) else { continue };
            let mut readings = ranked(&bare[at + 1..], name, whole(&bare[at + 1..]), gazetteer);
            readings.list.retain(is_well_known);
            if !readings.list.is_empty() {
                return Readings { direction: Some(direction), ..readings };
            }
        }
    }
    // "Savannah Guthrie" and "Houston Texans" are no places in the towns whose names they bear.
    if name.kind == EntityKind::Fac || name.kinds.contains(&Kind::Site) || name.forms[0].contains('-') {
        return beginning(name, gazetteer, words);
    }
    Readings::default()
}

/// The place that a site's name begins with, where it is a large one: a small homonym would be a guess.
fn beginning<'g>(name: &Name, gazetteer: &'g Gazetteer, words: &Words) -> Readings<'g> {
    for form in &name.forms {
        let ends = form.match_indices(' ').map(|(at, _)| at);
        for end in ends.collect::<Vec<_>>().into_iter().rev() {
            if words.direction(&form[..end]).is_some() {
                continue;
            }
            let mut readings = ranked(&form[..end], name, gazetteer.lookup(&form[..end]), gazetteer);
            readings.list.retain(is_well_known);
            if !readings.list.is_empty() {
                return Readings { holder: true, ..readings };
            }
        }
    }
    Readings::default()
}

fn is_well_known(reading: &Reading<'_>) -> bool {
    let known = reading.entry.population >= 50_000 || reading.entry.level == Level::Region;
    known && reading.rank <= NameRank::Press
}

/// The name without the word for its kind: "Idlib province", "City of York".
fn without_kinds(form: &str, words: &Words) -> Vec<(String, Kind)> {
    let mut out = Vec::new();
    let parts: Vec<&str> = form.split_whitespace().filter(|w| !w.eq_ignore_ascii_case("the")).collect();
    let kind = |w: &str| words.kinds(&w.to_lowercase()).first().copied();
    if let [first, of, rest @ ..] = parts.as_slice()
        && *of == "of"
        && !rest.is_empty()
        && let Some(kind) = kind(first)
    {
        out.push((rest.join(" "), kind));
    }
    if let [first, rest @ ..] = parts.as_slice()
        && !rest.is_empty()
        && let Some(kind) = kind(first)
    {
        out.push((rest.join(" "), kind));
    }
    if let [rest @ .., last] = parts.as_slice()
        && !rest.is_empty()
        && let Some(kind) = kind(last)
    {
        out.push((rest.join(" "), kind));
        if let [rest @ .., before] = rest
            && !rest.is_empty()
            && words.kinds(&before.to_lowercase()).len() == 1
        {
            out.push((rest.join(" "), kind));
        }
    }
    out
}

fn ranked<'g>(
    form: &str,
    name: &Name,
    found: Vec<super::gazetteer::Candidate>,
    gazetteer: &'g Gazetteer,
) -> Readings<'g> {
    let mut list: Vec<Reading<'g>> = (found.into_iter())
        .map(|c| {
            let entry = gazetteer.entry(c.place);
            let mut prior = prior(&entry, c.rank);
            if form == entry.name {
                // Marks on letters are rarely an accident.
                prior += if form.is_ascii() { 0.2 } else { 0.8 };
            }
            prior += name
                .kinds
                .iter()
                .map(|k| fit(*k, entry.level))
                .fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
            Reading { entry, rank: c.rank, prior, score: prior, p: 0.0 }
        })
        .collect();
    // Where a unit and a town in it share the name, the plain name means the town.
    let towns: Vec<_> = list
        .iter()
        .filter(|r| r.entry.level == Level::City && r.entry.population >= 50_000)
        .map(|r| r.entry.admin1)
        .collect();
    for unit in list.iter_mut().filter(|r| r.entry.level == Level::Province && towns.contains(&Some(r.entry.index))) {
        unit.prior -= 0.8;
    }
    // Of two countries of one name the larger is meant, unless the story says otherwise: "Congo".
    let largest = list.iter().filter(|r| r.entry.level == Level::Country).map(|r| r.entry.population).max();
    for country in list.iter_mut().filter(|r| r.entry.level == Level::Country && Some(r.entry.population) < largest) {
        country.prior -= 1.5;
    }
    list.sort_by(|a, b| b.prior.total_cmp(&a.prior).then(a.entry.index.cmp(&b.entry.index)));
    list.truncate(MOST);
    Readings { list, ..Readings::default() }
}

/// How likely a place is to be meant by one of its names, on a scale where ten times the inhabitants add 0.9.
fn prior(entry: &Entry<'_>, rank: NameRank) -> f64 {
    let people = 0.9 * f64::from(entry.population + 300).log10();
    let base = match entry.level {
        Level::Country => 8.7,
        Level::Province => people - 0.6,
        Level::District => people - 1.4,
        Level::City => match entry.code {
            "PPLC" => people + 0.8,
            "PPLA" => people + 0.2,
            _ => people,
        },
        Level::Site if entry.class == "P" => people.max(4.0) - 0.8,
        Level::Site => 4.5,
        Level::Region if entry.code == "CONT" => 8.5,
        Level::Region if entry.radius_km > 300.0 => 6.0,
        Level::Region => 5.2,
    };
    base + match (rank, entry.level) {
        (NameRank::Main, _) => 0.0,
        (NameRank::Press, _) => 0.2,
        (NameRank::Alternate, _) => -1.2,
        (NameRank::Derived, Level::Province) => -0.4,
        (NameRank::Derived, _) => -1.2,
    }
}

/// Whether a place can be what a head noun calls it.
fn fit(kind: Kind, level: Level) -> f64 {
    match (kind, level) {
        (Kind::Country, Level::Country) | (Kind::Province, Level::Province) | (Kind::District, Level::District) => 3.0,
        (Kind::City, Level::City) => 2.5,
        (Kind::Province, Level::District) | (Kind::District, Level::Province) => 1.0,
        (Kind::District, Level::Site) | (Kind::City, Level::Site) | (Kind::City, Level::Region) => 0.5,
        (Kind::Province | Kind::Region, Level::Region) => 1.5,
        (Kind::Region, Level::Province) => 1.0,
        (Kind::Water, Level::Region) => 2.0,
        (Kind::Site | Kind::Water, _) | (Kind::Region, Level::City) => 0.0,
        (Kind::Country, Level::Province | Level::Region) | (Kind::Region, Level::Country) => 0.0,
        _ => -2.5,
    }
}
