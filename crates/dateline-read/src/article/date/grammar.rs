//! Calendar dates as they stand in the head of a news story: "Feb. 3, 2022", "4 FEB 90", "2022-02-03".
//!
//! Only dates of a single day. Times in running text are the business of extraction.

use jiff::civil::Date;

/// A day, with whatever the text says of its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::article) struct CalendarDate {
    year: Year,
    month: i8,
    day: i8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Year {
    Full(i16),
    /// Two digits.
    Short(i16),
    Missing,
}

impl CalendarDate {
    /// The date where its year is written in full.
    pub(in crate::article) fn full(self) -> Option<Date> {
        match self.year {
            Year::Full(year) => Date::new(year, self.month, self.day).ok(),
            _ => None,
        }
    }

    /// The date, its year completed so that it lies closest to `near`. Without `near`, two digits from 50 on belong to
    /// the 20th century, and a missing year stays missing.
    pub(in crate::article) fn resolve(self, near: Option<Date>) -> Option<Date> {
        let years = match (self.year, near) {
            (Year::Full(year), _) => return Date::new(year, self.month, self.day).ok(),
            (Year::Short(yy), None) => vec![if yy >= 50 { 1900 + yy } else { 2000 + yy }],
            (Year::Short(yy), Some(_)) => vec![1900 + yy, 2000 + yy],
            (Year::Missing, None) => return None,
            (Year::Missing, Some(near)) => vec![near.year(), near.year() - 1, near.year() + 1],
        };
        let candidates = years.into_iter().filter_map(|year| Date::new(year, self.month, self.day).ok());
        candidates.min_by_key(|date| near.map_or(0, |near| days(*date).abs_diff(days(near))))
    }
}

