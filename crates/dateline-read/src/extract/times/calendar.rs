//! Stretches of the calendar, their TIMEX3 values and their first and last days.

use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

use crate::record::Granularity;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[allow(missing_docs)]
pub(crate) enum Unit {
    #[serde(rename = "TS")]
    Second,
    #[serde(rename = "TM")]
    Minute,
    #[serde(rename = "TH")]
    Hour,
    #[serde(rename = "D")]
    Day,
    #[serde(rename = "WE")]
    Weekend,
    #[serde(rename = "W")]
    Week,
    #[serde(rename = "F")]
    Fortnight,
    #[serde(rename = "M")]
    Month,
    #[serde(rename = "Q")]
    Quarter,
    #[serde(rename = "Y")]
    Year,
    #[serde(rename = "DE")]
    Decade,
    #[serde(rename = "CE")]
    Century,
}

/// A season; the northern, meteorological months are assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[allow(missing_docs)]
pub(crate) enum Season {
    #[serde(rename = "SP")]
    Spring,
    #[serde(rename = "SU")]
    Summer,
    #[serde(rename = "FA")]
    Fall,
    #[serde(rename = "WI")]
    Winter,
}

impl Season {
    /// TIMEX3 code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Spring => "SP",
            Self::Summer => "SU",
            Self::Fall => "FA",
            Self::Winter => "WI",
        }
    }

    /// First month.
    pub(crate) fn first_month(self) -> i8 {
        match self {
            Self::Spring => 3,
            Self::Summer => 6,
            Self::Fall => 9,
            Self::Winter => 12,
        }
    }
}

/// A stretch of the calendar. Negative years are B.C. (-241 is 241 B.C.) and have no days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    /// One day.
    Day(Date),
    /// The week that starts on this Monday.
    Week(Date),
    /// The weekend of the week that starts on this Monday.
    Weekend(Date),
    /// Year and month.
    Month(i16, i8),
    /// Year and quarter, 1 to 4.
    Quarter(i16, i8),
    /// Year and half, 1 or 2.
    Half(i16, i8),
    /// Year (of its beginning) and season.
    Season(i16, Season),
    /// Calendar year.
    Year(i16),
    /// Fiscal year, whose months depend on whose it is.
    Fiscal(i16),
    /// Decade, by its year over ten (198 for the 1980s).
    Decade(i16),
    /// Century, by its first year over a hundred (18 for the 19th century).
    Century(i16),
}

/// Years that news may speak of; keeps arithmetic far from the calendar's limits.
const YEARS: std::ops::RangeInclusive<i16> = -4000..=4000;

impl Period {
    /// The week of a day.
    pub(crate) fn week_of(day: Date) -> Option<Self> {
        Some(Self::Week(monday_of(day)?))
    }

    /// A month, where it is one.
    pub(crate) fn month(year: i16, month: i8) -> Option<Self> {
        (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Self::Month(year, month))
    }

