//! Names that people and places share: "Paris Hilton", "her husband Austin", a Washington who declined to comment.
//!
//! The recogniser reads each sentence alone. The article says more: a full name given once tells who a bare surname or
//! given name is, a list that ends in "counties" is one of counties, and the gazetteer knows which names are a place's
//! as a whole. A word behind "in" stays a place, whoever else is called so.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::lexicon::Lexicon;
use super::names::{self, Name};
use super::phrase;
use crate::extract::places::gazetteer::{Entry, Gazetteer, Level, NameRank};
use crate::nlp::{Dep, Doc, EntityType, Pos};
use crate::record::EntityKind;
use crate::words::{Book, Lexicons, TableError, WordClass};

/// Sentences after a full name in which its surname alone is the person, though the article speaks of the place, too.
const NEAR: usize = 2;

/// The table, ready for look-up.
#[derive(Debug)]
pub(super) struct Namesakes {
    /// The words for kinds of places.
    heads: HashSet<Box<str>>,
    book: Arc<Book>,
}

impl Namesakes {
    /// Reads the table.
    pub(super) fn read(lexicons: &Lexicons, book: &Arc<Book>) -> Result<Self, TableError> {
        let rows = lexicons.rows("places/heads.tsv", 2)?;
        let heads = rows.iter().flat_map(|row| row.cell(1).split(',')).map(Into::into).collect();
        Ok(Self { heads, book: Arc::clone(book) })
    }

    /// Whether a word at the end of a name stands for a kind of place.
    fn is_unit(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.book.is(WordClass::PlaceEnd, &word) || self.heads.contains(word.as_str())
    }

    /// Whether the words are a degree or an office behind a person's name: "Tom Wu, M.D.", "Ann Roe, Ph.D., M.P.H.". What
    /// was taken for a `place` is one whatever the letters stand for, unless a place is written so.
    pub(super) fn is_degree(&self, doc: &Doc<'_>, gazetteer: &Gazetteer, tokens: &Range<usize>, place: bool) -> bool {
        let text = doc.span_text(tokens.clone());
        let letters = |part: &str| part.chars().count() == 1 && part.starts_with(char::is_uppercase);
        let dotted = || {
            let inner = text.strip_suffix('.').unwrap_or("");
            inner.contains('.') && inner.split('.').all(letters) && gazetteer.lookup(text).is_empty()
        };
        let degree = self.book.is(WordClass::Degree, &text.replace('.', "")) || place && dotted();
        let Some(before) = tokens.start.checked_sub(1).filter(|_| degree) else {
            return false;
        };
        let before = if doc.word(before) == "," { before.saturating_sub(1) } else { before };
        let person = doc.entity_at(before).is_some_and(|e| e.kind == EntityType::Person);
        person || before > 0 && self.is_degree(doc, gazetteer, &(before..before + 1), place)
    }

    /// Settles who is a person and what is a place.
    pub(super) fn settle(&self, doc: &Doc<'_>, lexicon: &Lexicon, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
        settle_lists(doc, lexicon, gazetteer, names);
        widen_states(doc, lexicon, names);
        widen(doc, gazetteer, names);
        for name in names.iter_mut() {
            if let Some(kind) = self.placed(doc, lexicon, gazetteer, name) {
                name.kind = kind;
            }
        }
        settle_ships(doc, names);
        self.full_names(doc, lexicon, gazetteer, names);
        self.bare_names(doc, lexicon, names);
    }

