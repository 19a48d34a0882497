//! `dateline man DIR`: a manual page for the command and for each subcommand, made from what `--help` shows.
//!
//! Pages name no day, so that the same version gives the same bytes. The help's examples and the paragraphs behind them
//! get sections of their own.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::{Man, roff};

use super::exit::{Exit, Failure};

/// Where to put manual pages.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder, made if need be, e.g. /usr/local/share/man/man1
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// Writes every page; one that is there already is replaced.
pub(super) fn run(arguments: &Arguments, command: Command, out: &mut impl Write) -> Result<Exit, Failure> {
    let dir = &arguments.dir;
    // `dateline help topics` is no command of its own.
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let pages = fs::create_dir_all(dir).and_then(|()| write(&command, dir)).map_err(|source| {
        Failure::new(Exit::Output, anyhow::Error::from(source).context(format!("cannot write {}", dir.display())))
    })?;
    let _ = writeln!(out, "{pages} manual pages written to {}", dir.display());
    Ok(Exit::Ok)
}

fn write(command: &Command, dir: &Path) -> io::Result<usize> {
    // As `command.build` names it: dateline-topics-plan.
    let source = format!("dateline {}", env!("CARGO_PKG_VERSION"));
    // A blank for the date: roff leaves an empty argument out, and the next one takes its place.
    let man = Man::new(command.clone()).date(" ").source(source).manual("Dateline");
    fs::write(dir.join(man.get_filename()), page(&man, command)?)?;
    let mut pages = 1;
    for command in command.get_subcommands() {
        pages += write(command, dir)?;
    }
    Ok(pages)
}

fn page(man: &Man, command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    after(&help).to_writer(&mut page)?;
    Ok(page)
}

/// "Examples:" with a line each, then paragraphs; the exit codes are one that has a name among manual pages.
fn after(help: &str) -> roff::Roff {
    let mut text = roff::Roff::new();
    for paragraph in help.split("\n\n") {
        let (section, words) = if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
            ("EXAMPLES", examples)
        } else if let Some(codes) = paragraph.strip_prefix("Exit codes: ") {
            ("EXIT STATUS", codes)
        } else {
            ("NOTES", paragraph)
        };
        text.control("SH", [section]);
        let listing = section == "EXAMPLES";
        if listing {
            text.control("nf", []);
        }
        for line in words.lines() {
            text.text([roff::roman(line.trim_start())]);
        }
        if listing {
            text.control("fi", []);
        }
    }
    text
}
