//! Pairs of articles as the linker would compare them, for training its model.

use std::collections::BTreeMap;

use super::clock::DAY;
use super::features::{N, pair};
use super::index::{Index, keys};
use super::settings::Settings;
use super::traits::Traits;
use super::{clock, linker};
use crate::record::LinkArticle;

/// The features of every pair that the index leads to, by positions in the list.
pub fn pairs(articles: &[LinkArticle], settings: &Settings) -> Vec<(usize, usize, [f64; N])> {
    let traits: Vec<Traits> = articles.iter().map(Traits::of).collect();
    let published: Vec<i64> =
        articles.iter().map(|a| a.published_at.as_deref().and_then(clock::seconds).unwrap_or(0)).collect();
    let mut index = Index::default();
    let mut found = Vec::new();
    for (n, own) in traits.iter().enumerate().filter(|(n, _)| !articles[*n].template) {
        let mut weights: BTreeMap<u32, u32> = BTreeMap::new();
        for key in keys(own) {
            let days = if key.place { settings.window_days } else { settings.keep_days };
            let near = |m: &u32| (published[*m as usize] - published[n]).abs() <= days * DAY;
            for other in index.newest(key).take(settings.newest).filter(near) {
                *weights.entry(other).or_default() += linker::weight(key);
            }
        }
        for other in linker::heaviest(weights, settings.candidates) {
            found.push((other as usize, n, pair(&traits[other as usize], own)));
        }
        index.add(own, n as u32);
    }
    found
}
