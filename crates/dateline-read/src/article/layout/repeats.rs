//! Text that repeats itself: pictures of one series share most of their captions, feeds paste paragraphs twice.
//!
//! Stretches are compared by their letters and digits alone. Short ones ("He did not elaborate.") prove nothing and are
//! joined to the next.

use std::collections::HashSet;
use std::ops::Range;

use super::Block;

/// Fewest words of a stretch that can repeat another.
const MIN_WORDS: usize = 7;
/// Fewest words of a whole block that can repeat another.
const MIN_BLOCK_WORDS: usize = 4;

/// Fills in `repeats` of every block.
pub(super) fn mark(text: &str, blocks: &mut [Block]) {
    let mut seen: HashSet<u64> = HashSet::new();
    for block in blocks {
        let slice = &text[block.range.clone()];
        let (whole, words) = fingerprint(slice);
        let pieces: Vec<(Range<usize>, u64)> = pieces(slice)
            .map(|piece| (block.range.start + piece.start..block.range.start + piece.end, fingerprint(&slice[piece]).0))
            .collect();
        if words >= MIN_BLOCK_WORDS && seen.contains(&whole) {
            block.repeats = vec![block.range.clone()];
        } else {
            block.repeats =
                pieces.iter().filter(|(_, print)| seen.contains(print)).map(|(range, _)| range.clone()).collect();
        }
        seen.extend(pieces.iter().map(|&(_, print)| print));
        if words >= MIN_BLOCK_WORDS {
            seen.insert(whole);
        }
    }
}

/// Sentence-sized pieces of at least [`MIN_WORDS`] words, in order. Cut wherever a stop, perhaps with a closing quote, is
/// followed by a blank and a capital; equal texts are cut alike, which is all that is needed here.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut cuts: Vec<usize> = Vec::new();
    let mut stop = false;
    let mut blank = false;
    for (at, c) in text.char_indices() {
        match c {
            '.' | '!' | '?' => (stop, blank) = (true, false),
            '"' | '”' | '’' | '\'' | ')' if stop && !blank => {}
            c if c.is_whitespace() => blank = stop,
            c => {
                if stop && blank && (c.is_uppercase() || "\"“‘(".contains(c)) {
                    cuts.push(at);
                }
                (stop, blank) = (false, false);
            }
        }
    }
    cuts.push(text.len());
    let mut start = 0;
    cuts.into_iter().filter_map(move |cut| {
        if text[start..cut].split_whitespace().take(MIN_WORDS).count() < MIN_WORDS {
            return None;
        }
        let piece = start..start + text[start..cut].trim_end().len();
        start = cut;
        Some(piece)
    })
}

/// FNV-1a over the lower-case letters and digits, words kept apart, and the number of words.
fn fingerprint(text: &str) -> (u64, usize) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |c: u32| hash = (hash ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3);
    let (mut words, mut within) = (0, false);
    for c in text.chars() {
        if c.is_alphanumeric() {
            if !within {
                words += 1;
                add(u32::from(' '));
            }
            within = true;
            c.to_lowercase().for_each(|c| add(u32::from(c)));
        } else if !matches!(c, '.' | '\'' | '’') {
            within = false;
        }
    }
    (hash, words)
}

#[cfg(test)]
mod tests {
    use super::super::BlockKind;
    use super::*;

    /// The repeated stretches of the last of `blocks`.
    fn check(blocks: &[&str], expect: &[&str]) {
        let text = blocks.join("\n\n");
        let mut at = 0;
        let mut marked: Vec<Block> = blocks
            .iter()
            .map(|b| {
                let range = at..at + b.len();
                at = range.end + 2;
                Block { range, kind: BlockKind::Paragraph, repeats: Vec::new() }
            })
            .collect();
        mark(&text, &mut marked);
        let found: Vec<&str> = marked.last().unwrap().repeats.iter().map(|r| &text[r.clone()]).collect();
        assert_eq!(found, expect, "{blocks:?}");
    }

    #[test]
    fn sentences_that_repeat_an_earlier_block_are_marked() {
        let shared = "The port was closed on Monday after the U.S. ferry ran aground in a storm.";
        let one = format!("Men look at the ferry in the port of Salgora. {shared} Nobody was hurt.");
        let two = format!("A ferry lies on the rocks near the port of Salgora. {shared} Nobody was hurt.");
        check(&[&one, &two], &[shared]);
        check(&[&one, "Something else entirely stands between the two here.", &one], &[&one]);
        check(
            &[shared, &shared.to_uppercase().replace("U.S.", "US")],
            &["THE PORT WAS CLOSED ON MONDAY AFTER THE US FERRY RAN AGROUND IN A STORM."],
        );
        check(&["He did not elaborate.", "He did not elaborate."], &["He did not elaborate."]);
        check(
            &[
                "“No,” he said. It was late when the ferry left the old harbour.",
                "“No,” he said. It was early in the morning of a cold day.",
            ],
            &[],
        );
        check(&[&format!("{shared} {shared}")], &[]);
    }
}
