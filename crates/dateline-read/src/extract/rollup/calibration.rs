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

/// The learned odds, by field; none where scores are left as they are, for training.
#[derive(Debug)]
pub(super) struct Calibration(Option<Linear>);

impl Calibration {
    /// Loads the embedded table of a tier.
    pub(super) fn load(tier: Tier) -> Result<Self, TableError> {
        let table = match tier {
            Tier::Accurate => include_str!("../../../models/events/confidence.tsv"),
            Tier::Fast => include_str!("../../../models/events/confidence_fast.tsv"),
        };
        Linear::load("confidence", table).map(|model| Self(Some(model)))
    }

    /// Leaves scores as they are.
    pub(super) fn off(&mut self) {
        self.0 = None;
    }

    /// Turns the scores of an event's fields into chances; `judged` are events that the learned reader has judged, whose
    /// parties have scores of its own.
    pub(super) fn apply(&self, cluster: &mut Cluster, judged: bool) {
        if let Some(scene) = &mut cluster.scene {
            scene.confidence = self.chance("place", scene.confidence);
        }
        if let Some(moment) = &mut cluster.moment {
            moment.timex.confidence = self.chance("date", moment.timex.confidence);
        }
        if judged {
            cluster.type_confidence = Some(self.chance("type", cluster.confidence));
            for (field, parties) in [("actor", &mut cluster.actors), ("recipient", &mut cluster.recipients)] {
                parties.iter_mut().for_each(|p| p.confidence = self.chance(field, p.confidence));
            }
        }
    }

    fn chance(&self, field: &'static str, score: f64) -> f64 {
        let Some(model) = &self.0 else { return score };
        let score = score.clamp(BOUND, 1.0 - BOUND);
        let mut sample = Sample::default();
        sample.add(field, "bias", 1.0);
        sample.add(field, "odds", (score / (1.0 - score)).ln() as f32);
        f64::from(model.chance(&sample)).clamp(BOUND, 1.0 - BOUND)
    }
}
