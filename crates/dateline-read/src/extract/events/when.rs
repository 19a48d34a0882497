//! The time that governs an event.
//!
//! Order of evidence: a time among the trigger's own modifiers, one of its clause, one of the event it is tied to,
//! one of a clause above or beside it. The time of a verb of saying is the time of the saying and never the event's.
//! Failing all of these the time of the same happening told before, and for what is told as news the article's date.

use jiff::civil::Date;

use super::lexicon::Lexicon;
use super::triggers::Trigger;
use super::{Facts, TimeLink};
use crate::extract::Story;
use crate::extract::syntax;
use crate::extract::times::{Anchor, Reference, Timex, Value};
use crate::nlp::{Dep, Doc, Pos, Tag};
use crate::record::{TimeMod, TimexType, Via};
use crate::words::WordClass;

/// Days after which a dated event is history rather than news.
const NEWS_WINDOW_DAYS: i32 = 31;

/// A time expression with the word that it modifies.
#[derive(Debug)]
pub(super) struct Attached {
    /// Index in [`Facts::times`].
    pub index: usize,
    governor: usize,
    at: usize,
    prep: Option<usize>,
}

/// Ties every time expression to its governor, by sentence.
pub(super) fn attach(story: &Story<'_>, facts: &Facts<'_>) -> Vec<Vec<Attached>> {
    let doc = story.doc;
    let mut by_sentence: Vec<Vec<Attached>> = (0..doc.sentences().len()).map(|_| Vec::new()).collect();
    for (index, time) in facts.times.iter().enumerate() {
        let Some(head) = doc.heads(time.tokens.clone()).next() else { continue };
        let mut governor = doc.head(head);
        let mut prep = None;
        if doc.dep(head) == Dep::Pobj || doc.pos(governor) == Pos::Adp {
            prep = Some(governor);
            governor = doc.head(governor);
        } else if doc.pos(head) == Pos::Adp {
            prep = Some(head);
        }
        by_sentence[story.sentence(head)].push(Attached { index, governor, at: head, prep });
    }
    by_sentence
}

/// The time that a trigger's own sentence gives it. `partner` is the head of the event it is tied to.
pub(super) fn own(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    facts: &Facts<'_>,
    times: &[Attached],
    trigger: &Trigger<'_>,
    partner: Option<usize>,
) -> Option<TimeLink> {
    let best = times
        .iter()
        .filter(|t| dates(&facts.times[t.index].timex))
        .filter(|t| t.prep.is_none_or(|p| !lexicon.is(WordClass::Bounding, doc.lemma(p))))
        .filter(|t| !is_of_the_talk(doc, lexicon, trigger, t))
        .filter_map(|t| Some((cost(doc, lexicon, trigger, partner, t)?, t.at.abs_diff(trigger.head), t.index)))
        .min();
    let mut link = best.map(|(_, _, index)| TimeLink {
        timex: facts.times[index].timex.clone(),
        mention: Some(index),
        via: Via::Explicit,
    });
    if link.is_none() {
        link = anchored(doc, facts, times, trigger, partner);
    }
    // "lasted two hours": a duration beside the event belongs to it.
    let length = times.iter().filter(|t| facts.times[t.index].timex.timex_type == TimexType::Duration);
    let length =
        length.filter(|t| cost(doc, lexicon, trigger, None, t).is_some_and(|c| c <= 2)).map(|t| t.index).next();
    if let (Some(link), Some(length)) = (&mut link, length) {
        link.timex.duration = link.timex.duration.take().or_else(|| facts.times[length].timex.length().cloned());
    }
    link
}

