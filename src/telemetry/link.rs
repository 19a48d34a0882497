//! Metrics of linking. The gauges are per partition of `topics.link` and belong to this worker only.

use dateline_stream::registry::Builder;
use prometheus::{Counter, IntCounter, IntCounterVec, IntGaugeVec};

/// What becomes of articles that are linked, and how large the state is.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // Every field has the help text of its metric.
pub struct LinkMetrics {
    pub outcomes: IntCounterVec,
    pub open_articles: IntGaugeVec,
    pub open_events: IntGaugeVec,
    pub index_keys: IntGaugeVec,
    pub restored_entries: IntCounter,
    pub restore_duration: Counter,
}

impl LinkMetrics {
    pub(super) fn new(b: &Builder) -> prometheus::Result<Self> {
        Ok(Self {
            outcomes: b.counters(
                "link_articles_total",
                &["outcome"],
                "Articles linked, by what became of them: founded, joined, copied, template, known, late, withdrawn or \
                 unknown. A share of founded near 1: records no longer say where and when. A rising share of late: \
                 the reading role is a month behind.",
            )?,
            open_articles: b.gauges(
                "link_open_articles",
                &["partition"],
                "Articles that later ones are compared with. About 1 kB of memory each.",
            )?,
            open_events: b.gauges("link_open_events", &["partition"], "Events that later articles may join.")?,
            index_keys: b.gauges(
                "link_index_keys",
                &["partition"],
                "Names, places and terms that lead to open articles.",
            )?,
            restored_entries: b
                .counter("link_restored_entries_total", "Entries of the changelog read to restore state.")?,
            restore_duration: b.seconds(
                "link_restore_seconds_total",
                "Time spent restoring state after assignments. Nothing is linked meanwhile.",
            )?,
        })
    }

    /// Creates the series that rates need from the start.
    pub(super) fn touch(&self) {
        for outcome in ["founded", "joined", "copied", "template", "known", "late", "withdrawn", "unknown"] {
            self.outcomes.with_label_values(&[outcome]);
        }
    }

    /// State was restored.
    pub fn restored(&self, entries: u64, seconds: f64) {
        self.restored_entries.inc_by(entries);
        self.restore_duration.inc_by(seconds);
    }

    /// Shows how large the state of a partition is.
    pub fn show(&self, partition: i32, articles: usize, events: usize, keys: usize) {
        let label = partition.to_string();
        for (gauge, value) in [(&self.open_articles, articles), (&self.open_events, events), (&self.index_keys, keys)] {
            gauge.with_label_values(&[&label]).set(i64::try_from(value).unwrap_or(i64::MAX));
        }
    }
}
