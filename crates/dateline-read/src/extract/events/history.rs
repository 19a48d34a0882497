//! What a text tells of as history: by a name of the past (`eras.tsv`), an anniversary, or "30 years after".

use std::ops::Range;

use super::classes::Class;
use super::lexicon::Lexicon;
use super::words::Words;
use crate::extract::Story;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Pos};
use crate::words::WordClass;
use crate::words::{TableError, rows};

/// Years after which what has a name is history.
const PAST: i16 = 2;

/// Names of the past, in words, with the last year of each.
#[derive(Debug, Default)]
pub(super) struct Eras(Vec<(Vec<String>, i16)>);

impl Eras {
    pub(super) fn load((table, text): (&'static str, &str)) -> Result<Self, TableError> {
        let mut eras = Self::default();
        for row in rows(table, text, 2)? {
            let year = row.cell(1).parse().map_err(|_| row.error("no year"))?;
            eras.0.extend(row.cell(0).split(',').map(|name| (name.split(' ').map(str::to_owned).collect(), year)));
        }
        Ok(eras)
    }

    /// The tokens that name the past in a story.
    pub(super) fn find(&self, story: &Story<'_>) -> Vec<Range<usize>> {
        let doc = story.doc;
        let day = story.date().map_or(i16::MAX, |d| d.year());
        let words: Vec<String> = (0..doc.len()).map(|i| doc.word(i).to_lowercase()).collect();
        let mut found = Vec::new();
        for start in 0..words.len() {
            let named = self.0.iter().filter(|(name, year)| {
                day.saturating_sub(PAST) >= *year
                    && name.iter().enumerate().all(|(n, w)| words.get(start + n).is_some_and(|x| x == w))
            });
            if let Some(longest) = named.map(|(name, _)| name.len()).max() {
                found.push(start..start + longest);
            }
        }
        found
    }
}

/// Whether the sentence of an event tells it as history.
pub(super) fn is_old(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>, eras: &[Range<usize>], event: usize) -> bool {
    let named = |i: usize| eras.iter().any(|e| e.contains(&i));
    // "fought at the Somme", "stormed the beach on D-Day": the past stands among the words of its own clause.
    let clause = syntax::clause(doc, event).unwrap_or(event);
    let sentence = doc.sentence_of(event);
    let own = |e: &Range<usize>| {
        sentence.contains(&e.start)
            && std::iter::once(e.end - 1)
                .chain(doc.ancestors(e.end - 1))
                .find(|a| *a == event || doc.pos(*a) == Pos::Verb)
                .is_some_and(|a| a == event || a == clause)
    };
    if eras.iter().any(own) {
        return true;
    }
    let mut at = event;
    for _ in 0..12 {
        if named(at) || is_marked(doc, lexicon, words, at) {
            return true;
        }
        if doc.is_root(at) {
            return false;
        }
        // The clause above a statement or a noun of today is not the event's.
        if at != event && matches!(doc.dep(at), Dep::Ccomp | Dep::Advcl) {
            return false;
        }
        at = doc.head(at);
    }
    false
}

/// "30 years after the genocide", "the anniversary of the massacre", "a memorial for the victims of".
fn is_marked(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>, noun: usize) -> bool {
    if doc.dep(noun) != Dep::Pobj {
        return false;
    }
    let prep = doc.head(noun);
    let years = |i: usize| lexicon.is(WordClass::YearsBack, doc.lemma(i));
    let back = prep.saturating_sub(3).max(doc.sentence_of(noun).start)..prep;
    match doc.lemma(prep) {
        "after" | "since" => back.clone().any(years),
        "of" => words.bits(doc.head(prep)) & lexicon.classes.class(Class::Remembrance) != 0,
        _ => false,
    }
}
