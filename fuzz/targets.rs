//! What the fuzzers and `tests/it/fuzz.rs` do with bytes from outside: three entrances, each with the promises that
//! must hold for *any* input. A broken promise panics with a text that says which.
//!
//! * [`intake`]: a message becomes an article or a typed error; all ranges lie on character boundaries.
//! * [`engine`]: any text becomes a document of ordered tokens, whole sentences and a tree per sentence.
//! * [`extraction`]: a message becomes a record whose every span equals the text received between its offsets, and the
//!   same record again the second time.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use dateline_read::article::{Article, Hint, Intake};
use dateline_read::extract::{Enricher, Pipeline};
use dateline_read::nlp::{Engine, Model};
use serde_json::Value;

/// Longest input worth a fuzzer's time; `tests/it/hostile.rs` has the large ones.
const BYTES: usize = 16 << 10;

fn pipeline() -> Arc<Pipeline> {
    static PIPELINE: OnceLock<Arc<Pipeline>> = OnceLock::new();
    PIPELINE.get_or_init(|| Arc::new(Pipeline::load(None, None).expect("the embedded pipeline loads"))).clone()
}

fn read(bytes: &[u8]) -> Option<Article> {
    Intake::default().read(bytes, &Hint::default()).ok()
}

fn holds(text: &str, range: &Range<usize>, what: &str) {
    assert!(text.get(range.clone()).is_some(), "{what} {range:?} cuts a character or ends beyond {}", text.len());
}

/// A message becomes an article or an error.
pub fn intake(bytes: &[u8]) {
    let Some(article) = read(&bytes[..bytes.len().min(BYTES)]) else { return };
    let (body, received) = (article.body(), article.received());
    let mut end = 0;
    for block in &article.layout.blocks {
        holds(body, &block.range, "block");
        assert!(end <= block.range.start && block.range.start < block.range.end, "blocks overlap or are empty");
        assert!(
            body[end..block.range.start].trim().is_empty(),
            "text between blocks: {:?}",
            &body[end..block.range.start]
        );
        end = block.range.end;
        for repeat in &block.repeats {
            holds(body, repeat, "repeat");
            assert!(block.range.start <= repeat.start && repeat.end <= block.range.end, "a repeat leaves its block");
        }
        holds(received, &article.received_range(block.range.clone()), "received block");
    }
    assert!(body[end..].trim().is_empty(), "text after the last block: {:?}", &body[end..]);
    if let Some(dateline) = &article.layout.dateline {
        for range in [Some(&dateline.range), dateline.place.as_ref(), dateline.agency.as_ref()].into_iter().flatten() {
            holds(body, range, "dateline");
        }
    }
    // Order is kept on the way back to the received text.
    let mut before = 0;
    for (at, _) in body.char_indices() {
        let range = article.received_range(at..at);
        holds(received, &range, "received position");
        assert!(before <= range.start, "byte {at} of the body goes back to {range:?}, before {before}");
        before = range.start;
    }
}

/// A text becomes a document.
pub fn engine(bytes: &[u8]) {
    thread_local!(static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) });
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(BYTES)]);
    ENGINE.with_borrow_mut(|engine| {
        let engine =
            engine.get_or_insert_with(|| Engine::new(Arc::new(Model::embedded().expect("the embedded model loads"))));
        let doc = engine.annotate(&text);
        let mut end = 0;
        for token in doc.tokens() {
            let range = token.start as usize..token.end as usize;
            holds(&text, &range, "token");
            assert!(end <= range.start && range.start < range.end, "tokens overlap or are empty at {range:?}");
            assert!(text[end..range.start].trim().is_empty(), "text between tokens: {:?}", &text[end..range.start]);
            end = range.end;
        }
        assert!(text[end..].trim().is_empty(), "text after the last token: {:?}", &text[end..]);
        let mut next = 0;
        for sentence in doc.sentences() {
            assert_eq!(sentence.start, next, "sentences leave tokens out");
            assert!(sentence.start < sentence.end, "an empty sentence");
            next = sentence.end;
            for i in sentence.clone() {
                assert!(sentence.contains(&doc.head(i)), "the head of token {i} lies outside its sentence");
                let (mut at, mut steps) = (i, 0);
                while !doc.is_root(at) {
                    (at, steps) = (doc.head(at), steps + 1);
                    assert!(steps <= sentence.len(), "token {i} is on a cycle");
                }
            }
        }
        assert_eq!(next, doc.len(), "sentences leave tokens out");
        let mut end = 0;
        for entity in doc.entities() {
            assert!(end <= entity.tokens.start && entity.tokens.start < entity.tokens.end, "entities overlap");
            assert!(entity.tokens.end <= doc.len(), "an entity ends beyond the text");
            end = entity.tokens.end;
        }
    });
}

/// A message becomes a record.
pub fn extraction(bytes: &[u8]) {
    thread_local!(static ENRICHER: RefCell<Option<Enricher>> = const { RefCell::new(None) });
    let Some(article) = read(&bytes[..bytes.len().min(BYTES)]) else { return };
    ENRICHER.with_borrow_mut(|enricher| {
        let enricher = enricher.get_or_insert_with(|| Enricher::new(pipeline()));
        let record = enricher.enrich(&article, &|| false).expect("nobody said stop");
        let (again, _) = enricher.explain(&article, &|| false).expect("nobody said stop");
        let record = serde_json::to_value(record).expect("records are JSON");
        assert_eq!(record, serde_json::to_value(again).expect("records are JSON"), "two readings of one text differ");
        spans(&record, article.received(), article.title.as_deref().unwrap_or_default());
    });
}

/// A text that spans count in, and where its characters begin and end.
struct Text<'a> {
    text: &'a str,
    chars: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, chars: text.char_indices().map(|(at, _)| at).chain([text.len()]).collect() }
    }
}

/// Every span of a record: `char` and `byte` say the same, and `text`, where it stands beside them, is what is there. Returns how
/// many there are.
pub fn spans(record: &Value, received: &str, title: &str) -> usize {
    let mut count = 0;
    each_span(record, [&Text::new(received), &Text::new(title)], &mut count);
    count
}

fn each_span(value: &Value, texts: [&Text<'_>; 2], count: &mut usize) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_span(item, texts, count)),
        Value::Object(fields) => {
            if let (Some(char), Some(byte)) = (pair(fields.get("char")), pair(fields.get("byte"))) {
                let [received, title] = texts;
                let Text { text: whole, chars } = if fields.contains_key("field") { title } else { received };
                holds(whole, &byte, "span");
                let found = chars.get(char.start).zip(chars.get(char.end));
                assert_eq!(found, Some((&byte.start, &byte.end)), "char {char:?} is not byte {byte:?}");
                if let Some(text) = fields.get("text").and_then(Value::as_str) {
                    assert_eq!(text, &whole[byte.clone()], "the text of span {byte:?}");
                }
                *count += 1;
            }
            fields.values().for_each(|field| each_span(field, texts, count));
        }
        _ => {}
    }
}

fn pair(value: Option<&Value>) -> Option<Range<usize>> {
    let [start, end] = value?.as_array()?.as_slice() else { return None };
    Some(usize::try_from(start.as_u64()?).ok()?..usize::try_from(end.as_u64()?).ok()?)
}
