//! What the outside sees of the worker: metrics and logs.

pub mod logs;
pub mod metrics;
pub mod quality;
pub mod registry;

pub use metrics::Metrics;
pub use quality::QualityMetrics;
pub use registry::{Description, markdown};
