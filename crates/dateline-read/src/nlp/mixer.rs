//! A document's words as vectors for heads: the engine's own vectors, mixed once along the parse.
//!
//! The engine computes vectors to tag, parse and recognise names by; a [`Mixer`] puts beside them what the word is (lemma,
//! tag, relation) and mixes each with its neighbours, its head, its children and its sentence. One hidden layer, so that it
//! costs little beside the engine. What the vectors mean is the business of whoever trained heads on them.
//!
//! Not here: what is far away. A word sees its sentence; an [`encoder`](super::encoder) sees paragraphs.

use std::collections::HashMap;

use dateline_kernel::{Kernel, LayerNorm, Packed};
use serde::Deserialize;

use super::doc::{Doc, VECTOR};
use super::weights::{ModelError, ModelInfo, Table8, Weights};

/// What the file calls its format, and the one version that is read.
pub(crate) const FORMAT: (&str, &str) = ("dateline-mixer", "1");
/// What stands side by side in the mixed layer: the word, its neighbours, its head, its children, its sentence.
const PARTS: usize = 6;
/// Added to the variance by the normalisation.
const EPSILON: f32 = 1e-5;

/// Weights of a mixer.
#[derive(Debug)]
pub struct Mixer {
    info: ModelInfo,
    kernel: Kernel,
    width: usize,
    lemmas: Known,
    tags: Known,
    relations: Known,
    first: Packed,
    mixed: Packed,
    norm: LayerNorm,
}

/// The shape of the network, from the model file.
#[derive(Debug, Deserialize)]
struct Shape {
    width: usize,
}

/// The names of the tables' rows, in order; row 0 stands for all others.
#[derive(Debug, Deserialize)]
struct Names {
    lemma: Vec<String>,
    tag: Vec<String>,
    dep: Vec<String>,
}

/// A table of vectors by name.
#[derive(Debug)]
struct Known {
    rows: HashMap<String, u32>,
    table: Table8,
}

impl Known {
    fn read(weights: &Weights<'_>, name: &str, names: Vec<String>, width: usize) -> Result<Self, ModelError> {
        let table = weights.table8(name, width)?;
        if table.height() != names.len() + 1 {
            let reason = format!("has {} rows for {} names and all others", table.height(), names.len());
            return Err(ModelError::invalid(name, reason));
        }
        Ok(Self { rows: names.into_iter().zip(1..).collect(), table })
    }

    fn write(&self, name: &str, out: &mut [f32]) {
        self.table.write(self.rows.get(name).copied().unwrap_or(0), out);
    }
}

/// Numbers of a lemma's vector, and of a tag's and a relation's.
const LEMMA: usize = 64;
const LABEL: usize = 16;
/// Numbers of a word before it is mixed.
const INPUT: usize = VECTOR + LEMMA + 2 * LABEL;

