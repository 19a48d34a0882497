//! The learned reader's judgement of a sentence's words, made into triggers, parties and assertions.
//!
//! Where it finds an event at words that the rules read as the same type, their reading stands, with its code and modes;
//! where they read another type or nothing, the word gets the plain entry of its type (`words/data/events/unlisted.tsv`).
//! What the rules alone find is evidence for the reader and no event by itself.

use std::ops::Range;

use super::classes::Class;
use super::evidence::{Candidate, head_of, reach};
use super::lexicon::{Frame, Reading};
use super::links;
use super::mentions::Reader;
use super::triggers::{self, Trigger};
use super::undone::{Undoers, undoes};
use super::{Judged, Participant};
use crate::extract::reader::{Features, Part, View, Word};
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Entity, EntityType, Pos};
use crate::record::{Assertion, EventType, Modality, ParticipantRole, Polarity, QuoteKind, Realis, Sector, Via};
use crate::words::WordClass;

/// Chance from which a word is a trigger.
const TRIGGER: f32 = 0.3;
/// Odds by which a word leans to the type that a table reads in it. Judged by newspapers a factor of 1 to 4 is the same;
/// types that are rare there (CONCEDE, RETREAT) are better known to the tables.
const LEAN: f32 = 4.0;
/// Tokens from one content word of a trigger to the next, at most: "spate of attacks".
const GAP: usize = 3;
/// Chance from which someone took part.
const PARTY: f32 = 0.2;
/// The same where the rules name somebody else in that part of this very sentence.
const RIVAL: f32 = 0.4;
/// Confidence from which the rules' word for a party stands against others.
const RULED: f64 = 0.75;
/// Parties of a mention in each part, at most.
const PARTIES: usize = 3;

/// The reader's view of an article, with everyone who might have taken part in something.
#[derive(Debug)]
pub(super) struct Learned<'a> {
    view: &'a View,
    /// Of each sentence whom it names, as far as the reader read them.
    candidates: Vec<Vec<(Candidate, Part)>>,
}

impl<'a> Learned<'a> {
    pub(super) fn new(view: &'a View, reader: &Reader<'_>) -> Self {
        let part = |c: Candidate| view.candidate(c.head).map(|part| (c, part));
        let of = |s: usize| reader.candidates(s).into_iter().filter_map(part).collect();
        Self { view, candidates: (0..reader.story.doc.sentences().len()).map(of).collect() }
    }

