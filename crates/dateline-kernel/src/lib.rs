//! The arithmetic of the networks: packed matrix products with fused maxout, layer normalisation, feature sums.
//!
//! Three code paths, chosen once when a model is loaded: AVX-512, AVX2 with FMA, and portable Rust. All three add up in
//! the same order, one fused multiply-add at a time, so the two vector paths agree to the last bit. The portable path
//! rounds twice where the target has no fused multiply-add; its results differ in the last bits only.
//!
//! Every output row depends on its own input row alone, never on how many rows one call computes. Results are
//! therefore the same whatever was cached before: the engine is deterministic.
//!
//! It knows nothing of language, and is a package of its own so that builds for tests optimise it, too. It holds the
//! arithmetic's `unsafe` (beside it only `dateline_stream::ffi` has some, for functions of librdkafka that rdkafka does not
//! wrap): calls into functions compiled for CPU features that [`Kernel::detect`] has found, and vector loads and stores
//! through raw pointers whose bounds [`Kernel::gemm`] and [`Kernel::product`] check. [`int8`] has the products in whole
//! numbers, [`attention`] what a transformer needs beside them.
#![allow(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

/// Runs `$body` with its arguments under the features of the kernel's path.
macro_rules! under_features {
    ($self:ident, $body:ident ( $($argument:ident : $kind:ty),* $(,)? )) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f")]
        fn avx512($($argument: $kind),*) {
            $body::<true>($($argument),*)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn avx2($($argument: $kind),*) {
            $body::<true>($($argument),*)
        }
        match $self.0 {
            // SAFETY: a Kernel with this path is made only by `available`, after it has detected the features.
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 { .. } => unsafe { avx512($($argument),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => unsafe { avx2($($argument),*) },
            Path::Portable => $body::<{ cfg!(target_arch = "aarch64") }>($($argument),*),
        }
    }};
}

pub mod attention;
pub mod int8;
#[cfg(test)]
mod tests;

/// Output columns of a block of packed weights: three vectors of 16 lanes.
const BLOCK: usize = 48;
/// Lanes of one vector; also the number of partial sums of a reduction.
const LANES: usize = 16;
/// Maxout pieces that one block holds, each for the same 16 outputs.
const PIECES: usize = BLOCK / LANES;
/// Rows that stay in the first-level cache while the packed weights stream past them.
const PANEL: usize = 96;

/// A layer's weights, packed for [`Kernel::gemm`].
#[derive(Debug)]
pub struct Packed {
    inputs: usize,
    blocks: usize,
    maxout: bool,
    /// Block after block, input after input, the 48 weights of the block's columns.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Packed {
    /// A linear layer: `weight` is `[outputs][inputs]`, `bias` is `[outputs]`. Missing columns of the last block are 0.
    pub fn linear(weight: &[f32], bias: &[f32], inputs: usize) -> Self {
        let order: Vec<usize> = (0..bias.len()).collect();
        Self::pack(weight, bias, inputs, &order, false)
    }

    /// A maxout layer with three pieces: `weight` is `[outputs][3][inputs]`, `bias` is `[outputs][3]`.
    ///
    /// The three vectors of a block become the three pieces of the same 16 outputs, so the maximum is taken in
    /// registers. `outputs` must be a multiple of 16.
    pub fn maxout(weight: &[f32], bias: &[f32], inputs: usize) -> Self {
        Self::pack(weight, bias, inputs, &maxout_order(bias.len()), true)
    }

    /// The same layer without the maximum: yields all pieces, in the order that [`Kernel::sum_maxout`] reads.
    pub fn pieces(weight: &[f32], bias: &[f32], inputs: usize) -> Self {
        Self::pack(weight, bias, inputs, &maxout_order(bias.len()), false)
    }

    /// `order[c]` is the source row of packed column `c`.
    pub fn pack(weight: &[f32], bias: &[f32], inputs: usize, order: &[usize], maxout: bool) -> Self {
        let blocks = order.len().div_ceil(BLOCK);
        let mut packed = vec![0.0; blocks * inputs * BLOCK];
        let mut packed_bias = vec![0.0; blocks * BLOCK];
        for (column, row) in order.iter().enumerate() {
            let (block, lane) = (column / BLOCK, column % BLOCK);
            for i in 0..inputs {
                packed[(block * inputs + i) * BLOCK + lane] = weight[row * inputs + i];
            }
            packed_bias[column] = bias[*row];
        }
        Self { inputs, blocks, maxout, weights: packed, bias: packed_bias }
    }

    /// Numbers that one output row takes: one per column, rounded up to whole blocks.
    pub fn width(&self) -> usize {
        self.blocks * self.block_width()
    }

    /// Bias in packed order.
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    fn block_width(&self) -> usize {
        if self.maxout { LANES } else { BLOCK }
    }
}

/// Packed column order of `[outputs][3]` pieces: 16 outputs of piece 0, the same of piece 1, of piece 2, and so on.
pub fn maxout_order(columns: usize) -> Vec<usize> {
    debug_assert!(columns.is_multiple_of(BLOCK), "{columns} pieces do not fill whole blocks");
    (0..columns).map(|c| (c / BLOCK * LANES + c % LANES) * PIECES + c % BLOCK / LANES).collect()
}

/// Gain and bias of a layer normalisation.
#[derive(Debug)]
pub struct LayerNorm {
    gain: Vec<f32>,
    bias: Vec<f32>,
    /// Added to the variance.
    epsilon: f32,
}

impl LayerNorm {
    /// Both of the length of a row; `epsilon` is added to the variance.
    pub fn new(gain: Vec<f32>, bias: Vec<f32>, epsilon: f32) -> Self {
        debug_assert_eq!(gain.len(), bias.len());
        Self { gain, bias, epsilon }
    }
}

/// The code path for this CPU. A value of a vector path exists only if the CPU has the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Path);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    /// With whole-number products of its own (VNNI) or without.
    #[cfg(target_arch = "x86_64")]
    Avx512 {
        vnni: bool,
    },
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Kernel {
    /// The fastest path that this CPU runs.
    pub fn detect() -> Self {
        Self::available().first().copied().unwrap_or(Self(Path::Portable))
    }

    /// The path by the instructions that it is made for.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 { vnni: true } => "AVX-512 VNNI",
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 { vnni: false } => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => "AVX2",
            Path::Portable => "portable",
        }
    }

    /// Whether the path uses vector instructions.
    pub fn is_vector(self) -> bool {
        self.0 != Path::Portable
    }

    /// Every path that this CPU runs, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
            if avx2 && std::is_x86_feature_detected!("avx512f") {
                if std::is_x86_feature_detected!("avx512bw") && std::is_x86_feature_detected!("avx512vnni") {
                    paths.push(Self(Path::Avx512 { vnni: true }));
                }
                paths.push(Self(Path::Avx512 { vnni: false }));
            }
            if avx2 {
                paths.push(Self(Path::Avx2));
            }
        }
        paths.push(Self(Path::Portable));
        paths
    }

    /// Computes `rows` rows of a layer: row `r` of the input is `x[r * x_stride..][..inputs]` (rows may overlap: a
    /// window over a matrix needs no copy), row `r` of the output is `y[r * y_stride..][..layer.width()]`.
    ///
    /// # Panics
    /// If a row reaches beyond its slice.
    pub fn gemm(self, layer: &Packed, x: &[f32], x_stride: usize, rows: usize, y: &mut [f32], y_stride: usize) {
        if rows == 0 {
            return;
        }
        assert!((rows - 1) * x_stride + layer.inputs <= x.len(), "input rows reach beyond the matrix");
        assert!((rows - 1) * y_stride + layer.width() <= y.len(), "output rows reach beyond the matrix");
        let job = Job { layer, x, x_stride, rows, y_stride };
        match self.0 {
            // SAFETY: the path exists only if the CPU has the features; the assertions above bound every access.
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 { .. } => unsafe { x86::gemm_avx512(&job, y) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => unsafe { x86::gemm_avx2(&job, y) },
            Path::Portable => gemm_portable::<{ cfg!(target_arch = "aarch64") }>(&job, y),
        }
    }

    /// Normalises every row of `y` in place.
    pub fn normalise(self, norm: &LayerNorm, y: &mut [f32]) {
        under_features!(self, normalise_body(norm: &LayerNorm, y: &mut [f32]))
    }

    /// Adds every normalised row of `y` to the same row of `x`; `y` is used up.
    pub fn normalise_onto(self, norm: &LayerNorm, y: &mut [f32], x: &mut [f32]) {
        under_features!(self, normalise_onto_body(norm: &LayerNorm, y: &mut [f32], x: &mut [f32]))
    }

    /// Maxout over the sum of three rows of pieces and a bias, all in packed order: the first convolution of a token
    /// from the products of its left neighbour, itself and its right neighbour.
    pub fn sum_maxout(self, rows: [&[f32]; 3], bias: &[f32], out: &mut [f32]) {
        under_features!(self, sum_maxout_body(rows: [&[f32]; 3], bias: &[f32], out: &mut [f32]))
    }

    /// Hidden layer of a transition scorer: sums the feature rows onto the bias and takes the larger of the two halves.
    pub fn sum_max2(self, rows: &[&[f32]], bias: &[f32], out: &mut [f32]) {
        under_features!(self, sum_max2_body(rows: &[&[f32]], bias: &[f32], out: &mut [f32]))
    }
}