    /// The period of length `unit` that holds `day`.
    pub(crate) fn around(day: Date, unit: Unit) -> Option<Self> {
        Some(match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::Day => Self::Day(day),
            Unit::Week | Unit::Fortnight => Self::week_of(day)?,
            Unit::Weekend => Self::Weekend(monday_of(day)?),
            Unit::Month => Self::Month(day.year(), day.month()),
            Unit::Quarter => Self::Quarter(day.year(), (day.month() - 1) / 3 + 1),
            Unit::Year => Self::Year(day.year()),
            Unit::Decade => Self::Decade(day.year().div_euclid(10)),
            Unit::Century => Self::Century(day.year().div_euclid(100)),
        })
    }

    /// The same kind of period `n` steps later.
    pub(crate) fn shift(self, n: i32) -> Option<Self> {
        let add = |y: i16, n: i32| i16::try_from(i32::from(y).checked_add(n)?).ok().filter(|y| YEARS.contains(y));
        let months = |y: i16, m: i8, size: i32| {
            let total = (i32::from(y) * 12 / size + i32::from(m) - 1).checked_add(n)?;
            let per_year = 12 / size;
            let year = i16::try_from(total.div_euclid(per_year)).ok().filter(|y| YEARS.contains(y))?;
            Some((year, total.rem_euclid(per_year) as i8 + 1))
        };
        Some(match self {
            Self::Day(d) => Self::Day(add_days(d, i64::from(n))?),
            Self::Week(d) => Self::Week(add_days(d, i64::from(n) * 7)?),
            Self::Weekend(d) => Self::Weekend(add_days(d, i64::from(n) * 7)?),
            Self::Month(y, m) => months(y, m, 1).map(|(y, m)| Self::Month(y, m))?,
            Self::Quarter(y, q) => months(y, q, 3).map(|(y, q)| Self::Quarter(y, q))?,
            Self::Half(y, h) => months(y, h, 6).map(|(y, h)| Self::Half(y, h))?,
            Self::Season(y, s) => Self::Season(add(y, n)?, s),
            Self::Year(y) => Self::Year(add(y, n)?),
            Self::Fiscal(y) => Self::Fiscal(add(y, n)?),
            Self::Decade(d) => Self::Decade(add(d, n)?),
            Self::Century(c) => Self::Century(add(c, n)?),
        })
    }

    /// First and last day.
    pub(crate) fn days(self) -> Option<(Date, Date)> {
        let span = |y: i16, m: i8, months: i32| {
            if y < 1 {
                return None;
            }
            let first = Date::new(y, m, 1).ok()?;
            let last = first.checked_add(months.months()).ok()?.yesterday().ok()?;
            Some((first, last))
        };
        match self {
            Self::Day(d) => Some((d, d)),
            Self::Week(d) => Some((d, add_days(d, 6)?)),
            Self::Weekend(d) => Some((add_days(d, 5)?, add_days(d, 6)?)),
            Self::Month(y, m) => span(y, m, 1),
            Self::Quarter(y, q) => span(y, (q - 1) * 3 + 1, 3),
            Self::Half(y, h) => span(y, (h - 1) * 6 + 1, 6),
            Self::Season(y, s) => span(y, s.first_month(), 3),
            Self::Year(y) => span(y, 1, 12),
            Self::Decade(d) => span(d.checked_mul(10)?, 1, 120),
            Self::Century(c) => span(c.checked_mul(100)?, 1, 1200),
            Self::Fiscal(_) => None,
        }
    }

    /// Precision.
    pub(crate) fn granularity(self) -> Granularity {
        match self {
            Self::Day(_) => Granularity::Day,
            Self::Week(_) | Self::Weekend(_) => Granularity::Week,
            Self::Month(..) => Granularity::Month,
            Self::Quarter(..) | Self::Half(..) => Granularity::Quarter,
            Self::Season(..) => Granularity::Season,
            Self::Year(_) | Self::Fiscal(_) => Granularity::Year,
            Self::Decade(_) | Self::Century(_) => Granularity::Decade,
        }
    }

    /// The year it begins in.
    pub(crate) fn year(self) -> i16 {
        match self {
            Self::Day(d) | Self::Week(d) | Self::Weekend(d) => d.year(),
            Self::Month(y, _) | Self::Quarter(y, _) | Self::Half(y, _) | Self::Season(y, _) => y,
            Self::Year(y) | Self::Fiscal(y) => y,
            Self::Decade(d) => d.saturating_mul(10),
            Self::Century(c) => c.saturating_mul(100),
        }
    }
}

/// TIMEX3 value.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Day(d) => write!(f, "{}-{:02}-{:02}", year(d.year()), d.month(), d.day()),
            Self::Week(d) => write!(f, "{}", week(d)),
            Self::Weekend(d) => write!(f, "{}-WE", week(d)),
            Self::Month(y, m) => write!(f, "{}-{m:02}", year(y)),
            Self::Quarter(y, q) => write!(f, "{}-Q{q}", year(y)),
            Self::Half(y, h) => write!(f, "{}-H{h}", year(y)),
            Self::Season(y, s) => write!(f, "{}-{}", year(y), s.code()),
            Self::Year(y) => write!(f, "{}", year(y)),
            Self::Fiscal(y) => write!(f, "FY{}", year(y)),
            Self::Decade(d) if d < 0 => write!(f, "BC{:03}", -i32::from(d)),
            Self::Decade(d) => write!(f, "{d:03}"),
            Self::Century(c) if c < 0 => write!(f, "BC{:02}", -i32::from(c)),
            Self::Century(c) => write!(f, "{c:02}"),
        }
    }
}

