//! Quotation marks of a text, paired.

use std::ops::Range;

use crate::nlp::Doc;

/// A quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    /// Tokens with the marks.
    pub tokens: Range<usize>,
    /// Whether the closing mark stands in the text. A quotation that runs on into the next paragraph has none.
    pub closed: bool,
}

impl Quotation {
    /// The tokens between the marks.
    pub fn inside(&self) -> Range<usize> {
        self.tokens.start + 1..if self.closed { self.tokens.end - 1 } else { self.tokens.end }
    }
}

/// Longest quotation without a closing mark, in tokens: more means that a mark was lost.
const LONGEST: usize = 400;

/// Finds the quotations in double marks, in text order. They do not overlap; marks inside of a quotation belong to it.
/// Straight marks open after a blank and close before one. A paragraph that opens with a mark while a quotation is
/// open goes on with it (newspapers repeat the mark).
pub fn find(doc: &Doc<'_>) -> Vec<Quotation> {
    let mut quotations = Vec::new();
    let mut open: Option<usize> = None;
    for i in 0..doc.len() {
        let breaks = i > 0 && paragraph_breaks(doc, i);
        if let Some(start) = open
            && breaks
        {
            // A paragraph ended inside of a quotation: it counts up to here, whether or not it goes on.
            let end = last_word(doc, start, i);
            quotations.push(Quotation { tokens: start..end, closed: false });
            open = None;
        }
        match mark(doc, i) {
            Some(Mark::Open) if open.is_none() => open = Some(i),
            Some(Mark::Close) => {
                if let Some(start) = open.take()
                    && i > start + 1
                {
                    quotations.push(Quotation { tokens: start..i + 1, closed: true });
                }
            }
            Some(Mark::Either) => match open.take() {
                None => open = Some(i),
                Some(start) if i > start + 1 => quotations.push(Quotation { tokens: start..i + 1, closed: true }),
                Some(_) => {}
            },
            _ => {}
        }
        if open.is_some_and(|start| i - start > LONGEST) {
            open = None;
        }
    }
    if let Some(start) = open {
        let end = last_word(doc, start, doc.len());
        if end > start + 1 {
            quotations.push(Quotation { tokens: start..end, closed: false });
        }
    }
    quotations
}

/// The quotation that holds token `i`, by its number.
pub fn at(quotations: &[Quotation], i: usize) -> Option<usize> {
    let q = quotations.partition_point(|q| q.tokens.end <= i);
    quotations.get(q).is_some_and(|found| found.tokens.start <= i).then_some(q)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Close,
    Either,
}

fn mark(doc: &Doc<'_>, i: usize) -> Option<Mark> {
    match doc.word(i) {
        "“" | "«" | "``" | "„" => Some(Mark::Open),
        "”" | "»" => Some(Mark::Close),
        // The tokenizer keeps two straight single marks together.
        "\"" | "''" => {
            let token = &doc.tokens()[i];
            let text = doc.text();
            let before = text[..token.start as usize].chars().next_back();
            let after = text[token.end as usize..].chars().next();
            let blank = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '—' | '–'));
            Some(match (blank(before), blank(after)) {
                (true, false) => Mark::Open,
                (false, _) => Mark::Close,
                (true, true) => Mark::Either,
            })
        }
        _ => None,
    }
}

/// Whether a blank line lies right before token `i`. Single line breaks may be hard wrapping.
fn paragraph_breaks(doc: &Doc<'_>, i: usize) -> bool {
    let (before, token) = (&doc.tokens()[i - 1], &doc.tokens()[i]);
    let gap = &doc.text()[before.end as usize..token.start as usize];
    let blank = doc.word(i).trim().is_empty();
    let lines = |text: &str| text.matches('\n').count();
    lines(gap) + if blank { lines(doc.word(i)) } else { 0 } >= 2
}

/// The end of the last token before `end` that is not blank.
fn last_word(doc: &Doc<'_>, start: usize, end: usize) -> usize {
    (start..end).rev().find(|i| !doc.word(*i).trim().is_empty()).map_or(start + 1, |i| i + 1)
}
