//! What a transformer computes beside its products: attention, softmax, GELU, sums with their normalisation.
//!
//! In single precision, every sum in a fixed order and every multiply-add in one rounding, in software where the CPU has
//! none: all paths agree to the last bit.

use super::{Kernel, LANES, LayerNorm, Path, lane_sum, normalise_row};

/// Queries that are worked on together: their sums stay in registers, and each key and value is loaded once for all of them.
/// With more of them, or more than [`LANES`] sums a query, AVX2 has no registers left. Trap: sums are reached by index, here
/// and below. Where an iterator goes over them the compiler keeps them in memory and works number by number, which takes
/// five times as long.
const QUERIES: usize = 4;

/// Memory of [`Kernel::attend`], kept between calls.
#[derive(Debug, Default)]
pub struct AttentionMemory {
    /// One head's keys, transposed.
    keys: Vec<f32>,
    /// The weights of [`QUERIES`] rows.
    weights: Vec<f32>,
}

/// A window of word pieces that attend to one another.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// `rows` rows of three times `heads * HEAD` numbers: queries, keys and values side by side.
    pub queries_keys_values: &'a [f32],
    /// Pieces.
    pub rows: usize,
    /// Heads of the layer.
    pub heads: usize,
}

/// Numbers of a head.
pub const HEAD: usize = 32;

impl Kernel {
    /// Lets every row of a window attend to all rows. Queries are scaled already. `out` has `rows` rows of
    /// `heads * HEAD` numbers.
    ///
    /// # Panics
    /// If a matrix is shorter than the window says.
    pub fn attend(self, window: Window<'_>, memory: &mut AttentionMemory, out: &mut [f32]) {
        under_features!(self, attend_body(window: Window<'_>, memory: &mut AttentionMemory, out: &mut [f32]));
    }

    /// `x * P(X <= x)` of a normal distribution, number by number, as BERT's `gelu`.
    pub fn gelu(self, x: &mut [f32]) {
        under_features!(self, gelu_body(x: &mut [f32]));
    }

    /// Adds `y` to `x` and normalises the rows of the sum.
    pub fn add_and_normalise(self, norm: &LayerNorm, y: &[f32], x: &mut [f32]) {
        under_features!(self, add_and_normalise_body(norm: &LayerNorm, y: &[f32], x: &mut [f32]));
    }
}

/// `e` to the `x`, right to 2e-7 of itself between -87 and 88, where `x` is kept.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    /// Adding it rounds to a whole number and leaves that in the last bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let whole = rounded - ROUND;
    // ln 2 in two parts: the first has few enough bits for an exact product.
    let rest = whole.mul_add(-1.428_606_8e-6, whole.mul_add(-0.693_145_75, x));
    let mut power = 1.987_569_1e-4f32;
    for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        power = power.mul_add(rest, factor);
    }
    let power = (power * rest).mul_add(rest, rest + 1.0);
    // Two to the whole number is added to the exponent's bits.
    f32::from_bits(power.to_bits().wrapping_add(rounded.to_bits() << 23))
}

#[inline(always)]
fn attend_body<const FUSED: bool>(window: Window<'_>, memory: &mut AttentionMemory, out: &mut [f32]) {
    let Window { queries_keys_values, rows, heads } = window;
    let width = heads * HEAD;
    let padded = rows.next_multiple_of(LANES);
    memory.keys.resize(HEAD * padded, 0.0);
    memory.weights.resize(QUERIES * padded, 0.0);
    for head in 0..heads {
        let part = |kind: usize| &queries_keys_values[kind * width + head * HEAD..];
        let (queries, keys, values) = (part(0), part(1), part(2));
        for (i, column) in memory.keys.chunks_exact_mut(padded).enumerate() {
            for (row, key) in column[..rows].iter_mut().enumerate() {
                *key = keys[row * 3 * width + i];
            }
            column[rows..].fill(0.0);
        }
        for first in (0..rows).step_by(QUERIES) {
            // The last ones, where rows are no multiple, are worked on several times.
            let row = |q: usize| (first + q).min(rows - 1);
            let queries: [&[f32; HEAD]; QUERIES] = std::array::from_fn(|q| lanes(queries, row(q) * 3 * width));
            score(queries, &memory.keys, padded, &mut memory.weights);
            let mut totals = [0.0; QUERIES];
            for (weights, total) in memory.weights.chunks_exact_mut(padded).zip(&mut totals) {
                *total = softmax(weights, rows);
            }
            for part in (0..HEAD).step_by(LANES) {
                let sums = gather(&memory.weights, padded, rows, &values[part..], 3 * width);
                for (q, (sums, total)) in sums.iter().zip(totals).enumerate() {
                    let out = &mut out[row(q) * width + head * HEAD + part..][..LANES];
                    out.iter_mut().zip(sums).for_each(|(x, sum)| *x = sum / total);
                }
            }
        }
    }
}

