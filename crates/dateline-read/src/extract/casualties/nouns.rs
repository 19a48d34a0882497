//! Harm told by nouns: "13 deaths", "the killing of two men", "the toll rose to 14", "claimed 14 lives", "saw 12 bodies".

use super::group::Group;
use super::lexicon::Frame;
use super::people::{group, number_of};
use super::phrases::side;
use super::{Context, patient};
use crate::extract::entities::EntityId;
use crate::extract::numbers::Number;
use crate::nlp::{Dep, EntityType, Pos, Tag};
use crate::record::{CasualtyKind, EntityKind};
use crate::words::WordClass;

/// People counted by a noun, and whether the number replaces an earlier one.
pub(crate) fn read(cx: &Context<'_>, t: usize, frame: Frame) -> Option<(Group, bool)> {
    match frame {
        Frame::Count => count(cx, t).or_else(|| of(cx, t)).map(|g| (g, false)),
        // "The attempted murder of a judge" harms nobody.
        Frame::Deed | Frame::Shooting
            if cx.doc.children(t).any(|c| cx.lexicon.is_word(WordClass::Attempted, cx.doc, c)) =>
        {
            None
        }
        Frame::Deed => of(cx, t).or_else(|| multiple(cx, t)).or_else(|| charges(cx, t)).map(|g| (g, false)),
        Frame::Shooting => shooting(cx, t).map(|g| (g, false)),
        Frame::Toll => toll(cx, t),
        Frame::Life => life(cx, t).map(|g| (g, false)),
        Frame::Body => body(cx, t).map(|g| (g, false)),
        _ => None,
    }
}

fn counted(cx: &Context<'_>, t: usize, number: &Number, confidence: f64) -> Group {
    let start = number.tokens.start.min(t);
    // "no U.S. casualties": what stands between number and noun names the people.
    let between = number.tokens.end..t;
    let called = (!between.is_empty()
        && between.clone().all(|i| matches!(cx.doc.pos(i), Pos::Propn | Pos::Noun | Pos::Adj)))
    .then_some(between);
    let tokens = start..t.max(number.tokens.end - 1) + 1;
    Group { called, side: side(cx, t), ..Group::counted(number, t, tokens, confidence) }
}

/// What became of those whom a word sums up: "the dead", "the wounded", "the casualties".
fn group_kind(cx: &Context<'_>, t: usize) -> Option<CasualtyKind> {
    let groups = [
        (WordClass::DeadGroup, CasualtyKind::Killed),
        (WordClass::HurtGroup, CasualtyKind::Injured),
        (WordClass::HitGroup, CasualtyKind::KilledOrInjured),
    ];
    groups.into_iter().find(|(group, _)| cx.lexicon.is_word(*group, cx.doc, t)).map(|(_, kind)| kind)
}

/// "Civilians were among the dead": the people are the subject, the harm is the group they are among.
pub(crate) fn among(cx: &Context<'_>, t: usize) -> Option<(CasualtyKind, Group)> {
    let doc = cx.doc;
    let kind = group_kind(cx, t)?;
    let is_among = |i: &usize| doc.word(*i).eq_ignore_ascii_case("among");
    let above = std::iter::once(t).chain(doc.ancestors(t).take(2)).map(|i| doc.head(i)).find(is_among);
    // "Children were among at least 17 dead": the number is that of the dead, and stands between, whatever the parse says.
    let before = (doc.sentence_of(t).start.max(t.saturating_sub(7))..t).rev().find(is_among);
    let whole = before.and_then(|a| (a + 1..(a + 3).min(t)).find_map(|i| cx.number_at(i))).filter(|n| n.numeric);
    let among = above.or(before.filter(|_| whole.is_some()))?;
    let verb = doc.head(among);
    if let Some(number) = whole {
        return (doc.lemma(verb) == "be").then(|| (kind, counted(cx, t, number, 0.85)));
    }
    let people = group(cx, doc.child(verb, Dep::Nsubj)?)?;
    (doc.lemma(verb) == "be").then_some((kind, Group { confidence: people.confidence * 0.9, ..people }))
}

