//! What of an article goes to which topic, by the settings.

use crate::config::{Config, EntityRecords};
use crate::record::{ArticleMeta, ArticleRef, Part};

/// What is published of an article.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selection {
    /// What the article itself is published without.
    pub(crate) without: Vec<Part>,
    /// Least `confidence.overall` of an event.
    pub(crate) sure_events: f64,
    /// Least confidence of the place that an entity was resolved to; an entity that has none passes.
    pub(crate) sure_places: f64,
    /// Extra fields of the input that events carry; a star at the end of a name stands for anything.
    pub(crate) extra: Vec<String>,
    /// Whether every entity has a record of its own.
    pub(crate) entity_each: bool,
    /// Least salience of an entity in the list of its article.
    pub(crate) salience: f64,
}

impl Selection {
    /// That of a configuration.
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            without: config.records.enriched_without.clone(),
            sure_events: config.min_confidence.events,
            sure_places: config.min_confidence.entities,
            extra: config.records.extra.clone(),
            entity_each: config.records.entities == EntityRecords::Entity,
            salience: config.records.entity_salience,
        }
    }

    /// The article as its events carry it.
    pub(crate) fn reference(&self, article: &ArticleMeta) -> ArticleRef {
        article.reference(|name| {
            self.extra.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == pattern,
            })
        })
    }
}
