//! Where an event happened: the place, of all that the article speaks of, that the event is most likely to be at.
//!
//! Most newspapers print no dateline, and most sentences name no place; a reader knows all the same. Every place of the
//! article and every country that it speaks of is weighed for every event by a linear model (`models/events/scene.tsv`,
//! learned from coded newspapers): what the sentence says (`events::whereabouts`), what stands near, what the article is
//! about, whose the parties are. The place with the best prospect of being right itself and of lying in the right
//! country is chosen, so that a doubtful town gives way to its sure country.

use std::collections::HashMap;
use std::ops::Range;

use super::Cluster;
use super::linear::{Linear, Sample};
use super::merge::encloses;
use super::near::{LINKS, Site, Told, chances};
use super::rank;
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::entities::{EntityId, MentionForm};
use crate::extract::events::{EventMention, Facts, Participant, PlaceLink};
use crate::nlp::Stopped;
use crate::record::{Place, Polarity, Via};
use crate::words::TableError;

/// Most places that are weighed for an event, the most spoken of first.
const MOST: usize = 40;

/// The chance from which another place counts more than the one that the event's sentence gives it.
const OVERRULED: f64 = 0.8;

/// Where an event happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The place.
    pub place: Place,
    /// Its name in the text.
    pub tokens: Option<Range<usize>>,
    /// How it was tied to the event.
    pub via: Via,
    /// How sure, 0 to 1.
    pub confidence: f64,
}

/// The learned choice of places.
#[derive(Debug)]
pub(super) struct Scenery(Linear);

/// A place that the article speaks of.
#[derive(Debug)]
struct Candidate<'a> {
    place: &'a Place,
    entities: Vec<EntityId>,
    sites: Vec<Site>,
    /// Whether the dateline names it.
    printed: bool,
}

impl Scenery {
    /// Loads the embedded table.
    pub(super) fn load() -> Result<Self, TableError> {
        Linear::load("scene", include_str!("../../../models/events/scene.tsv")).map(Self)
    }

    /// Gives every event its place.
    pub(super) fn choose(
        &self,
        story: &Story<'_>,
        facts: &Facts<'_>,
        mentions: &[EventMention],
        clusters: &mut [Cluster],
    ) -> Result<(), Stopped> {
        let atlas = Atlas::new(story, facts, clusters.len())?;
        for cluster in clusters {
            story.work(atlas.places.len())?;
            cluster.scene = self.scene(&atlas, mentions, cluster);
        }
        Ok(())
    }

    fn scene(&self, atlas: &Atlas<'_>, mentions: &[EventMention], cluster: &Cluster) -> Option<Scene> {
        let told = Told::new(atlas.story, mentions, cluster);
        let samples = atlas.samples(&told, cluster);
        let chances = chances(samples.iter().map(|(_, s)| self.0.score(s)));
        let country = |i: usize| atlas.places[samples[i].0].place.country_iso2.as_deref();
        let mut countries: HashMap<&str, f64> = HashMap::new();
        for (i, chance) in chances.iter().enumerate() {
            country(i).into_iter().for_each(|c| *countries.entry(c).or_default() += chance);
        }
        let prospect = |i: &usize| chances[*i] + country(*i).map_or(0.0, |c| countries[c]);
        let likeliest = (0..samples.len()).rev().max_by(|a, b| prospect(a).total_cmp(&prospect(b)))?;
        let stated = cluster.place.as_ref().filter(|p| p.via == Via::Explicit);
        let stated =
            stated.and_then(|p| (0..samples.len()).find(|i| atlas.places[samples[*i].0].entities.contains(&p.entity)));
        let best = stated.filter(|_| chances[likeliest] < OVERRULED).unwrap_or(likeliest);
        let is_news =
            || !cluster.assertion.historical && told.members.iter().any(|m| rank::is_lead(atlas.story, m.head));
        let village = atlas.village(samples[best].0).filter(|_| is_news());
        let candidate = &atlas.places[village.unwrap_or(samples[best].0)];
        let link = cluster.place.as_ref().filter(|p| candidate.entities.contains(&p.entity));
        let near = if village.is_some() { candidate.sites.first() } else { told.nearest(&candidate.sites) };
        Some(Scene {
            place: candidate.place.clone(),
            tokens: link.and_then(|l| l.tokens.clone()).or_else(|| near.map(|s| s.tokens.clone())),
            via: link.map_or(if village.is_some() { Via::Default } else { Via::Inferred }, |l| l.via),
            confidence: chances[best],
        })
    }
}

