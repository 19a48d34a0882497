//! What a time means: a value on the calendar with what is said of it. Records print it, in TIMEX3; nothing reads what is
//! printed.

use std::fmt;

use jiff::civil::Date;

use super::calendar::{Period, Season};
use super::expr::Length;
use crate::nlp::Doc;
use crate::record::{self, Granularity, TimeAnchor, TimeMod, TimexType};

/// The meaning of a time expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Timex {
    /// TIMEX3 type.
    pub timex_type: TimexType,
    /// When, how long or how often.
    pub(crate) value: Value,
    /// TIMEX3 modifier.
    pub modifier: Option<TimeMod>,
    /// What a relative expression was anchored to.
    pub(crate) anchor: Option<Anchor>,
    /// First and last day; none for lengths, sets and what is vague.
    pub days: Option<(Date, Date)>,
    /// Precision of the expression.
    pub granularity: Granularity,
    /// Zone words of the text.
    pub timezone: Option<String>,
    /// How long it took, where that is told.
    pub(crate) duration: Option<Length>,
    /// Confidence of the value, 0 to 1.
    pub confidence: f64,
}

/// A value of TIMEX3.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A stretch of the calendar; a time of day only with a day.
    Period(Period, Option<TimeOfDay>),
    /// A point of which the year is not known.
    Open(Open, Option<TimeOfDay>),
    /// A length of time.
    Length(Length),
    /// Past, present or future.
    Reference(Reference),
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeOfDay {
    /// Part of day, by its TIMEX3 code.
    Part(&'static str),
    /// Clock time.
    Clock {
        /// Hour, 0 to 24.
        hour: i8,
        /// Minute.
        minute: i8,
        /// Second, where stated.
        second: Option<i8>,
        /// Whether the zone is UTC.
        utc: bool,
    },
}

/// A point in a year that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Some day.
    Day,
    /// Weekday, 1 = Monday.
    Weekday(i8),
    /// The end of some week.
    Weekend,
    /// Month.
    Month(i8),
    /// Month and day.
    Date(i8, i8),
    /// Quarter, 1 to 4.
    Quarter(i8),
    /// Half, 1 or 2.
    Half(i8),
    /// Season.
    Season(Season),
}

/// A time that is no more than past, present or future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[allow(missing_docs)]
pub(crate) enum Reference {
    #[serde(rename = "PAST_REF")]
    Past,
    #[serde(rename = "PRESENT_REF")]
    Present,
    #[serde(rename = "FUTURE_REF")]
    Future,
}

/// The point that a relative expression counts from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Anchor {
    /// The day the story speaks from.
    Document(Date),
    /// Another time of the text.
    Timex(Value),
    /// An event, by the tokens that name it.
    Event(std::ops::Range<usize>),
}

impl Timex {
    /// A value of which nothing more is said.
    pub(crate) fn of(timex_type: TimexType, value: Value) -> Self {
        Self {
            timex_type,
            value,
            modifier: None,
            anchor: None,
            days: None,
            granularity: Granularity::Vague,
            timezone: None,
            duration: None,
            confidence: 0.0,
        }
    }

    /// The day of the article.
    pub fn document(day: Date, confidence: f64) -> Self {
        Self {
            anchor: Some(Anchor::Document(day)),
            days: Some((day, day)),
            granularity: Granularity::Day,
            confidence,
            ..Self::of(TimexType::Date, Value::Period(Period::Day(day), None))
        }
    }

    /// The same without its hour, which no other event shares.
    pub(crate) fn to_the_day(&self) -> Self {
        let hours = matches!(self.granularity, Granularity::Minute | Granularity::Hour | Granularity::PartOfDay);
        match self.value {
            Value::Period(day @ Period::Day(_), _) if hours => Self {
                timex_type: TimexType::Date,
                value: Value::Period(day, None),
                granularity: Granularity::Day,
                timezone: None,
                ..self.clone()
            },
            _ => self.clone(),
        }
    }

    /// First day.
    pub fn start(&self) -> Option<Date> {
        self.days.map(|(first, _)| first)
    }

    /// Days from its end to another day.
    pub fn days_before(&self, day: Option<Date>) -> Option<i32> {
        Some((day? - self.days?.1).get_days())
    }

    /// How many days lie between its first and its last.
    pub fn width(&self) -> Option<i32> {
        self.days.map(|(first, last)| (last - first).get_days())
    }

