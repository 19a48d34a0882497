//! Changes while the worker runs: lexicons, thresholds and log level on SIGHUP, all or nothing; `debug` for ten minutes
//! on SIGUSR1.
//!
//! Everything is read and checked as at the start before anything is put in force, so what a reload accepts would also
//! start, and what it refuses changes nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::news::{Current, Shared};
use super::selection::Selection;
use super::validate::{self, Valid};
use super::{Given, WorkerError, pipeline};
use crate::config::{Config, Effective};
use crate::telemetry::{Logs, Metrics, logs};

/// Settings that take effect on reload. All others need a restart.
const LIVE: [&str; 8] = [
    "lexicons.dir",
    "log.level",
    "min_confidence.entities",
    "min_confidence.events",
    "records.enriched_without",
    "records.entities",
    "records.entity_salience",
    "records.extra",
];
/// How long SIGUSR1 lasts.
const DEBUG_TIME: Duration = Duration::from_secs(600);

/// What can be changed, and what is in force.
pub(crate) struct Reload {
    given: Given,
    effective: Effective,
    level: String,
    logs: Logs,
    /// What articles are read with, in the role that reads them.
    shared: Option<Shared>,
    metrics: Metrics,
    debug_until: Option<Instant>,
}

impl Reload {
    /// `config` and `effective` are in force, and `shared` with them.
    pub(crate) fn new(
        given: Given,
        (config, effective): (&Config, Effective),
        logs: Logs,
        shared: Option<Shared>,
        metrics: Metrics,
    ) -> Self {
        metrics.set_config(&digest(&effective));
        metrics.config_reloaded.set(1);
        Self { given, effective, level: config.log.level.clone(), logs, shared, metrics, debug_until: None }
    }

    /// SIGHUP.
    pub(crate) fn reload(&mut self) {
        let outcome = match self.attempt() {
            Ok(true) => "applied",
            Ok(false) => "unchanged",
            Err(error) => {
                tracing::error!("reload refused, nothing has changed: {error:#}");
                "refused"
            }
        };
        self.metrics.config_reloads.with_label_values(&[outcome]).inc();
        self.metrics.config_reloaded.set(i64::from(outcome != "refused"));
    }

    /// True if anything changed.
    fn attempt(&mut self) -> Result<bool, WorkerError> {
        let Valid { config, effective, .. } = validate::stream(&(self.given)())?;
        logs::parse(&config.log.level).map_err(WorkerError::settings)?;
        let read = self.shared.as_ref().map(|shared| {
            let current = shared.load_full();
            let lexicons = pipeline::lexicons(&config)?;
            let pipeline = if lexicons == *current.pipeline.lexicons() {
                current.pipeline.clone()
            } else {
                current.pipeline.with_lexicons(lexicons).map_err(WorkerError::settings)?.into()
            };
            Ok::<_, WorkerError>((Arc::ptr_eq(&pipeline, &current.pipeline), pipeline))
        });
        let read = read.transpose()?;

        // From here on nothing can fail but the logs themselves.
        let (live, other): (Vec<_>, Vec<_>) = self.differing(&effective).partition(|key| LIVE.contains(key));
        let changed = !live.is_empty() || read.as_ref().is_some_and(|(same, _)| !same);
        let (live, other) = (live.join(" "), other.join(" "));
        if !other.is_empty() {
            tracing::warn!(settings = %other, "these settings differ and take effect only after a restart");
        }
        if !changed {
            tracing::info!("reloaded: nothing has changed");
            return Ok(false);
        }
        let mut lexicons = String::new();
        if let (Some(shared), Some((_, pipeline))) = (&self.shared, read) {
            pipeline::tell_lexicons(&self.metrics, pipeline.lexicons());
            lexicons = pipeline.lexicons().sha256();
            shared.store(Current { pipeline, selection: Selection::of(&config) }.into());
        }
        for key in LIVE {
            if let Some(setting) = effective.0.get(key) {
                self.effective.0.insert(key.to_owned(), setting.clone());
            }
        }
        self.metrics.set_config(&digest(&self.effective));
        self.level.clone_from(&config.log.level);
        if self.debug_until.is_none() {
            self.logs.set_level(&self.level).map_err(WorkerError::settings)?;
        }
        tracing::info!(settings = %live, lexicons, "reloaded");
        Ok(true)
    }

