//! `docs/recipes.md`: what it says to run, runs, on tables made of the sample articles; what it says to configure has the
//! names that Dateline has.
//!
//! Needs the Python of `tests/tools.sh` with DuckDB and pandas. Where it is not there the test is reported as skipped by
//! name; with `DATELINE_TEST_PYTHON_REQUIRED=1` (set by `.ci/run`) it fails instead.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::promql;

const RECIPES: &str = "docs/recipes.md";

/// A Python with what the recipes need.
pub(crate) fn python(test: &str) -> Option<String> {
    let python = format!("{}/target/tools/python/bin/python", env!("CARGO_MANIFEST_DIR"));
    let has = Command::new(&python).args(["-c", "import duckdb, pandas, pyarrow"]).output();
    let reason = match has {
        Ok(output) if output.status.success() => return Some(python),
        Ok(output) => String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned(),
        Err(e) => format!("{python}: {e}"),
    };
    if std::env::var_os("DATELINE_TEST_PYTHON_REQUIRED").is_some_and(|v| v == "1") {
        panic!("{test} needs DuckDB, pandas and maturin: {reason}; run sh tests/tools.sh");
    }
    // Past the test runner's capture: a skipped test must be seen.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
    None
}

/// The blocks of a language under the headings whose numbers are given, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

pub(crate) fn succeeds(what: &str, output: Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{what}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The sample articles that can be read.
pub(crate) fn samples() -> Vec<PathBuf> {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/config/samples");
    let mut articles: Vec<_> = fs::read_dir(samples).unwrap().map(|e| e.unwrap().path()).collect();
    articles.retain(|path| !path.ends_with("README.md") && !path.ends_with("truncated.json"));
    articles.sort();
    articles
}

/// Runs `dateline` on the samples into a file.
pub(crate) fn table(arguments: &[&str], file: &Path) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.env_clear().envs([crate::FAST]).args(arguments).args(samples());
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).stdout(fs::File::create(file).unwrap());
    succeeds(&format!("{arguments:?}"), command.output().unwrap());
}

#[test]
fn the_recipes_run() {
    let Some(python) = python("the_recipes_run") else { return };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let part = "date=2026-11-29/part-00000-000000000000-000000000001.parquet";
    table(&["extract", "--format", "parquet"], &dir.join("tables/news.events").join(part));
    table(&["extract", "--format", "csv"], &dir.join("events.csv"));
    table(&["link", "--format", "parquet"], &dir.join("tables/news.canonical").join(part));
    // As an export leaves it.
    fs::write(dir.join("tables/news.events/.origin.json"), "{}").unwrap();

    let text = promql::file(RECIPES);
    let run = |what: &str, code: &str| {
        succeeds(what, Command::new(&python).args(["-c", code]).current_dir(dir).output().unwrap())
    };
    let (sql, python) = (blocks(&text, "sql"), blocks(&text, "python"));
    assert_eq!((sql.len(), python.len()), (3, 2));
    let code = format!(
        "import duckdb\ncon = duckdb.connect()\nfor block in {}:\n    for statement in duckdb.extract_statements(block):\n        \
         print(con.execute(statement).fetchall())",
        serde_json::to_string(&sql).unwrap()
    );
    let said = run("DuckDB", &code);
    assert!(said.contains("'Nigeria'") && said.contains("'NGA'"), "{said}");
    let countries = fs::read_to_string(dir.join("by_country.csv")).unwrap();
    assert!(countries.starts_with("iso3,country,reports,") && countries.contains("\nNGA,Nigeria,"), "{countries}");
    let said = run("pandas", &python[0]);
    assert!(said.contains("actor1_code") && said.contains("event_date"), "{said}");
    let said = run("pandas, CSV", &python[1]);
    assert!(said.contains("cameo"), "{said}");

    // All formats say the same, with the same types.
    let check = r#"
import duckdb, pandas as pd
parquet = duckdb.sql("FROM read_parquet('tables/news.events/*/*.parquet', hive_partitioning = false)")
kinds = {str(kind) for kind in parquet.types}
assert kinds == {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE"}, kinds
csv = duckdb.sql("FROM read_csv('events.csv')")
assert csv.columns == parquet.columns
def numbers(table):
    values = "sum(latitude), sum(goldstein), min(goldstein), sum(fatalities_best), max(event_date), min(cameo)"
    return duckdb.sql(f"SELECT count(*), {values} FROM {table}").fetchall()
assert numbers("parquet") == numbers("csv"), (numbers("parquet"), numbers("csv"))
assert pd.read_parquet("tables/news.events").shape[0] == numbers("csv")[0][0]
"#;
    run("comparison", check);
}

#[test]
fn what_is_to_be_configured_has_our_names() {
    let text = promql::file(RECIPES);
    let [connector] = &blocks(&text, "json")[..] else { panic!("one connector") };
    let connector: Value = serde_json::from_str(connector).unwrap();
    assert_eq!(connector["config"]["consumer.override.isolation.level"], "read_committed");
    let defaults = promql::file("config/default.toml");
    let topic = connector["config"]["topics"].as_str().unwrap();
    assert!(defaults.contains(&format!("\"{topic}\"")), "{topic} is no topic of the defaults");
    // Columns named in the steps for QGIS.
    let columns = dateline::table::Table::Events.columns();
    let named = text.split("## 4.").nth(1).unwrap().split("## 5.").next().unwrap();
    let quoted: Vec<&str> = named.split('"').skip(1).step_by(2).filter(|n| n.contains('_') || *n == "status").collect();
    assert!(quoted.len() >= 3, "{quoted:?}");
    for name in quoted {
        assert!(columns.iter().any(|c| c.name == name), "{name} is no column of events");
    }
}
