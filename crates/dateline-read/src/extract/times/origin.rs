//! The day a story speaks from: the dateline's own, or the article's date as the calendar stands at the dateline's place.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::Lexicon;
use super::expr::{Base, Expr, Point};
use super::grammar::Match;
use super::lexicon::Class;
use crate::article::DateSource;
use crate::extract::Story;
use crate::extract::numbers::Words;

/// How many days the article's date may lie after its dateline's. Farther apart, one of the two is about something else.
const LATER: std::ops::RangeInclusive<i32> = -1..=31;

/// What is known of a dateline's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Standard time, ahead of UTC: summer time matters for one hour of the day only.
    hours: i8,
    /// Whether its press writes 3 May as 03/05.
    pub(super) day_first: bool,
}

/// The dateline's place, where the table has it.
pub(super) fn place(story: &Story<'_>, lexicon: &Lexicon) -> Option<Place> {
    let range = story.article.layout.dateline.as_ref()?.place.clone()?;
    let name = story.article.body().get(range)?.to_lowercase();
    let mut classes = name.split(|c: char| !c.is_alphabetic()).flat_map(|word| lexicon.classes(word));
    classes.find_map(|c| match c {
        Class::Place(hours, day_first) => Some(Place { hours: *hours, day_first: *day_first }),
        _ => None,
    })
}

/// The day that weekdays and "today" count from; `first` is the first time expression of the text.
pub(super) fn day(story: &Story<'_>, words: &Words, place: Option<Place>, first: Option<&Match>) -> Option<Date> {
    let date = story.date()?;
    let fits = |day: &Date| day.until(date).is_ok_and(|span| LATER.contains(&span.get_days()));
    let dateline = story.article.layout.dateline.as_ref().and_then(|d| d.date);
    dateline
        .filter(fits)
        .or_else(|| trailing(words, first?, date).find(fits))
        .or_else(|| {
            let stamp = story.article.published_at.as_deref()?;
            let published = story.article.date.is_some_and(|d| d.via == DateSource::Published);
            local(stamp, place.filter(|_| published)?.hours)
        })
        .or(Some(date))
}

/// The date between an agency and the dash that ends the dateline: "KABUL (AP) - March 1 - ". The years it may have.
fn trailing(words: &Words, first: &Match, date: Date) -> impl Iterator<Item = Date> {
    let dash = |i: usize| matches!(words.get(i), "-" | "--" | "–" | "—" | "_");
    let (start, end) = (first.words.start, first.words.end);
    let opened = start > 0 && start < 20 && (dash(start - 1) || matches!(words.get(start - 1), ")" | ","));
    let written = match &first.expr {
        Expr::Point(Point { base: Base::Date { year, month, day: Some(day), .. }, .. })
            if opened && dash(end) && !words.glued(end) =>
        {
            Some((*year, *month, *day))
        }
        _ => None,
    };
    let years = (date.year() - 1..=date.year() + 1).rev();
    years.filter_map(move |y| {
        let (year, month, day) = written?;
        Date::new(y, month, day).ok().filter(|_| year.is_none_or(|year| year == y))
    })
}

/// The article's date at the dateline's place, where the stamp of publication is in UTC: a day ahead in the evening of
/// Greenwich for Tokyo, a day behind in its morning for Los Angeles. Midnight to the second is a date without a time.
fn local(stamp: &str, hours: i8) -> Option<Date> {
    let utc = stamp.ends_with(['Z', 'z']) || stamp.ends_with("+00:00");
    let instant: Timestamp = stamp.parse().ok().filter(|_| utc)?;
    if Offset::UTC.to_datetime(instant).time() == Time::midnight() {
        return None;
    }
    Some(Offset::from_hours(hours).ok()?.to_datetime(instant).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    #[test]
    fn stamps_in_utc_are_read_at_the_datelines_place() {
        let lexicon = Lexicon::load().expect("the embedded tables are well formed");
        let check = |city: &str, stamp: &str, expect: Option<&str>| {
            let text = format!("{city} — A guard was shot dead near the old harbour on Monday, police said.");
            let day = place(&testing::read(&text, None), &lexicon).and_then(|p| local(stamp, p.hours));
            assert_eq!(day, expect.map(|d| d.parse().expect("a date")), "{city} {stamp}");
        };
        check("OSAKA", "2022-02-03T22:10:00Z", Some("2022-02-04"));
        check("OSAKA, Japan", "2022-02-03T10:10:00+00:00", Some("2022-02-03"));
        check("SEATTLE", "2022-02-03T04:10:00Z", Some("2022-02-02"));
        // A date without a time, a publisher's own zone, a place that the table lacks.
        check("SEATTLE", "2022-02-03T00:00:00Z", None);
        check("SEATTLE", "2022-02-03", None);
        check("OSAKA", "2022-02-03T22:10:00+09:00", None);
        check("OSLO", "2022-02-03T22:10:00Z", None);
    }
}
