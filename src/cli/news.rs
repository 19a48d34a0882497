//! The enrichment as the stream sees it: a consumed record in, the records to publish out.

use std::sync::Arc;

use crate::article::{Hint, Intake};
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
    metrics: Metrics,
}

/// Makes one enricher per thread over one shared pipeline.
pub(super) fn factory(
    pipeline: Arc<Pipeline>,
    intake: Intake,
    settings: &Settings,
    metrics: Metrics,
) -> ProcessFactory {
    let intake = Arc::new(intake);
    let (topics, least) = (settings.topics.clone(), settings.min_confidence);
    Arc::new(move || {
        Box::new(News {
            intake: Arc::clone(&intake),
            enricher: Enricher::new(Arc::clone(&pipeline)),
            topics: topics.clone(),
            least,
            metrics: metrics.clone(),
        })
    })
}

impl Process for News {
    fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Vec<OutputRecord>, Rejection> {
        let Some(value) = &input.value else {
            // A tombstone: nothing to enrich, nothing wrong either.
            return Ok(Vec::new());
        };
        let hint = input.header("content-type").and_then(|v| std::str::from_utf8(v).ok());
        let article = self
            .intake
            .read(value, &hint.map(Hint::content_type).unwrap_or_default())
            .map_err(|e| Rejection { stage: Stage::Read, reason: e.kind(), message: e.to_string() })?;
        let enriched = self.enricher.enrich(&article, stop).map_err(|e| Rejection {
            stage: Stage::Enrich,
            reason: e.kind(),
            message: e.to_string(),
        })?;
        self.metrics.events_per_record.observe(enriched.events.len() as f64);
        self.metrics.entities_per_record.observe(enriched.entities.len() as f64);
        output::records(&enriched, input, &self.topics, self.least).map_err(|e| Rejection {
            stage: Stage::Enrich,
            reason: "not_json",
            message: e.to_string(),
        })
    }
}
