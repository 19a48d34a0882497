//! Every column stands where it says, in a record's schema, with a type that the column can hold.

use std::collections::BTreeSet;

use super::*;
use crate::record::schema;
use crate::table::column::{Kind, Read};

#[path = "../../../../../tests/it/shape.rs"]
mod shape;

use shape::Shape;

/// Follows a path; a step into a list is a step into its items.
fn find<'a>(shape: Shape<'a>, path: &str) -> Option<Shape<'a>> {
    path.split('.').try_fold(shape, |shape, step| {
        let field = shape.field(step.split('[').next().unwrap_or_default())?;
        if step.contains('[') {
            let at = field.plain().at.get("items").or(field.plain().at["prefixItems"].get(0))?;
            Some(Shape { at, ..field })
        } else {
            Some(field)
        }
    })
}

/// Whether a column of this kind, read like this, can hold it.
fn fits(shape: Shape<'_>, kind: Kind, read: Read) -> bool {
    let text = || shape.is("string") || shape.is_choice();
    match (read, kind) {
        (Read::Is(_) | Read::CountryName | Read::CountryIso3 | Read::EntityNames, _) => text(),
        (Read::Code(_), _) => text() || shape.is("integer"),
        (_, Kind::Text) => text() || shape.is("object"),
        (_, Kind::Int) => shape.is("integer"),
        (_, Kind::Float) => shape.is("number"),
        (_, Kind::Bool) => shape.is("boolean"),
        (_, Kind::Date | Kind::Time) => text(),
    }
}

/// The records that have rows of a table, and where in them a row is; the record that a path of its own begins in.
fn homes(table: Table, path: &str) -> Vec<(&'static str, String)> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let at: &[(&str, &str)] = match (first, table) {
        ("article", _) => &[("event.article/1", "article.")],
        ("producer", _) => &[("article.enriched/1", "producer.")],
        ("mention", _) => &[("event.mention/1", "")],
        (_, Table::Events) => &[("event.article/1", "")],
        (_, Table::Mentions) => &[("event.mention/1", "")],
        (_, Table::Claims) => &[("event.mention/1", "casualties[].")],
        (_, Table::Entities) => &[("entity.tag/1", ""), ("entity.tags/1", "entities[].")],
    };
    let path = if matches!(first, "article" | "producer" | "mention") && !rest.is_empty() { rest } else { path };
    at.iter().map(|(schema, before)| (*schema, format!("{before}{path}"))).collect()
}

#[test]
fn every_column_stands_in_the_schema_of_its_record() {
    let schemas = schema::all();
    let fits = |(name, path): &(&str, String), column: &Column| {
        let root = &schemas.iter().find(|(n, _)| n == name).unwrap().1;
        let shape = find(Shape { root, at: root }, path);
        shape.map(|shape| fits(shape, column.kind, column.read))
    };
    let mut held = 0;
    for table in Table::ALL {
        for column in table.columns() {
            let paths = |text: &'static str| text.split('|').map(str::trim).filter(|path| !path.is_empty());
            let sources = paths(column.source).map(|path| homes(table, path));
            let canonical = paths(column.canonical).map(|path| vec![("event.canonical/1", path.to_owned())]);
            for homes in sources.chain(canonical) {
                let found: Vec<bool> = homes.iter().filter_map(|home| fits(home, column)).collect();
                let name = format!("{}.{}", table.as_str(), column.name);
                assert!(!found.is_empty(), "{name} stands in none of {homes:?}");
                assert!(found.iter().all(|fits| *fits), "{name} is not {:?} in {homes:?}", column.kind);
                held += 1;
            }
        }
    }
    assert!(held > 200, "{held} paths");
}

#[test]
fn names_are_plain_and_every_column_is_explained() {
    for table in Table::ALL {
        let names: BTreeSet<&str> = table.columns().iter().map(|c| c.name).collect();
        assert_eq!(names.len(), table.columns().len(), "{} has a name twice", table.as_str());
        for column in table.columns() {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(column.name.chars().all(plain), "{}", column.name);
            assert!(
                column.about.ends_with('.') && !column.about.contains('|') && !column.unit.contains('|'),
                "{}",
                column.name
            );
            assert!(!column.source.is_empty() || !column.canonical.is_empty(), "{} stands nowhere", column.name);
            let measures = matches!(column.kind, Kind::Int | Kind::Float | Kind::Date | Kind::Time);
            assert!(!measures || !column.unit.is_empty(), "{} has no unit", column.name);
        }
    }
}
