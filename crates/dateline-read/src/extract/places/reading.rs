//! What a story says about its place names: where they stand, what kind of place the words beside them call them, which
//! of them lies in which, and which countries the story is about.
//!
//! Only surface patterns are read ("X, Y", "X in Y's Z province", "the Syrian village of X"): they are short, strong and
//! hold where parses fail, as in datelines and captions. Nothing is decided here; [`super::rank`] weighs it all.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::gazetteer::{Entry, Gazetteer, Level, NameRank, PlaceIndex};
use super::rank::contains;
use super::words::{Kind, Words};
use crate::extract::Story;
use crate::extract::entities::{Entities, EntityId, MentionForm};
use crate::nlp::{Pos, Tag};
use crate::record::EntityKind;

/// An entity to be placed.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) entity: EntityId,
    pub(super) kind: EntityKind,
    /// The canonical name, then the other forms of the text.
    pub(super) forms: Vec<String>,
    /// Kinds that head nouns in or beside the mentions give, one entry per mention that has one.
    pub(super) kinds: Vec<Kind>,
    pub(super) sites: Vec<Site>,
}

/// One mention of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) tokens: Range<usize>,
    pub(super) sentence: usize,
    pub(super) paragraph: usize,
}

/// Readings of a name that are asked whether one lies in another.
const READINGS: usize = 40;

/// Ties that are read of one name.
const TIES: usize = 200;

/// The text says that one place lies in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Tie {
    /// Index of the inner name.
    pub(super) inner: usize,
    pub(super) outer: Outer,
}

/// What a place lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Outer {
    /// Another name of the story, by index.
    Name(usize),
    /// The country of a demonym.
    Country(PlaceIndex),
}

/// Ties by the names that they tie.
#[derive(Debug, Default)]
pub(super) struct Ties {
    all: HashSet<Tie>,
    of: HashMap<usize, Vec<Tie>>,
}

impl Ties {
    fn add(&mut self, tie: Tie) {
        if !self.all.insert(tie) {
            return;
        }
        self.of.entry(tie.inner).or_default().push(tie);
        if let Outer::Name(outer) = tie.outer {
            self.of.entry(outer).or_default().push(tie);
        }
    }

    /// The ties of a name, in text order.
    pub(super) fn of(&self, name: usize) -> impl Iterator<Item = &Tie> {
        self.of.get(&name).into_iter().flatten().take(TIES)
    }
}

/// Pairs of names, by each of the two.
#[derive(Debug, Default)]
pub(super) struct Pairs(HashMap<usize, BTreeSet<usize>>);

impl Pairs {
    fn add(&mut self, a: usize, b: usize) {
        self.0.entry(a).or_default().insert(b);
        self.0.entry(b).or_default().insert(a);
    }

    /// The other names of a name's pairs.
    pub(super) fn with(&self, name: usize) -> impl Iterator<Item = usize> {
        self.0.get(&name).into_iter().flatten().copied().take(TIES)
    }

    /// Whether two names are a pair.
    pub(super) fn contain(&self, a: usize, b: usize) -> bool {
        self.0.get(&a).is_some_and(|others| others.contains(&b))
    }
}

/// A country or first-level unit that a word other than a place name points to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hint {
    pub(super) place: PlaceIndex,
    pub(super) weight: f64,
    pub(super) token: usize,
}

/// Everything read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) names: Vec<Name>,
    pub(super) ties: Ties,
    /// Pairs of names that stand beside each other in a list.
    pub(super) listed: Pairs,
    /// Pairs of names where the text calls one near the other.
    pub(super) near: Pairs,
    /// Countries and first-level units that other words than place names point to.
    pub(super) hints: Vec<Hint>,
    /// Index of the name that the dateline gives.
    pub(super) dateline: Option<usize>,
}

/// The high units that a name can stand for.
#[derive(Debug, Default)]
struct Tier {
    /// A country or continent.
    country: bool,
    /// Countries that have a first-level unit of the name.
    provinces: Vec<PlaceIndex>,
}

impl Tier {
    /// Whether both can be first-level units of one country.
    fn is_beside(&self, other: &Tier) -> bool {
        self.provinces.iter().any(|c| other.provinces.contains(c))
    }
}