/// The Monday of a day's week.
pub(crate) fn monday_of(day: Date) -> Option<Date> {
    add_days(day, -i64::from(day.weekday().to_monday_zero_offset()))
}

/// A day `n` days later.
pub(crate) fn add_days(day: Date, n: i64) -> Option<Date> {
    day.checked_add(Span::new().try_days(n).ok()?).ok()
}

/// Years as TIMEX3 writes them.
fn year(y: i16) -> String {
    if y < 0 { format!("BC{:04}", -i32::from(y)) } else { format!("{y:04}") }
}

/// A week as ISO 8601 writes it.
fn week(monday: Date) -> String {
    let iso = monday.iso_week_date();
    format!("{:04}-W{:02}", iso.year(), iso.week())
}

/// The `n`th `weekday` (1 = Monday) of a month; `n` = -1 for the last.
pub(crate) fn nth_weekday(year: i16, month: i8, n: i8, weekday: i8) -> Option<Date> {
    let weekday = Weekday::from_monday_one_offset(weekday).ok()?;
    Date::new(year, month, 1).ok()?.nth_weekday_of_month(n, weekday).ok()
}

/// Western Easter Sunday (the anonymous Gregorian computus, Nature 1876).
pub(crate) fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn periods_have_values_and_days() {
        let check = |period: Period, value: &str, days: Option<(Date, Date)>| {
            assert_eq!((period.to_string().as_str(), period.days()), (value, days), "{period:?}");
        };
        check(Period::Month(2020, 2), "2020-02", Some((date(2020, 2, 1), date(2020, 2, 29))));
        check(Period::Week(date(2022, 1, 31)), "2022-W05", Some((date(2022, 1, 31), date(2022, 2, 6))));
        check(Period::Weekend(date(2000, 4, 17)), "2000-W16-WE", Some((date(2000, 4, 22), date(2000, 4, 23))));
        check(Period::Season(2021, Season::Winter), "2021-WI", Some((date(2021, 12, 1), date(2022, 2, 28))));
        check(Period::Decade(199), "199", Some((date(1990, 1, 1), date(1999, 12, 31))));
        check(Period::Half(2008, 2), "2008-H2", Some((date(2008, 7, 1), date(2008, 12, 31))));
        check(Period::Year(-241), "BC0241", None);
    }

    #[test]
    fn easter_and_weekdays_of_months() {
        assert_eq!(easter(2000), Some(date(2000, 4, 23)));
        assert_eq!(easter(2024), Some(date(2024, 3, 31)));
        assert_eq!(nth_weekday(1999, 11, 4, 4), Some(date(1999, 11, 25)));
        assert_eq!(nth_weekday(2021, 5, -1, 1), Some(date(2021, 5, 31)));
    }

    proptest! {
        #[test]
        fn shifting_back_and_forth_is_the_identity(y in 1800i16..2200, m in 1i8..=12, n in -500i32..500) {
            for period in [Period::Month(y, m), Period::Quarter(y, (m - 1) / 3 + 1), Period::Half(y, (m - 1) / 6 + 1)] {
                prop_assert_eq!(period.shift(n).and_then(|p| p.shift(-n)), Some(period));
            }
        }

        #[test]
        fn a_shift_by_one_follows_without_a_gap(y in 1800i16..2200, m in 1i8..=12) {
            let this = Period::Month(y, m);
            let next = this.shift(1).and_then(Period::days).map(|d| d.0);
            prop_assert_eq!(this.days().and_then(|d| d.1.tomorrow().ok()), next);
        }
    }
}
