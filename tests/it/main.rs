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
mod env_template;
mod exactly_once;
mod faults;
mod fuzz;
mod golden;
mod growth;
mod hostile;
mod hosts;
mod kafka;
mod lessons;
mod mock_faults;
mod nlp_parity;
mod page;
mod process;
mod promql;
mod records;
mod reload;
mod schemas;
mod secrets;
mod security;
mod stream_support;
mod throughput;
mod topics;
#[cfg(feature = "otel")]
mod traces;
mod worker;