/// "Six people were shot, two of them fatally": the number before the adverb.
pub(crate) fn fatally(cx: &Context<'_>, t: usize) -> Option<(CasualtyKind, Group)> {
    let doc = cx.doc;
    if !doc.word(t).eq_ignore_ascii_case("fatally") {
        return None;
    }
    let start = doc.sentence_of(t).start;
    let of_them = t >= start + 3 && matches!(doc.word(t - 1), "them" | "whom") && doc.word(t - 2) == "of";
    let at = if of_them { t - 3 } else { t.checked_sub(1).filter(|i| *i >= start)? };
    let number = cx.number_at(at).filter(|n| n.numeric && n.tokens.end == at + 1)?;
    // "two men fatally shot" is read at its verb.
    let verb = doc.tokens().get(t + 1).is_some_and(|n| matches!(n.tag, Tag::Vbn | Tag::Vbd));
    (!verb).then(|| (CasualtyKind::Killed, Group { called: None, side: None, ..counted(cx, t, number, 0.8) }))
}

/// "Three people suffered burns", "he sustained fatal injuries", "the driver escaped with cuts".
pub(crate) fn suffered(cx: &Context<'_>, t: usize) -> Option<(CasualtyKind, Group)> {
    let doc = cx.doc;
    // "Suffered no injuries" counts nobody.
    if !cx.lexicon.is(WordClass::Hurt, doc.lemma(t)) || number_of(cx, t).is_some() {
        return None;
    }
    // "An 8-year-old suffered cuts": the parse takes the verb for an adjective of the cuts.
    let participle = |c: &usize| {
        let stem = doc.word(*c).strip_suffix("ed").unwrap_or_default();
        doc.dep(*c) == Dep::Amod && doc.word(*c - 1) == "old" && cx.lexicon.is(WordClass::Suffering, stem)
    };
    if let Some(old) = doc.children(t).filter(|c| *c > 0).find(participle).map(|c| c - 1) {
        return group(cx, old).map(|people| (CasualtyKind::Injured, people));
    }
    let (verb, class) = match doc.dep(t) {
        Dep::Pobj if doc.lemma(doc.head(t)) == "with" => (doc.head(doc.head(t)), WordClass::Surviving),
        Dep::Dobj => (doc.head(t), WordClass::Suffering),
        _ => return None,
    };
    if !cx.lexicon.is(class, doc.lemma(verb)) {
        return None;
    }
    let people = group(cx, patient::patient(cx, verb, Frame::Intransitive)?)?;
    let fatal = doc.children(t).any(|c| cx.lexicon.is_word(WordClass::Fatal, doc, c));
    let kind = if fatal { CasualtyKind::Killed } else { CasualtyKind::Injured };
    Some((kind, Group { confidence: people.confidence * 0.9, ..people }))
}

/// "The number of dead rose to 14": the kind of harm, the people, and whether the number replaces an earlier one.
pub(crate) fn number_of_dead(cx: &Context<'_>, t: usize) -> Option<(CasualtyKind, Group, bool)> {
    let doc = cx.doc;
    // "Puts the dead at 29"; "casualties" are a noun that is counted.
    let put = doc.dep(t) == Dep::Dobj && cx.lexicon.is(WordClass::TollKeeping, doc.lemma(doc.head(t)));
    let of_one_kind = |kind: &CasualtyKind| put && *kind != CasualtyKind::KilledOrInjured;
    if let Some(kind) = group_kind(cx, t).filter(of_one_kind) {
        return toll(cx, t).map(|(group, update)| (kind, group, update));
    }
    if !cx.lexicon.is(WordClass::CountNoun, doc.lemma(t)) || doc.pos(t) != Pos::Noun {
        return None;
    }
    let of = doc.children(t).find(|c| *c > t && doc.word(*c).eq_ignore_ascii_case("of"))?;
    let people = doc.child(of, Dep::Pobj)?;
    let harmed = |i: usize| cx.lexicon.triggers(&doc.lemma(i).to_ascii_lowercase());
    let stated = |i: usize| {
        let mut readings = harmed(i).iter().chain(cx.lexicon.triggers(&doc.word(i).to_ascii_lowercase()));
        let open = |f| matches!(f, Frame::Maybe | Frame::Fatal | Frame::Perish | Frame::Toll | Frame::Life);
        readings.find(|(f, _)| !open(*f)).map(|(_, kind)| *kind)
    };
    let kind = stated(people).or_else(|| doc.child(people, Dep::Acl).and_then(stated))?;
    let (group, update) = toll(cx, t)?;
    Some((kind, group, update))
}

