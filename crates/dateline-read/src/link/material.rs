//! Pairs of articles as the linker would compare them, for training its model.

use super::clock;
use super::features::{N, pair};
use super::index::Index;
use super::probe::Probe;
use super::settings::Settings;
use super::traits::Traits;
use crate::record::LinkArticle;

/// The features of every pair that the index leads to, by positions in the list. `events` are the articles' true events,
/// which the linker will have found by the time that it compares.
pub fn pairs(articles: &[LinkArticle], events: &[String], settings: &Settings) -> Vec<(usize, usize, [f64; N])> {
    let traits: Vec<Traits> = articles.iter().map(Traits::of).collect();
    let published: Vec<i64> =
        articles.iter().map(|a| a.published_at.as_deref().and_then(clock::seconds).unwrap_or(0)).collect();
    let mut index = Index::default();
    let mut found = Vec::new();
    for (n, own) in traits.iter().enumerate().filter(|(n, _)| !articles[*n].template) {
        let open = |m: u32| Some((published[m as usize], events[m as usize].as_str()));
        let probe = Probe::new(own, published[n], &index, settings, open);
        found.extend(probe.candidates.iter().map(|m| (*m as usize, n, pair(&probe, &traits[*m as usize]))));
        index.add(own, n as u32);
    }
    found
}
