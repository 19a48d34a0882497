//! When an event happened: the time, of all that the article states, that the event is most likely to be of.
//!
//! What is told as news without a date is of the day of the article or the day before; what is told as background is
//! not, however near the day stands. Every time of the article, its own day and no time at all are weighed for every
//! event by a linear model (`models/events/moment.tsv`, learned from coded newspapers): what the sentence says
//! (`events::when`), what stands near, how long ago it was, how the event is told.

use jiff::civil::Date;

use super::Cluster;
use super::linear::{Linear, Sample};
use super::near::{LINKS, Site, Told, chances};
use crate::extract::Story;
use crate::extract::events::{EventMention, Facts, TimeLink, document};
use crate::extract::times::Timex;
use crate::nlp::Stopped;
use crate::record::{self, Granularity, Modality, Polarity, TimexType, Via};
use crate::words::TableError;

/// Most times that are weighed for an event, the first of the text first.
const MOST: usize = 40;

/// The chance of no time at all from which an event is left without one. Half of those whose time is that doubtful have
/// one all the same: F1 of dates 73.5 at 0.5, 74.5 at 0.6, 74.9 at 0.9, on articles left out.
const NONE: f64 = 0.6;

/// The chance from which another time counts more than the one that the event's sentence gives it.
const OVERRULED: f64 = 0.6;

/// The learned choice of times.
#[derive(Debug)]
pub(super) struct Calendar(Linear);

/// A time that the article states, its own day or none.
#[derive(Debug)]
struct Candidate {
    kind: Kind,
    timex: Option<Timex>,
    sites: Vec<Site>,
    /// Index of the first mention in [`Facts::times`].
    mention: Option<usize>,
}

/// What a candidate is, and how long ago it was on the day of the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Own,
    Future,
    Today,
    Yesterday,
    Week,
    Month,
    Year,
    Past,
    /// The article has no day.
    Unknown,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own day",
            Self::Future => "future",
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Past => "past",
            Self::Unknown => "unknown",
        }
    }

    fn of(timex: &Timex, day: Option<Date>) -> Self {
        let (Some(day), Some((start, end))) = (day, timex.days) else { return Self::Unknown };
        let ago = |d: Date| (day - d).get_days();
        match (ago(start), ago(end)) {
            (s, _) if s < 0 => Self::Future,
            (_, e) if e <= 0 => Self::Today,
            (_, 1) => Self::Yesterday,
            (_, e) if e <= 7 => Self::Week,
            (_, e) if e <= 31 => Self::Month,
            (_, e) if e <= 366 => Self::Year,
            _ => Self::Past,
        }
    }
}

impl Calendar {
    /// Loads the embedded table.
    pub(super) fn load() -> Result<Self, TableError> {
        Linear::load("moment", include_str!("../../../models/events/moment.tsv")).map(Self)
    }

    /// Gives every event its time.
    pub(super) fn choose(
        &self,
        story: &Story<'_>,
        facts: &Facts<'_>,
        mentions: &[EventMention],
        clusters: &mut [Cluster],
    ) -> Result<(), Stopped> {
        if clusters.is_empty() {
            return Ok(());
        }
        let times = Times::new(story, facts);
        for cluster in clusters {
            story.work(times.candidates.len())?;
            let told = Told::new(story, mentions, cluster);
            let samples = times.samples(&told, cluster);
            let chances = chances(samples.iter().map(|s| self.0.score(s)));
            // The first candidate is no time at all.
            let dated = (1..chances.len()).rev().max_by(|a, b| chances[*a].total_cmp(&chances[*b]));
            let likeliest = dated.filter(|_| chances[0] < NONE).unwrap_or(0);
            let stated = cluster.time.as_ref().filter(|t| t.via == Via::Explicit);
            let stated = stated.and_then(|t| times.candidates.iter().position(|c| is(t, c)));
            let best = stated.filter(|_| chances[likeliest] < OVERRULED).unwrap_or(likeliest);
            cluster.moment = times.link(&times.candidates[best], chances[best], &told, cluster);
        }
        Ok(())
    }
}

/// What the model sees of the times of every event.
pub(super) fn samples(
    story: &Story<'_>,
    facts: &Facts<'_>,
    mentions: &[EventMention],
    clusters: &[Cluster],
) -> Vec<Vec<(Option<record::Timex>, Sample)>> {
    let times = Times::new(story, facts);
    let of = |c: &Cluster| {
        let named = times.candidates.iter().map(|t| t.timex.as_ref().map(|t| t.record(story.doc)));
        named.zip(times.samples(&Told::new(story, mentions, c), c)).collect()
    };
    clusters.iter().map(of).collect()
}

/// The times that an article speaks of.
struct Times<'a> {
    story: &'a Story<'a>,
    facts: &'a Facts<'a>,
    candidates: Vec<Candidate>,
}

impl<'a> Times<'a> {
    fn new(story: &'a Story<'a>, facts: &'a Facts<'a>) -> Self {
        let plain = |kind, timex| Candidate { kind, timex, sites: Vec::new(), mention: None };
        let mut candidates = vec![plain(Kind::None, None)];
        candidates.extend(document(story).map(|own| plain(Kind::Own, Some(own.timex))));
        let stated = candidates.len();
        for (t, time) in facts.times.iter().enumerate() {
            let dates = matches!(time.timex.timex_type, TimexType::Date | TimexType::Time);
            if !dates || time.timex.days.is_none() || time.tokens.is_empty() {
                continue;
            }
            let same = |c: &Candidate| c.timex.as_ref().is_some_and(|known| known.value == time.timex.value);
            let known = candidates.iter().skip(stated).position(same).map(|i| stated + i);
            let i = known.unwrap_or(candidates.len());
            if known.is_none() {
                if i >= stated + MOST {
                    continue;
                }
                let kind = Kind::of(&time.timex, story.date());
                candidates.push(Candidate {
                    kind,
                    timex: Some(time.timex.clone()),
                    sites: Vec::new(),
                    mention: Some(t),
                });
            }
            let head = story.doc.heads(time.tokens.clone()).next().unwrap_or(time.tokens.start);
            let (sentence, tokens) = (story.sentence(head), time.tokens.clone());
            candidates[i].sites.push(Site { head, sentence, tokens, named: true });
        }
        Self { story, facts, candidates }
    }

