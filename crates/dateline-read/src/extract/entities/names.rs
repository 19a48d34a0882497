//! Names as they stand in the text: the recogniser's entities, cleaned, repaired and completed.
//!
//! Three sources, in order of trust: the lexicon of organisations, the recogniser, and names found elsewhere in the
//! article ("propagation"). Spans of the result do not overlap. Which names mean the same is decided in `chains`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::lexicon::Lexicon;
use super::namesakes;
use super::phrase;
use crate::extract::Story;
use crate::extract::places::gazetteer::Gazetteer;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Entity, EntityType, Pos, Stopped};
use crate::record::EntityKind;
use crate::words::WordClass;

/// A name in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The words.
    pub tokens: Range<usize>,
    /// Type.
    pub kind: EntityKind,
    /// Index of the organisation in the lexicon.
    pub organisation: Option<usize>,
}

/// Types that name someone or somewhere; the others are numbers, times and works.
pub(super) fn is_naming(kind: EntityKind) -> bool {
    use EntityKind::{Fac, Gpe, Loc, Norp, Org, Person};
    matches!(kind, Person | Org | Gpe | Loc | Fac | Norp)
}

/// Finds the names of a story, in text order.
pub(super) fn find(story: &Story<'_>, lexicon: &Lexicon, gazetteer: &Gazetteer) -> Result<Vec<Name>, Stopped> {
    let doc = story.doc;
    let words: HashSet<&str> = (0..doc.len()).map(|i| doc.word(i)).collect();
    let cleaned = |e: &Entity| cleaned(doc, lexicon, gazetteer, &words, &e.tokens, e.kind);
    let mut names: Vec<Name> =
        doc.entities().iter().filter_map(cleaned).flat_map(|name| places_of(doc, name)).collect();
    story.work(doc.len())?;
    add_organisations(doc, lexicon, &mut names);
    story.work(doc.len())?;
    lexicon.kinds().settle(doc, lexicon, &mut names);
    namesakes::add_ampersands(doc, &mut names);
    story.work(doc.len())?;
    add_dateline(story, &mut names);
    add_labels(story, gazetteer, &mut names);
    names.sort_by_key(|n| n.tokens.start);
    settle_kinds(doc, lexicon, &mut names);
    settle_places(doc, lexicon, &mut names);
    lexicon.namesakes().settle(doc, lexicon, gazetteer, &mut names);
    story.work(doc.len())?;
    add_called(doc, &mut names);
    propagate(doc, lexicon, &mut names);
    story.work(doc.len())?;
    Ok(names)
}

/// Takes names out and leaves the others in their order.
pub(super) fn remove(names: &mut Vec<Name>, gone: &HashSet<usize>) {
    let mut n = 0..;
    names.retain(|_| n.next().is_none_or(|n| !gone.contains(&n)));
}

