//! Traces: one span per article, exported over OTLP (HTTP, protobuf) when built with the feature `otel`.
//!
//! The span `process <topic>` is a root span with a *link* to the context that came in the record's headers, not its
//! child: in a stream the time between producing and processing is no part of either, and a batch has many parents
//! (OpenTelemetry semantic conventions for messaging, "consumer spans"). The headers `traceparent` and `tracestate` go
//! on to every output as they came (`stream::output`), with or without this feature: the bytes of an output do not
//! depend on who watches.
//!
//! Endpoint, headers, time-outs, sampler and resource attributes come from the standard variables
//! (`OTEL_EXPORTER_OTLP_*`, `OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`); without an endpoint
//! nothing is exported. Without the feature everything here is empty.

#[cfg_attr(feature = "otel", path = "trace/otel.rs")]
#[cfg_attr(not(feature = "otel"), path = "trace/off.rs")]
mod exporter;
#[cfg(feature = "otel")]
mod names;

pub use exporter::{ArticleSpan, Tracing};

/// What is known of an article when it is taken up. Never its text.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Topic.
    pub topic: &'a str,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// Bytes of the value.
    pub bytes: usize,
    /// The header of that name.
    pub traceparent: Option<&'a str>,
    /// The header of that name.
    pub tracestate: Option<&'a str>,
}

/// Who exports.
#[derive(Debug, Clone, Copy)]
pub struct Exporter<'a> {
    /// Name of this worker among those of its group.
    pub instance: &'a str,
    /// Consumer group.
    pub group: &'a str,
    /// Client id.
    pub client: &'a str,
}

/// Why no traces can be exported.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The exporter cannot be made.
    #[error("traces cannot be exported: {0}; check the variables OTEL_EXPORTER_OTLP_*")]
    Exporter(String),
}

impl TraceError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Exporter(_) => "exporter",
        }
    }
}

/// Whether the standard variables ask for traces.
fn wanted() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let endpoint =
        ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"].into_iter().any(|n| set(n).is_some());
    endpoint && set("OTEL_SDK_DISABLED").is_none_or(|value| !value.eq_ignore_ascii_case("true"))
}
