//! The service: the stream and the extraction joined, and all that a running worker needs besides.
//!
//! From the configuration to a worker's parts ([`settings`], [`pipeline`], checked by [`validate`]), articles through
//! them ([`news`]), what may change while it runs ([`reload`]) and what it tells ([`admin`]). It parses no arguments,
//! prints nothing and knows no exit codes: that is the command line's, which also puts the same parts together for its
//! demo and benchmark.

pub(crate) mod admin;
mod descriptors;
mod entities;
mod error;
pub(crate) mod lexicons;
pub(crate) mod link;
mod memory;
pub(crate) mod news;
pub(crate) mod output;
pub(crate) mod pipeline;
pub(crate) mod playground;
mod quality;
pub(crate) mod recent;
mod reload;
pub(crate) mod selection;
mod service;
pub(crate) mod settings;
pub(crate) mod validate;

use crate::config::Sources;

pub use error::WorkerError;
pub(crate) use service::run;

/// Where the settings come from, looked up at the start and again at each reload.
pub(crate) type Given = Box<dyn Fn() -> Sources + Send>;
