//! What the words of a name say that it names: facilities, ships and models, laws, events,
//! products, clubs and firms.
//!
//! The recogniser, trained on people, places and organisations above all, takes "Changi Airport" for an organisation as
//! soon as it acts. A head noun inside the name is surer (`words/data/entities/kinds.tsv`). Names of the organisations that
//! the lexicon knows stay, and so does a person whose surname is such a word ("Robert Plant").

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::lexicon::Lexicon;
use super::names::{self, Name};
use super::phrase;
use crate::nlp::{Dep, Doc, Pos};
use crate::record::EntityKind;
use crate::words::{Lexicons, TableError};

/// Longest name that is put together from its words, in tokens.
const LONGEST: usize = 8;
/// Longest phrase of the table, in tokens.
const PHRASE: usize = 4;

/// Where in a name the words of a row stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Last,
    Of,
    First,
    Number,
    Whole,
    Noun,
    Before,
    After,
    With,
    Behind,
}

/// The table, ready for look-up.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    phrases: HashMap<(Part, String), EntityKind>,
    /// First and last words of the phrases: most words of an article need no further look.
    edges: HashSet<String>,
}

impl Kinds {
    /// Reads the table.
    pub(super) fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        let mut kinds = Self::default();
        for row in lexicons.rows("entities/kinds.tsv", 3)? {
            let kind = match row.cell(0) {
                "FAC" => EntityKind::Fac,
                "VEHICLE" => EntityKind::Vehicle,
                "LAW" => EntityKind::Law,
                "EVENT" => EntityKind::Event,
                "PRODUCT" => EntityKind::Product,
                "ORG" => EntityKind::Org,
                "LOC" => EntityKind::Loc,
                other => return Err(row.error(format!("{other:?} is no type that this table can give"))),
            };
            let mut add = |part, phrase: String| match kinds.phrases.insert((part, phrase.clone()), kind) {
                Some(_) => Err(row.error(format!("{phrase:?} twice"))),
                None if phrase.split(' ').count() > PHRASE => Err(row.error(format!("{phrase:?} is too long"))),
                None => Ok(()),
            };
            let part = match row.cell(1) {
                "last" => Part::Last,
                "of" => Part::Of,
                "first" => Part::First,
                "number" => Part::Number,
                "whole" => Part::Whole,
                "noun" => Part::Noun,
                "behind" => Part::Behind,
                place @ ("tail" | "before" | "after" | "with") => {
                    let part = match place {
                        "tail" => Part::Last,
                        "before" => Part::Before,
                        "with" => Part::With,
                        _ => Part::After,
                    };
                    let (left, right) = row.cell(2).split_once(':').ok_or_else(|| row.error("no colon"))?;
                    for left in left.split('|') {
                        right.split('|').try_for_each(|right| add(part, format!("{left} {right}")))?;
                    }
                    continue;
                }
                other => return Err(row.error(format!("unknown place {other:?}"))),
            };
            row.list(2).try_for_each(|phrase| add(part, phrase.to_owned()))?;
        }
        let words =
            kinds.phrases.keys().flat_map(|(_, phrase)| [phrase.split(' ').next(), phrase.split(' ').next_back()]);
        kinds.edges = words.flatten().map(str::to_owned).collect();
        Ok(kinds)
    }

    fn get(&self, part: Part, phrase: &str) -> Option<EntityKind> {
        self.phrases.get(&(part, phrase.to_owned())).copied()
    }

    /// The type of the longest phrase at the end of `tokens`, and where it begins.
    fn ending(&self, doc: &Doc<'_>, part: Part, tokens: Range<usize>) -> Option<(EntityKind, usize)> {
        let first = tokens.start.max(tokens.end.saturating_sub(PHRASE));
        (first..tokens.end).find_map(|start| Some((self.get(part, &lower(doc, start..tokens.end))?, start)))
    }

    /// The facility that small letters name, by its noun: where the noun phrase begins.
    pub(super) fn noun(&self, doc: &Doc<'_>, head: usize) -> Option<usize> {
        let small = doc.word(head).starts_with(char::is_lowercase);
        small.then(|| self.ending(doc, Part::Noun, doc.sentence_of(head).start..head + 1)).flatten().map(|(_, at)| at)
    }

    /// Gives names the type that their words state, and adds the names that the recogniser missed.
    pub(super) fn settle(&self, doc: &Doc<'_>, lexicon: &Lexicon, names: &mut Vec<Name>) {
        let mut found: Vec<(Range<usize>, EntityKind)> = Vec::new();
        let ends: HashMap<usize, usize> = names.iter().enumerate().map(|(n, name)| (name.tokens.end, n)).collect();
        let capital = |i: &usize| doc.word(*i).contains(char::is_uppercase);
        for i in (0..doc.len()).filter(capital) {
            let named = self.behind(doc, lexicon, i);
            let known = |j: usize| j < doc.len() && self.edges.contains(&doc.word(j).to_lowercase());
            if named.is_none() && !known(i) && !known(i + 1) {
                continue;
            }
            let name = named.or_else(|| self.ends_at(doc, names, &ends, i)).or_else(|| self.begins_at(doc, i));
            // "the Hurricane Police Department" and "the Government of National Accord" are bodies.
            let body = |tokens: &Range<usize>| {
                let head = |i: usize| lexicon.head(&doc.word(i).to_lowercase()).is_some();
                head(tokens.end - 1) || head(names::organisation_head(doc, tokens))
            };
            let bodies = |kind| matches!(kind, EntityKind::Fac | EntityKind::Org | EntityKind::Vehicle);
            found.extend(name.filter(|(tokens, kind)| bodies(*kind) || !body(tokens)));
        }
        let mut layers = Layers::over(doc, names);
        for (tokens, kind) in found {
            layers.put(tokens, kind);
        }
        layers.lay();
    }

    /// The name that ends with the word `i`.
    fn ends_at(
        &self,
        doc: &Doc<'_>,
        names: &[Name],
        ends: &HashMap<usize, usize>,
        i: usize,
    ) -> Option<(Range<usize>, EntityKind)> {
        let joined = i > 0 && doc.word(i - 1) == "-" && !doc.tokens()[i - 1].space_after;
        if !is_capital(doc, i) || joined || continues(doc, i) {
            return None;
        }
        let sentence = doc.sentence_of(i);
        let (kind, start) = self.ending(doc, Part::Last, sentence.start..i + 1)?;
        if self.ending(doc, Part::Whole, sentence.start..i + 1).is_some() {
            return None;
        }
        let end = if kind == EntityKind::Law { after_number(doc, i + 1, sentence.end) } else { i + 1 };
        let known = (i + 1..=end).filter_map(|e| ends.get(&e).map(|n| &names[*n])).find(|n| n.tokens.start <= start);
        if let Some(name) = known
            && (name.tokens.len() > 1 || name.tokens.start < start)
        {
            let surname = name.kind == EntityKind::Person && name.tokens.len() == 2 && start + 1 == name.tokens.end;
            // A title that was taken off the name of a person: "Prince Hassan Airport".
            let titled = name.kind == EntityKind::Person;
            let left = if titled { run_before(doc, name.tokens.start, sentence.start) } else { name.tokens.start };
            return (!surname).then_some((left..end, kind));
        }
        let left = run_before(doc, start, sentence.start);
        let phrase = start + 1 < i + 1 && kind != EntityKind::Fac;
        // "Leicester City" beats others; what happens in it happens in the town.
        if phrase && kind == EntityKind::Org && is_located(doc, start) {
            return None;
        }
        (left < start || phrase).then_some((left..end, kind))
    }

    /// The name that begins with the word `i`, behind the noun for what it names: "the tanker Swan Atlantic". In "the
    /// tanker Iran seized" the name is somebody else's.
    fn behind(&self, doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> Option<(Range<usize>, EntityKind)> {
        let sentence = doc.sentence_of(i);
        let quoted = i > sentence.start && matches!(doc.word(i - 1), "\"" | "“" | "'" | "‘");
        let end = if quoted { i - 1 } else { i };
        let noun =
            end.checked_sub(1).filter(|n| *n >= sentence.start && !is_capital(doc, *n) || *n == sentence.start)?;
        let lemma = doc.word(noun).to_lowercase();
        let lemma = lemma.strip_suffix('s').unwrap_or(&lemma);
        let double = || format!("{} {lemma}", doc.word(noun.saturating_sub(1)).to_lowercase());
        let kind = self.get(Part::Behind, lemma).or_else(|| self.get(Part::Behind, &double()))?;
        let tokens = i..run_after(doc, i, sentence.end);
        if tokens.is_empty() || lexicon.country_adjective(doc.word(i)).is_some() {
            return None;
        }
        let head = phrase::head_of(doc, &tokens);
        // "The ferry Estonia sank" and "the ferry Estonia rescued nine" parse alike, but for the root and the object.
        let verb = doc.head(head);
        let clause = doc.dep(head) == Dep::Nsubj
            && doc.dep(verb) == Dep::Relcl
            && !doc.is_root(noun)
            && doc.child(verb, Dep::Dobj).is_none();
        (!clause).then_some((tokens, kind))
    }

    /// The name that begins with the word `i`.
    fn begins_at(&self, doc: &Doc<'_>, i: usize) -> Option<(Range<usize>, EntityKind)> {
        let sentence = doc.sentence_of(i);
        let beside = |part, words: Range<usize>| {
            let within = sentence.start <= words.start && words.end <= sentence.end;
            within.then(|| self.get(part, &lower(doc, words))).flatten()
        };
        let before = beside(Part::Before, i..i + 2).or_else(|| beside(Part::After, i.checked_sub(1)?..i + 1));
        // "the Amazon" is no company, "the Amazon warehouse" is one's.
        let modifies = |kind| kind == EntityKind::Loc && phrase::is_modifier(doc, i) && !is_landscape(doc, i + 1);
        if let Some(kind) = before.filter(|k| is_capital(doc, i) && !continues(doc, i) && !modifies(*k)) {
            return Some((i..i + 1, kind));
        }
        // "Frankfurt sausages", "a Havana shirt": things from anywhere are named after places.
        let any = |j: usize| self.get(Part::With, &format!("* {}", doc.word(j)));
        if let Some(kind) = (i + 1 < sentence.end && is_capital(doc, i)).then(|| any(i + 1)).flatten()
            && doc.head(i) == i + 1
            && matches!(doc.pos(i), Pos::Propn | Pos::Adj)
        {
            return Some((i..i + 2, kind));
        }
        for end in (i + 1..=sentence.end.min(i + PHRASE)).rev() {
            let phrase = lower(doc, i..end);
            if let Some(kind) = self.get(Part::Whole, &phrase)
                && !continues(doc, end - 1)
                && !(kind == EntityKind::Org && (!is_capital(doc, i) || is_located(doc, i)))
            {
                return Some((i..end, kind));
            }
            if !is_capital(doc, i) {
                continue;
            }
            if let Some(kind) = self.get(Part::With, &phrase) {
                return Some((i..end, kind));
            }
            if let Some(kind) = self.get(Part::Number, &phrase)
                && end < sentence.end
                && doc.word(end).chars().any(|c| c.is_ascii_digit())
            {
                return Some((i..end + 1, kind));
            }
            if let Some(kind) = self.get(Part::First, &phrase) {
                let last = run_after(doc, end, sentence.end);
                return (last > end).then_some((i..last, kind));
            }
            if let Some(kind) = self.get(Part::Of, &phrase)
                && end < sentence.end
                && (matches!(doc.word(end), "of" | "on" | "for" | "against")
                    || kind == EntityKind::Fac && matches!(doc.word(end), "de" | "del" | "du"))
            {
                let first =
                    if matches!(doc.word(end + 1), "the" | "la" | "los" | "las" | "el") { end + 2 } else { end + 1 };
                let last = run_after(doc, first, sentence.end);
                return (last > first).then_some((i..last, kind));
            }
        }
        None
    }
}

