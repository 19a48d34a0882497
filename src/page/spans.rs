//! Overlapping spans to a flat row of segments: a text is cut wherever any span begins or ends.

use std::ops::Range;

/// A run of text that the same spans cover throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) range: Range<usize>,
    /// Indices of the spans that cover it, in the order given.
    pub(super) spans: Vec<usize>,
}

/// Cuts `text` into segments: at the ends of every span and at `cuts`. Spans that are empty, leave the text or split a
/// character are left out. The segments cover the text in order, without gaps.
pub(super) fn segments(text: &str, spans: &[Range<usize>], cuts: &[usize]) -> Vec<Segment> {
    let valid = |r: &Range<usize>| r.start < r.end && text.get(r.clone()).is_some();
    // (position, begins, span)
    let mut edges: Vec<(usize, bool, usize)> = Vec::with_capacity(2 * spans.len());
    for (i, range) in spans.iter().enumerate().filter(|(_, range)| valid(range)) {
        edges.push((range.start, true, i));
        edges.push((range.end, false, i));
    }
    let mut places: Vec<usize> = edges.iter().map(|e| e.0).collect();
    places.extend(cuts.iter().copied().filter(|c| text.is_char_boundary(*c)));
    places.extend([0, text.len()]);
    places.sort_unstable();
    places.dedup();
    edges.sort_unstable();

    let mut open: Vec<usize> = Vec::new();
    let mut edges = edges.into_iter().peekable();
    let mut out = Vec::with_capacity(places.len());
    for pair in places.windows(2) {
        while let Some((_, begins, span)) = edges.next_if(|e| e.0 <= pair[0]) {
            if begins {
                let at = open.partition_point(|o| *o < span);
                open.insert(at, span);
            } else {
                open.retain(|o| *o != span);
            }
        }
        out.push(Segment { range: pair[0]..pair[1], spans: open.clone() });
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    #[allow(clippy::single_range_in_vec_init)]
    fn spans_are_cut_where_they_overlap() {
        let check = |text: &str, spans: &[Range<usize>], cuts: &[usize], expect: &[(Range<usize>, &[usize])]| {
            let found = segments(text, spans, cuts);
            let found: Vec<_> = found.iter().map(|s| (s.range.clone(), s.spans.as_slice())).collect();
            assert_eq!(found, expect, "{text} {spans:?}");
        };
        check("abcdef", &[], &[], &[(0..6, &[])]);
        check("abcdef", &[1..4, 3..5], &[], &[(0..1, &[]), (1..3, &[0]), (3..4, &[0, 1]), (4..5, &[1]), (5..6, &[])]);
        check("abcdef", &[0..6, 2..3], &[], &[(0..2, &[0]), (2..3, &[0, 1]), (3..6, &[0])]);
        check("abcdef", &[1..2, 2..3], &[], &[(0..1, &[]), (1..2, &[0]), (2..3, &[1]), (3..6, &[])]);
        check("abcdef", &[0..6], &[3], &[(0..3, &[0]), (3..6, &[0])]);
        check("éb", &[1..3, 2..9, 2..2], &[1], &[(0..3, &[])]);
        check("", &[0..1], &[], &[]);
    }

    proptest! {
        #[test]
        fn segments_give_the_text_back(
            text in "\\PC{0,30}",
            spans in prop::collection::vec((0_usize..60, 0_usize..60), 0..12),
        ) {
            let spans: Vec<Range<usize>> = spans.into_iter().map(|(a, b)| a..b).collect();
            let found = segments(&text, &spans, &[]);
            let again: String = found.iter().map(|s| &text[s.range.clone()]).collect();
            prop_assert_eq!(&again, &text);
            for segment in &found {
                for (i, span) in spans.iter().enumerate() {
                    let covers = text.get(span.clone()).is_some() && span.start <= segment.range.start && segment.range.end <= span.end;
                    prop_assert_eq!(segment.spans.contains(&i), covers && span.start < span.end);
                }
            }
        }
    }
}
