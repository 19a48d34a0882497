//! `dateline bench`: how fast this machine reads articles, alone and through Kafka.
//!
//! Wall-clock times, with everything that a worker does to an article: from the message's bytes to the JSON of the
//! record. Words are runs of characters between white space. The stream is the worker of `dateline run`: on the
//! embedded mock cluster in at-least-once mode, which knows no disk and no network and shows what the worker's own
//! path costs; on a given broker exactly once, in topics that are made for it and deleted.

use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::input::Items;
use super::progress::Progress;
use super::recent::Recent;
use super::style::Style;
use super::{Settings, news, topics, worker};
use crate::article::samples::SAMPLES;
use crate::article::{Article, Hint, Intake};
use crate::config::Config;
use crate::extract::{Enricher, Pipeline};
use crate::stream::admin::Admin;
use crate::stream::topics::wanted;
use crate::stream::{Broker, Delivery, Settings as StreamSettings, Worker};
use crate::telemetry::{Metrics, Tracing};

/// The mock cluster keeps about 5 MiB of a partition and has four: more input would be dropped before it is read.
const MOCK_BYTES: usize = 12 << 20;
/// Longest wait for the stream.
const PATIENCE: Duration = Duration::from_secs(600);

/// Arguments.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Your own articles in place of the samples: text, JSON or JSON Lines files
    #[arg(long, value_name = "PATH")]
    articles: Vec<PathBuf>,
    /// How long each measurement of the enrichment takes
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    time: Duration,
    /// Articles sent through Kafka; 0 leaves the stream out
    #[arg(long, value_name = "N", default_value_t = 1000)]
    records: usize,
    /// Threads, in place of worker.threads
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Measure the stream on these brokers, in temporary topics, in place of the embedded one
    #[arg(long, value_name = "HOST:PORT")]
    bootstrap: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    /// Whether the build is optimised; figures of any other say nothing about production.
    optimised: bool,
    cores: usize,
    articles: usize,
    words_per_article: f64,
    one_thread: Enrichment,
    all_threads: Enrichment,
    stream: Option<Stream>,
}

#[derive(Debug, Serialize)]
struct Enrichment {
    threads: usize,
    measured: usize,
    seconds: f64,
    articles_per_second: f64,
    words_per_second: f64,
    article_milliseconds: Quantiles,
    milliseconds_per_1000_words: Quantiles,
}

#[derive(Debug, Serialize)]
struct Quantiles {
    p50: f64,
    p95: f64,
}

#[derive(Debug, Serialize)]
struct Stream {
    broker: String,
    delivery: &'static str,
    threads: usize,
    records: usize,
    dead_lettered: u64,
    seconds: f64,
    articles_per_second: f64,
    input_mebibytes_per_second: f64,
}

/// Measures.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let (config, _) = arguments.settings.load()?;
    let messages = messages(&arguments.articles, config.limits.article_bytes.0)?;
    let intake = worker::intake(&config);
    let articles: Vec<(&[u8], &Hint, usize)> = messages
        .iter()
        .filter_map(|m| Some((m.bytes.as_slice(), &m.hint, words(&intake.read(&m.bytes, &m.hint).ok()?))))
        .collect();
    if articles.is_empty() {
        return Err(Failure::new(Exit::Data, anyhow::anyhow!("there is no article to measure with")));
    }
    let pipeline = Pipeline::load(config.model.path.as_deref(), config.model.gazetteer.as_deref());
    let pipeline = Arc::new(pipeline.map_err(|e| Failure::new(Exit::Config, e))?);
    let mut settings = worker::settings(&config);
    settings.threads = arguments.threads.map_or(settings.threads, usize::from);

    let total = articles.iter().map(|(_, _, words)| words).sum::<usize>();
    let one_thread = enrichment(&pipeline, &intake, &articles, 1, arguments.time)?;
    let all_threads = enrichment(&pipeline, &intake, &articles, settings.threads, arguments.time)?;
    let stream = (arguments.records > 0).then(|| stream(arguments, &config, settings, &pipeline, &messages));
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        optimised: !cfg!(debug_assertions),
        cores: thread::available_parallelism().map_or(1, usize::from),
        articles: articles.len(),
        words_per_article: ratio(total, articles.len()),
        one_thread,
        all_threads,
        stream: stream.transpose()?,
    };
    let text = match arguments.format {
        Format::Json => serde_json::to_string_pretty(&report).map_err(|e| Failure::new(Exit::Internal, e))? + "\n",
        Format::Human => human(&report, Style::for_terminal(std::io::stdout().is_terminal())),
    };
    // A reader that has seen enough ("| head") is no failure.
    let _ = out.write_all(text.as_bytes());
    Ok(Exit::Ok)
}

/// A message to read.
struct Message {
    bytes: Vec<u8>,
    hint: Hint,
}

