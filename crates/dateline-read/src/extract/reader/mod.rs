//! The learned reader: vectors of an article's words, and heads that judge words, pairs of triggers and candidates.
//!
//! The vectors are those of an encoder (`nlp::encoder`, the accurate tier) or the language engine's own, mixed along the
//! parse (`nlp::mixer`, the fast tier). One file holds where they come from and the heads, trained together on newspapers
//! coded by hand (`models/reader`). The heads see the vectors and, as named [`Features`], what the rules and the parse say:
//! evidence, never a verdict. What is made of their judgements is the business of [`super::events`] and [`super::rollup`].

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
use crate::nlp::mixer::{self, Mixer};
use crate::nlp::{Doc, Entity, ModelError, ModelInfo, Stopped, Weights};
use crate::record::Tier;
use heads::Heads;

/// Where the vectors come from, and the heads. Share it in an [`Arc`] and give each thread its own [`Reader`].
#[derive(Debug)]
pub struct ReaderModel {
    source: Source,
    heads: Heads,
}

/// What makes the vectors of an article's words.
#[derive(Debug)]
enum Source {
    Encoder(Arc<EncoderModel>),
    Mixer(Box<Mixer>),
}

impl ReaderModel {
    /// A tier's reader, which the binary carries.
    ///
    /// # Errors
    /// [`ModelError::NotEmbedded`] in a build without the feature `embedded-model`.
    pub fn embedded(tier: Tier) -> Result<Self, ModelError> {
        #[cfg(feature = "embedded-model")]
        return Self::from_bytes(match tier {
            Tier::Accurate => include_bytes!("../../../models/en_reader.safetensors").as_slice(),
            Tier::Fast => include_bytes!("../../../models/en_reader_fast.safetensors"),
        });
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
        match Weights::open_as(bytes, mixer::FORMAT) {
            Ok(weights) => {
                let mixer = Mixer::from_bytes(bytes)?;
                let heads = Heads::read(&weights, mixer.width())?;
                Ok(Self { source: Source::Mixer(Box::new(mixer)), heads })
            }
            Err(ModelError::Format { .. }) => {
                let encoder = EncoderModel::from_bytes(bytes)?;
                let heads = Heads::read(&Weights::open_as(bytes, crate::nlp::encoder::FORMAT)?, encoder.width())?;
                Ok(Self { source: Source::Encoder(Arc::new(encoder)), heads })
            }
            Err(error) => Err(error),
        }
    }

    /// The tier that it is the reader of.
    pub fn tier(&self) -> Tier {
        match self.source {
            Source::Encoder(_) => Tier::Accurate,
            Source::Mixer(_) => Tier::Fast,
        }
    }

    /// The same, if it is a reader of this tier.
    ///
    /// # Errors
    /// [`ModelError::Format`] if it is one of the other.
    pub fn of_tier(self, tier: Tier) -> Result<Self, ModelError> {
        if self.tier() == tier {
            return Ok(self);
        }
        let name = |tier: Tier| format!("a reader of the tier {}", tier.as_str());
        Err(ModelError::Format { expected: name(tier), found: name(self.tier()) })
    }

    /// Name, version and checksum.
    pub fn info(&self) -> &ModelInfo {
        match &self.source {
            Source::Encoder(encoder) => encoder.info(),
            Source::Mixer(mixer) => mixer.info(),
        }
    }

    /// Whether this CPU has the instructions for which it is made; without them an encoder is many times slower.
    pub fn is_fast_here(&self) -> bool {
        match &self.source {
            Source::Encoder(encoder) => encoder.is_fast_here(),
            Source::Mixer(_) => true,
        }
    }

    fn width(&self) -> usize {
        match &self.source {
            Source::Encoder(encoder) => encoder.width(),
            Source::Mixer(mixer) => mixer.width(),
        }
    }
}

/// A reader of one thread: the shared weights and memory of its own.
#[derive(Debug)]
pub struct Reader {
    model: Arc<ReaderModel>,
    /// Of a reader with an encoder, made when it is needed.
    encoder: Option<Encoder>,
}

impl Reader {
    /// A reader with the given weights.
    pub fn new(model: Arc<ReaderModel>) -> Self {
        Self { model, encoder: None }
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
        /// Work of the encoder on a piece and of the mixer on a word, in the things of the other steps.
        const ENCODED: usize = 100;
        const MIXED: usize = 10;
        story.work(story.doc.len())?;
        let mut view = View {
            model: Arc::clone(&self.model),
            rows: vec![NONE; story.doc.len()],
            vectors: Vec::new(),
            cut_off: false,
        };
        match &self.model.source {
            Source::Encoder(model) => {
                let encoder = self.encoder.get_or_insert_with(|| Encoder::new(Arc::clone(model)));
                let windows = Windows::new(story, model);
                view.cut_off = windows.cut_off;
                let width = model.width();
                for window in &windows.windows {
                    let pieces = windows.pieces(window);
                    story.work(pieces.len() * ENCODED)?;
                    let vectors = encoder.encode(pieces);
                    let first = windows.of[window.start].start;
                    for token in window.clone().filter(|t| !windows.of[*t].is_empty()) {
                        view.rows[token] = (view.vectors.len() / width) as u32;
                        view.vectors.extend_from_slice(&vectors[(windows.of[token].start - first) * width..][..width]);
                    }
                }
            }
            Source::Mixer(mixer) => {
                story.work(story.doc.len() * MIXED)?;
                view.vectors = mixer.mix(story.doc);
                let mixed = view.vectors.len() / mixer.width();
                view.cut_off = mixed < story.doc.len();
                let codeable = (0..story.doc.sentences().len()).filter(|s| story.is_codeable(*s));
                for token in codeable.flat_map(|s| story.tokens(s)).filter(|t| *t < mixed) {
                    if !story.doc.word(token).trim().is_empty() {
                        view.rows[token] = token as u32;
                    }
                }
            }
        }
        Ok(view)
    }
}

/// Stands for "not read".
const NONE: u32 = u32::MAX;

/// What a reader makes of an article: a vector for each of its words, and the heads to judge them.
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
    /// The tier whose reader it is of.
    pub fn tier(&self) -> Tier {
        self.model.tier()
    }

    fn vector(&self, token: usize) -> Option<&[f32]> {
        let row = self.rows.get(token).filter(|r| **r != NONE)?;
        let width = self.model.width();
        Some(&self.vectors[*row as usize * width..][..width])
    }

    /// The mean vector of words, those of them that were read.
    fn mean(&self, tokens: Range<usize>) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; self.model.width()];
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
        self.model.heads.name(self.vector(token)?, features)
    }

    /// The entities of the article that was read: the head's names, and the recogniser's entities beside them; none if the
    /// reader has no such head, and the recogniser's stand.
    pub fn entities(&self, doc: &Doc<'_>) -> Option<Vec<Entity>> {
        self.model.heads.finds_names().then(|| names::find(self, doc))
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
