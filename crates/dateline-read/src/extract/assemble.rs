//! Facts over tokens to records over the text received. The one place where offsets and ids are made.

use std::ops::Range;

use super::attributions::Attribution;
use super::casualties::Claim;
use super::entities::{Entities, EntityId, Mention, MentionForm};
use super::events::{EventMention, Facts, Participant, PlaceLink, TimeLink};
use super::rollup::{Cluster, Derivation, Figure, Total};
use super::story::{Cut, Story};
use crate::article::{Article, BlockKind, Offsets};
use crate::nlp::Stopped;
use crate::record::{self, id};

/// Entities, times and attributions, each, that a record lists, and mentions of all entities together. Articles hold a
/// tenth of that at most; a text of nothing but names would make a record larger than brokers take.
const LISTED: usize = 2_000;
const MENTIONS_LISTED: usize = 8_000;
/// Chance from which a mention lists a party that the reader weighed: more likely than not. Of MUC-4's parties 30 % are
/// right so, and 19 % without a bound; an event lists its best ones, sure or not.
const LIKELY: f64 = 0.5;

/// What one article's records share.
pub struct Assembler<'a> {
    story: &'a Story<'a>,
    facts: &'a Facts<'a>,
    producer: &'a record::Producer,
    offsets: Offsets<'a>,
    /// Of what of the title is read.
    title: Offsets<'a>,
    sha256: String,
    doc_id: String,
    entity_ids: Vec<String>,
    attribution_ids: Vec<String>,
    claim_ids: Vec<String>,
}

impl<'a> Assembler<'a> {
    /// Prepares ids and offsets of an article.
    ///
    /// # Errors
    /// [`Stopped`] when the reading is to end.
    pub fn new(story: &'a Story<'a>, facts: &'a Facts<'a>, producer: &'a record::Producer) -> Result<Self, Stopped> {
        story.work(facts.entities.list.len() + facts.attributions.len() + facts.claims.len())?;
        let received = story.article.received();
        let sha256 = id::text_sha256(received);
        let mut this = Self {
            story,
            facts,
            producer,
            offsets: Offsets::new(received),
            title: Offsets::new(&story.article.body()[..story.article.title_len()]),
            doc_id: id::doc_id(&sha256),
            sha256,
            entity_ids: Vec::new(),
            attribution_ids: Vec::new(),
            claim_ids: Vec::new(),
        };
        let doc_id = &this.doc_id;
        this.entity_ids = facts.entities.list.iter().map(|e| id::entity_id(doc_id, e.kind.as_str(), &e.name)).collect();
        this.attribution_ids = facts
            .attributions
            .iter()
            .map(|a| id::attribution_id(doc_id, this.bytes(a.cue.clone().unwrap_or_else(|| extent(&a.content)))))
            .collect();
        this.claim_ids = facts
            .claims
            .iter()
            .map(|c| id::claim_id(doc_id, this.bytes(c.trigger..c.trigger + 1), c.kind.as_str()))
            .collect();
        Ok(this)
    }

    /// The whole record.
    ///
    /// # Errors
    /// [`Stopped`] when the reading is to end.
    pub fn article(&self, mentions: &[EventMention], clusters: &[Cluster]) -> Result<record::EnrichedArticle, Stopped> {
        self.story.work(self.facts.entities.mentions.len() + self.facts.times.len() + mentions.len())?;
        let mention_ids: Vec<String> = mentions
            .iter()
            .map(|m| id::mention_id(&self.doc_id, self.bytes(m.trigger.clone()), m.class.plover.event))
            .collect();
        let cluster_ids: Vec<String> =
            clusters.iter().map(|c| id::cluster_id(&self.doc_id, &mention_ids[c.mentions[0]])).collect();
        let events: Vec<record::ArticleEvent> = clusters
            .iter()
            .enumerate()
            .map(|(rank, c)| self.event(rank, c, mentions, &mention_ids, &cluster_ids))
            .collect();
        let mut cluster_of = vec![None; mentions.len()];
        for (c, cluster) in clusters.iter().enumerate() {
            for m in &cluster.mentions {
                cluster_of[*m] = Some(cluster_ids[c].clone());
            }
        }
        let claims = self.loose_claims(mentions);
        let mentions: Vec<record::EventMention> = mentions
            .iter()
            .zip(mention_ids)
            .zip(cluster_of)
            .map(|((m, mention_id), cluster_id)| self.mention(m, mention_id, cluster_id))
            .collect();
        let (mut entities, mut times, mut attributions) = (self.entities(), self.times(), self.attributions());
        if [entities.len(), times.len(), attributions.len()].iter().any(|n| *n > LISTED) {
            self.story.cut(Cut::Lists);
            entities.truncate(LISTED);
            times.truncate(LISTED);
            attributions.truncate(LISTED);
        }
        let mut room = MENTIONS_LISTED;
        for list in entities.iter_mut().flat_map(|e| [&mut e.mentions, &mut e.references]) {
            if list.len() > room {
                self.story.cut(Cut::Lists);
                list.truncate(room);
            }
            room -= list.len();
        }
        Ok(record::EnrichedArticle {
            schema: "article.enriched/1".to_owned(),
            article: self.meta(),
            quality: self.quality(&entities, &mentions),
            entities,
            times,
            attributions,
            main_event: events.first().filter(|e| e.main).map(|e| e.cluster_id.clone()),
            mentions,
            events,
            claims,
            without: Vec::new(),
            producer: self.producer.clone(),
        })
    }