/// Names over names.
struct Layers<'n, 'd> {
    doc: &'d Doc<'d>,
    names: &'n mut Vec<Name>,
    /// The name that holds each token.
    at: Vec<Option<usize>>,
    gone: HashSet<usize>,
}

impl<'n, 'd> Layers<'n, 'd> {
    fn over(doc: &'d Doc<'d>, names: &'n mut Vec<Name>) -> Self {
        let mut at = vec![None; doc.len()];
        for (n, name) in names.iter().enumerate() {
            at[name.tokens.clone()].fill(Some(n));
        }
        Self { doc, names, at, gone: HashSet::new() }
    }

    /// Lays a name over those that the recogniser found: it takes the place of what lies within it, and gives its type
    /// to the one that it is, or that goes beyond it on the left.
    fn put(&mut self, mut tokens: Range<usize>, kind: EntityKind) {
        let over: BTreeSet<usize> = self.at[tokens.clone()].iter().flatten().copied().collect();
        let names = &mut *self.names;
        let doc = self.doc;
        let capital = |n: &usize| (tokens.end..names[*n].tokens.end).any(|i| is_capital(doc, i));
        let beyond = |n: &usize| names[*n].organisation.is_some() || capital(n);
        // "the ship Friday" is named by nobody.
        let day = |n: &usize| {
            names[*n].tokens.start == tokens.start && matches!(names[*n].kind, EntityKind::Date | EntityKind::Time)
        };
        if over.iter().any(|n| beyond(n) || day(n)) {
            return;
        }
        tokens.start = over.iter().map(|n| names[*n].tokens.start).min().unwrap_or(tokens.start).min(tokens.start);
        self.gone.extend(over);
        self.at[tokens.clone()].fill(Some(names.len()));
        names.push(Name { tokens, kind, organisation: None });
    }

