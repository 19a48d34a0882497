//! The countries of actors that no word of theirs names: "protesters" in Egypt, "the Treasury" in a dispatch from
//! Washington, and capitals that stand for governments ("Tehran accused Riyadh").
//!
//! Runs after the places are resolved. A country is taken from the sentences that speak of the actor, where the places
//! in which they say something happened are of one country only, then from the dateline, then from the article, where it speaks of one country only.

use std::collections::{BTreeMap, BTreeSet};

use super::actors;
use super::{Entities, Entity, EntityId, Mention, MentionForm};
use crate::extract::Story;
use crate::extract::places::Unit;
use crate::nlp::{Dep, Pos};
use crate::record::{Actor, EntityKind, Sector};

/// Gives actors the countries that the story tells.
pub fn settle(story: &Story<'_>, units: &[Unit], entities: &mut Entities) {
    correct(entities);
    for id in 0..entities.list.len() {
        if let Some(country) = governed(story, entities, id) {
            entities.list[id].actor = Some(actors::finished(Actor { country_iso3: Some(country), ..Actor::default() }));
        }
    }
    let countries = Countries::of(story, units, entities);
    for id in 0..entities.list.len() {
        let Some(actor) = entities.list[id].actor.as_ref().filter(|actor| is_open(actor)) else { continue };
        let state = actor.sector.first().is_some_and(|s| is_state(*s));
        let Some(country) = countries.told(entities, id, state).or_else(|| countries.story(state)) else { continue };
        let actor = Actor { country_iso3: Some(country), cameo_code: None, ..actor.clone() };
        entities.list[id].actor = Some(actors::finished(actor));
    }
}

/// Takes back the country of a name that means another place here: Georgia the state, the Congo of Brazzaville.
fn correct(entities: &mut Entities) {
    let misread = |entity: &Entity| {
        let actor = entity.actor.as_ref().filter(|a| a.sector.is_empty() && a.nonstate.is_none())?;
        let place = entity.place.as_ref().filter(|_| entity.kind == EntityKind::Gpe)?;
        let unit = place.feature_code.as_deref().filter(|code| *code == "ADM1" || code.starts_with("PCL"))?;
        let (from, to) = (actor.country_iso3.clone()?, place.country_iso3.clone()?);
        (from != to).then(|| (entity.name.clone(), from, to, unit == "ADM1"))
    };
    let found: Vec<_> = entities.list.iter().filter_map(misread).collect();
    for (name, from, to, state) in found {
        let called = |e: &&mut Entity| e.name == name || e.name.split([' ', '-']).any(|word| word == name);
        for entity in entities.list.iter_mut().filter(called) {
            let Some(actor) = entity.actor.as_ref().filter(|a| a.country_iso3.as_ref() == Some(&from)) else {
                continue;
            };
            let actor = Actor { country_iso3: Some(to.clone()), cameo_code: None, ..actor.clone() };
            // A state of a federation is no country, those who serve it are of one.
            entity.actor = (!state || entity.name != name).then(|| actors::finished(actor));
        }
    }
}

/// The country of a capital that acts: "Tehran accused", "blamed by Kyiv".
fn governed(story: &Story<'_>, entities: &Entities, id: EntityId) -> Option<String> {
    let entity = &entities.list[id];
    let place =
        entity.place.as_ref().filter(|p| entity.actor.is_none() && p.feature_code.as_deref() == Some("PPLC"))?;
    // Brussels mostly stands for the European Union.
    let acts = place.name != "Brussels" && entities.of(id).any(|m| is_party(story, m));
    acts.then(|| place.country_iso3.clone()).flatten()
}

/// Whether a place stands where a party to something stands.
fn is_party(story: &Story<'_>, mention: &Mention) -> bool {
    let doc = story.doc;
    let mut i = mention.head;
    while doc.dep(i) == Dep::Conj && doc.head(i) != i {
        i = doc.head(i);
    }
    let verb = doc.head(i);
    match doc.dep(i) {
        Dep::Nsubj | Dep::Dobj | Dep::Dative => doc.pos(verb) == Pos::Verb,
        Dep::Pobj => matches!(doc.word(verb), "by" | "against" | "with" | "between"),
        _ => false,
    }
}

/// Whether a place is where something happens: "in Alexandria", not "the U.S. said" or "Syria's war".
fn is_where(story: &Story<'_>, mention: &Mention) -> bool {
    let doc = story.doc;
    let mut i = mention.head;
    while matches!(doc.dep(i), Dep::Conj | Dep::Appos | Dep::Compound) && doc.head(i) != i {
        i = doc.head(i);
    }
    const WHERE: [&str; 9] = ["in", "at", "near", "across", "outside", "inside", "around", "throughout", "through"];
    doc.dep(i) == Dep::Pobj && WHERE.iter().any(|w| doc.word(doc.head(i)).eq_ignore_ascii_case(w))
}

/// Whether an actor is of no country, but of some country for sure.
fn is_open(actor: &Actor) -> bool {
    let own = actor.sector.first().is_some_and(|s| !matches!(s, Sector::Unk | Sector::Rel | Sector::Crm | Sector::Ref));
    actor.country_iso3.is_none()
        && actor.nonstate.is_none()
        && own
        && !actor.cameo_code.as_deref().is_some_and(is_worldwide)
}

fn is_worldwide(code: &str) -> bool {
    ["IGO", "NGO", "NGM", "IMG", "MNC", "INT"].iter().any(|opening| code.starts_with(opening))
}

