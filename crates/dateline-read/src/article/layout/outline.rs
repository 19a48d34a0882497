//! Puts the parts together: paragraphs to blocks.

use std::ops::Range;

use jiff::civil::Date;

use super::super::date::{self, grammar::CalendarDate};
use super::boilerplate::Boilerplate;
use super::byline::{self, Bylines};
use super::caption::Captions;
use super::dateline::{Datelines, Found};
use super::{Block, BlockKind, DatelineSpan, Layout, headline, paragraphs, prefix, repeats};

/// Paragraphs of running text among which a dateline may still come: some stories open with a summary.
const DATELINE_WITHIN: usize = 3;
/// Headlines in a row: the headline and the line below it.
const MAX_HEADLINES: usize = 2;

/// The wording tables, loaded once.
#[derive(Debug, Clone)]
pub(in crate::article) struct Tables {
    boilerplate: Boilerplate,
    captions: Captions,
    datelines: Datelines,
    bylines: Bylines,
}

impl Tables {
    pub(in crate::article) fn load() -> Self {
        Tables {
            boilerplate: Boilerplate::load(),
            captions: Captions::load(),
            datelines: Datelines::load(),
            bylines: Bylines::load(),
        }
    }
}

/// The layout, and the dates met on the way.
#[derive(Debug, Default)]
pub(in crate::article) struct Outline {
    pub(in crate::article) layout: Layout,
    pub(in crate::article) crawler_date: Option<CalendarDate>,
    pub(in crate::article) dateline_date: Option<CalendarDate>,
    /// From an address above the text.
    pub(in crate::article) url_date: Option<Date>,
    /// The latest full date of bylines and of captions of new pictures.
    pub(in crate::article) text_date: Option<Date>,
}

/// Finds the blocks of a body. `marks` are what its markup says of stretches, in order and apart.
pub(in crate::article) fn outline(
    text: &str,
    title: Option<&str>,
    marks: &[(Range<usize>, BlockKind)],
    tables: &Tables,
) -> Outline {
    let mut builder =
        Builder { text, tables, out: Outline::default(), running: 0, headlines: 0, shouting: shouts(text) };
    let paragraphs = paragraphs::split(text);
    for (i, range) in paragraphs.iter().enumerate() {
        let following = paragraphs.get(i + 1).map(|next| &text[next.clone()]);
        let mark = marks.partition_point(|(mark, _)| mark.end <= range.start);
        if let Some((mark, kind)) = marks.get(mark)
            && mark.start <= range.start
            && range.end <= mark.end
        {
            builder.marked(range.clone(), *kind);
            continue;
        }
        builder.paragraph(range.start, range.end, following, title);
    }
    let mut out = builder.out;
    repeats::mark(text, &mut out.layout.blocks);
    out
}

struct Builder<'a> {
    text: &'a str,
    tables: &'a Tables,
    out: Outline,
    /// Paragraphs of running text so far.
    running: usize,
    headlines: usize,
    shouting: bool,
}

impl Builder<'_> {
    /// A paragraph whose kind the markup states.
    fn marked(&mut self, range: Range<usize>, kind: BlockKind) {
        let slice = &self.text[range.clone()];
        match kind {
            BlockKind::Headline => self.headlines += 1,
            BlockKind::Caption if self.tables.captions.find(slice).is_some_and(|caption| caption.archive) => {}
            _ => self.note_dates(slice),
        }
        self.push(range.start, range.end, kind);
    }

    /// A paragraph of the text. Captions may be glued to what follows, so it may hold several blocks.
    fn paragraph(&mut self, mut start: usize, end: usize, following: Option<&str>, title: Option<&str>) {
        if self.running == 0 {
            start = self.crawler_prefix(start, end);
        }
        let title = title.filter(|_| start < end && self.running == 0 && self.headlines < MAX_HEADLINES);
        if title.is_some() && headline::matches(&self.text[start..end], None, title) {
            self.headlines += 1;
            return self.push(start, end, BlockKind::Headline);
        }
        while start < end {
            start = self.block(start, end, following);
            start = end - self.text[start..end].trim_start().len();
        }
    }

    /// Pushes the block at `start`; returns where it ends.
    fn block(&mut self, start: usize, end: usize, following: Option<&str>) -> usize {
        let slice = &self.text[start..end];
        let head = self.running == 0;
        let kind = if self.tables.boilerplate.matches(slice) {
            BlockKind::Boilerplate
        } else if let Some(found) = self.dateline_at(slice) {
            self.dateline(start, end, &found);
            return end;
        } else if let Some(caption) = self.tables.captions.find(slice) {
            if !caption.archive {
                self.note_dates(&slice[..caption.end]);
            }
            self.push(start, start + caption.end, BlockKind::Caption);
            return start + caption.end;
        } else if self.tables.bylines.matches(slice, head) || (head && self.tables.datelines.is_agency_name(slice)) {
            self.note_dates(slice);
            BlockKind::Byline
        } else if head && self.headlines < MAX_HEADLINES && headline::matches(slice, following, None) {
            self.headlines += 1;
            BlockKind::Headline
        } else {
            self.running += 1;
            BlockKind::Paragraph
        };
        self.push(start, end, kind);
        end
    }

    fn dateline_at(&self, slice: &str) -> Option<Found> {
        let expected = self.out.layout.dateline.is_none() && self.running < DATELINE_WITHIN;
        expected.then(|| self.tables.datelines.find(slice, self.shouting)).flatten()
    }

    /// Takes crawler prefixes off the start of a paragraph; returns where the rest begins.
    fn crawler_prefix(&mut self, mut start: usize, end: usize) -> usize {
        for _ in 0..2 {
            let slice = &self.text[start..end];
            let Some(found) = prefix::find(slice) else { break };
            if found.date.is_none() {
                self.out.url_date = self.out.url_date.or_else(|| date::in_url(slice));
            }
            self.out.crawler_date = self.out.crawler_date.or(found.date);
            let to = start + found.range.end;
            self.push(start, to, BlockKind::CrawlerPrefix);
            start = end - self.text[to..end].trim_start().len();
        }
        start
    }

    fn dateline(&mut self, start: usize, end: usize, found: &Found) {
        let shift = |range: &Range<usize>| start + range.start..start + range.end;
        self.out.dateline_date = found.date;
        self.out.layout.dateline = Some(DatelineSpan {
            range: shift(&found.range),
            place: found.place.as_ref().map(shift),
            date: None,
            agency: found.agency.as_ref().map(shift),
        });
        self.push(start, start + found.text, BlockKind::Dateline);
        self.running += 1;
        self.push(start + found.text, end, BlockKind::Paragraph);
    }

    fn push(&mut self, start: usize, end: usize, kind: BlockKind) {
        let range = paragraphs::trim(self.text, start..end);
        if !range.is_empty() {
            self.out.layout.blocks.push(Block { range, kind, repeats: Vec::new() });
        }
    }

    /// Keeps the latest full date of a byline or caption.
    fn note_dates(&mut self, slice: &str) {
        let latest = byline::dates(slice).filter_map(|(_, _, date)| date.full()).max();
        self.out.text_date = self.out.text_date.max(latest);
    }
}

