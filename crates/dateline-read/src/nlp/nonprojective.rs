//! Resolves decorated arcs (pseudo-projective parsing, Nivre & Nilsson 2005, scheme HEAD).
//!
//! A token with label `dep||head` was lifted while training: its true head is a descendant of its present head that has
//! label `head`. It is found top down, left to right, breadth first, in spaCy's way: white-space tokens are not
//! searched, and the children of a token are looked for only between the token's edges from before any arc moved.
//! Source: spaCy's `nonproj.pyx`.

use super::parser::Label;
use super::sentences::Edges;

/// "No token" in the child lists.
const NONE: u32 = u32::MAX;

/// Reattaches every token with a decorated label. `edges` belong to `heads` as they are given.
///
/// Every token is visited at most once per decorated arc; child lists are linked, so no step rescans the text.
pub(super) fn deprojectivise(
    heads: &mut [u32],
    labels: &mut [u16],
    meaning: &[Label],
    edges: &Edges,
    is_space: impl Fn(usize) -> bool,
) {
    let mut children: Option<Children> = None;
    let mut queue = Vec::new();
    for token in 0..heads.len() {
        let Label::Decorated { dep, head: wanted } = meaning[labels[token] as usize] else { continue };
        let children = children.get_or_insert_with(|| Children::new(heads));
        let old = heads[token];
        queue.clear();
        queue.push(old);
        let mut next = 0;
        let mut found = old;
        'search: while let Some(parent) = queue.get(next).copied() {
            next += 1;
            let reach = edges.left[parent as usize]..=edges.right[parent as usize];
            for child in children.of(parent).filter(|c| reach.contains(c)) {
                if child as usize == token || is_space(child as usize) {
                    continue;
                }
                if labels[child as usize] == wanted {
                    found = child;
                    break 'search;
                }
                queue.push(child);
            }
        }
        if found != old {
            children.remove(old, token as u32);
            children.insert(found, token as u32);
            heads[token] = found;
        }
        labels[token] = dep;
    }
}

/// Children of every token as linked lists in text order.
struct Children {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Children {
    fn new(heads: &[u32]) -> Self {
        let mut lists = Self { first: vec![NONE; heads.len()], next: vec![NONE; heads.len()] };
        for (token, head) in heads.iter().enumerate().rev().filter(|(token, head)| *token as u32 != **head) {
            lists.next[token] = std::mem::replace(&mut lists.first[*head as usize], token as u32);
        }
        lists
    }

    fn of(&self, parent: u32) -> impl Iterator<Item = u32> + '_ {
        let link = |token: u32| (token != NONE).then_some(token);
        std::iter::successors(link(self.first[parent as usize]), move |child| link(self.next[*child as usize]))
    }

    /// The link that leads to the first child for which `stop` holds, or to the end of the list.
    fn link(&mut self, parent: u32, stop: impl Fn(u32) -> bool) -> &mut u32 {
        let mut before = NONE;
        let mut at = self.first[parent as usize];
        while at != NONE && !stop(at) {
            (before, at) = (at, self.next[at as usize]);
        }
        if before == NONE { &mut self.first[parent as usize] } else { &mut self.next[before as usize] }
    }

    fn remove(&mut self, parent: u32, child: u32) {
        let after = self.next[child as usize];
        let link = self.link(parent, |c| c == child);
        if *link == child {
            *link = after;
        }
    }

    fn insert(&mut self, parent: u32, child: u32) {
        let after = std::mem::replace(self.link(parent, |c| c > child), child);
        self.next[child as usize] = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlp::doc::Dep;

    const MEANING: [Label; 4] = [
        Label::Plain(Dep::Root),
        Label::Plain(Dep::Dobj),
        Label::Plain(Dep::Prep),
        Label::Decorated { dep: 2, head: 1 },
    ];

    fn check(heads: &[u32], labels: &[u16], spaces: &[usize], expected: &[u32]) {
        let (mut heads, mut labels) = (heads.to_vec(), labels.to_vec());
        let mut edges = Edges::default();
        edges.compute(&heads);
        deprojectivise(&mut heads, &mut labels, &MEANING, &edges, |i| spaces.contains(&i));
        assert_eq!(heads, expected);
        assert!(labels.iter().all(|label| *label < 3), "a decorated label is left in {labels:?}");
    }

    #[test]
    fn a_lifted_token_goes_to_the_nearest_descendant_with_the_label() {
        // A prep lifted to the root goes to the root's dobj, the first one of two.
        check(&[0, 0, 0, 0], &[0, 1, 1, 3], &[], &[0, 0, 0, 1]);
        // Breadth first: the child before the grandchild.
        check(&[0, 0, 1, 0, 0], &[0, 2, 1, 1, 3], &[], &[0, 0, 1, 0, 3]);
    }

    #[test]
    fn without_such_a_descendant_the_head_stays() {
        check(&[0, 0, 0], &[0, 2, 3], &[], &[0, 0, 0]);
        // White space is not searched.
        check(&[0, 0, 0], &[0, 1, 3], &[1], &[0, 0, 0]);
    }

    #[test]
    fn a_moved_token_is_found_at_its_new_place() {
        // Token 3 moves to 1; the search for token 4 then passes through 1 and its new child.
        check(&[0, 0, 0, 0, 0], &[0, 1, 2, 3, 3], &[], &[0, 0, 0, 1, 1]);
    }
}
