//! Claims said again: which earlier claim a claim repeats.

use super::Claim;
use crate::article::BlockKind;
use crate::extract::Story;

/// Marks the claims that repeat an earlier one: the same source, kind and numbers, or the same sentence printed again.
///
/// A caption repeats the text whatever its source: the desk wrote it from the story.
pub(crate) fn mark(story: &Story<'_>, claims: &mut [Claim]) {
    for i in 1..claims.len() {
        let (earlier, rest) = claims.split_at_mut(i);
        let claim = &mut rest[0];
        let sentence = story.sentence(claim.trigger);
        let copied = story.is_repeated(sentence) || story.kind(sentence) == BlockKind::Caption;
        claim.duplicates = earlier
            .iter()
            .position(|e| same_numbers(e, claim) && (copied || same_voice(e, claim)))
            .map(|first| earlier[first].duplicates.unwrap_or(first));
    }
}

fn same_numbers(a: &Claim, b: &Claim) -> bool {
    let numbers = |c: &Claim| (c.kind, c.polarity, c.best, c.low, c.high);
    // One person killed is the same claim only where it is the same person.
    let single = a.best == Some(1) && a.breakdown.named != b.breakdown.named && !b.breakdown.named.is_empty();
    numbers(a) == numbers(b) && a.side == b.side && !single
}

fn same_voice(a: &Claim, b: &Claim) -> bool {
    match (a.source, b.source) {
        (Some(x), Some(y)) => x == y,
        // The writer's own voice, or a source without an entity: the same number is the same claim.
        (None, None) => a.attribution.is_none() && b.attribution.is_none(),
        _ => false,
    }
}
