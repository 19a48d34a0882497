//! What the outside sees of the worker: metrics, logs and traces.

mod limit;
pub mod link;
pub mod logs;
pub mod metrics;
pub mod quality;
pub mod trace;

pub use dateline_stream::registry::{Description, markdown};
pub use link::LinkMetrics;
pub use logs::Logs;
pub use metrics::Metrics;
pub use quality::QualityMetrics;
pub use trace::Tracing;
