//! What the parts of an article's body are: headline, dateline, paragraphs, captions, boilerplate.

use std::ops::Range;

/// The blocks of a body, in text order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Non-empty blocks; together they cover every non-blank byte of the body.
    pub blocks: Vec<Block>,
    /// The dateline, where there is one.
    pub dateline: Option<DatelineSpan>,
}

/// A stretch of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Bytes of the body.
    pub range: Range<usize>,
    /// What it is.
    pub kind: BlockKind,
    /// Stretches of this block (bytes of the body, sentence-sized) that repeat an earlier block word for word.
    pub repeats: Vec<Range<usize>>,
}

/// Kinds of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A crawler's prefix such as "date 2022-02-03".
    CrawlerPrefix,
    /// Headline.
    Headline,
    /// "By Jane Doe, Reuters".
    Byline,
    /// The dateline that opens the first paragraph.
    Dateline,
    /// Running text.
    Paragraph,
    /// Photo or video caption.
    Caption,
    /// "The Associated Press contributed to this report.", subscription and sharing lines.
    Boilerplate,
}

/// The dateline and its parts, in bytes of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatelineSpan {
    /// The whole dateline, without the dash that ends it.
    pub range: Range<usize>,
    /// The place ("ATMEH, Syria").
    pub place: Option<Range<usize>>,
    /// The date, resolved against the article's year where it has none.
    pub date: Option<jiff::civil::Date>,
    /// The agency ("NewsNation Now").
    pub agency: Option<Range<usize>>,
}

impl Layout {
    /// The block that holds byte `at` of the body.
    pub fn block_at(&self, at: usize) -> Option<&Block> {
        let i = self.blocks.partition_point(|b| b.range.end <= at);
        self.blocks.get(i).filter(|b| b.range.start <= at)
    }
}
