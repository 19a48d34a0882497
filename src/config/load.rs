//! Layers to one validated [`Config`], keeping where every value came from.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use config::{Map, Value, ValueKind};
use dateline_stream::properties::{self, Client, closest};
use dateline_stream::settings::listed;

use super::Config;
use super::layers::{self, ENVIRONMENT, Flat, Layer, OPEN_TABLES};
use super::variables::variable;

/// Where settings are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Folder of `default.toml` and the profiles.
    pub config_dir: Option<PathBuf>,
    /// Name of a profile: `<config-dir>/<name>.toml`, which must exist.
    pub profile: Option<String>,
    /// The `.env` file, which must exist when named. None: no such file is read.
    pub env_file: Option<PathBuf>,
    /// The process environment.
    pub environment: BTreeMap<OsString, OsString>,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read or parsed.
    #[error("cannot read configuration from {origin}: {reason}")]
    Unreadable {
        /// The file.
        origin: String,
        /// Why.
        reason: String,
    },
    /// No such setting.
    #[error("unknown setting {key} in {origin}{}", suggestion.as_ref().map(|s| format!("; did you mean {s}?")).unwrap_or_default())]
    Unknown {
        /// The key.
        key: String,
        /// The layer that names it.
        origin: String,
        /// The most similar setting.
        suggestion: Option<String>,
    },
    /// A line of an environment file that not everybody reads alike.
    #[error("{origin} {reason}")]
    Line {
        /// File and line.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// A value that cannot be used.
    #[error("setting {key} ({origin}) {reason}")]
    Invalid {
        /// The key.
        key: String,
        /// The layer it came from.
        origin: String,
        /// What is wrong.
        reason: String,
    },
}

impl ConfigError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::Unknown { .. } => "unknown_setting",
            Self::Line { .. } => "ambiguous_line",
            Self::Invalid { .. } => "invalid_value",
        }
    }

    /// The setting that is at fault, if it is one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Invalid { key, .. } => Some(key),
            Self::Unknown { .. } | Self::Unreadable { .. } | Self::Line { .. } => None,
        }
    }
}

/// Everything that is wrong with the configuration; never empty.
#[derive(Debug, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// One setting as it took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value; secrets are shown as `[redacted]`.
    pub value: String,
    /// The layer it came from.
    pub origin: String,
}

/// Every setting in effect, for people to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective(pub BTreeMap<String, Setting>);

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|(k, s)| k.len() + s.value.len() + 5).max().unwrap_or(0).min(72);
        for (key, setting) in &self.0 {
            let line = format!("{key} = {:?}", setting.value);
            writeln!(f, "{line:<width$}  # {}", setting.origin)?;
        }
        Ok(())
    }
}

/// The settings as far as they could be understood; what could not is left at its default.
#[derive(Debug)]
pub struct Reading {
    /// The settings.
    pub config: Config,
    /// The same, to be shown.
    pub effective: Effective,
    /// What is wrong.
    pub errors: Vec<ConfigError>,
}

/// Loads, merges and validates the settings.
///
/// # Errors
/// Everything that is wrong.
pub fn load(sources: &Sources) -> Result<(Config, Effective), ConfigErrors> {
    let Reading { config, effective, errors } = read(sources).map_err(|e| ConfigErrors(vec![e]))?;
    if errors.is_empty() { Ok((config, effective)) } else { Err(ConfigErrors(errors)) }
}

/// The same for those who have more to find.
///
/// # Errors
/// The defaults that are built in cannot be read, which no setting mends.
pub fn read(sources: &Sources) -> Result<Reading, ConfigError> {
    let defaults = layers::embedded()?;
    let mut errors = Vec::new();
    let mut merged: Layer =
        defaults.iter().map(|(k, v)| (k.clone(), (v.clone(), "built-in default".to_owned()))).collect();
    for layer in read_layers(sources, &defaults, &mut errors) {
        merge(layer, &defaults, &mut merged, &mut errors);
    }
    let (config, mut faults) = typed(&mut merged, &defaults)?;
    errors.append(&mut faults);
    let broken: BTreeSet<String> = errors.iter().filter_map(|e| e.key().map(str::to_owned)).collect();
    for rule in config.rules() {
        // A rule about a value that nobody could read says nothing.
        if !rule.holds && !rule.keys.iter().any(|key| broken.contains(*key)) {
            errors.push(invalid(rule.keys[0], rule.text, &merged));
        }
    }
    let shown = merged.into_iter().map(|(key, (value, origin))| {
        let value = layers::shown(&key, &value);
        (key, Setting { value, origin })
    });
    Ok(Reading { config, effective: Effective(shown.collect()), errors })
}