    /// Takes away what lies below.
    fn lay(self) {
        names::remove(self.names, &self.gone);
    }
}

fn lower(doc: &Doc<'_>, tokens: Range<usize>) -> String {
    doc.span_text(tokens).to_lowercase()
}

fn is_capital(doc: &Doc<'_>, i: usize) -> bool {
    doc.word(i).starts_with(char::is_uppercase)
}

/// Whether the words before token `i` say where something is.
fn is_located(doc: &Doc<'_>, i: usize) -> bool {
    i > doc.sentence_of(i).start && matches!(doc.word(i - 1), "in" | "In" | "near" | "Near" | "across" | "around")
}

fn is_landscape(doc: &Doc<'_>, i: usize) -> bool {
    const WORDS: [&str; 8] = ["rainforest", "forest", "jungle", "basin", "river", "region", "delta", "rain"];
    i < doc.len() && WORDS.contains(&doc.word(i))
}

/// Whether the name goes on after token `i`: "Airport Authority", "Bridge-style".
fn continues(doc: &Doc<'_>, i: usize) -> bool {
    let next = i + 1;
    next < doc.sentence_of(i).end
        && (doc.word(next) == "-" && !doc.tokens()[i].space_after
            || is_capital(doc, next) && doc.pos(next) == Pos::Propn)
}

