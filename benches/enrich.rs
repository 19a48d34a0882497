//! What reading an article costs: the language engine alone, the whole enrichment, and from message to JSON, in either tier;
//! and the encoder of the accurate tier on every path that the CPU has.
//!
//! Articles of about 1,200 words, joined from the sample articles, are read in turn, engine and enrichment alternating,
//! so that a busy machine disturbs both alike. Times are CPU times of one thread, with warm caches of words. Run it pinned to one core: `taskset -c 1 cargo bench --bench enrich`.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use dateline::article::{Article, Hint, Intake};
use dateline::extract::{Enricher, Pipeline};
use dateline::nlp::encoder::{Encoder, EncoderModel};
use dateline::nlp::{Engine, Model};
use dateline::record::Tier;

mod counting;
mod cpu;

use counting::{ALLOCATIONS, LIVE, PEAK};

/// An article is closed when it has this many words.
const WORDS: usize = 1_200;

/// Passes over all articles in one sample: the kernel's CPU clock ticks every few milliseconds only.
const PASSES: usize = 8;

/// Samples; times are medians over them.
const SAMPLES: usize = 15;

/// Sample articles with running text, joined in this order.
const TEXTS: [&str; 7] = [
    "night-raid.txt",
    "protest.json",
    "summit.json",
    "candidate-arrest.txt",
    "earthquake.json",
    "sanctions.json",
    "shooting.txt",
];

/// What one call cost.
struct Cost {
    milliseconds: f64,
    allocations: usize,
    peak: usize,
}

/// Mean cost of reading one of the inputs; of the peak the highest.
fn measure<I, T>(inputs: &[I], mut read: impl FnMut(&I) -> T) -> Result<Cost, Box<dyn Error>> {
    let start = cpu::cpu_seconds()?;
    let (allocations, live) = (ALLOCATIONS.load(Relaxed), LIVE.load(Relaxed));
    PEAK.store(live, Relaxed);
    for _ in 0..PASSES {
        for input in inputs {
            drop(black_box(read(input)));
        }
    }
    let (allocations, peak) = (ALLOCATIONS.load(Relaxed) - allocations, PEAK.load(Relaxed).saturating_sub(live));
    let reads = PASSES * inputs.len();
    let milliseconds = (cpu::cpu_seconds()? - start) * 1e3 / reads as f64;
    Ok(Cost { milliseconds, allocations: allocations / reads, peak })
}

/// The samples' texts as messages of about [`WORDS`] words.
fn messages(intake: &Intake) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/samples");
    let (mut messages, mut text) = (Vec::new(), String::new());
    for name in TEXTS {
        let article = intake.read(&std::fs::read(samples.join(name))?, &Hint::default())?;
        for paragraph in article.body().split_terminator("\n\n") {
            text += paragraph;
            text += "\n\n";
            if text.split_whitespace().count() >= WORDS {
                let message = serde_json::json!({ "text": text, "published_at": "2023-02-09T08:00:00Z" });
                messages.push(serde_json::to_vec(&message)?);
                text.clear();
            }
        }
    }
    Ok(messages)
}

fn main() -> Result<(), Box<dyn Error>> {
    let intake = Intake::default();
    let mut engine = Engine::new(Arc::new(Model::embedded()?));
    let messages = messages(&intake)?;
    let articles = messages.iter().map(|m| intake.read(m, &Hint::default())).collect::<Result<Vec<_>, _>>()?;
    for tier in [Tier::Fast, Tier::Accurate] {
        let mut enricher = Enricher::new(Arc::new(Pipeline::embedded(tier)?));
        let mut costs: [Vec<Cost>; 3] = Default::default();
        for sample in 0..=SAMPLES {
            let costs_now = [
                measure(&articles, |a| engine.annotate_parts(a.body(), &a.layout.starts(), &|| false).is_ok())?,
                measure(&articles, |a| enricher.enrich(a, &|| false).is_ok())?,
                measure(&messages, |m| {
                    let article = intake.read(m, &Hint::default()).ok()?;
                    serde_json::to_vec(&enricher.enrich(&article, &|| false).ok()?).ok()
                })?,
            ];
            // The first sample fills the caches.
            if sample > 0 {
                costs.iter_mut().zip(costs_now).for_each(|(kind, cost)| kind.push(cost));
            }
        }
        let [mut alone, mut enriched, mut whole] = costs;
        line(&format!("tier {}", tier.as_str()));
        let engine = report("language engine", &mut alone);
        let enrichment = report("whole enrichment", &mut enriched);
        report("message to JSON", &mut whole);
        let share = 100.0 * (1.0 - engine / enrichment);
        line(&format!("what follows the engine: {share:.0} % of the enrichment"));
    }
    encoder(&articles)
}

/// What the reader's encoder costs an article, by every path that this CPU has.
fn encoder(articles: &[Article]) -> Result<(), Box<dyn Error>> {
    line("encoder of the accurate tier");
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/en_reader.safetensors"))?;
    for path in EncoderModel::paths() {
        let model = EncoderModel::from_bytes(&bytes)?.by_path(path).ok_or("a path of this CPU that it has not")?;
        let windows: Vec<Vec<Vec<u32>>> = articles
            .iter()
            .map(|a| {
                let mut pieces = Vec::new();
                a.body().split_whitespace().for_each(|word| model.pieces(word, &mut pieces));
                pieces.chunks(model.window()).map(<[u32]>::to_vec).collect()
            })
            .collect();
        let products: usize = windows.iter().flatten().map(|w| model.multiplications(w.len())).sum();
        let mut encoder = Encoder::new(Arc::new(model));
        let mut costs = (0..SAMPLES)
            .map(|_| measure(&windows, |windows| windows.iter().map(|w| encoder.encode(w)[0]).sum::<f32>()))
            .collect::<Result<Vec<_>, _>>()?;
        let milliseconds = report(path, &mut costs);
        let rate = products as f64 / articles.len() as f64 / milliseconds / 1e6;
        line(&format!("{rate:.1} billion multiplications a second"));
    }
    Ok(())
}

/// Prints medians and gives back that of the time.
fn report(what: &str, costs: &mut [Cost]) -> f64 {
    costs.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
    let Cost { milliseconds, allocations, peak } = &costs[costs.len() / 2];
    line(&format!("{what:17}{milliseconds:7.2} ms {allocations:7} allocations {:6} KiB at the peak", peak / 1024));
    *milliseconds
}

#[allow(clippy::print_stdout)]
fn line(text: &str) {
    println!("{text}");
}
