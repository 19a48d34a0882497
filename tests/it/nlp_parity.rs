//! The engine gives exactly what spaCy gives from the same weights, on texts of every kind.
//!
//! Expected files are written by `models/golden.py` (its header describes their rows). Each test compares all tokens
//! and prints the first differences with what they mean.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dateline::nlp::{Doc, Engine, Model};
use serde::{Deserialize, Serialize};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/nlp");
/// Differences printed for one text, and texts printed.
const SHOWN: (usize, usize) = (3, 10);
const LONG_WORDS: usize = 20_000;
/// The first texts are ordinary prose. The others are so dense that a piece of the long text would be cut into runs.
const PROSE: usize = 52;

const WHAT_TO_DO: &str = "\
The differing column names the stage: byte offsets the tokenizer, tag the tagger (or its tok2vec), head, dep and \
sentence the parser,\npos and morph the attribute ruler, lemma the lemmatizer, entity the entity recogniser. \
Rows: [start, end, tag, pos, morph, lemma, head, dep, sentence, entity].
- You changed the engine: this is a regression, it used to be exact.
- You changed the model file or the texts: run `python models/golden.py PIPELINE` with the pipeline directory that \
models/export.py read,\n  and look at the diff before you commit it.
- Only this machine differs, in one or two tokens: a near tie of two scores that another order of additions decides \
otherwise.\n  Store the table concerned with more bits in models/export.py rather than dropping the text.";

/// One token as the expected files spell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row(u32, u32, String, String, String, String, usize, String, u32, String);

#[derive(Deserialize)]
struct Text {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct Header {
    id: String,
    tokens: usize,
}

fn rows(doc: &Doc<'_>) -> Vec<Row> {
    let row = |i: usize| {
        let token = &doc.tokens()[i];
        let entity = doc.entity_at(i).map_or("O".to_owned(), |entity| {
            let prefix = if entity.tokens.start == i { 'B' } else { 'I' };
            format!("{prefix}-{}", entity.kind.as_str())
        });
        Row(
            token.start,
            token.end,
            token.tag.as_str().to_owned(),
            token.pos.as_str().to_owned(),
            token.morph.to_string(),
            doc.lemma(i).to_owned(),
            token.head as usize,
            token.dep.as_str().to_owned(),
            token.sentence,
            entity,
        )
    };
    (0..doc.len()).map(row).collect()
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let zstd = path.extension().is_some_and(|e| e == "zst");
    let bytes = if zstd { zstd::decode_all(&bytes[..]).expect("a zstd file") } else { bytes };
    String::from_utf8(bytes).expect("UTF-8")
}

fn read_texts(path: &Path) -> Vec<(String, String)> {
    read(path).lines().map(|line| serde_json::from_str(line).unwrap()).map(|t: Text| (t.id, t.text)).collect()
}

fn read_expected(path: &Path) -> Vec<(String, Vec<Row>)> {
    let contents = read(path);
    let mut lines = contents.lines();
    let mut texts = Vec::new();
    while let Some(line) = lines.next() {
        let header: Header = serde_json::from_str(line).unwrap();
        let rows = lines.by_ref().take(header.tokens).map(|line| serde_json::from_str(line).unwrap()).collect();
        texts.push((header.id, rows));
    }
    texts
}

/// Compares all texts with their expected rows and panics with a report when any token differs.
fn check(texts: &[(String, String)], expected: &[(String, Vec<Row>)]) {
    let ids = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>();
    assert_eq!(
        ids(&mut texts.iter().map(|t| &t.0)),
        ids(&mut expected.iter().map(|e| &e.0)),
        "texts and expected files belong to different versions\n{WHAT_TO_DO}"
    );
    let mut engine = Engine::new(Arc::new(Model::embedded().expect("the model file of the repository")));
    let (mut report, mut differing_texts, mut differing, mut total) = (String::new(), 0, 0, 0);
    for ((id, text), (_, expected)) in texts.iter().zip(expected) {
        let got = rows(&engine.annotate(text));
        let differences: Vec<usize> =
            (0..got.len().max(expected.len())).filter(|i| got.get(*i) != expected.get(*i)).collect();
        total += expected.len();
        differing += differences.len();
        differing_texts += usize::from(!differences.is_empty());
        if differing_texts <= SHOWN.1 {
            for &i in differences.iter().take(SHOWN.0) {
                describe(&mut report, id, text, i, expected.get(i), got.get(i));
            }
        }
    }
    assert!(
        differing == 0,
        "{differing} of {total} tokens in {differing_texts} of {} texts differ from spaCy.\n{report}\n{WHAT_TO_DO}",
        texts.len()
    );
}

fn describe(report: &mut String, id: &str, text: &str, i: usize, expected: Option<&Row>, got: Option<&Row>) {
    let line = |row: Option<&Row>| row.map_or("no such token".to_owned(), |row| serde_json::to_string(row).unwrap());
    let at = expected.or(got).map_or(0..0, |row| row.0 as usize..row.1 as usize);
    let context = text.floor_char_boundary(at.start.saturating_sub(30))..text.ceil_char_boundary(at.end + 30);
    let _ = writeln!(report, "\n{id}, token {i} {:?} in {:?}", &text[at], &text[context]);
    let _ = writeln!(report, "  spaCy     {}\n  Dateline  {}", line(expected), line(got));
}

/// The text of 20,000 words that `models/golden.py` builds from the texts in the same way.
fn long_text(texts: &[(String, String)]) -> String {
    let (mut long, mut words, mut state) = (String::new(), 0, 1u64);
    for separator in ["\n\n", " ", "\n"].iter().cycle() {
        if words >= LONG_WORDS {
            break;
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let text = &texts[(state >> 33) as usize % PROSE].1;
        long.push_str(text);
        long.push_str(separator);
        words += text.split([' ', '\n']).filter(|word| !word.is_empty()).count();
    }
    long
}

#[test]
fn every_token_of_the_golden_texts_is_as_in_spacy() {
    let directory = Path::new(DIRECTORY);
    check(&read_texts(&directory.join("texts.jsonl")), &read_expected(&directory.join("expected.jsonl")));
}

#[test]
fn a_text_of_20000_words_is_as_in_spacy() {
    let directory = Path::new(DIRECTORY);
    let long = long_text(&read_texts(&directory.join("texts.jsonl")));
    check(&[("long".to_owned(), long)], &read_expected(&directory.join("long.jsonl.zst")));
}

/// Compares on texts of your own:
/// `python models/golden.py PIPELINE --texts my.jsonl --expected my.expected.jsonl`, then
/// `DATELINE_PARITY=my cargo test --test it your_texts -- --ignored`.
#[test]
#[ignore = "needs texts of your own"]
fn your_texts_are_as_in_spacy() {
    let stem = std::env::var("DATELINE_PARITY").expect("DATELINE_PARITY must name the texts without .jsonl");
    let path = |extension: &str| PathBuf::from(format!("{stem}.{extension}"));
    check(&read_texts(&path("jsonl")), &read_expected(&path("expected.jsonl")));
}
