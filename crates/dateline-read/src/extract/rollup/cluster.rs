//! One event out of its mentions: the best value of every field.

use super::merge::{Group, Join};
use super::worth::Likeness;
use super::{Cluster, cast, casualties, merge, rank, scope, sources};
use crate::extract::Story;
use crate::extract::entities::EntityId;
use crate::extract::events::happening::of_all;
use crate::extract::events::{EventMention, Facts, Judged, PlaceLink, TimeLink, is_of_late};
use crate::record::{Assertion, EventClass, EventType, Granularity, Happening, Modality, Place, TriggerRole, Via};

/// Sentence of running text from which a place named once no longer says where the news is.
const STRAY: usize = 10;

/// Builds the event of a non-empty group of mentions.
pub(super) fn build(
    story: &Story<'_>,
    facts: &Facts<'_>,
    named: &[bool],
    all: &[EventMention],
    loose: &scope::Loose<'_>,
    group: Group,
    likeness: Likeness,
) -> Cluster {
    let (group, joined): (Vec<usize>, Vec<Option<Join>>) = group.into_iter().unzip();
    let members: Vec<&EventMention> = group.iter().map(|m| &all[*m]).collect();
    let harm = casualties::harm(story, facts, &scope::own(facts, &members, loose), &[]);
    // Denials of harm ("no casualties") count for the harm alone.
    let happening = members[0].assertion.polarity;
    let members: Vec<&EventMention> = members.into_iter().filter(|m| m.assertion.polarity == happening).collect();
    let (place, other_places) = place(story, facts, &members);
    let class = class(&members);
    let judged = members[0].judged.is_some();
    let cast = |members: &[&EventMention]| {
        if judged {
            cast::judged(story, facts, named, members, class.plover.event)
        } else {
            cast::cast(story, facts, named, members)
        }
    };
    // A title leaves out half of the words that say who did what: it is heard on what the text does not tell.
    let told: Vec<&EventMention> =
        members.iter().copied().filter(|m| !story.in_title(story.sentence(m.head))).collect();
    let (mut actors, mut recipients) = cast(&told);
    if told.len() < members.len() && (actors.is_empty() || recipients.is_empty()) {
        let (by_title, of_title) = cast(&members);
        actors = if actors.is_empty() { by_title } else { actors };
        recipients = if recipients.is_empty() { of_title } else { recipients };
    }
    let summary = rank::best_sentence(story, &members);
    let confidence = members.iter().map(|m| m.confidence).fold(0.0, f64::max);
    let weight = rank::weight(story, &members, &harm);
    Cluster {
        class,
        actors,
        recipients,
        place,
        scene: None,
        moment: None,
        other_places,
        time: time(&members),
        harm,
        crowd: Vec::new(),
        assertion: assertion(story, &members),
        sources: sources::sources(facts, &group, all),
        contradictions: Vec::new(),
        links: Vec::new(),
        summary,
        confidence,
        type_confidence: None,
        likeness,
        weight,
        score: 0.0,
        main: false,
        mentions: group,
        joined,
    }
}

/// The type of the surest mention that names the event itself; modes and contexts of all mentions of it.
fn class(members: &[&EventMention]) -> EventClass {
    // Where the learned reader gives chances, mentions vote by them. What is known to have been done by some means is
    // nobody's doing in no other words either: "a rocket killed eight; 20 were hurt".
    let done = |m: &&EventMention| m.class.plover.event == Some(EventType::Assault) && !m.class.plover.mode.is_empty();
    let natural = members.iter().any(|m| m.class.plover.event.is_none() && m.rule.names_disaster());
    let attacked = !natural && members.iter().any(done);
    let votes = |m: &EventMention| -> f32 {
        let kind = |event: Option<EventType>| event.or(Some(EventType::Assault).filter(|_| attacked));
        let of_type = members.iter().filter_map(|o| o.judged);
        let of_type = of_type.filter(|j| m.judged.is_some_and(|m| kind(m.event) == kind(j.event)));
        of_type.map(|j| j.chance).sum()
    };
    let typed = |m: &EventMention| !attacked || m.class.plover.event.is_some();
    let key = |m: &EventMention| (typed(m), votes(m), m.role != TriggerRole::Result, m.confidence);
    let best = members[1..].iter().fold(members[0], |best, m| if key(m) > key(best) { m } else { best });
    let mut class = best.class.clone();
    for m in members.iter().filter(|m| m.class.plover.event == class.plover.event || m.judged.is_none()) {
        for mode in &m.class.plover.mode {
            if !class.plover.mode.contains(mode) {
                class.plover.mode.push(*mode);
            }
        }
        for context in &m.class.plover.context {
            if !class.plover.context.contains(context) {
                class.plover.context.push(*context);
            }
        }
    }
    if class.plover.event.is_none() {
        // What first names a disaster says which; other words take the kind of the nearest, and are many.
        let mut named = members.iter().filter(|m| m.rule.names_disaster()).filter_map(|m| m.class.happening);
        let named = named.find(|kind| *kind != Happening::Other);
        class.happening = named.or_else(|| of_all(members.iter().filter_map(|m| m.class.happening)));
    }
    class
}