    /// Settings whose values differ from those in force.
    fn differing<'e>(&'e self, now: &'e Effective) -> impl Iterator<Item = &'e str> {
        let value = |effective: &'e Effective, key: &str| effective.0.get(key).map(|setting| &setting.value);
        let keys = self.effective.0.keys().chain(now.0.keys().filter(|key| !self.effective.0.contains_key(*key)));
        keys.map(String::as_str).filter(move |key| value(&self.effective, key) != value(now, key))
    }

    /// SIGUSR1: more in the log for a while.
    pub(crate) fn debug(&mut self) {
        match self.logs.set_level(&format!("{},dateline=debug,librdkafka=debug", self.level)) {
            Ok(()) => {
                self.debug_until = Some(Instant::now() + DEBUG_TIME);
                tracing::info!(seconds = DEBUG_TIME.as_secs(), "logging at debug for a while");
            }
            Err(error) => tracing::error!("{error}"),
        }
    }

    /// Ends what lasts for a while only.
    pub(crate) fn tick(&mut self, now: Instant) {
        if self.debug_until.is_some_and(|until| now >= until) {
            self.debug_until = None;
            match self.logs.set_level(&self.level) {
                Ok(()) => tracing::info!(level = self.level, "logging as configured again"),
                Err(error) => tracing::error!("{error}"),
            }
        }
    }
}

/// Settings in which the workers of a group may differ: who and where each of them is, and how much its machine bears.
/// Paths are among them because the same file may lie elsewhere; lexicons and model have digests of their own.
const OWN: [&str; 23] = [
    "http.listen",
    "http.playground",
    "http.port_offset",
    "kafka.bootstrap_servers",
    "kafka.client_id",
    "kafka.instance",
    "kafka.oauth_token_file",
    "kafka.sasl_password",
    "kafka.sasl_username",
    "kafka.ssl_ca_location",
    "kafka.ssl_certificate_location",
    "kafka.ssl_key_location",
    "kafka.ssl_key_password",
    "lexicons.dir",
    "log.format",
    "log.level",
    "model.gazetteer",
    "model.path",
    "worker.drain_timeout",
    "worker.in_flight_bytes",
    "worker.in_flight_records",
    "worker.state_dir",
    "worker.threads",
];

/// Digest of the settings that workers of a group share.
fn digest(effective: &Effective) -> String {
    let mut hash = Sha256::new();
    for (key, setting) in effective.0.iter().filter(|(key, _)| !OWN.contains(&key.as_str())) {
        hash.update(format!("{key}={:?}\n", setting.value));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    #[test]
    fn the_digest_tells_workers_apart_only_where_they_must_agree() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| (format!("DATELINE__{name}").into(), value.into()));
            digest(&load(&Sources { environment: pairs.collect(), ..Sources::default() }).unwrap().1)
        };
        let one = of(&[]);
        let settings = load(&Sources::default()).unwrap().1;
        assert_eq!(OWN.iter().find(|key| !settings.0.contains_key(**key)), None, "no such setting");
        for own in [
            &[("KAFKA__INSTANCE", "1"), ("WORKER__STATE_DIR", "/var/lib/dateline/1"), ("HTTP__PORT_OFFSET", "1")][..],
            &[("HTTP__LISTEN", "10.0.0.7:9464"), ("LOG__LEVEL", "debug"), ("WORKER__THREADS", "2")],
        ] {
            assert_eq!(of(own), one, "{own:?}");
        }
        for shared in [
            ("MIN_CONFIDENCE__EVENTS", "0.6"),
            ("KAFKA__DELIVERY", "at_least_once"),
            ("LIMITS__ARTICLE_BYTES", "4MiB"),
            ("HEADERS__CARRY", "tenant"),
            ("KAFKA__CONSUMER__FETCH_MIN_BYTES", "1024"),
        ] {
            assert_ne!(of(&[shared]), one, "{shared:?}");
        }
    }
}
