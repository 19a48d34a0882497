//! Dateline: raw news articles in from Kafka, entities and events out, exactly once.
//!
//! Dependencies point downwards only:
//!
//! ```text
//! cli -> worker -> stream (knows nothing of news)
//!          |-----> extract -> nlp
//!          |          |-----> article
//!          |          |-----> record (leaf)
//!          |-----> link -----------> record
//! cli -> export -> stream, table -> record
//!          |-----> page, http, config, telemetry
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, missing_docs))]

pub mod article;
pub mod cli;
pub mod config;
pub mod export;
pub mod extract;
pub mod http;
pub mod link;
pub mod nlp;
pub mod page;
pub mod record;
pub mod stream;
pub mod table;
pub mod telemetry;
pub mod words;
pub mod worker;
