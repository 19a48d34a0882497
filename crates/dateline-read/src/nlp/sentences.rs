//! Subtree edges and sentence starts from the heads: a sentence begins at the left edge of every root.
//!
//! Source: `set_children_from_heads` in spaCy's `doc.pyx`. One pass over the tokens in both directions settles the
//! edges of projective trees; others may take more, and like spaCy we stop after twelve.

/// Passes after which the edges are taken as they are.
const MAX_PASSES: usize = 12;

/// First and last token (inclusive) of every token's subtree, and the sentence starts.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// First token of the subtree.
    pub(super) left: Vec<u32>,
    /// Last token of the subtree.
    pub(super) right: Vec<u32>,
    /// Whether a sentence starts at the token.
    pub(super) starts: Vec<bool>,
}

impl Edges {
    /// Computes everything anew for a forest in which a root is its own head.
    pub(super) fn compute(&mut self, heads: &[u32]) {
        self.left.clear();
        self.left.extend(0..heads.len() as u32);
        self.right.clone_from(&self.left);
        for _ in 0..MAX_PASSES {
            for token in (0..heads.len()).chain((0..heads.len()).rev()) {
                let head = heads[token] as usize;
                self.left[head] = self.left[head].min(self.left[token]);
                self.right[head] = self.right[head].max(self.right[token]);
            }
            self.mark_starts(heads);
            if self.heads_stay_inside(heads) {
                break;
            }
        }
    }

    fn mark_starts(&mut self, heads: &[u32]) {
        self.starts.clear();
        self.starts.resize(heads.len(), false);
        for (token, head) in heads.iter().enumerate() {
            if token == *head as usize {
                self.starts[self.left[token] as usize] = true;
            }
        }
    }

    /// Whether every token's head lies in the token's own sentence. As in spaCy the last token of the text is not
    /// checked and a head may be the first token after the sentence: the number of passes depends on it.
    fn heads_stay_inside(&self, heads: &[u32]) -> bool {
        let mut start = 0;
        for i in 0..heads.len() {
            if (i > 0 && self.starts[i]) || i + 1 == heads.len() {
                if heads[start..i].iter().any(|head| !(start..=i).contains(&(*head as usize))) {
                    return false;
                }
                start = i;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edges_span_subtrees_and_roots_start_sentences() {
        // "Troops left . They won": two sentences.
        let mut edges = Edges::default();
        edges.compute(&[1, 1, 1, 4, 4]);
        assert_eq!(edges.left, [0, 0, 2, 3, 3]);
        assert_eq!(edges.right, [0, 2, 2, 3, 4]);
        assert_eq!(edges.starts, [true, false, false, true, false]);
    }

    #[test]
    fn a_chain_takes_one_pass() {
        let mut edges = Edges::default();
        let heads: Vec<u32> = (0..1000).map(|i: u32| i.saturating_sub(1)).collect();
        edges.compute(&heads);
        assert_eq!((edges.left[999], edges.right[0], edges.starts[1]), (999, 999, false));
    }

    proptest! {
        /// Any array of heads, cycles included, ends and keeps the edges around each token.
        #[test]
        fn any_heads_are_survived(heads in proptest::collection::vec(0u32..40, 40)) {
            let mut edges = Edges::default();
            edges.compute(&heads);
            for i in 0..heads.len() {
                prop_assert!(edges.left[i] as usize <= i && i <= edges.right[i] as usize);
            }
        }
    }
}
