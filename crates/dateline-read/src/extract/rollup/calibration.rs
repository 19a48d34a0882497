//! What the scores of the models are worth as chances: a confidence of .8 is right eight times in ten.
//!
//! A score that chooses well need not be a chance: that of a town is spread over its namesakes, that of a day over the
//! expressions that name it. Two numbers a field (`models/events/confidence.tsv` and `confidence_fast.tsv`, learned from coded newspapers) bend the
//! score's odds to the odds of being right. What is chosen stays as it is.

use super::Cluster;
use super::linear::{Linear, Sample};
use crate::record::Tier;
use crate::words::TableError;

/// Confidences are never quite certain of anything.
const BOUND: f64 = 0.01;

/// The learned odds, by tier and field.
#[derive(Debug)]
pub(super) struct Calibration {
    accurate: Linear,
    fast: Linear,
    /// Scores are left as they are, for training.
    off: bool,
}

impl Calibration {
    /// Loads the embedded tables.
    pub(super) fn load() -> Result<Self, TableError> {
        Ok(Self {
            accurate: Linear::load("confidence", include_str!("../../../models/events/confidence.tsv"))?,
            fast: Linear::load("confidence_fast", include_str!("../../../models/events/confidence_fast.tsv"))?,
            off: false,
        })
    }

    /// Leaves scores as they are.
    pub(super) fn off(&mut self) {
        self.off = true;
    }

    /// Turns the scores of an event's fields into chances; an event that a learned reader has `judged` has scores of its
    /// parties, too.
    pub(super) fn apply(&self, cluster: &mut Cluster, judged: Option<Tier>) {
        if self.off {
            return;
        }
        let model = if judged == Some(Tier::Fast) { &self.fast } else { &self.accurate };
        if let Some(scene) = &mut cluster.scene {
            scene.confidence = chance(model, "place", scene.confidence);
        }
        if let Some(moment) = &mut cluster.moment {
            moment.timex.confidence = chance(model, "date", moment.timex.confidence);
        }
        if judged.is_some() {
            cluster.type_confidence = Some(chance(model, "type", cluster.confidence));
            for (field, parties) in [("actor", &mut cluster.actors), ("recipient", &mut cluster.recipients)] {
                parties.iter_mut().for_each(|p| p.confidence = chance(model, field, p.confidence));
            }
        }
    }
}

fn chance(model: &Linear, field: &'static str, score: f64) -> f64 {
    let score = score.clamp(BOUND, 1.0 - BOUND);
    let mut sample = Sample::default();
    sample.add(field, "bias", 1.0);
    sample.add(field, "odds", (score / (1.0 - score)).ln() as f32);
    f64::from(model.chance(&sample)).clamp(BOUND, 1.0 - BOUND)
}
