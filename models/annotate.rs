//! Development check: annotates texts and writes what the engine found as JSON Lines, for comparison with spaCy by
//! `parity.py`, and measures the engine's speed.
//!
//! ```text
//! cargo run --release --example annotate -- TEXTS.jsonl OUTPUT.jsonl [MODEL] [REPETITIONS]
//! ```
//!
//! Input lines are `{"text": ...}`. Offsets in the output count Unicode scalar values, as Python's do.
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use dateline::nlp::{Doc, Engine, Model};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (input, output) = match arguments.as_slice() {
        [input, output, ..] => (input, output),
        _ => anyhow::bail!("usage: annotate TEXTS.jsonl OUTPUT.jsonl [MODEL] [REPETITIONS]"),
    };
    let loading = Instant::now();
    let model = match arguments.get(2).filter(|path| !path.is_empty()) {
        Some(path) => Model::from_path(Path::new(path))?,
        None => Model::embedded()?,
    };
    println!("model loaded in {:.0} ms", loading.elapsed().as_secs_f64() * 1e3);
    let mut texts = Vec::new();
    for line in BufReader::new(File::open(input)?).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        texts.push(record["text"].as_str().context("a record without text")?.to_owned());
    }
    let mut engine = Engine::new(Arc::new(model));
    let mut out = BufWriter::new(File::create(output)?);
    for text in &texts {
        serde_json::to_writer(&mut out, &record(&engine.annotate(text)))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    let repetitions: usize = arguments.get(3).map_or(Ok(0), |n| n.parse())?;
    for _ in 0..repetitions {
        let start = cpu_seconds()?;
        let tokens: usize = texts.iter().map(|text| engine.annotate(text).len()).sum();
        let seconds = cpu_seconds()? - start;
        println!("{tokens} tokens in {seconds:.3} CPU s: {:.0} tokens/s", tokens as f64 / seconds);
    }
    Ok(())
}

/// Time that this thread has run on a processor (Linux), so that a busy machine does not spoil the measurement.
fn cpu_seconds() -> Result<f64> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = statistics.split(' ').next().context("an empty schedstat")?.parse()?;
    Ok(nanoseconds * 1e-9)
}

fn record(doc: &Doc<'_>) -> Value {
    let mut chars = vec![0; doc.text().len() + 1];
    let mut count = 0;
    for (at, _) in doc.text().char_indices() {
        chars[at] = count;
        count += 1;
    }
    chars[doc.text().len()] = count;
    let span = |tokens: std::ops::Range<usize>| {
        let bytes = doc.bytes(tokens);
        (chars[bytes.start], chars[bytes.end])
    };
    let tokens = doc.tokens();
    json!({
        "tokens": (0..doc.len()).map(|i| span(i..i + 1)).collect::<Vec<_>>(),
        "spaces": tokens.iter().map(|t| t.space_after).collect::<Vec<_>>(),
        "tags": tokens.iter().map(|t| t.tag.as_str()).collect::<Vec<_>>(),
        "pos": tokens.iter().map(|t| t.pos.as_str()).collect::<Vec<_>>(),
        "lemmas": (0..doc.len()).map(|i| doc.lemma(i)).collect::<Vec<_>>(),
        "heads": tokens.iter().map(|t| t.head).collect::<Vec<_>>(),
        "deps": tokens.iter().map(|t| t.dep.as_str()).collect::<Vec<_>>(),
        "edges": tokens.iter().map(|t| (t.left_edge, t.right_edge)).collect::<Vec<_>>(),
        "sentences": doc.sentences().iter().map(|s| s.start).collect::<Vec<_>>(),
        "entities": doc.entities().iter().map(|e| (span(e.tokens.clone()), e.kind.as_str())).collect::<Vec<_>>(),
    })
}
