//! The grammar of time expressions: words to [`Expr`].
//!
//! A hand-written recursive descent over [`Words`]; every rule looks a bounded number of words ahead, so reading is
//! linear in the text. Names of the language engine are not used here: it misses many times in datelines and capitals.

mod clock;
mod date;
mod duration;
mod relative;

use std::ops::Range;

pub(crate) use date::digits;

use super::calendar::{Season, Unit};
use super::expr::{Amount, Base, Clock, Expr, Origin, Point, Shift};
use super::lexicon::{Class, Lexicon};
use crate::extract::numbers::Words;
use crate::nlp::{Dep, Doc, Pos, Tag};
use crate::record::TimeMod;
use crate::words::WordClass;

/// An expression and the words it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Match {
    /// The words.
    pub(crate) words: Range<usize>,
    /// Its meaning.
    pub(crate) expr: Expr,
}

/// Reads expressions within one sentence.
#[derive(Clone, Copy)]
pub(crate) struct Parser<'a> {
    /// The document, for tags and letter case.
    pub(crate) doc: &'a Doc<'a>,
    /// Its words.
    pub(crate) words: &'a Words,
    /// Time words.
    pub(crate) lexicon: &'a Lexicon,
    /// One past the last word of the sentence.
    pub(crate) limit: usize,
    /// The article's year.
    pub(crate) year: Option<i16>,
    /// Whether the text speaks of years B.C., so that "in 499" is one.
    pub(crate) antiquity: bool,
    /// Whether dates in digits have the day first.
    pub(crate) day_first: bool,
}

impl<'a> Parser<'a> {
    /// The expressions that start at word `i`: none, one, or the members of a list ("April 22 and 25").
    pub(crate) fn at(&self, i: usize) -> Vec<Match> {
        let word = self.w(i);
        let known = !self.classes(i).is_empty()
            || word.starts_with(|c: char| c.is_ascii_digit() || c == '\'')
            || self.lexicon.numbers.word(word).is_some()
            || self.lexicon.numbers.ordinal(word).is_some();
        if !known && !self.may_open(i) {
            return Vec::new();
        }
        let mut best: Option<(Expr, usize)> = None;
        let mut consider = |found: Option<(Expr, usize)>| {
            if let Some((expr, end)) = found
                && end <= self.limit
                && best.as_ref().is_none_or(|(_, e)| end > *e)
            {
                best = Some((expr, end));
            }
        };
        consider(self.set(i));
        consider(self.point(i).map(|(p, end)| (Expr::Point(p), end)));
        consider(self.duration(i));
        consider(self.reference(i));
        let Some((expr, end)) = best else { return Vec::new() };
        let mut matches = vec![Match { words: i..end, expr }];
        self.list(&mut matches);
        matches
    }

    /// Whether a word without a class of its own may open an expression.
    fn may_open(&self, i: usize) -> bool {
        self.lexicon.is(WordClass::TimeOpening, self.w(i))
            || self.lexicon.reference(self.words, i).is_some()
            || self.lexicon.holiday(self.words, i).is_some()
            || self.lexicon.numbers.bound_before(self.words, i).is_some()
    }

    /// A point with what may stand around it.
    fn point(&self, i: usize) -> Option<(Point, usize)> {
        if let Some((clock, end)) = self.clock(i) {
            return Some(self.clock_and_date(clock, end));
        }
        if let Some((part, end)) = self.part_of(i) {
            return Some((part, end));
        }
        let (edge, start) = self.edge(i);
        let the = usize::from(self.w(start) == "the");
        let (base, end) = match self.base(start) {
            Some(found) => found,
            // "the end of the month": a unit alone, which needs the edge.
            None if start > i => {
                let (unit, _) = self.unit(start + the).filter(|(_, plural)| the == 1 && !plural)?;
                (Base::Unit(unit, Shift { step: 0, from: Origin::Text }), start + the + 1)
            }
            None => return None,
        };
        let mut point = Point { edge, ..Point::of(base) };
        let end = self.after_date(&mut point, end);
        Some((point, end))
    }

    /// Part of day and clock time after a date: "Monday night", "Thursday at 9 a.m.".
    fn after_date(&self, point: &mut Point, mut end: usize) -> usize {
        if !is_day(&point.base) {
            return end;
        }
        if let Some(part) = self.part(end) {
            point.part = Some(part);
            end += 1;
        } else if matches!(self.w(end), "early" | "late")
            && let Some(part) = self.part(end + 1)
        {
            point.part = Some(part);
            end += 2;
        }
        let comma = usize::from(self.w(end) == ",");
        let at = usize::from(self.lexicon.is(WordClass::ClockJoined, self.w(end + comma)));
        if let Some((clock, after)) = self.clock(end + comma + at)
            && (at == 1 || comma == 1 || point.part.is_none())
        {
            point.clock = Some(clock);
            end = after;
        }
        end
    }

