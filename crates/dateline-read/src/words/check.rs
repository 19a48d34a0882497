//! Checks over tables that their loaders do not make: words listed twice, codes that no list of codes knows.
//!
//! The tests of this crate make them for the embedded tables; texts put in their place are checked when they are
//! loaded. The event tables have further checks as tests (`events/reachable.rs`, `events/examples.rs`).

use std::collections::{HashMap, HashSet};

use super::lexicons::Lexicons;
use super::table::{Row, TableError};

/// A table and its number of columns.
type Table = (&'static str, usize);

const GROUPS: Table = ("actors/groups.tsv", 6);
const INTERNATIONAL: Table = ("actors/international.tsv", 6);
const NATIONAL: Table = ("actors/national.tsv", 6);
const PEOPLE: Table = ("actors/people.tsv", 5);
const COUNTRIES: Table = ("actors/countries.tsv", 4);

/// First three letters of CAMEO actor codes that belong to no country.
const OPENINGS: [&str; 9] = ["IGO", "NGO", "NGM", "IMG", "MNC", "INT", "UAF", "CRM", "REB"];

/// Fails at the first fault.
///
/// # Errors
/// [`TableError`] names the line.
pub fn check(lexicons: &Lexicons) -> Result<(), TableError> {
    names_of_actors(lexicons)?;
    codes_of_actors(lexicons)?;
    cues_of_attribution(lexicons)?;
    words_of_times_numbers_and_places(lexicons)
}

/// Fails where two rows give the same word in the same role: only one of them can count.
fn once(lexicons: &Lexicons, tables: &[Table], words: impl Fn(&Row<'_>) -> Vec<String>) -> Result<(), TableError> {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (table, columns) in tables {
        for row in lexicons.rows(table, *columns)? {
            for word in words(&row) {
                let place = format!("{table}:{}", row.line());
                if let Some(first) = seen.insert(word.clone(), place) {
                    return Err(row.error(format!("{word:?} stands in {first} already; delete one or merge the lines")));
                }
            }
        }
    }
    Ok(())
}

/// The names of a cell but for those that are marked as ambiguous: such a one counts only beside another name.
fn names(row: &Row<'_>, column: usize) -> Vec<String> {
    row.list(column).filter(|n| !n.ends_with('?')).map(str::to_owned).collect()
}

fn names_of_actors(lexicons: &Lexicons) -> Result<(), TableError> {
    once(lexicons, &[GROUPS, INTERNATIONAL, NATIONAL], |row| [names(row, 0), names(row, 1)].concat())?;
    once(lexicons, &[PEOPLE], |row| names(row, 0))?;
    once(lexicons, &[COUNTRIES], |row| names(row, 1))?;
    once(lexicons, &[COUNTRIES], |row| vec![row.cell(0).to_owned()])?;
    once(lexicons, &[("actors/given_names.tsv", 2)], |row| names(row, 1))?;
    once(lexicons, &[("actors/weapons.tsv", 2)], |row| names(row, 1))
}

fn cues_of_attribution(lexicons: &Lexicons) -> Result<(), TableError> {
    once(lexicons, &[("attribution/cues.tsv", 4)], |row| {
        let frames: Vec<&str> = row.cell(2).split(',').collect();
        let pairs = row.list(3).flat_map(|word| frames.iter().map(move |frame| (word, *frame)));
        // A verb may belong to two classes: "suggest" says and shows.
        pairs.map(|(word, frame)| format!("{} {} {word} {frame}", row.cell(0), row.cell(1))).collect()
    })
}

fn words_of_times_numbers_and_places(lexicons: &Lexicons) -> Result<(), TableError> {
    let with_class = |row: &Row<'_>| vec![format!("{} as {}", row.cell(0), row.cell(1))];
    let first = |row: &Row<'_>| vec![row.cell(0).to_owned()];
    let listed = |row: &Row<'_>| row.cell(1).split(',').map(str::to_owned).collect();
    once(lexicons, &[("times/words.tsv", 3)], with_class)?;
    once(lexicons, &[("times/holidays.tsv", 2), ("times/references.tsv", 2)], first)?;
    once(lexicons, &[("numbers/ordinals.tsv", 2)], first)?;
    once(lexicons, &[("numbers/bounds.tsv", 4)], |row| vec![format!("{} {}", row.cell(0), row.cell(1))])?;
    once(lexicons, &[("places/demonyms.tsv", 2)], listed)?;
    // A word may name two kinds of places: "municipality".
    let of_kind = |row: &Row<'_>| row.cell(1).split(',').map(|w| format!("{} {w}", row.cell(0))).collect();
    once(lexicons, &[("places/heads.tsv", 2)], of_kind)?;
    once(lexicons, &[("places/territories.tsv", 2)], first)?;
    once(lexicons, &[("casualties/parties.tsv", 2)], |row| names(row, 1))?;
    once(lexicons, &[("casualties/triggers.tsv", 3)], |row| vec![format!("{} {}", row.cell(0), row.cell(1))])
}

/// Actor codes are those of their country or organisation.
fn codes_of_actors(lexicons: &Lexicons) -> Result<(), TableError> {
    let countries = lexicons.rows(COUNTRIES.0, COUNTRIES.1)?;
    let countries: HashSet<&str> = countries.iter().map(|row| row.cell(0)).collect();
    for ((table, columns), country) in [(GROUPS, 2), (INTERNATIONAL, 2), (NATIONAL, 2), (PEOPLE, 1)] {
        for row in lexicons.rows(table, columns)? {
            let (iso3, code) = (row.cell(country), row.cell(country + 3));
            if iso3 != "-" && !countries.contains(iso3) {
                return Err(row.error(format!("{iso3} is no country of actors/countries.tsv")));
            }
            let triples = code.len() % 3 == 0 && code.bytes().all(|b| b.is_ascii_uppercase());
            let opening = code.get(..3).unwrap_or_default();
            let known = opening == iso3 || OPENINGS.contains(&opening) || countries.contains(opening);
            if code != "-" && !(triples && known) {
                return Err(row.error(format!("{code} is no CAMEO actor code")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_have_no_fault() {
        check(&Lexicons::embedded()).unwrap();
    }

    #[test]
    fn faults_are_found() {
        let fault = |name: &str, text: &'static str, expect: &str| {
            let mut lexicons = Lexicons::embedded();
            assert!(lexicons.replace(name, text));
            let error = check(&lexicons).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name}:")) && error.contains(expect), "{error}");
        };
        fault("actors/groups.tsv", "A\t-\t-\trebels\tREB\tREB\nB\tA\t-\trebels\tREB\tREB\n", "already");
        fault("actors/groups.tsv", "A\t-\tXXX\trebels\tREB\tREB\n", "no country");
        fault("actors/groups.tsv", "A\t-\t-\trebels\tREB\tQQQ\n", "no CAMEO actor code");
        fault("places/demonyms.tsv", "DE\tgerman\nAT\tgerman\n", "already");
    }
}
