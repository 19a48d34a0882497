//! Noun phrases on the parse: heads, left ends, determiners, and the head noun that the lexicon knows.

use std::ops::Range;

use super::lexicon::{Head, Lexicon, Thing};
use crate::nlp::{Dep, Doc, Pos, Tag};
use crate::record::EntityKind;
use crate::words::WordClass;

/// Longest head noun phrase of the tables, in tokens.
const LONGEST: usize = 6;

/// The token of a range whose own head lies outside of it; the last such token.
pub(super) fn head_of(doc: &Doc<'_>, range: &Range<usize>) -> usize {
    let mut heads = doc.heads(range.clone()).rev();
    let last = heads.clone().next();
    heads
        .find(|i| matches!(doc.pos(*i), Pos::Propn | Pos::Noun | Pos::Num | Pos::Adj))
        .or(last)
        .unwrap_or(range.end - 1)
}

/// The lower-cased surface of a token range, with the text's own spacing.
pub(super) fn lower(doc: &Doc<'_>, range: Range<usize>) -> String {
    doc.span_text(range).to_lowercase().replace('’', "'")
}

/// The singular of token `i` in lower case. Proper nouns keep their plural in the lemma, so it is taken off here.
pub(super) fn singular(doc: &Doc<'_>, i: usize) -> String {
    let lemma = doc.lemma(i).to_lowercase();
    match doc.tokens()[i].tag {
        Tag::Nnps | Tag::Nnp if lemma.len() > 3 && lemma.ends_with('s') && !lemma.ends_with("ss") => {
            lemma[..lemma.len() - 1].to_owned()
        }
        _ => lemma,
    }
}

/// Finds the longest phrase that ends at token `head` for which `known` answers; the answer with the phrase's start.
/// The plural is tried before the singular, because the tables list plurals of their own ("forces").
fn longest<T>(doc: &Doc<'_>, head: usize, known: impl Fn(&str) -> Option<T>) -> Option<(T, usize)> {
    let sentence = doc.sentence_of(head);
    let first = sentence.start.max((head + 1).saturating_sub(LONGEST));
    // Asked of every noun: the words are put into lower case once, and every phrase is an end of them.
    let mut plural = String::with_capacity(64);
    let mut starts = [0; LONGEST];
    for (start, i) in starts.iter_mut().zip(first..=head) {
        *start = plural.len();
        let end = if i < head { doc.tokens()[i + 1].start } else { doc.tokens()[i].end } as usize;
        let words = doc.text()[doc.tokens()[i].start as usize..end].chars().flat_map(char::to_lowercase);
        plural.extend(words.map(|c| if c == '’' { '\'' } else { c }));
    }
    let singular = plural[..starts[head - first]].to_owned() + &singular(doc, head);
    (first..=head).zip(starts).find_map(|(start, at)| {
        let answer = known(&plural[at..]).or_else(|| known(&singular[at..]))?;
        Some((answer, start))
    })
}

/// The head noun entry of the noun phrase headed by token `head`, with the start of the words that matched.
pub(super) fn known_head<'l>(doc: &Doc<'_>, lexicon: &'l Lexicon, head: usize) -> Option<(&'l Head, usize)> {
    longest(doc, head, |phrase| lexicon.head(phrase))
}

/// Whether the noun phrase headed by token `head` names a weapon or a vehicle.
pub(super) fn known_thing(doc: &Doc<'_>, lexicon: &Lexicon, head: usize) -> Option<(EntityKind, usize)> {
    match longest(doc, head, |phrase| lexicon.thing(phrase)) {
        Some((Thing::Is(kind), start)) => Some((kind, start)),
        Some((Thing::OrPerson(kind), start)) => is_driven(doc, lexicon, head).then_some((kind, start)),
        Some((Thing::Neither, _)) => None,
        None => lexicon.named_thing(doc.word(head)).map(|kind| (kind, head)),
    }
}

/// Whether the words around a noun speak of a vehicle: "a coach carrying 40 pupils overturned", "aboard the coach".
fn is_driven(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    let verb = doc.head(i);
    let aboard = doc.dep(i) == Dep::Pobj && lexicon.is(WordClass::VehiclePreposition, doc.word(verb));
    let doing = matches!(doc.dep(i), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj) && lexicon.drives(doc.lemma(verb));
    let described = doc.children(i).any(|c| {
        let clause = matches!(doc.dep(c), Dep::Acl | Dep::Relcl | Dep::Amod) && lexicon.drives(doc.lemma(c));
        let load =
            matches!(doc.word(c), "of" | "with") && doc.children(c).any(|o| lexicon.is(WordClass::Rider, doc.lemma(o)));
        clause || load
    });
    aboard || doing || described
}

/// Whether token `i` modifies a noun instead of heading a phrase.
pub(super) fn is_modifier(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.dep(i), Dep::Compound | Dep::Amod | Dep::Nummod | Dep::Quantmod | Dep::Det)
        || (doc.dep(i) == Dep::Nmod && doc.head(i) > i)
}

/// The article, demonstrative or other determiner of the noun phrase headed by `head`, in lower case.
pub(super) fn determiner(doc: &Doc<'_>, head: usize) -> Option<String> {
    doc.children(head).find(|c| doc.dep(*c) == Dep::Det && *c < head).map(|c| doc.word(c).to_lowercase())
}

/// Whether the noun phrase is definite by its determiner.
pub(super) fn is_definite(doc: &Doc<'_>, head: usize) -> bool {
    matches!(determiner(doc, head).as_deref(), Some("the" | "this" | "that" | "these" | "those"))
}

/// Whether token `i` is a plural noun.
pub(super) fn is_plural(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.tokens()[i].tag, Tag::Nns | Tag::Nnps)
}

/// The words of a noun phrase up to its head: determiners, numbers, possessives and quantities left out.
pub(super) fn core(doc: &Doc<'_>, lexicon: &Lexicon, head: usize) -> Range<usize> {
    let sentence = doc.sentence_of(head);
    let mut start = head;
    // Only an unbroken run of modifiers belongs to the phrase: a parenthesis or a comma ends it.
    while start > sentence.start {
        let i = start - 1;
        let inside = std::iter::once(i).chain(doc.ancestors(i)).take_while(|a| *a != head).all(|a| {
            matches!(doc.dep(a), Dep::Compound | Dep::Amod | Dep::Nmod | Dep::Npadvmod | Dep::Punct | Dep::Advmod)
        });
        let joins = doc.pos(i) != Pos::Punct || doc.word(i) == "-";
        if !(inside && joins && doc.subtree(head).contains(&i)) {
            break;
        }
        start = i;
    }
    while start < head && (is_quantity(doc, lexicon, start) || doc.word(start) == "-") {
        start += 1;
    }
    start..head + 1
}

/// Whether a modifier only counts or picks out ("several", "most", "other", "additional").
fn is_quantity(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    let word = doc.word(i).to_lowercase();
    // "first responders" are no first ones.
    lexicon.is(WordClass::Quantity, &word) && !(word == "first" && i + 1 < doc.len() && doc.lemma(i + 1) == "responder")
}
