//! Expressions to values: sets what the words say on the calendar.
//!
//! Two origins: the article's date, and the time last spoken of, which is carried along the text. News takes bare
//! months and weekdays from the article's date and the tense of their verb; narrative takes them from the year and day
//! last named. Without an origin the value stays open and there is no interval.

use std::ops::Range;

use jiff::Span;
use jiff::civil::Date;

use super::calendar::{Period, Season, Unit, add_days};
use super::expr::{Amount, Base, Expr, Length, Origin, Point, Shift};
use super::lexicon::{Holiday, Lexicon};
use super::value::{Anchor, Open, Reference, TimeOfDay, Timex, Value};
use crate::extract::factuality::{Direction, direction};
use crate::nlp::Doc;
use crate::record::{Granularity, TimeMod, TimexType};

/// Resolves the expressions of one document, in text order.
pub(crate) struct Resolver<'a> {
    doc: &'a Doc<'a>,
    lexicon: &'a Lexicon,
    date: Option<Date>,
    narrative: bool,
    last: Last,
}

/// The time last spoken of, at three grains.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    day: Option<Date>,
    /// Sentence of `day`.
    day_sentence: usize,
    month: Option<(i16, i8)>,
    year: Option<i16>,
    /// The year or part of one that was last written out with its year, and its sentence.
    stated: Option<(Period, usize)>,
}

/// A base set on the calendar, as far as that goes.
#[derive(Debug, Clone, PartialEq)]
enum Placed {
    Period(Period, Option<Anchor>, f64),
    /// A point of which the year is not known.
    Open(Open),
    /// Past, present or future.
    Vague(Reference),
    /// A length, where a point cannot be told ("two hours later").
    Length(Length),
}

/// A bare month this much earlier in the year than the month last named belongs to the next year.
const TURN: i8 = 8;

impl<'a> Resolver<'a> {
    /// A resolver for a document with its own date.
    pub(crate) fn new(doc: &'a Doc<'a>, lexicon: &'a Lexicon, date: Option<Date>, narrative: bool) -> Self {
        Self { doc, lexicon, date, narrative, last: Last::default() }
    }

    /// The value of the next expression.
    pub(crate) fn resolve(&mut self, tokens: &Range<usize>, expr: &Expr) -> Timex {
        match expr {
            Expr::Reference(value) => Timex { confidence: 0.8, ..Timex::of(TimexType::Date, Value::Reference(*value)) },
            Expr::Set(value) => Timex { confidence: 0.9, ..Timex::of(TimexType::Set, value.clone()) },
            Expr::Duration(length) => self.length(length),
            Expr::Point(point) => self.point(tokens, point),
        }
    }

    fn length(&self, length: &Length) -> Timex {
        let anchor = match &length.event {
            Some(words) => Some(Anchor::Event(words.clone())),
            None if length.window != 0 => self.document_anchor(),
            None => None,
        };
        let granularity = length.parts.last().map_or(Granularity::Vague, |(_, unit)| grain(*unit));
        Timex {
            modifier: length.modifier,
            anchor,
            granularity,
            duration: Some(length.clone()).filter(|length| !length.is_vague()),
            confidence: 0.9,
            ..Timex::of(TimexType::Duration, Value::Length(length.clone()))
        }
    }

