//! Whole records of the sample articles: golden files, schemas, and offsets that hold.

use std::sync::Arc;

use dateline::article::samples::SAMPLES;
use dateline::article::{Hint, Intake};
use dateline::cli::digest::digest;
use dateline::cli::style::Style;
use dateline::extract::reader::ReaderModel;
use dateline::extract::{Enricher, Pipeline};
use dateline::record::EnrichedArticle;
use dateline::record::schema;
use serde_json::Value;

use crate::golden;

/// The sample whose whole record is a golden file.
const FULL: &str = "wire-1991.txt";

/// Reads every sample that is an article, by the rules alone.
fn samples() -> Vec<(&'static str, EnrichedArticle, String)> {
    read_by(Pipeline::load(None, None).unwrap())
}

/// The same with the learned reader.
fn samples_accurate() -> Vec<(&'static str, EnrichedArticle, String)> {
    let reader = Arc::new(ReaderModel::embedded().unwrap());
    read_by(Pipeline::load(None, None).unwrap().with_reader(reader))
}

fn read_by(pipeline: Pipeline) -> Vec<(&'static str, EnrichedArticle, String)> {
    let mut enricher = Enricher::new(Arc::new(pipeline));
    let intake = Intake::default();
    SAMPLES
        .iter()
        .filter_map(|sample| {
            let article = intake.read(sample.bytes, &Hint::default()).ok()?;
            let enriched = enricher.enrich(&article, &|| false).unwrap();
            Some((sample.name, enriched, article.received().to_owned()))
        })
        .collect()
}

#[test]
fn records_of_the_samples_are_as_reviewed() {
    for (name, record, _) in samples() {
        golden::compare(&format!("tests/golden/digests/{name}"), &digest(&record, Style::PLAIN, 100));
        // One record in full; the digests show the rest in a form that can be reviewed.
        if name == FULL {
            let text = serde_json::to_string_pretty(&record).unwrap();
            golden::compare(&format!("tests/golden/records/{name}.json"), &format!("{text}\n"));
        }
    }
}

#[test]
fn records_of_the_learned_reader_are_as_reviewed() {
    for (name, record, _) in samples_accurate() {
        golden::compare(&format!("tests/golden/digests/accurate/{name}"), &digest(&record, Style::PLAIN, 100));
    }
}

#[test]
fn records_keep_to_their_schemas() {
    let schemas: Vec<(&str, Value)> = schema::all();
    let validator = |name: &str| {
        let (_, schema) = schemas.iter().find(|(n, _)| *n == name).unwrap();
        jsonschema::validator_for(schema).unwrap()
    };
    let (enriched, event) = (validator("article.enriched/1"), validator("event.article/1"));
    for (name, record, _) in samples().into_iter().chain(samples_accurate()) {
        let value = serde_json::to_value(&record).unwrap();
        let errors: Vec<String> = enriched.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        for e in value["events"].as_array().unwrap() {
            assert!(event.is_valid(e), "{name}: {e:#}");
        }
    }
}

#[test]
fn every_span_equals_the_received_text() {
    for (name, record, received) in samples() {
        let chars: Vec<char> = received.chars().collect();
        let mut spans = 0;
        visit(&serde_json::to_value(&record).unwrap(), &mut |object| {
            let pair = |key: &str| -> Option<[usize; 2]> { serde_json::from_value(object.get(key)?.clone()).ok() };
            let (Some(char), Some(byte)) = (pair("char"), pair("byte")) else { return };
            let by_byte = received.get(byte[0]..byte[1]).expect("byte offsets lie on character boundaries");
            let by_char: String = chars[char[0]..char[1]].iter().collect();
            assert_eq!(by_byte, by_char, "{name}: char and byte offsets differ");
            if let Some(text) = object.get("text").and_then(Value::as_str) {
                assert_eq!(text, by_byte, "{name}: a span's text differs from the received text");
            }
            spans += 1;
        });
        assert!(spans > 20, "{name} has only {spans} spans");
    }
}

#[test]
fn the_same_article_gives_the_same_bytes() {
    let bytes = |records: Vec<(&str, EnrichedArticle, String)>| -> Vec<Vec<u8>> {
        records.iter().map(|(_, r, _)| serde_json::to_vec(r).unwrap()).collect()
    };
    assert_eq!(bytes(samples()), bytes(samples()));
}

/// Calls `see` with every object of a JSON value.
fn visit(value: &Value, see: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            see(map);
            map.values().for_each(|v| visit(v, see));
        }
        Value::Array(items) => items.iter().for_each(|v| visit(v, see)),
        _ => {}
    }
}
