//! The per-record metrics of the stream thread, with their series looked up once.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use prometheus::{Histogram, IntCounter};

use super::delivery::{Article, Outcome};
use super::gate::Gate;
use super::settings::Topics;
use crate::metrics::Metrics;

/// Counts records on their way. Together with `records_returned_total` it keeps the identity that
/// [`crate::metrics`] states.
pub(super) struct Recorder {
    metrics: Metrics,
    consumed: IntCounter,
    consumed_bytes: IntCounter,
    size_in: Histogram,
    size_out: Histogram,
    queue: Histogram,
    enrich: Histogram,
    produced: Vec<(Arc<str>, IntCounter)>,
}

impl Recorder {
    pub(super) fn new(topics: &Topics, metrics: &Metrics) -> Self {
        let produced = |topic: &Arc<str>| (topic.clone(), metrics.records_produced.with_label_values(&[&**topic]));
        Self {
            consumed: metrics.records_consumed.with_label_values(&[&*topics.input]),
            consumed_bytes: metrics.record_bytes_consumed.with_label_values(&[&*topics.input]),
            size_in: metrics.record_size.with_label_values(&["in"]),
            size_out: metrics.record_size.with_label_values(&["out"]),
            queue: metrics.stage_duration.with_label_values(&["queue"]),
            enrich: metrics.stage_duration.with_label_values(&["enrich"]),
            produced: topics.written().map(produced).collect(),
            metrics: metrics.clone(),
        }
    }

    /// A record was let in.
    pub(super) fn admitted(&self, bytes: usize) {
        self.consumed.inc();
        self.consumed_bytes.inc_by(bytes as u64);
        self.size_in.observe(bytes as f64);
    }

    /// The gate has changed.
    pub(super) fn in_flight(&self, gate: &Gate) {
        self.metrics.in_flight_records.set(i64::try_from(gate.records()).unwrap_or(i64::MAX));
        self.metrics.in_flight_bytes.set(i64::try_from(gate.bytes()).unwrap_or(i64::MAX));
    }

    /// A thread is done with an article.
    pub(super) fn enriched(&self, article: &Article, started: Instant, ended: Instant) {
        self.queue.observe(started.saturating_duration_since(article.admitted).as_secs_f64());
        self.enrich.observe(ended.saturating_duration_since(started).as_secs_f64());
    }

    /// The outputs and the offset of an article are committed.
    pub(super) fn finished(&self, article: &Article, now: SystemTime) {
        self.metrics.records_finished.with_label_values(&[article.outcome.as_str()]).inc();
        match &article.outcome {
            Outcome::Dead { rejection, .. } => {
                let labels = [rejection.stage.as_str(), rejection.reason];
                self.metrics.records_dead_lettered.with_label_values(&labels).inc();
            }
            Outcome::Skipped { reason, .. } => self.metrics.records_skipped.with_label_values(&[*reason]).inc(),
            Outcome::Enriched(_) | Outcome::Pending => {}
        }
        for record in article.outcome.records() {
            if let Some((_, counter)) = self.produced.iter().find(|(topic, _)| *topic == record.topic) {
                counter.inc();
            }
            self.size_out.observe(record.size() as f64);
        }
        if let Some(millis) = article.input.timestamp {
            let now = now.duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
            self.metrics.end_to_end_latency.observe((now - millis as f64 / 1e3).max(0.0));
        }
    }
}
