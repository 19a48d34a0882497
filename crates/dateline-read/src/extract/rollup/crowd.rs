//! How many people protested: the numbers of those who are told to ("some 5,000 protesters marched") and of the protest
//! itself ("a rally of thousands").
//!
//! What is merely near the protest is no number of it: arrests and the police are counted elsewhere.

use super::{Cluster, Figure};
use crate::extract::Story;
use crate::extract::events::{EventMention, Facts};
use crate::extract::numbers::{self, Number, Words};
use crate::nlp::Dep;
use crate::record::{EventType, ParticipantRole};

/// The least number that is a crowd.
const CROWD: u64 = 10;

/// Gives protests the numbers that are told of them.
pub(super) fn find(story: &Story<'_>, facts: &Facts<'_>, mentions: &[EventMention], clusters: &mut [Cluster]) {
    let is_protest = |c: &&mut Cluster| c.class.plover.event == Some(EventType::Protest);
    let mut protests = clusters.iter_mut().filter(is_protest).peekable();
    if protests.peek().is_none() {
        return;
    }
    // A claim's number is that of its people: of those arrested, hurt or killed.
    let of_claim =
        |n: &Number| facts.claims.iter().any(|c| c.tokens.start < n.tokens.end && n.tokens.start < c.tokens.end);
    let mut numbers = numbers::find(&Words::new(story.doc), &facts.harm.numbers);
    numbers.retain(|n| n.best.or(n.low).or(n.high).is_some_and(|n| n >= CROWD) && !of_claim(n));
    for protest in protests {
        let told = protest.mentions.iter().flat_map(|m| figures(story, &numbers, &mentions[*m]));
        let mut crowd: Vec<Figure> = Vec::new();
        for figure in told {
            if !crowd.iter().any(|known| known.number.tokens == figure.number.tokens) {
                crowd.push(figure);
            }
        }
        protest.crowd = crowd;
    }
}

/// The numbers that a mention gives of its people.
fn figures(story: &Story<'_>, numbers: &[Number], m: &EventMention) -> Vec<Figure> {
    let doc = story.doc;
    let sentence = story.tokens(story.sentence(m.head));
    let protesters = m.participants.iter().filter(|p| p.role == ParticipantRole::Actor);
    let people = protesters.filter_map(|p| p.tokens.clone()).filter(|t| sentence.contains(&t.start));
    // The number before the phrase may not belong to the name of those in it.
    let people = people.map(|t| {
        let start = doc.heads(t.clone()).next().map_or(t.start, |head| doc.subtree(head).start.min(t.start));
        start.max(sentence.start)..t.end
    });
    let of_protest = doc.children(m.head).filter(|c| doc.word(*c).eq_ignore_ascii_case("of"));
    let members = of_protest.filter_map(|of| doc.child(of, Dep::Pobj)).map(|o| doc.subtree(o).start..o + 1);
    let phrases: Vec<std::ops::Range<usize>> = people.chain(members).collect();
    let within = |n: &&Number| phrases.iter().any(|p| p.start <= n.tokens.start && n.tokens.end <= p.end);
    let source = m.attribution;
    numbers.iter().filter(within).map(|n| Figure { number: n.clone(), attribution: source }).collect()
}