/// One matrix product, without the output.
struct Job<'a> {
    layer: &'a Packed,
    x: &'a [f32],
    x_stride: usize,
    rows: usize,
    y_stride: usize,
}

/// `a * b + c` in one rounding where the target can.
#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn gemm_portable<const FUSED: bool>(job: &Job<'_>, y: &mut [f32]) {
    let layer = job.layer;
    for block in 0..layer.blocks {
        let weights = &layer.weights[block * layer.inputs * BLOCK..][..layer.inputs * BLOCK];
        for row in 0..job.rows {
            let mut sums = [0.0f32; BLOCK];
            sums.copy_from_slice(&layer.bias[block * BLOCK..][..BLOCK]);
            let x = &job.x[row * job.x_stride..][..layer.inputs];
            for (value, weights) in x.iter().zip(weights.as_chunks::<BLOCK>().0) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = multiply_add::<FUSED>(*value, *weight, *sum);
                }
            }
            let out = &mut y[row * job.y_stride + block * layer.block_width()..][..layer.block_width()];
            if layer.maxout {
                for (lane, out) in out.iter_mut().enumerate() {
                    *out = sums[lane].max(sums[LANES + lane]).max(sums[2 * LANES + lane]);
                }
            } else {
                out.copy_from_slice(&sums);
            }
        }
    }
}