fn messages(paths: &[PathBuf], limit: usize) -> Result<Vec<Message>, Failure> {
    if paths.is_empty() {
        let message = |s: &crate::article::samples::Sample| Message { bytes: s.bytes.to_vec(), hint: Hint::default() };
        return Ok(SAMPLES.iter().map(message).collect());
    }
    let message = |item: Result<super::input::Item, super::input::InputError>| {
        item.map(|i| Message { bytes: i.bytes, hint: i.hint }).map_err(|e| Failure::new(Exit::NoInput, e))
    };
    Items::new(paths, limit).map(message).collect()
}

fn words(article: &Article) -> usize {
    article.received().split_whitespace().count().max(1)
}

#[allow(clippy::cast_precision_loss)] // Counts far below 2^52.
fn ratio(a: usize, b: usize) -> f64 {
    a as f64 / b as f64
}

/// Reads the articles in turn on so many threads for so long, each at least once.
fn enrichment(
    pipeline: &Arc<Pipeline>,
    intake: &Intake,
    articles: &[(&[u8], &Hint, usize)],
    threads: usize,
    time: Duration,
) -> Result<Enrichment, Failure> {
    let read = |enricher: &mut Enricher, (bytes, hint, _): &(&[u8], &Hint, usize)| -> Result<(), anyhow::Error> {
        let record = enricher.enrich(&intake.read(bytes, hint)?, &|| false)?;
        std::hint::black_box(serde_json::to_vec(&record)?);
        Ok(())
    };
    let started = std::sync::Barrier::new(threads);
    let work = |offset: usize| -> Result<(Vec<(f64, usize)>, Duration), anyhow::Error> {
        let mut enricher = Enricher::new(Arc::clone(pipeline));
        // Once unmeasured: caches of words fill.
        let warm = articles.iter().try_for_each(|article| read(&mut enricher, article));
        started.wait();
        warm?;
        let (mut times, begun) = (Vec::new(), Instant::now());
        while begun.elapsed() < time || times.len() < articles.len() {
            let article = &articles[(offset + times.len()) % articles.len()];
            let start = Instant::now();
            read(&mut enricher, article)?;
            times.push((start.elapsed().as_secs_f64() * 1e3, article.2));
        }
        Ok((times, begun.elapsed()))
    };
    let results: Vec<_> = thread::scope(|scope| {
        let work = &work;
        // Each begins elsewhere, so that not all read the longest article in the same moment.
        let handles: Vec<_> = (0..threads).map(|n| scope.spawn(move || work(n * 3))).collect();
        handles.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let (mut times, mut rate, mut words, mut longest) = (Vec::new(), 0.0, 0.0, 0.0_f64);
    for result in results {
        let result = result.map_err(|_| anyhow::anyhow!("a thread panicked while it read an article"));
        let (own, took) = result.and_then(|r| r).map_err(|e| Failure::new(Exit::Internal, e))?;
        let took = took.as_secs_f64();
        rate += ratio(own.len(), 1) / took;
        words += ratio(own.iter().map(|(_, words)| words).sum(), 1) / took;
        longest = longest.max(took);
        times.extend(own);
    }
    Ok(Enrichment {
        threads,
        measured: times.len(),
        seconds: longest,
        articles_per_second: rate,
        words_per_second: words,
        article_milliseconds: quantiles(times.iter().map(|(ms, _)| *ms)),
        milliseconds_per_1000_words: quantiles(times.iter().map(|(ms, words)| ms * 1e3 / ratio(*words, 1))),
    })
}

/// Nearest-rank quantiles.
fn quantiles(values: impl Iterator<Item = f64>) -> Quantiles {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Quantiles { p50: at(50).unwrap_or(0.0), p95: at(95).unwrap_or(0.0) }
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
            eprintln!("dateline: the temporary topics dateline-bench.* may be left: {error}");
        }
    }
}

