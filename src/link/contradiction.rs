//! What rules out that two articles tell of one event, however alike their words are.
//!
//! A police force fills in one form each week, and an agency tells each bombing as it told the last one: words say what
//! kind of event it is, names say which. Two articles that both name people and share none, and both name fine places of
//! which none lies near another, tell of two events. That holds for a third of all false pairs of gun-violence reports and
//! for 2 % of the true ones, most of which other reports hold together. Either conflict alone is the model's to weigh:
//! reports of one event name other people in one pair of five, and wrong places in one of fourteen.

use super::features::FAR;
use super::traits::{Spot, Traits, common, km};

/// Whether two articles cannot tell of one event.
pub(super) fn contradicts(a: &Traits, b: &Traits) -> bool {
    strangers(a, b) && apart(a, b)
}

/// Whether an article may be a copy of another one, by all that both name: a form that is filled in anew shares its words
/// with the last one, and a cut copy names less, but nothing else.
pub(super) fn may_copy(a: &Traits, b: &Traits) -> bool {
    let same = |x: Option<u16>, y: Option<u16>| x.zip(y).is_none_or(|(x, y)| x == y);
    !strangers(a, b)
        && !apart(a, b)
        && share(&a.streets, &b.streets)
        && share(&a.ages, &b.ages)
        && share(&a.days, &b.days)
        && (0..2).all(|kind| same(a.any_toll[kind], b.any_toll[kind]))
}

/// Whether two lists share a value, or one of them is empty.
fn share<T: Ord>(a: &[T], b: &[T]) -> bool {
    a.is_empty() || b.is_empty() || common(a, b).next().is_some()
}

/// Whether both name people and share no surname.
fn strangers(a: &Traits, b: &Traits) -> bool {
    let both = !a.people.hashes.is_empty() && !b.people.hashes.is_empty();
    both && !share(&a.surnames.hashes, &b.surnames.hashes)
}

/// Whether both name fine places and none of one lies near any of the other.
fn apart(a: &Traits, b: &Traits) -> bool {
    let some = fine(a).next().is_some() && fine(b).next().is_some();
    some && fine(a).all(|x| fine(b).all(|y| km(x, y) > FAR))
}

fn fine(traits: &Traits) -> impl Iterator<Item = &Spot> {
    traits.site.iter().chain(&traits.places).filter(|s| s.fine)
}
