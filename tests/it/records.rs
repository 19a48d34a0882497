//! Whole records of the sample articles: golden files, schemas, and offsets that hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use dateline::article::samples::SAMPLES;
use dateline::article::{Hint, Intake};
use dateline::cli::digest::digest;
use dateline::cli::style::Style;
use dateline::record::schema;
use dateline::record::{CasualtyClaim, EnrichedArticle, Part, Tier};
use serde_json::Value;

use crate::golden;

/// The sample whose whole record is a golden file.
const FULL: &str = "wire-1991.txt";

/// A sample: its name, its record, and the text as received.
type Read = (&'static str, EnrichedArticle, String);

/// Every sample that is an article, read by the fast tier.
static SAMPLES_FAST: LazyLock<Vec<Read>> = LazyLock::new(|| read_by(Tier::Fast));

/// The same by the accurate tier.
static SAMPLES_ACCURATE: LazyLock<Vec<Read>> = LazyLock::new(|| read_by(Tier::Accurate));

fn samples_of_both() -> impl Iterator<Item = &'static Read> {
    SAMPLES_FAST.iter().chain(&*SAMPLES_ACCURATE)
}

fn read_by(tier: Tier) -> Vec<Read> {
    let mut enricher = crate::enriched::enricher(tier);
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
fn records_of_the_fast_tier_are_as_reviewed() {
    for (name, record, _) in &*SAMPLES_FAST {
        golden::compare(&format!("tests/golden/digests/fast/{name}"), &digest(record, Style::PLAIN, 100));
        // One record in full; the digests show the rest in a form that can be reviewed.
        if *name == FULL {
            let text = serde_json::to_string_pretty(record).unwrap();
            golden::compare(&format!("tests/golden/records/{name}.json"), &format!("{text}\n"));
        }
    }
}

#[test]
fn records_of_the_accurate_tier_are_as_reviewed() {
    for (name, record, _) in &*SAMPLES_ACCURATE {
        golden::compare(&format!("tests/golden/digests/accurate/{name}"), &digest(record, Style::PLAIN, 100));
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
    for (name, record, _) in samples_of_both() {
        let value = serde_json::to_value(record).unwrap();
        let errors: Vec<String> = enriched.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        for e in value["events"].as_array().unwrap() {
            assert!(event.is_valid(e), "{name}: {e:#}");
        }
    }
}

#[test]
fn every_span_equals_the_received_text() {
    for (name, record, received) in &*SAMPLES_FAST {
        println!("{name}");
        let title = record.article.title.as_deref().unwrap_or_default();
        let spans = crate::fuzz::targets::spans(&serde_json::to_value(record).unwrap(), received, title);
        assert!(spans > 20, "{name} has only {spans} spans");
    }
}

#[test]
fn plover_and_cameo_agree() {
    let table = include_str!("../../crates/dateline-read/src/words/data/codes/cameo.tsv");
    let rows = table.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect::<Vec<&str>>());
    let beside: BTreeMap<&str, Vec<&str>> = rows.map(|row| (row[0], row[3].split(' ').collect())).collect();
    for (name, record, _) in samples_of_both() {
        let classes = record.mentions.iter().map(|m| &m.class).chain(record.events.iter().map(|e| &e.class));
        for class in classes {
            let agrees = match (class.plover.event, class.cameo.code.as_deref()) {
                (Some(event), Some(code)) => beside[code].contains(&event.as_str()),
                (None, Some(_)) => false,
                (_, None) => true,
            };
            assert!(agrees, "{name}: {class:?}");
            assert_eq!(class.happening.is_some(), class.plover.event.is_none(), "{name}: {class:?}");
        }
    }
}

#[test]
fn every_id_that_a_record_names_is_in_it() {
    for (name, record, _) in samples_of_both() {
        let claims: Vec<&CasualtyClaim> =
            record.mentions.iter().flat_map(|m| &m.casualties).chain(&record.claims).collect();
        let ids: BTreeSet<&str> = claims.iter().map(|c| c.claim_id.as_str()).collect();
        let said: BTreeSet<&str> = record.attributions.iter().map(|a| a.id.as_str()).collect();
        let entities: BTreeSet<&str> = record.entities.iter().map(|e| e.id.as_str()).collect();
        let held = |set: &BTreeSet<&str>, id: &Option<String>| id.as_ref().is_none_or(|id| set.contains(id.as_str()));
        for claim in &claims {
            assert!(held(&ids, &claim.duplicates), "{name}: {claim:?}");
            assert!(held(&said, &claim.attribution_id) && held(&entities, &claim.source_entity), "{name}: {claim:?}");
        }
        for claim in &record.claims {
            let twice = record.mentions.iter().flat_map(|m| &m.casualties).any(|c| c.claim_id == claim.claim_id);
            assert!(!twice, "{name}: a mention holds {claim:?}");
        }
        for event in &record.events {
            let casualties = [&event.casualties.killed, &event.casualties.injured].into_iter().flatten();
            for total in casualties.chain(event.counts.claimed().map(|(_, total)| total)) {
                for source in &total.by_source {
                    assert!(
                        ids.contains(source.claim_id.as_str()) && held(&entities, &source.source),
                        "{name}: {source:?}"
                    );
                }
            }
            let crowd = event.counts.crowd.iter().flat_map(|c| &c.told);
            crowd.for_each(|figure| assert!(held(&said, &figure.attribution_id), "{name}: {figure:?}"));
        }
    }
}

#[test]
fn an_article_without_its_lists_keeps_to_the_schema_and_has_every_claim() {
    let schema = schema::all().into_iter().find(|(name, _)| *name == "article.enriched/1").unwrap().1;
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut moved = 0;
    for (name, record, _) in samples_of_both() {
        let slim = record.without(Part::ALL);
        assert!(slim.events.is_empty() && slim.mentions.is_empty() && slim.without == Part::ALL, "{name}");
        assert!(validator.is_valid(&serde_json::to_value(&slim).unwrap()), "{name}");
        let claims = record.mentions.iter().flat_map(|m| &m.casualties).chain(&record.claims);
        let every: BTreeSet<&str> = claims.map(|c| c.claim_id.as_str()).collect();
        let kept: Vec<&str> = slim.claims.iter().map(|c| c.claim_id.as_str()).collect();
        assert_eq!((kept.len(), kept.into_iter().collect::<BTreeSet<&str>>()), (every.len(), every), "{name}");
        moved += slim.claims.len() - record.claims.len();
        let only = record.without(&[Part::Events]);
        assert_eq!((&only.mentions, &only.claims), (&record.mentions, &record.claims), "{name}");
        assert_eq!(record.without(&[]), *record, "{name}");
    }
    assert!(moved > 5, "{moved} claims");
}

#[test]
fn the_same_article_gives_the_same_bytes() {
    let bytes =
        |records: &[Read]| -> Vec<Vec<u8>> { records.iter().map(|(_, r, _)| serde_json::to_vec(r).unwrap()).collect() };
    assert_eq!(bytes(&SAMPLES_FAST), bytes(&read_by(Tier::Fast)));
}