/// The end of a law's name with its number or year: "Act 612", "Act of 2001", "Act, 1960".
fn after_number(doc: &Doc<'_>, end: usize, sentence: usize) -> usize {
    let joins = end < sentence && matches!(doc.word(end), "of" | ",");
    let at = if joins { end + 1 } else { end };
    let year = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let number = |word: &str| !joins && word.bytes().all(|b| b.is_ascii_digit());
    if at < sentence && (year(doc.word(at)) || number(doc.word(at))) { at + 1 } else { end }
}

/// The start of the run of capital words before `end`; "of" and its like join two.
fn run_before(doc: &Doc<'_>, end: usize, first: usize) -> usize {
    let mut start = end;
    let first = first.max(end.saturating_sub(LONGEST));
    let named = |i: usize| is_capital(doc, i) && doc.pos(i) == Pos::Propn && doc.word(i) != "The";
    while start > first {
        let before = start - 1;
        let joins = matches!(doc.word(before), "of" | "de" | "del" | "la" | "al" | "bin" | "-" | "&");
        if named(before) {
            start = before;
        } else if joins && start < end && before > first && named(before - 1) {
            start = before - 1;
        } else {
            break;
        }
    }
    start
}

/// The end of the run of capital words from `start`.
fn run_after(doc: &Doc<'_>, start: usize, sentence: usize) -> usize {
    let last = sentence.min(start + LONGEST / 2);
    let named = |i: &usize| is_capital(doc, *i) && matches!(doc.pos(*i), Pos::Propn | Pos::Noun | Pos::Adj);
    (start..last).find(|i| !named(i)).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use crate::extract::testing;
    use crate::record::EntityKind;

    #[test]
    fn names_have_the_type_that_their_words_state() {
        let check = |text: &str, name: &str, expect: Option<EntityKind>| {
            let story = testing::read(text, Some("2024-05-06"));
            let entities = testing::entities(&story);
            let mention = entities.mentions.iter().find(|m| story.doc.span_text(m.tokens.clone()) == name);
            let all: Vec<_> =
                entities.mentions.iter().map(|m| (story.doc.span_text(m.tokens.clone()), m.kind)).collect();
            assert_eq!(mention.map(|m| m.kind), expect, "{name:?} in {text:?}: {all:?}");
        };
        use EntityKind::{Event, Fac, Gpe, Law, Loc, Org, Person, Product, Vehicle};
        check("He was taken to Dhaka Central Hospital on Monday.", "Dhaka Central Hospital", Some(Fac));
        check("The Danbury Police Station took up the case.", "Danbury Police Station", Some(Fac));
        check("Cargo left the Port of Acajutla on Monday.", "Port of Acajutla", Some(Fac));
        check("Guards at Evin prison beat two inmates.", "Evin prison", Some(Fac));
        check("The Changi Airport Authority fined two firms.", "Changi Airport", None);
        check("Singer Robert Plant arrived in Leeds.", "Robert Plant", Some(Person));
        check("The European plane maker Airbus rejected the claim.", "Airbus", Some(Org));
        check("The sailors of the USS Mahan came home.", "USS Mahan", Some(Vehicle));
        check("A Boeing 737 landed in Oslo.", "Boeing 737", Some(Vehicle));
        check("The council passed Resolution 242 in November.", "Resolution 242", Some(Law));
        check("Parliament amended the Digital Security Act.", "Digital Security Act", Some(Law));
        check("Both sides signed the Treaty of Lisbon.", "Treaty of Lisbon", Some(Law));
        check("He fought in Operation Desert Storm.", "Operation Desert Storm", Some(Event));
        check("Hurricane Mitch killed thousands in Honduras.", "Hurricane Mitch", Some(Event));
        check("The Hurricane Police Department made two arrests.", "Hurricane Police Department", Some(Org));
        check("Mayor Bill de Blasio spoke in Queens.", "Bill de Blasio", Some(Person));
        check("He broke the Clean Air Act of 1970.", "Clean Air Act of 1970", Some(Law));
        check("Officials took the iPhone from him.", "iPhone", Some(Product));
        check("She wrote in an Instagram post that she was safe.", "Instagram", Some(Product));
        check("He announced it on X after midnight.", "X", Some(Product));
        check("A Long March 5 rocket lifted off in Hainan.", "Long March 5", Some(Vehicle));
        check("The cargo ship Unity Explorer was hit off Yemen.", "Unity Explorer", Some(Vehicle));
        check("Pirates boarded the oil tanker Pacific Rose on Monday.", "Pacific Rose", Some(Vehicle));
        check("The ferry Estonia sank at night.", "Estonia", Some(Vehicle));
        check("The tanker Iran seized in May is free.", "Iran", Some(Gpe));
        check("Norwich City lost to Leeds United on Monday.", "Norwich City", Some(Org));
        check("Norwich City lost to Leeds United on Monday.", "Leeds United", Some(Org));
        check("A fire broke out in Kansas City on Monday.", "Kansas City", Some(Gpe));
        check("The Houston Texans beat the Dallas Cowboys.", "Houston Texans", Some(Org));
        check("He left Arsenal for Real Madrid on Monday.", "Real Madrid", Some(Org));
        check("Boston Scientific bought Kansas City Southern.", "Kansas City Southern", Some(Org));
        check("Fires burned in the Amazon.", "Amazon", Some(Loc));
        check("Hikers were lost in Patagonia.", "Patagonia", Some(Loc));
        check("Patagonia executives resigned on Monday.", "Patagonia", Some(Org));
        check("Guests ate Brussels sprouts with Dijon mustard.", "Brussels sprouts", Some(Product));
        check("Visitors ate Frankfurt sausages.", "Frankfurt sausages", Some(Product));
        check("Police in Frankfurt arrested two men.", "Frankfurt", Some(Gpe));
        check("The ferry Pacific Queen rescued its crew.", "Pacific Queen", Some(Vehicle));
        check("Two Black Hawk helicopters and an MQ-9 Reaper took off.", "Black Hawk helicopters", Some(Vehicle));
    }
}
