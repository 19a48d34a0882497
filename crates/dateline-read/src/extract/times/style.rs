//! What kind of text the times stand in: news, which speaks from its own date, or narrative, which carries its year along;
//! and in which order it writes dates in digits.

use jiff::civil::Date;

use super::expr::{Base, Expr, Origin, Point, Shift};
use super::grammar;
use crate::extract::numbers::Words;

/// Whether a text tells history: years are named again and again, and the article's own date hardly matters.
///
/// News names weekdays, "today" and its own year; a history names other years. Without a date everything is narrative.
/// Of 22 bare months that dated newspapers wrote after the years of a background, 17 belonged to the article's date; its own
/// years count once, not as weekdays do, for the sake of histories of our days (WikiWars: 84.6 against 83.3).
pub(crate) fn is_narrative<'a>(date: Option<Date>, found: impl Iterator<Item = &'a Expr>) -> bool {
    let Some(date) = date else { return true };
    let (mut years, mut own, mut deictic) = (0usize, 0usize, 0usize);
    for expr in found {
        let Expr::Point(Point { base, .. }) = expr else { continue };
        match base {
            Base::Date { year: Some(y), .. } | Base::Year(y) | Base::Season(_, Some(y), _)
                if (date.year() - y).abs() > 1 =>
            {
                years += 1;
            }
            Base::Date { year: Some(_), .. } | Base::Year(_) | Base::Season(_, Some(_), _) => own += 1,
            Base::Weekday(..) | Base::Day(_) | Base::Unit(_, Shift { from: Origin::Document, .. }) => deictic += 1,
            _ => {}
        }
    }
    years >= 6 && years > 3 * deictic + own
}

/// Whether dates in digits have the day first. One text keeps to one order: a number over 12 proves it for all dates; else
/// American order, unless the press of the dateline's `place` has the other.
pub(crate) fn day_first(words: &Words, place: bool) -> bool {
    let (mut day, mut month) = (false, false);
    for (a, b, c) in (0..words.len()).filter_map(|i| grammar::digits(words, i)) {
        // "15-12-18" may begin with the year.
        if a.len() <= 2 && c.len() == 4 {
            let over = |field: &str| field.parse::<u16>().is_ok_and(|n| n > 12);
            day |= over(a);
            month |= over(b);
        }
    }
    if day == month { place && !day } else { day }
}

/// Whether the text speaks of years before Christ.
pub(crate) fn antiquity(words: &Words) -> bool {
    let dated =
        |i: usize| matches!(words.get(i), "bc" | "bce") && words.back(i, 1).parse::<u16>().is_ok_and(|y| y < 4000);
    (0..words.len()).filter(|i| dated(*i)).count() >= 3
}
