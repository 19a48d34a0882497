//! Dates told from another time: "Thursday", "last week", "two days ago", "the next day", "yesterday".

use super::Parser;
use crate::extract::times::calendar::Unit;
use crate::extract::times::expr::{Amount, Base, Origin, Shift};
use crate::extract::times::lexicon::Class;
use crate::nlp::{Dep, Pos};
use crate::words::WordClass;

impl Parser<'_> {
    /// The relative stretch that starts at word `i`.
    pub(super) fn relative(&self, i: usize) -> Option<(Base, usize)> {
        self.deictic(i)
            .or_else(|| self.week_of(i))
            .or_else(|| self.beside(i))
            .or_else(|| self.offset(i))
            .or_else(|| self.stepped(i))
            .or_else(|| self.alone(i))
    }

    /// "Yesterday", "tonight", "last night", "this morning".
    fn deictic(&self, i: usize) -> Option<(Base, usize)> {
        match self.w(i) {
            "today" | "tonight" => Some((Base::Day(0), i + 1)),
            "yesterday" => Some((Base::Day(-1), i + 1)),
            "tomorrow" => Some((Base::Day(1), i + 1)),
            "last" if self.w(i + 1) == "night" => Some((Base::Day(-1), i + 1)),
            "this" if self.part(i + 1).is_some() => Some((Base::Day(0), i + 1)),
            "that" if self.part(i + 1).is_some() => {
                Some((Base::Unit(Unit::Day, Shift { step: 0, from: Origin::Text }), i + 1))
            }
            "the" if self.part(i + 2).is_some() && self.lexicon.is(WordClass::StepMade, self.w(i + 1)) => {
                let step = match self.w(i + 1) {
                    "previous" => -1,
                    "same" => 0,
                    _ => 1,
                };
                Some((Base::Unit(Unit::Day, Shift { step, from: Origin::Text }), i + 2))
            }
            _ => None,
        }
    }

    /// "The week of March 6", "the week ending Friday".
    fn week_of(&self, i: usize) -> Option<(Base, usize)> {
        let at = i + usize::from(self.w(i) == "the");
        if self.w(at) != "week" || !matches!(self.w(at + 1), "of" | "ending") {
            return None;
        }
        let (base, end) = self.base(at + 2)?;
        super::is_day(&base).then_some((Base::WeekOf(Box::new(base)), end))
    }

    /// "The day before yesterday", "the day after the election".
    fn beside(&self, i: usize) -> Option<(Base, usize)> {
        let at = i + usize::from(matches!(self.w(i), "the" | "a"));
        if !matches!(self.w(at), "day" | "night" | "morning") {
            return None;
        }
        let step = match self.w(at + 1) {
            "before" => -1,
            "after" => 1,
            _ => return None,
        };
        if let Some((base, end)) = self.base(at + 2)
            && super::is_day(&base)
        {
            return Some((Base::Beside(Box::new(base), step), end));
        }
        if self.w(i) != "the" {
            return None;
        }
        if self.stops(at + 2) && self.w(at + 2) != "when" {
            return Some((Base::Unit(Unit::Day, Shift { step, from: Origin::Text }), at + 2));
        }
        Some((Base::BesideEvent, at + 1))
    }

    /// "Two days ago", "a week earlier", "three months later", "11 days from now".
    fn offset(&self, i: usize) -> Option<(Base, usize)> {
        let (amount, unit, _, at) = self.measured(i)?;
        let on = at + 1 + usize::from(self.w(at + 1) == "on");
        if let (Amount::Exact(n), Some(weekday)) = (amount, self.weekday(on)) {
            match self.w(at) {
                "ago" if unit >= Unit::Week => return Some((Base::WeekdayOffset(n, unit, -1, weekday), on + 1)),
                "from" if unit >= Unit::Day => return Some((Base::WeekdayOffset(n, unit, 1, weekday), on + 1)),
                _ => {}
            }
        }
        let (step, from, end) = match self.w(at) {
            "ago" => (-1, Origin::Document, at + 1),
            word if self.lexicon.is(WordClass::Earlier, word) => (-1, Origin::Text, at + 1),
            word if self.lexicon.is(WordClass::Later, word) => (1, Origin::Text, at + 1),
            "hence" => (1, Origin::Document, at + 1),
            "from" if matches!(self.w(at + 1), "now" | "today") => (1, Origin::Document, at + 2),
            "after" if matches!(self.w(at + 1), "that" | "this") && self.stops(at + 2) => (1, Origin::Text, at + 2),
            "before" | "beforehand" if self.stops(at + 1) => (-1, Origin::Text, at + 1),
            "after" if self.stops(at + 1) => (1, Origin::Text, at + 1),
            _ => return None,
        };
        Some((Base::Offset(amount, unit, step, from), end))
    }

    /// Whether the phrase ends before word `i`.
    fn stops(&self, i: usize) -> bool {
        let word = self.w(i);
        word.is_empty() || self.lexicon.is(WordClass::Stop, word)
    }

    /// A step word before a unit, weekday, month, season or named day: "last week", "next Tuesday".
    fn stepped(&self, i: usize) -> Option<(Base, usize)> {
        let (shift, mut at) = self.shift(i)?;
        // "the same day", "that same month", "late last month": an edge may stand inside.
        at += usize::from(self.w(at) == "same");
        for class in self.classes(at) {
            match class {
                Class::Weekday(day) if self.capital(at) => return Some((Base::Weekday(*day, Some(shift)), at + 1)),
                Class::Month(month) if self.month(at).is_some() => return Some((Base::Month(*month, shift), at + 1)),
                Class::Season(season) if self.season(at).is_some() => {
                    return Some((Base::Season(*season, None, Some(shift)), at + 1));
                }
                // "The past year" is a length, and "prior", "current" and "past" hold no seconds.
                Class::Unit(unit, false) if *unit >= Unit::Day => {
                    if self.w(at - 1) == "past" || self.w(at + 1) == "-" && self.words.glued(at + 1) {
                        return None;
                    }
                    return Some((Base::Unit(*unit, shift), at + 1));
                }
                _ => {}
            }
        }
        let (holiday, end) = self.lexicon.holiday(self.words, at)?;
        self.capital(at).then_some((Base::Holiday(holiday, None, Some(shift)), end))
    }

    /// A weekday, season, weekend or named day without a step.
    fn alone(&self, i: usize) -> Option<(Base, usize)> {
        if let Some(day) = self.weekday(i) {
            // "The Sunday Times": a name that the recogniser did not see.
            let named = self.before(i) == "the" && self.pos(i + 1) == Pos::Propn && self.capital(i + 1);
            if named && self.part(i + 1).is_none() {
                return None;
            }
            return Some((Base::Weekday(day, None), i + 1));
        }
        let the = i + usize::from(self.w(i) == "the");
        if self.w(the) == "weekend" && (the > i || matches!(self.before(i), "over" | "on" | "this")) {
            return Some((Base::Unit(Unit::Weekend, Shift { step: 0, from: Origin::Document }), the + 1));
        }
        if let Some(season) = self.season(the) {
            let of = the + 1 + usize::from(matches!(self.w(the + 1), "of" | ","));
            if let Some((year, end)) = self.any_year(of).filter(|(_, end)| self.w(of) != "'" || *end > of) {
                return Some((Base::Season(season, Some(year), None), end));
            }
            // "The fall of the city", "the spring" of a clock, "the Arab Spring".
            let led = the > i || self.lexicon.is(WordClass::SeasonLed, self.before(i));
            let edged = self.before(i) == "-" || self.lexicon.is(WordClass::EdgeLed, self.before(i));
            // "The fall in prices", "the fall was steep": the noun of falling, which a time's preposition must lead.
            let falling = self.w(the) == "fall"
                && (matches!(self.w(the + 1), "in" | "from" | "to")
                    || the > i && !self.lexicon.is(WordClass::FallLed, self.before(i)));
            // "The spring snapped", "replaced the spring": a thing.
            let thing = self.w(the) == "spring"
                && matches!(self.doc.dep(self.words.token(the)), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj);
            let named = the == i && self.before(i) == "arab";
            if (led || edged) && !falling && !thing && self.w(the + 1) != "of" && !named {
                return Some((Base::Season(season, None, None), the + 1));
            }
        }
        let (holiday, end) = self.lexicon.holiday(self.words, i)?;
        if !self.capital(i) {
            return None;
        }
        let at = end + usize::from(matches!(self.w(end), "," | "of"));
        match self.any_year(at) {
            Some((year, after)) => Some((Base::Holiday(holiday, Some(year), None), after)),
            None => (!self.lends_its_name(i, end)).then_some((Base::Holiday(holiday, None, None), end)),
        }
    }

    /// Whether the named day in words `i..end` only gives its name to what follows: "an Easter fair", "Christmas Street".
    /// One that is called a day is a time whatever follows: "the Labor Day parade".
    fn lends_its_name(&self, i: usize, end: usize) -> bool {
        let token = self.words.token(end - 1);
        let noun = matches!(self.pos(end), Pos::Noun | Pos::Propn);
        let inside =
            self.doc.head(token) > token && matches!(self.doc.dep(token), Dep::Compound | Dep::Nmod | Dep::Amod);
        let proper = self.pos(end) == Pos::Propn && self.capital(end);
        let led = !proper && self.lexicon.is(WordClass::HolidayLed, self.before(i));
        let day = self.w(end - 1).ends_with("day") || self.w(end - 1) == "eve";
        noun && (inside || proper) && !led && !day && !self.lexicon.is(WordClass::HolidayKept, self.w(end))
    }
}
