//! Casualty claims: numbers of people harmed, each with its source.
//!
//! A claim needs a word of harm (`words/data/casualties/triggers.tsv`), people who are its patient in the parse, and a
//! number of them, if only one. Claims are never added up; parts of a number ("including six children") belong to the
//! claim whose number they divide. Ages, years, prices and numbers of troops or residents are no claims because nothing
//! harms them. Left out: harm told without a word of harm ("blood on the walls").

mod aboard;
mod breakdown;
mod doer;
mod group;
mod hedge;
mod lexicon;
mod lists;
mod natural;
mod nouns;
mod own_hand;
mod patient;
mod people;
mod phrases;
mod repeats;
#[cfg(test)]
mod tests;
mod updates;

use std::ops::Range;

pub use lexicon::Lexicon;
pub(crate) use lexicon::Party;

use self::breakdown::Parts;
use self::group::Group;
use self::hedge::{Standing, standing};
use self::lexicon::Frame;
use self::people::group;
use super::Story;
use super::attributions::Attributions;
use super::entities::{Entities, EntityId};
use super::numbers::{self, Number, Words};
use super::story::Cut;
use super::syntax;
use crate::nlp::{Dep, Doc, EntityType, Pos, Stopped, Tag};
use crate::record::{Breakdown, CasualtyKind, EntityKind, NumberMod, Polarity};
use crate::words::WordClass;

/// A claim about people harmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What happened to the people.
    pub kind: CasualtyKind,
    /// Best reading of the number.
    pub best: Option<u64>,
    /// Lower bound.
    pub low: Option<u64>,
    /// Upper bound.
    pub high: Option<u64>,
    /// Modifier.
    pub modifier: Option<NumberMod>,
    /// Whether the text states a number.
    pub numeric: bool,
    /// `Neg` for "no casualties".
    pub polarity: Polarity,
    /// The people, as the text calls them.
    pub victims: Option<String>,
    /// The side the people belong to, where it is an entity.
    pub side: Option<EntityId>,
    /// Parts of this number.
    pub breakdown: Breakdown,
    /// The words that state the claim.
    pub tokens: Range<usize>,
    /// The verb or noun that states the harm ("killed", "toll", "wounded").
    pub trigger: usize,
    /// Head of the people harmed, where the sentence names them.
    pub victim_head: Option<usize>,
    /// Whether the number is the length of an enumeration ("his wife and two sons").
    pub listed: bool,
    /// Head of who did it, where the clause says so; never one of the people harmed.
    pub doer: Option<usize>,
    /// Whether nothing but a plural tells how many ("people were killed").
    pub bare: bool,
    /// Whether the dead died by their own hand.
    pub own_hand: bool,
    /// Whether they died by nature ("peacefully at home").
    pub natural: bool,
    /// Whether people were shot or stabbed and the words do not tell who of them lived.
    pub hit: bool,
    /// Index of the attribution that holds the claim.
    pub attribution: Option<usize>,
    /// Entity that makes the claim.
    pub source: Option<EntityId>,
    /// Index of an earlier claim that this one repeats.
    pub duplicates: Option<usize>,
    /// Whether the number replaces an earlier one ("raising the toll to 14").
    pub update: bool,
    /// The number that the words say it replaces ("up from five").
    pub instead_of: Option<u64>,
    /// Confidence, 0 to 1.
    pub confidence: f64,
}

/// What every step of the reading sees.
pub(crate) struct Context<'a> {
    doc: &'a Doc<'a>,
    entities: &'a Entities,
    attributions: &'a Attributions,
    lexicon: &'a Lexicon,
    numbers: Vec<Number>,
    /// Index into `numbers` of every token.
    number_of_token: Vec<Option<u32>>,
}

impl<'a> Context<'a> {
    fn new(doc: &'a Doc<'a>, entities: &'a Entities, attributions: &'a Attributions, lexicon: &'a Lexicon) -> Self {
        let mut numbers = numbers::find(&Words::new(doc), &lexicon.numbers);
        // A footnote glued to a word ("people.[37]") is no number of people.
        numbers.retain(|n| !doc.span_text(n.tokens.clone()).contains(['[', ']', '"', '/']));
        // "A Nov. 2 shooting" counts nothing.
        let counts = |n: &Number, date| syntax::count_in_date(doc, date).is_some_and(|at| n.tokens.contains(&at));
        let date = |n: &Number| {
            doc.entity_at(n.tokens.end - 1).is_some_and(|e| e.kind == EntityType::Date && !counts(n, &e.tokens))
        };
        // The recogniser takes twenty digits for a date, too.
        numbers.retain(|n| n.is_beyond() || !date(n));
        let mut number_of_token = vec![None; doc.len()];
        for (n, number) in numbers.iter().enumerate() {
            for t in number.tokens.clone() {
                number_of_token[t] = Some(n as u32);
            }
        }
        Self { doc, entities, attributions, lexicon, numbers, number_of_token }
    }

