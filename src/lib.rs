//! Dateline: raw news articles in from Kafka, entities and events out, exactly once.
//!
//! The binary: the service, its pages and its command line. Reading is [`dateline_read`], Kafka is [`dateline_stream`];
//! their modules have their names here, too.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, missing_docs))]

pub mod cli;
pub mod config;
pub mod export;
pub mod http;
pub mod page;
pub mod telemetry;
pub mod worker;

pub use dateline_read::{article, extract, link, nlp, record, table, words};
pub use dateline_stream as stream;
