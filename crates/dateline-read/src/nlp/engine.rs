//! Puts the parts together: text in, [`Doc`] out.

use std::ops::Range;
use std::sync::Arc;

use super::doc::{Doc, Entity, Tag, Token, VECTOR};
use super::lexeme::Lexicon;
use super::model::Model;
use super::ner::Place;
use super::nonprojective::deprojectivise;
use super::parser::{Label, State};
use super::pieces::{PIECE_TOKENS, pieces};
use super::sentences::Edges;
use super::tok2vec::{Encoder, WIDTH};
use super::tokenizer::RawToken;
use super::transition::Features;

/// Offsets in a [`Doc`] are 32 bits wide; what lies beyond this many bytes is not annotated.
pub const MAX_TEXT_BYTES: usize = 1 << 30;

/// Words whose vectors are kept: 1.2 kB each.
const MOST_VECTORS: usize = 20_000;

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
    /// Whether documents get the vectors of their words.
    keeps_vectors: bool,
}

/// The document as far as it is done.
#[derive(Default)]
struct Draft {
    tokens: Vec<Token>,
    sentences: Vec<Range<usize>>,
    entities: Vec<Entity>,
    lemmas: String,
    vectors: Vec<f32>,
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
            keeps_vectors: false,
            model,
        }
    }

    /// From now on documents hold the vectors of their words, up to some 16,000 words.
    pub fn keep_vectors(&mut self) {
        self.keeps_vectors = true;
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
        self.annotate_parts(text, &[], stop)
    }

    /// As [`Self::annotate_until`], but reads every part of the text by itself, so that no sentence spans two parts.
    /// Parts begin at `starts`: ascending byte offsets on character boundaries (others are passed over).
    ///
    /// # Errors
    /// As [`Self::annotate_until`].
    pub fn annotate_parts<'t>(
        &mut self,
        text: &'t str,
        starts: &[usize],
        stop: &dyn Fn() -> bool,
    ) -> Result<Doc<'t>, Stopped> {
        let mut draft = Draft::default();
        let mut start = 0;
        let end = text.floor_char_boundary(MAX_TEXT_BYTES);
        let cuts = starts.iter().copied().filter(|at| *at < end && text.is_char_boundary(*at)).chain([end]);
        let parts = cuts.scan(0, |from, to| Some(&text[std::mem::replace(from, to.max(*from))..to.max(*from)]));
        for piece in parts.flat_map(pieces) {
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
        Ok(Doc::new(text, draft.tokens, draft.sentences, draft.entities, draft.lemmas).with_vectors(draft.vectors))
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
        if self.keeps_vectors {
            let left = MOST_VECTORS.saturating_sub(draft.vectors.len() / VECTOR);
            let shared = self.shared.encoded(tokens.len());
            let own = shared.chunks_exact(WIDTH).zip(vectors.chunks_exact(WIDTH));
            for ((shared, ner), raw) in own.zip(tokens).take(left) {
                draft.vectors.extend_from_slice(shared);
                draft.vectors.extend_from_slice(ner);
                let row = self.lexicon.get(raw.lexeme).vector;
                draft.vectors.extend(row.map_or([0.0; WIDTH], |row| model.shared.word_vector(usize::from(row))));
            }
        }
        model.recogniser.recognise(model.kernel, vectors, &self.places, &mut self.features, |first, end, kind| {
            let index = draft.entities.len() as u32;
            for token in &mut draft.tokens[base + first..base + end] {
                token.entity = index;
            }
            draft.entities.push(Entity { tokens: base + first..base + end, kind });
        });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;
    use crate::nlp::model::tests::shared;
    use crate::nlp::pieces::PIECE_BYTES;

    fn engine() -> Engine {
        Engine::new(Arc::clone(shared()))
    }

    /// What [`Doc`] promises.
    fn check_invariants(doc: &Doc<'_>) {
        let (text, n) = (doc.text(), doc.len());
        let mut end = 0;
        for (i, token) in doc.tokens().iter().enumerate() {
            let (start, stop) = (token.start as usize, token.end as usize);
            assert!(end <= start && start < stop, "token {i} of {text:?}");
            assert!(text[end..start].chars().all(|c| c == ' '), "text left out before token {i} of {text:?}");
            assert!(doc.sentence_of(i).contains(&i));
            assert!(doc.sentence_of(i).contains(&doc.head(i)), "head of token {i} of {text:?} is in another sentence");
            assert!(doc.subtree(i).contains(&i) && doc.subtree(i).end <= n);
            end = stop;
        }
        assert!(text[end..].chars().all(|c| c == ' '), "text left out at the end of {text:?}");
        let mut next = 0;
        for sentence in doc.sentences() {
            assert!(sentence.start == next && sentence.end > next, "sentences of {text:?}");
            assert_eq!(sentence.clone().filter(|i| doc.is_root(*i)).count().min(1), 1, "no root in {text:?}");
            next = sentence.end;
        }
        assert_eq!(next, n);
        let mut next = 0;
        for entity in doc.entities() {
            assert!(entity.tokens.start >= next && entity.tokens.end > entity.tokens.start);
            assert!(entity.tokens.end <= doc.sentence_of(entity.tokens.start).end, "entity across sentences {text:?}");
            next = entity.tokens.end;
        }
    }

    #[test]
    fn annotates_as_spacy_does() {
        let mut engine = engine();
        let doc = engine.annotate("Who did the police say that they had arrested in Beirut on Monday? What a mess.");
        let tags: Vec<&str> = doc.tokens().iter().map(|t| t.tag.as_str()).collect();
        let deps: Vec<&str> = doc.tokens().iter().map(|t| t.dep.as_str()).collect();
        let heads: Vec<u32> = doc.tokens().iter().map(|t| t.head).collect();
        assert_eq!(tags.join(" "), "WP VBD DT NN VB IN PRP VBD VBN IN NNP IN NNP . WP DT NN .");
        assert_eq!(
            deps.join(" "),
            "dep aux det nsubj ROOT mark nsubj aux ccomp prep pobj prep pobj punct det det ROOT punct"
        );
        assert_eq!(heads, [4, 4, 3, 4, 4, 8, 8, 8, 4, 8, 9, 8, 11, 4, 16, 16, 16, 16]);
        assert_eq!(doc.sentences(), [0..14, 14..18]);
        let names: Vec<_> = doc.entities().iter().map(|e| (doc.span_text(e.tokens.clone()), e.kind.as_str())).collect();
        assert_eq!(names, [("Beirut", "GPE"), ("Monday", "DATE")]);
        assert_eq!((doc.lemma(8), doc.subtree(8)), ("arrest", 5..13));
        check_invariants(&doc);
    }

    #[test]
    fn empty_and_blank_texts_are_documents() {
        let mut engine = engine();
        assert!(engine.annotate("").is_empty());
        for text in [" ", "\n", "\u{a0}\n \t", "."] {
            check_invariants(&engine.annotate(text));
        }
    }

    #[test]
    fn the_stop_hook_is_asked_before_every_piece() {
        let text = "The minister resigned on Friday.\n\n".repeat(3 * PIECE_BYTES / 34);
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() > 2
        };
        let mut engine = engine();
        assert_eq!(engine.annotate_until(&text, &stop).unwrap_err(), Stopped);
        assert_eq!(asked.get(), 3);
        assert_eq!(engine.annotate("It works again.").len(), 4);
    }

    /// A long text is annotated as its pieces are, with everything shifted to its place.
    #[test]
    fn long_texts_are_their_pieces() {
        let text = "Rebels in Goma freed two aid workers on 3 May.\n\nThe U.N. welcomed it.\n\n".repeat(900);
        let mut engine = engine();
        let whole = engine.annotate(&text);
        check_invariants(&whole);
        let (mut tokens, mut entities, mut start) = (0, 0, 0);
        for piece in pieces(&text) {
            let part = engine.annotate(piece);
            for (i, token) in part.tokens().iter().enumerate() {
                let found = &whole.tokens()[tokens + i];
                assert_eq!(found.start as usize, start + token.start as usize);
                assert_eq!((found.head - token.head) as usize, tokens);
                assert_eq!((found.tag, found.dep, found.pos), (token.tag, token.dep, token.pos));
                assert_eq!(whole.lemma(tokens + i), part.lemma(i));
            }
            for (i, entity) in part.entities().iter().enumerate() {
                assert_eq!(whole.entities()[entities + i].tokens.start, tokens + entity.tokens.start);
            }
            (tokens, entities, start) = (tokens + part.len(), entities + part.entities().len(), start + piece.len());
        }
        assert!(start > PIECE_BYTES && tokens == whole.len() && entities == whole.entities().len());
    }

    #[test]
    fn the_texts_before_change_nothing() {
        let text = "President Salma Haidari told Reuters that 14 miners died in Kunduz on Tuesday.";
        let fresh = format!("{:?}", engine().annotate(text));
        let mut used = engine();
        used.annotate("Fourteen miners died. She told Reuters so on Tuesday, the president said.");
        assert_eq!(format!("{:?}", used.annotate(text)), fresh);
        assert_eq!(format!("{:?}", used.annotate(text)), fresh);
    }

    #[test]
    fn dense_punctuation_is_annotated_in_runs() {
        let text = "( ".repeat(PIECE_TOKENS + 100);
        let doc = engine().annotate(&text).len();
        assert_eq!(doc, PIECE_TOKENS + 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// Any text is annotated without a panic, and the document keeps its promises.
        #[test]
        fn any_text_is_survived(text in prop_oneof![
            "\\PC{0,120}",
            any::<String>(),
            "([A-Z]?[a-z]{1,8}|[0-9]{1,4}|[.,;:!?()'\"“”’—-]{1,3}|[ \n\t]{1,3}|\\PC){0,60}",
        ]) {
            check_invariants(&engine().annotate(&text));
        }
    }
}
