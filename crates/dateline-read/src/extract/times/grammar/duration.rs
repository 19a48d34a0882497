//! Lengths of time, frequencies and references: "more than two hours", "the past two weeks", "every Monday", "recently".

use super::Parser;
use crate::extract::numbers::{self, Count};
use crate::extract::times::calendar::Unit;
use crate::extract::times::expr::{Amount, Expr, Length, Origin};
use crate::extract::times::lexicon::Class;
use crate::extract::times::value::{Open, TimeOfDay, Value};
use crate::nlp::{Dep, Pos, Tag};
use crate::record::{NumberMod, TimeMod};
use crate::words::WordClass;

impl Parser<'_> {
    /// A number and its unit: "two days", "10-day", "more than a decade", "5 1/2 hours", "several weeks".
    pub(super) fn measured(&self, i: usize) -> Option<(Amount, Unit, Option<TimeMod>, usize)> {
        let bound = self.lexicon.numbers.bound_before(self.words, i);
        let mut at = bound.as_ref().map_or(i, |(_, end)| *end);
        at += usize::from(self.lexicon.is(WordClass::CountFiller, self.w(at)));
        let modifier = bound.map(|(b, _)| match b.modifier {
            NumberMod::MoreThan => TimeMod::MoreThan,
            NumberMod::AtLeast => TimeMod::EqualOrMore,
            NumberMod::LessThan => TimeMod::LessThan,
            NumberMod::AtMost => TimeMod::EqualOrLess,
            NumberMod::Approx => TimeMod::Approx,
        });
        let (amount, mut at) = self.amount(at)?;
        let hyphen = self.w(at) == "-";
        at += usize::from(hyphen);
        for _ in 0..2 {
            if self.lexicon.is(WordClass::UnitFiller, self.w(at)) {
                at += 1;
            }
        }
        let (unit, plural) = self.unit(at)?;
        // "A second" and "one second" are mostly ordinals and turns; "one second" is left to its plural.
        if unit == Unit::Second && !plural || unit == Unit::Weekend && !matches!(amount, Amount::Exact(n) if n > 1.0) {
            return None;
        }
        let end = at + 1;
        // "a year and a half", "an hour and 20 minutes" are handled by the caller.
        Some((amount, unit, modifier, end))
    }

    /// How many: digits, words, "half an", "two and a half", "several".
    fn amount(&self, i: usize) -> Option<(Amount, usize)> {
        let word = self.w(i);
        if word == "half" {
            let at = i + 1 + usize::from(self.w(i + 1) == "-");
            let article = usize::from(matches!(self.w(at), "a" | "an"));
            return self.unit(at + article).map(|_| (Amount::Exact(0.5), at + article));
        }
        if matches!(word, "many") {
            return Some((Amount::Vague, i + 1));
        }
        if word == "a" && self.w(i + 1) == "mere" {
            return self.amount(i + 2);
        }
        let (amount, mut end) = if word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()) {
            (word.parse().ok().filter(|n: &f64| n.is_finite())?, i + 1)
        } else {
            match numbers::cardinal(self.words, &self.lexicon.numbers, i)? {
                (Count::Exact(0) | Count::Beyond, _) => return None,
                (Count::Exact(n), end) => (n as f64, end),
                (Count::Vague(_), end) => return Some((Amount::Vague, end + usize::from(self.w(end) == "of"))),
            }
        };
        let mut amount = amount;
        // "5 1/2", "two and a half"
        if matches!([self.w(end), self.w(end + 1), self.w(end + 2)], ["1", "/", "2"] | ["and", "a", "half"]) {
            (amount, end) = (amount + 0.5, end + 3);
        } else if self.w(end) == "and" && self.w(end + 1) == "half" {
            (amount, end) = (amount + 0.5, end + 2);
        } else if matches!(self.w(end), "to" | "or" | "-" | "–")
            && let Some((Count::Exact(high), after)) = numbers::cardinal(self.words, &self.lexicon.numbers, end + 1)
            && high as f64 > amount
            && self.unit(after + usize::from(self.w(after) == "-")).is_some()
        {
            // "Two to three weeks": no single number, and X would lose it; the lower end is what holds for sure.
            end = after;
        }
        (amount < 1e6).then_some((Amount::Exact(amount), end))
    }

    /// A length of time.
    pub(super) fn duration(&self, i: usize) -> Option<(Expr, usize)> {
        let found = self.window(i).or_else(|| self.length(i)).or_else(|| self.bare_units(i))?;
        let (mut length, mut end) = found;
        // Ages are no times: "27-year-old", "nine years old", "26 years of age", "aged 5 months".
        let long = end + usize::from(self.w(end) == "-");
        match self.w(long) {
            "old" | "olds" => return None,
            "long" => end = long + 1,
            _ => {}
        }
        if self.w(end) == "of" && self.w(end + 1) == "age" || matches!(self.before(i), "aged" | "age") {
            return None;
        }
        length.event = self.event(end);
        Some((Expr::Duration(length), end))
    }

    /// "Two hours", "a year and a half", "an hour and 20 minutes".
    fn length(&self, i: usize) -> Option<(Length, usize)> {
        let (amount, unit, modifier, mut end) = self.measured(i)?;
        let article = matches!(self.w(i), "a" | "an");
        // "A day" after a quantity is a frequency, read elsewhere; "a day" that does something is no length.
        if article && unit == Unit::Day && modifier.is_none() && !self.after_preposition(i) && !self.leads_on(end) {
            return None;
        }
        let mut length = Length { modifier, ..Length::of(amount, unit) };
        if self.w(end) == "and" && self.w(end + 1) == "a" && self.w(end + 2) == "half" {
            if let Amount::Exact(n) = amount {
                length.parts = vec![(Amount::Exact(n + 0.5), unit)];
            }
            end += 3;
        } else {
            let at = end + usize::from(matches!(self.w(end), "and" | ","));
            if let Some((Amount::Exact(n), smaller, None, after)) = self.measured(at)
                && smaller < unit
                && !self.lexicon.is(WordClass::CountedFrom, self.w(after))
            {
                length.parts.push((Amount::Exact(n), smaller));
                end = after;
            }
        }
        Some((length, end))
    }

    /// "The past two weeks", "the last few days", "recent months", "the past year", "the first three years".
    fn window(&self, i: usize) -> Option<(Length, usize)> {
        let the = i + usize::from(matches!(self.w(i), "the" | "these" | "those"));
        let (direction, at) = match self.w(the) {
            "recent" => (-1, the + 1),
            "first" | "final" | "opening" => (0, the + 1),
            _ => match self.shift(i) {
                Some((shift, at)) if shift.step != 0 => {
                    let anchored = shift.from == Origin::Document || self.w(at - 1) == "next";
                    (if anchored { shift.step } else { 0 }, at)
                }
                Some(_) | None => return None,
            },
        };
        if let Some((unit, plural)) = self.unit(at) {
            let past = self.w(at - 1) == "past";
            if !plural && !past {
                return None;
            }
            let amount = if plural { Amount::Vague } else { Amount::Exact(1.0) };
            let window = if self.w(the) == "first" || self.w(the) == "final" { return None } else { direction };
            return Some((Length { window, ..Length::of(amount, unit) }, at + 1));
        }
        let (amount, unit, modifier, end) = self
            .measured(at)
            .filter(|_| !matches!(self.w(at), "a" | "an" | "the"))
            .or_else(|| self.measured(at).filter(|_| !self.w(at + 1).is_empty() && matches!(self.w(at), "a")))?;
        Some((Length { modifier, window: direction, ..Length::of(amount, unit) }, end))
    }

    /// "For years", "weeks of fighting", "days after the election", "decades-long".
    fn bare_units(&self, i: usize) -> Option<(Length, usize)> {
        let (unit, true) = self.unit(i)? else {
            // "Day-long", "month-long", "all day"
            let (unit, _) = self.unit(i)?;
            let long = self.w(i + 1) == "-" && self.w(i + 2) == "long" || self.w(i + 1) == "long";
            return (long && unit > Unit::Second).then(|| (Length::of(Amount::Exact(1.0), unit), i + 1));
        };
        if matches!(self.w(i + 1), "'" | "'s") && self.w(i + 2) != "of" {
            return None;
        }
        let preposition = self.after_preposition(i);
        let ok = preposition || self.leads_on(i + 1) || self.w(i + 1) == "-" && matches!(self.w(i + 2), "long" | "old");
        let told = matches!(self.before(i), "the" | "those") && !self.lexicon.is(WordClass::WindowPoint, self.w(i + 1));
        (ok && !told && !self.lexicon.is(WordClass::NoLength, self.before(i)))
            .then(|| (Length::of(Amount::Vague, unit), i + 1))
    }

    fn after_preposition(&self, i: usize) -> bool {
        self.lexicon.is(WordClass::DurationLed, self.before(i))
    }

    /// Whether a word after a unit carries the time on.
    fn leads_on(&self, i: usize) -> bool {
        self.lexicon.is(WordClass::DurationGoingOn, self.w(i))
    }

    /// The event after "after", "before", "since", as the parse has it.
    fn event(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let at = at + usize::from(matches!(self.w(at), "just" | "shortly"));
        if !self.lexicon.is(WordClass::EventLed, self.w(at)) || at >= self.limit {
            return None;
        }
        let token = self.words.token(at);
        let head = match self.doc.dep(token) {
            Dep::Prep => self.doc.child(token, Dep::Pobj).or_else(|| self.doc.child(token, Dep::Pcomp))?,
            Dep::Mark => self.doc.head(token),
            _ => return None,
        };
        match self.doc.pos(head) {
            Pos::Verb | Pos::Aux => Some(head..head + 1),
            Pos::Noun | Pos::Propn => {
                // The noun with what stands directly before it, without the article.
                let left = self.doc.subtree(head).start.max(head.saturating_sub(4)).max(token + 1);
                let skip = usize::from(left < head && self.doc.pos(left) == Pos::Det);
                Some(left + skip..head + 1)
            }
            _ => None,
        }
    }

    /// Frequencies: "every Monday", "twice a week", "per day", "daily", "Sundays".
    pub(super) fn set(&self, i: usize) -> Option<(Expr, usize)> {
        let set = |value: Value, end| Some((Expr::Set(value), end));
        let on = |open: Open, end| set(Value::Open(open, None), end);
        let one = |unit: Unit| Value::Length(Length::of(Amount::Exact(1.0), unit));
        for class in self.classes(i) {
            match class {
                Class::Set(unit) => return set(one(*unit), i + 1),
                Class::Weekdays(day) => return on(Open::Weekday(*day), i + 1),
                Class::Unit(Unit::Weekend, true) => return on(Open::Weekend, i + 1),
                _ => {}
            }
        }
        match self.w(i) {
            "every" | "each" => {
                let mut at = i + 1;
                let other = self.w(at) == "other";
                at += usize::from(other || self.w(at) == "single");
                if let Some(day) = self.weekday(at) {
                    return on(Open::Weekday(day), at + 1);
                }
                if let Some(part) = self.part(at) {
                    return set(Value::Open(Open::Day, Some(TimeOfDay::Part(part))), at + 1);
                }
                if let Some(season) = self.season(at) {
                    return on(Open::Season(season), at + 1);
                }
                if let Some(month) = self.month(at) {
                    return on(Open::Month(month), at + 1);
                }
                if let Some((unit, _)) = self.unit(at) {
                    let n = if other { 2.0 } else { 1.0 };
                    return set(Value::Length(Length::of(Amount::Exact(n), unit)), at + 1);
                }
                let (amount, unit, _, end) = self.measured(at)?;
                set(Value::Length(Length::of(amount, unit)), end)
            }
            "once" | "twice" => self.rate(i + 1).and_then(|(unit, end)| set(one(unit), end)),
            "per" => {
                let (unit, _) = self.unit(i + 1)?;
                set(one(unit), i + 2)
            }
            // "barrels a day", "$5 an hour", "six times a week"
            "a" | "an" => {
                let (unit, end) = self.rate(i)?;
                let counted = i > 0
                    && self.words.same_sentence(i, i - 1)
                    && matches!(self.tag(i - 1), Tag::Nns | Tag::Cd | Tag::Nn)
                    && self.doc.dep(self.words.token(end - 1)) == Dep::Npadvmod;
                if counted && !self.leads_on(end) { set(one(unit), end) } else { None }
            }
            _ => None,
        }
    }

    /// "A week", "every year", "per month" after a count: the unit.
    fn rate(&self, i: usize) -> Option<(Unit, usize)> {
        if !self.lexicon.is(WordClass::RateLed, self.w(i)) {
            return None;
        }
        let (unit, plural) = self.unit(i + 1)?;
        (!plural && unit != Unit::Second).then_some((unit, i + 2))
    }

    /// "Now", "recently", "the future".
    pub(super) fn reference(&self, i: usize) -> Option<(Expr, usize)> {
        let (value, end) = self.lexicon.reference(self.words, i)?;
        let tag = self.tag(end - 1);
        match self.w(end - 1) {
            // In a name ("NewsNation Now") the word is no adverb.
            "now" => matches!(tag, Tag::Rb | Tag::Uh | Tag::In).then_some(())?,
            // "The past president", "the future king" modify a person, not a time.
            "past" => (tag == Tag::Nn).then_some(())?,
            "future" if end == i + 1 => matches!(tag, Tag::Nn | Tag::Jj).then_some(())?,
            _ => {}
        }
        Some((Expr::Reference(value), end))
    }
}
