//! Puts the parts together: the mentions of an article, in text order.

use std::ops::Range;
use std::sync::Arc;

use super::classes::Class;
use super::learned::{self, Learned};
use super::lexicon::{Frame, Lexicon, Reading};
use super::participants;
use super::trace::{Reason, Trace};
use super::triggers::{self, Trigger};
use super::when::{self, Attached};
use super::whereabouts;
use super::words::Words;
use super::{EventMention, Facts, Judged, Participant, PlaceLink, TimeLink, acled, history, links, overlap, setting};
use crate::extract::Story;
use crate::extract::bulletin::{self, Part};
use crate::extract::factuality::{self, Language, Reading as Cued, Told};
use crate::extract::reader::View;
use crate::extract::story::Cut;
use crate::nlp::{Dep, Stopped, Tag};
use crate::record::{
    Assertion, EventClass, EventType, Modality, ParticipantRole, Polarity, Realis, Salience, TimeMod, TriggerRole, Via,
};

/// Layout blocks, headline and dateline included, within which a story tells its news.
pub(super) const LEAD_PARAGRAPHS: usize = 6;

/// Event mentions that are read of one article, and event words of one sentence.
const MOST: usize = 800;
const MOST_OF_SENTENCE: usize = 100;
/// The same for the learned reader, which compares them all with each other.
const MOST_JUDGED: usize = 300;

/// Chance of being unreal up to which a plain past tense without any cue stands for itself.
const UNREAL_AGAINST_GRAMMAR: f32 = 0.7;

/// Finds the event mentions of a story, in text order: those of the rules, or, where a learned reader has a `view` of it,
/// those that it finds. What was not coded and why goes to `trace`.
///
/// # Errors
/// [`Stopped`] when the reading is to end.
pub fn find(
    story: &Story<'_>,
    facts: &Facts<'_>,
    lexicon: &Lexicon,
    view: Option<&View>,
    trace: &mut Trace,
) -> Result<Vec<EventMention>, Stopped> {
    story.work(story.doc.len())?;
    let words = Words::new(story.doc, lexicon);
    if let Some(desk) = setting::desk(story.doc, lexicon, &words) {
        trace.desk(desk);
        return Ok(Vec::new());
    }
    story.work(story.doc.len())?;
    let times = when::attach(story, facts);
    let figure = |i: usize| triggers::is_blocked(story.doc, lexicon, &words, story.tokens(story.sentence(i)), i);
    let harmed: Vec<usize> = facts.claims.iter().map(|c| c.trigger).filter(|i| !figure(*i)).collect();
    let settings = setting::Settings::of(story, lexicon, &words, &harmed);
    let parts = bulletin::parts(story, facts.entities);
    let mut reader =
        Reader { story, facts, lexicon, words: &words, times: &times, settings: &settings, dateline: None, parts };
    reader.dateline = reader.whereabouts().dateline();
    let most = if view.is_some() { MOST_JUDGED } else { MOST };
    let learned = view.map(|view| Learned::new(view, &reader));
    let mut mentions: Vec<EventMention> = Vec::new();
    for s in 0..story.doc.sentences().len() {
        if mentions.len() >= most {
            story.cut(Cut::Events);
            break;
        }
        if story.is_codeable(s) {
            reader.sentence(s, learned.as_ref(), &mut mentions, trace)?;
        } else if trace.is_on() {
            for trigger in triggers::find(story, lexicon, &words, s, &mut Trace::default()) {
                trace.miss(trigger.head, Reason::Boilerplate);
            }
        }
    }
    mentions.truncate(most);
    Ok(mentions)
}

/// The triggers that the rules find in a sentence.
pub(super) fn rule_triggers<'l>(reader: &Reader<'l>, s: usize, trace: &mut Trace) -> Result<Vec<Trigger<'l>>, Stopped> {
    let Reader { story, lexicon, words, .. } = reader;
    story.work(story.tokens(s).len())?;
    let mut found = triggers::find(story, lexicon, words, s, trace);
    // One sentence without end: its words are compared with each other.
    if found.len() > MOST_OF_SENTENCE {
        story.cut(Cut::Events);
        found.truncate(MOST_OF_SENTENCE);
    }
    story.work(found.len() * found.len())?;
    Ok(overlap::resolve(story.doc, lexicon, words, found, trace))
}