    /// The link of an event to a time: the rules' own where they say the same.
    fn link(&self, chosen: &Candidate, chance: f64, told: &Told<'_>, cluster: &Cluster) -> Option<TimeLink> {
        let timex = chosen.timex.as_ref()?;
        let links = cluster.time.iter().chain(told.members.iter().filter_map(|m| m.time.as_ref()));
        let mut link = links.into_iter().find(|t| is(t, chosen)).cloned().unwrap_or_else(|| {
            let near = told.nearest(&chosen.sites).map(|s| s.tokens.start);
            let mention = near.and_then(|n| self.facts.times.iter().position(|t| t.tokens.start == n));
            let via = if chosen.kind == Kind::Own { Via::Default } else { Via::Inferred };
            let timex = if via == Via::Inferred { timex.to_the_day() } else { timex.clone() };
            TimeLink { timex, mention: mention.or(chosen.mention), via }
        });
        link.timex.confidence = chance;
        Some(link)
    }

    fn samples(&self, told: &Told<'_>, cluster: &Cluster) -> Vec<Sample> {
        let (story, doc) = (self.story, self.story.doc);
        let here: Vec<bool> = self.candidates.iter().map(|c| c.sites.iter().any(|s| told.tells(s.sentence))).collect();
        let any_here = here.iter().any(|h| *h);
        let first = told.members[0];
        let last_before = |c: &Candidate| c.sites.iter().filter(|s| s.head < first.head).map(|s| s.head).max();
        let latest = self.candidates.iter().filter_map(last_before).max();
        let event = cluster.class.plover.event.map_or("HAPPENING", |e| e.as_str());
        let running = match story.running(story.sentence(first.head)) {
            0 | 1 => "lead",
            2..=5 => "early",
            6..=12 => "middle",
            _ => "late",
        };
        let historical = told.members.iter().filter_map(|m| m.judged).map(|j| j.historical).fold(0.0, f32::max);
        let sample = |(i, c): (usize, &Candidate)| {
            let mut f = Sample::default();
            let kind = c.kind.as_str();
            f.add("kind", kind, 1.0);
            f.add(event, kind, 1.0);
            f.add(doc.tokens()[first.head].tag.as_str(), kind, 1.0);
            f.add(running, kind, 1.0);
            f.add(modality(cluster), kind, 1.0);
            f.add("historical", kind, f32::from(u8::from(cluster.assertion.historical)));
            f.add("judged historical", kind, historical);
            f.add("a time is stated here", kind, f32::from(u8::from(any_here)));
            let chosen = cluster.time.as_ref().filter(|t| is(t, c));
            for (via, name) in LINKS {
                let found = told.members.iter().filter_map(|m| m.time.as_ref()).any(|t| t.via == via && is(t, c));
                f.add("rule", name, f32::from(u8::from(found)));
                f.add("rules' choice", name, f32::from(u8::from(chosen.is_some_and(|t| t.via == via))));
            }
            f.flag("no choice of the rules", c.kind == Kind::None && cluster.time.is_none());
            if let Some(timex) = c.timex.as_ref().filter(|_| c.mention.is_some()) {
                f.add("granularity", granularity(timex.granularity), 1.0);
                f.add(
                    if here[i] { "granularity here" } else { "granularity elsewhere" },
                    granularity(timex.granularity),
                    1.0,
                );
                f.flag("bounded", timex.modifier.is_some());
                f.add("number", "mentions", (c.sites.len() as f32).ln());
                f.flag("lead", c.sites.iter().any(|s| story.running(s.sentence) < 2));
                let last = latest.is_some() && last_before(c) == latest;
                f.flag("last before", last);
                f.flag("last before, none here", last && !any_here);
                f.flag("others here", any_here && !here[i]);
                told.nearness(&mut f, &c.sites);
            }
            f
        };
        self.candidates.iter().enumerate().map(sample).collect()
    }
}

/// Whether a link says the same as a candidate.
fn is(link: &TimeLink, candidate: &Candidate) -> bool {
    let default = link.via == Via::Default && link.mention.is_none();
    match &candidate.timex {
        Some(timex) => (candidate.kind == Kind::Own) == default && timex.value == link.timex.value,
        None => false,
    }
}

fn modality(cluster: &Cluster) -> &'static str {
    match (cluster.assertion.polarity, cluster.assertion.modality) {
        (Polarity::Neg, _) => "negated",
        (_, Modality::Asserted | Modality::Reported) => "happened",
        (_, Modality::Planned) => "planned",
        (_, Modality::Requested) => "requested",
        _ => "unreal",
    }
}

fn granularity(of: Granularity) -> &'static str {
    match of {
        Granularity::Minute | Granularity::Hour | Granularity::PartOfDay => "hour",
        Granularity::Day => "day",
        Granularity::Week | Granularity::PartOfMonth => "week",
        Granularity::Month => "month",
        Granularity::Quarter | Granularity::Season => "season",
        Granularity::Year => "year",
        Granularity::Decade | Granularity::Vague => "vague",
    }
}
