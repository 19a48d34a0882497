//! The worker's life: what it is made of, the signals that it answers, and its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::signal::unix::{self, SignalKind};
use tokio_util::sync::CancellationToken;

use super::admin::{Admin, WorkerProbes, about};
use super::link::LinkTopics;
use super::output::NewsTopics;
use super::playground::Playground;
use super::recent::{Feed, Living, Recent};
use super::reload::Reload;
use super::selection::Selection;
use super::validate::{self, Valid};
use super::{Given, WorkerError, descriptors, link, memory, news, pipeline};
use crate::config::{Config, Effective, Role};
use crate::extract::Pipeline;
use crate::http;
use crate::link::{Idf, Model};
use crate::stream::{self, StreamError, Summary, Worker, WorkerHandle};
use crate::telemetry::trace::{Exporter, Tracing};
use crate::telemetry::{Logs, Metrics, logs};

/// Starts the worker with the settings that `given` finds now, and again at each reload, and returns when it has drained.
pub(crate) fn run(given: Given) -> Result<(), WorkerError> {
    let (Valid { config, effective, stream: settings }, pipeline) = validate::worker(&given())?;
    let logs = logs::init(&config.log).map_err(WorkerError::settings)?;
    descriptors::raise();
    let metrics = Metrics::new().map_err(WorkerError::system)?;
    metrics.memory_limit.set(memory::limit().and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("admin")
        .enable_all()
        .build()
        .map_err(WorkerError::system)?;
    let signals = runtime.block_on(async { Signals::new() }).map_err(WorkerError::system)?;
    let listener = config.http.address().map(|address| runtime.block_on(http::bind(address))).transpose()?;

    let pipeline = match config.worker.role {
        Role::Read => Some(pipeline::told(pipeline.map_or_else(|| pipeline::pipeline(&config), Ok)?, &metrics)),
        Role::Link => None,
    };
    introduce(&settings, &config, &effective, pipeline.as_deref());
    let about = about(&settings, pipeline.as_deref());
    let shared = pipeline.map(|pipeline| news::shared(pipeline, Selection::of(&config)));
    let playground = shared.as_ref().filter(|_| config.http.playground);
    let playground = playground.map(|shared| Playground::new(Arc::clone(shared), &config));
    let reload = Reload::new(given, (&config, effective), logs.clone(), shared.clone(), metrics.clone());
    let kafka = &config.kafka;
    let exporter = Exporter { instance: &kafka.instance, group: &kafka.group_id, client: &kafka.client_id };
    let traces = Tracing::from_environment(&exporter).map_err(WorkerError::settings)?;
    let (factory, feed) = match &shared {
        Some(shared) => {
            let outputs = (NewsTopics::of(&config.topics), Idf::embedded().map_err(WorkerError::system)?);
            let intake = pipeline::intake(&config);
            let recent = Arc::new(Recent::default());
            let feed = Feed::Read(Arc::clone(&recent));
            (news::factory(shared, intake, outputs, &settings, metrics.clone(), recent, traces.clone()), feed)
        }
        None => {
            let model = Model::embedded().map_err(WorkerError::system)?;
            let rules = crate::link::Settings::default();
            let living = Arc::new(Living::default());
            let feed = Feed::Linked(Arc::clone(&living));
            (link::factory(&model, &rules, &settings, &LinkTopics::of(&config.topics), &metrics, living), feed)
        }
    };
    let worker = Worker::start(settings, factory, metrics.stream.clone())?;
    let stop = CancellationToken::new();
    if let Some(listener) = listener {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "serving metrics, probes and pages");
        }
        let probes = Arc::new(WorkerProbes(worker.health()));
        let pages = Arc::new(Admin::new(metrics.stream.clone(), worker.health(), feed, about, playground));
        runtime.spawn(Arc::clone(&pages).watch(stop.clone()));
        runtime.spawn(http::serve(listener, metrics.registry().clone(), probes, pages, stop.clone()));
    }
    let summary = runtime.block_on(finish(worker, signals, &metrics, reload, &logs));
    let clean = if summary.is_ok() { "true" } else { "false" };
    metrics.shutdown_completed.with_label_values(&[clean]).inc();
    traces.shutdown();
    stop.cancel();
    runtime.shutdown_timeout(Duration::from_secs(1));
    summary?;
    Ok(())
}

/// The first line of a log: who runs here, and between what.
fn introduce(settings: &stream::Settings, config: &Config, effective: &Effective, pipeline: Option<&Pipeline>) {
    // As `check` shows them, without passwords.
    let brokers = effective.0.get("kafka.bootstrap_servers").map_or("", |setting| setting.value.as_str());
    let stream::Topics { input, outputs, dead } = &settings.topics;
    let delivery = match settings.delivery {
        stream::Delivery::ExactlyOnce { .. } => "exactly_once",
        stream::Delivery::AtLeastOnce => "at_least_once",
    };
    let model = pipeline.map(|p| p.model().info()).map(|model| format!("{} {}", model.name, model.version));
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        commit = option_env!("DATELINE_COMMIT").unwrap_or(""),
        role = config.worker.role.as_str(),
        model,
        brokers,
        group = settings.group,
        instance = config.kafka.instance,
        delivery,
        %input,
        outputs = outputs.join(" "),
        %dead,
        threads = settings.threads,
        "the worker starts"
    );
}

/// Waits for the worker to end by itself or for the first signal to make it drain.
async fn finish(
    mut worker: WorkerHandle,
    mut signals: Signals,
    metrics: &Metrics,
    mut reload: Reload,
    logs: &Logs,
) -> Result<Summary, StreamError> {
    let health = worker.health();
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut stopping = false;
    let mut begin = |reason: &str| {
        if !std::mem::replace(&mut stopping, true) {
            metrics.shutdown_initiated.with_label_values(&[reason]).inc();
        }
    };
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Stop(name) => {
                    begin(&name.to_lowercase());
                    tracing::info!(signal = name, "draining");
                    worker.stop();
                }
                Signal::Reload => reload.reload(),
                Signal::Debug => reload.debug(),
            },
            _ = minute.tick() => logs.report_dropped(),
            _ = tick.tick() => {
                reload.tick(Instant::now());
                metrics.stream.set_healthy("stream", health.live());
                metrics.stream.set_healthy("group", health.ready());
                if let Some(result) = worker.wait_for(Duration::ZERO) {
                    begin("failed");
                    return result;
                }
            }
        }
    }
}

/// What a signal asks for.
enum Signal {
    /// SIGTERM, SIGINT.
    Stop(&'static str),
    /// SIGHUP.
    Reload,
    /// SIGUSR1.
    Debug,
}

/// The signals that the worker answers.
struct Signals {
    term: unix::Signal,
    int: unix::Signal,
    hup: unix::Signal,
    usr1: unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: unix::signal(SignalKind::terminate())?,
            int: unix::signal(SignalKind::interrupt())?,
            hup: unix::signal(SignalKind::hangup())?,
            usr1: unix::signal(SignalKind::user_defined1())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.term.recv() => Signal::Stop("SIGTERM"),
            _ = self.int.recv() => Signal::Stop("SIGINT"),
            _ = self.hup.recv() => Signal::Reload,
            _ = self.usr1.recv() => Signal::Debug,
        }
    }
}
