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
/// The desk of sports in the table.
const SPORT: &str = "sport";
/// Words that a result ("beat them 3-1") counts for: a short report has room for few.
const RESULT: usize = 3;
/// Verbs and nouns that a result follows.
const RESULT_WORDS: [&str; 12] =
    ["beat", "defeat", "win", "lose", "draw", "lead", "trail", "thrash", "edge", "victory", "loss", "rout"];

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
        .find(|(name, n, distinct)| {
            let result = if *name == SPORT && has_result(doc, words) { RESULT } else { 0 };
            distinct.len() + result >= DISTINCT
                && (n + result) as f64 >= DENSITY * content as f64
                && harm * 4 < n + result
        })
        .map(|(name, _, words)| Desk { name, words })
}

/// Whether a sentence tells how a match ended. Parliaments vote in larger numbers.
fn has_result(doc: &Doc<'_>, words: &Words<'_>) -> bool {
    let score = |i: usize| doc.word(i).parse::<u8>().is_ok_and(|n| n <= 20);
    (2..doc.len()).any(|i| {
        let glued = !doc.tokens()[i - 1].space_after && !doc.tokens()[i - 2].space_after;
        glued
            && matches!(doc.word(i - 1), "-" | "–")
            && score(i)
            && score(i - 2)
            && (doc.sentence_of(i).start..i - 2).rev().take(5).any(|w| RESULT_WORDS.contains(&words.lemma(w)))
    })
}
