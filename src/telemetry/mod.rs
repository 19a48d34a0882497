//! What the outside sees of the worker: metrics and logs.

pub mod logs;
pub mod metrics;

pub use metrics::Metrics;