/// Sum in 16 partial sums that are then added pairwise: the same order on every path.
#[inline(always)]
fn lane_sum(values: impl Iterator<Item = [f32; LANES]>) -> f32 {
    let mut lanes = [0.0f32; LANES];
    for chunk in values {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[inline(always)]
fn normalise_row<const FUSED: bool>(norm: &LayerNorm, row: &mut [f32]) {
    let n = row.len() as f32;
    let mean = lane_sum(row.as_chunks::<LANES>().0.iter().copied()) / n;
    let squares = row.as_chunks::<LANES>().0.iter().map(|chunk| chunk.map(|x| (x - mean) * (x - mean)));
    let scale = 1.0 / (lane_sum(squares) / n + norm.epsilon).sqrt();
    for ((x, gain), bias) in row.iter_mut().zip(&norm.gain).zip(&norm.bias) {
        *x = multiply_add::<FUSED>((*x - mean) * scale, *gain, *bias);
    }
}

#[inline(always)]
fn normalise_body<const FUSED: bool>(norm: &LayerNorm, y: &mut [f32]) {
    for row in y.chunks_exact_mut(norm.gain.len()) {
        normalise_row::<FUSED>(norm, row);
    }
}

#[inline(always)]
fn normalise_onto_body<const FUSED: bool>(norm: &LayerNorm, y: &mut [f32], x: &mut [f32]) {
    let width = norm.gain.len();
    for (y, x) in y.chunks_exact_mut(width).zip(x.chunks_exact_mut(width)) {
        normalise_row::<FUSED>(norm, y);
        for (x, y) in x.iter_mut().zip(y) {
            *x += *y;
        }
    }
}

#[inline(always)]
fn sum_maxout_body<const FUSED: bool>(rows: [&[f32]; 3], bias: &[f32], out: &mut [f32]) {
    let [left, middle, right] = rows.map(|row| row.as_chunks::<BLOCK>().0);
    let blocks = left.iter().zip(middle).zip(right).zip(bias.as_chunks::<BLOCK>().0);
    for ((((left, middle), right), bias), out) in blocks.zip(out.as_chunks_mut::<LANES>().0) {
        let mut sums = [0.0f32; BLOCK];
        for i in 0..BLOCK {
            sums[i] = left[i] + middle[i] + right[i] + bias[i];
        }
        for lane in 0..LANES {
            out[lane] = sums[lane].max(sums[LANES + lane]).max(sums[2 * LANES + lane]);
        }
    }
}

#[inline(always)]
fn sum_max2_body<const FUSED: bool>(rows: &[&[f32]], bias: &[f32], out: &mut [f32]) {
    let half = out.len();
    let chunks = out.as_chunks_mut::<LANES>().0;
    for (i, out) in chunks.iter_mut().enumerate() {
        let mut halves = [[0.0f32; LANES]; 2];
        for (side, sums) in halves.iter_mut().enumerate() {
            let at = side * half + i * LANES;
            sums.copy_from_slice(&bias[at..at + LANES]);
            for row in rows {
                for (sum, value) in sums.iter_mut().zip(&row[at..at + LANES]) {
                    *sum += *value;
                }
            }
        }
        for lane in 0..LANES {
            out[lane] = halves[0][lane].max(halves[1][lane]);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The two vector versions of the matrix product. A tile of output rows times 48 columns stays in registers.

    use std::arch::x86_64::*;

    use super::{BLOCK, Job, LANES, PANEL};

    /// # Safety
    /// The CPU has AVX-512F, and `Kernel::gemm` has checked that all rows lie inside of `job.x` and `y`.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn gemm_avx512(job: &Job<'_>, y: &mut [f32]) {
        for panel in (0..job.rows).step_by(PANEL) {
            let end = (panel + PANEL).min(job.rows);
            for block in 0..job.layer.blocks {
                let mut row = panel;
                // SAFETY: the tiles cover rows panel..end only, all checked by the caller.
                unsafe {
                    while row + 8 <= end {
                        tile_avx512::<8>(job, y, row, block);
                        row += 8;
                    }
                    while row + 4 <= end {
                        tile_avx512::<4>(job, y, row, block);
                        row += 4;
                    }
                    while row < end {
                        tile_avx512::<1>(job, y, row, block);
                        row += 1;
                    }
                }
            }
        }
    }

    /// # Safety
    /// As `gemm_avx512`; rows `row..row + R` and block `block` exist.
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn tile_avx512<const R: usize>(job: &Job<'_>, y: &mut [f32], row: usize, block: usize) {
        let layer = job.layer;
        // SAFETY: a block holds `inputs * 48` weights and 48 biases; rows and output bounds are the caller's.
        unsafe {
            let weights = layer.weights.as_ptr().add(block * layer.inputs * BLOCK);
            let bias = layer.bias.as_ptr().add(block * BLOCK);
            let x = job.x.as_ptr().add(row * job.x_stride);
            let mut sums = [[_mm512_setzero_ps(); 3]; R];
            for sums in &mut sums {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = _mm512_loadu_ps(bias.add(v * LANES));
                }
            }
            for i in 0..layer.inputs {
                let w0 = _mm512_loadu_ps(weights.add(i * BLOCK));
                let w1 = _mm512_loadu_ps(weights.add(i * BLOCK + LANES));
                let w2 = _mm512_loadu_ps(weights.add(i * BLOCK + 2 * LANES));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let value = _mm512_set1_ps(*x.add(r * job.x_stride + i));
                    sums[0] = _mm512_fmadd_ps(value, w0, sums[0]);
                    sums[1] = _mm512_fmadd_ps(value, w1, sums[1]);
                    sums[2] = _mm512_fmadd_ps(value, w2, sums[2]);
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let out = y.as_mut_ptr().add((row + r) * job.y_stride + block * layer.block_width());
                if layer.maxout {
                    _mm512_storeu_ps(out, _mm512_max_ps(_mm512_max_ps(sums[0], sums[1]), sums[2]));
                } else {
                    for (v, sum) in sums.iter().enumerate() {
                        _mm512_storeu_ps(out.add(v * LANES), *sum);
                    }
                }
            }
        }
    }

    /// # Safety
    /// The CPU has AVX2 and FMA, and `Kernel::gemm` has checked that all rows lie inside of `job.x` and `y`.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn gemm_avx2(job: &Job<'_>, y: &mut [f32]) {
        for panel in (0..job.rows).step_by(PANEL) {
            let end = (panel + PANEL).min(job.rows);
            for block in 0..job.layer.blocks {
                for half in 0..2 {
                    let mut row = panel;
                    // SAFETY: the tiles cover rows panel..end only, all checked by the caller.
                    unsafe {
                        while row + 4 <= end {
                            tile_avx2::<4>(job, y, row, block, half);
                            row += 4;
                        }
                        while row < end {
                            tile_avx2::<1>(job, y, row, block, half);
                            row += 1;
                        }
                    }
                }
            }
        }
    }

    /// Computes one half (8 lanes) of the three vectors of a block.
    ///
    /// # Safety
    /// As `gemm_avx2`; rows `row..row + R` and block `block` exist, `half` is 0 or 1.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile_avx2<const R: usize>(job: &Job<'_>, y: &mut [f32], row: usize, block: usize, half: usize) {
        let layer = job.layer;
        let lane = half * LANES / 2;
        // SAFETY: a block holds `inputs * 48` weights and 48 biases; rows and output bounds are the caller's.
        unsafe {
            let weights = layer.weights.as_ptr().add(block * layer.inputs * BLOCK + lane);
            let bias = layer.bias.as_ptr().add(block * BLOCK + lane);
            let x = job.x.as_ptr().add(row * job.x_stride);
            let mut sums = [[_mm256_setzero_ps(); 3]; R];
            for sums in &mut sums {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = _mm256_loadu_ps(bias.add(v * LANES));
                }
            }
            for i in 0..layer.inputs {
                let w0 = _mm256_loadu_ps(weights.add(i * BLOCK));
                let w1 = _mm256_loadu_ps(weights.add(i * BLOCK + LANES));
                let w2 = _mm256_loadu_ps(weights.add(i * BLOCK + 2 * LANES));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let value = _mm256_set1_ps(*x.add(r * job.x_stride + i));
                    sums[0] = _mm256_fmadd_ps(value, w0, sums[0]);
                    sums[1] = _mm256_fmadd_ps(value, w1, sums[1]);
                    sums[2] = _mm256_fmadd_ps(value, w2, sums[2]);
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let out = y.as_mut_ptr().add((row + r) * job.y_stride + block * layer.block_width() + lane);
                if layer.maxout {
                    _mm256_storeu_ps(out, _mm256_max_ps(_mm256_max_ps(sums[0], sums[1]), sums[2]));
                } else {
                    for (v, sum) in sums.iter().enumerate() {
                        _mm256_storeu_ps(out.add(v * LANES), *sum);
                    }
                }
            }
        }
    }
}