/// The layers above the defaults, weakest first.
fn read_layers(sources: &Sources, defaults: &Flat, errors: &mut Vec<ConfigError>) -> Vec<Layer> {
    let mut files = Vec::new();
    files.extend(sources.config_dir.as_ref().map(|dir| dir.join("default.toml")).filter(|path| path.exists()));
    if let Some(profile) = &sources.profile {
        let dir = sources.config_dir.clone().unwrap_or_else(|| PathBuf::from("config"));
        files.push(dir.join(format!("{profile}.toml")));
    }
    let mut found = Vec::new();
    for path in files {
        let origin = path.display().to_string();
        match layers::file(&path) {
            Ok(flat) => found.push(flat.into_iter().map(|(key, value)| (key, (value, origin.clone()))).collect()),
            Err(error) => errors.push(error),
        }
    }
    if let Some(path) = &sources.env_file {
        found.push(layers::environment_file(path, defaults, errors));
    }
    found.push(layers::environment(&sources.environment, defaults, errors));
    found
}

/// Puts a layer over the others. Unknown settings and properties that may not be set are left out.
fn merge(layer: Layer, defaults: &Flat, merged: &mut Layer, errors: &mut Vec<ConfigError>) {
    let mut properties = BTreeSet::new();
    for (key, (value, origin)) in layer {
        let Some(property) = layers::open_property(&key) else {
            if defaults.contains_key(&key) {
                merged.insert(key, (value, origin));
            } else {
                let suggestion = closest(&key, defaults.keys().map(String::as_str));
                errors.push(ConfigError::Unknown { key, origin, suggestion });
            }
            continue;
        };
        let table = &key[..key.len() - property.len() - 1];
        let client = if table == Client::Consumer.table() { Client::Consumer } else { Client::Producer };
        let one_name = format!("{table}.{}", properties::canonical(property));
        let judged =
            properties::judge(client, property, &value).and_then(|()| match properties.insert(one_name.clone()) {
                true => Ok(()),
                false => Err(format!("is set twice: another name of it is {}", properties::canonical(property))),
            });
        match judged {
            Ok(()) => drop(merged.insert(one_name, (value, origin))),
            Err(reason) => {
                let origin = if origin == ENVIRONMENT { variable(&key) } else { origin };
                errors.push(ConfigError::Invalid { key, origin, reason });
            }
        }
    }
}

/// Text values to the typed settings. One that cannot be read is reported and its default taken, so that the next one
/// is found, too.
fn typed(merged: &mut Layer, defaults: &Flat) -> Result<(Config, Vec<ConfigError>), ConfigError> {
    let mut errors = Vec::new();
    loop {
        match deserialize(merged) {
            Ok(config) => return Ok((config, errors)),
            Err((key, reason)) => {
                let error = invalid(&key, &layers::without_user(&reason), merged);
                match (merged.get_mut(&key), defaults.get(&key)) {
                    (Some((value, _)), Some(default)) if value != default => value.clone_from(default),
                    _ => return Err(error),
                }
                errors.push(error);
            }
        }
    }
}

fn deserialize(merged: &Layer) -> Result<Config, (String, String)> {
    let mut root = Map::new();
    for table in OPEN_TABLES {
        insert(&mut root, table, Value::new(None, ValueKind::Table(Map::new())));
    }
    for (key, (value, origin)) in merged {
        insert(&mut root, key, Value::new(Some(origin), ValueKind::String(value.clone())));
    }
    let root = Value::new(None, ValueKind::Table(root));
    serde_path_to_error::deserialize(root).map_err(|e| {
        let key = e.path().to_string();
        let reason = match e.into_inner() {
            // The plain message: config's own text repeats key and origin.
            config::ConfigError::Message(text) => text,
            config::ConfigError::Type { unexpected, expected, .. } => format!("is {unexpected}, expected {expected}"),
            config::ConfigError::At { error, .. } => error.to_string(),
            other => other.to_string(),
        };
        (key, reason)
    })
}

fn invalid(key: &str, reason: &str, merged: &Layer) -> ConfigError {
    let origin = merged.get(key).map_or_else(|| "configuration".to_owned(), |(_, origin)| origin.clone());
    let origin = if origin == ENVIRONMENT { variable(key) } else { origin };
    ConfigError::Invalid { key: key.to_owned(), origin, reason: reason.to_owned() }
}

/// Puts a value at its dotted place. Keys of open tables keep their own dots.
fn insert(root: &mut Map<String, Value>, key: &str, value: Value) {
    let tail = layers::open_property(key);
    let path = &key[..key.len() - tail.map_or(0, |t| t.len() + 1)];
    let (tables, last) = match tail {
        Some(tail) => (path, tail),
        None => path.rsplit_once('.').unwrap_or(("", path)),
    };
    let mut table = root;
    for name in tables.split('.').filter(|n| !n.is_empty()) {
        let next = table.entry(name.to_owned()).or_insert_with(|| Value::new(None, ValueKind::Table(Map::new())));
        let ValueKind::Table(inner) = &mut next.kind else { return };
        table = inner;
    }
    table.entry(last.to_owned()).or_insert(value);
}
