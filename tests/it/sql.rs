//! `deploy/sql/`: every column, nested field and path exists in the schema of `event.canonical/1`, with its type.

use serde_json::Value;

use crate::promql;
use crate::shape::Shape;

/// What follows names parted by commas.
fn follow<'a>(shape: Shape<'a>, path: &str) -> Option<Shape<'a>> {
    path.split(',').try_fold(shape, Shape::field)
}

fn items(shape: Shape<'_>) -> Option<Shape<'_>> {
    Some(Shape { at: shape.plain().at.get("items")?, ..shape })
}

/// Whether a column of this type can hold it.
fn fits(shape: Shape<'_>, kind: &str) -> bool {
    let described = shape.at["description"].as_str().unwrap_or_default();
    match kind {
        "STRING" | "VARCHAR" | "TEXT" => shape.is("string") || shape.is_choice(),
        "TIMESTAMP_LTZ" | "TIMESTAMPTZ" => shape.is("string") && described.contains("ISO 8601"),
        "INT" | "BIGINT" => shape.is("integer"),
        "DOUBLE" => shape.is("number"),
        "BOOLEAN" => shape.is("boolean"),
        "JSONB" => shape.is("object") || shape.is("array"),
        _ => false,
    }
}

/// Names and marks of SQL, without comments and quotes of identifiers.
fn tokens(sql: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    for c in sql.lines().map(|line| line.split("--").next().unwrap()).flat_map(|line| line.chars().chain(['\n'])) {
        if c.is_alphanumeric() || c == '_' {
            tokens.last_mut().unwrap().push(c);
        } else {
            let mark = if c.is_whitespace() || c == '`' { String::new() } else { c.to_string() };
            tokens.extend([mark, String::new()]);
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// Columns up to the primary key, or fields up to `>`; gives what follows and counts what was held to the schema.
fn columns<'t>(mut tokens: &'t [String], shape: Shape, held: &mut usize) -> &'t [String] {
    while let [name, rest @ ..] = tokens {
        if name == "PRIMARY" || name == ">" {
            break;
        }
        let field = shape.field(name).unwrap_or_else(|| panic!("{name} is no field of the record"));
        tokens = kind(rest, field, name, held);
        let end = tokens.iter().position(|t| t == "," || t == ">").unwrap();
        tokens = &tokens[if tokens[end] == "," { end + 1 } else { end }..];
    }
    tokens
}

fn kind<'t>(tokens: &'t [String], shape: Shape, name: &str, held: &mut usize) -> &'t [String] {
    let [kind_, rest @ ..] = tokens else { panic!("{name} has no type") };
    match kind_.as_str() {
        "ROW" => &columns(&rest[1..], shape, held)[1..],
        "ARRAY" => {
            let inner = items(shape).unwrap_or_else(|| panic!("{name} is no list"));
            &kind(&rest[1..], inner, name, held)[1..]
        }
        scalar => {
            assert!(fits(shape, scalar), "{name} is not {scalar}: {}", shape.at);
            *held += 1;
            rest
        }
    }
}

/// Paths: `source #>> '{a,b}'`, cast to a type or text.
fn paths(sql: &str, root: Shape) -> usize {
    let mut held = 0;
    for (before, after) in sql.match_indices(" #>> '{").map(|(at, found)| (&sql[..at], &sql[at + found.len()..])) {
        let source = before.rsplit([' ', '(', '\n']).next().unwrap();
        let (path, rest) = after.split_once("}'").unwrap();
        let shape = if source == "record" { Some(root) } else { root.field(source) };
        let shape = shape.and_then(|shape| follow(shape, path)).unwrap_or_else(|| panic!("{source}: no {path}"));
        let cast = rest.strip_prefix(")::").map_or("TEXT", |cast| cast.split([' ', ')']).next().unwrap());
        assert!(fits(shape, cast), "{source} {path} is not {cast}: {}", shape.at);
        held += 1;
    }
    held
}

#[test]
fn tables_of_canonical_events_have_columns_of_the_schema() {
    let schema: Value = serde_json::from_str(&promql::file("config/schemas/event.canonical-1.json")).unwrap();
    let root = Shape { root: &schema, at: &schema };
    for (file, least_columns, least_paths) in [("flink", 50, 0), ("risingwave", 9, 10), ("postgres", 0, 15)] {
        let sql = promql::file(&format!("deploy/sql/{file}.sql"));
        let mut held = 0;
        if least_columns > 0 {
            let tokens = tokens(&sql);
            let start = tokens.iter().position(|t| t == "(").unwrap();
            columns(&tokens[start + 1..], root, &mut held);
        }
        let paths = paths(&sql, root);
        assert!(held >= least_columns && paths >= least_paths, "{file}: {held} columns, {paths} paths");
    }
}

#[test]
fn the_connector_fills_the_table() {
    let connector: Value = serde_json::from_str(&promql::file("deploy/sql/connect.json")).unwrap();
    let table = promql::file("deploy/sql/postgres.sql");
    for name in ["pk.fields", "transforms.record.field"] {
        let column = connector["config"][name].as_str().unwrap();
        assert!(table.contains(&format!("\n  {column} ")), "{column} is no column of the table");
    }
    assert!(table.contains(&format!("CREATE TABLE {} (", connector["config"]["table.name.format"].as_str().unwrap())));
}
