//! Which rows a record gives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cell::Cell;
use super::path::Scope;
use super::tables::Table;
use crate::record::article::publisher;

/// The values of a row, one a column of its table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(super) Vec<Cell>);

impl Row {
    /// The values, in the order of the columns.
    pub fn cells(&self) -> &[Cell] {
        &self.0
    }

    /// The value of a column by its position.
    pub fn cell(&self, position: usize) -> &Cell {
        self.0.get(position).unwrap_or(&Cell::Empty)
    }
}

/// The rows that a record gives a table, in the order in which it tells them; `None` where it is no record that has any, or
/// is without them.
pub fn rows(table: Table, record: &Value) -> Option<Vec<Row>> {
    let alone = |record| Scope { record, article: None, producer: None, mention: None, names: None };
    let schema = record["schema"].as_str()?;
    match (table, schema) {
        (_, "article.enriched/1") if is_without(record, table) => None,
        (_, "article.enriched/1") | (Table::Entities, "entity.tags/1") => Some(of_article(table, record)),
        (Table::Events, "event.article/1" | "event.canonical/1")
        | (Table::Mentions, "event.mention/1")
        | (Table::Entities, "entity.tag/1") => Some(vec![row(table, &alone(record))]),
        (Table::Claims, "event.mention/1") => Some(claims(&[alone(record)], &[])),
        _ => None,
    }
}

/// Whether an article was published without the list that a table is made of. Claims are always there.
fn is_without(record: &Value, table: Table) -> bool {
    let parts = record["without"].as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().any(|part| part == table.as_str())
}

fn row(table: Table, scope: &Scope<'_>) -> Row {
    Row(table.columns().iter().map(|column| column.cell(scope)).collect())
}

/// The rows of an article: what its records do not carry is read from it.
fn of_article(table: Table, record: &Value) -> Vec<Row> {
    let list = |name: &str| record[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |entity: &Value| Some((entity["id"].as_str()?.to_owned(), entity["name"].as_str()?.to_owned()));
    let names: BTreeMap<String, String> = list("entities").iter().filter_map(name).collect();
    let article = article(&record["article"]);
    let producer = record.get("producer");
    let scope = |record| Scope { record, article: Some(&article), producer, mention: None, names: Some(&names) };
    let scopes = |name: &str| list(name).iter().map(scope).collect::<Vec<Scope<'_>>>();
    match table {
        Table::Claims => claims(&scopes("mentions"), &scopes("claims")),
        _ => scopes(table.as_str()).iter().map(|scope| row(table, scope)).collect(),
    }
}

/// The article as the records that carry it name it.
fn article(article: &Value) -> Value {
    let text = |name: &str| article[name].as_str();
    let mut named = article.clone();
    if let (Some(fields), Some(publisher)) = (named.as_object_mut(), publisher(text("source"), text("url"))) {
        fields.insert("publisher".to_owned(), publisher.into());
    }
    named
}

/// The claims of some mentions, and those that no mention holds. Words that several mentions share count once, for the
/// first of them.
fn claims(mentions: &[Scope<'_>], others: &[Scope<'_>]) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for mention in mentions {
        let claims = mention.record["casualties"].as_array().map(Vec::as_slice).unwrap_or_default();
        for claim in claims.iter().filter(|claim| seen.insert(claim["claim_id"].as_str().unwrap_or_default())) {
            let producer = mention.record.get("producer");
            rows.push(row(
                Table::Claims,
                &Scope { record: claim, producer, mention: Some(mention.record), ..*mention },
            ));
        }
    }
    rows.extend(others.iter().map(|claim| row(Table::Claims, claim)));
    rows
}
