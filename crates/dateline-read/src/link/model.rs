//! The chance that two articles tell of the same event: a logistic model in a plain table.

use super::features::{N, NAMES, pair};
use super::probe::Probe;
use super::traits::Traits;
use crate::words::TableError;

const TABLE: &str = include_str!("../../models/link/pair.tsv");
/// Name of the table in records.
pub(super) const VERSION: &str = "pair-2";

/// Weights of the features and the bias.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    weights: [f64; N],
    bias: f64,
}

impl Model {
    /// The embedded table.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn embedded() -> Result<Self, TableError> {
        Self::read(TABLE)
    }

    /// Reads rows of name and weight. A feature that the table does not list weighs nothing.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(text: &str) -> Result<Self, TableError> {
        let mut model = Self { weights: [0.0; N], bias: 0.0 };
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.is_empty() && !l.starts_with('#')) {
            let error = |problem: String| TableError { table: "pair.tsv", line: i + 1, problem };
            let (name, weight) = line.split_once('\t').ok_or_else(|| error("two cells are needed".to_owned()))?;
            let weight: f64 = weight.parse().map_err(|_| error(format!("{weight:?} is no number")))?;
            match NAMES.iter().position(|n| *n == name) {
                Some(feature) => model.weights[feature] = weight,
                None if name == "bias" => model.bias = weight,
                None => return Err(error(format!("there is no feature {name:?}"))),
            }
        }
        Ok(model)
    }

    /// The chance of a pair, 0 to 1. Added up in the order of the features: the same pair has the same chance everywhere.
    pub(super) fn chance(&self, a: &Probe<'_>, b: &Traits) -> f64 {
        let features = pair(a, b);
        let odds = features.iter().zip(&self.weights).fold(self.bias, |sum, (x, w)| sum + x * w);
        1.0 / (1.0 + (-odds.clamp(-30.0, 30.0)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_bad_rows_are_named() {
        Model::embedded().unwrap();
        let check = |text: &str, expect: &str| assert_eq!(Model::read(text).unwrap_err().to_string(), expect);
        check("cosine\t1\nkosine\t2", "pair.tsv:2: there is no feature \"kosine\"");
        check("cosine 1", "pair.tsv:1: two cells are needed");
        check("cosine\tx", "pair.tsv:1: \"x\" is no number");
    }
}
