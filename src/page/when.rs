//! Times in words: as precise as the text, never more.

use jiff::civil::{Date, DateTime};

use crate::record::{Granularity, TimeMod, Timex, TimexType};

/// A time for people: "3 Feb 2022", "22–31 Jan 2022", "Oct 2015", "2011".
pub(super) fn words(timex: &Timex) -> String {
    let base = base(timex);
    let mark = match timex.modifier {
        Some(TimeMod::Before) => "before ",
        Some(TimeMod::After) => "after ",
        Some(TimeMod::OnOrBefore) => "by ",
        Some(TimeMod::OnOrAfter) => "from ",
        Some(TimeMod::LessThan) => "less than ",
        Some(TimeMod::MoreThan) => "more than ",
        Some(TimeMod::EqualOrLess) => "at most ",
        Some(TimeMod::EqualOrMore) => "at least ",
        Some(TimeMod::Approx) => "about ",
        Some(TimeMod::Start | TimeMod::Mid | TimeMod::End) | None => "",
    };
    format!("{mark}{base}")
}

fn base(timex: &Timex) -> String {
    let plain = || match timex.value.as_str() {
        "PAST_REF" => "some time before".to_owned(),
        "PRESENT_REF" => "now".to_owned(),
        "FUTURE_REF" => "some time ahead".to_owned(),
        // A weekday or a day of a year that the article leaves open.
        value if value.starts_with("XXXX") => "date unknown".to_owned(),
        value => value.to_owned(),
    };
    if matches!(timex.timex_type, TimexType::Duration | TimexType::Set) {
        return plain();
    }
    let (Some(start), Some(end)) = (timex.start.as_deref(), timex.end.as_deref()) else { return plain() };
    let (Some(first), Some(last)) = (day(start), day(end)) else { return plain() };
    let part = timex.value.split_once('T').map(|(_, part)| part);
    let part = match part {
        Some("MO") => ", morning".to_owned(),
        Some("AF") => ", afternoon".to_owned(),
        Some("EV") => ", evening".to_owned(),
        Some("NI") => ", night".to_owned(),
        _ => match start.split_once('T') {
            Some((_, clock)) if matches!(timex.granularity, Granularity::Minute | Granularity::Hour) => {
                format!(", {}", clock.get(..5).unwrap_or(clock))
            }
            _ => String::new(),
        },
    };
    match timex.granularity {
        Granularity::Year => timex.value.get(..4).unwrap_or(&timex.value).to_owned(),
        Granularity::Month => first.strftime("%b %Y").to_string(),
        _ if first == last => format!("{}{part}", first.strftime("%-d %b %Y")),
        _ if (first.year(), first.month()) == (last.year(), last.month()) => {
            format!("{}–{}", first.day(), last.strftime("%-d %b %Y"))
        }
        _ => format!("{} – {}", first.strftime("%-d %b %Y"), last.strftime("%-d %b %Y")),
    }
}

/// The precision in words.
pub(super) fn granularity(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Minute => "to the minute",
        Granularity::Hour => "to the hour",
        Granularity::PartOfDay => "part of a day",
        Granularity::Day => "day",
        Granularity::Week => "week",
        Granularity::PartOfMonth => "part of a month",
        Granularity::Month => "month",
        Granularity::Quarter => "quarter",
        Granularity::Season => "season",
        Granularity::Year => "year",
        Granularity::Decade => "decade",
        Granularity::Vague => "vague",
    }
}

/// The day of an ISO 8601 date or time.
fn day(iso: &str) -> Option<Date> {
    iso.get(..10)?.parse().ok()
}

/// The interval of a time in days since 1970-01-01, both ends of it covered.
pub(super) fn interval(timex: &Timex) -> Option<(f64, f64)> {
    let (start, end) = (timex.start.as_deref()?, timex.end.as_deref()?);
    let from = moment(start)?;
    let to = moment(end)? + if end.contains('T') { 1.0 / 1440.0 } else { 1.0 };
    (to > from).then_some((from, to))
}

fn moment(iso: &str) -> Option<f64> {
    let date = day(iso)?;
    let days = f64::from(epoch_day(date));
    let clock = iso.split_once('T').and_then(|(_, clock)| clock.get(..5));
    let time = clock.and_then(|clock| format!("{date}T{clock}:00").parse::<DateTime>().ok());
    Some(days + time.map_or(0.0, |t| (f64::from(t.hour()) * 60.0 + f64::from(t.minute())) / 1440.0))
}

/// Days since 1970-01-01.
pub(super) fn epoch_day(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// The date so many days after 1970-01-01, within jiff's range.
pub(super) fn date(day: f64) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    // Within i32 and jiff's own range, or the epoch.
    let days = day.floor().clamp(-4_000_000.0, 2_900_000.0) as i32;
    epoch.checked_add(jiff::Span::new().days(days)).unwrap_or(epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timex(value: &str, start: &str, end: &str, granularity: Granularity) -> Timex {
        Timex {
            timex_type: TimexType::Date,
            value: value.into(),
            modifier: None,
            anchor: None,
            start: Some(start.into()),
            end: Some(end.into()),
            granularity,
            timezone: None,
            duration: None,
            confidence: 1.0,
        }
    }

    #[test]
    fn times_read_as_precisely_as_they_are() {
        let check = |value, start, end, granularity, expect: &str| {
            assert_eq!(words(&timex(value, start, end, granularity)), expect);
        };
        check("2022-02-03", "2022-02-03", "2022-02-03", Granularity::Day, "3 Feb 2022");
        check("2022-01", "2022-01-22", "2022-01-31", Granularity::PartOfMonth, "22–31 Jan 2022");
        check("2011", "2011-01-01", "2011-12-31", Granularity::Year, "2011");
        check("2015-10", "2015-10-01", "2015-10-31", Granularity::Month, "Oct 2015");
        check("2023-07-09TEV", "2023-07-09", "2023-07-09", Granularity::PartOfDay, "9 Jul 2023, evening");
        check("2023-07-15T23:52", "2023-07-15T23:52", "2023-07-15T23:52", Granularity::Minute, "15 Jul 2023, 23:52");
        check("nonsense", "é", "é", Granularity::Day, "nonsense");
        let vague = Timex { start: None, end: None, ..timex("PAST_REF", "", "", Granularity::Vague) };
        assert_eq!(words(&vague), "some time before");
        let open = Timex { start: None, end: None, ..timex("XXXX-WXX-1", "", "", Granularity::Day) };
        assert_eq!(words(&open), "date unknown");
    }

    #[test]
    fn intervals_cover_their_last_day() {
        let days = |start, end| interval(&timex("", start, end, Granularity::Day));
        assert_eq!(days("1970-01-02", "1970-01-02"), Some((1.0, 2.0)));
        assert_eq!(days("1970-01-01T12:00", "1970-01-01T12:00"), Some((0.5, 0.5 + 1.0 / 1440.0)));
        assert_eq!(days("1970-02-01", "1970-01-01"), None);
        assert_eq!(date(1.5).to_string(), "1970-01-02");
        assert_eq!(epoch_day(date(19_000.0)), 19_000);
    }
}