/// The `N` numbers from `at` on.
#[inline(always)]
fn lanes<const N: usize>(x: &[f32], at: usize) -> &[f32; N] {
    &x[at..].as_chunks().0[0]
}

/// The products of queries with all keys, `padded` numbers a query.
#[inline(always)]
fn score(queries: [&[f32; HEAD]; QUERIES], keys: &[f32], padded: usize, weights: &mut [f32]) {
    for at in (0..padded).step_by(LANES) {
        let mut sums = [[0.0f32; LANES]; QUERIES];
        for (i, keys) in keys.chunks_exact(padded).enumerate() {
            let keys: &[f32; LANES] = lanes(keys, at);
            for q in 0..QUERIES {
                for l in 0..LANES {
                    sums[q][l] = queries[q][i].mul_add(keys[l], sums[q][l]);
                }
            }
        }
        for q in 0..QUERIES {
            weights[q * padded + at..][..LANES].copy_from_slice(&sums[q]);
        }
    }
}

/// Scores to weights, not yet divided by their sum, which is returned. What lies beyond `rows` weighs nothing.
#[inline(always)]
fn softmax(weights: &mut [f32], rows: usize) -> f32 {
    weights[rows..].fill(f32::MIN);
    let mut lanes = [f32::MIN; LANES];
    for chunk in weights.as_chunks::<LANES>().0 {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(*score);
        }
    }
    let most = lanes.iter().fold(f32::MIN, |most, lane| most.max(*lane));
    for weight in weights.iter_mut() {
        *weight = exponential(*weight - most);
    }
    weights[rows..].fill(0.0);
    lane_sum(weights.as_chunks::<LANES>().0.iter().copied())
}

/// Sums of the first [`LANES`] values of all rows, weighted as the queries have it.
#[inline(always)]
fn gather(weights: &[f32], padded: usize, rows: usize, values: &[f32], stride: usize) -> [[f32; LANES]; QUERIES] {
    let mut sums = [[0.0f32; LANES]; QUERIES];
    for row in 0..rows {
        let values: &[f32; LANES] = lanes(values, row * stride);
        for q in 0..QUERIES {
            let weight = weights[q * padded + row];
            for l in 0..LANES {
                sums[q][l] = weight.mul_add(values[l], sums[q][l]);
            }
        }
    }
    sums
}

#[inline(always)]
fn gelu_body<const FUSED: bool>(x: &mut [f32]) {
    for x in x {
        // Abramowitz and Stegun 7.1.26, right to 1.5e-7.
        let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
        let t = 1.0 / z.mul_add(0.327_591_1, 1.0);
        let mut tail = 1.061_405_4f32;
        for factor in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
            tail = tail.mul_add(t, factor);
        }
        // The part of the distribution beyond |x|.
        let beyond = 0.5 * tail * t * exponential(-z * z);
        *x *= if *x < 0.0 { beyond } else { 1.0 - beyond };
    }
}

#[inline(always)]
fn add_and_normalise_body<const FUSED: bool>(norm: &LayerNorm, y: &[f32], x: &mut [f32]) {
    let width = norm.gain.len();
    for (y, x) in y.chunks_exact(width).zip(x.chunks_exact_mut(width)) {
        for (x, y) in x.iter_mut().zip(y) {
            *x += *y;
        }
        normalise_row::<true>(norm, x);
    }
}
