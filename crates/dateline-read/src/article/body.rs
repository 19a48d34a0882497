//! The readable text of an article whose received text is not readable as it is, with the way back.

use std::ops::Range;

use super::mojibake::{self, Piece};
use super::references;

/// Readable text and the stretches it was made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) text: String,
    stretches: Vec<Stretch>,
    /// Bytes of the text, at its beginning, that are not of the received text but of its title.
    title: usize,
}

/// Between a title and the text.
pub(super) const BELOW_TITLE: &str = "\n\n";

/// A run of body text that stands for one run of received text.
///
/// A run copied byte for byte has equal lengths on both sides. A run put in (the blank line between two paragraphs)
/// has received length 0. Any other run replaces one (an entity, a run of blanks).
#[derive(Debug, Clone, Copy)]
struct Stretch {
    body: u32,
    received: u32,
    received_len: u32,
}

impl Body {
    /// A body for plain text that is not readable as it is: a byte order mark before it, damaged characters or character
    /// references.
    pub(super) fn of_plain(received: &str) -> Option<Self> {
        let text = received.strip_prefix('\u{feff}').unwrap_or(received);
        let from = received.len() - text.len();
        let mut body = Body::default();
        let mut put = |piece: Piece<'_>, at: Range<usize>, base: usize| {
            let at = at.start + base..at.end + base;
            match piece {
                Piece::Copy(copy) => body.push(copy, at),
                Piece::Meant(c) => body.push(c.encode_utf8(&mut [0; 4]), at),
            }
        };
        if mojibake::is_damaged(text) {
            mojibake::mend(text, |piece, at| match piece {
                Piece::Copy(copy) => references::mend(copy, |piece, within| put(piece, within, from + at.start)),
                meant => put(meant, at, from),
            });
        } else {
            references::mend(text, |piece, at| put(piece, at, from));
        }
        (body.text != received).then_some(body)
    }

    /// A body for text that is readable as it is.
    pub(super) fn same(received: &str) -> Self {
        let mut body = Body::default();
        body.push(received, 0..received.len());
        body
    }

    /// The same with (the beginning of) a title before it.
    pub(super) fn below(mut self, title: &str) -> Self {
        let lead = title.len() + BELOW_TITLE.len();
        self.text.insert_str(0, BELOW_TITLE);
        self.text.insert_str(0, title);
        self.stretches.iter_mut().for_each(|stretch| stretch.body += lead as u32);
        self.title = title.len();
        self
    }

    /// Bytes of the body before the received text.
    pub(super) fn title_len(&self) -> usize {
        if self.title > 0 { self.title + BELOW_TITLE.len() } else { 0 }
    }

    /// The range of the title that a range of the body stands for, where it begins there.
    pub(super) fn title_range(&self, range: Range<usize>) -> Option<Range<usize>> {
        (range.start < self.title).then(|| range.start..range.end.min(self.title))
    }

    /// Takes back everything from byte `len` on, where a paragraph or the separator before it was appended.
    pub(super) fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        while self.stretches.pop_if(|last| last.body as usize >= len).is_some() {}
    }

    /// Appends `text`, which stands for `received`. Ranges must come in order and not overlap.
    pub(super) fn push(&mut self, text: &str, received: Range<usize>) {
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.stretches.last() {
            let (body, end) = (self.text.len() - last.body as usize, (last.received + last.received_len) as usize);
            let continues = body == last.received_len as usize && text.len() == received.len() && end == received.start;
            if continues {
                if let Some(last) = self.stretches.last_mut() {
                    last.received_len += received.len() as u32;
                }
                self.text.push_str(text);
                return;
            }
        }
        self.stretches.push(Stretch {
            body: self.text.len() as u32,
            received: received.start as u32,
            received_len: received.len() as u32,
        });
        self.text.push_str(text);
    }

    /// The range of the received text that a range of the body stands for.
    pub(super) fn received_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.locate(range.start, false);
        if range.is_empty() {
            return start..start;
        }
        start..self.locate(range.end - 1, true).max(start)
    }

    /// Received offset of the body byte `at`, or of the end of that byte.
    fn locate(&self, at: usize, end: bool) -> usize {
        let i = self.stretches.partition_point(|s| s.body as usize <= at);
        let Some(stretch) = i.checked_sub(1).and_then(|i| self.stretches.get(i)) else { return 0 };
        let next = self.stretches.get(i).map_or(self.text.len(), |s| s.body as usize);
        let (from, len) = (stretch.received as usize, stretch.received_len as usize);
        let inside = (at + usize::from(end)).saturating_sub(stretch.body as usize);
        if next - stretch.body as usize == len {
            from + inside.min(len)
        } else if end || at >= next {
            from + len
        } else {
            from
        }
    }
}
