//! Which mentions tell of one happening, where a learned reader has read the article: its chances of pairs, weighed
//! anew with what the rules of [`super::merge`] see, and joined by their averages.

use std::collections::HashSet;
use std::ops::Range;

use jiff::civil::Date;

use super::clauses::Clause;
use super::linear::{Linear, Sample};
use super::merge::{self, Ground, Group, Join};
use super::worth::Likeness;
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::casualties::Claim;
use crate::extract::events::{EventMention, Facts, type_name};
use crate::extract::reader::{Features, View};
use crate::nlp::{Dep, Pos, Stopped};
use crate::record::{CasualtyKind, EventType, Mode, TriggerRole};
use crate::words::TableError;
use crate::words::WordClass;

/// Mean chance of their pairs from which two groups are one.
const JOIN: f32 = 0.2;
/// What is left of a chance where the text puts two mentions on different days, in different places or on others, and
/// where one sentence tells two kinds of deeds or two clauses have other subjects and other objects. Coded newspapers are
/// indifferent to both within the noise of what can be measured on them; two events made one are worse than one told
/// twice.
const CONTRADICTED: f32 = 0.25;
const OTHER_DEED: f32 = 0.5;
/// By how much one of two mentions must be likelier to be no fact for them to be two: of such pairs of one type 9 in 100 are
/// one event to the coders of newspapers.
const UNREAL: f32 = 0.8;
/// Stands for a chance of groups that have such a pair, however likely the others are.
const NEVER: f32 = f32::NEG_INFINITY;
/// Chance that one of an event's mentions must have.
const EVENT: f32 = 0.3;

/// The learned weight of what the reader and the rules see of two mentions (`models/events/same.tsv`).
#[derive(Debug)]
pub(super) struct Pairing(Linear);

impl Pairing {
    /// Loads the embedded table.
    pub(super) fn load() -> Result<Self, TableError> {
        Linear::load("same", include_str!("../../../models/events/same.tsv")).map(Self)
    }
}

/// Groups mentions of one happening, each with how like it is to another; groups in order of their first mention. What
/// nothing tells surely is in none.
pub(super) fn group(
    story: &Story<'_>,
    facts: &Facts<'_>,
    named: &[bool],
    view: &View,
    pairing: &Pairing,
    mentions: &[EventMention],
) -> Result<Vec<(Group, Likeness)>, Stopped> {
    let mut chance = chances(story, facts, view, mentions)?;
    let rules = Rules::new(story, facts, named, mentions);
    for b in 0..mentions.len() {
        story.work(b * 10)?;
        for a in 0..b {
            let (sample, apart) = evidence(story, facts, &rules, mentions, (a, b), chance[a][b]);
            chance[a][b] = pairing.0.chance(&sample);
            if apart {
                chance[a][b] *= if tolls_differ(story, facts, &mentions[a], &mentions[b]) { 0.0 } else { CONTRADICTED };
            }
            let sentence = |m: usize| story.sentence(mentions[m].head);
            let two_kinds =
                sentence(a) == sentence(b) && mentions[a].class.plover.event != mentions[b].class.plover.event;
            let beside = || [a, b].iter().any(|m| is_beside(story, facts, &mentions[*m]));
            if two_kinds || rules.clauses[a].is_of_others(&rules.clauses[b]) {
                chance[a][b] *= if two_kinds && beside() { CONTRADICTED } else { OTHER_DEED };
            }
            if merge::in_other_parts(&mentions[a], &mentions[b]) || rules.clauses[a].meets_doer(&rules.clauses[b]) {
                chance[a][b] = NEVER;
            }
            chance[b][a] = chance[a][b];
        }
    }
    let mut groups = linked(&chance, |work| story.work(work))?;
    let sure = |m: &usize| mentions[*m].judged.is_some_and(|j| j.chance >= EVENT);
    groups.retain(|group| group.iter().any(sure));
    let joined = |group: Vec<usize>| -> Group {
        let earlier = |m: usize| group.iter().copied().take_while(move |o| *o < m);
        let best = |m: usize| earlier(m).max_by(|a, b| chance[*a][m].total_cmp(&chance[*b][m]));
        let join = |m: usize| best(m).map(|to| Join { to, ground: Ground::Chance(chance[to][m]) });
        group.iter().map(|m| (*m, join(*m))).collect()
    };
    let likeness = Likeness::of_groups(&groups, &chance);
    Ok(groups.into_iter().map(joined).zip(likeness).collect())
}

