//! The command line: one file per subcommand, typed exit codes, and nothing that another program could not call.

#![allow(clippy::print_stderr)]

mod bench;
mod check;
mod demo;
pub mod digest;
mod dlq;
mod exit;
mod export;
mod extract;
mod health;
pub mod input;
mod lexicons;
mod link;
mod man;
mod out;
mod progress;
mod run;
mod schema;
mod signals;
pub mod style;
mod tabular;
mod topics;
mod visible;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::{Config, Effective, Sources};
pub use exit::{Exit, Failure};
use out::{Out, complain};
use style::Style;

/// A streaming worker for news: raw articles in from Kafka, entities and events out, exactly once.
#[derive(Debug, Parser)]
#[command(name = "dateline", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  dateline demo                                     see the whole worker run on sample articles, no Kafka needed
  dateline extract article.txt                      read one article, print a digest
  dateline extract --format json < articles.jsonl   enrich JSON Lines
  dateline link articles.jsonl                      one record per event, over all articles
  dateline check                                    validate the configuration, show where each value comes from
  dateline topics apply                             create the topics
  dateline dlq stats                                what kinds of articles were bad
  dateline export --dir tables news.events          events as Parquet files by day
  dateline run                                      the worker

Exit codes: 0 done, 2 something is to be done (topics plan), 64 usage, 65 input that is no article, 66 input that cannot
be opened, 69 Kafka unavailable, 70 internal, 72 articles gone unread, 74 output that cannot be written, 75 stopped before
everything was committed, 76 fenced by another worker, 78 configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the worker until SIGTERM or SIGINT
    #[command(after_help = "\
Examples:
  DATELINE__KAFKA__BOOTSTRAP_SERVERS=kafka:9092 dateline run
  dateline run --config-dir /etc/dateline --profile production
  dateline run --env-file /etc/dateline/worker.env")]
    Run {
        #[command(flatten)]
        settings: Settings,
    },
    /// See the whole worker run on sample articles, with an embedded broker
    #[command(after_help = "\
Examples:
  dateline demo
  dateline demo --keep-running
  dateline demo --articles article.txt --articles more.jsonl")]
    Demo(demo::Arguments),
    /// Enrich articles from files or standard input, without Kafka
    #[command(after_help = "\
Examples:
  dateline extract article.txt
  dateline extract --explain article.txt
  dateline extract --format json articles.jsonl > enriched.jsonl
  dateline extract --format html article.txt > article.html
  dateline extract --format csv articles.jsonl > events.csv
  dateline extract --format parquet --table claims articles.jsonl > claims.parquet
  cat article.txt | dateline extract -")]
    Extract(extract::Arguments),
    /// Join reports of many articles to one record per event, without Kafka
    #[command(after_help = "\
Examples:
  dateline link articles.jsonl
  dateline link --format table articles.jsonl
  dateline link --format json links.jsonl > events.jsonl
  dateline link --format parquet articles.jsonl > events.parquet

Articles are read as by extract; link.article/1 records are taken as they are. They are linked in order of publication.")]
    Link(link::Arguments),
    /// Check the configuration and print it with the origin of every value; offline unless told to connect
    #[command(after_help = "\
Examples:
  dateline check
  dateline check --connect --timeout 5s
  dateline check --config-dir /etc/dateline --profile production
  DATELINE__KAFKA__GROUP_ID=news dateline check --env-file /etc/dateline/worker.env

With --connect: exit code 0 if a worker would come up, 69 if something is missing, 78 if the security settings do not \
fit the brokers. Nothing is written and no running worker is disturbed.")]
    Check(check::Arguments),
    /// Ask the worker on this machine how it is: exit code 0 if it is well, 69 if not
    #[command(after_help = "\
Examples:
  dateline health
  dateline health --ready")]
    Health {
        #[command(flatten)]
        settings: Settings,
        /// Ask whether it takes part in its group (/readyz) rather than whether it lives (/livez)
        #[arg(long)]
        ready: bool,
    },
    /// Measure how fast this machine reads articles, alone and through Kafka
    #[command(after_help = "\
Examples:
  dateline bench
  dateline bench --articles my-articles.jsonl --format json
  dateline bench --bootstrap kafka:9092 --records 20000")]
    Bench(bench::Arguments),
    /// Look at dead letters, count them, and send their articles back
    #[command(
        subcommand,
        after_help = "\
Examples:
  dateline dlq inspect --reason timeout
  dateline dlq stats --since 24h
  dateline dlq replay --dry-run"
    )]
    Dlq(dlq::Dlq),
    /// Write topics into files by day, a row an event: CSV, Parquet or GeoJSON; run again, it goes on where it stopped
    #[command(after_help = "\
Examples:
  dateline export --dir tables news.events
  dateline export --dir tables news.canonical news.entities --follow --every 10m
  dateline export --dir claims articles.enriched --table claims --format csv --day published

It reads to the end that the topics have now, unless told to follow. Progress is kept in a consumer group, one for each \
folder and format unless --group names one; a kill at any moment loses and doubles no row. Partitions that are added while \
it follows are found at the next start. dateline schema --table \
events describes the columns. Ctrl-C writes what it has read; without --follow it then ends with exit code 75.")]
    Export(export::Arguments),
    /// Plan and create the topics that the worker needs
    #[command(
        subcommand,
        after_help = "\
Examples:
  dateline topics plan
  dateline topics apply --replication-factor 1"
    )]
    Topics(topics::Topics),
    /// Write the lexicons to a folder, to change them (setting lexicons.dir)
    #[command(after_help = "\
