//! `dateline topics`: what the worker's topics should be like, what they are, and making them so.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use clap::{Args, Subcommand};

use super::Settings;
use super::exit::{Exit, Failure};
use super::style::Style;
use crate::config::Config;
use crate::stream::admin::Admin;
use crate::stream::topics::{Difference, Mend, Shape, Step, Wanted, compare, wanted};
use crate::worker::settings::topics;
use crate::worker::validate::{self, Valid};

/// What to do with the topics.
#[derive(Debug, Subcommand)]
pub(super) enum Topics {
    /// Show what exists, what differs and what would be created; change nothing. Exit code 2: there is something to do
    #[command(after_help = "\
Examples:
  dateline topics plan
  dateline topics plan --replication-factor 1 --partitions 4
  dateline topics plan --config-dir /etc/dateline || dateline topics apply --config-dir /etc/dateline")]
    Plan(Arguments),
    /// Create the topics that are missing; never deletes, never shrinks
    #[command(after_help = "\
Examples:
  dateline topics apply
  dateline topics apply --replication-factor 1
  dateline topics apply --alter")]
    Apply {
        #[command(flatten)]
        arguments: Arguments,
        /// Also alter settings that are less than wanted
        #[arg(long)]
        alter: bool,
        /// Also add partitions where there are fewer than wanted: keys move, and their order is lost for that moment
        #[arg(long)]
        add_partitions: bool,
    },
}

/// What both take.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Partitions of every topic but those of linking, in place of topics.partitions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    partitions: Option<u16>,
    /// Copies of every partition, in place of topics.replication_factor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    replication_factor: Option<u16>,
    /// How long input and outputs are kept, in place of topics.retention
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    retention: Option<Duration>,
    /// How long dead letters are kept, in place of topics.dead_retention
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    dead_retention: Option<Duration>,
    /// How long to wait for the brokers
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

/// The topics' shape of a configuration.
pub(super) fn shape(config: &Config) -> Shape {
    let topics = &config.topics;
    Shape {
        partitions: topics.partitions,
        replication: topics.replication_factor,
        retention: topics.retention,
        dead_retention: topics.dead_retention,
        article_bytes: config.limits.article_bytes.0,
    }
}

/// Plans, or applies.
pub(super) fn run(command: &Topics, out: &mut impl Write) -> Result<Exit, Failure> {
    let arguments = match command {
        Topics::Plan(arguments) | Topics::Apply { arguments, .. } => arguments,
    };
    let Valid { config, stream: settings, .. } = validate::stream(&arguments.settings.sources())?;
    let mut shape = shape(&config);
    shape.partitions = arguments.partitions.map_or(shape.partitions, usize::from);
    shape.replication = arguments.replication_factor.map_or(shape.replication, usize::from);
    shape.retention = arguments.retention.unwrap_or(shape.retention);
    shape.dead_retention = arguments.dead_retention.unwrap_or(shape.dead_retention);

    let admin = Admin::open(&settings, arguments.timeout)?;
    let style = Style::for_terminal(std::io::stdout().is_terminal());
    let mut all = Vec::new();
    for topic in wanted(&topics(&config), &settings, &shape) {
        let found = admin.find(&topic.name)?;
        let unread = found.as_ref().is_some_and(|f| f.settings.is_none());
        all.push((compare(&topic, found.as_ref()), topic, unread));
    }
    let width = all.iter().map(|(_, topic, _)| topic.name.len()).max().unwrap_or(0);
    let mut pending = false;
    for (step, topic, unread) in &all {
        let name = format!("{:<width$}", topic.name);
        let (state, details) = match command {
            Topics::Plan(_) => {
                pending |= *step != Step::Differences(Vec::new());
                planned(step, topic, *unread, admin.connection().brokers(), style)
            }
            Topics::Apply { alter, add_partitions, .. } => {
                applied(&admin, step, topic, *alter, *add_partitions, style)?
            }
        };
        let _ = writeln!(out, "{name}  {state}");
        for line in details {
            let _ = writeln!(out, "{:width$}    {line}", "");
        }
    }
    Ok(if pending { Exit::Pending } else { Exit::Ok })
}

/// A line about a topic, and the details below it.
fn planned(step: &Step, topic: &Wanted, unread: bool, brokers: usize, style: Style) -> (String, Vec<String>) {
    match step {
        Step::Create if topic.replication > brokers => {
            let why = format!(
                "replication factor {}, but the cluster has {brokers} broker{}: --replication-factor {brokers} or \
                 topics.replication_factor",
                topic.replication,
                if brokers == 1 { "" } else { "s" }
            );
            (style.alarm("cannot be created"), vec![why])
        }
        Step::Create => (style.kind("to be created"), described(topic)),
        Step::Differences(differences) if differences.is_empty() && unread => {
            (style.good("exists"), vec!["its settings may not be read: DESCRIBE_CONFIGS is not granted".to_owned()])
        }
        Step::Differences(differences) if differences.is_empty() => (style.good("as wanted"), Vec::new()),
        Step::Differences(differences) => (style.alarm("differs"), differences.iter().map(difference).collect()),
    }
}

fn described(topic: &Wanted) -> Vec<String> {
    let settings = topic.settings(topic.replication);
    let settings = settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
    vec![format!("{} partitions, replication factor {}", topic.partitions, topic.replication), settings]
}

fn difference(d: &Difference) -> String {
    let mend = match d.mend {
        Mend::Alter => "apply --alter",
        Mend::AddPartitions => "apply --add-partitions; keys move",
        Mend::ByHand => "kafka-reassign-partitions",
    };
    format!("{} is {}, wanted {} ({mend})", d.what, d.found, d.wanted)
}

fn applied(
    admin: &Admin,
    step: &Step,
    topic: &Wanted,
    alter: bool,
    add_partitions: bool,
    style: Style,
) -> Result<(String, Vec<String>), crate::stream::StreamError> {
    let differences = match step {
        Step::Create => {
            admin.create(topic)?;
            return Ok((style.good("created"), described(topic)));
        }
        Step::Differences(differences) => differences,
    };
    let asked = |d: &Difference| match d.mend {
        Mend::Alter => alter,
        Mend::AddPartitions => add_partitions,
        Mend::ByHand => false,
    };
    if differences.iter().any(|d| asked(d) && d.mend == Mend::Alter) {
        admin.alter(&topic.name, differences)?;
    }
    if differences.iter().any(|d| asked(d) && d.mend == Mend::AddPartitions) {
        admin.add_partitions(&topic.name, topic.partitions)?;
    }
    let line = |d: &Difference| match asked(d) {
        true => format!("{} was {}, is {}", d.what, d.found, d.wanted),
        false => format!("left: {}", difference(d)),
    };
    let state = match (differences.is_empty(), differences.iter().any(asked)) {
        (true, _) => style.good("as wanted"),
        (false, true) => style.good("altered"),
        (false, false) => style.alarm("differs"),
    };
    Ok((state, differences.iter().map(line).collect()))
}
