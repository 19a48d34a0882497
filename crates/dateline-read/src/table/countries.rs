//! Names and codes of countries: `event.canonical/1` has only the two letters, and no record the name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::words::table;

const TABLE: &str = include_str!("data/countries.tsv");

/// Alpha-3 code and name by either code.
static BY_CODE: LazyLock<BTreeMap<&'static str, (&'static str, &'static str)>> = LazyLock::new(|| {
    let rows = table::rows("table/countries", TABLE, 3).unwrap_or_default();
    let both = |row: &table::Row<'static>| [0, 1].map(|code| (row.cell(code), (row.cell(1), row.cell(2))));
    rows.iter().flat_map(both).collect()
});

/// English name of a country by ISO 3166-1 alpha-2 or alpha-3.
pub(super) fn name(code: &str) -> Option<&'static str> {
    BY_CODE.get(code).map(|(_, name)| *name)
}

/// ISO 3166-1 alpha-3 by alpha-2 or alpha-3.
pub(super) fn iso3(code: &str) -> Option<&'static str> {
    BY_CODE.get(code).map(|(iso3, _)| *iso3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_there_once_and_found_by_either_code() {
        let rows = table::rows("table/countries", TABLE, 3).unwrap();
        assert_eq!((rows.len(), BY_CODE.len()), (250, 500));
        for row in &rows {
            assert!(row.cell(0).len() == 2 && row.cell(1).len() == 3 && !row.cell(2).is_empty(), "{row:?}");
        }
        assert_eq!((name("CD"), iso3("CD")), (Some("Democratic Republic of the Congo"), Some("COD")));
        assert_eq!((name("XKX"), iso3("PS")), (Some("Kosovo"), Some("PSE")));
        assert_eq!(name("??"), None);
    }

    /// Actors' countries are named by the extraction's own table: each of its codes must have a name here.
    #[test]
    fn every_code_of_an_actor_has_a_name() {
        let actors = include_str!("../words/data/actors/countries.tsv");
        for row in table::rows("actors/countries", actors, 4).unwrap() {
            assert!(name(row.cell(0)).is_some(), "{}", row.cell(0));
        }
    }
}
