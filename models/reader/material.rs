//! Prints what the learned reader sees of every article: the training material of `train.py`.
//!
//! `cargo run --example reader-material ENCODER [--engine] < articles.jsonl > material.jsonl`, JSON Lines with `id`, `text`,
//! where known `published_at`, and `marked`: triggers as [start, end, type], offsets in characters; articles without are left
//! out where their body is not their text. ENCODER is an encoder file, of which only the vocabulary is used. `--engine`
//! adds what `fast.py` learns from: the engine's vectors, 24 times as whole numbers of 8 bits in hexadecimal, and the parse.

use std::io::{BufRead, Write, stdin, stdout};
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result};
use dateline::article::{Hint, Intake, Limits};
use dateline::extract::reader::{Windows, names};
use dateline::extract::rollup::same::{self, Told};
use dateline::extract::{Enricher, Pipeline, events};
use dateline::nlp::encoder::EncoderModel;
use dateline::record::EventType;
use serde_json::{Value, json};

fn main() -> Result<()> {
    let path = std::env::args().nth(1).context("name the encoder file")?;
    let encoder = EncoderModel::from_bytes(&std::fs::read(path)?)?;
    let intake = Intake::new(Limits::default());
    let with_engine = std::env::args().nth(2).is_some_and(|flag| flag == "--engine");
    let mut enricher = Enricher::new(Arc::new(Pipeline::load(None, None)?));
    if with_engine {
        enricher.keep_vectors();
    }
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line?;
        let raw: Value = serde_json::from_str(&line)?;
        let Ok(article) = intake.read(line.as_bytes(), &Hint::default()) else { continue };
        let text = raw["text"].as_str().context("no text")?;
        let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        bytes.push(text.len());
        let material = enricher.see(&article, |story, facts, lexicon| {
            let doc = story.doc;
            if doc.text().len() != text.len() {
                assert!(raw["marked"].is_null(), "the body of {} is not its text", raw["id"]);
                return Ok(Value::Null);
            }
            let marked: Vec<Option<(Range<usize>, Option<EventType>)>> = raw["marked"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|m| {
                    let at = |i: usize| m[i].as_u64().map_or(0, |n| bytes[n as usize]);
                    let (from, to) = (doc.token_at(at(0))?, doc.token_at(at(1).saturating_sub(1))?);
                    Some((from..to + 1, m[2].as_str().and_then(EventType::parse))).filter(|(t, _)| !t.is_empty())
                })
                .collect();
            let known: Vec<_> = marked.iter().flatten().cloned().collect();
            let material = events::material(story, facts, lexicon, &known)?;
            let mut told: Vec<Told> = known
                .iter()
                .zip(&material.marked)
                .map(|((tokens, event), (head, _))| Told { tokens: tokens.clone(), head: *head, event: *event })
                .collect();
            let mut order: Vec<usize> = (0..told.len()).collect();
            order.sort_by_key(|i| told[*i].head);
            told.sort_by_key(|t| t.head);
            let sentences = same::Sentences::new(story, facts);
            let mut pairs = Vec::new();
            for b in 0..told.len() {
                for a in 0..b {
                    let features = same::features(story, &sentences, &told[a], &told[b], b - a - 1);
                    pairs.push(json!([order[a], order[b], features]));
                }
            }
            let windows = Windows::new(story, &encoder);
            let offsets: Vec<[usize; 2]> = doc
                .tokens()
                .iter()
                .map(|t| [t.start, t.end].map(|at| bytes.partition_point(|b| *b < at as usize)))
                .collect();
            let pieces: Vec<&[u32]> = windows.of.iter().map(|of| &windows.pieces[of.clone()]).collect();
            let mut number = 0..;
            let kept: Vec<Option<usize>> = marked.iter().map(|m| m.as_ref().and_then(|_| number.next())).collect();
            let range = |r: &Range<usize>| json!([r.start, r.end]);
            let mut material = json!({
                "id": raw["id"],
                "tokens": offsets,
                "pieces": pieces,
                "windows": windows.windows.iter().map(range).collect::<Vec<_>>(),
                "sentences": material.sentences.iter().map(|(r, f)| json!([range(r), f])).collect::<Vec<_>>(),
                "rules": material.rules.iter().map(|(r, n, f)| json!([range(r), n, f])).collect::<Vec<_>>(),
                "candidates": material.candidates.iter().map(|(s, h, r, n)| json!([s, h, range(r), n])).collect::<Vec<_>>(),
                "marked": known.iter().map(|(r, _)| range(r)).collect::<Vec<_>>(),
                "number": kept,
                "roles": material.marked.iter().map(|(_, c)| c).collect::<Vec<_>>(),
                "pairs": pairs,
                "names": (0..doc.len()).map(|i| names::features(doc, i)).collect::<Vec<_>>(),
            });
            if with_engine {
                let words = |of: &dyn Fn(usize) -> String| (0..doc.len()).map(of).collect::<Vec<_>>();
                let byte = |x: &f32| format!("{:02x}", (x * 24.0).round().clamp(-127.0, 127.0) as i8);
                material["vectors"] = doc.vectors().iter().map(byte).collect::<String>().into();
                material["lemma"] = words(&|i| doc.lemma(i).to_lowercase()).into();
                material["tag"] = words(&|i| doc.tokens()[i].tag.as_str().to_owned()).into();
                material["dep"] = words(&|i| doc.dep(i).as_str().to_owned()).into();
                material["head"] = (0..doc.len()).map(|i| doc.head(i)).collect();
            }
            Ok(material)
        })?;
        if material.is_null() {
            continue;
        }
        serde_json::to_writer(&mut out, &material)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