fn is_state(sector: Sector) -> bool {
    matches!(sector, Sector::Gov | Sector::Mil | Sector::Cop | Sector::Leg | Sector::Jud | Sector::Spy)
}

/// The countries that a story speaks of.
struct Countries<'s, 'a> {
    story: &'s Story<'a>,
    /// By sentence: of its places, and of its places and adjectives.
    places: BTreeMap<usize, BTreeSet<String>>,
    all: BTreeMap<usize, BTreeSet<String>>,
    dateline: Option<String>,
}

impl<'s, 'a> Countries<'s, 'a> {
    fn of(story: &'s Story<'a>, units: &[Unit], entities: &Entities) -> Self {
        let mut found = Self { story, places: BTreeMap::new(), all: BTreeMap::new(), dateline: None };
        let dateline = story.article.layout.dateline.as_ref().and_then(|d| d.place.clone());
        for mention in entities.mentions.iter().filter(|m| m.form == MentionForm::Name) {
            let entity = &entities.list[mention.entity];
            let place = entity.place.as_ref().and_then(|p| p.country_iso3.clone());
            let actor = || entity.actor.as_ref().filter(|a| a.sector.is_empty() || entity.place.is_some());
            let Some(country) = place.clone().or_else(|| actor()?.country_iso3.clone()) else { continue };
            let at = story.doc.bytes(mention.tokens.clone()).start;
            if place.is_some() && dateline.as_ref().is_some_and(|d| d.contains(&at)) {
                found.dateline.get_or_insert(country);
                continue;
            }
            found.add(mention.head, country, place.is_some() && is_where(story, mention));
        }
        for unit in units {
            let Some(country) = &unit.place.country_iso3 else { continue };
            unit.tokens.iter().for_each(|token| found.add(*token, country.clone(), false));
        }
        found
    }

    fn add(&mut self, token: usize, country: String, place: bool) {
        let sentence = self.story.sentence(token);
        if place {
            self.places.entry(sentence).or_default().insert(country.clone());
        }
        self.all.entry(sentence).or_default().insert(country);
    }

    /// The one country of the places in the sentences that speak of an entity; for those who serve a state no other may
    /// be spoken of there.
    fn told(&self, entities: &Entities, id: EntityId, state: bool) -> Option<String> {
        let sentences: BTreeSet<usize> = entities.of(id).map(|m| self.story.sentence(m.head)).collect();
        let in_sentences = |of| only(sentences.iter().filter_map(|s| BTreeMap::get(of, s)).flatten());
        let place = in_sentences(&self.places)?;
        (!state || in_sentences(&self.all).is_some()).then_some(place)
    }

    /// The country of the dispatch, for those who serve a state; else the only one that the story speaks of.
    fn story(&self, state: bool) -> Option<String> {
        let places = || self.places.values().flatten().chain(&self.dateline);
        let lone = only(self.all.values().flatten().chain(&self.dateline)).filter(|_| places().next().is_some());
        lone.or_else(|| self.dateline.clone().filter(|_| state))
    }
}

/// The country, where all are the same.
fn only<'c>(mut countries: impl Iterator<Item = &'c String>) -> Option<String> {
    let first = countries.next()?;
    countries.all(|c| c == first).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    #[test]
    fn actors_are_of_the_country_that_the_story_tells() {
        let check = |text: &str, name: &str, expect: Option<&str>| {
            let story = testing::read(text, Some("2024-05-06"));
            let mut entities = testing::entities(&story);
            let units = testing::places().resolve(&story, &mut entities).unwrap();
            settle(&story, &units, &mut entities);
            let found = entities.list.iter().find(|e| e.name == name);
            let code = found.and_then(|e| e.actor.as_ref()?.cameo_code.as_deref());
            let all: Vec<_> = entities.list.iter().map(|e| &e.name).collect();
            assert_eq!(code, expect, "{name:?} in {text:?}: {all:?}");
        };
        let shot = "CAIRO — Egyptian police fired on protesters in Alexandria on Friday, killing two.";
        check(shot, "protesters", Some("EGYOPP"));
        check("NAIROBI, Kenya — Police shot dead two protesters in Kisumu on Monday.", "Police", Some("KENCOP"));
        let sanctions = "WASHINGTON — The Treasury imposed sanctions on two Iranian firms on Tuesday.";
        check(sanctions, "Treasury", Some("USAGOV"));
        check(sanctions, "Iranian firms", Some("IRNBUS"));
        check("Students marched in Lagos on Monday; soldiers fired at them.", "soldiers", Some("NGAMIL"));
        check("Turkish soldiers fired on protesters in Syria on Monday.", "protesters", Some("SYROPP"));
        check("France and Niger held talks on Monday. The police guarded them.", "police", Some("COP"));
        check("Tehran accused Riyadh on Tuesday of funding separatists.", "Tehran", Some("IRN"));
        check("Tehran accused Riyadh on Tuesday of funding separatists.", "Riyadh", Some("SAU"));
        check("Ankara recalled its ambassador from Stockholm on Monday.", "Ankara", Some("TUR"));
        check("A bomb exploded in Tehran on Monday.", "Tehran", None);
        let state = "ATLANTA, Georgia — Georgia lawmakers accused Georgia on Monday.";
        check(state, "Georgia lawmakers", Some("USALEG"));
        check(state, "Georgia", None);
        check("BRAZZAVILLE, Congo — Congo accused Angola on Monday.", "Congo", Some("COG"));
        check("Beijing warned Washington on Monday against arms sales.", "Washington", Some("USA"));
    }
}
