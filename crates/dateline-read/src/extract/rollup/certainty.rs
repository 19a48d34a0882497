//! How sure a total is.
//!
//! The values are the shares of right totals on local stories of shootings with known numbers of dead (567 totals;
//! `models/scores/score.py casualties` prints the table they are checked against): one person told of in the lead is
//! nearly always right, a number of several less often, a number told once and late, or beside other numbers, less
//! again, and a count of our own least.

use super::{Derivation, Total};
use crate::extract::Story;
use crate::extract::casualties::Claim;

/// Confidence in the best number of a total, given the claims of its kind.
pub(super) fn of(story: &Story<'_>, claims: &[&Claim], total: &Total) -> f64 {
    let Some(best) = total.best else { return 0.3 };
    let base = match total.derivation {
        Derivation::Victims => return 0.45,
        Derivation::WithKiller | Derivation::Survivors => return 0.56,
        Derivation::Stated => {
            if best <= 1 {
                0.95
            } else {
                0.7
            }
        }
    };
    let same: Vec<&&Claim> = claims.iter().filter(|c| c.best == Some(best)).collect();
    let late = !same.iter().any(|c| story.in_lead(story.sentence(c.trigger)));
    let rivals = claims.iter().filter(|c| c.best.is_some_and(|n| n > 1 && n != best) && c.duplicates.is_none()).count();
    let mut confidence: f64 = base;
    if best > 1 && same.len() > 1 {
        confidence += 0.07;
    }
    if late {
        confidence -= if best > 1 { 0.25 } else { 0.15 };
    }
    confidence -= 0.1 * rivals.min(3) as f64;
    if total.disagreement && best > 1 {
        confidence -= 0.15;
    }
    confidence.clamp(0.1, 0.97)
}
