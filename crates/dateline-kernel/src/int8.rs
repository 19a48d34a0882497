//! Matrix products in whole numbers: weights of 7 bits and a sign, activations of 8 bits, sums of 32.
//!
//! Sums of whole numbers are exact in any order, and what follows them (one conversion, two multiplications, one
//! addition, each rounded once) is the same on every path: all paths agree to the last bit.
//!
//! An activation `x` of a row becomes `round(x * 127 / max) + 128`, a byte above zero, as VPDPBUSD wants it; the 128
//! times the sum of the column's weights is taken off again. Trap: VPMADDUBSW, which AVX2 has instead, adds two products
//! in 16 bits and saturates. With weights between -64 and 64 it cannot: 2 * 255 * 64 is below 2^15.

use super::{BLOCK, Kernel, LANES, Path};

/// The largest weight without its sign; see the module.
pub const MAX_WEIGHT: i8 = 64;
/// What is added to an activation to make it a byte.
const ZERO: i32 = 128;
/// Weights that one 32-bit lane takes at a time.
const GROUP: usize = 4;

/// A layer's weights, packed for [`Kernel::product`].
#[derive(Debug)]
pub struct Packed8 {
    inputs: usize,
    blocks: usize,
    /// Block after block, four inputs after four inputs, of each of the block's 48 columns the four weights.
    weights: Vec<i8>,
    scale: Vec<f32>,
    /// [`ZERO`] times the sum of a column's weights.
    zero: Vec<i32>,
    bias: Vec<f32>,
}

impl Packed8 {
    /// `weight` is `[outputs][inputs]`, `scale` and `bias` are `[outputs]`. `None` if a weight is beyond
    /// [`MAX_WEIGHT`], outputs do not fill blocks of 48 or inputs groups of four.
    pub fn new(weight: &[i8], scale: Vec<f32>, bias: Vec<f32>, inputs: usize) -> Option<Self> {
        let outputs = bias.len();
        let fits = weight.len() == outputs * inputs
            && scale.len() == outputs
            && outputs.is_multiple_of(BLOCK)
            && inputs.is_multiple_of(GROUP)
            && weight.iter().all(|w| w.unsigned_abs() <= MAX_WEIGHT.unsigned_abs());
        if !fits {
            return None;
        }
        let mut weights = vec![0; weight.len()];
        let mut zero = vec![0; outputs];
        for (row, source) in weight.chunks_exact(inputs).enumerate() {
            let (block, column) = (row / BLOCK, row % BLOCK);
            for (i, weight) in source.iter().enumerate() {
                weights[block * inputs * BLOCK + (i / GROUP * BLOCK + column) * GROUP + i % GROUP] = *weight;
                zero[row] += ZERO * i32::from(*weight);
            }
        }
        Some(Self { inputs, blocks: outputs / BLOCK, weights, scale, zero, bias })
    }

    /// Numbers in a row of the output.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Multiplies the outputs `columns` by a factor.
    pub fn scale_outputs(&mut self, columns: std::ops::Range<usize>, factor: f32) {
        for column in columns {
            self.scale[column] *= factor;
            self.bias[column] *= factor;
        }
    }
}

/// Rows of activations in bytes, each with its scale.
#[derive(Debug, Default)]
pub struct Rows8 {
    bytes: Vec<u8>,
    scale: Vec<f32>,
}

impl Rows8 {
    fn resize(&mut self, rows: usize, width: usize) {
        self.bytes.resize(rows * width, 0);
        self.scale.resize(rows, 0.0);
    }
}

impl Kernel {
    /// Makes bytes of rows of `width` numbers, a multiple of 16.
    pub fn quantise(self, x: &[f32], width: usize, rows: &mut Rows8) {
        rows.resize(x.len() / width, width);
        under_features!(self, quantise_body(x: &[f32], width: usize, rows: &mut Rows8));
    }

    /// Every row of `x` times the layer's weights, plus its bias, into the rows of `y`.
    ///
    /// # Panics
    /// If `x` has no rows of the layer's inputs, or `y` is too short.
    pub fn product(self, layer: &Packed8, x: &Rows8, y: &mut [f32]) {
        let rows = x.scale.len();
        assert_eq!(x.bytes.len(), rows * layer.inputs, "input rows are not as long as the layer's");
        assert!(rows * layer.outputs() <= y.len(), "output rows reach beyond the matrix");
        match self.0 {
            // SAFETY: the path exists only if the CPU has the features; the assertions above bound every access.
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 { vnni: true } => unsafe { x86::product_vnni(layer, x, y) },
            // SAFETY: as above; a CPU with AVX-512 is taken for one only if it has AVX2, too.
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 { vnni: false } | Path::Avx2 => unsafe { x86::product_avx2(layer, x, y) },
            Path::Portable => product_portable(layer, x, y),
        }
    }
}