Examples:
  dateline lexicons export lexicons")]
    Lexicons {
        #[command(subcommand)]
        action: lexicons::Action,
    },
    /// Print the JSON Schemas of the records, or the columns of the tables
    #[command(after_help = "\
Examples:
  dateline schema
  dateline schema event.article/1
  dateline schema --table events")]
    Schema {
        /// One record, e.g. article.enriched/1; all of them without it
        record: Option<String>,
        /// The columns of a table instead, as Markdown
        #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "record")]
        table: Option<tabular::Name>,
    },
    /// Print a completion script for a shell
    #[command(after_help = "\
Examples:
  dateline completions bash > /etc/bash_completion.d/dateline")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages for the command and its subcommands to a folder
    #[command(after_help = "\
Examples:
  dateline man /usr/local/share/man/man1")]
    Man(man::Arguments),
}

/// Where the settings come from.
#[derive(Debug, Clone, Args)]
struct Settings {
    /// Folder with default.toml and profiles
    #[arg(long, env = "DATELINE_CONFIG_DIR", value_name = "DIR")]
    config_dir: Option<PathBuf>,
    /// Profile: DIR/NAME.toml over the defaults
    #[arg(long, env = "DATELINE_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// File of environment variables; ./.env is read where it exists
    #[arg(long, env = "DATELINE_ENV_FILE", value_name = "FILE")]
    env_file: Option<PathBuf>,
}

impl Settings {
    /// Loads the configuration, as far as articles are concerned: nothing is tried with librdkafka ([`crate::worker::validate`]).
    fn load(&self) -> Result<(Config, Effective), Failure> {
        crate::config::load(&self.sources()).map_err(|e| Failure::new(Exit::Config, e))
    }

    fn sources(&self) -> Sources {
        let local = PathBuf::from(".env");
        Sources {
            config_dir: self.config_dir.clone(),
            profile: self.profile.clone(),
            env_file: self.env_file.clone().or_else(|| local.exists().then_some(local)),
            environment: std::env::vars_os().collect(),
        }
    }
}

/// Runs the command line and gives the exit code. Errors are printed once, with their causes.
pub fn main() -> ExitCode {
    let mut out = Out::new(std::io::stdout().lock());
    let ended = parse_and_run(&mut out);
    out.end(ended)
        .unwrap_or_else(|failure| {
            complain(format_args!("{:#}", failure.error));
            failure.exit
        })
        .into()
}

fn parse_and_run(out: &mut impl Write) -> Result<Exit, Failure> {
    // Here, because it opens the model, which nothing else should pay for.
    if std::env::args_os().skip(1).eq(["--version"]) {
        let _ = writeln!(out, "dateline {}", version());
        return Ok(Exit::Ok);
    }
    match Cli::try_parse() {
        Ok(cli) => run(cli.command, out),
        Err(e) if e.use_stderr() => {
            // Nobody can be told where standard error is gone; the exit code still tells.
            let _ = e.print();
            Ok(Exit::Usage)
        }
        Err(help) => {
            let text = help.render();
            let color = Style::for_terminal(std::io::stdout().is_terminal()) != Style::PLAIN;
            let _ = if color { write!(out, "{}", text.ansi()) } else { write!(out, "{text}") };
            Ok(Exit::Ok)
        }
    }
}

/// What bug reports should name: version, commit and model.
fn version() -> String {
    let commit = option_env!("DATELINE_COMMIT").filter(|c| !c.is_empty()).unwrap_or("not recorded");
    let model = match crate::nlp::Model::embedded() {
        Ok(model) => {
            let info = model.info();
            format!("{} {} (sha256 {})", info.name, info.version, info.sha256)
        }
        Err(e) => e.to_string(),
    };
    let build = if cfg!(debug_assertions) { "not optimised" } else { "optimised" };
    format!("{}\ncommit: {commit}\nmodel:  {model}\nbuild:  {build}", env!("CARGO_PKG_VERSION"))
}

fn run(command: Command, out: &mut impl Write) -> Result<Exit, Failure> {
    match command {
        Command::Run { settings } => Ok(run::run(&settings)),
        Command::Demo(arguments) => demo::run(&arguments, out),
        Command::Extract(arguments) => extract::run(&arguments, out),
        Command::Link(arguments) => link::run(&arguments, out),
        Command::Check(arguments) => check::run(&arguments, out),
        Command::Health { settings, ready } => health::run(&settings, ready, out),
        Command::Bench(arguments) => bench::run(&arguments, out),
        Command::Dlq(command) => dlq::run(&command, out),
        Command::Export(arguments) => export::run(&arguments, out),
        Command::Topics(command) => topics::run(&command, out),
        Command::Lexicons { action } => lexicons::run(&action, out),
        Command::Schema { table: Some(table), .. } => schema::columns(table.into(), out),
        Command::Schema { record, .. } => schema::run(record.as_deref(), out),
        Command::Completions { shell } => {
            // Into memory first: it panics where it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dateline", &mut script);
            let _ = out.write_all(&script);
            Ok(Exit::Ok)
        }
        Command::Man(arguments) => man::run(&arguments, Cli::command(), out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        fn check(command: &clap::Command) {
            for command in command.get_subcommands() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.starts_with("Examples:\n"), "{} has no examples in its help", command.get_name());
                check(command);
            }
        }
        check(&Cli::command());
    }
}
