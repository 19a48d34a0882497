//! `dateline run`: the worker, until SIGTERM or SIGINT.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::admin::Admin;
use super::exit::{Exit, Failure};
use super::playground::Playground;
use super::recent::Recent;
use super::worker::{WorkerProbes, about, failure, intake, load, settings};
use super::{Settings as Arguments, memory, news};
use crate::http;
use crate::stream::{StreamError, Summary, Worker, WorkerHandle};
use crate::telemetry::{Metrics, logs};

/// Runs the worker. Ends with its exit code.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let (config, _) = arguments.load()?;
    logs::init(&config.log).map_err(|e| Failure::new(Exit::Config, e))?;
    let settings = settings(&config);
    settings.validate().map_err(|e| Failure::new(Exit::Config, e))?;
    let metrics = Metrics::new().map_err(|e| Failure::new(Exit::Internal, e))?;
    metrics.memory_limit.set(memory::limit().and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("admin")
        .enable_all()
        .build()
        .map_err(|e| Failure::new(Exit::Internal, e))?;
    let signals = runtime.block_on(async { Signals::new() }).map_err(|e| Failure::new(Exit::Internal, e))?;
    let listener = config.http.listen.map(|address| runtime.block_on(http::bind(address))).transpose();
    let listener = listener.map_err(|e| Failure::new(Exit::Config, e))?;

    let pipeline = load(&config, &metrics)?;
    let recent = Arc::new(Recent::default());
    let about = about(&settings, &pipeline);
    let playground = config.http.playground.then(|| Playground::new(Arc::clone(&pipeline), &config));
    let factory = news::factory(pipeline, intake(&config), &settings, metrics.clone(), Arc::clone(&recent));
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
    let summary = runtime.block_on(finish(worker, signals, &metrics));
    let clean = if summary.is_ok() { "true" } else { "false" };
    metrics.shutdown_completed.with_label_values(&[clean]).inc();
    stop.cancel();
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    let Summary { enriched, skipped, dead_lettered, returned } = summary.map_err(failure)?;
    tracing::info!(enriched, skipped, dead_lettered, returned, "stopped");
    Ok(Exit::Ok)
}

/// Waits for the worker to end by itself or for the first signal to make it drain.
async fn finish(mut worker: WorkerHandle, mut signals: Signals, metrics: &Metrics) -> Result<Summary, StreamError> {
    let health = worker.health();
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(50));
    let mut stopping = false;
    let mut begin = |reason: &str| {
        if !std::mem::replace(&mut stopping, true) {
            metrics.shutdown_initiated.with_label_values(&[reason]).inc();
        }
    };
    loop {
        tokio::select! {
            name = signals.next() => {
                begin(&name.to_lowercase());
                tracing::info!(signal = name, "draining");
                worker.stop();
            }
            _ = tick.tick() => {
                metrics.set_healthy("stream", health.live());
                metrics.set_healthy("group", health.ready());
                if let Some(result) = worker.wait_for(std::time::Duration::ZERO) {
                    begin("failed");
                    return result;
                }
            }
        }
    }
}

/// SIGTERM and SIGINT.
struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}
