//! Speed of the language engine: loading the model, and annotating with warm and with cold caches.

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dateline::nlp::{Engine, Model};

/// The golden texts that are ordinary prose come first; this many of them make up about 1,200 words.
const ARTICLES: usize = 17;

fn article() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/nlp/texts.jsonl");
    let lines = std::fs::read_to_string(path).expect("the golden texts");
    let text = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        record["text"].as_str().expect("a text").to_owned()
    };
    lines.lines().take(ARTICLES).map(text).collect::<Vec<_>>().join("\n\n")
}

fn engine(c: &mut Criterion) {
    let article = article();
    let model = Arc::new(Model::embedded().expect("the model"));
    let mut warm = Engine::new(Arc::clone(&model));
    let mut group = c.benchmark_group("engine");
    group.sample_size(20);
    group.bench_function("load", |b| b.iter(|| Model::embedded().expect("the model")));
    group.throughput(Throughput::Elements(warm.annotate(&article).len() as u64));
    group.bench_function("annotate/warm", |b| b.iter(|| warm.annotate(&article).len()));
    group.bench_function("annotate/cold", |b| {
        b.iter_batched_ref(|| Engine::new(Arc::clone(&model)), |e| e.annotate(&article).len(), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