    /// The place that the recogniser took for a person or a people: "fell on Deir al-Zor", "In Helmand".
    fn placed(&self, doc: &Doc<'_>, lexicon: &Lexicon, gazetteer: &Gazetteer, name: &Name) -> Option<EntityKind> {
        let text = doc.span_text(name.tokens.clone());
        let (first, last) = (name.tokens.start, doc.word(name.tokens.end - 1));
        if !matches!(name.kind, EntityKind::Person | EntityKind::Norp | EntityKind::Org)
            || name.organisation.is_some()
            || lexicon.country_adjective(text).is_some()
        {
            return None;
        }
        let long = name.tokens.len() > 1;
        if long && lexicon.country_named(text).is_some() {
            return Some(EntityKind::Gpe);
        }
        let person = name.kind == EntityKind::Person;
        let someone = || has_title(doc, lexicon, first) || is_speaking(doc, lexicon, name);
        if person && long && self.book.is(WordClass::PlaceEnd, &last.to_lowercase()) && !someone() {
            return Some(EntityKind::Loc);
        }
        let marked = person && long && ["al-", "el-"].iter().any(|mark| text.contains(mark)) && !someone();
        // "in Helmand"; a single word may be anybody's surname, and faith is put "in" people.
        let before = first.checked_sub(1).filter(|b| doc.tokens()[*b].sentence == doc.tokens()[first].sentence);
        let here = before.is_some_and(|b| {
            matches!(doc.word(b), "in" | "In" | "near" | "Near" | "outside")
                && !lexicon.is(WordClass::Faith, doc.lemma(doc.head(b)))
                && (name.kind == EntityKind::Norp || person && long)
        });
        let capital =
            lexicon.country_of_capital(text).is_some() && !self.book.is(WordClass::GivenPlace, &text.to_lowercase());
        let lying = marked && before.is_some_and(|b| matches!(doc.word(b), "in" | "on" | "near"));
        let large = |e: &Entry<'_>| lying || e.level != Level::City || e.population >= 5000;
        let settled = || gazetteer.lookup(text).iter().any(|c| large(&gazetteer.entry(c.place)));
        (capital && !long || (marked || here) && settled()).then_some(EntityKind::Gpe)
    }

    /// "Brooklyn Beckham": a given name that is a place's, and a word that makes no place or body of it.
    fn full_names(&self, doc: &Doc<'_>, lexicon: &Lexicon, gazetteer: &Gazetteer, names: &mut [Name]) {
        let surnames: HashSet<&str> =
            (names.iter()).filter(|n| n.kind == EntityKind::Person).map(|n| doc.word(n.tokens.end - 1)).collect();
        let mut bodies = Vec::new();
        for (n, name) in names.iter_mut().enumerate() {
            let words = name.tokens.clone();
            let place = matches!(name.kind, EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac | EntityKind::Norp);
            let surname = words.end - 1;
            let named = (2..=4).contains(&words.len())
                && name.organisation.is_none()
                && (place || name.kind == EntityKind::Org)
                && self.book.is(WordClass::GivenPlace, &doc.word(words.start).to_lowercase())
                && words.clone().all(|i| doc.pos(i) == Pos::Propn || doc.word(i) == "-")
                && doc.word(surname).chars().skip(1).any(char::is_lowercase)
                && !is_located(doc, lexicon, words.start)
                && !self.is_unit(doc.word(surname))
                && lexicon.head(&doc.word(surname).to_lowercase()).is_none()
                && known(gazetteer, doc.span_text(words.clone())).next().is_none();
            if named && (place || surnames.contains(doc.word(surname))) {
                name.kind = EntityKind::Person;
            } else if named {
                bodies.push(n);
            }
        }
        // Of what the recogniser calls a body, only who stands in a row of people is one.
        for n in bodies {
            let beside = [n.checked_sub(1), Some(n + 1)].into_iter().flatten().filter_map(|m| Some((m, names.get(m)?)));
            let mut people = beside.filter(|(_, other)| other.kind == EntityKind::Person && other.tokens.len() > 1);
            let own = &names[n].tokens;
            if people.any(|(_, other)| are_listed(doc, own, &other.tokens)) || has_title(doc, lexicon, own.start) {
                names[n].kind = EntityKind::Person;
            }
        }
    }

