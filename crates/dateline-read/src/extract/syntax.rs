//! Deep arguments: who does what to whom, read off a dependency parse.
//!
//! The parse marks surface relations. Passives, shared subjects, control ("vowed to attack"), participles, relative
//! clauses and prepositions attached to an object are undone here, once, so that the event tables can speak of deep
//! subjects and objects. Every walk is bounded by the depth of the tree.

use std::ops::Range;

use crate::nlp::{Dep, Doc, EntityType, Pos, Tag};

/// Verbs whose subject, not object, is the subject of their infinitive.
const SUBJECT_CONTROL: [&str; 4] = ["promise", "threaten", "vow", "use"];

/// Whether token `i` is a verb; "including" and "following" are prepositions.
pub(in crate::extract) fn is_verb(doc: &Doc<'_>, i: usize) -> bool {
    (doc.pos(i) == Pos::Verb && doc.dep(i) != Dep::Prep)
        || (doc.pos(i) == Pos::Aux && doc.child(i, Dep::Nsubj).is_some())
}

/// Whether token `i` is a noun, a name or a number that stands for people.
pub(in crate::extract) fn is_nominal(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.pos(i), Pos::Noun | Pos::Propn | Pos::Pron | Pos::Num | Pos::Adj | Pos::Det)
}

/// Whether a verb is passive: "was killed", "the man killed in", "shot and killed" after "were".
pub(in crate::extract) fn is_passive(doc: &Doc<'_>, v: usize) -> bool {
    if doc.children(v).any(|c| matches!(doc.dep(c), Dep::Auxpass | Dep::Nsubjpass | Dep::Agent | Dep::Csubjpass)) {
        return true;
    }
    if doc.tokens()[v].tag != Tag::Vbn || doc.children(v).any(|c| doc.dep(c) == Dep::Aux && doc.lemma(c) == "have") {
        return false;
    }
    match doc.dep(v) {
        Dep::Acl | Dep::Amod => doc.child(v, Dep::Dobj).is_none(),
        Dep::Conj => {
            let own = doc.children(v).any(|c| matches!(doc.dep(c), Dep::Nsubj | Dep::Dobj));
            !own && doc.head(v) != v && is_passive(doc, doc.head(v))
        }
        // "left ten people dead, reports said killed in ...": a participle without object of its own.
        Dep::Advcl | Dep::Oprd | Dep::Ccomp | Dep::DepOther | Dep::Xcomp => {
            doc.child(v, Dep::Dobj).is_none() && doc.child(v, Dep::Nsubj).is_none()
        }
        // Headlines drop the auxiliary: "Ten killed in blast".
        Dep::Root => doc.child(v, Dep::Dobj).is_none() && doc.child(v, Dep::Nsubj).is_some_and(|s| s < v),
        _ => false,
    }
}

/// Whether a verb is an infinitive with "to".
pub(in crate::extract) fn is_infinitive(doc: &Doc<'_>, v: usize) -> bool {
    doc.children(v).any(|c| doc.dep(c) == Dep::Aux && doc.lemma(c) == "to")
}

/// A nominal and what is coordinated with it.
pub(in crate::extract) fn coordinated(doc: &Doc<'_>, head: usize) -> Vec<usize> {
    let mut all = vec![head];
    let mut at = 0;
    while at < all.len() && all.len() < 32 {
        all.extend(doc.children(all[at]).filter(|c| doc.dep(*c) == Dep::Conj && is_nominal(doc, *c)));
        at += 1;
    }
    all
}

/// The noun that a relative pronoun stands for; any other token itself.
pub(in crate::extract) fn antecedent(doc: &Doc<'_>, i: usize) -> usize {
    if matches!(doc.tokens()[i].tag, Tag::Wdt | Tag::Wp) || (doc.lemma(i) == "that" && doc.pos(i) == Pos::Pron) {
        let clause = std::iter::once(i).chain(doc.ancestors(i)).find(|a| doc.dep(*a) == Dep::Relcl);
        if let Some(clause) = clause {
            let noun = doc.head(clause);
            return if doc.tokens()[i].tag == Tag::Wp { someone(doc, noun) } else { noun };
        }
    }
    i
}