    /// The claims that no mention holds. Events count them, and claims repeat them.
    fn loose_claims(&self, mentions: &[EventMention]) -> Vec<record::CasualtyClaim> {
        let mut held = vec![false; self.facts.claims.len()];
        mentions.iter().flat_map(|m| &m.claims).for_each(|c| held[*c] = true);
        (0..held.len()).filter(|c| !held[*c]).map(|c| self.claim(c)).collect()
    }

    fn meta(&self) -> record::ArticleMeta {
        let article = self.story.article;
        record::ArticleMeta {
            id: article.id.clone(),
            url: article.url.clone(),
            source: article.source.clone(),
            title: article.title.clone(),
            published_at: article.published_at.clone().or_else(|| article.date.map(|d| d.date.to_string())),
            language: article.language.clone(),
            dateline: self.dateline(article),
            text_sha256: self.sha256.clone(),
            chars: self.offsets.chars(),
            extra: article.extra.clone(),
        }
    }

    fn dateline(&self, article: &Article) -> Option<record::Dateline> {
        let found = article.layout.dateline.as_ref()?;
        let text = |r: &Range<usize>| article.body()[r.clone()].to_owned();
        Some(record::Dateline {
            span: self.span_of_body(found.range.clone()),
            place: found.place.as_ref().map(text),
            date: found.date.map(|d| d.to_string()),
            agency: found.agency.as_ref().map(text),
        })
    }

    /// Entities by weight, then by first mention.
    fn entities(&self) -> Vec<record::EntityRecord> {
        let Entities { list, .. } = self.facts.entities;
        let named = |m: &Mention| {
            let thing = matches!(list[m.entity].kind, record::EntityKind::Weapon | record::EntityKind::Vehicle);
            m.form == MentionForm::Name || thing && m.form == MentionForm::Nominal
        };
        let of = |e: EntityId, by_name: bool| self.facts.entities.of(e).filter(move |m| named(m) == by_name);
        let mut records: Vec<record::EntityRecord> = list
            .iter()
            .enumerate()
            .map(|(e, entity)| record::EntityRecord {
                id: self.entity_ids[e].clone(),
                kind: entity.kind,
                name: entity.name.clone(),
                salience: round(entity.salience),
                mentions: of(e, true).map(|m| self.entity_mention(m)).collect(),
                references: of(e, false).map(|m| self.entity_mention(m)).collect(),
                place: entity.place.clone(),
                actor: entity.actor.clone(),
            })
            .collect();
        records.sort_by(|a, b| b.salience.total_cmp(&a.salience));
        records
    }

    fn entity_mention(&self, mention: &Mention) -> record::EntityMention {
        let record::Span { text, char, byte, field } = self.span(mention.tokens.clone());
        record::EntityMention { text, char, byte, field, kind: mention.kind }
    }

    fn times(&self) -> Vec<record::TimeRecord> {
        let record = |t: &super::times::TimeMention| record::TimeRecord {
            span: self.span(t.tokens.clone()),
            timex: t.timex.record(self.story.doc),
        };
        self.facts.times.iter().map(record).collect()
    }

    fn attributions(&self) -> Vec<record::Attribution> {
        let record = |(i, a): (usize, &Attribution)| record::Attribution {
            id: self.attribution_ids[i].clone(),
            source_entity: a.entity.map(|e| self.entity_ids[e].clone()),
            source: a.source.clone().map(|t| self.span(t)),
            cue: a.cue.clone().map(|t| self.span(t)),
            content: a.content.iter().map(|t| self.range(t.clone())).collect(),
            quote: a.quote,
            anonymous: a.anonymous,
            level: a.level,
        };
        self.facts.attributions.iter().enumerate().map(record).collect()
    }