    /// Given names and surnames of the people in the article, where they stand alone.
    fn bare_names(&self, doc: &Doc<'_>, lexicon: &Lexicon, names: &mut [Name]) {
        let mut people: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut given: HashSet<&str> = HashSet::new();
        for name in names.iter_mut() {
            let first = name.tokens.start;
            if name.kind == EntityKind::Person && name.tokens.len() > 1 {
                people.entry(doc.word(name.tokens.end - 1)).or_default().push(first);
                given.insert(doc.word(first));
                people.entry(doc.word(first)).or_default().push(first);
            } else if name.tokens.len() == 1 && is_place(name.kind) && self.is_kin(doc, first) {
                name.kind = EntityKind::Person;
            }
            if name.kind == EntityKind::Person && name.tokens.len() == 1 && self.is_kin(doc, first) {
                given.insert(doc.word(first));
                people.entry(doc.word(first)).or_default().push(first);
            }
        }
        if people.is_empty() {
            return;
        }
        let alone = |n: &&Name| n.tokens.len() == 1 && is_place(n.kind);
        let located: HashSet<&str> = (names.iter().filter(alone))
            .filter(|n| is_place_use(doc, lexicon, n.tokens.start))
            .map(|n| doc.word(n.tokens.start))
            .collect();
        let shared: HashSet<usize> = (names.iter().filter(alone))
            .map(|n| n.tokens.start)
            .filter(|i| people.contains_key(doc.word(*i)))
            .collect();
        let other_place = |i: usize| {
            let beside = |j: usize| doc.pos(j) == Pos::Propn && doc.word(j) != doc.word(i);
            let joined = doc
                .children(i)
                .filter(|c| doc.dep(*c) == Dep::Conj)
                .chain((doc.dep(i) == Dep::Conj).then(|| doc.head(i)));
            joined.filter(|j| beside(*j)).any(|j| {
                !people.contains_key(doc.word(j))
                    && (lexicon.country_of(doc.word(j)).is_some()
                        || doc.entity_at(j).is_some_and(|e| e.kind == EntityType::Gpe))
            })
        };
        let is_person = |i: usize| {
            let word = doc.word(i);
            let Some(uses) = people.get(word).filter(|_| !is_place_use(doc, lexicon, i) && !other_place(i)) else {
                return false;
            };
            let sentence = |t: usize| doc.tokens()[t].sentence as usize;
            let near = uses.iter().any(|u| *u < i && sentence(*u) + NEAR >= sentence(i));
            // A country is spoken of in many ways; by given names adults are seldom called.
            let country = given.contains(word)
                && (0..doc.len()).any(|t| {
                    lexicon.country_adjective(doc.word(t)).is_some_and(|c| lexicon.country_named(word) == Some(c))
                });
            !country && (near || !located.contains(word))
        };
        let found: Vec<usize> = shared.into_iter().filter(|i| is_person(*i)).collect();
        for name in names.iter_mut().filter(|n| n.tokens.len() == 1 && found.contains(&n.tokens.start)) {
            name.kind = EntityKind::Person;
        }
    }

    /// "whose husband Austin": the name right behind a word for a relative.
    fn is_kin(&self, doc: &Doc<'_>, i: usize) -> bool {
        let first = doc.sentence_of(i).start;
        let noun =
            i.checked_sub(1).filter(|n| *n >= first && self.book.is(WordClass::Kin, &doc.word(*n).to_lowercase()));
        // "her son Dallas and daughter Savannah"
        let shared = |n: usize| if doc.dep(n) == Dep::Conj { doc.head(n) } else { n };
        let own = |n: usize| doc.children(n).chain(doc.children(i)).chain(doc.children(shared(n)));
        noun.is_some_and(|n| own(n).chain(doc.children(shared(i))).any(|c| c <= n && doc.dep(c) == Dep::Poss))
    }
}

fn is_place(kind: EntityKind) -> bool {
    matches!(kind, EntityKind::Gpe | EntityKind::Loc)
}

/// Whether token `i` stands behind a word for where something is.
fn is_located(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    i > doc.sentence_of(i).start && lexicon.is(WordClass::Located, &doc.word(i - 1).to_lowercase())
}

/// Whether a single word is used as a place is: behind "in", before ", Texas", before a noun, in a dateline.
fn is_place_use(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    let sentence = doc.sentence_of(i);
    let next = |n: usize| if i + n < sentence.end { doc.word(i + n) } else { "" };
    let state = |j: usize| j < sentence.end && doc.entity_at(j).is_some_and(|e| e.kind == EntityType::Gpe);
    let whole = next(1) == "," && state(i + 2);
    let dispatch = !doc.word(i).chars().any(char::is_lowercase) || matches!(next(1), "(" | "—" | "–" | "-");
    is_located(doc, lexicon, i) || whole || dispatch || phrase::is_modifier(doc, i)
}

/// Whether a title or another word for a person stands right before token `i`.
fn has_title(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    i.checked_sub(1).is_some_and(|noun| {
        doc.tokens()[noun].sentence == doc.tokens()[i].sentence
            && phrase::known_head(doc, lexicon, noun).is_some_and(|(head, _)| head.person)
            && !phrase::is_plural(doc, noun)
    })
}