/// Sends articles through a worker.
fn stream(
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
    // Either keeps what it made until the end of the function; the worker is gone by then.
    let (mut _embedded, mut _temporary) = (None, None);
    let (broker, delivery) = match &arguments.bootstrap {
        Some(bootstrap) => {
            settings.brokers.clone_from(bootstrap);
            let name = format!("dateline-bench.{}.{}", std::process::id(), jiff::Timestamp::now().as_millisecond());
            rename(&mut settings, &name);
            _temporary = Some(temporary(config, &settings)?);
            (bootstrap.clone(), "exactly_once")
        }
        None => {
            settings.delivery = Delivery::AtLeastOnce;
            settings.group = "dateline-bench".into();
            settings.common = crate::stream::Properties::default();
            settings.consumer = Broker::consumer_properties();
            settings.producer = crate::stream::Properties::default();
            let embedded = Broker::start(&settings.topics).map_err(worker::failure)?;
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
    let shared = news::shared(Arc::clone(pipeline), &settings);
    let intake = worker::intake(config);
    let factory = news::factory(&shared, intake, &settings, metrics.clone(), recent, Tracing::off());
    let threads = settings.threads;
    let mut running = Worker::start(settings, factory, metrics.clone()).map_err(worker::failure)?;
    let progress = Progress::new(records as u64, "articles");
    let finished = || usize::try_from(Metrics::total(&metrics.records_finished)).unwrap_or(usize::MAX);
    // The group's first join (3 s on the mock cluster) is no part of it: measured from the first batch to the last.
    let (begun, mut first) = (Instant::now(), None);
    while finished() < records {
        let done = finished();
        if done > 0 && first.is_none() {
            first = Some((Instant::now(), done));
        }
        progress.set(done as u64);
        if let Some(result) = running.wait_for(Duration::from_millis(2)) {
            result.map_err(worker::failure)?;
        }
        if begun.elapsed() > PATIENCE {
            return Err(internal(anyhow::anyhow!("{done} of {records} articles came through in {PATIENCE:?}")));
        }
    }
    progress.finish();
    let (start, before) = first.unwrap_or((begun, 0));
    let seconds = start.elapsed().as_secs_f64();
    running.stop();
    let summary = running.wait().map_err(worker::failure)?;
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
fn rename(settings: &mut StreamSettings, name: &str) {
    settings.group = name.to_owned();
    settings.delivery = Delivery::ExactlyOnce { transactional_id: name.to_owned() };
    let topics = &mut settings.topics;
    for (topic, kind) in [
        (&mut topics.input, "raw"),
        (&mut topics.enriched, "enriched"),
        (&mut topics.events, "events"),
        (&mut topics.entities, "entities"),
        (&mut topics.dead, "dead"),
    ] {
        *topic = format!("{name}.{kind}").into();
    }
}

fn temporary(config: &Config, settings: &StreamSettings) -> Result<Temporary, Failure> {
    let admin = Admin::open(settings, Duration::from_secs(30)).map_err(worker::failure)?;
    let mut shape = topics::shape(config);
    shape.partitions = settings.threads.clamp(4, 32);
    shape.replication = shape.replication.min(admin.connection().brokers());
    let mut made = Temporary { admin, names: Vec::new(), group: settings.group.clone() };
    for topic in wanted(settings, &shape) {
        made.admin.create(&topic).map_err(worker::failure)?;
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

fn human(report: &Report, style: Style) -> String {
    let mut text = format!(
        "{}\n",
        style.strong(&format!(
            "dateline {} on {} cores, {} articles of {:.0} words on average",
            report.version, report.cores, report.articles, report.words_per_article
        ))
    );
    if report.optimised {
        text.push_str("optimised build\n");
    } else {
        text.push_str(&format!(
            "{}\n",
            style.alarm("not an optimised build: these figures say nothing about production")
        ));
    }
    let heading = format!(
        "{:<24} {:>10} {:>10} {:>9} {:>9} {:>11} {:>11}",
        "from message to JSON", "articles/s", "words/s", "p50 ms", "p95 ms", "p50 ms/1000", "p95 ms/1000"
    );
    text.push_str(&format!("\n{}\n", style.faint(&heading)));
    for (name, e) in [
        ("one thread".to_owned(), &report.one_thread),
        (format!("{} threads", report.all_threads.threads), &report.all_threads),
    ] {
        text.push_str(&format!(
            "{name:<24} {:>10.1} {:>10.0} {:>9.2} {:>9.2} {:>11.2} {:>11.2}\n",
            e.articles_per_second,
            e.words_per_second,
            e.article_milliseconds.p50,
            e.article_milliseconds.p95,
            e.milliseconds_per_1000_words.p50,
            e.milliseconds_per_1000_words.p95
        ));
    }
    text.push_str(&style.faint("ms/1000: milliseconds for 1,000 words\n"));
    if let Some(s) = &report.stream {
        let heading = format!(
            "{:<24} {:>10} {:>10} {:>9} {:>12}",
            "through Kafka", "articles/s", "MiB/s in", "articles", "dead letters"
        );
        text.push_str(&format!("\n{}\n", style.faint(&heading)));
        text.push_str(&format!(
            "{:<24} {:>10.1} {:>10.2} {:>9} {:>12}\n",
            format!("{} threads", s.threads),
            s.articles_per_second,
            s.input_mebibytes_per_second,
            s.records,
            s.dead_lettered
        ));
        text.push_str(&style.faint(&format!("{}, {}, {:.1} s\n", s.broker, s.delivery, s.seconds)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let check = |values: &[f64], p50: f64, p95: f64| {
            let found = quantiles(values.iter().copied());
            assert_eq!((found.p50, found.p95), (p50, p95), "{values:?}");
        };
        check(&[], 0.0, 0.0);
        check(&[7.0], 7.0, 7.0);
        check(&[3.0, 1.0, 2.0, 4.0], 2.0, 4.0);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        check(&hundred, 50.0, 95.0);
    }
}
