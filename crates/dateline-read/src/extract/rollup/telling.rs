//! Which mentions tell something of their event and which only refer to it ("after the attack").
//!
//! A story names its event again and again; analysts want the mentions that say something new. A logistic model gives
//! the chance that a mention does, from how it is worded, what it adds, what was told before and the vector of its
//! word (`models/events/train.py`, learned from WikiEvents, where annotators marked the telling mentions). Mentions
//! below [`TELLING`] are left out of the record once the roll-up has read them, and so are events without any other.
//! What an event's numbers, its day or its two sides rest on stays; so does what a main clause says that somebody did, and
//! the best mention of an event that is told in full (two of who, to whom, when and where) or that the article is about.

use super::linear::{Linear, Sample};
use super::{Cluster, Join};
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::events::{EventMention, Reason, Trace};
use crate::nlp::{Dep, Model, Pos, Tag, WORD_VECTOR};
use crate::record::{EventType, Modality, ParticipantRole, Polarity, Realis, TriggerRole, Via};
use crate::words::TableError;

/// Chance from which a mention is told to the reader.
const TELLING: f32 = 0.28;

/// The learned model.
#[derive(Debug)]
pub struct Telling(Linear);

impl Telling {
    /// Loads the embedded table.
    pub fn load() -> Result<Self, TableError> {
        Linear::load("telling", include_str!("../../../models/events/telling.tsv")).map(Self)
    }

    /// Takes mentions that only refer out of the list and out of the events, and events that are only referred to;
    /// `trace` hears of them.
    pub fn keep(
        &self,
        story: &Story<'_>,
        model: &Model,
        mentions: &mut Vec<EventMention>,
        clusters: &mut Vec<Cluster>,
        trace: &mut Trace,
    ) {
        let chances: Vec<f32> = samples(story, model, mentions, clusters).iter().map(|s| self.0.chance(s)).collect();
        let mut keep: Vec<bool> = chances.iter().map(|chance| *chance >= TELLING).collect();
        for cluster in clusters.iter() {
            cluster
                .mentions
                .iter()
                .for_each(|m| keep[*m] |= has_two_sides(&mentions[*m]) || is_stated(story, &mentions[*m]));
            // Keeps the best of the mentions that fit, unless one of them is kept already.
            let keep_one = |keep: &mut [bool], fits: &dyn Fn(&EventMention) -> bool| {
                let fitting = || cluster.mentions.iter().copied().filter(|m| fits(&mentions[*m]));
                let best = fitting().reduce(|a, b| if chances[b] > chances[a] { b } else { a });
                if let Some(best) = best.filter(|_| !fitting().any(|m| keep[m])) {
                    keep[best] = true;
                }
            };
            let votes = [&cluster.harm.killed, &cluster.harm.injured].into_iter().flatten().flat_map(|t| &t.votes);
            for claim in votes.map(|v| v.claim).chain(cluster.harm.side.iter().copied()) {
                keep_one(&mut keep, &|m| m.claims.contains(&claim));
            }
            if !cluster.mentions.iter().any(|m| keep[*m]) {
                keep_one(&mut keep, &is_full);
            }
            if cluster.main {
                keep_one(&mut keep, &|_| true);
            }
            if cluster.mentions.iter().any(|m| keep[*m]) {
                keep_one(&mut keep, &has_own_time);
            }
        }
        retain(mentions, clusters, &keep, trace);
    }
}

/// Leaves only the mentions to keep, in the list and in the events, and no event without any; `trace` hears of the others.
fn retain(mentions: &mut Vec<EventMention>, clusters: &mut Vec<Cluster>, keep: &[bool], trace: &mut Trace) {
    for (m, _) in mentions.iter().zip(keep).filter(|(_, kept)| !**kept) {
        trace.miss(m.head, Reason::Refers);
    }
    let number = numbered(keep.iter().copied());
    for cluster in clusters.iter_mut() {
        let first = cluster.mentions.iter().find_map(|m| number[*m]);
        let members = std::mem::take(&mut cluster.mentions).into_iter().zip(std::mem::take(&mut cluster.joined));
        for (new, joined) in members.filter_map(|(m, joined)| Some((number[m]?, joined))) {
            cluster.mentions.push(new);
            let joined = joined.and_then(|j| number[j.to].map(|to| Join { to, ..j }));
            cluster.joined.push(joined.filter(|_| Some(new) != first));
        }
    }
    let rank = numbered(clusters.iter().map(|c| !c.mentions.is_empty()));
    clusters.retain(|c| !c.mentions.is_empty());
    for cluster in clusters {
        let links = std::mem::take(&mut cluster.links);
        cluster.links = links.into_iter().filter_map(|(kind, to)| Some((kind, rank[to]?))).collect();
    }
    let mut of = keep.iter().copied();
    mentions.retain(|_| of.next().unwrap_or_default());
}

