//! The article's own date: which of its sources wins, and how each is read.

pub(super) mod grammar;

use jiff::civil::Date;

use crate::record::PublishedAt;
use grammar::CalendarDate;

/// The article's own date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentDate {
    /// The date, in the publisher's zone where known.
    pub date: Date,
    /// Where it comes from.
    pub via: DateSource,
}

/// Sources of an article's date, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateSource {
    /// The field `published_at`.
    Published,
    /// A crawler's prefix in the text ("date 2022-02-03").
    CrawlerPrefix,
    /// The dateline.
    Dateline,
    /// The address ("/2022/02/03/").
    Url,
    /// A full date in the byline or a caption.
    Text,
    /// A time shown on the page, or that of its last change.
    Page,
}

/// What each source says; what is missing in one is resolved against the others.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dates {
    pub(super) published: Option<Date>,
    pub(super) crawler: Option<CalendarDate>,
    pub(super) dateline: Option<CalendarDate>,
    pub(super) url: Option<Date>,
    pub(super) text: Option<Date>,
    pub(super) page: Option<Date>,
}

impl Dates {
    /// The dateline's date. A year that it lacks is the one that brings it closest to the other sources.
    pub(super) fn dateline(&self) -> Option<Date> {
        let crawler = self.crawler.and_then(|c| c.resolve(self.published));
        self.dateline?.resolve(self.published.or(crawler).or(self.url).or(self.text).or(self.page))
    }

    /// The best source there is.
    pub(super) fn best(&self) -> Option<DocumentDate> {
        let from = |date: Option<Date>, via| date.map(|date| DocumentDate { date, via });
        from(self.published, DateSource::Published)
            .or_else(|| from(self.crawler.and_then(|c| c.resolve(None)), DateSource::CrawlerPrefix))
            .or_else(|| from(self.dateline(), DateSource::Dateline))
            .or_else(|| from(self.url, DateSource::Url))
            .or_else(|| from(self.text, DateSource::Text))
            .or_else(|| from(self.page, DateSource::Page))
    }
}

/// Reads `published_at`: RFC 3339 (a blank for the `T` and a missing zone tolerated), RFC 2822, seconds or milliseconds
/// since 1970, or a date alone in any form the grammar knows. The date is the publisher's: an offset is not converted.
pub(super) fn published(value: &PublishedAt) -> Option<Date> {
    match value {
        PublishedAt::Epoch(n) => epoch(*n),
        PublishedAt::Text(text) => {
            let text = text.trim();
            if text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit()) && text.len() != 14 {
                return text.parse().ok().and_then(epoch);
            }
            jiff::fmt::temporal::Pieces::parse(text)
                .map(|pieces| pieces.date())
                .ok()
                .or_else(|| jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text).map(|z| z.date()).ok())
                .or_else(|| grammar::at_start(text).and_then(|(date, _)| date.full()))
                .filter(|date| (1800..2200).contains(&date.year()))
        }
    }
}

/// A date as pages write them besides: "23/02/2022", and Java's "Thu Feb 03 10:15:00 CET 2022".
pub(super) fn on_page(text: &str) -> Option<Date> {
    grammar::day_month_year(text).or_else(|| year_last(text))
}

fn year_last(text: &str) -> Option<Date> {
    let (rest, year) = text.rsplit_once(' ')?;
    let day = rest.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    grammar::at_start(&format!("{day} {year}"))?.0.full()
}

/// Seconds, or milliseconds where seconds would lie beyond the year 5000.
fn epoch(n: i64) -> Option<Date> {
    let seconds = if n.unsigned_abs() >= 100_000_000_000 { n / 1000 } else { n };
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(at).date())
}