    fn mention(&self, m: &EventMention, mention_id: String, cluster_id: Option<String>) -> record::EventMention {
        let doc = self.story.doc;
        let sentence = self.story.sentence(m.head);
        let judged = self.producer.reader.is_some();
        let listed = || m.participants.iter().filter(|p| !judged || p.confidence >= LIKELY);
        let confidence_of = |roles: &[record::ParticipantRole]| {
            listed().filter(|p| roles.contains(&p.role)).map(|p| round(p.confidence)).reduce(f64::max)
        };
        let claims: Vec<record::CasualtyClaim> = m.claims.iter().map(|c| self.claim(*c)).collect();
        let location = m.place.as_ref().and_then(|p| self.place(p));
        let time = m.time.as_ref().map(|t| self.time(t));
        record::EventMention {
            schema: "event.mention/1".to_owned(),
            mention_id,
            doc_id: self.doc_id.clone(),
            cluster_id,
            sentence: record::SentenceRef { index: sentence, range: self.range(self.story.tokens(sentence)) },
            trigger: record::Trigger {
                span: self.span(m.trigger.clone()),
                lemma: doc.lemma(m.head).to_owned(),
                pos: doc.pos(m.head).as_str().to_owned(),
                role: m.role,
            },
            class: m.class.clone(),
            participants: listed().map(|p| self.participant(p)).collect(),
            assertion: m.assertion.clone(),
            attribution: m.attribution.map(|a| self.event_attribution(a)),
            flags: self.flags(sentence),
            confidence: record::Confidence {
                overall: round(m.confidence),
                class: Some(type_confidence(m.confidence)),
                actor: confidence_of(&[record::ParticipantRole::Actor]),
                recipient: confidence_of(&[record::ParticipantRole::Recipient, record::ParticipantRole::Victim]),
                location: location.as_ref().map(|p| p.place.confidence),
                time: time.as_ref().map(|t| t.timex.confidence),
                casualties: claims.iter().map(|c| c.confidence).reduce(f64::max),
            },
            location,
            time,
            casualties: claims,
            producer: self.producer.clone(),
        }
    }

    fn flags(&self, sentence: usize) -> Vec<record::Flag> {
        let mut flags = Vec::new();
        match self.story.kind(sentence) {
            BlockKind::Caption => flags.push(record::Flag::Caption),
            BlockKind::Headline => flags.push(record::Flag::Headline),
            BlockKind::Boilerplate => flags.push(record::Flag::Boilerplate),
            _ => {}
        }
        if self.story.is_repeated(sentence) {
            flags.push(record::Flag::DuplicateText);
        }
        flags
    }

    fn participant(&self, p: &Participant) -> record::Participant {
        let entity = p.entity.map(|e| &self.facts.entities.list[e]);
        let words = p.tokens.clone().map(|t| self.story.doc.span_text(t).to_owned());
        let actor = match entity {
            Some(entity) => entity.actor.clone(),
            None => p.tokens.clone().and_then(|t| self.countryman(t)),
        };
        record::Participant {
            role: p.role,
            entity_id: p.entity.map(|e| self.entity_ids[e].clone()),
            name: entity.map(|e| e.name.clone()).or(words).unwrap_or_default(),
            title_or_role: entity.and_then(|e| e.title.clone()),
            actor: actor.unwrap_or_default(),
            via: p.via,
            span: p.tokens.clone().map(|t| self.span(t)),
            confidence: round(p.confidence),
        }
    }

    /// The country that words which refer to no entity say of someone: "Belarusian hauliers".
    fn countryman(&self, tokens: Range<usize>) -> Option<record::Actor> {
        let doc = self.story.doc;
        let head = doc.heads(tokens.clone()).next()?;
        let says = |t: &usize| tokens.contains(t) && *t != head && doc.head(*t) == head;
        let unit = self.facts.units.iter().find(|u| u.tokens.iter().any(says))?;
        let country_iso3 = unit.place.country_iso3.clone();
        Some(record::Actor { country_iso3, ..record::Actor::default() })
    }

    /// The record of a place; none where the gazetteer knows nothing of it.
    fn place(&self, link: &PlaceLink) -> Option<record::EventPlace> {
        let mut place = self.facts.entities.list[link.entity].place.clone()?;
        place.confidence = round(place.confidence.min(link.confidence));
        Some(record::EventPlace { span: link.tokens.clone().map(|t| self.span(t)), via: link.via, place })
    }

