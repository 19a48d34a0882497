//! An enriched article to Kafka records: topics, keys, headers.
//!
//! Deterministic: the same article gives the same bytes, so a replay overwrites. Headers are CloudEvents attributes in
//! binary mode (CloudEvents 1.0, Kafka protocol binding 3.2) and the W3C trace context of the input, carried on byte
//! for byte. `ce_time` is the article's own time, where that is a full timestamp, never the clock.

use std::sync::Arc;

use serde::Serialize;

use super::process::{Header, Input, OutputRecord};
use super::settings::Topics;
use crate::record::{ArticleEvent, EnrichedArticle, EntityKind, EntityRecord, EntityTag};

/// Headers of the input that go on to every output.
const CARRIED: [&str; 2] = ["traceparent", "tracestate"];

/// The records of one article: itself, one per event, one per distinct entity.
///
/// # Errors
/// A value cannot be written as JSON (a map with keys that are no text); the record types have none.
pub fn records(
    article: &EnrichedArticle,
    input: &Input,
    topics: &Topics,
) -> Result<Vec<OutputRecord>, serde_json::Error> {
    let envelope = Envelope::new(article, input);
    let mut records = Vec::with_capacity(1 + article.events.len() + article.entities.len());
    let key = input.key.clone().unwrap_or_else(|| article.article.id.clone().into_bytes());
    let sha = &article.article.text_sha256;
    records.push(envelope.record(
        &topics.enriched,
        key,
        // An article may be corrected under its id: the text is part of the event's identity.
        format!("{}:{}", article.article.id, sha.get(..16).unwrap_or(sha)),
        &article.schema,
        article,
    )?);
    for event in &article.events {
        let ArticleEvent { cluster_id, schema, .. } = event;
        records.push(envelope.record(&topics.events, cluster_id.clone().into(), cluster_id.clone(), schema, event)?);
    }
    for entity in &article.entities {
        let tag = tag(article, entity);
        let id = format!("{}:{}", tag.doc_id, tag.entity.id);
        records.push(envelope.record(&topics.entities, tag.key.clone().into(), id, &tag.schema, &tag)?);
    }
    Ok(records)
}

/// `entity.tag/1` of an entity.
pub fn tag(article: &EnrichedArticle, entity: &EntityRecord) -> EntityTag {
    EntityTag {
        schema: "entity.tag/1".into(),
        key: entity_key(entity),
        doc_id: crate::record::id::doc_id(&article.article.text_sha256),
        article_id: article.article.id.clone(),
        published_at: article.article.published_at.clone(),
        entity: entity.clone(),
        producer: article.producer.clone(),
    }
}

/// Key of an entity, the same in every article: `geonames:<id>` of a resolved place, else `<TYPE>:<name>` with the
/// name in lower case, runs of white space as one space.
pub fn entity_key(entity: &EntityRecord) -> String {
    if let Some(id) = entity.place.as_ref().and_then(|place| place.geonameid) {
        return format!("geonames:{id}");
    }
    let name = entity.name.to_lowercase();
    let name: Vec<&str> = name.split_whitespace().collect();
    format!("{}:{}", kind_name(entity.kind), name.join(" "))
}

/// The spelling of a type in the records.
fn kind_name(kind: EntityKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What all records of an article share.
struct Envelope {
    source: String,
    time: Option<String>,
    carried: Vec<Header>,
}

impl Envelope {
    fn new(article: &EnrichedArticle, input: &Input) -> Self {
        let published = article.article.published_at.as_ref();
        let carried = input.headers.iter().filter(|header| CARRIED.contains(&header.name.as_str())).cloned();
        Self {
            source: format!("/dateline/{}", input.topic),
            // CloudEvents wants an RFC 3339 timestamp; a bare date is none.
            time: published.filter(|text| text.parse::<jiff::Timestamp>().is_ok()).cloned(),
            carried: carried.collect(),
        }
    }

    fn record<T: Serialize>(
        &self,
        topic: &Arc<str>,
        key: Vec<u8>,
        id: String,
        schema: &str,
        value: &T,
    ) -> Result<OutputRecord, serde_json::Error> {
        let mut headers = vec![
            Header::new("content-type", "application/json"),
            Header::new("schema", schema),
            Header::new("ce_specversion", "1.0"),
            Header::new("ce_id", id),
            Header::new("ce_source", &self.source),
            // article.enriched/1 -> dateline.article.enriched.v1
            Header::new("ce_type", format!("dateline.{}", schema.replacen('/', ".v", 1))),
        ];
        headers.extend(self.time.as_ref().map(|time| Header::new("ce_time", time)));
        headers.extend(self.carried.iter().cloned());
        Ok(OutputRecord { topic: topic.clone(), key: Some(key), value: Some(serde_json::to_vec(value)?), headers })
    }
}
