//! Checks over the smaller tables of language data that their loaders do not make: words listed twice, codes that no
//! list of codes knows. The event tables have their own (`events/reachable.rs`, `events/examples.rs`).

use std::collections::{HashMap, HashSet};

use super::table::{Row, rows};

type Table = (&'static str, &'static str, usize);

macro_rules! table {
    ($name:literal, $columns:literal) => {
        ($name, include_str!(concat!("data/", $name, ".tsv")), $columns)
    };
}

const GROUPS: Table = table!("actors/groups", 6);
const INTERNATIONAL: Table = table!("actors/international", 6);
const NATIONAL: Table = table!("actors/national", 6);
const PEOPLE: Table = table!("actors/people", 5);
const COUNTRIES: Table = table!("actors/countries", 4);

fn read((name, text, columns): Table) -> Vec<Row<'static>> {
    rows(name, text, columns).unwrap()
}

/// Fails where two rows give the same word in the same role.
fn check(tables: &[Table], words: impl Fn(&Row<'static>) -> Vec<String>) {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut twice = Vec::new();
    for table in tables {
        for row in read(*table) {
            let place = format!("{}.tsv:{}", table.0, row.line());
            for word in words(&row) {
                if let Some(first) = seen.insert(word.clone(), place.clone()) {
                    twice.push(format!("{place}: {word:?} stands in {first} already"));
                }
            }
        }
    }
    assert!(twice.is_empty(), "\nonly one of two lines can count; delete or merge one:\n{}", twice.join("\n"));
}

/// The names of a cell but for those that are marked as ambiguous: such a one counts only beside another name.
fn names(row: &Row<'static>, column: usize) -> Vec<String> {
    row.list(column).filter(|n| !n.ends_with('?')).map(str::to_owned).collect()
}

#[test]
fn every_name_of_an_actor_stands_once() {
    check(&[GROUPS, INTERNATIONAL, NATIONAL], |row| [names(row, 0), names(row, 1)].concat());
    check(&[PEOPLE], |row| names(row, 0));
    check(&[COUNTRIES], |row| names(row, 1));
    check(&[COUNTRIES], |row| vec![row.cell(0).to_owned()]);
    check(&[table!("actors/given_names", 2)], |row| names(row, 1));
    check(&[table!("actors/weapons", 2)], |row| names(row, 1));
}

#[test]
fn every_cue_of_attribution_stands_once() {
    let words = |row: &Row<'static>| -> Vec<String> {
        let frames: Vec<&str> = row.cell(2).split(',').collect();
        let pairs = row.list(3).flat_map(|word| frames.iter().map(move |frame| (word, *frame)));
        // A verb may belong to two classes: "suggest" says and shows.
        pairs.map(|(word, frame)| format!("{} {} {word} {frame}", row.cell(0), row.cell(1))).collect()
    };
    check(&[table!("attribution/cues", 4)], words);
}

#[test]
fn every_word_of_times_numbers_and_places_stands_once() {
    let with_class = |row: &Row<'static>| vec![format!("{} as {}", row.cell(0), row.cell(1))];
    let first = |row: &Row<'static>| vec![row.cell(0).to_owned()];
    let listed = |row: &Row<'static>| row.cell(1).split(',').map(str::to_owned).collect();
    check(&[table!("times/words", 3)], with_class);
    check(&[table!("times/holidays", 2), table!("times/references", 2)], first);
    check(&[table!("numbers/ordinals", 2)], first);
    check(&[table!("numbers/bounds", 4)], |row| vec![format!("{} {}", row.cell(0), row.cell(1))]);
    check(&[table!("places/demonyms", 2)], listed);
    // A word may name two kinds of places: "municipality".
    check(&[table!("places/heads", 2)], |row| row.cell(1).split(',').map(|w| format!("{} {w}", row.cell(0))).collect());
    check(&[table!("places/territories", 2)], first);
    check(&[table!("casualties/triggers", 3)], |row| vec![format!("{} {}", row.cell(0), row.cell(1))]);
}

#[test]
fn actor_codes_are_those_of_their_country_or_organisation() {
    let countries: HashSet<String> = read(COUNTRIES).iter().map(|r| r.cell(0).to_owned()).collect();
    // First three letters of CAMEO actor codes that belong to no country.
    const OPENINGS: [&str; 9] = ["IGO", "NGO", "NGM", "IMG", "MNC", "INT", "UAF", "CRM", "REB"];
    let mut wrong = Vec::new();
    for (table, country) in [(GROUPS, 2), (INTERNATIONAL, 2), (NATIONAL, 2), (PEOPLE, 1)] {
        for row in read(table) {
            let (iso3, code) = (row.cell(country), row.cell(country + 3));
            let place = || format!("{}.tsv:{} {}", table.0, row.line(), row.cell(0));
            if iso3 != "-" && !countries.contains(iso3) {
                wrong.push(format!("{}: {iso3} is no country of actors/countries.tsv", place()));
            }
            let triples = code.len() % 3 == 0 && code.bytes().all(|b| b.is_ascii_uppercase());
            let opening = code.get(..3).unwrap_or_default();
            let known = opening == iso3 || OPENINGS.contains(&opening) || countries.contains(opening);
            if code != "-" && !(triples && known) {
                wrong.push(format!("{}: {code} is no CAMEO actor code", place()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
