//! What a time expression says, before it is anchored to the calendar.

use std::fmt;

use super::calendar::{Season, Unit};
use super::lexicon::Holiday;
use super::value::{Reference, TimeOfDay, Value};
use crate::record::TimeMod;

/// The meaning of an expression as written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// A point or stretch of the calendar.
    Point(Point),
    /// A length of time.
    Duration(Length),
    /// Something that recurs, as often as this comes.
    Set(Value),
    /// Past, present or future.
    Reference(Reference),
}

/// A point or stretch of the calendar, with the part of it that is meant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// The stretch.
    pub(crate) base: Base,
    /// "Early", "late", "the end of".
    pub(crate) edge: Option<TimeMod>,
    /// Part of the day.
    pub(crate) part: Option<&'static str>,
    /// Clock time.
    pub(crate) clock: Option<Clock>,
}

impl Point {
    /// The whole of a stretch.
    pub(crate) fn of(base: Base) -> Self {
        Self { base, edge: None, part: None, clock: None }
    }

    /// The time of day that it states.
    pub(crate) fn time_of_day(&self) -> Option<TimeOfDay> {
        let clock = self.clock.as_ref().map(|c| TimeOfDay::Clock {
            hour: c.hour,
            minute: c.minute.unwrap_or(0),
            second: c.second,
            utc: c.utc,
        });
        clock.or(self.part.map(TimeOfDay::Part))
    }
}

/// A stretch of the calendar as written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Base {
    /// Month, perhaps with year and day.
    Date {
        /// Year.
        year: Option<i16>,
        /// Month.
        month: i8,
        /// Day.
        day: Option<i8>,
        /// The weekday beside it, which settles a missing year.
        weekday: Option<i8>,
    },
    /// Year, negative for B.C.
    Year(i16),
    /// Fiscal year; none where only "the fiscal year" is said.
    Fiscal(i16),
    /// Year over ten.
    Decade(i16),
    /// Year over a hundred.
    Century(i16),
    /// Season, with its year or a step.
    Season(Season, Option<i16>, Option<Shift>),
    /// Quarter 1 to 4, with its year.
    Quarter(i8, Option<i16>),
    /// Half 1 or 2 of a year.
    Half(i8, Option<i16>),
    /// Weekday with a step.
    Weekday(i8, Option<Shift>),
    /// Month with a step ("last October").
    Month(i8, Shift),
    /// Named day, with its year or a step.
    Holiday(Holiday, Option<i16>, Option<Shift>),
    /// A unit with a step ("last week", "that year").
    Unit(Unit, Shift),
    /// Days from the article's date ("yesterday").
    Day(i32),
    /// So many units before (negative) or after a point ("two days ago").
    Offset(Amount, Unit, i8, Origin),
    /// A weekday so many units before (-1) or after (1) the last or next one of its name ("a year ago Saturday", "two
    /// weeks from Friday").
    WeekdayOffset(f64, Unit, i8, i8),
    /// The day before or after a date.
    Beside(Box<Base>, i8),
    /// The day before or after an event that the text names.
    BesideEvent,
    /// The week of a date.
    WeekOf(Box<Base>),
    /// The day last spoken of: a clock time or part of day alone.
    Open,
}

impl Base {
    /// Whether the words are those of a day that no calendar has: 30 February, month 13, day 0. Without a year a leap
    /// year stands in.
    pub(crate) fn is_impossible(&self) -> bool {
        match self {
            Base::Date { year, month, day, .. } => {
                jiff::civil::Date::new(year.unwrap_or(2000), *month, day.unwrap_or(1)).is_err()
            }
            Base::Beside(base, _) | Base::WeekOf(base) => base.is_impossible(),
            _ => false,
        }
    }
}

/// A step from a period to a later one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shift {
    /// How many periods later.
    pub(crate) step: i8,
    /// From where.
    pub(crate) from: Origin,
}

/// Where a relative expression counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The article's date.
    Document,
    /// The time last spoken of.
    Text,
}

/// How many units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Amount {
    /// A number, perhaps with a half.
    Exact(f64),
    /// "Several", "a few", or a plural without a number.
    Vague,
}

