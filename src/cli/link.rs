//! `dateline link`: reports of many articles to one record per event, without Kafka.
//!
//! All articles are read first and linked in order of publication: files come in any order, a stream mostly in that one.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::digest::width;
use super::exit::{Exit, Failure};
use super::extract::{Output, ROUND, ask_for_dates, dated, enrich, is_undated, threads};
use super::input::{InputError, Item, Items};
use super::out::complain;
use super::progress::Progress;
use super::style::Style;
use super::tabular;
use super::{Settings, visible};
use crate::extract::Enricher;
use crate::link::{self, Idf, Input, Linker, Model, Text};
use crate::page::words::{count, link_place, shorten};
use crate::record::canonical::{CanonicalTold, CanonicalToll, TollStep};
use crate::record::{CanonicalEvent, Happening, LinkArticle};
use crate::worker::pipeline;

/// Arguments of `link`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Text, JSON or JSON Lines files; - or nothing for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Begin csv with a byte order mark, which Excel needs to read UTF-8
    #[arg(long)]
    bom: bool,
    /// When articles that come without a date of publication were published: 2031-05-04, or with a time
    #[arg(long, value_name = "DATE")]
    published_at: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A timeline for people
    Pretty,
    /// One event.canonical/1 per line
    Json,
    /// One line an event, with tabs between columns
    Table,
    /// A table: comma-separated values with a header
    Csv,
    /// A table: Apache Parquet
    Parquet,
    /// A table on the map: a GeoJSON feature collection
    Geojson,
}

impl Format {
    /// The format of a table in full, if it is one.
    fn of_table(self) -> Option<tabular::Kind> {
        match self {
            Self::Csv => Some(tabular::Kind::Csv),
            Self::Parquet => Some(tabular::Kind::Parquet),
            Self::Geojson => Some(tabular::Kind::Geojson),
            Self::Pretty | Self::Json | Self::Table => None,
        }
    }
}

/// Reads, links and prints.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let choice = tabular::Choice { table: None, bom: arguments.bom };
    let sheet = tabular::sheet(arguments.format.of_table(), choice)?;
    let (articles, exit) = read(arguments)?;
    let model = Model::embedded().map_err(|e| Failure::new(Exit::Internal, e))?;
    let events = linked(articles, Linker::new(model, link::Settings::default()));
    if let Some(mut sheet) = sheet {
        for event in &events {
            if !sheet.add(event, out)? {
                return Ok(exit);
            }
        }
        sheet.finish(out)?;
        return Ok(exit);
    }
    let terminal = std::io::stdout().is_terminal();
    // Nobody can read the rest where writing fails.
    let _ = print(&events, arguments.format, terminal, out);
    Ok(exit)
}

