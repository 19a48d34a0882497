//! The words of one article as the event tables see them: lower-case lemmas and word classes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::classes::{Class, Classes, PRON};
use super::lexicon::{Alternatives, Lexicon};
use crate::nlp::{Doc, Pos, Tag};
use crate::words::WordClass;

/// Lemmas and classes of every token.
#[derive(Debug)]
pub(super) struct Words<'d> {
    lemmas: Vec<Cow<'d, str>>,
    bits: Vec<u128>,
    /// All lemmas and classes of the article.
    all: HashSet<&'d str>,
    all_bits: u128,
}

impl<'d> Words<'d> {
    /// Looks every token up.
    pub(super) fn new(doc: &'d Doc<'_>, lexicon: &Lexicon) -> Self {
        let classes = &lexicon.classes;
        let mut words = Self {
            lemmas: Vec::with_capacity(doc.len()),
            bits: Vec::with_capacity(doc.len()),
            all: HashSet::new(),
            all_bits: 0,
        };
        for i in 0..doc.len() {
            let lemma = match doc.lemma(i) {
                // "Students marched": a plural that the tagger takes for a name keeps its ending.
                l if doc.tokens()[i].tag == Tag::Nnps && doc.entity_at(i).is_none() => {
                    let lower = l.to_lowercase();
                    Cow::Owned(lower.strip_suffix('s').map_or(lower.clone(), str::to_owned))
                }
                l if l.bytes().any(|b| b.is_ascii_uppercase()) => Cow::Owned(l.to_lowercase()),
                l => Cow::Borrowed(l),
            };
            let mut bits = classes.lemmas.get(lemma.as_ref()).copied().unwrap_or_default();
            let storm = i.checked_sub(1).filter(|_| doc.pos(i) == Pos::Propn).map(|b| doc.word(b).to_lowercase());
            if storm.is_some_and(|s| lexicon.is(WordClass::Storm, &s)) {
                // "Cyclone Idai" is named like a person and acts like the weather.
                bits |= classes.class(Class::Disaster);
            } else if let Some(entity) = doc.entity_at(i) {
                bits |= Classes::kind_bit(entity.kind);
            }
            if doc.pos(i) == Pos::Pron && lexicon.is(WordClass::Personal, &doc.word(i).to_ascii_lowercase()) {
                bits |= PRON;
            }
            words.all_bits |= bits;
            words.all.insert(doc.lemma(i));
            words.lemmas.push(lemma);
            words.bits.push(bits);
        }
        words
    }

    /// Lower-case lemma of token `i`.
    pub(super) fn lemma(&self, i: usize) -> &str {
        &self.lemmas[i]
    }

    /// Class bits of token `i`.
    pub(super) fn bits(&self, i: usize) -> u128 {
        self.bits[i]
    }

    /// The lemma with what a hyphen joins to its front: "fire" in "cease-fire" is `cease-fire`.
    pub(super) fn hyphenated(&self, doc: &Doc<'_>, i: usize) -> Option<String> {
        let joined = |j: usize| !doc.tokens()[j].space_after;
        let front = i.checked_sub(2).filter(|f| joined(*f) && joined(i - 1) && matches!(doc.word(i - 1), "-" | "–"))?;
        Some(format!("{}-{}", doc.word(front).to_lowercase(), self.lemma(i)))
    }

    /// The lemma of token `i` with that of the next: "emergency services" is `emergency-service`.
    pub(super) fn pair(&self, i: usize) -> Option<String> {
        Some(format!("{}-{}", self.lemma(i), self.lemmas.get(i + 1)?))
    }

    /// Whether token `i` is one of the alternatives.
    pub(super) fn is(&self, i: usize, alternatives: &Alternatives) -> bool {
        alternatives.any || self.bits[i] & alternatives.classes != 0 || alternatives.lists(self.lemma(i))
    }

    /// Whether the article holds one of the alternatives.
    pub(super) fn article_has(&self, alternatives: &Alternatives) -> bool {
        self.all_bits & alternatives.classes != 0 || alternatives.words.iter().any(|w| self.all.contains(&**w))
    }
}