/// "13 deaths", "no casualties", "hundreds of deaths".
fn count(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let partitive = doc.dep(t) == Dep::Pobj && doc.word(doc.head(t)).eq_ignore_ascii_case("of");
    let whole = doc.head(doc.head(t));
    let number = number_of(cx, t).or_else(|| cx.number_at(whole).filter(|n| partitive && n.tokens.end == whole + 1))?;
    // "(20) Deaths": something stands between.
    if (number.tokens.end..t).any(|i| cx.doc.pos(i) == Pos::Punct && cx.doc.word(i) != "-") {
        return None;
    }
    Some(counted(cx, t, number, 0.85))
}

/// "The deaths of two men".
fn of(cx: &Context<'_>, t: usize) -> Option<Group> {
    let is_of = |i: usize| cx.doc.word(i).eq_ignore_ascii_case("of");
    // "The death of 10 and injury of 31": the parse hangs the second phrase anywhere.
    let next = (t + 1 < cx.doc.sentence_of(t).end && is_of(t + 1)).then_some(t + 1);
    let of = cx.doc.children(t).find(|c| *c > t && is_of(*c)).or(next)?;
    let people = group(cx, cx.doc.child(of, Dep::Pobj)?)?;
    Some(Group { confidence: people.confidence * 0.9, ..people })
}

/// "The toll rose from 10 to 14", "a death toll of 30", "raising the toll to 14".
fn toll(cx: &Context<'_>, t: usize) -> Option<(Group, bool)> {
    let doc = cx.doc;
    let verb = doc.ancestors(t).take(2).find(|i| doc.pos(*i) == Pos::Verb);
    let update = verb.is_some_and(|v| cx.lexicon.is(WordClass::TollMoving, doc.lemma(v)));
    let end = doc.sentence_of(t).end.min(t + 16);
    let to = |n: &&Number| matches!(doc.word(n.tokens.start - 1).to_ascii_lowercase().as_str(), "to" | "at");
    let numbers = || (t + 1..end).filter_map(|i| cx.number_at(i).filter(|n| n.tokens.start == i));
    let fits = |n: &&Number| {
        let after = doc.word(n.tokens.end.min(doc.len() - 1));
        n.numeric && after != "-" && !cx.lexicon.is(WordClass::NoToll, after)
    };
    // What the verb says, however much stands between it and its subject.
    let said = verb.filter(|v| update || cx.lexicon.is(WordClass::TollReaching, doc.lemma(*v))).and_then(|v| {
        let (from, end) = (v.max(t) + 1, (v.max(t) + 6).min(doc.sentence_of(t).end));
        let near = || (from..end).filter_map(|i| cx.number_at(i).filter(|n| n.tokens.start == i)).filter(fits);
        near().find(to).or_else(|| near().find(|n| n.tokens.start == v + 1))
    });
    let stated = |n: &&Number| cx.lexicon.is_word(WordClass::TollStating, doc, n.tokens.start - 1);
    let number = said.or_else(|| numbers().filter(fits).find(to)).or_else(|| numbers().filter(fits).find(stated))?;
    Some((counted(cx, t, number, 0.85), update))
}

/// Who keeps count: "the ministry put the toll at 14".
pub(crate) fn keeper(cx: &Context<'_>, t: usize) -> Option<EntityId> {
    let doc = cx.doc;
    let counts = doc.lemma(t) == "toll" || cx.lexicon.is_word(WordClass::DeadGroup, doc, t);
    let verb = (counts && doc.dep(t) == Dep::Dobj).then(|| doc.head(t))?;
    let keeps = cx.lexicon.is(WordClass::TollKeeping, doc.lemma(verb));
    let subject = doc.child(verb, Dep::Nsubj).filter(|_| keeps)?;
    let mention = cx.entities.headed_by(subject)?;
    matches!(mention.kind, EntityKind::Org | EntityKind::Person | EntityKind::Norp | EntityKind::Gpe)
        .then_some(mention.entity)
}

/// "Claimed 14 lives", "claimed the lives of 14 people", "lost their lives".
fn life(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let verb = doc.head(t);
    if !cx.lexicon.is(WordClass::LifeTaking, doc.lemma(verb)) || doc.dep(t) != Dep::Dobj {
        return None;
    }
    if doc.lemma(verb) == "lose" && doc.child(t, Dep::Poss).is_some() {
        return group(cx, doc.child(verb, Dep::Nsubj)?);
    }
    count(cx, t).or_else(|| of(cx, t))
}

