//! Messages to articles: format, decoding, limits, and the order of the steps.

use super::body::{BELOW_TITLE, Body};
use super::date::{self, Dates};
use super::error::IntakeError;
use super::foreign;
use super::html::{self, Page};
use super::json;
use super::language::{Language, Languages};
use super::layout::{self, Tables};
use super::limits::Limits;
use super::title;
use super::{Article, IntakeNote};
use crate::record::{PublishedAt, RawArticle, id};

/// What the sender says about a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hint {
    /// The format; found out from the bytes where it is not given.
    pub format: Option<Format>,
}

/// Formats of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `article.raw/1` JSON.
    Json,
    /// Plain text.
    Text,
    /// HTML.
    Html,
}

impl Hint {
    /// Reads a `content-type`; unknown types give no hint.
    pub fn content_type(value: &str) -> Self {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let format = match essence.as_str() {
            "text/plain" => Some(Format::Text),
            "text/html" | "application/xhtml+xml" => Some(Format::Html),
            "application/json" | "text/json" => Some(Format::Json),
            other if other.starts_with("application/") && other.ends_with("+json") => Some(Format::Json),
            _ => None,
        };
        Hint { format }
    }
}

/// Turns messages into articles. Build it once; it holds the limits and the tables.
#[derive(Debug, Clone)]
pub struct Intake {
    limits: Limits,
    published_at: Option<PublishedAt>,
    tables: Tables,
    languages: Languages,
}

impl Default for Intake {
    fn default() -> Self {
        Intake::new(Limits::default())
    }
}

impl Intake {
    /// Loads the tables.
    pub fn new(limits: Limits) -> Self {
        Intake { limits, published_at: None, tables: Tables::load(), languages: Languages::load() }
    }

