//! Checks that every line of the event tables can decide something: no reading hides another, no word is listed twice,
//! no class is unused.

use std::collections::{HashMap, HashSet};

use super::classes::{Class, Classes};
use super::lexicon::{Condition, Entry, Lexicon, Slot, trigger_tables};
use crate::extract::testing::event_tables;
use crate::words::rows;

fn score(entry: &Entry) -> usize {
    entry.conditions.iter().map(|c| if c.negated || c.alternatives.any { 1 } else { 3 }).sum()
}

/// Whether what satisfies `a` satisfies `b`.
fn implies(classes: &Classes, a: &Condition, b: &Condition) -> bool {
    // Numbers and particles compare words alone, whatever else the condition lists.
    let within = |small: &Condition, big: &Condition| {
        let (s, b) = (&small.alternatives, &big.alternatives);
        let listed = |w: &str| b.lists(w) || classes.lemmas.get(w).is_some_and(|bits| bits & b.classes != 0);
        b.any || !s.any && s.classes & !b.classes == 0 && s.words.iter().all(|w| listed(w))
    };
    a.slot == b.slot && a.negated == b.negated && if a.negated { within(b, a) } else { within(a, b) }
}

/// Whether `b` fits wherever `a` does and is then preferred.
fn hides(classes: &Classes, b: (usize, &Entry), a: (usize, &Entry)) -> bool {
    let implied = b.1.conditions.iter().all(|c| a.1.conditions.iter().any(|d| implies(classes, d, c)));
    let rank = |(index, e): (usize, &Entry)| (score(e), e.weight, usize::MAX - index);
    implied && rank(b) > rank(a)
}

#[test]
fn no_reading_hides_another() {
    let lexicon: &Lexicon = event_tables();
    let mut by_lemma: HashMap<(&str, bool), Vec<(usize, &Entry)>> = HashMap::new();
    for (index, entry) in lexicon.entries.iter().enumerate() {
        for lemma in entry.rule.words.split(',').map(str::trim) {
            by_lemma.entry((lemma, entry.verb)).or_default().push((index, entry));
        }
    }
    let mut hidden = Vec::new();
    for ((lemma, _), entries) in by_lemma {
        for a in &entries {
            if let Some((_, b)) = entries.iter().find(|b| b.0 != a.0 && hides(&lexicon.classes, **b, *a)) {
                let place = |e: &Entry| format!("{}.tsv:{} {}", e.rule.table, e.rule.line, e.rule.conditions);
                hidden.push(format!("{lemma}: {} is hidden by {}", place(a.1), place(b)));
            }
        }
    }
    hidden.sort();
    assert!(
        hidden.is_empty(),
        "\nreadings that can never be chosen; delete them or tell them apart:\n{}",
        hidden.join("\n")
    );
}

#[test]
fn no_list_names_a_word_twice() {
    let mut twice = Vec::new();
    let mut check = |place: String, words: Vec<&str>| {
        let mut seen = HashSet::new();
        twice.extend(words.into_iter().filter(|w| !seen.insert(*w)).map(|w| format!("{place}: {w}")));
    };
    for (_, (table, text)) in trigger_tables() {
        for row in rows(table, text, 8).unwrap() {
            let place = || format!("{table}.tsv:{}", row.line());
            check(place(), row.cell(0).split(',').map(str::trim).collect());
            for condition in row.cell(2).split_whitespace().filter(|c| *c != "-") {
                let words = condition.split_once([':', '!']).map_or("", |(_, words)| words);
                check(format!("{} {condition}", place()), words.split('/').collect());
            }
        }
    }
    let mut members: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in rows("classes", include_str!("../../words/data/events/classes.tsv"), 2).unwrap() {
        members.entry(row.cell(0)).or_default().extend(row.cell(1).split_whitespace());
    }
    for (class, words) in members {
        check(format!("classes.tsv {class}"), words);
    }
    twice.sort();
    assert!(twice.is_empty(), "\nwords listed twice; delete one:\n{}", twice.join("\n"));
}

#[test]
fn smaller_tables_list_every_word_once() {
    type Key = fn(&[&str]) -> String;
    let first: Key = |_| String::new();
    let with_second: Key = |cells| cells[1].to_owned();
    let tables: [(&'static str, &'static str, usize, Key); 6] = [
        ("light", include_str!("../../words/data/events/light.tsv"), 3, with_second),
        ("weapons", include_str!("../../words/data/events/weapons.tsv"), 2, first),
        ("happenings", include_str!("../../words/data/events/happenings.tsv"), 2, first),
        ("contexts", include_str!("../../words/data/events/contexts.tsv"), 2, first),
        ("offtopic", include_str!("../../words/data/events/offtopic.tsv"), 2, first),
        ("cues", include_str!("../../words/data/events/cues.tsv"), 3, with_second),
    ];
    let mut twice = Vec::new();
    for (table, text, columns, key) in tables {
        let mut seen: HashMap<(String, &str), usize> = HashMap::new();
        for row in rows(table, text, columns).unwrap() {
            let cells: Vec<&str> = (0..columns).map(|c| row.cell(c)).collect();
            for word in cells[0].split(',').map(str::trim) {
                if let Some(line) = seen.insert((key(&cells), word), row.line()) {
                    twice.push(format!("{table}.tsv:{}: {word} stands in line {line} already", row.line()));
                }
            }
        }
    }
    assert!(twice.is_empty(), "\nonly one of these lines can count; delete the other:\n{}", twice.join("\n"));
}

#[test]
fn every_class_is_used() {
    let mut text = String::new();
    for (_, (_, table)) in trigger_tables() {
        text.push_str(table);
    }
    text.push_str(include_str!("../../words/data/events/classes.tsv"));
    let named =
        |class: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '@')).any(|w| w == format!("@{class}"));
    let asked = |class: &str| Class::ALL.iter().any(|(_, name)| *name == class);
    let unused: Vec<&str> = rows("classes", include_str!("../../words/data/events/classes.tsv"), 2)
        .unwrap()
        .iter()
        .map(|r| r.cell(0))
        .filter(|class| !named(class) && !asked(class))
        .collect();
    assert!(unused.is_empty(), "classes that no condition names; delete them: {unused:?}");
}

#[test]
fn conditions_ask_for_known_slots() {
    // A misspelt slot would be read as a preposition that no text holds.
    let prepositions = [
        "about", "across", "after", "against", "ahead", "along", "among", "around", "as", "at", "before", "behind",
        "between", "by", "despite", "during", "for", "from", "in", "inside", "into", "near", "of", "off", "on", "onto",
        "out", "over", "through", "to", "together", "toward", "towards", "under", "until", "up", "upon", "with",
        "within", "without",
    ];
    let unknown: Vec<String> = event_tables()
        .entries
        .iter()
        .flat_map(|e| e.conditions.iter().map(move |c| (e, c)))
        .filter_map(|(e, c)| match &c.slot {
            Slot::Prep(prep) if !prepositions.contains(&&**prep) => {
                Some(format!("{}.tsv:{} {prep}", e.rule.table, e.rule.line))
            }
            _ => None,
        })
        .collect();
    assert!(unknown.is_empty(), "conditions on what is neither slot nor preposition: {unknown:?}");
}
