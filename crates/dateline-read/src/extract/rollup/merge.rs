//! Which mentions tell of the same happening.
//!
//! Mentions are read in text order and join the group whose evidence is best, or open a new one. Contradicting
//! evidence (other day, other place, other victim, other doer, planned against done) forbids joining; agreeing
//! evidence adds up and must reach [`THRESHOLD`]. Only what the text states counts: two mentions that both fall back
//! on the article's date and place agree in nothing. An event noun with "the" or a day ("Thursday's raid") refers back
//! and needs less.

use jiff::civil::Date;

use super::linear::Sample;
use super::rank;
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::entities::EntityId;
use crate::extract::events::{EventMention, Facts, PlaceLink};
use crate::nlp::{Dep, Pos, Stopped, Tag};
use crate::record::{EntityKind, Modality, Mode, ParticipantRole, Place, Polarity, Realis, Via};

/// Evidence needed to join.
pub const THRESHOLD: i32 = 4;

/// Sentences between a happening and the words that it hurt nobody of one side.
const DENIAL_REACH: usize = 8;

/// Evidence that two mentions tell of one happening: points by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence([i32; KINDS.len()]);

/// Kinds of evidence.
const KINDS: [&str; 11] = [
    "type",
    "time",
    "place",
    "participants",
    "number harmed",
    "mode",
    "word",
    "refers back",
    "nearness",
    "what it is called",
    "told in the lead",
];

impl Evidence {
    /// All points together.
    pub fn points(&self) -> i32 {
        self.0.iter().sum()
    }

    /// The kinds that speak for or against, with their points.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        KINDS.into_iter().zip(self.0).filter(|(_, points)| *points != 0)
    }
}

/// Why a mention joined a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Join {
    /// The mention that it was matched with.
    pub to: usize,
    /// What speaks for it.
    pub ground: Ground,
}

/// What speaks for joining two mentions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ground {
    /// What they have in common.
    Evidence(Evidence),
    /// It only denies harm ("no casualties") in an event told just before.
    DeniesHarm,
    /// The learned reader's chance that they are one.
    Chance(f32),
}

/// Mentions of one happening, in text order; the first one opened the group, every other one joined it.
pub(super) type Group = Vec<(usize, Option<Join>)>;

/// What every pairing asks again, looked up once: long texts have many thousands of pairs.
pub(super) struct Known<'a> {
    /// Of each mention: see [`standing`].
    standing: Vec<[bool; 5]>,
    /// Of each mention: see [`When`].
    when: Vec<Option<When>>,
    /// Of each mention: who did it.
    doers: Vec<Vec<EntityId>>,
    /// Of each mention: to whom.
    hit: Vec<Vec<EntityId>>,
    /// Of each mention: see [`refers_back`].
    refers_back: Vec<bool>,
    /// Of each entity: see [`super::cast::named`].
    named: &'a [bool],
}

impl<'a> Known<'a> {
    pub(super) fn new(story: &Story<'_>, named: &'a [bool], mentions: &'a [EventMention]) -> Self {
        use ParticipantRole::{Actor, Recipient, Victim};
        let entities = |m: &EventMention, roles: &[ParticipantRole]| -> Vec<EntityId> {
            m.participants.iter().filter(|p| roles.contains(&p.role)).filter_map(|p| p.entity).collect()
        };
        Self {
            standing: mentions.iter().map(|m| standing(story, m)).collect(),
            when: mentions.iter().map(when).collect(),
            doers: mentions.iter().map(|m| entities(m, &[Actor])).collect(),
            hit: mentions.iter().map(|m| entities(m, &[Recipient, Victim])).collect(),
            refers_back: mentions.iter().map(|m| refers_back(story, m)).collect(),
            named,
        }
    }
}

/// Groups mentions of one happening; groups in order of their first mention.
pub(super) fn group(
    story: &Story<'_>,
    facts: &Facts<'_>,
    named: &[bool],
    mentions: &[EventMention],
) -> Result<Vec<Group>, Stopped> {
    let known = Known::new(story, named, mentions);
    let mut groups: Vec<Group> = Vec::new();
    let mut of: Vec<usize> = Vec::with_capacity(mentions.len());
    for new in 0..mentions.len() {
        story.work(1 + new)?;
        if let Some(to) = denies_harm(story, facts, mentions, new) {
            of.push(of[to]);
            groups[of[to]].push((new, Some(Join { to, ground: Ground::DeniesHarm })));
            continue;
        }
        let best = (0..groups.len())
            .filter_map(|g| evidence(story, facts, &known, mentions, &groups[g], new).map(|found| (found, g)))
            .max_by_key(|((_, evidence), g)| (evidence.points(), *g));
        match best {
            Some(((to, evidence), g)) if evidence.points() >= THRESHOLD => {
                of.push(g);
                groups[g].push((new, Some(Join { to, ground: Ground::Evidence(evidence) })));
            }
            _ => {
                of.push(groups.len());
                groups.push(vec![(new, None)]);
            }
        }
    }
    Ok(groups)
}