    fn time(&self, link: &TimeLink) -> record::EventTime {
        record::EventTime {
            span: link.mention.map(|t| self.span(self.facts.times[t].tokens.clone())),
            via: link.via,
            timex: record::Timex { confidence: round(link.timex.confidence), ..link.timex.record(self.story.doc) },
        }
    }

    fn claim(&self, c: usize) -> record::CasualtyClaim {
        let claim: &Claim = &self.facts.claims[c];
        record::CasualtyClaim {
            claim_id: self.claim_ids[c].clone(),
            kind: claim.kind,
            best: claim.best,
            low: claim.low,
            high: claim.high,
            modifier: claim.modifier,
            numeric: claim.numeric,
            polarity: claim.polarity,
            victims: claim.victims.clone(),
            breakdown: claim.breakdown.clone(),
            span: self.span(claim.tokens.clone()),
            source_entity: claim.source.map(|e| self.entity_ids[e].clone()),
            attribution_id: claim.attribution.map(|a| self.attribution_ids[a].clone()),
            duplicates: claim.duplicates.map(|d| self.claim_ids[d].clone()),
            update: claim.update,
            confidence: round(claim.confidence),
        }
    }

    fn event_attribution(&self, a: usize) -> record::EventAttribution {
        let found = &self.facts.attributions[a];
        let entity = found.entity.map(|e| &self.facts.entities.list[e]);
        let words = found.source.clone().map(|t| self.story.doc.span_text(t).to_owned());
        record::EventAttribution {
            attribution_id: self.attribution_ids[a].clone(),
            source_entity: found.entity.map(|e| self.entity_ids[e].clone()),
            source_name: entity.map(|e| e.name.clone()).or(words),
            source_span: found.source.clone().map(|t| self.span(t)),
            cue: found.cue.clone().map(|t| self.span(t)),
            content: found.content.iter().map(|t| self.range(t.clone())).collect(),
            quote: found.quote,
            anonymous: found.anonymous,
            level: found.level,
        }
    }

    fn event(
        &self,
        rank: usize,
        cluster: &Cluster,
        mentions: &[EventMention],
        mention_ids: &[String],
        cluster_ids: &[String],
    ) -> record::ArticleEvent {
        let location = cluster.scene.as_ref().map(|s| record::EventPlace {
            span: s.tokens.clone().map(|t| self.span(t)),
            via: s.via,
            place: record::Place { confidence: round(s.confidence), ..s.place.clone() },
        });
        let time = cluster.moment.as_ref().map(|t| self.time(t));
        let best = |list: &[Participant]| list.iter().map(|p| round(p.confidence)).reduce(f64::max);
        let other_places = cluster.other_places.iter().filter_map(|e| self.facts.entities.list[*e].place.as_ref());
        record::ArticleEvent {
            schema: "event.article/1".to_owned(),
            cluster_id: cluster_ids[rank].clone(),
            doc_id: self.doc_id.clone(),
            article_id: self.story.article.id.clone(),
            article: None,
            dct: self.story.date().map(|d| d.to_string()),
            main: cluster.main,
            rank: rank + 1,
            class: cluster.class.clone(),
            actors: cluster.actors.iter().map(|p| self.participant(p)).collect(),
            recipients: cluster.recipients.iter().map(|p| self.participant(p)).collect(),
            other_locations: other_places
                .map(|p| record::PlaceRef { name: p.name.clone(), geonameid: p.geonameid, resolution: p.resolution })
                .collect(),
            casualties: record::CasualtySummary {
                killed: cluster.harm.killed.as_ref().map(|t| self.total(t)),
                injured: cluster.harm.injured.as_ref().map(|t| self.total(t)),
                side: cluster.harm.side.iter().filter_map(|c| self.side(*c)).collect(),
            },
            counts: self.counts(cluster),
            assertion: cluster.assertion.clone(),
            sources: self.sources(cluster),
            contradictions: cluster.contradictions.iter().map(|c| self.contradiction(c)).collect(),
            links: cluster
                .links
                .iter()
                .map(|(rel, other)| record::Link { rel: *rel, cluster: cluster_ids[*other].clone() })
                .collect(),
            mentions: cluster.mentions.iter().map(|m| mention_ids[*m].clone()).collect(),
            summary: Some(self.span(self.story.tokens(cluster.summary))),
            summary_text: Some(one_line(self.story.doc.span_text(self.story.tokens(cluster.summary)))),
            confidence: record::Confidence {
                overall: round(cluster.confidence),
                class: cluster.type_confidence.map(round).or_else(|| {
                    cluster.mentions.iter().map(|m| type_confidence(mentions[*m].confidence)).reduce(f64::max)
                }),
                actor: best(&cluster.actors),
                recipient: best(&cluster.recipients),
                location: location.as_ref().map(|p| p.place.confidence),
                time: time.as_ref().map(|t| t.timex.confidence),
                casualties: cluster.harm.killed.as_ref().or(cluster.harm.injured.as_ref()).map(|t| round(t.confidence)),
            },
            location,
            time,
            producer: self.producer.clone(),
        }
    }

