//! The scorer of a transition system (spaCy's `TransitionBasedParser.v2`), shared by parser and entity recogniser.
//!
//! Token vectors are projected to 64 numbers and multiplied with the lower layer once per token and feature position;
//! a state's hidden layer is then a sum of a few of these rows, a maxout over two pieces, and one small product.

use dateline_kernel::{Kernel, Packed};

use super::tok2vec::WIDTH;
use super::weights::{ModelError, Weights};

/// Width of the hidden layers.
const HIDDEN: usize = 64;
/// Maxout pieces of the lower layer.
const PIECES: usize = 2;
/// Numbers of one feature row.
const ROW: usize = HIDDEN * PIECES;
/// Most feature positions of a state (the parser has 8).
const MAX_FEATURES: usize = 8;

/// The scorer's weights.
#[derive(Debug)]
pub(super) struct Scorer {
    project: Packed,
    lower: Packed,
    /// Per feature position the learned row that stands for "no such token".
    pad: Vec<f32>,
    bias: Vec<f32>,
    upper: Packed,
    features: usize,
    moves: usize,
}

/// The rows of the current piece of text and the scores of the current state.
#[derive(Debug, Default)]
pub(super) struct Features {
    projected: Vec<f32>,
    rows: Vec<f32>,
    scores: Vec<f32>,
}

impl Scorer {
    /// Loads the scorer `name` of a transition system whose states have `features` tokens.
    pub(super) fn load(weights: &Weights<'_>, name: &str, features: usize, moves: usize) -> Result<Self, ModelError> {
        debug_assert!(features <= MAX_FEATURES);
        let get = |part: &str, shape: &[usize]| weights.f32(&format!("{name}.{part}"), shape);
        // Packed as: per feature 64 numbers of the first piece, then 64 of the second.
        let order: Vec<usize> = (0..features)
            .flat_map(|f| (0..PIECES).flat_map(move |p| (0..HIDDEN).map(move |o| f * ROW + o * PIECES + p)))
            .collect();
        let pick = |from: &[f32], order: &[usize]| -> Vec<f32> { order.iter().map(|i| from[*i]).collect() };
        let lower = get("lower.weight", &[features, HIDDEN, PIECES, HIDDEN])?;
        Ok(Self {
            project: Packed::linear(&get("project.weight", &[HIDDEN, WIDTH])?, &get("project.bias", &[HIDDEN])?, WIDTH),
            lower: Packed::pack(&lower, &vec![0.0; features * ROW], HIDDEN, &order, false),
            pad: pick(&get("lower.pad", &[1, features, HIDDEN, PIECES])?, &order),
            bias: pick(&get("lower.bias", &[HIDDEN, PIECES])?, &order[..ROW]),
            upper: Packed::linear(&get("upper.weight", &[moves, HIDDEN])?, &get("upper.bias", &[moves])?, HIDDEN),
            features,
            moves,
        })
    }

    /// Computes the feature rows of all tokens from their vectors.
    pub(super) fn prepare(&self, kernel: Kernel, vectors: &[f32], features: &mut Features) {
        let n = vectors.len() / WIDTH;
        let (stride, row) = (self.project.width(), self.lower.width());
        features.projected.resize(n * stride, 0.0);
        kernel.gemm(&self.project, vectors, WIDTH, n, &mut features.projected, stride);
        features.rows.resize(n * row, 0.0);
        kernel.gemm(&self.lower, &features.projected, stride, n, &mut features.rows, row);
    }

    /// Scores all moves in a state given by its tokens (`None`: no such token).
    pub(super) fn score<'f, const N: usize>(
        &self,
        kernel: Kernel,
        state: [Option<u32>; N],
        features: &'f mut Features,
    ) -> &'f [f32] {
        debug_assert_eq!(N, self.features);
        let stride = self.lower.width();
        let mut rows: [&[f32]; N] = [&[]; N];
        for (i, (row, token)) in rows.iter_mut().zip(state).enumerate() {
            *row = match token {
                Some(token) => &features.rows[token as usize * stride + i * ROW..][..ROW],
                None => &self.pad[i * ROW..][..ROW],
            };
        }
        let mut hidden = [0.0; HIDDEN];
        kernel.sum_max2(&rows, &self.bias, &mut hidden);
        features.scores.resize(self.upper.width(), 0.0);
        kernel.gemm(&self.upper, &hidden, HIDDEN, 1, &mut features.scores, 0);
        &features.scores[..self.moves]
    }
}

/// The first move with the largest score among the valid ones.
pub(super) fn best_valid(scores: &[f32], valid: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (i, score) in scores.iter().enumerate() {
        if best.is_none_or(|b| *score > scores[b]) && valid(i) {
            best = Some(i);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_valid_moves_wins() {
        let scores = [1.0, 3.0, 3.0, 9.0];
        assert_eq!(best_valid(&scores, |i| i != 3), Some(1));
        assert_eq!(best_valid(&scores, |_| true), Some(3));
        assert_eq!(best_valid(&scores, |_| false), None);
    }
}