/// Furthest that a pattern reaches over modifiers, in tokens.
const REACH: usize = 6;

/// Reads a story.
pub(super) fn read(story: &Story<'_>, entities: &Entities, gazetteer: &Gazetteer, words: &Words) -> Reading {
    let mut reader = Reader { story, gazetteer, words, starts: vec![None; story.doc.len()], out: Reading::default() };
    reader.names(entities);
    reader.dateline();
    reader.ties();
    reader.demonyms(entities);
    reader.organisations(entities);
    reader.out
}

struct Reader<'r, 'a> {
    story: &'r Story<'a>,
    gazetteer: &'r Gazetteer,
    words: &'r Words,
    /// Per token, the name and site that starts there.
    starts: Vec<Option<(usize, usize)>>,
    out: Reading,
}

impl<'a> Reader<'_, 'a> {
    fn word(&self, i: usize) -> &'a str {
        if i < self.story.doc.len() { self.story.doc.word(i) } else { "" }
    }

    fn kinds_at(&self, i: usize) -> &[Kind] {
        self.words.kinds(&self.word(i).to_lowercase())
    }

    fn names(&mut self, entities: &Entities) {
        for (id, entity) in entities.list.iter().enumerate() {
            if !matches!(entity.kind, EntityKind::Gpe | EntityKind::Loc | EntityKind::Fac) {
                continue;
            }
            let mut name =
                Name { entity: id, kind: entity.kind, forms: vec![entity.name.clone()], kinds: vec![], sites: vec![] };
            let mentions = entities.of(id).filter(|m| m.form == MentionForm::Name);
            for mention in mentions {
                let tokens = mention.tokens.clone();
                if tokens.is_empty() || tokens.end > self.story.doc.len() {
                    continue;
                }
                let form = self.story.doc.span_text(tokens.clone());
                if !name.forms.iter().any(|f| f == form) {
                    name.forms.push(form.to_owned());
                }
                let kind = self.kind_inside(form, &tokens).or_else(|| self.kind_beside(&tokens));
                name.kinds.extend(kind.or_else(|| self.kind_of_list(&tokens).map(|(kind, _)| kind)));
                let sentence = self.story.sentence(tokens.start);
                let paragraph = self.story.paragraph(sentence);
                self.starts[tokens.start] = Some((self.out.names.len(), name.sites.len()));
                name.sites.push(Site { tokens, sentence, paragraph });
            }
            self.out.names.push(name);
        }
    }

    /// The kind that a noun inside a mention gives ("Idlib province"), unless it is part of the name ("Ivory Coast").
    fn kind_inside(&self, form: &str, tokens: &Range<usize>) -> Option<Kind> {
        let last = tokens.len().checked_sub(2).and_then(|_| self.kinds_at(tokens.end - 1).first().copied());
        last.filter(|_| self.gazetteer.lookup(form).iter().all(|c| c.rank > NameRank::Press))
    }

    /// The kind that the nouns beside a mention give: "the X district", "the village of X", "the town X".
    fn kind_beside(&self, tokens: &Range<usize>) -> Option<Kind> {
        let after = self.kinds_at(tokens.end);
        // "in Aleppo city officials said": a head noun that goes on as a compound is not about the name.
        let goes_on =
            |i: usize| i < self.story.doc.len() && self.story.doc.pos(i) == Pos::Noun && self.kinds_at(i).is_empty();
        if let Some(kind) = after.first()
            && !goes_on(tokens.end + 1)
            && self.word(tokens.end + 1) != "of"
            && !(*kind == Kind::City && (self.is_only_a_unit(tokens) || self.is_modifier(tokens.start)))
        {
            return Some(*kind);
        }
        let start = tokens.start;
        if start >= 2 && self.word(start - 1) == "of" {
            return self.kinds_at(start - 2).first().copied();
        }
        (start >= 1).then(|| self.kinds_at(start - 1).first().copied()).flatten()
    }

    /// The kind that the head noun of a list gives each item, and where the list ends: "Madison, Rankin and Union
    /// counties", "the towns of Madison, Troy and Union".
    fn kind_of_list(&self, tokens: &Range<usize>) -> Option<(Kind, usize)> {
        const LONGEST: usize = 24;
        let doc = self.story.doc;
        let sentence = doc.sentence_of(tokens.start);
        let item = |i: usize| doc.pos(i) == Pos::Propn && self.word(i).starts_with(char::is_uppercase);
        let joiner = |i: usize| matches!(self.word(i), "," | "and" | "or" | "&");
        let head = |i: usize| self.word(i).ends_with('s').then(|| self.kinds_at(i).first().copied()).flatten();
        let last = sentence.end.min(tokens.end + LONGEST);
        let end = (tokens.end..last).find(|i| !item(*i) && !joiner(*i)).unwrap_or(last);
        let joined = (tokens.start..end).any(joiner);
        if joined && let Some(kind) = (end < last && !joiner(end - 1)).then(|| head(end)).flatten() {
            return Some((kind, end + 1));
        }
        // "the towns of Madison, Troy and Union, Mississippi": behind the last item stands what holds them all.
        let closed = (tokens.start..end).find(|i| matches!(self.word(*i), "and" | "or"));
        let end = closed.and_then(|and| (and + 1..end).find(|i| joiner(*i))).unwrap_or(tokens.end);
        let first = sentence.start.max(tokens.start.saturating_sub(LONGEST));
        let of = (first..tokens.start).rev().find(|i| !item(*i) && !joiner(*i)).filter(|i| self.word(*i) == "of")?;
        joined.then(|| head(of.checked_sub(1)?)).flatten().map(|kind| (kind, end))
    }

    /// Whether a name behind an article only says where something is: "the leafy Washington town".
    fn is_modifier(&self, start: usize) -> bool {
        let doc = self.story.doc;
        let before = (doc.sentence_of(start).start..start).rev();
        let mut before = before.skip_while(|i| matches!(doc.pos(*i), Pos::Adj | Pos::Adv | Pos::Num));
        before.next().is_some_and(|i| doc.pos(i) == Pos::Det)
    }

    /// Whether a name is a country's or province's and no town's that compares with it: "the Idaho town" is a town in
    /// Idaho, and "the Virginia town" is not Virginia in the Free State.
    fn is_only_a_unit(&self, tokens: &Range<usize>) -> bool {
        let found = self.gazetteer.lookup(self.story.doc.span_text(tokens.clone()));
        let own = found.iter().filter(|c| c.rank == NameRank::Main).map(|c| self.gazetteer.entry(c.place));
        let (mut unit, mut town) = (None, 0);
        for entry in own {
            match entry.level {
                Level::Country | Level::Province => unit = unit.max(Some(entry.population)),
                Level::City => town = town.max(entry.population),
                _ => {}
            }
        }
        unit.is_some_and(|people| town < 50_000 || town < people / 20)
    }

    /// The name that stands first in the dateline.
    fn dateline(&mut self) {
        let place = self.story.article.layout.dateline.as_ref().and_then(|d| d.place.clone());
        let Some(place) = place else { return };
        let first = self.story.doc.token_at(place.start);
        let inside = |i: &usize| self.story.doc.bytes(*i..*i + 1).start < place.end;
        let name = first.and_then(|t| (t..self.starts.len()).take_while(inside).find_map(|i| self.starts[i]));
        self.out.dateline = name.map(|(n, _)| n);
    }

    /// The mention at or after token `i`, over modifiers and head nouns of the name to come.
    fn name_ahead(&self, mut i: usize, reach: usize) -> Option<(usize, Range<usize>)> {
        let doc = self.story.doc;
        let sentence = (i < doc.len()).then(|| doc.sentence_of(i))?;
        let last = (i + reach).min(sentence.end);
        while i < last {
            if let Some((name, site)) = self.starts[i] {
                return Some((name, self.out.names[name].sites[site].tokens.clone()));
            }
            let word = self.word(i).to_lowercase();
            let modifies = matches!(doc.pos(i), Pos::Adj | Pos::Det | Pos::Num)
                || matches!(doc.tokens()[i].tag, Tag::Vbn | Tag::Hyph)
                || matches!(word.as_str(), "of" | "the" | "-" | "’s" | "'s" | "largest" | "main")
                || self.words.direction(&word).is_some()
                || self.words.demonym(&super::fold::fold(&word)).is_some()
                || !self.words.kinds(&word).is_empty();
            // "the Turkish border town of X" does not say on which side X lies.
            if !modifies || word.starts_with("border") || word.starts_with("frontier") {
                return None;
            }
            i += 1;
        }
        None
    }

    fn ties(&mut self) {
        let sites: Vec<(usize, Range<usize>)> =
            (self.starts.iter().flatten()).map(|(n, s)| (*n, self.out.names[*n].sites[*s].tokens.clone())).collect();
        for (name, tokens) in sites {
            self.ties_of(name, tokens);
        }
        self.units_of_counties();
    }

    /// A county lies in the state that was named last before it in its paragraph, or in the one of the dateline, where
    /// the gazetteer has it there: every state has its Madison County.
    fn units_of_counties(&mut self) {
        let mut sites: Vec<(usize, Site)> = Vec::new();
        for (n, name) in self.out.names.iter().enumerate() {
            sites.extend(name.sites.iter().map(|site| (n, site.clone())));
        }
        sites.sort_by_key(|(_, site)| site.tokens.start);
        let (mut last, mut dispatch) = (None, None);
        for (name, site) in sites {
            if !self.tier(name).provinces.is_empty() && !self.out.names[name].kinds.contains(&Kind::District) {
                last = Some((name, site.paragraph));
                dispatch = dispatch.or(Some(name).filter(|_| self.is_in_dateline(&site)));
            }
            let tied = self.out.ties.of(name).any(|t| t.inner == name);
            if tied || !self.out.names[name].kinds.contains(&Kind::District) {
                continue;
            }
            let near = last.filter(|(_, paragraph)| *paragraph == site.paragraph).map(|(unit, _)| unit);
            if let Some(unit) = near.or(dispatch).filter(|unit| self.has_district_in(name, *unit)) {
                self.tie(name, unit);
            }
        }
    }

    fn is_in_dateline(&self, site: &Site) -> bool {
        let place = self.story.article.layout.dateline.as_ref().and_then(|d| d.place.clone());
        place.is_some_and(|place| place.contains(&self.story.doc.bytes(site.tokens.clone()).start))
    }

    /// Whether the gazetteer has a district of one name in a place of another.
    fn has_district_in(&self, inner: usize, outer: usize) -> bool {
        let readings = |name: usize| {
            let found = self.gazetteer.lookup(&self.out.names[name].forms[0]);
            found.into_iter().map(|c| self.gazetteer.entry(c.place)).collect::<Vec<_>>()
        };
        let outer = readings(outer);
        let district = |e: &&Entry<'_>| e.level == Level::District;
        readings(inner).iter().filter(district).any(|i| outer.iter().take(3).any(|o| contains(o, i, self.words)))
    }

    fn ties_of(&mut self, name: usize, tokens: Range<usize>) {
        let sentence = self.story.doc.sentence_of(tokens.start);
        let mut at = tokens.end;
        while at < sentence.end && at < tokens.end + 2 && !self.kinds_at(at).is_empty() {
            at += 1;
        }
        if let Some((_, end)) = self.kind_of_list(&tokens).filter(|(_, end)| *end > tokens.end && at == tokens.end) {
            if let Some(next) = self.name_ahead(tokens.end + 1, 2).map(|(n, _)| n).filter(|n| *n != name) {
                self.out.listed.add(name, next);
            }
            match self.word(end) {
                "in" => self.lies_in(name, self.name_ahead(end + 1, REACH)),
                "," | "of" => self.lies_in(name, self.name_ahead(end + 1, 1)),
                _ => {}
            }
            return;
        }
        if at >= sentence.end {
            return;
        }
        let headed = at > tokens.end;
        match self.word(at) {
            "," => self.after_comma(name, tokens.start, at + 1, sentence.end),
            "and" | "or" => {
                let next = self.name_ahead(at + 1, 2).map(|(n, _)| n).filter(|n| *n != name);
                next.into_iter().for_each(|n| self.out.listed.add(name, n));
            }
            "in" | "inside" | "within" => self.lies_in(name, self.name_ahead(at + 1, REACH)),
            "near" => self.lies_near(name, at + 1),
            "(" => {
                if let Some((outer, inner)) = self.name_ahead(at + 1, 1)
                    && self.word(inner.end) == ")"
                {
                    self.tie(name, outer);
                }
            }
            "'s" | "’s" | "'" | "’" => self.holds(name, self.name_ahead(at + 1, REACH)),
            "of" if headed => self.holds(name, self.name_ahead(at + 1, 2)),
            _ if headed => self.holds(name, self.name_ahead(at, 1)),
            _ => {}
        }
    }

    /// "X, Y", "X, in Y", "X, a town in Y", "X, the capital of Y".
    fn after_comma(&mut self, name: usize, start: usize, at: usize, end: usize) {
        if let Some(found) = self.name_ahead(at, 4) {
            if self.is_list(name, start, &found, end) {
                self.out.listed.add(name, found.0);
            } else {
                self.lies_in(name, Some(found));
            }
            return;
        }
        let mut headed = matches!(self.word(at), "in" | "inside" | "within");
        for i in at..end.min(at + 9) {
            match self.word(i) {
                "in" | "inside" | "within" | "of" if headed => {
                    return self.lies_in(name, self.name_ahead(i + 1, REACH));
                }
                "near" if headed => return self.lies_near(name, i + 1),
                "," | "." | ";" => return,
                // "In El Fasher, according to a group with its headquarters in Utrecht": no word on El Fasher.
                _ if !headed && self.story.doc.pos(i) == Pos::Verb => return,
                _ => headed |= !self.kinds_at(i).is_empty(),
            }
            if self.starts[i].is_some() {
                return;
            }
        }
    }

    /// Whether "X, Y" are items of a list rather than a place and what it lies in. Countries and continents lie in none;
    /// "Ohio, Utah and Iowa" are equals; three towns in a row are no nesting unless the next names a country.
    fn is_list(&self, name: usize, start: usize, outer: &(usize, Range<usize>), end: usize) -> bool {
        let (inner, (other, tokens)) = (self.tier(name), outer.clone());
        let outer = self.tier(other);
        let joins = |i: usize| matches!(self.word(i), "," | "and" | "or");
        let mut next = tokens.end;
        while next < end && joins(next) {
            next += 1;
        }
        let follows = self.starts.get(next).copied().flatten().filter(|_| next > tokens.end).map(|(n, _)| self.tier(n));
        let mut before = start;
        while before > 0 && joins(before - 1) {
            before -= 1;
        }
        let before = (before < start && before > 0).then(|| self.ending_at(before)).flatten().map(|n| self.tier(n));
        // "Vienna, Zurich and Prague": no Vienna that the gazetteer has lies in any Zurich.
        if (follows.is_some() || before.is_some()) && !self.may_lie_in(name, other) {
            return true;
        }
        let beside = |is: &dyn Fn(&Tier) -> bool| follows.as_ref().is_some_and(is) || before.as_ref().is_some_and(is);
        match (&inner, &outer) {
            (Tier { country: true, .. }, Tier { country: true, .. }) => true,
            (_, Tier { country: true, .. }) => follows.is_some_and(|f| f.country),
            _ if inner.is_beside(&outer) => beside(&|t| t.is_beside(&outer)) || !inner.country,
            _ if !outer.provinces.is_empty() => {
                beside(&|t| t.is_beside(&outer)) && (inner.country || inner.is_beside(&outer))
            }
            _ => beside(&|t| !t.country && t.provinces.is_empty()),
        }
    }

    /// Whether a place of one name lies in one of another; true of names that the gazetteer lacks.
    fn may_lie_in(&self, inner: usize, outer: usize) -> bool {
        let readings = |name: usize| {
            let found = self.gazetteer.lookup(&self.out.names[name].forms[0]);
            found.into_iter().take(READINGS).map(|c| self.gazetteer.entry(c.place)).collect::<Vec<_>>()
        };
        let (inner, outer) = (readings(inner), readings(outer));
        inner.is_empty() || inner.iter().any(|i| outer.iter().any(|o| contains(o, i, self.words)))
    }

    /// The name whose mention ends before token `end`.
    fn ending_at(&self, end: usize) -> Option<usize> {
        let starts = (end.saturating_sub(5)..end).rev().find_map(|i| self.starts[i]);
        starts.filter(|(n, s)| self.out.names[*n].sites[*s].tokens.end == end).map(|(n, _)| n)
    }

    /// The units that have the name as their own.
    fn tier(&self, name: usize) -> Tier {
        let mut tier = Tier::default();
        let readings = self.gazetteer.lookup(&self.out.names[name].forms[0]);
        for entry in readings.iter().filter(|c| c.rank <= NameRank::Press).map(|c| self.gazetteer.entry(c.place)) {
            match entry.level {
                Level::Country => tier.country = true,
                Level::Region if entry.code == "CONT" => tier.country = true,
                Level::Province => tier.provinces.extend(entry.country),
                _ => {}
            }
        }
        tier
    }

    fn lies_in(&mut self, name: usize, found: Option<(usize, Range<usize>)>) {
        if let Some((outer, _)) = found {
            self.tie(name, outer);
        }
    }

    fn holds(&mut self, name: usize, found: Option<(usize, Range<usize>)>) {
        if let Some((inner, _)) = found {
            self.tie(inner, name);
        }
    }

    fn lies_near(&mut self, name: usize, at: usize) {
        if let Some((other, _)) = self.name_ahead(at, 3)
            && other != name
        {
            self.out.near.add(name, other);
        }
    }

    fn tie(&mut self, inner: usize, outer: usize) {
        if inner != outer {
            self.out.ties.add(Tie { inner, outer: Outer::Name(outer) });
        }
    }

    /// Countries of adjectives, and "the Syrian village of X".
    fn demonyms(&mut self, entities: &Entities) {
        let doc = self.story.doc;
        for i in 0..doc.len() {
            // "Swiss cheese" is eaten everywhere.
            let thing = || entities.mention_at(i).is_some_and(|m| m.kind == EntityKind::Product);
            if !self.word(i).starts_with(|c: char| c.is_uppercase()) || thing() {
                continue;
            }
            let single = super::fold::fold(self.word(i));
            let double = format!("{single} {}", super::fold::fold(self.word(i + 1)));
            let (country, next) = match (self.words.demonym(&double), self.words.demonym(&single)) {
                (Some(country), _) => (country, i + 2),
                (None, Some(country)) if self.starts[i].is_none() => (country, i + 1),
                _ => continue,
            };
            self.out.hints.push(Hint { place: country, weight: 0.5, token: i });
            let head = (next..(next + 4).min(doc.len())).find(|j| !self.kinds_at(*j).is_empty());
            let Some(head) = head else { continue };
            let mut from = next;
            if self.word(head + 1) == "," && self.name_ahead(next, head + 1 - next).is_none() {
                from = head + 2;
            }
            if let Some((inner, tokens)) = self.name_ahead(from, REACH)
                && tokens.start > head
            {
                self.out.ties.add(Tie { inner, outer: Outer::Country(country) });
            }
        }
    }

    /// Countries and provinces named inside organisations and people's titles ("Texas Department of Health").
    fn organisations(&mut self, entities: &Entities) {
        for mention in &entities.mentions {
            let named = mention.form == MentionForm::Name && mention.kind == EntityKind::Org;
            if !named || mention.tokens.end > self.story.doc.len() {
                continue;
            }
            let tokens = mention.tokens.clone();
            let capital = |i: &usize| self.word(*i).starts_with(|c: char| c.is_uppercase());
            let starts: Vec<usize> = tokens.clone().filter(capital).collect();
            for i in starts {
                for end in (i + 1..=tokens.end.min(i + 3)).rev() {
                    if end - i == tokens.len() && tokens.len() == 1 {
                        continue;
                    }
                    let form = self.story.doc.span_text(i..end);
                    let readings = self.gazetteer.lookup(form);
                    // "National", "Federal", "La" and "South" are short for some province, and mean none.
                    let meant = |entry: &Entry<'_>| match entry.level {
                        Level::Country => true,
                        Level::Province => entry.name == form && self.words.direction(form).is_none(),
                        _ => false,
                    };
                    let unit =
                        readings.iter().find(|c| c.rank <= NameRank::Press && meant(&self.gazetteer.entry(c.place)));
                    if let Some(unit) = unit {
                        self.out.hints.push(Hint { place: unit.place, weight: 0.3, token: i });
                        break;
                    }
                }
            }
        }
    }
}
