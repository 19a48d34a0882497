//! From the configuration to a worker's parts, and from a worker's end to an exit code.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::exit::{Exit, Failure};
use super::lexicons;
use crate::article::{Intake, Limits};
use crate::config::{Config, Delivery, ForeignArticles, Tier};
use crate::extract::reader::ReaderModel;
use crate::extract::{Lexicons, Pipeline};
use crate::http::Probes;
use crate::stream::{self, Health, Phase, StreamError};
use crate::telemetry::Metrics;

/// The worker's health as probes.
pub(super) struct WorkerProbes(pub(super) Arc<Health>);

impl Probes for WorkerProbes {
    fn live(&self) -> Result<(), String> {
        if self.0.live() {
            return Ok(());
        }
        Err(match self.0.phase() {
            Phase::Failed => "the worker has failed".to_owned(),
            _ => format!("the stream thread has not turned for {} s", self.0.silence().as_secs()),
        })
    }

    fn ready(&self) -> Result<(), String> {
        if self.0.ready() {
            return Ok(());
        }
        let phase = self.0.phase().as_str();
        let why = self.0.halted().or_else(|| self.0.waiting());
        Err(why.map_or_else(|| phase.to_owned(), |why| format!("{phase}: {why}")))
    }
}

/// The lexicons of a configuration. Texts that are in force already are not read into memory a second time.
pub(super) fn lexicons(config: &Config, in_force: &Lexicons) -> Result<Lexicons, Failure> {
    lexicons::read(config.lexicons.dir.as_deref(), in_force).map_err(|e| Failure::new(Exit::Config, e))
}

/// Loads the pipeline of a configuration.
pub(super) fn pipeline(config: &Config) -> Result<Pipeline, Failure> {
    let lexicons = lexicons(config, &Lexicons::embedded())?;
    let pipeline = Pipeline::load_with(config.model.path.as_deref(), config.model.gazetteer.as_deref(), lexicons)
        .map_err(|e| Failure::new(Exit::Config, e))?;
    if config.model.tier == Tier::Fast {
        return Ok(pipeline);
    }
    let reader = config.model.reader.as_deref().map_or_else(ReaderModel::embedded, ReaderModel::from_path);
    let reader = reader.map_err(|e| Failure::new(Exit::Config, anyhow::anyhow!("cannot load the reader: {e}")))?;
    if !reader.is_fast_here() {
        tracing::warn!(
            "this processor has no AVX2: the accurate tier reads an article in seconds; model.tier = \"fast\" is for it"
        );
    }
    Ok(pipeline.with_reader(Arc::new(reader)))
}

/// Tells the metrics what was loaded.
pub(super) fn told(pipeline: Pipeline, metrics: &Metrics) -> Arc<Pipeline> {
    let model = pipeline.model().info();
    metrics.set_model(&model.name, &model.version, &model.sha256);
    tell_lexicons(metrics, pipeline.lexicons());
    Arc::new(pipeline)
}

/// What the status page says of a worker: what it runs and where it stands. No secrets.
pub(super) fn about(settings: &stream::Settings, pipeline: &Pipeline) -> Vec<(&'static str, String)> {
    let model = pipeline.model().info();
    let delivery = match &settings.delivery {
        stream::Delivery::ExactlyOnce { transactional_id } => format!("exactly once, as {transactional_id}"),
        stream::Delivery::AtLeastOnce => "at least once".to_owned(),
    };
    vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Model", format!("{} {}", model.name, model.version)),
        ("Group", settings.group.clone()),
        ("Delivery", delivery),
        ("Reads", settings.topics.input.to_string()),
        ("Threads", settings.threads.to_string()),
    ]
}

/// Tells the metrics which lexicons are in force.
pub(super) fn tell_lexicons(metrics: &Metrics, lexicons: &Lexicons) {
    let source = if lexicons.is_embedded() { "embedded" } else { "directory" };
    metrics.set_lexicons(source, &lexicons.sha256());
}

/// The intake of a configuration.
pub(super) fn intake(config: &Config) -> Intake {
    Intake::new(Limits { bytes: config.limits.article_bytes.0, ..Limits::default() })
}

/// A worker's own name among all workers of all groups, which is its transactional id: `<group>-<instance>`, with `-`
/// and `%` of the instance written as `%2D` and `%25`. So the last `-` is always the one between them; without that,
/// instance `0` of group `two-a` and instance `a-0` of group `two` would fence each other.
fn slot(group: &str, instance: &str) -> String {
    format!("{group}-{}", instance.replace('%', "%25").replace('-', "%2D"))
}