/// The recogniser's entity without the words that do not belong to a name; none where nothing is left.
fn cleaned(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    gazetteer: &Gazetteer,
    words: &HashSet<&str>,
    tokens: &Range<usize>,
    kind: EntityType,
) -> Option<Name> {
    let mut tokens = tokens.clone();
    let mut kind = record_kind(kind)?;
    while !tokens.is_empty() && (is_wrapping(doc, tokens.start) || is_article(doc, tokens.start)) {
        tokens.start += 1;
    }
    while !tokens.is_empty() && (is_wrapping(doc, tokens.end - 1) || is_possessive(doc, tokens.end - 1)) {
        tokens.end -= 1;
    }
    if kind == EntityKind::Date
        && let Some(count) = syntax::count_in_date(doc, &tokens)
    {
        // "Sunday 21" people, "Forty-two" people
        if count == tokens.start {
            kind = EntityKind::Cardinal;
        } else {
            tokens.end = count;
        }
    }
    while kind == EntityKind::Cardinal && tokens.len() > 1 && syntax::is_when(doc, tokens.start) {
        tokens.start += 1;
    }
    if matches!(kind, EntityKind::Date | EntityKind::Time) && !is_calendar_name(doc, lexicon, &tokens) {
        return None;
    }
    if kind == EntityKind::Person {
        while tokens.len() > 1 && is_title(doc, lexicon, tokens.start) {
            tokens.start += 1;
        }
    }
    // "left Paris Saint-Germain for Real Madrid" names two.
    if matches!(kind, EntityKind::Gpe | EntityKind::Loc)
        && let Some(stop) = tokens.clone().find(|i| matches!(doc.word(*i), "for" | "from"))
    {
        tokens.end = stop;
    }
    if tokens.is_empty() {
        return None;
    }
    let text = doc.span_text(tokens.clone());
    if tokens.len() == 1 && (is_affiliation(lexicon, text) || is_common_word(doc, lexicon, words, tokens.start)) {
        return None;
    }
    // "the best china"
    let place = matches!(kind, EntityKind::Gpe | EntityKind::Loc);
    let small = place && !text.contains(char::is_uppercase);
    if lexicon.namesakes().is_degree(doc, gazetteer, &tokens, place)
        || small && phrase::determiner(doc, tokens.end - 1).is_some()
    {
        return None;
    }
    if kind == EntityKind::Ordinal
        && phrase::known_head(doc, lexicon, doc.head(tokens.start)).is_some_and(|(_, s)| s == tokens.start)
    {
        return None;
    }
    // "Bureau of Firearms" is named by its first word.
    let head = kind != EntityKind::Org || organisation_head(doc, &tokens) + 1 == tokens.end;
    if (is_naming(kind) && kind != EntityKind::Person && head || kind == EntityKind::Product)
        && let Some((thing, _)) = phrase::known_thing(doc, lexicon, tokens.end - 1)
        && !is_bare(doc, &tokens)
    {
        kind = thing;
    }
    Some(Name { tokens, kind, organisation: None })
}

/// Whether a singular noun stands without a determiner, as only names do: "Shell sued Orange".
fn is_bare(doc: &Doc<'_>, tokens: &Range<usize>) -> bool {
    let i = tokens.start;
    tokens.len() == 1
        && doc.word(i).chars().skip(1).all(char::is_lowercase)
        && !phrase::is_plural(doc, i)
        && !phrase::is_modifier(doc, i)
        && phrase::determiner(doc, i).is_none()
        && matches!(doc.dep(i), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj | Dep::Conj | Dep::Pobj)
}

/// Whether a capital is only that of a sentence: "Marines stormed the island", where the article also writes "marines";
/// "Turkey was served", where it writes of a turkey and of no Turkey within a sentence.
fn is_common_word(doc: &Doc<'_>, lexicon: &Lexicon, words: &HashSet<&str>, i: usize) -> bool {
    let word = doc.word(i).to_lowercase();
    if doc.sentence_of(i).start != i || word == doc.word(i) || !words.contains(word.as_str()) {
        return false;
    }
    let plural = word.strip_suffix('s').is_some_and(|singular| lexicon.head(singular).is_some());
    let noun = |j: usize| doc.word(j) == word && doc.pos(j) == Pos::Noun;
    let name = |j: usize| doc.word(j) == doc.word(i) && doc.sentence_of(j).start != j;
    plural || (0..doc.len()).any(noun) && !(0..doc.len()).any(name)
}

/// Whether a time expression names a point of the calendar or the clock. Periods, ages and relative times ("two years",
/// "34-year-old", "last week") name nothing; they belong to the times of the article.
fn is_calendar_name(doc: &Doc<'_>, lexicon: &Lexicon, tokens: &Range<usize>) -> bool {
    let all_digits = |w: &str| w.bytes().all(|b| b.is_ascii_digit());
    tokens.clone().any(|i| {
        let word = doc.word(i).trim_end_matches(['.', ',']);
        let titled = word.len() > 3
            && lexicon.is(WordClass::Calendar, &word.to_ascii_lowercase())
            && word.starts_with(char::is_uppercase);
        let year = word.trim_end_matches('s');
        let number = year.len() == 4 && all_digits(year) && (year.starts_with('1') || year.starts_with('2'));
        let clock = word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit());
        titled || lexicon.is(WordClass::CalendarShort, word) || number || clock || is_iso_date(word)
    })
}

