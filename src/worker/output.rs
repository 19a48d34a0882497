//! An enriched article to Kafka records: topics, keys, headers.
//!
//! Deterministic: the same article gives the same bytes, so a replay overwrites. Headers are CloudEvents attributes in
//! binary mode (CloudEvents 1.0, Kafka protocol binding 3.2), then those carried on from the input ([`crate::stream::carried`]),
//! byte for byte. `ce_time` is the article's own time, where that is a full timestamp, never the clock.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::entities;
use super::selection::Selection;
use crate::config::TopicsConfig;
use crate::record::{ArticleEvent, EnrichedArticle, LinkArticle};
use crate::stream::{Header, Input, OutputRecord};

/// Where an article's records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewsTopics {
    /// `article.enriched/1`.
    pub(crate) enriched: Arc<str>,
    /// `event.article/1`.
    pub(crate) events: Arc<str>,
    /// `entity.tags/1`, or `entity.tag/1`.
    pub(crate) entities: Arc<str>,
    /// `link.article/1`.
    pub(crate) link: Arc<str>,
}

impl NewsTopics {
    /// Those of a configuration.
    pub(crate) fn of(config: &TopicsConfig) -> Self {
        let TopicsConfig { enriched, events, entities, link, .. } = config;
        let [enriched, events, entities, link] = [enriched, events, entities, link].map(|name| name.as_str().into());
        Self { enriched, events, entities, link }
    }

    /// The same names after a prefix.
    pub(crate) fn under(&self, prefix: &str) -> Self {
        let [enriched, events, entities, link] =
            [&self.enriched, &self.events, &self.entities, &self.link].map(|name| format!("{prefix}.{name}").into());
        Self { enriched, events, entities, link }
    }

    /// All of them.
    pub(crate) fn outputs(&self) -> Vec<Arc<str>> {
        [&self.enriched, &self.events, &self.entities, &self.link].map(Arc::clone).to_vec()
    }
}

/// The records of one article: itself, one per event, one with its entities or one per entity, as far as they are sure
/// enough, and what the linker needs of it, all with the headers that are carried on.
///
/// # Errors
/// A value cannot be written as JSON (a map with keys that are no text); the record types have none.
pub(crate) fn records(
    article: &EnrichedArticle,
    link: &LinkArticle,
    input: &Input,
    carried: Vec<Header>,
    topics: &NewsTopics,
    selection: &Selection,
) -> Result<Vec<OutputRecord>, serde_json::Error> {
    let envelope = Envelope::new(article, input, carried);
    let mut records = Vec::with_capacity(1 + article.events.len() + article.entities.len());
    let key = input.key.clone().unwrap_or_else(|| article.article.id.clone().into_bytes());
    let sha = &article.article.text_sha256;
    let published = match &selection.without[..] {
        [] => Cow::Borrowed(article),
        parts => Cow::Owned(article.without(parts)),
    };
    records.push(envelope.record(
        &topics.enriched,
        key.clone(),
        // An article may be corrected under its id: the text is part of the event's identity.
        format!("{}:{}", article.article.id, sha.get(..16).unwrap_or(sha)),
        &article.schema,
        &*published,
    )?);
    let reference = selection.reference(&article.article);
    for event in article.events.iter().filter(|e| e.confidence.overall >= selection.sure_events) {
        let event = ArticleEvent { article: Some(reference.clone()), ..event.clone() };
        let id = event.cluster_id.clone();
        records.push(envelope.record(&topics.events, id.clone().into(), id, &event.schema, &event)?);
    }
    if selection.entity_each {
        for entity in article.entities.iter().filter(|e| entities::is_sure(e, selection)) {
            let tag = entities::tag(article, entity);
            let id = format!("{}:{}", tag.doc_id, tag.entity.id);
            records.push(envelope.record(&topics.entities, tag.key.clone().into(), id, &tag.schema, &tag)?);
        }
    } else {
        let tags = entities::tags(article, selection);
        let id = format!("{}:{}:entities", tags.article_id, tags.doc_id);
        records.push(envelope.record(&topics.entities, tags.article_id.clone().into(), id, &tags.schema, &tags)?);
    }
    let id = format!("{}:{}", link.article_id, link.generation);
    records.push(envelope.record(&topics.link, key, id, &link.schema, link)?);
    Ok(records)
}

