//! How many people a noun phrase speaks of: "13 people", "three men and two women", "dozens of them", "the mayor".

use std::ops::Range;

use super::Context;
use super::lexicon::People;
use crate::extract::entities::{EntityId, MentionForm};
use crate::extract::numbers::Number;
use crate::nlp::{Dep, EntityType, Pos, Tag};
use crate::record::{Breakdown, EntityKind, NumberMod};

/// People whom a phrase speaks of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Best reading of their number.
    pub(crate) best: Option<u64>,
    /// Lower bound.
    pub(crate) low: Option<u64>,
    /// Upper bound.
    pub(crate) high: Option<u64>,
    /// Modifier of the number.
    pub(crate) modifier: Option<NumberMod>,
    /// Whether a number is stated; single people count as one.
    pub(crate) numeric: bool,
    /// "No one", "no civilians".
    pub(crate) none: bool,
    /// Head of the phrase.
    pub(crate) head: usize,
    /// The words of the phrase, number included.
    pub(crate) tokens: Range<usize>,
    /// What the people are called, without number and article; none for "people".
    pub(crate) called: Option<Range<usize>>,
    /// The side they belong to.
    pub(crate) side: Option<EntityId>,
    /// Parts by kind of people.
    pub(crate) breakdown: Breakdown,
    /// How sure it is that these are people.
    pub(crate) confidence: f64,
}

/// The people that the phrase headed by token `head` speaks of, its conjuncts added up.
pub(crate) fn group(cx: &Context<'_>, head: usize) -> Option<Group> {
    let mut members = vec![head];
    let mut at = head;
    // "three men, two women and a child": conjuncts hang on one another; a conjunct with a verb is a clause.
    while let Some(next) = cx.doc.children(at).find(|c| cx.doc.dep(*c) == Dep::Conj && nominal(cx, *c)) {
        if members.len() == 8 {
            break;
        }
        members.push(next);
        at = next;
    }
    let first = one(cx, head)?;
    let mut rest = Vec::new();
    for m in &members[1..] {
        // "Smith and the U.S. embassy": one that is no people ends the list.
        match one(cx, *m) {
            Some(group) => rest.push(group),
            None => break,
        }
    }
    let single = rest.is_empty();
    let mut total = first;
    if single {
        return Some(total);
    }
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
        total.side = total.side.filter(|s| Some(*s) == g.side);
        add_parts(&mut total.breakdown, &g.breakdown);
    }
    if !total.numeric {
        total.best = None;
    }
    Some(total)
}

fn add_parts(to: &mut Breakdown, from: &Breakdown) {
    let add = |a: &mut Option<u64>, b: Option<u64>| *a = a.map_or(b, |x| Some(x + b.unwrap_or(0)));
    add(&mut to.children, from.children);
    add(&mut to.women, from.women);
    add(&mut to.civilians, from.civilians);
    add(&mut to.combatants, from.combatants);
    to.named.extend(from.named.iter().cloned());
}

fn nominal(cx: &Context<'_>, i: usize) -> bool {
    matches!(cx.doc.pos(i), Pos::Noun | Pos::Propn | Pos::Pron | Pos::Num | Pos::Adj)
        && !cx.doc.children(i).any(|c| matches!(cx.doc.dep(c), Dep::Nsubj | Dep::Nsubjpass | Dep::Aux | Dep::Auxpass))
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
    Some(Group {
        best: Some(1),
        low: Some(1),
        high: Some(1),
        modifier: None,
        numeric: true,
        none: false,
        head,
        tokens: start..person.tokens.end,
        called: Some(start..comma),
        side: side(cx, role),
        breakdown: Breakdown { named: vec![name], ..Breakdown::default() },
        confidence: 0.65,
    })
}

