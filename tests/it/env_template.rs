//! `config/dateline.env.example`: every setting as an environment variable, held equal to `config/default.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dateline::config::{Sources, load};

use crate::golden;

const DEFAULTS: &str = include_str!("../../config/default.toml");
const TEMPLATE: &str = "config/dateline.env.example";
/// Given as files rather than values.
const SECRETS: [&str; 2] = ["kafka.sasl_password", "kafka.ssl_key_password"];

const HEAD: &str = "\
# Every setting of Dateline with its default, as environment variables. Copy, uncomment what differs, and give it to the
# worker: dateline run --env-file FILE, `EnvironmentFile=` of systemd, `--env-file` of a container, a ConfigMap. One line,
# one value, written as it is: quotes, backslashes, `$` and ` #` mean something else to each of them and are refused;
# spaces need no quotes. Secrets go into files (..._FILE). Made from config/default.toml; a test holds both equal.
";

/// The environment variable of a setting.
fn variable(key: &str) -> String {
    format!("DATELINE__{}", key.replacen('.', "__", 1).to_uppercase())
}

/// The template that the defaults make: their comments, and a commented variable for each setting.
fn template() -> String {
    let mut text = HEAD.to_owned();
    let mut table = String::new();
    // The first paragraph of the defaults is about the file itself.
    let body = DEFAULTS.split_once("\n\n").map_or(DEFAULTS, |(_, body)| body);
    for line in body.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            table = name.to_owned();
            let _ = writeln!(text, "# [{table}]");
            if table == "kafka.consumer" || table == "kafka.producer" {
                let property = if table == "kafka.consumer" { "FETCH_MIN_BYTES=1" } else { "LINGER_MS=5" };
                let _ = writeln!(text, "# DATELINE__{}__{property}", table.replace('.', "__").to_uppercase());
            }
        } else if let Some((name, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            let key = format!("{table}.{name}");
            let file = if SECRETS.contains(&key.as_str()) { "_FILE" } else { "" };
            let value = value.trim_matches('"');
            let _ = writeln!(text, "#{}{file}={value}", variable(&key));
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

#[test]
fn the_template_is_the_defaults() {
    golden::compare(TEMPLATE, &template());
}

#[test]
fn the_template_uncommented_changes_nothing_and_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker.env");
    let lines =
        template().lines().filter_map(|l| l.strip_prefix("#DATELINE__")).fold(String::new(), |mut all, line| {
            // A secret's file is named where there is one; here there is none.
            if !line.contains("_FILE=") || line.contains("TOKEN_FILE=") {
                let _ = writeln!(all, "DATELINE__{line}");
            }
            all
        });
    std::fs::write(&file, &lines).unwrap();
    let (_, defaults) = load(&Sources::default()).unwrap();
    let (_, given) = load(&Sources { env_file: Some(file), ..Sources::default() })
        .unwrap_or_else(|e| panic!("every line of {TEMPLATE} must be a valid setting: {e}\n{lines}"));
    let values = |effective: &dateline::config::Effective| -> BTreeMap<String, String> {
        effective.0.iter().map(|(key, setting)| (key.clone(), setting.value.clone())).collect()
    };
    assert_eq!(values(&given), values(&defaults));
    let missing: Vec<&String> = given
        .0
        .iter()
        .filter(|(key, setting)| setting.origin == "built-in default" && !SECRETS.contains(&key.as_str()))
        .map(|(key, _)| key)
        .collect();
    assert!(missing.is_empty(), "{TEMPLATE} does not hold {missing:?}");
    let table = toml_keys();
    assert_eq!(given.0.len(), table, "every line `name = value` of config/default.toml is a setting");
}

/// Settings in the defaults.
fn toml_keys() -> usize {
    DEFAULTS.lines().filter(|l| !l.starts_with('#') && l.contains(" = ")).count()
}