    /// The number whose words hold token `t`.
    fn number_at(&self, t: usize) -> Option<&Number> {
        self.number_of_token[t].map(|n| &self.numbers[n as usize])
    }
}

/// Claims that are read of one article.
const MOST: usize = 1_000;

/// Finds the casualty claims of a story, in text order.
pub fn find(
    story: &Story<'_>,
    entities: &Entities,
    attributions: &Attributions,
    lexicon: &Lexicon,
) -> Result<Vec<Claim>, Stopped> {
    story.work(story.doc.len())?;
    let cx = Context::new(story.doc, entities, attributions, lexicon);
    let mut claims: Vec<Claim> = Vec::new();
    for (s, sentence) in story.doc.sentences().iter().enumerate() {
        if !story.is_codeable(s) {
            continue;
        }
        let lists = breakdown::find(&cx, sentence.clone());
        let first = claims.len();
        for t in sentence.clone() {
            story.work(1 + lists.len())?;
            if claims.len() >= MOST {
                story.cut(Cut::Claims);
                break;
            }
            if lists.iter().any(|l| l.tokens.contains(&t)) {
                continue;
            }
            if let Some(claim) = claim_at(&cx, t) {
                add(&mut claims, first, claim);
            }
        }
        for list in lists {
            divide(story, &mut claims, first, s, list);
        }
    }
    story.work(claims.len())?;
    repeats::mark(story, &mut claims);
    Ok(claims)
}

/// The claim that the word of harm at token `t` makes.
fn claim_at(cx: &Context<'_>, t: usize) -> Option<Claim> {
    let doc = cx.doc;
    if let Some(found) = nouns::among(cx, t).or_else(|| nouns::fatally(cx, t)) {
        let (kind, people) = found;
        return claim(cx, t, kind, people, false);
    }
    let died = || nouns::identified(cx, t).or_else(|| aboard::nobody_left(cx, t)).or_else(|| passed_away(cx, t));
    if let Some(people) = died() {
        return claim(cx, t, CasualtyKind::Killed, people, false);
    }
    if let Some((kind, people)) = nouns::suffered(cx, t) {
        return claim(cx, t, kind, people, false);
    }
    if let Some((kind, people, update)) = nouns::number_of_dead(cx, t) {
        return claim(cx, t, kind, people, update);
    }
    if let Some(people) = own_hand::read(cx, t).or_else(|| own_hand::murder_suicide(cx, t)) {
        return claim(cx, t, CasualtyKind::Killed, people, false).map(|c| Claim { own_hand: true, ..c });
    }
    let verb = matches!(doc.pos(t), Pos::Verb | Pos::Aux);
    let key = if matches!(doc.pos(t), Pos::Verb | Pos::Noun | Pos::Aux) { doc.lemma(t) } else { doc.word(t) };
    let lower = key.to_ascii_lowercase();
    let surface = doc.word(t).to_ascii_lowercase();
    let readings =
        cx.lexicon.triggers(&lower).iter().chain(cx.lexicon.triggers(&surface).iter().filter(|_| surface != lower));
    for (frame, kind) in readings.copied() {
        // "Wounded" is a verb, an adjective and a noun: a tag of its own class, or the participle's.
        let fits = match frame {
            f if f.is_verb() => verb || matches!(doc.tokens()[t].tag, Tag::Vbn | Tag::Vbd),
            Frame::State => !verb && !matches!(doc.pos(t), Pos::Propn if doc.dep(t) == Dep::Compound),
            _ => doc.pos(t) == Pos::Noun,
        };
        if !fits {
            continue;
        }
        let read = if frame.is_verb() || frame == Frame::State {
            patient::patient(cx, t, frame).and_then(|p| people_of(cx, p, t)).map(|g| (g, false))
        } else {
            nouns::read(cx, t, frame)
        };
        let Some((people, update)) = read else { continue };
        // A modifier before a noun claims something only with a number: "wounded soldiers" may be anyone's.
        if attributive(doc, t) && !(people.numeric && people.head != t && people::number_of(cx, people.head).is_some())
        {
            continue;
        }
        let own = people.own && !people.listed;
        let told = if frame.is_verb() { outcome(cx, t, kind, own) } else { kind };
        let kind = if frame == Frame::Shooting { CasualtyKind::Killed } else { told };
        let harmless = match frame {
            Frame::Blow => !people::is_known(cx, people.head),
            Frame::Fatal | Frame::Perish => kind != CasualtyKind::Killed && !armed(cx, t),
            _ => false,
        };
        if harmless {
            continue;
        }
        let found = claim(cx, t, kind, people, update)?;
        return Some(Claim {
            own_hand: own || own_hand::self_inflicted(cx, t),
            hit: matches!(frame, Frame::Maybe | Frame::Blow) && kind == CasualtyKind::Injured,
            ..found
        });
    }
    None
}

