//! Who reports an event.

use super::Sources;
use crate::extract::events::{EventMention, Facts};

/// The distinct sources of a group of mentions, through the mentions themselves and their casualty claims.
pub(super) fn sources(facts: &Facts<'_>, group: &[usize], all: &[EventMention]) -> Sources {
    let mut sources = Sources::default();
    let of_claims = |m: &usize| all[*m].claims.iter().filter_map(|c| facts.claims[*c].attribution).collect::<Vec<_>>();
    let mut ids: Vec<usize> =
        group.iter().filter_map(|m| all[*m].attribution).chain(group.iter().flat_map(of_claims)).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let attribution = &facts.attributions[id];
        match attribution.entity {
            Some(entity) if !attribution.anonymous && !sources.named.contains(&entity) => {
                sources.named.push(entity);
            }
            Some(entity) => {
                let seen = |a: &usize| facts.attributions[*a].entity == Some(entity);
                if !sources.anonymous.iter().any(seen) {
                    sources.anonymous.push(id);
                }
            }
            None if attribution.source.is_some() => sources.anonymous.push(id),
            None => {}
        }
    }
    sources
}