/// Whether only a comma or an "and" is between two names.
fn are_listed(doc: &Doc<'_>, a: &Range<usize>, b: &Range<usize>) -> bool {
    let (a, b) = if a.start < b.start { (a, b) } else { (b, a) };
    a.end < b.start && (a.end..b.start).all(|i| matches!(doc.word(i), "," | "and" | "&"))
}

/// The places that have the whole name, but for mere specks and guesses.
pub(super) fn known<'g>(gazetteer: &'g Gazetteer, name: &str) -> impl Iterator<Item = Entry<'g>> {
    let found = gazetteer.lookup(name).into_iter().filter(|c| c.rank != NameRank::Derived);
    found.map(|c| gazetteer.entry(c.place)).filter(|e| e.level != Level::City || e.population >= 1000)
}

/// Long names of states, whole: "the Republic of the Congo", "Lao PDR".
fn widen_states(doc: &Doc<'_>, lexicon: &Lexicon, names: &mut Vec<Name>) {
    const LONGEST: usize = 7;
    let upper = |j: usize| doc.word(j).starts_with(char::is_uppercase);
    let style = |j: &usize| {
        let word = doc.word(*j).to_lowercase();
        lexicon.is(WordClass::Republic, &word) || lexicon.is(WordClass::StateStyle, &word)
    };
    for i in (0..doc.len()).filter(|i| upper(*i) && style(i)) {
        let sentence = doc.sentence_of(i);
        let inner = |j: &usize| upper(*j) && doc.word(*j) != "The" || matches!(doc.word(*j), "'s" | "’s");
        let first = (sentence.start..i).rev().take(LONGEST).take_while(inner).last().unwrap_or(i);
        let last = sentence.end.min(i + LONGEST);
        let mut spans = (first..=i).flat_map(|start| (i + 1..=last).rev().map(move |end| start..end));
        let whole = spans.find(|tokens| {
            let edges = tokens.len() > 1 && upper(tokens.start) && upper(tokens.end - 1);
            edges && lexicon.country_named(doc.span_text(tokens.clone())).is_some()
        });
        if let Some(tokens) = whole {
            lay(names, tokens);
        }
    }
    names.sort_by_key(|n| n.tokens.start);
}

/// Lays a place over the names within it, unless one goes beyond it or is an organisation; whether it did.
fn lay(names: &mut Vec<Name>, tokens: Range<usize>) -> bool {
    let over = |n: &Name| n.tokens.start < tokens.end && tokens.start < n.tokens.end;
    let longer = |n: &Name| n.tokens.start < tokens.start || n.tokens.end > tokens.end || n.organisation.is_some();
    let free = !names.iter().any(|n| over(n) && longer(n));
    if free {
        names.retain(|n| !over(n));
        names.push(Name { tokens, kind: EntityKind::Gpe, organisation: None });
    }
    free
}

/// Names of places with an apostrophe or hyphens within, whole: "Cox's Bazar", "Stratford-upon-Avon", "St John's".
fn widen(doc: &Doc<'_>, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    const LONGEST: usize = 7;
    let mut i = 0;
    while i + 1 < doc.len() {
        let start = i;
        i += 1;
        let tied = |j: usize| doc.word(j) == "-" && !doc.tokens()[j - 1].space_after;
        let apostrophe = |j: usize| doc.word(j).contains(['\'', '’']) && doc.word(j).len() > 1;
        let upper = |j: usize| doc.word(j).starts_with(char::is_uppercase);
        // "in St John's": a seat of government, not a church.
        let saint = |j: usize| {
            matches!(doc.word(j), "St" | "St." | "Saint") && j > 0 && matches!(doc.word(j - 1), "in" | "In" | "near")
        };
        let seat = |e: Entry<'_>| matches!(e.code, "PPLA" | "PPLC");
        let within = tied(i) || apostrophe(start) || apostrophe(i) && !doc.tokens()[start].space_after;
        if !upper(start) || !(within || saint(start)) {
            continue;
        }
        let last = doc.sentence_of(start).end.min(start + LONGEST);
        let whole = (start + 1..=last).rev().map(|end| start..end).find(|tokens| {
            let inner = tokens.clone().any(|j| tied(j.max(1)) || apostrophe(j)) && doc.word(tokens.end - 1) != "-";
            let last = tokens.end - 1;
            let genitive = matches!(doc.word(last), "'s" | "’s");
            let ends =
                upper(last) || tokens.len() == 2 && !genitive || genitive && saint(start) && is_unowned(doc, last);
            let free = tokens.end == doc.len() || !tied(tokens.end);
            let mut places = known(gazetteer, doc.span_text(tokens.clone()));
            inner && ends && free && places.any(|e| !genitive || seat(e))
        });
        let Some(tokens) = whole else { continue };
        let end = tokens.end;
        if lay(names, tokens) {
            i = end;
        }
    }
    names.sort_by_key(|n| n.tokens.start);
}

