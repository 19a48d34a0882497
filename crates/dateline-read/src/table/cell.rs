//! Values of a row, and how the JSON of a record becomes one.
//!
//! Times come as newspapers and their feeds write them: ISO 8601 with or without a zone, RFC 2822, seconds or
//! milliseconds since 1970. What has no zone is taken as UTC, a date alone as its first moment. What cannot be read is
//! empty, never guessed.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::column::Kind;

/// Between the values of a list.
pub(super) const BETWEEN: &str = "; ";

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// The record does not say.
    Empty,
    /// Words, a code, an id, or a list of them.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

impl Cell {
    /// A text; empty where it has no letters.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// The value as a column of this kind holds it.
    pub(super) fn of(value: &Value, kind: Kind) -> Self {
        match kind {
            Kind::Text => words(value).map_or(Self::Empty, Self::text),
            Kind::Int => value.as_i64().map_or(Self::Empty, Self::Int),
            Kind::Float => value.as_f64().map_or(Self::Empty, Self::Float),
            Kind::Bool => value.as_bool().map_or(Self::Empty, Self::Bool),
            Kind::Date => value.as_str().and_then(date).and_then(days).map_or(Self::Empty, Self::Date),
            Kind::Time => words(value).and_then(|text| time(&text)).map_or(Self::Empty, Self::Time),
        }
    }

    /// The value for formats that have texts, numbers and truth values only.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Int(n) => (*n).into(),
            Self::Float(n) => (*n).into(),
            Self::Bool(b) => (*b).into(),
            Self::Date(days) => shown_date(*days).into(),
            Self::Time(millis) => shown_time(*millis).into(),
        }
    }

    /// The day of a date or a time (UTC).
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::Date(days) => day_of(*days),
            Self::Time(millis) => {
                Timestamp::from_millisecond(*millis).ok().map(|t| TimeZone::UTC.to_datetime(t).date())
            }
            _ => None,
        }
    }
}

/// A value in words; null and what is empty give none. A record in a record stays JSON.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::Array(values) => {
            let mut seen: Vec<String> = Vec::new();
            for word in values.iter().filter_map(words).filter(|word| !word.is_empty()) {
                if !seen.contains(&word) {
                    seen.push(word);
                }
            }
            Some(seen.join(BETWEEN))
        }
        Value::Object(fields) => (!fields.is_empty()).then(|| value.to_string()),
    }
}

/// The day that an ISO 8601 date or time begins with.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let stated = || text.parse::<Timestamp>().ok();
    let mail = || jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let utc = |local: DateTime| TimeZone::UTC.to_timestamp(local).ok();
    let local = || text.parse::<DateTime>().ok().and_then(utc);
    let epoch = || {
        let number: i64 = text.parse().ok()?;
        // As `article.raw/1` reads them.
        let millis = if number.abs() >= 100_000_000_000 { number } else { number.checked_mul(1000)? };
        Timestamp::from_millisecond(millis).ok()
    };
    stated().or_else(mail).or_else(epoch).or_else(local).map(|t| t.as_millisecond())
}

/// Days since 1970-01-01.
fn days(date: Date) -> Option<i32> {
    let epoch = Date::new(1970, 1, 1).ok()?;
    Some(epoch.until(date).ok()?.get_days())
}

fn day_of(days: i32) -> Option<Date> {
    Date::new(1970, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// `2024-05-18`.
pub(super) fn shown_date(days: i32) -> String {
    day_of(days).map(|d| d.to_string()).unwrap_or_default()
}

/// `2024-05-18T11:10:00Z`.
pub(super) fn shown_time(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map(|t| t.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_feeds_write_them() {
        let shown = |value: Value| match Cell::of(&value, Kind::Time) {
            Cell::Time(millis) => shown_time(millis),
            _ => String::new(),
        };
        for (text, expect) in [
            ("2024-05-18T11:10:00Z", "2024-05-18T11:10:00Z"),
            ("2023-04-19T22:41:00-04:00", "2023-04-20T02:41:00Z"),
            ("2023-04-19T22:41:00", "2023-04-19T22:41:00Z"),
            ("2023-10-09", "2023-10-09T00:00:00Z"),
            ("Wed, 24 May 2023 19:05:00 +0300", "2023-05-24T16:05:00Z"),
            ("1684944300", "2023-05-24T16:05:00Z"),
            ("1684944300000", "2023-05-24T16:05:00Z"),
            ("last week", ""),
            ("", ""),
        ] {
            assert_eq!(shown(json!(text)), expect, "{text:?}");
        }
        assert_eq!(shown(json!(1_684_944_300)), "2023-05-24T16:05:00Z");
    }

    #[test]
    fn each_kind_takes_what_it_can_hold_and_leaves_the_rest() {
        for (value, kind, expect) in [
            (json!("2024-05-18T10:00"), Kind::Date, Cell::Date(19_861)),
            (json!("1969-12-31"), Kind::Date, Cell::Date(-1)),
            (json!("2024-05"), Kind::Date, Cell::Empty),
            (json!(14), Kind::Int, Cell::Int(14)),
            (json!("14"), Kind::Int, Cell::Empty),
            (json!(-10), Kind::Float, Cell::Float(-10.0)),
            (json!(null), Kind::Text, Cell::Empty),
            (json!(""), Kind::Text, Cell::Empty),
            (json!([]), Kind::Text, Cell::Empty),
            (json!(["police", null, "army", "police"]), Kind::Text, Cell::text("police; army")),
            (json!({"desk": "world"}), Kind::Text, Cell::text(r#"{"desk":"world"}"#)),
            (json!({}), Kind::Text, Cell::Empty),
            (json!(false), Kind::Bool, Cell::Bool(false)),
        ] {
            assert_eq!(Cell::of(&value, kind), expect, "{value} as {kind:?}");
        }
    }

    proptest! {
        #[test]
        fn any_day_comes_back(days in -700_000_i32..700_000) {
            prop_assert_eq!(Cell::of(&json!(shown_date(days)), Kind::Date), Cell::Date(days));
        }
    }
}
