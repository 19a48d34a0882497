//! A Kafka worker: records in, a function on all cores, records out, exactly once.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use dateline_stream::{
//!     Delivery, Input, Metrics, OutputRecord, Process, ProcessFactory, Processed, Rejection, Settings, Stage, Topics,
//!     Worker,
//! };
//!
//! /// Says everything loudly.
//! struct Shout(Arc<str>);
//!
//! impl Process for Shout {
//!     fn process(&mut self, input: &Input, _stop: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
//!         let bytes = input.value.clone().unwrap_or_default();
//!         // What is rejected goes to the dead-letter topic with its reason, and the stream goes on.
//!         let text = String::from_utf8(bytes).map_err(|e| Rejection::fault(Stage::Read, "not_utf8", e.to_string()))?;
//!         Ok(Processed::Records(vec![OutputRecord {
//!             topic: self.0.clone(),
//!             partition: None,
//!             key: input.key.clone(),
//!             value: Some(text.to_uppercase().into_bytes()),
//!             headers: Vec::new(),
//!         }]))
//!     }
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let topics = Topics::new("quiet", ["loud"], "quiet.dead");
//!     let loud = topics.outputs[0].clone();
//!     // One transaction holds the records and the offsets they were made of; `shout-0` is the name of this worker's slot.
//!     let delivery = Delivery::ExactlyOnce { transactional_id: "shout-0".to_owned() };
//!     let settings = Settings::new("localhost:9092", "shout", delivery, topics);
//!     let factory: ProcessFactory = Arc::new(move || Box::new(Shout(loud.clone())));
//!     let worker = Worker::start(settings, factory, Metrics::new()?)?;
//!     // `worker.stop()`, for instance on SIGTERM, commits what is finished and ends the wait.
//!     let summary = worker.wait()?;
//!     println!("{} records, {} dead letters", summary.enriched, summary.dead_lettered);
//!     Ok(())
//! }
//! ```
//!
//! ```text
//!                 stream thread (turn, batch, rebalance)                      enrichment threads (pool)
//!   consumer --> gate --> ledger -------------------- jobs -------------->  Process::process
//!                           |  ^------------------- results --------------
//!                           v
//!              batch of finished prefixes --> delivery (transaction | at_least_once) --> producer
//! ```
//!
//! One thread owns both Kafka clients and all state; the others only turn an input into records. `turn` says why
//! every interleaving is harmless, `ledger` holds the invariants, `transaction` the rules of the transactional
//! protocol. [`process`] is the seam to what is made of records, which knows no Kafka; what keeps state finds it again in a [`changelog`].
//!
//! Knows nothing of news; an "article" is any record. Not here: HTTP, signals, configuration files, logging set-up.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, missing_docs))]

pub mod admin;
mod at_least_once;
mod batch;
mod bounded;
mod breaker;
pub mod carried;
pub mod changelog;
mod client;
mod commits;
pub mod connection;
mod consumer;
mod contact;
mod crashes;
pub mod dead_letter;
mod delivery;
pub mod diagnosis;
pub mod embedded;
pub mod error;
mod ffi;
mod gate;
mod halt;
pub mod health;
mod history;
mod identity;
mod isolation;
mod ledger;
pub mod letters;
mod lost;
mod membership;
pub mod metrics;
mod oauth;
mod pool;
pub mod probe;
pub mod process;
mod producer;
pub mod properties;
mod queue;
pub mod reader;
mod rebalance;
mod recorder;
pub mod registry;
pub mod replay;
mod retry;
pub mod settings;
mod statistics;
mod stop;
mod stopwatch;
pub mod tail;
pub mod topics;
mod transaction;
mod turn;
mod worker;

pub use breaker::DeadLetterLimits;
pub use carried::Carried;
pub use changelog::{Changelog, Restored};
pub use crashes::CrashGuard;
pub use embedded::Broker;
pub use error::StreamError;
pub use health::{Health, Phase};
pub use ledger::LedgerError;
pub use metrics::Metrics;
pub use process::{Header, Input, OutputRecord, Process, ProcessFactory, Processed, Rejection, Stage};
pub use settings::{Delivery, LostHistory, Properties, Settings, Topics};
pub use stopwatch::Stopwatch;
pub use worker::{Summary, Worker, WorkerHandle};
