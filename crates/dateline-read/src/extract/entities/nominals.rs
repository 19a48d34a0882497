//! People, groups, weapons and vehicles that the text describes instead of naming: "U.S. forces", "the militants".
//!
//! A description joins the name it stands beside ("Omar Saleh, a nearby resident"), the name it repeats ("the group"),
//! or an earlier description with the same head and owner; else it opens an entity of its own. Words for people that
//! tell nothing about their part in the world ("man", "children") open none.

use std::collections::{BTreeMap, HashMap};

use super::chains::{Chain, FORMS, Form, RECENT, resolve};
use super::lexicon::{Head, Lexicon};
use super::names::{self, Name};
use super::phrase;
use super::{EntityId, Mention, MentionForm};
use crate::extract::Story;
use crate::nlp::{Dep, Doc, Pos, Stopped};
use crate::record::{EntityKind, Sector};
use crate::words::WordClass;

/// How an entity was described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Description {
    /// Head noun phrase, singular, lower case.
    pub phrase: String,
    /// The country or organisation that the people belong to.
    pub owner: Option<EntityId>,
    /// Whether the words are plural.
    pub plural: bool,
    /// Whether one of them is a person.
    pub person: bool,
    /// Sectors of the head noun.
    pub sectors: Vec<Sector>,
    /// Modifiers that tell these people from others of the same kind: names and compounds ("Turkey-backed").
    pub distinct: String,
    /// Whether it stands with "a" or bare.
    pub indefinite: bool,
}

/// The reader of descriptions: names and chains so far.
pub(super) struct Reader<'a> {
    /// The story.
    pub story: &'a Story<'a>,
    pub doc: &'a Doc<'a>,
    pub lexicon: &'a Lexicon,
    pub names: &'a [Name],
    pub of_name: &'a [EntityId],
    /// Index of the name that holds a token, `u32::MAX` for none.
    pub name_at: &'a [u32],
    pub chains: Vec<Chain>,
    /// The description of every chain that has one.
    pub descriptions: Vec<Option<Description>>,
    /// Titles of the chains, lower case.
    pub titles: Vec<Option<String>>,
    /// Roles stated beside a name ("[al-Masri], the leader of [the group]"): owner, head noun phrase, person.
    pub roles: Vec<(EntityId, String, EntityId)>,
    /// What several people are called beside a name ("[the Orange Vests], rescue volunteers"), with who has the name.
    pub called: Vec<(Form, EntityId)>,
    /// Chains by the token after their last mention.
    pub recent: BTreeMap<usize, EntityId>,
    /// Chains by their description.
    pub known: HashMap<Known, EntityId>,
}

/// What makes a description the same as another: the words, the owner, whether it is a plural, whether of people, and the
/// words that set it apart.
pub(super) type Known = (String, Option<EntityId>, bool, bool, String);

