//! `dateline demo`: the worker of `dateline run` on an embedded broker, fed with sample articles.
//!
//! The broker is librdkafka's mock cluster, which cannot do transactions: the demo runs in at-least-once mode and says
//! so. Everything else, from consumer to dead letters, is the code that runs in production.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Headers;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

use super::digest::{brief, event_line, width};
use super::exit::{Exit, Failure};
use super::input::Items;
use super::progress::Progress;
use super::style::Style;
use super::{link, visible};
use crate::article::samples::{ONE_EVENT, SAMPLES};
use crate::config::{LogConfig, LogFormat};
use crate::http;
use crate::link::Idf;
use crate::record::{ArticleEvent, EnrichedArticle, EntityTags, LinkArticle};
use crate::stream::{Broker, Delivery, Metrics as StreamMetrics, Settings, Topics, Worker};
use crate::telemetry::{Metrics, Tracing, logs};
use crate::worker::admin::{Admin, WorkerProbes, about};
use crate::worker::output::NewsTopics;
use crate::worker::playground::Playground;
use crate::worker::recent::{Feed, Recent};
use crate::worker::selection::Selection;
use crate::worker::{news, pipeline};

/// Longest wait for the next of the samples to come through.
const PATIENCE: Duration = Duration::from_secs(120);

/// Arguments of the demo.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Stay up after the digest, with the admin port open, until Ctrl-C
    #[arg(long)]
    keep_running: bool,
    /// Your own articles in place of the samples: text, JSON or JSON Lines files
    #[arg(long, value_name = "PATH")]
    articles: Vec<PathBuf>,
    /// Show the worker's log
    #[arg(long)]
    log: bool,
}

/// Runs the demo.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let internal = |e: anyhow::Error| Failure::new(Exit::Internal, e);
    let level = if arguments.log { "info" } else { "error" };
    logs::init(&LogConfig { level: level.to_owned(), format: LogFormat::Auto }).map_err(|e| internal(e.into()))?;
    let config = crate::config::load(&crate::config::Sources::default()).map_err(|e| Failure::new(Exit::Config, e))?.0;
    let articles = articles(&arguments.articles, config.limits.article_bytes.0)?;
    let metrics = Metrics::new().map_err(|e| internal(e.into()))?;

    let names = NewsTopics::of(&config.topics);
    let topics = Topics::new(config.topics.input.as_str(), names.outputs(), config.topics.dead.as_str());
    let mut settings = Settings::new("", "dateline-demo", Delivery::AtLeastOnce, topics);
    let broker = Broker::start(&settings.topics)?;
    settings.brokers = broker.bootstrap_servers().to_owned();
    settings.consumer = Broker::consumer_properties();
    send(&settings, &articles).map_err(internal)?;

    let started = Instant::now();
    let pipeline = pipeline::told(pipeline::pipeline(&config)?, &metrics);
    let recent = Arc::new(Recent::default());
    let about = about(&settings, Some(&pipeline));
    let shared = news::shared(pipeline, Selection::of(&config));
    let playground = Playground::new(Arc::clone(&shared), &config);
    let intake = pipeline::intake(&config);
    let idf = Idf::embedded().map_err(|e| internal(e.into()))?;
    let outputs = (names.clone(), idf);
    let factory =
        news::factory(&shared, intake, outputs, &settings, metrics.clone(), Arc::clone(&recent), Tracing::off());
    let running = Worker::start(settings.clone(), factory, metrics.stream.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|e| internal(e.into()))?;
    let listener =
        runtime.block_on(http::bind(([127, 0, 0, 1], 0).into())).map_err(|e| Failure::new(Exit::Unavailable, e))?;
    let address = listener.local_addr().map_err(|e| internal(e.into()))?;
    let stop = CancellationToken::new();
    let probes = Arc::new(WorkerProbes(running.health()));
    let pages =
        Arc::new(Admin::new(metrics.stream.clone(), running.health(), Feed::Read(recent), about, Some(playground)));
    runtime.spawn(Arc::clone(&pages).watch(stop.clone()));
    runtime.spawn(http::serve(listener, metrics.registry().clone(), probes, pages, stop.clone()));

    let progress = Progress::new(articles.len() as u64, "articles");
    let finished = || StreamMetrics::total(&metrics.stream.records_finished);
    let (mut done, mut since) = (0, Instant::now());
    while done < articles.len() as u64 && since.elapsed() < PATIENCE {
        if finished() > done {
            (done, since) = (finished(), Instant::now());
        }
        progress.set(done);
        std::thread::sleep(Duration::from_millis(50));
    }
    progress.finish();
    if finished() < articles.len() as u64 {
        return Err(internal(anyhow::anyhow!("{} of {} articles came through", finished(), articles.len())));
    }
    let elapsed = started.elapsed();
    let style = Style::for_terminal(std::io::stdout().is_terminal());
    let results = Results::read(&settings, &names).map_err(internal)?;
    let shared = link::shared(results.links.clone(), style).map_err(internal)?;
    let _ = write!(out, "{}", results.show((&names, &settings.topics.dead), style, articles.len(), elapsed));
    let told = style.faint("events that several articles report, as the linking role tells them");
    let _ = write!(out, "{} {told}\n{shared}", style.kind(&config.topics.canonical));
    let _ = writeln!(out, "Metrics of this run: http://{address}/metrics");
    if arguments.keep_running {
        let _ = writeln!(out, "Status page: http://{address}/\nPlayground: http://{address}/playground");
        let _ = writeln!(out, "Running until Ctrl-C; broker at {}", settings.brokers);
    }
    // Nobody watches a demo whose output goes nowhere.
    if out.flush().is_ok() && arguments.keep_running {
        runtime.block_on(tokio::signal::ctrl_c()).map_err(|e| internal(e.into()))?;
    }
    running.stop();
    let ended = running.wait();
    stop.cancel();
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended?;
    Ok(Exit::Ok)
}

