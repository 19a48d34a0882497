//! `dateline extract`: articles from files or standard input, without Kafka.
//!
//! Articles are read on all cores in rounds and printed in input order. One that is no article is named on standard
//! error and skipped; the exit code says so at the end.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::digest::{digest, explanation, width};
use super::exit::{Exit, Failure};
use super::input::{InputError, Item, Items};
use super::out::complain;
use super::progress::Progress;
use super::style::Style;
use super::tabular::{self, Sheet};
use super::{Settings, visible};
use crate::article::{Article, Intake, IntakeNote};
use crate::config::Config;
use crate::extract::{Enricher, each};
use crate::page;
use crate::record::{EnrichedArticle, Explanation};
use crate::stream::Stopwatch;
use crate::worker::pipeline;

/// Articles read in one round by every thread.
pub(super) const ROUND: usize = 16;

/// Arguments of `extract`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Text, JSON or JSON Lines files; - or nothing for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Say why each event was coded and why other words were not; with --format json as a field "explain"
    #[arg(long)]
    explain: bool,
    /// When articles that come without a date of publication were published: 2031-05-04, or with a time
    #[arg(long, value_name = "DATE")]
    published_at: Option<String>,
    #[command(flatten)]
    choice: tabular::Choice,
    #[command(flatten)]
    settings: Settings,
}

/// What is printed of an article.
#[derive(Debug, Serialize)]
pub(super) struct Output {
    #[serde(flatten)]
    pub(super) record: EnrichedArticle,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<Explanation>,
    /// What it was made of.
    #[serde(skip)]
    pub(super) article: Article,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A digest for people
    Pretty,
    /// One article.enriched/1 per line
    Json,
    /// One self-contained page with all articles
    Html,
    /// A table: comma-separated values with a header
    Csv,
    /// A table: Apache Parquet
    Parquet,
    /// A table on the map: a GeoJSON feature collection
    Geojson,
}

impl Format {
    /// The format of a table, if it is one.
    fn of_table(self) -> Option<tabular::Kind> {
        match self {
            Self::Csv => Some(tabular::Kind::Csv),
            Self::Parquet => Some(tabular::Kind::Parquet),
            Self::Geojson => Some(tabular::Kind::Geojson),
            Self::Pretty | Self::Json | Self::Html => None,
        }
    }
}

/// Reads, enriches and prints.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    if arguments.explain && !matches!(arguments.format, Format::Pretty | Format::Json) {
        let error =
            anyhow::anyhow!("--explain goes with --format pretty or json; the page shows the evidence by itself");
        return Err(Failure::new(Exit::Usage, error));
    }
    let sheet = tabular::sheet(arguments.format.of_table(), arguments.choice)?;
    let (config, _) = arguments.settings.load()?;
    let pipeline = Arc::new(pipeline::pipeline(&config)?);
    let intake = dated(pipeline::intake(&config), arguments.published_at.as_deref())?;
    let mut enrichers: Vec<Enricher> = (0..threads(&config)).map(|_| Enricher::new(Arc::clone(&pipeline))).collect();
    let mut print = Printer {
        format: arguments.format,
        terminal: std::io::stdout().is_terminal(),
        style: Style::for_terminal(std::io::stdout().is_terminal()),
        width: width(),
        kept: Vec::new(),
        sheet,
    };
    let progress = Progress::new(0, "articles");
    let mut exit = Exit::Ok;
    let (mut done, mut undated) = (0, 0);
    let mut items = Items::new(&arguments.files, intake.limits().bytes);
    loop {
        let round = items.by_ref().take(ROUND * enrichers.len()).collect::<Vec<Result<Item, InputError>>>();
        if round.is_empty() {
            break;
        }
        let results = enrich(&round, &intake, &config, arguments.explain, &mut enrichers);
        for (item, result) in round.iter().zip(results) {
            match (item, result) {
                (Ok(_), Some(Ok(article))) => {
                    undated += usize::from(is_undated(&article.record));
                    if !print.article(article, out)? {
                        // Nobody can read the rest.
                        return Ok(exit);
                    }
                }
                (Ok(item), Some(Err(reason))) => {
                    progress.suspend(|| complain(format_args!("{}: {reason}", item.position())));
                    exit = Exit::Data;
                }
                (Err(e), _) => {
                    progress.suspend(|| complain(e));
                    exit = Exit::NoInput;
                }
                (Ok(_), None) => {}
            }
        }
        done += round.len() as u64;
        progress.set(done);
    }
    progress.finish();
    print.finish(out)?;
    if arguments.format != Format::Json {
        ask_for_dates(undated);
    }
    Ok(exit)
}