/// "the mayor of Achi, in the northern region, who was kidnapped": a place is not who, but whom it describes may be.
fn someone(doc: &Doc<'_>, noun: usize) -> usize {
    const PLACES: [&str; 14] = [
        "area",
        "capital",
        "city",
        "country",
        "department",
        "district",
        "neighborhood",
        "province",
        "region",
        "road",
        "state",
        "town",
        "village",
        "zone",
    ];
    let mut at = noun;
    for _ in 0..4 {
        let named =
            doc.entity_at(at).is_some_and(|e| matches!(e.kind, EntityType::Gpe | EntityType::Loc | EntityType::Fac));
        if !named && !PLACES.contains(&doc.lemma(at)) {
            return at;
        }
        let above = if doc.dep(at) == Dep::Pobj { doc.head(doc.head(at)) } else { doc.head(at) };
        if above == at || !matches!(doc.pos(above), Pos::Noun | Pos::Propn) {
            break;
        }
        at = above;
    }
    noun
}

fn expand(doc: &Doc<'_>, heads: impl Iterator<Item = usize>) -> Vec<usize> {
    heads.flat_map(|h| coordinated(doc, antecedent(doc, h))).collect()
}

/// The verb of the relative clause that a token belongs to and whom it tells of, where those are its subject: "a boy who
/// stabbed a teacher".
pub(in crate::extract) fn relative_doer(doc: &Doc<'_>, i: usize) -> Option<(usize, usize)> {
    let acts = |c: usize| doc.dep(c) == Dep::Nsubj && matches!(doc.tokens()[c].tag, Tag::Wp | Tag::Wdt);
    let verb = |v: &usize| doc.dep(*v) == Dep::Relcl && doc.children(*v).any(acts);
    let around = std::iter::once(i).chain(doc.ancestors(i).take(4));
    around.take_while(|a| doc.dep(*a) != Dep::Ccomp).find(verb).map(|v| (v, doc.head(v)))
}

/// Deep subjects of a verb: agents of a passive, shared, controlled and relative subjects included.
pub(in crate::extract) fn subjects(doc: &Doc<'_>, v: usize) -> Vec<usize> {
    subjects_within(doc, v, 6)
}

fn subjects_within(doc: &Doc<'_>, v: usize, depth: usize) -> Vec<usize> {
    let own = if is_passive(doc, v) {
        let by = |c: &usize| doc.dep(*c) == Dep::Agent || (doc.dep(*c) == Dep::Prep && doc.lemma(*c) == "by");
        let agents = doc.children(v).filter(by).filter_map(|by| doc.child(by, Dep::Pobj));
        return expand(doc, agents);
    } else {
        expand(doc, doc.children(v).filter(|c| doc.dep(*c) == Dep::Nsubj))
    };
    if !own.is_empty() || depth == 0 || doc.is_root(v) {
        return own;
    }
    let head = doc.head(v);
    match doc.dep(v) {
        // A participle after a noun acts itself; an infinitive after a noun is done by whoever has the noun.
        Dep::Acl if doc.tokens()[v].tag == Tag::Vbg => expand(doc, std::iter::once(head)),
        Dep::Acl => holders(doc, head, depth - 1),
        // "an assault to seize the port": the parser calls some infinitives relative clauses.
        Dep::Relcl if is_infinitive(doc, v) => holders(doc, head, depth - 1),
        Dep::Pcomp => {
            let prep = head;
            let verb = doc.head(prep);
            if matches!(doc.lemma(prep), "of" | "from" | "for" | "into") && is_verb(doc, verb) {
                let objects = objects(doc, verb);
                if !objects.is_empty() {
                    return objects;
                }
            }
            if is_verb(doc, verb) { actors_of(doc, verb, depth - 1) } else { holders(doc, verb, depth - 1) }
        }
        Dep::Xcomp | Dep::Ccomp if is_verb(doc, head) => {
            let objects = objects(doc, head);
            if !objects.is_empty() && !SUBJECT_CONTROL.contains(&doc.lemma(head)) && !is_passive(doc, head) {
                return objects;
            }
            actors_of(doc, head, depth - 1)
        }
        Dep::Xcomp => {
            // "able to attack", "set to strike": the adjective's verb has the subject.
            actors_of(doc, doc.head(head), depth - 1)
        }
        Dep::Conj | Dep::Advcl | Dep::DepOther if is_verb(doc, head) || doc.pos(head) == Pos::Aux => {
            actors_of(doc, head, depth - 1)
        }
        _ => own,
    }
}

