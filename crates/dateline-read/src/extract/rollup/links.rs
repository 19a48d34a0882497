//! Relations between events of one article.
//!
//! Only one relation: a smaller violent event of the same day and place as the article's main one, told later, is part of
//! it (a bomb set off during a raid, a clash that followed), and so is one whose toll counts as the main event's
//! ([`super::scope`]). Sequence and retaliation are left to a later version.

use super::{Cluster, merge};
use crate::extract::events::{EventMention, Facts};
use crate::record::LinkKind;

/// Links the parts of the main event to it.
pub(super) fn link(facts: &Facts<'_>, mentions: &[EventMention], clusters: &mut [Cluster]) {
    let Some((main, rest)) = clusters.split_first_mut() else { return };
    for (i, small) in rest.iter_mut().enumerate() {
        let lent = small.links.contains(&(LinkKind::PartOf, 0));
        if main.main && !lent && is_part(facts, mentions, small, main) {
            small.links.push((LinkKind::PartOf, 0));
            main.links.push((LinkKind::HasPart, i + 1));
        }
    }
}

fn is_part(facts: &Facts<'_>, mentions: &[EventMention], small: &Cluster, big: &Cluster) -> bool {
    let material = |c: &Cluster| c.class.quad_class == Some(4);
    let day = |c: &Cluster| c.time.as_ref().and_then(|t| t.timex.start());
    let place = |c: &Cluster| facts.entities.list[c.place.as_ref()?.entity].place.as_ref();
    let here = || place(small).zip(place(big)).is_some_and(|(a, b)| merge::encloses(a, b));
    let fact = |c: &Cluster| c.assertion.modality.is_fact();
    material(small)
        && material(big)
        && small.assertion.historical == big.assertion.historical
        && fact(small)
        && fact(big)
        && small.mentions.len() < big.mentions.len()
        && day(small).is_some()
        && day(small) == day(big)
        && here()
        && mentions[small.mentions[0]].head > mentions[big.mentions[0]].head
}
