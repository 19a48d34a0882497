//! Third-person pronouns: to the most prominent mention that agrees, or to none.
//!
//! Every noun phrase nearby competes, also those that are no entities ("the raid"): where one of them wins, or two
//! entities are about equal, the pronoun stays unlinked. Prominence after the usual hierarchy (subject before object
//! before the rest, main clause before dependent clause, near before far).

use super::lexicon::Lexicon;
use super::phrase;
use super::{EntityId, Mention, MentionForm};
use crate::extract::Story;
use crate::extract::quotes::Quotation;
use crate::nlp::{Dep, Doc, Pos, Stopped, Tag};
use crate::record::{EntityKind, Sector};
use crate::words::WordClass;

/// How many sentences back a person, and anything else, can lie.
const REACH: usize = 2;
/// Two candidates closer than this are a tie.
const MARGIN: f64 = 0.3;
/// How far, in tokens, another mention can lie, and how deep a sentence is read: endless sentences are longer.
const WINDOW: usize = 600;
const DEEP: usize = 60;
/// Clauses inside each other that count.
const DEEPEST: usize = 4;

/// What agreement needs to know of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreement {
    pub kind: EntityKind,
    pub plural: bool,
    pub country: bool,
    /// Spokespeople and officials talk about others.
    pub speaks_for_others: bool,
    pub gender: Option<Gender>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Female,
    Male,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Person(Gender),
    Thing,
    Plural,
}

fn class(word: &str) -> Option<(Class, bool)> {
    Some(match word {
        "he" | "him" | "his" => (Class::Person(Gender::Male), false),
        "himself" => (Class::Person(Gender::Male), true),
        "she" | "her" | "hers" => (Class::Person(Gender::Female), false),
        "herself" => (Class::Person(Gender::Female), true),
        "it" | "its" => (Class::Thing, false),
        "itself" => (Class::Thing, true),
        "they" | "them" | "their" | "theirs" => (Class::Plural, false),
        "themselves" => (Class::Plural, true),
        _ => return None,
    })
}

/// A noun phrase that a pronoun could mean.
struct Candidate {
    head: usize,
    entity: Option<EntityId>,
    agreement: Option<Agreement>,
    /// Whether the noun is one for a person; asked for nouns that are no entities.
    person: bool,
}

/// Links pronouns. `mentions` are the names and descriptions in text order, `agreement` is by entity.
pub(super) fn link(
    story: &Story<'_>,
    lexicon: &Lexicon,
    mentions: &[Mention],
    agreement: &[Agreement],
    quotations: &[Quotation],
) -> Result<Vec<Mention>, Stopped> {
    let doc = story.doc;
    let mut by_sentence: Vec<Vec<Candidate>> = (0..doc.sentences().len()).map(|_| Vec::new()).collect();
    let mut entity_at = vec![None; doc.len()];
    let mut inside_name = vec![false; doc.len()];
    for m in mentions {
        entity_at[m.head] = Some(m.entity);
        if m.form == MentionForm::Name {
            inside_name[m.tokens.clone()].fill(true);
        }
    }
    for i in 0..doc.len() {
        let entity = entity_at[i];
        let noun = matches!(doc.pos(i), Pos::Noun) && !phrase::is_modifier(doc, i) && !inside_name[i];
        let named = entity.is_some() && (!phrase::is_modifier(doc, i) || doc.dep(i) == Dep::Nmod);
        if noun || named {
            let agreement = entity.map(|e| agreement[e]);
            let person = entity.is_none() && phrase::known_head(doc, lexicon, i).is_some_and(|(h, _)| h.person);
            by_sentence[doc.tokens()[i].sentence as usize].push(Candidate { head: i, entity, agreement, person });
        }
    }
    let mut in_quote = vec![u32::MAX; doc.len()];
    for (q, quotation) in quotations.iter().enumerate() {
        in_quote[quotation.tokens.clone()].fill(q as u32);
    }
    let mut links: Vec<Mention> = Vec::new();
    let mut gender: Vec<Option<Gender>> = agreement.iter().map(|a| a.gender).collect();
    for i in 0..doc.len() {
        if !matches!(doc.tokens()[i].tag, Tag::Prp | Tag::PrpS) {
            continue;
        }
        let Some((class, reflexive)) = class(&doc.word(i).to_lowercase()) else { continue };
        if class == Class::Thing && is_expletive(doc, lexicon, i) {
            continue;
        }
        story.work(WINDOW)?;
        let found = if reflexive {
            subject_of(doc, i).and_then(|s| {
                entity_at[s].or_else(|| Some(links[links.binary_search_by_key(&s, |m| m.head).ok()?].entity))
            })
        } else {
            best(doc, lexicon, i, class, &by_sentence, &links, agreement, &gender, &in_quote)
        };
        let Some(entity) = found else { continue };
        let kind = agreement[entity].kind;
        if let Class::Person(g) = class {
            if kind != EntityKind::Person {
                continue;
            }
            gender[entity].get_or_insert(g);
        }
        links.push(Mention { entity, tokens: i..i + 1, head: i, kind, form: MentionForm::Pronoun });
    }
    Ok(links)
}

