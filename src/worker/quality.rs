//! What is found in an article, counted. The series are looked up once.

use prometheus::IntCounter;

use crate::record::{ArticleEvent, EnrichedArticle, EventType, Via};
use crate::telemetry::{Metrics, QualityMetrics};

/// Counts what is found.
pub(super) struct Quality {
    metrics: QualityMetrics,
    english: IntCounter,
    /// None: a happening outside of PLOVER.
    events: Vec<(Option<EventType>, IntCounter)>,
    resolved: IntCounter,
    unresolved: IntCounter,
    attributed: IntCounter,
    unattributed: IntCounter,
}

impl Quality {
    pub(super) fn new(metrics: &Metrics) -> Self {
        let metrics = metrics.quality.clone();
        let event = |kind: Option<EventType>| (kind, metrics.events.with_label_values(&[name(kind)]));
        Self {
            english: metrics.languages.with_label_values(&["en"]),
            events: EventType::ALL.iter().copied().map(Some).chain([None]).map(event).collect(),
            resolved: metrics.places.with_label_values(&["resolved"]),
            unresolved: metrics.places.with_label_values(&["unresolved"]),
            attributed: metrics.casualty_claims.with_label_values(&["attributed"]),
            unattributed: metrics.casualty_claims.with_label_values(&["unattributed"]),
            metrics,
        }
    }

    /// An article in another language, where it is known which.
    pub(super) fn foreign(&self, language: Option<&'static str>) {
        self.metrics.languages.with_label_values(&[language.unwrap_or("unknown")]).inc();
    }

    /// An article was read.
    pub(super) fn observe(&self, article: &EnrichedArticle) {
        self.english.inc();
        self.metrics.events_per_record.observe(article.events.len() as f64);
        self.metrics.entities_per_record.observe(article.entities.len() as f64);
        article.events.iter().for_each(|event| self.event(event));
        let places = article.entities.iter().filter(|entity| entity.place.is_some()).count();
        self.resolved.inc_by(places as u64);
        self.unresolved.inc_by(article.quality.unresolved_places as u64);
        for claim in article.mentions.iter().flat_map(|mention| &mention.casualties) {
            let known = claim.source_entity.is_some() || claim.attribution_id.is_some();
            if known { &self.attributed } else { &self.unattributed }.inc();
        }
        let counters = [
            (article.events.is_empty(), &self.metrics.articles_without_events),
            (article.article.dateline.is_none(), &self.metrics.articles_without_dateline),
            (article.article.published_at.is_none(), &self.metrics.articles_without_date),
        ];
        counters.iter().filter(|(holds, _)| *holds).for_each(|(_, counter)| counter.inc());
    }

    fn event(&self, event: &ArticleEvent) {
        if let Some((_, counter)) = self.events.iter().find(|(kind, _)| *kind == event.class.plover.event) {
            counter.inc();
        }
        if event.time.as_ref().is_some_and(|time| time.via == Via::Default) {
            self.metrics.events_default_date.inc();
        }
        match &event.location {
            None => self.metrics.events_without_place.inc(),
            Some(place) if place.via == Via::Default => self.metrics.events_default_place.inc(),
            Some(_) => {}
        }
    }
}

fn name(kind: Option<EventType>) -> &'static str {
    kind.map_or("none", EventType::as_str)
}
