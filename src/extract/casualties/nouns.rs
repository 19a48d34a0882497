//! Harm told by nouns: "13 deaths", "the killing of two men", "the toll rose to 14", "claimed 14 lives", "saw 12 bodies".

use super::Context;
use super::lexicon::Frame;
use super::people::{Group, group, number_of, side};
use crate::extract::numbers::Number;
use crate::nlp::{Dep, Pos, Tag};
use crate::record::{Breakdown, CasualtyKind};

/// People counted by a noun, and whether the number replaces an earlier one.
pub(crate) fn read(cx: &Context<'_>, t: usize, frame: Frame) -> Option<(Group, bool)> {
    match frame {
        Frame::Count => count(cx, t).or_else(|| of(cx, t)).map(|g| (g, false)),
        Frame::Deed => of(cx, t).map(|g| (g, false)),
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
    Group {
        best: number.best,
        low: number.low,
        high: number.high,
        modifier: number.modifier,
        numeric: number.numeric,
        none: number.best == Some(0),
        head: t,
        tokens: start..t.max(number.tokens.end - 1) + 1,
        called,
        side: side(cx, t),
        breakdown: Breakdown::default(),
        confidence,
    }
}

/// "Civilians were among the dead": the people are the subject, the harm is the group they are among.
pub(crate) fn among(cx: &Context<'_>, t: usize) -> Option<(CasualtyKind, Group)> {
    let doc = cx.doc;
    let kind = match doc.word(t).to_ascii_lowercase().as_str() {
        "dead" | "killed" | "fatalities" => CasualtyKind::Killed,
        "wounded" | "injured" | "hurt" => CasualtyKind::Injured,
        "victims" | "casualties" => CasualtyKind::KilledOrInjured,
        _ => return None,
    };
    let among = std::iter::once(t)
        .chain(doc.ancestors(t).take(2))
        .map(|i| doc.head(i))
        .find(|i| doc.word(*i).eq_ignore_ascii_case("among"))?;
    let verb = doc.head(among);
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

/// "13 deaths", "no casualties".
fn count(cx: &Context<'_>, t: usize) -> Option<Group> {
    let number = number_of(cx, t)?;
    // "(20) Deaths": something stands between.
    if (number.tokens.end..t).any(|i| cx.doc.pos(i) == Pos::Punct && cx.doc.word(i) != "-") {
        return None;
    }
    Some(counted(cx, t, number, 0.85))
}

/// "The deaths of two men".
fn of(cx: &Context<'_>, t: usize) -> Option<Group> {
    let of = cx.doc.children(t).find(|c| *c > t && cx.doc.word(*c).eq_ignore_ascii_case("of"))?;
    let people = group(cx, cx.doc.child(of, Dep::Pobj)?)?;
    Some(Group { confidence: people.confidence * 0.9, ..people })
}

/// "The toll rose from 10 to 14", "a death toll of 30", "raising the toll to 14".
fn toll(cx: &Context<'_>, t: usize) -> Option<(Group, bool)> {
    let doc = cx.doc;
    let verb = doc.ancestors(t).take(2).find(|i| doc.pos(*i) == Pos::Verb);
    let update = verb.is_some_and(|v| {
        matches!(
            doc.lemma(v),
            "rise"
                | "climb"
                | "raise"
                | "bring"
                | "increase"
                | "grow"
                | "jump"
                | "put"
                | "update"
                | "revise"
                | "push"
                | "reach"
                | "take"
        )
    });
    let end = doc.sentence_of(t).end.min(t + 16);
    let after = |i: usize, words: &[&str]| i > 0 && words.iter().any(|w| doc.word(i - 1).eq_ignore_ascii_case(w));
    let numbers = || (t + 1..end).filter_map(|i| cx.number_at(i).filter(|n| n.tokens.start == i));
    let fits = |n: &&Number| {
        n.numeric && !matches!(doc.word(n.tokens.end.min(doc.len() - 1)), "percent" | "%" | "years" | "days" | "-")
    };
    let number = numbers().filter(fits).find(|n| after(n.tokens.start, &["to", "at"])).or_else(|| {
        numbers().filter(fits).find(|n| {
            after(n.tokens.start, &["of", ":", "was", "is", "stands", "stood", "reached", "hit", "exceeded", "passed"])
        })
    })?;
    Some((counted(cx, t, number, 0.85), update))
}

/// "Claimed 14 lives", "claimed the lives of 14 people", "lost their lives".
fn life(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    let verb = doc.head(t);
    if !matches!(doc.lemma(verb), "claim" | "take" | "cost" | "lose") || doc.dep(t) != Dep::Dobj {
        return None;
    }
    if doc.lemma(verb) == "lose" && doc.child(t, Dep::Poss).is_some() {
        return group(cx, doc.child(verb, Dep::Nsubj)?);
    }
    count(cx, t).or_else(|| of(cx, t))
}

/// "Recovered 12 bodies", "reported seeing 12 bodies": counted by someone.
fn body(cx: &Context<'_>, t: usize) -> Option<Group> {
    const COUNTING: &[&str] = &[
        "see", "count", "find", "recover", "pull", "retrieve", "discover", "bury", "receive", "collect", "unearth",
        "exhume",
    ];
    let number = number_of(cx, t)?;
    let counts = number.numeric && cx.doc.ancestors(t).take(3).any(|a| COUNTING.contains(&cx.doc.lemma(a)));
    counts.then(|| counted(cx, t, number, 0.5))
}
