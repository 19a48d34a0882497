//! Articles that report no coded events: sports, shows, weather forecasts, recipes.
//!
//! Coders of event data filter these first, because a match is full of attacks and strikes. Conservative: an article
//! is left out only when its words are dense with one desk's terms and free of harm.

use super::lexicon::Lexicon;
use super::trace::Desk;
use super::words::Words;
use crate::nlp::{Doc, Pos};

/// Distinct words of one desk that an article must hold.
const DISTINCT: usize = 5;
/// Share of its nouns and verbs that they must make up.
const DENSITY: f64 = 0.045;

/// The desk of an article in which no events are looked for.
pub(super) fn desk(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>) -> Option<Desk> {
    let mut desks: Vec<(&'static str, usize, Vec<&'static str>)> = Vec::new();
    let mut content = 0usize;
    for i in 0..doc.len() {
        if !matches!(doc.pos(i), Pos::Noun | Pos::Verb | Pos::Propn | Pos::Adj) {
            continue;
        }
        content += 1;
        let Some((word, desk)) = lexicon.offtopic.get_key_value(words.lemma(i)) else { continue };
        let at = desks.iter().position(|(d, ..)| d == desk).unwrap_or_else(|| {
            desks.push((desk, 0, Vec::new()));
            desks.len() - 1
        });
        let (_, n, distinct) = &mut desks[at];
        *n += 1;
        if !distinct.contains(word) {
            distinct.push(word);
        }
    }
    let harm =
        (0..doc.len()).filter(|i| matches!(words.lemma(*i), "kill" | "wound" | "bomb" | "arrest" | "protest")).count();
    desks
        .into_iter()
        .find(|(_, n, distinct)| distinct.len() >= DISTINCT && *n as f64 >= DENSITY * content as f64 && harm * 4 < *n)
        .map(|(name, _, words)| Desk { name, words })
}
