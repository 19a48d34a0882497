//! A transformer encoder: windows of text to one vector a word piece.
//!
//! A BERT of the MiniLM kind (post-normalisation, learned positions, GELU) whose weights and activations are whole
//! numbers of 8 bits ([`dateline_kernel::int8`]); the same window gives the same vectors, to the last bit, on every CPU.
//! What the vectors mean is the business of whoever trained heads on them: the encoder knows nothing of news.
//!
//! Not here: which text goes into a window ([`Encoder::encode`] takes pieces and refuses too many), and all heads.

mod wordpiece;

use std::sync::Arc;

use dateline_kernel::attention::{AttentionMemory, HEAD, Window};
use dateline_kernel::int8::{Packed8, Rows8};
use dateline_kernel::{Kernel, LayerNorm};
use serde::Deserialize;

use super::weights::{ModelError, ModelInfo, Table8, Weights};
use wordpiece::WordPiece;

/// Added to the variance by BERT's normalisations.
const EPSILON: f32 = 1e-12;
/// What the file calls its format, and the one version that is read.
pub(crate) const FORMAT: (&str, &str) = ("dateline-encoder", "1");

/// The shape of the network, from the model file.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Shape {
    layers: usize,
    heads: usize,
    /// Numbers of the hidden layer of a feed-forward part.
    inner: usize,
    /// Pieces in a window at most, the marks at its ends included.
    window: usize,
}

/// Weights and vocabulary. Share them in an [`Arc`] and give each thread its own [`Encoder`].
#[derive(Debug)]
pub struct EncoderModel {
    info: ModelInfo,
    kernel: Kernel,
    shape: Shape,
    vocabulary: WordPiece,
    words: Table8,
    /// One row a position; what all pieces share is added in.
    positions: Vec<f32>,
    first_norm: LayerNorm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    /// Queries, keys and values side by side.
    attention: Packed8,
    attended: Packed8,
    attention_norm: LayerNorm,
    up: Packed8,
    down: Packed8,
    norm: LayerNorm,
}

impl EncoderModel {
    /// Loads an encoder from the bytes of its file, which are not needed afterwards.
    ///
    /// # Errors
    /// Every [`ModelError`] but `Io` and `NotEmbedded`: the bytes are checked completely.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let weights = Weights::open_as(bytes, FORMAT)?;
        let shape: Shape = weights.json("shape.json")?;
        let vocabulary = String::from_utf8(weights.compressed("vocabulary")?)
            .map_err(|error| ModelError::invalid("vocabulary", error.to_string()))?;
        let vocabulary = WordPiece::new(&vocabulary)?;
        let width = shape.heads * HEAD;
        let words = weights.table8("words", width)?;
        if words.height() != vocabulary.len() {
            let reason = format!("has {} rows for {} pieces", words.height(), vocabulary.len());
            return Err(ModelError::invalid("words", reason));
        }
        if shape.window < 3 {
            return Err(ModelError::invalid("shape.json", "a window must have room for a piece between its marks"));
        }
        let norm = |name: &str| -> Result<LayerNorm, ModelError> {
            let part = |part: &str| weights.f32(&format!("{name}.{part}"), &[width]);
            Ok(LayerNorm::new(part("gain")?, part("bias")?, EPSILON))
        };
        let product = |name: String, outputs: usize, inputs: usize| -> Result<Packed8, ModelError> {
            let (weight, scale) = weights.rows8(&name, outputs, inputs)?;
            let bias = weights.f32(&format!("{name}.bias"), &[outputs])?;
            Packed8::new(&weight, scale, bias, inputs)
                .ok_or_else(|| ModelError::invalid(&name, "has a weight beyond 64 or a shape that the kernel has not"))
        };
        let layer = |i: usize| -> Result<Layer, ModelError> {
            let mut attention = product(format!("{i}.attention"), 3 * width, width)?;
            attention.scale_outputs(0..width, 1.0 / (HEAD as f32).sqrt());
            Ok(Layer {
                attention,
                attended: product(format!("{i}.attended"), width, width)?,
                attention_norm: norm(&format!("{i}.attention_norm"))?,
                up: product(format!("{i}.up"), shape.inner, width)?,
                down: product(format!("{i}.down"), width, shape.inner)?,
                norm: norm(&format!("{i}.norm"))?,
            })
        };
        Ok(Self {
            positions: weights.f32("positions", &[shape.window, width])?,
            first_norm: norm("first_norm")?,
            layers: (0..shape.layers).map(layer).collect::<Result<_, _>>()?,
            info: weights.info().clone(),
            kernel: Kernel::detect(),
            shape,
            vocabulary,
            words,
        })
    }

    /// Name, version and checksum.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.shape.heads * HEAD
    }

    /// Pieces that a window holds at most.
    pub fn window(&self) -> usize {
        self.shape.window - 2
    }

    /// Adds the word pieces of a text.
    pub fn pieces(&self, text: &str, pieces: &mut Vec<u32>) {
        self.vocabulary.pieces(text, pieces);
    }

    /// The ways in which this CPU can run the encoder, the fastest first, which is the one taken.
    pub fn paths() -> Vec<&'static str> {
        Kernel::available().into_iter().map(Kernel::name).collect()
    }

    /// The same encoder, run in another one of the [`Self::paths`]; `None` if this CPU has it not. Vectors are the same:
    /// this is to measure what a CPU without the newer instructions would need.
    #[must_use]
    pub fn by_path(mut self, name: &str) -> Option<Self> {
        self.kernel = Kernel::available().into_iter().find(|k| k.name() == name)?;
        Some(self)
    }

    /// Multiplications of matrices' numbers that a window of `pieces` takes, its marks included.
    pub fn multiplications(&self, pieces: usize) -> usize {
        let (rows, width) = (pieces + 2, self.width());
        let layer = 4 * width * width + 2 * width * self.shape.inner;
        self.shape.layers * rows * (layer + 2 * rows * width)
    }

    /// Whether this CPU has the instructions for which the encoder is made; without them it is many times slower.
    pub fn is_fast_here(&self) -> bool {
        self.kernel.is_vector()
    }
}

