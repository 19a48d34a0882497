//! Logs: one line per event on standard error, as JSON for machines or plain for people.
//!
//! Levels say who must act: `error` an operator now, `warn` an operator soon, `info` nobody, `debug` a developer.
//! Article text is never logged at `info` or above. librdkafka's own lines arrive under the target `librdkafka`.
//! Lines of one kind are limited ([`super::limit`]); the level can be changed while the process runs.

use std::io::IsTerminal;
use std::sync::Arc;

use tracing_subscriber::reload::Handle;
use tracing_subscriber::util::TryInitError;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, prelude::*, reload};

use super::limit::{Limit, Limiter};
use crate::config::{LogConfig, LogFormat};

/// Why logging cannot start or change.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is none.
    #[error("setting log.level is no level or filter: {0}; write e.g. info or info,librdkafka=debug")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Something else has taken the logs already.
    #[error("logging has been started already: {0}")]
    Started(#[from] TryInitError),
    /// The logs are gone.
    #[error("the log level cannot be changed: {0}")]
    Gone(#[from] reload::Error),
}

/// The logs of the process.
#[derive(Debug, Clone)]
pub struct Logs {
    level: Handle<EnvFilter, Registry>,
    limit: Arc<Limit>,
}

impl Logs {
    /// Changes the level or filter.
    ///
    /// # Errors
    /// It is none; nothing has changed then.
    pub fn set_level(&self, level: &str) -> Result<(), LogError> {
        Ok(self.level.reload(parse(level)?)?)
    }

    /// Says how many lines of which kind were left out since the last call.
    pub fn report_dropped(&self) {
        for (kind, lines) in self.limit.take_dropped() {
            tracing::warn!(lines, "lines left out because there were too many of their kind: {kind}");
        }
    }
}

/// Reads a level or filter.
///
/// # Errors
/// It is none.
pub fn parse(level: &str) -> Result<EnvFilter, LogError> {
    Ok(EnvFilter::try_new(level)?)
}

/// Starts logging for the whole process.
pub fn init(config: &LogConfig) -> Result<Logs, LogError> {
    let (filter, level) = reload::Layer::new(parse(&config.level)?);
    let limit = Arc::new(Limit::default());
    let terminal = std::io::stderr().is_terminal();
    let human = match config.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => terminal,
    };
    // Trap: a line that cannot be written (a full disk, a reader that is gone) would be reported by `eprintln!`, which
    // panics for the same reason and ends the thread that logged.
    let registry = tracing_subscriber::registry().with(filter);
    let lines = Limiter(Arc::clone(&limit));
    if human {
        let color = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let layer =
            fmt::layer().log_internal_errors(false).with_writer(std::io::stderr).with_ansi(color).with_target(false);
        registry.with(layer.with_filter(lines)).try_init()?;
    } else {
        let layer = fmt::layer().json().flatten_event(true).log_internal_errors(false).with_writer(std::io::stderr);
        registry.with(layer.with_filter(lines)).try_init()?;
    }
    Ok(Logs { level, limit })
}
