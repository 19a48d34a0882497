//! Without the feature `otel`: nothing.

use super::{Exporter, Received, TraceError, wanted};

/// Exports nothing.
#[derive(Debug, Clone)]
pub struct Tracing;

impl Tracing {
    /// Exports nothing.
    pub fn off() -> Self {
        Self
    }

    /// Exports nothing, and says so where the environment asks for it.
    ///
    /// # Errors
    /// None.
    pub fn from_environment(_: &Exporter<'_>) -> Result<Self, TraceError> {
        if wanted() {
            tracing::warn!("traces are asked for, but this binary is built without the feature otel");
        }
        Ok(Self)
    }

    /// Takes an article up.
    pub fn article<'a>(&self, _: impl FnOnce() -> Received<'a>) -> ArticleSpan {
        ArticleSpan
    }

    /// Nothing to send.
    pub fn shutdown(&self) {}
}

/// No span.
#[derive(Debug)]
pub struct ArticleSpan;

impl ArticleSpan {
    /// The article was read.
    pub fn found(&mut self, _events: usize, _entities: usize) {}

    /// The article is bad.
    pub fn rejected(&mut self, _stage: &'static str, _reason: &'static str) {}
}