impl Mixer {
    /// Loads a mixer from the bytes of its file, which are not needed afterwards.
    ///
    /// # Errors
    /// Every [`ModelError`] but `Io` and `NotEmbedded`: the bytes are checked completely.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let weights = Weights::open_as(bytes, FORMAT)?;
        let Shape { width } = weights.json("shape.json")?;
        let names: Names = weights.json("names.json")?;
        let linear = |name: &str, inputs: usize| -> Result<Packed, ModelError> {
            let weight = weights.f32(&format!("{name}.weight"), &[width, inputs])?;
            Ok(Packed::linear(&weight, &weights.f32(&format!("{name}.bias"), &[width])?, inputs))
        };
        let (first, mixed) = (linear("first", INPUT)?, linear("mixed", PARTS * width)?);
        if width == 0 || first.width() != width {
            return Err(ModelError::invalid("shape.json", format!("the kernel has no layer {width} wide")));
        }
        Ok(Self {
            lemmas: Known::read(&weights, "lemma", names.lemma, LEMMA)?,
            tags: Known::read(&weights, "tag", names.tag, LABEL)?,
            relations: Known::read(&weights, "dep", names.dep, LABEL)?,
            norm: LayerNorm::new(weights.f32("norm.gain", &[width])?, weights.f32("norm.bias", &[width])?, EPSILON),
            info: weights.info().clone(),
            kernel: Kernel::detect(),
            width,
            first,
            mixed,
        })
    }

    /// Name, version and checksum.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// One row of [`Self::width`] numbers a word, for as many words as the engine kept vectors of.
    pub fn mix(&self, doc: &Doc<'_>) -> Vec<f32> {
        let (width, n) = (self.width, doc.vectors().len() / VECTOR);
        let mut input = vec![0.0; n * INPUT];
        for ((i, x), own) in input.chunks_exact_mut(INPUT).enumerate().zip(doc.vectors().chunks_exact(VECTOR)) {
            let token = &doc.tokens()[i];
            let (vector, names) = x.split_at_mut(VECTOR);
            let (lemma, labels) = names.split_at_mut(LEMMA);
            let (tag, relation) = labels.split_at_mut(LABEL);
            vector.copy_from_slice(own);
            self.lemmas.write(&doc.lemma(i).to_lowercase(), lemma);
            self.tags.write(token.tag.as_str(), tag);
            self.relations.write(token.dep.as_str(), relation);
        }
        let mut h = vec![0.0; n * width];
        self.kernel.gemm(&self.first, &input, INPUT, n, &mut h, width);
        h.iter_mut().for_each(|x| *x = x.max(0.0));
        drop(input);

        // Sentence by sentence: heads and children lie in it, and only neighbours beyond.
        let row = |i: usize| &h[i * width..][..width];
        let mut y = vec![0.0; n * width];
        let mut parts = Vec::new();
        for sentence in doc.sentences().iter().take_while(|s| s.start < n) {
            let sentence = sentence.start..sentence.end.min(n);
            let len = sentence.len();
            parts.clear();
            parts.resize(len * PARTS * width, 0.0);
            let mut mean = vec![0.0; width];
            sentence.clone().for_each(|i| add(&mut mean, row(i)));
            divide(&mut mean, len);
            let mut children = vec![0; len];
            for i in sentence.clone() {
                let at = (i - sentence.start) * PARTS * width;
                let part = |k: usize| at + k * width..at + (k + 1) * width;
                parts[part(0)].copy_from_slice(row(i));
                if i > 0 {
                    parts[part(1)].copy_from_slice(row(i - 1));
                }
                if i + 1 < n {
                    parts[part(2)].copy_from_slice(row(i + 1));
                }
                // The last sentence may be cut where the engine's vectors end.
                let head = doc.head(i).min(n - 1);
                parts[part(3)].copy_from_slice(row(head));
                parts[part(5)].copy_from_slice(&mean);
                if sentence.contains(&head) {
                    let of = (head - sentence.start) * PARTS * width + 4 * width;
                    add(&mut parts[of..of + width], row(i));
                    children[head - sentence.start] += 1;
                }
            }
            for (parts, children) in parts.chunks_exact_mut(PARTS * width).zip(children) {
                divide(&mut parts[4 * width..5 * width], children);
            }
            let out = &mut y[sentence.start * width..];
            self.kernel.gemm(&self.mixed, &parts, PARTS * width, len, out, width);
        }
        y.iter_mut().for_each(|y| *y = y.max(0.0));
        self.kernel.add_and_normalise(&self.norm, &y, &mut h);
        h
    }
}

fn add(sum: &mut [f32], row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(s, x)| *s += x);
}

fn divide(sum: &mut [f32], n: usize) {
    let n = n.max(1) as f32;
    sum.iter_mut().for_each(|s| *s /= n);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde::Deserialize;

    use super::*;
    use crate::nlp::Engine;
    use crate::nlp::model::tests::shared;

    #[derive(Deserialize)]
    struct Golden {
        text: String,
        /// Of each word the first numbers of its vector.
        mixed: Vec<Vec<f32>>,
    }

    fn mixer() -> Mixer {
        Mixer::from_bytes(include_bytes!("../../models/en_reader_fast.safetensors")).unwrap()
    }

    /// `models/reader/golden.py` sees the engine's vectors as training does, in steps of a 24th.
    #[test]
    fn words_are_mixed_as_pytorch_does() {
        let golden: Golden = serde_json::from_str(include_str!("../../../../tests/golden/reader/mixer.json")).unwrap();
        let mut engine = Engine::new(Arc::clone(shared()));
        engine.keep_vectors();
        let doc = engine.annotate(&golden.text);
        let rounded = doc.vectors().iter().map(|x| (x * 24.0).round().clamp(-127.0, 127.0) / 24.0).collect();
        let doc = doc.with_vectors(rounded);
        let (mixer, expected) = (mixer(), golden.mixed);
        let mixed = mixer.mix(&doc);
        assert_eq!(expected.len(), doc.len());
        for (i, expected) in expected.iter().enumerate() {
            for (f, e) in mixed[i * mixer.width()..].iter().zip(expected) {
                assert!((f - e).abs() < 0.02, "{}: {f} instead of {e}", doc.word(i));
            }
        }
    }

    /// An engine that keeps no vectors, and a text with more words than it keeps them of.
    #[test]
    fn words_without_vectors_are_not_mixed() {
        let mut engine = Engine::new(Arc::clone(shared()));
        assert!(mixer().mix(&engine.annotate("Rebels freed two aid workers.")).is_empty());
        engine.keep_vectors();
        assert!(mixer().mix(&engine.annotate("")).is_empty());
        let text = "Rebels freed two aid workers near Goma. ".repeat(3_000);
        let doc = engine.annotate(&text);
        let kept = doc.vectors().len() / VECTOR;
        assert!(0 < kept && kept < doc.len());
        assert_eq!(mixer().mix(&doc).len(), kept * mixer().width());
    }

    #[test]
    fn a_file_of_another_format_is_refused() {
        let encoder = include_bytes!("../../../../tests/golden/encoder/small.safetensors");
        assert_eq!(Mixer::from_bytes(encoder).unwrap_err().kind(), "format");
    }
}
