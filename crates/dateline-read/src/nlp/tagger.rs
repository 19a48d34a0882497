//! Fine part-of-speech tags: one linear layer over the token vectors, the first largest score wins.

use dateline_kernel::{Kernel, Packed};

use super::doc::Tag;
use super::tok2vec::WIDTH;
use super::weights::{ModelError, Weights};

/// The tagger's weights and its tag set.
#[derive(Debug)]
pub(super) struct Tagger {
    layer: Packed,
    tags: Vec<Tag>,
}

impl Tagger {
    /// Loads the layer for the tag set `names`; every tag must be one that [`Tag`] knows.
    pub(super) fn load(weights: &Weights<'_>, names: &[String]) -> Result<Self, ModelError> {
        let weight = weights.f32("tagger.weight", &[names.len(), WIDTH])?;
        let bias = weights.f32("tagger.bias", &[names.len()])?;
        let tags: Vec<Tag> = names.iter().map(|name| Tag::from_label(name)).collect();
        match tags.iter().position(|tag| *tag == Tag::Unknown) {
            Some(i) => Err(ModelError::invalid("labels.json", format!("unknown tag {:?}", names[i]))),
            None if tags.is_empty() => Err(ModelError::invalid("labels.json", "no tags")),
            None => Ok(Self { layer: Packed::linear(&weight, &bias, WIDTH), tags }),
        }
    }

    /// Replaces `tags` by the tags of the tokens whose vectors are given. `scores` is work space.
    pub(super) fn tag(&self, kernel: Kernel, vectors: &[f32], scores: &mut Vec<f32>, tags: &mut Vec<Tag>) {
        let (n, stride) = (vectors.len() / WIDTH, self.layer.width());
        scores.clear();
        scores.resize(n * stride, 0.0);
        kernel.gemm(&self.layer, vectors, WIDTH, n, scores, stride);
        tags.clear();
        tags.extend(scores.chunks_exact(stride).map(|row| self.tags[first_largest(&row[..self.tags.len()])]));
    }
}

/// Index of the largest number, the first one of equals (as numpy's argmax).
fn first_largest(row: &[f32]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_scores_wins() {
        assert_eq!(first_largest(&[0.5, 2.0, 2.0, -1.0]), 1);
        assert_eq!(first_largest(&[-3.0]), 0);
    }
}
