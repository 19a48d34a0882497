//! Words of a digest: names by id, lists, wrapping.

use std::collections::BTreeMap;

pub(super) use crate::page::words::{count, is_short_form, one_line, place_levels, shorten};
use crate::record::EnrichedArticle;

/// Entity names by id.
#[derive(Default)]
pub(super) struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    pub(super) fn new(article: &'a EnrichedArticle) -> Self {
        Self(article.entities.iter().map(|e| (e.id.as_str(), e.name.as_str())).collect())
    }

    pub(super) fn get(&self, id: &str) -> Option<&'a str> {
        self.0.get(id).copied()
    }
}

/// The first `most` items, and how many more there are.
pub(super) fn list(items: &[String], most: usize) -> String {
    let mut text = items.iter().take(most).cloned().collect::<Vec<_>>().join("; ");
    if items.len() > most {
        text.push_str(&format!("; {} more", items.len() - most));
    }
    text
}

/// Lines of at most `width` columns, each after the indent.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    // A date is no compound word: nothing is broken at a hyphen.
    let options = textwrap::Options::new(width.max(40))
        .initial_indent(indent)
        .subsequent_indent(indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}