/// What the rules know of every mention, looked up once.
struct Rules<'a> {
    known: merge::Known<'a>,
    clauses: Vec<Clause<'a>>,
}

impl<'a> Rules<'a> {
    fn new(story: &'a Story<'a>, facts: &Facts<'_>, named: &'a [bool], mentions: &'a [EventMention]) -> Self {
        let clauses = mentions.iter().map(|m| Clause::new(story, facts.entities, m)).collect();
        Self { known: merge::Known::new(story, named, mentions), clauses }
    }
}

/// Whether two mentions each count their dead, and not the same: "six died in Sulu; in Basilan a clash killed three".
fn tolls_differ(story: &Story<'_>, facts: &Facts<'_>, a: &EventMention, b: &EventMention) -> bool {
    let dead = |m: &EventMention| -> Vec<u64> {
        let killed = m.claims.iter().map(|c| &facts.claims[*c]).filter(|c| c.kind == CasualtyKind::Killed);
        // People die of one attack on several days.
        let later = |c: &&Claim| !facts.harm.is(WordClass::Dying, story.doc.lemma(c.trigger));
        killed.filter(later).filter_map(|c| c.best).collect()
    };
    let (x, y) = (dead(a), dead(b));
    !x.is_empty() && !y.is_empty() && !x.iter().any(|n| y.contains(n))
}

/// The reader's chance and what the rules see of a pair of mentions, from which `models/events/same.tsv` is learned; and
/// whether the text tells the two apart.
fn evidence(
    story: &Story<'_>,
    facts: &Facts<'_>,
    rules: &Rules<'_>,
    mentions: &[EventMention],
    (a, b): (usize, usize),
    chance: f32,
) -> (Sample, bool) {
    let (x, y) = (&mentions[a], &mentions[b]);
    let mut f = Sample::default();
    let within = chance.clamp(1e-4, 1.0 - 1e-4);
    let odds = (within / (1.0 - within)).ln();
    f.add("number", "bias", 1.0);
    f.add("number", "odds", odds);
    f.add("number", "chance", chance);
    let one_type = x.class.plover.event == y.class.plover.event;
    f.flag("one type", one_type);
    f.flag("one quarter", x.class.quad_class == y.class.quad_class);
    if one_type {
        f.add("both", x.class.plover.event.map_or("HAPPENING", |e| e.as_str()), 1.0);
        f.add("number", "odds of one type", odds);
    }
    let apart = merge::seen(&mut f, story, facts, &rules.known, mentions, a, b);
    let (s, t) = (story.sentence(x.head), story.sentence(y.head));
    f.flag("one sentence", s == t);
    f.flag("one sentence, one type", s == t && one_type);
    rules.clauses[a].compare(&rules.clauses[b], &mut f, s == t);
    f.flag("one paragraph", story.paragraph(s) == story.paragraph(t));
    f.add("number", "distance", ((t - s) as f32).ln_1p());
    if s == t {
        f.add("number", "words apart", (y.head.abs_diff(x.head) as f32).ln_1p());
        let nested = story.doc.subtree(x.head).contains(&y.head) || story.doc.subtree(y.head).contains(&x.head);
        f.flag("nested", nested);
        f.flag("nested, one type", nested && one_type);
    }
    let same_word = story.doc.lemma(x.head).eq_ignore_ascii_case(story.doc.lemma(y.head));
    f.flag("one word", same_word);
    f.flag("one word, one type", same_word && one_type);
    if let (Some(j), Some(k)) = (x.judged, y.judged) {
        f.add("number", "less sure", j.chance.min(k.chance));
        f.add("number", "surer", j.chance.max(k.chance));
        f.add("number", "unreal apart", (j.unreal - k.unreal).abs());
        f.add("number", "historical apart", (j.historical - k.historical).abs());
        f.add("number", "both main", j.main * k.main);
        f.add("number", "both core", j.core * k.core);
    }
    let result = |m: &EventMention| m.role == TriggerRole::Result;
    f.flag("a result", result(x) != result(y));
    (f, apart || is_unlike(x, y, s == t))
}

