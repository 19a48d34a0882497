//! How sure the value of a time is: what the development data says of times of its kind (`words/data/times/confidence.tsv`).

use serde::de::DeserializeOwned;

use super::value::{self, Timex, Value};
use crate::record::{Granularity, TimexType};
use crate::words::{Lexicons, Row, TableError};

/// What a relative time was set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Anchor {
    None,
    Dct,
    Timex,
    Event,
}

/// How much of the calendar a value spells out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Full,
    /// Parts are unknown: `XXXX-05`, `PXD`.
    Open,
    /// `PAST_REF` and the like.
    Reference,
}

/// A row; none fits anything.
#[derive(Debug, Clone)]
struct Kind {
    timex_type: Option<TimexType>,
    granularity: Option<Granularity>,
    anchor: Option<Anchor>,
    form: Option<Form>,
    confidence: f64,
}

/// The table, narrow kinds first.
#[derive(Debug, Clone)]
pub(super) struct Confidence(Vec<Kind>);

impl Confidence {
    /// Reads the table, whose last row fits anything.
    pub(super) fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        let rows = lexicons.rows("times/confidence.tsv", 5)?;
        let kinds = rows.iter().map(|row| {
            Ok(Kind {
                timex_type: cell(row, 0)?,
                granularity: cell(row, 1)?,
                anchor: cell(row, 2)?,
                form: cell(row, 3)?,
                confidence: row
                    .cell(4)
                    .parse()
                    .ok()
                    .filter(|c| (0.0..=1.0).contains(c))
                    .ok_or_else(|| row.error("the confidence is no number from 0 to 1"))?,
            })
        });
        Ok(Self(kinds.collect::<Result<_, TableError>>()?))
    }

    /// The confidence of a time.
    pub(super) fn of(&self, timex: &Timex) -> f64 {
        let anchor = match timex.anchor {
            None => Anchor::None,
            Some(value::Anchor::Document(_)) => Anchor::Dct,
            Some(value::Anchor::Timex(_)) => Anchor::Timex,
            Some(value::Anchor::Event(_)) => Anchor::Event,
        };
        let form = match &timex.value {
            Value::Reference(_) => Form::Reference,
            Value::Open(..) => Form::Open,
            Value::Length(length) if length.is_vague() => Form::Open,
            Value::Length(_) | Value::Period(..) => Form::Full,
        };
        let fits = |k: &&Kind| {
            k.timex_type.is_none_or(|t| t == timex.timex_type)
                && k.granularity.is_none_or(|g| g == timex.granularity)
                && k.anchor.is_none_or(|a| a == anchor)
                && k.form.is_none_or(|f| f == form)
        };
        self.0.iter().find(fits).map_or(timex.confidence, |k| k.confidence)
    }
}

/// A value in the spelling of the records; none for `*`.
fn cell<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>, TableError> {
    (row.cell(column) != "*").then(|| row.value(column)).transpose()
}

#[cfg(test)]
mod tests {
    use crate::extract::testing;

    #[test]
    fn a_written_date_is_surer_than_a_relative_one_and_that_than_an_open_one() {
        let sure = |text: &str| {
            let story = testing::read(text, Some("2022-02-03"));
            testing::times(&story)[0].timex.confidence
        };
        let date = sure("The mill burned down on 3 March 1987.");
        let relative = sure("The mill will close next week.");
        let open = sure("The mill was closed for several days.");
        assert!(date >= 0.9 && date > relative && date > open, "{date} {relative} {open}");
    }

    #[test]
    fn every_row_can_be_reached_and_the_last_fits_anything() {
        let table = super::Confidence::read(&crate::words::Lexicons::embedded()).unwrap().0;
        let last = table.last().unwrap();
        assert!(
            last.timex_type.is_none() && last.granularity.is_none() && last.anchor.is_none() && last.form.is_none()
        );
        for (i, row) in table.iter().enumerate() {
            let covers = |k: &super::Kind| {
                k.timex_type.is_none_or(|t| Some(t) == row.timex_type)
                    && k.granularity.is_none_or(|g| Some(g) == row.granularity)
                    && k.anchor.is_none_or(|a| Some(a) == row.anchor)
                    && k.form.is_none_or(|f| Some(f) == row.form)
            };
            assert!(!table[..i].iter().any(covers), "row {} is hidden by an earlier one: {row:?}", i + 1);
        }
    }
}
