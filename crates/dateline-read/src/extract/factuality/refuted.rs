//! Harm that somebody is quoted with and that did not happen: "reports that 15 people died are false", "it is not true
//! that", "dismissed rumours that", "falsely claimed that".

use crate::nlp::{Dep, Doc, Pos};
use crate::words::{Book, WordClass};

/// Whether the clause that states the harm at token `t` is said to be wrong.
pub(crate) fn is_refuted(doc: &Doc<'_>, book: &Book, t: usize) -> bool {
    let clauses = std::iter::once(t).chain(doc.ancestors(t).take(8));
    let told = clauses.filter(|a| matches!(doc.dep(*a), Dep::Acl | Dep::Ccomp | Dep::Csubj | Dep::Pobj | Dep::Relcl));
    told.map(|a| doc.head(a)).any(|over| {
        let over = if doc.pos(over) == Pos::Adp { doc.head(over) } else { over };
        // The engine takes "Claims that ... are untrue" for a verb.
        let noun = matches!(doc.dep(over), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj);
        if matches!(doc.pos(over), Pos::Verb | Pos::Aux) && !noun {
            return predicate(doc, book, over);
        }
        book.is(WordClass::Report, doc.lemma(over)) && (is_false(doc, book, over) || denied(doc, book, over))
    })
}

/// Whether a noun for what people say is the subject or object of words that say it is wrong.
fn denied(doc: &Doc<'_>, book: &Book, report: usize) -> bool {
    let verb = doc.head(report);
    match doc.dep(report) {
        Dep::Nsubjpass | Dep::Dobj => {
            book.is(WordClass::Refute, doc.lemma(verb)) && doc.child(verb, Dep::Neg).is_none()
                || predicate(doc, book, verb)
        }
        Dep::Nsubj => predicate(doc, book, verb),
        // "There is no truth to reports that"
        Dep::Pobj => {
            let truth = doc.head(verb);
            doc.lemma(truth) == "truth" && doc.children(truth).any(|c| doc.word(c).eq_ignore_ascii_case("no"))
        }
        _ => false,
    }
}

/// Whether a verb says that something is wrong: "are false", "proved to be a hoax", "is not true", "falsely claimed".
fn predicate(doc: &Doc<'_>, book: &Book, verb: usize) -> bool {
    let said = |v: usize| {
        let negated = doc.child(v, Dep::Neg).is_some();
        let truth = |i: usize| book.is(WordClass::True, doc.lemma(i));
        doc.children(v).filter(|c| matches!(doc.dep(*c), Dep::Acomp | Dep::Attr | Dep::Oprd | Dep::Advmod)).any(|c| {
            let wrong = book.is(WordClass::False, &doc.lemma(c).to_ascii_lowercase());
            if negated { truth(c) } else { wrong }
        })
    };
    said(verb) || doc.child(verb, Dep::Xcomp).is_some_and(said)
}

/// "False reports that": the noun's own adjective.
fn is_false(doc: &Doc<'_>, book: &Book, report: usize) -> bool {
    doc.children(report).any(|c| c < report && book.is(WordClass::False, &doc.lemma(c).to_ascii_lowercase()))
}
