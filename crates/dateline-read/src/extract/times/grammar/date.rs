//! Dates of the calendar: "Oct. 31, 2019", "3 February", "2019-10-31", "the 1990s", "the third quarter of 2008".

use super::{Match, Parser};
use crate::extract::numbers;
use crate::extract::numbers::Words;
use crate::extract::times::expr::{Base, Expr, Point};
use crate::extract::times::lexicon::Class;
use crate::nlp::{Dep, EntityType, Pos, Tag};
use crate::words::WordClass;

impl Parser<'_> {
    /// The stretch of the calendar that starts at word `i`.
    pub(super) fn base(&self, i: usize) -> Option<(Base, usize)> {
        // The longest reading wins: "May 2008" over "May", "the next day" over nothing.
        let found =
            [self.numeric(i), self.weekday_date(i), self.date(i), self.year_first(i), self.era(i), self.relative(i)];
        found.into_iter().flatten().max_by_key(|(_, end)| *end)
    }

    /// "Monday, Oct. 26", "Thu Feb 3".
    fn weekday_date(&self, i: usize) -> Option<(Base, usize)> {
        let weekday = self.classes(i).iter().find_map(|c| match c {
            Class::Weekday(d) | Class::WeekdayShort(d) => Some(*d),
            _ => None,
        })?;
        let at = i + 1 + usize::from(self.w(i + 1) == ",");
        let at = at + usize::from(self.w(at) == "the");
        match self.date(at)? {
            (Base::Date { year, month, day: Some(day), .. }, end) => {
                Some((Base::Date { year, month, day: Some(day), weekday: Some(weekday) }, end))
            }
            _ => None,
        }
    }

    /// Month and day in any order, with or without a year.
    fn date(&self, i: usize) -> Option<(Base, usize)> {
        if let Some((day, at)) = self.day(i + usize::from(self.w(i) == "the")) {
            return self.day_month(day, at);
        }
        let month = self.month(i)?;
        let mut at = i + 1;
        at += usize::from(self.w(at) == "the");
        if let Some((day, end)) = self.day(at).or_else(|| self.no_day(i, at))
            && !self.counts(end)
        {
            let (year, end) = self.year_after(end, false).map_or((None, end), |(y, e)| (Some(y), e));
            return Some((Base::Date { year, month, day: Some(day), weekday: None }, end));
        }
        let (year, end) = match self.year_after(i + 1, false) {
            Some((year, end)) => (Some(year), end),
            // "June and July 2008", "January-March 2008": the year serves both.
            None => {
                let joined = self.w(i + 1) == "-" || self.lexicon.is(WordClass::MonthJoined, self.w(i + 1));
                let shared = if joined && self.month(i + 2).is_some() { self.year_after(i + 3, false) } else { None };
                match self.step_year(i + 1) {
                    Some((year, end)) => (Some(year), end),
                    None => (shared.map(|(y, _)| y), i + 1),
                }
            }
        };
        Some((Base::Date { year, month, day: None, weekday: None }, end))
    }

    /// A number where the day of month `month` belongs but that is none: "on October 32", "May 0, 2021". It is read with
    /// the month, so that the month alone is not taken for the date ([`Base::is_impossible`]).
    fn no_day(&self, month: usize, at: usize) -> Option<(i8, usize)> {
        let word = self.w(at);
        let number: i8 = word.parse().ok().filter(|_| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))?;
        (self.before(month) == "on" || self.year_after(at + 1, false).is_some()).then_some((number, at + 1))
    }

    /// "3 February 2022", "the 19th of October", "22 and 25 April 1951", "4 FEB 90".
    fn day_month(&self, day: i8, at: usize) -> Option<(Base, usize)> {
        let of = at + usize::from(matches!(self.w(at), "of" | "-"));
        if let Some(month) = self.month(of) {
            let mut end = of + 1;
            end += usize::from(self.w(end) == "-" && of > at);
            let year = self.year_after(end, true);
            let (year, end) = year.map_or((None, of + 1), |(y, e)| (Some(y), e));
            return Some((Base::Date { year, month, day: Some(day), weekday: None }, end));
        }
        // A list: the month comes with its last member ("Saturday 6 and Sunday 7 June").
        let mut next = at;
        for _ in 0..4 {
            if self.w(next) != "-" && !self.lexicon.is(WordClass::DayJoined, self.w(next)) {
                return None;
            }
            let (_, after) = self.day(next + 1 + usize::from(self.weekday(next + 1).is_some()))?;
            if let Some(month) = self.month(after) {
                let year = self.year_after(after + 1, false).map(|(y, _)| y);
                return Some((Base::Date { year, month, day: Some(day), weekday: None }, at));
            }
            next = after;
        }
        None
    }

    /// "2018 March 18", "2024 Feb": the year first. Words that are more than months need the day.
    fn year_first(&self, i: usize) -> Option<(Base, usize)> {
        let (year, at) = self.any_year(i).filter(|(year, end)| *year >= 1000 && *end == i + 1)?;
        let month = self.month(at)?;
        let (day, end) = match self.day(at + 1).filter(|(_, end)| !self.counts(*end)) {
            Some((day, end)) => (Some(day), end),
            // "In 2016 May became prime minister", "in 2021 June Smith won": persons.
            None if matches!(self.w(at), "may" | "march") || self.any_year(at + 1).is_some() => return None,
            None if self.pos(at + 1) == Pos::Propn && self.capital(at + 1) => return None,
            None => (None, at + 1),
        };
        Some((Base::Date { year: Some(year), month, day, weekday: None }, end))
    }

    /// Dates in digits: ISO 8601, slashes, and full stops, which put the day first ("18.03.2024").
    fn numeric(&self, i: usize) -> Option<(Base, usize)> {
        if let Some(dotted) = self.dotted(i) {
            return Some(dotted);
        }
        let fields = digits(self.words, i).filter(|_| i + 4 < self.limit)?;
        let number = |field: &str| field.parse::<i16>().ok();
        let (a, b, c) = (number(fields.0)?, number(fields.1)?, number(fields.2)?);
        // The text's order unless the numbers forbid it.
        let (month, day) = if a > 12 || self.day_first && b <= 12 { (b, a) } else { (a, b) };
        let (year, month, day) = match (fields.0.len(), fields.2.len()) {
            (4, _) => (a, b, c),
            (1 | 2, 4) => (c, month, day),
            (1 | 2, 2) => (self.near(c), month, day),
            _ => return None,
        };
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        // "2023-02-30" and "31/02/2023" are dates, if none of the calendar; "24/7/365" is none.
        let lengths = (fields.0.len(), fields.1.len(), fields.2.len());
        if !matches!(lengths, (4, 2, 2) | (1 | 2, 1 | 2, 4)) || lengths.0 == 4 && self.w(i + 1) != "-" {
            jiff::civil::Date::new(year, month, day).ok()?;
        }
        let mut end = i + 5;
        // The T of "2020-01-02T10:00:00Z": the clock time follows it.
        end += usize::from(self.w(end) == "t" && self.words.glued(end));
        Some((Base::Date { year: Some(year), month, day: Some(day), weekday: None }, end))
    }

    /// "18.03.2024".
    fn dotted(&self, i: usize) -> Option<(Base, usize)> {
        let mut fields = self.w(i).split('.');
        let (day, month, year) = (fields.next()?, fields.next()?, fields.next()?);
        let written = matches!((day.len(), month.len(), year.len()), (1 | 2, 1 | 2, 4)) && fields.next().is_none();
        let year: i16 = year.parse().ok().filter(|y| written && (1000..=2100).contains(y))?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        Some((Base::Date { year: Some(year), month, day: Some(day), weekday: None }, i + 1))
    }

    /// Years, decades, centuries, quarters, halves, fiscal years.
    fn era(&self, i: usize) -> Option<(Base, usize)> {
        let the = i + usize::from(self.w(i) == "the");
        if let Some(found) = self.decade(the).or_else(|| self.century(the)).or_else(|| self.part_of_year(the)) {
            return Some(found);
        }
        if self.w(the) == "fiscal" || self.w(the) == "fy" {
            let at = the + 1 + usize::from(self.w(the + 1) == "year");
            return self.any_year(at).or_else(|| self.glued_year(at)).map(|(y, end)| (Base::Fiscal(y), end));
        }
        // "the year 2000", "the years 1955 and 1960"
        if matches!(self.w(the), "year" | "years")
            && let Some((year, end)) = self.any_year(the + 1)
        {
            return Some((Base::Year(year), end));
        }
        // "mid-2007", "post-1959": the prefix is an edge, or belongs to the expression.
        if matches!(self.w(i), "post" | "pre") && self.w(i + 1) == "-" {
            return self.any_year(i + 2).map(|(y, end)| (Base::Year(y), end));
        }
        self.bare_year(i).map(|(y, end)| (Base::Year(y), end))
    }

    /// "The 1990s", "the '90s", "the 470s BC".
    fn decade(&self, i: usize) -> Option<(Base, usize)> {
        let digits = i + usize::from(self.w(i) == "'");
        let word = self.w(digits);
        let plural = (self.w(digits + 1) == "s" && self.words.glued(digits + 1)) || self.w(digits + 1) == "'s";
        if !plural || !word.ends_with('0') || !word.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year: i16 = word.parse().ok()?;
        let end = digits + 2;
        if let Some(after) = self.bc(end) {
            return Some((Base::Decade(-(year / 10)), after));
        }
        // "in his 60s" is an age: two digits need the article.
        match word.len() {
            4 if year >= 1000 => Some((Base::Decade(year / 10), end)),
            2 if self.before(i) == "the" || digits > i => Some((Base::Decade(190 + year / 10), end)),
            _ => None,
        }
    }

    /// "The 19th century".
    fn century(&self, i: usize) -> Option<(Base, usize)> {
        let (n, at) = numbers::ordinal(self.words, &self.lexicon.numbers, i)?;
        let at = at + usize::from(self.w(at) == "-");
        if self.w(at) != "century" || !(2..=30).contains(&n) {
            return None;
        }
        let century = n as i16 - 1;
        Some(self.bc(at + 1).map_or((Base::Century(century), at + 1), |end| (Base::Century(-century), end)))
    }

    /// "Q3 2008", "3Q23", "H1", "the third quarter", "the second half of 2008".
    fn part_of_year(&self, i: usize) -> Option<(Base, usize)> {
        let of_year = |at: usize| {
            let of = at + usize::from(self.w(at) == "of");
            self.any_year(of).map_or((None, at), |(y, end)| (Some(y), end))
        };
        if let Some(letter) = [i, i + 1].into_iter().find(|at| matches!(self.w(*at), "q" | "h"))
            && self.words.glued(i + 1)
            && self.capital(i)
        {
            let quarter = self.w(letter) == "q";
            let most = if quarter { 4 } else { 2 };
            let number = if letter == i { i + 1 } else { i };
            let n: i8 = self.w(number).parse().ok().filter(|n| (1..=most).contains(n))?;
            let (year, end) = match self.glued_year(i + 2) {
                Some((year, end)) => (Some(year), end),
                None => of_year(i + 2),
            };
            // "H1" alone may be a motorway or part of "H1N1".
            let alone = self.lexicon.is(WordClass::HalfLed, self.before(i));
            if year.is_none() && (self.words.glued(end) && self.pos(end) != Pos::Punct || !(alone || quarter)) {
                return None;
            }
            return Some((if quarter { Base::Quarter(n, year) } else { Base::Half(n, year) }, end));
        }
        let (n, at) = numbers::ordinal(self.words, &self.lexicon.numbers, i)?;
        let at = at + usize::from(self.w(at) == "-");
        match self.w(at) {
            "quarter" if (1..=4).contains(&n) => {
                let (year, end) = of_year(at + 1);
                // A quarter alone is also a part of a match: money and reports speak of "the" quarter.
                (year.is_some() || self.before(i) == "the").then_some((Base::Quarter(n as i8, year), end))
            }
            "half" if (1..=2).contains(&n) => {
                let (year, end) = of_year(at + 1);
                year.map(|y| (Base::Half(n as i8, Some(y)), end))
            }
            _ => None,
        }
    }

    /// The year at word `i` in a place where nothing else is expected.
    pub(super) fn any_year(&self, i: usize) -> Option<(i16, usize)> {
        if self.w(i) == "'" {
            return self.short_year(i + 1);
        }
        let word = self.w(i);
        if word == "ad" {
            let year = self.w(i + 1).parse().ok().filter(|y| (1..=2100).contains(y))?;
            return Some((year, i + 2));
        }
        if word.is_empty() || word.len() > 4 || !word.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year: i16 = word.parse().ok()?;
        if let Some(end) = self.bc(i + 1) {
            return (year > 0).then_some((-year, end));
        }
        if matches!(self.w(i + 1), "ad" | "ce") && self.capital(i + 1) {
            return Some((year, i + 2));
        }
        (word.len() == 4 && (1000..=2100).contains(&year)).then_some((year, i + 1))
    }

    /// The year after a month or day: "2022", ", 2022", "of 1940", "'99"; two digits where `short`.
    fn year_after(&self, at: usize, short: bool) -> Option<(i16, usize)> {
        let comma = at + usize::from(matches!(self.w(at), "," | "of"));
        let found = self.any_year(comma).or_else(|| if short { self.short_year(at) } else { None })?;
        // "On May 5, 2000 people marched": a count, not a year.
        (found.1 > comma + 1 || !self.counts(comma + 1) || self.capital(comma + 1)).then_some(found)
    }

    /// "This year", "last year" after a month, against the article's year.
    fn step_year(&self, i: usize) -> Option<(i16, usize)> {
        let step = match self.w(i) {
            "this" => 0,
            "last" => -1,
            "next" => 1,
            _ => return None,
        };
        (self.w(i + 1) == "year").then_some((self.year? + step, i + 2))
    }

    fn short_year(&self, i: usize) -> Option<(i16, usize)> {
        let word = self.w(i);
        if word.len() != 2 || self.counts(i + 1) {
            return None;
        }
        Some((self.near(word.parse().ok()?), i + 1))
    }

    /// Two or four digits right after a letter: "3Q23", "FY2024".
    fn glued_year(&self, i: usize) -> Option<(i16, usize)> {
        if !self.words.glued(i) {
            return None;
        }
        self.any_year(i).filter(|_| self.w(i) != "'").or_else(|| self.short_year(i))
    }

    /// The year with these last two digits nearest to the article's.
    fn near(&self, two: i16) -> i16 {
        // Without a date: up to 2010 is this century's, as most newswire archives have it.
        let pivot = self.year.unwrap_or(1960);
        let base = pivot - pivot.rem_euclid(100) + two;
        [base - 100, base, base + 100].into_iter().min_by_key(|y| (y - pivot + 40).abs()).unwrap_or(base)
    }

    fn bc(&self, i: usize) -> Option<usize> {
        (matches!(self.w(i), "bc" | "bce") && self.capital(i)).then_some(i + 1)
    }

    /// A year that stands alone.
    fn bare_year(&self, i: usize) -> Option<(i16, usize)> {
        let before = self.before(i);
        let led = self.lexicon.is(WordClass::YearLed, before);
        let (year, end) = self.any_year(i).or_else(|| self.ancient(i, led))?;
        if self.w(i) == "'" {
            return (led || self.season(i.wrapping_sub(1)).is_some()).then_some((year, end));
        }
        if end > i + 1 || self.antiquity && self.w(i).len() < 4 {
            return Some((year, end));
        }
        let token = self.words.token(i);
        let info = &self.doc.tokens()[token];
        if self.lexicon.is(WordClass::NoYearLed, before)
            || (self.words.glued(i) && !matches!(before, "-" | "–" | "/" | "("))
            || (self.words.glued(end)
                && !matches!(self.pos(end), Pos::Punct | Pos::Part | Pos::Sym)
                && self.w(end) != "-")
        {
            return None;
        }
        // "2000 soldiers" is a count; "the 2008 elections" is a year.
        if self.counts(end) && !led && !self.lexicon.is(WordClass::Owned, before) {
            return None;
        }
        if self.counts(end) && info.dep == Dep::Nummod && led && info.head as usize == token + 1 && before != "in" {
            return None;
        }
        // "In 2010 elections" has the year, "in 2010 tents" has not: the engine reads a date in both.
        let counted = |j: usize| self.classes(j).contains(&Class::Counted);
        let described = !led && matches!(self.pos(end), Pos::Adj | Pos::Propn) && counted(end + 1);
        if counted(end) || described && !self.lexicon.is(WordClass::DescribedYear, before) {
            return None;
        }
        let name = self.doc.entity_at(token).map(|e| e.kind);
        let refused =
            matches!(name, Some(EntityType::Cardinal | EntityType::Money | EntityType::Quantity | EntityType::Percent));
        let standing = matches!(info.dep, Dep::Pobj | Dep::Npadvmod | Dep::Nummod | Dep::Compound | Dep::Amod)
            || name == Some(EntityType::Date);
        let modern = (1400..=2100).contains(&year);
        let ok = if refused {
            led && modern
        } else {
            led || (modern && standing) || matches!(before, "(" | "-" | "–" | "and") && modern
        };
        ok.then_some((year, end))
    }

    /// "In 499" in a text about the years before Christ.
    fn ancient(&self, i: usize, led: bool) -> Option<(i16, usize)> {
        let word = self.w(i);
        let plain = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
        if !self.antiquity
            || !led
            || !plain
            || self.counts(i + 1)
            || self.w(i + 1) == "," && self.pos(i + 2) == Pos::Num
        {
            return None;
        }
        matches!(self.doc.dep(self.words.token(i)), Dep::Pobj).then(|| word.parse::<i16>().ok().map(|y| (-y, i + 1)))?
    }

    /// Whether word `i` is something counted, so that a number before it is no date.
    fn counts(&self, i: usize) -> bool {
        matches!(self.tag(i), Tag::Nns | Tag::Nnps) && self.classes(i).is_empty()
            || self.classes(i).contains(&Class::Counted)
    }

    /// The month at word `i`.
    pub(super) fn month(&self, i: usize) -> Option<i8> {
        let (month, short) = self.classes(i).iter().find_map(|c| match c {
            Class::Month(m) => Some((*m, false)),
            Class::MonthShort(m) => Some((*m, true)),
            _ => None,
        })?;
        let number = |j: usize| self.w(j).starts_with(|c: char| c.is_ascii_digit());
        let doubtful = short || matches!(self.w(i), "may" | "march");
        // A year before "May" proves nothing: "in 2016 May became prime minister".
        let counted = |j: usize| number(j) && (short || self.w(j).len() < 4);
        let beside = number(i + 1) || (i > 0 && counted(i - 1) && self.words.same_sentence(i, i - 1));
        // "May" the modal and "march" the walk: a month has a number, a preposition of time or a noun's tag beside it.
        let led = self.before(i) == "-" || self.lexicon.is(WordClass::MayLed, self.before(i));
        let noun = matches!(self.tag(i), Tag::Nnp | Tag::Nn | Tag::Cd);
        (self.capital(i) && (!doubtful || beside || (!short && noun && led)) && !self.forename(i)).then_some(month)
    }

    /// The further members of a list whose first member was just read: "April 22 and 25", "1990-91".
    pub(super) fn list(&self, matches: &mut Vec<Match>) {
        for _ in 0..4 {
            let Some(last) = matches.last() else { return };
            let (start, end) = (last.words.start, last.words.end);
            let Expr::Point(Point { base, edge: None, part: None, clock: None }) = &last.expr else { return };
            let dash = matches!(self.w(end), "-" | "–" | "/") && self.words.glued(end + 1);
            let joined = dash || matches!(self.w(end), "and" | "or" | "to" | ",");
            match base {
                Base::Date { year: None, month, day: Some(first), .. } if joined && self.month(start).is_some() => {
                    let month = *month;
                    let Some((day, after)) = self.day(end + 1).filter(|(d, _)| d > first) else { return };
                    let follows = self.month(after).is_none()
                        && self.unit(after).is_none()
                        && self.month(after + 1).is_none()
                        && !matches!(self.w(after), ":" | "am" | "pm");
                    let noun = matches!(self.pos(after), Pos::Noun | Pos::Propn | Pos::Num | Pos::Adj);
                    if !follows
                        || (noun && !dash)
                        || self.w(end) == "," && self.w(after) != "and" && !self.w(after).is_empty()
                    {
                        return;
                    }
                    let (year, after) = self.year_after(after, false).map_or((None, after), |(y, e)| (Some(y), e));
                    if year.is_some() {
                        for earlier in matches.iter_mut() {
                            if let Expr::Point(Point { base: Base::Date { year: y, .. }, .. }) = &mut earlier.expr {
                                *y = year;
                            }
                        }
                    }
                    let base = Base::Date { year, month, day: Some(day), weekday: None };
                    matches.push(Match { words: end + 1..after, expr: Expr::Point(Point::of(base)) });
                }
                Base::Year(year) if dash && *year > 0 => {
                    let word = self.w(end + 1);
                    let Some(two) = word.parse::<i16>().ok().filter(|_| word.len() == 2) else { return };
                    let next = year - year.rem_euclid(100) + two;
                    if next <= *year {
                        return;
                    }
                    matches.push(Match { words: end + 1..end + 2, expr: Expr::Point(Point::of(Base::Year(next))) });
                    return;
                }
                _ => return,
            }
        }
    }
}

/// The three fields of a date in digits at word `i`, which takes five words: "16/04/2023", "2023-04-16".
pub(crate) fn digits(words: &Words, i: usize) -> Option<(&str, &str, &str)> {
    let separator = words.get(i + 1);
    let number = |n: usize| Some(words.get(i + n)).filter(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()));
    let joined = matches!(separator, "-" | "/") && words.get(i + 3) == separator;
    if !joined || !(1..=4).all(|n| words.glued(i + n)) {
        return None;
    }
    Some((number(0)?, number(2)?, number(4)?))
}