/// A message for the input topic.
struct Message {
    key: String,
    value: Vec<u8>,
}

/// The samples, or the articles of the user's files, each under its name as key.
fn articles(paths: &[PathBuf], limit: usize) -> Result<Vec<Message>, Failure> {
    if paths.is_empty() {
        let message = |s: &crate::article::samples::Sample| Message { key: s.name.to_owned(), value: s.bytes.to_vec() };
        let report = |(n, line): (usize, &str)| Message { key: format!("one-event-{n}"), value: line.into() };
        return Ok(SAMPLES.iter().map(message).chain(ONE_EVENT.lines().enumerate().map(report)).collect());
    }
    Items::new(paths, limit)
        .map(|item| {
            item.map(|i| Message { key: i.position(), value: i.bytes }).map_err(|e| Failure::new(Exit::NoInput, e))
        })
        .collect()
}

/// Writes the articles to the input topic.
fn send(settings: &Settings, articles: &[Message]) -> anyhow::Result<()> {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &settings.brokers)
        .set("message.max.bytes", settings.output_bytes.to_string())
        .create()?;
    for article in articles {
        let record = BaseRecord::to(&settings.topics.input).key(article.key.as_bytes()).payload(&article.value);
        producer.send(record).map_err(|(e, _)| e)?;
        producer.poll(Duration::ZERO);
    }
    producer.flush(Duration::from_secs(10))?;
    Ok(())
}

/// What reached the output topics.
#[derive(Default)]
struct Results {
    enriched: Vec<EnrichedArticle>,
    events: Vec<ArticleEvent>,
    entities: Vec<EntityTags>,
    links: Vec<LinkArticle>,
    dead: Vec<DeadLetter>,
}

/// A dead letter, as far as people want to see it.
struct DeadLetter {
    key: String,
    reason: String,
    message: String,
}