/// Whether a mention is told as where or when another one happened: "a shooting near a rally".
fn is_beside(story: &Story<'_>, facts: &Facts<'_>, m: &EventMention) -> bool {
    let doc = story.doc;
    doc.dep(m.head) == Dep::Pobj && facts.harm.is(WordClass::Beside, doc.lemma(doc.head(m.head)))
}

/// Whether one mention is surely what the other cannot be: that it did not happen, that it is history, that it is a strike
/// of workers or the force used against a protest.
fn is_unlike(x: &EventMention, y: &EventMention, one_sentence: bool) -> bool {
    let sure = |of: f32, other: f32| of >= 1.0 && other < 0.5;
    let unlike = |x: &EventMention, y: &EventMention| {
        let other =
            |mode: Mode, event: EventType| x.class.plover.mode.contains(&mode) && y.class.plover.event == Some(event);
        let other_mode = other(Mode::Strike, EventType::Assault) || other(Mode::CrowdControl, EventType::Protest);
        let (Some(j), Some(k)) = (x.judged, y.judged) else { return other_mode };
        other_mode
            || sure(j.unreal, k.unreal)
            || j.unreal <= 0.0 && k.unreal >= 0.5
            || j.unreal - k.unreal > UNREAL
            || one_sentence && sure(j.historical, k.historical)
    };
    unlike(x, y) || unlike(y, x)
}

/// What the model of pairs sees, for its training: the two mentions and the features.
pub(super) fn samples(
    story: &Story<'_>,
    facts: &Facts<'_>,
    named: &[bool],
    view: &View,
    mentions: &[EventMention],
) -> Result<Vec<(usize, usize, Sample)>, Stopped> {
    let chance = chances(story, facts, view, mentions)?;
    let rules = Rules::new(story, facts, named, mentions);
    let pairs = (0..mentions.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    Ok(pairs.map(|(a, b)| (a, b, evidence(story, facts, &rules, mentions, (a, b), chance[a][b]).0)).collect())
}

/// The reader's chances that two mentions tell of one happening.
fn chances(
    story: &Story<'_>,
    facts: &Facts<'_>,
    view: &View,
    mentions: &[EventMention],
) -> Result<Vec<Vec<f32>>, Stopped> {
    let told: Vec<Told> = mentions
        .iter()
        .map(|m| Told { tokens: m.trigger.clone(), head: m.head, event: m.class.plover.event })
        .collect();
    let vectors: Vec<Option<Vec<f32>>> = told.iter().map(|t| view.told(t.tokens.clone())).collect();
    let known = Sentences::new(story, facts);
    let n = mentions.len();
    let mut chance = vec![vec![0.0f32; n]; n];
    for b in 0..n {
        story.work(b * 10)?;
        for a in 0..b {
            if let (Some(x), Some(y)) = (&vectors[a], &vectors[b]) {
                chance[a][b] = view.same(x, y, &features(story, &known, &told[a], &told[b], b - a - 1));
                chance[b][a] = chance[a][b];
            }
        }
    }
    Ok(chance)
}

/// Joins the two groups whose pairs have the greatest mean chance, again and again.
fn linked(chance: &[Vec<f32>], mut work: impl FnMut(usize) -> Result<(), Stopped>) -> Result<Vec<Vec<usize>>, Stopped> {
    let mut groups: Vec<Vec<usize>> = (0..chance.len()).map(|m| vec![m]).collect();
    let mut mean = chance.to_vec();
    loop {
        work(groups.len() * groups.len())?;
        let pairs = (0..groups.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let best = pairs.fold(None, |best: Option<(usize, usize)>, (a, b)| match best {
            Some((x, y)) if mean[a][b] <= mean[x][y] => Some((x, y)),
            _ => Some((a, b)),
        });
        let Some((a, b)) = best.filter(|(a, b)| mean[*a][*b] >= JOIN) else { break };
        let (m, n) = (groups[a].len() as f32, groups[b].len() as f32);
        let joined: Vec<f32> = mean[a].iter().zip(&mean[b]).map(|(x, y)| (m * x + n * y) / (m + n)).collect();
        mean.iter_mut().zip(&joined).for_each(|(row, x)| row[a] = *x);
        mean[a] = joined;
        mean.swap_remove(b);
        mean.iter_mut().for_each(|row| {
            row.swap_remove(b);
        });
        let moved = groups.swap_remove(b);
        groups[a].extend(moved);
    }
    groups.iter_mut().for_each(|g| g.sort_unstable());
    groups.sort_by_key(|g| g[0]);
    Ok(groups)
}

/// A trigger, as the pairing sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The words.
    pub tokens: Range<usize>,
    /// Their head.
    pub head: usize,
    /// The type; none for harm without a doer.
    pub event: Option<EventType>,
}

/// What every pairing asks of a sentence again, looked up once.
#[derive(Debug, Default)]
pub struct Sentences<'a> {
    lemmas: Vec<HashSet<&'a str>>,
    entities: Vec<HashSet<usize>>,
    places: Vec<HashSet<usize>>,
    days: Vec<HashSet<Date>>,
    numbers: Vec<HashSet<u64>>,
}

