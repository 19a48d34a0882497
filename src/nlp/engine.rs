//! Puts the parts together: text in, [`Doc`] out.

use std::ops::Range;
use std::sync::Arc;

use super::doc::{Doc, Entity, Tag, Token};
use super::lexeme::Lexicon;
use super::model::Model;
use super::ner::Place;
use super::nonprojective::deprojectivise;
use super::parser::{Label, State};
use super::pieces::{PIECE_TOKENS, pieces};
use super::sentences::Edges;
use super::tok2vec::Encoder;
use super::tokenizer::RawToken;
use super::transition::Features;

/// Offsets in a [`Doc`] are 32 bits wide; what lies beyond this many bytes is not annotated.
pub const MAX_TEXT_BYTES: usize = 1 << 30;

/// The caller's stop hook said stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("language annotation was stopped before the text was done")]
pub struct Stopped;

/// Annotates texts. Holds the shared model, its own bounded caches of words, and work space: one engine per thread.
///
/// The output for a text does not depend on the texts before it.
#[derive(Debug)]
pub struct Engine {
    model: Arc<Model>,
    lexicon: Lexicon,
    shared: Encoder,
    ner: Encoder,
    features: Features,
    state: State,
    edges: Edges,
    tokens: Vec<RawToken>,
    scores: Vec<f32>,
    tags: Vec<Tag>,
    places: Vec<Place>,
}

/// The document as far as it is done.
#[derive(Default)]
struct Draft {
    tokens: Vec<Token>,
    sentences: Vec<Range<usize>>,
    entities: Vec<Entity>,
    lemmas: String,
}

impl Engine {
    /// An engine with empty caches.
    pub fn new(model: Arc<Model>) -> Self {
        Self {
            lexicon: model.tokenizer.lexicon(),
            shared: Encoder::default(),
            ner: Encoder::default(),
            features: Features::default(),
            state: State::default(),
            edges: Edges::default(),
            tokens: Vec::new(),
            scores: Vec::new(),
            tags: Vec::new(),
            places: Vec::new(),
            model,
        }
    }

    /// The shared model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Annotates a text of any length (up to [`MAX_TEXT_BYTES`], the rest is left out).
    pub fn annotate<'t>(&mut self, text: &'t str) -> Doc<'t> {
        // The hook never says stop, so the default cannot be reached.
        self.annotate_until(text, &|| false).unwrap_or_default()
    }

    /// As [`Self::annotate`], but asks `stop` before every piece of up to 10,240 tokens (about 0.2 s of work).
    ///
    /// # Errors
    /// [`Stopped`] as soon as `stop` returns true; the engine can be used again.
    pub fn annotate_until<'t>(&mut self, text: &'t str, stop: &dyn Fn() -> bool) -> Result<Doc<'t>, Stopped> {
        let mut draft = Draft::default();
        let mut start = 0;
        for piece in pieces(&text[..text.floor_char_boundary(MAX_TEXT_BYTES)]) {
            self.lexicon.trim();
            let model = Arc::clone(&self.model);
            let mut tokens = std::mem::take(&mut self.tokens);
            model.tokenizer.tokenize(piece, &mut self.lexicon, &mut tokens);
            for run in tokens.chunks(PIECE_TOKENS) {
                if stop() {
                    return Err(Stopped);
                }
                self.annotate_run(&model, run);
                self.append(&model, run, start, text, &mut draft);
            }
            self.tokens = tokens;
            start += piece.len();
        }
        Ok(Doc::new(text, draft.tokens, draft.sentences, draft.entities, draft.lemmas))
    }

    /// Tags and parses a run of tokens into the work space.
    fn annotate_run(&mut self, model: &Model, tokens: &[RawToken]) {
        let vectors = self.shared.encode(&model.shared, model.kernel, tokens, &self.lexicon);
        model.tagger.tag(model.kernel, vectors, &mut self.scores, &mut self.tags);
        let state = &mut self.state;
        model.parser.parse(model.kernel, vectors, tokens.len(), &mut self.features, state);
        self.edges.compute(&state.heads);
        let labels = model.parser.labels();
        if state.labels.iter().any(|label| matches!(labels[*label as usize], Label::Decorated { .. })) {
            let is_space = |i: usize| self.lexicon.get(tokens[i].lexeme).is_space;
            deprojectivise(&mut state.heads, &mut state.labels, labels, &self.edges, is_space);
            self.edges.compute(&state.heads);
        }
        self.places.clear();
        self.places.extend(tokens.iter().zip(&self.edges.starts).map(|(token, start)| Place {
            is_space: self.lexicon.get(token.lexeme).is_space,
            starts_sentence: *start,
        }));
    }

    /// Lemmatizes the run, recognises its entities and appends everything to the draft. `start` is the run's piece in the text.
    fn append(&mut self, model: &Model, tokens: &[RawToken], start: usize, text: &str, draft: &mut Draft) {
        let base = draft.tokens.len();
        let labels = model.parser.labels();
        let mut sentence_start = base;
        for (i, raw) in tokens.iter().enumerate() {
            if self.edges.starts[i] && i > 0 {
                draft.sentences.push(sentence_start..base + i);
                sentence_start = base + i;
            }
            let (start, end) = (start as u32 + raw.start, start as u32 + raw.end);
            draft.tokens.push(Token {
                start,
                end,
                head: base as u32 + self.state.heads[i],
                left_edge: base as u32 + self.edges.left[i],
                right_edge: base as u32 + self.edges.right[i],
                sentence: draft.sentences.len() as u32,
                dep: match labels[self.state.labels[i] as usize] {
                    Label::Plain(dep) => dep,
                    Label::Decorated { .. } => Default::default(),
                },
                tag: self.tags[i],
                entity: u32::MAX,
                space_after: raw.space_after,
                ..Token::default()
            });
        }
        draft.sentences.push(sentence_start..draft.tokens.len());
        model.ruler.apply(text, &mut draft.tokens[base..], &mut draft.lemmas);
        model.lemmatizer.apply(text, &mut draft.tokens[base..], &mut draft.lemmas);
        let vectors = self.ner.encode(&model.ner_encoder, model.kernel, tokens, &self.lexicon);
        model.recogniser.recognise(model.kernel, vectors, &self.places, &mut self.features, |first, end, kind| {
            let index = draft.entities.len() as u32;
            for token in &mut draft.tokens[base + first..base + end] {
                token.entity = index;
            }
            draft.entities.push(Entity { tokens: base + first..base + end, kind });
        });
    }
}