/// A length of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Length {
    /// Its parts, largest unit first ("an hour and 20 minutes").
    pub(crate) parts: Vec<(Amount, Unit)>,
    /// "More than", "about".
    pub(crate) modifier: Option<TimeMod>,
    /// Direction from the article's date ("the past two weeks": -1); 0 for a length alone.
    pub(crate) window: i8,
    /// The words of an event that it is measured from ("days after [the election]"), in tokens.
    pub(crate) event: Option<std::ops::Range<usize>>,
}

impl Length {
    /// A plain length.
    pub(crate) fn of(amount: Amount, unit: Unit) -> Self {
        Self { parts: vec![(amount, unit)], modifier: None, window: 0, event: None }
    }

    /// Whether a number is not known.
    pub(crate) fn is_vague(&self) -> bool {
        self.parts.iter().any(|(amount, _)| *amount == Amount::Vague)
    }

    /// Whether it is told in months or longer units to the last.
    pub(crate) fn is_of_months(&self) -> bool {
        self.parts.last().is_some_and(|(_, unit)| *unit >= Unit::Month)
    }
}

/// TIMEX3 value: an ISO 8601 duration, with X for an unknown number. Decades and centuries are written as years.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut days, mut clock) = (String::new(), String::new());
        for (amount, unit) in &self.parts {
            let (factor, code) = match unit {
                Unit::Second => (1.0, 'S'),
                Unit::Minute => (1.0, 'M'),
                Unit::Hour => (1.0, 'H'),
                Unit::Day => (1.0, 'D'),
                Unit::Weekend => (2.0, 'D'),
                Unit::Week => (1.0, 'W'),
                Unit::Fortnight => (2.0, 'W'),
                Unit::Month => (1.0, 'M'),
                Unit::Quarter => (3.0, 'M'),
                Unit::Year => (1.0, 'Y'),
                Unit::Decade => (10.0, 'Y'),
                Unit::Century => (100.0, 'Y'),
            };
            let target = if *unit <= Unit::Hour { &mut clock } else { &mut days };
            match amount {
                Amount::Vague => target.push('X'),
                // "5 1/2 hours" is PT5H30M, as the guidelines write it; days and more keep their decimals.
                Amount::Exact(n) if *unit == Unit::Hour && n.fract() != 0.0 => {
                    let minutes = (n * 60.0).round() as u64;
                    if minutes >= 60 {
                        target.push_str(&format!("{}H", minutes / 60));
                    }
                    target.push_str(&format!("{}M", minutes % 60));
                    continue;
                }
                Amount::Exact(n) => target.push_str(&format!("{}", n * factor)),
            }
            target.push(code);
        }
        if clock.is_empty() { write!(f, "P{days}") } else { write!(f, "P{days}T{clock}") }
    }
}

/// A clock time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Hour, 0 to 24.
    pub(crate) hour: i8,
    /// Minute, where stated.
    pub(crate) minute: Option<i8>,
    /// Second, where stated.
    pub(crate) second: Option<i8>,
    /// Zone words, lower case.
    pub(crate) zone: Option<String>,
    /// Whether the zone is UTC.
    pub(crate) utc: bool,
}

impl Clock {
    /// A full hour.
    pub(crate) fn hour(hour: i8) -> Self {
        Self { hour, minute: Some(0), second: None, zone: None, utc: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_iso_durations() {
        let check = |parts: &[(Amount, Unit)], expect: &str| {
            let length = Length { parts: parts.to_vec(), ..Length::of(Amount::Vague, Unit::Day) };
            assert_eq!(length.to_string(), expect);
        };
        check(&[(Amount::Exact(2.0), Unit::Hour)], "PT2H");
        check(&[(Amount::Exact(5.5), Unit::Hour)], "PT5H30M");
        check(&[(Amount::Exact(0.5), Unit::Hour)], "PT30M");
        check(&[(Amount::Exact(1.5), Unit::Year)], "P1.5Y");
        check(&[(Amount::Exact(1.0), Unit::Decade)], "P10Y");
        check(&[(Amount::Vague, Unit::Week)], "PXW");
        check(&[(Amount::Exact(1.0), Unit::Day), (Amount::Exact(3.0), Unit::Hour)], "P1DT3H");
    }
}
