//! Times of the stream: seconds and days since 1970, read from records and written to them. No clock of the machine.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// The day of an ISO 8601 text, by its own calendar.
pub(super) fn day(text: &str) -> Option<i32> {
    let date: Date = text.get(..10)?.parse().ok()?;
    let epoch = Date::constant(1970, 1, 1);
    (date - epoch).get_days().into()
}

/// Seconds of an ISO 8601 text; a date alone is its midnight in UTC.
pub(super) fn seconds(text: &str) -> Option<i64> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.as_second());
    }
    let local = text.parse::<DateTime>().or_else(|e| text.parse::<Date>().map(Into::into).map_err(|_| e)).ok()?;
    Some(TimeZone::UTC.to_timestamp(local).ok()?.as_second())
}

/// Seconds as ISO 8601 in UTC.
pub(super) fn text(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// A day as ISO 8601.
pub(super) fn date(day: i32) -> String {
    text(i64::from(day) * DAY).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_to_times_and_back() {
        assert_eq!(day("1970-01-02"), Some(1));
        assert_eq!(day("2016-03-01T23:59:00-05:00").map(date).as_deref(), Some("2016-03-01"));
        assert_eq!(day("last week"), None);
        assert_eq!(seconds("1970-01-02"), Some(DAY));
        assert_eq!(seconds("1970-01-02T01:00:00+01:00"), Some(DAY));
        assert_eq!(seconds("1970-01-02T00:00:00"), Some(DAY));
        assert_eq!(text(DAY), "1970-01-02T00:00:00Z");
    }
}
