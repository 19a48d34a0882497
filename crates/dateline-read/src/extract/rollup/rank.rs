//! Which event the article is about.
//!
//! News puts first what it is about: a mention weighs by where it stands, less for history and for what did not
//! happen, more for deeds than for words. That weight, set by hand, says whether the article is about an event at all.
//! Which of its events comes first is learned (`models/events/train.py`) from stories whose subject is known.

use super::linear::{Linear, Sample};
use super::near::chances;
use super::{Cluster, Harm, scope};
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::events::{EventMention, Facts, Judged};
use crate::nlp::{Dep, Pos};
use crate::record::{CasualtyKind, Modality, Polarity, Realis, Via};
use crate::words::TableError;

/// Weight below which an article is not about any of its events.
const MAIN: f64 = 0.5;

/// The learned order of an article's events.
#[derive(Debug)]
pub(super) struct Ranking {
    rules: Linear,
    /// Where a learned reader has judged the mentions.
    judged: Linear,
}

impl Ranking {
    /// Loads the embedded table.
    pub(super) fn load() -> Result<Self, TableError> {
        Ok(Self {
            rules: Linear::load("ranking", include_str!("../../../models/events/ranking.tsv"))?,
            judged: Linear::load("main", include_str!("../../../models/events/main.tsv"))?,
        })
    }

    /// Sorts events, the one that the article is about first, and marks that one.
    pub(super) fn rank(
        &self,
        story: &Story<'_>,
        facts: &Facts<'_>,
        mentions: &[EventMention],
        clusters: &mut [Cluster],
    ) {
        let samples = samples(story, mentions, clusters);
        for (cluster, sample) in clusters.iter_mut().zip(&samples) {
            cluster.score = self.rules.score(sample);
        }
        let tells = |c: &Cluster| c.weight >= MAIN;
        clusters.sort_by(|a, b| {
            tells(b).cmp(&tells(a)).then(b.score.total_cmp(&a.score)).then(a.mentions[0].cmp(&b.mentions[0]))
        });
        let Some(first) = clusters.first() else { return };
        let main = tells(first);
        if main && let Some(crime) = crime(story, facts, mentions, clusters) {
            clusters[..=crime].rotate_right(1);
        }
        clusters[0].main = main;
    }

    /// The same where a learned reader has judged the mentions.
    pub(super) fn rank_judged(&self, story: &Story<'_>, mentions: &[EventMention], clusters: &mut [Cluster]) {
        let samples = self.judged_samples(story, mentions, clusters);
        for (cluster, sample) in clusters.iter_mut().zip(&samples) {
            cluster.score = self.judged.score(sample);
        }
        clusters.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.mentions[0].cmp(&b.mentions[0])));
        if let Some(first) = clusters.first_mut() {
            first.main = true;
        }
    }

    /// What the model sees of every event where the reader has judged: its chances, and how the order of the rules'
    /// events would have it.
    pub(super) fn judged_samples(
        &self,
        story: &Story<'_>,
        mentions: &[EventMention],
        clusters: &[Cluster],
    ) -> Vec<Sample> {
        let mut samples = samples(story, mentions, clusters);
        let by_rules = chances(samples.iter().map(|s| self.rules.score(s)));
        for ((sample, cluster), share) in samples.iter_mut().zip(clusters).zip(by_rules) {
            let members = || cluster.mentions.iter().filter_map(|m| mentions[*m].judged);
            let most = |of: &dyn Fn(&Judged) -> f32| members().map(|j| of(&j)).fold(0.0, f32::max);
            let mean =
                |of: &dyn Fn(&Judged) -> f32| members().map(|j| of(&j)).sum::<f32>() / members().count().max(1) as f32;
            sample.add("number", "share by the rules", share as f32);
            sample.add("number", "main", most(&|j| j.main * j.chance));
            sample.add("number", "core", most(&|j| j.core * j.chance));
            sample.add("number", "chance", most(&|j| j.chance));
            sample.add("number", "mean main", mean(&|j| j.main));
            sample.add("number", "historical", mean(&|j| j.historical));
            sample.add("number", "unreal", mean(&|j| j.unreal));
            let first = cluster.mentions.first().map_or(0, |m| story.running(story.sentence(mentions[*m].head)));
            sample.add("number", "first told", (first as f32).ln_1p());
            sample.flag("first of all", clusters.iter().all(|c| c.mentions[0] >= cluster.mentions[0]));
        }
        samples
    }
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

/// What the model sees of every event.
pub(super) fn samples(story: &Story<'_>, mentions: &[EventMention], clusters: &[Cluster]) -> Vec<Sample> {
    let greatest = clusters.iter().map(|c| c.weight).fold(0.0, f64::max);
    let all = mentions.len().max(1) as f32;
    clusters
        .iter()
        .map(|c| {
            let mut sample = Sample::default();
            let members: Vec<&EventMention> = c.mentions.iter().map(|m| &mentions[*m]).collect();
            let kind = c.class.plover.event.map_or("none", |e| e.as_str());
            sample.add("type", kind, 1.0);
            sample.add("number", "weight", (1.0 + c.weight as f32).ln());
            sample.flag("weightiest", c.weight >= greatest);
            sample.add("number", "mentions", (members.len() as f32).ln());
            sample.add("number", "share of mentions", members.len() as f32 / all);
            let running = |m: &&EventMention| story.running(story.sentence(m.head));
            let lead = members.iter().any(|m| running(m) < 2 && standing(m) > 0.2);
            if lead {
                sample.add("type in the lead", kind, 1.0);
            }
            let doc = story.doc;
            let opening = members.iter().filter(|m| running(m) == 0);
            sample.flag("opening clause", opening.clone().any(|m| doc.dep(m.head) == Dep::Root));
            sample.flag(
                "first in the opening",
                opening.clone().any(|m| mentions.iter().find(|o| running(o) == 0).is_some_and(|o| o.head == m.head)),
            );
            sample.flag("headline", members.iter().any(|m| story.kind(story.sentence(m.head)) == BlockKind::Headline));
            let happened = c.assertion.modality.is_fact();
            for (name, total) in [("killed", &c.harm.killed), ("injured", &c.harm.injured)] {
                let people = total.as_ref().and_then(|t| t.best.or(t.low)).unwrap_or(0);
                sample.flag(name, people > 0 && happened && !c.assertion.historical);
            }
            sample.flag("actor", !c.actors.is_empty());
            sample.flag("named actor", c.actors.iter().any(|p| p.entity.is_some()));
            sample.flag("recipient", !c.recipients.is_empty());
            sample.flag("stated place", c.place.as_ref().is_some_and(|p| p.via == Via::Explicit));
            sample.flag("stated time", c.time.as_ref().is_some_and(|t| t.via == Via::Explicit));
            sample.flag("some time", c.time.is_some());
            sample.flag("verb", members.iter().any(|m| doc.pos(m.head) == Pos::Verb && running(m) < 2));
            sample
        })
        .collect()
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

/// Whether a token stands in the headline or in the first sentences of running text.
pub(super) fn is_lead(story: &Story<'_>, token: usize) -> bool {
    let sentence = story.sentence(token);
    story.kind(sentence) == BlockKind::Headline || story.running(sentence) < 2
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
    match story.running(sentence) {
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
