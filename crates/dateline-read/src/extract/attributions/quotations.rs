//! Quotations: who speaks them, and how far they reach.
//!
//! The parser cuts quotations into sentences and ties only the nearest one to the verb of saying, so contents that begin
//! or end in a quotation are completed here; quotations without any verb of saying go to the speaker before.

use std::collections::HashMap;
use std::ops::Range;

use super::cues::{CueClass, Cues};
use super::{Draft, Touching, clauses, spans};
use crate::extract::Story;
use crate::extract::quotes::{self, Quotation};
use crate::nlp::{Dep, Doc, Pos, Stopped};

/// Shortest quotation, in words, that is speech of its own and not a quoted term.
const SPEECH: usize = 4;

/// Completes the contents by the quotations, and finds the speakers of quotations that no draft holds.
pub(super) fn complete(
    story: &Story<'_>,
    cues: &Cues,
    quotations: &[Quotation],
    drafts: &mut Vec<Draft>,
) -> Result<(), Stopped> {
    let doc = story.doc;
    drop_hollow(doc, quotations, drafts);
    for draft in drafts.iter_mut() {
        story.work(1 + draft.words())?;
        extend(doc, quotations, draft);
    }
    let touching = Touching::new(doc, drafts);
    // The draft that each quotation belongs to.
    let mut spoken: Vec<Option<usize>> = Vec::with_capacity(quotations.len());
    for quotation in quotations {
        let middle = (quotation.tokens.start + quotation.tokens.end) / 2;
        let mut around = touching.around(doc, middle);
        story.work(1 + around.len())?;
        // The first that holds most of it, from outside of it.
        spoken.push(around.find(|d| drafts[*d].holds(middle) && !quotation.tokens.contains(&drafts[*d].at)));
    }
    // The first draft of every word that a cue hangs on.
    let mut at: HashMap<usize, usize> = HashMap::new();
    for (d, draft) in drafts.iter().enumerate() {
        at.entry(draft.at).or_insert(d);
    }
    for q in 0..quotations.len() {
        story.work(quotations[q].tokens.len())?;
        if spoken[q].is_none() && words(doc, &quotations[q].tokens) >= SPEECH.min(2) {
            spoken[q] = speaker(doc, cues, quotations, q, drafts, &mut at);
        }
    }
    for q in 1..quotations.len() {
        if spoken[q].is_none()
            && goes_on(story, quotations, q)
            && let Some(d) = spoken[q - 1]
        {
            drafts[d].content.push(quotations[q].tokens.clone());
            spoken[q] = Some(d);
        }
    }
    for draft in drafts.iter_mut() {
        draft.content = spans::joined(std::mem::take(&mut draft.content));
    }
    Ok(())
}

fn words(doc: &Doc<'_>, tokens: &Range<usize>) -> usize {
    tokens.clone().filter(|i| !matches!(doc.pos(*i), Pos::Punct | Pos::Space)).count()
}

/// Inside of a quotation "I think" and "we know" are the speaker's own words, not a source reported.
fn drop_hollow(doc: &Doc<'_>, quotations: &[Quotation], drafts: &mut Vec<Draft>) {
    drafts.retain(|d| {
        let quoted = quotes::at(quotations, d.at).is_some();
        let first_person = d.source.is_some_and(|s| matches!(doc.word(s).to_lowercase().as_str(), "i" | "we" | "you"));
        !(quoted && first_person)
    });
}

/// A content that meets a quotation from outside takes all of it.
fn extend(doc: &Doc<'_>, quotations: &[Quotation], draft: &mut Draft) {
    let first = draft.content.iter().map(|r| r.start).min().unwrap_or(0);
    let end = draft.content.iter().map(|r| r.end).max().unwrap_or(0);
    let beside = &quotations[quotations.partition_point(|q| q.tokens.end <= first)..];
    let beside = beside.iter().take_while(|q| q.tokens.start < end);
    for quotation in beside.filter(|q| !q.tokens.contains(&draft.at)) {
        let meets = draft.content.iter().any(|r| r.start < quotation.tokens.end && quotation.tokens.start < r.end);
        let near = draft.content.iter().any(|r| {
            r.contains(&quotation.tokens.start)
                || r.contains(&(quotation.tokens.end - 1))
                || quotation.tokens.contains(&r.start) && quotation.tokens.contains(&(r.end - 1))
        });
        let beside = || {
            // `"...", he said`: only punctuation between the mark and the cue's clause.
            let clause = draft.source.map_or(draft.cue.clone(), |s| draft.cue.start.min(s)..draft.cue.end.max(s + 1));
            let gap = if quotation.tokens.end <= clause.start {
                quotation.tokens.end..clause.start
            } else {
                clause.end..quotation.tokens.start
            };
            gap.len() <= 12
        };
        if meets && near && (beside() || draft.content.iter().any(|r| r.contains(&quotation.tokens.start))) {
            draft.content.push(quotation.tokens.clone());
        }
    }
    let hole = [draft.cue.clone()];
    let joined = spans::joined(std::mem::take(&mut draft.content));
    draft.content = joined.into_iter().flat_map(|r| spans::without(doc, r, &hole)).collect();
}