    /// The length that it states.
    pub(crate) fn length(&self) -> Option<&Length> {
        self.duration.as_ref().or(match &self.value {
            Value::Length(length) => Some(length),
            _ => None,
        })
    }

    /// As records have it.
    pub(crate) fn record(&self, doc: &Doc<'_>) -> record::Timex {
        let (start, end) = match (self.days, &self.value) {
            (Some((first, last)), Value::Period(_, Some(TimeOfDay::Clock { hour, minute, .. }))) if *hour < 24 => {
                let until = if self.granularity == Granularity::Hour { 59 } else { *minute };
                let instant = |day: Date, minute: i8| Some(format!("{day}T{hour:02}:{minute:02}"));
                (instant(first, *minute), instant(last, until))
            }
            (days, _) => days.map(|(first, last)| (first.to_string(), last.to_string())).unzip(),
        };
        let anchor = self.anchor.as_ref().map(|anchor| match anchor {
            Anchor::Document(day) => TimeAnchor::Dct { value: day.to_string() },
            Anchor::Timex(value) => TimeAnchor::Timex { value: value.to_string() },
            Anchor::Event(words) => TimeAnchor::Event { value: doc.span_text(words.clone()).to_owned() },
        });
        record::Timex {
            timex_type: self.timex_type,
            value: self.value.to_string(),
            modifier: self.modifier,
            anchor,
            start,
            end,
            granularity: self.granularity,
            timezone: self.timezone.clone(),
            duration: self.duration.as_ref().map(Length::to_string),
            confidence: self.confidence,
        }
    }
}

impl Open {
    /// Precision.
    pub(crate) fn granularity(self) -> Granularity {
        match self {
            Self::Day | Self::Weekday(_) | Self::Date(..) => Granularity::Day,
            Self::Weekend => Granularity::Week,
            Self::Month(_) => Granularity::Month,
            Self::Quarter(_) | Self::Half(_) => Granularity::Quarter,
            Self::Season(_) => Granularity::Season,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |time: &Option<TimeOfDay>| time.map(|time| time.to_string()).unwrap_or_default();
        match self {
            Self::Period(period, time) => write!(f, "{period}{}", shown(time)),
            Self::Open(open, time) => write!(f, "{open}{}", shown(time)),
            Self::Length(length) => write!(f, "{length}"),
            Self::Reference(Reference::Past) => f.write_str("PAST_REF"),
            Self::Reference(Reference::Present) => f.write_str("PRESENT_REF"),
            Self::Reference(Reference::Future) => f.write_str("FUTURE_REF"),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(code) => write!(f, "T{code}"),
            Self::Clock { hour, minute, second, utc } => {
                write!(f, "T{hour:02}:{minute:02}")?;
                second.map_or(Ok(()), |second| write!(f, ":{second:02}"))?;
                f.write_str(if *utc { "Z" } else { "" })
            }
        }
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day => write!(f, "XXXX-XX-XX"),
            Self::Weekday(day) => write!(f, "XXXX-WXX-{day}"),
            Self::Weekend => write!(f, "XXXX-WXX-WE"),
            Self::Month(month) => write!(f, "XXXX-{month:02}"),
            Self::Date(month, day) => write!(f, "XXXX-{month:02}-{day:02}"),
            Self::Quarter(quarter) => write!(f, "XXXX-Q{quarter}"),
            Self::Half(half) => write!(f, "XXXX-H{half}"),
            Self::Season(season) => write!(f, "XXXX-{}", season.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_time_without_its_hour_is_the_days() {
        let day = Timex::document(date(2022, 2, 3), 0.4);
        let clock = |hour, minute| TimeOfDay::Clock { hour, minute, second: None, utc: false };
        let at = |granularity, time| Timex {
            timex_type: TimexType::Time,
            value: Value::Period(Period::Day(date(2022, 2, 3)), Some(time)),
            granularity,
            timezone: Some("local".to_owned()),
            ..day.clone()
        };
        for time in [at(Granularity::Minute, clock(9, 30)), at(Granularity::PartOfDay, TimeOfDay::Part("MO"))] {
            assert_eq!(time.to_the_day(), day);
        }
        let week = Timex::of(TimexType::Date, Value::Period(Period::Week(date(2022, 1, 31)), None));
        assert_eq!(week.to_the_day(), week);
    }
}