/// "will speak about the raid on Saturday": the day is that of the talk, wherever the parser hangs it; what is known
/// already is not yet to come.
fn is_of_the_talk(doc: &Doc<'_>, lexicon: &Lexicon, trigger: &Trigger<'_>, time: &Attached) -> bool {
    let noun = trigger.head;
    if trigger.entry.verb || doc.is_root(noun) {
        return false;
    }
    let definite =
        doc.children(noun).any(|c| doc.dep(c) == Dep::Det && matches!(doc.lemma(c), "the" | "this" | "that"));
    let verb = match doc.dep(noun) {
        Dep::Dobj if lexicon.is(WordClass::Discussing, doc.lemma(doc.head(noun))) => doc.head(noun),
        // Parsers hang "about" on the talk or on those who hear it.
        Dep::Pobj if lexicon.is(WordClass::About, doc.lemma(doc.head(noun))) => {
            let above = doc.ancestors(doc.head(noun)).take(3).find(|a| doc.pos(*a) == Pos::Verb);
            let Some(verb) = above else { return false };
            verb
        }
        _ => return false,
    };
    let light = trigger.light.is_some_and(|(v, _)| v == verb);
    let to_come = |c: usize| doc.dep(c) == Dep::Aux && lexicon.is(WordClass::ToCome, doc.lemma(c));
    definite && !light && [noun, verb].contains(&time.governor) && doc.children(verb).any(to_come)
}

/// Whether an expression can date an event.
fn dates(timex: &Timex) -> bool {
    matches!(timex.timex_type, TimexType::Date | TimexType::Time) && timex.value != Value::Reference(Reference::Future)
}

/// How far a time is from governing a trigger; none if it does not.
fn cost(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    trigger: &Trigger<'_>,
    partner: Option<usize>,
    time: &Attached,
) -> Option<u8> {
    let head = trigger.head;
    if time.governor == head {
        return Some(0);
    }
    let light = trigger.light.map(|(v, _)| v);
    let clause = syntax::clause(doc, head).filter(|v| !trigger.entry.verb || *v == head);
    // "carried out what officials called a raid on Monday": either verb may hold the day.
    let verbs = [
        light,
        clause.filter(|c| light.is_none() || matches!(doc.dep(head), Dep::Attr | Dep::Oprd) && doc.head(head) == *c),
    ];
    let verb = light.or(clause);
    // Up from the time through nouns and prepositions to the trigger or its clause.
    let mut at = time.governor;
    for step in 0..6u8 {
        if at == head {
            return Some(step.min(1));
        }
        if verbs.contains(&Some(at)) {
            return Some(if holds_as_argument(doc, lexicon, head, at) || light.is_some() {
                1 + step.min(1)
            } else {
                4
            });
        }
        if partner == Some(at) {
            return Some(2);
        }
        // The day of what came before is not the day of what came after: "the largest raid since the 2019 assault".
        if doc.is_root(at) || matches!(doc.pos(at), Pos::Verb | Pos::Aux) || is_sequence(lexicon, doc.lemma(at)) {
            break;
        }
        at = doc.head(at);
    }
    // A clause around the trigger: "was killed on Monday while attacking", "attacked on Monday, killing".
    let mut clause = verb.unwrap_or(head);
    for step in 0..3u8 {
        if doc.is_root(clause)
            || !matches!(doc.dep(clause), Dep::Advcl | Dep::Conj | Dep::Xcomp | Dep::Pcomp | Dep::Acl)
        {
            break;
        }
        // "after", "before", "since" put the clauses at different times.
        if doc.children(clause).any(|c| doc.dep(c) == Dep::Mark && is_sequence(lexicon, doc.lemma(c))) {
            break;
        }
        clause = doc.head(clause);
        if matches!(doc.pos(clause), Pos::Adp) {
            if is_sequence(lexicon, doc.lemma(clause)) {
                break;
            }
            clause = doc.head(clause);
        }
        if time.governor == clause && !is_saying(doc, lexicon, clause) {
            return Some(3 + step);
        }
    }
    None
}

fn is_sequence(lexicon: &Lexicon, lemma: &str) -> bool {
    lexicon.is(WordClass::Sequence, lemma)
}

/// Whether a noun is an argument of a verb, so that the verb's time is its own.
fn holds_as_argument(doc: &Doc<'_>, lexicon: &Lexicon, noun: usize, verb: usize) -> bool {
    noun == verb || {
        let mut at = noun;
        for _ in 0..4 {
            if doc.head(at) == verb {
                let dep = doc.dep(at);
                let sequence = matches!(dep, Dep::Prep) && is_sequence(lexicon, doc.lemma(at));
                return !sequence && !is_saying(doc, lexicon, verb);
            }
            if doc.is_root(at) {
                return false;
            }
            at = doc.head(at);
        }
        false
    }
}

