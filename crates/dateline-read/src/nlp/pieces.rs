//! Cuts a long text into pieces that are annotated one by one, so that memory stays bounded.
//!
//! Equality with spaCy holds piece by piece: a text of up to [`PIECE_BYTES`] is one piece (about 8,000 words, more than
//! nearly all articles); for a longer one the engine gives what spaCy gives for each piece alone. A piece ends
//! after the white space of its last paragraph break, else of its last line break, else of its last gap after a full
//! stop, else of its last gap, so that the tokens are those of the uncut text in all four cases.

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
    let last = |is_cut: &dyn Fn(&str, &str) -> bool| {
        let mut end = window.len();
        while let Some(at) = window[..end].rfind(is_space) {
            let before = window[..at].trim_end_matches(is_space);
            if is_cut(before, &window[before.len()..gap_end(at)]) {
                return Some(gap_end(at));
            }
            end = before.len();
        }
        None
    };
    let paragraph = |_: &str, gap: &str| gap.matches('\n').count() > 1;
    let line = |_: &str, gap: &str| gap.contains('\n');
    let sentence = |before: &str, _: &str| before.trim_end_matches(['"', '”', '’', ')']).ends_with(['.', '!', '?']);
    last(&paragraph).or_else(|| last(&line)).or_else(|| last(&sentence)).or_else(|| last(&|_, _| true)).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_texts_are_one_piece() {
        let text = "A sentence.\n\n".repeat(PIECE_BYTES / 13);
        assert_eq!(pieces(&text).collect::<Vec<_>>(), [text.as_str()]);
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn long_texts_are_cut_after_paragraphs_else_lines_else_words() {
        for (separator, filler) in [("\n \n", "a b\nc "), ("\n", "End. word "), ("  ", "a b.”"), (" ", "long-word")] {
            let block = filler.repeat(4_000 / filler.len());
            let text = vec![block.as_str().trim_end(); 40].join(separator);
            let all: Vec<&str> = pieces(&text).collect();
            assert!(all.len() > 1, "{separator:?}");
            for piece in &all[..all.len() - 1] {
                assert!(piece.ends_with(separator) && piece.len() > PIECE_BYTES / 2, "{separator:?}");
            }
            assert_eq!(all.concat(), text);
        }
    }

    #[test]
    fn text_without_gaps_is_cut_at_a_character() {
        let text = "é".repeat(PIECE_BYTES);
        assert_eq!(pieces(&text).count(), 2);
        assert!(pieces(&text).all(|piece| piece.len() <= PIECE_BYTES));
        let spaces = " ".repeat(PIECE_BYTES * 2 + 1);
        assert_eq!(pieces(&spaces).map(str::len).sum::<usize>(), spaces.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn pieces_are_the_text(parts in proptest::collection::vec(("[a-z. é]{1,9}", 1usize..9000, "[ \n]{0,3}"), 1..12)) {
            let text: String = parts.iter().map(|(word, count, gap)| word.repeat(*count) + gap).collect();
            prop_assert_eq!(pieces(&text).collect::<String>(), text.clone());
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty()));
        }
    }
}