/// "There were no casualties" is a claim about the event just told, not an event that did not happen: the mention of it.
fn denies_harm(story: &Story<'_>, facts: &Facts<'_>, mentions: &[EventMention], new: usize) -> Option<usize> {
    let claim = mentions[new].claims.iter().any(|c| facts.claims[*c].polarity == Polarity::Neg);
    let previous = new.checked_sub(1).filter(|_| claim)?;
    let sentence = |m: usize| story.sentence(mentions[m].head);
    let told = |m: &usize| {
        let m = &mentions[*m];
        m.class.plover.event == mentions[new].class.plover.event
            && m.assertion.polarity == Polarity::Pos
            && m.assertion.realis == Realis::Actual
            && !m.assertion.historical
            && !is_reflexive(story, m)
    };
    // In its own paragraph whatever was told last; else the last happening of its kind, if that is not far back.
    if story.paragraph(sentence(previous)) == story.paragraph(sentence(new)) {
        return Some(previous);
    }
    (0..new).rev().take_while(|m| sentence(*m) + DENIAL_REACH >= sentence(new)).find(told)
}

/// Evidence that a mention belongs to a group: its best pairing, unless any member forbids it.
fn evidence(
    story: &Story<'_>,
    facts: &Facts<'_>,
    known: &Known<'_>,
    mentions: &[EventMention],
    group: &Group,
    new: usize,
) -> Option<(usize, Evidence)> {
    let mut best: Option<(usize, Evidence)> = None;
    // Denials of harm ride along and decide nothing.
    let happening = mentions[group[0].0].assertion.polarity;
    for (old, _) in group.iter().filter(|(m, _)| mentions[*m].assertion.polarity == happening) {
        if known.standing[*old] != known.standing[new] {
            return None;
        }
        let found = pair(story, facts, known, mentions, *old, new)?;
        if best.is_none_or(|(_, b)| found.points() > b.points()) {
            best = Some((*old, found));
        }
    }
    let (to, Evidence(mut points)) = best?;
    // What the lead tells is the likeliest antecedent of one more mention, and what captions are about.
    let lead = group.iter().any(|(m, _)| rank::is_lead(story, mentions[*m].head));
    let caption = story.kind(story.sentence(mentions[new].head)) == BlockKind::Caption;
    points[KINDS.len() - 1] = if lead { 1 + i32::from(caption) } else { 0 };
    Some((to, Evidence(points)))
}

/// Whether a bulletin tells them in two of its parts.
pub(super) fn in_other_parts(a: &EventMention, b: &EventMention) -> bool {
    a.part.zip(b.part).is_some_and(|(x, y)| x != y)
}

/// Evidence that two mentions of one standing, the first one earlier in the text, tell of the same happening; none if
/// they cannot.
fn pair(
    story: &Story<'_>,
    facts: &Facts<'_>,
    known: &Known<'_>,
    mentions: &[EventMention],
    o: usize,
    n: usize,
) -> Option<Evidence> {
    let (old, new) = (&mentions[o], &mentions[n]);
    if old.class.plover.event != new.class.plover.event || in_other_parts(old, new) {
        return None;
    }
    let doc = story.doc;
    // Who is taken is not killed by it: a kidnapping and a killing are two events, even of the same people.
    let taken = |m: &EventMention| m.class.plover.mode.contains(&Mode::Abduct);
    if taken(old) != taken(new) && [old, new].into_iter().all(|m| taken(m) || doc.pos(m.head) == Pos::Verb) {
        return None;
    }
    Some(Evidence([
        1,
        time(known.when[o], known.when[n])?,
        place(facts, old, new)?,
        participants(facts, known, o, n)?,
        claims(facts, old, new),
        i32::from(one_mode(old, new)),
        i32::from(doc.pos(new.head) == Pos::Noun && doc.lemma(old.head) == doc.lemma(new.head)),
        2 * i32::from(known.refers_back[n]),
        nearness(story, old, new),
        modifiers(story, old, new, known.refers_back[n]),
        0,
    ]))
}