#[inline(always)]
fn quantise_body<const FUSED: bool>(x: &[f32], width: usize, rows: &mut Rows8) {
    /// Adding it rounds to a whole number, ties to even, and leaves that number in the last bits.
    const ROUND: f32 = 12_582_912.0;
    let sources = x.chunks_exact(width);
    for ((source, bytes), scale) in sources.zip(rows.bytes.chunks_exact_mut(width)).zip(&mut rows.scale) {
        let mut lanes = [1e-6f32; LANES];
        for chunk in source.as_chunks::<LANES>().0 {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane = lane.max(value.abs());
            }
        }
        let most = lanes.iter().fold(0.0f32, |most, lane| most.max(*lane));
        *scale = most / 127.0;
        let factor = 127.0 / most;
        for (byte, value) in bytes.iter_mut().zip(source) {
            *byte = ((*value * factor + (ROUND + ZERO as f32)).to_bits() & 0xff) as u8;
        }
    }
}

/// The number of a sum: without the zero point, scaled, with the bias.
#[inline(always)]
fn finish(layer: &Packed8, column: usize, sum: i32, scale: f32) -> f32 {
    ((sum - layer.zero[column]) as f32 * scale).mul_add(layer.scale[column], layer.bias[column])
}

fn product_portable(layer: &Packed8, x: &Rows8, y: &mut [f32]) {
    let (inputs, outputs) = (layer.inputs, layer.outputs());
    for ((bytes, scale), y) in x.bytes.chunks_exact(inputs).zip(&x.scale).zip(y.chunks_exact_mut(outputs)) {
        for (block, y) in y.chunks_exact_mut(BLOCK).enumerate() {
            let weights = &layer.weights[block * inputs * BLOCK..][..inputs * BLOCK];
            let mut sums = [0i32; BLOCK];
            for (bytes, weights) in bytes.as_chunks::<GROUP>().0.iter().zip(weights.chunks_exact(BLOCK * GROUP)) {
                for (sum, weights) in sums.iter_mut().zip(weights.as_chunks::<GROUP>().0) {
                    *sum += (0..GROUP).map(|i| i32::from(bytes[i]) * i32::from(weights[i])).sum::<i32>();
                }
            }
            for (column, (y, sum)) in y.iter_mut().zip(sums).enumerate() {
                *y = finish(layer, block * BLOCK + column, sum, *scale);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The two vector versions. A tile of rows times the columns of a block stays in registers.

    use std::arch::x86_64::*;

    use super::{BLOCK, GROUP, LANES, Packed8, Rows8};

    /// # Safety
    /// The CPU has AVX-512 with BW and VNNI, and `Kernel::product` has checked rows and output.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) unsafe fn product_vnni(layer: &Packed8, x: &Rows8, y: &mut [f32]) {
        let rows = x.scale.len();
        for block in 0..layer.blocks {
            let mut row = 0;
            // SAFETY: the tiles cover rows 0..rows only, all checked by the caller.
            unsafe {
                while row + 8 <= rows {
                    tile_vnni::<8>(layer, x, y, row, block);
                    row += 8;
                }
                while row < rows {
                    tile_vnni::<1>(layer, x, y, row, block);
                    row += 1;
                }
            }
        }
    }

    /// # Safety
    /// As `product_vnni`; rows `row..row + R` and block `block` exist.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn tile_vnni<const R: usize>(layer: &Packed8, x: &Rows8, y: &mut [f32], row: usize, block: usize) {
        let (inputs, outputs) = (layer.inputs, layer.outputs());
        // SAFETY: a block holds `inputs * 48` weights and 48 of each column's numbers; rows are the caller's.
        unsafe {
            let weights = layer.weights.as_ptr().add(block * inputs * BLOCK);
            let bytes = x.bytes.as_ptr().add(row * inputs);
            let mut sums = [[_mm512_setzero_si512(); 3]; R];
            for group in 0..inputs / GROUP {
                let w = weights.add(group * BLOCK * GROUP);
                let w0 = _mm512_loadu_si512(w.cast());
                let w1 = _mm512_loadu_si512(w.add(LANES * GROUP).cast());
                let w2 = _mm512_loadu_si512(w.add(2 * LANES * GROUP).cast());
                for (r, sums) in sums.iter_mut().enumerate() {
                    let four = bytes.add(r * inputs + group * GROUP).cast::<i32>().read_unaligned();
                    let four = _mm512_set1_epi32(four);
                    sums[0] = _mm512_dpbusd_epi32(sums[0], four, w0);
                    sums[1] = _mm512_dpbusd_epi32(sums[1], four, w1);
                    sums[2] = _mm512_dpbusd_epi32(sums[2], four, w2);
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let row_scale = _mm512_set1_ps(*x.scale.as_ptr().add(row + r));
                for (v, sum) in sums.iter().enumerate() {
                    let column = block * BLOCK + v * LANES;
                    let zero = _mm512_loadu_si512(layer.zero.as_ptr().add(column).cast());
                    let scale = _mm512_loadu_ps(layer.scale.as_ptr().add(column));
                    let bias = _mm512_loadu_ps(layer.bias.as_ptr().add(column));
                    let number = _mm512_cvtepi32_ps(_mm512_sub_epi32(*sum, zero));
                    let number = _mm512_fmadd_ps(_mm512_mul_ps(number, row_scale), scale, bias);
                    _mm512_storeu_ps(y.as_mut_ptr().add((row + r) * outputs + column), number);
                }
            }
        }
    }

    /// # Safety
    /// The CPU has AVX2 and FMA, and `Kernel::product` has checked rows and output.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn product_avx2(layer: &Packed8, x: &Rows8, y: &mut [f32]) {
        let rows = x.scale.len();
        for third in 0..layer.blocks * 3 {
            let mut row = 0;
            // SAFETY: the tiles cover rows 0..rows only, all checked by the caller.
            unsafe {
                while row + 4 <= rows {
                    tile_avx2::<4>(layer, x, y, row, third);
                    row += 4;
                }
                while row < rows {
                    tile_avx2::<1>(layer, x, y, row, third);
                    row += 1;
                }
            }
        }
    }

    /// Computes 16 columns, a third of a block.
    ///
    /// # Safety
    /// As `product_avx2`; rows `row..row + R` and third `third` exist.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile_avx2<const R: usize>(layer: &Packed8, x: &Rows8, y: &mut [f32], row: usize, third: usize) {
        let (inputs, outputs) = (layer.inputs, layer.outputs());
        let (block, part) = (third / 3, third % 3);
        // SAFETY: a block holds `inputs * 48` weights and 48 of each column's numbers; rows are the caller's.
        unsafe {
            let weights = layer.weights.as_ptr().add(block * inputs * BLOCK + part * LANES * GROUP);
            let bytes = x.bytes.as_ptr().add(row * inputs);
            let ones = _mm256_set1_epi16(1);
            let mut sums = [[_mm256_setzero_si256(); 2]; R];
            for group in 0..inputs / GROUP {
                let w = weights.add(group * BLOCK * GROUP);
                let w0 = _mm256_loadu_si256(w.cast());
                let w1 = _mm256_loadu_si256(w.add(LANES / 2 * GROUP).cast());
                for (r, sums) in sums.iter_mut().enumerate() {
                    let four = bytes.add(r * inputs + group * GROUP).cast::<i32>().read_unaligned();
                    let four = _mm256_set1_epi32(four);
                    sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(_mm256_maddubs_epi16(four, w0), ones));
                    sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(_mm256_maddubs_epi16(four, w1), ones));
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let row_scale = _mm256_set1_ps(*x.scale.as_ptr().add(row + r));
                for (v, sum) in sums.iter().enumerate() {
                    let column = third * LANES + v * LANES / 2;
                    let zero = _mm256_loadu_si256(layer.zero.as_ptr().add(column).cast());
                    let scale = _mm256_loadu_ps(layer.scale.as_ptr().add(column));
                    let bias = _mm256_loadu_ps(layer.bias.as_ptr().add(column));
                    let number = _mm256_cvtepi32_ps(_mm256_sub_epi32(*sum, zero));
                    let number = _mm256_fmadd_ps(_mm256_mul_ps(number, row_scale), scale, bias);
                    _mm256_storeu_ps(y.as_mut_ptr().add((row + r) * outputs + column), number);
                }
            }
        }
    }
}