/// "The singer passed away".
fn passed_away(cx: &Context<'_>, t: usize) -> Option<Group> {
    let doc = cx.doc;
    if doc.lemma(t) != "pass" || doc.child(t, Dep::Dobj).is_some() || !doc.children(t).any(|c| doc.word(c) == "away") {
        return None;
    }
    people_of(cx, patient::patient(cx, t, Frame::Intransitive)?, t)
}

/// Whether a word of harm modifies a noun; the parse takes "for displaced people" for a verb with its object.
fn attributive(doc: &Doc<'_>, t: usize) -> bool {
    let bare = |dep| doc.child(t, dep).is_none();
    // "left a man dead": behind its noun an adjective says something of it.
    (doc.dep(t) == Dep::Amod && t < doc.head(t))
        || (doc.tokens()[t].tag == Tag::Vbn
            && doc.child(t, Dep::Dobj).is_some()
            && [Dep::Aux, Dep::Auxpass, Dep::Nsubj, Dep::Nsubjpass].into_iter().all(bare)
            && matches!(doc.dep(t), Dep::Pcomp | Dep::Pobj))
}

/// The people of a patient; the adjective itself where it carries the number ("13 dead").
fn people_of(cx: &Context<'_>, head: usize, t: usize) -> Option<Group> {
    if head != t {
        return group(cx, head).or_else(|| (head > t).then(|| people::apposed(cx, head)).flatten());
    }
    let number = people::number_of(cx, t)?;
    Some(Group::counted(number, t, number.tokens.start..t + 1, 0.85))
}

/// Whether a shooting or a wound killed: "shot dead", "fatally shot", "shot to death", "mortally wounded".
fn outcome(cx: &Context<'_>, t: usize, kind: CasualtyKind, own: bool) -> CasualtyKind {
    let doc = cx.doc;
    if kind != CasualtyKind::Injured {
        return kind;
    }
    if own && doc.lemma(t) == "shoot" && own_hand::fatal(cx, t) {
        return CasualtyKind::Killed;
    }
    let is = |i: usize, words: &[&str]| words.iter().any(|w| doc.word(i).eq_ignore_ascii_case(w));
    let end = doc.sentence_of(t).end;
    let beside = (t > 0 && is(t - 1, &["fatally", "mortally"])) || (t + 1 < end && is(t + 1, &["dead", "fatally"]));
    // "six people were shot, two of them fatally" leaves the six alive: only the verb's own words count.
    let own = doc.children(t).any(|c| {
        (cx.lexicon.is_word(WordClass::ToDeath, doc, c) && cx.number_at(c.saturating_sub(1)).is_none() && c < t)
            || (is(c, &["to"]) && doc.child(c, Dep::Pobj).is_some_and(|p| is(p, &["death"])))
            || (doc.dep(c) == Dep::Conj
                && cx.lexicon.is(WordClass::DeathVerb, doc.lemma(c))
                && doc.child(c, Dep::Nsubj).is_none()
                && doc.child(c, Dep::Nsubjpass).is_none()
                // "wounding four and killing another"
                && (doc.child(c, Dep::Dobj).is_none() || doc.child(t, Dep::Dobj).is_none()))
    });
    if beside || own { CasualtyKind::Killed } else { kind }
}

/// "Hacked three farmers with machetes", where "hacked" alone is what is done to computers.
fn armed(cx: &Context<'_>, t: usize) -> bool {
    let weapon = |i| cx.entities.mention_at(i).is_some_and(|m| m.kind == EntityKind::Weapon);
    cx.doc.subtree(t).any(|i| cx.doc.word(i) == "with" && cx.doc.child(i, Dep::Pobj).is_some_and(weapon))
}