/// The finest place: a stated one before the dateline's, unless that lies within it; other places beside it.
fn place(story: &Story<'_>, facts: &Facts<'_>, members: &[&EventMention]) -> (Option<PlaceLink>, Vec<usize>) {
    let of = |p: &PlaceLink| facts.entities.list[p.entity].place.as_ref();
    let level = |p: &PlaceLink| of(p).and_then(|x| x.resolution).unwrap_or(0);
    let links: Vec<&PlaceLink> = members.iter().filter_map(|m| m.place.as_ref()).collect();
    // Where the lead puts the event, no stray place deep in the story moves it.
    let home = members.iter().filter(|m| rank::is_lead(story, m.head)).filter_map(|m| m.place.as_ref()).find_map(of);
    let stray = |m: &EventMention, p: &PlaceLink| {
        let late = story.running(story.sentence(m.head)) >= STRAY;
        let once = links.iter().filter(|q| q.entity == p.entity).count() == 1;
        // A village that no gazetteer knows encloses nothing.
        let apart = |a: &Place, b: &Place| a.geonameid.is_none() || !merge::encloses(a, b);
        late && once && home.zip(of(p)).is_some_and(|(a, b)| !std::ptr::eq(a, b) && apart(a, b))
    };
    let stray: Vec<EntityId> =
        members.iter().filter_map(|m| m.place.as_ref().filter(|p| stray(m, p)).map(|p| p.entity)).collect();
    let links: Vec<&PlaceLink> = links.iter().copied().filter(|p| !stray.contains(&p.entity)).collect();
    let named = |p: &PlaceLink| links.iter().filter(|q| q.entity == p.entity && q.via == Via::Explicit).count();
    let finest = |stated: bool| {
        let key = |p: &PlaceLink| (level(p), named(p));
        let of_kind = links.iter().copied().filter(|p| (p.via != Via::Default) == stated);
        of_kind.fold(None, |best: Option<&PlaceLink>, p| match best {
            Some(b) if key(p) <= key(b) => best,
            _ => Some(p),
        })
    };
    let best = match (finest(true), finest(false)) {
        (Some(stated), Some(default)) => {
            let within = level(default) > level(stated)
                && of(default).zip(of(stated)).is_some_and(|(a, b)| a.country_iso2 == b.country_iso2);
            Some(if within { default } else { stated })
        }
        (stated, default) => stated.or(default),
    };
    let mut others = Vec::new();
    for link in links {
        if best.is_some_and(|b| b.entity != link.entity) && !others.contains(&link.entity) {
            others.push(link.entity);
        }
    }
    (best.cloned(), others)
}

/// The best-founded, finest time: stated ones before inherited ones before the article's date.
fn time(members: &[&EventMention]) -> Option<TimeLink> {
    let found = |t: &TimeLink| match t.via {
        Via::Explicit => 3,
        Via::Coref | Via::Cluster => 2,
        Via::Inferred => 1,
        Via::Default => 0,
    };
    let fine = |g: Granularity| match g {
        Granularity::Minute | Granularity::Hour | Granularity::PartOfDay | Granularity::Day => 3,
        Granularity::Week | Granularity::PartOfMonth => 2,
        Granularity::Month | Granularity::Quarter | Granularity::Season => 1,
        Granularity::Year | Granularity::Decade | Granularity::Vague => 0,
    };
    let mut best: Option<&TimeLink> = None;
    for link in members.iter().filter_map(|m| m.time.as_ref()) {
        let key = |t: &TimeLink| (t.timex.days.is_some(), found(t).min(1), fine(t.timex.granularity), found(t));
        if best.is_none_or(|b| key(link) > key(b)) {
            best = Some(link);
        }
    }
    best.cloned()
}

/// The strongest statement: what the article says itself before what sources say before what is only possible.
fn assertion(story: &Story<'_>, members: &[&EventMention]) -> Assertion {
    let strength = |a: &Assertion| match a.modality {
        Modality::Asserted => 7,
        Modality::Reported => 6,
        Modality::Denied => 5,
        Modality::Possible => 4,
        Modality::Attempted => 3,
        Modality::Planned => 2,
        Modality::Requested => 1,
        Modality::Hypothetical => 0,
    };
    let mut best = &members[0].assertion;
    for m in &members[1..] {
        if strength(&m.assertion) > strength(best) {
            best = &m.assertion;
        }
    }
    let mut assertion = best.clone();
    // What a sentence puts into the last weeks is news, however old the story that it ends.
    let late = |t: &TimeLink| t.via == Via::Explicit && is_of_late(&t.timex, story.date());
    let judge = |m: &&EventMention| {
        let mut judged = m.judged?;
        if m.time.as_ref().is_some_and(late) {
            judged.historical = 0.0;
        }
        Some(judged)
    };
    let judged: Vec<Judged> = members.iter().filter_map(judge).collect();
    if !judged.is_empty() {
        let sure: f32 = judged.iter().map(|j| j.chance).sum();
        let mean = |of: &dyn Fn(&Judged) -> f32| judged.iter().map(|j| of(j) * j.chance).sum::<f32>() / sure;
        let unreal = mean(&|j| j.unreal) >= 0.5;
        let fits = members.iter().filter(|m| m.judged.is_some_and(|j| (j.unreal >= 0.5) == unreal));
        if let Some(best) = fits.max_by_key(|m| strength(&m.assertion)) {
            assertion = best.assertion.clone();
        }
        assertion.historical = mean(&|j| j.historical) >= 0.5;
    }
    if let Some(salience) = members.iter().map(|m| m.assertion.salience).min() {
        assertion.salience = salience;
    }
    assertion
}
