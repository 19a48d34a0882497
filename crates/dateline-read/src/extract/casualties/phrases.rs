//! The words around a noun for people: their name, what they are called, their side, and what shows them to be no people.

use std::ops::Range;

use super::Context;
use crate::extract::entities::{EntityId, MentionForm};
use crate::extract::numbers::Number;
use crate::nlp::{Dep, EntityType, Pos, Tag};
use crate::record::EntityKind;
use crate::words::WordClass;

/// The name of the person that the noun is or stands beside ("the group's leader, John Doe").
pub(crate) fn named(cx: &Context<'_>, noun: usize) -> Option<String> {
    let of_token = |i: usize| {
        if let Some(m) =
            cx.entities.headed_by(i).filter(|m| m.kind == EntityKind::Person && m.form != MentionForm::Pronoun)
        {
            let name = &cx.entities.list[m.entity].name;
            // A description stands for a person only where the article names that person.
            let last = name.split_whitespace().next_back().unwrap_or_default();
            let names = last.starts_with(char::is_uppercase) && cx.lexicon.people(&last.to_lowercase()).is_none();
            return (m.form == MentionForm::Name || names).then(|| name.clone());
        }
        let entity = cx.doc.entity_at(i).filter(|e| e.kind == EntityType::Person && e.tokens.end == i + 1)?;
        Some(cx.doc.span_text(entity.tokens.clone()).to_owned())
    };
    if plural(cx, noun) || cx.doc.pos(noun) == Pos::Pron || cx.doc.pos(noun) == Pos::Num {
        return None;
    }
    of_token(noun).or_else(|| cx.doc.children(noun).filter(|c| cx.doc.dep(*c) == Dep::Appos).find_map(of_token))
}

/// Whether a noun is in the plural.
pub(crate) fn plural(cx: &Context<'_>, noun: usize) -> bool {
    matches!(cx.doc.tokens()[noun].tag, Tag::Nns | Tag::Nnps)
}

/// Nouns for people that no table lists: members of a nation or movement, agents in -er, -ist, -man.
pub(crate) fn people_like(cx: &Context<'_>, noun: usize) -> bool {
    let lemma = cx.doc.lemma(noun).to_ascii_lowercase();
    let named = cx.doc.entity_at(noun).is_some_and(|e| matches!(e.kind, EntityType::Norp | EntityType::Person));
    named || cx.lexicon.book().ends(WordClass::PersonEnding, &lemma) || lemma == "them"
}

/// Numbers that count no people whatever the noun: "13 percent", "27-year-old", "$5".
pub(crate) fn unit_follows(cx: &Context<'_>, head: usize, number: Option<&Number>) -> bool {
    let Some(n) = number else { return false };
    let after = n.tokens.end;
    let word = |i: usize| if i < cx.doc.len() { cx.doc.word(i) } else { "" };
    let money = n.tokens.start > 0 && matches!(word(n.tokens.start - 1), "$" | "€" | "£");
    let age = word(after) == "-" && word(after + 1).starts_with("year");
    let old = head == after - 1 && cx.lexicon.is(WordClass::NoPeople, word(after));
    money || age || old
}

/// The noun with its modifiers, without number and article.
pub(crate) fn called(cx: &Context<'_>, noun: usize, number: Option<&Number>) -> Option<Range<usize>> {
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