    fn point(&mut self, tokens: &Range<usize>, point: &Point) -> Timex {
        let head = self.doc.heads(tokens.clone()).next().unwrap_or(tokens.start);
        let sentence = self.doc.tokens()[head].sentence as usize;
        let placed = self.place(&point.base, head, sentence, point.edge.is_some());
        let (period, anchor, confidence) = match placed {
            Placed::Length(length) => return self.length(&length),
            Placed::Open(open) => {
                let granularity = open.granularity();
                let time = point.time_of_day().filter(|_| granularity == Granularity::Day);
                let timex = Timex::of(dated(time), Value::Open(open, time));
                return Timex { modifier: point.edge, granularity, confidence: 0.4, ..timex };
            }
            Placed::Vague(reference) => {
                let timex = Timex::of(TimexType::Date, Value::Reference(reference));
                return Timex { modifier: point.edge, confidence: 0.4, ..timex };
            }
            Placed::Period(period, anchor, confidence) => (period, anchor, confidence),
        };
        // A history that says "today" speaks of its own date; its next bare month still belongs to the year before.
        if !(self.narrative && matches!(anchor, Some(Anchor::Document(_)))) {
            self.remember(period, sentence);
        }
        if anchor.is_none() && matches!(period, Period::Year(_) | Period::Quarter(..) | Period::Half(..)) {
            self.last.stated = Some((period, sentence));
        }
        let is_day = matches!(period, Period::Day(_));
        let time = point.time_of_day().filter(|_| is_day);
        let mut granularity = period.granularity();
        let days = period.days().map(|(a, b)| point.edge.map_or((a, b), |edge| narrow(a, b, edge)));
        if let Some(edge) = point.edge {
            granularity = match granularity {
                Granularity::Month => Granularity::PartOfMonth,
                Granularity::Day => Granularity::PartOfDay,
                other => other,
            };
            debug_assert!(matches!(edge, TimeMod::Start | TimeMod::Mid | TimeMod::End));
        }
        let mut timezone = None;
        if is_day && let Some(clock) = &point.clock {
            granularity = if clock.minute.is_some() { Granularity::Minute } else { Granularity::Hour };
            timezone.clone_from(&clock.zone);
        } else if is_day && point.part.is_some() {
            granularity = Granularity::PartOfDay;
        }
        let timex = Timex::of(dated(time), Value::Period(period, time));
        Timex { modifier: point.edge, anchor, days, granularity, timezone, confidence, ..timex }
    }

    /// Sets a base on the calendar.
    fn place(&self, base: &Base, head: usize, sentence: usize, edged: bool) -> Placed {
        let toward = || direction(self.doc, self.lexicon.book(), head);
        match base {
            Base::Year(y) => sure(Period::Year(*y)),
            Base::Fiscal(y) => sure(Period::Fiscal(*y)),
            Base::Decade(d) => sure(Period::Decade(*d)),
            Base::Century(c) => sure(Period::Century(*c)),
            Base::Date { year, month, day, weekday } => self.date_of(*year, *month, *day, *weekday, toward),
            Base::Season(season, Some(year), _) => sure(Period::Season(*year, *season)),
            Base::Season(season, None, shift) => self.season(*season, *shift, toward),
            Base::Quarter(q, Some(year)) => sure(Period::Quarter(*year, *q)),
            Base::Quarter(q, None) => self
                .part_of_year(|y| Period::Quarter(y, *q), sentence, toward)
                .unwrap_or(Placed::Open(Open::Quarter(*q))),
            Base::Half(h, Some(year)) => sure(Period::Half(*year, *h)),
            Base::Half(h, None) => {
                self.part_of_year(|y| Period::Half(y, *h), sentence, toward).unwrap_or(Placed::Open(Open::Half(*h)))
            }
            Base::Weekday(weekday, shift) => self.weekday(*weekday, *shift, toward),
            Base::Month(month, shift) => self
                .cyclic(|y| Period::month(y, *month), Some(*shift), toward)
                .unwrap_or(Placed::Open(Open::Month(*month))),
            Base::Holiday(holiday, year, shift) => self.holiday(*holiday, *year, *shift, toward),
            Base::Unit(Unit::Weekend, shift) if shift.step == 0 && self.weekend_gone(*shift, toward) => {
                self.unit(Unit::Weekend, Shift { step: -1, ..*shift }, edged)
            }
            Base::Unit(unit, shift) => self.unit(*unit, *shift, edged),
            Base::WeekdayOffset(n, unit, step, weekday) => {
                self.weekday_offset(*n, *unit, *step, *weekday).unwrap_or(Placed::Open(Open::Weekday(*weekday)))
            }
            Base::Day(n) => match self.date.and_then(|d| add_days(d, i64::from(*n))) {
                Some(day) => Placed::Period(Period::Day(day), self.document_anchor(), 0.9),
                None => Placed::Open(Open::Day),
            },
            Base::Offset(amount, unit, step, origin) => self.offset(*amount, *unit, *step, *origin),
            Base::Beside(base, step) => match self.place(base, head, sentence, false) {
                Placed::Period(period, anchor, confidence) => match period.shift(i32::from(*step)) {
                    Some(period) => Placed::Period(period, anchor, confidence * 0.95),
                    None => Placed::Open(Open::Day),
                },
                other => other,
            },
            Base::BesideEvent => Placed::Open(Open::Day),
            Base::WeekOf(base) => match self.place(base, head, sentence, false) {
                Placed::Period(period, anchor, confidence) => {
                    match period.days().and_then(|(first, _)| Period::week_of(first)) {
                        Some(week) => Placed::Period(week, anchor, confidence),
                        None => Placed::Open(Open::Day),
                    }
                }
                other => other,
            },
            Base::Open => {
                let near = self.last.day.filter(|_| self.narrative || sentence <= self.last.day_sentence + 2);
                match near.or(self.date) {
                    Some(day) => {
                        let anchor =
                            if near.is_some() { timex_anchor(Period::Day(day)) } else { self.document_anchor() };
                        Placed::Period(Period::Day(day), anchor, 0.5)
                    }
                    None => Placed::Open(Open::Day),
                }
            }
        }
    }

