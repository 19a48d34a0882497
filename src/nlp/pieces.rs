//! Cuts a long text into pieces that are annotated one by one, so that memory stays bounded.
//!
//! Equality with spaCy holds piece by piece: a text of up to [`PIECE_BYTES`] is one piece (about 8,000 words, more than
//! nearly all articles); for a longer one the engine gives what spaCy gives for each piece alone. A piece ends
//! after the white space of its last paragraph break, else of its last line break, else of its last gap, so that the
//! tokens are those of the uncut text in all three cases.

use super::chars::is_space;

/// Most bytes of a piece.
pub(super) const PIECE_BYTES: usize = 48 * 1024;
/// Most tokens that go through the networks at once. Prose has a token every five bytes and never gets there; text
/// of punctuation alone does, and is then annotated in runs of this many tokens.
pub(super) const PIECE_TOKENS: usize = 10_240;

/// The pieces of `text`, in order; together they are the text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(cut(rest));
        rest = after;
        Some(piece)
    })
}

/// Where the first piece of `text` ends. Never 0, always a character boundary.
fn cut(text: &str) -> usize {
    if text.len() <= PIECE_BYTES {
        return text.len();
    }
    let limit = text.floor_char_boundary(PIECE_BYTES);
    // A gap must end before the limit, or the white space after the cut would be split off.
    let window = text[..limit].trim_end_matches(is_space);
    let gap_end = |start: usize| start + text[start..].find(|c| !is_space(c)).unwrap_or(text.len() - start);
    let last = |is_cut: &dyn Fn(&str) -> bool| {
        let mut end = window.len();
        while let Some(at) = window[..end].rfind(is_space) {
            let start = window[..at].trim_end_matches(is_space).len();
            if is_cut(&window[start..gap_end(at)]) {
                return Some(gap_end(at));
            }
            end = start;
        }
        None
    };
    let paragraph = |gap: &str| gap.matches('\n').count() > 1;
    let line = |gap: &str| gap.contains('\n');
    last(&paragraph).or_else(|| last(&line)).or_else(|| last(&|_| true)).unwrap_or(limit)
}
