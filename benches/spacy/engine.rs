//! Dateline's half of the comparison with spaCy: `compare.py` starts it and asks for one pass after the other.
//!
//! `engine TEXTS.jsonl` annotates all texts once for every line on standard input and answers with the number of
//! tokens and the CPU seconds that this thread used.

use std::error::Error;
use std::io::{BufRead, Write};
use std::sync::Arc;

use dateline::nlp::{Engine, Model};

#[path = "../cpu/mod.rs"]
mod cpu;
use cpu::cpu_seconds;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().find(|a| a.ends_with(".jsonl"));
    let Some(path) = path else { return Ok(()) }; // `cargo bench` runs every bench target without arguments
    let mut texts = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let record: serde_json::Value = serde_json::from_str(line)?;
        texts.push(record["text"].as_str().ok_or("a line has no text")?.to_owned());
    }
    let mut engine = Engine::new(Arc::new(Model::embedded()?));
    let mut output = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        line?;
        let start = cpu_seconds()?;
        let tokens: usize = texts.iter().map(|text| std::hint::black_box(engine.annotate(text)).len()).sum();
        writeln!(output, "{tokens} {}", cpu_seconds()? - start)?;
    }
    Ok(())
}