/// What stands as the surface subject of a verb: of a passive, its object.
fn actors_of(doc: &Doc<'_>, v: usize, depth: usize) -> Vec<usize> {
    if is_passive(doc, v) { objects(doc, v) } else { subjects_within(doc, v, depth) }
}

/// Who has a noun such as "plan" or "attempt": possessor, "by", or the subject of the verb it belongs to.
fn holders(doc: &Doc<'_>, noun: usize, depth: usize) -> Vec<usize> {
    let own = doc.children(noun).filter(|c| doc.dep(*c) == Dep::Poss).collect::<Vec<_>>();
    let by = doc
        .children(noun)
        .filter(|c| doc.dep(*c) == Dep::Prep && matches!(doc.lemma(*c), "by" | "of"))
        .filter_map(|c| doc.child(c, Dep::Pobj));
    let own: Vec<usize> = own.into_iter().chain(by).collect();
    if !own.is_empty() || depth == 0 {
        return expand(doc, own.into_iter());
    }
    match doc.ancestors(noun).find(|a| is_verb(doc, *a)) {
        Some(verb) => subjects_within(doc, verb, depth - 1),
        None => Vec::new(),
    }
}

/// Deep objects of a verb: the subject of a passive, the noun before a participle, the noun a relative clause is about.
pub(in crate::extract) fn objects(doc: &Doc<'_>, v: usize) -> Vec<usize> {
    let direct = doc.children(v).filter(|c| doc.dep(*c) == Dep::Dobj);
    let direct = expand(doc, direct);
    if !direct.is_empty() {
        return direct;
    }
    if is_passive(doc, v) {
        let subject = doc.children(v).filter(|c| matches!(doc.dep(*c), Dep::Nsubjpass | Dep::Nsubj));
        let own = expand(doc, subject);
        if !own.is_empty() {
            return own;
        }
        return match doc.dep(v) {
            Dep::Acl | Dep::Amod => expand(doc, std::iter::once(doc.head(v))),
            Dep::Conj | Dep::Oprd | Dep::Xcomp | Dep::Advcl if doc.head(v) != v && is_verb(doc, doc.head(v)) => {
                let head = doc.head(v);
                let objects = objects_of_passive_or_subject(doc, head);
                if doc.dep(v) == Dep::Advcl && objects.is_empty() { Vec::new() } else { objects }
            }
            _ => Vec::new(),
        };
    }
    // "shot and killed three men": the object stands with the last verb.
    if let Some(next) = doc.children(v).find(|c| doc.dep(*c) == Dep::Conj && is_verb(doc, *c))
        && doc.subtree(v).start <= v
        && next <= v + 2
    {
        return objects(doc, next);
    }
    // "the town that rebels attacked": relative clause with a subject of its own and no object.
    if doc.dep(v) == Dep::Relcl {
        let pronoun = doc.children(v).any(|c| antecedent(doc, c) != c && doc.dep(c) == Dep::Nsubj);
        let subject = doc.child(v, Dep::Nsubj).is_some();
        if subject && !pronoun && doc.children(v).all(|c| doc.dep(c) != Dep::Prep || doc.child(c, Dep::Pobj).is_some())
        {
            return expand(doc, std::iter::once(doc.head(v)));
        }
    }
    Vec::new()
}

fn objects_of_passive_or_subject(doc: &Doc<'_>, v: usize) -> Vec<usize> {
    if is_passive(doc, v) {
        return objects(doc, v);
    }
    // "had to be destroyed": the subject of the verb above, wherever that stands.
    let direct = expand(doc, doc.children(v).filter(|c| doc.dep(*c) == Dep::Dobj));
    if direct.is_empty() { subjects(doc, v) } else { direct }
}