/// "2024-05-06", "06/05/2024".
fn is_iso_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '/']).collect();
    parts.len() == 3 && parts.iter().all(|p| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn record_kind(kind: EntityType) -> Option<EntityKind> {
    Some(match kind {
        EntityType::Cardinal => EntityKind::Cardinal,
        EntityType::Date => EntityKind::Date,
        EntityType::Event => EntityKind::Event,
        EntityType::Fac => EntityKind::Fac,
        EntityType::Gpe => EntityKind::Gpe,
        EntityType::Language => EntityKind::Language,
        EntityType::Law => EntityKind::Law,
        EntityType::Loc => EntityKind::Loc,
        EntityType::Money => EntityKind::Money,
        EntityType::Norp => EntityKind::Norp,
        EntityType::Ordinal => EntityKind::Ordinal,
        EntityType::Org => EntityKind::Org,
        EntityType::Percent => EntityKind::Percent,
        EntityType::Person => EntityKind::Person,
        EntityType::Product => EntityKind::Product,
        EntityType::Quantity => EntityKind::Quantity,
        EntityType::Time => EntityKind::Time,
        EntityType::WorkOfArt => EntityKind::WorkOfArt,
        EntityType::Unknown => return None,
    })
}

/// Punctuation, quotes and blanks at the edge of a name. A full stop can belong to it.
fn is_wrapping(doc: &Doc<'_>, i: usize) -> bool {
    doc.pos(i) == Pos::Space
        || doc.word(i).chars().all(|c| !c.is_alphanumeric() && !matches!(c, '.' | '$' | '%' | '€' | '£' | '¥'))
}

fn is_article(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.word(i), "the" | "The" | "THE" | "a" | "an" | "A" | "An") && doc.dep(i) == Dep::Det
}

fn is_possessive(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.word(i), "'s" | "’s" | "'" | "’" | "'S" | "’S")
}

/// "President", "Mr.", "Gen.": no part of a person's name.
fn is_title(doc: &Doc<'_>, lexicon: &Lexicon, i: usize) -> bool {
    let word = doc.word(i).to_lowercase();
    let word = word.trim_end_matches('.');
    lexicon.is(WordClass::Title, word)
        || lexicon.head(word).is_some_and(|h| h.person && !h.sectors.is_empty())
            // "Major", "King", "Prince" and "Pope" are surnames too; before a further name they are titles.
            && doc.pos(i + 1) == Pos::Propn
}

/// "U.S.-led", "Kurdish-backed": says who stands behind a group, names nobody.
fn is_affiliation(lexicon: &Lexicon, text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(_, end)| lexicon.is(WordClass::Affiliation, end))
}

/// Lays the lexicon's names over the recogniser's. A longer name of the recogniser keeps its span.
fn add_organisations(doc: &Doc<'_>, lexicon: &Lexicon, names: &mut Vec<Name>) {
    let mut found = Vec::new();
    let mut certain = HashSet::new();
    let mut i = 0;
    while i < doc.len() {
        let start = doc.tokens()[i].start as usize;
        let matched = lexicon.organisation_at(&doc.text()[start..]).and_then(|m| {
            let last = doc.token_at(start + m.len - 1)?;
            let whole = doc.tokens()[last].end as usize == start + m.len;
            (whole && doc.tokens()[last].sentence == doc.tokens()[i].sentence).then_some((m, last))
        });
        let Some((m, last)) = matched else {
            i += 1;
            continue;
        };
        if !m.ambiguous {
            certain.insert(m.organisation);
        }
        found.push((i..last + 1, m));
        i = last + 1;
    }
    let (mut gone, mut added) = (HashSet::new(), Vec::new());
    for (tokens, m) in found {
        if m.ambiguous && !certain.contains(&m.organisation) {
            continue;
        }
        let first = names.partition_point(|n| n.tokens.end <= tokens.start);
        let overlapping: Vec<usize> =
            (first..names.len()).take_while(|n| names[*n].tokens.start < tokens.end).collect();
        let longer = |n: &usize| names[*n].tokens.len() > tokens.len() && covers(&names[*n].tokens, &tokens);
        if overlapping.iter().any(longer) {
            // "the Hamas-run Gaza interior ministry" and "Michael Bloomberg" are not the organisation within.
            continue;
        }
        let kind = match overlapping.as_slice() {
            [n] if names[*n].kind == EntityKind::Norp && names[*n].tokens == tokens => EntityKind::Norp,
            _ => EntityKind::Org,
        };
        gone.extend(overlapping);
        added.push(Name { tokens, kind, organisation: Some(m.organisation) });
    }
    remove(names, &gone);
    names.extend(added);
}