/// A place that an event may have happened at, for training.
#[derive(Debug)]
pub struct Choice {
    /// The place.
    pub place: Place,
    /// Its first name in the text.
    pub text: String,
    /// What the model sees of it.
    pub sample: Sample,
}

/// What the model sees of the places of every event.
pub(super) fn samples(
    story: &Story<'_>,
    facts: &Facts<'_>,
    mentions: &[EventMention],
    clusters: &[Cluster],
) -> Result<Vec<Vec<Choice>>, Stopped> {
    let atlas = Atlas::new(story, facts, clusters.len())?;
    let of = |c: &Cluster| {
        let seen = atlas.samples(&Told::new(story, mentions, c), c).into_iter();
        seen.map(|(i, sample)| {
            let candidate = &atlas.places[i];
            let text = candidate.sites.first().map_or("", |s| story.doc.span_text(s.tokens.clone()));
            Choice { place: candidate.place.clone(), text: text.to_owned(), sample }
        })
        .collect()
    };
    Ok(clusters.iter().map(of).collect())
}

/// The places that an article speaks of.
struct Atlas<'a> {
    story: &'a Story<'a>,
    facts: &'a Facts<'a>,
    places: Vec<Candidate<'a>>,
    /// Of every place, the places that lie in it.
    inside: Vec<Vec<usize>>,
    /// Of every place, how often it and what lies in it is spoken of, as a share of all.
    share: Vec<f32>,
    /// The country spoken of most.
    focus: Option<&'a str>,
}

impl<'a> Atlas<'a> {
    fn new(story: &'a Story<'a>, facts: &'a Facts<'a>, events: usize) -> Result<Self, Stopped> {
        let mut places: Vec<Candidate<'a>> = Vec::new();
        // "northern Pakistan" is not all of Pakistan, whose id it has.
        let mut known: HashMap<(u32, &str), usize> = HashMap::new();
        if events == 0 {
            return Ok(Self { story, facts, places, inside: vec![], share: vec![], focus: None });
        }
        let mut at = |places: &mut Vec<Candidate<'a>>, place: &'a Place| {
            let next = places.len();
            let i = place.geonameid.map_or(next, |id| *known.entry((id, place.name.as_str())).or_insert(next));
            if i == next {
                places.push(Candidate { place, entities: Vec::new(), sites: Vec::new(), printed: false });
            }
            i
        };
        for (id, entity) in facts.entities.list.iter().enumerate() {
            let Some(place) = &entity.place else { continue };
            let i = at(&mut places, place);
            places[i].entities.push(id);
            let names = facts.entities.of(id).filter(|m| m.form == MentionForm::Name);
            places[i].sites.extend(names.map(|m| Site {
                head: m.head,
                sentence: story.sentence(m.head),
                tokens: m.tokens.clone(),
                named: true,
            }));
        }
        for unit in facts.units {
            let i = at(&mut places, &unit.place);
            places[i].sites.extend(unit.tokens.iter().map(|t| Site {
                head: *t,
                sentence: story.sentence(*t),
                tokens: *t..*t + 1,
                named: false,
            }));
        }
        let dateline = story.article.layout.dateline.as_ref().and_then(|d| d.place.clone());
        for candidate in &mut places {
            candidate.sites.sort_by_key(|s| s.head);
            let printed =
                |s: &Site| dateline.as_ref().is_some_and(|d| d.contains(&story.doc.bytes(s.tokens.clone()).start));
            candidate.printed = candidate.sites.iter().any(printed);
        }
        places.sort_by_key(|p| std::cmp::Reverse(p.sites.len()));
        places.truncate(MOST);
        story.work(places.len() * places.len())?;
        let lies_in = |inner: &Place, outer: &Place| {
            let level = |p: &Place| p.resolution.unwrap_or(2);
            level(inner) > level(outer) && encloses(inner, outer)
        };
        let inside: Vec<Vec<usize>> = (0..places.len())
            .map(|o| (0..places.len()).filter(|i| lies_in(places[*i].place, places[o].place)).collect())
            .collect();
        let count = |i: usize| places[i].sites.len();
        let all = (0..places.len()).map(count).sum::<usize>().max(1) as f32;
        let share: Vec<f32> = (0..places.len())
            .map(|o| (count(o) + inside[o].iter().map(|i| count(*i)).sum::<usize>()) as f32 / all)
            .collect();
        let countries = (0..places.len()).filter(|i| places[*i].place.resolution == Some(1));
        let focus = countries.max_by(|a, b| share[*a].total_cmp(&share[*b]).then(b.cmp(a)));
        let focus = focus.and_then(|i| places[i].place.country_iso2.as_deref());
        Ok(Self { story, facts, places, inside, share, focus })
    }