    /// The same, with the publication date of articles that come without one.
    ///
    /// # Errors
    /// The text is no date that `published_at` could hold.
    pub fn with_published_at(self, text: &str) -> Result<Self, String> {
        let published_at = PublishedAt::Text(text.to_owned());
        match date::published(&published_at) {
            Some(_) => Ok(Self { published_at: Some(published_at), ..self }),
            None => Err(format!("{text:?} is no date; write e.g. 2031-05-04 or 2031-05-04T03:02:01Z")),
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads one message.
    ///
    /// JSON is what begins with a brace, is JSON from beginning to end, or is declared as JSON; everything else is text,
    /// unless it is recognised as [`foreign`]. A byte order mark is tolerated. Control characters are kept, as text.
    pub fn read(&self, bytes: &[u8], hint: &Hint) -> Result<Article, IntakeError> {
        let limit = self.limits.bytes.min(u32::MAX as usize);
        if bytes.len() > limit {
            return Err(IntakeError::TooLarge { bytes: bytes.len(), limit });
        }
        let bytes = foreign::unframed(bytes)?;
        let text = std::str::from_utf8(bytes).map_err(|e| IntakeError::NotUtf8 { at: e.valid_up_to() })?;
        let content = text.trim_start_matches('\u{feff}');
        if content.trim().is_empty() {
            return Err(IntakeError::EmptyMessage);
        }
        foreign::check_characters(content)?;
        let raw = match hint.format {
            Some(Format::Json) => json::parse(content, &self.limits)?,
            None if json::is_json(content) => json::parse(content, &self.limits)?,
            format => {
                if format.is_none() {
                    foreign::check_shape(content)?;
                }
                RawArticle { text: text.to_owned(), ..RawArticle::default() }
            }
        };
        self.check(&raw)?;
        let html = match hint.format {
            Some(Format::Html) => true,
            Some(Format::Text) => false,
            _ => html::is_html(&raw.text),
        };
        let page = if html { Some(html::read(&raw.text, self.limits.html_depth)?) } else { None };
        if page.as_ref().is_some_and(|page| page.body.text.trim().is_empty()) {
            return Err(IntakeError::EmptyText);
        }
        let unsure = match self.languages.judge(page.as_ref().map_or(&raw.text, |page| &page.body.text)) {
            Language::English => false,
            Language::Unsure => true,
            Language::Other(found) => return Err(IntakeError::UnsupportedLanguage { found }),
        };
        let mut article = self.assemble(raw, page);
        if unsure {
            article.notes.push(IntakeNote::LanguageUnsure);
        }
        Ok(article)
    }

    /// An article from plain text alone, with no limit and no language check: for tests, benches and tools.
    pub fn text(&self, text: &str) -> Article {
        self.assemble(RawArticle { text: text.to_owned(), ..RawArticle::default() }, None)
    }

    fn check(&self, raw: &RawArticle) -> Result<(), IntakeError> {
        if raw.text.trim().is_empty() {
            return Err(IntakeError::EmptyText);
        }
        if raw.text.len() > self.limits.chars {
            let chars = raw.text.chars().count();
            if chars > self.limits.chars {
                return Err(IntakeError::TooLong { chars, limit: self.limits.chars });
            }
        }
        Ok(())
    }

    fn assemble(&self, mut raw: RawArticle, page: Option<Page>) -> Article {
        let received = raw.text;
        let mut published = raw.published_at.as_ref().map(date::published);
        let mut stated = (None, None);
        let field = raw.title.is_some();
        let (body, marks) = match page {
            Some(page) => {
                let read =
                    |text: &Option<String>| text.clone().map(PublishedAt::Text).as_ref().and_then(date::published);
                stated = (read(&page.published), read(&page.dated));
                raw.title =
                    raw.title.or(page.title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" ")));
                raw.published_at = raw.published_at.or(page.published.map(PublishedAt::Text));
                (Some(page.body), page.marks)
            }
            None => (Body::of_plain(&received), Vec::new()),
        };
        if raw.published_at.is_none() {
            raw.published_at.clone_from(&self.published_at);
            published = raw.published_at.as_ref().map(date::published);
        }
        let text = body.as_ref().map_or(received.as_str(), |b| &b.text);

        let outline = layout::outline(text, raw.title.as_deref(), &marks, &self.tables);
        let dates = Dates {
            published: published.flatten().or(stated.0),
            crawler: outline.crawler_date,
            dateline: outline.dateline_date,
            url: raw.url.as_deref().and_then(date::in_url).or(outline.url_date),
            text: outline.text_date,
            page: stated.1,
        };
        let mut layout = outline.layout;
        if let Some(dateline) = &mut layout.dateline {
            dateline.date = dates.dateline();
        }
        let date = dates.best();
        // A page's own title is made for its tab; its headline stands in the text.
        let headline = raw.title.as_deref().filter(|_| field).and_then(|title| title::headline(title, text, &layout));
        let body = match headline {
            Some(headline) => {
                layout.below(headline.len(), BELOW_TITLE.len());
                Some(body.unwrap_or_else(|| Body::same(&received)).below(headline))
            }
            None => body,
        };
        let mut notes = Vec::new();
        if published == Some(None) {
            notes.push(IntakeNote::UnreadablePublishedAt);
        }
        if date.is_none() {
            notes.push(IntakeNote::NoDocumentDate);
        }
        Article {
            id: raw.id.unwrap_or_else(|| id::article_id(&id::text_sha256(&received))),
            url: raw.url,
            source: raw.source,
            title: raw.title,
            published_at: raw.published_at.map(|p| p.to_string()),
            // The text is English; which English, only the producer can say.
            language: raw
                .language
                .filter(|l| l.to_ascii_lowercase().starts_with("en"))
                .unwrap_or_else(|| "en".to_owned()),
            extra: raw.extra,
            date,
            layout,
            notes,
            received,
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::DateSource;
    use super::*;

    fn read(bytes: &[u8]) -> Result<Article, IntakeError> {
        Intake::default().read(bytes, &Hint::default())
    }

    #[test]
    fn formats_are_told_apart() {
        let article = read(b"\n {\"id\":\"a-1\",\"text\":\"The port was closed.\",\"desk\":\"world\"}").unwrap();
        assert_eq!((article.id.as_str(), article.received()), ("a-1", "The port was closed."));
        assert_eq!(article.extra["desk"], "world");
        let article = read(b"The port was closed.").unwrap();
        assert!(article.id.starts_with("a1-"), "{}", article.id);
        let brace = b"{The port} was closed on Monday.";
        assert_eq!(read(brace).unwrap_err().kind(), "not_json");
        let hint = Hint::content_type("text/plain; charset=utf-8");
        assert_eq!(Intake::default().read(brace, &hint).unwrap().received().len(), brace.len());
        assert_eq!(Hint::content_type("application/cloudevents+json").format, Some(Format::Json));
        assert_eq!(Hint::content_type("application/octet-stream").format, None);
    }

    #[test]
    fn every_limit_has_its_own_reason() {
        let intake = Intake::new(Limits { bytes: 100, chars: 20, ..Limits::default() });
        let kind = |bytes: &[u8]| intake.read(bytes, &Hint::default()).map_or_else(|e| e.kind(), |_| "ok");
        assert_eq!(kind(&[b'a'; 101]), "too_large");
        assert_eq!(kind(&[b'a'; 21]), "too_long");
        assert_eq!(kind("é".repeat(20).as_bytes()), "ok");
        assert_eq!(kind(b"ab\xFFcd"), "not_utf8");
        assert_eq!(kind(b""), "empty_message");
        assert_eq!(kind(b" \n\xEF\xBB\xBF "), "ok", "a byte order mark within the text is a character");
        assert_eq!(kind(b"\xEF\xBB\xBF \n"), "empty_message");
        assert_eq!(kind(br#"{"text":" \n"}"#), "empty_text");
        assert_eq!(kind(b"a\0b"), "ok");
        assert_eq!(read(b"ab\xFFcd").unwrap_err(), IntakeError::NotUtf8 { at: 2 });
    }

    #[test]
    fn a_byte_order_mark_is_received_but_not_read() {
        let text = "\u{feff}PARIS (AP) — The port was closed on Monday after a ferry ran aground, officials said.";
        let article = read(text.as_bytes()).unwrap();
        assert_eq!(article.received(), text);
        assert!(article.body().starts_with("PARIS"));
        assert_eq!(&text[article.received_range(0..5)], "PARIS");
        assert!(article.layout.dateline.is_some());
    }

    #[test]
    fn dates_come_from_the_best_source() {
        let dateline = "LISBON, Dec. 30 (AP) — The port was closed on Monday after a ferry ran aground.";
        let check = |json: serde_json::Value, expect: Option<(&str, DateSource)>, notes: &[IntakeNote]| {
            let article = read(json.to_string().as_bytes()).unwrap();
            let date = article.date.map(|d| (d.date.to_string(), d.via));
            assert_eq!(date.as_ref().map(|(d, via)| (d.as_str(), *via)), expect, "{json}");
            assert_eq!(article.notes, notes, "{json}");
        };
        check(
            serde_json::json!({"text": dateline, "published_at": "2022-01-01T00:30:00+01:00"}),
            Some(("2022-01-01", DateSource::Published)),
            &[],
        );
        check(
            serde_json::json!({"text": dateline, "url": "https://example.org/2022/01/02/port", "published_at": "soon"}),
            Some(("2021-12-30", DateSource::Dateline)),
            &[IntakeNote::UnreadablePublishedAt],
        );
        check(
            serde_json::json!({"text": format!("date 2022-01-01 {dateline}")}),
            Some(("2022-01-01", DateSource::CrawlerPrefix)),
            &[],
        );
        check(serde_json::json!({"text": dateline}), None, &[IntakeNote::NoDocumentDate]);
        check(
            serde_json::json!({"text": format!("{dateline}\n\nMen look at a ferry, Thursday, Dec. 30, 2021. (AP Photo/Jane Roe)")}),
            Some(("2021-12-30", DateSource::Dateline)),
            &[],
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn no_text_makes_it_panic(text in "(?s)(\\{\"text\":\"|[\"{}\\[\\]()—:/.,\u{feff} \n-]|.|date 2022-|By |\\(AP|Feb\\. 30){0,60}") {
            if let Ok(article) = read(text.as_bytes()) {
                let body = article.body();
                for block in &article.layout.blocks {
                    let received = article.received_range(block.range.clone());
                    prop_assert_eq!(&article.received()[received], &body[block.range.clone()]);
                }
            }
        }
    }
}