    /// The date after a clock time: "9 a.m. EDT Thursday", "10:30 p.m. on Feb. 3".
    fn clock_and_date(&self, clock: Clock, end: usize) -> (Point, usize) {
        let mut at = end;
        // "10:35 a.m. (0735 GMT) Friday"
        if self.w(at) == "("
            && let Some((_, after)) = self.clock(at + 1)
            && self.w(after) == ")"
        {
            at = after + 1;
        }
        at += usize::from(self.w(at) == ",");
        at += usize::from(self.w(at) == "on");
        let (edge, start) = self.edge(at);
        match self.base(start) {
            Some((base, after)) if is_day(&base) => {
                let part = self.part(after);
                (Point { base, edge, part, clock: Some(clock) }, after + usize::from(part.is_some()))
            }
            _ => (Point { clock: Some(clock), ..Point::of(Base::Open) }, end),
        }
    }

    /// "The night of April 18", "the early morning hours of 30 April".
    fn part_of(&self, i: usize) -> Option<(Point, usize)> {
        let mut at = i + usize::from(self.w(i) == "the");
        at += usize::from(matches!(self.w(at), "early" | "late"));
        let part = self.part(at)?;
        at += 1;
        at += usize::from(self.w(at) == "hours");
        if !matches!(self.w(at), "of" | "on") {
            return None;
        }
        let (base, end) = self.base(at + 1).filter(|(b, _)| is_day(b))?;
        Some((Point { part: Some(part), ..Point::of(base) }, end))
    }

    /// "Early", "late", "mid-", "the end of", "earlier in" before a date.
    fn edge(&self, i: usize) -> (Option<TimeMod>, usize) {
        let the = i + usize::from(self.w(i) == "the");
        // "The last week of August", "the first days of 1939", "the latter part of the year"
        let part = match self.w(the) {
            word if self.lexicon.is(WordClass::FirstLed, word) => Some(TimeMod::Start),
            word if self.lexicon.is(WordClass::LastLed, word) => Some(TimeMod::End),
            _ => None,
        };
        if part.is_some() && self.lexicon.is(WordClass::PartOfTime, self.w(the + 1)) && self.w(the + 2) == "of" {
            return (part, the + 3);
        }
        for class in self.classes(the) {
            match class {
                Class::Edge(edge) => {
                    let mut at = the + 1;
                    at += usize::from(self.w(at) == "-");
                    // "Late in October", "early on Thursday", "the early part of".
                    if matches!(self.w(at), "in" | "on") {
                        at += 1;
                    } else if self.lexicon.is(WordClass::EdgePart, self.w(at)) && self.w(at + 1) == "of" {
                        at += 2;
                    }
                    return (Some(*edge), at);
                }
                Class::EdgeOf(edge) => {
                    let mut at = the + 1;
                    at += usize::from(self.w(at) == "-");
                    if self.w(at) == "of" {
                        return (Some(*edge), at + 1);
                    }
                }
                Class::Looser(_) if the == i => {
                    let mut at = i + 1;
                    at += usize::from(matches!(self.w(at), "in" | "on"));
                    return (None, at);
                }
                _ => {}
            }
        }
        (None, i)
    }

