//! Whether a time lies before or after the article's date, from the verb that governs it.

use crate::nlp::{Dep, Doc, Pos, Tag};
use crate::words::{Book, WordClass};

/// Direction from the article's date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The time is past.
    Past,
    /// The verb is past, but the time may be that of its object, which can be still to come ("invited them to a ceremony
    /// in March").
    LikelyPast,
    /// The time is to come.
    Future,
    /// The words around it do not tell.
    Unknown,
}

/// The direction of a time expression whose head is token `i`.
pub(crate) fn direction(doc: &Doc<'_>, book: &Book, i: usize) -> Direction {
    // "As soon as Tuesday", "until Friday", "by Friday" look ahead unless the verb is past: "by Friday nine had died".
    let lead = if doc.dep(i) == Dep::Pobj { doc.head(i) } else { i.saturating_sub(1) };
    let led = |words: &[&str]| lead != i && words.iter().any(|w| doc.word(lead).eq_ignore_ascii_case(w));
    let ahead = led(&["until", "till", "by"]) || ends_with(doc, i, &["as", "soon", "as"]);
    // "They talked about the visit in May", "urged him to quit in June": the engine may hang the month on the verb.
    let foreseen = |lemma: &str| {
        [WordClass::Prospective, WordClass::Deadline, WordClass::Talk].iter().any(|class| book.is(*class, lemma))
    };
    let called = led(&["for"]);
    let appointed =
        |lemma: &str| (ahead && lemma != "call" || called) && foreseen(lemma) && !book.is(WordClass::Talk, lemma);
    let (mut from, mut loose) = (i, false);
    for at in std::iter::once(i).chain(doc.ancestors(i).take(12)) {
        match doc.pos(at) {
            // "A strike called for Saturday", "promised arrests by Friday": what is appointed lies ahead, when the verb is past.
            Pos::Verb if appointed(doc.lemma(at)) => return Direction::Future,
            Pos::Verb if ahead && is_condition(doc, book, at) => return Direction::Future,
            Pos::Verb | Pos::Aux => match verb(doc, book, at) {
                Direction::Unknown if ahead => return Direction::Future,
                // "Summoned him to testify on March 3".
                Direction::Unknown => loose |= doc.tokens()[at].tag == Tag::Vb,
                // "In May she was threatened with arrest", where "was threatened with arrest in May" looks ahead.
                Direction::Future if fronted(doc, i, at) && is_past_passive(doc, at) => return Direction::LikelyPast,
                Direction::Past if loose || foreseen(doc.lemma(at)) => return Direction::LikelyPast,
                found => return found,
            },
            Pos::Adj if book.is(WordClass::Prospective, doc.lemma(at)) => return Direction::Future,
            // "Ways to get around Wednesday's ruling": the tense of the verb says nothing about an object's day.
            Pos::Noun | Pos::Propn
                if matches!(doc.dep(from), Dep::Poss | Dep::Compound | Dep::Nmod | Dep::Amod)
                    && !matches!(doc.dep(at), Dep::Nsubj | Dep::Nsubjpass) =>
            {
                return Direction::Unknown;
            }
            // "Killed 30 people in January": people counted are no event of their own, wherever the engine hangs the month.
            Pos::Noun | Pos::Propn if at != i => loose |= !doc.children(at).any(|c| doc.dep(c) == Dep::Nummod),
            _ => {}
        }
        from = at;
    }
    if ahead { Direction::Future } else { Direction::Unknown }
}

/// "Threatened to march unless the cabinet stepped down by Monday": what a threat, a demand or a promise makes its condition
/// lies ahead, whatever its tense.
fn is_condition(doc: &Doc<'_>, book: &Book, i: usize) -> bool {
    let opened = |c: usize| doc.dep(c) == Dep::Mark && book.is(WordClass::Condition, &doc.word(c).to_ascii_lowercase());
    let sets = |a: usize| book.is(WordClass::Ultimatum, doc.lemma(a)) || verb(doc, book, a) == Direction::Future;
    doc.dep(i) == Dep::Advcl
        && doc.children(i).any(opened)
        && doc.ancestors(i).take(4).any(|a| doc.pos(a) == Pos::Verb && sets(a))
}

