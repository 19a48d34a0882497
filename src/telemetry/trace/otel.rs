//! With the feature `otel`: spans, exported in batches by a thread of the SDK. An exporter that does not get rid of them
//! drops them; it never holds articles up.

use std::time::Duration;

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Link, Span, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::{Exporter, Received, TraceError, names, wanted};

/// Longest wait for the last spans to be sent.
const SHUTDOWN: Duration = Duration::from_secs(3);

/// Makes spans of articles.
#[derive(Debug, Clone)]
pub struct Tracing(Option<Active>);

#[derive(Debug, Clone)]
struct Active {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    common: Vec<KeyValue>,
}

impl Tracing {
    /// Exports nothing.
    pub fn off() -> Self {
        Self(None)
    }

    /// Exports as the standard variables say; nothing without an endpoint.
    ///
    /// # Errors
    /// The variables make no exporter.
    pub fn from_environment(who: &Exporter<'_>) -> Result<Self, TraceError> {
        if !wanted() {
            return Ok(Self::off());
        }
        let exporter = SpanExporter::builder().with_http().build().map_err(|e| TraceError::Exporter(e.to_string()))?;
        let mut resource = Resource::builder()
            .with_attribute(KeyValue::new(names::VERSION, env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new(names::INSTANCE, format!("{}-{}", who.group, who.instance)));
        // The builder has read OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES already and would let this win.
        let named = std::env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|list| list.contains("service.name="));
        if !named && std::env::var_os("OTEL_SERVICE_NAME").is_none_or(|name| name.is_empty()) {
            resource = resource.with_service_name("dateline");
        }
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
        let tracer = provider.tracer("dateline");
        let common = vec![
            KeyValue::new(names::SYSTEM, "kafka"),
            KeyValue::new(names::OPERATION, "process"),
            KeyValue::new(names::OPERATION_TYPE, "process"),
            KeyValue::new(names::GROUP, who.group.to_owned()),
            KeyValue::new(names::CLIENT, who.client.to_owned()),
        ];
        Ok(Self(Some(Active { provider, tracer, common })))
    }

    /// Takes an article up. The span ends when it is dropped.
    pub fn article<'a>(&self, received: impl FnOnce() -> Received<'a>) -> ArticleSpan {
        ArticleSpan(self.0.as_ref().map(|active| active.article(&received())))
    }

    /// Sends what is left.
    pub fn shutdown(&self) {
        if let Some(active) = &self.0
            && let Err(error) = active.provider.shutdown_with_timeout(SHUTDOWN)
        {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

impl Active {
    fn article(&self, received: &Received<'_>) -> opentelemetry_sdk::trace::Span {
        let mut attributes = self.common.clone();
        attributes.extend([
            KeyValue::new(names::TOPIC, received.topic.to_owned()),
            KeyValue::new(names::PARTITION, received.partition.to_string()),
            KeyValue::new(names::OFFSET, received.offset),
            KeyValue::new(names::BYTES, i64::try_from(received.bytes).unwrap_or(i64::MAX)),
        ]);
        let remote = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(received));
        let linked = remote.span().span_context().clone();
        let links = if linked.is_valid() { vec![Link::new(linked, Vec::new(), 0)] } else { Vec::new() };
        let span = SpanBuilder::from_name(format!("process {}", received.topic))
            .with_kind(SpanKind::Consumer)
            .with_attributes(attributes)
            .with_links(links);
        self.tracer.build_with_context(span, &Context::new())
    }
}

/// The record's headers, as the propagator reads them.
struct Headers<'a>(&'a Received<'a>);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.0.traceparent,
            "tracestate" => self.0.tracestate,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

/// The span of an article.
#[derive(Debug)]
pub struct ArticleSpan(Option<opentelemetry_sdk::trace::Span>);

impl ArticleSpan {
    /// The article was read.
    pub fn found(&mut self, events: usize, entities: usize) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new(names::EVENTS, i64::try_from(events).unwrap_or(i64::MAX)));
            span.set_attribute(KeyValue::new(names::ENTITIES, i64::try_from(entities).unwrap_or(i64::MAX)));
        }
    }

    /// The article is bad.
    pub fn rejected(&mut self, stage: &'static str, reason: &'static str) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new(names::STAGE, stage));
            span.set_attribute(KeyValue::new(names::ERROR, reason));
            span.set_status(Status::error(reason));
        }
    }
}
