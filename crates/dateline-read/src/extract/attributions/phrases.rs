//! Attributions without a verb: "according to X", "reports that", "a claim by X that", "reportedly".

use std::ops::Range;

use super::clauses;
use super::cues::{CueClass, Cues};
use super::{Draft, spans};
use crate::extract::Story;
use crate::extract::bulletin;
use crate::extract::entities::Entities;
use crate::extract::quotes::Quotation;
use crate::nlp::{Dep, Doc, EntityType, Pos, Stopped};
use crate::words::WordClass;

/// Finds them, in text order.
pub(super) fn find(
    story: &Story<'_>,
    entities: &Entities,
    cues: &Cues,
    quotations: &[Quotation],
    drafts: &mut Vec<Draft>,
) -> Result<(), Stopped> {
    let doc = story.doc;
    let parts = bulletin::parts(story, entities);
    let speaks = |s: &usize| !parts[*s].is_some_and(|part| part.is_headed_by(doc.sentences()[*s].clone()));
    drafts.extend((0..doc.sentences().len()).filter(speaks).filter_map(|s| colon(doc, s)));
    drafts.extend(quotations.iter().filter_map(|q| dash(doc, q).or_else(|| introduced(doc, q))));
    drafts.extend(interview(doc));
    for i in 0..doc.len() {
        let draft = match doc.pos(i) {
            Pos::Noun => noun(doc, cues, i),
            Pos::Adv => adverb(doc, cues, i),
            _ => according(doc, i),
        };
        story.work(1 + draft.as_ref().map_or(0, Draft::words))?;
        drafts.extend(draft);
    }
    Ok(())
}

/// "Minister: Talks Will Go On" and the speakers of a transcript: a name, a colon and a clause.
fn colon(doc: &Doc<'_>, sentence: usize) -> Option<Draft> {
    const LONGEST_NAME: usize = 6;
    let tokens = doc.sentences()[sentence].clone();
    let first = tokens.clone().find(|i| doc.pos(*i) != Pos::Space)?;
    let colon = (first + 1..tokens.end.min(first + LONGEST_NAME + 1)).find(|i| doc.word(*i) == ":")?;
    // Only at the start of a line: within a paragraph a colon mostly announces a list.
    let before = doc.text()[..doc.tokens()[first].start as usize].trim_end_matches([' ', '\t']);
    let proper = (first..colon).all(|i| matches!(doc.pos(i), Pos::Propn | Pos::Punct | Pos::Noun | Pos::Adj));
    let source = (first..colon).rev().find(|i| matches!(doc.pos(*i), Pos::Propn))?;
    let clause = (colon + 1..tokens.end).any(|i| matches!(doc.pos(i), Pos::Verb | Pos::Aux));
    if !(before.is_empty() || before.ends_with('\n')) || !proper || !clause {
        return None;
    }
    // A transcript's speaker goes on to the end of the line.
    let start = doc.tokens()[colon].end as usize;
    let line = doc.text()[start..].find('\n').map_or(doc.text().len(), |n| start + n);
    let end = doc.token_at(line.saturating_sub(1)).map_or(doc.len(), |i| i + 1).max(tokens.end);
    let mut draft = Draft::new(colon..colon + 1, colon, CueClass::Say);
    draft.source = Some(source);
    draft.content = spans::without(doc, colon + 1..end, &[]);
    (!draft.content.is_empty()).then_some(draft)
}

/// `"The water was gone." - Ann Berg`: a quotation signed by a name.
fn dash(doc: &Doc<'_>, quotation: &Quotation) -> Option<Draft> {
    let at = quotation.tokens.end
        + usize::from(quotation.tokens.end < doc.len() && doc.pos(quotation.tokens.end) == Pos::Space);
    if at + 1 >= doc.len() || !matches!(doc.word(at), "―" | "—" | "–" | "--" | "-") {
        return None;
    }
    let name = doc.entity_at(at + 1).filter(|e| matches!(e.kind, EntityType::Person | EntityType::Org))?;
    let mut draft = Draft::new(at..at + 1, at, CueClass::Say);
    draft.source = Some(name.tokens.end - 1);
    draft.content = vec![quotation.tokens.clone()];
    Some(draft)
}

