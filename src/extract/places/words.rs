//! The small words around place names: demonyms, kinds of places, directions.

use std::collections::HashMap;

use super::fold::fold;
use super::gazetteer::{Gazetteer, PlaceIndex};

/// What a common noun beside a name says the place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Country,
    Province,
    District,
    City,
    Site,
    Water,
    Region,
}

/// The tables, keyed by folded words. Only looked up, never iterated: results cannot depend on hash order.
#[derive(Debug)]
pub(super) struct Words {
    demonyms: HashMap<String, PlaceIndex>,
    kinds: HashMap<&'static str, Vec<Kind>>,
    directions: HashMap<String, (f64, f64)>,
    territories: Vec<(PlaceIndex, PlaceIndex)>,
}

/// Rows of an embedded table without comments.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(|l| l.split('\t').collect())
}

impl Words {
    /// Parses the embedded tables. Countries that the gazetteer lacks are left out.
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let mut demonyms = HashMap::new();
        for row in rows(include_str!("../data/places/demonyms.tsv")) {
            if let [iso, words] = row[..]
                && let Some(country) = gazetteer.country(iso)
            {
                demonyms.extend(words.split(',').map(|w| (fold(w), country)));
            }
        }
        let mut kinds: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows(include_str!("../data/places/heads.tsv")) {
            if let [kind, words] = row[..]
                && let Some(kind) = Kind::parse(kind)
            {
                words.split(',').for_each(|w| kinds.entry(w).or_default().push(kind));
            }
        }
        let mut directions = HashMap::new();
        for row in rows(include_str!("../data/places/directions.tsv")) {
            if let [north, east, words] = row[..]
                && let (Ok(north), Ok(east)) = (north.parse(), east.parse())
            {
                directions.extend(words.split(',').map(|w| (fold(w), (north, east))));
            }
        }
        let pairs = rows(include_str!("../data/places/territories.tsv"));
        let territories = pairs.filter_map(|row| {
            let [territory, state] = row[..] else { return None };
            Some((gazetteer.country(territory)?, gazetteer.country(state)?))
        });
        Self { territories: territories.collect(), demonyms, kinds, directions }
    }

    /// The country that an adjective or noun for people belongs to, by key.
    pub(super) fn demonym(&self, key: &str) -> Option<PlaceIndex> {
        let found = self.demonyms.get(key).or_else(|| self.demonyms.get(key.strip_suffix('s')?));
        found.copied()
    }

    /// The kinds that a common noun stands for, by lower-case word; the plain kind first.
    pub(super) fn kinds(&self, word: &str) -> &[Kind] {
        let found = self.kinds.get(word).or_else(|| self.kinds.get(word.strip_suffix('s')?));
        found.map_or(&[], Vec::as_slice)
    }

    /// Where in an area an adjective points: north and east as parts of the radius.
    pub(super) fn direction(&self, word: &str) -> Option<(f64, f64)> {
        self.directions.get(&fold(word)).copied()
    }

    /// Whether news may place the country `inner` in the country `outer`.
    pub(super) fn is_territory(&self, inner: PlaceIndex, outer: PlaceIndex) -> bool {
        self.territories.contains(&(inner, outer))
    }
}

impl Kind {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "country" => Self::Country,
            "province" => Self::Province,
            "district" => Self::District,
            "city" => Self::City,
            "site" => Self::Site,
            "water" => Self::Water,
            "region" => Self::Region,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_understood() {
        let gazetteer = Gazetteer::from_bytes(include_bytes!("../../../models/gazetteer.bin")).unwrap();
        let words = Words::new(&gazetteer);
        for row in rows(include_str!("../data/places/demonyms.tsv")) {
            assert!(row.len() == 2 && gazetteer.country(row[0]).is_some(), "demonyms.tsv: {row:?}");
        }
        for row in rows(include_str!("../data/places/heads.tsv")) {
            assert!(row.len() == 2 && Kind::parse(row[0]).is_some(), "heads.tsv: {row:?}");
        }
        for row in rows(include_str!("../data/places/directions.tsv")) {
            assert!(row.len() == 3 && row[..2].iter().all(|n| n.parse::<f64>().is_ok()), "directions.tsv: {row:?}");
        }
        let territories = rows(include_str!("../data/places/territories.tsv")).count();
        assert_eq!(words.territories.len(), territories, "territories.tsv names an unknown country");
        assert_eq!(words.demonym("syrians"), gazetteer.country("SY"));
        assert_eq!(words.demonym("swiss"), gazetteer.country("CH"));
        assert_eq!(words.kinds("provinces"), [Kind::Province]);
        assert!(words.direction("north-western").is_some_and(|(n, e)| n > 0.0 && e < 0.0));
    }
}