/// Whether the text is written in capitals, as old wires are. Looks at its first letters only.
fn shouts(text: &str) -> bool {
    let (mut upper, mut letters) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()).take(600) {
        letters += 1;
        upper += usize::from(c.is_uppercase());
    }
    letters >= 40 && upper * 10 >= letters * 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each block as "kind: first words".
    fn check(text: &str, expect: &[&str]) {
        let out = outline(text, None, &[], &Tables::load());
        let found: Vec<String> = out
            .layout
            .blocks
            .iter()
            .map(|b| {
                format!(
                    "{:?}: {}",
                    b.kind,
                    text[b.range.clone()].split_whitespace().take(3).collect::<Vec<_>>().join(" ")
                )
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_wire_story_with_everything() {
        check(
            " date 2021-05-04 SALGORA, Nowhere (Harbour News) — The port of Salgora was closed on Monday, officials said.\n\n\
             Nobody was hurt.\n\nMen look at a ferry in the port, Monday, May 3, 2021. (AP Photo/Jane Roe)\n\n\
             The Associated Press contributed to this report.",
            &[
                "CrawlerPrefix: date 2021-05-04",
                "Dateline: SALGORA, Nowhere (Harbour",
                "Paragraph: The port of",
                "Paragraph: Nobody was hurt.",
                "Caption: Men look at",
                "Boilerplate: The Associated Press",
            ],
        );
    }

    #[test]
    fn a_web_page() {
        check(
            "https://example.org/2021/05/03/ferry\nFerry runs aground in Salgora\nBy Jane Roe\nMay 3, 2021 10:15 PM\n\
             The port of Salgora was closed on Monday after a ferry ran aground.\nRead more: Ferry talks stall",
            &[
                "CrawlerPrefix: https://example.org/2021/05/03/ferry",
                "Headline: Ferry runs aground",
                "Byline: By Jane Roe",
                "Byline: May 3, 2021",
                "Paragraph: The port of",
                "Boilerplate: Read more: Ferry",
            ],
        );
    }

    #[test]
    fn a_dateline_on_its_own_line() {
        check(
            "\n\nSALGORA, Nowhere (AP) _\n\nThe port was closed on Monday.\n\n",
            &["Dateline: SALGORA, Nowhere (AP)", "Paragraph: The port was"],
        );
    }

    #[test]
    fn hostile_texts_take_linear_time_and_no_stack() {
        for piece in
            ["x (AP Photo/y) ", "(", "PARIS (AP) — ", "date 2022-02-03 ", "Feb. 3, 2022 ", "By Jane Roe\n", "a\n"]
        {
            let text = piece.repeat(100_000);
            let out = outline(&text, None, &[], &Tables::load());
            assert!(!out.layout.blocks.is_empty(), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn blocks_cover_every_visible_byte_in_order(
            text in "(?s)((date 2022-02-03 |PARIS \\(AP\\) — |By Jane|\\(AP Photo/x\\)|[A-Za-z .,—:/()\\[\\]“”\n-]){0,40}){0,4}"
        ) {
            let out = outline(&text, None, &[], &Tables::load());
            let mut covered = 0;
            for block in &out.layout.blocks {
                prop_assert!(text[covered..block.range.start].trim().is_empty(), "uncovered before {:?}", block);
                prop_assert!(!block.range.is_empty());
                prop_assert!(block.repeats.iter().all(|r| block.range.start <= r.start && r.end <= block.range.end));
                covered = block.range.end;
            }
            prop_assert!(text[covered..].trim().is_empty());
        }
    }
}
