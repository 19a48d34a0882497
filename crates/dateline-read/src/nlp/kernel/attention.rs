//! What a transformer computes beside its products: attention, softmax, GELU, sums with their normalisation.
//!
//! In single precision, every sum in a fixed order and every multiply-add in one rounding, in software where the CPU has
//! none: all paths agree to the last bit.

use super::{Kernel, LANES, LayerNorm, Path, lane_sum, normalise_row};

/// Numbers of a query, or rows of values, that one pass adds up.
const STEP: usize = 8;

/// Memory of [`Kernel::attend`], kept between calls.
#[derive(Debug, Default)]
pub(in crate::nlp) struct AttentionMemory {
    /// One head's keys, transposed.
    keys: Vec<f32>,
    /// The weights of a row.
    weights: Vec<f32>,
}

/// A window's queries, keys and values side by side: `rows` rows of three times `heads * HEAD` numbers.
#[derive(Debug, Clone, Copy)]
pub(in crate::nlp) struct Window<'a> {
    pub(in crate::nlp) queries_keys_values: &'a [f32],
    pub(in crate::nlp) rows: usize,
    pub(in crate::nlp) heads: usize,
}

/// Numbers of a head.
pub(in crate::nlp) const HEAD: usize = 32;

impl Kernel {
    /// Lets every row of a window attend to all rows. Queries are scaled already. `out` has `rows` rows of
    /// `heads * HEAD` numbers.
    ///
    /// # Panics
    /// If a matrix is shorter than the window says.
    pub(in crate::nlp) fn attend(self, window: Window<'_>, memory: &mut AttentionMemory, out: &mut [f32]) {
        under_features!(self, attend_body(window: Window<'_>, memory: &mut AttentionMemory, out: &mut [f32]));
    }

    /// `x * P(X <= x)` of a normal distribution, number by number, as BERT's `gelu`.
    pub(in crate::nlp) fn gelu(self, x: &mut [f32]) {
        under_features!(self, gelu_body(x: &mut [f32]));
    }

    /// Adds `y` to `x` and normalises the rows of the sum.
    pub(in crate::nlp) fn add_and_normalise(self, norm: &LayerNorm, y: &[f32], x: &mut [f32]) {
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
    memory.weights.resize(padded, 0.0);
    for head in 0..heads {
        let part = |kind: usize| &queries_keys_values[kind * width + head * HEAD..];
        let (queries, keys, values) = (part(0), part(1), part(2));
        for (i, column) in memory.keys.chunks_exact_mut(padded).enumerate() {
            for (row, key) in column[..rows].iter_mut().enumerate() {
                *key = keys[row * 3 * width + i];
            }
            column[rows..].fill(0.0);
        }
        for row in 0..rows {
            let query = &queries[row * 3 * width..][..HEAD];
            let weights = &mut memory.weights[..padded];
            score(query, &memory.keys, weights);
            let total = softmax(weights, rows);
            let out = &mut out[row * width + head * HEAD..][..HEAD];
            out.fill(0.0);
            gather(&weights[..rows], values, 3 * width, out);
            out.iter_mut().for_each(|x| *x /= total);
        }
    }
}

/// A query's products with all keys. One loop over the keys for [`STEP`] numbers of the query at a time: loops over
/// arrays of sums held in registers were compiled number by number, and took three quarters of an article's time.
#[inline(always)]
fn score(query: &[f32], keys: &[f32], weights: &mut [f32]) {
    // The compiler sees that nothing is left over beyond whole lanes.
    let n = weights.len() / LANES * LANES;
    let weights = &mut weights[..n];
    weights.fill(0.0);
    for (query, keys) in query.as_chunks::<STEP>().0.iter().zip(keys.chunks_exact(STEP * n)) {
        let keys: [&[f32]; STEP] = std::array::from_fn(|i| &keys[i * n..][..n]);
        for j in 0..n {
            weights[j] = query.iter().zip(&keys).fold(weights[j], |sum, (q, keys)| q.mul_add(keys[j], sum));
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

/// Adds the weighted values of all rows to `out`, [`STEP`] rows at a time.
#[inline(always)]
fn gather(weights: &[f32], values: &[f32], stride: usize, out: &mut [f32]) {
    let (steps, rest) = weights.as_chunks::<STEP>();
    for (n, weights) in steps.iter().enumerate() {
        let values: [&[f32]; STEP] = std::array::from_fn(|i| &values[(n * STEP + i) * stride..][..HEAD]);
        for j in 0..HEAD {
            out[j] = weights.iter().zip(&values).fold(out[j], |sum, (w, values)| w.mul_add(values[j], sum));
        }
    }
    for (n, weight) in rest.iter().enumerate() {
        let values = &values[(steps.len() * STEP + n) * stride..][..HEAD];
        out.iter_mut().zip(values).for_each(|(sum, value)| *sum = weight.mul_add(*value, *sum));
    }
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
