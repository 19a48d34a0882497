//! Prints what the learned models see of every article: the training material of `train.py`.
//!
//! `cargo run --example event-features < articles.jsonl > features.jsonl`, JSON Lines with `id`, `text` and, where
//! known, `published_at`. Each output line holds the article's record with every mention, and the features beside it.

use std::io::{BufRead, Write, stdin, stdout};
use std::sync::Arc;

use anyhow::Result;
use dateline::article::{Hint, Intake, Limits};
use dateline::extract::rollup::Sample;
use dateline::extract::{Enricher, Pipeline};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let intake = Intake::new(Limits::default());
    let mut enricher = Enricher::new(Arc::new(Pipeline::load(None, None)?));
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line?;
        let id = serde_json::from_str::<Value>(&line)?["id"].clone();
        let Ok(article) = intake.read(line.as_bytes(), &Hint::default()) else { continue };
        let (record, samples) = enricher.samples(&article, &|| false)?;
        let plain = |s: &Sample| {
            let features: Vec<Value> = s.features.iter().map(|(g, v, x)| json!([g, v, x])).collect();
            json!({ "features": features, "vector": s.vector })
        };
        let mentions: Vec<Value> = samples.mentions.iter().map(plain).collect();
        let events: Vec<Value> = samples.events.iter().map(plain).collect();
        serde_json::to_writer(
            &mut out,
            &json!({ "id": id, "record": record, "mentions": mentions, "events": events }),
        )?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