/// "And from Chairwoman Rosa Ward:", "Statement of the minister:": a line without a verb that ends in a colon, and the
/// quotation below it.
fn introduced(doc: &Doc<'_>, quotation: &Quotation) -> Option<Draft> {
    const LONGEST: usize = 20;
    let word = |i: &usize| doc.pos(*i) != Pos::Space;
    let colon = (0..quotation.tokens.start).rev().find(word).filter(|i| doc.word(*i) == ":")?;
    let apart = doc.text()[doc.tokens()[colon].end as usize..doc.tokens()[quotation.tokens.start].start as usize]
        .contains('\n');
    let line = doc.text()[..doc.tokens()[colon].start as usize].rfind('\n').map_or(0, |n| n + 1);
    let start = (0..colon).rev().take_while(|i| doc.tokens()[*i].start as usize >= line && word(i)).last()?;
    let intro = start..colon;
    if !apart || intro.len() > LONGEST || intro.clone().any(|i| matches!(doc.pos(i), Pos::Verb | Pos::Aux)) {
        return None;
    }
    let named = |kind: EntityType| {
        intro.clone().find(|i| doc.entity_at(*i).is_some_and(|e| e.kind == kind && e.tokens.end == i + 1))
    };
    let object = || {
        intro
            .clone()
            .rev()
            .find(|i| doc.dep(*i) == Dep::Pobj && matches!(doc.lemma(doc.head(*i)), "from" | "by" | "of"))
    };
    let mut draft = Draft::new(colon..colon + 1, colon, CueClass::Say);
    draft.source = Some(named(EntityType::Person).or_else(|| named(EntityType::Org)).or_else(object)?);
    draft.content = vec![quotation.tokens.clone()];
    Some(draft)
}

/// An interview with labels: "Q: ... A: ...". Questions and answers are nobody's account but the speakers'; what is
/// answered is said by whom the questions address, if by name.
fn interview(doc: &Doc<'_>) -> Vec<Draft> {
    const LONGEST: usize = 400;
    // Wrapped lines are joined: a label may stand behind the full stop of the line before.
    let begins = |i: usize| {
        let line = doc.text()[..doc.tokens()[i].start as usize].trim_end_matches(' ');
        line.is_empty() || line.ends_with(['\n', '.', '?', '!', '”', '"'])
    };
    // Token of the label, first token behind it, whether it asks.
    let label = |i: usize| {
        let (word, dotted) = doc.word(i).strip_suffix('.').map_or((doc.word(i), false), |w| (w, true));
        let asks = matches!(word, "Q" | "Question");
        let known = asks || matches!(word, "A" | "Answer");
        let marked = known && (dotted || i + 1 < doc.len() && matches!(doc.word(i + 1), ":" | "."));
        (marked && begins(i)).then(|| (i, i + 2 - usize::from(dotted), asks))
    };
    let turns: Vec<(usize, usize, bool)> = (0..doc.len()).filter_map(label).collect();
    if !turns.first().is_some_and(|(.., asks)| *asks) || turns.iter().all(|(.., asks)| *asks) {
        return Vec::new();
    }
    let end = |n: usize| turns.get(n + 1).map_or(doc.len(), |(i, ..)| *i);
    let called = |i: &usize| {
        doc.entity_at(*i).is_some_and(|e| e.kind == EntityType::Person && e.tokens.end == i + 1)
            && i + 1 < doc.len()
            && matches!(doc.word(i + 1), "?" | ",")
            && (i.saturating_sub(5)..*i).any(|c| doc.word(c) == ",")
    };
    let addressed = (0..turns.len()).filter(|n| turns[*n].2).find_map(|n| (turns[n].1..end(n)).find(called));
    let draft = |(n, (at, start, asks)): (usize, &(usize, usize, bool))| {
        let mut draft = Draft::new(*at..at + 1, *at, if *asks { CueClass::Ask } else { CueClass::Say });
        draft.source = addressed.filter(|_| !asks);
        draft.content = spans::without(doc, *start..end(n).min(start + LONGEST).max(*start), &[]);
        (!draft.content.is_empty()).then_some(draft)
    };
    turns.iter().enumerate().filter_map(draft).collect()
}

