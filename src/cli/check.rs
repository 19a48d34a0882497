//! `dateline check`: is the configuration right? Offline, and with `--connect` also against the brokers.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::Settings;
use super::exit::{Exit, Failure};
use super::style::Style;
use crate::stream::probe::{Finding, probe};
use crate::stream::{self, StreamError};
use crate::worker::validate::{self, Valid};

/// Time beyond the one given after which a client library that hangs is left behind.
const OVERTIME: Duration = Duration::from_secs(10);

/// Arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Also try the brokers: security, topics, group and transactional id
    #[arg(long)]
    connect: bool,
    /// How long --connect may take
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = humantime::parse_duration, requires = "connect")]
    timeout: Duration,
}

/// Validates everything, prints the effective configuration, and tries the brokers if asked to.
pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<Exit, Failure> {
    let (Valid { effective, stream, .. }, _) = validate::worker(&arguments.settings.sources())?;
    let _ = writeln!(out, "{effective}");
    let exit = if arguments.connect { connect(stream, arguments.timeout, out)? } else { Exit::Ok };
    let verdict = match (arguments.connect, exit) {
        (false, _) => "The configuration is valid.",
        (true, Exit::Ok) => "The configuration is valid, and a worker would come up.",
        (true, _) => "The configuration is valid, but a worker would not come up: see above.",
    };
    let _ = writeln!(out, "{}{verdict}", if arguments.connect { "\n" } else { "" });
    Ok(exit)
}

/// What the thread that tries the brokers tells.
enum Told {
    Finding(String, Finding),
    End(Result<(), StreamError>),
}

/// Prints a line for everything that was tried. On a thread of its own, so that nothing can make it hang.
fn connect(settings: stream::Settings, timeout: Duration, out: &mut impl Write) -> Result<Exit, Failure> {
    let style = Style::for_terminal(std::io::stdout().is_terminal());
    let (tell, told) = channel();
    let failed = |e: std::io::Error| Failure::new(Exit::Internal, e);
    std::thread::Builder::new()
        .name("probe".into())
        .spawn(move || {
            let result = probe(&settings, timeout, |what, finding| {
                let _ = tell.send(Told::Finding(what, finding));
            });
            let _ = tell.send(Told::End(result));
        })
        .map_err(failed)?;
    let deadline = std::time::Instant::now() + timeout + OVERTIME;
    let mut exit = Exit::Ok;
    loop {
        let rest = deadline.saturating_duration_since(std::time::Instant::now());
        match told.recv_timeout(rest) {
            Ok(Told::Finding(what, finding)) => {
                let (mark, text) = match finding {
                    Finding::Ok(text) => (style.good("ok     "), text),
                    Finding::Warning(text) => (style.strong("warning"), text),
                    Finding::Skipped(text) => (style.faint("skipped"), text),
                    Finding::Failed(text) => {
                        exit = Exit::Unavailable;
                        (style.alarm("failed "), text)
                    }
                };
                let _ = writeln!(out, "{mark}  {what}: {text}");
            }
            Ok(Told::End(Ok(()))) => return Ok(exit),
            Ok(Told::End(Err(error))) => {
                let _ = writeln!(out, "{}  brokers: {error}", style.alarm("failed "));
                return Ok(Failure::from(error).exit);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                let seconds = (timeout + OVERTIME).as_secs();
                let error = anyhow::anyhow!("the brokers left a request unanswered; given up after {seconds} s");
                return Err(Failure::new(Exit::Unavailable, error));
            }
        }
    }
}
