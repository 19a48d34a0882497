//! The heads: small linear models on vectors of words and on named features.
//!
//! Sums run in a fixed order, so that the same article gives the same judgements on every CPU.

use std::collections::HashMap;

use serde::Deserialize;

use super::Features;
use super::names::{MARKS, Marks};
use crate::nlp::{ModelError, Weights};
use crate::record::EventType;

/// Numbers that the word head gives: none and the types, first word, unreal, historical, three levels, main.
const WORD: usize = 25;
/// None and the types.
const KINDS: usize = 18;
/// Numbers of a projected vector.
const PROJECTED: usize = 64;

/// The types in the order of the word head, after "none"; the last is harm without a doer.
const TYPES: [Option<EventType>; KINDS - 1] = [
    Some(EventType::Agree),
    Some(EventType::Consult),
    Some(EventType::Support),
    Some(EventType::Concede),
    Some(EventType::Cooperate),
    Some(EventType::Aid),
    Some(EventType::Retreat),
    Some(EventType::Request),
    Some(EventType::Accuse),
    Some(EventType::Reject),
    Some(EventType::Threaten),
    Some(EventType::Protest),
    Some(EventType::Sanction),
    Some(EventType::Mobilize),
    Some(EventType::Coerce),
    Some(EventType::Assault),
    None,
];

/// What a word tells, as chances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    kinds: [f32; KINDS],
    /// That it is the first word of a trigger.
    pub begin: f32,
    /// That what it tells did not happen.
    pub unreal: f32,
    /// That it is told as background.
    pub historical: f32,
    /// That its event is core, minor, optional.
    pub level: [f32; 3],
    /// That its event is the main one.
    pub main: f32,
}

impl Word {
    /// That it tells any event.
    pub fn event(&self) -> f32 {
        1.0 - self.kinds[0]
    }

    /// That it tells an event which is worth telling.
    pub fn wanted(&self) -> f32 {
        let event = self.event() * (1.0 - self.level[2]);
        event / (event + self.kinds[0] + 1e-9)
    }

    /// Leans towards a type by so much: the odds of everything else fall by that factor.
    pub fn lean(&mut self, kind: Option<EventType>, factor: f32) {
        let Some(n) = TYPES.iter().position(|of| *of == kind) else { return };
        self.kinds[n + 1] *= factor;
        let sum: f32 = self.kinds.iter().sum();
        self.kinds.iter_mut().for_each(|k| *k /= sum);
    }

    /// Gives the chance of one type to another.
    pub fn turn(&mut self, from: Option<EventType>, to: Option<EventType>) {
        let at = |kind| TYPES.iter().position(|of| *of == kind).map(|n| n + 1);
        if let (Some(from), Some(to)) = (at(from), at(to)) {
            self.kinds[to] += std::mem::take(&mut self.kinds[from]);
        }
    }

    /// The chances of the types.
    pub fn kinds(&self) -> impl Iterator<Item = (Option<EventType>, f32)> {
        TYPES.into_iter().zip(self.kinds[1..].iter().copied())
    }

    /// The likeliest type.
    pub fn kind(&self) -> Option<EventType> {
        let best = self.kinds().reduce(|a, b| if b.1 > a.1 { b } else { a });
        best.and_then(|(kind, _)| kind)
    }
}

/// A projected vector for the parts in an event; of a candidate also what it says alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    projected: Vec<f32>,
    alone: [f32; 2],
}

/// A matrix product with weights input by input, so that the compiler can work on several outputs at once.
#[derive(Debug)]
struct Linear {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    fn read(weights: &Weights<'_>, name: &str, outputs: usize, inputs: usize, bias: bool) -> Result<Self, ModelError> {
        let rows = weights.f32(&format!("heads.{name}.weight"), &[outputs, inputs])?;
        let bias = if bias { weights.f32(&format!("heads.{name}.bias"), &[outputs])? } else { vec![0.0; outputs] };
        let turned = (0..inputs * outputs).map(|i| rows[i % outputs * inputs + i / outputs]).collect();
        Ok(Self { weights: turned, bias })
    }

    fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut out = self.bias.clone();
        for (x, weights) in x.iter().zip(self.weights.chunks_exact(out.len())) {
            out.iter_mut().zip(weights).for_each(|(o, w)| *o += x * w);
        }
        out
    }
}

/// Weights of named features, `N` outputs each.
#[derive(Debug)]
struct Named<const N: usize> {
    numbers: HashMap<String, u32>,
    weights: Vec<f32>,
}

impl<const N: usize> Named<N> {
    fn add(&self, features: &Features, out: &mut [f32]) {
        for (name, x) in features.iter() {
            if let Some(n) = self.numbers.get(name) {
                let weights = &self.weights[*n as usize * N..][..N];
                out.iter_mut().zip(weights).for_each(|(o, w)| *o += x * w);
            }
        }
    }
}

/// Names of the features, in the order of their weights.
#[derive(Debug, Deserialize)]
struct Names {
    word: Vec<String>,
    pair: Vec<String>,
    role: Vec<String>,
    /// None: the reader leaves names to the engine's recogniser.
    #[serde(default)]
    name: Option<Vec<String>>,
}