/// What the rules see of a pair, as features. Returns whether the text tells the two apart: by day, by place, by whom
/// they hit or who did it, or because one of them did not happen or is a kind of event.
pub(super) fn seen(
    f: &mut Sample,
    story: &Story<'_>,
    facts: &Facts<'_>,
    known: &Known<'_>,
    mentions: &[EventMention],
    o: usize,
    n: usize,
) -> bool {
    let (old, new) = (&mentions[o], &mentions[n]);
    let mut points = |part: &'static str, points: Option<i32>| {
        let value = match points {
            None => "contradicts",
            Some(..=-1) => "against",
            Some(0) => "nothing",
            Some(1) => "1",
            Some(2) => "2",
            Some(_) => "3",
        };
        f.add(part, value, 1.0);
    };
    let apart = [
        ("time", time(known.when[o], known.when[n])),
        ("place", place(facts, old, new)),
        ("participants", participants(facts, known, o, n)),
    ];
    apart.into_iter().for_each(|(part, found)| points(part, found));
    points("claims", Some(claims(facts, old, new)));
    points("nearness", Some(nearness(story, old, new)));
    points("modifiers", Some(modifiers(story, old, new, known.refers_back[n])));
    let mut sides = |part: &'static str, a: &[EntityId], b: &[EntityId]| {
        let value = match (a.is_empty() || b.is_empty(), shared(a, b)) {
            (true, _) => "unknown",
            (_, true) => "shared",
            _ => "others",
        };
        f.add(part, value, 1.0);
    };
    sides("doers", &known.doers[o], &known.doers[n]);
    sides("hit", &known.hit[o], &known.hit[n]);
    sides("doer hit", &known.doers[o], &known.hit[n]);
    sides("hit doer", &known.hit[o], &known.doers[n]);
    f.flag("refers back", known.refers_back[n]);
    f.flag("one mode", one_mode(old, new));
    let names = ["thought", "negated", "history", "generic", "reflexive"];
    for (name, (a, b)) in names.into_iter().zip(known.standing[o].iter().zip(&known.standing[n])) {
        f.add("standing differs", name, f32::from(u8::from(a != b)));
    }
    let ([_, no, _, generic, _], [_, other_no, _, other_generic, _]) = (known.standing[o], known.standing[n]);
    no != other_no || generic != other_generic || apart.iter().any(|(_, found)| found.is_none())
}

/// Whether two mentions have a mode in common.
fn one_mode(a: &EventMention, b: &EventMention) -> bool {
    a.class.plover.mode.iter().any(|m| b.class.plover.mode.contains(m))
}

/// Whether two lists of parties have one in common.
fn shared(a: &[EntityId], b: &[EntityId]) -> bool {
    a.iter().any(|e| b.contains(e))
}

/// Mentions close together: one clause inside the other's ("killed in a raid"), one sentence, the next sentence, one
/// paragraph.
fn nearness(story: &Story<'_>, old: &EventMention, new: &EventMention) -> i32 {
    let doc = story.doc;
    let (s, t) = (story.sentence(old.head), story.sentence(new.head));
    if s == t {
        let nested = doc.subtree(old.head).contains(&new.head) || doc.subtree(new.head).contains(&old.head);
        return if nested { 3 } else { 2 };
    }
    let together = story.paragraph(s) == story.paragraph(t);
    i32::from(together) + i32::from(together && s + 1 == t)
}

/// What an event noun is called ("the prison assault"): words found around the earlier mention support, a kind that
/// is not found weighs against.
fn modifiers(story: &Story<'_>, old: &EventMention, new: &EventMention, refers_back: bool) -> i32 {
    let doc = story.doc;
    let sentence = story.tokens(story.sentence(old.head));
    let mut score = 0;
    for modifier in doc.children(new.head).filter(|c| doc.dep(*c) == Dep::Compound && doc.pos(*c) == Pos::Noun) {
        let found = sentence.clone().any(|i| i != modifier && doc.lemma(i) == doc.lemma(modifier));
        score += if found { 1 } else { -2 * i32::from(refers_back) };
    }
    score
}

/// The same number of people harmed is strong evidence, a different one none: sources differ.
fn claims(facts: &Facts<'_>, old: &EventMention, new: &EventMention) -> i32 {
    let same = |a: &usize, b: &usize| {
        let (a, b) = (&facts.claims[*a], &facts.claims[*b]);
        a.kind == b.kind && a.best.is_some_and(|n| n > 1) && a.best == b.best
    };
    2 * i32::from(old.claims.iter().any(|a| new.claims.iter().any(|b| same(a, b))))
}