/// The tokens above a token, as far up as sentences of news are deep.
fn above(doc: &Doc<'_>, i: usize) -> impl Iterator<Item = usize> {
    doc.ancestors(i).take(DEEP)
}

/// "It is clear that", "it was the largest raid", "it rained": no reference to an actor.
fn is_expletive(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    let head = doc.head(i);
    doc.dep(i) == Dep::Expl
        || doc.dep(i) == Dep::Nsubj
            && doc.lemma(head) == "be"
            && doc.children(head).any(|c| matches!(doc.dep(c), Dep::Attr | Dep::Acomp | Dep::Ccomp | Dep::Advcl | Dep::Prep))
        || matches!(doc.dep(i), Dep::Nsubj | Dep::Nsubjpass)
            && lexicon.is(WordClass::Expletive, doc.lemma(head))
        // "it is believed that"
        || doc.dep(i) == Dep::Nsubjpass && doc.children(head).any(|c| doc.dep(c) == Dep::Ccomp)
}

/// The subject of the clause that token `i` stands in.
fn subject_of(doc: &Doc<'_>, i: usize) -> Option<usize> {
    let verb = above(doc, i).find(|a| matches!(doc.pos(*a), Pos::Verb | Pos::Aux))?;
    doc.children(verb).find(|c| matches!(doc.dep(*c), Dep::Nsubj | Dep::Nsubjpass))
}

/// Clause boundaries between a token and the root of its sentence, as far as they count.
fn depth(doc: &Doc<'_>, i: usize) -> usize {
    std::iter::once(i)
        .chain(above(doc, i))
        .filter(|a| {
            matches!(
                doc.dep(*a),
                Dep::Ccomp | Dep::Advcl | Dep::Relcl | Dep::Acl | Dep::Csubj | Dep::Pcomp | Dep::Xcomp
            )
        })
        .take(DEEPEST)
        .count()
}

/// Whether the verb reports speech.
pub(super) fn reports(doc: &Doc<'_>, lexicon: &Lexicon, verb: usize) -> bool {
    lexicon.is(WordClass::Reporting, doc.lemma(verb))
}

#[allow(clippy::too_many_arguments)]
fn best(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    i: usize,
    class: Class,
    by_sentence: &[Vec<Candidate>],
    links: &[Mention],
    agreement: &[Agreement],
    gender: &[Option<Gender>],
    in_quote: &[u32],
) -> Option<EntityId> {
    let sentence = doc.tokens()[i].sentence as usize;
    let verb = doc.head(i);
    let subject = matches!(doc.dep(i), Dep::Nsubj | Dep::Nsubjpass);
    let speaks = subject && reports(doc, lexicon, verb);
    let mut scored: Vec<(f64, Option<EntityId>)> = Vec::new();
    let score = |head: usize, far: usize, entity: Option<EntityId>, pronoun: bool| -> f64 {
        let place = match role(doc, head) {
            Dep::Nsubj | Dep::Nsubjpass => 2.0,
            Dep::Dobj | Dep::Dative => 1.0,
            Dep::Agent => 0.8,
            Dep::Poss => 0.6,
            _ => 0.2,
        };
        let named = entity.is_some_and(|e| agreement[e].kind == EntityKind::Person && !agreement[e].plural);
        let parallel = subject && matches!(role(doc, head), Dep::Nsubj | Dep::Nsubjpass);
        4.0 - 1.6 * far as f64 + place - 0.4 * depth(doc, head) as f64
            + if named { 0.4 } else { 0.0 }
            + if parallel { 0.4 } else { 0.0 }
            // A pronoun that was linked keeps its entity in focus.
            + if pronoun { 0.5 } else { 0.0 }
    };
    for far in 0..=REACH.min(sentence) {
        let candidates = &by_sentence[sentence - far];
        let near = candidates.partition_point(|c| c.head + WINDOW < i);
        for candidate in candidates[near..].iter().take_while(|c| c.head < i) {
            let head = candidate.head;
            if far == 0 && binds(doc, i, head) {
                continue;
            }
            if !agrees(doc, class, candidate, gender, speaks) {
                continue;
            }
            // Inside of a quotation the speaker is "I".
            if in_quote[i] != u32::MAX && in_quote[head] != in_quote[i] && is_speaker(doc, lexicon, head) {
                continue;
            }
            if far == 0 && class != Class::Plural && reported_by_official(doc, lexicon, i, head, candidate) {
                continue;
            }
            scored.push((score(head, far, candidate.entity, false), candidate.entity));
        }
    }
    let near = |m: &&Mention| m.head + WINDOW >= i && doc.tokens()[m.head].sentence as usize + REACH >= sentence;
    for link in links.iter().rev().take_while(near) {
        let far = sentence - doc.tokens()[link.head].sentence as usize;
        let same = self::class(&doc.word(link.head).to_lowercase()).is_some_and(|(c, _)| c == class);
        if same && !(far == 0 && binds(doc, i, link.head)) {
            scored.push((score(link.head, far, Some(link.entity), true), Some(link.entity)));
        }
    }
    // "He died as the general did": a name below the pronoun is somebody else.
    let below = |entity: Option<EntityId>| {
        subject
            && entity.is_some_and(|e| {
                let span = doc.subtree(verb);
                let after = &by_sentence[sentence];
                let after = after[after.partition_point(|c| c.head <= i)..].iter();
                after
                    .take_while(|c| c.head <= i + WINDOW)
                    .any(|c| c.entity == Some(e) && span.contains(&c.head) && doc.pos(c.head) == Pos::Propn)
            })
    };
    scored.retain(|(_, e)| !below(*e));
    let (top, winner) = scored.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let rival = scored.iter().filter(|(_, e)| *e != winner).map(|(s, _)| *s).max_by(f64::total_cmp);
    if rival.is_some_and(|r| top - r < MARGIN) {
        return None;
    }
    // Places other than countries do not act; they only compete.
    winner.filter(|e| agreement[*e].kind != EntityKind::Gpe || agreement[*e].country)
}