/// Whether nothing follows the "'s" at token `i` that could belong to somebody: "in St John's on Monday".
fn is_unowned(doc: &Doc<'_>, i: usize) -> bool {
    let owned = |j: usize| matches!(doc.pos(j), Pos::Noun | Pos::Propn | Pos::Adj | Pos::Num | Pos::Adv);
    i + 1 >= doc.sentence_of(i).end || !owned(i + 1)
}

/// Ships by their short names, which are those of seas and towns: "the Atlantic" for the tanker Swan Atlantic.
fn settle_ships(doc: &Doc<'_>, names: &mut [Name]) {
    let ships: HashSet<&str> = (names.iter())
        .filter(|n| n.kind == EntityKind::Vehicle && is_capital(doc, n.tokens.start))
        .flat_map(|n| [doc.span_text(n.tokens.clone()), doc.word(n.tokens.end - 1)])
        .collect();
    for name in names.iter_mut().filter(|n| is_place(n.kind) && ships.contains(doc.span_text(n.tokens.clone()))) {
        let the = name.tokens.start > 0 && matches!(doc.word(name.tokens.start - 1), "the" | "The");
        let party = matches!(doc.dep(phrase::head_of(doc, &name.tokens)), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj);
        if the && party {
            name.kind = EntityKind::Vehicle;
        }
    }
}

/// Whether the named one says something.
fn is_speaking(doc: &Doc<'_>, lexicon: &Lexicon, name: &Name) -> bool {
    let head = phrase::head_of(doc, &name.tokens);
    doc.dep(head) == Dep::Nsubj && lexicon.is(WordClass::Speaking, doc.lemma(doc.head(head)))
}

/// "Madison, Rankin and Union counties", "the towns of Madison, Troy and Union": places, all of them.
fn settle_lists(doc: &Doc<'_>, lexicon: &Lexicon, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    for i in 0..doc.len() {
        let Some(unit) = plural_unit(doc, i) else { continue };
        let runs = listed_before(doc, i).filter(|r| r.len() > 1);
        let after = i + 1 < doc.sentence_of(i).end && doc.word(i + 1) == "of";
        let runs = runs.or_else(|| after.then(|| listed_after(doc, i + 2)).flatten());
        for run in runs.into_iter().flatten() {
            let text = doc.span_text(run.clone());
            let whole = |text: &str| known(gazetteer, text).next().is_some();
            if lexicon.country_of(text).is_some() || !(whole(text) || whole(&format!("{text} {unit}"))) {
                continue;
            }
            names.retain(|n| !(n.tokens.start < run.end && run.start < n.tokens.end));
            names.push(Name { tokens: run, kind: EntityKind::Gpe, organisation: None });
        }
    }
    names.sort_by_key(|n| n.tokens.start);
}

