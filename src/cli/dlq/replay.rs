//! `dateline dlq replay`: the articles go back to the input topic.

use std::io::Write;

use clap::Args;
use sha2::{Digest, Sha256};

use super::super::exit::{Exit, Failure};
use super::super::out::complain;
use super::super::progress::Progress;
use super::super::signals::stop_on_signals;
use super::super::visible;
use super::Choice;
use crate::stream::replay::{News, Replay, replay};
use crate::worker::validate::{self, Valid};

/// Messages about single letters are no more than this; the rest is counted.
const MOST_MESSAGES: u64 = 20;

/// Arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Topic to write to; the input topic without it
    #[arg(long, value_name = "TOPIC")]
    to: Option<String>,
    /// Articles a second at most
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Articles at most
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Leave an article that has been replayed so often
    #[arg(long, value_name = "N", default_value_t = 3)]
    max_replays: u32,
    /// Consumer group that keeps the progress
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Count what would be replayed; write nothing
    #[arg(long)]
    dry_run: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.001);
    number.ok_or_else(|| format!("{text:?} is no rate; write articles a second, e.g. 50 or 0.5"))
}

/// Replays.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let Valid { config, stream: settings, .. } = validate::stream(&arguments.choice.settings.sources())?;
    let to = arguments.to.clone().unwrap_or_else(|| settings.topics.input.to_string());
    if to == *settings.topics.dead {
        let error = anyhow::anyhow!("{to} is the dead-letter topic itself: its letters cannot be replayed there");
        return Err(Failure::new(Exit::Usage, error));
    }
    let filter = arguments.choice.filter();
    let group =
        arguments.group.clone().unwrap_or_else(|| group(&settings.group, &settings.topics.dead, &to, arguments));
    let plan = Replay {
        group: group.clone(),
        to: to.clone(),
        filter,
        rate: arguments.rate,
        limit: arguments.limit,
        max_replays: arguments.max_replays,
        dry_run: arguments.dry_run,
        timeout: arguments.choice.timeout,
        article_bytes: config.limits.article_bytes.0,
    };
    let stop = stop_on_signals().map_err(|e| Failure::new(Exit::Internal, e))?;
    let mut progress: Option<Progress> = None;
    let mut messages = 0;
    let result = replay(&settings, &plan, &stop, |news| {
        let text = match news {
            News::Progress(done, total) => {
                progress.get_or_insert_with(|| Progress::new(total, "offsets")).set(done);
                return;
            }
            News::Guarded(l) => format!(
                "left {}@{} ({}): replayed {} times already (--max-replays)",
                l.partition, l.offset, l.reason, l.replays
            ),
            News::Broken(partition, offset) => format!("left {partition}@{offset}: pieces of it are missing"),
        };
        messages += 1;
        if messages <= MOST_MESSAGES {
            let print = || complain(&text);
            progress.as_ref().map_or_else(print, |p| p.suspend(print));
        }
    });
    if let Some(progress) = progress {
        progress.finish();
    }
    let tally = result?;
    let verb = if arguments.dry_run { "would be replayed" } else { "replayed" };
    let _ = writeln!(out, "{} articles {verb} to {to} (group {group})", tally.replayed);
    for (reason, count) in &tally.reasons {
        let _ = writeln!(out, "  {count:>9}  {}", visible::in_line(reason));
    }
    for (count, what) in [
        (tally.passed, "passed over: not chosen"),
        (tally.guarded, "left: replayed too often"),
        (tally.broken, "left: pieces are missing"),
        (tally.expired, "offsets gone: removed from the topic before they were replayed"),
    ] {
        if count > 0 {
            let _ = writeln!(out, "  {count:>9}  {what}");
        }
    }
    if tally.stopped {
        let _ = writeln!(out, "stopped before the end; the same command goes on from here");
        return Ok(Exit::DrainTimedOut);
    }
    Ok(Exit::Ok)
}

/// A group for this choice of letters: the same command goes on, another choice begins anew.
fn group(worker: &str, dead: &str, to: &str, arguments: &Arguments) -> String {
    let choice = &arguments.choice;
    // Times as they are written: "2h" means another moment in every run, and still the same choice.
    let parts = [
        dead,
        to,
        choice.reason.as_deref().unwrap_or(""),
        choice.stage.as_deref().unwrap_or(""),
        choice.since.as_ref().map_or("", |w| &w.text),
        choice.until.as_ref().map_or("", |w| &w.text),
        &choice.partition.map_or_else(String::new, |p| p.to_string()),
    ];
    let digest = Sha256::digest(parts.join("\0"));
    let short: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
    format!("{worker}-replay-{short}")
}