impl<'a> Sentences<'a> {
    /// Looks all sentences up.
    pub fn new(story: &'a Story<'a>, facts: &'a Facts<'a>) -> Self {
        let n = story.doc.sentences().len();
        let mut this = Self {
            lemmas: vec![HashSet::new(); n],
            entities: vec![HashSet::new(); n],
            places: vec![HashSet::new(); n],
            days: vec![HashSet::new(); n],
            numbers: vec![HashSet::new(); n],
        };
        for s in 0..n {
            let content = |i: &usize| matches!(story.doc.pos(*i), Pos::Noun | Pos::Verb | Pos::Propn | Pos::Adj);
            this.lemmas[s] = story.tokens(s).filter(content).map(|i| story.doc.lemma(i)).collect();
        }
        for m in &facts.entities.mentions {
            let s = story.sentence(m.head);
            this.entities[s].insert(m.entity);
            if facts.entities.list[m.entity].place.is_some() {
                this.places[s].insert(m.entity);
            }
        }
        for t in facts.times {
            let s = story.sentence(t.tokens.start);
            this.days[s].extend(t.timex.start());
        }
        for c in facts.claims {
            this.numbers[story.sentence(c.trigger)].extend(c.best.filter(|n| *n > 1));
        }
        this
    }
}

/// Features of a pair, the first one earlier in the text; `between` counts the triggers between them.
pub fn features(story: &Story<'_>, known: &Sentences<'_>, a: &Told, b: &Told, between: usize) -> Features {
    let doc = story.doc;
    let mut f = Features::default();
    let (s, t) = (story.sentence(a.head), story.sentence(b.head));
    let (x, y) = (type_name(a.event), type_name(b.event));
    if x == y {
        f.flag("one type");
        f.flag(format!("both {x}"));
    } else {
        f.flag(format!("{} and {}", x.min(y), x.max(y)));
    }
    let far = match t - s {
        n @ 0..=3 => n,
        4..=6 => 5,
        7..=12 => 10,
        _ => 20,
    };
    f.flag(format!("sentences {far}"));
    f.number("distance", (1.0 + (t - s) as f32).ln());
    f.flag(format!("between {}", between.min(6)));
    f.flag_if(story.paragraph(s) == story.paragraph(t), "one paragraph");
    let same_word = doc.lemma(a.head).eq_ignore_ascii_case(doc.lemma(b.head));
    f.flag_if(same_word, "same word");
    let words = |r: &Range<usize>| {
        let content = |i: &usize| matches!(doc.pos(*i), Pos::Noun | Pos::Verb | Pos::Propn | Pos::Adj);
        r.clone().filter(content).map(|i| stem(doc.lemma(i))).collect::<HashSet<_>>()
    };
    let (own, other) = (words(&a.tokens), words(&b.tokens));
    f.flag_if(own.intersection(&other).next().is_some(), "stem in common");
    let noun = |i: usize| matches!(doc.pos(i), Pos::Noun | Pos::Propn);
    f.flag(match (noun(a.head), noun(b.head)) {
        (true, true) => "two nouns",
        (true, false) => "noun, verb",
        (false, true) => "verb, noun",
        (false, false) => "two verbs",
    });
    let the = |i: usize| {
        doc.children(i).any(|c| doc.dep(c) == Dep::Det && matches!(doc.lemma(c), "the" | "this" | "that" | "these"))
    };
    f.flag_if(noun(b.head) && the(b.head), "points back");
    if s == t {
        f.flag_if(doc.subtree(a.head).contains(&b.head), "second inside");
        f.flag_if(doc.subtree(b.head).contains(&a.head), "first inside");
        f.flag_if(doc.head(b.head) == a.head && doc.dep(b.head) == Dep::Conj, "joined");
        f.flag(format!("words apart {}", b.head.abs_diff(a.head).min(20) / 4));
    }
    let shared = |of: &[HashSet<usize>]| of[s].intersection(&of[t]).count().min(3);
    if s != t {
        f.flag(format!("entities {}", shared(&known.entities)));
        let union = known.lemmas[s].union(&known.lemmas[t]).count().max(1);
        f.number("words in common", known.lemmas[s].intersection(&known.lemmas[t]).count() as f32 / union as f32);
        if !known.places[s].is_empty() && !known.places[t].is_empty() {
            f.flag(if shared(&known.places) > 0 { "one place" } else { "other places" });
        }
        if !known.days[s].is_empty() && !known.days[t].is_empty() {
            let one = known.days[s].intersection(&known.days[t]).next().is_some();
            f.flag(if one { "one day" } else { "other days" });
        }
        if !known.numbers[s].is_empty() && !known.numbers[t].is_empty() {
            let one = known.numbers[s].intersection(&known.numbers[t]).next().is_some();
            f.flag(if one { "one number" } else { "other numbers" });
        }
    }
    let headline = |s: usize| story.kind(s) == BlockKind::Headline;
    f.flag_if(headline(s) && story.running(t) < 2, "headline and lead");
    f.flag_if(headline(s), "headline");
    f.flag_if(story.running(s) < 2, "first in the lead");
    f
}

