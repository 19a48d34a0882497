//! The Prometheus metrics of a worker, in a registry of its own (no globals): the stream's, and what is of news.
//!
//! Names, labels and buckets as [`dateline_stream::metrics`] says.

use std::fmt;
use std::sync::Arc;

use dateline_stream::metrics::Metrics as StreamMetrics;
use dateline_stream::registry::{Builder, Description};
use prometheus::{IntCounterVec, IntGauge, IntGaugeVec, Registry};

use super::link::LinkMetrics;
use super::quality::QualityMetrics;

/// `Content-Type` of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// All metrics of the process.
#[derive(Clone)]
#[allow(missing_docs)] // Every field has the help text of its metric.
pub struct Metrics {
    catalog: Arc<[Description]>,
    pub stream: StreamMetrics,
    pub quality: QualityMetrics,
    pub link: LinkMetrics,
    pub memory_limit: IntGauge,
    pub shutdown_initiated: IntCounterVec,
    pub shutdown_completed: IntCounterVec,
    pub config_reloads: IntCounterVec,
    pub config_reloaded: IntGauge,
    build_info: IntGaugeVec,
    model_info: IntGaugeVec,
    lexicon_info: IntGaugeVec,
    config_info: IntGaugeVec,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Registers everything in a new registry.
    ///
    /// # Errors
    /// Never in practice: names are fixed and a test builds this.
    pub fn new() -> Result<Self, prometheus::Error> {
        let b = Builder::default();
        let metrics = Self {
            stream: StreamMetrics::register(&b)?,
            memory_limit: b.gauge(
                "memory_limit_bytes",
                "Memory limit of the control group that the process runs in; 0: none.",
            )?,
            shutdown_initiated: b.counters(
                "shutdown_initiated_total",
                &["reason"],
                "Shutdowns begun: sigterm, sigint, or failed when the worker gave up by itself. One more than \
                 shutdown_completed_total in the last scrape before a restart: killed while it drained.",
            )?,
            shutdown_completed: b.counters(
                "shutdown_completed_total",
                &["clean"],
                "Shutdowns ended; clean=false: not everything in flight was committed. The log's last lines and the \
                 exit code say why.",
            )?,
            config_reloads: b.counters(
                "config_reload_total",
                &["outcome"],
                "Reloads on SIGHUP: applied, unchanged, or refused (the old settings and lexicons stay in force; the \
                 log names the file and line).",
            )?,
            config_reloaded: b.gauge(
                "config_last_reload_successful",
                "1 while the settings and lexicons in force are the ones last asked for; 0 from a refused reload until \
                 one that is not.",
            )?,
            build_info: b.gauges("build_info", &["version", "commit"], "1, labelled with the build.")?,
            lexicon_info: b.gauges(
                "lexicon_info",
                &["source", "sha256"],
                "1, labelled with the lexicons in force: embedded or directory, and the digest of all tables. \
                 Workers of a group that differ code differently.",
            )?,
            config_info: b.gauges(
                "config_info",
                &["sha256"],
                "1, labelled with the digest of those settings in force that workers of a group share: not secrets, nor \
                 what belongs to one worker or machine (kafka.instance, worker.state_dir, http, log and the like).",
            )?,
            model_info: b.gauges(
                "model_info",
                &["name", "version", "sha256"],
                "1, labelled with the language model.",
            )?,
            quality: QualityMetrics::new(&b)?,
            link: LinkMetrics::new(&b)?,
            catalog: Arc::default(),
        };
        #[cfg(target_os = "linux")]
        b.process()?;
        let metrics = Self { catalog: b.catalog().into(), ..metrics };
        metrics
            .build_info
            .with_label_values(&[env!("CARGO_PKG_VERSION"), option_env!("DATELINE_COMMIT").unwrap_or("")])
            .set(1);
        metrics.touch();
        Ok(metrics)
    }

    /// Creates the series whose absence would make rates and alerts undefined until the first incident.
    fn touch(&self) {
        for reason in ["sigterm", "sigint", "failed"] {
            self.shutdown_initiated.with_label_values(&[reason]);
        }
        for clean in ["true", "false"] {
            self.shutdown_completed.with_label_values(&[clean]);
        }
        for outcome in ["applied", "unchanged", "refused"] {
            self.config_reloads.with_label_values(&[outcome]);
        }
        self.quality.touch();
        self.link.touch();
    }

    /// Names the language model in use.
    pub fn set_model(&self, name: &str, version: &str, sha256: &str) {
        self.model_info.reset();
        self.model_info.with_label_values(&[name, version, sha256]).set(1);
    }

    /// Names the lexicons in use.
    pub fn set_lexicons(&self, source: &str, sha256: &str) {
        self.lexicon_info.reset();
        self.lexicon_info.with_label_values(&[source, sha256]).set(1);
    }

    /// Names the settings in use.
    pub fn set_config(&self, sha256: &str) {
        self.config_info.reset();
        self.config_info.with_label_values(&[sha256]).set(1);
    }

    /// Everything in the text format of Prometheus.
    ///
    /// # Errors
    /// Never in practice: every series has a name and values.
    pub fn encode(&self) -> Result<String, prometheus::Error> {
        self.stream.encode()
    }

    /// What every metric is, by name; those without a series yet, too.
    pub fn catalog(&self) -> &[Description] {
        &self.catalog
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        self.stream.registry()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_unit_and_a_help_text() {
        let metrics = Metrics::new().unwrap();
        metrics.set_model("en", "1", "abc");
        for family in metrics.registry().gather() {
            let name = family.name();
            assert!(name.starts_with("dateline_") || name.starts_with("process_"), "{name}");
            assert!(!family.help().is_empty(), "{name}");
            let counter = family.get_field_type() == prometheus::proto::MetricType::COUNTER;
            assert!(!counter || name.ends_with("_total"), "{name} is a counter without _total");
        }
        let text = metrics.encode().unwrap();
        assert!(text.contains("dateline_build_info{commit=\"\",version="), "{text}");
        assert!(text.contains("dateline_model_info{name=\"en\",sha256=\"abc\",version=\"1\"} 1"), "{text}");
        assert!(text.contains("process_resident_memory_bytes"), "{text}");
    }
}
