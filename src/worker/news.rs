//! The enrichment as the stream sees it: a consumed record in, the records to publish out.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::{ArcSwap, Cache};
use prometheus::{Histogram, IntCounter};

use super::output::{self, NewsTopics};
use super::quality::Quality;
use super::recent::Recent;
use super::selection::Selection;
use crate::article::{Hint, Intake, IntakeError};
use crate::extract::{Enricher, Pipeline};
use crate::link::{self, Idf, Text};
use crate::stream::{Carried, Input, Process, ProcessFactory, Processed, Rejection, Settings, Stage};
use crate::telemetry::Metrics;
use crate::telemetry::trace::{ArticleSpan, Received, Tracing};

/// What may change while the worker runs. Every thread looks at it before each article.
pub(crate) struct Current {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) selection: Selection,
}

/// [`Current`], to be put in force for all threads at once.
pub(crate) type Shared = Arc<ArcSwap<Current>>;

/// What is in force at the start.
pub(crate) fn shared(pipeline: Arc<Pipeline>, selection: Selection) -> Shared {
    Arc::new(ArcSwap::from_pointee(Current { pipeline, selection }))
}

/// Enriches articles on one thread.
struct News {
    intake: Arc<Intake>,
    current: Cache<Shared, Arc<Current>>,
    enricher: Enricher,
    topics: NewsTopics,
    idf: &'static Idf,
    carried: Carried,
    quality: Quality,
    left_behind: IntCounter,
    times: Times,
    recent: Arc<Recent>,
    tracing: Tracing,
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
            .map(|stage| metrics.stream.stage_duration.with_label_values(&[stage]));
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
pub(crate) fn factory(
    shared: &Shared,
    intake: Intake,
    (topics, idf): (NewsTopics, &'static Idf),
    settings: &Settings,
    metrics: Metrics,
    recent: Arc<Recent>,
    tracing: Tracing,
) -> ProcessFactory {
    let (shared, intake) = (Arc::clone(shared), Arc::new(intake));
    let carried = settings.carried.clone();
    Arc::new(move || {
        Box::new(News {
            intake: Arc::clone(&intake),
            enricher: Enricher::new(Arc::clone(&shared.load().pipeline)),
            current: Cache::new(Arc::clone(&shared)),
            topics: topics.clone(),
            idf,
            carried: carried.clone(),
            left_behind: metrics.stream.headers_left_behind.clone(),
            quality: Quality::new(&metrics),
            times: Times::new(&metrics),
            recent: Arc::clone(&recent),
            tracing: tracing.clone(),
        })
    })
}

impl Process for News {
    fn process(&mut self, input: &Input, stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
        let Some(value) = &input.value else {
            // Nothing to read, nothing wrong either. The events of the article that it deletes have keys of their own,
            // which only the linker remembers.
            let records = input.key.clone().map(|key| output::tombstone(&self.topics.link, key)).into_iter().collect();
            return Ok(Processed::Skipped { reason: "tombstone", records });
        };
        let mut span = self.tracing.article(|| received(input, value));
        let result = self.read(input, value, stop, &mut span);
        if let Err(Rejection { stage, reason, .. }) = &result {
            span.rejected(stage.as_str(), reason);
        }
        result
    }
}

impl News {
    fn read(
        &mut self,
        input: &Input,
        value: &[u8],
        stop: &dyn Fn() -> bool,
        span: &mut ArticleSpan,
    ) -> Result<Processed, Rejection> {
        let Self { times, quality, .. } = self;
        let Current { pipeline, selection } = &**self.current.load();
        if !Arc::ptr_eq(pipeline, self.enricher.pipeline()) {
            self.enricher.set_pipeline(Arc::clone(pipeline));
        }
        let mut lap = Lap(Instant::now());
        let hint = input.header("content-type").and_then(|v| std::str::from_utf8(v).ok());
        let article = self.intake.read(value, &hint.map(Hint::content_type).unwrap_or_default());
        lap.observe(&times.intake);
        let article = article.map_err(|e| {
            if let IntakeError::UnsupportedLanguage { found } = &e {
                quality.foreign(*found);
            }
            let rejection = if e.is_fault() { Rejection::fault } else { Rejection::foreign };
            rejection(Stage::Read, e.kind(), e.to_string())
        })?;
        let enriched = self.enricher.enrich_in_steps(&article, stop, &mut || lap.observe(&times.engine));
        let enriched = enriched.map_err(|e| Rejection::fault(Stage::Enrich, e.kind(), e.to_string()))?;
        lap.observe(&times.extraction);
        quality.observe(&enriched);
        self.recent.add(&enriched);
        span.found(enriched.events.len(), enriched.entities.len());
        let (carried, left_behind) = self.carried.select(&input.headers);
        self.left_behind.inc_by(left_behind);
        let mut link = link::article(&enriched, &Text::of(&article), self.idf);
        let key = input.key.as_deref().and_then(|key| std::str::from_utf8(key).ok());
        link.key = key.filter(|key| *key != link.article_id).map(str::to_owned);
        let records = output::records(&enriched, &link, input, carried, &self.topics, selection)
            .map_err(|e| Rejection::fault(Stage::Enrich, "not_json", e.to_string()));
        lap.observe(&times.records);
        records.map(Processed::Records)
    }
}

/// What a span says of a record.
fn received<'a>(input: &'a Input, value: &[u8]) -> Received<'a> {
    let text = |name| input.header(name).and_then(|value| std::str::from_utf8(value).ok());
    Received {
        topic: &input.topic,
        partition: input.partition,
        offset: input.offset,
        bytes: value.len(),
        traceparent: text("traceparent"),
        tracestate: text("tracestate"),
    }
}
