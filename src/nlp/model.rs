//! The language model: all weights, rules and tables, loaded and checked once, shared by all engines.

use std::path::Path;

use serde::Deserialize;

use super::attribute_ruler::AttributeRuler;
use super::kernel::Kernel;
use super::lemmatizer::Lemmatizer;
use super::ner::Recogniser;
use super::parser::Parser;
use super::tagger::Tagger;
use super::tok2vec::Tok2Vec;
use super::tokenizer::Tokenizer;
use super::weights::{ModelError, ModelInfo, Weights};

/// Features that the shared network sees; the recogniser's network knows nothing of spaces.
const SHARED_FEATURES: usize = 6;
const NER_FEATURES: usize = 4;

/// Label sets of the model file.
#[derive(Debug, Deserialize)]
struct Labels {
    tags: Vec<String>,
    parser: Vec<String>,
    ner: Vec<String>,
}

/// An immutable language model. Share it between threads in an [`std::sync::Arc`] and give each thread its own
/// [`super::Engine`].
#[derive(Debug)]
pub struct Model {
    info: ModelInfo,
    pub(super) kernel: Kernel,
    pub(super) tokenizer: Tokenizer,
    pub(super) shared: Tok2Vec,
    pub(super) tagger: Tagger,
    pub(super) parser: Parser,
    pub(super) ruler: AttributeRuler,
    pub(super) lemmatizer: Lemmatizer,
    pub(super) ner_encoder: Tok2Vec,
    pub(super) recogniser: Recogniser,
}

impl Model {
    /// The model that the binary carries.
    ///
    /// # Errors
    /// [`ModelError::NotEmbedded`] in a build without the feature `embedded-model`.
    pub fn embedded() -> Result<Self, ModelError> {
        #[cfg(feature = "embedded-model")]
        return Self::from_bytes(include_bytes!("../../models/en_news.safetensors"));
        #[cfg(not(feature = "embedded-model"))]
        Err(ModelError::NotEmbedded)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError::Io`] if it cannot be read, else as [`Self::from_bytes`].
    pub fn from_path(path: &Path) -> Result<Self, ModelError> {
        let bytes = std::fs::read(path).map_err(|source| ModelError::Io { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes)
    }

    /// Loads a model from the bytes of its file, which are not needed afterwards.
    ///
    /// # Errors
    /// Every [`ModelError`] but `Io` and `NotEmbedded`: the bytes are checked completely.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let weights = Weights::open(bytes)?;
        let labels: Labels = weights.json("labels.json")?;
        let tokenizer = Tokenizer::load(&weights)?;
        let vector_rows = tokenizer.vocabulary().vector_rows();
        Ok(Self {
            info: weights.info().clone(),
            kernel: Kernel::detect(),
            shared: Tok2Vec::load(&weights, "tok2vec", SHARED_FEATURES, vector_rows)?,
            tagger: Tagger::load(&weights, &labels.tags)?,
            parser: Parser::load(&weights, &labels.parser)?,
            ruler: read(&weights, "attribute_ruler", AttributeRuler::from_json)?,
            lemmatizer: read(&weights, "lemmatizer", Lemmatizer::from_json)?,
            ner_encoder: Tok2Vec::load(&weights, "ner.tok2vec", NER_FEATURES, vector_rows)?,
            recogniser: Recogniser::load(&weights, &labels.ner)?,
            tokenizer,
        })
    }

    /// Name, version, licence and checksum.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }
}

/// Reads a table from a compressed tensor.
fn read<T>(weights: &Weights<'_>, name: &str, from_json: fn(&[u8]) -> Result<T, String>) -> Result<T, ModelError> {
    from_json(&weights.compressed(name)?).map_err(|reason| ModelError::invalid(name, reason))
}