/// "according to the ministry", "per the report", "in the view of critics".
fn according(doc: &Doc<'_>, i: usize) -> Option<Draft> {
    if !doc.word(i).eq_ignore_ascii_case("according") {
        return None;
    }
    let to = doc.children(i).find(|c| doc.word(*c) == "to").unwrap_or(i);
    let object = doc.child(to, Dep::Pobj)?;
    let mut draft = Draft::new(i..to + 1, i, CueClass::Say);
    draft.source = Some(object);
    let phrase = doc.subtree(i);
    draft.content = spans::without(doc, governed(doc, i), &[phrase]);
    (!draft.content.is_empty()).then_some(draft)
}

/// The clause that an adverbial comments on: that of the nearest verb above it, else the whole sentence.
fn governed(doc: &Doc<'_>, i: usize) -> Range<usize> {
    let clause = |a: &usize| {
        matches!(doc.pos(*a), Pos::Verb | Pos::Aux)
            && (doc.is_root(*a) || !matches!(doc.dep(*a), Dep::Xcomp | Dep::Acl | Dep::Aux | Dep::Auxpass))
    };
    let verb = doc.ancestors(i).find(clause);
    verb.map_or_else(|| doc.sentence_of(i), |v| doc.subtree(v))
}

/// "reportedly", "allegedly": nobody in particular says so.
fn adverb(doc: &Doc<'_>, cues: &Cues, i: usize) -> Option<Draft> {
    let class = cues.word(Pos::Adv, &doc.lemma(i).to_lowercase())?;
    let mut draft = Draft::new(i..i + 1, i, class);
    draft.content = spans::without(doc, governed(doc, i), std::slice::from_ref(&draft.cue));
    (!draft.content.is_empty()).then_some(draft)
}

/// "the claim that", "fears that", "a statement by the army that".
fn noun(doc: &Doc<'_>, cues: &Cues, i: usize) -> Option<Draft> {
    let class = cues.word(Pos::Noun, &doc.lemma(i).to_lowercase())?;
    let clause = doc.children(i).find(|c| {
        let clausal = matches!(doc.dep(*c), Dep::Acl | Dep::Ccomp | Dep::Relcl) && *c > i;
        clausal && doc.children(*c).any(|m| doc.dep(m) == Dep::Mark && matches!(doc.lemma(m), "that" | "whether"))
    })?;
    let mut draft = Draft::new(i..i + 1, i, class);
    draft.denied = class == CueClass::Deny;
    draft.source = owner(doc, cues, i);
    draft.content = spans::without(doc, doc.subtree(clause), &[]);
    (!draft.content.is_empty()).then_some(draft)
}

/// Whose words a noun of saying means: possessor, "by", "from" or "of", or the subject that "made" the claim.
fn owner(doc: &Doc<'_>, cues: &Cues, noun: usize) -> Option<usize> {
    let possessor = doc.children(noun).find(|c| doc.dep(*c) == Dep::Poss);
    let by = || {
        let link = doc.children(noun).find(|c| {
            matches!(doc.dep(*c), Dep::Prep | Dep::Agent) && matches!(doc.word(*c), "by" | "from" | "of" | "among")
        })?;
        doc.child(link, Dep::Pobj)
    };
    let made = || {
        let verb = doc.head(noun);
        let light = cues.is(WordClass::StatementMaking, doc.lemma(verb));
        (doc.dep(noun) == Dep::Dobj && light).then(|| clauses::subject(doc, verb)).flatten()
    };
    possessor.or_else(by).or_else(made)
}