/// Prepositions of a token with their objects; "out of X" yields both "out" and "of".
pub(in crate::extract) fn preps(doc: &Doc<'_>, i: usize) -> Vec<(usize, Vec<usize>)> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = doc
        .children(i)
        .filter(|c| {
            matches!(doc.dep(*c), Dep::Prep | Dep::Agent)
                || (doc.dep(*c) == Dep::Dative && doc.pos(*c) == Pos::Adp)
                || (doc.dep(*c) == Dep::Advmod && doc.children(*c).any(|d| doc.dep(d) == Dep::Prep))
        })
        .collect();
    while let Some(prep) = open.pop() {
        let objects = doc
            .children(prep)
            .filter(|c| matches!(doc.dep(*c), Dep::Pobj | Dep::Pcomp))
            .flat_map(|c| coordinated(doc, c))
            .collect();
        found.push((prep, objects));
        open.extend(
            doc.children(prep).filter(|c| matches!(doc.dep(*c), Dep::Prep | Dep::Conj) && doc.pos(*c) == Pos::Adp),
        );
    }
    found.sort_unstable_by_key(|(prep, _)| *prep);
    found
}

/// The verb whose clause holds token `i`: itself if it is one.
pub(in crate::extract) fn clause(doc: &Doc<'_>, i: usize) -> Option<usize> {
    std::iter::once(i)
        .chain(doc.ancestors(i))
        .find(|a| matches!(doc.pos(*a), Pos::Verb | Pos::Aux) && doc.dep(*a) != Dep::Prep)
}

/// The words of a noun phrase without articles, possessive marks and clauses: "two U.S. troops"; with what it counts,
/// for a `quantity`: "dozens of people".
pub(in crate::extract) fn phrase(doc: &Doc<'_>, head: usize, quantity: bool) -> Range<usize> {
    let mut start = head;
    for c in doc.children(head).filter(|c| *c < head) {
        if matches!(
            doc.dep(c),
            Dep::Amod | Dep::Compound | Dep::Nummod | Dep::Nmod | Dep::Npadvmod | Dep::Quantmod | Dep::Advmod
        ) && !matches!(doc.dep(c), Dep::Relcl)
        {
            start = start.min(doc.subtree(c).start);
        }
    }
    let outside = |i| doc.dep(i) == Dep::Det || matches!(doc.pos(i), Pos::Punct | Pos::Det) || is_when(doc, i);
    while start < head && outside(start) {
        start += 1;
    }
    let mut end = head + 1;
    // A quantity is nothing without what it counts.
    let of = doc.children(head).find(|c| quantity && *c == head + 1 && doc.lemma(*c) == "of");
    if let Some(inner) = of.and_then(|of| doc.child(of, Dep::Pobj)) {
        let inner = phrase(doc, inner, false);
        // A parse may hang what is counted before the preposition.
        if inner.end > head && inner.end <= head + 8 {
            end = inner.end;
        }
    }
    start..end
}

/// "21:42 Two people stabbed", "on Sunday 21 people died": a clock time or a weekday, which the parse may hang on the noun
/// that follows.
pub(in crate::extract) fn is_when(doc: &Doc<'_>, i: usize) -> bool {
    let clock = doc.word(i).starts_with(|c: char| c.is_ascii_digit()) && doc.word(i).contains(':');
    let weekday = doc.pos(i) == Pos::Propn && doc.word(i).ends_with("day");
    clock || weekday && doc.entity_at(i).is_some_and(|e| e.kind == EntityType::Date)
}

/// Where in a date the number begins that counts what follows: the recogniser takes "Sunday 21" in "on Sunday 21 people
/// died" for a date, and "Forty-two" in "Forty-two people were hurt".
pub(in crate::extract) fn count_in_date(doc: &Doc<'_>, date: &Range<usize>) -> Option<usize> {
    let last = date.end.checked_sub(1)?;
    let counted = doc.head(last);
    let year = doc.word(last).len() == 4 && doc.word(last).bytes().all(|b| b.is_ascii_digit());
    if year || doc.dep(last) != Dep::Nummod || counted <= last || doc.tokens()[counted].tag != Tag::Nns {
        return None;
    }
    let first = date.clone().find(|i| !is_when(doc, *i) && doc.pos(*i) != Pos::Punct)?;
    (first..=last).all(|i| doc.pos(i) == Pos::Num || doc.word(i) == "-").then_some(first)
}
