//! Whether a group of mentions is an event worth a record: the chance that a careful reader codes it, as an event of
//! its own and of this type. That chance is the event's confidence.
//!
//! A linear model learned from coded newspapers (`models/events/worth.tsv`) weighs what the reader says of the
//! mentions, how the event is told, and how much it is like another of the article: most false events tell again what
//! is told elsewhere. Only where the reader has judged; the rules' events have the confidence of their surest mention.

use super::Cluster;
use super::linear::{Linear, Sample};
use crate::extract::Story;
use crate::extract::events::EventMention;
use crate::record::{Modality, Polarity, Realis, Tier};
use crate::words::TableError;

/// Chance from which an event is worth a record. On articles left out the accurate tier's RECORD is the same from .3 to .35,
/// with an eighth fewer duplicates and false events, and falls from .4 on; the fast one, which finds less, falls from .3 on.
fn least(tier: Tier) -> f64 {
    match tier {
        Tier::Fast => 0.3,
        Tier::Accurate => 0.35,
    }
}

/// How like an event is to the one of the article that is most like it, as chances that they are one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Likeness {
    /// Of any two mentions.
    pub(super) closest: f32,
    /// Of all mentions, on average.
    pub(super) mean: f32,
}

impl Likeness {
    /// Of each group, given the chances of pairs of mentions.
    pub(super) fn of_groups(groups: &[Vec<usize>], chance: &[Vec<f32>]) -> Vec<Self> {
        let mut found = vec![Self::default(); groups.len()];
        for (b, second) in groups.iter().enumerate() {
            for (a, first) in groups[..b].iter().enumerate() {
                let pairs = || first.iter().flat_map(|x| second.iter().map(|y| chance[*x][*y]));
                let closest = pairs().fold(0.0, f32::max);
                let mean = pairs().sum::<f32>() / (first.len() * second.len()) as f32;
                for n in [a, b] {
                    found[n] = Self { closest: found[n].closest.max(closest), mean: found[n].mean.max(mean) };
                }
            }
        }
        found
    }
}

/// The learned judge of events.
#[derive(Debug)]
pub(super) struct Worth {
    model: Linear,
    keeps_all: bool,
}

impl Worth {
    /// Loads the embedded table.
    pub(super) fn load() -> Result<Self, TableError> {
        let model = Linear::load("worth", include_str!("../../../models/events/worth.tsv"))?;
        Ok(Self { model, keeps_all: false })
    }

    /// Keeps every event from now on, for training.
    pub(super) fn keep_all(&mut self) {
        self.keeps_all = true;
    }

    /// Gives the events their confidence and leaves out those that are worth no record. `samples` are those of the
    /// ranking.
    pub(super) fn keep(
        &self,
        story: &Story<'_>,
        mentions: &[EventMention],
        clusters: &mut Vec<Cluster>,
        ranked: Vec<Sample>,
        tier: Tier,
    ) {
        let samples = samples(story, mentions, clusters, ranked);
        for (cluster, sample) in clusters.iter_mut().zip(samples) {
            cluster.confidence = f64::from(self.model.chance(&sample));
        }
        clusters.retain(|c| self.keeps_all || c.confidence >= least(tier));
    }
}

/// What the model sees of every event, beside what the ranking sees.
pub(super) fn samples(
    story: &Story<'_>,
    mentions: &[EventMention],
    clusters: &[Cluster],
    ranked: Vec<Sample>,
) -> Vec<Sample> {
    let sentences =
        |c: &Cluster| -> Vec<usize> { c.mentions.iter().map(|m| story.sentence(mentions[*m].head)).collect() };
    let told: Vec<Vec<usize>> = clusters.iter().map(sentences).collect();
    let mut samples = ranked;
    for (n, (sample, cluster)) in samples.iter_mut().zip(clusters).enumerate() {
        let of_type = |o: &&usize| clusters[**o].class.plover.event == cluster.class.plover.event;
        let others: Vec<usize> = (0..clusters.len()).filter(|o| *o != n).collect();
        let beside: Vec<usize> =
            others.iter().copied().filter(|o| told[*o].iter().any(|s| told[n].contains(s))).collect();
        sample.add("number", "bias", 1.0);
        let by_rules = cluster.mentions.iter().map(|m| mentions[*m].confidence).fold(0.0, f64::max);
        sample.add("number", "confidence", by_rules as f32);
        sample.add("number", "closest other", cluster.likeness.closest);
        sample.add("number", "likest other", cluster.likeness.mean);
        sample.add("number", "events", (clusters.len() as f32).ln());
        sample.add("number", "others of its type", (others.iter().filter(of_type).count() as f32).ln_1p());
        sample.add("number", "others in its sentences", (beside.len() as f32).ln_1p());
        sample.flag("another of its type in its sentences", beside.iter().any(|o| of_type(&o)));
        let modality = match cluster.assertion.modality {
            Modality::Asserted => "asserted",
            Modality::Reported => "reported",
            Modality::Denied => "denied",
            Modality::Possible => "possible",
            Modality::Attempted => "attempted",
            Modality::Planned => "planned",
            Modality::Requested => "requested",
            Modality::Hypothetical => "hypothetical",
        };
        sample.add("modality", modality, 1.0);
        sample.flag("negated", cluster.assertion.polarity == Polarity::Neg);
        sample.flag("historical", cluster.assertion.historical);
        sample.flag("not actual", cluster.assertion.realis != Realis::Actual);
    }
    samples
}