    /// The triggers of a sentence, with what the reader says of each. `found` are those of the rules.
    pub(super) fn triggers<'l>(
        &self,
        reader: &Reader<'l>,
        s: usize,
        found: Vec<Trigger<'l>>,
    ) -> Vec<(Trigger<'l>, Judged)> {
        let sentence = reader.sentence_features(s, &found);
        let own: Vec<(Range<usize>, Features)> =
            found.iter().map(|t| (t.tokens.clone(), reader.trigger_features(t))).collect();
        // Harm takes over the type of its cause: it leans to none.
        let read: Vec<(usize, Option<EventType>)> = found
            .iter()
            .filter(|t| matches!(t.reading, Reading::Event(_) | Reading::Happening))
            .map(|t| (t.head, super::typing::event_of(t.reading)))
            .collect();
        // "Stabbed", "shot dead", "the bombing": of 329 such words in triggers that coders marked none was nobody's doing;
        // of 114 with "killed" 18 were.
        let (classes, nature) = (&reader.lexicon.classes, reader.lexicon.classes.class(Class::Disaster));
        let arms = classes.class(Class::Armed) | classes.class(Class::Weapon);
        let is = |i: &usize, class: u128| reader.words.bits(*i) & class != 0;
        let is_attack = |t: &&Trigger<'_>| {
            let by = |class: u128| t.arguments.subjects.iter().any(|i| is(i, class));
            let own = !links::states_harm(t) || by(arms);
            own && !by(nature) && t.reading == Reading::Event(EventType::Assault)
        };
        let attacks: Vec<Range<usize>> = found.iter().filter(is_attack).map(|t| t.tokens.clone()).collect();
        let Reader { lexicon, words: known, .. } = reader;
        let doc = reader.story.doc;
        let undoers = Undoers::new(doc, &found);
        let undoing: Vec<usize> =
            found.iter().flat_map(|t| undoers.of(t.head, super::typing::event_of(t.reading))).collect();
        let words: Vec<(usize, Word)> = reader
            .story
            .tokens(s)
            .filter_map(|i| {
                let mut seen = vec![&sentence];
                seen.extend(own.iter().filter(|(tokens, _)| tokens.contains(&i)).map(|(_, f)| f));
                let mut word = self.view.word(i, &seen)?;
                if let Some((_, kind)) = read.iter().find(|(head, _)| *head == i) {
                    word.lean(*kind, if undoing.contains(&i) { LEAN * LEAN } else { LEAN });
                }
                if attacks.iter().any(|tokens| tokens.contains(&i)) {
                    word.turn(None, Some(EventType::Assault));
                }
                Some((i, word))
            })
            .collect();
        let mut rules: Vec<Option<Trigger<'l>>> = found.into_iter().map(Some).collect();
        let told: Vec<(Range<usize>, Judged)> = spans(reader, &words)
            .into_iter()
            .map(|span| (span[0].0..span[span.len() - 1].0 + 1, judge(span)))
            .collect();
        let is_undone = |noun: usize, deed: Option<EventType>| {
            let seen = |verb: usize| told.iter().any(|(tokens, of)| tokens.contains(&verb) && undoes(of.event, deed));
            undoers.of(noun, deed).any(seen)
        };
        told.iter()
            .cloned()
            .filter_map(|(tokens, mut judged)| {
                // What a landslide in the polls is, the tables know better than newspapers that had none.
                let head = head_of(doc, tokens.clone());
                let blocked = triggers::is_blocked(doc, lexicon, known, reader.story.tokens(s), head);
                if blocked || is_undone(head, judged.event) {
                    return None;
                }
                // "Died peacefully", "died of cancer": nobody's attack.
                let dies = || std::iter::once(head).chain(doc.ancestors(head).take(2));
                let natural = || reader.facts.claims.iter().any(|c| c.natural && dies().any(|i| i == c.trigger));
                if judged.event == Some(EventType::Assault) && natural() {
                    judged.event = None;
                }
                let trigger = take(&mut rules, &tokens, judged.event)
                    .or_else(|| triggers::of_type(doc, lexicon, known, tokens, head, judged.event))?;
                judged.event = super::typing::event_of(trigger.reading);
                Some((trigger, judged))
            })
            .collect()
    }

    /// Who took part in what a trigger tells: actors and those it was done to as the reader sees them, everyone else as
    /// the rules do. `casts` are those of the sentence by the rules.
    pub(super) fn cast(
        &self,
        reader: &Reader<'_>,
        trigger: &Trigger<'_>,
        by_rule: Vec<Participant>,
        casts: &[(Range<usize>, &[Participant])],
    ) -> Vec<Participant> {
        use ParticipantRole::{Actor, Recipient, Victim};
        let Some(deed) = self.view.deed(trigger.tokens.clone()) else { return by_rule };
        let event = super::typing::event_of(trigger.reading);
        let s = reader.story.sentence(trigger.head);
        let side = |p: &Participant| match p.role {
            Actor => Some(0),
            Recipient | Victim => Some(1),
            _ => None,
        };
        let ruled = [0, 1]
            .map(|n| by_rule.iter().any(|p| side(p) == Some(n) && p.via == Via::Explicit && p.confidence >= RULED));
        let is_ruled = |c: &Candidate, n: usize| {
            let same = |p: &Participant| {
                p.entity.is_some() && p.entity == c.entity || p.tokens.as_ref().is_some_and(|t| t.contains(&c.head))
            };
            by_rule.iter().any(|p| side(p) == Some(n) && same(p))
        };
        // The plain entry of a type calls any verb's subject its doer.
        let is_doer = |c: &Candidate| is_ruled(c, 0) && !trigger.entry.rule.is_unlisted();
        let sufferers =
            if trigger.entry.frame == Frame::Suffer { sufferers(reader.story.doc, trigger.head) } else { vec![] };
        // "A boy who stabbed a teacher was shot by police": nobody outside of the clause stabbed.
        let doer = syntax::relative_doer(reader.story.doc, trigger.head);
        let is_outside = |c: &Candidate| {
            doer.is_some_and(|(verb, noun)| {
                let own = c.tokens.contains(&noun) || reader.story.doc.subtree(verb).contains(&c.head);
                !own && reader.story.sentence(c.head) == s
            })
        };
        let accused = accused(reader, trigger.head);
        let quoted = quoted(reader, trigger.head);
        let mut found: [Vec<(f32, &Candidate)>; 2] = Default::default();
        let heads_bulletin = |c: &Candidate| {
            reader.parts[reader.story.sentence(c.head)].is_some_and(|p| p.is_headed_by(c.tokens.clone()))
        };
        // Who the title names by half a sentence the text names, too; the event asks it where not (`rollup::cluster`).
        let near = reach(s, self.candidates.len()).filter(|c| *c == s || !reader.story.in_title(*c));
        for (candidate, part) in near.flat_map(|c| &self.candidates[c]) {
            if heads_bulletin(candidate) {
                continue;
            }
            let features = reader.role_features(trigger.tokens.clone(), trigger.head, event, candidate, casts);
            let chances = self.view.parts(&deed, part, &features);
            for (n, (found, chance)) in found.iter_mut().zip(chances).enumerate() {
                let least = if ruled[n] && !is_ruled(candidate, n) { RIVAL } else { PARTY };
                if chance >= least
                    && (is_ruled(candidate, n) || !is_aside(reader, trigger.head, candidate.head))
                    && (n != 0 || !sufferers.contains(&candidate.head) && !is_outside(candidate))
                    && (n != 1 || !accused.contains(&candidate.head) && !quoted.contains(&candidate.head))
                    && (n != 0 || is_doer(candidate) || !stands_against(reader, event, trigger.head, candidate))
                {
                    found.push((chance, candidate));
                }
            }
        }
        // "The union imposed sanctions on four of its managers": who has them did not meet its own deed.
        let [doers, met] = &mut found;
        let own =
            |c: &Candidate| reader.story.doc.dep(c.head) == Dep::Poss && reader.story.doc.pos(c.head) == Pos::Pron;
        met.retain(|(_, c)| !own(c) || c.entity.is_none() || doers.iter().all(|(_, doer)| doer.entity != c.entity));
        let harmed = matches!(trigger.entry.frame, Frame::Harm | Frame::Suffer | Frame::Happen);
        let mut cast: Vec<Participant> = Vec::new();
        for (mut found, role) in found.into_iter().zip([Actor, if harmed { Victim } else { Recipient }]) {
            found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.head.cmp(&b.1.head)));
            let mut taken = 0;
            for (chance, c) in found {
                let known = |p: &&Participant| {
                    p.role == role
                        && (p.entity.is_some() && p.entity == c.entity || p.tokens.as_ref() == Some(&c.tokens))
                };
                if taken < PARTIES && !cast.iter().any(|p| known(&p)) {
                    taken += 1;
                    cast.push(Participant {
                        role,
                        entity: c.entity,
                        tokens: Some(c.tokens.clone()),
                        via: c.via,
                        confidence: (f64::from(chance) * 100.0).round() / 100.0,
                    });
                }
            }
        }
        cast.extend(by_rule.into_iter().filter(|p| !matches!(p.role, Actor | Recipient | Victim)));
        cast
    }
}

