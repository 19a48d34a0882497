//! How many people a noun phrase speaks of: "13 people", "three men and two women", "dozens of them", "the mayor".

use super::group::{Group, add_parts, parts};
use super::lexicon::People;
use super::phrases::{called, named, people_like, plural, side, unit_follows};
use super::{Context, lists, own_hand};
use crate::extract::numbers::{Number, NumberWord};
use crate::nlp::{Dep, EntityType, Pos, Tag};
use crate::record::EntityKind;
use crate::words::WordClass;

/// The people that the phrase headed by token `head` speaks of, its conjuncts added up.
pub(crate) fn group(cx: &Context<'_>, head: usize) -> Option<Group> {
    let members = lists::members(cx, head);
    let first = one(cx, head)?;
    let mut rest = Vec::new();
    for m in &members[1..] {
        // "Smith and the U.S. embassy": one that is no people ends the list.
        match one(cx, *m) {
            Some(group) => rest.push(group),
            None => break,
        }
    }
    let mut total = first;
    if rest.is_empty() {
        return Some(total);
    }
    (total.listed, total.bare) = (true, false);
    if rest.iter().any(|g| g.none) || total.none {
        return Some(total);
    }
    for g in rest {
        total.tokens = total.tokens.start.min(g.tokens.start)..total.tokens.end.max(g.tokens.end);
        let add = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        total.best = add(total.best, g.best);
        total.low = Some(total.low.or(total.best).unwrap_or(0).saturating_add(g.low.or(g.best).unwrap_or(0)));
        total.high = add(total.high, g.high);
        total.modifier = total.modifier.or(g.modifier);
        total.numeric &= g.numeric;
        total.confidence = total.confidence.min(g.confidence);
        total.called = None;
        total.own |= g.own;
        total.side = total.side.filter(|s| Some(*s) == g.side);
        add_parts(&mut total.breakdown, &g.breakdown);
    }
    if !total.numeric {
        total.best = None;
    }
    Some(total)
}

/// The number that belongs to the noun `head`: its modifier, or the noun itself ("13", "dozens").
pub(crate) fn number_of<'c>(cx: &'c Context<'_>, head: usize) -> Option<&'c Number> {
    let own = |t: usize| cx.number_at(t);
    let modifier = cx.doc.children(head).filter(|c| *c < head).find_map(|c| {
        matches!(
            cx.doc.dep(c),
            Dep::Nummod
                | Dep::Amod
                | Dep::Det
                | Dep::Quantmod
                | Dep::Nmod
                | Dep::Compound
                | Dep::Predet
                | Dep::Advmod
                | Dep::Neg
        )
        .then(|| own(c))
        .flatten()
    });
    // The parse may hang a number elsewhere: one that stands right before the phrase is its own.
    let adjacent = || {
        let mut first = head;
        while first > 0 && matches!(cx.doc.dep(first - 1), Dep::Amod | Dep::Compound) && cx.doc.head(first - 1) == head
        {
            first -= 1;
        }
        let number = own(first.checked_sub(1)?)?;
        (number.tokens.end == first && cx.doc.tokens()[first - 1].sentence == cx.doc.tokens()[head].sentence)
            .then_some(number)
    };
    modifier.or_else(|| own(head)).or_else(adjacent)
}

/// The person whose name follows a role that the parse did not tie to it: "killed [the group's second in command],
/// Karim Haddad".
pub(crate) fn apposed(cx: &Context<'_>, role: usize) -> Option<Group> {
    let doc = cx.doc;
    if cx.lexicon.people(&doc.lemma(role).to_lowercase()) == Some(People::Thing) {
        return None;
    }
    let end = doc.sentence_of(role).end.min(role + 16);
    let comma = (role + 1..end.min(role + 8)).find(|i| doc.word(*i) == ",")?;
    let inner = |i: usize| {
        matches!(
            doc.pos(i),
            Pos::Noun | Pos::Propn | Pos::Adj | Pos::Adv | Pos::Part | Pos::Punct | Pos::Det | Pos::Adp
        )
    };
    if !(role + 1..comma).all(inner) {
        return None;
    }
    // Titles and epithets may stand before the name; the last name before the next comma is the person.
    let stop = (comma + 1..end).find(|i| doc.word(*i) == "," || !inner(*i)).unwrap_or(end);
    let person = (comma + 1..stop).rev().filter_map(|i| doc.entity_at(i)).find(|e| e.kind == EntityType::Person)?;
    let head = person.tokens.end - 1;
    let name = named(cx, head).unwrap_or_else(|| doc.span_text(person.tokens.clone()).to_owned());
    let start = doc.subtree(role).start.min(role);
    let mut group = Group::single(head, start..person.tokens.end, 0.65);
    group.called = Some(start..comma);
    group.side = side(cx, role);
    group.breakdown.named.push(name);
    Some(group)
}