/// Whether token `i` opens the clause of a verb, before its subject.
fn fronted(doc: &Doc<'_>, i: usize, verb: usize) -> bool {
    let subject = doc.children(verb).find(|c| matches!(doc.dep(*c), Dep::Nsubj | Dep::Nsubjpass));
    subject.is_some_and(|subject| i < subject)
}

/// "Was threatened"; not "was scheduled to meet", whose fulfilment has a time of its own.
fn is_past_passive(doc: &Doc<'_>, verb: usize) -> bool {
    let was = |c: usize| doc.dep(c) == Dep::Auxpass && doc.tokens()[c].tag == Tag::Vbd;
    doc.tokens()[verb].tag == Tag::Vbn
        && doc.children(verb).any(was)
        && !doc.children(verb).any(|c| doc.dep(c) == Dep::Xcomp)
}

/// Whether the words before token `i` are these.
fn ends_with(doc: &Doc<'_>, i: usize, words: &[&str]) -> bool {
    i >= words.len() && words.iter().zip(i - words.len()..).all(|(w, at)| doc.word(at).eq_ignore_ascii_case(w))
}

/// The direction that a verb itself shows.
fn verb(doc: &Doc<'_>, book: &Book, i: usize) -> Direction {
    let auxiliary = |words: &[&str]| {
        doc.children(i).any(|c| {
            matches!(doc.dep(c), Dep::Aux | Dep::Auxpass) && words.iter().any(|w| doc.word(c).eq_ignore_ascii_case(w))
        })
    };
    if auxiliary(&["will", "'ll", "’ll", "shall", "wo", "would", "may", "might", "should", "must"]) {
        return if auxiliary(&["have"]) { Direction::Past } else { Direction::Future };
    }
    let tag = doc.tokens()[i].tag;
    // "A strike was called for Friday" looks ahead, "officers were called at noon Friday" does not.
    let called = doc.lemma(i) == "call" && !doc.children(i).any(|c| doc.lemma(c) == "for");
    let prospective = book.is(WordClass::Prospective, doc.lemma(i)) && !called;
    match tag {
        // "A summit set for Rome in April".
        Tag::Vbn if prospective && doc.dep(i) == Dep::Acl && doc.children(i).any(|c| doc.lemma(c) == "for") => {
            Direction::Future
        }
        // "Was scheduled for Friday" looks ahead from the past: still the coming Friday in news.
        Tag::Vbn if prospective && auxiliary(&["is", "are", "was", "were", "been"]) => Direction::Future,
        Tag::Vbd => Direction::Past,
        Tag::Vbn => {
            let present = auxiliary(&["is", "are", "'s"]) && !auxiliary(&["was", "were", "had", "been"]);
            if present { Direction::Unknown } else { Direction::Past }
        }
        Tag::Vbg => {
            if auxiliary(&["was", "were", "been"]) {
                Direction::Past
            } else if auxiliary(&["is", "are", "am", "'re", "’re", "'m"]) {
                Direction::Future
            } else {
                Direction::Unknown
            }
        }
        Tag::Vb if auxiliary(&["to"]) => {
            let matrix = doc.head(i);
            if matrix != i && book.is(WordClass::Prospective, doc.lemma(matrix)) || going(doc, matrix) {
                Direction::Future
            } else {
                Direction::Unknown
            }
        }
        Tag::Vb if auxiliary(&["did"]) => Direction::Past,
        Tag::Vbz | Tag::Vbp if doc.lemma(i) != "say" => {
            // "The council meets Thursday" announces; "is", "has" and reporting verbs do not.
            if doc.pos(i) == Pos::Aux || auxiliary(&["has", "have"]) { Direction::Unknown } else { Direction::Future }
        }
        _ => Direction::Unknown,
    }
}

/// "Is going to", "are to", "was to": what looks ahead.
fn going(doc: &Doc<'_>, i: usize) -> bool {
    doc.word(i).eq_ignore_ascii_case("going")
        || (doc.pos(i) == Pos::Aux && matches!(doc.tokens()[i].tag, Tag::Vbz | Tag::Vbp | Tag::Vbd))
}