/// Verbs of saying: they take a content clause.
fn is_saying(doc: &Doc<'_>, lexicon: &Lexicon, verb: usize) -> bool {
    lexicon.is(WordClass::Saying, doc.lemma(verb))
}

/// "days after X happened": the event is dated from the clause or date it is compared with.
fn anchored(
    doc: &Doc<'_>,
    facts: &Facts<'_>,
    times: &[Attached],
    trigger: &Trigger<'_>,
    partner: Option<usize>,
) -> Option<TimeLink> {
    let heads = [Some(trigger.head), partner];
    for verb in heads.into_iter().flatten().filter_map(|h| syntax::clause(doc, h)) {
        let Some(mark) =
            doc.children(verb).find(|c| doc.dep(*c) == Dep::Mark && matches!(doc.lemma(*c), "after" | "before"))
        else {
            continue;
        };
        // The other clause is the one above; parsers hang the clause too high, so its nearest date before counts.
        let date = times
            .iter()
            .filter(|t| t.at < mark && dates(&facts.times[t.index].timex))
            .filter(|t| facts.times[t.index].timex.days.is_some())
            .max_by_key(|t| t.at)?;
        let mut timex = facts.times[date.index].timex.clone();
        let before = doc.lemma(mark) == "after";
        timex.modifier = Some(if before { TimeMod::Before } else { TimeMod::After });
        timex.anchor = Some(Anchor::Timex(timex.value.clone()));
        timex.confidence *= 0.6;
        return Some(TimeLink { timex, mention: Some(date.index), via: Via::Inferred });
    }
    None
}

/// "In 2017, a bomb that officials blamed on the group killed": what is told in passing of something in history has no
/// day of its own and is none of today's.
pub(super) fn of_the_told(
    doc: &Doc<'_>,
    facts: &Facts<'_>,
    times: &[Attached],
    trigger: &Trigger<'_>,
    day: Option<Date>,
) -> Option<TimeLink> {
    let verb = syntax::clause(doc, trigger.head)?;
    if doc.dep(verb) != Dep::Relcl || doc.tokens()[verb].tag != Tag::Vbd {
        return None;
    }
    let above = doc.ancestors(verb).find(|a| doc.pos(*a) == Pos::Verb)?;
    let time = times.iter().find(|t| t.governor == above && is_history(&facts.times[t.index].timex, day))?;
    Some(TimeLink { timex: facts.times[time.index].timex.clone(), mention: Some(time.index), via: Via::Inferred })
}

/// The article's own date as the time of an event.
pub fn document(story: &Story<'_>) -> Option<TimeLink> {
    Some(TimeLink { timex: Timex::document(story.date()?, 0.4), mention: None, via: Via::Default })
}

/// Whether a time lies clearly before the news of an article dated `day`.
pub(super) fn is_history(timex: &Timex, day: Option<Date>) -> bool {
    timex.value == Value::Reference(Reference::Past)
        || timex.days_before(day).is_some_and(|days| days > NEWS_WINDOW_DAYS)
}

/// Days after which what has a date of its own is history, whatever the reader makes of it.
const BYGONE_DAYS: i32 = 3650;

/// Whether a time lies years before an article dated `day`.
pub(super) fn is_bygone(timex: &Timex, day: Option<Date>) -> bool {
    timex.days_before(day).is_some_and(|days| days > BYGONE_DAYS)
}

/// Days within which a stated day is no history.
const LATE_DAYS: i32 = 31;

/// Whether a time is a day shortly before an article dated `day`, or its own.
pub(in crate::extract) fn is_of_late(timex: &Timex, day: Option<Date>) -> bool {
    timex.width().is_some_and(|days| days <= 1) && timex.days_before(day).is_some_and(|n| (0..=LATE_DAYS).contains(&n))
}

/// Whether a time is a stretch longer than news is.
pub(super) fn is_long(timex: &Timex) -> bool {
    timex.width().is_some_and(|days| days > NEWS_WINDOW_DAYS)
}

/// Whether a time lies after the article.
pub(super) fn is_future(timex: &Timex, day: Option<Date>) -> bool {
    timex.start().zip(day).is_some_and(|(start, day)| start > day)
}
