//! `dateline dlq stats`: how many letters of what kind, and when they came.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;

use clap::Args;

use super::super::exit::{Exit, Failure};
use super::super::progress::Progress;
use super::super::style::Style;
use super::super::visible;
use super::{Choice, Format, Letters};
use crate::stream::letters::Counts;

/// More hours than this are shown as days.
const MOST_HOURS: usize = 48;

/// Arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Counts letters.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let letters = Letters::open(&arguments.choice)?;
    let filter = arguments.choice.filter();
    let (mut counts, mut broken, mut read) = (Counts::default(), 0_u64, 0);
    let progress = Progress::new(0, "letters");
    let result = letters.reader.read(
        &letters.ranges,
        |letter, _, _| {
            match letter {
                Ok(letter) if filter.fits(&letter) => counts.add(&letter),
                Ok(_) => {}
                Err(_) => broken += 1,
            }
            read += 1;
            progress.set(read);
            Ok(ControlFlow::Continue(()))
        },
        || false,
    );
    progress.finish();
    result?;
    let text = match arguments.format {
        Format::Json => format!("{:#}\n", json(&counts, broken)),
        Format::Human => human(&counts, broken, Style::for_terminal(std::io::stdout().is_terminal())),
    };
    let _ = out.write_all(text.as_bytes());
    Ok(Exit::Ok)
}

fn stamp(second: i64) -> String {
    jiff::Timestamp::from_second(second).map(|t| t.to_string()).unwrap_or_default()
}

fn json(counts: &Counts, broken: u64) -> serde_json::Value {
    let kind = |((stage, reason), c): (&(String, String), &crate::stream::letters::Count)| {
        serde_json::json!({
            "stage": stage, "reason": reason, "letters": c.letters, "replayed": c.replayed,
            "first": c.first.map(|t| t.to_string()), "last": c.last.map(|t| t.to_string()),
        })
    };
    serde_json::json!({
        "letters": counts.total,
        "broken": broken,
        "kinds": counts.kinds.iter().map(kind).collect::<Vec<_>>(),
        "hours": counts.hours.iter().map(|(h, n)| serde_json::json!({"from": stamp(*h), "letters": n})).collect::<Vec<_>>(),
    })
}

fn human(counts: &Counts, broken: u64, style: Style) -> String {
    let mut text = format!("{}\n", style.strong(&format!("{} dead letters", counts.total)));
    if broken > 0 {
        text.push_str(&format!("{broken} more miss pieces\n"));
    }
    if counts.total == 0 {
        return text;
    }
    let seconds = |t: Option<jiff::Timestamp>| {
        t.and_then(|t| jiff::Timestamp::from_second(t.as_second()).ok())
            .map_or_else(|| "-".to_owned(), |t| t.to_string())
    };
    let mut kinds: Vec<_> = counts.kinds.iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(count.letters));
    let width = kinds.iter().map(|((stage, reason), _)| stage.len() + reason.len() + 1).max().unwrap_or(0).max(12);
    let heading = format!("{:<width$}  {:>9}  {:>9}  {:<20}  last", "stage reason", "letters", "replayed", "first");
    text.push_str(&format!("\n{}\n", style.faint(&heading)));
    for ((stage, reason), count) in kinds {
        let kind = visible::in_line(&format!("{stage} {reason}"));
        let (first, last) = (seconds(count.first), seconds(count.last));
        text.push_str(&format!("{kind:<width$}  {:>9}  {:>9}  {first:<20}  {last}\n", count.letters, count.replayed));
    }
    let step = if counts.hours.len() > MOST_HOURS { 86_400 } else { 3_600 };
    let mut spans: std::collections::BTreeMap<i64, u64> = std::collections::BTreeMap::new();
    for (hour, letters) in &counts.hours {
        *spans.entry(hour.div_euclid(step) * step).or_default() += letters;
    }
    let most = spans.values().copied().max().unwrap_or(1).max(1);
    let heading = if step == 3_600 { "hour (UTC)" } else { "day (UTC)" };
    text.push_str(&format!("\n{}\n", style.faint(heading)));
    for (start, letters) in spans {
        let bar = "#".repeat(usize::try_from((letters * 40).div_ceil(most)).unwrap_or(40));
        text.push_str(&format!("{}  {letters:>9}  {bar}\n", stamp(start)));
    }
    text
}
