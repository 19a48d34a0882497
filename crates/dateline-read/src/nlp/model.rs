//! The language model: all weights, rules and tables, loaded and checked once, shared by all engines.

use std::path::Path;

use dateline_kernel::Kernel;
use serde::Deserialize;

use super::attribute_ruler::AttributeRuler;
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

/// Numbers of a word's vector.
pub const WORD_VECTOR: usize = super::tok2vec::WIDTH;

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
        Self::from_bytes(&Weights::read(path)?)
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

    /// The vector of a word by itself (spaCy's static vector as the shared network projects it); none for words that
    /// the vector table does not know.
    pub fn word_vector(&self, word: &str) -> Option<[f32; WORD_VECTOR]> {
        let vocabulary = self.tokenizer.vocabulary();
        let row = vocabulary.lexeme(word, None).vector?;
        Some(self.shared.word_vector(usize::from(row)))
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

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, OnceLock};

    use serde_json::{Map, Value, json};
    use sha2::{Digest, Sha256};

    use super::*;

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/en_news.safetensors");

    /// The model of the repository, loaded once for all tests of the engine.
    pub(in crate::nlp) fn shared() -> &'static Arc<Model> {
        static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
        MODEL.get_or_init(|| Arc::new(Model::from_path(Path::new(PATH)).unwrap()))
    }

    fn split(bytes: &[u8]) -> (Map<String, Value>, Vec<u8>) {
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        (serde_json::from_slice(&bytes[8..8 + length]).unwrap(), bytes[8 + length..].to_vec())
    }

    /// A model file with a changed header or changed data and the right checksum.
    fn changed(bytes: &[u8], change: impl FnOnce(&mut Map<String, Value>, &mut [u8])) -> Vec<u8> {
        let (mut header, mut data) = split(bytes);
        change(&mut header, &mut data);
        if let Some(metadata) = header.get_mut("__metadata__") {
            let digest = Sha256::digest(&data);
            metadata["sha256"] = digest.iter().map(|b| format!("{b:02x}")).collect::<String>().into();
        }
        let header = serde_json::to_vec(&header).unwrap();
        [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
    }

    fn overwrite(header: &Map<String, Value>, data: &mut [u8], tensor: &str, bytes: &[u8]) {
        let start = header[tensor]["data_offsets"][0].as_u64().unwrap() as usize;
        data[start..start + bytes.len()].copy_from_slice(bytes);
    }

    fn kind_of(bytes: &[u8]) -> &'static str {
        match Model::from_bytes(bytes) {
            Ok(_) => "ok",
            Err(error) => {
                assert!(!error.to_string().is_empty());
                error.kind()
            }
        }
    }

    #[test]
    fn the_model_says_what_it_is() {
        let info = shared().info();
        assert_eq!((info.name.as_str(), info.sha256.len()), ("en_news", 64));
        assert!(!info.version.is_empty() && info.license.contains("MIT"));
    }

    #[test]
    fn a_missing_file_is_an_io_error() {
        let error = Model::from_path(Path::new("no/such/model.safetensors")).unwrap_err();
        assert_eq!(error.kind(), "io");
        assert!(error.to_string().contains("no/such/model.safetensors"));
    }

    #[test]
    fn damaged_files_are_refused() {
        let bytes = std::fs::read(PATH).unwrap();
        for length in [0, 7, 8, 100, 5_000, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(kind_of(&bytes[..length]), "container", "cut to {length} bytes");
        }
        for at in [20_000, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            assert_eq!(kind_of(&flipped), "checksum", "bit flipped in byte {at}");
        }
    }

    #[test]
    fn files_of_another_format_are_refused() {
        let bytes = std::fs::read(PATH).unwrap();
        assert_eq!(kind_of(&changed(&bytes, |h, _| h["__metadata__"]["format_version"] = json!("2"))), "format");
        assert_eq!(kind_of(&changed(&bytes, |h, _| drop(h.remove("__metadata__")))), "format");
    }

    #[test]
    fn wrong_tensors_are_refused() {
        let bytes = std::fs::read(PATH).unwrap();
        let renamed = changed(&bytes, |header, _| {
            let tensor = header.remove("tagger.bias").unwrap();
            header.insert("other".to_owned(), tensor);
        });
        assert_eq!(kind_of(&renamed), "missing_tensor");
        let reshaped = changed(&bytes, |header, _| header["parser.upper.weight"]["shape"] = json!([64, 106]));
        assert_eq!(kind_of(&reshaped), "shape");
        let retyped = changed(&bytes, |header, _| header["tagger.weight"]["dtype"] = json!("I32"));
        assert_eq!(kind_of(&retyped), "shape");
    }

    #[test]
    fn senseless_contents_are_refused() {
        let bytes = std::fs::read(PATH).unwrap();
        let invalid = |tensor: &str, contents: &[u8]| {
            kind_of(&changed(&bytes, |header, data| overwrite(header, data, tensor, contents)))
        };
        assert_eq!(invalid("ner.upper.bias", &f32::NAN.to_le_bytes()), "invalid");
        assert_eq!(invalid("tok2vec.vectors.scale", &f32::INFINITY.to_le_bytes()), "invalid");
        assert_eq!(invalid("vector_keys.rows", &u16::MAX.to_le_bytes()), "invalid");
        assert_eq!(invalid("vector_keys.starts", &u32::MAX.to_le_bytes()), "invalid");
        assert_eq!(invalid("labels.json", b"[[[["), "invalid");
        assert_eq!(invalid("tokenizer.json", b"{\"prefix\":\"(\""), "invalid");
        assert_eq!(invalid("lemmatizer", b"no zstd frame"), "invalid");
    }
}
