//! The small words around place names: demonyms, kinds of places, directions.

use std::collections::HashMap;

use super::fold::fold;
use super::gazetteer::{Gazetteer, PlaceIndex};
use crate::words::{Lexicons, Row, TableError};

/// What a common noun beside a name says the place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Debug, Default)]
pub(super) struct Words {
    demonyms: HashMap<String, PlaceIndex>,
    kinds: HashMap<Box<str>, Vec<Kind>>,
    directions: HashMap<String, (f64, f64)>,
    territories: Vec<(PlaceIndex, PlaceIndex)>,
}

impl Words {
    /// Reads the tables. Countries that the gazetteer lacks are left out.
    pub(super) fn read(lexicons: &Lexicons, gazetteer: &Gazetteer) -> Result<Self, TableError> {
        let mut words = Self::default();
        for row in lexicons.rows("places/demonyms.tsv", 2)? {
            if let Some(country) = gazetteer.country(iso2(&row, 0)?) {
                words.demonyms.extend(row.cell(1).split(',').map(|w| (fold(w), country)));
            }
        }
        for row in lexicons.rows("places/heads.tsv", 2)? {
            let kind: Kind = row.value(0)?;
            row.cell(1).split(',').for_each(|w| words.kinds.entry(w.into()).or_default().push(kind));
        }
        for row in lexicons.rows("places/directions.tsv", 3)? {
            let number = |column| row.cell(column).parse::<f64>().map_err(|_| row.error("the direction is no number"));
            let direction = (number(0)?, number(1)?);
            words.directions.extend(row.cell(2).split(',').map(|w| (fold(w), direction)));
        }
        for row in lexicons.rows("places/territories.tsv", 2)? {
            let countries = [gazetteer.country(iso2(&row, 0)?), gazetteer.country(iso2(&row, 1)?)];
            if let [Some(territory), Some(state)] = countries {
                words.territories.push((territory, state));
            }
        }
        Ok(words)
    }

    /// The country that an adjective or noun for people belongs to, by key.
    pub(super) fn demonym(&self, key: &str) -> Option<PlaceIndex> {
        let found = self.demonyms.get(key).or_else(|| self.demonyms.get(key.strip_suffix('s')?));
        found.copied()
    }

    /// The kinds that a common noun stands for, by lower-case word; the plain kind first.
    pub(super) fn kinds(&self, word: &str) -> &[Kind] {
        let found = self.kinds.get(word).or_else(|| match word.strip_suffix("ies") {
            Some(stem) => self.kinds.get(format!("{stem}y").as_str()),
            None => self.kinds.get(word.strip_suffix('s')?),
        });
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

/// An ISO 3166-1 alpha-2 code.
fn iso2<'t>(row: &Row<'t>, column: usize) -> Result<&'t str, TableError> {
    let code = row.cell(column);
    let valid = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    if valid { Ok(code) } else { Err(row.error(format!("{code:?} is no ISO 3166-1 alpha-2 code"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_understood() {
        let gazetteer = Gazetteer::from_bytes(include_bytes!("../../../models/gazetteer.bin")).unwrap();
        let lexicons = Lexicons::embedded();
        let words = Words::read(&lexicons, &gazetteer).unwrap();
        for row in lexicons.rows("places/demonyms.tsv", 2).unwrap() {
            assert!(gazetteer.country(row.cell(0)).is_some(), "demonyms.tsv names an unknown country: {row:?}");
        }
        let territories = lexicons.rows("places/territories.tsv", 2).unwrap().len();
        assert_eq!(words.territories.len(), territories, "territories.tsv names an unknown country");
        assert_eq!(words.demonym("syrians"), gazetteer.country("SY"));
        assert_eq!(words.demonym("swiss"), gazetteer.country("CH"));
        assert_eq!(words.kinds("provinces"), [Kind::Province]);
        assert!(words.direction("north-western").is_some_and(|(n, e)| n > 0.0 && e < 0.0));
    }
}