/// The articles of all inputs.
fn read(arguments: &Arguments) -> Result<(Vec<LinkArticle>, Exit), Failure> {
    let (config, _) = arguments.settings.load()?;
    let intake = dated(pipeline::intake(&config), arguments.published_at.as_deref())?;
    let idf = Idf::embedded().map_err(|e| Failure::new(Exit::Internal, e))?;
    let mut items = Items::new(&arguments.files, intake.limits().bytes);
    let progress = Progress::new(0, "articles");
    let (mut articles, mut exit, mut done, mut undated) = (Vec::new(), Exit::Ok, 0, 0);
    // Loaded for the first article that is to be read: records need no model.
    let mut enrichers: Vec<Enricher> = Vec::new();
    loop {
        let round: Vec<Result<Item, InputError>> = items.by_ref().take(ROUND * threads(&config)).collect();
        if round.is_empty() {
            break;
        }
        done += round.len() as u64;
        let mut raw = Vec::new();
        for item in round {
            match item.as_ref().ok().and_then(record) {
                Some(article) => articles.push(article),
                None => raw.push(item),
            }
        }
        if enrichers.is_empty() && raw.iter().any(Result::is_ok) {
            let pipeline = Arc::new(pipeline::pipeline(&config)?);
            enrichers.extend((0..threads(&config)).map(|_| Enricher::new(Arc::clone(&pipeline))));
        }
        let results = enrich(&raw, &intake, &config, false, &mut enrichers);
        for (item, result) in raw.iter().zip(results) {
            match (item, result) {
                (Ok(_), Some(Ok(Output { record, article, .. }))) => {
                    undated += usize::from(is_undated(&record));
                    articles.push(link::article(&record, &Text::of(&article), idf));
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
        progress.set(done);
    }
    progress.finish();
    if arguments.format == Format::Pretty {
        ask_for_dates(undated);
    }
    Ok((articles, exit))
}

/// A `link.article/1` as it is.
fn record(item: &Item) -> Option<LinkArticle> {
    let article: LinkArticle = serde_json::from_slice(&item.bytes).ok()?;
    (article.schema == "link.article/1").then_some(article)
}

/// The events of some articles, in order of their own time.
fn linked(mut articles: Vec<LinkArticle>, mut linker: Linker) -> Vec<CanonicalEvent> {
    articles.sort_by(|a, b| (&a.published_at, &a.article_id).cmp(&(&b.published_at, &b.article_id)));
    let mut events: BTreeMap<String, Option<CanonicalEvent>> = BTreeMap::new();
    for article in &articles {
        events.extend(linker.apply(Input::Article(article), None).canonical);
        linker.commit();
    }
    // Copies alone have not been told yet.
    events.extend(linker.events().map(|e| (e.canonical_id.clone(), Some(e))));
    let mut events: Vec<CanonicalEvent> = events.into_values().flatten().filter(|e| e.told.is_some()).collect();
    let when = |e: &CanonicalEvent| {
        let told = e.told.as_ref();
        let start = told.and_then(|t| t.time.as_ref()).and_then(|t| t.start.clone());
        start.or_else(|| told.and_then(|t| t.sources.first_published.clone()))
    };
    events.sort_by_cached_key(|e| (when(e), e.canonical_id.clone()));
    events
}

fn print(events: &[CanonicalEvent], format: Format, terminal: bool, out: &mut impl Write) -> std::io::Result<()> {
    let style = Style::for_terminal(terminal);
    for event in events {
        if format == Format::Json {
            visible::write_json(event, terminal, &mut *out)?;
            continue;
        }
        let event: CanonicalEvent = visible::record(event)?;
        let Some(told) = &event.told else { continue };
        match format {
            Format::Table => writeln!(out, "{}", row(&event, told))?,
            _ => write!(out, "{}", entry(&event, told, style, width()))?,
        }
    }
    if format == Format::Pretty {
        let articles: u32 = events.iter().filter_map(|e| e.told.as_ref()).map(|t| t.sources.articles).sum();
        writeln!(out, "{}", style.faint(&format!("{} events of {articles} reports", events.len())))?;
    }
    Ok(())
}

/// The events that several of these articles report, as the timeline shows them.
pub(super) fn shared(articles: Vec<LinkArticle>, style: Style) -> anyhow::Result<String> {
    let mut text = String::new();
    for event in linked(articles, Linker::new(Model::embedded()?, link::Settings::default())) {
        let event: CanonicalEvent = visible::record(&event)?;
        if let Some(told) = event.told.as_ref().filter(|told| told.sources.articles > 1) {
            text.push_str(&entry(&event, told, style, width()));
        }
    }
    Ok(text)
}

/// Day, articles, origins, type, dead, injured, place, headline, id.
fn row(event: &CanonicalEvent, told: &CanonicalTold) -> String {
    let number =
        |toll: &Option<CanonicalToll>| toll.as_ref().and_then(|t| t.best).map(|n| n.to_string()).unwrap_or_default();
    [
        day(told),
        told.sources.articles.to_string(),
        told.sources.origins.to_string(),
        kind(told),
        number(&told.casualties.killed),
        number(&told.casualties.injured),
        place(told),
        told.title.clone().unwrap_or_default(),
        event.canonical_id.clone(),
    ]
    .join("\t")
}

/// An event with the history of its tolls.
fn entry(event: &CanonicalEvent, told: &CanonicalTold, style: Style, width: usize) -> String {
    let head: Vec<String> =
        [day(told), style.kind(&kind(told)), place(told)].into_iter().filter(|part| !part.is_empty()).collect();
    let mut out = format!("{}  {}\n", head.join("  "), style.faint(&event.canonical_id));
    let text = told.title.as_deref().or(told.summary_text.as_deref()).unwrap_or_default();
    if !text.is_empty() {
        out.push_str(&format!("  {}\n", style.strong(&shorten(text, width.saturating_sub(2)))));
    }
    for (name, toll) in [("killed", &told.casualties.killed), ("injured", &told.casualties.injured)] {
        if let Some(toll) = toll {
            out.push_str(&tolls(name, toll, style));
        }
    }
    out.push_str(&format!("  {}\n\n", style.faint(&reported(told))));
    out
}

fn tolls(name: &str, toll: &CanonicalToll, style: Style) -> String {
    let Some(best) = toll.best else { return String::new() };
    let range = match (toll.low, toll.high) {
        (Some(low), Some(high)) if low < high => format!(" ({low} to {high})"),
        _ => String::new(),
    };
    let step = |s: &TollStep| {
        let day = s.at.as_deref().and_then(|at| at.get(..10)).unwrap_or("no date");
        format!("{} {} ({})", s.best, s.why.as_str(), day)
    };
    let history = match toll.history.len() {
        0 | 1 => String::new(),
        _ => format!(": {}", toll.history.iter().map(step).collect::<Vec<_>>().join(", ")),
    };
    format!("  {} {name}{range}{}\n", style.alarm(&best.to_string()), style.faint(&history))
}

/// "reported by 3 origins, 7 articles, 2 of them copies".
fn reported(told: &CanonicalTold) -> String {
    let sources = &told.sources;
    let copies = if sources.copies > 0 { format!(", {} of them copied", sources.copies) } else { String::new() };
    format!(
        "reported by {}, {}{copies}",
        count(sources.origins as usize, "origin"),
        count(sources.articles as usize, "article")
    )
}

fn day(told: &CanonicalTold) -> String {
    let start = told.time.as_ref().and_then(|t| t.start.as_deref());
    start.or(told.sources.first_published.as_deref()).and_then(|s| s.get(..10)).unwrap_or("no date   ").to_owned()
}

fn kind(told: &CanonicalTold) -> String {
    let class = told.class.as_ref();
    let event = class.and_then(|c| c.plover.event).map(|e| e.as_str().to_owned());
    let happening =
        || class.and_then(|c| c.happening).filter(|h| *h != Happening::Other).map(|h| h.as_str().replace('_', " "));
    event.or_else(happening).unwrap_or_else(|| if class.is_some() { "event".to_owned() } else { "story".to_owned() })
}

fn place(told: &CanonicalTold) -> String {
    told.location.as_ref().map(|l| link_place(&l.place)).unwrap_or_default()
}
