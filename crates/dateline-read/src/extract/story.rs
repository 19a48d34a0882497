//! An article being read: its annotated text beside its layout.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::work::Work;
use crate::article::{Article, Block, BlockKind};
use crate::nlp::{Doc, Pos, Stopped};

/// What every extraction step reads.
#[derive(Debug)]
pub struct Story<'a> {
    /// The article.
    pub article: &'a Article,
    /// Its body, annotated.
    pub doc: &'a Doc<'a>,
    /// Index of the layout block of every sentence.
    blocks: Vec<Option<u32>>,
    /// Whether a sentence repeats an earlier one.
    repeated: Vec<bool>,
    /// How many sentences of running text stand before a sentence.
    running: Vec<u32>,
    /// Work done on the article.
    work: Work<'a>,
    /// What was cut off.
    cuts: RefCell<BTreeSet<Cut>>,
}

/// Most words of a label.
const LABEL: usize = 5;

/// Where reading ends for texts that are no articles: lists without end, books, one sentence a thousand times over.
/// Every limit lies far beyond what news holds; the record says so in its notes where one was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// Later events were not read.
    Events,
    /// Later casualty claims were not read.
    Claims,
    /// The record does not list all entities, times or attributions.
    Lists,
    /// Names were compared with those of the same part of the text only.
    Names,
}

impl Cut {
    /// The remark as it stands in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events_cut_off",
            Self::Claims => "casualty_claims_cut_off",
            Self::Lists => "lists_cut_off",
            Self::Names => "names_compared_in_part",
        }
    }
}

impl<'a> Story<'a> {
    /// Ties an annotated body to the article's layout. `stop` is asked as the work goes on.
    pub fn new(article: &'a Article, doc: &'a Doc<'a>, stop: &'a dyn Fn() -> bool) -> Self {
        let blocks = &article.layout.blocks;
        let mut block_of = Vec::with_capacity(doc.sentences().len());
        let mut repeated = Vec::with_capacity(doc.sentences().len());
        let mut running = Vec::with_capacity(doc.sentences().len());
        let mut before = 0;
        for sentence in doc.sentences() {
            let bytes = doc.bytes(sentence.clone());
            // A sentence belongs to the block of its last printed byte: a dateline block is followed by its first
            // sentence, and line breaks after a paragraph are tokens of its last sentence.
            let printed = doc.text()[bytes.clone()].trim_end().len();
            let at = bytes.start + printed.saturating_sub(1);
            let i = blocks.partition_point(|b| b.range.end <= at);
            let block = blocks.get(i).filter(|b| b.range.start <= at);
            block_of.push(block.map(|_| i as u32));
            repeated.push(block.is_some_and(|b| b.repeats.iter().any(|r| r.start <= at && at < r.end)));
            running.push(before);
            before += u32::from(block.is_none_or(|b| b.kind == BlockKind::Paragraph));
        }
        Self { article, doc, blocks: block_of, repeated, running, work: Work::new(stop), cuts: RefCell::default() }
    }

    /// Says how many things a step is about to look at.
    ///
    /// # Errors
    /// [`Stopped`] when the reading is to end.
    pub fn work(&self, things: usize) -> Result<(), Stopped> {
        self.work.add(things)
    }

    /// Notes that something was cut off.
    pub fn cut(&self, what: Cut) {
        self.cuts.borrow_mut().insert(what);
    }

    /// What was cut off.
    pub fn cuts(&self) -> Vec<Cut> {
        self.cuts.borrow().iter().copied().collect()
    }

    /// The layout block of a sentence.
    pub fn block(&self, sentence: usize) -> Option<&'a Block> {
        self.blocks[sentence].map(|i| &self.article.layout.blocks[i as usize])
    }

    /// The kind of a sentence's block; text outside of every block counts as running text.
    pub fn kind(&self, sentence: usize) -> BlockKind {
        self.block(sentence).map_or(BlockKind::Paragraph, |b| b.kind)
    }

    /// Number of the paragraph (layout block) of a sentence.
    pub fn paragraph(&self, sentence: usize) -> usize {
        self.blocks[sentence].map_or(0, |i| i as usize)
    }

    /// The words before the colon with which a sentence begins, at most five: "Mosul:", "BAGHDAD, Iraq:".
    pub fn label(&self, sentence: usize) -> Option<Range<usize>> {
        let words = self.words(sentence);
        let colon = words.clone().skip(1).take(LABEL).find(|i| self.doc.word(*i) == ":")?;
        Some(words.start..colon)
    }

    /// The words of a sentence that is a line of its own and at most five words long: a cell of a table.
    pub fn line(&self, sentence: usize) -> Option<Range<usize>> {
        let alone = |other: usize| other >= self.blocks.len() || self.blocks[other] != self.blocks[sentence];
        let words = self.words(sentence);
        (words.len() <= LABEL && alone(sentence + 1) && sentence.checked_sub(1).is_none_or(alone)).then_some(words)
    }

    /// The tokens of a sentence without the marks before and the white space around it.
    fn words(&self, sentence: usize) -> Range<usize> {
        let mut tokens = self.tokens(sentence);
        while !tokens.is_empty() && matches!(self.doc.pos(tokens.start), Pos::Punct | Pos::Sym | Pos::Space) {
            tokens.start += 1;
        }
        while !tokens.is_empty() && self.doc.pos(tokens.end - 1) == Pos::Space {
            tokens.end -= 1;
        }
        tokens
    }

    /// Whether a sentence is of the title that came as a field of its own.
    pub fn in_title(&self, sentence: usize) -> bool {
        self.article.title_len() > 0 && self.blocks[sentence] == Some(0)
    }

    /// Whether a sentence repeats an earlier one word for word.
    pub fn is_repeated(&self, sentence: usize) -> bool {
        self.repeated[sentence]
    }

    /// Whether a sentence is one of those that tell the story's news: a headline, the first running text.
    pub fn in_lead(&self, sentence: usize) -> bool {
        const LEAD: usize = 5;
        self.running(sentence) < LEAD
    }

    /// How many sentences of running text stand before a sentence.
    pub fn running(&self, sentence: usize) -> usize {
        self.running[sentence] as usize
    }

    /// Whether events are looked for in a sentence.
    pub fn is_codeable(&self, sentence: usize) -> bool {
        !matches!(self.kind(sentence), BlockKind::CrawlerPrefix | BlockKind::Byline | BlockKind::Boilerplate)
    }

    /// The sentence of token `i`.
    pub fn sentence(&self, i: usize) -> usize {
        self.doc.tokens()[i].sentence as usize
    }

    /// Token range of sentence `s`.
    pub fn tokens(&self, s: usize) -> Range<usize> {
        self.doc.sentences()[s].clone()
    }

    /// The article's own date.
    pub fn date(&self) -> Option<jiff::civil::Date> {
        self.article.date.map(|d| d.date)
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::testing;

    #[test]
    fn the_line_break_after_a_sentence_is_not_the_next_paragraph() {
        let story = testing::read("Rebels attacked the town.\n\nThe army struck back.\n\nNobody was hurt.", None);
        let paragraphs: Vec<_> =
            (0..story.doc.sentences().len()).map(|s| (story.block(s).is_some(), story.paragraph(s))).collect();
        assert_eq!(paragraphs, [(true, 0), (true, 1), (true, 2)]);
    }
}
