//! An article's records and text to its `link.article/1`. Runs where the article was read; the linker sees no text.

use std::collections::{BTreeMap, BTreeSet};

use super::idf::{self, Idf};
use super::traits::FINE;
use super::words;
use crate::record::link::{
    LinkArticle, LinkClaim, LinkEvent, LinkName, LinkParty, LinkPlace, LinkTime, LinkToll, LinkType,
};
use crate::record::{
    ArticleEvent, CasualtySummary, EnrichedArticle, EntityKind, EntityRecord, EventMention, EventType, Granularity,
    Participant, Place, Polarity, Realis, SourceSummary, Via, article::publisher, id,
};

const WIRES: &str = include_str!("data/wires.tsv");

/// Terms kept of the whole text, of its lead and of the headline.
const SKETCH: usize = 32;
const LEAD: usize = 20;
const HEADLINE: usize = 12;
/// Characters of the lead.
const LEAD_CHARS: usize = 600;
/// Names, places, streets, ages and events kept, each.
const NAMES: usize = 12;
const PLACES: usize = 8;
const STREETS: usize = 6;
const EVENTS: usize = 8;
/// A shorter body without an event tells no story.
const SHORT: usize = 160;
/// Characters of a summary.
const SUMMARY: usize = 240;

/// The parts of a body.
#[derive(Debug, Clone, Default)]
pub struct Text<'a> {
    /// Running text and captions.
    pub told: Vec<&'a str>,
    /// Bylines and credit lines.
    pub credits: Vec<&'a str>,
    /// What belongs to the page and not to the story.
    pub boilerplate: Vec<&'a str>,
}

impl<'a> Text<'a> {
    /// The parts of an article; `parts` gives those of some kinds.
    pub fn of(article: &'a crate::article::Article) -> Self {
        use crate::article::BlockKind::{Boilerplate, Byline, Caption, Paragraph};
        Self {
            told: article.parts(&[Paragraph, Caption]),
            credits: article.parts(&[Byline, Boilerplate]),
            boilerplate: article.parts(&[Boilerplate]),
        }
    }
}

/// What the linker needs of an article. Its key is for who received it to say.
pub fn article(record: &EnrichedArticle, text: &Text<'_>, idf: &Idf) -> LinkArticle {
    let meta = &record.article;
    let doc_id = id::doc_id(&meta.text_sha256);
    let body_chars: usize = text.told.iter().map(|t| t.chars().count()).sum();
    let page_chars: usize = text.boilerplate.iter().map(|t| t.chars().count()).sum();
    let title = meta.title.as_deref().unwrap_or_default();
    let mut lead = String::new();
    for part in &text.told {
        lead.extend(part.chars().take(LEAD_CHARS.saturating_sub(lead.len())));
        lead.push(' ');
    }
    let producer = &record.producer;
    let generation = id::generation(
        &doc_id,
        &[
            &producer.version,
            &producer.model,
            &producer.gazetteer,
            producer.tier.as_str(),
            producer.reader.as_deref().unwrap_or_default(),
            producer.lexicons.as_deref().unwrap_or_default(),
            idf::VERSION,
        ],
    );
    let fingerprint = words::fingerprint(&text.told).iter().map(|b| format!("{b:02x}")).collect();
    LinkArticle {
        schema: "link.article/1".to_owned(),
        article_id: meta.id.clone(),
        key: None,
        generation,
        url: meta.url.clone(),
        publisher: publisher(meta.source.as_deref(), meta.url.as_deref()),
        title: meta.title.clone(),
        published_at: meta.published_at.clone(),
        language: meta.language.clone(),
        wire: wire(record, text),
        body_chars,
        template: page_chars > body_chars || body_chars < SHORT && record.events.is_empty(),
        fingerprint,
        sketch: heaviest(std::iter::once(title).chain(text.told.iter().copied()), SKETCH, idf),
        lead: heaviest([lead.as_str()], LEAD, idf),
        headline: heaviest([title], HEADLINE, idf),
        idf: idf::VERSION.to_owned(),
        people: names(record, idf, is_full_name),
        organisations: names(record, idf, |e| matches!(e.kind, EntityKind::Org | EntityKind::Fac)),
        ages: words::ages(&text.told).into_iter().take(NAMES).collect(),
        streets: words::streets(&text.told).into_iter().take(STREETS).collect(),
        places: places(record),
        days: days(record),
        types: types(record),
        killed: told_first(record, |c| c.killed.as_ref()),
        injured: told_first(record, |c| c.injured.as_ref()),
        story_id: id::story_id(&doc_id, &meta.id),
        event_ids: record.events.iter().map(|e| e.cluster_id.clone()).collect(),
        events: events(record),
        producer: record.producer.clone(),
        doc_id,
    }
}

