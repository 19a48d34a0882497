//! Prints what the learned models see of every article: the training material of `train.py`.
//!
//! `cargo run --example event-features < articles.jsonl > features.jsonl`, JSON Lines with `id`, `text` and, where
//! known, `published_at`; `--reader [FILE]` reads with a learned reader, that of the accurate tier if none is named. Each
//! output line holds the article's record with every mention, and the features beside it.

use std::io::{BufRead, Write, stdin, stdout};
use std::sync::Arc;

use anyhow::Result;
use dateline::article::{Hint, Intake, Limits};
use dateline::extract::reader::ReaderModel;
use dateline::extract::rollup::{Choice, Sample};
use dateline::extract::{Enricher, Pipeline};
use dateline::record::{Tier, Timex};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let intake = Intake::new(Limits::default());
    let mut pipeline = Pipeline::load(None, None)?;
    let mut options = std::env::args().skip(1);
    if options.next().is_some_and(|option| option == "--reader") {
        let reader = match options.next() {
            Some(path) => ReaderModel::from_path(path.as_ref())?,
            None => ReaderModel::embedded(Tier::Accurate)?,
        };
        pipeline = pipeline.with_reader(Arc::new(reader)).for_training();
    }
    let mut enricher = Enricher::new(Arc::new(pipeline));
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
        let judged: Vec<Value> = samples.judged.iter().map(plain).collect();
        let worth: Vec<Value> = samples.worth.iter().map(plain).collect();
        let place = |Choice { place, text, sample }: &Choice| {
            json!({ "name": place.name, "text": text, "country": place.country_iso3, "level": place.resolution,
                    "features": plain(sample)["features"] })
        };
        let scenes: Vec<Vec<Value>> = samples.scenes.iter().map(|s| s.iter().map(place).collect()).collect();
        let time = |(timex, sample): &(Option<Timex>, Sample)| {
            let of = |part: fn(&Timex) -> &Option<String>| timex.as_ref().and_then(|t| part(t).clone());
            json!({ "start": of(|t| &t.start), "end": of(|t| &t.end), "features": plain(sample)["features"] })
        };
        let moments: Vec<Vec<Value>> = samples.moments.iter().map(|m| m.iter().map(time).collect()).collect();
        let pair = |(a, b, sample): &(usize, usize, Sample)| json!([a, b, plain(sample)["features"]]);
        let pairs: Vec<Value> = samples.pairs.iter().map(pair).collect();
        let seen = json!({ "id": id, "record": record, "mentions": mentions, "events": events, "judged": judged, "worth": worth, "scenes": scenes, "moments": moments, "pairs": pairs });
        serde_json::to_writer(&mut out, &seen)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
