//! Bulletins: several short reports in one text, each behind the name of its place and a colon.
//!
//! "Attacks in Iraq on Thursday. BAGHDAD: A car bomb killed five people. MOSUL: Gunmen shot dead six soldiers." What is
//! told under one place happened there, and is another event than what is told under another place, however alike the words
//! are; what stands before the first one sums them up. One place before a colon makes no bulletin: "Ukraine: what we know
//! so far". Where there are two, a paragraph that is only a place's name, as a table has them, heads the next one.

use std::ops::Range;

use super::Story;
use super::entities::{Entities, EntityId, Mention};
use crate::article::BlockKind;
use crate::record::EntityKind;

/// A part of a bulletin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part<'a> {
    /// What stands before the first place.
    Summary,
    /// What stands under a place's name.
    Under(&'a Mention),
}

impl Part<'_> {
    /// The entity of the place; none of a summary.
    pub(super) fn place(self) -> Option<EntityId> {
        match self {
            Self::Summary => None,
            Self::Under(name) => Some(name.entity),
        }
    }

    /// Whether its place stands among some words.
    pub(super) fn is_headed_by(self, words: Range<usize>) -> bool {
        matches!(self, Self::Under(name) if words.contains(&name.head))
    }
}

/// Of every sentence the part that it belongs to; none behind the last one, and where the text is no bulletin.
pub(super) fn parts<'a>(story: &Story<'_>, entities: &'a Entities) -> Vec<Option<Part<'a>>> {
    let sentences = 0..story.doc.sentences().len();
    let labels: Vec<Option<&Mention>> = sentences.clone().map(|s| label(story, entities, s)).collect();
    let mut places: Vec<EntityId> = labels.iter().flatten().map(|m| m.entity).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() < 2 {
        return vec![None; sentences.len()];
    }
    let mut parts = Vec::with_capacity(sentences.len());
    // A bare name heads the next paragraph, too.
    let mut bare = false;
    for s in sentences {
        let goes_on =
            s == 0 || bare || story.paragraph(s) == story.paragraph(s - 1) || story.kind(s - 1) == BlockKind::Dateline;
        let named = labels[s].or_else(|| line(story, entities, s).inspect(|_| bare = true));
        bare &= named.is_some() && labels[s].is_none();
        parts.push(match (named, parts.last().copied().unwrap_or(Some(Part::Summary))) {
            (Some(name), _) => Some(Part::Under(name)),
            (None, Some(Part::Under(_))) if !goes_on => None,
            (None, last) => last,
        });
    }
    parts
}

/// The place that labels a sentence.
fn label<'a>(story: &Story<'_>, entities: &'a Entities, s: usize) -> Option<&'a Mention> {
    let label = story.label(s)?;
    place(entities, label.clone()).filter(|m| m.tokens.start == label.start)
}

/// The place that is all of a line.
fn line<'a>(story: &Story<'_>, entities: &'a Entities, s: usize) -> Option<&'a Mention> {
    let line = story.line(s)?;
    place(entities, line.clone()).filter(|m| m.tokens == line)
}

/// The first of some words' names, if it is a place's.
fn place(entities: &Entities, words: Range<usize>) -> Option<&Mention> {
    let first = entities.headed_in(words).next()?;
    matches!(first.kind, EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac).then_some(first)
}

#[cfg(test)]
mod tests {
    use crate::extract::testing;

    use super::Part;

    /// The places of the sentences of a text; "-" for a summary.
    fn parts(text: &str) -> Vec<String> {
        let story = testing::read(text, None);
        let place = |part: Option<Part<'_>>| match part {
            None => "",
            Some(Part::Summary) => "-",
            Some(Part::Under(name)) => story.doc.span_text(name.tokens.clone()),
        };
        testing::facts(&story, |facts| {
            super::parts(&story, facts.entities).into_iter().map(|p| place(p).to_owned()).collect()
        })
    }

    #[test]
    fn places_before_colons_head_what_follows() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "Violence in Syria on Sunday:\n\nAleppo: Gunmen shot six soldiers.\n\nHoms: A bomb killed three. Two were hurt.",
                &["-", "Aleppo", "Homs", "Homs"],
            ),
            (
                "Attacks in Iraq on Thursday:\n\nBAGHDAD: A car bomb killed five people.\n\nMOSUL: Gunmen shot six soldiers.",
                &["-", "BAGHDAD", "BAGHDAD", "MOSUL"],
            ),
            ("* KABUL: A mine wounded two.\n* KANDAHAR: Police found a body.", &["KABUL", "KABUL", "KANDAHAR"]),
            // The end of the list ends what its last place heads.
            (
                "Abuja: Two died.\n\nLagos: Three died.\n\nThe president called for calm.",
                &["Abuja", "Lagos", "Lagos", ""],
            ),
            (
                "Abuja: Two died.\n\nLagos: Three died.\n\nIbadan\n\nRebels killed one.\n\nThe president called for calm.",
                &["Abuja", "Lagos", "Lagos", "Ibadan", "Ibadan", ""],
            ),
            ("Ukraine: What we know so far.\n\nA missile hit Odesa on Monday.", &["", ""]),
            ("Police: Two men were arrested.\n\nWitnesses: They had guns.", &["", ""]),
        ];
        for (text, expected) in cases {
            assert_eq!(parts(text), expected, "{text}");
        }
    }
}
