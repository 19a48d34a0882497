//! The Prometheus metrics of a worker.
//!
//! Names end in their base unit, counters in `_total`; labels come from closed lists, never from text. Every histogram
//! has buckets that fit its range. Series of a partition exist only while this worker owns it.
//!
//! One identity always holds between turns of the stream and is worth an alert:
//! `records_consumed_total = records_finished_total + records_returned_total + in_flight_records`.

use std::fmt;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Counter, Encoder, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Registry, TextEncoder,
};

use super::registry::Builder;

/// Seconds from 0.1 ms to 10 s.
const STAGE_SECONDS: &[f64] =
    &[0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds from 50 ms to an hour.
const LATENCY_SECONDS: &[f64] =
    &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0];
/// Seconds from 1 ms to the default `max.poll.interval.ms`.
const POLL_SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 150.0, 300.0];
/// Seconds from 10 ms to a minute.
const DRAIN_SECONDS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0];

/// What a worker counts.
#[derive(Clone)]
#[allow(missing_docs)] // Every field has the help text of its metric.
pub struct Metrics {
    registry: Registry,
    pub records_consumed: IntCounterVec,
    pub record_bytes_consumed: IntCounterVec,
    pub records_finished: IntCounterVec,
    pub records_returned: IntCounterVec,
    pub records_lost: IntCounterVec,
    pub records_dead_lettered: IntCounterVec,
    pub records_skipped: IntCounterVec,
    pub articles_retried: IntCounter,
    pub headers_left_behind: IntCounter,
    pub dead_letters_halted: IntGauge,
    pub records_produced: IntCounterVec,
    pub produce_errors: IntCounterVec,
    pub client_errors: IntCounterVec,
    pub producers_rebuilt: IntCounter,
    pub stage_duration: HistogramVec,
    pub end_to_end_latency: Histogram,
    pub record_size: HistogramVec,
    pub in_flight_records: IntGauge,
    pub in_flight_bytes: IntGauge,
    pub admission_gate_closed: Counter,
    pub consumer_lag: IntGaugeVec,
    pub committed_offset: IntGaugeVec,
    pub broker_committed_offset: IntGaugeVec,
    pub commit_confirmation_lag: IntGaugeVec,
    pub commits_checked: IntCounterVec,
    pub commit_violations: IntCounterVec,
    pub commits_withheld: IntCounterVec,
    pub ledger_uncommitted: IntGaugeVec,
    pub assignment_info: IntGaugeVec,
    pub rebalances: IntCounterVec,
    pub rebalance_drain: Histogram,
    pub poll_interval: Histogram,
    pub ledger_errors: IntCounterVec,
    pub transactions: IntCounterVec,
    pub statistics_errors: IntCounter,
    pub component_healthy: IntGaugeVec,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Registers everything in a registry of its own.
    ///
    /// # Errors
    /// Never in practice: names are fixed and a test builds this.
    pub fn new() -> Result<Self, prometheus::Error> {
        Self::register(&Builder::default())
    }