/// The grammatical role of a noun phrase; conjuncts share the role of the first.
fn role(doc: &Doc<'_>, head: usize) -> Dep {
    let first = std::iter::once(head).chain(above(doc, head)).find(|a| !matches!(doc.dep(*a), Dep::Conj | Dep::Appos));
    let first = first.unwrap_or(head);
    match doc.dep(first) {
        Dep::Pobj if doc.dep(doc.head(first)) == Dep::Agent => Dep::Agent,
        // "13 of them said", "the fighters of the group": inside of the subject.
        other => other,
    }
}

/// Whether the phrase cannot corefer with the pronoun: both are arguments of one verb.
fn binds(doc: &Doc<'_>, i: usize, head: usize) -> bool {
    if doc.dep(i) == Dep::Poss {
        // "the police and their dogs": a possessive may look back, but not at the noun that it determines.
        return doc.head(i) == head || above(doc, head).any(|a| a == doc.head(i));
    }
    let clause = |t: usize| above(doc, t).find(|a| matches!(doc.pos(*a), Pos::Verb | Pos::Aux));
    clause(i) == clause(head) && clause(i).is_some() || above(doc, i).any(|a| a == head)
}

fn is_speaker(doc: &Doc<'_>, lexicon: &Lexicon, head: usize) -> bool {
    matches!(doc.dep(head), Dep::Nsubj) && reports(doc, lexicon, doc.head(head))
}

/// "A U.S. official said he died": an unnamed official speaks of somebody else.
fn reported_by_official(doc: &Doc<'_>, lexicon: &Lexicon, i: usize, head: usize, candidate: &Candidate) -> bool {
    let official = candidate.agreement.is_some_and(|a| a.speaks_for_others);
    official
        && is_speaker(doc, lexicon, head)
        && above(doc, i).any(|a| a == doc.head(head))
        && doc.head(i) != doc.head(head)
}

fn agrees(doc: &Doc<'_>, class: Class, candidate: &Candidate, gender: &[Option<Gender>], speaks: bool) -> bool {
    let i = candidate.head;
    let Some(a) = candidate.agreement else {
        let plural = phrase::is_plural(doc, i) || doc.children(i).any(|c| doc.dep(c) == Dep::Conj);
        let person = candidate.person;
        return match class {
            Class::Person(_) => person && !plural,
            Class::Thing => !person && !plural && !speaks && !is_time_or_manner(doc, i),
            Class::Plural => plural && (person || !speaks),
        };
    };
    match class {
        Class::Person(g) => {
            let own = candidate.entity.and_then(|e| gender[e]);
            a.kind == EntityKind::Person && !a.plural && own.is_none_or(|own| own == g)
        }
        Class::Thing => match a.kind {
            EntityKind::Org => !a.plural,
            EntityKind::Gpe => a.country || !speaks,
            EntityKind::Fac | EntityKind::Loc | EntityKind::Weapon | EntityKind::Vehicle | EntityKind::Event => {
                !speaks && !phrase::is_plural(doc, i)
            }
            _ => false,
        },
        Class::Plural => match a.kind {
            EntityKind::Person | EntityKind::Org | EntityKind::Norp => {
                a.plural || doc.lemma(i) == "police" || a.kind == EntityKind::Norp && phrase::is_plural(doc, i)
            }
            EntityKind::Weapon | EntityKind::Vehicle => !speaks && phrase::is_plural(doc, i),
            _ => false,
        },
    }
}

/// Nouns that a pronoun rarely takes up.
fn is_time_or_manner(doc: &Doc<'_>, i: usize) -> bool {
    doc.entity_at(i).is_some() || matches!(doc.dep(i), Dep::Npadvmod | Dep::Compound)
}

/// Sectors whose members speak for their institution when unnamed.
pub(super) fn is_official(sectors: &[Sector]) -> bool {
    sectors.iter().any(|s| matches!(s, Sector::Gov | Sector::Mil | Sector::Cop | Sector::Eli | Sector::Spy))
}