/// The `keep` heaviest terms, by frequency in the text and rarity in the news; the heaviest weighs 255.
pub(super) fn heaviest<'a>(text: impl IntoIterator<Item = &'a str>, keep: usize, idf: &Idf) -> BTreeMap<String, u8> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for term in text.into_iter().flat_map(words::terms) {
        *counts.entry(term).or_default() += 1;
    }
    let mut weights: Vec<(f64, String)> =
        counts.into_iter().map(|(term, n)| ((1.0 + f64::from(n).ln()) * idf.of(&term), term)).collect();
    weights.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    weights.truncate(keep);
    let most = weights.first().map_or(1.0, |w| w.0);
    weights.into_iter().map(|(w, term)| (term, ((w / most * 255.0).round() as u8).max(1))).collect()
}

/// The agency in the dateline, else in a byline or credit line that names one alone or after "by".
fn wire(record: &EnrichedArticle, text: &Text<'_>) -> Option<String> {
    let table: BTreeMap<&str, &str> =
        WIRES.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t')).collect();
    let known = |name: &str| table.get(name.trim().to_lowercase().as_str()).map(|w| (*w).to_owned());
    let agency = record.article.dateline.as_ref().and_then(|d| d.agency.as_deref());
    agency.and_then(known).or_else(|| {
        text.credits.iter().filter(|line| line.len() < 200 && !line.contains("contribut")).find_map(|line| {
            let line =
                line.to_lowercase().replace(['(', ')', '|', '/', '\n'], ",").replace(" for ", ",").replace("by ", "");
            line.split([',', ';']).find_map(|part| known(part.trim_end_matches(['.', ' ']).trim_start_matches("the ")))
        })
    })
}

/// Whether an entity is a person with a first and a last name, and not one that is only described ("police officials").
fn is_full_name(entity: &EntityRecord) -> bool {
    entity.kind == EntityKind::Person
        && !entity.mentions.is_empty()
        && entity.name.split(' ').filter(|w| w.starts_with(char::is_uppercase)).count() >= 2
        && entity.name.split(' ').next_back().is_some_and(|w| w.starts_with(char::is_uppercase))
}

fn names(record: &EnrichedArticle, idf: &Idf, wanted: impl Fn(&EntityRecord) -> bool) -> Vec<LinkName> {
    let tenths = |x: f64| (x * 10.0).round().clamp(0.0, 255.0) as u8;
    let mut seen = BTreeSet::new();
    record
        .entities
        .iter()
        .filter(|e| wanted(e))
        .map(|e| words::name(&e.name))
        .filter(|name| name.chars().count() > 1 && seen.insert(name.clone()))
        .take(NAMES)
        .map(|name| LinkName {
            idf: tenths(name.split(' ').map(|w| idf.of(w)).fold(0.0, f64::max)),
            last_idf: tenths(name.rsplit(' ').next().map_or(0.0, |w| idf.of(w))),
            name,
        })
        .collect()
}

fn places(record: &EnrichedArticle) -> Vec<LinkPlace> {
    let mut seen = BTreeSet::new();
    record
        .entities
        .iter()
        .filter_map(|e| e.place.as_ref().map(|p| place(p, e.salience)))
        .filter(|p| p.lat.is_some() && seen.insert((p.geonameid, p.name.clone())))
        .take(PLACES)
        .collect()
}

fn place(place: &Place, weight: f64) -> LinkPlace {
    LinkPlace {
        name: place.name.clone(),
        geonameid: place.geonameid,
        lat: place.lat,
        lon: place.lon,
        admin1: place.admin1.clone(),
        admin1_code: place.admin1_code.clone(),
        country_iso2: place.country_iso2.clone(),
        resolution: place.resolution,
        weight,
    }
}

fn days(record: &EnrichedArticle) -> Vec<String> {
    let days: BTreeSet<&str> = record
        .events
        .iter()
        .filter_map(|e| e.time.as_ref())
        .filter(|t| t.via != Via::Default && t.timex.granularity <= Granularity::Day)
        .filter_map(|t| t.timex.start.as_deref().and_then(|s| s.get(..10)))
        .collect();
    days.into_iter().take(NAMES).map(str::to_owned).collect()
}

/// Types of all events; null for those outside of PLOVER.
fn types(record: &EnrichedArticle) -> Vec<Option<EventType>> {
    let types: BTreeSet<Option<EventType>> = record.events.iter().map(|e| e.class.plover.event).collect();
    types.into_iter().collect()
}

