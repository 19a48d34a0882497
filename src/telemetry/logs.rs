//! Logs: one line per event on standard error, as JSON for machines or plain for people.
//!
//! Levels say who must act: `error` an operator now, `warn` an operator soon, `info` nobody, `debug` a developer.
//! Article text is never logged at `info` or above. librdkafka's own lines arrive under the target `librdkafka`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::TryInitError;
use tracing_subscriber::{fmt, prelude::*};

use crate::config::{LogConfig, LogFormat};

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is none.
    #[error("setting log.level is no level or filter: {0}; write e.g. info or info,librdkafka=debug")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Something else has taken the logs already.
    #[error("logging has been started already: {0}")]
    Started(#[from] TryInitError),
}

/// Starts logging for the whole process.
pub fn init(config: &LogConfig) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(&config.level)?;
    let human = match config.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let registry = tracing_subscriber::registry().with(filter);
    if human {
        let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(color).with_target(false)).try_init()?;
    } else {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()?;
    }
    Ok(())
}