/// More people than there are.
const EVERYBODY: u64 = 10_000_000_000;

fn claim(cx: &Context<'_>, t: usize, kind: CasualtyKind, people: Group, update: bool) -> Option<Claim> {
    let numbers = [people.best, people.low, people.high];
    if numbers.iter().all(Option::is_none) || numbers.iter().flatten().any(|n| *n > EVERYBODY) {
        return None;
    }
    let standing = standing(cx, t);
    let mut confidence = people.confidence;
    let negated = people.none || standing == Standing::Negated;
    let attribution = cx.attributions.governing(t);
    let superseded = hedge::superseded(cx, t, attribution);
    match standing {
        Standing::None => return None,
        Standing::Possible => confidence *= 0.5,
        Standing::Told | Standing::Negated if superseded => confidence *= 0.5,
        Standing::Told | Standing::Negated => {}
    }
    let instead_of = updates::replaced(cx, &people.tokens, people.best, update);
    let (best, low, high) = if negated { (Some(0), Some(0), Some(0)) } else { (people.best, people.low, people.high) };
    Some(Claim {
        kind,
        best,
        low,
        high,
        modifier: people.modifier.filter(|_| !negated),
        numeric: people.numeric || negated,
        polarity: if negated { Polarity::Neg } else { Polarity::Pos },
        victims: people.called.map(|c| cx.doc.span_text(c).to_owned()),
        side: people.side,
        breakdown: if negated { Breakdown::default() } else { people.breakdown },
        tokens: people.tokens.start.min(t)..people.tokens.end.max(t + 1),
        trigger: t,
        victim_head: (people.head != t).then_some(people.head),
        listed: people.listed,
        doer: doer::of(cx, t).filter(|d| !people.own && *d != people.head),
        bare: people.bare && !negated,
        own_hand: false,
        natural: kind == CasualtyKind::Killed && natural::is(cx, t),
        hit: false,
        attribution,
        source: attribution.and_then(|a| cx.attributions[a].entity).or_else(|| nouns::keeper(cx, t)),
        duplicates: None,
        update: (update || instead_of.is_some()) && !superseded,
        instead_of,
        confidence,
    })
}

/// Adds a claim; two words of harm for the same people make one ("shot and killed", "killed and wounded").
fn add(claims: &mut Vec<Claim>, first: usize, claim: Claim) {
    let same = claims[first..].iter_mut().find(|c| c.victim_head.is_some() && c.victim_head == claim.victim_head);
    match same {
        Some(earlier) if earlier.kind == claim.kind => {}
        Some(earlier) => {
            let fatal = [earlier.kind, claim.kind].contains(&CasualtyKind::Killed);
            let injured = [earlier.kind, claim.kind].contains(&CasualtyKind::Injured);
            if fatal && injured && earlier.best.is_none_or(|n| n > 1) && earlier.kind == CasualtyKind::Killed {
                earlier.kind = CasualtyKind::KilledOrInjured;
            } else if fatal && injured {
                // "A man was wounded and died": the later and worse outcome stands.
                earlier.kind = CasualtyKind::Killed;
                earlier.trigger = if claim.kind == CasualtyKind::Killed { claim.trigger } else { earlier.trigger };
            } else {
                claims.push(claim);
            }
        }
        None => claims.push(claim),
    }
}

/// Enters the parts of a list into the claim they divide.
fn divide(story: &Story<'_>, claims: &mut [Claim], first: usize, sentence: usize, list: Parts) {
    let here = claims
        .iter()
        .enumerate()
        .skip(first)
        .filter(|(_, c)| c.trigger < list.tokens.start)
        .map(|(i, _)| i)
        .next_back();
    let target = match here {
        Some(i) if !list.continues => Some(i),
        // "They included six children": the claim of the sentence before, or of the one before that.
        _ => claims[..first]
            .iter()
            .rposition(|c| c.polarity == Polarity::Pos)
            .filter(|i| sentence - story.sentence(claims[*i].trigger) <= 2),
    };
    let Some(claim) = target.map(|i| &mut claims[i]) else { return };
    if claim.best == Some(1) {
        return;
    }
    if !claim.numeric {
        claim.low = claim.low.max(list.low);
    }
    let to = &mut claim.breakdown;
    let from = list.breakdown;
    to.children = from.children.or(to.children);
    to.women = from.women.or(to.women);
    to.civilians = from.civilians.or(to.civilians);
    to.combatants = from.combatants.or(to.combatants);
    to.named.extend(from.named);
}
