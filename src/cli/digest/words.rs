//! Words of a digest: names by id, lists, wrapping.

use std::collections::BTreeMap;

use crate::record::{EnrichedArticle, Place};

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

/// Line breaks and runs of blanks to single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `most` characters, cut at a word.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = text[..end].rfind(' ').unwrap_or(end);
    format!("{}…", &text[..cut])
}

/// Lines of at most `width` columns, each after the indent.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let options = textwrap::Options::new(width.max(40)).initial_indent(indent).subsequent_indent(indent);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// "Atmeh, Idlib, SY": the levels of a place that are known.
pub(super) fn place_levels(place: &Place) -> String {
    let country = place.country_iso3.clone();
    let mut levels = Vec::new();
    if place.resolution.is_none_or(|r| r > 2) {
        levels.push(place.name.clone());
    }
    levels.extend(place.admin1.clone().filter(|a| place.resolution != Some(1) && levels.first() != Some(a)));
    levels.extend(country);
    levels.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_words() {
        assert_eq!(shorten("one two three", 20), "one two three");
        assert_eq!(shorten("one two three", 9), "one two…");
        assert_eq!(shorten("ééééé", 3), "ééé…");
    }
}
