//! Mentions to events: which mentions tell of one happening, what is known of it over all of them, and which
//! happening the article is about.
//!
//! Nothing is invented here: every value of an event is the value of one of its mentions or derived from claims. Totals
//! that the text states are never added up; only where it states none are victims told apart counted ([`tally`]). Which
//! event comes first ([`rank`]) and which mentions are published ([`telling`]) is learned. Events across articles are a
//! later stage, keyed on these records.

mod calibration;
mod cast;
mod casualties;
mod certainty;
mod clauses;
mod cluster;
mod contradictions;
mod crowd;
mod linear;
mod links;
mod merge;
mod moment;
mod near;
mod rank;
pub mod same;
mod scene;
mod scope;
mod sources;
mod sums;
mod tally;
mod telling;
#[cfg(test)]
mod tests;
mod worth;

use std::ops::Range;

use super::Story;
use super::entities::EntityId;
use super::events::{EventMention, Facts, Participant, PlaceLink, TimeLink};
use super::numbers::Number;
use super::reader::View;
use crate::nlp::{Model, Stopped};
use crate::record::{Assertion, Breakdown, CasualtyKind, EventClass, LinkKind, Timex};
use crate::words::TableError;
use calibration::Calibration;
use contradictions::Doubt;
pub use linear::Sample;
pub use merge::{Evidence, Ground, Join, THRESHOLD};
use moment::Calendar;
use rank::Ranking;
use scene::Scenery;
pub use scene::{Choice, Scene};
pub use telling::{Telling, keep_told};
use worth::{Likeness, Worth};

/// An event of the article: its mentions, with the best value of every field.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Indices of the mentions, in text order.
    pub mentions: Vec<usize>,
    /// Why each of them joined; none for the first.
    pub joined: Vec<Option<Join>>,
    /// Type, of the mention that names the event best; modes and contexts of all.
    pub class: EventClass,
    /// Who did it, one entry each.
    pub actors: Vec<Participant>,
    /// To whom (recipients and victims), one entry each.
    pub recipients: Vec<Participant>,
    /// Where, by what its own sentences say.
    pub place: Option<PlaceLink>,
    /// Where it happened, by all that the article says.
    pub scene: Option<Scene>,
    /// Further places, by their entities.
    pub other_places: Vec<EntityId>,
    /// When, by what its own sentences say.
    pub time: Option<TimeLink>,
    /// When it happened, by all that the article says.
    pub moment: Option<TimeLink>,
    /// Harm to people.
    pub harm: Harm,
    /// Numbers of people who protested, in text order.
    pub crowd: Vec<Figure>,
    /// Whether it happened: the strongest statement of all mentions.
    pub assertion: Assertion,
    /// Who says so.
    pub sources: Sources,
    /// Where the text disagrees with itself.
    pub contradictions: Vec<Contradiction>,
    /// Relations to other events, by their ranks in the list (from 0).
    pub links: Vec<(LinkKind, usize)>,
    /// Sentence that tells the event best.
    pub summary: usize,
    /// Confidence of the whole, 0 to 1.
    pub confidence: f64,
    /// Confidence of the type, given that it is an event; only where the reader has judged.
    pub type_confidence: Option<f64>,
    /// How like it is to the event most like it.
    likeness: Likeness,
    /// Weight in the article: too little, and the article is not about it.
    pub weight: f64,
    /// Rank among the events of the article, by the learned model: the greatest comes first.
    pub score: f32,
    /// Whether this is what the article is about.
    pub main: bool,
}

/// A value of an event that the text contradicts elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The field concerned.
    pub field: &'static str,
    /// The value kept.
    pub kept: Option<EntityId>,
    /// The other value.
    pub other: String,
    /// Where the other value stands.
    pub tokens: Range<usize>,
    /// Why the first was kept.
    pub why: &'static str,
}

/// Harm to people in one event, derived from claims.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Harm {
    /// People killed.
    pub killed: Option<Total>,
    /// People injured.
    pub injured: Option<Total>,
    /// People missing, abducted, arrested, displaced; and those of whom nobody says whether they live.
    pub others: Vec<(CasualtyKind, Total)>,
    /// Claims about one side only, by index.
    pub side: Vec<usize>,
}

/// A number of people who protested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The number.
    pub number: Number,
    /// Index of the attribution that holds it.
    pub attribution: Option<usize>,
}

/// One kind of harm over all sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// Most frequent total.
    pub best: Option<u64>,
    /// Least total of any source.
    pub low: Option<u64>,
    /// Greatest total of any source.
    pub high: Option<u64>,
    /// The claim that counts for each source.
    pub votes: Vec<Vote>,
    /// Whether sources differ in total or breakdown.
    pub disagreement: bool,
    /// Where the best number comes from.
    pub derivation: Derivation,
    /// How sure the best number is, 0 to 1.
    pub confidence: f64,
}

/// Where a total comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// Sources state it.
    Stated,
    /// The victims whom the story tells apart, counted.
    Victims,
    /// The victims, and the one who killed them and died.
    WithKiller,
    /// The people hit, without those of them who died.
    Survivors,
}