/// The singular of a plural noun for parts of a country, as names have it.
fn plural_unit(doc: &Doc<'_>, i: usize) -> Option<&'static str> {
    Some(match doc.word(i) {
        "counties" => "County",
        "provinces" => "Province",
        "districts" => "District",
        "parishes" => "Parish",
        "states" => "State",
        "regions" => "Region",
        "governorates" => "Governorate",
        "prefectures" => "Prefecture",
        "departments" => "Department",
        "boroughs" => "Borough",
        "towns" | "cities" | "villages" | "suburbs" | "communities" | "municipalities" => "City",
        _ => return None,
    })
}

/// The capital words before token `end`, item by item: "A, B and C" before "counties".
fn listed_before(doc: &Doc<'_>, end: usize) -> Option<Vec<Range<usize>>> {
    let first = doc.sentence_of(end).start;
    let (mut runs, mut end) = (Vec::new(), end);
    loop {
        let start = (first..end).rev().take_while(|i| is_capital(doc, *i)).last().unwrap_or(end);
        if start == end {
            break;
        }
        runs.push(start..end);
        end = (first..start).rev().take_while(|i| is_joiner(doc, *i)).last().unwrap_or(start);
        if end == start {
            break;
        }
    }
    (!runs.is_empty()).then_some(runs)
}

/// The same behind "counties of".
fn listed_after(doc: &Doc<'_>, start: usize) -> Option<Vec<Range<usize>>> {
    let last = doc.sentence_of(start - 1).end;
    let (mut runs, mut start) = (Vec::new(), start);
    while start < last {
        let end = (start..last).find(|i| !is_capital(doc, *i)).unwrap_or(last);
        if start == end {
            break;
        }
        runs.push(start..end);
        start = (end..last).find(|i| !is_joiner(doc, *i)).unwrap_or(last);
        if start == end {
            break;
        }
    }
    (runs.len() > 1).then_some(runs)
}

fn is_capital(doc: &Doc<'_>, i: usize) -> bool {
    doc.pos(i) == Pos::Propn && doc.word(i).starts_with(char::is_uppercase)
}

fn is_joiner(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.word(i), "," | "and" | "or" | "&")
}

/// Lays whole names over those around an ampersand: "Johnson & Johnson", "AT&T".
pub(super) fn add_ampersands(doc: &Doc<'_>, names: &mut Vec<Name>) {
    // Words rather than firms.
    const WORDS: [&str; 11] = ["R&D", "Q&A", "R&B", "M&A", "B&B", "A&E", "P&L", "D&D", "F&B", "O&M", "H&S"];
    let mut found = Vec::new();
    for i in 0..doc.len() {
        let sentence = doc.sentence_of(i);
        let word = doc.word(i);
        if word.len() > 1 && word.contains('&') && !WORDS.contains(&word) {
            let capitals = word.split('&').all(|part| part.starts_with(char::is_uppercase));
            let more = [i.checked_sub(1), Some(i + 1)]
                .into_iter()
                .flatten()
                .any(|j| sentence.contains(&j) && is_capital(doc, j));
            if capitals && !more {
                found.push(i..i + 1);
            }
        } else if word == "&"
            && i > sentence.start
            && i + 1 < sentence.end
            && is_capital(doc, i - 1)
            && is_capital(doc, i + 1)
        {
            let start = (sentence.start..i).rev().take_while(|j| is_capital(doc, *j)).last().unwrap_or(i - 1);
            let named = |n: &&Name| n.tokens.contains(&(i - 1));
            // "Chairman Ann Roe of Smith & Wesson" begins with the name that the ampersand follows.
            let start = names.iter().find(named).map_or(start, |n| n.tokens.start.max(start));
            let end = (i + 1..sentence.end).find(|j| !is_capital(doc, *j)).unwrap_or(sentence.end);
            found.push(start..end);
        }
    }
    for tokens in found {
        let over = |n: &Name| n.tokens.start < tokens.end && tokens.start < n.tokens.end;
        let two_people = |n: &&Name| over(n) && n.kind == EntityKind::Person && n.tokens.len() > 1;
        let kept = |n: &&Name| {
            over(n) && (n.organisation.is_some() || n.kind == EntityKind::Org && n.tokens.len() > tokens.len())
        };
        if names.iter().any(|n| kept(&n)) || names.iter().filter(two_people).count() > 1 {
            continue;
        }
        let gone: HashSet<usize> = (0..names.len()).filter(|n| over(&names[*n])).collect();
        names::remove(names, &gone);
        names.push(Name { tokens, kind: EntityKind::Org, organisation: None });
    }
    names.sort_by_key(|n| n.tokens.start);
}

#[cfg(test)]
mod tests {
    use crate::extract::testing;
    use crate::record::EntityKind;

    /// The type of the last mention with these words; none where there is none.
    fn check(text: &str, name: &str, expect: Option<EntityKind>) {
        let story = testing::read(text, Some("2024-05-06"));
        let entities = testing::entities(&story);
        let all: Vec<_> = entities.mentions.iter().map(|m| (story.doc.span_text(m.tokens.clone()), m.kind)).collect();
        let found = all.iter().rev().find(|(words, _)| *words == name);
        assert_eq!(found.map(|(_, kind)| *kind), expect, "{name:?} in {text:?}: {all:?}");
    }

