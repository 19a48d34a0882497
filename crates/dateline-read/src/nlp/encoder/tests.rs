//! Parity with PyTorch and the published tokenizer on a small network (`models/encoder/golden.py`), and equality of the
//! code paths.

use serde::Deserialize;

use super::*;

const MODEL: &[u8] = include_bytes!("../../../../../tests/golden/encoder/small.safetensors");
const EXPECTED: &str = include_str!("../../../../../tests/golden/encoder/expected.jsonl");

#[derive(Deserialize)]
struct Directions {
    directions: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Expected {
    text: String,
    pieces: Vec<u32>,
    /// Of each piece's vector the products with the directions.
    sums: Vec<Vec<f32>>,
}

fn expected() -> (Vec<Vec<f32>>, Vec<Expected>) {
    let mut lines = EXPECTED.lines();
    let first: Directions = serde_json::from_str(lines.next().unwrap()).unwrap();
    (first.directions, lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn encoder(kernel: Kernel) -> Encoder {
    let mut model = EncoderModel::from_bytes(MODEL).unwrap();
    model.kernel = kernel;
    Encoder::new(Arc::new(model))
}

#[test]
fn pieces_are_those_of_the_published_tokenizer() {
    let model = EncoderModel::from_bytes(MODEL).unwrap();
    for expected in expected().1 {
        let mut pieces = Vec::new();
        model.pieces(&expected.text, &mut pieces);
        assert_eq!(pieces, expected.pieces, "{:?}", expected.text);
    }
}

/// Vectors have 96 numbers of about 1, so the products with the directions are of about 1, too.
#[test]
fn vectors_are_those_of_pytorch_but_for_the_rounding_to_8_bits() {
    let (directions, expected) = expected();
    let mut encoder = encoder(Kernel::detect());
    let (mut worst, mut squares, mut count) = (0.0f32, 0.0f32, 0.0f32);
    for expected in &expected {
        let pieces = &expected.pieces[..expected.sums.len()];
        let rows = encoder.encode(pieces);
        for (row, sums) in rows.chunks_exact(96).zip(&expected.sums) {
            for (direction, sum) in directions.iter().zip(sums) {
                let found: f32 = row.iter().zip(direction).map(|(x, d)| x * d).sum();
                worst = worst.max((found - sum).abs());
                squares += (found - sum).powi(2);
                count += 1.0;
            }
        }
    }
    let usual = (squares / count).sqrt();
    assert!(count > 10_000.0 && usual < 0.02 && worst < 0.15, "{count} numbers, usually {usual} off, at worst {worst}");
}

#[test]
fn all_paths_agree_to_the_last_bit() {
    let kernels = Kernel::available();
    let mut encoders: Vec<Encoder> = kernels.iter().map(|kernel| encoder(*kernel)).collect();
    for expected in expected().1 {
        // Every length of a tile's rest comes up.
        let pieces = &expected.pieces[..expected.sums.len()];
        let (first, others) = encoders.split_first_mut().unwrap();
        let rows = first.encode(pieces);
        for (other, kernel) in others.iter_mut().zip(&kernels[1..]) {
            let found = other.encode(pieces);
            assert!(rows.iter().zip(found).all(|(a, b)| a.to_bits() == b.to_bits()), "{kernel:?}: {:?}", expected.text);
        }
    }
}

#[test]
fn a_window_gives_the_same_whatever_was_read_before() {
    let (_, expected) = expected();
    let mut used = encoder(Kernel::detect());
    for expected in expected.iter().rev() {
        let pieces = &expected.pieces[..expected.sums.len()];
        let fresh = encoder(Kernel::detect()).encode(pieces).to_vec();
        assert_eq!(used.encode(pieces), fresh, "{:?}", expected.text);
    }
}

#[test]
#[should_panic(expected = "61 pieces in a window of 60")]
fn too_many_pieces_are_refused() {
    encoder(Kernel::detect()).encode(&[0; 61]);
}

#[test]
fn a_damaged_file_is_refused() {
    let kind = |bytes: &[u8]| EncoderModel::from_bytes(bytes).err().map(|error| error.kind());
    assert_eq!(kind(&MODEL[..MODEL.len() - 1]), Some("container"));
    let mut damaged = MODEL.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(kind(&damaged), Some("checksum"));
    assert_eq!(kind(include_bytes!("../../../models/en_news.safetensors")), Some("format"));
}