    fn samples(&self, told: &Told<'_>, cluster: &Cluster) -> Vec<(usize, Sample)> {
        let named_there: Vec<bool> =
            self.places.iter().map(|p| p.sites.iter().any(|s| told.tells(s.sentence))).collect();
        let first = told.members[0].head;
        let last_before =
            |p: &Candidate<'_>| p.sites.iter().filter(|s| s.named && s.head < first).map(|s| s.head).max();
        let latest = self.places.iter().filter_map(last_before).max();
        let here = named_there.iter().any(|n| *n);
        (0..self.places.len())
            .map(|i| {
                let mut f = Sample::default();
                self.standing(&mut f, i);
                self.parties(&mut f, i, cluster);
                self.rules(&mut f, i, &told.members, cluster);
                told.nearness(&mut f, &self.places[i].sites);
                let last = latest.is_some() && last_before(&self.places[i]) == latest;
                f.flag("last before", last);
                f.flag("last before, none here", last && !here);
                f.flag("finer here", self.inside[i].iter().any(|p| named_there[*p]));
                f.flag("none here, focus", !here && self.is_focus(i));
                f.flag("in focus, others here", !named_there[i] && here && self.is_focus(i));
                f.flag(
                    "coarser here",
                    named_there[i] && (0..self.places.len()).any(|o| named_there[o] && self.inside[o].contains(&i)),
                );
                let kind = cluster.class.plover.event.map_or("HAPPENING", |e| e.as_str());
                f.add(kind, level(self.places[i].place), 1.0);
                if cluster.assertion.historical {
                    f.flag("past, focus", self.is_focus(i));
                    f.flag("past, here", named_there[i]);
                }
                if unreal(cluster) {
                    f.flag("unreal, focus", self.is_focus(i));
                    f.flag("unreal, here", named_there[i]);
                }
                (i, f)
            })
            .collect()
    }

    /// The village of a province that the dateline names, known to the gazetteer or not: there a reporter went for the
    /// event's sake, where in a seat of administration reporters sit.
    fn village(&self, region: usize) -> Option<usize> {
        let of = self.places[region].place;
        let is_village = |i: &usize| {
            let place = self.places[*i].place;
            match place.feature_code.as_deref() {
                Some(code) => code == "PPL" && self.inside[region].contains(i),
                None => place.admin1.is_some() && place.admin1 == of.admin1 && encloses(place, of),
            }
        };
        let is_province = of.resolution > Some(1) && of.geonameid.is_some();
        (0..self.places.len()).find(|i| is_province && self.places[*i].printed && is_village(i))
    }

