//! `dateline export`: topics into files by day.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Settings;
use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::signals::stop_on_signals;
use super::tabular;
use crate::config::Config;
use crate::export::{self, ExportError, Plan, Source};
use crate::table::{Encoder, Table, TableError};
use crate::worker::validate::{self, Valid};

/// Arguments.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Topics: those of events, canonical events, entities or enriched articles, as the settings name them
    #[arg(value_name = "TOPIC", required = true)]
    topics: Vec<String>,
    /// Folder for the files: DIR/TOPIC/date=YYYY-MM-DD/part-*
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// What the files are
    #[arg(long, value_enum, default_value_t = tabular::Kind::Parquet)]
    format: tabular::Kind,
    /// Rows of enriched articles; events without it
    #[arg(long, value_enum, value_name = "TABLE")]
    table: Option<tabular::Name>,
    /// Which day a row belongs to
    #[arg(long, value_enum, default_value_t = Day::Record)]
    day: Day,
    /// Go on when the end is reached, until SIGTERM or SIGINT
    #[arg(long)]
    follow: bool,
    /// With --follow: the longest that a row waits for others of its file
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    every: Duration,
    /// Rows that wait in memory at most, about 4 kB each
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rows: u32,
    /// Begin csv with a byte order mark, which Excel needs to read UTF-8
    #[arg(long)]
    bom: bool,
    /// Consumer group that keeps the progress
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// How long the brokers may be silent
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = humantime::parse_duration)]
    timeout: Duration,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Day {
    /// On which the record was written to its topic (UTC): few folders, each whole when its day is over
    Record,
    /// On which the article was published (UTC); where that is not known, that of the record
    Published,
    /// On which the event happened; where that is not known, the day of publication
    Event,
}

impl From<Day> for export::Day {
    fn from(day: Day) -> Self {
        match day {
            Day::Record => Self::Record,
            Day::Published => Self::Published,
            Day::Event => Self::Event,
        }
    }
}

/// Exports.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let Valid { config, stream: settings, .. } = validate::stream(&arguments.settings.sources())?;
    let mut plan = plan(arguments, &config)?;
    let held = export::hold(&plan.dir)?;
    plan.group = arguments.group.clone().unwrap_or_else(|| group(&config, &held.id, arguments));
    let stop = stop_on_signals().map_err(|e| Failure::new(Exit::Internal, e))?;
    let mut progress: Option<Progress> = None;
    let result = export::export(&settings, &plan, &stop, |done, total| {
        progress.get_or_insert_with(|| Progress::new(total, "records")).set(done);
    });
    if let Some(progress) = progress {
        progress.finish();
    }
    let tally = result?;
    let _ = writeln!(
        out,
        "{} rows of {} records in {} files under {} (group {})",
        tally.rows,
        tally.records,
        tally.files,
        plan.dir.display(),
        plan.group
    );
    for (count, what) in [
        (tally.found, "files were there already: an export was interrupted"),
        (tally.tombstones, "tombstones: what had their keys is no more; they have no row"),
        (
            tally.foreign,
            "records without rows: no JSON, of another schema, or without that list (records.enriched_without)",
        ),
        (tally.expired, "offsets gone: removed from the topic before they were exported"),
    ] {
        if count > 0 {
            let _ = writeln!(out, "  {count:>9}  {what}");
        }
    }
    if tally.stopped && !arguments.follow {
        let _ = writeln!(out, "stopped before the end; the same command goes on from here");
        return Ok(Exit::DrainTimedOut);
    }
    Ok(if tally.foreign > 0 { Exit::Data } else { Exit::Ok })
}

fn plan(arguments: &Arguments, config: &Config) -> Result<Plan, Failure> {
    if arguments.bom && arguments.format != tabular::Kind::Csv {
        return Err(Failure::new(Exit::Usage, anyhow::anyhow!("--bom goes with --format csv")));
    }
    let format = arguments.format.format(arguments.bom);
    let mut sources: Vec<Source> = Vec::new();
    for topic in &arguments.topics {
        let source = source(topic, arguments, config)?;
        if sources.iter().any(|s| s.topic == source.topic) {
            return Err(Failure::new(Exit::Usage, anyhow::anyhow!("{topic} is named twice")));
        }
        // What cannot be is refused before anything is asked of a broker.
        export::Day::from(arguments.day).columns(source.table)?;
        Encoder::new(source.table, format).map_err(ExportError::from)?;
        sources.push(source);
    }
    let dir = std::path::absolute(&arguments.dir).map_err(|e| Failure::new(Exit::Usage, e))?;
    Ok(Plan {
        sources,
        dir,
        format,
        day: arguments.day.into(),
        group: String::new(),
        follow: arguments.follow,
        rows: usize::try_from(arguments.rows).unwrap_or(usize::MAX),
        every: arguments.every,
        timeout: arguments.timeout,
    })
}

/// A topic by the name that the settings give it: that says what its records are.
fn source(topic: &str, arguments: &Arguments, config: &Config) -> Result<Source, Failure> {
    let topics = &config.topics;
    let known = [
        (&topics.events, Table::Events),
        (&topics.canonical, Table::Events),
        (&topics.entities, Table::Entities),
        (&topics.enriched, arguments.table.map_or(Table::Events, Table::from)),
    ];
    let Some((name, table)) = known.iter().find(|(name, _)| *name == topic) else {
        let names = known.map(|(name, _)| name.as_str()).join(", ");
        return Err(Failure::new(
            Exit::Usage,
            anyhow::anyhow!("{topic} has no tables; there are {names} (settings topics.*)"),
        ));
    };
    if arguments.table.is_some_and(|asked| Table::from(asked) != *table) {
        let asked = arguments.table.map_or("", |asked| Table::from(asked).as_str());
        let enriched = &topics.enriched;
        let error =
            anyhow::anyhow!("records of {topic} have rows of {} and none of {asked}: {enriched} has", table.as_str());
        return Err(Failure::new(Exit::Usage, error));
    }
    let folder = if *name == &topics.enriched { format!("{name}.{}", table.as_str()) } else { (*name).clone() };
    Ok(Source { topic: name.as_str().into(), table: *table, folder })
}

/// A group for this choice: the same command goes on, another folder, format or table of a topic begins anew.
fn group(config: &Config, folder: &str, arguments: &Arguments) -> String {
    let table = arguments.table.map_or_else(String::new, |table| format!("-{}", Table::from(table).as_str()));
    let format = arguments.format.format(false).extension();
    format!("{}-export-{folder}-{format}{table}", config.kafka.group_id)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let exit = match error {
            ExportError::Stream(error) => return error.into(),
            ExportError::Table(TableError::Encode { .. }) => Exit::Internal,
            ExportError::Table(TableError::NoPlaces(_))
            | ExportError::NoDay { .. }
            | ExportError::OtherOrigin { .. } => Exit::Usage,
            ExportError::File { .. } | ExportError::Locked(_) => Exit::Output,
        };
        Self::new(exit, error)
    }
}