    /// Month and day, with the year found where the text leaves it out.
    fn date_of(
        &self,
        year: Option<i16>,
        month: i8,
        day: Option<i8>,
        weekday: Option<i8>,
        toward: impl Fn() -> Direction,
    ) -> Placed {
        let in_year = |y: i16| match day {
            Some(day) => Date::new(y, month, day).ok().map(Period::Day),
            None => Period::month(y, month),
        };
        let open = Placed::Open(day.map_or(Open::Month(month), |day| Open::Date(month, day)));
        if let Some(year) = year {
            return in_year(year).map_or(open, sure);
        }
        // "Monday, Oct. 26": the weekday settles the year.
        let fits = |y: i16| {
            let found = in_year(y)?;
            let day = found.days()?.0;
            weekday.is_none_or(|w| day.weekday().to_monday_one_offset() == w).then_some(found)
        };
        self.cyclic(fits, None, &toward).or_else(|| self.cyclic(in_year, None, &toward)).unwrap_or(open)
    }

    /// Something that comes once a year: chooses the year by step, tense or the text.
    fn cyclic(
        &self,
        in_year: impl Fn(i16) -> Option<Period>,
        shift: Option<Shift>,
        toward: impl Fn() -> Direction,
    ) -> Option<Placed> {
        let from_text = shift.is_some_and(|s| s.from == Origin::Text) || (self.narrative && shift.is_none());
        if from_text && let Some(year) = self.last.year {
            let anchor = timex_anchor(Period::Year(year));
            let step = shift.map_or(0, |s| s.step);
            let at = match self.last.month {
                Some((y, m)) if step != 0 => Some(Period::month(y, m)?.days()?.0),
                _ => None,
            };
            let found = match (step, at) {
                (0, _) => in_year(year).map(|p| match (self.last.month, p.days()) {
                    // "December 1941 ... In January": the tale went on over the turn of the year.
                    (Some((_, last)), Some((first, _))) if last - first.month() >= TURN => {
                        in_year(year + 1).unwrap_or(p)
                    }
                    _ => p,
                }),
                (1, Some(at)) => (year..=year + 1).filter_map(&in_year).find(|p| p.days().is_some_and(|d| d.0 > at)),
                (-1, Some(at)) => {
                    (year - 1..=year).rev().filter_map(&in_year).find(|p| p.days().is_some_and(|d| d.1 < at))
                }
                (n, _) => in_year(year + i16::from(n)),
            };
            return found.map(|p| Placed::Period(p, anchor, 0.75));
        }
        let date = self.date?;
        let candidates = (date.year() - 1..=date.year() + 1).filter_map(&in_year);
        let distance = |p: &Period| {
            let (first, last) = p.days()?;
            let days = |a: Date, b: Date| i64::from(a.until(b).map_or(i32::MAX, |s| s.get_days()));
            Some(if first > date {
                days(date, first)
            } else if last < date {
                -days(last, date)
            } else {
                0
            })
        };
        let rated = candidates.filter_map(|p| distance(&p).map(|d| (p, d)));
        let (period, confidence) = match shift {
            Some(s) if s.step < 0 => (rated.filter(|(_, d)| *d < 0).max_by_key(|(_, d)| *d)?.0, 0.9),
            Some(s) if s.step > 0 => (rated.filter(|(_, d)| *d > 0).min_by_key(|(_, d)| *d)?.0, 0.9),
            Some(_) => (in_year(date.year())?, 0.9),
            None => {
                // News leaves the year out of dates less than a year away: tense shifts the balance, nearness decides.
                let (before, after) = match toward() {
                    // What happened is never to come: eleven months back cost less than a day ahead.
                    Direction::Past => (1, 400),
                    Direction::LikelyPast => (1, 6),
                    Direction::Future => (6, 1),
                    Direction::Unknown => (2, 3),
                };
                let cost = |d: i64| if d < 0 { -d * before } else { d * after };
                (rated.min_by_key(|(_, d)| cost(*d))?.0, 0.85)
            }
        };
        Some(Placed::Period(period, self.document_anchor(), confidence))
    }

