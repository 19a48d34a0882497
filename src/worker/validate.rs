//! The one validator: what `run` refuses, `check` refuses, and every command that goes to the brokers.
//!
//! All that is wrong is said at once. The settings come first; whether librdkafka builds clients from them is tried only
//! where nothing is known to be wrong with `kafka.*`, because it names one trouble at a time.

use super::{WorkerError, pipeline, settings};
use crate::config::{self, Config, Effective, Reading, Role, Sources};
use crate::extract::Pipeline;
use crate::stream;
use crate::telemetry::logs;

/// Settings that are good.
pub(crate) struct Valid {
    pub(crate) config: Config,
    pub(crate) effective: Effective,
    pub(crate) stream: stream::Settings,
}

/// For commands that go to the brokers.
pub(crate) fn stream(sources: &Sources) -> Result<Valid, WorkerError> {
    let (valid, problems) = look(sources)?;
    refuse(&problems)?;
    Ok(valid)
}

/// For the worker, which also reads articles, logs and remembers crashes. The pipeline comes with it if it had to be
/// loaded: where nothing of it is configured, what is built in is good.
pub(crate) fn worker(sources: &Sources) -> Result<(Valid, Option<Pipeline>), WorkerError> {
    let (valid, mut problems) = look(sources)?;
    problems.extend(logs::parse(&valid.config.log.level).err().map(|e| e.to_string()));
    if let Some(guard) = &valid.stream.crash_guard {
        problems.extend(guard.usable().err().map(|e| e.to_string()));
    }
    let Config { model, lexicons, .. } = &valid.config;
    let own = valid.config.worker.role == Role::Read
        && (model.path.is_some() || model.gazetteer.is_some() || lexicons.dir.is_some());
    let pipeline = own.then(|| pipeline::pipeline(&valid.config)).transpose();
    problems.extend(pipeline.as_ref().err().map(|e| format!("{e:#}")));
    refuse(&problems)?;
    Ok((valid, pipeline?))
}

fn refuse(problems: &[String]) -> Result<(), WorkerError> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(WorkerError::Settings(anyhow::anyhow!(stream::settings::listed(problems))))
    }
}

fn look(sources: &Sources) -> Result<(Valid, Vec<String>), WorkerError> {
    let reading = config::read(sources).map_err(WorkerError::settings)?;
    let Reading { config, effective, errors } = reading;
    let stream = settings::settings(&config);
    let mut problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if errors.is_empty() {
        problems.extend(stream.problems());
    } else if !errors.iter().any(|e| e.key().is_none_or(|key| key.starts_with("kafka."))) {
        problems.extend(stream.refusals());
    }
    Ok((Valid { config, effective, stream }, problems))
}
