//! The one validator: what `run` refuses, `check` refuses, and every command that goes to the brokers.
//!
//! All that is wrong is said at once. The settings come first; whether librdkafka builds clients from them is tried only
//! where nothing is known to be wrong with `kafka.*`, because it names one trouble at a time.

use super::exit::{Exit, Failure};
use super::{Settings, worker};
use crate::config::{self, Config, Effective, Reading};
use crate::extract::Pipeline;
use crate::stream;
use crate::telemetry::logs;

/// Settings that are good.
pub(super) struct Valid {
    pub(super) config: Config,
    pub(super) effective: Effective,
    pub(super) stream: stream::Settings,
}

/// For commands that go to the brokers.
pub(super) fn settings(arguments: &Settings) -> Result<Valid, Failure> {
    let (valid, problems) = look(arguments)?;
    refuse(&problems)?;
    Ok(valid)
}

/// For the worker, which also reads articles, logs and remembers crashes. The pipeline comes with it if it had to be
/// loaded: where nothing of it is configured, what is built in is good.
pub(super) fn worker(arguments: &Settings) -> Result<(Valid, Option<Pipeline>), Failure> {
    let (valid, mut problems) = look(arguments)?;
    problems.extend(logs::parse(&valid.config.log.level).err().map(|e| e.to_string()));
    if let Some(guard) = &valid.stream.crash_guard {
        problems.extend(guard.usable().err().map(|e| e.to_string()));
    }
    let Config { model, lexicons, .. } = &valid.config;
    let own = model.path.is_some() || model.gazetteer.is_some() || lexicons.dir.is_some();
    let pipeline = own.then(|| worker::pipeline(&valid.config)).transpose();
    problems.extend(pipeline.as_ref().err().map(|e| format!("{:#}", e.error)));
    refuse(&problems)?;
    Ok((valid, pipeline?))
}

fn refuse(problems: &[String]) -> Result<(), Failure> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(Exit::Config, anyhow::anyhow!(config::listed(problems))))
    }
}

fn look(arguments: &Settings) -> Result<(Valid, Vec<String>), Failure> {
    let reading = config::read(&arguments.sources()).map_err(|e| Failure::new(Exit::Config, e))?;
    let Reading { config, effective, errors } = reading;
    let stream = worker::settings(&config);
    let mut problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if errors.is_empty() {
        problems.extend(stream.problems());
    } else if !errors.iter().any(|e| e.key().is_none_or(|key| key.starts_with("kafka."))) {
        problems.extend(stream.refusals());
    }
    Ok((Valid { config, effective, stream }, problems))
}