    /// "The fourth quarter", "H1": of the year that the sentence, or the one before it, has just named; else as other
    /// things that come once a year. "In 4Q22 ... in the first quarter": a part of a year does not draw to its year what
    /// would lie before it.
    fn part_of_year(
        &self,
        in_year: impl Fn(i16) -> Period,
        sentence: usize,
        toward: impl Fn() -> Direction,
    ) -> Option<Placed> {
        let from = |period: &Period| period.days().map(|(first, _)| first);
        let holds =
            |(period, named): &(Period, usize)| sentence <= named + 1 && from(&in_year(period.year())) >= from(period);
        match self.last.stated.filter(holds).map(|(period, _)| period.year()) {
            Some(year) => Some(Placed::Period(in_year(year), timex_anchor(Period::Year(year)), 0.75)),
            None => self.cyclic(|y| Some(in_year(y)), None, toward),
        }
    }

    /// Whether "this weekend" is the one just gone: said of the past before the week's own weekend has begun.
    fn weekend_gone(&self, shift: Shift, toward: impl Fn() -> Direction) -> bool {
        let before = self.date.is_some_and(|d| d.weekday().to_monday_one_offset() < 6);
        shift.from == Origin::Document && before && matches!(toward(), Direction::Past | Direction::LikelyPast)
    }

    fn season(&self, season: Season, shift: Option<Shift>, toward: impl Fn() -> Direction) -> Placed {
        self.cyclic(|y| Some(Period::Season(y, season)), shift, toward).unwrap_or(Placed::Open(Open::Season(season)))
    }

    fn holiday(
        &self,
        holiday: Holiday,
        year: Option<i16>,
        shift: Option<Shift>,
        toward: impl Fn() -> Direction,
    ) -> Placed {
        let in_year = |y: i16| holiday.in_year(y).map(Period::Day);
        let found = match year {
            Some(year) => in_year(year).map(sure),
            None => self.cyclic(in_year, shift, toward),
        };
        found.unwrap_or(Placed::Open(match holiday {
            Holiday::Fixed(month, day) => Open::Date(month, day),
            _ => Open::Day,
        }))
    }

    fn weekday(&self, weekday: i8, shift: Option<Shift>, toward: impl Fn() -> Direction) -> Placed {
        let from_text = shift.is_some_and(|s| s.from == Origin::Text) || self.narrative;
        let text_day = self.last.day.filter(|_| from_text);
        let Some(origin) = text_day.or(self.date) else {
            return Placed::Open(Open::Weekday(weekday));
        };
        let ahead = i64::from(weekday - origin.weekday().to_monday_one_offset()).rem_euclid(7);
        let back = (7 - ahead) % 7;
        // Days from the origin. The same weekday is the article's own day, but for "last" and "next".
        let (days, confidence) = match (shift.map(|s| s.step), toward()) {
            (Some(-1), _) => (-(if back == 0 { 7 } else { back }), 0.9),
            (Some(1), _) => (if ahead == 0 { 7 } else { ahead }, 0.9),
            (_, Direction::Past | Direction::LikelyPast) => (-back, 0.9),
            (Some(_), _) => (ahead, 0.85),
            (None, Direction::Future) => (ahead, 0.9),
            (None, Direction::Unknown) if text_day.is_some() => (ahead, 0.6),
            (None, Direction::Unknown) => (-back, 0.8),
        };
        let anchor = if text_day.is_some() { timex_anchor(Period::Day(origin)) } else { self.document_anchor() };
        match add_days(origin, days) {
            Some(day) => Placed::Period(Period::Day(day), anchor, confidence),
            None => Placed::Open(Open::Weekday(weekday)),
        }
    }