/// The beginning of a word, which its inflections and derivations share.
fn stem(lemma: &str) -> String {
    lemma.chars().take(5).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The groups for chances of pairs, each pair written once.
    fn check(n: usize, pairs: &[(usize, usize, f32)], expect: &[&[usize]]) {
        let mut chance = vec![vec![0.0; n]; n];
        for (a, b, p) in pairs {
            chance[*a][*b] = *p;
            chance[*b][*a] = *p;
        }
        assert_eq!(linked(&chance, |_| Ok(())).unwrap(), expect, "{pairs:?}");
    }

    #[test]
    fn groups_are_joined_by_the_mean_of_their_pairs() {
        check(0, &[], &[]);
        check(1, &[], &[&[0]]);
        check(3, &[(0, 2, 0.9)], &[&[0, 2], &[1]]);
        // A chain holds only as far as its mean does: 0 and 2 know nothing of each other.
        check(3, &[(0, 1, 0.9), (1, 2, 0.3)], &[&[0, 1], &[2]]);
        check(3, &[(0, 1, 0.9), (1, 2, 0.9)], &[&[0, 1, 2]]);
        check(4, &[(0, 1, 0.9), (2, 3, 0.8), (0, 2, 0.3), (1, 3, 0.3)], &[&[0, 1], &[2, 3]]);
    }
}