    fn counts(&self, cluster: &Cluster) -> record::Counts {
        let of = |kind| {
            let found = cluster.harm.others.iter().find(|(k, _)| *k == kind);
            found.map(|(_, total)| self.total(total))
        };
        record::Counts {
            killed_or_injured: of(record::CasualtyKind::KilledOrInjured),
            missing: of(record::CasualtyKind::Missing),
            abducted: of(record::CasualtyKind::Abducted),
            arrested: of(record::CasualtyKind::Arrested),
            displaced: of(record::CasualtyKind::Displaced),
            crowd: self.crowd(&cluster.crowd),
        }
    }

    fn crowd(&self, told: &[Figure]) -> Option<record::Crowd> {
        let numbers = || told.iter().map(|f| &f.number);
        let open = numbers().any(|n| n.high.is_none());
        (!told.is_empty()).then(|| record::Crowd {
            best: numbers().find_map(|n| n.best),
            low: numbers().filter_map(|n| n.low.or(n.best)).min(),
            high: numbers().filter_map(|n| n.high).max().filter(|_| !open),
            told: told
                .iter()
                .map(|f| record::CrowdFigure {
                    best: f.number.best,
                    low: f.number.low,
                    high: f.number.high,
                    span: self.span(f.number.tokens.clone()),
                    attribution_id: f.attribution.map(|a| self.attribution_ids[a].clone()),
                })
                .collect(),
        })
    }

    fn total(&self, total: &Total) -> record::SourceSummary {
        let by_source = total.votes.iter().map(|v| {
            let claim = &self.facts.claims[v.claim];
            record::SourceTotal {
                source: v.source.map(|e| self.entity_ids[e].clone()),
                name: v.source.map(|e| self.facts.entities.list[e].name.clone()),
                best: claim.best,
                low: claim.low,
                high: claim.high,
                breakdown: v.breakdown.clone(),
                claim_id: self.claim_ids[v.claim].clone(),
            }
        });
        record::SourceSummary {
            best: total.best,
            low: total.low,
            high: total.high,
            method: method(total.derivation).to_owned(),
            by_source: by_source.collect(),
            disagreement: total.disagreement,
        }
    }

    fn side(&self, c: usize) -> Option<record::SideCasualties> {
        let claim = &self.facts.claims[c];
        let entity = claim.side?;
        let number = claim.best;
        Some(record::SideCasualties {
            entity: Some(self.entity_ids[entity].clone()),
            name: self.facts.entities.list[entity].name.clone(),
            killed: number.filter(|_| claim.kind != record::CasualtyKind::Injured),
            injured: number.filter(|_| claim.kind != record::CasualtyKind::Killed),
            source: claim.source.map(|e| self.entity_ids[e].clone()),
        })
    }

    fn sources(&self, cluster: &Cluster) -> record::Sources {
        let words = |a: &usize| {
            let source = self.facts.attributions[*a].source.clone();
            source.map(|t| self.story.doc.span_text(t).to_owned())
        };
        record::Sources {
            n_mentions: cluster.mentions.len(),
            n_attributed_sources: cluster.sources.named.len() + cluster.sources.anonymous.len(),
            named: cluster.sources.named.iter().map(|e| self.entity_ids[*e].clone()).collect(),
            anonymous: cluster.sources.anonymous.iter().filter_map(words).collect(),
        }
    }

    fn contradiction(&self, c: &super::rollup::Contradiction) -> record::Contradiction {
        record::Contradiction {
            field: c.field.to_owned(),
            kept: c.kept.map(|e: EntityId| self.facts.entities.list[e].name.clone()).unwrap_or_default(),
            other: c.other.clone(),
            span: Some(self.span(c.tokens.clone())),
            why: c.why.to_owned(),
        }
    }