/// A running day number, good enough to compare distances.
fn days(date: Date) -> i32 {
    i32::from(date.year()) * 366 + i32::from(date.day_of_year())
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
pub(in crate::article) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The date at the very start of `text`, and its length in bytes.
pub(in crate::article) fn at_start(text: &str) -> Option<(CalendarDate, usize)> {
    numeric(text).or_else(|| {
        let mut cursor = Cursor { text, at: 0 };
        if cursor.weekday() {
            cursor.blanks_and_comma();
        }
        let rest = cursor.at;
        month_first(&mut cursor).or_else(|| day_first(&mut Cursor { text, at: rest }))
    })
}

/// "2022-02-03", "2022/02/03" or "20220203".
pub(in crate::article) fn numeric(text: &str) -> Option<(CalendarDate, usize)> {
    let mut cursor = Cursor { text, at: 0 };
    let (number, digits) = cursor.digits(8)?;
    let (year, month, day) = match digits {
        8 => (number / 10_000, number / 100 % 100, number % 100),
        4 => {
            let separator = cursor.any(b"-/.")?;
            let (month, _) = cursor.digits(2)?;
            cursor.any(&[separator])?;
            (number, month, cursor.digits(2)?.0)
        }
        _ => return None,
    };
    // A ninth digit makes it a serial number; fourteen make a time stamp.
    let more = cursor.rest().bytes().take_while(u8::is_ascii_digit).count();
    if more != 0 && !(digits == 8 && more == 6) {
        return None;
    }
    Some((valid(Year::Full(i16::try_from(year).ok()?), month, day)?, cursor.at + more))
}

/// "23/02/2022", "2/23/2022", "3.2.2022", at the start of `text`. Where day and month can be told apart by nothing it is no
/// date; with full stops the day comes first.
pub(in crate::article) fn day_month_year(text: &str) -> Option<Date> {
    let mut cursor = Cursor { text, at: 0 };
    let (first, _) = cursor.digits(2)?;
    let separator = cursor.any(b"/.-")?;
    let (second, _) = cursor.digits(2)?;
    cursor.any(&[separator])?;
    let year = cursor.full_year()?;
    let date = |day, month| valid(year, month, day)?.full();
    match (date(first, second), date(second, first)) {
        (Some(day_first), Some(month_first)) => (separator == b'.' || day_first == month_first).then_some(day_first),
        (one, other) => one.or(other),
    }
}

/// "Feb. 3, 2022", "March 3".
fn month_first(cursor: &mut Cursor<'_>) -> Option<(CalendarDate, usize)> {
    let month = cursor.month()?;
    cursor.blanks();
    let (day, _) = cursor.digits(2)?;
    cursor.ordinal();
    let end = cursor.at;
    if cursor.rest().starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    cursor.blanks_and_comma();
    match cursor.full_year() {
        Some(year) => Some((valid(year, month, day)?, cursor.at)),
        None => Some((valid(Year::Missing, month, day)?, end)),
    }
}

/// "3 February 2022", "4 FEB 90", "3rd March".
fn day_first(cursor: &mut Cursor<'_>) -> Option<(CalendarDate, usize)> {
    let (day, _) = cursor.digits(2)?;
    cursor.ordinal();
    cursor.any(b" -")?;
    cursor.blanks();
    let month = cursor.month()?;
    let end = cursor.at;
    if cursor.rest().starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let _ = cursor.any(b"-");
    cursor.blanks_and_comma();
    let before = cursor.at;
    if let Some(year) = cursor.full_year() {
        return Some((valid(year, month, day)?, cursor.at));
    }
    cursor.at = before;
    // Two digits are a year only where no clock time, decade or amount follows: "4 FEB 90 (AP)".
    match cursor.digits(2) {
        Some((yy, 2)) if !cursor.rest().starts_with(|c: char| c.is_alphanumeric() || ":.,'%".contains(c)) => {
            Some((valid(Year::Short(yy as i16), month, day)?, cursor.at))
        }
        _ => Some((valid(Year::Missing, month, day)?, end)),
    }
}

fn valid(year: Year, month: u32, day: u32) -> Option<CalendarDate> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    // A leap year stands in where the year is open.
    let probe = match year {
        Year::Full(year) if (1800..2200).contains(&year) => year,
        Year::Full(_) => return None,
        Year::Short(_) | Year::Missing => 2000,
    };
    Date::new(probe, month, day).ok()?;
    Some(CalendarDate { year, month, day })
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn any(&mut self, set: &[u8]) -> Option<u8> {
        let b = *self.text.as_bytes().get(self.at)?;
        set.contains(&b).then(|| self.at += 1).map(|()| b)
    }

    fn blanks(&mut self) {
        while self.any(b" \t").is_some() || self.rest().starts_with('\u{a0}') {
            if self.rest().starts_with('\u{a0}') {
                self.at += '\u{a0}'.len_utf8();
            }
        }
    }

    fn blanks_and_comma(&mut self) {
        self.blanks();
        let _ = self.any(b",");
        self.blanks();
    }

    /// Up to `max` digits: their value and number.
    fn digits(&mut self, max: usize) -> Option<(u32, usize)> {
        let n = self.rest().bytes().take(max).take_while(u8::is_ascii_digit).count();
        let value = self.rest()[..n].parse().ok()?;
        self.at += n;
        Some((value, n))
    }

    fn full_year(&mut self) -> Option<Year> {
        let (year, digits) = self.digits(4)?;
        let ends = !self.rest().starts_with(|c: char| c.is_alphanumeric());
        (digits == 4 && ends && (1800..2200).contains(&year)).then_some(Year::Full(year as i16))
    }

    fn ordinal(&mut self) {
        let end: String = self.rest().chars().take(2).collect();
        if ["st", "nd", "rd", "th"].contains(&end.to_ascii_lowercase().as_str()) {
            self.at += 2;
        }
    }

    /// A month's name, or its first three or more letters, with or without a full stop.
    fn month(&mut self) -> Option<u32> {
        let index = self.name(&MONTHS)?;
        Some(index as u32 + 1)
    }

    fn weekday(&mut self) -> bool {
        self.name(&WEEKDAYS).is_some()
    }

    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let n = self.rest().bytes().take_while(u8::is_ascii_alphabetic).take(10).count();
        let word = self.rest()[..n].to_ascii_lowercase();
        let index = names.iter().position(|name| {
            // "Mar" and "Sept" are months, "Marc" and "Mayor" are not: only the usual abbreviations count.
            *name == word
                || n == 3 && name.starts_with(&word)
                || n == 4 && ["sept", "tues", "thur"].contains(&&*word) && name.starts_with(&word)
        })?;
        self.at += n;
        let _ = self.any(b".");
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_of_news_heads() {
        let near: Date = "2022-02-05".parse().unwrap();
        let check = |text: &str, expect: Option<(&str, usize)>| {
            let found = at_start(text).and_then(|(date, len)| Some((date.resolve(Some(near))?.to_string(), len)));
            assert_eq!(found.as_ref().map(|(d, n)| (d.as_str(), *n)), expect, "{text}");
        };
        check("2022-02-03 HARBOUR", Some(("2022-02-03", 10)));
        check("2022/2/3", Some(("2022-02-03", 8)));
        check("20220203", Some(("2022-02-03", 8)));
        check("200378100", None);
        check("Feb. 3, 2022. U.S.", Some(("2022-02-03", 12)));
        check("Thursday, Feb. 3, 2022", Some(("2022-02-03", 22)));
        check("March 3 (Reuters)", Some(("2022-03-03", 7)));
        check("Sept 3rd, 2021", Some(("2021-09-03", 14)));
        check("March 18 , 2011", Some(("2011-03-18", 15)));
        check("4 FEB 90 (ACAN-EFE)", Some(("1990-02-04", 8)));
        check("3 March 2021", Some(("2021-03-03", 12)));
        check("3 May 10:15", Some(("2022-05-03", 5)));
        check("Dec 30 -", Some(("2021-12-30", 6)));
        check("Mayor 3", None);
        check("Marc 3", None);
        check("Feb. 31, 2022", None);
        check("May 2022", None);
        check("", None);
    }

    #[test]
    fn two_digit_years_without_anything_near() {
        let year = |text: &str| at_start(text).unwrap().0.resolve(None).map(|d| d.year());
        assert_eq!(year("4 FEB 90"), Some(1990));
        assert_eq!(year("4 FEB 22"), Some(2022));
        assert_eq!(year("4 FEB"), None);
    }
}