/// All heads.
#[derive(Debug)]
pub(super) struct Heads {
    word: Linear,
    word_features: Named<WORD>,
    pair: Linear,
    product: Vec<f32>,
    difference: Vec<f32>,
    pair_bias: f32,
    pair_features: Named<1>,
    trigger: Linear,
    candidate: Linear,
    alone: Linear,
    role_features: Named<2>,
    name: Option<(Linear, Named<MARKS>)>,
}

impl Heads {
    /// Reads the heads on vectors of `width` numbers.
    pub(super) fn read(weights: &Weights<'_>, width: usize) -> Result<Self, ModelError> {
        let names: Names = weights.json("heads.json")?;
        let word_features = Linear::read(weights, "word_features", WORD, names.word.len(), false)?.weights;
        let name = match names.name {
            Some(names) => {
                let features = Linear::read(weights, "name_features", MARKS, names.len(), false)?.weights;
                Some((Linear::read(weights, "name", MARKS, width, true)?, named(names, features)))
            }
            None => None,
        };
        let pair_features = weights.f32("heads.pair_features.weight", &[names.pair.len().max(1), 1])?;
        let role_features = weights.f32("heads.role_features.weight", &[names.role.len().max(1), 2])?;
        Ok(Self {
            word: Linear::read(weights, "word", WORD, width, true)?,
            word_features: named(names.word, word_features),
            pair: Linear::read(weights, "pair", PROJECTED, width, false)?,
            product: weights.f32("heads.product", &[PROJECTED])?,
            difference: weights.f32("heads.difference", &[PROJECTED])?,
            pair_bias: weights.f32("heads.pair_bias", &[1])?[0],
            pair_features: named(names.pair, pair_features),
            trigger: Linear::read(weights, "trigger", 2 * PROJECTED, width, true)?,
            candidate: Linear::read(weights, "candidate", 2 * PROJECTED, width, true)?,
            alone: Linear::read(weights, "alone", 2, width, true)?,
            role_features: named(names.role, role_features),
            name,
        })
    }

    pub(super) fn word(&self, vector: &[f32], features: &[&Features]) -> Word {
        let mut z = self.word.apply(vector);
        features.iter().for_each(|f| self.word_features.add(f, &mut z));
        softmax(&mut z[..KINDS]);
        softmax(&mut z[21..24]);
        let mut kinds = [0.0; KINDS];
        kinds.copy_from_slice(&z[..KINDS]);
        Word {
            kinds,
            begin: chance(z[18]),
            unreal: chance(z[19]),
            historical: chance(z[20]),
            level: [z[21], z[22], z[23]],
            main: chance(z[24]),
        }
    }

    /// Whether there is a head for names.
    pub(super) fn finds_names(&self) -> bool {
        self.name.is_some()
    }

    /// What a word is to a name, as logarithms of chances.
    pub(super) fn name(&self, vector: &[f32], features: &Features) -> Option<Marks> {
        let (name, named) = self.name.as_ref()?;
        let mut z = name.apply(vector);
        named.add(features, &mut z);
        softmax(&mut z);
        Some(std::array::from_fn(|i| ln(z[i])))
    }

    pub(super) fn told(&self, vector: &[f32]) -> Vec<f32> {
        self.pair.apply(vector)
    }

    pub(super) fn same(&self, a: &[f32], b: &[f32], features: &Features) -> f32 {
        let mut z = [self.pair_bias];
        for i in 0..PROJECTED {
            z[0] += a[i] * b[i] * self.product[i] + (a[i] - b[i]).abs() * self.difference[i];
        }
        self.pair_features.add(features, &mut z);
        chance(z[0])
    }

    pub(super) fn deed(&self, vector: &[f32]) -> Part {
        Part { projected: self.trigger.apply(vector), alone: [0.0; 2] }
    }

    pub(super) fn candidate(&self, vector: &[f32]) -> Part {
        let alone = self.alone.apply(vector);
        Part { projected: self.candidate.apply(vector), alone: [alone[0], alone[1]] }
    }

    pub(super) fn parts(&self, deed: &Part, candidate: &Part, features: &Features) -> [f32; 2] {
        let mut z = candidate.alone;
        self.role_features.add(features, &mut z);
        let scale = (PROJECTED as f32).sqrt();
        let halves = deed.projected.chunks_exact(PROJECTED).zip(candidate.projected.chunks_exact(PROJECTED));
        for (z, (a, b)) in z.iter_mut().zip(halves) {
            *z += a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>() / scale;
        }
        z.map(chance)
    }
}

fn named<const N: usize>(names: Vec<String>, weights: Vec<f32>) -> Named<N> {
    Named { numbers: names.into_iter().zip(0..).collect(), weights }
}

fn chance(z: f32) -> f32 {
    1.0 / (1.0 + exp(-z))
}

/// Through double precision: what system libraries do differently in the last bit of that, rounding takes away.
fn exp(x: f32) -> f32 {
    f64::from(x).exp() as f32
}

fn ln(x: f32) -> f32 {
    f64::from(x.max(f32::MIN_POSITIVE)).ln() as f32
}

fn softmax(z: &mut [f32]) {
    let top = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    z.iter_mut().for_each(|z| *z = exp(*z - top));
    let sum: f32 = z.iter().sum();
    z.iter_mut().for_each(|z| *z /= sum);
}