/// Leaves out the mentions that are of no event: those that nothing tells surely.
pub fn keep_told(mentions: &mut Vec<EventMention>, clusters: &mut Vec<Cluster>, trace: &mut Trace) {
    let mut keep = vec![false; mentions.len()];
    clusters.iter().flat_map(|c| &c.mentions).for_each(|m| keep[*m] = true);
    retain(mentions, clusters, &keep, trace);
}

/// Whether a mention tells an event by itself: two of who, to whom, when, where, and that it is planned or attempted.
fn is_full(m: &EventMention) -> bool {
    let roles = [&[ParticipantRole::Actor][..], &[ParticipantRole::Recipient, ParticipantRole::Victim]];
    let named = roles.into_iter().filter(|roles| stated(m, roles) > 0).count();
    let sought = matches!(m.assertion.modality, Modality::Planned | Modality::Attempted);
    m.assertion.realis != Realis::Generic
        && m.assertion.polarity == Polarity::Pos
        && named + usize::from(has_own_time(m)) + usize::from(has_own_place(m)) + usize::from(sought) >= 2
}

/// "clashes between A and B": nobody is hit, so the sides are all there is to tell.
fn has_two_sides(m: &EventMention) -> bool {
    stated(m, &[ParticipantRole::Actor]) > 1 && stated(m, &[ParticipantRole::Recipient, ParticipantRole::Victim]) == 0
}

/// "Poland closed a crossing and sent soldiers": a main clause with a subject that acts is the news itself. The model
/// learned from stories of violence and is no judge of how diplomacy is worded; of violence, and of what people only
/// say, it is.
fn is_stated(story: &Story<'_>, m: &EventMention) -> bool {
    let doc = story.doc;
    let mut clause = m.head;
    while doc.dep(clause) == Dep::Conj && doc.pos(doc.head(clause)) == Pos::Verb {
        clause = doc.head(clause);
    }
    m.class.plover.event.is_some_and(|e| !matches!(e, EventType::Assault | EventType::Accuse | EventType::Request))
        && doc.pos(m.head) == Pos::Verb
        && (doc.is_root(clause) || doc.dep(clause) == Dep::Ccomp)
        && m.assertion.polarity == Polarity::Pos
        && m.assertion.realis == Realis::Actual
        && stated(m, &[ParticipantRole::Actor]) > 0
}

/// How many participants in these roles the sentence states.
fn stated(m: &EventMention, roles: &[ParticipantRole]) -> usize {
    m.participants.iter().filter(|p| roles.contains(&p.role) && p.via == Via::Explicit).count()
}

fn has_own_time(m: &EventMention) -> bool {
    m.time.as_ref().is_some_and(|t| t.via == Via::Explicit)
}

fn has_own_place(m: &EventMention) -> bool {
    m.place.as_ref().is_some_and(|p| p.via == Via::Explicit)
}

/// New numbers of those that are kept.
fn numbered(keep: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let numbers = keep.scan(0, |next, kept| {
        let number = kept.then_some(*next);
        *next += usize::from(kept);
        Some(number)
    });
    numbers.collect()
}

/// What the model sees of every mention.
pub(super) fn samples(
    story: &Story<'_>,
    model: &Model,
    mentions: &[EventMention],
    clusters: &[Cluster],
) -> Vec<Sample> {
    let doc = story.doc;
    let mut order = vec![(0, 1); mentions.len()];
    let mut again = vec![false; mentions.len()];
    for cluster in clusters {
        let mut before = None;
        for (i, m) in cluster.mentions.iter().enumerate() {
            order[*m] = (i, cluster.mentions.len());
            again[*m] = before == Some(doc.tokens()[mentions[*m].head].sentence);
            before = Some(doc.tokens()[mentions[*m].head].sentence);
        }
    }
    (0..mentions.len())
        .map(|m| {
            let mut sample = Sample::default();
            let mention = &mentions[m];
            wording(story, mention, &mut sample);
            content(mention, &mut sample);
            let same = |other: &&EventMention| {
                doc.lemma(other.head) == doc.lemma(mention.head)
                    && other.class.plover.event == mention.class.plover.event
            };
            let seen = mentions[..m].iter().filter(same).count();
            sample.flag("word told before", seen > 0);
            sample.flag("word told twice before", seen > 1);
            sample.add("number", "word told before", (seen.min(5) as f32) / 5.0);
            sample.flag("first of its event", order[m].0 == 0);
            sample.flag("second of its event", order[m].0 == 1);
            sample.add("number", "mentions before", order[m].0.min(10) as f32 / 10.0);
            sample.add("number", "mentions of its event", order[m].1.min(20) as f32 / 20.0);
            sample.flag("told in its sentence", again[m]);
            let vector = model.word_vector(doc.word(mention.head)).unwrap_or([0.0; WORD_VECTOR]);
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            if length > 0.0 {
                sample.vector = vector.iter().map(|x| x / length).collect();
            }
            sample
        })
        .collect()
}

