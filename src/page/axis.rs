//! A line of time: what part of it an interval takes, and where its ticks stand.

use jiff::civil::Date;

use super::when::{date, epoch_day};

/// A stretch of time, in days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    from: f64,
    to: f64,
}

/// A mark on the axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Per cent of the axis.
    pub(super) at: f64,
    pub(super) label: String,
}

impl Axis {
    /// Around all intervals, with a little room. `None` where there are fewer than two different ones.
    pub(super) fn around(intervals: &[(f64, f64)]) -> Option<Self> {
        let first = intervals.first()?;
        if intervals.iter().all(|i| i == first) {
            return None;
        }
        let from = intervals.iter().map(|i| i.0).fold(f64::INFINITY, f64::min);
        let to = intervals.iter().map(|i| i.1).fold(f64::NEG_INFINITY, f64::max);
        let room = (to - from) * 0.04;
        Some(Self { from: from - room, to: to + room })
    }

    /// Where a moment stands, in per cent.
    pub(super) fn at(&self, day: f64) -> f64 {
        ((day - self.from) / (self.to - self.from) * 100.0).clamp(0.0, 100.0)
    }

    /// Three ticks or so at round dates: the axis is narrow.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let span = self.to - self.from;
        let dates = match span {
            s if s <= 2.2 => self.days(1),
            s if s <= 6.0 => self.days(2),
            s if s <= 25.0 => self.days(7),
            s if s <= 90.0 => self.months(1),
            s if s <= 270.0 => self.months(3),
            s if s <= 550.0 => self.months(6),
            s => {
                let years = s / 365.25 / 3.0;
                let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|n| f64::from(*n) >= years);
                self.months(12 * step.unwrap_or(1000))
            }
        };
        let format = if span <= 25.0 {
            "%-d %b"
        } else if span <= 550.0 {
            "%b %Y"
        } else {
            "%Y"
        };
        let inside = dates.into_iter().map(|d| (f64::from(epoch_day(d)), d));
        inside
            .filter(|(day, _)| *day >= self.from && *day <= self.to)
            .map(|(day, d)| Tick { at: self.at(day), label: d.strftime(format).to_string() })
            .collect()
    }

    fn days(&self, step: usize) -> Vec<Date> {
        let first = self.from.ceil() as i32;
        let last = self.to.floor() as i32;
        (first..=last).step_by(step).map(|day| date(f64::from(day))).collect()
    }

    /// First days of months whose number is a multiple of the step.
    fn months(&self, step: i32) -> Vec<Date> {
        let (first, last) = (date(self.from), date(self.to));
        let number = |d: Date| i32::from(d.year()) * 12 + i32::from(d.month()) - 1;
        let (from, to) = (number(first).div_euclid(step) * step, number(last));
        (from..=to)
            .step_by(step.unsigned_abs() as usize)
            .filter_map(|n| {
                let (year, month) = (n.div_euclid(12), n.rem_euclid(12) + 1);
                Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_and_round() {
        let day = |text: &str| f64::from(epoch_day(text.parse().unwrap()));
        let check = |from: &str, to: &str, expect: &[&str]| {
            let axis = Axis::around(&[(day(from), day(from) + 1.0), (day(to), day(to) + 1.0)]).unwrap();
            let labels: Vec<String> = axis.ticks().into_iter().map(|t| t.label).collect();
            assert_eq!(labels, expect);
        };
        check("2022-02-01", "2022-02-03", &["1 Feb", "3 Feb"]);
        check("2022-01-22", "2022-02-03", &["22 Jan", "29 Jan"]);
        check("2021-11-20", "2022-03-03", &["Jan 2022"]);
        check("2011-05-02", "2022-02-03", &["2015", "2020"]);
        check("1815-06-18", "2022-02-03", &["1900", "2000"]);
        assert_eq!(Axis::around(&[(1.0, 2.0), (1.0, 2.0)]), None);
        assert_eq!(Axis::around(&[]), None);
    }
}