    /// "A year ago Saturday", "two weeks from Friday": from the last or next day of that name, to the nearest such day.
    fn weekday_offset(&self, n: f64, unit: Unit, step: i8, weekday: i8) -> Option<Placed> {
        let date = self.date?;
        let ahead = |from: Date| i64::from(weekday - from.weekday().to_monday_one_offset()).rem_euclid(7);
        let turn = ahead(date);
        let near = add_days(date, if step < 0 && turn > 0 { turn - 7 } else { turn })?;
        let count = |size: f64| (n * size).round() as i64 * i64::from(step);
        let span = match unit {
            Unit::Day => Span::new().try_days(count(1.0)),
            Unit::Week => Span::new().try_days(count(7.0)),
            Unit::Fortnight => Span::new().try_days(count(14.0)),
            Unit::Month => Span::new().try_months(count(1.0)),
            Unit::Year => Span::new().try_months(count(12.0)),
            Unit::Decade => Span::new().try_months(count(120.0)),
            _ => return None,
        };
        let there = near.checked_add(span.ok()?).ok()?;
        let day = add_days(there, if ahead(there) > 3 { ahead(there) - 7 } else { ahead(there) })?;
        Some(Placed::Period(Period::Day(day), self.document_anchor(), 0.8))
    }

    /// "Last week", "this year", "the next day", "that month".
    fn unit(&self, unit: Unit, shift: Shift, edged: bool) -> Placed {
        // "The end of the month" is the article's month in news; "that month" is always the text's.
        let this_day = self.narrative && shift.step == 0 && unit < Unit::Year;
        let document = (shift.from == Origin::Document && !this_day) || (edged && !self.narrative);
        let origin = if document { self.document(unit) } else { self.text(unit).or_else(|| self.document(unit)) };
        let reference = match shift.step {
            -1 => Reference::Past,
            0 => Reference::Present,
            _ => Reference::Future,
        };
        origin
            .and_then(|(period, anchor, c)| Some(Placed::Period(period.shift(i32::from(shift.step))?, anchor, c)))
            .unwrap_or(Placed::Vague(reference))
    }

    /// "Two days ago", "three weeks later".
    fn offset(&self, amount: Amount, unit: Unit, step: i8, origin: Origin) -> Placed {
        let length = Placed::Length(Length::of(amount, unit));
        let n = match amount {
            Amount::Exact(n) if unit >= Unit::Day => n,
            Amount::Vague if origin == Origin::Document => {
                return Placed::Vague(if step < 0 { Reference::Past } else { Reference::Future });
            }
            _ => return length,
        };
        // Long units count in shorter ones, so that halves and decades come out even.
        let (unit, n) = match unit {
            Unit::Decade => (Unit::Year, n * 10.0),
            Unit::Century => (Unit::Year, n * 100.0),
            Unit::Fortnight => (Unit::Week, n * 2.0),
            Unit::Year if n.fract() != 0.0 => (Unit::Month, n * 12.0),
            other => (other, n),
        };
        let found = match origin {
            Origin::Document => self.document(unit),
            Origin::Text => self.text(unit).or_else(|| if self.narrative { None } else { self.document(unit) }),
        };
        found
            .and_then(|(period, anchor, c)| {
                let n = (n.round() as i32).checked_mul(i32::from(step))?;
                Some(Placed::Period(period.shift(n)?, anchor, c * 0.95))
            })
            .unwrap_or(length)
    }