/// How and where the mention is worded.
fn wording(story: &Story<'_>, m: &EventMention, sample: &mut Sample) {
    let doc = story.doc;
    let noun = doc.pos(m.head) == Pos::Noun || doc.pos(m.head) == Pos::Propn;
    let det = doc.children(m.head).find(|c| doc.dep(*c) == Dep::Det).map(|c| doc.word(c));
    let is = |words: &[&str]| det.is_some_and(|d| words.iter().any(|w| d.eq_ignore_ascii_case(w)));
    let child = |dep: Dep| doc.children(m.head).any(|c| doc.dep(c) == dep);
    sample.add("is", "any", 1.0);
    sample.flag("noun", noun);
    sample.flag("plural", doc.tokens()[m.head].tag == Tag::Nns);
    sample.flag("definite", noun && is(&["the", "this", "that", "these", "those"]));
    sample.flag("indefinite", noun && is(&["a", "an", "another"]));
    sample.flag("bare noun", noun && det.is_none() && !child(Dep::Poss));
    sample.flag("possessed", noun && child(Dep::Poss));
    sample.flag("modified", noun && (child(Dep::Amod) || child(Dep::Compound)));
    sample.flag("with prepositions", noun && child(Dep::Prep));
    sample.flag("counted", noun && child(Dep::Nummod));
    sample.flag("several words", m.trigger.len() > 1);
    sample.flag("light verb", m.light.is_some());
    sample.add("dependency", doc.dep(m.head).as_str(), 1.0);
    let s = story.sentence(m.head);
    sample.flag("headline", story.kind(s) == BlockKind::Headline);
    sample.flag("caption or repeated", story.kind(s) == BlockKind::Caption || story.is_repeated(s));
    sample.flag("lead", s < 4);
    sample.add("number", "sentence", s.min(30) as f32 / 30.0);
}

/// What the mention says of the event.
fn content(m: &EventMention, sample: &mut Sample) {
    let has = |role: ParticipantRole| stated(m, &[role]) > 0;
    sample.flag("harm", m.role == TriggerRole::Result);
    sample.flag("actor", has(ParticipantRole::Actor));
    sample.flag("recipient", has(ParticipantRole::Recipient));
    sample.flag("victim", has(ParticipantRole::Victim));
    sample.flag("instrument", has(ParticipantRole::Instrument));
    sample.flag("nobody", m.participants.is_empty());
    sample.add("number", "participants", m.participants.len().min(4) as f32 / 4.0);
    sample.flag("own time", has_own_time(m));
    sample.flag("own place", has_own_place(m));
    sample.flag("claim", !m.claims.is_empty());
    sample.flag("source", m.attribution.is_some());
    sample.add("number", "confidence", m.confidence as f32);
    sample.flag("historical", m.assertion.historical);
    sample.flag("negated", m.assertion.polarity == Polarity::Neg);
    sample.flag("generic", m.assertion.realis == Realis::Generic);
    sample.flag("not actual", m.assertion.realis == Realis::Other);
    sample.add("modality", m.assertion.modality.as_str(), 1.0);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::article::{Intake, Limits};
    use crate::extract::{Enricher, Pipeline};
    use crate::record::explanation::MissReason;

    /// Words that are told, and words that are not because they only refer.
    fn check(enricher: &mut Enricher, text: &str, told: &[&str], refers: &[&str]) {
        let article = Intake::new(Limits::default()).text(text);
        let (record, explanation) = enricher.explain(&article, &|| false).unwrap();
        let found: Vec<&str> = record.mentions.iter().map(|m| m.trigger.span.text.as_str()).collect();
        let missed = explanation.not_coded.iter().filter(|m| m.reason == MissReason::Refers);
        let missed: Vec<&str> = missed.map(|m| m.span.text.as_str()).collect();
        assert_eq!((found.as_slice(), missed.as_slice()), (told, refers), "{text}");
        let listed: usize = record.events.iter().map(|e| e.mentions.len()).sum();
        assert_eq!(listed, record.mentions.len(), "events list other mentions than the record in {text:?}");
    }

    #[test]
    fn what_only_refers_is_left_out() {
        let mut enricher = Enricher::new(Arc::new(Pipeline::load(None, None).unwrap()));
        check(
            &mut enricher,
            "Gunmen attacked a police station in Maiduguri on Monday. Schools stayed closed after the attack, and the \
             market was empty because of the attack. Shops opened again two days after the attack.",
            &["attacked"],
            &["attack", "attack", "attack"],
        );
        // Different events of one type are all told.
        check(
            &mut enricher,
            "France expelled two diplomats on Tuesday. Poland expelled three diplomats on Wednesday.",
            &["expelled", "expelled"],
            &[],
        );
        // What a main clause says that somebody did is told, however short.
        check(
            &mut enricher,
            "The European Union imposed sanctions on 12 officials on Monday. Belarus threatened to expel diplomats. \
             Poland has closed one border crossing and sent 1,500 soldiers to the frontier.",
            &["imposed", "threatened", "closed", "sent"],
            &[],
        );
    }
}