/// Tells the linker that the article of a key is withdrawn.
pub(crate) fn tombstone(link: &Arc<str>, key: Vec<u8>) -> OutputRecord {
    OutputRecord { topic: link.clone(), partition: None, key: Some(key), value: None, headers: Vec::new() }
}

/// What all records of an article share.
struct Envelope {
    source: String,
    time: Option<String>,
    carried: Vec<Header>,
}

impl Envelope {
    fn new(article: &EnrichedArticle, input: &Input, carried: Vec<Header>) -> Self {
        let published = article.article.published_at.as_ref();
        Self {
            source: format!("/dateline/{}", input.topic),
            // CloudEvents wants an RFC 3339 timestamp; a bare date is none.
            time: published.filter(|text| text.parse::<jiff::Timestamp>().is_ok()).cloned(),
            carried,
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
        Ok(OutputRecord {
            topic: topic.clone(),
            partition: None,
            key: Some(key),
            value: Some(serde_json::to_vec(value)?),
            headers,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::link::{self, Idf, Text};
    use crate::record::Part;

    use super::*;

    fn article() -> EnrichedArticle {
        let sha = "0123456789abcdef".repeat(4);
        let producer = json!({"name": "dateline", "version": "1", "model": "m", "gazetteer": "g"});
        let entity = |id: &str, kind: &str, name: &str| json!({"id": id, "type": kind, "name": name, "salience": 1.0, "mentions": [], "references": [], "place": null, "actor": null});
        serde_json::from_value(json!({
            "schema": "article.enriched/1",
            "article": {
                "id": "wire-7", "url": null, "source": null, "title": null, "published_at": "2031-05-04T03:02:01Z",
                "language": "en", "dateline": null, "text_sha256": sha, "chars": 10
            },
            "entities": [entity("e1", "PERSON", "Ana  De\tSouza"), entity("e2", "ORG", "Harbour Police")],
            "times": [], "attributions": [], "mentions": [],
            "events": [{
                "schema": "event.article/1", "cluster_id": "ec1-x", "doc_id": "d", "article_id": "wire-7", "dct": null,
                "main": true, "rank": 1,
                "type": {"plover": {"event": "ASSAULT", "mode": [], "context": []},
                    "cameo": {"root": "18", "code": "180"}, "quad_class": 4, "goldstein": null, "plover_score": null,
                    "acled": null, "alternatives": []},
                "actors": [], "recipients": [], "location": null, "other_locations": [], "time": null,
                "casualties": {"killed": null, "injured": null, "side": []},
                "assertion": {"polarity": "pos", "modality": "asserted", "tense": "past", "realis": "actual",
                    "historical": false, "salience": "main"},
                "sources": {"n_mentions": 1, "n_attributed_sources": 0, "named": [], "anonymous": []},
                "contradictions": [], "links": [], "mentions": [], "summary": null,
                "confidence": {"overall": 0.5, "type": null, "actor": null, "recipient": null, "location": null,
                    "time": null, "casualties": null},
                "producer": producer
            }],
            "main_event": "ec1-x",
            "quality": serde_json::to_value(crate::record::Quality::default()).unwrap(),
            "producer": producer
        }))
        .unwrap()
    }

    fn topics() -> NewsTopics {
        let [enriched, events, entities, link] =
            ["articles.enriched", "news.events", "news.entities", "news.link"].map(Into::into);
        NewsTopics { enriched, events, entities, link }
    }

    fn link() -> LinkArticle {
        link::article(&article(), &Text::default(), Idf::embedded().unwrap())
    }

    fn input(key: Option<&str>) -> Input {
        Input {
            topic: "articles.raw".into(),
            partition: 0,
            offset: 0,
            timestamp: Some(1),
            key: key.map(|k| k.as_bytes().to_vec()),
            value: None,
            headers: vec![Header::new("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")],
        }
    }

    fn header<'a>(record: &'a OutputRecord, name: &str) -> Option<&'a str> {
        let mut found = record.headers.iter().filter(|h| h.name == name);
        let value = found.next().map(|h| std::str::from_utf8(h.value.as_deref().unwrap()).unwrap());
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }

    #[test]
    fn every_record_has_its_topic_key_and_headers() {
        let topics = topics();
        let carried = vec![Header::new("traceparent", "00-4bf9"), Header::new("tenant", "a")];
        let selection = Selection { entity_each: true, ..Selection::default() };
        let records = records(&article(), &link(), &input(Some("k")), carried, &topics, &selection).unwrap();
        let described: Vec<_> = records
            .iter()
            .map(|r| {
                let key = String::from_utf8(r.key.clone().unwrap()).unwrap();
                (&*r.topic, key, header(r, "schema").unwrap(), header(r, "ce_type").unwrap())
            })
            .collect();
        let entity = ("entity.tag/1", "dateline.entity.tag.v1");
        let expect = [
            ("articles.enriched", "k", "article.enriched/1", "dateline.article.enriched.v1"),
            ("news.events", "ec1-x", "event.article/1", "dateline.event.article.v1"),
            ("news.entities", "PERSON:ana de souza", entity.0, entity.1),
            ("news.entities", "ORG:harbour police", entity.0, entity.1),
            ("news.link", "k", "link.article/1", "dateline.link.article.v1"),
        ];
        assert_eq!(described, expect.map(|(t, k, s, c)| (t, k.to_owned(), s, c)));
        for record in &records {
            assert_eq!(header(record, "content-type"), Some("application/json"));
            assert_eq!(header(record, "ce_specversion"), Some("1.0"));
            assert_eq!(header(record, "ce_source"), Some("/dateline/articles.raw"));
            assert_eq!(header(record, "ce_time"), Some("2031-05-04T03:02:01Z"));
            assert_eq!((header(record, "traceparent"), header(record, "tenant")), (Some("00-4bf9"), Some("a")));
            let value: serde_json::Value = serde_json::from_slice(record.value.as_deref().unwrap()).unwrap();
            assert_eq!(value["schema"].as_str(), header(record, "schema"));
        }
        let mut ids: Vec<_> = records.iter().map(|r| header(r, "ce_id").unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), records.len(), "ids are unique per source");
    }

    #[test]
    fn what_is_not_sure_enough_stays_in_the_article_alone() {
        let mut article = article();
        article.entities[0].place = place(0.7);
        let published = |events: f64, entities: f64| -> Vec<String> {
            let selection =
                Selection { sure_events: events, sure_places: entities, entity_each: true, ..Selection::default() };
            let records = records(&article, &link(), &input(None), Vec::new(), &topics(), &selection).unwrap();
            let whole: EnrichedArticle = serde_json::from_slice(records[0].value.as_deref().unwrap()).unwrap();
            assert_eq!(whole, article, "the enriched article keeps everything");
            records[1..records.len() - 1].iter().map(|r| r.topic.to_string()).collect()
        };
        let (events, entities) = ("news.events", "news.entities");
        assert_eq!(published(0.0, 0.0), [events, entities, entities]);
        assert_eq!(published(0.5, 0.7), [events, entities, entities], "the limit itself passes");
        assert_eq!(published(0.51, 0.0), [entities, entities]);
        assert_eq!(published(0.0, 0.71), [events, entities], "an entity without a confidence passes");
        assert_eq!(published(1.0, 1.0), [entities]);
    }

    #[test]
    fn an_article_is_published_without_what_is_not_wanted() {
        let selection = Selection { without: vec![Part::Events], ..Selection::default() };
        let records = records(&article(), &link(), &input(None), Vec::new(), &topics(), &selection).unwrap();
        let slim: serde_json::Value = serde_json::from_slice(records[0].value.as_deref().unwrap()).unwrap();
        assert_eq!((&slim["events"], &slim["without"]), (&json!([]), &json!(["events"])));
        assert_eq!(slim["main_event"], "ec1-x");
        assert_eq!(&*records[1].topic, "news.events", "their own topic has them");
    }

    #[test]
    fn an_article_has_one_list_of_its_entities() {
        let mut article = article();
        article.entities[0].place = place(0.7);
        article.entities[0].salience = 0.4;
        let listed = |sure_places: f64, salience: f64| -> serde_json::Value {
            let selection = Selection { sure_places, salience, ..Selection::default() };
            let records = records(&article, &link(), &input(None), Vec::new(), &topics(), &selection).unwrap();
            let lists: Vec<_> = records.iter().filter(|r| &*r.topic == "news.entities").collect();
            assert_eq!(lists.len(), 1);
            assert_eq!(lists[0].key.as_deref(), Some("wire-7".as_bytes()));
            assert_eq!(header(lists[0], "ce_type"), Some("dateline.entity.tags.v1"));
            serde_json::from_slice(lists[0].value.as_deref().unwrap()).unwrap()
        };
        let all = listed(0.0, 0.0);
        assert_eq!((&all["article"]["id"], &all["left_out"]), (&json!("wire-7"), &json!(0)));
        assert_eq!(
            all["entities"],
            json!([
                {"key": "geonames:42", "id": "e1", "type": "PERSON", "name": "Ana  De\tSouza", "salience": 0.4,
                    "n_mentions": 0, "place": {"name": "Foo", "geonameid": 42, "confidence": 0.7}},
                {"key": "ORG:harbour police", "id": "e2", "type": "ORG", "name": "Harbour Police", "salience": 1.0,
                    "n_mentions": 0}
            ])
        );
        for (sure_places, salience) in [(0.8, 0.0), (0.0, 0.5)] {
            let fewer = listed(sure_places, salience);
            assert_eq!((fewer["entities"].as_array().unwrap().len(), &fewer["left_out"]), (1, &json!(1)));
        }
    }

    #[test]
    fn an_event_names_its_article() {
        let mut article = article();
        article.article.url = Some("https://www.daily.example/a".into());
        article.article.title = Some("Blast at the harbour".into());
        article.article.extra = [("feed", json!("x")), ("feed.rank", json!({"n": 3})), ("tenant", json!("a"))]
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect();
        let named = |extra: &[&str]| -> serde_json::Value {
            let extra = extra.iter().map(|n| (*n).to_owned()).collect();
            let selection = Selection { extra, ..Selection::default() };
            let records = records(&article, &link(), &input(None), Vec::new(), &topics(), &selection).unwrap();
            let event: serde_json::Value = serde_json::from_slice(records[1].value.as_deref().unwrap()).unwrap();
            assert_eq!(event["article"]["id"], event["article_id"]);
            event["article"].clone()
        };
        let plain = json!({
            "id": "wire-7", "url": "https://www.daily.example/a", "publisher": "daily.example",
            "title": "Blast at the harbour", "published_at": "2031-05-04T03:02:01Z"
        });
        assert_eq!(named(&[]), plain, "what is not known is left out");
        let mut with = plain.clone();
        with["extra"] = json!({"feed": "x", "feed.rank": {"n": 3}});
        assert_eq!(named(&["feed*", "missing"]), with);
    }

    #[test]
    fn without_a_key_the_article_id_is_the_key() {
        let records = records(&article(), &link(), &input(None), Vec::new(), &topics(), &Selection::default()).unwrap();
        assert_eq!(records[0].key.as_deref(), Some("wire-7".as_bytes()));
    }

    #[test]
    fn a_bare_date_is_no_time_of_an_event() {
        let mut article = article();
        article.article.published_at = Some("2031-05-04".into());
        assert_eq!(
            header(
                &records(&article, &link(), &input(None), Vec::new(), &topics(), &Selection::default()).unwrap()[0],
                "ce_time"
            ),
            None
        );
    }

    fn place(confidence: f64) -> Option<crate::record::Place> {
        serde_json::from_value(json!({
            "name": "Foo", "geonameid": 42, "lat": null, "lon": null, "feature_class": null, "feature_code": null,
            "admin1": null, "admin1_code": null, "country_iso2": null, "country_iso3": null, "resolution": null,
            "uncertainty_km": null, "confidence": confidence, "alternatives": []
        }))
        .ok()
    }

    #[test]
    fn a_resolved_place_has_the_same_key_under_every_name() {
        let mut entity = article().entities.remove(0);
        entity.place = place(1.0);
        assert_eq!(entity.key(), "geonames:42");
    }
}
