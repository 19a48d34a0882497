//! The short lists of an article, one after the other in two allocations: a dozen lists with an allocation each would take
//! more memory than what they hold.

use serde::{Deserialize, Serialize};

/// What is listed. Weighted lists come first: their weights have the same positions as their values.
#[derive(Debug, Clone, Copy)]
pub(super) enum List {
    Sketch,
    Lead,
    Headline,
    People,
    Surnames,
    Organisations,
    Parties,
    Triggers,
    Streets,
    Ages,
    Units,
    Days,
}
const LISTS: usize = List::Days as usize + 1;

/// Lists of hashes and numbers, each sorted and without repetitions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lists {
    values: Box<[u32]>,
    weights: Box<[u8]>,
    /// Where each list ends. What lies beyond 65,535 values is cut off.
    ends: [u16; LISTS],
}

/// A list with a weight for every value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighted<'a> {
    pub(super) values: &'a [u32],
    pub(super) weights: &'a [u8],
}

impl Lists {
    /// The weighted lists, then the others, in order.
    pub(super) fn new(weighted: [Vec<(u32, u8)>; List::Parties as usize], others: [Vec<u32>; 6]) -> Self {
        let (mut values, mut weights, mut ends) = (Vec::new(), Vec::new(), [0; LISTS]);
        let sorted = weighted.into_iter().map(|mut list| {
            list.sort_unstable();
            list.dedup_by_key(|v| v.0);
            weights.extend(list.iter().map(|v| v.1));
            list.into_iter().map(|v| v.0).collect()
        });
        let sorted: Vec<Vec<u32>> = sorted.chain(others.into_iter().map(sorted_once)).collect();
        for (end, list) in ends.iter_mut().zip(sorted) {
            values.extend(list);
            *end = u16::try_from(values.len()).unwrap_or(u16::MAX);
        }
        Self { values: values.into(), weights: weights.into(), ends }
    }

    fn range(&self, list: List) -> std::ops::Range<usize> {
        let n = list as usize;
        usize::from(if n == 0 { 0 } else { self.ends[n - 1] })..usize::from(self.ends[n])
    }

    pub(super) fn get(&self, list: List) -> &[u32] {
        self.values.get(self.range(list)).unwrap_or_default()
    }

    pub(super) fn weighted(&self, list: List) -> Weighted<'_> {
        Weighted { values: self.get(list), weights: self.weights.get(self.range(list)).unwrap_or_default() }
    }
}

fn sorted_once(mut list: Vec<u32>) -> Vec<u32> {
    list.sort_unstable();
    list.dedup();
    list
}

/// Positions of the values that two sorted lists share.
pub(super) fn common<'a>(a: &'a [u32], b: &'a [u32]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
            let at = (i, j);
            // No branches but the rare one: which of two hashes is less nothing can predict.
            (i, j) = (i + usize::from(x <= y), j + usize::from(y <= x));
            if x == y {
                return Some(at);
            }
        }
        None
    })
}

/// Whether two lists share a value; nothing where one is empty.
pub(super) fn overlap(a: &[u32], b: &[u32]) -> Option<bool> {
    (!a.is_empty() && !b.is_empty()).then(|| common(a, b).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_values_and_weights() {
        let weighted = [vec![(7, 1), (3, 2), (7, 9)], vec![], vec![(5, 5)], vec![], vec![], vec![]];
        let lists = Lists::new(weighted, [vec![], vec![9, 8, 9], vec![], vec![], vec![], vec![1]]);
        assert_eq!(lists.weighted(List::Sketch), Weighted { values: &[3, 7], weights: &[2, 1] });
        assert_eq!(lists.weighted(List::Headline), Weighted { values: &[5], weights: &[5] });
        assert_eq!(lists.get(List::Lead), [0_u32; 0]);
        assert_eq!((lists.get(List::Triggers), lists.get(List::Days)), (&[8, 9][..], &[1][..]));
        let many = Lists::new(Default::default(), [(0..70_000).collect(), vec![1], vec![], vec![], vec![], vec![]]);
        assert_eq!((many.get(List::Parties).len(), many.get(List::Triggers).len()), (65_535, 0));
    }

    #[test]
    fn what_two_lists_share() {
        let check = |a: &[u32], b: &[u32], expect: &[(usize, usize)], shared: Option<bool>| {
            assert_eq!(common(a, b).collect::<Vec<_>>(), expect, "{a:?} {b:?}");
            assert_eq!(overlap(a, b), shared);
        };
        check(&[1, 3, 5], &[2, 3, 4, 5], &[(1, 1), (2, 3)], Some(true));
        check(&[1], &[2], &[], Some(false));
        check(&[], &[2], &[], None);
    }
}
