//! JSON Schemas of every record, generated from the types. The committed copies in `config/schemas/` are held equal
//! to these by a test.

use schemars::generate::SchemaSettings;
use serde_json::Value;

/// Name and schema of every record that Dateline reads or writes.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("article.raw/1", input_schema::<super::RawArticle>("article.raw/1")),
        ("article.enriched/1", schema::<super::EnrichedArticle>("article.enriched/1")),
        ("event.article/1", schema::<super::ArticleEvent>("event.article/1")),
        ("event.mention/1", schema::<super::EventMention>("event.mention/1")),
        ("entity.tags/1", schema::<super::EntityTags>("entity.tags/1")),
        ("entity.tag/1", schema::<super::EntityTag>("entity.tag/1")),
        ("link.article/1", schema::<super::LinkArticle>("link.article/1")),
        ("event.canonical/1", schema::<super::CanonicalEvent>("event.canonical/1")),
        ("report.link/1", schema::<super::ReportLink>("report.link/1")),
    ]
}

/// What a reader accepts, where `schema` says what a writer promises.
fn input_schema<T: schemars::JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema.to_value()
}

fn schema<T: schemars::JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema.to_value()
}