    fn is_focus(&self, i: usize) -> bool {
        self.focus.is_some() && self.places[i].place.country_iso2.as_deref() == self.focus
    }

    /// What the article as a whole says of a place.
    fn standing(&self, f: &mut Sample, i: usize) {
        let (story, candidate) = (self.story, &self.places[i]);
        let (place, sites) = (candidate.place, &candidate.sites);
        f.add("level", level(place), 1.0);
        f.add("number", "share", self.share[i]);
        f.add("number", "mentions", (1.0 + sites.len() as f32).ln());
        f.add("number", "confidence", place.confidence as f32);
        f.flag("in the focus", self.is_focus(i));
        if self.is_focus(i) {
            f.add("level in the focus", level(place), 1.0);
        }
        f.flag("never named", !sites.iter().any(|s| s.named));
        f.flag("not in the gazetteer", place.geonameid.is_none());
        f.flag("first of all", self.places.iter().all(|p| first(p) >= first(candidate)));
        f.flag("headline", sites.iter().any(|s| story.kind(s.sentence) == BlockKind::Headline));
        f.flag("lead", sites.iter().any(|s| story.running(s.sentence) < 2));
        f.flag("finer in the article", !self.inside[i].is_empty());
        f.flag("dateline", candidate.printed);
    }

    /// Whose the parties are.
    fn parties(&self, f: &mut Sample, i: usize, cluster: &Cluster) {
        let place = self.places[i].place;
        let of = |p: &Participant| self.facts.entities.list[p.entity?].actor.as_ref()?.country_iso3.as_deref();
        let theirs = |list: &[Participant]| {
            place.country_iso3.is_some() && list.iter().any(|p| of(p) == place.country_iso3.as_deref())
        };
        let is =
            |list: &[Participant]| list.iter().any(|p| p.entity.is_some_and(|e| self.places[i].entities.contains(&e)));
        f.flag("the actor's country", theirs(&cluster.actors));
        f.flag("the recipient's country", theirs(&cluster.recipients));
        f.flag("both parties' country", theirs(&cluster.actors) && theirs(&cluster.recipients));
        f.flag("the actor", is(&cluster.actors));
        f.flag("the recipient", is(&cluster.recipients));
    }

    /// What the rules of the sentence say.
    fn rules(&self, f: &mut Sample, i: usize, members: &[&EventMention], cluster: &Cluster) {
        let candidate = &self.places[i];
        let here = |p: &&PlaceLink| candidate.entities.contains(&p.entity);
        let chosen = cluster.place.as_ref().filter(here);
        for (via, name) in LINKS {
            let found = members.iter().filter_map(|m| m.place.as_ref()).filter(here).any(|p| p.via == via);
            f.add("rule", name, f32::from(u8::from(found)));
            f.add("rules' choice", name, f32::from(u8::from(chosen.is_some_and(|p| p.via == via))));
        }
        let choice = cluster.place.as_ref().and_then(|p| self.facts.entities.list[p.entity].place.as_ref());
        if let Some(choice) = choice.filter(|p| p.geonameid != candidate.place.geonameid) {
            f.flag(
                "around the rules' choice",
                encloses(choice, candidate.place)
                    && level(candidate.place) != level(choice)
                    && candidate.place.resolution < choice.resolution,
            );
            f.flag("in the country of the rules' choice", choice.country_iso2 == candidate.place.country_iso2);
            f.flag("not the country of the rules' choice", choice.country_iso2 != candidate.place.country_iso2);
        }
    }
}

fn first(candidate: &Candidate<'_>) -> usize {
    candidate.sites.first().map_or(usize::MAX, |s| s.head)
}

fn unreal(cluster: &Cluster) -> bool {
    let a = &cluster.assertion;
    a.polarity == Polarity::Neg || !a.modality.is_fact()
}

fn level(place: &Place) -> &'static str {
    match place.resolution {
        Some(1) => "country",
        Some(2) => "province",
        Some(3) => "district",
        Some(4) => "city",
        Some(_) => "site",
        None => "region",
    }
}