/// The people of one noun.
fn one(cx: &Context<'_>, head: usize) -> Option<Group> {
    let doc = cx.doc;
    let number = number_of(cx, head);
    // "dozens of people", "five of them": the people come after "of".
    let counted = match number {
        Some(n) if n.tokens.contains(&head) || doc.pos(head) == Pos::Num => doc
            .children(head)
            .find(|c| *c > head && doc.word(*c).eq_ignore_ascii_case("of"))
            .and_then(|of| doc.child(of, Dep::Pobj)),
        _ => None,
    };
    let noun = counted.unwrap_or(head);
    let lemma = doc.lemma(noun).to_lowercase();
    let class = cx.lexicon.people(&lemma);
    if class == Some(People::Thing) || unit_follows(cx, head, number) {
        return None;
    }
    let person = named(cx, noun);
    let start = number.map_or(head, |n| n.tokens.start.min(head));
    let end = head.max(noun) + 1;
    let called = called(cx, noun, number);
    let base = Group {
        best: None,
        low: None,
        high: None,
        modifier: None,
        numeric: false,
        none: false,
        head,
        tokens: start.min(called.as_ref().map_or(start, |c| c.start))..end,
        side: side(cx, noun),
        called: called.filter(|_| !matches!(lemma.as_str(), "people" | "person" | "other" | "victim")),
        breakdown: Breakdown::default(),
        confidence: 0.9,
    };
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
        let mut group = Group {
            best: n.best,
            low: n.low,
            high: n.high,
            modifier: n.modifier,
            numeric: n.numeric,
            none: n.best == Some(0),
            confidence,
            ..base
        };
        // "120 of their fighters and prison workers": no telling how many of each.
        let mixed = counted.and_then(|c| cx.doc.child(c, Dep::Conj)).filter(|c| nominal(cx, *c));
        match mixed {
            Some(last) => group.called = group.called.map(|c| c.start..c.end.max(last + 1)),
            None => parts(&mut group, class, n.best),
        }
        group.tokens.end = group.tokens.end.max(group.called.as_ref().map_or(0, |c| c.end));
        return Some(group);
    }
    if doc.pos(noun) == Pos::Pron {
        return pronoun(cx, noun, base);
    }
    if let Some(name) = person {
        let mut group = Group { best: Some(1), low: Some(1), high: Some(1), numeric: true, confidence: 0.85, ..base };
        parts(&mut group, class, Some(1));
        group.breakdown.named.push(name);
        return Some(group);
    }
    let any = doc.children(noun).any(|c| matches!(doc.word(c).to_ascii_lowercase().as_str(), "any" | "every" | "each"));
    match (class?, doc.tokens()[noun].tag) {
        (People::Group, _) => None,
        _ if any => None,
        _ if lemma == "people" || plural(cx, noun) => Some(Group { low: Some(2), confidence: 0.6, ..base }),
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
        "he" | "she" | "him" | "her" | "himself" | "herself" => {
            let mut group = Group { called: None, ..one };
            if let Some(m) = cx.entities.mention_at(i).filter(|m| m.kind == EntityKind::Person) {
                group.breakdown.named.push(cx.entities.list[m.entity].name.clone());
            }
            Some(group)
        }
        "nobody" | "none" => {
            Some(Group { best: Some(0), low: Some(0), high: Some(0), none: true, called: None, ..one })
        }
        "one" if cx.doc.children(i).any(|c| cx.doc.dep(c) == Dep::Det && cx.doc.word(c).eq_ignore_ascii_case("no")) => {
            Some(Group { best: Some(0), low: Some(0), high: Some(0), none: true, called: None, ..one })
        }
        "someone" | "somebody" | "another" => Some(Group { called: None, ..one }),
        "many" | "others" | "some" => Some(Group { low: Some(2), called: None, confidence: 0.5, ..base }),
        _ => None,
    }
}

/// The name of the person that the noun is or stands beside ("the group's leader, John Doe").
fn named(cx: &Context<'_>, noun: usize) -> Option<String> {
    let of_token = |i: usize| {
        if let Some(m) =
            cx.entities.headed_by(i).filter(|m| m.kind == EntityKind::Person && m.form != MentionForm::Pronoun)
        {
            let name = &cx.entities.list[m.entity].name;
            // A description stands for a person only where the article names that person.
            return (m.form == MentionForm::Name || name.chars().next().is_some_and(char::is_uppercase))
                .then(|| name.clone());
        }
        let entity = cx.doc.entity_at(i).filter(|e| e.kind == EntityType::Person && e.tokens.end == i + 1)?;
        Some(cx.doc.span_text(entity.tokens.clone()).to_owned())
    };
    if plural(cx, noun) || cx.doc.pos(noun) == Pos::Pron || cx.doc.pos(noun) == Pos::Num {
        return None;
    }
    of_token(noun).or_else(|| cx.doc.children(noun).filter(|c| cx.doc.dep(*c) == Dep::Appos).find_map(of_token))
}

