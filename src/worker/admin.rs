//! What the admin port answers of a worker: probes, and the status page, gathered from metrics, health and settings.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus::core::Collector;
use prometheus::proto::{Histogram, Metric};
use tokio_util::sync::CancellationToken;

use super::playground::{Playground, served};
use super::recent::Feed;
use crate::extract::Pipeline;
use crate::http::{self, Probes};
use crate::page::status::{self, Partition, Quantiles, Status};
use crate::stream::{self, Health, Metrics, Phase};

/// Time between two samples, and how many are kept: five minutes.
const STEP: Duration = Duration::from_secs(2);
const KEPT: usize = 151;
/// Stages in the order in which a record goes through them.
const STAGES: [&str; 8] = ["queue", "intake", "engine", "extraction", "records", "enrich", "produce", "commit"];

/// The worker's health as probes.
pub(crate) struct WorkerProbes(pub(crate) Arc<Health>);

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

/// What the status page says of a worker: what it runs and where it stands. No secrets.
pub(crate) fn about(settings: &stream::Settings, pipeline: Option<&Pipeline>) -> Vec<(&'static str, String)> {
    let delivery = match &settings.delivery {
        stream::Delivery::ExactlyOnce { transactional_id } => format!("exactly once, as {transactional_id}"),
        stream::Delivery::AtLeastOnce => "at least once".to_owned(),
    };
    let model = pipeline.map(|p| p.model().info());
    let model = model.map(|model| ("Model", format!("{} {}", model.name, model.version)));
    let mut about = vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Group", settings.group.clone()),
        ("Delivery", delivery),
        ("Reads", settings.topics.input.to_string()),
        ("Threads", settings.threads.to_string()),
    ];
    about.extend(model);
    about
}

/// The admin pages of a worker.
pub(crate) struct Admin {
    pub(super) metrics: Metrics,
    pub(super) health: Arc<Health>,
    pub(super) feed: Feed,
    /// Label and value; no secrets.
    pub(super) about: Vec<(&'static str, String)>,
    pub(super) playground: Option<Arc<Playground>>,
    started: Instant,
    course: Mutex<VecDeque<Sample>>,
}

/// The counters of a moment.
struct Sample {
    finished: u64,
    lag: Option<f64>,
    latency: Buckets,
}

/// Upper bounds and cumulative counts of a histogram.
type Buckets = Vec<(f64, u64)>;

impl Admin {
    pub(crate) fn new(
        metrics: Metrics,
        health: Arc<Health>,
        feed: Feed,
        about: Vec<(&'static str, String)>,
        playground: Option<Playground>,
    ) -> Self {
        let (playground, course) = (playground.map(Arc::new), Mutex::default());
        Self { metrics, health, feed, about, playground, started: Instant::now(), course }
    }

    /// Takes samples until stopped: rates and latencies are those of the last minutes, not of the whole run.
    pub(crate) async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let mut tick = tokio::time::interval(STEP);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            let sample = self.sample();
            let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
            course.push_back(sample);
            if course.len() > KEPT {
                course.pop_front();
            }
        }
    }

    fn sample(&self) -> Sample {
        let lags: Vec<f64> =
            self.metrics.consumer_lag.collect().iter().flat_map(|f| f.get_metric()).map(gauge).collect();
        Sample {
            finished: Metrics::total(&self.metrics.records_finished),
            lag: (!lags.is_empty()).then(|| lags.iter().sum()),
            latency: self
                .metrics
                .end_to_end_latency
                .collect()
                .iter()
                .flat_map(|f| f.get_metric())
                .map(|m| buckets(m.get_histogram()))
                .next()
                .unwrap_or_default(),
        }
    }

    fn gather(&self) -> Status {
        let trouble = match self.health.phase() {
            Phase::Failed => Some("the worker has failed; its log says why".to_owned()),
            _ if self.health.live() => self.health.waiting(),
            _ => Some(format!("the stream thread has not turned for {} s", self.health.silence().as_secs())),
        };
        let m = &self.metrics;
        let finished = |outcome: &str| m.records_finished.with_label_values(&[outcome]).get();
        let (rate, lag, latency) = self.course();
        Status {
            phase: self.health.phase().as_str(),
            trouble,
            ready: self.health.ready(),
            uptime: self.started.elapsed(),
            about: self.about.clone(),
            enriched: finished("enriched"),
            skipped: finished("skipped"),
            dead: finished("dead_lettered"),
            in_flight: m.in_flight_records.get(),
            in_flight_bytes: m.in_flight_bytes.get(),
            rate,
            lag,
            step: STEP,
            latency,
            stages: self.stages(),
            partitions: self.partitions(),
            dead_letters: self.dead_letters(),
            counts: vec![
                ("transactions", m.transactions.with_label_values(&["committed"]).get()),
                ("aborted", m.transactions.with_label_values(&["aborted"]).get()),
                ("rebalances", Metrics::total(&m.rebalances)),
                ("records given back", Metrics::total(&m.records_returned)),
                ("paused for load, s", m.admission_gate_closed.get() as u64),
            ],
            latest: self.feed.latest(),
            playground: self.playground.is_some(),
        }
    }

