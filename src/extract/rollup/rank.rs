//! Which event the article is about.
//!
//! News puts first what it is about: a mention weighs by where it stands, less for history and for what did not
//! happen, more for deeds than for words. Weights were set on the sample articles in `config/samples`.

use super::{Cluster, Harm, scope};
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::events::{EventMention, Facts};
use crate::record::{CasualtyKind, Modality, Polarity, Realis};

/// Weight below which an article is not about any of its events.
const MAIN: f64 = 0.5;

/// Sorts events by weight, then by first mention, and marks the main one.
pub(super) fn rank(story: &Story<'_>, facts: &Facts<'_>, mentions: &[EventMention], clusters: &mut [Cluster]) {
    clusters.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.mentions[0].cmp(&b.mentions[0])));
    let Some(first) = clusters.first() else { return };
    let main = first.weight >= MAIN;
    if main && let Some(crime) = crime(story, facts, mentions, clusters) {
        clusters[..=crime].rotate_right(1);
    }
    clusters[0].main = main;
}

/// The killing that an arrest or a trial is about: what the story is about, however much of it tells of the police.
///
/// It has to stand in a sentence with the arrest, or weigh half as much.
fn crime(story: &Story<'_>, facts: &Facts<'_>, mentions: &[EventMention], clusters: &[Cluster]) -> Option<usize> {
    let first = clusters.first().filter(|c| scope::justice(c))?;
    let sentences = |c: &Cluster| c.mentions.iter().map(|m| story.sentence(mentions[*m].head)).collect::<Vec<_>>();
    let told = sentences(first);
    let deadly = facts.claims.iter().any(|c| c.kind == CasualtyKind::Killed && c.polarity == Polarity::Pos);
    deadly.then(|| {
        clusters.iter().position(|c| {
            scope::violent(c)
                && c.assertion.polarity == Polarity::Pos
                && (c.weight * 2.0 >= first.weight || sentences(c).iter().any(|s| told.contains(s)))
        })
    })?
}

/// The weight of an event.
pub(super) fn weight(story: &Story<'_>, members: &[&EventMention], harm: &Harm) -> f64 {
    // A sentence tells an event once, with however many words.
    let mut weight = 0.0;
    let mut told: Option<(usize, f64)> = None;
    for m in members {
        let (sentence, own) = (story.sentence(m.head), place_in_text(story, m) * standing(m) * m.confidence * deed(m));
        let before = told.filter(|(s, _)| *s == sentence).map_or(0.0, |(_, w)| w);
        weight += (own - before).max(0.0);
        told = Some((sentence, own.max(before)));
    }
    // Deaths are news wherever they are told; doubling per factor of ten.
    if let Some(killed) = harm.killed.as_ref().and_then(|k| k.best.or(k.low)) {
        let lead = members.iter().map(|m| standing(m)).fold(0.0, f64::max);
        weight += lead * (1.0 + killed as f64).log10();
    }
    weight
}

/// How much a mention's position says: the headline and the first sentence most.
fn place_in_text(story: &Story<'_>, m: &EventMention) -> f64 {
    let sentence = story.sentence(m.head);
    if story.kind(sentence) == BlockKind::Headline {
        return 6.0;
    }
    if story.kind(sentence) == BlockKind::Caption || story.is_repeated(sentence) {
        return 0.2;
    }
    let running = story.running(sentence);
    match running {
        0 => 6.0,
        1 => 3.0,
        2..=4 => 1.5,
        5..=9 => 0.8,
        _ => 0.4,
    }
}

/// How much a mention's standing says: history and mere thoughts little.
fn standing(m: &EventMention) -> f64 {
    let a = &m.assertion;
    let modality = match a.modality {
        Modality::Asserted | Modality::Reported => 1.0,
        Modality::Denied | Modality::Possible => 0.5,
        Modality::Attempted | Modality::Planned | Modality::Requested => 0.3,
        Modality::Hypothetical => 0.1,
    };
    let realis = if a.realis == Realis::Generic { 0.3 } else { 1.0 };
    let polarity = if a.polarity == Polarity::Neg { 0.4 } else { 1.0 };
    let history = if a.historical { 0.1 } else { 1.0 };
    modality * realis * polarity * history
}

/// Deeds before words: material events (quad classes 2 and 4) and happenings outside of PLOVER weigh more.
fn deed(m: &EventMention) -> f64 {
    match m.class.quad_class {
        Some(4) => 1.3,
        Some(2) | None => 1.1,
        _ => 0.8,
    }
}

/// The sentence that tells the event best: early, running text, much said.
pub(super) fn best_sentence(story: &Story<'_>, members: &[&EventMention]) -> usize {
    let value = |m: &EventMention| {
        let said = m.participants.len() as f64
            + f64::from(u8::from(m.time.is_some()))
            + f64::from(u8::from(m.place.is_some()));
        place_in_text(story, m) * standing(m) + 0.3 * said
    };
    members.iter().rev().max_by(|a, b| value(a).total_cmp(&value(b))).map_or(0, |m| story.sentence(m.head))
}
