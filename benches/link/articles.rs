//! Any number of `link.article/1`, always the same ones: those of `config/samples`, as the fast tier reads them, with other
//! names, places and words each. Incidents in towns and of words that are as unevenly common as real ones, reported by one
//! to four papers, a fifth of the reports copied. Also what the long run of the linking role reads (`tests/it/linking`).

use std::error::Error;

use dateline::article::{Hint, Intake};
use dateline::extract::{Enricher, Pipeline};
use dateline::link::{self, Idf, Text};
use dateline::record::LinkArticle;

const SAMPLES: [&str; 8] = [
    include_str!("../../config/samples/night-raid.txt"),
    include_str!("../../config/samples/protest.json"),
    include_str!("../../config/samples/shooting.txt"),
    include_str!("../../config/samples/summit.json"),
    include_str!("../../config/samples/earthquake.json"),
    include_str!("../../config/samples/sanctions.json"),
    include_str!("../../config/samples/candidate-arrest.txt"),
    include_str!("../../config/samples/flood.json"),
];

/// Towns and words there are.
const TOWNS: u64 = 20_000;
const WORDS: u64 = 30_000;

/// The sample articles as the linker gets them.
pub(crate) fn bases() -> Result<Vec<LinkArticle>, Box<dyn Error>> {
    let intake = Intake::default();
    let mut enricher = Enricher::new(std::sync::Arc::new(Pipeline::load(None, None)?));
    let idf = Idf::embedded()?;
    let mut bases = Vec::new();
    for sample in SAMPLES {
        let article = intake.read(sample.as_bytes(), &Hint::default())?;
        let record = enricher.enrich(&article, &|| false)?;
        bases.push(link::article(&record, &Text::of(&article), idf));
    }
    Ok(bases)
}

/// A number that follows from others, evenly spread.
fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |h, part| {
        let h = (h ^ part).wrapping_mul(0xff51_afd7_ed55_8ccd);
        (h ^ (h >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
    })
}

/// A rank among so many, the first ones by far the most common.
fn rank(of: u64, parts: &[u64]) -> u64 {
    let even = (mix(parts) >> 11) as f64 / (1_u64 << 53) as f64;
    ((of as f64).powf(even) as u64).min(of - 1)
}

/// The article of a number on a day.
pub(crate) fn made(bases: &[LinkArticle], day: u64, number: u64) -> LinkArticle {
    // Two reports an incident on average, those of the last three days mingled.
    let incident = mix(&[number, 1]) % 600 + number / 2;
    let paper = mix(&[number, 2]) % 5;
    let is_copy = paper == 0;
    let mut article = bases[(incident % bases.len() as u64) as usize].clone();
    let report = if is_copy { 0 } else { number };
    article.article_id = format!("https://paper-{paper}.example/world/{number:08}");
    article.generation = format!("lg1-{number}");
    article.url = Some(article.article_id.clone());
    article.publisher = Some(format!("paper-{paper}.example"));
    article.doc_id = format!("{:016x}", mix(&[incident, report]));
    article.published_at = jiff::Timestamp::from_second(1_700_000_000 + (day * 86_400 + number % 86_400) as i64)
        .ok()
        .map(|t| t.to_string());
    article.fingerprint = (0..64).map(|bin| format!("{:02x}", 1 + mix(&[incident, report, bin]) % 255)).collect();
    for (n, name) in article.people.iter_mut().enumerate() {
        name.name = format!("{:x} {:x}", mix(&[incident, n as u64]) % 4_000, mix(&[incident, n as u64, 1]) % 40_000);
    }
    for (n, place) in
        article.places.iter_mut().chain(article.events.iter_mut().filter_map(|e| e.location.as_mut())).enumerate()
    {
        let town = rank(TOWNS, &[incident, n as u64 % 3]);
        place.geonameid = Some(1 + town as u32);
        place.lat = Some((mix(&[town]) % 120_000) as f64 / 1000.0 - 60.0);
        place.lon = Some((mix(&[town, 1]) % 360_000) as f64 / 1000.0 - 180.0);
    }
    for (part, terms) in [&mut article.sketch, &mut article.lead, &mut article.headline].into_iter().enumerate() {
        // Half of the words are the incident's, half the report's.
        let word =
            |n: usize| rank(WORDS, &[incident, if n.is_multiple_of(2) { 0 } else { report }, part as u64, n as u64]);
        *terms = terms.values().enumerate().map(|(n, weight)| (format!("w{}", word(n)), *weight)).collect();
    }
    let date = article.published_at.as_deref().and_then(|t| t.get(..10)).unwrap_or_default().to_owned();
    article.days = vec![date.clone()];
    for (n, event) in article.events.iter_mut().enumerate() {
        event.event_id = format!("ec1-{:016x}", mix(&[number, n as u64, 5]));
        if let Some(time) = &mut event.time {
            (time.start, time.end) = (Some(date.clone()), Some(date.clone()));
        }
    }
    article.event_ids =
        (0..article.event_ids.len()).map(|n| format!("ec1-{:016x}", mix(&[number, n as u64, 5]))).collect();
    article
}