/// The number of the first event that happened lately and has one.
fn told_first(record: &EnrichedArticle, of: fn(&CasualtySummary) -> Option<&SourceSummary>) -> Option<u64> {
    let mut events: Vec<&ArticleEvent> = record.events.iter().filter(|e| !e.assertion.historical).collect();
    events.sort_by_key(|e| (!e.main, e.rank));
    events.into_iter().find_map(|e| of(&e.casualties)?.best)
}

fn events(record: &EnrichedArticle) -> Vec<LinkEvent> {
    let mut events: Vec<&ArticleEvent> = record.events.iter().collect();
    events.sort_by_key(|e| (!e.main, e.rank));
    // A side event is only ever attached to another event by place, day and a toll or a name.
    let named = |p: &Participant| p.entity_id.is_some() && p.name.contains(' ');
    let attachable = |e: &ArticleEvent| {
        e.location.as_ref().is_some_and(|l| l.place.resolution.is_some_and(|r| r >= FINE))
            && e.time.as_ref().is_some_and(|t| t.via != Via::Default && t.timex.granularity <= Granularity::Day)
            && (e.casualties.killed.is_some()
                || e.casualties.injured.is_some()
                || e.actors.iter().chain(&e.recipients).any(named))
    };
    events.retain(|e| e.main || attachable(e));
    let mentions: BTreeMap<&str, &EventMention> = record.mentions.iter().map(|m| (m.mention_id.as_str(), m)).collect();
    events.into_iter().take(EVENTS).map(|e| event(e, &mentions)).collect()
}

fn event(event: &ArticleEvent, mentions: &BTreeMap<&str, &EventMention>) -> LinkEvent {
    let own = || event.mentions.iter().filter_map(|m| mentions.get(m.as_str()));
    let triggers: BTreeSet<String> =
        own().map(|m| m.trigger.lemma.to_lowercase()).filter(|l| !l.is_empty()).take(NAMES).collect();
    let updates: BTreeSet<&str> =
        own().flat_map(|m| &m.casualties).filter(|c| c.update).map(|c| c.claim_id.as_str()).collect();
    let assertion = &event.assertion;
    let told = assertion.polarity == Polarity::Pos
        && assertion.modality.is_fact()
        && assertion.realis != Realis::Generic
        && !assertion.historical;
    let summary = event.summary_text.as_ref().filter(|_| event.main).map(|s| shorten(s));
    LinkEvent {
        event_id: event.cluster_id.clone(),
        main: event.main,
        rank: event.rank,
        background: !told,
        class: LinkType {
            plover: event.class.plover.clone(),
            happening: event.class.happening,
            cameo: event.class.cameo.code.clone(),
            quad_class: event.class.quad_class,
            goldstein: event.class.goldstein,
            acled: event.class.acled.clone(),
        },
        actors: parties(&event.actors),
        recipients: parties(&event.recipients),
        location: event.location.as_ref().map(|l| place(&l.place, l.place.confidence)),
        time: event.time.as_ref().map(|t| LinkTime {
            start: t.timex.start.clone(),
            end: t.timex.end.clone(),
            granularity: t.timex.granularity,
            via: t.via,
        }),
        killed: event.casualties.killed.as_ref().map(|t| toll(t, &updates)),
        injured: event.casualties.injured.as_ref().map(|t| toll(t, &updates)),
        triggers: triggers.into_iter().collect(),
        summary,
        links: event.links.clone(),
        confidence: event.confidence.overall,
        type_confidence: event.confidence.class,
        time_confidence: event.confidence.time,
        casualties_confidence: event.confidence.casualties,
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SUMMARY) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
    }
}

/// Participants without bare pronouns.
fn parties(list: &[Participant]) -> Vec<LinkParty> {
    list.iter()
        .filter(|p| p.via != Via::Coref || p.entity_id.is_some())
        .take(4)
        .map(|p| LinkParty {
            name: p.name.clone(),
            named: p.entity_id.is_some() && p.name.starts_with(char::is_uppercase),
            country_iso3: p.actor.country_iso3.clone(),
            cameo_code: p.actor.cameo_code.clone(),
        })
        .collect()
}

fn toll(toll: &SourceSummary, updates: &BTreeSet<&str>) -> LinkToll {
    LinkToll {
        best: toll.best,
        low: toll.low,
        high: toll.high,
        corrected: toll.by_source.iter().any(|s| updates.contains(s.claim_id.as_str())),
        by_source: toll
            .by_source
            .iter()
            .take(4)
            .map(|s| LinkClaim { source: s.name.clone(), best: s.best, low: s.low, high: s.high })
            .collect(),
    }
}
