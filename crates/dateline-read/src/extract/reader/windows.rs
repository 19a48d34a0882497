//! Which words the encoder reads together.
//!
//! A window holds whole sentences as long as they fit; a sentence that does not fit is cut. Bylines, boilerplate and
//! crawler's prefixes are not read: no event is coded there.

use std::ops::Range;

use crate::extract::Story;
use crate::nlp::encoder::EncoderModel;

/// Windows that are read of one article: some 7,000 words. The record of a longer text says that its events are cut off.
const MOST: usize = 50;

/// The windows of an article.
#[derive(Debug, Default)]
pub struct Windows {
    /// The word pieces of all tokens.
    pub pieces: Vec<u32>,
    /// Of each token its pieces; none for white space.
    pub of: Vec<Range<usize>>,
    /// The windows, as ranges of tokens.
    pub windows: Vec<Range<usize>>,
    /// Whether there are more than are read.
    pub cut_off: bool,
}

impl Windows {
    /// Cuts an article into windows.
    pub fn new(story: &Story<'_>, model: &EncoderModel) -> Self {
        let mut this = Self::default();
        for i in 0..story.doc.len() {
            let from = this.pieces.len();
            model.pieces(story.doc.word(i), &mut this.pieces);
            // A word without end is read by its beginning.
            this.pieces.truncate(from + model.window());
            this.of.push(from..this.pieces.len());
        }
        let fits = |tokens: Range<usize>| this.of[tokens.end - 1].end - this.of[tokens.start].start <= model.window();
        let mut windows: Vec<Range<usize>> = Vec::new();
        let mut open = false;
        for s in 0..story.doc.sentences().len() {
            if !story.is_codeable(s) {
                open = false;
                continue;
            }
            let sentence = story.tokens(s);
            if open && let Some(last) = windows.last_mut().filter(|w| fits(w.start..sentence.end)) {
                last.end = sentence.end;
                continue;
            }
            open = true;
            let mut start = sentence.start;
            while start < sentence.end {
                let mut end = start + 1;
                while end < sentence.end && fits(start..end + 1) {
                    end += 1;
                }
                windows.push(start..end);
                start = end;
            }
        }
        if windows.len() > MOST {
            this.cut_off = true;
            windows.truncate(MOST);
        }
        this.windows = windows;
        this
    }

    /// The pieces of a window.
    pub fn pieces(&self, window: &Range<usize>) -> &[u32] {
        &self.pieces[self.of[window.start].start..self.of[window.end - 1].end]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::testing;

    fn model() -> EncoderModel {
        EncoderModel::from_bytes(include_bytes!("../../../../../tests/golden/encoder/small.safetensors")).unwrap()
    }

    #[test]
    fn whole_sentences_stand_together_as_long_as_they_fit() {
        let sentence = "Police arrested two men in the city on Monday after a raid on a house. ";
        let text = sentence.repeat(12);
        let story = testing::read(&text, None);
        let windows = Windows::new(&story, &model());
        assert!(windows.windows.len() > 1 && windows.windows.len() < 12, "{:?}", windows.windows);
        let starts: Vec<usize> = story.doc.sentences().iter().map(|s| s.start).collect();
        assert!(windows.windows.iter().all(|w| starts.contains(&w.start)), "{:?} in {starts:?}", windows.windows);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn every_word_of_running_text_is_in_one_window(words in prop::collection::vec("[a-zA-Z]{1,12}[.,]?", 1..250)) {
            let story = testing::read(&words.join(" "), None);
            let model = model();
            let windows = Windows::new(&story, &model);
            let read: Vec<usize> = windows.windows.iter().cloned().flatten().collect();
            let wanted: Vec<usize> = (0..story.doc.sentences().len())
                .filter(|s| story.is_codeable(*s))
                .flat_map(|s| story.tokens(s))
                .collect();
            prop_assert_eq!(read, wanted);
            for window in &windows.windows {
                prop_assert!(windows.pieces(window).len() <= model.window());
            }
        }
    }
}