/// Whether the phrase headed by token `head` is of people beyond doubt: a noun of the tables, a name, a pronoun, a number
/// that stands alone.
pub(crate) fn is_known(cx: &Context<'_>, head: usize) -> bool {
    cx.doc.pos(head) != Pos::Noun || cx.lexicon.people(&cx.doc.lemma(head).to_lowercase()).is_some()
}

/// The people of one noun.
fn one(cx: &Context<'_>, head: usize) -> Option<Group> {
    let doc = cx.doc;
    let number = number_of(cx, head);
    // "dozens of people", "five of them": the people come after "of".
    let counted = match number {
        Some(n) if n.tokens.contains(&head) || doc.pos(head) == Pos::Num => doc
            .children(head)
            .find(|c| (n.tokens.end..n.tokens.end + 2).contains(c) && doc.word(*c).eq_ignore_ascii_case("of"))
            .and_then(|of| doc.child(of, Dep::Pobj)),
        _ => None,
    };
    let noun = counted.unwrap_or(head);
    let lemma = doc.lemma(noun).to_lowercase();
    // "One of the wounded" is no wound.
    let class = cx.lexicon.people(&lemma).filter(|_| doc.pos(noun) != Pos::Verb);
    if class == Some(People::Thing) || unit_follows(cx, head, number) {
        return None;
    }
    let person = named(cx, noun);
    let start = number.map_or(head, |n| n.tokens.start.min(head));
    let end = head.max(noun) + 1;
    let called = called(cx, noun, number);
    let tokens = start.min(called.as_ref().map_or(start, |c| c.start))..end;
    let base = Group {
        side: side(cx, noun),
        called: called.filter(|_| !cx.lexicon.is(WordClass::PeopleNoun, &lemma)),
        ..Group::unknown(head, tokens, 0.9)
    };
    if let Some(group) = years_old(cx, noun, &base) {
        return Some(group);
    }
    // "Not one person", "not a single passenger"
    let not = doc.children(noun).find(|c| doc.dep(*c) == Dep::Neg && doc.lemma(*c) == "not");
    let word = |i: usize| if i < doc.len() { doc.word(i) } else { "" };
    let single = |i: usize| word(i) == "one" || word(i) == "a" && word(i + 1) == "single";
    let none = not.or_else(|| number.and_then(|n| n.tokens.start.checked_sub(1)).filter(|i| doc.lemma(*i) == "not"));
    if none.is_some_and(|i| single(i + 1)) {
        return Some(nobody(base));
    }
    if let Some(n) = number {
        // "the 2019 victims": a year before its noun.
        let year = n.best.is_some_and(|b| (1900..=2100).contains(&b))
            && n.tokens.len() == 1
            && !doc.word(n.tokens.start).contains(',');
        if year && n.tokens.start > 0 && matches!(doc.pos(n.tokens.start - 1), Pos::Det | Pos::Adp) {
            return None;
        }
        // "The second", "none": zero; names take no number but the one before a common noun.
        let known = class.is_some()
            || person.is_some()
            || counted.is_some()
            || doc.pos(head) == Pos::Num
            || people_like(cx, noun);
        let confidence = if known { 0.9 } else { 0.6 };
        let mut group =
            Group { side: base.side, called: base.called, ..Group::counted(n, head, base.tokens, confidence) };
        // "120 of their fighters and prison workers": no telling how many of each.
        let mixed = counted.and_then(|c| cx.doc.child(c, Dep::Conj)).filter(|c| lists::nominal(cx, *c));
        match mixed {
            Some(last) => group.called = group.called.map(|c| c.start..c.end.max(last + 1)),
            None => parts(&mut group, class, n.best),
        }
        group.tokens.end = group.tokens.end.max(group.called.as_ref().map_or(0, |c| c.end));
        return Some(group);
    }
    if let Some(everyone) = super::aboard::everyone(cx, noun) {
        return Some(everyone);
    }
    if doc.pos(noun) == Pos::Pron || doc.word(noun).eq_ignore_ascii_case("another") {
        return pronoun(cx, noun, base);
    }
    if let Some(name) = person {
        let mut group = Group { best: Some(1), low: Some(1), high: Some(1), numeric: true, confidence: 0.85, ..base };
        parts(&mut group, class, Some(1));
        group.breakdown.named.push(name);
        return Some(group);
    }
    let any = doc.children(noun).any(|c| cx.lexicon.is_word(WordClass::EachOne, doc, c));
    match (class?, doc.tokens()[noun].tag) {
        // "An elderly couple"
        (People::Group, Tag::Nn) if let Some(NumberWord::Group(n)) = cx.lexicon.numbers.word(&lemma) => {
            let n = Some(n);
            Some(Group { best: n, low: n, high: n, numeric: true, confidence: 0.7, ..base })
        }
        // "A family of five"
        (People::Group, _) => {
            let of = doc.children(noun).find(|c| *c > noun && doc.word(*c).eq_ignore_ascii_case("of"))?;
            let n = number_of(cx, doc.child(of, Dep::Pobj)?).filter(|n| n.numeric)?;
            Some(Group { side: base.side, called: base.called, ..Group::counted(n, head, base.tokens, 0.7) })
        }
        _ if any => None,
        // "His parents", "the twins": two, if nothing else is said.
        _ if plural(cx, noun) && cx.lexicon.is(WordClass::Pair, &lemma) => {
            let two = Some(2);
            Some(Group { best: two, low: two, high: two, numeric: true, confidence: 0.6, ..base })
        }
        _ if lemma == "people" || plural(cx, noun) => Some(Group { low: Some(2), bare: true, confidence: 0.6, ..base }),
        (class, Tag::Nn | Tag::Nnp) => {
            let mut group =
                Group { best: Some(1), low: Some(1), high: Some(1), numeric: true, confidence: 0.75, ..base };
            parts(&mut group, Some(class), Some(1));
            Some(group)
        }
        _ => None,
    }
}

