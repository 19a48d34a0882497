//! The products and the small kernels on every path that this CPU runs.

use super::*;

/// Reproducible numbers in -1..1.
fn numbers(count: usize, mut seed: u64) -> Vec<f32> {
    (0..count)
        .map(|_| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

fn run(kernel: Kernel, layer: &Packed, x: &[f32], stride: usize, rows: usize) -> Vec<f32> {
    let mut y = vec![0.0; rows * layer.width()];
    kernel.gemm(layer, x, stride, rows, &mut y, layer.width());
    y
}

#[test]
fn products_are_right_on_every_path() {
    let (inputs, outputs, rows) = (37, 50, 13);
    let (weight, bias, x) = (numbers(inputs * outputs, 1), numbers(outputs, 2), numbers(inputs * rows, 3));
    let layer = Packed::linear(&weight, &bias, inputs);
    for kernel in Kernel::available() {
        let y = run(kernel, &layer, &x, inputs, rows);
        for (r, o) in (0..rows).flat_map(|r| (0..outputs).map(move |o| (r, o))) {
            let terms = (0..inputs).map(|i| f64::from(x[r * inputs + i]) * f64::from(weight[o * inputs + i]));
            let expected = f64::from(bias[o]) + terms.sum::<f64>();
            let found = f64::from(y[r * layer.width() + o]);
            assert!((found - expected).abs() < 1e-5, "{kernel:?} row {r} output {o}: {found} for {expected}");
        }
    }
}

#[test]
fn maxout_takes_the_largest_piece() {
    let (inputs, outputs) = (8, 32);
    let (weight, bias, x) = (numbers(inputs * outputs * 3, 4), numbers(outputs * 3, 5), numbers(inputs, 6));
    let layer = Packed::maxout(&weight, &bias, inputs);
    let linear = Packed::linear(&weight, &bias, inputs);
    for kernel in Kernel::available() {
        let pieces = run(kernel, &linear, &x, inputs, 1);
        let found = run(kernel, &layer, &x, inputs, 1);
        for o in 0..outputs {
            let expected = pieces[o * 3..o * 3 + 3].iter().copied().fold(f32::MIN, f32::max);
            assert_eq!(found[o], expected, "{kernel:?} output {o}");
        }
    }
}

/// The engine is deterministic only if a row does not depend on the rows computed beside it, nor on the vector path.
#[test]
fn rows_are_independent_and_vector_paths_agree_to_the_bit() {
    let (inputs, rows) = (96, 21);
    let layer = Packed::maxout(&numbers(inputs * 288, 7), &numbers(288, 8), inputs);
    let x = numbers(inputs + rows * 5, 9);
    let reference = run(Kernel::detect(), &layer, &x, 5, rows);
    for kernel in Kernel::available() {
        let together = run(kernel, &layer, &x, 5, rows);
        if kernel != Kernel(Path::Portable) {
            assert_eq!(together, reference, "{kernel:?}");
        }
        for row in 0..rows {
            let alone = run(kernel, &layer, &x[row * 5..], inputs, 1);
            assert_eq!(alone, together[row * layer.width()..][..layer.width()], "{kernel:?} row {row}");
        }
    }
}

#[test]
fn the_small_kernels_agree_on_every_path() {
    let norm = LayerNorm::new(numbers(96, 10), numbers(96, 11), 1e-8);
    let rows: Vec<Vec<f32>> = (0..8).map(|i| numbers(288, 20 + i)).collect();
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    let bias = numbers(288, 30);
    let results: Vec<_> = Kernel::available()
        .into_iter()
        .map(|kernel| {
            let (mut y, mut x) = (numbers(192, 12), numbers(192, 13));
            kernel.normalise_onto(&norm, &mut y, &mut x);
            let (mut maxout, mut hidden) = (vec![0.0; 96], vec![0.0; 64]);
            kernel.sum_maxout([rows[0], rows[1], rows[2]], &bias, &mut maxout);
            kernel.sum_max2(&rows, &bias, &mut hidden);
            [x, maxout, hidden].concat()
        })
        .collect();
    for other in &results[1..] {
        for (a, b) in results[0].iter().zip(other) {
            assert!((a - b).abs() < 1e-5, "{a} and {b}");
        }
    }
    assert_eq!(
        results[0][192],
        (0..3).map(|p| rows[0][p * 16] + rows[1][p * 16] + rows[2][p * 16] + bias[p * 16]).fold(f32::MIN, f32::max)
    );
}

#[test]
#[should_panic(expected = "input rows")]
fn a_row_beyond_the_matrix_is_refused() {
    let layer = Packed::linear(&numbers(48 * 4, 1), &numbers(48, 2), 4);
    run(Kernel::detect(), &layer, &[0.0; 7], 4, 2);
}