    /// The article's own day, week, month or year.
    fn document(&self, unit: Unit) -> Option<(Period, Option<Anchor>, f64)> {
        Some((Period::around(self.date?, unit)?, self.document_anchor(), 0.9))
    }

    /// The day, week, month or year last spoken of.
    fn text(&self, unit: Unit) -> Option<(Period, Option<Anchor>, f64)> {
        let last = &self.last;
        let from_day = |d: Date| Some((Period::around(d, unit)?, timex_anchor(Period::Day(d)), 0.7));
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::Day | Unit::Week | Unit::Weekend | Unit::Fortnight => {
                last.day.and_then(from_day)
            }
            Unit::Month | Unit::Quarter => {
                let (y, m) = last.month?;
                let period = Period::month(y, m)?;
                let at = if unit == Unit::Month { period } else { Period::Quarter(y, (m - 1) / 3 + 1) };
                Some((at, timex_anchor(period), 0.7))
            }
            Unit::Year | Unit::Decade | Unit::Century => {
                let year = last.year?;
                let at = match unit {
                    Unit::Year => Period::Year(year),
                    Unit::Decade => Period::Decade(year.div_euclid(10)),
                    _ => Period::Century(year.div_euclid(100)),
                };
                Some((at, timex_anchor(Period::Year(year)), 0.7))
            }
        }
    }

    fn document_anchor(&self) -> Option<Anchor> {
        self.date.map(Anchor::Document)
    }

    /// Keeps a period as the time last spoken of; finer times of other years or months are forgotten.
    fn remember(&mut self, period: Period, sentence: usize) {
        let last = &mut self.last;
        match period {
            Period::Day(d) => {
                *last = Last {
                    day: Some(d),
                    day_sentence: sentence,
                    month: Some((d.year(), d.month())),
                    year: Some(d.year()),
                    ..*last
                };
            }
            Period::Week(d) | Period::Weekend(d) => {
                last.month = Some((d.year(), d.month()));
                last.year = Some(d.year());
            }
            Period::Month(y, m) => {
                last.day = last.day.filter(|d| (d.year(), d.month()) == (y, m));
                last.month = Some((y, m));
                last.year = Some(y);
            }
            Period::Decade(_) | Period::Century(_) => {}
            other => {
                let y = other.year();
                last.day = last.day.filter(|d| d.year() == y);
                last.month = last.month.filter(|(year, _)| *year == y);
                last.year = Some(y);
            }
        }
    }
}

/// A period that the text states in full.
fn sure(period: Period) -> Placed {
    Placed::Period(period, None, 0.95)
}

fn timex_anchor(period: Period) -> Option<Anchor> {
    Some(Anchor::Timex(Value::Period(period, None)))
}

/// The type of a point of the calendar.
fn dated(time: Option<TimeOfDay>) -> TimexType {
    if time.is_some() { TimexType::Time } else { TimexType::Date }
}

/// The third of a stretch that "early", "mid" or "late" means.
fn narrow(first: Date, last: Date, edge: TimeMod) -> (Date, Date) {
    let days = i64::from(first.until(last).map_or(0, |s| s.get_days())) + 1;
    if days < 3 {
        return (first, last);
    }
    let at = |n: i64| add_days(first, n).unwrap_or(first);
    match edge {
        TimeMod::Start => (first, at(days / 3 - 1)),
        TimeMod::Mid => (at(days / 3), at(days - days / 3 - 1)),
        TimeMod::End => (at(days - days / 3), last),
        _ => (first, last),
    }
}

fn grain(unit: Unit) -> Granularity {
    match unit {
        Unit::Second | Unit::Minute => Granularity::Minute,
        Unit::Hour => Granularity::Hour,
        Unit::Day => Granularity::Day,
        Unit::Week | Unit::Weekend | Unit::Fortnight => Granularity::Week,
        Unit::Month => Granularity::Month,
        Unit::Quarter => Granularity::Quarter,
        Unit::Year => Granularity::Year,
        Unit::Decade | Unit::Century => Granularity::Decade,
    }
}