/// How many times a deed was done: "double", "triple".
pub(crate) fn times(word: &str) -> Option<u64> {
    match word.to_ascii_lowercase().as_str() {
        "double" => Some(2),
        "triple" => Some(3),
        "quadruple" => Some(4),
        "quintuple" => Some(5),
        "sextuple" => Some(6),
        _ => None,
    }
}

/// "A double homicide". A "homicide detective" is none.
fn multiple(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    if doc.dep(t) == Dep::Compound {
        return None;
    }
    let at = doc.children(t).filter(|c| *c < t).find(|c| times(doc.word(*c)).is_some())?;
    let n = times(doc.word(at));
    Some(Group { best: n, low: n, high: n, ..Group::single(t, at..t + 1, 0.75) })
}

/// "Charged with two counts of murder": as many dead, as far as a charge tells.
fn charges(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let of = doc.head(t);
    let count = doc.head(of);
    if doc.dep(t) != Dep::Pobj || !matches!(doc.lemma(count), "count" | "charge") {
        return None;
    }
    let number = number_of(cx, count).filter(|n| n.numeric)?;
    Some(Group { called: None, side: None, ..counted(cx, t, number, 0.4) })
}

/// "The fatal shooting of a teenager", "the shooting death of two men".
fn shooting(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let fatal = doc.children(t).any(|c| cx.lexicon.is_word(WordClass::Fatal, doc, c));
    if fatal { of(cx, t) } else { None }
}

/// "Recovered 12 bodies", "found the bodies of two men": counted by someone.
fn body(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    if !doc.ancestors(t).take(3).any(|a| cx.lexicon.is(WordClass::BodyCounting, doc.lemma(a))) {
        return None;
    }
    match number_of(cx, t) {
        Some(number) => number.numeric.then(|| counted(cx, t, number, 0.5)),
        None => of(cx, t).map(|people| Group { confidence: people.confidence * 0.8, ..people }),
    }
}

/// "The dead were identified as A and B", "identified the deceased as A".
pub(crate) fn identified(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    if !cx.lexicon.is_word(WordClass::Deceased, doc, t) {
        return None;
    }
    // "The victims killed in the crash were A and B"
    let people = if matches!(doc.dep(t), Dep::Acl | Dep::Amod) { doc.head(t) } else { t };
    let verb = doc.head(people);
    if doc.lemma(verb) == "be" && doc.dep(people) == Dep::Nsubj {
        return roll(cx, verb + 1);
    }
    if doc.lemma(verb) != "identify" || !matches!(doc.dep(people), Dep::Dobj | Dep::Nsubjpass) {
        return None;
    }
    let as_ = doc.children(verb).find(|c| doc.word(*c).eq_ignore_ascii_case("as"))?;
    roll(cx, as_ + 1).or_else(|| group(cx, doc.child(as_, Dep::Pobj)?))
}

/// A roll of names from token `from` on: "Ann Reed, 40; Lee Roe, 12, of Dayton; and Max Poe". The parse of one is a guess.
fn roll(cx: &Context<'_>, from: usize) -> Option<Group> {
    let doc = cx.doc;
    let end = doc.sentence_of(from.checked_sub(1)?).end;
    let mut names: Vec<String> = Vec::new();
    let mut at = from;
    let mut last = from;
    while at < end {
        match doc.entity_at(at) {
            Some(e) if e.kind == EntityType::Person => {
                names.push(doc.span_text(e.tokens.clone()).to_owned());
                at = e.tokens.end;
                last = at;
                continue;
            }
            Some(e) if matches!(e.kind, EntityType::Gpe | EntityType::Date | EntityType::Cardinal) => at = e.tokens.end,
            _ if matches!(doc.pos(at), Pos::Punct | Pos::Cconj | Pos::Num | Pos::Space) || doc.word(at) == "of" => {
                at += 1
            }
            _ => break,
        }
    }
    let n = Some(names.len() as u64).filter(|n| *n > 1);
    let mut group = Group { best: n, low: n, high: n, listed: true, ..Group::single(last - 1, from..last, 0.8) };
    group.breakdown.named = names;
    n.map(|_| group)
}
