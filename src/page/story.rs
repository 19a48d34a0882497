//! An article as the page sees it: record and readable text, with a number for everything that can be linked to.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::article::Article;
use crate::record::{EnrichedArticle, EventMention, Field};

/// What all parts of an article's view read.
pub(super) struct Story<'a> {
    pub(super) record: &'a EnrichedArticle,
    pub(super) article: &'a Article,
    /// Number of the article on the page, from 1; part of every id.
    pub(super) number: usize,
    entities: BTreeMap<&'a str, usize>,
    attributions: BTreeMap<&'a str, usize>,
    events: BTreeMap<&'a str, usize>,
    pub(super) mentions: BTreeMap<&'a str, &'a EventMention>,
    /// Received offset of every byte of the body below the title; empty where both are the same.
    received: Vec<usize>,
    /// Bytes of the body above that.
    title: usize,
}

impl<'a> Story<'a> {
    pub(super) fn new(record: &'a EnrichedArticle, article: &'a Article, number: usize) -> Self {
        let body = article.body();
        let same = body.len() == article.received().len();
        let received = |at| article.received_range(at..at + 1).start;
        let title = article.title_len();
        Self {
            record,
            article,
            number,
            entities: record.entities.iter().enumerate().map(|(i, e)| (e.id.as_str(), i + 1)).collect(),
            attributions: record.attributions.iter().enumerate().map(|(i, a)| (a.id.as_str(), i + 1)).collect(),
            events: record.events.iter().map(|e| (e.cluster_id.as_str(), e.rank)).collect(),
            mentions: record.mentions.iter().map(|m| (m.mention_id.as_str(), m)).collect(),
            received: if same { Vec::new() } else { (title..body.len()).map(received).collect() },
            title,
        }
    }

    /// The text shown.
    pub(super) fn text(&self) -> &'a str {
        self.article.body()
    }

    /// Whether a block of the text is the headline: the title that was put above the text, or the same words in print.
    pub(super) fn heads(&self, block: &Range<usize>, headline: &str) -> bool {
        let words = |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).collect::<String>();
        block.end <= self.title || words(&self.text()[block.clone()]) == words(headline)
    }

    /// The bytes of the shown text that stand for bytes of the received text, or of its title.
    pub(super) fn shown(&self, byte: [usize; 2], field: Option<Field>) -> Range<usize> {
        // The title begins the text shown, as it came.
        if self.received.is_empty() || field == Some(Field::Title) {
            return byte[0]..byte[1];
        }
        let text = self.text();
        let find = |offset: usize| self.title + self.received.partition_point(|r| *r < offset);
        let (mut start, mut end) = (find(byte[0]), find(byte[1]));
        while start < text.len() && !text.is_char_boundary(start) {
            start += 1;
        }
        // Blanks between paragraphs stand for nothing received: they belong to no span.
        while end < text.len() && !text.is_char_boundary(end) {
            end += 1;
        }
        let end = text.get(start..end).map_or(end, |shown| start + shown.trim_end().len());
        start..end
    }

    /// Id of an entity on the page.
    pub(super) fn entity(&self, id: &str) -> Option<String> {
        Some(format!("a{}-n{}", self.number, self.entities.get(id)?))
    }

    /// Name of an entity.
    pub(super) fn name(&self, id: &str) -> Option<&'a str> {
        self.entities.get(id).map(|i| self.record.entities[i - 1].name.as_str())
    }

    /// Id of an attribution on the page.
    pub(super) fn attribution(&self, id: &str) -> Option<String> {
        Some(format!("a{}-s{}", self.number, self.attributions.get(id)?))
    }

    /// Number of an event.
    pub(super) fn rank(&self, cluster: &str) -> Option<usize> {
        self.events.get(cluster).copied()
    }

    /// Id of an event on the page.
    pub(super) fn event(&self, rank: usize) -> String {
        format!("a{}-e{rank}", self.number)
    }

    /// Id of a mention in the text.
    pub(super) fn trigger(&self, mention: &EventMention) -> String {
        let span = &mention.trigger.span;
        format!("a{}-t{}", self.number, self.shown(span.byte, span.field).start)
    }

    /// Id of any other part of this article's view.
    pub(super) fn id(&self, part: &str) -> String {
        format!("a{}-{part}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Intake;

    #[test]
    fn received_spans_are_found_in_readable_html() {
        let html =
            "<html><body><p>The caf&eacute; in <b>Lyon</b> burned.</p><p>Two people died on Monday.</p></body></html>";
        let article = Intake::default().read(html.as_bytes(), &crate::article::Hint::default()).unwrap();
        let record = super::super::article::tests::empty_record();
        let story = Story::new(&record, &article, 1);
        for word in ["Lyon", "burned", "Two", "Monday"] {
            let at = html.find(word).unwrap();
            assert_eq!(&story.text()[story.shown([at, at + word.len()], None)], word);
        }
        let at = html.find("caf&eacute;").unwrap();
        assert_eq!(&story.text()[story.shown([at, at + "caf&eacute;".len()], None)], "café");
    }
}