/// Whoever a verb of dying or suffering is said of, who is no doer of it: "fifty fighters and workers", "50 of the fighters
/// and workers".
fn sufferers(doc: &Doc<'_>, verb: usize) -> Vec<usize> {
    let counted = |s: usize| {
        let of = doc.children(s).filter(|c| doc.lemma(*c) == "of").filter_map(|of| doc.child(of, Dep::Pobj));
        of.flat_map(|o| syntax::coordinated(doc, o))
    };
    syntax::subjects(doc, verb).into_iter().flat_map(|s| std::iter::once(s).chain(counted(s))).collect()
}

/// Who is accused of what a noun tells, and so is not whom it met: "accused the minister of theft".
fn accused(reader: &Reader<'_>, noun: usize) -> Vec<usize> {
    let doc = reader.story.doc;
    let prep = Some(doc.head(noun)).filter(|p| doc.dep(noun) == Dep::Pobj && doc.lemma(*p) == "of");
    let verb = prep.and_then(|p| doc.ancestors(p).take(2).find(|v| syntax::is_verb(doc, *v)));
    let verb = verb.filter(|v| reader.lexicon.is(WordClass::Accusing, reader.words.lemma(*v)));
    verb.map_or_else(Vec::new, |v| syntax::objects(doc, v))
}

