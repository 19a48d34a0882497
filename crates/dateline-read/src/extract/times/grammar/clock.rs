//! Times of day: "1:10 a.m. local time", "0100 GMT", "nine o'clock", "noon".

use super::Parser;
use crate::extract::numbers::{self, Count};
use crate::extract::times::expr::Clock;
use crate::extract::times::lexicon::Class;
use crate::words::WordClass;

impl Parser<'_> {
    /// The clock time that starts at word `i`, zone included.
    pub(super) fn clock(&self, i: usize) -> Option<(Clock, usize)> {
        let (mut clock, end, sure) = self.bare_clock(i)?;
        let end = match self.zone(end) {
            Some((zone, utc, after)) => {
                clock.zone = Some(zone);
                clock.utc = utc;
                after
            }
            // "10:30" alone may be a score or a verse: it needs a preposition of time, or to open a line of a live report.
            None if !sure && !self.stamp(i, end) && !self.lexicon.is(WordClass::ClockLed, self.before(i)) => {
                return None;
            }
            None => end,
        };
        Some((clock, end))
    }

    /// "16:20 Police seal off the station.": two digits and two before a sentence.
    fn stamp(&self, i: usize, end: usize) -> bool {
        matches!(self.before(i), "" | "[" | "•" | "*")
            && self.w(i).len() == 5
            && (self.capital(end) || matches!(self.w(end), "" | "]" | "-" | "–" | "—" | "|" | ":"))
    }

    /// The clock time without its zone, and whether its form leaves no doubt.
    fn bare_clock(&self, i: usize) -> Option<(Clock, usize, bool)> {
        if let Some(hour) = self.classes(i).iter().find_map(|c| if let Class::Hour(h) = c { Some(*h) } else { None })
            && self.before(i) != "high"
        {
            return Some((Clock::hour(hour), i + 1, true));
        }
        let word = self.w(i);
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.digital(i);
        }
        // "nine o'clock", "nine in the morning"
        let (Count::Exact(hour), end) = numbers::cardinal(self.words, &self.lexicon.numbers, i)? else { return None };
        if matches!(word, "a" | "an" | "no") {
            return None;
        }
        let hour = i8::try_from(hour).ok().filter(|h| (1..=12).contains(h))?;
        let (clock, end) = self.half_of_day(Clock::hour(hour), end)?;
        Some((clock, end, true))
    }

    /// A clock time in digits.
    fn digital(&self, i: usize) -> Option<(Clock, usize, bool)> {
        let word = self.w(i);
        let colon = word.contains(':');
        let mut fields = word.split([':', '.']);
        let first = fields.next()?;
        let rest: Vec<i8> = fields.map(|f| f.parse().ok()).collect::<Option<_>>()?;
        if rest.len() > 2 || rest.iter().any(|n| !(0..60).contains(n)) {
            return None;
        }
        let minutes_wide = word.split([':', '.']).skip(1).all(|f| f.len() == 2);
        let military = rest.is_empty() && first.len() == 4;
        let (hour, minute) = if military {
            (first.get(..2)?.parse::<i8>().ok()?, Some(first.get(2..)?.parse::<i8>().ok()?))
        } else {
            (first.parse::<i8>().ok()?, rest.first().copied())
        };
        // The day ends at 24:00.
        if !(0..=24).contains(&hour)
            || hour == 24 && (minute > Some(0) || rest.get(1) > Some(&0))
            || minute.is_some_and(|m| !(0..60).contains(&m))
            || !minutes_wide
        {
            return None;
        }
        let clock = Clock { hour, minute, second: rest.get(1).copied(), zone: None, utc: false };
        if !military
            && (1..=12).contains(&hour)
            && let Some((clock, end)) = self.half_of_day(clock.clone(), i + 1)
        {
            return Some((clock, end, true));
        }
        let after = self.w(i + 1);
        if (military || colon) && matches!(after, "hours" | "hrs" | "h") {
            return Some((clock, i + 2, true));
        }
        if military {
            // "0100 GMT", "at 2100 on 15 January"; otherwise four digits are a year or a count.
            let on = self.lexicon.is(WordClass::ClockDated, after);
            let dated = self.before(i) == "at" && (on || first.starts_with('0'));
            return (dated || self.zone(i + 1).is_some()).then_some((clock, i + 1, true));
        }
        colon.then_some((clock, i + 1, false))
    }

    /// "a.m.", "p.m.", "o'clock", "in the morning", "at night" after an hour.
    fn half_of_day(&self, mut clock: Clock, at: usize) -> Option<(Clock, usize)> {
        let (morning, end) = match (self.w(at), self.w(at + 1)) {
            ("am", _) => (true, at + 1),
            ("pm", _) => (false, at + 1),
            ("a", "m") if self.words.glued(at + 1) => (true, at + 2),
            ("p", "m") if self.words.glued(at + 1) => (false, at + 2),
            ("o'clock", _) => {
                let (clock, end) = self.half_of_day(clock.clone(), at + 1).unwrap_or((clock, at + 1));
                return Some((clock, end));
            }
            ("o", "'clock") => return Some((clock, at + 2)),
            ("in", "the") => match self.part(at + 2)? {
                "MO" => (true, at + 3),
                "AF" | "EV" => (false, at + 3),
                _ => return None,
            },
            ("at", "night") => (clock.hour < 5, at + 2),
            _ => return None,
        };
        clock.hour = match (morning, clock.hour) {
            (true, 12) => 0,
            (false, h) if h < 12 => h + 12,
            (_, h) => h,
        };
        Some((clock, end))
    }

    /// Zone words: "GMT", "EDT", "local time", "Eastern time", "(0100 GMT)" is left alone.
    fn zone(&self, i: usize) -> Option<(String, bool, usize)> {
        if let Some(utc) = self.classes(i).iter().find_map(|c| if let Class::Zone(utc) = c { Some(*utc) } else { None })
        {
            return Some((self.w(i).to_uppercase(), utc, i + 1));
        }
        if self.w(i) == "z" && self.words.glued(i) {
            return Some(("Z".to_owned(), true, i + 1));
        }
        let named = self.w(i) == "local" || self.capital(i);
        (named && self.w(i + 1) == "time").then(|| (self.w(i).to_owned(), false, i + 2))
    }
}
