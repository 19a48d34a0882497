//! Layers to one validated [`Config`], keeping where every value came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use config::{Map, Value, ValueKind};

use super::Config;
use super::layers::{self, Flat, OPEN_TABLES};

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
    pub environment: BTreeMap<String, String>,
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
            Self::Invalid { .. } => "invalid_value",
        }
    }
}

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

/// Loads, merges and validates the settings.
pub fn load(sources: &Sources) -> Result<(Config, Effective), ConfigError> {
    let defaults = layers::embedded()?;
    let mut merged: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (origin, layer) in read_layers(sources, &defaults)? {
        for (key, value) in layer {
            if !defaults.contains_key(&key) && layers::open_property(&key).is_none() {
                let suggestion = closest(&key, defaults.keys());
                return Err(ConfigError::Unknown { key, origin, suggestion });
            }
            merged.insert(key, (value, origin.clone()));
        }
    }
    let config = typed(&merged)?;
    if let Err((key, reason)) = config.validate() {
        return Err(invalid(key, reason.to_owned(), &merged));
    }
    let shown = merged.into_iter().map(|(key, (value, origin))| {
        let hide = layers::is_secret(&key) && !value.is_empty();
        (key, Setting { value: if hide { "[redacted]".to_owned() } else { value }, origin })
    });
    Ok((config, Effective(shown.collect())))
}

/// All layers with their names, weakest first.
fn read_layers(sources: &Sources, defaults: &Flat) -> Result<Vec<(String, Flat)>, ConfigError> {
    let mut found = vec![("built-in default".to_owned(), defaults.clone())];
    if let Some(dir) = &sources.config_dir {
        let path = dir.join("default.toml");
        if path.exists() {
            found.push((path.display().to_string(), layers::file(&path)?));
        }
    }
    if let Some(profile) = &sources.profile {
        let dir = sources.config_dir.clone().unwrap_or_else(|| PathBuf::from("config"));
        let path = dir.join(format!("{profile}.toml"));
        found.push((path.display().to_string(), layers::file(&path)?));
    }
    if let Some(path) = &sources.env_file {
        let origin = path.display().to_string();
        // Error texts of dotenvy quote the faulty line, which may hold a secret: only its kind is passed on.
        let unreadable = |e: dotenvy::Error| ConfigError::Unreadable {
            origin: origin.clone(),
            reason: match e {
                dotenvy::Error::Io(e) => e.to_string(),
                _ => "a line is not of the form NAME=value (quote values with spaces or '#')".to_owned(),
            },
        };
        let mut variables = BTreeMap::new();
        for pair in dotenvy::from_path_iter(path).map_err(unreadable)? {
            let (name, value) = pair.map_err(unreadable)?;
            variables.insert(name, value);
        }
        let layer = layers::environment(&origin, &variables)?;
        found.push((origin, layer));
    }
    let layer = layers::environment("environment", &sources.environment)?;
    found.push(("environment".to_owned(), layer));
    Ok(found)
}

/// Flat text values to the typed settings.
fn typed(merged: &BTreeMap<String, (String, String)>) -> Result<Config, ConfigError> {
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
        invalid(&key, reason, merged)
    })
}

fn invalid(key: &str, reason: String, merged: &BTreeMap<String, (String, String)>) -> ConfigError {
    let origin = merged.get(key).map_or_else(|| "configuration".to_owned(), |(_, origin)| origin.clone());
    let origin = if origin == "environment" { layers::variable(key) } else { origin };
    ConfigError::Invalid { key: key.to_owned(), origin, reason }
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

/// The known key most like a mistyped one.
fn closest<'k>(key: &str, known: impl Iterator<Item = &'k String>) -> Option<String> {
    let (distance, name) = known.map(|k| (edit_distance(key, k), k)).min()?;
    (distance <= 3).then(|| name.clone())
}

/// Levenshtein distance.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = cost.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