/// Who is quoted as telling what a word tells, and so is not whom it met: "'The skipper remains in custody,' the constable
/// said". None where the quotation speaks of its speaker.
fn quoted(reader: &Reader<'_>, i: usize) -> Range<usize> {
    let said = reader.facts.attributions.governing(i).map(|a| &reader.facts.attributions[a]);
    let said = said.filter(|a| a.quote == QuoteKind::Direct);
    let own = |w: usize| reader.lexicon.is(WordClass::FirstPerson, &reader.story.doc.word(w).to_lowercase());
    let others = said.filter(|a| !a.content.iter().cloned().flatten().any(own));
    others.and_then(|a| a.source.clone()).unwrap_or_default()
}

/// Whether a word belongs to a relative clause about somebody below a trigger: "the reporter who accused the minister was
/// deported" tells of no deed to the minister.
fn is_aside(reader: &Reader<'_>, trigger: usize, i: usize) -> bool {
    let doc = reader.story.doc;
    let people = people(reader);
    let is_somebody = |noun: usize| {
        let named = |e: &Entity| !matches!(e.kind, EntityType::Event | EntityType::Fac);
        reader.words.bits(noun) & people != 0 || doc.entity_at(noun).is_some_and(named)
    };
    let tells_of = |v: usize| doc.dep(v) == Dep::Relcl && doc.head(v) != trigger && is_somebody(doc.head(v));
    doc.ancestors(i).any(|a| a == trigger) && doc.ancestors(i).take_while(|a| *a != trigger).any(tells_of)
}

/// The classes of words for people.
fn people(reader: &Reader<'_>) -> u128 {
    let classes = &reader.lexicon.classes;
    [Class::Human, Class::Armed, Class::Cop, Class::Person].into_iter().fold(0, |bits, c| bits | classes.class(c))
}

/// Whether someone helps the victims of an attack ("treated by paramedics after a shooting"), is after those who did it
/// ("police arrested three men after a shooting") or stops what others do ("foiled a plot", "the attack was put down by"):
/// newspapers name them beside it, and they are not its doers.
fn stands_against(reader: &Reader<'_>, event: Option<EventType>, head: usize, c: &Candidate) -> bool {
    let (doc, classes, words) = (reader.story.doc, &reader.lexicon.classes, reader.words);
    let is = |i: usize, class: Class| words.bits(i) & classes.class(class) != 0;
    // "emergency services", "rescue workers": two words are the helper.
    let helps = |i: usize| is(i, Class::Helper) || words.pair(i).is_some_and(|two| classes.holds(Class::Helper, &two));
    if matches!(event, Some(EventType::Assault | EventType::Protest)) && c.tokens.clone().any(helps) {
        return true;
    }
    let actor = c.entity.and_then(|e| reader.facts.entities.list[e].actor.as_ref());
    let police = is(c.head, Class::Cop) || actor.is_some_and(|a| a.sector.contains(&Sector::Cop));
    let pursues = matches!(doc.dep(c.head), Dep::Nsubj | Dep::Nsubjpass) && is(doc.head(c.head), Class::Pursue);
    if event == Some(EventType::Assault) && police && pursues && !syntax::subjects(doc, head).contains(&c.head) {
        return true;
    }
    let stops = |v: usize| {
        let particle = doc.child(v, Dep::Prt).map(|p| format!("{}-{}", words.lemma(v), words.lemma(p)));
        is(v, Class::Stop) || particle.is_some_and(|verb| classes.holds(Class::Stop, &verb))
    };
    let stopping = |v: &usize| doc.pos(*v) == Pos::Verb && stops(*v);
    let above = std::iter::once(head).chain(doc.ancestors(head).take(4)).filter(stopping);
    // Another sentence may tell the end: "The siege was ended by Afghan commandos". Who stops a car may well shoot its driver.
    let somebody = people(reader) | classes.class(Class::Thing);
    let is_deed = |o: usize| words.bits(o) & somebody == 0 && doc.entity_at(o).is_none();
    let ends = |v: &usize| *v != head && syntax::objects(doc, *v).into_iter().any(is_deed);
    let elsewhere = doc.ancestors(c.head).take(3).filter(stopping).filter(ends);
    // "Afghan" of "Afghan special forces" is no doer either.
    let is_of = |s: usize| c.tokens.contains(&s) || doc.head(c.head) == s && doc.dep(c.head) == Dep::Amod;
    above.chain(elsewhere).flat_map(|v| syntax::subjects(doc, v)).any(is_of)
}

