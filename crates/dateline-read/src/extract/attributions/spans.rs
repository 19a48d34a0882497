//! Spans on the parse: what a source, a cue and a content take up.

use std::ops::Range;

use crate::nlp::{Dep, Doc, Pos};

/// The words of a source: its whole noun phrase, without commas at the edges.
pub(super) fn source(doc: &Doc<'_>, head: usize) -> Range<usize> {
    let mut span = doc.subtree(head);
    // Line breaks end a source: a speaker before a colon is often parsed into the sentence that follows.
    if let Some(colon) = (head + 1..span.end).find(|i| doc.word(*i) == ":" || doc.pos(*i) == Pos::Space) {
        span.end = colon;
    }
    // A parse that hangs the cue or the content below the source must not swallow them.
    if let Some(verb) = (head + 1..span.end).find(|i| matches!(doc.dep(*i), Dep::Ccomp | Dep::Parataxis)) {
        span.end = verb.min(doc.subtree(verb).start).max(head + 1);
    }
    trimmed(doc, span).unwrap_or(head..head + 1)
}

/// The words of a verbal cue: auxiliaries, negation and adverbs right before it, its particle right after it.
pub(super) fn verb_cue(doc: &Doc<'_>, verb: usize) -> Range<usize> {
    let mut start = verb;
    while start > 0
        && doc.head(start - 1) == verb
        && matches!(doc.dep(start - 1), Dep::Aux | Dep::Auxpass | Dep::Neg | Dep::Advmod)
    {
        start -= 1;
    }
    let particle = verb + 1 < doc.len() && doc.head(verb + 1) == verb && doc.dep(verb + 1) == Dep::Prt;
    start..verb + 1 + usize::from(particle)
}

/// A span without the tokens of `holes`, in pieces, each without punctuation at its edges.
pub(super) fn without(doc: &Doc<'_>, span: Range<usize>, holes: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = span.start;
    for i in span.start..=span.end {
        let hole = i == span.end || holes.iter().any(|h| h.contains(&i));
        if hole {
            if i > start
                && let Some(piece) = trimmed(doc, start..i)
                && says_something(doc, &piece)
            {
                pieces.push(piece);
            }
            start = i + 1;
        }
    }
    pieces
}

/// A lone "which" or "that" left of a hole is no content.
fn says_something(doc: &Doc<'_>, piece: &Range<usize>) -> bool {
    piece
        .clone()
        .any(|i| !matches!(doc.pos(i), Pos::Punct | Pos::Space | Pos::Pron | Pos::Sconj | Pos::Cconj | Pos::Det))
        || piece.len() > 1
}

/// A span without blanks, commas and full stops at its edges. Quotation marks stay.
pub(super) fn trimmed(doc: &Doc<'_>, span: Range<usize>) -> Option<Range<usize>> {
    let mut span = span;
    let edge = |i: usize| {
        let word = doc.word(i);
        doc.pos(i) == Pos::Space
            || matches!(word, "," | "." | ";" | ":" | "—" | "–" | "--" | "-" | ")" | "(")
            || word.trim().is_empty()
    };
    while !span.is_empty() && edge(span.start) {
        span.start += 1;
    }
    while !span.is_empty() && edge(span.end - 1) {
        span.end -= 1;
    }
    (!span.is_empty()).then_some(span)
}

/// Joins overlapping and touching ranges; the result is in text order.
pub(super) fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
