//! How fast articles go through Kafka: the worker of `dateline run`, on the embedded cluster or on given brokers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::out::complain;
use super::super::progress::Progress;
use super::super::topics;
use super::{Arguments, Message, ratio};
use crate::config::Config;
use crate::extract::Pipeline;
use crate::link::Idf;
use crate::stream::admin::Admin;
use crate::stream::topics::{Kept, wanted};
use crate::stream::{Broker, Delivery, Metrics as StreamMetrics, Settings as StreamSettings, Topics, Worker};
use crate::telemetry::{Metrics, Tracing};
use crate::worker::output::NewsTopics;
use crate::worker::recent::Recent;
use crate::worker::selection::Selection;
use crate::worker::{news, pipeline};

/// The mock cluster keeps about 5 MiB of a partition and has four: more input would be dropped before it is read.
const MOCK_BYTES: usize = 12 << 20;
/// Longest wait for the stream.
const PATIENCE: Duration = Duration::from_secs(600);

/// Speed of the stream.
#[derive(Debug, Serialize)]
pub(super) struct Stream {
    pub(super) broker: String,
    pub(super) delivery: &'static str,
    pub(super) threads: usize,
    pub(super) records: usize,
    pub(super) dead_lettered: u64,
    pub(super) seconds: f64,
    pub(super) articles_per_second: f64,
    pub(super) input_mebibytes_per_second: f64,
}

/// Topics made for the measurement, deleted whatever happens.
struct Temporary {
    admin: Admin,
    names: Vec<String>,
    group: String,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        if let Err(error) = self.admin.delete(&names, &self.group) {
            complain(format_args!("the temporary topics dateline-bench.* may be left: {error}"));
        }
    }
}

/// Sends articles through a worker.
pub(super) fn stream(
    arguments: &Arguments,
    config: &Config,
    base: StreamSettings,
    pipeline: &Arc<Pipeline>,
    messages: &[Message],
) -> Result<Stream, Failure> {
    let internal = |e: anyhow::Error| Failure::new(Exit::Internal, e);
    let mut settings = base;
    // The journal is that of the worker who runs here.
    settings.crash_guard = None;
    let mut records = arguments.records;
    let mut topics = NewsTopics::of(&config.topics);
    // Either keeps what it made until the end of the function; the worker is gone by then.
    let (mut _embedded, mut _temporary) = (None, None);
    let (broker, delivery) = match &arguments.bootstrap {
        Some(bootstrap) => {
            settings.brokers.clone_from(bootstrap);
            let name = format!("dateline-bench.{}.{}", std::process::id(), jiff::Timestamp::now().as_millisecond());
            topics = topics.under(&name);
            rename(&mut settings, &topics, &name);
            _temporary = Some(temporary(config, &settings)?);
            (bootstrap.clone(), "exactly_once")
        }
        None => {
            settings.delivery = Delivery::AtLeastOnce;
            settings.group = "dateline-bench".into();
            settings.common = crate::stream::Properties::default();
            settings.consumer = Broker::consumer_properties();
            settings.producer = crate::stream::Properties::default();
            let embedded = Broker::start(&settings.topics)?;
            settings.brokers = embedded.bootstrap_servers().to_owned();
            _embedded = Some(embedded);
            let pass: usize = messages.iter().map(|m| m.bytes.len()).sum();
            records = records.min((MOCK_BYTES * messages.len()).checked_div(pass).unwrap_or(records));
            ("embedded mock cluster".to_owned(), "at_least_once")
        }
    };
    let bytes = send(&settings, messages, records)?;
    let metrics = Metrics::new().map_err(|e| internal(e.into()))?;
    let recent = Arc::new(Recent::default());
    let shared = news::shared(Arc::clone(pipeline), Selection::of(config));
    let intake = pipeline::intake(config);
    let outputs = (topics, Idf::embedded().map_err(|e| internal(e.into()))?);
    let factory = news::factory(&shared, intake, outputs, &settings, metrics.clone(), recent, Tracing::off());
    let threads = settings.threads;
    let mut running = Worker::start(settings, factory, metrics.stream.clone())?;
    let progress = Progress::new(records as u64, "articles");
    let finished = || usize::try_from(StreamMetrics::total(&metrics.stream.records_finished)).unwrap_or(usize::MAX);
    // The group's first join (3 s on the mock cluster) is no part of it: measured from the first batch to the last.
    let (begun, mut first) = (Instant::now(), None);
    while finished() < records {
        let done = finished();
        if done > 0 && first.is_none() {
            first = Some((Instant::now(), done));
        }
        progress.set(done as u64);
        if let Some(result) = running.wait_for(Duration::from_millis(2)) {
            result?;
        }
        if begun.elapsed() > PATIENCE {
            return Err(internal(anyhow::anyhow!("{done} of {records} articles came through in {PATIENCE:?}")));
        }
    }
    progress.finish();
    let (start, before) = first.unwrap_or((begun, 0));
    let seconds = start.elapsed().as_secs_f64();
    running.stop();
    let summary = running.wait()?;
    let rate = ratio(records - before, 1) / seconds;
    Ok(Stream {
        broker,
        delivery,
        threads,
        records,
        dead_lettered: summary.dead_lettered,
        seconds,
        articles_per_second: rate,
        input_mebibytes_per_second: rate * ratio(bytes, records) / f64::from(1 << 20),
    })
}

/// Names of its own for everything the worker uses.
fn rename(settings: &mut StreamSettings, topics: &NewsTopics, name: &str) {
    settings.group = name.to_owned();
    settings.delivery = Delivery::ExactlyOnce { transactional_id: name.to_owned() };
    settings.topics.outputs = topics.outputs();
    for topic in [&mut settings.topics.input, &mut settings.topics.dead] {
        *topic = format!("{name}.{topic}").into();
    }
}

fn temporary(config: &Config, settings: &StreamSettings) -> Result<Temporary, Failure> {
    let admin = Admin::open(settings, Duration::from_secs(30))?;
    let mut shape = topics::shape(config);
    shape.partitions = settings.threads.clamp(4, 32);
    shape.replication = shape.replication.min(admin.connection().brokers());
    let mut made = Temporary { admin, names: Vec::new(), group: settings.group.clone() };
    let Topics { input, outputs, dead } = &settings.topics;
    let outputs = outputs.iter().map(|name| (name.clone(), Kept::Records, None));
    let mut purposes = vec![(input.clone(), Kept::Input, None), (dead.clone(), Kept::Letters, None)];
    purposes.extend(outputs);
    for topic in wanted(&purposes, settings, &shape) {
        made.admin.create(&topic)?;
        made.names.push(topic.name);
    }
    Ok(made)
}

/// Writes the messages in turn, each with a key of its own; returns their bytes.
fn send(settings: &StreamSettings, messages: &[Message], records: usize) -> Result<usize, Failure> {
    let failed = |e: KafkaError| Failure::new(Exit::Unavailable, e);
    let mut config: ClientConfig = settings.tool_config();
    config.set("message.max.bytes", settings.output_bytes.to_string());
    let producer: BaseProducer = config.create().map_err(failed)?;
    let mut bytes = 0;
    for (n, message) in messages.iter().cycle().take(records).enumerate() {
        let key = format!("bench-{n}");
        let mut record = BaseRecord::to(&settings.topics.input).key(key.as_bytes()).payload(&message.bytes);
        while let Err((error, back)) = producer.send(record) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                return Err(failed(error));
            }
            record = back;
            producer.poll(Duration::from_millis(10));
        }
        bytes += message.bytes.len();
    }
    producer.flush(Duration::from_secs(60)).map_err(failed)?;
    Ok(bytes)
}