/// Reads one article.
pub(super) struct Reader<'a> {
    pub(super) story: &'a Story<'a>,
    pub(super) facts: &'a Facts<'a>,
    pub(super) lexicon: &'a Lexicon,
    pub(super) words: &'a Words<'a>,
    pub(super) times: &'a [Vec<Attached>],
    /// In what setting its passages speak.
    pub(super) settings: &'a setting::Settings,
    /// The dateline's place.
    pub(super) dateline: Option<PlaceLink>,
    /// Of every sentence the part of a bulletin that it belongs to.
    pub(super) parts: Vec<Option<Part<'a>>>,
}

impl Reader<'_> {
    fn whereabouts(&self) -> whereabouts::Finder<'_> {
        whereabouts::Finder { story: self.story, lexicon: self.lexicon, words: self.words, facts: self.facts }
    }

    /// The claims whose word of harm stands in sentence `s`, by number.
    pub(super) fn claims_of(&self, s: usize) -> Range<usize> {
        // Claims are in the order of their sentences.
        let tokens = self.story.tokens(s);
        let from = |token: usize| self.facts.claims.partition_point(|c| c.trigger < token);
        from(tokens.start)..from(tokens.end)
    }

    /// Adds the mentions of one sentence.
    fn sentence(
        &self,
        s: usize,
        learned: Option<&Learned<'_>>,
        mentions: &mut Vec<EventMention>,
        trace: &mut Trace,
    ) -> Result<(), Stopped> {
        let doc = self.story.doc;
        let mut found = rule_triggers(self, s, trace)?;
        let mut judged: Vec<Judged> = Vec::new();
        let mut casts_by_rule = Vec::new();
        if let Some(learned) = learned {
            casts_by_rule = self.rule_casts(&found);
            (found, judged) = learned.triggers(self, s, found).into_iter().unzip();
        }
        let judged = judged.into_iter().map(Some).chain(std::iter::repeat(None));
        let (mut found, mut judged): (Vec<_>, Vec<_>) = found
            .into_iter()
            .zip(judged)
            .filter(|(trigger, _)| {
                let figure = self.is_figure(trigger);
                if figure {
                    trace.miss(trigger.head, Reason::Blocked(Arc::clone(&trigger.entry.rule)));
                }
                !figure
            })
            .unzip();
        if found.is_empty() {
            return Ok(());
        }
        self.story.work(found.len() * mentions.len())?;
        let causes = links::causes(doc, self.lexicon, &found);
        match learned {
            None => self.type_harm(s, &mut found, &causes, mentions),
            Some(_) => self.turn_harm(s, &mut found, &mut judged, &causes, mentions),
        }
        let mut casts = self.casts(&found, &causes);
        if let Some(learned) = learned {
            let by_rule: Vec<_> = casts_by_rule.iter().map(|(t, cast)| (t.clone(), cast.as_slice())).collect();
            for (trigger, cast) in found.iter().zip(&mut casts) {
                *cast = learned.cast(self, trigger, std::mem::take(cast), &by_rule);
            }
        }
        let first = mentions.len();
        let mut index = vec![None; found.len()];
        // A harm takes time and place from its cause, so causes come first; text order is restored below.
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|t| causes[*t].is_some());
        for t in order {
            let trigger = &found[t];
            if matches!(trigger.reading, Reading::Harm | Reading::Blocked) {
                trace.miss(trigger.head, Reason::NoCause(Arc::clone(&trigger.entry.rule)));
                continue;
            }
            let cause = causes[t].and_then(|c| index[c]);
            let partner = causes[t].or_else(|| causes.iter().position(|c| *c == Some(t)));
            let cast = std::mem::take(&mut casts[t]);
            let judged = judged[t];
            let is_result = causes[t].is_some();
            let mention = self.mention(trigger, judged, cast, partner.map(|p| &found[p]), cause, is_result, mentions);
            index[t] = Some(mentions.len());
            mentions.push(mention);
        }
        self.claims(s, &found, &index, &causes, mentions);
        mentions[first..].sort_by_key(|m| m.head);
        for m in &mut mentions[first..] {
            let harmed = !m.claims.is_empty();
            let own = found.iter().position(|t| t.head == m.head);
            let clash =
                [own, own.and_then(|t| causes[t])].into_iter().flatten().any(|t| found[t].entry.frame == Frame::Clash);
            m.clash = clash;
            m.class.acled = acled::classify(&m.class, &m.participants, self.facts.entities, harmed, clash);
        }
        Ok(())
    }

    /// Who took part in what the triggers of a sentence tell, by the rules.
    fn casts(&self, found: &[Trigger<'_>], causes: &[Option<usize>]) -> Vec<Vec<Participant>> {
        let heads: Vec<usize> = found.iter().map(|t| t.head).collect();
        let Reader { story, facts, lexicon, words, .. } = self;
        let finder = participants::Finder { doc: story.doc, lexicon, words, facts, events: &heads };
        let mut casts: Vec<Vec<Participant>> = found.iter().map(|t| finder.find(t)).collect();
        share(causes, &mut casts);
        casts
    }

    /// The casts by the rules, each with the words of its trigger.
    pub(super) fn rule_casts(&self, found: &[Trigger<'_>]) -> Vec<(Range<usize>, Vec<Participant>)> {
        let casts = self.casts(found, &links::causes(self.story.doc, self.lexicon, found));
        found.iter().map(|t| t.tokens.clone()).zip(casts).collect()
    }

    /// What the words around a trigger say of whether it happened.
    pub(super) fn said(&self, trigger: &Trigger<'_>) -> Cued {
        let quantity = self.lexicon.classes.class(Class::Quantity);
        let language = Language {
            doc: self.story.doc,
            cues: &self.lexicon.cues,
            book: &self.lexicon.book,
            lemma: &|i| self.words.lemma(i),
            counts: &|i| self.words.bits(i) & quantity != 0,
        };
        let light = trigger.light.map(|(verb, _)| verb);
        factuality::read(language, Told { head: trigger.head, verb: trigger.entry.verb, light })
    }

    /// One mention.
    #[allow(clippy::too_many_arguments)]
    fn mention(
        &self,
        trigger: &Trigger<'_>,
        mut judged: Option<Judged>,
        participants: Vec<Participant>,
        partner: Option<&Trigger<'_>>,
        cause: Option<usize>,
        is_result: bool,
        before: &[EventMention],
    ) -> EventMention {
        let doc = self.story.doc;
        let s = self.story.sentence(trigger.head);
        let attribution = self.facts.attributions.governing(trigger.head);
        let mut cued = self.said(trigger);
        if let Some(a) = attribution {
            let a = &self.facts.attributions[a];
            cued.attributed(a.cue.as_ref().map_or(trigger.head, |c| c.start), a.denied);
        }
        let mut assertion = cued.assertion();
        if let Some(c) = cause {
            // What the cause did not do, harmed nobody; harm that is told of is as real as its cause.
            let of = &before[c].assertion;
            if assertion.modality.is_fact()
                && !of.modality.is_fact()
                && of.polarity == Polarity::Pos
                && !trigger.entry.verb
            {
                assertion.modality = of.modality;
                assertion.realis = of.realis;
            }
        }
        let earlier = self.antecedent(trigger, before);
        if let Some(of) = earlier.map(|m| &before[m]).filter(|m| m.assertion.modality == Modality::Attempted) {
            // "Militants tried to storm the base. The assault was meant to ...": what is told of an attempt is of it.
            let told = self.story.sentence(of.head);
            let just_told = told + 1 == s && self.story.paragraph(told) == self.story.paragraph(s);
            if just_told && assertion.modality.is_fact() && self.is_definite(trigger) {
                assertion.modality = Modality::Attempted;
                assertion.realis = Realis::Other;
            }
        }
        let time = self.time(trigger, partner, cause, earlier, &cued, &assertion.modality, before);
        let by_time = time.as_ref().is_some_and(|t| when::is_history(&t.timex, self.story.date()));
        let inherited = cause.or(earlier).is_some_and(|m| before[m].assertion.historical);
        assertion.historical =
            by_time || cued.is_historical() || inherited && time.as_ref().is_none_or(|t| t.via != Via::Explicit);
        let day = self.story.date();
        let future = time.as_ref().is_some_and(|t| t.mention.is_some() && when::is_future(&t.timex, day));
        if assertion.modality.is_fact() && future {
            assertion.modality = Modality::Planned;
            assertion.realis = Realis::Other;
        }
        if let Some(judged) = &mut judged {
            let by_cues = assertion.clone();
            learned::settle(&mut assertion, judged, future);
            if assertion.modality == Modality::Asserted && cued.is_reported() {
                assertion.modality = Modality::Reported;
            }
            let happened = by_cues.modality.is_fact();
            let doubtful = (0.5..UNREAL_AGAINST_GRAMMAR).contains(&judged.unreal) && !trigger.entry.rule.is_unlisted();
            let ruled = if happened { doubtful && cued.is_plain(doc, trigger.head) } else { cued.is_sure() };
            if ruled {
                judged.unreal = if happened { 0.0 } else { 1.0 };
                assertion = Assertion { historical: assertion.historical, ..by_cues };
            }
        }
        let bygone = time.as_ref().is_some_and(|t| t.via == Via::Explicit && when::is_bygone(&t.timex, day));
        if bygone || history::is_old(doc, self.lexicon, self.words, &self.settings.eras, trigger.head) {
            assertion.historical = true;
            judged.iter_mut().for_each(|j| j.historical = 1.0);
        }
        let told = assertion.modality.is_fact() && assertion.realis == Realis::Actual;
        if told && self.is_fiction(trigger, assertion.tense) {
            assertion.modality = Modality::Hypothetical;
            assertion.realis = Realis::Other;
            judged.iter_mut().for_each(|j| j.unreal = 1.0);
        } else if told && self.is_custom(trigger) {
            assertion.realis = Realis::Generic;
        }
        let time =
            time.filter(|t| !(t.via == Via::Default && (assertion.historical || assertion.realis != Realis::Actual)));
        let mut class = self.class(trigger, &participants, s);
        if class.plover.event.is_none() {
            class.happening = Some(self.happening(trigger, s, before));
        }
        let place = self.place(trigger, partner, cause, earlier, &participants, &assertion.historical, &class, before);
        let caused = cause.is_some_and(|c| before[c].assertion.realis == Realis::Actual);
        if judged.is_none()
            && assertion.realis == Realis::Actual
            && !caused
            && (self.is_tally(trigger, time.as_ref(), &participants)
                || class.plover.event == Some(EventType::Assault)
                    && partner.is_none()
                    && self.is_vague(trigger, time.as_ref(), place.as_ref(), &participants))
        {
            assertion.realis = Realis::Generic;
        }
        assertion.salience = salience(self.story.paragraph(s), s, &assertion);
        EventMention {
            trigger: trigger.tokens.clone(),
            head: trigger.head,
            role: match trigger.light {
                _ if is_result => TriggerRole::Result,
                Some(_) => TriggerRole::Light,
                None => TriggerRole::Nucleus,
            },
            confidence: judged.map_or_else(|| confidence(trigger, &participants), |j| rounded(j.chance)),
            rule: Arc::clone(&trigger.entry.rule),
            light: trigger.light.map(|(verb, _)| verb),
            cues: cued.into_cues(),
            class,
            participants,
            place,
            part: self.part(trigger).map(Part::place),
            time,
            assertion,
            attribution,
            clash: false,
            claims: Vec::new(),
            judged,
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn time(
        &self,
        trigger: &Trigger<'_>,
        partner: Option<&Trigger<'_>>,
        cause: Option<usize>,
        earlier: Option<usize>,
        cued: &Cued,
        modality: &Modality,
        before: &[EventMention],
    ) -> Option<TimeLink> {
        let doc = self.story.doc;
        let s = self.story.sentence(trigger.head);
        let own = when::own(doc, self.lexicon, self.facts, &self.times[s], trigger, partner.map(|p| p.head));
        if own.is_some() {
            return own;
        }
        let inherit = |m: usize| {
            before[m].time.as_ref().map(|t| TimeLink {
                timex: t.timex.clone(),
                mention: t.mention,
                via: if t.via == Via::Default { Via::Default } else { Via::Cluster },
            })
        };
        if let Some(time) = cause.and_then(inherit).or_else(|| earlier.and_then(inherit)) {
            return Some(time);
        }
        if cued.is_historical() || !modality.is_fact() {
            return None;
        }
        if let Some(time) = when::of_the_told(doc, self.facts, &self.times[s], trigger, self.story.date()) {
            return Some(time);
        }
        // A story goes on in its paragraph: what follows a dated event of the past is of that day.
        let previous = before.iter().rposition(|m| {
            self.story.paragraph(self.story.sentence(m.head)) == self.story.paragraph(s)
                && self.story.sentence(m.head) + 1 >= s
                && m.assertion.historical
                && m.assertion.realis != Realis::Generic
                // "only weeks after his predecessor was killed": what is dated by what followed dates nothing else.
                && m.time.as_ref().is_some_and(|t| !matches!(t.timex.modifier, Some(TimeMod::Before | TimeMod::After)))
        });
        let past = doc.tokens()[trigger.head].tag == Tag::Vbd;
        if let Some(m) = previous.filter(|m| past && self.story.sentence(before[*m].head) < s) {
            return inherit(m).map(|t| TimeLink { via: Via::Inferred, ..t });
        }
        if let Some(m) = self.thread(trigger, before) {
            return inherit(m).map(|t| TimeLink { via: Via::Inferred, ..t });
        }
        // Deep in a story, what has happened and what happens in numbers is background of no known day.
        let vague = if trigger.entry.verb {
            doc.children(trigger.head)
                .any(|c| doc.dep(c) == Dep::Aux && matches!(doc.tokens()[c].tag, Tag::Vbz | Tag::Vbp))
        } else {
            doc.tokens()[trigger.head].tag == Tag::Nns && !self.is_definite(trigger)
        };
        if vague && self.story.paragraph(s) > LEAD_PARAGRAPHS {
            return None;
        }
        when::document(self.story)
    }

    #[allow(clippy::too_many_arguments)]
    fn place(
        &self,
        trigger: &Trigger<'_>,
        partner: Option<&Trigger<'_>>,
        cause: Option<usize>,
        earlier: Option<usize>,
        cast: &[Participant],
        historical: &bool,
        class: &EventClass,
        before: &[EventMention],
    ) -> Option<PlaceLink> {
        let finder = self.whereabouts();
        if let Some(place) = finder.own(trigger, partner.map(|p| p.head), cast) {
            return Some(place);
        }
        if let Some(Part::Under(name)) = self.part(trigger) {
            let (entity, tokens) = (name.entity, Some(name.tokens.clone()));
            return Some(PlaceLink { entity, tokens, via: Via::Explicit, confidence: 0.85 });
        }
        let inherit = |m: usize, via: Via| {
            before[m].place.as_ref().map(|p| PlaceLink {
                via: if p.via == Via::Default { Via::Default } else { via },
                confidence: p.confidence * 0.85,
                ..p.clone()
            })
        };
        if finder.points_back(trigger) || partner.is_some_and(|p| finder.points_back(p)) {
            let last =
                (0..before.len()).rev().find(|m| before[*m].place.as_ref().is_some_and(|p| p.via != Via::Default));
            if let Some(place) = last.and_then(|m| inherit(m, Via::Coref)) {
                return Some(place);
            }
        }
        if let Some(place) =
            cause.and_then(|m| inherit(m, Via::Cluster)).or_else(|| earlier.and_then(|m| inherit(m, Via::Cluster)))
        {
            return Some(place);
        }
        // Words are said anywhere; force and help are somewhere.
        let local = class.quad_class.is_none_or(|q| q == 4 || q == 2);
        if !local {
            return None;
        }
        let s = self.story.sentence(trigger.head);
        let previous = before.iter().rposition(|m| {
            let p = self.story.sentence(m.head);
            (p == s || p + 1 == s && self.story.paragraph(p) == self.story.paragraph(s))
                && m.assertion.historical == *historical
                && m.class.plover.event == class.plover.event
                && m.place.is_some()
        });
        let near = self.story.paragraph(s) <= LEAD_PARAGRAPHS;
        let told = |p: &PlaceLink| near || p.via != Via::Default;
        let previous = previous.or_else(|| self.thread(trigger, before));
        if let Some(place) = previous.and_then(|m| inherit(m, Via::Inferred)).filter(told) {
            return Some(place);
        }
        // The dateline says where the news is, not where the rest of the world's events are.
        self.dateline.clone().filter(|_| near && !*historical)
    }

    /// The part of a bulletin that tells it.
    fn part(&self, trigger: &Trigger<'_>) -> Option<Part<'_>> {
        self.parts.get(self.story.sentence(trigger.head)).copied().flatten()
    }

    /// Ties casualty claims to the mentions of their sentence.
    fn claims(
        &self,
        s: usize,
        found: &[Trigger<'_>],
        index: &[Option<usize>],
        causes: &[Option<usize>],
        mentions: &mut [EventMention],
    ) {
        let doc = self.story.doc;
        for c in self.claims_of(s) {
            let claim = &self.facts.claims[c];
            let own = found.iter().position(|t| t.head == claim.trigger || t.tokens.contains(&claim.trigger));
            // Else the trigger inside the claim's words, else the nearest one that harms, by distance in the tree.
            let own = own.filter(|t| index[*t].is_some()).or_else(|| {
                (0..found.len()).filter(|t| index[*t].is_some()).filter(|t| harms(found[*t].reading)).min_by_key(|t| {
                    (!claim.tokens.contains(&found[*t].head), distance(doc, claim.trigger, found[*t].head))
                })
            });
            let Some(t) = own else { continue };
            for t in [Some(t), causes[t]].into_iter().flatten() {
                if let Some(m) = index[t]
                    && !mentions[m].claims.contains(&c)
                {
                    mentions[m].claims.push(c);
                }
            }
        }
    }
}

fn harms(reading: Reading) -> bool {
    use EventType::{Assault, Coerce, Protest};
    matches!(reading, Reading::Happening | Reading::Event(Assault | Coerce | Protest))
}

/// Number of arcs between two tokens of a sentence.
fn distance(doc: &crate::nlp::Doc<'_>, a: usize, b: usize) -> usize {
    let path: Vec<usize> = std::iter::once(a).chain(doc.ancestors(a)).collect();
    let common = std::iter::once(b).chain(doc.ancestors(b)).enumerate();
    common.filter_map(|(up, t)| Some(up + path.iter().position(|p| *p == t)?)).next().unwrap_or(usize::MAX)
}

/// Harm and its cause have their actors and victims in common.
fn share(causes: &[Option<usize>], casts: &mut [Vec<Participant>]) {
    for r in 0..casts.len() {
        let Some(c) = causes[r] else { continue };
        let actors: Vec<Participant> = casts[c]
            .iter()
            .filter(|p| matches!(p.role, ParticipantRole::Actor | ParticipantRole::Instrument))
            .map(|p| Participant {
                via: if p.via == Via::Explicit { Via::Inferred } else { p.via },
                confidence: p.confidence * 0.9,
                ..p.clone()
            })
            .collect();
        if !casts[r].iter().any(|p| p.role == ParticipantRole::Actor) {
            // A victim of the harm is not who did it ("clashes between A and B killed two of A").
            let taken: Vec<_> = casts[r].iter().filter_map(|p| p.tokens.clone()).collect();
            casts[r].extend(actors.into_iter().filter(|a| a.tokens.as_ref().is_none_or(|t| !taken.contains(t))));
        }
        let victims: Vec<Participant> =
            casts[r].iter().filter(|p| p.role == ParticipantRole::Victim).cloned().collect();
        for v in victims {
            if !casts[c].iter().any(|p| p.tokens == v.tokens) {
                casts[c].push(v);
            }
        }
    }
}

/// A first guess: the lead tells the news. The roll-up refines it.
fn salience(paragraph: usize, sentence: usize, assertion: &crate::record::Assertion) -> Salience {
    if assertion.historical || assertion.realis == Realis::Generic {
        Salience::Background
    } else if (paragraph <= 3 || sentence <= 3) && sentence <= 6 && assertion.realis == Realis::Actual {
        Salience::Main
    } else {
        Salience::Secondary
    }
}

fn rounded(chance: f32) -> f64 {
    (f64::from(chance) * 100.0).round() / 100.0
}

fn confidence(trigger: &Trigger<'_>, cast: &[Participant]) -> f64 {
    let named = cast.iter().any(|p| p.role != ParticipantRole::Instrument);
    let weight =
        trigger.entry.weight + if trigger.light.is_some() { 0.05 } else { 0.0 } - if named { 0.0 } else { 0.1 };
    (weight.clamp(0.05, 0.98) * 100.0).round() / 100.0
}
