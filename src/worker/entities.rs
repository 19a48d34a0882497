//! The entities of an article as records: one list (`entity.tags/1`), or one record each (`entity.tag/1`).

use super::selection::Selection;
use crate::record::{EnrichedArticle, EntityRecord, EntityTag, EntityTags, TaggedEntity, TaggedPlace, id};

/// Whether an entity's place is sure enough.
pub(super) fn is_sure(entity: &EntityRecord, selection: &Selection) -> bool {
    entity.place.as_ref().is_none_or(|place| place.confidence >= selection.sure_places)
}

/// `entity.tags/1` of an article.
pub(super) fn tags(article: &EnrichedArticle, selection: &Selection) -> EntityTags {
    let salient = |e: &&EntityRecord| e.salience >= selection.salience && is_sure(e, selection);
    let entities: Vec<TaggedEntity> = article.entities.iter().filter(salient).map(tagged).collect();
    EntityTags {
        schema: "entity.tags/1".into(),
        article_id: article.article.id.clone(),
        doc_id: id::doc_id(&article.article.text_sha256),
        article: selection.reference(&article.article),
        left_out: article.entities.len() - entities.len(),
        entities,
        producer: article.producer.clone(),
    }
}

fn tagged(entity: &EntityRecord) -> TaggedEntity {
    TaggedEntity {
        key: entity.key(),
        id: entity.id.clone(),
        kind: entity.kind,
        name: entity.name.clone(),
        salience: entity.salience,
        n_mentions: entity.mentions.len() + entity.references.len(),
        place: entity.place.as_ref().map(|place| TaggedPlace {
            name: place.name.clone(),
            geonameid: place.geonameid,
            lat: place.lat,
            lon: place.lon,
            admin1: place.admin1.clone(),
            country_iso2: place.country_iso2.clone(),
            country_iso3: place.country_iso3.clone(),
            resolution: place.resolution,
            confidence: place.confidence,
        }),
        actor: entity.actor.clone(),
    }
}

/// `entity.tag/1` of an entity.
pub(super) fn tag(article: &EnrichedArticle, entity: &EntityRecord) -> EntityTag {
    EntityTag {
        schema: "entity.tag/1".into(),
        key: entity.key(),
        doc_id: id::doc_id(&article.article.text_sha256),
        article_id: article.article.id.clone(),
        published_at: article.article.published_at.clone(),
        entity: entity.clone(),
        producer: article.producer.clone(),
    }
}
