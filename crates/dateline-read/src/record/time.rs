//! Time expressions after TIMEX3 (ISO-TimeML) with resolved intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::span::{Span, Via};

/// A normalised time expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timex {
    /// TIMEX3 type.
    pub timex_type: TimexType,
    /// TIMEX3 value: `2022-02-03`, `2022-W05`, `PT2H`, `PAST_REF`, ...
    pub value: String,
    /// TIMEX3 modifier.
    #[serde(rename = "mod")]
    pub modifier: Option<TimeMod>,
    /// What a relative expression was anchored to.
    pub anchor: Option<TimeAnchor>,
    /// First day or instant covered (ISO 8601), null for durations, sets and vague references.
    pub start: Option<String>,
    /// Last day or instant covered, inclusive (ISO 8601).
    pub end: Option<String>,
    /// Precision of the expression.
    pub granularity: Granularity,
    /// Zone words of the text, e.g. `local` or `GMT`.
    pub timezone: Option<String>,
    /// ISO 8601 duration where the expression states one.
    pub duration: Option<String>,
    /// Confidence of the value, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// TIMEX3 types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum TimexType {
    Date,
    Time,
    Duration,
    Set,
}

/// TIMEX3 modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum TimeMod {
    Before,
    After,
    OnOrBefore,
    OnOrAfter,
    LessThan,
    MoreThan,
    EqualOrLess,
    EqualOrMore,
    Start,
    Mid,
    End,
    Approx,
}

/// The point that a relative expression was resolved against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TimeAnchor {
    /// The article's own date.
    Dct {
        /// The date (ISO 8601).
        value: String,
    },
    /// Another time expression of the text.
    Timex {
        /// Its value.
        value: String,
    },
    /// An event of the text.
    Event {
        /// The words that name it.
        value: String,
    },
}

/// Precision of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Granularity {
    Minute,
    Hour,
    PartOfDay,
    Day,
    Week,
    PartOfMonth,
    Month,
    Quarter,
    Season,
    Year,
    Decade,
    Vague,
}

/// A time expression of the article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimeRecord {
    /// The expression.
    #[serde(flatten)]
    pub span: Span,
    /// Its meaning.
    #[serde(flatten)]
    pub timex: Timex,
}

/// When an event happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventTime {
    /// The expression in the text that governs the event.
    pub span: Option<Span>,
    /// How the time was tied to the event.
    pub via: Via,
    /// The time.
    #[serde(flatten)]
    pub timex: Timex,
}