impl Results {
    /// Reads every output topic to its end.
    fn read(settings: &Settings, names: &NewsTopics) -> anyhow::Result<Self> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &settings.brokers)
            .set("group.id", "dateline-demo-reader")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", "10")
            .create()?;
        let mut list = TopicPartitionList::new();
        let mut waiting = 0;
        for topic in settings.topics.written() {
            let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10))?;
            for partition in metadata.topics().iter().flat_map(|t| t.partitions()) {
                list.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
                let (low, high) = consumer.fetch_watermarks(topic, partition.id(), Duration::from_secs(10))?;
                waiting += high - low;
            }
        }
        consumer.assign(&list)?;
        let mut results = Self::default();
        let deadline = Instant::now() + Duration::from_secs(30);
        while waiting > 0 && Instant::now() < deadline {
            if let Some(message) = consumer.poll(Duration::from_millis(100)) {
                results.add(names, &message?)?;
                waiting -= 1;
            }
        }
        results.enriched.sort_by(|a, b| a.article.id.cmp(&b.article.id));
        results.events.sort_by(|a, b| (&a.article_id, a.rank).cmp(&(&b.article_id, b.rank)));
        results.events.dedup_by(|a, b| a.cluster_id == b.cluster_id);
        Ok(results)
    }

    fn add(&mut self, topics: &NewsTopics, message: &impl rdkafka::Message) -> anyhow::Result<()> {
        let value = message.payload().unwrap_or_default();
        let topic = message.topic();
        if topic == &*topics.enriched {
            self.enriched.push(serde_json::from_slice(value)?);
        } else if topic == &*topics.events {
            self.events.push(serde_json::from_slice(value)?);
        } else if topic == &*topics.entities {
            self.entities.push(serde_json::from_slice(value)?);
        } else if topic == &*topics.link {
            self.links.push(serde_json::from_slice(value)?);
        } else {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let header = |name: &str| {
                let found = message.headers().and_then(|h| h.iter().find(|h| h.key == name));
                found.and_then(|h| h.value).map(text).unwrap_or_default()
            };
            self.dead.push(DeadLetter {
                key: message.key().map(text).unwrap_or_default(),
                reason: header("dateline.error.reason"),
                message: header("dateline.error.message"),
            });
        }
        Ok(())
    }

    fn show(&self, (topics, dead): (&NewsTopics, &str), style: Style, sent: usize, elapsed: Duration) -> String {
        let width = width();
        let mut text = format!(
            "{}\n{}\n",
            style.strong(&format!("{sent} articles in, {:.1} s (of which 3 s are the group's first join)", elapsed.as_secs_f64())),
            style.faint("the worker of `dateline run` on librdkafka's mock cluster: at least once; exactly once needs a real Kafka"),
        );
        let heading = |name: &str, n: usize, what: &str| {
            format!("\n{} {}\n", style.kind(name), style.faint(&format!("{n} {what}")))
        };
        text.push_str(&heading(&topics.enriched, self.enriched.len(), "articles"));
        for (i, article) in self.enriched.iter().enumerate() {
            if i > 0 && *article == self.enriched[i - 1] {
                let again = format!("{} came twice: the same record under the same ids", article.article.id);
                text.push_str(&format!("  {}\n", style.faint(&again)));
            } else {
                text.push_str(&brief(article, style, width));
            }
        }
        text.push_str(&heading(&topics.events, self.events.len(), "events; those that are no article's main one"));
        for event in self.events.iter().filter(|e| !e.main && !e.assertion.historical).take(12) {
            text.push_str(&event_line(event, style, width));
        }
        text.push_str(&heading(&topics.entities, self.entities.len(), "lists of entities; the most salient"));
        text.push_str(&self.top_entities(width));
        text.push_str(&heading(dead, self.dead.len(), "dead letters"));
        for letter in &self.dead {
            let [key, reason, message] = [&letter.key, &letter.reason, &letter.message].map(|t| visible::in_line(t));
            text.push_str(&format!("  {key} {} — {message}\n", style.alarm(&reason)));
        }
        text.push('\n');
        text
    }

    /// Entities of all articles by summed salience.
    fn top_entities(&self, width: usize) -> String {
        let mut sums: Vec<(&str, &str, f64)> = Vec::new();
        for entity in self.entities.iter().flat_map(|tags| &tags.entities) {
            match sums.iter_mut().find(|(key, _, _)| *key == entity.key) {
                Some((_, _, sum)) => *sum += entity.salience,
                None => sums.push((&entity.key, &entity.name, entity.salience)),
            }
        }
        sums.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(b.0)));
        let names: Vec<String> = sums.iter().take(24).map(|(_, name, _)| visible::in_line(name)).collect();
        textwrap::wrap(&names.join("; "), textwrap::Options::new(width).initial_indent("  ").subsequent_indent("  "))
            .iter()
            .map(|line| format!("{line}\n"))
            .collect()
    }
}
