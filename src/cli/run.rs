//! `dateline run`: the worker, until SIGTERM or SIGINT.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::signal::unix::{self, SignalKind};
use tokio_util::sync::CancellationToken;

use super::admin::Admin;
use super::exit::{Exit, Failure};
use super::playground::Playground;
use super::recent::Recent;
use super::reload::Reload;
use super::validate::{self, Valid};
use super::worker::{WorkerProbes, about, failure, intake, told};
use super::{Settings as Arguments, descriptors, memory, news, worker};
use crate::config::{Effective, LogConfig, LogFormat};
use crate::extract::Pipeline;
use crate::http::{self, HttpError};
use crate::stream::{self, StreamError, Summary, Worker, WorkerHandle};
use crate::telemetry::trace::{Exporter, Tracing};
use crate::telemetry::{Logs, Metrics, logs};

/// Runs the worker. Ends with its exit code; what went wrong is in the log, in its format.
pub(super) fn run(arguments: &Arguments) -> Exit {
    work(arguments).unwrap_or_else(|failure| {
        log_without_settings();
        tracing::error!(exit_code = failure.exit as u8, "{:#}", failure.error);
        failure.exit
    })
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

fn work(arguments: &Arguments) -> Result<Exit, Failure> {
    let (Valid { config, effective, stream: settings }, pipeline) = validate::worker(arguments)?;
    let logs = logs::init(&config.log).map_err(|e| Failure::new(Exit::Config, e))?;
    descriptors::raise();
    let metrics = Metrics::new().map_err(|e| Failure::new(Exit::Internal, e))?;
    metrics.memory_limit.set(memory::limit().and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("admin")
        .enable_all()
        .build()
        .map_err(|e| Failure::new(Exit::Internal, e))?;
    let signals = runtime.block_on(async { Signals::new() }).map_err(|e| Failure::new(Exit::Internal, e))?;
    let listener = config.http.address().map(|address| runtime.block_on(http::bind(address))).transpose();
    let listener = listener.map_err(not_listening)?;

    let pipeline = told(pipeline.map_or_else(|| worker::pipeline(&config), Ok)?, &metrics);
    introduce(&settings, &config.kafka.instance, &effective, &pipeline);
    let recent = Arc::new(Recent::default());
    let about = about(&settings, &pipeline);
    let shared = news::shared(pipeline, &settings);
    let playground = config.http.playground.then(|| Playground::new(Arc::clone(&shared), &config));
    let reload = Reload::new(arguments, (&config, effective), logs.clone(), shared.clone(), metrics.clone());
    let kafka = &config.kafka;
    let exporter = Exporter { instance: &kafka.instance, group: &kafka.group_id, client: &kafka.client_id };
    let traces = Tracing::from_environment(&exporter).map_err(|e| Failure::new(Exit::Config, e))?;
    let intake = intake(&config);
    let factory = news::factory(&shared, intake, &settings, metrics.clone(), Arc::clone(&recent), traces.clone());
    let worker = Worker::start(settings, factory, metrics.clone()).map_err(failure)?;
    let stop = CancellationToken::new();
    if let Some(listener) = listener {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "serving metrics, probes and pages");
        }
        let probes = Arc::new(WorkerProbes(worker.health()));
        let pages = Arc::new(Admin::new(metrics.clone(), worker.health(), recent, about, playground));
        runtime.spawn(Arc::clone(&pages).watch(stop.clone()));
        runtime.spawn(http::serve(listener, metrics.registry().clone(), probes, pages, stop.clone()));
    }
    let summary = runtime.block_on(finish(worker, signals, &metrics, reload, &logs));
    let clean = if summary.is_ok() { "true" } else { "false" };
    metrics.shutdown_completed.with_label_values(&[clean]).inc();
    traces.shutdown();
    stop.cancel();
    runtime.shutdown_timeout(Duration::from_secs(1));
    summary.map_err(failure)?;
    Ok(Exit::Ok)
}

/// The first line of a log: who runs here, and between what.
fn introduce(settings: &stream::Settings, instance: &str, effective: &Effective, pipeline: &Pipeline) {
    // As `check` shows them, without passwords.
    let brokers = effective.0.get("kafka.bootstrap_servers").map_or("", |setting| setting.value.as_str());
    let stream::Topics { input, enriched, events, entities, dead } = &settings.topics;
    let delivery = match settings.delivery {
        stream::Delivery::ExactlyOnce { .. } => "exactly_once",
        stream::Delivery::AtLeastOnce => "at_least_once",
    };
    let model = pipeline.model().info();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        commit = option_env!("DATELINE_COMMIT").unwrap_or(""),
        model = format_args!("{} {}", model.name, model.version),
        brokers,
        group = settings.group,
        instance,
        delivery,
        %input,
        %enriched,
        %events,
        %entities,
        %dead,
        threads = settings.threads,
        "the worker starts"
    );
}

/// A port that is taken may be free at the next start; an address that is not ours never is.
fn not_listening(error: HttpError) -> Failure {
    let HttpError::Bind { source, .. } = &error;
    let taken = source.kind() == std::io::ErrorKind::AddrInUse;
    Failure::new(if taken { Exit::Unavailable } else { Exit::Config }, error)
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
                metrics.set_healthy("stream", health.live());
                metrics.set_healthy("group", health.ready());
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