/// Kinds of statements that never merge: what was done, negated, merely thought of, past history, a kind of event; and
/// what people did to themselves, which is a part of a larger event, never the event.
fn standing(story: &Story<'_>, m: &EventMention) -> [bool; 5] {
    let thought = matches!(
        m.assertion.modality,
        Modality::Planned | Modality::Hypothetical | Modality::Requested | Modality::Attempted
    );
    let generic = m.assertion.realis == Realis::Generic;
    [thought, m.assertion.polarity == Polarity::Neg, m.assertion.historical, generic, is_reflexive(story, m)]
}

/// Whether someone is both doer and victim.
fn is_reflexive(story: &Story<'_>, m: &EventMention) -> bool {
    let oneself = |t: usize| matches!(story.doc.word(t), "himself" | "herself" | "themselves" | "itself");
    let of = |role| m.participants.iter().filter(move |p| p.role == role);
    of(ParticipantRole::Actor).any(|actor| {
        of(ParticipantRole::Victim).any(|victim| match (actor.entity, victim.entity) {
            (Some(a), Some(v)) => a == v,
            _ => {
                actor.tokens.is_some() && actor.tokens == victim.tokens
                    || victim.tokens.clone().is_some_and(|mut words| words.any(oneself))
            }
        })
    })
}

/// First and last day of a mention's time, and how it was found.
type When = (Date, Date, Via);

fn when(m: &EventMention) -> Option<When> {
    let link = m.time.as_ref()?;
    link.timex.days.map(|(first, last)| (first, last, link.via))
}

/// Times: the same stated day supports, disjoint intervals forbid or weigh against.
fn time(old: Option<When>, new: Option<When>) -> Option<i32> {
    let (Some(a), Some(b)) = (old, new) else { return Some(0) };
    let explicit = |v: Via| v == Via::Explicit;
    let default = a.2 == Via::Default || b.2 == Via::Default;
    if a.1 < b.0 || b.1 < a.0 {
        // The article's own day is no statement: "was kidnapped" may well be of the day told elsewhere.
        return match () {
            () if default => Some(-i32::from(days_between(a, b) > 1)),
            () if explicit(a.2) || explicit(b.2) => None,
            () => Some(-2),
        };
    }
    if default {
        return Some(0);
    }
    Some(if (a.0, a.1) == (b.0, b.1) { 2 } else { 1 })
}

/// Days between two disjoint intervals.
fn days_between(a: When, b: When) -> i32 {
    let gap = if a.1 < b.0 { b.0 - a.1 } else { a.0 - b.1 };
    gap.get_days()
}

/// Places: the same stated or an enclosing one supports, different ones forbid.
fn place(facts: &Facts<'_>, old: &EventMention, new: &EventMention) -> Option<i32> {
    let (Some(a), Some(b)) = (&old.place, &new.place) else { return Some(0) };
    let stated = |p: &PlaceLink| p.via != Via::Default;
    let explicit = a.via == Via::Explicit && b.via == Via::Explicit;
    if a.entity == b.entity {
        return Some(i32::from(stated(a) && stated(b)) + i32::from(explicit));
    }
    let list = &facts.entities.list;
    let (Some(p), Some(q)) = (&list[a.entity].place, &list[b.entity].place) else { return Some(0) };
    match (encloses(p, q), explicit) {
        (true, _) => Some(i32::from(stated(a) && stated(b))),
        (false, true) => None,
        // The dateline is where the story was written.
        (false, false) if !stated(a) || !stated(b) => Some(0),
        (false, false) => Some(-2),
    }
}

/// Whether one of two places lies in the other, as far as their levels tell.
pub(super) fn encloses(a: &Place, b: &Place) -> bool {
    if a.country_iso2.is_none() || a.country_iso2 != b.country_iso2 {
        return false;
    }
    match (a.resolution.unwrap_or(2), b.resolution.unwrap_or(2)) {
        (1, _) | (_, 1) => true,
        (2, _) | (_, 2) => a.admin1.is_none() || b.admin1.is_none() || a.admin1 == b.admin1,
        _ => a.geonameid.is_some() && a.geonameid == b.geonameid || near(a, b),
    }
}

/// Whether two places lie within 25 km, a town and its surroundings.
fn near(a: &Place, b: &Place) -> bool {
    let (Some(y1), Some(x1), Some(y2), Some(x2)) = (a.lat, a.lon, b.lat, b.lon) else { return false };
    let east = (x1 - x2) * f64::cos(((y1 + y2) / 2.0).to_radians());
    ((y1 - y2).powi(2) + east.powi(2)).sqrt() * 111.2 <= 25.0
}

