//! The worker: Kafka in, enrichment, Kafka out, exactly once.
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
//! Not here: HTTP, signals, configuration files, logging set-up.

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
mod oauth;
mod pool;
pub mod probe;
pub mod process;
mod producer;
mod queue;
pub mod reader;
mod rebalance;
mod recorder;
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
pub use process::{Header, Input, OutputRecord, Process, ProcessFactory, Processed, Rejection, Stage};
pub use settings::{Delivery, LostHistory, Properties, Settings, Topics};
pub use stopwatch::Stopwatch;
pub use worker::{Summary, Worker, WorkerHandle};