    /// Word `i`, empty past the sentence.
    pub(crate) fn w(&self, i: usize) -> &'a str {
        if i < self.limit { self.words.get(i) } else { "" }
    }

    fn classes(&self, i: usize) -> &'a [Class] {
        self.lexicon.classes(self.w(i))
    }

    fn unit(&self, i: usize) -> Option<(Unit, bool)> {
        self.classes(i).iter().find_map(|c| if let Class::Unit(u, plural) = c { Some((*u, *plural)) } else { None })
    }

    fn part(&self, i: usize) -> Option<&'static str> {
        self.classes(i).iter().find_map(|c| if let Class::Part(p) = c { Some(*p) } else { None })
    }

    fn weekday(&self, i: usize) -> Option<i8> {
        let full = self.classes(i).iter().find_map(|c| if let Class::Weekday(d) = c { Some(*d) } else { None });
        full.filter(|_| self.capital(i) && !self.forename(i))
    }

    /// "August Wilson", "Friday Adeyemi": a month or weekday that is a given name, hung by the engine on the name that
    /// follows and led by nothing that leads a time. After a verb or an owner it is a time all the same: "said
    /// Friday Mr. Smith", "his Sunday Mass".
    fn forename(&self, i: usize) -> bool {
        let (token, next) = (self.words.token(i), self.words.token(i + 1));
        let led = self.before(i) == "-" || self.lexicon.is(WordClass::MonthLed, self.before(i));
        // "15 January Smith left", "the 3rd of March Smith left".
        let dated = |j: usize| {
            self.words.same_sentence(i, j)
                && self.w(j).len() <= 2
                && self.w(j).starts_with(|c: char| c.is_ascii_digit())
        };
        let dated = i > 1
            && (dated(i - 1)
                || (self.before(i) == "of" || self.lexicon.is(WordClass::OrdinalEnding, self.before(i)))
                    && dated(i - 2))
            || i == 1 && dated(0);
        // The engine takes "Friday Adeyemi was hurt" for a day and a name; who means the day sets a comma.
        let opens = self.before(i).is_empty() && !self.capital(i + 2);
        let compound = self.doc.dep(token) == Dep::Compound && self.doc.head(token) == next;
        i + 1 < self.limit
            && !led
            && !dated
            && (compound || opens)
            && self.pos(i + 1) == Pos::Propn
            && self.capital(i + 1)
            && self.classes(i + 1).is_empty()
            && self.day(i + 1).is_none()
            && (i == 0 || !matches!(self.pos(i - 1), Pos::Verb | Pos::Det | Pos::Pron | Pos::Part))
    }

    fn season(&self, i: usize) -> Option<Season> {
        let season = self.classes(i).iter().find_map(|c| if let Class::Season(s) = c { Some(*s) } else { None })?;
        // "fall" and "spring" are verbs, and things spring from springs.
        matches!(self.tag(i), Tag::Nn | Tag::Nnp).then_some(season)
    }

    /// A step word and where it counts from: "last", "the previous", "that same".
    fn shift(&self, i: usize) -> Option<(Shift, usize)> {
        let class = |i| {
            self.classes(i).iter().find_map(|c| match c {
                Class::Shift(step, true) => Some(Shift { step: *step, from: Origin::Document }),
                Class::Shift(step, false) => Some(Shift { step: *step, from: Origin::Text }),
                _ => None,
            })
        };
        let the = i + usize::from(matches!(self.w(i), "the" | "that" | "this") && class(i + 1).is_some());
        let shift = class(the)?;
        // "The next day" and "the last week of August" count from the text; "next week" from the article.
        let from = match (self.w(i), self.w(the)) {
            ("the", "next" | "coming") => Origin::Text,
            _ => shift.from,
        };
        Some((Shift { from, ..shift }, the + 1))
    }

    /// A number of one or two digits, or an ordinal, that may be a day of the month.
    fn day(&self, i: usize) -> Option<(i8, usize)> {
        let word = self.w(i);
        if word.len() <= 2 && word.starts_with(|c: char| c.is_ascii_digit()) {
            let day: i8 = word.parse().ok().filter(|d| (1..=31).contains(d))?;
            let suffix = self.words.glued(i + 1) && self.lexicon.is(WordClass::OrdinalEnding, self.w(i + 1));
            return Some((day, i + 1 + usize::from(suffix)));
        }
        let (n, end) = crate::extract::numbers::ordinal(self.words, &self.lexicon.numbers, i)?;
        (1..=31).contains(&n).then_some((n as i8, end))
    }

    fn tag(&self, i: usize) -> Tag {
        if i < self.limit { self.doc.tokens()[self.words.token(i)].tag } else { Tag::Unknown }
    }

    fn pos(&self, i: usize) -> Pos {
        if i < self.limit { self.doc.tokens()[self.words.token(i)].pos } else { Pos::Unknown }
    }

    /// Whether the token of word `i` starts with a capital.
    fn capital(&self, i: usize) -> bool {
        i < self.limit && self.doc.word(self.words.token(i)).contains(|c: char| c.is_uppercase())
    }

    fn before(&self, i: usize) -> &'a str {
        self.words.back(i, 1)
    }
}

/// Whether a base is a day, so that a part of day or a clock time can follow.
fn is_day(base: &Base) -> bool {
    match base {
        Base::Date { day, .. } => day.is_some(),
        Base::Weekday(..) | Base::WeekdayOffset(..) | Base::Day(_) | Base::Holiday(..) | Base::Beside(..) => true,
        Base::Unit(unit, _) => *unit == Unit::Day,
        Base::Offset(amount, unit, ..) => *unit == Unit::Day && matches!(amount, Amount::Exact(_)),
        _ => false,
    }
}
