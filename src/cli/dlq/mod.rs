//! `dateline dlq`: looking at dead letters, counting them, and sending their articles back.

mod inspect;
mod replay;
mod stats;

use std::io::Write;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::Settings;
use super::exit::{Exit, Failure};
use crate::stream::connection::Connection;
use crate::stream::letters::Filter;
use crate::stream::reader::{Range, Reader, ranges};
use crate::stream::{self, StreamError};
use crate::worker::validate::{self, Valid};

/// What to do with the dead letters.
#[derive(Debug, Subcommand)]
pub(super) enum Dlq {
    /// Show the newest dead letters, those of a time, or one of them
    #[command(after_help = "\
Examples:
  dateline dlq inspect
  dateline dlq inspect --reason timeout --since 2h --limit 100
  dateline dlq inspect --format json | jq .reason
  dateline dlq inspect --partition 3 --offset 42 --raw > article")]
    Inspect(inspect::Arguments),
    /// Count the dead letters by stage, reason and time
    #[command(after_help = "\
Examples:
  dateline dlq stats
  dateline dlq stats --since 2026-11-01 --format json")]
    Stats(stats::Arguments),
    /// Send the articles back to the input topic, exactly once; run again, it goes on where it stopped
    #[command(after_help = "\
Examples:
  dateline dlq replay --dry-run
  dateline dlq replay --reason timeout --rate 50
  dateline dlq replay --limit 10 --to articles.retry

Progress is kept in a consumer group, one for each choice of letters unless --group names one. An article that has been \
replayed --max-replays times is left. Ctrl-C commits what is written and ends with exit code 75.")]
    Replay(replay::Arguments),
}

/// Runs it.
pub(super) fn run(command: &Dlq, out: &mut impl Write) -> Result<Exit, Failure> {
    match command {
        Dlq::Inspect(arguments) => inspect::run(arguments, out),
        Dlq::Stats(arguments) => stats::run(arguments, out),
        Dlq::Replay(arguments) => replay::run(arguments, out),
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// Whose letters, and which of them.
#[derive(Debug, Clone, Args)]
struct Choice {
    #[command(flatten)]
    settings: Settings,
    /// Only letters of this reason, e.g. timeout
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// Only letters of this stage: read, enrich or produce
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Only letters written at this time or later: 2h, 2026-11-22, 2026-11-22T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = When::read)]
    since: Option<When>,
    /// Only letters written before this time
    #[arg(long, value_name = "TIME", value_parser = When::read)]
    until: Option<When>,
    /// Only this partition of the dead-letter topic
    #[arg(long, value_name = "N")]
    partition: Option<i32>,
    /// How long the brokers may be silent
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

impl Choice {
    fn filter(&self) -> Filter {
        Filter {
            stage: self.stage.clone(),
            reason: self.reason.clone(),
            since: self.since.as_ref().map(|w| w.at),
            until: self.until.as_ref().map(|w| w.at),
            partition: self.partition,
        }
    }
}

/// A time as it was written, and what was meant.
#[derive(Debug, Clone)]
struct When {
    text: String,
    at: jiff::Timestamp,
}

impl When {
    /// Reads a time: so long ago, a day (its beginning, UTC), or a moment.
    fn read(text: &str) -> Result<Self, String> {
        let ago = || {
            let ago = jiff::SignedDuration::try_from(humantime::parse_duration(text).ok()?).ok()?;
            jiff::Timestamp::now().checked_sub(ago).ok()
        };
        let moment = || text.parse::<jiff::Timestamp>().ok();
        let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
        let at = ago().or_else(moment).or_else(|| day().map(|d| d.timestamp()));
        let at = at.ok_or_else(|| format!("{text:?} is no time; write e.g. 2h, 2026-11-22 or 2026-11-22T10:00:00Z"))?;
        Ok(Self { text: text.to_owned(), at })
    }
}

/// The dead-letter topic, opened for looking.
struct Letters {
    settings: stream::Settings,
    reader: Reader,
    ranges: Vec<Range>,
}

impl Letters {
    fn open(choice: &Choice) -> Result<Self, Failure> {
        let Valid { stream: settings, .. } = validate::stream(&choice.settings.sources())?;
        let connected = || -> Result<_, StreamError> {
            let connection = Connection::open(&settings, choice.timeout)?;
            let topic = &settings.topics.dead;
            let mut ranges = ranges(&connection, topic)?;
            if let Some(since) = &choice.since {
                // A record is written after the time it tells, so none is missed.
                let starts = connection.offsets_at(topic, ranges.len(), since.at.as_millisecond())?;
                for (range, start) in ranges.iter_mut().zip(starts) {
                    range.start = start.unwrap_or(range.end).max(range.low);
                }
            }
            ranges.retain(|r| choice.partition.is_none_or(|p| p == r.partition));
            // The worker's own group, because the rights to it are there; nothing is committed to it.
            let reader = Reader::new(&settings, &settings.group, choice.timeout)?;
            Ok((reader, ranges))
        };
        let (reader, ranges) = connected()?;
        Ok(Self { settings, reader, ranges })
    }
}

/// Bytes as text in one line, at most so many characters.
fn preview(bytes: &[u8], characters: usize) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(characters * 4)]);
    let mut shown: String = text.chars().take(characters).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > characters || bytes.len() > characters * 4 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_previews_stay_in_their_line() {
        let time = |text: &str| When::read(text).map(|w| w.at);
        assert_eq!(time("2026-11-22").unwrap().to_string(), "2026-11-22T00:00:00Z");
        assert_eq!(time("2026-11-22T10:00:00+01:00").unwrap().to_string(), "2026-11-22T09:00:00Z");
        assert!(time("1h").unwrap() < jiff::Timestamp::now());
        assert!(time("yesterday").unwrap_err().contains("2026-11-22"));
        assert_eq!(preview(b"a\nb\x1b[31m", 20), "a b [31m");
        assert_eq!(preview("é".repeat(30).as_bytes(), 5), "ééééé…");
        assert_eq!(preview(b"\xff\xfe", 5), "\u{fffd}\u{fffd}");
    }
}
