//! Bulletins: several short reports in one text, each behind the name of its place and a colon.
//!
//! "Attacks in Iraq on Thursday. BAGHDAD: A car bomb killed five people. MOSUL: Gunmen shot dead six soldiers." What is
//! told under one place happened there, and is another event than what is told under another place, however alike the words
//! are. One place before a colon makes no bulletin: "Ukraine: what we know so far".

use super::Facts;
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::entities::{EntityId, Mention};
use crate::record::EntityKind;

/// Of every sentence the name of the place under which it stands; none where the text is no bulletin.
pub(super) fn headings<'a>(story: &Story<'_>, facts: &Facts<'a>) -> Vec<Option<&'a Mention>> {
    let mut headings: Vec<Option<&Mention>> = Vec::with_capacity(story.doc.sentences().len());
    for s in 0..story.doc.sentences().len() {
        let goes_on =
            s > 0 && (story.paragraph(s) == story.paragraph(s - 1) || story.kind(s - 1) == BlockKind::Dateline);
        headings.push(heading(story, facts, s).or_else(|| if goes_on { headings[s - 1] } else { None }));
    }
    let mut places: Vec<EntityId> = headings.iter().flatten().map(|m| m.entity).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() < 2 {
        headings.fill(None);
    }
    headings
}

/// The place that labels a sentence.
fn heading<'a>(story: &Story<'_>, facts: &Facts<'a>, s: usize) -> Option<&'a Mention> {
    let label = story.label(s)?;
    let is_place = |m: &&Mention| matches!(m.kind, EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac);
    facts.entities.headed_in(label.clone()).filter(is_place).find(|m| m.tokens.start == label.start)
}

#[cfg(test)]
mod tests {
    use crate::extract::testing;

    /// The headings of the sentences of a text.
    fn headings(text: &str) -> Vec<String> {
        let story = testing::read(text, None);
        testing::facts(&story, |facts| {
            let named = |m: &super::Mention| story.doc.span_text(m.tokens.clone()).to_owned();
            super::headings(&story, facts).into_iter().map(|h| h.map_or_else(String::new, named)).collect()
        })
    }

    #[test]
    fn places_before_colons_head_what_follows() {
        let cases: [(&str, &[&str]); 6] = [
            (
                "Violence in Syria on Sunday:\n\nAleppo: Gunmen shot six soldiers.\n\nHoms: A bomb killed three. Two were hurt.",
                &["", "Aleppo", "Homs", "Homs"],
            ),
            (
                "Attacks in Iraq on Thursday:\n\nBAGHDAD: A car bomb killed five people.\n\nMOSUL: Gunmen shot six soldiers.",
                &["", "BAGHDAD", "BAGHDAD", "MOSUL"],
            ),
            ("* KABUL: A mine wounded two.\n* KANDAHAR: Police found a body.", &["KABUL", "KABUL", "KANDAHAR"]),
            // The end of the list ends what its last place heads.
            (
                "Abuja: Two died.\n\nLagos: Three died.\n\nThe president called for calm.",
                &["Abuja", "Lagos", "Lagos", ""],
            ),
            ("Ukraine: What we know so far.\n\nA missile hit Odesa on Monday.", &["", ""]),
            ("Police: Two men were arrested.\n\nWitnesses: They had guns.", &["", ""]),
        ];
        for (text, expected) in cases {
            assert_eq!(headings(text), expected, "{text}");
        }
    }
}