/// A date in an address: "/2022/02/03/", "/2022-02-03-...", "/20220203/".
pub(super) fn in_url(url: &str) -> Option<Date> {
    // Beyond 2 kB an address carries data, not a path.
    let url = url.get(..2048).unwrap_or(url);
    let starts = url
        .bytes()
        .enumerate()
        .filter(|&(i, b)| (b == b'1' || b == b'2') && i > 0 && !url.as_bytes()[i - 1].is_ascii_alphanumeric());
    starts.filter_map(|(i, _)| grammar::numeric(&url[i..])).find_map(|(date, _)| date.full())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_at_is_read_leniently() {
        let check = |text: &str, expect: Option<&str>| {
            let found = published(&PublishedAt::Text(text.to_owned())).map(|d| d.to_string());
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("2022-02-03T23:30:00-05:00", Some("2022-02-03"));
        check("2022-02-03T04:30:00Z", Some("2022-02-03"));
        check("2022-02-03 04:30:00", Some("2022-02-03"));
        check("2022-02-03", Some("2022-02-03"));
        check("Thu, 03 Feb 2022 10:15:00 +0100", Some("2022-02-03"));
        check("3 February 2022", Some("2022-02-03"));
        check("Feb. 3, 2022, 10:15 a.m. EST", Some("2022-02-03"));
        check("1643900000", Some("2022-02-03"));
        check("1643900000000", Some("2022-02-03"));
        check("20220203", Some("2022-02-03"));
        check("20220203101500", Some("2022-02-03"));
        check("Thu Feb 03 2022 10:15:00 GMT+0100 (CET)", Some("2022-02-03"));
        check("2022-02-03T10:15:00.000+0000", Some("2022-02-03"));
        check("yesterday", None);
        check("2022-02-31", None);
        assert_eq!(published(&PublishedAt::Epoch(i64::MIN)), None);
    }

    #[test]
    fn pages_write_dates_in_other_ways_too() {
        for (text, expect) in [
            ("Thu Feb 03 10:15:00 CET 2022", Some("2022-02-03")),
            ("23/02/2022 10:15", Some("2022-02-23")),
            ("2/23/2022 10:15 AM", Some("2022-02-23")),
            ("3.2.2022", Some("2022-02-03")),
            ("2/2/2022", Some("2022-02-02")),
            ("3/2/2022", None),
            ("23/22/2022", None),
            ("3 of 4 in 2022", None),
        ] {
            assert_eq!(on_page(text).map(|d| d.to_string()).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn addresses_carry_dates() {
        let check = |url: &str, expect: Option<&str>| {
            assert_eq!(in_url(url).map(|d| d.to_string()).as_deref(), expect, "{url}");
        };
        check("https://example.org/news/2022/07/02/2003781001", Some("2022-07-02"));
        check("https://example.org/a/2022-07-07-kelp", Some("2022-07-07"));
        check("https://example.org/20220707/story", Some("2022-07-07"));
        check("https://example.org/news/2003781001", None);
        check("https://example.org/2022/13/41", None);
    }

    #[test]
    fn the_best_source_wins_and_lends_its_year() {
        let day = |text: &str| text.parse::<Date>().ok();
        let calendar = |text: &str| grammar::at_start(text).map(|(date, _)| date);
        let dates = Dates { dateline: calendar("Dec. 30"), url: day("2022-01-02"), ..Dates::default() };
        assert_eq!(dates.dateline(), day("2021-12-30"));
        assert_eq!(dates.best().map(|d| d.via), Some(DateSource::Dateline));
        let dates = Dates { dateline: calendar("March 3"), text: day("2019-03-04"), ..Dates::default() };
        assert_eq!(dates.best().map(|d| d.date), day("2019-03-03"));
        let dates = Dates { dateline: calendar("March 3"), ..Dates::default() };
        assert_eq!(dates.best(), None, "a day without any year is no date");
        let dates = Dates { crawler: calendar("2022-02-03"), dateline: calendar("4 FEB 90"), ..Dates::default() };
        assert_eq!(dates.best().map(|d| d.via), Some(DateSource::CrawlerPrefix));
    }
}
