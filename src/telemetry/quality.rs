//! Metrics of what is found in articles. A drift is an outage too: of the feed, or of what a new version makes of it.
//!
//! Counted when an article has been read, before it is committed: a record that is given back and read again counts
//! twice. `events_per_record_count` is the number of articles read.

use dateline_stream::registry::Builder;
use prometheus::{Histogram, IntCounter, IntCounterVec};

/// Counts per article.
const PER_RECORD: &[f64] = &[0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 50.0, 80.0, 120.0, 200.0];

/// What is found in articles.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // Every field has the help text of its metric.
pub struct QualityMetrics {
    pub events_per_record: Histogram,
    pub entities_per_record: Histogram,
    pub languages: IntCounterVec,
    pub events: IntCounterVec,
    pub events_default_date: IntCounter,
    pub events_default_place: IntCounter,
    pub events_without_place: IntCounter,
    pub places: IntCounterVec,
    pub casualty_claims: IntCounterVec,
    pub articles_without_events: IntCounter,
    pub articles_without_dateline: IntCounter,
    pub articles_without_date: IntCounter,
}

impl QualityMetrics {
    pub(super) fn new(b: &Builder) -> prometheus::Result<Self> {
        Ok(Self {
            events_per_record: b.histogram(
                "events_per_record",
                PER_RECORD,
                "Events per enriched article. A drift means that the input or the model changed.",
            )?,
            entities_per_record: b.histogram(
                "entities_per_record",
                PER_RECORD,
                "Distinct entities per enriched article. A drift means that the input or the model changed.",
            )?,
            languages: b.counters(
                "language_records_total",
                &["lang"],
                "Articles by the language of their text; unknown: none of those that can be told. Other languages \
                 than en are dead-lettered, or skipped if dead_letters.unsupported_language says so: route them elsewhere.",
            )?,
            events: b.counters(
                "events_total",
                &["type"],
                "Events by PLOVER type (none: a happening outside of it), before min_confidence. A type that stops or doubles is a change in the feed \
                 or in the lexicons.",
            )?,
            events_default_date: b.counter(
                "events_default_date_total",
                "Events whose date is the article's own for want of a better one. A rising share of events_total: \
                 look for articles without readable dates.",
            )?,
            events_default_place: b.counter(
                "events_default_place_total",
                "Events whose place is the dateline's for want of a better one.",
            )?,
            events_without_place: b.counter(
                "events_without_place_total",
                "Events for which neither text nor dateline gives a place. A rising share of events_total: datelines \
                 are being cut off, or the gazetteer lacks a region.",
            )?,
            places: b.counters(
                "places_total",
                &["outcome"],
                "Distinct place names of articles: resolved by the gazetteer or unresolved. A rising share of \
                 unresolved ones: a new region, or mangled text.",
            )?,
            casualty_claims: b.counters(
                "casualty_claims_total",
                &["source"],
                "Casualty claims of event mentions: attributed to a source, or unattributed.",
            )?,
            articles_without_events: b.counter(
                "articles_without_events_total",
                "Articles read in which no event was found. A jump in their share: the feed changed (sport, markets) \
                 or texts come in truncated.",
            )?,
            articles_without_dateline: b.counter(
                "articles_without_dateline_total",
                "Articles read without a dateline. Wire copy has one; a jump means that somebody strips it upstream.",
            )?,
            articles_without_date: b.counter(
                "articles_without_date_total",
                "Articles read for which no date of publication is known: their relative dates cannot be resolved. \
                 Have the producer send published_at.",
            )?,
        })
    }

    /// Creates the series that must be there before the first article.
    pub(super) fn touch(&self) {
        self.languages.with_label_values(&["en"]);
        for outcome in ["resolved", "unresolved"] {
            self.places.with_label_values(&[outcome]);
        }
        for source in ["attributed", "unattributed"] {
            self.casualty_claims.with_label_values(&[source]);
        }
    }
}
