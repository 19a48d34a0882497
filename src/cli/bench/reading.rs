//! How fast articles are read, from the message's bytes to the JSON of the record.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::ratio;
use crate::article::{Hint, Intake};
use crate::extract::{Enricher, Pipeline};

/// Speed of the enrichment on some threads.
#[derive(Debug, Serialize)]
pub(super) struct Enrichment {
    pub(super) threads: usize,
    pub(super) measured: usize,
    pub(super) seconds: f64,
    pub(super) articles_per_second: f64,
    pub(super) words_per_second: f64,
    pub(super) article_milliseconds: Quantiles,
    pub(super) milliseconds_per_1000_words: Quantiles,
}

/// Of what 50 and 95 of 100 articles took.
#[derive(Debug, Serialize)]
pub(super) struct Quantiles {
    pub(super) p50: f64,
    pub(super) p95: f64,
}

/// Reads the articles in turn on so many threads for so long, each at least once.
pub(super) fn enrichment(
    pipeline: &Arc<Pipeline>,
    intake: &Intake,
    articles: &[(&[u8], &Hint, usize)],
    threads: usize,
    time: Duration,
) -> Result<Enrichment, Failure> {
    let read = |enricher: &mut Enricher, (bytes, hint, _): &(&[u8], &Hint, usize)| -> Result<(), anyhow::Error> {
        let record = enricher.enrich(&intake.read(bytes, hint)?, &|| false)?;
        std::hint::black_box(serde_json::to_vec(&record)?);
        Ok(())
    };
    let started = std::sync::Barrier::new(threads);
    let work = |offset: usize| -> Result<(Vec<(f64, usize)>, Duration), anyhow::Error> {
        let mut enricher = Enricher::new(Arc::clone(pipeline));
        // Once unmeasured: caches of words fill.
        let warm = articles.iter().try_for_each(|article| read(&mut enricher, article));
        started.wait();
        warm?;
        let (mut times, begun) = (Vec::new(), Instant::now());
        while begun.elapsed() < time || times.len() < articles.len() {
            let article = &articles[(offset + times.len()) % articles.len()];
            let start = Instant::now();
            read(&mut enricher, article)?;
            times.push((start.elapsed().as_secs_f64() * 1e3, article.2));
        }
        Ok((times, begun.elapsed()))
    };
    let results: Vec<_> = thread::scope(|scope| {
        let work = &work;
        // Each begins elsewhere, so that not all read the longest article in the same moment.
        let handles: Vec<_> = (0..threads).map(|n| scope.spawn(move || work(n * 3))).collect();
        handles.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let (mut times, mut rate, mut words, mut longest) = (Vec::new(), 0.0, 0.0, 0.0_f64);
    for result in results {
        let result = result.map_err(|_| anyhow::anyhow!("a thread panicked while it read an article"));
        let (own, took) = result.and_then(|r| r).map_err(|e| Failure::new(Exit::Internal, e))?;
        let took = took.as_secs_f64();
        rate += ratio(own.len(), 1) / took;
        words += ratio(own.iter().map(|(_, words)| words).sum(), 1) / took;
        longest = longest.max(took);
        times.extend(own);
    }
    Ok(Enrichment {
        threads,
        measured: times.len(),
        seconds: longest,
        articles_per_second: rate,
        words_per_second: words,
        article_milliseconds: quantiles(times.iter().map(|(ms, _)| *ms)),
        milliseconds_per_1000_words: quantiles(times.iter().map(|(ms, words)| ms * 1e3 / ratio(*words, 1))),
    })
}

/// Nearest-rank quantiles.
fn quantiles(values: impl Iterator<Item = f64>) -> Quantiles {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Quantiles { p50: at(50).unwrap_or(0.0), p95: at(95).unwrap_or(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let check = |values: &[f64], p50: f64, p95: f64| {
            let found = quantiles(values.iter().copied());
            assert_eq!((found.p50, found.p95), (p50, p95), "{values:?}");
        };
        check(&[], 0.0, 0.0);
        check(&[7.0], 7.0, 7.0);
        check(&[3.0, 1.0, 2.0, 4.0], 2.0, 4.0);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        check(&hundred, 50.0, 95.0);
    }
}