/// A source's claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote {
    /// Index of the claim.
    pub claim: usize,
    /// The source; none for the article's own voice.
    pub source: Option<EntityId>,
    /// Parts the source names.
    pub breakdown: Breakdown,
}

/// Sources of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Named sources.
    pub named: Vec<EntityId>,
    /// Unnamed sources, by the attribution that shows them first.
    pub anonymous: Vec<usize>,
}

/// What was learned about events, and the words that put one in doubt.
#[derive(Debug)]
pub struct Models {
    doubt: Doubt,
    ranking: Ranking,
    pairing: same::Pairing,
    worth: Worth,
    scenery: Scenery,
    calendar: Calendar,
    calibration: Calibration,
}

impl Models {
    /// Loads the embedded tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn load() -> Result<Self, TableError> {
        Ok(Self {
            doubt: Doubt::load(),
            ranking: Ranking::load()?,
            pairing: same::Pairing::load()?,
            worth: Worth::load()?,
            scenery: Scenery::load()?,
            calendar: Calendar::load()?,
            calibration: Calibration::load()?,
        })
    }

    /// Keeps events that are worth no record, too, and scores as they are: for training.
    pub fn for_training(&mut self) {
        self.worth.keep_all();
        self.calibration.off();
    }
}

/// Rolls mentions up into events, by rank.
pub fn events(
    story: &Story<'_>,
    facts: &Facts<'_>,
    mentions: &[EventMention],
    models: &Models,
    view: Option<&View>,
) -> Result<Vec<Cluster>, Stopped> {
    let named = cast::named(facts);
    let groups = match view {
        Some(view) => same::group(story, facts, &named, view, &models.pairing, mentions)?,
        None => {
            let groups = merge::group(story, facts, &named, mentions)?;
            groups.into_iter().map(|group| (group, Likeness::default())).collect()
        }
    };
    let loose = scope::Loose::new(story, facts, mentions);
    let mut clusters: Vec<Cluster> = Vec::with_capacity(groups.len());
    for (group, likeness) in groups {
        story.work(loose.len() + group.len() * group.len())?;
        clusters.push(cluster::build(story, facts, &named, mentions, &loose, group, likeness));
    }
    match view {
        Some(view) => {
            let samples = models.ranking.judged_samples(story, mentions, &clusters);
            models.worth.keep(story, mentions, &mut clusters, samples, view.tier());
            models.ranking.rank_judged(story, mentions, &mut clusters);
        }
        None => models.ranking.rank(story, facts, mentions, &mut clusters),
    }
    story.work(mentions.len() * mentions.len())?;
    scope::gather(story, facts, mentions, &loose, &mut clusters);
    story.work(facts.claims.len() * mentions.len())?;
    links::link(facts, mentions, &mut clusters);
    contradictions::find(story, &models.doubt, mentions, &mut clusters)?;
    models.scenery.choose(story, facts, mentions, &mut clusters)?;
    models.calendar.choose(story, facts, mentions, &mut clusters)?;
    crowd::find(story, facts, mentions, &mut clusters);
    clusters.iter_mut().for_each(|c| models.calibration.apply(c, view.map(View::tier)));
    Ok(clusters)
}

/// What the learned models see of an article, for their training.
#[derive(Debug)]
pub struct Samples {
    /// Of every mention, in text order.
    pub mentions: Vec<Sample>,
    /// Of every event, by rank.
    pub events: Vec<Sample>,
    /// Of every event, the places that it may have happened at.
    pub scenes: Vec<Vec<Choice>>,
    /// Of every event, the times that it may have happened at; the first is none.
    pub moments: Vec<Vec<(Option<Timex>, Sample)>>,
    /// Of every event, by rank, where the reader has judged it.
    pub judged: Vec<Sample>,
    /// Of every event, by rank, whether it is worth a record; only where the reader read the article.
    pub worth: Vec<Sample>,
    /// Of every pair of mentions, whether they tell of one happening; only where the reader read the article.
    pub pairs: Vec<(usize, usize, Sample)>,
}

/// Collects what the learned models see.
pub fn samples(
    story: &Story<'_>,
    facts: &Facts<'_>,
    model: &Model,
    mentions: &[EventMention],
    clusters: &[Cluster],
    models: &Models,
    view: Option<&View>,
) -> Result<Samples, Stopped> {
    let judged = models.ranking.judged_samples(story, mentions, clusters);
    Ok(Samples {
        mentions: telling::samples(story, model, mentions, clusters),
        events: rank::samples(story, mentions, clusters),
        scenes: scene::samples(story, facts, mentions, clusters)?,
        moments: moment::samples(story, facts, mentions, clusters),
        worth: worth::samples(story, mentions, clusters, judged.clone()),
        judged,
        pairs: view.map_or(Ok(Vec::new()), |view| same::samples(story, facts, &cast::named(facts), view, mentions))?,
    })
}

/// Whether a claim is about people killed or injured.
fn counts(kind: CasualtyKind) -> bool {
    matches!(kind, CasualtyKind::Killed | CasualtyKind::Injured | CasualtyKind::KilledOrInjured)
}