fn plural(cx: &Context<'_>, noun: usize) -> bool {
    matches!(cx.doc.tokens()[noun].tag, Tag::Nns | Tag::Nnps)
}

/// Nouns for people that no table lists: members of a nation or movement, agents in -er, -ist, -man.
fn people_like(cx: &Context<'_>, noun: usize) -> bool {
    let lemma = cx.doc.lemma(noun).to_ascii_lowercase();
    let named = cx.doc.entity_at(noun).is_some_and(|e| matches!(e.kind, EntityType::Norp | EntityType::Person));
    named
        || ["er", "or", "ist", "man", "men", "ian", "ee", "ant", "ent"].iter().any(|end| lemma.ends_with(end))
        || lemma == "them"
}

/// Numbers that count no people whatever the noun: "13 percent", "27-year-old", "$5".
fn unit_follows(cx: &Context<'_>, head: usize, number: Option<&Number>) -> bool {
    let Some(n) = number else { return false };
    let after = n.tokens.end;
    let word = |i: usize| if i < cx.doc.len() { cx.doc.word(i) } else { "" };
    let money = n.tokens.start > 0 && matches!(word(n.tokens.start - 1), "$" | "€" | "£");
    let age = word(after) == "-" && word(after + 1).starts_with("year");
    let old = head == after - 1
        && matches!(word(after), "years" | "months" | "percent" | "%" | "km" | "miles" | "a.m." | "p.m.");
    money || age || old
}

/// The noun with its modifiers, without number and article.
fn called(cx: &Context<'_>, noun: usize, number: Option<&Number>) -> Option<Range<usize>> {
    let counts = |t: usize| number.is_some_and(|n| n.tokens.contains(&t));
    if counts(noun) || matches!(cx.doc.pos(noun), Pos::Num | Pos::Pron) {
        return None;
    }
    let mut start = noun;
    while start > cx.doc.sentence_of(noun).start
        && !counts(start - 1)
        && matches!(cx.doc.pos(start - 1), Pos::Adj | Pos::Noun | Pos::Propn | Pos::Punct)
        && cx.doc.subtree(noun).contains(&(start - 1))
        && (cx.doc.pos(start - 1) != Pos::Punct || cx.doc.word(start - 1) == "-")
    {
        start -= 1;
    }
    Some(start..noun + 1)
}

/// The country, group or force that the people belong to.
pub(crate) fn side(cx: &Context<'_>, noun: usize) -> Option<EntityId> {
    let belongs = |i: usize| {
        let mention = cx.entities.mention_at(i)?;
        matches!(mention.kind, EntityKind::Gpe | EntityKind::Norp | EntityKind::Org).then_some(mention.entity)
    };
    let own =
        cx.doc.children(noun).filter(|c| matches!(cx.doc.dep(*c), Dep::Amod | Dep::Compound | Dep::Nmod | Dep::Poss));
    own.filter_map(belongs).next().or_else(|| {
        let entity = cx.doc.entity_at(noun)?;
        matches!(entity.kind, EntityType::Norp).then(|| belongs(noun)).flatten()
    })
}

/// Enters a number under its kind of people.
pub(crate) fn parts(group: &mut Group, class: Option<People>, n: Option<u64>) {
    let field = match class {
        Some(People::Child) => &mut group.breakdown.children,
        Some(People::Woman) => &mut group.breakdown.women,
        Some(People::Civilian) => &mut group.breakdown.civilians,
        Some(People::Combatant) => &mut group.breakdown.combatants,
        _ => return,
    };
    *field = n;
}
