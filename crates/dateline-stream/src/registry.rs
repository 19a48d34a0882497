//! Registers metrics and remembers what each one is, so that its documentation can be held against it.

use std::cell::RefCell;
use std::fmt::Write;

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Counter, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

/// What a metric is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Description {
    /// Full name.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Names of its labels.
    pub labels: Vec<String>,
    /// What it says, and what to do when it moves.
    pub help: String,
}

/// The descriptions as a Markdown table.
pub fn markdown(descriptions: &[Description]) -> String {
    let mut table = String::from("| metric | type | labels | meaning |\n|---|---|---|---|\n");
    for Description { name, kind, labels, help } in descriptions {
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| `{name}` | {kind} | {} | {} |", labels.join(", "), help.replace('|', "\\|"));
    }
    table
}

/// Registers as it builds.
#[derive(Debug, Default)]
pub struct Builder {
    registry: Registry,
    catalog: RefCell<Vec<Description>>,
}

impl Builder {
    /// Where it registers.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What is registered, by name.
    pub fn catalog(&self) -> Vec<Description> {
        let mut catalog = self.catalog.borrow().clone();
        catalog.sort();
        catalog
    }

    fn add<C: Collector + Clone + 'static>(
        &self,
        kind: &'static str,
        metric: Result<C, prometheus::Error>,
    ) -> prometheus::Result<C> {
        let metric = metric?;
        self.describe(&metric, |_| kind);
        self.registry.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn describe(&self, metric: &impl Collector, kind: impl Fn(&str) -> &'static str) {
        let described = metric.desc().into_iter().map(|desc| Description {
            name: desc.fq_name.clone(),
            kind: kind(&desc.fq_name),
            labels: desc.variable_labels.clone(),
            help: desc.help.clone(),
        });
        self.catalog.borrow_mut().extend(described);
    }

    /// The metrics of the process itself: CPU, memory, open files, start.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn process(&self) -> prometheus::Result<()> {
        let process = ProcessCollector::for_self();
        self.describe(&process, |name| if name.ends_with("_total") { "counter" } else { "gauge" });
        self.registry.register(Box::new(process))
    }

    fn opts(name: &str, help: &str) -> Opts {
        Opts::new(name, help).namespace("dateline")
    }

    /// A counter.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn counter(&self, name: &str, help: &str) -> prometheus::Result<IntCounter> {
        self.add("counter", IntCounter::with_opts(Self::opts(name, help)))
    }

    /// A counter of seconds.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn seconds(&self, name: &str, help: &str) -> prometheus::Result<Counter> {
        self.add("counter", Counter::with_opts(Self::opts(name, help)))
    }

    /// Counters, one per combination of labels.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn counters(&self, name: &str, labels: &[&str], help: &str) -> prometheus::Result<IntCounterVec> {
        self.add("counter", IntCounterVec::new(Self::opts(name, help), labels))
    }

    /// A gauge.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn gauge(&self, name: &str, help: &str) -> prometheus::Result<IntGauge> {
        self.add("gauge", IntGauge::with_opts(Self::opts(name, help)))
    }

    /// Gauges, one per combination of labels.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn gauges(&self, name: &str, labels: &[&str], help: &str) -> prometheus::Result<IntGaugeVec> {
        self.add("gauge", IntGaugeVec::new(Self::opts(name, help), labels))
    }

    /// A histogram.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn histogram(&self, name: &str, buckets: &[f64], help: &str) -> prometheus::Result<Histogram> {
        let opts = HistogramOpts { common_opts: Self::opts(name, help), buckets: buckets.to_vec() };
        self.add("histogram", Histogram::with_opts(opts))
    }

    /// Histograms, one per value of a label.
    ///
    /// # Errors
    /// The name is taken or malformed.
    pub fn histograms(&self, name: &str, label: &str, buckets: &[f64], help: &str) -> prometheus::Result<HistogramVec> {
        let opts = HistogramOpts { common_opts: Self::opts(name, help), buckets: buckets.to_vec() };
        self.add("histogram", HistogramVec::new(opts, &[label]))
    }
}
