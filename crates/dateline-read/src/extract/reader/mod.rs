//! The learned reader: an encoder's view of an article, and heads that judge words, pairs of triggers and candidates.
//!
//! One file holds the encoder (`nlp::encoder`) and the heads, trained together on newspapers coded by hand
//! (`models/reader/train.py`). The heads see the vectors and, as named [`Features`], what the rules and the parse say:
//! evidence, never a verdict. What is made of their judgements is the business of [`super::events`] and
//! [`super::rollup`].

mod features;
mod heads;
pub mod names;
#[cfg(test)]
mod tests;
mod windows;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

pub use features::Features;
pub use heads::{Part, Word};
pub use windows::Windows;

use super::Story;
use crate::nlp::encoder::{Encoder, EncoderModel};
use crate::nlp::{Doc, Entity, ModelError, ModelInfo, Stopped, Weights};
use heads::Heads;

/// The weights of encoder and heads. Share them in an [`Arc`] and give each thread its own [`Reader`].
#[derive(Debug)]
pub struct ReaderModel {
    encoder: Arc<EncoderModel>,
    heads: Heads,
}

impl ReaderModel {
    /// The reader that the binary carries.
    ///
    /// # Errors
    /// [`ModelError::NotEmbedded`] in a build without the feature `embedded-model`.
    pub fn embedded() -> Result<Self, ModelError> {
        #[cfg(feature = "embedded-model")]
        return Self::from_bytes(include_bytes!("../../../models/en_reader.safetensors"));
        #[cfg(not(feature = "embedded-model"))]
        Err(ModelError::NotEmbedded)
    }

    /// Reads a reader's file.
    ///
    /// # Errors
    /// [`ModelError::Io`] if it cannot be read, else as [`Self::from_bytes`].
    pub fn from_path(path: &Path) -> Result<Self, ModelError> {
        Self::from_bytes(&Weights::read(path)?)
    }

    /// Loads a reader from the bytes of its file, which are not needed afterwards.
    ///
    /// # Errors
    /// Every [`ModelError`] but `Io` and `NotEmbedded`: the bytes are checked completely.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let encoder = EncoderModel::from_bytes(bytes)?;
        let heads = Heads::read(&Weights::open_as(bytes, crate::nlp::encoder::FORMAT)?, encoder.width())?;
        Ok(Self { encoder: Arc::new(encoder), heads })
    }

    /// Name, version and checksum.
    pub fn info(&self) -> &ModelInfo {
        self.encoder.info()
    }

    /// Whether this CPU has the instructions for which the encoder is made; without them it is many times slower.
    pub fn is_fast_here(&self) -> bool {
        self.encoder.is_fast_here()
    }
}

/// A reader of one thread: the shared weights and memory of its own.
#[derive(Debug)]
pub struct Reader {
    model: Arc<ReaderModel>,
    encoder: Encoder,
}

impl Reader {
    /// A reader with the given weights.
    pub fn new(model: Arc<ReaderModel>) -> Self {
        let encoder = Encoder::new(Arc::clone(&model.encoder));
        Self { model, encoder }
    }

    /// The weights.
    pub fn model(&self) -> &Arc<ReaderModel> {
        &self.model
    }

    /// Reads an article.
    ///
    /// # Errors
    /// [`Stopped`] when the reading is to end.
    pub fn read(&mut self, story: &Story<'_>) -> Result<View, Stopped> {
        /// Work of the encoder on a piece, in the things of the other steps.
        const WORK: usize = 100;
        story.work(story.doc.len())?;
        let windows = Windows::new(story, &self.model.encoder);
        let width = self.model.encoder.width();
        let mut view = View {
            model: Arc::clone(&self.model),
            rows: vec![NONE; story.doc.len()],
            vectors: Vec::new(),
            cut_off: windows.cut_off,
        };
        for window in &windows.windows {
            let pieces = windows.pieces(window);
            story.work(pieces.len() * WORK)?;
            let vectors = self.encoder.encode(pieces);
            let first = windows.of[window.start].start;
            for token in window.clone().filter(|t| !windows.of[*t].is_empty()) {
                view.rows[token] = (view.vectors.len() / width) as u32;
                view.vectors.extend_from_slice(&vectors[(windows.of[token].start - first) * width..][..width]);
            }
        }
        Ok(view)
    }
}

/// Stands for "not read".
const NONE: u32 = u32::MAX;

/// What the encoder makes of an article: a vector for each of its words, and the heads to judge them.
#[derive(Debug)]
pub struct View {
    model: Arc<ReaderModel>,
    /// Of each token its row.
    rows: Vec<u32>,
    vectors: Vec<f32>,
    /// Whether a part of the article was not read.
    pub cut_off: bool,
}

impl View {
    fn vector(&self, token: usize) -> Option<&[f32]> {
        let row = self.rows.get(token).filter(|r| **r != NONE)?;
        let width = self.model.encoder.width();
        Some(&self.vectors[*row as usize * width..][..width])
    }

    /// The mean vector of words, those of them that were read.
    fn mean(&self, tokens: Range<usize>) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; self.model.encoder.width()];
        let mut n = 0.0;
        for vector in tokens.filter_map(|t| self.vector(t)) {
            sum.iter_mut().zip(vector).for_each(|(s, x)| *s += x);
            n += 1.0;
        }
        (n > 0.0).then(|| {
            sum.iter_mut().for_each(|s| *s /= n);
            sum
        })
    }

    /// What a word tells, if it was read.
    pub fn word(&self, token: usize, features: &[&Features]) -> Option<Word> {
        Some(self.model.heads.word(self.vector(token)?, features))
    }

    /// What a word is to a name, if it was read.
    fn marks(&self, token: usize, features: &Features) -> Option<names::Marks> {
        Some(self.model.heads.name(self.vector(token)?, features))
    }

    /// The entities of the article that was read: the head's names, and the recogniser's entities beside them.
    pub fn entities(&self, doc: &Doc<'_>) -> Vec<Entity> {
        names::find(self, doc)
    }

    /// A trigger, projected for pairing.
    pub fn told(&self, tokens: Range<usize>) -> Option<Vec<f32>> {
        Some(self.model.heads.told(&self.mean(tokens)?))
    }

    /// The chance that two triggers tell of one event.
    pub fn same(&self, a: &[f32], b: &[f32], features: &Features) -> f32 {
        self.model.heads.same(a, b, features)
    }

    /// A trigger, projected for its parties.
    pub fn deed(&self, tokens: Range<usize>) -> Option<Part> {
        Some(self.model.heads.deed(&self.mean(tokens)?))
    }

    /// A candidate by its head, projected for its parts.
    pub fn candidate(&self, head: usize) -> Option<Part> {
        Some(self.model.heads.candidate(self.vector(head)?))
    }

    /// The chances that a candidate did it, and that it was done to it.
    pub fn parts(&self, deed: &Part, candidate: &Part, features: &Features) -> [f32; 2] {
        self.model.heads.parts(deed, candidate, features)
    }
}