    /// Registers everything beside other metrics.
    ///
    /// # Errors
    /// A name is taken.
    pub fn register(b: &Builder) -> Result<Self, prometheus::Error> {
        let sizes: Vec<f64> = (8..=24).map(|power| f64::from(1_u32 << power)).collect();
        let metrics = Self {
            registry: b.registry().clone(),
            records_consumed: b.counters(
                "records_consumed_total",
                &["topic"],
                "Records read. When flat while lag grows, look at in_flight_records and the gate.",
            )?,
            record_bytes_consumed: b.counters(
                "record_bytes_consumed_total",
                &["topic"],
                "Bytes of keys, values and headers read.",
            )?,
            records_finished: b.counters(
                "records_finished_total",
                &["outcome"],
                "Records whose outputs and offset are committed: enriched, skipped or dead_lettered.",
            )?,
            records_returned: b.counters(
                "records_returned_total",
                &["cause"],
                "Records given back uncommitted, to be read again by whoever owns their partition: revoked, lost, \
                 stopped, rewound. Work done twice, never a loss.",
            )?,
            records_lost: b.counters(
                "records_lost_total",
                &["cause"],
                "Must stay 0. Offsets of the input that were gone before they were read: expired (retention or \
                 delete-records), cut (an unclean election), recreated (the topic was deleted and created anew; 1 where \
                 nothing is known to be lost). At most so many articles: markers of transactions count, too. The log has \
                 partitions and offsets.",
            )?,
            records_dead_lettered: b.counters(
                "records_dead_lettered_total",
                &["stage", "reason"],
                "Bad articles, by where and why. Read the dead-letter topic with `dateline dlq inspect`.",
            )?,
            records_skipped: b.counters(
                "records_skipped_total",
                &["reason"],
                "Records passed over on purpose. tombstone: a record without a value, which holds no article; it is \
                 handed on to the linking role, which withdraws what the article of its key reported. unsupported_language: where \
                 dead_letters.unsupported_language is skip.",
            )?,
            articles_retried: b.counter(
                "articles_retried_total",
                "Articles that took too long beside others (worker.article_timeout) and were read once more, alone. When it \
                 grows the host is overloaded, or the feed has articles at the limit.",
            )?,
            headers_left_behind: b.counter(
                "headers_left_behind_total",
                "Headers of inputs that did not go on to the outputs because together they exceed headers.max_bytes.",
            )?,
            dead_letters_halted: b.gauge(
                "dead_letters_halted",
                "1 while nothing is read because too many articles were bad (dead_letters.max_ratio, max_burst); a few \
                 are tried every dead_letters.pause. Look at the newest dead letters: their producer has changed.",
            )?,
            records_produced: b.counters(
                "records_produced_total",
                &["topic"],
                "Records written and committed, dead letters included.",
            )?,
            produce_errors: b.counters(
                "produce_errors_total",
                &["topic", "code"],
                "Records that a broker or the client refused, by librdkafka's code. They are retried.",
            )?,
            producers_rebuilt: b.counter(
                "producers_rebuilt_total",
                "Producers replaced because librdkafka gave them up or did not return from a call: an outage or a pause \
                 outlasted a transaction, or the group's coordinator died. Nothing is lost; raise kafka.transaction_timeout when this grows without an outage.",
            )?,
            client_errors: b.counters(
                "client_errors_total",
                &["client", "code"],
                "Errors that librdkafka reported on a connection or a request. Brief bursts heal by themselves.",
            )?,
            stage_duration: b.histograms(
                "stage_duration_seconds",
                "stage",
                STAGE_SECONDS,
                "Time per record in queue, intake, engine, extraction and records (enrich is the last four together), per \
                 batch in produce and commit. The largest is the bottleneck.",
            )?,
            end_to_end_latency: b.histogram(
                "end_to_end_latency_seconds",
                LATENCY_SECONDS,
                "From the input record's timestamp to the commit of its outputs.",
            )?,
            record_size: b.histograms(
                "record_size_bytes",
                "direction",
                &sizes,
                "Size of records in and out: key, value and headers.",
            )?,
            in_flight_records: b.gauge("in_flight_records", "Records read and not yet committed.")?,
            in_flight_bytes: b.gauge("in_flight_bytes", "Bytes of those records and of the outputs made of them.")?,
            admission_gate_closed: b.seconds(
                "admission_gate_closed_seconds_total",
                "Time during which partitions were paused because enough was in flight. Its rate near 1 means that \
                 enrichment is the bottleneck: add threads or workers.",
            )?,
            consumer_lag: b.gauges(
                "consumer_lag_records",
                &["topic", "partition"],
                "Records not yet committed of the partitions owned, from librdkafka's statistics. Markers of \
                 transactions count too.",
            )?,
            committed_offset: b.gauges(
                "committed_offset",
                &["topic", "partition"],
                "Offset committed last by this worker.",
            )?,
            broker_committed_offset: b.gauges(
                "broker_committed_offset",
                &["topic", "partition"],
                "Offset that the brokers hold for the group, asked for every 30 s.",
            )?,
            commit_confirmation_lag: b.gauges(
                "commit_confirmation_lag_records",
                &["topic", "partition"],
                "committed_offset minus broker_committed_offset at that moment. Above 0 the brokers have lost or \
                 undone commits: do not restart workers before you know why.",
            )?,
            commits_checked: b.counters(
                "commits_checked_total",
                &["against"],
                "Commits compared with the order of reading (per record) and with the offsets of the brokers (per \
                 partition, every 30 s). While it stands still, commit_violations_total says nothing.",
            )?,
            commit_violations: b.counters(
                "commit_violations_total",
                &["kind"],
                "Must stay 0. gap: a record was passed over; overlap: one was committed twice; moved: the brokers hold \
                 an offset that this worker did not commit (an operator's reset, or two groups with one name).",
            )?,
            commits_withheld: b.counters(
                "commits_withheld_total",
                &["reason"],
                "Commits not sent because brokers would have accepted them from a worker that has lost its place in the \
                 group: no_generation, no_member, renamed, lost; or because another topic has the name of the input topic \
                 now: other_topic. The batch is given up and its articles are read again by \
                 whoever owns the partitions: work done twice, never a loss.",
            )?,
            ledger_uncommitted: b.gauges(
                "ledger_uncommitted_records",
                &["topic", "partition"],
                "Records read and not yet committed, per partition. Above 0 while committed_offset stands still: one \
                 article or the delivery holds the partition up.",
            )?,
            assignment_info: b.gauges("assignment_info", &["topic", "partition"], "1 for every partition owned.")?,
            rebalances: b.counters(
                "rebalances_total",
                &["event"],
                "Partitions assigned, revoked or lost. A lost one means that this worker was too slow to answer.",
            )?,
            rebalance_drain: b.histogram(
                "rebalance_drain_seconds",
                DRAIN_SECONDS,
                "Time to finish and commit what was under way when partitions were revoked. Near the session timeout \
                 the work is lost and done again: lower worker.batch_records.",
            )?,
            poll_interval: b.histogram(
                "poll_interval_seconds",
                POLL_SECONDS,
                "Time between two polls. Near max.poll.interval.ms the worker is thrown out of its group.",
            )?,
            ledger_errors: b.counters(
                "ledger_errors_total",
                &["kind"],
                "Records that came in an impossible order. Must stay 0.",
            )?,
            transactions: b.counters(
                "transactions_total",
                &["outcome"],
                "Batches committed, aborted (and tried again), or failed for good.",
            )?,
            statistics_errors: b.counter(
                "statistics_errors_total",
                "Statistics of librdkafka that were no JSON (librdkafka #5378); the lag is stale while this grows.",
            )?,
            component_healthy: b.gauges(
                "component_healthy",
                &["component"],
                "1 while a part works: stream (its thread turns), group (this worker takes part), delivery (the last \
                 batch was committed), enrichment (no thread is stuck in an article).",
            )?,
        };
        metrics.touch();
        Ok(metrics)
    }

