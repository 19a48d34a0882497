//! The playground's side of the admin port: a pasted article through intake and enrichment to a page.
//!
//! Nothing is published, kept or logged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::news::Shared;
use super::pipeline;
use crate::article::samples::SAMPLES;
use crate::article::{Hint, Intake};
use crate::config::Config;
use crate::extract::Enricher;
use crate::http;
use crate::page::{self, Html, Refusal, Sample, View};

/// Most bytes of an article: enough for any, and no more than a browser shows well.
const LIMIT: usize = 1 << 20;
/// Name of the form's field, as `text/plain` forms are encoded.
const FIELD: &str = "article=";

/// Reads articles of people.
pub(crate) struct Playground {
    shared: Shared,
    intake: Intake,
    time: Duration,
    limit: usize,
}

impl Playground {
    pub(crate) fn new(shared: Shared, config: &Config) -> Self {
        let limit = config.limits.article_bytes.0.min(LIMIT);
        Self { shared, intake: pipeline::intake(config), time: config.worker.article_timeout, limit }
    }

    fn enrich(&self, text: &str) -> Result<Html, (&'static str, String)> {
        let start = Instant::now();
        let article = self.intake.read(text.as_bytes(), &Hint::default()).map_err(|e| (e.kind(), e.to_string()))?;
        let stop = || start.elapsed() >= self.time;
        let mut enricher = Enricher::new(Arc::clone(&self.shared.load().pipeline));
        let record = enricher.enrich(&article, &stop).map_err(|e| (e.kind(), e.to_string()))?;
        let view = View { record: &record, article: &article };
        Ok(page::reading(view, text, start.elapsed(), self.limit))
    }
}

impl http::Playground for Playground {
    fn limit(&self) -> usize {
        self.limit
    }

    fn time(&self) -> Duration {
        self.time
    }

    fn form(&self, sample: Option<&str>) -> http::Page {
        let samples: Vec<Sample> = samples().collect();
        let text = samples.iter().find(|s| Some(s.name) == sample).map_or("", |s| s.text);
        served(page::form(&samples, text, self.limit))
    }

    fn read(&self, body: &[u8]) -> Result<http::Page, http::Page> {
        let text = match pasted(body) {
            Ok(text) => text,
            Err(e) => return Err(self.refuse("not_utf8", &e.to_string())),
        };
        self.enrich(&text).map(served).map_err(|(reason, message)| {
            served(page::refusal(Refusal { reason, message: &message }, &text, self.limit))
        })
    }

    fn refuse(&self, reason: &str, message: &str) -> http::Page {
        served(page::refusal(Refusal { reason, message }, "", self.limit))
    }
}

/// The article in a body: the form's only field, or all of it. Browsers end every line of a form with CR LF, whatever
/// was pasted.
fn pasted(body: &[u8]) -> Result<String, std::str::Utf8Error> {
    let text = std::str::from_utf8(body)?;
    Ok(match text.strip_prefix(FIELD) {
        Some(field) => field.strip_suffix("\r\n").unwrap_or(field).replace("\r\n", "\n"),
        None => text.to_owned(),
    })
}

fn samples() -> impl Iterator<Item = Sample> {
    SAMPLES.iter().filter_map(|s| Some(Sample { name: s.name, text: std::str::from_utf8(s.bytes).ok()? }))
}

/// A page as the server takes it.
pub(crate) fn served(page: Html) -> http::Page {
    http::Page { body: page.body, policy: page.policy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_plain_bodies_are_read() {
        let check = |body: &str, expect: &str| assert_eq!(pasted(body.as_bytes()).unwrap(), expect, "{body:?}");
        check("article=One.\r\n\r\nTwo & three=4%20+\r\n", "One.\n\nTwo & three=4%20+");
        check("article=\r\n", "");
        check("One.\r\nTwo.", "One.\r\nTwo.");
        check("{\"text\":\"article=x\"}", "{\"text\":\"article=x\"}");
        assert!(pasted(b"article=\xff\r\n").is_err());
    }
}
