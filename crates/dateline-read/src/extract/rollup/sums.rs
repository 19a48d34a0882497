//! Which claims sum up a stretch of time and not one happening: "7,000 have been killed in the insurgency since 2004",
//! "212 shooting deaths this year", "the war has killed 377,000", "9,448 deaths in all".
//!
//! Beside a claim of the event itself they are background; alone they are all that is told. What kills by the hundred
//! thousand is no event at all, unless it is a war or a disaster: "tobacco kills 8 million people a year".

use crate::extract::Story;
use crate::extract::casualties::Claim;
use crate::extract::events::Facts;
use crate::extract::times::Length;
use crate::nlp::{Dep, Pos, Tag};
use crate::record::Granularity;
use crate::words::WordClass;

/// Days from which a stretch of time is no single happening's.
const STRETCH: i32 = 27;

/// Whether a claim is such a sum.
pub(super) fn is_sum(story: &Story<'_>, facts: &Facts<'_>, claim: &Claim) -> bool {
    let times = Times::of(story, facts, claim);
    !times.day && (times.stretch || outlasts(story, facts, claim))
}

/// Dead and hurt from which on a number is a statistic, unless a word beside it tells what kills so many.
const STATISTIC: u64 = 100_000;

/// Whether a claim is such a statistic.
pub(super) fn is_statistic(story: &Story<'_>, facts: &Facts<'_>, claim: &Claim) -> bool {
    let doc = story.doc;
    let many = claim.best.or(claim.low).or(claim.high) >= Some(STATISTIC);
    // "A tsunami hit the coast in 2004. It killed 230,000 people."
    let before = doc.sentence_of(claim.trigger).start.saturating_sub(1);
    let near = doc.sentence_of(before).start..doc.sentence_of(claim.trigger).end;
    let told = |i| facts.harm.is(WordClass::MassDeath, &doc.lemma(i).to_ascii_lowercase());
    super::counts(claim.kind) && many && !near.into_iter().any(told)
}

/// What the sentence of a claim says of time.
struct Times {
    /// A day or a part of one.
    day: bool,
    /// A month or more, or every year.
    stretch: bool,
}

impl Times {
    fn of(story: &Story<'_>, facts: &Facts<'_>, claim: &Claim) -> Self {
        let doc = story.doc;
        let sentence = doc.sentence_of(claim.trigger);
        use Granularity::{Day, Hour, Minute, PartOfDay};
        let mut found = Self { day: false, stretch: false };
        for t in facts.times_in(sentence.clone()) {
            let since = t.tokens.start > sentence.start && doc.word(t.tokens.start - 1).eq_ignore_ascii_case("since");
            let days = if since {
                t.timex.start().and_then(|start| Some((story.date()? - start).get_days()))
            } else {
                t.timex.width()
            };
            // "In the past year", "over three decades"; a man of 23 years is none.
            let months = t.timex.length().is_some_and(Length::is_of_months);
            let before = t.tokens.start.saturating_sub(2).max(sentence.start);
            let past = (before..t.tokens.end).any(|i| facts.harm.is_word(WordClass::StretchLed, doc, i));
            let again = facts.harm.is_word(WordClass::Yearly, doc, t.tokens.start);
            found.stretch |= again || months && past || days.is_some_and(|d| d >= STRETCH);
            found.day |= !since
                && matches!(t.timex.granularity, Minute | Hour | PartOfDay | Day)
                && days.is_none_or(|d| d < STRETCH);
        }
        found
    }
}

/// Whether the clause counts the dead of something that lasts ("have died in the rebellion", "the war has killed"), or
/// counts on from before ("the tally stands at").
fn outlasts(story: &Story<'_>, facts: &Facts<'_>, claim: &Claim) -> bool {
    let doc = story.doc;
    let is_conflict = |i: usize| facts.harm.is(WordClass::Conflict, &doc.lemma(i).to_ascii_lowercase());
    let verb = std::iter::once(claim.trigger).chain(doc.ancestors(claim.trigger).take(3));
    let Some(verb) = verb.into_iter().find(|i| matches!(doc.pos(*i), Pos::Verb | Pos::Aux)) else { return false };
    let perfect = doc.children(verb).any(|c| {
        doc.dep(c) == Dep::Aux && doc.lemma(c) == "have" && matches!(doc.tokens()[c].tag, Tag::Vbz | Tag::Vbp)
    });
    let sentence = doc.sentence_of(verb);
    let tally = sentence.clone().any(|i| facts.harm.is(WordClass::Tally, doc.lemma(i)));
    tally || perfect && sentence.into_iter().any(is_conflict)
}
