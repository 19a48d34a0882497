//! Parts of a claim's number: "including six children and four women", "They included ...", "four of them children".

use std::ops::Range;

use super::Context;
use super::group::Group;
use super::people::group;
use crate::nlp::{Dep, Pos};
use crate::record::Breakdown;
use crate::words::WordClass;

/// A list of parts and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    /// The words, which state no claim of their own.
    pub(crate) tokens: Range<usize>,
    /// The parts.
    pub(crate) breakdown: Breakdown,
    /// How many people the list speaks of at least.
    pub(crate) low: Option<u64>,
    /// Whether the list goes on from an earlier sentence ("They included ...").
    pub(crate) continues: bool,
}

/// The lists of parts in a sentence.
pub(crate) fn find(cx: &Context<'_>, sentence: Range<usize>) -> Vec<Parts> {
    let doc = cx.doc;
    let mut found = Vec::new();
    for i in sentence.clone() {
        let word = doc.word(i).to_ascii_lowercase();
        let list = match word.as_str() {
            "including" | "included" | "include" => {
                doc.child(i, Dep::Pobj).or_else(|| doc.child(i, Dep::Dobj)).or_else(|| doc.child(i, Dep::Pcomp))
            }
            // "among them six children"
            "among" => doc
                .child(i, Dep::Pobj)
                .filter(|p| matches!(doc.word(*p).to_ascii_lowercase().as_str(), "them" | "whom"))
                .and_then(|p| next_noun(cx, p, sentence.end)),
            // "six of them children", "four of whom were women"
            "them" | "whom"
                if i >= 2 && doc.word(i - 1).eq_ignore_ascii_case("of") && cx.number_at(i - 2).is_some() =>
            {
                if let Some(parts) = of_them(cx, i, sentence.end) {
                    found.push(parts);
                }
                continue;
            }
            _ => None,
        };
        let Some(group) = list.and_then(|head| group(cx, head)) else { continue };
        let subject = doc.child(i, Dep::Nsubj);
        let continues = subject.is_some_and(|s| backward(cx, s));
        let (start, end) = (i.min(group.tokens.start), group.tokens.end);
        found.push(Parts { tokens: start..end, breakdown: group.breakdown, low: group.low, continues });
    }
    found
}

/// Whether a subject refers to the people of an earlier sentence.
fn backward(cx: &Context<'_>, subject: usize) -> bool {
    cx.lexicon.is(WordClass::Harmed, &cx.doc.word(subject).to_ascii_lowercase())
}

fn next_noun(cx: &Context<'_>, from: usize, end: usize) -> Option<usize> {
    (from + 1..end.min(from + 7)).find(|i| {
        cx.doc.pos(*i) == Pos::Noun
            && !matches!(cx.doc.dep(*i), Dep::Compound)
            && cx.lexicon.people(&cx.doc.lemma(*i).to_lowercase()).is_some()
    })
}

fn of_them(cx: &Context<'_>, them: usize, end: usize) -> Option<Parts> {
    let number = cx.number_at(them - 2)?;
    let noun = next_noun(cx, them, end.min(them + 5))?;
    let class = cx.lexicon.people(&cx.doc.lemma(noun).to_lowercase());
    let mut part = Group::counted(number, noun, number.tokens.start..noun + 1, 0.9);
    super::group::parts(&mut part, class, number.best);
    Some(Parts { tokens: part.tokens, breakdown: part.breakdown, low: part.low, continues: false })
}