/// The names of a place's name: a list that the recogniser took for one ("Riga, Vilnius") is several.
fn places_of(doc: &Doc<'_>, name: Name) -> Vec<Name> {
    if !matches!(name.kind, EntityKind::Gpe | EntityKind::Loc) {
        return vec![name];
    }
    let part = |tokens| Name { tokens, kind: name.kind, organisation: name.organisation };
    parts(doc, name.tokens.clone()).into_iter().map(part).collect()
}

/// What commas divide.
fn parts(doc: &Doc<'_>, tokens: Range<usize>) -> Vec<Range<usize>> {
    let comma = |i: &usize| doc.pos(*i) == Pos::Punct && doc.word(*i) == "," || doc.pos(*i) == Pos::Space;
    let mut parts = Vec::new();
    let mut start = tokens.start;
    for end in tokens.clone().filter(comma).chain([tokens.end]) {
        parts.push(start..end);
        start = end + 1;
    }
    parts.retain(|p| !p.is_empty());
    parts
}

/// The place of the dateline is a place, whatever the recogniser made of its capitals.
fn add_dateline(story: &Story<'_>, names: &mut Vec<Name>) {
    let doc = story.doc;
    let Some(place) = story.article.layout.dateline.as_ref().and_then(|d| d.place.clone()) else { return };
    let (Some(first), Some(last)) = (doc.token_at(place.start), doc.token_at(place.end.saturating_sub(1))) else {
        return;
    };
    for part in parts(doc, first..last + 1)
        .into_iter()
        .filter(|p| doc.tokens()[p.start].sentence == doc.tokens()[p.end - 1].sentence)
    {
        names.retain(|n| !overlap(&n.tokens, &part));
        names.push(Name { tokens: part, kind: EntityKind::Gpe, organisation: None });
    }
}

/// So are the places that label the parts of a bulletin, "MOSUL: Gunmen shot six soldiers", where there are two and more;
/// there also those that are a line of their own.
fn add_labels(story: &Story<'_>, gazetteer: &Gazetteer, names: &mut Vec<Name>) {
    let doc = story.doc;
    let found: HashMap<usize, EntityKind> = names.iter().map(|n| (n.tokens.start, n.kind)).collect();
    let place = |label: Range<usize>| {
        let end = label.clone().find(|i| doc.word(*i) == ",").unwrap_or(label.end);
        let place = label.start..end;
        let named = match found.get(&label.start) {
            Some(EntityKind::Gpe | EntityKind::Loc) => true,
            Some(EntityKind::Person) => false,
            // In capitals a place may pass for a common noun.
            _ => place.clone().all(|i| doc.pos(i) == Pos::Propn || !doc.word(i).contains(char::is_lowercase)),
        };
        let known = || namesakes::known(gazetteer, doc.span_text(place.clone())).next().is_some();
        (named && !place.is_empty() && known()).then_some(place)
    };
    let sentences = 0..doc.sentences().len();
    let mut places: Vec<Range<usize>> = sentences.clone().filter_map(|s| place(story.label(s)?)).collect();
    if places.len() < 2 {
        return;
    }
    places.extend(sentences.filter_map(|s| place(story.line(s)?)));
    let taken: HashSet<usize> = places.iter().cloned().flatten().collect();
    names.retain(|n| !n.tokens.clone().any(|i| taken.contains(&i)));
    names.extend(places.into_iter().map(|tokens| Name { tokens, kind: EntityKind::Gpe, organisation: None }));
}

