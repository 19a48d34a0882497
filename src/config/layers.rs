//! One layer of settings at a time: a file or an environment, flattened to dotted keys.

use std::collections::BTreeMap;
use std::path::Path;

use config::{Environment, File, FileFormat, Source, Value, ValueKind};

use super::load::ConfigError;

/// Dotted key to value, as text.
pub(super) type Flat = BTreeMap<String, String>;

const PREFIX: &str = "DATELINE__";
/// Tables whose keys are librdkafka property names, which Dateline does not list.
pub(super) const OPEN_TABLES: [&str; 2] = ["kafka.consumer", "kafka.producer"];
/// Settings whose values are never shown, and which can be given as `<KEY>_FILE`.
pub(super) const SECRETS: [&str; 2] = ["kafka.sasl_password", "kafka.ssl_key_password"];

/// Whether a setting's value must not be shown. Covers secret librdkafka properties in the open tables too.
pub(super) fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key) || open_property(key).is_some_and(is_secret_property)
}

/// Whether the value of a librdkafka property must not be shown.
pub fn is_secret_property(name: &str) -> bool {
    ["password", "secret", "token", "pem", "sasl.jaas", "oauthbearer.config"].iter().any(|part| name.contains(part))
}

/// The librdkafka property that a key of an open table names.
pub(super) fn open_property(key: &str) -> Option<&str> {
    OPEN_TABLES.iter().find_map(|table| key.strip_prefix(table)?.strip_prefix('.'))
}

/// The defaults embedded in the binary.
pub(super) fn embedded() -> Result<Flat, ConfigError> {
    toml("the built-in defaults", File::from_str(include_str!("../../config/default.toml"), FileFormat::Toml))
}

/// A TOML file.
pub(super) fn file(path: &Path) -> Result<Flat, ConfigError> {
    toml(&path.display().to_string(), File::from(path).format(FileFormat::Toml))
}

fn toml(origin: &str, source: impl Source) -> Result<Flat, ConfigError> {
    let table = source
        .collect()
        .map_err(|e| ConfigError::Unreadable { origin: origin.to_owned(), reason: without_source(&e.to_string()) })?;
    let mut flat = Flat::new();
    for (key, value) in table {
        flatten(origin, key, value, &mut flat)?;
    }
    Ok(flat)
}

/// The text of a parse error without the lines that quote the file: they may hold a secret.
fn without_source(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.contains('|')).collect();
    lines.join(" ")
}

fn flatten(origin: &str, key: String, value: Value, into: &mut Flat) -> Result<(), ConfigError> {
    match value.kind {
        ValueKind::Table(table) => {
            table.into_iter().try_for_each(|(k, v)| flatten(origin, format!("{key}.{k}"), v, into))
        }
        ValueKind::Array(_) | ValueKind::Nil => Err(ConfigError::Invalid {
            key,
            origin: origin.to_owned(),
            reason: "must be a single value, not a list".to_owned(),
        }),
        _ => {
            let text = value.into_string().map_err(|e| ConfigError::Invalid {
                key: key.clone(),
                origin: origin.to_owned(),
                reason: e.to_string(),
            })?;
            into.insert(key, text);
            Ok(())
        }
    }
}

/// The variables of an environment that start with `DATELINE__`; `name` maps a key back to its variable.
pub(super) fn environment(origin: &str, variables: &BTreeMap<String, String>) -> Result<Flat, ConfigError> {
    // `try_parsing` stays off: it would turn a group id of 007 into 7 and a password of 1e3 into 1000.
    let ours = variables.iter().filter(|(k, _)| k.starts_with(PREFIX)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let source = Environment::with_prefix("DATELINE").prefix_separator("__").separator("__").source(Some(ours));
    let mut flat = Flat::new();
    for (key, value) in toml(origin, source)? {
        let key = match open_property(&key) {
            Some(property) => {
                let dotted = property.replace('_', ".");
                format!("{}{dotted}", &key[..key.len() - property.len()])
            }
            None => key,
        };
        flat.insert(key, value);
    }
    read_secret_files(origin, flat)
}

/// The environment variable that sets a key.
pub(super) fn variable(key: &str) -> String {
    let name = match open_property(key) {
        Some(property) => format!("{}{}", &key[..key.len() - property.len()], property.replace('.', "_")),
        None => key.to_owned(),
    };
    format!("{PREFIX}{}", name.replacen('.', "__", if open_property(key).is_some() { 2 } else { 1 }).to_uppercase())
}

/// Replaces every `<secret>_file` by the content of the file, without its final line break.
fn read_secret_files(origin: &str, mut flat: Flat) -> Result<Flat, ConfigError> {
    for key in SECRETS {
        let Some(path) = flat.remove(&format!("{key}_file")) else { continue };
        let at = format!("{origin}: {}_FILE", variable(key));
        if flat.contains_key(key) {
            let reason = format!("is set together with {}; set one of the two", variable(key));
            return Err(ConfigError::Invalid { key: key.to_owned(), origin: at, reason });
        }
        let content = std::fs::read_to_string(&path)
            .map_err(|e| ConfigError::Unreadable { origin: at, reason: format!("cannot read {path:?}: {e}") })?;
        flat.insert(key.to_owned(), content.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(flat)
}