/// An encoder of one thread: the shared weights and memory of its own.
#[derive(Debug)]
pub struct Encoder {
    model: Arc<EncoderModel>,
    /// The vectors of the window, row after row.
    x: Vec<f32>,
    wide: Vec<f32>,
    y: Vec<f32>,
    bytes: Rows8,
    attention: AttentionMemory,
}

impl Encoder {
    /// An encoder with the given weights.
    pub fn new(model: Arc<EncoderModel>) -> Self {
        Self {
            model,
            x: Vec::new(),
            wide: Vec::new(),
            y: Vec::new(),
            bytes: Rows8::default(),
            attention: AttentionMemory::default(),
        }
    }

    /// The weights.
    pub fn model(&self) -> &EncoderModel {
        &self.model
    }

    /// Reads a window of pieces, without the marks at its ends: one row of [`EncoderModel::width`] numbers a piece.
    ///
    /// # Panics
    /// If there are more pieces than [`EncoderModel::window`] says, or one that the vocabulary has not.
    pub fn encode(&mut self, pieces: &[u32]) -> &[f32] {
        let model = &*self.model;
        assert!(pieces.len() <= model.window(), "{} pieces in a window of {}", pieces.len(), model.window());
        let (kernel, width) = (model.kernel, model.width());
        let rows = pieces.len() + 2;
        self.x.resize(rows * width, 0.0);
        self.y.resize(rows * width, 0.0);
        self.wide.resize(rows * (3 * width).max(model.shape.inner), 0.0);
        let marked = [model.vocabulary.first].into_iter().chain(pieces.iter().copied()).chain([model.vocabulary.last]);
        for ((piece, x), position) in
            marked.zip(self.x.chunks_exact_mut(width)).zip(model.positions.chunks_exact(width))
        {
            model.words.write(piece, x);
            for (x, position) in x.iter_mut().zip(position) {
                *x += *position;
            }
        }
        kernel.normalise(&model.first_norm, &mut self.x);
        for layer in &model.layers {
            kernel.quantise(&self.x, width, &mut self.bytes);
            kernel.product(&layer.attention, &self.bytes, &mut self.wide);
            let window = Window { queries_keys_values: &self.wide, rows, heads: model.shape.heads };
            kernel.attend(window, &mut self.attention, &mut self.y);
            kernel.quantise(&self.y, width, &mut self.bytes);
            kernel.product(&layer.attended, &self.bytes, &mut self.y);
            kernel.add_and_normalise(&layer.attention_norm, &self.y, &mut self.x);

            kernel.quantise(&self.x, width, &mut self.bytes);
            kernel.product(&layer.up, &self.bytes, &mut self.wide);
            let inner = &mut self.wide[..rows * model.shape.inner];
            kernel.gelu(inner);
            kernel.quantise(inner, model.shape.inner, &mut self.bytes);
            kernel.product(&layer.down, &self.bytes, &mut self.y);
            kernel.add_and_normalise(&layer.norm, &self.y, &mut self.x);
        }
        &self.x[width..][..pieces.len() * width]
    }
}

#[cfg(test)]
mod tests;