/// Repairs types: countries and their adjectives by the table, other names by the majority of their own kind.
fn settle_kinds(doc: &Doc<'_>, lexicon: &Lexicon, names: &mut [Name]) {
    let key = |n: &Name| doc.span_text(n.tokens.clone()).to_lowercase();
    let mut votes: HashMap<String, BTreeMap<EntityKind, usize>> = HashMap::new();
    let mut surnames: HashSet<String> = HashSet::new();
    for name in names.iter().filter(|n| is_naming(n.kind)) {
        *votes.entry(key(name)).or_default().entry(name.kind).or_default() += 1;
        // "Idlib province" makes "Idlib" a place.
        if let Some(bare) = without_place_word(doc, lexicon, &name.tokens) {
            *votes.entry(doc.span_text(bare).to_lowercase()).or_default().entry(EntityKind::Gpe).or_default() += 1;
        }
        if name.kind == EntityKind::Person && name.tokens.len() > 1 {
            surnames.insert(doc.word(name.tokens.end - 1).to_lowercase());
        }
    }
    for name in names.iter_mut().filter(|n| is_naming(n.kind) && n.organisation.is_none()) {
        let text = doc.span_text(name.tokens.clone());
        if surnames.contains(&key(name)) && name.kind == EntityKind::Person {
            continue;
        }
        if lexicon.country_named(text).is_some() && name.kind != EntityKind::Person {
            name.kind = EntityKind::Gpe;
            continue;
        }
        if lexicon.country_adjective(text).is_some() {
            name.kind = EntityKind::Norp;
            continue;
        }
        let Some(kinds) = votes.get(&key(name)) else { continue };
        let own = kinds.get(&name.kind).copied().unwrap_or(0);
        if let Some((kind, count)) = kinds.iter().max_by_key(|(_, n)| **n)
            && *count > 2 * own
        {
            name.kind = *kind;
        }
    }
}

/// Repairs names that the words around them show to be places: "the village of Salwah", "Homs and Shaddada".
fn settle_places(doc: &Doc<'_>, lexicon: &Lexicon, names: &mut [Name]) {
    let mut kind_at: Vec<Option<EntityKind>> = vec![None; doc.len()];
    for name in names.iter() {
        kind_at[phrase::head_of(doc, &name.tokens)] = Some(name.kind);
    }
    for name in names.iter_mut() {
        // A single word: longer names of people and organisations are recognised well.
        if !matches!(name.kind, EntityKind::Person | EntityKind::Org)
            || name.tokens.len() > 1
            || name.organisation.is_some()
        {
            continue;
        }
        let i = name.tokens.start;
        let head = doc.head(i);
        let of_place = doc.dep(i) == Dep::Pobj
            && doc.word(head) == "of"
            && lexicon.is(WordClass::PlaceOf, &doc.lemma(doc.head(head)).to_lowercase());
        let beside_place =
            doc.dep(i) == Dep::Conj && kind_at[head] == Some(EntityKind::Gpe) && name.kind == EntityKind::Person;
        if of_place || beside_place {
            name.kind = EntityKind::Gpe;
        }
    }
    settle_namesakes(doc, names);
}