/// Finds who speaks a quotation that no clause holds: a verb beside it, or the split first half before it.
fn speaker(
    doc: &Doc<'_>,
    cues: &Cues,
    quotations: &[Quotation],
    q: usize,
    drafts: &mut Vec<Draft>,
    at: &mut HashMap<usize, usize>,
) -> Option<usize> {
    let quotation = &quotations[q];
    let content = || vec![quotation.tokens.clone()];
    // `"...," Ann snapped.` and `Ann laughed: "..."`.
    for verb in verbs_beside(doc, quotations, quotation) {
        if let Some(d) = at.get(&verb).copied() {
            let fits = matches!(
                drafts[d].class,
                CueClass::Say | CueClass::Ask | CueClass::Deny | CueClass::Judge | CueClass::Think
            );
            if fits && words(doc, &quotation.tokens) >= SPEECH {
                drafts[d].content.push(quotation.tokens.clone());
                return Some(d);
            }
            continue;
        }
        let Some(source) = clauses::subject(doc, verb) else { continue };
        let known = cues.verb(&doc.lemma(verb).to_lowercase()).is_some();
        let comma = speech_mark(doc, quotation, verb);
        if (known || comma) && words(doc, &quotation.tokens) >= if comma { 2 } else { SPEECH } {
            let mut draft = Draft::new(spans::verb_cue(doc, verb), verb, CueClass::Say);
            draft.source = Some(source);
            draft.content = content();
            drafts.push(draft);
            at.insert(verb, drafts.len() - 1);
            return Some(drafts.len() - 1);
        }
    }
    None
}

/// Whether a comma or colon ties the verb's clause to the quotation, as speech is tied.
fn speech_mark(doc: &Doc<'_>, quotation: &Quotation, verb: usize) -> bool {
    let tokens = &quotation.tokens;
    if verb >= tokens.end {
        let last = quotation.inside().end - 1;
        matches!(doc.word(last), "," | "?" | "!") || doc.word(tokens.end.min(doc.len() - 1)) == ","
    } else {
        tokens.start > 0 && matches!(doc.word(tokens.start - 1), "," | ":")
    }
}

/// The verbs whose clause stands right after or right before a quotation, the one after it first.
fn verbs_beside(doc: &Doc<'_>, quotations: &[Quotation], quotation: &Quotation) -> Vec<usize> {
    let mut verbs = Vec::new();
    let free = |i: &usize| quotes::at(quotations, *i).is_none();
    let finite = |i: &usize| {
        doc.pos(*i) == Pos::Verb
            && free(i)
            && !matches!(doc.dep(*i), Dep::Relcl | Dep::Acl | Dep::Xcomp | Dep::Amod | Dep::Compound | Dep::Pcomp)
    };
    let end = quotation.tokens.end;
    if end < doc.len() {
        let same_line =
            |i: &usize| !doc.text()[doc.tokens()[end - 1].end as usize..doc.tokens()[*i].start as usize].contains('\n');
        let sentence = doc.sentence_of(end);
        // After a full stop inside of the marks a new sentence begins that need not speak of this quotation.
        let stops = matches!(doc.word(quotation.inside().end - 1), ".");
        if !stops {
            verbs.extend((end..sentence.end.min(end + 25)).take_while(|i| same_line(i)).find(finite));
        }
    }
    let start = quotation.tokens.start;
    if start > 0 {
        let sentence = doc.sentence_of(start - 1);
        let tied = matches!(doc.word(start - 1), "," | ":")
            || doc.tokens()[start].sentence == doc.tokens()[start - 1].sentence;
        if tied {
            verbs.extend((sentence.start.max(start.saturating_sub(25))..start).rev().find(finite));
        }
    }
    verbs
}

/// Whether a quotation goes on with the speech of the one before it: after `he said.` in the same paragraph, or as a
/// paragraph of its own after one that was quoted.
fn goes_on(story: &Story<'_>, quotations: &[Quotation], q: usize) -> bool {
    let doc = story.doc;
    let (before, this) = (&quotations[q - 1].tokens, &quotations[q].tokens);
    let starts_sentence = doc.sentence_of(this.start).start == this.start
        || this.start > 0
            && (doc.pos(this.start - 1) == Pos::Space || matches!(doc.word(this.start - 1), "." | "”" | "\""));
    if !starts_sentence || words(doc, this) < SPEECH {
        return false;
    }
    let between = before.end..this.start;
    let sentences_between = if between.is_empty() {
        0
    } else {
        doc.tokens()[between.end - 1].sentence - doc.tokens()[before.end - 1].sentence
    };
    let paragraphs =
        story.paragraph(story.sentence(this.start)).abs_diff(story.paragraph(story.sentence(before.end - 1)));
    paragraphs <= 1 && sentences_between <= 1 && between.len() <= 40
}
