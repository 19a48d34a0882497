//! The dead that no single number counts.
//!
//! Sources state totals, and a stated total stands. But stories of killings often state none: they name victim after
//! victim, or say whom a gunman killed and that he then killed himself. Then the dead are told apart and counted: each
//! named person once, described ones only where nobody is named, and a killer who died on top of the number he killed,
//! which cannot hold him. Nothing is added to a total that may hold everybody ("three people are dead").

use jiff::civil::Date;

use super::{Derivation, Total};
use crate::extract::Story;
use crate::extract::casualties::{Claim, Party};
use crate::extract::entities::EntityId;
use crate::extract::events::Facts;
use crate::nlp::Pos;
use crate::record::{CasualtyKind, EntityKind};
use crate::words::WordClass;

/// The total of people killed, given the claims of an event in text order and what their votes came to.
pub(super) fn complete(story: &Story<'_>, facts: &Facts<'_>, ids: &[usize], stated: Option<Total>) -> Option<Total> {
    let mut total = stated?;
    let all: Vec<&Claim> = ids.iter().map(|c| &facts.claims[*c]).collect();
    let told = Told { story, facts, all: &all };
    let (killer, victims): (Vec<&Claim>, Vec<&Claim>) =
        all.iter().copied().filter(|c| c.kind == CasualtyKind::Killed).partition(|c| told.is_killer(c));
    let killers: Vec<&str> = all.iter().filter_map(|c| told.killer(c)).filter(|_| !killer.is_empty()).collect();
    let best = total.best.unwrap_or(0);
    // Where the number is no more than one person or the length of a list, more names tell more dead.
    let open = best <= 1 || total.votes.iter().all(|v| facts.claims[v.claim].listed);
    let more = told.one_more(&victims, best);
    let counted = if open { told.distinct(&victims, &killers).max(listed(&victims)) } else { 0 };
    if more > best {
        total.raise(more, Derivation::Victims);
    } else if counted > best.max(1) {
        total.raise(counted, Derivation::Victims);
    }
    let Some(dead) = total.best else { return Some(total) };
    let single = best <= 1;
    let without_killer = |c: &&Claim| {
        let number = c.best == Some(dead) || c.best == Some(best) || single && c.best == Some(1);
        number && (told.is_doer(c, false) || dead > 1 && told.excludes(c))
    };
    let with_suicide = single && killer.iter().any(|c| c.low == Some(2)) && victims.iter().any(|c| c.best.is_some());
    // "Three died, including the gunman", said by anyone.
    let among = victims.iter().any(|c| c.best == Some(dead) && c.breakdown.combatants.is_some_and(|n| n > 0));
    if !killer.is_empty() && !among && (with_suicide || victims.iter().any(without_killer)) {
        total.raise(dead + 1, Derivation::WithKiller);
    }
    Some(total)
}

/// The least number of people in an enumeration whose members have no number ("two mothers and their daughters").
fn listed(victims: &[&Claim]) -> u64 {
    victims.iter().filter(|c| c.listed && c.best.is_none()).filter_map(|c| c.low).max().unwrap_or(0)
}

struct Told<'a> {
    story: &'a Story<'a>,
    facts: &'a Facts<'a>,
    all: &'a [&'a Claim],
}

impl<'a> Told<'a> {
    /// Whether a claim tells of the death of one who killed or shot others.
    fn is_killer(&self, claim: &Claim) -> bool {
        if claim.own_hand {
            return true;
        }
        let Some(head) = claim.victim_head.filter(|_| claim.best == Some(1)) else { return false };
        if self.party(head) == Some(Party::Doer) {
            return true;
        }
        // Whom the police shoot where someone else kills.
        if self.is_doer(claim, true) && self.all.iter().any(|c| self.is_doer(c, false) && c.best.is_some()) {
            return true;
        }
        let Some(who) = self.entity(head) else { return false };
        self.all.iter().any(|c| self.is_doer(c, false) && c.doer.and_then(|d| self.entity(d)) == Some(who))
    }

    fn party(&self, token: usize) -> Option<Party> {
        self.facts.harm.party(self.story.doc.lemma(token))
    }

    /// Whether the claim says who did it, and that it was, or was not, an officer.
    fn is_doer(&self, claim: &Claim, officer: bool) -> bool {
        claim.doer.is_some_and(|d| (self.party(d) == Some(Party::Officer)) == officer)
    }

    /// Whether the people of a claim are of a kind that the killer is not: children, students, officers.
    fn excludes(&self, claim: &Claim) -> bool {
        let Some(head) = claim.victim_head.filter(|_| claim.victims.is_some() && !claim.listed) else { return false };
        claim.breakdown.children == claim.best
            || self.story.doc.pos(head) == Pos::Noun && !matches!(self.party(head), Some(Party::Anybody | Party::Doer))
    }

