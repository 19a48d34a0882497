//! What the learned reader sees of an article, and of triggers that somebody marked: its training material.

use std::ops::Range;

use serde::Serialize;

use super::evidence::{head_of, reach, reading_name};
use super::mentions::{Reader, rule_triggers};
use super::setting::Settings;
use super::words::Words;
use super::{Facts, Lexicon, Trace, when};
use crate::extract::Story;
use crate::extract::reader::Features;
use crate::nlp::Stopped;
use crate::record::EventType;

/// Everything that the heads for words and parties see.
#[derive(Debug, Default, Serialize)]
pub struct Material {
    /// Of each sentence its words and features.
    pub sentences: Vec<(Range<usize>, Features)>,
    /// What the rules find: words, reading, features.
    pub rules: Vec<(Range<usize>, &'static str, Features)>,
    /// Who is named: sentence, head, words, the name that a record would show.
    pub candidates: Vec<(usize, usize, Range<usize>, String)>,
    /// Of each marked trigger its head, and the candidates in its reach with their features.
    pub marked: Vec<(usize, Vec<(usize, Features)>)>,
}

/// Collects the material of an article; `marked` are triggers with their types.
///
/// # Errors
/// [`Stopped`] when the reading is to end.
pub fn material(
    story: &Story<'_>,
    facts: &Facts<'_>,
    lexicon: &Lexicon,
    marked: &[(Range<usize>, Option<EventType>)],
) -> Result<Material, Stopped> {
    let words = Words::new(story.doc, lexicon);
    let times = when::attach(story, facts);
    let settings = Settings::default();
    let reader = Reader {
        story,
        facts,
        lexicon,
        words: &words,
        times: &times,
        settings: &settings,
        dateline: None,
        parts: Vec::new(),
    };
    let mut material = Material::default();
    let mut casts = Vec::new();
    let mut candidates = Vec::new();
    let mut first = Vec::new();
    for s in 0..story.doc.sentences().len() {
        let found = rule_triggers(&reader, s, &mut Trace::default())?;
        material.sentences.push((story.tokens(s), reader.sentence_features(s, &found)));
        for t in &found {
            material.rules.push((t.tokens.clone(), reading_name(t.reading), reader.trigger_features(t)));
        }
        casts.push(reader.rule_casts(&found));
        first.push(candidates.len());
        for c in reader.candidates(s) {
            let name = c.entity.map(|e| facts.entities.list[e].name.clone());
            let name = name.unwrap_or_else(|| story.doc.span_text(c.tokens.clone()).to_owned());
            material.candidates.push((s, c.head, c.tokens.clone(), name));
            candidates.push(c);
        }
    }
    first.push(candidates.len());
    for (tokens, event) in marked {
        let head = head_of(story.doc, tokens.clone());
        let s = story.sentence(head);
        let casts: Vec<_> = casts[s].iter().map(|(t, cast)| (t.clone(), cast.as_slice())).collect();
        let near = reach(s, story.doc.sentences().len());
        let seen = (first[near.start]..first[near.end])
            .map(|c| (c, reader.role_features(tokens.clone(), head, *event, &candidates[c], &casts)));
        material.marked.push((head, seen.collect()));
    }
    Ok(material)
}
