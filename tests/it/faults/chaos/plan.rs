//! What a long run is: its size, its seed, and how the workers share the partitions.

use std::fmt;
use std::time::Duration;

use super::super::Random;
use crate::process::Group;

/// Workers of the group, at least and at most.
pub const FEWEST: usize = 3;
pub const MOST: usize = 5;

/// A setting of the long tests.
pub fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(format!("DATELINE_CHAOS_{name}")).ok();
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("DATELINE_CHAOS_{name} must be a number")))
}

/// How partitions are shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    Eager,
    Cooperative,
    /// KIP-848.
    Consumer,
}

impl Assignment {
    fn from_settings(seed: u64) -> Self {
        match std::env::var("DATELINE_CHAOS_ASSIGNMENT").as_deref() {
            Ok("eager") => Self::Eager,
            Ok("cooperative") => Self::Cooperative,
            Ok("consumer") => Self::Consumer,
            Ok(other) => panic!("DATELINE_CHAOS_ASSIGNMENT must be eager, cooperative or consumer, not {other}"),
            Err(_) if seed.is_multiple_of(2) => Self::Cooperative,
            Err(_) => Self::Eager,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Eager => "eager",
            Self::Cooperative => "cooperative",
            Self::Consumer => "consumer",
        }
    }
}

/// A long run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub articles: usize,
    pub time: Duration,
    pub events: usize,
    pub seed: u64,
    pub assignment: Assignment,
    /// After which the group gives a worker up: shorter and longer than the cluster takes to give up a broker (4 s).
    pub session: Duration,
    /// After which the brokers give a transaction up: shorter and longer than what a strike may last.
    pub transaction: Duration,
}

impl Plan {
    pub fn from_settings() -> Self {
        let seed = setting("SEED", 20_260_801);
        let mut random = Random(seed ^ 0x5eed);
        let session = [4, 6, 10][random.below(3) as usize];
        let transaction = [10, 30][random.below(2) as usize];
        Self {
            articles: setting("ARTICLES", 100_000) as usize,
            time: Duration::from_secs(setting("MINUTES", 30) * 60),
            events: setting("EVENTS", 120) as usize,
            seed,
            assignment: Assignment::from_settings(seed),
            session: Duration::from_secs(session),
            transaction: Duration::from_secs(transaction),
        }
    }

    /// The command that repeats the run.
    pub fn command(&self) -> String {
        format!(
            "DATELINE_CHAOS_ARTICLES={} DATELINE_CHAOS_MINUTES={} DATELINE_CHAOS_EVENTS={} DATELINE_CHAOS_SEED={} \
             DATELINE_CHAOS_ASSIGNMENT={} cargo test --locked --test it chaos -- --ignored --nocapture",
            self.articles,
            self.time.as_secs() / 60,
            self.events,
            self.seed,
            self.assignment.name(),
        )
    }

    /// Workers that log what is needed to tell afterwards what happened.
    pub fn group(&self, group: Group) -> Group {
        let seconds = |time: Duration| format!("{}s", time.as_secs());
        let group = group
            .with("KAFKA__SESSION_TIMEOUT", &seconds(self.session))
            .with("KAFKA__TRANSACTION_TIMEOUT", &seconds(self.transaction))
            .with("WORKER__BATCH_RECORDS", "100")
            .with("LOG__LEVEL", "info,dateline::stream=debug,librdkafka=debug")
            .with("KAFKA__CONSUMER__DEBUG", "cgrp")
            .with("KAFKA__PRODUCER__DEBUG", "eos");
        match self.assignment {
            Assignment::Eager => group,
            Assignment::Cooperative => {
                group.with("KAFKA__CONSUMER__PARTITION_ASSIGNMENT_STRATEGY", "cooperative-sticky")
            }
            Assignment::Consumer => group
                .with("KAFKA__CONSUMER__GROUP_PROTOCOL", "consumer")
                .without("KAFKA__CONSUMER__HEARTBEAT_INTERVAL_MS"),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} assignment, seed {}, session {} s, transactions {} s",
            self.assignment.name(),
            self.seed,
            self.session.as_secs(),
            self.transaction.as_secs()
        )
    }
}
