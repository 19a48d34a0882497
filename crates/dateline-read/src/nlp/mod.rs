//! Text to linguistic annotation: tokens, tags, dependency parse, lemmas, names.
//!
//! The engine reproduces a spaCy 3.8 pipeline (tokenizer, tok2vec, tagger, arc-eager parser, attribute ruler, rule
//! lemmatizer, BILUO named-entity recogniser) from one model file, token for token. It knows nothing of news, events
//! or Kafka; everything above it reads only [`Doc`].

mod attribute_ruler;
mod chars;
pub mod doc;
pub mod encoder;
mod engine;
mod hash;
mod lemmatizer;
mod lexeme;
pub mod mixer;
mod model;
pub mod morph;
mod ner;
mod nonprojective;
mod parser;
mod pattern;
mod pieces;
mod sentences;
mod tagger;
mod tok2vec;
mod tokenizer;
mod transition;
mod weights;

pub use doc::{Dep, Doc, Entity, EntityType, Pos, Tag, Token};
pub use engine::{Engine, MAX_TEXT_BYTES, Stopped};
pub use model::{Model, WORD_VECTOR};
pub use morph::{Feature, Morph};
pub(crate) use weights::Weights;
pub use weights::{ModelError, ModelInfo};
