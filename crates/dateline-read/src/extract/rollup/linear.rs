//! Linear models over named features and a word's vector: what was learned is a table that a person can read.
//!
//! The tables are written by `models/events/train.py`. A feature that a table does not list weighs nothing.

use std::collections::HashMap;

use crate::nlp::WORD_VECTOR;
use crate::words::{TableError, rows};

/// What a model sees of one thing: features by group and value, and the vector of a word.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Group, value, number.
    pub features: Vec<(&'static str, &'static str, f32)>,
    /// The word's vector, of length 1; empty where the word has none.
    pub vector: Vec<f32>,
}

impl Sample {
    /// Adds a feature of a group.
    pub(super) fn add(&mut self, group: &'static str, value: &'static str, number: f32) {
        if number != 0.0 {
            self.features.push((group, value, number));
        }
    }

    /// Adds a feature that holds or does not.
    pub(super) fn flag(&mut self, value: &'static str, holds: bool) {
        self.add("is", value, f32::from(u8::from(holds)));
    }
}

/// Weights of a linear model.
#[derive(Debug)]
pub(super) struct Linear {
    features: HashMap<(&'static str, &'static str), f32>,
    vector: Vec<f32>,
}

impl Linear {
    /// Reads a table of group, value and weight. The group `vector` has the numbers of its elements as values.
    pub(super) fn load(table: &'static str, text: &'static str) -> Result<Self, TableError> {
        let mut model = Self { features: HashMap::new(), vector: vec![0.0; WORD_VECTOR] };
        for row in rows(table, text, 3)? {
            let weight: f32 = row.cell(2).parse().map_err(|_| row.error("the weight is no number"))?;
            if row.cell(0) == "vector" {
                let element = row.cell(1).parse().ok().and_then(|i: usize| model.vector.get_mut(i));
                *element.ok_or_else(|| row.error("a vector has elements 0 to 95"))? = weight;
            } else if model.features.insert((row.cell(0), row.cell(1)), weight).is_some() {
                return Err(row.error("the feature is listed twice"));
            }
        }
        Ok(model)
    }

    /// The chance of a sample, 0 to 1, by a model of yes and no.
    pub(super) fn chance(&self, sample: &Sample) -> f32 {
        1.0 / (1.0 + (-self.score(sample)).exp())
    }

    /// The score of a sample: the logarithm of its odds for a model of yes and no.
    pub(super) fn score(&self, sample: &Sample) -> f32 {
        let features = sample.features.iter().map(|(g, v, x)| self.features.get(&(*g, *v)).map_or(0.0, |w| w * x));
        let vector = sample.vector.iter().zip(&self.vector).map(|(x, w)| x * w);
        features.sum::<f32>() + vector.sum::<f32>()
    }
}
