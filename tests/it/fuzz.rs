//! The fuzzers' promises in the ordinary suite: their corpus, and each of its files a few times bent by a seeded hand.
//! Longer: `DATELINE_FUZZ_ROUNDS=1000 cargo test --test it fuzz`; guided by coverage: see `fuzz/README.md`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

#[path = "../../fuzz/targets.rs"]
pub mod targets;

/// What is put into texts: what layout, dates, numbers, quotations, markup and encodings hang on.
const WORDS: [&str; 24] = [
    "\n\n",
    " (AP) — ",
    "\u{201c}",
    "\u{201d}",
    "\"",
    "said ",
    "killed 12 people ",
    "not ",
    "on Monday ",
    "<p>",
    "</p>",
    "&amp;",
    "<script>",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "\u{1f600}",
    "{\"text\":",
    "\\ud800",
    "1,234,567.89",
    "BEIRUT, Lebanon",
    "Photo: ",
    "\u{301}",
];

/// Deletes, doubles, moves or inserts something, anywhere.
fn bend(bytes: &mut Vec<u8>, random: &mut TestRng) {
    let mut below = |n: usize| random.next_u64() as usize % n.max(1);
    for _ in 0..1 + below(6) {
        let start = below(bytes.len() + 1);
        let end = bytes.len().min(start + below(64));
        match below(4) {
            0 => drop(bytes.drain(start..end)),
            1 => {
                let part = bytes[start..end].to_vec();
                let at = below(bytes.len() + 1);
                bytes.splice(at..at, part);
            }
            2 => drop(bytes.splice(start..start, WORDS[below(WORDS.len())].bytes())),
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte = below(256) as u8;
                }
            }
        }
    }
}

fn check(name: &str, target: fn(&[u8])) {
    let rounds = std::env::var("DATELINE_FUZZ_ROUNDS").map_or(1, |n| n.parse().expect("a number of rounds"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    for file in files {
        let mut bytes = fs::read(&file).unwrap();
        for round in 0..=rounds {
            if catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err() {
                let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
                fs::write(&kept, &bytes).unwrap();
                panic!(
                    "{name} breaks a promise on {} (round {round}); the input is kept in {}",
                    file.display(),
                    kept.display()
                );
            }
            bend(&mut bytes, &mut random);
        }
    }
}

/// What looks ahead must look no further than the text goes.
#[test]
fn a_text_that_ends_anywhere_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/samples");
    let samples = fs::read_dir(&folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let mut texts: Vec<String> = samples.collect();
    texts.sort();
    assert!(!texts.is_empty(), "{} is empty", folder.display());
    // Names before a comma, as lists and datelines have them.
    texts.push(
        "Jack London wrote about dogs. We think of London, Ohio, and of Madison, Rankin and Union counties.".into(),
    );
    for text in texts {
        let text: String = text.chars().take(1500).collect();
        for (at, _) in text.match_indices([' ', ',', '.', '-']) {
            for end in [at, at + 1] {
                targets::extraction(&text.as_bytes()[..end]);
            }
        }
    }
}

#[test]
fn fuzz_intake() {
    check("intake", targets::intake);
}

#[test]
fn fuzz_engine() {
    check("engine", targets::engine);
}

#[test]
fn fuzz_extraction() {
    check("extraction", targets::extraction);
}
