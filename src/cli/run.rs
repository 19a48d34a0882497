//! `dateline run`: the worker, until SIGTERM or SIGINT.

use super::Settings;
use super::exit::{Exit, Failure};
use crate::config::{LogConfig, LogFormat};
use crate::telemetry::logs;
use crate::worker;

/// Runs the worker. Ends with its exit code; what went wrong is in the log, in its format.
pub(super) fn run(settings: &Settings) -> Exit {
    let settings = settings.clone();
    worker::run(Box::new(move || settings.sources())).map_or_else(
        |error| {
            let failure = Failure::from(error);
            log_without_settings();
            tracing::error!(exit_code = failure.exit as u8, "{:#}", failure.error);
            failure.exit
        },
        |()| Exit::Ok,
    )
}

/// Starts the log where the settings did not come so far. Does nothing if it has been started.
fn log_without_settings() {
    let format = match std::env::var("DATELINE__LOG__FORMAT").as_deref() {
        Ok("json") => LogFormat::Json,
        Ok("human") => LogFormat::Human,
        _ => LogFormat::Auto,
    };
    let _ = logs::init(&LogConfig { level: "info".to_owned(), format });
}
