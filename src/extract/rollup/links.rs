//! Relations between events of one article.
//!
//! Only the one relation that the parse supports: a smaller event told inside the clause of another on the same day
//! is part of it (a bomb set off during a raid). Sequence and retaliation are left to a later version.

use super::Cluster;
use crate::extract::events::EventMention;
use crate::record::LinkKind;

/// Links every event to the earlier-ranked one that it is a part of.
pub(super) fn link(mentions: &[EventMention], clusters: &mut [Cluster]) {
    for small in 1..clusters.len() {
        let whole = (0..small).find(|big| is_part(mentions, &clusters[small], &clusters[*big]));
        if let Some(big) = whole {
            clusters[small].links.push((LinkKind::PartOf, big));
            clusters[big].links.push((LinkKind::HasPart, small));
        }
    }
}

fn is_part(mentions: &[EventMention], small: &Cluster, big: &Cluster) -> bool {
    let material = |c: &Cluster| c.class.quad_class == Some(4);
    let day =
        |c: &Cluster| c.time.as_ref().and_then(|t| t.timex.start.as_ref()).and_then(|s| s.get(..10)).map(str::to_owned);
    let place = |c: &Cluster| c.place.as_ref().map(|p| p.entity);
    material(small)
        && material(big)
        && small.assertion.historical == big.assertion.historical
        && small.assertion.modality == big.assertion.modality
        && small.mentions.len() < big.mentions.len()
        && day(small).is_some()
        && day(small) == day(big)
        && place(small).is_some()
        && place(small) == place(big)
        && mentions[small.mentions[0]].head > mentions[big.mentions[0]].head
}
