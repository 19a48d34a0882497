//! What the parts of an article's body are: headline, dateline, paragraphs, captions, boilerplate.
//!
//! Found from layout and wording alone, before any linguistic analysis and without a gazetteer. Every non-blank byte
//! of the body belongs to exactly one block; nothing is cut, consumers decide what a kind of block means to them.

mod boilerplate;
mod byline;
mod caption;
mod dateline;
mod headline;
mod outline;
mod paragraphs;
mod prefix;
mod repeats;

use std::ops::Range;

pub(super) use boilerplate::plain;
pub(super) use outline::{Tables, outline};

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
    /// A crawler's prefix such as "date 2022-02-03", or the address that a crawler put above the text.
    CrawlerPrefix,
    /// Headline, or the line below it.
    Headline,
    /// "By Jane Doe, Reuters", "Reporting by ...", or a line that only says when the story was published.
    Byline,
    /// The dateline that opens the first paragraph, with the dash that ends it.
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
    /// The place ("BEIRUT, Lebanon").
    pub place: Option<Range<usize>>,
    /// The date, resolved against the article's year where it has none.
    pub date: Option<jiff::civil::Date>,
    /// The agency ("NewsNation Now").
    pub agency: Option<Range<usize>>,
}

impl Layout {
    /// Where the blocks begin.
    pub fn starts(&self) -> Vec<usize> {
        self.blocks.iter().map(|b| b.range.start).collect()
    }

    /// The same below a headline of so many bytes and what parts it from the text.
    pub(super) fn below(&mut self, headline: usize, parted: usize) {
        let shift = |range: &mut Range<usize>| *range = range.start + headline + parted..range.end + headline + parted;
        for block in &mut self.blocks {
            shift(&mut block.range);
            block.repeats.iter_mut().for_each(shift);
        }
        if let Some(dateline) = &mut self.dateline {
            let DatelineSpan { range, place, date: _, agency } = dateline;
            [Some(range), place.as_mut(), agency.as_mut()].into_iter().flatten().for_each(shift);
        }
        self.blocks.insert(0, Block { range: 0..headline, kind: BlockKind::Headline, repeats: Vec::new() });
    }

    /// The block that holds byte `at` of the body.
    pub fn block_at(&self, at: usize) -> Option<&Block> {
        let i = self.blocks.partition_point(|b| b.range.end <= at);
        self.blocks.get(i).filter(|b| b.range.start <= at)
    }
}
