//! The one integration-test binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs, unreachable_pub)]

mod admin_port;
mod articles;
mod bad_articles;
mod bench;
mod broker;
mod browser;
mod cli;
mod deploy;
mod dlq;
mod enriched;
mod env_template;
mod exactly_once;
mod export;
mod faults;
mod fuzz;
mod golden;
mod growth;
mod hostile;
mod hosts;
mod kafka;
mod lessons;
mod linking;
mod mock_faults;
mod nlp_parity;
mod page;
mod parties;
mod ports;
mod process;
mod promql;
mod readings;
mod recipes;
mod records;
mod reload;
mod schemas;
mod secrets;
mod security;
mod shape;
mod sql;
mod stream_support;
mod throughput;
mod topics;
#[cfg(feature = "otel")]
mod traces;
mod two_events;
mod wheel;
mod where_and_when;
mod worker;

/// The tier of workers and commands whose events are not what a test is about: all else is the same, at a sixth of the cost.
const FAST: (&str, &str) = ("DATELINE__MODEL__TIER", "fast");

/// How long a test waits for a condition before it fails. Waits are for conditions, never for a time, and the limit only
/// ends a test that would hang: it is for a machine with twenty times the load of a quiet one.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(300);
