//! Who reports an event.

use super::Sources;
use crate::extract::events::{EventMention, Facts};

/// The distinct sources of a group of mentions, through the mentions themselves and their casualty claims.
pub(super) fn sources(facts: &Facts<'_>, group: &[usize], all: &[EventMention]) -> Sources {
    let mut sources = Sources::default();
    let mut ids: Vec<usize> = attributions(facts, group.iter().map(|m| &all[*m])).collect();
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

/// The attributions of mentions and of their casualty claims, one as often as it is theirs.
pub(super) fn attributions<'a>(
    facts: &'a Facts<'_>,
    mentions: impl Iterator<Item = &'a EventMention> + 'a,
) -> impl Iterator<Item = usize> + 'a {
    mentions.flat_map(|m| m.attribution.into_iter().chain(m.claims.iter().filter_map(|c| facts.claims[*c].attribution)))
}