impl Reader<'_> {
    /// Reads all descriptions, in text order.
    pub(super) fn read(&mut self) -> Result<Vec<Mention>, Stopped> {
        self.descriptions.resize(self.chains.len(), None);
        self.titles.resize(self.chains.len(), None);
        for chain in &mut self.chains {
            // From here on "last" means last before the token being read.
            chain.last = 0;
        }
        let mut mentions = Vec::new();
        for i in 0..self.doc.len() {
            self.story.work(1)?;
            if let Some(name) = self.name_ending_at(i) {
                self.used(resolve(&self.chains, self.of_name[name]), i + 1);
            }
            if let Some(mention) = self.mention(i)? {
                self.used(mention.entity, i + 1);
                mentions.push(mention);
            }
        }
        Ok(mentions)
    }

    fn used(&mut self, id: EntityId, last: usize) {
        let before = std::mem::replace(&mut self.chains[id].last, last);
        self.recent.remove(&before);
        self.recent.insert(last, id);
    }

    /// Joins "the leader of the group" to the one person of whom the text says so in apposition.
    pub(super) fn join_roles(&mut self) {
        // The only person with a role; none where there are several.
        let mut holders: HashMap<(EntityId, String), Option<EntityId>> = HashMap::new();
        for (owner, phrase, holder) in std::mem::take(&mut self.roles) {
            let only = holders.entry((owner, phrase)).or_insert(Some(holder));
            *only = only.filter(|h| *h == holder);
        }
        for id in 0..self.chains.len() {
            let Some(Description {
                phrase, owner: Some(owner), plural: false, person: true, indefinite: false, ..
            }) = &self.descriptions[id]
            else {
                continue;
            };
            if let Some(holder) = holders.get(&(*owner, phrase.clone())).copied().flatten()
                && self.chains[id].joined.is_none()
            {
                super::chains::merge(&mut self.chains, holder, id);
            }
        }
    }

    /// Joins people described in the same two or more words that the text once puts beside a single name: the "rescue
    /// volunteers" of the lead are "the Orange Vests, rescue volunteers" further down.
    pub(super) fn join_called(&mut self) {
        let called = std::mem::take(&mut self.called);
        if called.is_empty() {
            return;
        }
        let described = |d: &Option<Description>| d.as_ref().is_some_and(|d| d.plural && d.owner.is_none());
        let mut words: HashMap<Vec<String>, Vec<EntityId>> = HashMap::new();
        for id in (0..self.chains.len()).filter(|id| described(&self.descriptions[*id])) {
            for form in &self.chains[id].forms {
                words.entry(form.words.clone()).or_default().push(id);
            }
        }
        for (form, holder) in called {
            let same = words.get(&form.words).map_or(&[][..], Vec::as_slice);
            let holder = resolve(&self.chains, holder);
            for id in same.iter().copied() {
                if id == holder || self.chains[id].joined.is_some() {
                    continue;
                }
                super::chains::merge(&mut self.chains, holder, id);
            }
        }
    }

    fn name(&self, i: usize) -> Option<usize> {
        self.name_at.get(i).filter(|n| **n != u32::MAX).map(|n| *n as usize)
    }

    fn name_ending_at(&self, i: usize) -> Option<usize> {
        self.name(i).filter(|n| self.names[*n].tokens.end == i + 1)
    }

    fn mention(&mut self, i: usize) -> Result<Option<Mention>, Stopped> {
        let doc = self.doc;
        let noun = matches!(doc.pos(i), Pos::Noun | Pos::Propn) && self.name(i).is_none();
        // "rebel-held" speaks of no rebel.
        let joined = i + 1 < doc.len() && doc.word(i + 1) == "-" && !doc.tokens()[i].space_after;
        if !noun || joined || phrase::is_modifier(doc, i) {
            return Ok(None);
        }
        let tokens = phrase::core(doc, self.lexicon, i);
        let make = |entity, kind| Mention { entity, tokens: tokens.clone(), head: i, kind, form: MentionForm::Nominal };
        if let Some((head, start)) = phrase::known_head(doc, self.lexicon, i) {
            let head = head.clone();
            self.story.work(self.recent.len().min(RECENT))?;
            return Ok(self.people(i, &head, start, tokens.start).map(|(entity, kind)| make(entity, kind)));
        }
        let Some((kind, start)) = phrase::known_thing(doc, self.lexicon, i).or_else(|| self.facility(i, &tokens))
        else {
            return Ok(None);
        };
        let description = Description {
            phrase: self.singular_phrase(start, i),
            owner: None,
            plural: false,
            person: false,
            sectors: Vec::new(),
            distinct: String::new(),
            indefinite: false,
        };
        let entity = self.described(kind, description, start..i + 1);
        Ok(Some(make(entity, kind)))
    }

    /// "Evin prison", "the Kandahar airport": a noun with a name right before it. "Israeli prisons" have none.
    fn facility(&self, i: usize, tokens: &std::ops::Range<usize>) -> Option<(EntityKind, usize)> {
        let noun = self.lexicon.kinds().noun(self.doc, i)?;
        let before = noun.checked_sub(1).filter(|b| tokens.contains(b))?;
        let name = self.name(before).filter(|_| !phrase::is_plural(self.doc, i))?;
        (self.names[name].kind != EntityKind::Norp).then_some((EntityKind::Fac, tokens.start))
    }

    /// The entity that a description of people means.
    fn people(&mut self, i: usize, head: &Head, start: usize, left: usize) -> Option<(EntityId, EntityKind)> {
        let doc = self.doc;
        let kind = if head.person { EntityKind::Person } else { EntityKind::Org };
        let plural = phrase::is_plural(doc, i);
        let owner = self.owner(i, left);
        if let Some(id) = self.beside(i, head) {
            if plural && i > left {
                self.called.push((Form::new(doc.span_text(left..i + 1)), id));
            }
            if let Some((owner, _)) = owner
                && phrase::is_definite(doc, i)
                && !doc.children(i).any(|c| matches!(doc.lemma(c), "former" | "late" | "ex"))
            {
                self.roles.push((owner, self.singular_phrase(start, i), id));
            }
            return Some((id, kind));
        }
        if is_predicate(doc, i) {
            return None;
        }
        if let Some((owner, next_to)) = owner
            && next_to
            && !head.person
            && !plural
            && self.is_kind_of(owner, head)
        {
            return Some((owner, kind));
        }
        let owner = owner.map(|(o, _)| o);
        let definite =
            phrase::is_definite(doc, i) || doc.children(i).any(|c| doc.dep(c) == Dep::Poss && doc.pos(c) == Pos::Pron);
        let phrase = self.singular_phrase(start, i);
        let distinct = self.distinct(left..start, owner);
        if phrase::is_definite(doc, i)
            && !self.is_another(i)
            && let Some(id) = self.repeated(i, head, &phrase, plural, owner, &distinct)
        {
            return Some((id, kind));
        }
        // "members" says nothing, "members of the army" does.
        if head.sectors.is_empty() && owner.is_none() {
            return None;
        }
        let description = Description {
            phrase,
            owner,
            plural,
            person: head.person,
            sectors: head.sectors.clone(),
            distinct,
            indefinite: !definite,
        };
        Some((self.described(kind, description, left..i + 1), kind))
    }

    /// The name that the description stands beside: an apposition either way round.
    fn beside(&self, i: usize, head: &Head) -> Option<EntityId> {
        let doc = self.doc;
        let fits = |token: usize| {
            let name = self.name(token)?;
            let kind = self.names[name].kind;
            let fits = if head.person { kind == EntityKind::Person } else { kind == EntityKind::Org };
            fits.then(|| resolve(&self.chains, self.of_name[name]))
        };
        if doc.dep(i) == Dep::Appos {
            return fits(doc.head(i));
        }
        // "volunteers also known as the Rescue Corps".
        let known = doc
            .children(i)
            .find(|c| *c > i && doc.dep(*c) == Dep::Acl && matches!(doc.lemma(*c), "know" | "call" | "dub"));
        let called = known.and_then(|k| {
            let name = (k + 1..doc.sentence_of(k).end.min(k + 5)).find_map(|t| self.name(t))?;
            matches!(self.names[name].kind, EntityKind::Org | EntityKind::Person)
                .then(|| resolve(&self.chains, self.of_name[name]))
        });
        if called.is_some() {
            return called;
        }
        if phrase::is_plural(doc, i) {
            return None;
        }
        doc.children(i).filter(|c| doc.dep(*c) == Dep::Appos).find_map(fits)
    }

    /// The country or organisation that a noun phrase belongs to, and whether its name stands right before the noun.
    fn owner(&self, i: usize, left: usize) -> Option<(EntityId, bool)> {
        let doc = self.doc;
        let named = |token: usize| {
            let name = self.name(token)?;
            let n = &self.names[name];
            let id = resolve(&self.chains, self.of_name[name]);
            let hyphen = n.tokens.end < doc.len() && doc.word(n.tokens.end) == "-";
            let fits = n.kind == EntityKind::Org || self.chains[id].country.is_some();
            (fits && !hyphen).then_some((id, n.tokens.end == i))
        };
        let before = (left..i).rev().find_map(named);
        let possessor = || doc.children(i).filter(|c| doc.dep(*c) == Dep::Poss).find_map(named);
        let of = || {
            let of =
                doc.children(i).find(|c| doc.dep(*c) == Dep::Prep && matches!(doc.word(*c), "of" | "for" | "from"))?;
            doc.children(of).filter(|c| doc.dep(*c) == Dep::Pobj).find_map(|c| {
                // "of the Islamic State group": the name is inside the noun phrase.
                named(c).or_else(|| doc.children(c).filter(|d| doc.dep(*d) == Dep::Compound).find_map(named))
            })
        };
        before.or_else(possessor).or_else(of)
    }

    /// The modifiers in `range` that tell people apart.
    fn distinct(&self, range: std::ops::Range<usize>, owner: Option<EntityId>) -> String {
        let doc = self.doc;
        let tells = |i: &usize| {
            let own = self.name(*i).is_some_and(|n| Some(resolve(&self.chains, self.of_name[n])) == owner);
            let hyphen = doc.word(*i).contains('-') || doc.word(*i + 1) == "-" || *i > 0 && doc.word(*i - 1) == "-";
            !own && (self.name(*i).is_some() || doc.pos(*i) == Pos::Propn || hyphen)
        };
        let words: Vec<String> = range.filter(tells).map(|i| doc.word(i).to_lowercase()).collect();
        words.join(" ")
    }

    /// Whether "NAME group" means the organisation itself.
    fn is_kind_of(&self, owner: EntityId, head: &Head) -> bool {
        let chain = &self.chains[owner];
        chain.kind == EntityKind::Org
            && (head.sectors.is_empty() || self.sectors(owner).iter().any(|s| head.sectors.contains(s)))
    }

    /// Sectors of an entity so far.
    fn sectors(&self, id: EntityId) -> Vec<Sector> {
        if let Some(organisation) = self.chains[id].organisation {
            return self.lexicon.organisation(organisation).actor.sector.clone();
        }
        if let Some(description) = &self.descriptions[id] {
            return description.sectors.clone();
        }
        let last = self.chains[id].forms.first().and_then(|f| f.words.last());
        last.and_then(|w| self.lexicon.head(w)).map(|h| h.sectors.clone()).unwrap_or_default()
    }

    /// "another group", "the second group", "the other militants": somebody new.
    fn is_another(&self, i: usize) -> bool {
        let doc = self.doc;
        let sets_apart = |c: usize| self.lexicon.is(WordClass::Another, &doc.word(c).to_lowercase());
        doc.children(i).any(|c| c < i && sets_apart(c))
            || doc.children(i).any(|c| c > i && matches!(doc.dep(c), Dep::Relcl | Dep::Acl))
    }

    /// The earlier entity that a definite description repeats.
    fn repeated(
        &self,
        i: usize,
        head: &Head,
        phrase: &str,
        plural: bool,
        owner: Option<EntityId>,
        distinct: &str,
    ) -> Option<EntityId> {
        const NEAR: usize = 250;
        let overlap = |id: EntityId| self.sectors(id).iter().any(|s| head.sectors.contains(s));
        let candidates = || self.recent.values().rev().copied().take(RECENT);
        let described = |id: &EntityId| self.descriptions[*id].as_ref();
        // The same noun with the same or no owner.
        let same = candidates().find(|id| {
            described(id).is_some_and(|d| {
                let modified = distinct.is_empty() && owner.is_none() || d.distinct == distinct;
                d.phrase == phrase
                    && d.plural == plural
                    && d.person == head.person
                    && modified
                    && (owner.is_none() || d.owner == owner)
            })
        });
        if same.is_some() {
            return same;
        }
        if head.person {
            // "the minister" for the person introduced with that title.
            if plural || owner.is_some() {
                return None;
            }
            let mut titled = candidates().filter(|id| {
                self.chains[*id].kind == EntityKind::Person
                    && self.titles[*id].as_ref().is_some_and(|t| {
                        t.split(' ').any(|w| w == phrase) || t.contains(phrase) && phrase.contains(' ')
                    })
            });
            return titled.next();
        }
        if plural && !head.sectors.contains(&Sector::Mil) || !distinct.is_empty() {
            return None;
        }
        // "the city council" is a body of its own, whatever ministry was named before.
        let state = [Sector::Gov, Sector::Cop, Sector::Leg, Sector::Jud];
        if phrase.contains(' ') && !head.sectors.is_empty() && head.sectors.iter().all(|s| state.contains(s)) {
            return None;
        }
        candidates().take_while(|id| i - self.chains[*id].last < NEAR).find(|id| {
            let chain = &self.chains[*id];
            if chain.kind != EntityKind::Org
                || described(id).is_some_and(|d| d.person || owner.is_some() && d.owner != owner)
            {
                return false;
            }
            if owner.is_some() && described(id).is_none() {
                return false;
            }
            if head.sectors.is_empty() {
                let sectors = self.sectors(*id);
                let state = [Sector::Gov, Sector::Mil, Sector::Cop, Sector::Leg, Sector::Jud, Sector::Jrn];
                return chain.named && !sectors.iter().any(|s| state.contains(s));
            }
            overlap(*id)
        })
    }

    /// The chain of a description, opened if it is new.
    fn described(&mut self, kind: EntityKind, description: Description, words: std::ops::Range<usize>) -> EntityId {
        let Description { phrase, owner, plural, person, distinct, .. } = &description;
        let key = (phrase.clone(), *owner, *plural, *person, distinct.clone());
        let form = Form::new(self.doc.span_text(words));
        if let Some(id) = self.known.get(&key) {
            let id = resolve(&self.chains, *id);
            if self.chains[id].forms.len() < FORMS && !self.chains[id].forms.contains(&form) {
                self.chains[id].forms.push(form);
            }
            return id;
        }
        self.chains.push(Chain {
            kind,
            forms: vec![form],
            organisation: None,
            country: None,
            named: false,
            last: 0,
            joined: None,
        });
        self.known.insert(key, self.chains.len() - 1);
        self.descriptions.push(Some(description));
        self.titles.push(None);
        self.chains.len() - 1
    }

    fn singular_phrase(&self, start: usize, head: usize) -> String {
        let surface = phrase::lower(self.doc, start..head + 1);
        let last = phrase::lower(self.doc, head..head + 1);
        format!("{}{}", &surface[..surface.len() - last.len()], phrase::singular(self.doc, head))
    }
}

/// "took over as head", "he is a member": says what somebody is, refers to nobody new.
fn is_predicate(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.dep(i), Dep::Attr | Dep::Oprd) || doc.dep(i) == Dep::Pobj && doc.word(doc.head(i)) == "as"
}

/// For every token the index of the name that holds it.
pub(super) fn name_index(len: usize, names: &[Name]) -> Vec<u32> {
    let mut index = vec![u32::MAX; len];
    for (n, name) in names.iter().enumerate() {
        if names::is_naming(name.kind) || matches!(name.kind, EntityKind::Weapon | EntityKind::Vehicle) {
            index[name.tokens.clone()].fill(n as u32);
        }
    }
    index
}
