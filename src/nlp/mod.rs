//! Text to linguistic annotation: tokens, tags, dependency parse, lemmas, names.
//!
//! The engine reproduces a spaCy 3.8 pipeline (tokenizer, tok2vec, tagger, arc-eager parser, attribute ruler, rule
//! lemmatizer, BILUO named-entity recogniser) from one model file, token for token. It knows nothing of news, events
//! or Kafka; everything above it reads only [`Doc`].

mod attribute_ruler;
pub mod doc;
mod lemmatizer;
pub mod morph;
mod text;

pub use doc::{Dep, Doc, Entity, EntityType, Pos, Tag, Token};
pub use morph::{Feature, Morph};
