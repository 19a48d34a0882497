//! `dateline dlq inspect`: the newest letters, those of a time, or one of them with its original bytes.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::out::complain;
use super::super::style::Style;
use super::super::visible;
use super::{Choice, Format, Letters, preview};
use crate::stream::StreamError;
use crate::stream::letters::Letter;
use crate::stream::reader::Range;

/// Characters of the value that are shown.
const SHOWN: usize = 240;

/// Arguments.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// The letter at this offset, or the first after it
    #[arg(long, value_name = "N", requires = "partition")]
    offset: Option<i64>,
    /// Letters at most; the newest are shown
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Write the original value of the one letter, byte for byte, and nothing else
    #[arg(long, requires = "offset")]
    raw: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// A letter as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    partition: i32,
    offset: i64,
    time: Option<String>,
    stage: String,
    reason: String,
    message: String,
    origin: Origin,
    replays: u32,
    parts: usize,
    key: Option<String>,
    headers: Vec<(String, Option<String>)>,
    value_bytes: Option<usize>,
    value: Option<String>,
}

#[derive(Debug, Serialize)]
struct Origin {
    topic: String,
    partition: Option<i32>,
    offset: Option<i64>,
}

impl From<Letter> for Shown {
    fn from(letter: Letter) -> Self {
        let text = |bytes: &Vec<u8>| preview(bytes, SHOWN);
        let original = &letter.original;
        Self {
            partition: letter.partition,
            offset: letter.offset,
            time: letter.time.map(|t| t.to_string()),
            key: original.key.as_ref().map(text),
            headers: original.headers.iter().map(|h| (h.name.clone(), h.value.as_ref().map(text))).collect(),
            value_bytes: original.value.as_ref().map(Vec::len),
            value: original.value.as_ref().map(text),
            stage: letter.stage,
            reason: letter.reason,
            message: letter.message,
            origin: Origin { topic: letter.topic, partition: letter.origin_partition, offset: letter.origin_offset },
            replays: letter.replays,
            parts: letter.parts,
        }
    }
}

/// Shows letters.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let letters = Letters::open(&arguments.choice)?;
    if let Some(offset) = arguments.offset {
        let ranges: Vec<Range> =
            letters.ranges.iter().map(|r| Range { start: offset.clamp(r.low, r.end), ..*r }).collect();
        let found = first(&letters, &ranges, arguments)?;
        let Some(letter) = found else {
            let (topic, partition) = (&letters.settings.topics.dead, arguments.choice.partition.unwrap_or(0));
            let error = anyhow::anyhow!("{topic}/{partition} holds no dead letter at or after offset {offset}");
            return Err(Failure::new(Exit::NoInput, error));
        };
        if arguments.raw {
            let _ = out.write_all(letter.original.value.as_deref().unwrap_or_default());
        } else {
            show(&[letter.into()], arguments.format, out);
        }
        return Ok(Exit::Ok);
    }
    let (found, broken) = newest(&letters, arguments)?;
    show(&found, arguments.format, out);
    for (partition, offset) in broken {
        complain(format_args!("the letter at {partition}@{offset} misses pieces"));
    }
    if found.is_empty() && arguments.format == Format::Human {
        let _ = writeln!(out, "no dead letters");
    }
    Ok(Exit::Ok)
}

/// The first letter that fits.
fn first(letters: &Letters, ranges: &[Range], arguments: &Arguments) -> Result<Option<Letter>, StreamError> {
    let filter = arguments.choice.filter();
    let mut found = None;
    letters.reader.read(
        ranges,
        |letter, _, _| {
            found = letter.ok().filter(|l| filter.fits(l));
            Ok(if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        },
        || false,
    )?;
    Ok(found)
}

/// Partitions and offsets.
type Places = Vec<(i32, i64)>;

/// The newest letters that fit, oldest first, and places of broken ones. Reads backwards in growing steps: how many
/// records there are behind an offset is not known (transactions leave gaps), and how many of them fit even less.
fn newest(letters: &Letters, arguments: &Arguments) -> Result<(Vec<Shown>, Places), StreamError> {
    let filter = arguments.choice.filter();
    let limit = arguments.limit as usize;
    let mut span = 4 * i64::from(arguments.limit) + 64;
    loop {
        let ranges: Vec<Range> =
            letters.ranges.iter().map(|r| Range { start: r.start.max(r.end - span), ..*r }).collect();
        let (mut found, mut broken) = (Vec::new(), Vec::new());
        let count = Cell::new(0_u64);
        letters.reader.read(
            &ranges,
            |letter, _, _| {
                count.set(count.get() + 1);
                match letter {
                    Ok(letter) if filter.fits(&letter) => found.push(Shown::from(letter)),
                    Ok(_) => {}
                    Err(place) => broken.push(place),
                }
                Ok(ControlFlow::Continue(()))
            },
            || false,
        )?;
        let whole = ranges.iter().zip(&letters.ranges).all(|(r, all)| r.start == all.start);
        if whole || found.len() >= limit {
            found.sort_by(|a, b| (&a.time, a.partition, a.offset).cmp(&(&b.time, b.partition, b.offset)));
            found.drain(..found.len().saturating_sub(limit));
            return Ok((found, broken));
        }
        span = span.saturating_mul(8);
    }
}

fn show(found: &[Shown], format: Format, out: &mut impl Write) {
    let style = Style::for_terminal(std::io::stdout().is_terminal());
    for letter in found {
        let _ = match format {
            Format::Json => visible::write_json(letter, std::io::stdout().is_terminal(), &mut *out),
            Format::Human => writeln!(out, "{}", human(letter, style)),
        };
    }
}

/// For people, every text in a harmless form: stage, reason and message come from headers, which anybody can write.
fn human(letter: &Shown, style: Style) -> String {
    let shown = |text: &str| visible::in_line(text);
    let number = |n: Option<i64>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let mut line = format!(
        "{}  {}  {} {}  from {}/{}@{}",
        style.strong(&format!("{}@{}", letter.partition, letter.offset)),
        letter.time.as_deref().unwrap_or("no time"),
        shown(&letter.stage),
        style.alarm(&if letter.reason.is_empty() { "no reason".to_owned() } else { shown(&letter.reason) }),
        shown(&letter.origin.topic),
        number(letter.origin.partition.map(i64::from)),
        number(letter.origin.offset),
    );
    if letter.replays > 0 {
        line.push_str(&format!("  replayed {}x", letter.replays));
    }
    if letter.parts > 1 {
        line.push_str(&format!("  {} pieces", letter.parts));
    }
    let mut lines = vec![line];
    if !letter.message.is_empty() {
        lines.push(format!("    {}", shown(&letter.message)));
    }
    let key = letter.key.as_ref().map_or_else(|| "no key".to_owned(), |key| format!("key {key:?}"));
    let value = match (&letter.value, letter.value_bytes) {
        (Some(value), Some(bytes)) => format!("{bytes} bytes: {}", shown(value)),
        _ => "no value".to_owned(),
    };
    lines.push(style.faint(&format!("    {key}, {value}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_letter_reaches_the_terminal_as_a_command() {
        let evil = || "a\u{1b}]0;x\u{7}\u{202e}\nb".to_owned();
        let letter = Shown {
            partition: 0,
            offset: 1,
            time: None,
            stage: evil(),
            reason: evil(),
            message: evil(),
            origin: Origin { topic: evil(), partition: None, offset: None },
            replays: 0,
            parts: 1,
            key: Some(evil()),
            headers: Vec::new(),
            value_bytes: Some(9),
            value: Some(evil()),
        };
        let text = human(&letter, Style::PLAIN);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    }
}