/// "in Palma" makes "escaped Palma" a place, unless somebody is called so.
fn settle_namesakes(doc: &Doc<'_>, names: &mut [Name]) {
    let called = |n: &&Name| n.kind == EntityKind::Person && n.tokens.len() > 1;
    let surnames: HashSet<&str> = names.iter().filter(called).map(|n| doc.word(n.tokens.end - 1)).collect();
    let located = |n: &&Name| {
        let before = n.tokens.start.checked_sub(1).map_or("", |i| doc.word(i));
        n.kind == EntityKind::Gpe && n.tokens.len() == 1 && matches!(before, "in" | "In" | "near" | "of")
    };
    let places: HashSet<&str> = names.iter().filter(located).map(|n| doc.word(n.tokens.start)).collect();
    for name in names.iter_mut().filter(|n| n.kind == EntityKind::Person && n.tokens.len() == 1) {
        let word = doc.word(name.tokens.start);
        if places.contains(word) && !surnames.contains(word) {
            name.kind = EntityKind::Gpe;
        }
    }
}

/// "Idlib" of "Idlib province", "Kent" of "Kent County".
pub(super) fn without_place_word(doc: &Doc<'_>, lexicon: &Lexicon, tokens: &Range<usize>) -> Option<Range<usize>> {
    let last = doc.word(tokens.end - 1).to_lowercase();
    (tokens.len() > 1 && lexicon.is(WordClass::PlaceWord, &last)).then(|| tokens.start..tokens.end - 1)
}

/// "DEIR EL-ZOUR" to "Deir El-Zour".
pub(super) fn titled(text: &str) -> String {
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if start {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphabetic() && !matches!(c, '\'' | '’');
    }
    out
}

/// Adds the names that the recogniser missed after "known as": they are of the type of the name that they explain.
fn add_called(doc: &Doc<'_>, names: &mut Vec<Name>) {
    const REACH: usize = 10;
    for i in 0..doc.len() {
        if !matches!(doc.word(i), "known" | "dubbed" | "nicknamed" | "called") {
            continue;
        }
        let sentence = doc.sentence_of(i);
        let small = |j: &usize| matches!(doc.word(*j), "as" | "the" | "The") || doc.pos(*j) == Pos::Punct;
        let start = (i + 1..sentence.end.min(i + 4)).find(|j| !small(j)).unwrap_or(sentence.end);
        let end = (start..sentence.end).find(|j| doc.pos(*j) != Pos::Propn).unwrap_or(sentence.end);
        let tokens = start..end;
        let next = names.partition_point(|n| n.tokens.end <= tokens.start);
        if tokens.is_empty() || names.get(next).is_some_and(|n| overlap(&n.tokens, &tokens)) {
            continue;
        }
        let near = |n: &&Name| n.tokens.end + REACH > i && n.tokens.start >= sentence.start;
        let explained = names[..names.partition_point(|n| n.tokens.end <= i)].last().filter(near).map(|n| n.kind);
        if let Some(kind @ (EntityKind::Org | EntityKind::Person)) = explained {
            names.insert(next, Name { tokens, kind, organisation: None });
        }
    }
}

