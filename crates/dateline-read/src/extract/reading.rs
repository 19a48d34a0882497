//! The text that the language engine reads: the article's body, byte for byte as long, but easier to parse.
//!
//! Line ends inside a block become blanks (old wires break lines at a fixed width, in the middle of sentences), and
//! blocks in capitals or Title Case get ordinary case back. Offsets hold for both texts; what records show is always
//! the text received.

use std::borrow::Cow;

use super::case::{self, Case, Evidence, Style};
use super::entities::Lexicon as Actors;
use crate::article::{Article, BlockKind};

/// The text to annotate.
pub(super) fn text<'a>(article: &'a Article, case: &Case, actors: &Actors) -> Cow<'a, str> {
    let body = article.body();
    let blocks = &article.layout.blocks;
    let styles: Vec<Style> = blocks
        .iter()
        .map(|b| match b.kind {
            // Capitals are what datelines are written in; the rest is not read for events.
            BlockKind::Dateline | BlockKind::CrawlerPrefix | BlockKind::Boilerplate => Style::Ordinary,
            kind => case::style(&body[b.range.clone()], kind == BlockKind::Headline),
        })
        .collect();
    let restores = styles.iter().any(|s| *s != Style::Ordinary);
    let wraps = blocks.iter().any(|b| body[b.range.clone()].contains(['\n', '\r']));
    if !restores && !wraps {
        return Cow::Borrowed(body);
    }
    let mut evidence = Evidence::default();
    if restores {
        for (block, style) in blocks.iter().zip(&styles) {
            let text = &body[block.range.clone()];
            match style {
                Style::Ordinary if block.kind == BlockKind::Paragraph => evidence.read(text),
                Style::Capitals => evidence.read_acronyms(text),
                _ => {}
            }
        }
    }
    let mut out = String::with_capacity(body.len());
    for (block, style) in blocks.iter().zip(&styles) {
        out.push_str(&body[out.len()..block.range.start]);
        let text = &body[block.range.clone()];
        let cased = match style {
            Style::Ordinary => Cow::Borrowed(text),
            style => Cow::Owned(case.restore(text, *style, &evidence, actors)),
        };
        out.extend(cased.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
    }
    out.push_str(&body[out.len()..]);
    Cow::Owned(out)
}