/// Whether the text itself puts two mentions on different days or in different places.
pub(super) fn elsewhere(facts: &Facts<'_>, a: &EventMention, b: &EventMention) -> bool {
    let stated = |m: &EventMention| m.time.as_ref().is_some_and(|t| t.via == Via::Explicit);
    stated(a) && stated(b) && time(when(a), when(b)).is_none() || place(facts, a, b).is_none()
}

/// Participants: shared ones support; other named victims forbid, other doers of another camp too.
fn participants(facts: &Facts<'_>, known: &Known<'_>, old: usize, new: usize) -> Option<i32> {
    let (doers, other_doers) = (&known.doers[old], &known.doers[new]);
    let (hit, other_hit) = (&known.hit[old], &known.hit[new]);
    let mut score = 0;
    if shared(doers, other_doers) {
        // "the guerrillas" of one story did one thing; an organisation with a name did many.
        let described = |e: &EntityId| !known.named[*e];
        score += 1 + i32::from(doers.iter().any(|e| other_doers.contains(e) && described(e)));
    } else {
        let camps = |of: &'_ [EntityId]| of.iter().filter_map(|e| camp(facts, *e)).collect::<Vec<_>>();
        let (a, b) = (camps(doers), camps(other_doers));
        if a.iter().any(|x| b.contains(x)) {
            score += 1;
        } else if !a.is_empty() && !b.is_empty() && !shared(doers, other_hit) && !shared(hit, other_doers) {
            return None;
        }
    }
    if shared(hit, other_hit) {
        score += 2;
    } else {
        let person = |e: &EntityId| facts.entities.list[*e].kind == EntityKind::Person && known.named[*e];
        if hit.iter().any(person) && other_hit.iter().any(person) {
            return None;
        }
    }
    Some(score)
}

/// The side an actor stands on: its country, else its own code.
fn camp<'f>(facts: &'f Facts<'_>, entity: EntityId) -> Option<&'f str> {
    let actor = facts.entities.list[entity].actor.as_ref()?;
    let group = actor.cameo_code.as_deref().filter(|_| actor.nonstate.is_some());
    actor.country_iso3.as_deref().or(group)
}

/// Whether a mention's words point back to something already told: "the raid", "Thursday's attack", "that strike".
fn refers_back(story: &Story<'_>, m: &EventMention) -> bool {
    let doc = story.doc;
    doc.pos(m.head) == Pos::Noun
        // "was the biggest operation since ..." says something new.
        && doc.dep(m.head) != Dep::Attr
        && doc.tokens()[m.head].tag == Tag::Nn
        && doc.children(m.head).any(|c| {
            let word = doc.word(c);
            match doc.dep(c) {
                Dep::Det => ["the", "that", "this"].iter().any(|w| word.eq_ignore_ascii_case(w)),
                Dep::Poss => doc.entity_at(c).is_some_and(|e| e.kind == crate::nlp::EntityType::Date),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::events::{self, Trace};
    use crate::extract::testing;

    /// The trigger words of each event of a text.
    fn check(text: &str, expect: &[&[&str]]) {
        let story = testing::read(text, Some("1991-05-08"));
        let (mentions, groups) = testing::facts(&story, |facts| {
            let mentions = events::find(&story, facts, testing::event_tables(), None, &mut Trace::default()).unwrap();
            let groups = group(&story, facts, &super::super::cast::named(facts), &mentions).unwrap();
            (mentions, groups)
        });
        let words = |m: usize| story.doc.span_text(mentions[m].trigger.clone());
        let found: Vec<Vec<&str>> = groups.iter().map(|g| g.iter().map(|(m, _)| words(*m)).collect()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_stated_day_and_the_articles_own_day_can_be_one() {
        check(
            "Rebels kidnapped 50 farmers in San Miguel. The kidnapping took place on 5 May.",
            &[&["kidnapped", "kidnapping"]],
        );
    }

    #[test]
    fn what_a_bulletin_tells_under_two_places_is_two_events() {
        check(
            "Violence in Syria on Sunday:\n\nAleppo: Gunmen shot dead six soldiers.\n\nHoms: Gunmen shot dead six soldiers.",
            &[&["shot"], &["shot"]],
        );
    }

    #[test]
    fn a_kidnapping_and_a_killing_are_two_events() {
        check(
            "Gunmen kidnapped Mayor Luis Castellar on Monday. Castellar was killed on Monday.",
            &[&["kidnapped"], &["killed"]],
        );
    }
}