/// Finds the untagged repetitions of names: of whole names, of surnames and of the heads of organisations' names.
fn propagate(doc: &Doc<'_>, lexicon: &Lexicon, names: &mut Vec<Name>) {
    // From the words of a known name to its type; the first use in the article decides.
    let mut known: HashMap<String, EntityKind> = HashMap::new();
    let mut surnames: HashSet<&str> = HashSet::new();
    let mut longest = 1;
    for name in names.iter().filter(|n| is_naming(n.kind) && n.kind != EntityKind::Norp) {
        let text = doc.span_text(name.tokens.clone());
        if text.chars().filter(|c| c.is_alphabetic()).count() < 3
            || !text.starts_with(char::is_uppercase) && name.kind != EntityKind::Person
        {
            continue;
        }
        known.entry(text.to_owned()).or_insert(name.kind);
        if matches!(name.kind, EntityKind::Gpe | EntityKind::Loc)
            && text.len() > 3
            && !text.contains(char::is_lowercase)
        {
            // A dateline's or a headline's capitals.
            known.entry(titled(text)).or_insert(name.kind);
        }
        longest = longest.max(name.tokens.len());
        if name.kind == EntityKind::Person
            && let Some(surname) = surname(doc, lexicon, &name.tokens)
        {
            surnames.insert(doc.span_text(surname.clone()));
            known.entry(doc.span_text(surname).to_owned()).or_insert(name.kind);
        }
    }
    let heads: HashSet<&str> = names
        .iter()
        .filter(|n| n.kind == EntityKind::Org && n.tokens.len() > 1)
        .map(|n| doc.word(organisation_head(doc, &n.tokens)))
        .collect();
    let mut taken = vec![false; doc.len()];
    let mut tagged: HashMap<String, usize> = HashMap::new();
    for name in names.iter() {
        taken[name.tokens.clone()].fill(true);
        *tagged.entry(doc.span_text(name.tokens.clone()).to_lowercase()).or_default() += 1;
    }
    let mut added: Vec<Name> = Vec::new();
    let mut i = 0;
    while i < doc.len() {
        let sentence_end = doc.sentence_of(i).end;
        let most = longest.min(sentence_end - i);
        let hit = (1..=most).rev().find_map(|n| {
            let range = i..i + n;
            let free = !taken[range.clone()].iter().any(|t| *t);
            let proper = doc.pos(i + n - 1) == Pos::Propn && !is_modifier_hyphen(doc, i + n);
            if !free || !proper {
                return None;
            }
            let kind = known.get(doc.span_text(range.clone())).copied();
            Some((range, kind?))
        });
        let hit = hit.or_else(|| {
            let the = i > 0 && matches!(doc.word(i - 1), "the" | "The");
            let alone = i + 1 >= doc.len() || doc.pos(i + 1) != Pos::Propn;
            let free = !taken[i] && doc.pos(i) == Pos::Propn;
            (the && alone && free && heads.contains(doc.word(i))).then_some((i..i + 1, EntityKind::Org))
        });
        match hit {
            Some((tokens, kind)) => {
                i = tokens.end;
                added.push(Name { tokens, kind, organisation: None });
            }
            None => i += 1,
        }
    }
    // A word that is left untagged more often than it is tagged is hardly a name ("the Stool").
    let mut untagged: HashMap<&str, usize> = HashMap::new();
    for name in &added {
        *untagged.entry(doc.span_text(name.tokens.clone())).or_default() += 1;
    }
    added.retain(|n| {
        let text = doc.span_text(n.tokens.clone());
        let certain = heads.contains(text) && n.kind == EntityKind::Org || surnames.contains(text);
        certain || tagged.get(&text.to_lowercase()).copied().unwrap_or(0) >= untagged[text]
    });
    names.extend(added);
    names.sort_by_key(|n| n.tokens.start);
}

/// Whether a hyphen follows that joins the name to another word ("Obama-era").
fn is_modifier_hyphen(doc: &Doc<'_>, i: usize) -> bool {
    i > 0 && i < doc.len() && doc.word(i) == "-" && !doc.tokens()[i - 1].space_after
}

/// The surname of a full name with its particles: "al-Baghdadi", "bin Laden", "de Blasio".
pub(super) fn surname(doc: &Doc<'_>, lexicon: &Lexicon, tokens: &Range<usize>) -> Option<Range<usize>> {
    let mut start = tokens.end - 1;
    // "Kusae Edu XV" and "James II" end with no surname.
    if doc.word(start).bytes().all(|b| matches!(b, b'I' | b'V' | b'X')) {
        return None;
    }
    while start > tokens.start {
        let before = doc.word(start - 1);
        let joined =
            before == "-" || lexicon.is(WordClass::SurnameParticle, &before.to_lowercase()) || doc.word(start) == "-";
        if !joined {
            break;
        }
        start -= 1;
    }
    (start > tokens.start).then_some(start..tokens.end)
}

/// The head of an organisation's name: the word before "of" or "for", else the last one.
pub(super) fn organisation_head(doc: &Doc<'_>, tokens: &Range<usize>) -> usize {
    let link =
        tokens.clone().skip(1).find(|i| matches!(doc.word(*i), "of" | "for" | "on" | "against" | "and" | "in" | "to"));
    link.map_or(tokens.end - 1, |i| i - 1)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn covers(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.start && b.end <= a.end
}
