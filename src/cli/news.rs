//! The enrichment as the stream sees it: a consumed record in, the records to publish out.

use std::sync::Arc;
use std::time::Instant;

use prometheus::Histogram;

use super::quality::Quality;
use super::recent::Recent;
use crate::article::{Hint, Intake, IntakeError};
use crate::extract::{Enricher, Pipeline};
use crate::stream::{
    Input, MinConfidence, OutputRecord, Process, ProcessFactory, Rejection, Settings, Stage, Topics, output,
};
use crate::telemetry::Metrics;

/// Enriches articles on one thread.
struct News {
    intake: Arc<Intake>,
    enricher: Enricher,
    topics: Topics,
    least: MinConfidence,
    quality: Quality,
    times: Times,
    recent: Arc<Recent>,
}

/// How long each step takes.
struct Times {
    intake: Histogram,
    engine: Histogram,
    extraction: Histogram,
    records: Histogram,
}

impl Times {
    fn new(metrics: &Metrics) -> Self {
        let [intake, engine, extraction, records] = ["intake", "engine", "extraction", "records"]
            .map(|stage| metrics.stage_duration.with_label_values(&[stage]));
        Self { intake, engine, extraction, records }
    }
}

/// Observes the time since the last call.
struct Lap(Instant);

impl Lap {
    fn observe(&mut self, histogram: &Histogram) {
        let now = Instant::now();
        histogram.observe(now.duration_since(self.0).as_secs_f64());
        self.0 = now;
    }
}

/// Makes one enricher per thread over one shared pipeline.
pub(super) fn factory(
    pipeline: Arc<Pipeline>,
    intake: Intake,
    settings: &Settings,
    metrics: Metrics,
    recent: Arc<Recent>,
) -> ProcessFactory {
    let intake = Arc::new(intake);
    let (topics, least) = (settings.topics.clone(), settings.min_confidence);
    Arc::new(move || {
        Box::new(News {
            intake: Arc::clone(&intake),
            enricher: Enricher::new(Arc::clone(&pipeline)),
            topics: topics.clone(),
            least,
            quality: Quality::new(&metrics),
            times: Times::new(&metrics),
            recent: Arc::clone(&recent),
        })
    })
}

impl Process for News {
    fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Vec<OutputRecord>, Rejection> {
        let Some(value) = &input.value else {
            // A tombstone: nothing to enrich, nothing wrong either.
            return Ok(Vec::new());
        };
        let Self { times, quality, .. } = self;
        let mut lap = Lap(Instant::now());
        let hint = input.header("content-type").and_then(|v| std::str::from_utf8(v).ok());
        let article = self.intake.read(value, &hint.map(Hint::content_type).unwrap_or_default());
        lap.observe(&times.intake);
        let article = article.map_err(|e| {
            if let IntakeError::UnsupportedLanguage { found } = &e {
                quality.foreign(*found);
            }
            Rejection { stage: Stage::Read, reason: e.kind(), message: e.to_string() }
        })?;
        let enriched = self.enricher.enrich_in_steps(&article, stop, &mut || lap.observe(&times.engine));
        let enriched =
            enriched.map_err(|e| Rejection { stage: Stage::Enrich, reason: e.kind(), message: e.to_string() })?;
        lap.observe(&times.extraction);
        quality.observe(&enriched);
        self.recent.add(&enriched);
        let records = output::records(&enriched, input, &self.topics, self.least).map_err(|e| Rejection {
            stage: Stage::Enrich,
            reason: "not_json",
            message: e.to_string(),
        });
        lap.observe(&times.records);
        records
    }
}
