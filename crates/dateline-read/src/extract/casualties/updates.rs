//! The earlier number that a claim replaces: "up from five reported earlier", "not two, as first reported".

use std::ops::Range;

use super::Context;
use crate::extract::numbers::Number;
use crate::words::WordClass;

/// The number that the sentence says was told before that of the people whose words are `people`.
pub(crate) fn replaced(cx: &Context<'_>, people: &Range<usize>, best: Option<u64>, update: bool) -> Option<u64> {
    let sentence = cx.doc.sentence_of(people.start);
    let old = |n: &&Number| {
        n.numeric
            && n.best.is_some()
            && n.best != best
            && sentence.start <= n.tokens.start
            && n.tokens.end <= sentence.end
            && !people.contains(&n.tokens.start)
            && is_old(cx, n, sentence.clone(), update)
    };
    cx.numbers.iter().find(old)?.best
}

fn is_old(cx: &Context<'_>, n: &Number, sentence: Range<usize>, update: bool) -> bool {
    let doc = cx.doc;
    let word = |i: usize| doc.word(i).to_ascii_lowercase();
    let mut at = n.tokens.start;
    while at > sentence.start && cx.lexicon.is(WordClass::OldNumber, &word(at - 1)) {
        at -= 1;
    }
    let before = |k: usize| at.checked_sub(k).filter(|i| *i >= sentence.start).map(word).unwrap_or_default();
    let after = n.tokens.end..sentence.end.min(n.tokens.end + 7);
    let first = after.clone().any(|i| cx.lexicon.is(WordClass::First, &word(i)))
        || (at..n.tokens.start).any(|i| cx.lexicon.is(WordClass::Replaced, &word(i)));
    match before(1).as_str() {
        "from" => update || first || matches!(before(2).as_str(), "up" | "down"),
        "not" => first,
        "of" => matches!(before(2).as_str(), "instead"),
        "than" => matches!(before(2).as_str(), "rather"),
        _ => false,
    }
}
