//! Deaths that nobody did: "died peacefully at home", "died of cancer at the age of 88".
//!
//! They count where the story is about the death, and never as the toll of an attack that the dead once told of.

use super::Context;
use crate::nlp::Dep;
use crate::words::WordClass;

/// An age at which people die of it.
const OLD: u64 = 70;

/// Whether the death told at token `t` came by nature.
pub(crate) fn is(cx: &Context<'_>, t: usize) -> bool {
    let doc = cx.doc;
    if !cx.lexicon.is(WordClass::DeathTold, doc.lemma(t)) {
        return false;
    }
    // "Died peacefully", "died surrounded by her family"
    let gentle = doc.children(t).any(|c| {
        cx.lexicon.is_word(WordClass::Gently, doc, c)
            || doc.lemma(c) == "surround" && matches!(doc.dep(c), Dep::Advcl | Dep::Acl)
    });
    gentle || doc.children(t).filter(|c| doc.dep(*c) == Dep::Prep).any(|c| cause(cx, c))
}

/// Whether a prepositional phrase tells a natural cause.
fn cause(cx: &Context<'_>, prep: usize) -> bool {
    let doc = cx.doc;
    let Some(object) = doc.child(prep, Dep::Pobj) else { return false };
    let natural = |i: usize| cx.lexicon.is(WordClass::Natural, &doc.lemma(i).to_ascii_lowercase());
    let old = doc.lemma(object) == "age"
        && doc.subtree(object).any(|i| doc.word(i) == "old" || cx.number_at(i).and_then(|n| n.best) >= Some(OLD));
    let asleep = doc.lemma(object) == "sleep" && doc.word(prep).eq_ignore_ascii_case("in");
    let sick = matches!(doc.word(prep).to_ascii_lowercase().as_str(), "of" | "from" | "after" | "to")
        && (natural(object) || doc.children(object).any(natural));
    old || asleep || sick
}