/// A single person referred to by a pronoun, and "no one".
fn pronoun(cx: &Context<'_>, i: usize, base: Group) -> Option<Group> {
    let one = Group { best: Some(1), low: Some(1), high: Some(1), numeric: true, confidence: 0.6, ..base.clone() };
    match cx.doc.word(i).to_ascii_lowercase().as_str() {
        word if cx.lexicon.is(WordClass::ThatPerson, word) => {
            let mut group = Group { called: None, own: own_hand::reflexive(cx, i), ..one };
            if let Some(m) = cx.entities.mention_at(i).filter(|m| m.kind == EntityKind::Person) {
                group.breakdown.named.push(cx.entities.list[m.entity].name.clone());
            }
            Some(group)
        }
        "nobody" | "none" => Some(nobody(one)),
        "one" if cx.doc.children(i).any(|c| cx.doc.dep(c) == Dep::Det && cx.doc.word(c).eq_ignore_ascii_case("no")) => {
            Some(nobody(one))
        }
        word if cx.lexicon.is(WordClass::Someone, word) => Some(Group { called: None, ..one }),
        word if cx.lexicon.is(WordClass::SomePeople, word) => {
            Some(Group { low: Some(2), bare: true, called: None, confidence: 0.5, ..base })
        }
        _ => None,
    }
}

fn nobody(base: Group) -> Group {
    let zero = Some(0);
    Group { best: zero, low: zero, high: zero, numeric: true, none: true, called: None, confidence: 0.6, ..base }
}

/// "An 18-month-old", "a 12-year-old": the age stands for the person.
fn years_old(cx: &Context<'_>, noun: usize, base: &Group) -> Option<Group> {
    let doc = cx.doc;
    let hyphen = |i: usize| doc.word(i) == "-";
    let sentence = doc.sentence_of(noun).start;
    if doc.lemma(noun) != "old" || doc.tokens()[noun].tag == Tag::Nns || noun < sentence + 3 {
        return None;
    }
    let unit = if hyphen(noun - 1) { noun - 2 } else { noun - 1 };
    let age = unit.checked_sub(2).filter(|i| hyphen(unit - 1) && doc.pos(*i) == Pos::Num)?;
    if !cx.lexicon.is_word(WordClass::AgeUnit, doc, unit) {
        return None;
    }
    let mut group = Group { called: None, ..Group::single(noun, base.tokens.start.min(unit - 2)..noun + 1, 0.8) };
    let child = doc.word(unit) != "year" || doc.word(age).parse::<u32>().is_ok_and(|n| n < 18);
    parts(&mut group, child.then_some(People::Child), Some(1));
    Some(group)
}