/// The intake with the date of articles that come without one.
pub(super) fn dated(intake: Intake, published_at: Option<&str>) -> Result<Intake, Failure> {
    let Some(text) = published_at else { return Ok(intake) };
    intake.with_published_at(text).map_err(|e| Failure::new(Exit::Usage, anyhow::anyhow!("--published-at {e}")))
}

/// Whether nothing tells when an article was written.
pub(super) fn is_undated(record: &EnrichedArticle) -> bool {
    record.quality.notes.iter().any(|note| note == IntakeNote::NoDocumentDate.as_str())
}

/// Says what undated articles lack, and how to mend it.
pub(super) fn ask_for_dates(undated: usize) {
    if undated > 0 {
        let articles = if undated == 1 { "an article has" } else { "some articles have" };
        complain(format_args!(
            "{articles} no date ({undated}), so \"yesterday\" is no day and days have no year; --published-at gives one"
        ));
    }
}

pub(super) fn threads(config: &Config) -> usize {
    match config.worker.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => n,
    }
}

/// Enriches a round of items on all threads; results in the order of the items.
pub(super) fn enrich(
    round: &[Result<Item, InputError>],
    intake: &Intake,
    config: &Config,
    explain: bool,
    enrichers: &mut [Enricher],
) -> Vec<Option<Result<Output, String>>> {
    let items: Vec<&Item> = round.iter().flatten().collect();
    let mut results =
        each(enrichers, &items, |enricher, item| one(item, intake, config, explain, enricher)).into_iter();
    round.iter().map(|item| item.as_ref().ok().and_then(|_| results.next())).collect()
}

fn one(
    item: &Item,
    intake: &Intake,
    config: &Config,
    explain: bool,
    enricher: &mut Enricher,
) -> Result<Output, String> {
    let article = item.article(intake).map_err(|e| e.to_string())?;
    let watch = Stopwatch::start();
    let stop = || watch.has_worked(config.worker.article_timeout);
    let found = if explain {
        enricher.explain(&article, &stop).map(|(record, explain)| (record, Some(explain)))
    } else {
        enricher.enrich(&article, &stop).map(|record| (record, None))
    };
    let (record, explain) = found.map_err(|e| e.to_string())?;
    Ok(Output { record, explain, article })
}

struct Printer {
    format: Format,
    terminal: bool,
    style: Style,
    width: usize,
    /// Articles of a page: it begins with an index of all.
    kept: Vec<Output>,
    /// Rows of a table.
    sheet: Option<Sheet>,
}

impl Printer {
    /// Whether it could be written.
    fn article(&mut self, article: Output, out: &mut impl Write) -> Result<bool, Failure> {
        if let Some(sheet) = &mut self.sheet {
            return sheet.add(&article.record, out);
        }
        Ok(match self.format {
            Format::Json => visible::write_json(&article, self.terminal, out).is_ok(),
            Format::Pretty => {
                let mut text = digest(&article.record, self.style, self.width);
                if let Some(e) = &article.explain {
                    text.push_str(&explanation(e, self.style, self.width));
                }
                out.write_all(text.as_bytes()).is_ok()
            }
            _ => {
                self.kept.push(article);
                true
            }
        })
    }

    fn finish(self, out: &mut impl Write) -> Result<(), Failure> {
        if let Some(sheet) = self.sheet {
            return sheet.finish(out);
        }
        if self.format == Format::Html {
            let views: Vec<page::View<'_>> =
                self.kept.iter().map(|o| page::View { record: &o.record, article: &o.article }).collect();
            let _ = out.write_all(page::articles(&views).body.as_bytes());
        }
        Ok(())
    }
}
