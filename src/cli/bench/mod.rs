//! `dateline bench`: how fast this machine reads articles, alone and through Kafka.
//!
//! Wall-clock times, with everything that a worker does to an article: from the message's bytes to the JSON of the
//! record. Words are runs of characters between white space. The stream is the worker of `dateline run`: on the
//! embedded mock cluster in at-least-once mode, which knows no disk and no network and shows what the worker's own
//! path costs; on a given broker exactly once, in topics that are made for it and deleted.

mod reading;
mod stream;

use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;

use self::reading::{Enrichment, enrichment};
use self::stream::{Stream, stream};
use super::Settings;
use super::exit::{Exit, Failure};
use super::input::Items;
use super::style::Style;
use crate::article::samples::SAMPLES;
use crate::article::{Article, Hint};
use crate::worker::{pipeline, settings};

/// Arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
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

/// Measures.
pub(in crate::cli) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let (config, _) = arguments.settings.load()?;
    let messages = messages(&arguments.articles, config.limits.article_bytes.0)?;
    let intake = pipeline::intake(&config);
    let articles: Vec<(&[u8], &Hint, usize)> = messages
        .iter()
        .filter_map(|m| Some((m.bytes.as_slice(), &m.hint, words(&intake.read(&m.bytes, &m.hint).ok()?))))
        .collect();
    if articles.is_empty() {
        return Err(Failure::new(Exit::Data, anyhow::anyhow!("there is no article to measure with")));
    }
    let pipeline = Arc::new(pipeline::pipeline(&config)?);
    let mut settings = settings::settings(&config);
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
