//! How the cost of reading grows with the length of a text, for many kinds of text that are no articles.
//!
//! Every kind is read at three sizes, from message to JSON; printed are CPU seconds of one thread and the exponent of
//! growth between the sizes: 1 is linear, 2 quadratic. Reading must stay near 1 up to the longest text that is
//! accepted. `cargo bench --bench growth [-- NAME...]` reads all kinds, or those with such a part in their names.

use std::error::Error;
use std::io::Write;

use dateline::article::{Hint, Intake};
use dateline::extract::{Enricher, Pipeline};

#[path = "../cpu/mod.rs"]
mod cpu;
mod texts;

/// Bytes of the texts; the last is near the limit of 500,000 characters.
const SIZES: [usize; 3] = [10_000, 100_000, 490_000];

/// Least CPU seconds that a size is read for, over and over: the kernel's clock ticks every few milliseconds.
const LEAST: f64 = 0.2;

/// The greatest exponent that is no finding.
const LINEAR: f64 = 1.15;

/// The cost of one reading.
struct Cost {
    seconds: f64,
    bytes: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let intake = Intake::default();
    let mut enricher = Enricher::new(std::sync::Arc::new(Pipeline::load(None, None)?));
    line(&format!(
        "{:32}{:>10}{:>10}{:>10}{:>8}{:>8}{:>12}",
        "kind", "10 kB", "100 kB", "490 kB", "growth", "", "JSON"
    ));
    let mut steep = 0;
    for kind in texts::KINDS.iter().filter(|k| wanted.is_empty() || wanted.iter().any(|w| k.name.contains(w.as_str())))
    {
        part(&format!("{:32}", kind.name));
        let (mut before, mut exponents, mut bytes) = (None, Vec::new(), 0);
        for size in SIZES {
            let cost = measure(&intake, &mut enricher, &kind.text(size))?;
            part(&format!("{:9.3}s", cost.seconds));
            if let Some((smaller, seconds)) = before.replace((size, cost.seconds)) {
                exponents.push((cost.seconds / seconds).ln() / (size as f64 / smaller as f64).ln());
            }
            bytes = cost.bytes;
        }
        steep += usize::from(exponents.iter().any(|e| *e > LINEAR));
        line(&format!("{:8.2}{:8.2}{:9} kB", exponents[0], exponents[1], bytes / 1000));
    }
    line(&format!("{steep} kinds grow faster than n^{LINEAR}"));
    Ok(())
}

/// Reads a text as often as the clock needs.
fn measure(intake: &Intake, enricher: &mut Enricher, text: &str) -> Result<Cost, Box<dyn Error>> {
    let message = serde_json::to_vec(&serde_json::json!({ "text": text, "published_at": "2024-05-06T00:00:00Z" }))?;
    let mut bytes = 0;
    let start = cpu::cpu_seconds()?;
    for times in 1.. {
        let article = intake.read(&message, &Hint::default())?;
        bytes = serde_json::to_vec(&enricher.enrich(&article, &|| false)?)?.len();
        let seconds = cpu::cpu_seconds()? - start;
        if seconds >= LEAST {
            return Ok(Cost { seconds: seconds / f64::from(times), bytes });
        }
    }
    Ok(Cost { seconds: 0.0, bytes })
}

/// Prints what is known already: some kinds take long.
#[allow(clippy::print_stdout)]
fn part(text: &str) {
    print!("{text}");
    let _ = std::io::stdout().flush();
}

#[allow(clippy::print_stdout)]
fn line(text: &str) {
    println!("{text}");
}