    fn quality(&self, entities: &[record::EntityRecord], mentions: &[record::EventMention]) -> record::Quality {
        let blocks = &self.story.article.layout.blocks;
        let of = |kind| blocks.iter().filter(|b| b.kind == kind).count();
        let is_place = |e: &&record::EntityRecord| matches!(e.kind, record::EntityKind::Gpe | record::EntityKind::Loc);
        let notes = self.story.article.notes.iter().map(|n| n.as_str().to_owned());
        let notes = notes.chain(self.story.cuts().into_iter().map(|c| c.as_str().to_owned()));
        record::Quality {
            sentences: self.story.doc.sentences().len(),
            tokens: self.story.doc.len(),
            duplicate_blocks: blocks.iter().filter(|b| !b.repeats.is_empty()).count(),
            captions: of(BlockKind::Caption),
            boilerplate: of(BlockKind::Boilerplate),
            unresolved_places: entities.iter().filter(is_place).filter(|e| e.place.is_none()).count(),
            default_times: mentions.iter().filter(|m| via(m.time.as_ref().map(|t| t.via))).count(),
            default_places: mentions.iter().filter(|m| via(m.location.as_ref().map(|p| p.via))).count(),
            claims_without_source: self.facts.claims.iter().filter(|c| c.source.is_none()).count(),
            notes: notes.collect(),
        }
    }

    /// The span of a non-empty token range.
    pub(super) fn span(&self, tokens: Range<usize>) -> record::Span {
        self.span_of_body(self.story.doc.bytes(tokens))
    }

    fn span_of_body(&self, body: Range<usize>) -> record::Span {
        let record::CharRange { char, byte, field } = self.at(body);
        let article = self.story.article;
        let whole = if field.is_some() { article.body() } else { article.received() };
        record::Span { text: whole[byte[0]..byte[1]].to_owned(), char, byte, field }
    }

    /// The position of a non-empty token range.
    fn range(&self, tokens: Range<usize>) -> record::CharRange {
        self.at(self.story.doc.bytes(tokens))
    }

    fn at(&self, body: Range<usize>) -> record::CharRange {
        let (bytes, field) = self.source_of(body);
        let offsets = if field.is_some() { &self.title } else { &self.offsets };
        record::CharRange { char: offsets.char_range(bytes.clone()), byte: [bytes.start, bytes.end], field }
    }

    /// Where a stretch of the body was received. The body begins with the title, so that the title's offsets are its own.
    fn source_of(&self, body: Range<usize>) -> (Range<usize>, Option<record::Field>) {
        let article = self.story.article;
        match article.title_range(body.clone()) {
            Some(title) => (title, Some(record::Field::Title)),
            None => (article.received_range(body), None),
        }
    }

    /// Bytes that tell a non-empty token range from all others: of the received text, or beyond it of the title.
    fn bytes(&self, tokens: Range<usize>) -> [usize; 2] {
        let (bytes, field) = self.source_of(self.story.doc.bytes(tokens));
        let beyond = field.map_or(0, |_| self.story.article.received().len());
        [bytes.start + beyond, bytes.end + beyond]
    }
}

/// Whether a value is the article's own for want of a better one.
fn via(via: Option<record::Via>) -> bool {
    via == Some(record::Via::Default)
}

/// From the first to the last token of a list of ranges.
fn extent(ranges: &[Range<usize>]) -> Range<usize> {
    let start = ranges.iter().map(|r| r.start).min().unwrap_or(0);
    start..ranges.iter().map(|r| r.end).max().unwrap_or(start + 1)
}

/// Line breaks and runs of blanks to single spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How sure the type of an event is, from the weight of the reading that coded it, which says how sure it is that there
/// is an event. Fitted on WikiEvents: where annotators mark an event of a shared type, 84 to 100 % are right in every
/// band of weights (reliability tables in `models/SCORES.md`).
fn type_confidence(weight: f64) -> f64 {
    round(0.87 + 0.1 * weight)
}

/// Two decimals: more would claim a precision that confidences do not have, and make records long.
fn round(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

/// How the best number of a total was found, in words.
fn method(derivation: Derivation) -> &'static str {
    match derivation {
        Derivation::Stated => "most frequent, least and greatest total, one vote per source",
        Derivation::Victims => "victims told apart, counted once each; no source states a total",
        Derivation::WithKiller => "total of the victims and the killer, who died and is not among them",
        Derivation::Survivors => "people hit less those of them who died",
    }
}