/// The stream's settings of a configuration.
pub(super) fn settings(config: &Config) -> stream::Settings {
    let kafka = &config.kafka;
    let delivery = match kafka.delivery {
        Delivery::ExactlyOnce => {
            stream::Delivery::ExactlyOnce { transactional_id: slot(&kafka.group_id, &kafka.instance) }
        }
        Delivery::AtLeastOnce => stream::Delivery::AtLeastOnce,
    };
    let mut settings = stream::Settings::new(&kafka.bootstrap_servers, &kafka.group_id, delivery);
    settings.client_id.clone_from(&kafka.client_id);
    settings.topics = stream::Topics {
        input: config.topics.input.as_str().into(),
        enriched: config.topics.enriched.as_str().into(),
        events: config.topics.events.as_str().into(),
        entities: config.topics.entities.as_str().into(),
        dead: config.topics.dead.as_str().into(),
    };
    settings.min_confidence =
        stream::MinConfidence { events: config.min_confidence.events, entities: config.min_confidence.entities };
    settings.carried = stream::Carried { names: config.headers.carry.clone(), bytes: config.headers.max_bytes.0 };
    settings.session_timeout = kafka.session_timeout;
    settings.max_poll_interval = kafka.max_poll_interval;
    settings.transaction_timeout = kafka.transaction_timeout;
    settings.broker_patience = kafka.broker_patience;
    settings.lost_history = match kafka.lost_history {
        crate::config::LostHistory::Continue => stream::LostHistory::Continue,
        crate::config::LostHistory::Stop => stream::LostHistory::Stop,
    };
    settings.revoke_timeout = kafka.revoke_timeout;
    if config.worker.threads > 0 {
        settings.threads = config.worker.threads;
    }
    settings.batch_records = config.worker.batch_records;
    settings.batch_wait = config.worker.batch_wait;
    settings.in_flight_records = config.worker.in_flight_records;
    settings.in_flight_bytes = config.worker.in_flight_bytes.0;
    settings.article_timeout = config.worker.article_timeout;
    settings.article_hang_timeout = config.worker.article_hang_timeout;
    settings.drain_timeout = config.worker.drain_timeout;
    settings.crash_guard = config.worker.state_dir.clone().map(|folder| stream::CrashGuard {
        folder,
        name: slot(&kafka.group_id, &kafka.instance),
        limit: config.worker.crash_limit,
    });
    settings.dead_letters = stream::DeadLetterLimits {
        max_ratio: config.dead_letters.max_ratio,
        min_records: config.dead_letters.min_records,
        max_burst: config.dead_letters.max_burst,
        window: config.dead_letters.window,
        pause: config.dead_letters.pause,
    };
    settings.skip_foreign = config.dead_letters.unsupported_language == ForeignArticles::Skip;
    settings.output_bytes = config.limits.output_bytes.0;
    settings.oauth_token_file.clone_from(&kafka.oauth_token_file);
    settings.common = security(config);
    settings.consumer = kafka.consumer.0.clone().into_iter().collect();
    settings.producer = kafka.producer.0.clone().into_iter().collect();
    settings
}

/// Security as librdkafka properties. Certificates and host names are verified: librdkafka's default, which no
/// setting of ours turns off.
fn security(config: &Config) -> stream::Properties {
    let kafka = &config.kafka;
    let secret = |s: &Option<secrecy::SecretString>| s.as_ref().map(|s| s.expose_secret().to_owned());
    [
        ("security.protocol", Some(kafka.security_protocol.as_str().to_owned())),
        ("ssl.ca.location", kafka.ssl_ca_location.clone()),
        ("ssl.certificate.location", kafka.ssl_certificate_location.clone()),
        ("ssl.key.location", kafka.ssl_key_location.clone()),
        ("ssl.key.password", secret(&kafka.ssl_key_password)),
        ("sasl.mechanisms", kafka.sasl_mechanism.clone()),
        ("sasl.username", kafka.sasl_username.clone()),
        ("sasl.password", secret(&kafka.sasl_password)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// The exit code of a stream that ended.
pub(super) fn failure(error: StreamError) -> Failure {
    let exit = match &error {
        StreamError::Settings(_) | StreamError::State { .. } => Exit::Config,
        StreamError::TopicMissing(_)
        | StreamError::Unavailable { .. }
        | StreamError::Denied { .. }
        | StreamError::DeniedTopic { .. }
        | StreamError::TopicRefused { .. }
        | StreamError::TooFewBrokers { .. } => Exit::Unavailable,
        // A file named by the settings that cannot be read, or a security setting that the brokers do not share.
        StreamError::Client { .. } | StreamError::Misconfigured { .. } => Exit::Config,
        StreamError::Fenced { .. } => Exit::Fenced,
        StreamError::HistoryLost { .. } => Exit::HistoryLost,
        StreamError::DrainTimedOut(_) => Exit::DrainTimedOut,
        _ => Exit::Internal,
    };
    Failure::new(exit, error)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinals_keep_the_id_that_they_always_had() {
        assert_eq!(slot("news", "0"), "news-0");
        assert_eq!(slot("two", "a-0"), "two-a%2D0");
        assert_ne!(slot("two", "a-0"), slot("two-a", "0"));
        assert_ne!(slot("g", "%2D"), slot("g", "-"));
    }

    proptest! {
        #[test]
        fn no_two_workers_share_an_id(pairs in prop::collection::vec(("[-%a2D5]{1,5}", "[-%a2D5]{1,5}"), 2..60)) {
            let mut owners: BTreeMap<String, (String, String)> = BTreeMap::new();
            for (group, instance) in pairs {
                let owner = (group.clone(), instance.clone());
                let first = owners.entry(slot(&group, &instance)).or_insert_with(|| owner.clone());
                prop_assert_eq!(first, &owner);
            }
        }
    }
}