    /// Creates the series whose absence would make rates and alerts undefined until the first incident.
    fn touch(&self) {
        for outcome in ["enriched", "skipped", "dead_lettered"] {
            self.records_finished.with_label_values(&[outcome]);
        }
        for reason in ["tombstone", "unsupported_language"] {
            self.records_skipped.with_label_values(&[reason]);
        }
        for cause in ["revoked", "lost", "stopped", "rewound"] {
            self.records_returned.with_label_values(&[cause]);
        }
        for cause in ["expired", "cut", "recreated"] {
            self.records_lost.with_label_values(&[cause]);
        }
        for outcome in ["committed", "aborted", "failed"] {
            self.transactions.with_label_values(&[outcome]);
        }
        for event in ["assigned", "revoked", "lost"] {
            self.rebalances.with_label_values(&[event]);
        }
        for kind in ["unassigned", "out_of_order"] {
            self.ledger_errors.with_label_values(&[kind]);
        }
        for kind in ["gap", "overlap", "moved"] {
            self.commit_violations.with_label_values(&[kind]);
        }
        for reason in ["no_generation", "no_member", "renamed", "lost", "other_topic"] {
            self.commits_withheld.with_label_values(&[reason]);
        }
        for against in ["order", "brokers"] {
            self.commits_checked.with_label_values(&[against]);
        }
    }

    /// Says whether a part works.
    pub fn set_healthy(&self, component: &str, healthy: bool) {
        self.component_healthy.with_label_values(&[component]).set(i64::from(healthy));
    }

    /// Observes how long a stage took.
    pub fn observe_stage(&self, stage: &str, duration: Duration) {
        self.stage_duration.with_label_values(&[stage]).observe(duration.as_secs_f64());
    }

    /// Forgets a partition that is no longer owned: stale lag is a standing complaint about other consumers.
    pub fn forget_partition(&self, topic: &str, partition: i32) {
        let partition = partition.to_string();
        let gauges = [
            &self.consumer_lag,
            &self.committed_offset,
            &self.broker_committed_offset,
            &self.commit_confirmation_lag,
            &self.ledger_uncommitted,
            &self.assignment_info,
        ];
        for gauge in gauges {
            // An error only says that there was no such series.
            let _ = gauge.remove_label_values(&[topic, &partition]);
        }
    }

    /// Sum over all label values of a counter.
    pub fn total(counter: &IntCounterVec) -> u64 {
        let families = counter.collect();
        families.iter().flat_map(|family| family.get_metric()).map(|m| m.get_counter().get_value() as u64).sum()
    }

    /// Everything in the registry, in the text format of Prometheus.
    ///
    /// # Errors
    /// Never in practice: every series has a name and values.
    pub fn encode(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        String::from_utf8(text).map_err(|e| prometheus::Error::Msg(e.to_string()))
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_given_away_leaves_no_series() {
        let metrics = Metrics::new().unwrap();
        metrics.consumer_lag.with_label_values(&["t", "3"]).set(7);
        metrics.assignment_info.with_label_values(&["t", "3"]).set(1);
        metrics.forget_partition("t", 3);
        metrics.forget_partition("t", 3);
        let text = metrics.encode().unwrap();
        assert!(!text.contains("partition=\"3\""), "{text}");
    }
}