    #[test]
    fn people_are_called_like_places() {
        use EntityKind::{Gpe, Org, Person};
        check("Dakota Fanning and Savannah Guthrie met in Chicago on Monday.", "Savannah Guthrie", Some(Person));
        check("Florence Pugh and Orlando Bloom were named.", "Orlando Bloom", Some(Person));
        check("Crowds filled Virginia Beach on Monday.", "Virginia Beach", Some(Gpe));
        check("Kenya Airways cut 200 jobs on Monday.", "Kenya Airways", Some(Org));
        check("Denzel Washington was named. Washington declined to comment on Tuesday.", "Washington", Some(Person));
        check("Jack London wrote about dogs. London died in 1916.", "London", Some(Person));
        check("Jack London came. He lived in London.", "London", Some(Gpe));
        check("Officials in Washington met. Later Washington accused Tehran.", "Washington", Some(Gpe));
        check("Her husband Austin works in Dallas. Austin needed a rest.", "Austin", Some(Person));
        check("Her son Dallas and daughter Savannah live in Ohio.", "Savannah", Some(Person));
        check("Senator Virginia Foxx spoke. She lives in Virginia.", "Virginia", Some(Gpe));
        check("Former minister Georgia Hale said Georgia needed a rest.", "Georgia", Some(Person));
        check("Georgia Hale said Georgia and Armenia needed help. Georgian troops fled.", "Georgia", Some(Gpe));
        check("Kyiv said Moscow had shelled the town on Monday.", "Kyiv", Some(Gpe));
        // A text may end at a comma.
        check("Jack London wrote about dogs. We think of London,", "London", Some(Person));
    }

    #[test]
    fn names_are_read_whole() {
        use EntityKind::{Gpe, Org, Person};
        check("Johnson & Johnson sued Marks & Spencer.", "Johnson & Johnson", Some(Org));
        check("H&M and M&S closed shops.", "H&M", Some(Org));
        check("Bombs fell on Deir al-Zor and Ras al-Ayn.", "Deir al-Zor", Some(Gpe));
        check("One was killed in Cox's Bazar.", "Cox's Bazar", Some(Gpe));
        check("Rockets hit Saint-Denis and Stratford-upon-Avon.", "Stratford-upon-Avon", Some(Gpe));
        check("A bomb exploded in Sana'a on Monday.", "Sana'a", Some(Gpe));
        check("Shots were fired in Aix-en-Provence.", "Aix-en-Provence", Some(Gpe));
        check("China's president left.", "China", Some(Gpe));
        check("Two men drowned in St John's on Monday.", "St John's", Some(Gpe));
        check("Bishop’s Stortford mourned him on Monday.", "Bishop’s Stortford", Some(Gpe));
        check("The Republic of the Niger expelled an envoy on Monday.", "Republic of the Niger", Some(Gpe));
        check("The Lao PDR signed it on Monday.", "Lao PDR", Some(Gpe));
        check("The Federal Republic of Somalia left on Monday.", "Federal Republic of Somalia", Some(Gpe));
        check("Omar Diaz, M.A., L.P.C., a therapist in Boston, agreed.", "L.P.C.", None);
        check("In Helmand a patrol was hit.", "Helmand", Some(Gpe));
        check("Tom Wu, M.D., of Denver, agreed.", "M.D.", None);
        check("Valerie Brent, M.S., R.D., a dietitian in Boston, agreed.", "R.D.", None);
        check("Police in Troy, N.Y., made arrests.", "N.Y.", Some(Gpe));
        check("Tornadoes hit Madison, Rankin and Union counties on Friday.", "Union", Some(Gpe));
        check("Lawyer Yusuf al-Harbi spoke on Monday.", "Yusuf al-Harbi", Some(Person));
    }

    #[test]
    fn capitals_at_the_head_of_a_sentence_are_no_countries() {
        let turkey = "Turkey was served on Thursday. Chefs say a turkey of 15 pounds feeds ten.";
        check(turkey, "Turkey", None);
        check("Turkey closed the border on Monday, officials said.", "Turkey", Some(EntityKind::Gpe));
    }
}
