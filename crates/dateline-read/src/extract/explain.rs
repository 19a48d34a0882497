//! Facts to an explanation: why events were coded and why other words were not. Beside [`super::assemble`], which
//! makes the offsets; decides nothing.

use std::ops::Range;

use super::assemble::Assembler;
use super::events::{EventMention, Facts, Miss, Reason, Rule, Trace};
use super::rollup::{Cluster, Evidence, Ground, Join, THRESHOLD};
use super::story::Story;
use crate::article::BlockKind;
use crate::record::explanation::{
    CueRef, EventExplanation, Explanation, FieldEvidence, Joined, LeftOut, MentionExplanation, MissReason, NearMiss,
    Points, RuleRef,
};
use crate::record::{EnrichedArticle, TriggerRole, Via};

/// What an explanation is made of: the facts, and the record that tells their ids.
pub(super) struct Explainer<'a> {
    pub story: &'a Story<'a>,
    pub facts: &'a Facts<'a>,
    pub assembler: &'a Assembler<'a>,
    pub record: &'a EnrichedArticle,
}

impl Explainer<'_> {
    /// Explains a record, whose mentions and events are in the order of the facts.
    pub(super) fn explain(&self, mentions: &[EventMention], clusters: &[Cluster], trace: &Trace) -> Explanation {
        let mut not_coded: Vec<NearMiss> = trace.misses.iter().map(|m| self.miss(m)).collect();
        not_coded.extend(self.statements());
        not_coded.sort_by_key(|m| m.span.byte);
        Explanation {
            left_out: trace.desk.as_ref().map(|desk| LeftOut {
                desk: desk.name.to_owned(),
                words: desk.words.iter().map(|w| (*w).to_owned()).collect(),
            }),
            events: (0..clusters.len()).map(|rank| self.event(rank, clusters, mentions)).collect(),
            not_coded,
        }
    }

    fn event(&self, rank: usize, clusters: &[Cluster], mentions: &[EventMention]) -> EventExplanation {
        let cluster = &clusters[rank];
        let joined = cluster.mentions.iter().zip(&cluster.joined);
        EventExplanation {
            cluster_id: self.record.events[rank].cluster_id.clone(),
            main: cluster.main,
            weight: (cluster.weight * 100.0).round() / 100.0,
            why: self.rank(rank, clusters, mentions),
            mentions: joined.map(|(m, join)| self.mention(*m, &mentions[*m], join.as_ref())).collect(),
        }
    }

    /// What the rank of an event rests on.
    fn rank(&self, rank: usize, clusters: &[Cluster], mentions: &[EventMention]) -> String {
        let cluster = &clusters[rank];
        let sentences: Vec<usize> = cluster.mentions.iter().map(|m| self.story.sentence(mentions[*m].head)).collect();
        let mut told = sentences.clone();
        told.dedup();
        let first = sentences.first().copied().unwrap_or_default();
        let at = match self.story.kind(first) {
            BlockKind::Headline => "in the headline".to_owned(),
            BlockKind::Caption => "in a caption".to_owned(),
            _ => format!("in sentence {first}"),
        };
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let mut why = vec![format!(
            "{} in {}, the first {at}",
            count(cluster.mentions.len(), "mention"),
            count(told.len(), "sentence")
        )];
        if let Some(n) = cluster.harm.killed.as_ref().and_then(|k| k.best.or(k.low)) {
            why.push(format!("{n} killed"));
        }
        if let Some(next) = clusters.get(rank + 1) {
            why.push(format!("ranks {:.2} over {:.2} of the next event", cluster.score, next.score));
        }
        if rank == 0 && !cluster.main {
            why.push("too little for a main event".to_owned());
        }
        why.join("; ")
    }

    fn mention(&self, index: usize, m: &EventMention, join: Option<&Join>) -> MentionExplanation {
        let doc = self.story.doc;
        let mut pattern = if m.rule.verb { "verb" } else { "noun" }.to_owned();
        if let Some(verb) = m.light {
            pattern.push_str(&format!(" with the light verb “{}”", doc.word(verb)));
        }
        if let Some(judged) = &m.judged {
            pattern.push_str(&format!(
                "; head {:.2}, unreal {:.2}, historical {:.2}",
                judged.chance, judged.unreal, judged.historical
            ));
            let silent = m.rule.is_unlisted();
            pattern.push_str(if silent { ", lexicon silent" } else { ", lexicon agrees" });
        }
        if m.role == TriggerRole::Result {
            pattern.push_str(", harm done by another event of its sentence");
        }
        MentionExplanation {
            mention_id: self.record.mentions[index].mention_id.clone(),
            trigger: self.assembler.span(m.trigger.clone()),
            sentence: self.story.sentence(m.head),
            event: m.class.plover.event.map(|e| e.as_str().to_owned()),
            rule: rule(&m.rule),
            pattern,
            evidence: self.evidence(m),
            cues: m
                .cues
                .iter()
                .map(|c| CueRef { span: self.word(c.token), effect: format!("{:?}", c.effect).to_lowercase() })
                .collect(),
            joined: join.map(|join| Joined {
                to: self.record.mentions[join.to].mention_id.clone(),
                points: evidence(join).map_or(0, |e| e.points()),
                needed: THRESHOLD,
                evidence: evidence(join).iter().flat_map(|e| e.parts().map(points)).collect(),
                why: match join.ground {
                    Ground::Evidence(_) => None,
                    Ground::DeniesHarm => Some("denies harm in the event told just before".to_owned()),
                    Ground::Chance(chance) => Some(format!("the reader takes them for one event: {chance:.2}")),
                },
            }),
        }
    }

    /// Where the fields of a mention come from.
    fn evidence(&self, m: &EventMention) -> Vec<FieldEvidence> {
        let span = |tokens: &Option<Range<usize>>| tokens.clone().map(|t| self.assembler.span(t));
        let entity = |e: usize| self.facts.entities.list[e].name.clone();
        let words = |tokens: &Option<Range<usize>>| {
            tokens.clone().map(|t| self.story.doc.span_text(t).to_owned()).unwrap_or_default()
        };
        let mut found: Vec<FieldEvidence> = m
            .participants
            .iter()
            .map(|p| FieldEvidence {
                field: format!("{:?}", p.role).to_lowercase(),
                value: p.entity.map_or_else(|| words(&p.tokens), entity),
                via: p.via,
                span: span(&p.tokens),
            })
            .collect();
        found.extend(m.place.as_ref().map(|p| FieldEvidence {
            field: "place".to_owned(),
            value: entity(p.entity),
            via: p.via,
            span: span(&p.tokens),
        }));
        found.extend(m.time.as_ref().map(|t| FieldEvidence {
            field: "time".to_owned(),
            value: t.timex.value.to_string(),
            via: t.via,
            span: t.mention.map(|i| self.assembler.span(self.facts.times[i].tokens.clone())),
        }));
        found.extend(m.claims.iter().map(|c| {
            let claim = &self.facts.claims[*c];
            let number = claim.best.or(claim.low).or(claim.high).map(|n| format!(" {n}")).unwrap_or_default();
            FieldEvidence {
                field: "casualties".to_owned(),
                value: format!("{}{number}", claim.kind.as_str()),
                via: Via::Explicit,
                span: Some(self.assembler.span(claim.tokens.clone())),
            }
        }));
        found.extend(m.attribution.map(|a| {
            let a = &self.facts.attributions[a];
            FieldEvidence {
                field: "attribution".to_owned(),
                value: a.entity.map_or_else(|| words(&a.source), entity),
                via: Via::Explicit,
                span: span(&a.cue),
            }
        }));
        found
    }

    fn miss(&self, miss: &Miss) -> NearMiss {
        let (reason, why, listed, condition, other) = match &miss.reason {
            // Never recorded; named so that the match is complete.
            Reason::Unlisted => (MissReason::ConditionFailed, "the tables do not list it", None, None, None),
            Reason::Unfit(r, failed) => (
                MissReason::ConditionFailed,
                "no reading fits; the nearest one lacks",
                Some(r),
                r.condition(*failed),
                None,
            ),
            Reason::Blocked(r) => (MissReason::BlockedReading, "this reading is no event", Some(r), None, None),
            Reason::Name => (MissReason::PartOfName, "part of a name", None, None, None),
            Reason::Hyphen => (MissReason::PartOfCompound, "tied to the next word by a hyphen", None, None, None),
            Reason::Compound(head) => {
                (MissReason::PartOfCompound, "modifies a noun that names no event", None, None, Some(head))
            }
            Reason::State => (MissReason::State, "a participle that tells a state", None, None, None),
            Reason::Modifies(head) => (MissReason::SameEvent, "modifies the noun of an event", None, None, Some(head)),
            Reason::SpellsOut(head) => (MissReason::SameEvent, "spells out another trigger", None, None, Some(head)),
            Reason::Content(head) => (
                MissReason::SameEvent,
                "what another event demands, threatens, refuses or promises",
                None,
                None,
                Some(head),
            ),
            Reason::Predicate(head) => (MissReason::SameEvent, "says what another event hit", None, None, Some(head)),
            Reason::NoCause(r) => {
                (MissReason::NoCause, "harm to people by a cause that is not told or no event", Some(r), None, None)
            }
            Reason::Refers => (MissReason::Refers, "only refers to an event that is told elsewhere", None, None, None),
            Reason::Boilerplate => (MissReason::Boilerplate, "stands in a byline or in boilerplate", None, None, None),
        };
        NearMiss {
            span: self.word(miss.token),
            sentence: self.story.sentence(miss.token),
            reason,
            why: why.to_owned(),
            rule: listed.map(|r| rule(r)),
            condition: condition.map(str::to_owned),
            other: other.map(|t| self.word(*t)),
        }
    }

    /// Words of saying: CAMEO 01 and 02, kept as attributions.
    fn statements(&self) -> impl Iterator<Item = NearMiss> + '_ {
        self.facts.attributions.iter().filter_map(|a| {
            let cue = a.cue.clone()?;
            Some(NearMiss {
                sentence: self.story.sentence(cue.start),
                span: self.assembler.span(cue),
                reason: MissReason::Statement,
                why: "a statement: an attribution, not an event".to_owned(),
                rule: None,
                condition: None,
                other: None,
            })
        })
    }

    fn word(&self, token: usize) -> crate::record::Span {
        self.assembler.span(token..token + 1)
    }
}

fn rule(rule: &Rule) -> RuleRef {
    RuleRef {
        table: rule.table.to_owned(),
        line: rule.line,
        lemmas: rule.words.to_string(),
        pos: if rule.verb { "v" } else { "n" }.to_owned(),
        conditions: rule.conditions.to_string(),
    }
}

fn evidence(join: &Join) -> Option<Evidence> {
    match join.ground {
        Ground::Evidence(evidence) => Some(evidence),
        _ => None,
    }
}

fn points((kind, points): (&'static str, i32)) -> Points {
    Points { kind: kind.to_owned(), points }
}
