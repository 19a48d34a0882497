//! One layer of settings at a time: a file or an environment, flattened to dotted keys.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use config::{File, FileFormat, Source, Value, ValueKind};
use dateline_stream::properties::is_secret_property;

use super::env_file;
use super::load::ConfigError;
use super::variables::{OF_THE_COMMAND_LINE, Variable, classify, variable};

/// Dotted key to value, as text.
pub(super) type Flat = BTreeMap<String, String>;

/// A layer: keys with their values and where each value stands.
pub(super) type Layer = BTreeMap<String, (String, String)>;

/// Tables whose keys are librdkafka property names, which the defaults do not list.
pub(super) const OPEN_TABLES: [&str; 2] = ["kafka.consumer", "kafka.producer"];
/// Settings whose values are never shown, and which can be given as `<KEY>_FILE`.
pub(super) const SECRETS: [&str; 2] = ["kafka.sasl_password", "kafka.ssl_key_password"];
/// Where values of the process environment are said to come from.
pub(super) const ENVIRONMENT: &str = "environment";

/// Whether a setting's value must not be shown. Covers librdkafka properties in the open tables, too.
fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key) || open_property(key).is_some_and(is_secret_property)
}

/// A setting's value as it may be shown.
pub(super) fn shown(key: &str, value: &str) -> String {
    if is_secret(key) && !value.is_empty() { REDACTED.to_owned() } else { without_user(value) }
}

/// Takes the user and the password out of `scheme://user:password@host`. Hides rather too much than too little.
pub(super) fn without_user(text: &str) -> String {
    let Some((user, host)) = text.rsplit_once('@').filter(|(user, _)| user.contains(':')) else {
        return text.to_owned();
    };
    let scheme = user.split_once("://").map_or("", |(scheme, _)| &user[..scheme.len() + 3]);
    format!("{scheme}{REDACTED}@{host}")
}

const REDACTED: &str = "[redacted]";

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

/// The settings in the process environment. What is meant for us and cannot be understood is reported.
pub(super) fn environment(
    variables: &BTreeMap<OsString, OsString>,
    known: &Flat,
    errors: &mut Vec<ConfigError>,
) -> Layer {
    let mut layer = Layer::new();
    for (name, value) in variables {
        let (text, shown) = (value.to_str(), name.to_string_lossy());
        let key = match classify(&shown, text.unwrap_or_default(), known) {
            Variable::Foreign => continue,
            Variable::Setting(key) => key,
            Variable::Mistake(suggestion) => {
                let (key, origin) = (shown.into_owned(), ENVIRONMENT.to_owned());
                errors.push(ConfigError::Unknown { key, origin, suggestion });
                continue;
            }
        };
        match text {
            Some(value) => drop(layer.insert(key, (value.to_owned(), ENVIRONMENT.to_owned()))),
            None => errors.push(ConfigError::Invalid {
                origin: variable(&key),
                key,
                reason: "is not UTF-8; write it in UTF-8".to_owned(),
            }),
        }
    }
    read_secret_files(layer, errors)
}

/// The settings in an environment file.
pub(super) fn environment_file(path: &Path, known: &Flat, errors: &mut Vec<ConfigError>) -> Layer {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) => {
            errors.push(ConfigError::Unreadable { origin: path.display().to_string(), reason: e.to_string() });
            return Layer::new();
        }
    };
    let at = |number: usize| format!("{}:{number}", path.display());
    let concerns = |name: &str| OF_THE_COMMAND_LINE.contains(&name) || classify(name, "", known) != Variable::Foreign;
    let (lines, faults) = env_file::parse(&bytes, concerns);
    errors.extend(faults.into_iter().map(|(number, reason)| ConfigError::Line { origin: at(number), reason }));
    let mut layer = Layer::new();
    for env_file::Line { number, name, value } in lines {
        let origin = at(number);
        match classify(&name, "", known) {
            Variable::Setting(key) => drop(layer.insert(key, (value, origin))),
            Variable::Mistake(suggestion) => errors.push(ConfigError::Unknown { key: name, origin, suggestion }),
            Variable::Foreign => {
                let option = name.trim_start_matches("DATELINE_").to_lowercase().replace('_', "-");
                let reason =
                    format!("sets {name}, which is read before any file; use --{option} or the process environment");
                errors.push(ConfigError::Line { origin, reason });
            }
        }
    }
    read_secret_files(layer, errors)
}

/// Replaces every `<secret>_file` by the content of the file, without its final line break.
fn read_secret_files(mut layer: Layer, errors: &mut Vec<ConfigError>) -> Layer {
    for key in SECRETS {
        let Some((path, origin)) = layer.remove(&format!("{key}_file")) else { continue };
        let at = format!("{origin}: {}_FILE", variable(key));
        if layer.remove(key).is_some() {
            let reason = format!("is set together with {}; set one of the two", variable(key));
            errors.push(ConfigError::Invalid { key: key.to_owned(), origin: at, reason });
            continue;
        }
        match std::fs::read_to_string(&path) {
            Ok(content) => {
                drop(layer.insert(key.to_owned(), (content.trim_end_matches(['\r', '\n']).to_owned(), origin)));
            }
            Err(e) => errors.push(ConfigError::Unreadable { origin: at, reason: format!("cannot read {path:?}: {e}") }),
        }
    }
    layer
}