/// Words that tell one thing, from its first content word to its last: what stands between them need not tell by itself.
///
/// People and names are who, never what: "gunmen" is no event beside "killed".
fn spans<'w>(reader: &Reader<'_>, words: &'w [(usize, Word)]) -> Vec<&'w [(usize, Word)]> {
    let doc = reader.story.doc;
    let people = people(reader);
    let named = |i: usize| doc.entity_at(i).is_some_and(|e| e.kind != EntityType::Event);
    // "No one" is nobody.
    let nobody = |i: usize| doc.lemma(i) == "one" && doc.children(i).any(|c| doc.lemma(c) == "no");
    let content = |w: &(usize, Word)| match doc.pos(w.0) {
        Pos::Verb => true,
        Pos::Noun | Pos::Propn | Pos::Adj => reader.words.bits(w.0) & people == 0 && !named(w.0) && !nobody(w.0),
        _ => false,
    };
    let told: Vec<usize> =
        (0..words.len()).filter(|n| words[*n].1.wanted() >= TRIGGER && content(&words[*n])).collect();
    told.chunk_by(|a, b| {
        let (x, y) = (&words[*a], &words[*b]);
        y.0 - x.0 <= GAP && x.1.kind() == y.1.kind() && doc.pos(y.0) != Pos::Verb
    })
    .map(|run| &words[run[0]..=run[run.len() - 1]])
    .collect()
}

/// What the words of a trigger say together.
fn judge(span: &[(usize, Word)]) -> Judged {
    let weight: f32 = span.iter().map(|(_, w)| w.event()).sum();
    let mean = |of: &dyn Fn(&Word) -> f32| span.iter().map(|(_, w)| of(w) * w.event()).sum::<f32>() / weight;
    let best = span.iter().map(|(_, w)| w).reduce(|a, b| if b.wanted() > a.wanted() { b } else { a });
    Judged {
        event: best.and_then(Word::kind),
        chance: best.map_or(0.0, Word::wanted),
        unreal: mean(&|w| w.unreal),
        historical: mean(&|w| w.historical),
        core: mean(&|w| w.level[0]),
        main: mean(&|w| w.main),
    }
}

/// The rules' trigger at these words, with the reader's type; of several the one that agrees. Which kind of yielding it is,
/// the tables know better ("stepped down", "dropped its sanctions").
fn take<'l>(rules: &mut [Option<Trigger<'l>>], tokens: &Range<usize>, event: Option<EventType>) -> Option<Trigger<'l>> {
    let yields = |event: EventType| matches!(event, EventType::Concede | EventType::Retreat);
    let agrees = |t: &Trigger<'_>| match t.reading {
        Reading::Event(of) => Some(of) == event,
        Reading::Happening => event.is_none(),
        Reading::Harm => matches!(event, None | Some(EventType::Assault)),
        Reading::Blocked => false,
    };
    let touches = |t: &Trigger<'_>| t.tokens.start < tokens.end && tokens.start < t.tokens.end;
    let find = |fits: &dyn Fn(&Trigger<'_>) -> bool| {
        rules.iter().position(|t| t.as_ref().is_some_and(|t| touches(t) && fits(t)))
    };
    if let Some(at) = find(&agrees) {
        let mut trigger = rules[at].take()?;
        trigger.reading = event.map_or(Reading::Happening, Reading::Event);
        return Some(trigger);
    }
    let at = find(&|t| event.is_some_and(yields) && super::typing::event_of(t.reading).is_some_and(yields))?;
    rules[at].take()
}

/// Chance of being unreal below which the reader overrules a cue ("denied", "plans to"): it misses half of what did not
/// happen, the cues are seldom wrong.
const SURE_IT_HAPPENED: f32 = 0.3;

/// Whether it happened: the reader before the cues where it is sure; how it did not, the cues say.
pub(super) fn settle(assertion: &mut Assertion, judged: &Judged, future: bool) {
    let happened =
        assertion.polarity == Polarity::Pos && assertion.modality.is_fact() && assertion.realis != Realis::Other;
    // Newspapers of the training deny little: of "no" and "denied" the reader knows too little to contradict them.
    let denied = assertion.polarity == Polarity::Neg || assertion.modality == Modality::Denied;
    if judged.unreal >= 0.5 && happened {
        assertion.modality = if future { Modality::Planned } else { Modality::Possible };
        assertion.realis = Realis::Other;
    } else if judged.unreal < SURE_IT_HAPPENED && !happened && !denied {
        assertion.polarity = Polarity::Pos;
        assertion.modality = Modality::Asserted;
        assertion.realis = Realis::Actual;
    }
    assertion.historical = judged.historical >= 0.5;
}
