//! `dateline check`: is the configuration right? Offline; touches no network.

use std::io::Write;

use super::Settings;
use super::exit::{Exit, Failure};
use super::worker;

/// Validates everything and prints the effective configuration.
pub(super) fn run(settings: &Settings, out: &mut impl Write) -> Result<Exit, Failure> {
    let (config, effective) = settings.load()?;
    worker::settings(&config).validate().map_err(|e| Failure::new(Exit::Config, e))?;
    if config.lexicons.dir.is_some() {
        worker::pipeline(&config)?;
    }
    // A reader that has seen enough ("| head") is no failure.
    let _ = write!(out, "{effective}");
    Ok(Exit::Ok)
}