    /// The name of who killed.
    fn killer(&self, claim: &Claim) -> Option<&'a str> {
        let doer = claim.doer.filter(|_| self.is_doer(claim, false))?;
        Some(self.facts.entities.list[self.entity(doer)?].name.as_str())
    }

    fn entity(&self, token: usize) -> Option<EntityId> {
        let mention = self.facts.entities.mention_at(token)?;
        (mention.kind == EntityKind::Person).then_some(mention.entity)
    }

    /// Whether an ordinal counts no victims: "second in command", "second-degree murder".
    fn is_a_rank(&self, t: usize) -> bool {
        let doc = self.story.doc;
        let next = |n: usize| (t + n < doc.len()).then(|| doc.word(t + n).to_ascii_lowercase());
        let is = |n: usize, words: &[&str]| next(n).is_some_and(|w| words.contains(&w.as_str()));
        is(1, &["in", "degree"]) || is(1, &["-"]) && is(2, &["in", "degree"])
    }

    /// What "a fifth victim died", "he was also killed" and "killed two more" come to with those told before.
    fn one_more(&self, victims: &[&Claim], best: u64) -> u64 {
        let doc = self.story.doc;
        let before = best.max(1);
        let words = |c: &Claim| {
            let start = doc.sentence_of(c.trigger).start.max(c.tokens.start.saturating_sub(1));
            start..c.tokens.end
        };
        // "More than 7,000" sets nobody apart.
        let bound = |t: usize| doc.tokens().get(t + 1).is_some() && doc.word(t + 1).eq_ignore_ascii_case("than");
        let beyond = |c: &Claim| words(c).any(|t| self.facts.harm.is_word(WordClass::Beyond, doc, t) && !bound(t));
        let nth = |c: &Claim| words(c).find_map(|t| self.facts.harm.nth(doc.word(t)).filter(|_| !self.is_a_rank(t)));
        let alone = |v: &&Claim| v.best == Some(1);
        let others = victims.iter().any(|v| v.best == Some(best) && !beyond(v));
        let mut found = 0;
        let mut more = None;
        for (i, c) in victims.iter().enumerate().filter(|(_, c)| c.duplicates.is_none()) {
            let earlier = &victims[..i];
            if c.best == Some(1) {
                let also = doc.children(c.trigger).any(|a| doc.word(a).eq_ignore_ascii_case("also"));
                let died_later = || {
                    let total = || earlier.iter().filter(|e| e.best == Some(best));
                    self.was_wounded(c)
                        || nth(c).is_some_and(|n| total().any(|e| self.lists(e, c, n - 1)))
                        || beyond(c) && total().any(|e| self.days_apart(e, c))
                };
                if best > 1 && self.facts.harm.is(WordClass::Dying, doc.lemma(c.trigger)) && died_later() {
                    (found, more) = (best + 1, None);
                }
                if nth(c) == Some(before + 1) || before == 1 && also && !earlier.is_empty() {
                    (found, more) = (before + 1, None);
                }
            } else if c.best == Some(best) && !others && beyond(c) && earlier.iter().any(alone) {
                more = Some(earlier);
            }
        }
        more.map_or(found, |earlier| best + self.distinct(earlier, &[]).max(1))
    }

    /// Whether a total enumerates so many of the kind of person that another claim is about ("a man and a woman").
    fn lists(&self, total: &Claim, of: &Claim, n: u64) -> bool {
        let doc = self.story.doc;
        let Some(head) = of.victim_head.filter(|_| total.listed) else { return false };
        total.tokens.clone().filter(|t| doc.lemma(*t) == doc.lemma(head)).count() as u64 == n
    }

    /// "One of the wounded died".
    fn was_wounded(&self, claim: &Claim) -> bool {
        let doc = self.story.doc;
        let one = claim.victim_head.filter(|h| doc.word(*h).eq_ignore_ascii_case("one"));
        one.is_some_and(|h| doc.subtree(h).any(|t| self.facts.harm.is(WordClass::Wounded, doc.lemma(t))))
    }

    /// Whether the sentences of two claims tell different days.
    fn days_apart(&self, a: &Claim, b: &Claim) -> bool {
        let days = |c: &Claim| -> Vec<Date> {
            let here = self.facts.times_in(self.story.doc.sentence_of(c.trigger));
            here.filter_map(|t| t.timex.start()).collect()
        };
        let (x, y) = (days(a), days(b));
        !x.is_empty() && !y.is_empty() && !x.iter().any(|d| y.contains(d))
    }

    /// How many people the claims name, each once under however many forms of the name.
    fn distinct(&self, claims: &[&Claim], killers: &[&str]) -> u64 {
        let mut people: Vec<Vec<&str>> = Vec::new();
        // A pronoun's name is a guess.
        let written = |c: &&&Claim| c.victim_head.is_some_and(|h| self.story.doc.pos(h) != Pos::Pron);
        let names = claims.iter().filter(written).flat_map(|c| &c.breakdown.named);
        for name in names.filter(|n| !killers.contains(&n.as_str())) {
            let words: Vec<&str> = name.split_whitespace().filter(|w| w.starts_with(char::is_uppercase)).collect();
            let same = |known: &Vec<&str>| {
                words.iter().all(|w| known.contains(w))
                    || known.iter().all(|w| words.contains(w))
                    || known.first() == words.first() && known.last() == words.last()
            };
            match people.iter_mut().find(|known| same(known)) {
                Some(known) if known.len() < words.len() => *known = words,
                Some(_) => {}
                None if !words.is_empty() => people.push(words),
                None => {}
            }
        }
        people.len() as u64
    }
}

impl Total {
    /// Takes a derived number for the best one; the stated one stays the lower bound.
    fn raise(&mut self, best: u64, derivation: Derivation) {
        self.low = self.low.or(self.best);
        self.best = Some(best);
        self.high = self.high.map(|h| h.max(best));
        self.derivation = derivation;
    }
}
