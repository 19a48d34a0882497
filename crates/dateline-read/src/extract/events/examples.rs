//! Every reading of every trigger word, held by a sentence: `words/data/events/examples.tsv` through the real engine.
//!
//! A line of the table holds a lemma, its part of speech, what the sentence must be coded as (PLOVER event or
//! `HAPPENING`, modes, CAMEO code; `none` for a blocked reading), and a sentence of our own. A reading that no sentence
//! reaches must stand in `words/data/events/uncovered.tsv`, and what stands there must not be reached: the list only shrinks.

use std::collections::{BTreeSet, HashMap};

use super::lexicon::trigger_tables;
use super::{EventMention, Reason, Trace, find};
use crate::extract::testing;
use crate::words::rows;

/// A reading as the lists spell it: table, lemma, part of speech, conditions.
type Key = (&'static str, &'static str, &'static str, &'static str);

/// All readings by table and line; every lemma of a line is a reading of its own.
fn readings() -> HashMap<(&'static str, usize), Vec<Key>> {
    let mut all: HashMap<_, Vec<Key>> = HashMap::new();
    for (_, (table, text)) in trigger_tables() {
        for row in rows(table, text, 8).unwrap() {
            let lemmas = row.cell(0).split(',').map(str::trim).filter(|l| !l.is_empty());
            let keys = lemmas.map(|lemma| (table, lemma, row.cell(1), row.cell(2)));
            all.entry((table, row.line())).or_default().extend(keys);
        }
    }
    all
}

fn coded(m: &EventMention) -> String {
    let class = &m.class;
    let event = class.plover.event.map_or("HAPPENING", |e| e.as_str());
    let modes = class.plover.mode.iter().map(|m| m.as_str());
    let code = class.cameo.code.as_deref();
    std::iter::once(event).chain(modes).chain(code).collect::<Vec<_>>().join(" ")
}

/// The readings that a sentence reaches by `lemma`, and whether one of them is coded as expected; else what was found.
fn read(sentence: &str, lemma: &str, expect: &str) -> Result<Vec<(&'static str, usize)>, String> {
    let story = testing::read(sentence, Some("2022-02-03"));
    let mut trace = Trace::on();
    let (mentions, misses) = testing::facts(&story, |facts| {
        let mentions = find(&story, facts, testing::event_tables(), None, &mut trace).unwrap();
        (mentions, trace.misses)
    });
    // "cease-fire" is found by its last part.
    let same = |token: usize| {
        let found = story.doc.lemma(token).to_lowercase();
        found == lemma || lemma.rsplit('-').next() == Some(&found) || story.doc.word(token).eq_ignore_ascii_case(lemma)
    };
    let lists = |words: &str| words.split(',').any(|w| w.trim() == lemma);
    let found: Vec<(String, (&'static str, usize))> = mentions
        .iter()
        .filter(|m| same(m.head) && lists(&m.rule.words))
        .map(|m| (coded(m), (m.rule.table, m.rule.line)))
        .chain(misses.iter().filter_map(|miss| match &miss.reason {
            Reason::Blocked(rule) if lists(&rule.words) => Some(("none".to_owned(), (rule.table, rule.line))),
            _ => None,
        }))
        .collect();
    let right: Vec<_> = found.iter().filter(|(coded, _)| coded == expect).map(|(_, rule)| *rule).collect();
    if right.is_empty() {
        let all: Vec<String> =
            mentions.iter().map(|m| format!("{} by {}:{}", coded(m), m.rule.table, m.rule.line)).collect();
        return Err(format!("{sentence}\n    {lemma} should be {expect}; found {all:?}"));
    }
    Ok(right)
}

#[test]
fn every_reading_has_an_example_that_is_coded_as_it_says() {
    let examples = rows("examples", include_str!("../../words/data/events/examples.tsv"), 4).unwrap();
    let listed = rows("uncovered", include_str!("../../words/data/events/uncovered.tsv"), 4).unwrap();
    let readings = readings();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = std::thread::scope(|scope| {
        let check = |part: &[crate::words::Row<'static>]| -> Vec<_> {
            part.iter().map(|row| (row.cell(0), row.cell(1), read(row.cell(3), row.cell(0), row.cell(2)))).collect()
        };
        let parts: Vec<_> =
            examples.chunks(examples.len().div_ceil(workers)).map(|part| scope.spawn(move || check(part))).collect();
        parts.into_iter().flat_map(|p| p.join().unwrap()).collect()
    });
    let mut covered: BTreeSet<Key> = BTreeSet::new();
    let mut wrong: Vec<String> = Vec::new();
    for (lemma, pos, result) in results {
        match result {
            Ok(rules) => {
                let keys = rules.iter().flat_map(|rule| &readings[rule]);
                covered.extend(keys.filter(|key| key.1 == lemma && key.2 == pos));
            }
            Err(found) => wrong.push(found),
        }
    }
    let known: BTreeSet<Key> = listed.iter().map(|r| (r.cell(0), r.cell(1), r.cell(2), r.cell(3))).collect();
    let all: BTreeSet<Key> = readings.values().flatten().copied().collect();
    let list = |keys: Vec<&Key>| -> String {
        keys.iter().map(|(table, lemma, pos, conditions)| format!("{table}\t{lemma}\t{pos}\t{conditions}\n")).collect()
    };
    let silent = list(all.iter().filter(|k| !covered.contains(*k) && !known.contains(*k)).collect());
    let stale = list(known.iter().filter(|k| covered.contains(*k) || !all.contains(*k)).collect());
    assert!(
        wrong.is_empty() && silent.is_empty() && stale.is_empty(),
        "\n{} of {} examples are coded otherwise; correct the table, the rule or data/events/examples.tsv:\n{}\n\
         readings without an example; add a sentence to data/events/examples.tsv:\n{silent}\n\
         lines to delete from data/events/uncovered.tsv, because they are covered or gone:\n{stale}",
        wrong.len(),
        examples.len(),
        wrong.join("\n"),
    );
}
