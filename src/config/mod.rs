//! Settings: where they come from, what they mean, and how to show them.
//!
//! Layers, weakest first: the defaults embedded from `config/default.toml`, `<config-dir>/default.toml`,
//! `<config-dir>/<profile>.toml`, the `.env` file, the process environment. The embedded defaults name every setting,
//! so a key that they do not have is a typing error and refused, with the layer it came from. librdkafka properties are
//! held to a table of what may be set ([`dateline_stream::properties`]). Secrets may be given as `<KEY>_FILE` and never
//! appear in errors, logs or [`Effective`]. All that is wrong is said at once.
//!
//! The process environment is passed in, not read here: loading is a function of its arguments and of the files named.

mod env_file;
mod layers;
mod load;
mod settings;
#[cfg(test)]
mod tests;
mod units;
mod variables;

pub use load::{ConfigError, ConfigErrors, Effective, Reading, Setting, Sources, load, read};
pub use settings::{
    Config, Delivery, EntityRecords, ForeignArticles, HeadersConfig, HttpConfig, KafkaConfig, LexiconsConfig,
    LimitsConfig, LogConfig, LogFormat, LostHistory, MinConfidenceConfig, ModelConfig, PropertiesConfig, RecordsConfig,
    Role, SecurityProtocol, TopicsConfig, WorkerConfig,
};
pub use units::{ByteSize, parse_bytes};
