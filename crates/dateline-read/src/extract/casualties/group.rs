//! People whom a phrase speaks of, with their number: what a claim is made of.

use std::ops::Range;

use super::EVERYBODY;
use super::lexicon::People;
use crate::extract::entities::EntityId;
use crate::extract::numbers::Number;
use crate::record::{Breakdown, NumberMod};

/// People whom a phrase speaks of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Best reading of their number.
    pub(crate) best: Option<u64>,
    /// Lower bound.
    pub(crate) low: Option<u64>,
    /// Upper bound.
    pub(crate) high: Option<u64>,
    /// Modifier of the number.
    pub(crate) modifier: Option<NumberMod>,
    /// Whether a number is stated; single people count as one.
    pub(crate) numeric: bool,
    /// "No one", "no civilians".
    pub(crate) none: bool,
    /// Head of the phrase.
    pub(crate) head: usize,
    /// The words of the phrase, number included.
    pub(crate) tokens: Range<usize>,
    /// What the people are called, without number and article; none for "people".
    pub(crate) called: Option<Range<usize>>,
    /// The side they belong to.
    pub(crate) side: Option<EntityId>,
    /// Parts by kind of people.
    pub(crate) breakdown: Breakdown,
    /// Whether several phrases were added up ("his wife and two sons").
    pub(crate) listed: bool,
    /// Whether nothing but a plural tells how many they are.
    pub(crate) bare: bool,
    /// Whether who did it is among them ("two classmates and himself").
    pub(crate) own: bool,
    /// How sure it is that these are people.
    pub(crate) confidence: f64,
}

impl Group {
    /// People counted by a number.
    pub(crate) fn counted(number: &Number, head: usize, tokens: Range<usize>, confidence: f64) -> Self {
        Self {
            best: number.best,
            low: number.low,
            high: number.high,
            modifier: number.modifier,
            numeric: number.numeric,
            none: number.best == Some(0),
            ..Self::unknown(head, tokens, confidence)
        }
    }

    /// One person.
    pub(crate) fn single(head: usize, tokens: Range<usize>, confidence: f64) -> Self {
        let one = Some(1);
        Self { best: one, low: one, high: one, numeric: true, ..Self::unknown(head, tokens, confidence) }
    }

    /// People without a number.
    pub(crate) fn unknown(head: usize, tokens: Range<usize>, confidence: f64) -> Self {
        Self {
            best: None,
            low: None,
            high: None,
            modifier: None,
            numeric: false,
            none: false,
            head,
            tokens,
            called: None,
            side: None,
            breakdown: Breakdown::default(),
            listed: false,
            bare: false,
            own: false,
            confidence,
        }
    }
}

/// Adds parts to parts.
pub(crate) fn add_parts(to: &mut Breakdown, from: &Breakdown) {
    let add = |a: &mut Option<u64>, b: Option<u64>| *a = a.map_or(b, |x| Some(x + b.unwrap_or(0)));
    add(&mut to.children, from.children);
    add(&mut to.women, from.women);
    add(&mut to.civilians, from.civilians);
    add(&mut to.combatants, from.combatants);
    to.named.extend(from.named.iter().cloned());
}

/// Enters a number under its kind of people.
pub(crate) fn parts(group: &mut Group, class: Option<People>, n: Option<u64>) {
    let field = match class {
        Some(People::Child) => &mut group.breakdown.children,
        Some(People::Woman) => &mut group.breakdown.women,
        Some(People::Civilian) => &mut group.breakdown.civilians,
        Some(People::Combatant) => &mut group.breakdown.combatants,
        _ => return,
    };
    *field = n.filter(|n| *n <= EVERYBODY);
}