    /// Rates and lags, oldest first, and the latency over all of them.
    fn course(&self) -> (Vec<f64>, Vec<f64>, Option<Quantiles>) {
        let course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        let finished: Vec<u64> = course.iter().map(|s| s.finished).collect();
        let rate = finished.windows(2).map(|w| w[1].saturating_sub(w[0]) as f64 / STEP.as_secs_f64()).collect();
        let lag = course.iter().filter_map(|s| s.lag).collect();
        let latency = course.back().and_then(|last| {
            let first = course.front().map(|s| s.latency.as_slice()).unwrap_or_default();
            quantiles(&since(&last.latency, first)).or_else(|| quantiles(&last.latency))
        });
        (rate, lag, latency)
    }

    fn stages(&self) -> Vec<(&'static str, Quantiles)> {
        let families = self.metrics.stage_duration.collect();
        let series: BTreeMap<String, Buckets> = families
            .iter()
            .flat_map(|f| f.get_metric())
            .map(|m| (label(m, "stage"), buckets(m.get_histogram())))
            .collect();
        STAGES.into_iter().filter_map(|name| Some((name, quantiles(series.get(name)?)?))).collect()
    }

    fn partitions(&self) -> Vec<Partition> {
        let series = |family: &prometheus::IntGaugeVec| -> BTreeMap<(String, i32), i64> {
            let families = family.collect();
            let key = |m: &Metric| (label(m, "topic"), label(m, "partition").parse().unwrap_or(-1));
            families.iter().flat_map(|f| f.get_metric()).map(|m| (key(m), gauge(m) as i64)).collect()
        };
        let (lag, committed) = (series(&self.metrics.consumer_lag), series(&self.metrics.committed_offset));
        let owned = series(&self.metrics.assignment_info);
        let partition = |key: (String, i32)| Partition {
            lag: lag.get(&key).copied(),
            committed: committed.get(&key).copied(),
            topic: key.0,
            number: key.1,
        };
        owned.into_keys().map(partition).collect()
    }

    /// The most frequent first.
    fn dead_letters(&self) -> Vec<(String, String, u64)> {
        let families = self.metrics.records_dead_lettered.collect();
        let row = |m: &Metric| (label(m, "stage"), label(m, "reason"), m.get_counter().get_value() as u64);
        let mut rows: Vec<_> = families.iter().flat_map(|f| f.get_metric()).map(row).filter(|r| r.2 > 0).collect();
        rows.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.cmp(b)));
        rows
    }
}

impl http::Pages for Admin {
    fn status(&self) -> http::Page {
        served(status::page(&self.gather()))
    }

    fn fragment(&self) -> String {
        status::fragment(&self.gather())
    }

    fn playground(&self) -> Option<Arc<dyn http::Playground>> {
        self.playground.clone().map(|p| p as Arc<dyn http::Playground>)
    }
}

fn gauge(metric: &Metric) -> f64 {
    metric.get_gauge().get_value()
}

fn label(metric: &Metric, name: &str) -> String {
    metric.get_label().iter().find(|l| l.name() == name).map(|l| l.value().to_owned()).unwrap_or_default()
}

fn buckets(histogram: &Histogram) -> Buckets {
    let finite = histogram.get_bucket().iter().map(|b| (b.upper_bound(), b.cumulative_count()));
    finite.filter(|b| b.0.is_finite()).chain([(f64::INFINITY, histogram.get_sample_count())]).collect()
}

/// What came between two moments.
fn since(now: &[(f64, u64)], then: &[(f64, u64)]) -> Buckets {
    let before = |i: usize| then.get(i).map_or(0, |b| b.1);
    now.iter().enumerate().map(|(i, (bound, count))| (*bound, count.saturating_sub(before(i)))).collect()
}

/// Quantiles of a histogram, straight lines drawn within its buckets (as Prometheus does); what lies above the last
/// bound counts as that bound.
fn quantiles(buckets: &[(f64, u64)]) -> Option<Quantiles> {
    let count = buckets.last()?.1;
    let at = |share: f64| {
        let rank = share * count as f64;
        let (mut low, mut below) = (0.0, 0);
        for (bound, cumulative) in buckets {
            if *cumulative as f64 >= rank {
                let inside = (cumulative - below).max(1) as f64;
                return if bound.is_finite() { low + (bound - low) * (rank - below as f64) / inside } else { low };
            }
            (low, below) = (*bound, *cumulative);
        }
        low
    };
    (count > 0).then(|| Quantiles { p50: at(0.5), p95: at(0.95), p99: at(0.99), count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_within_their_buckets() {
        let buckets = [(1.0, 50), (2.0, 90), (4.0, 98), (f64::INFINITY, 100)];
        let q = quantiles(&buckets).unwrap();
        assert_eq!((q.p50, q.p95, q.p99, q.count), (1.0, 3.25, 4.0, 100));
        assert_eq!(quantiles(&[(1.0, 0), (f64::INFINITY, 0)]), None);
        assert_eq!(quantiles(&[]), None);
        assert_eq!(since(&buckets, &[(1.0, 50), (2.0, 60)])[1], (2.0, 30));
        assert_eq!(since(&buckets, &[]), buckets);
    }
}
