//! When a page says that its article was published.
//!
//! Pages say it several times and not always the same: `meta` elements, JSON-LD and `time` elements speak of the article,
//! of the page, of the last change, or of another story. Every statement is offered; the best one that is a date wins.

use std::collections::VecDeque;

use jiff::civil::Date;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use serde_json::{Map, Value};

use super::tokens::Attributes;
use crate::article::date;
use crate::record::PublishedAt;

/// What a statement speaks of, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The publication of the article.
    Published,
    /// The publication of the page, or of what an element of the body shows: most often the article.
    Beside,
    /// Its making.
    Created,
    /// A date, it does not say of what. Reuters' pages had the time of the last change in `sailthru.date`.
    Vague,
    /// A time shown on the page.
    Shown,
    /// The last change.
    Changed,
}

/// Names of `meta` and `itemprop`, in lower case without anything but letters and digits: pages write "publish-date",
/// "publish_date" and "publishDate", "dc.date.issued" and "DC:date:issued".
const NAMES: [(Kind, &[&str]); 4] = [
    (
        Kind::Published,
        &[
            "articledateoriginal",
            "articleoriginal",
            "articlepublicationdate",
            "articlepublished",
            "articlepublishedat",
            "articlepublisheddate",
            "articlepublishedtime",
            "articlepublishtime",
            "btpubdate",
            "citationdate",
            "citationonlinedate",
            "citationpublicationdate",
            "cxenseparsepublishtime",
            "cxenseparserecspublishtime",
            "datepublished",
            "datepublish",
            "dateissued",
            "dcdateissued",
            "dcissued",
            "dctermsissued",
            "dctermsdateissued",
            "firstpublished",
            "firstpublicationdate",
            "issued",
            "newspublished",
            "ogarticlepublished",
            "ogarticlepublishedtime",
            "ogdatepublished",
            "ogpubdate",
            "ogpublished",
            "ogpublishedtime",
            "ogpublishdate",
            "originalpublicationdate",
            "parselypubdate",
            "pdate",
            "prismpublicationdate",
            "pubdate",
            "publicationdate",
            "publicationtime",
            "publishdate",
            "published",
            "publishedat",
            "publisheddate",
            "publishedtime",
            "publishtime",
            "releasedate",
            "rnewsdatepublished",
            "schemadatepublished",
            "shareaholicarticlepublishedtime",
        ],
    ),
    (
        Kind::Created,
        &[
            "articlecreated",
            "created",
            "creationdate",
            "datecreated",
            "dccreated",
            "dcdatecreated",
            "dctermscreated",
            "schemadatecreated",
        ],
    ),
    (
        Kind::Vague,
        &["articledate", "date", "datetime", "dcdate", "dctermsdate", "displaydate", "sailthrudate", "timestamp"],
    ),
    (
        Kind::Changed,
        &[
            "articlemodified",
            "articlemodifiedtime",
            "articleupdated",
            "articleupdatedtime",
            "datemodified",
            "dateupdated",
            "dcdatemodified",
            "dctermsmodified",
            "lastmodified",
            "lastupdated",
            "modified",
            "ogarticlemodifiedtime",
            "ogmodifiedtime",
            "ogupdatedtime",
            "schemadatemodified",
            "updated",
        ],
    ),
];

/// Classes of `time` (and of `abbr`, where microformats once put it), one of them enough; what is published comes first,
/// because WordPress writes "entry-date published updated".
const CLASSES: [(Kind, &[&str]); 2] = [
    (Kind::Beside, &["dt-published", "entry-date", "published", "pubdate", "publish-date", "published-date"]),
    (Kind::Changed, &["dt-updated", "modified", "updated"]),
];

/// Elements whose dates are those of other stories, or of none.
const ELSEWHERE: [&str; 4] = ["aside", "dialog", "nav", "template"];

/// Where JSON-LD may hold the article within something else. Lists, comments and mentions hold other stories.
const CONTAINERS: [&str; 4] = ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"];

/// Whether the dates of an element within these others are the page's own.
pub(super) fn belongs<'a>(mut within: impl Iterator<Item = &'a str>) -> bool {
    !within.any(|name| ELSEWHERE.contains(&name))
}

/// The best statement so far.
#[derive(Debug, Default)]
pub(super) struct Statements {
    best: Option<Statement>,
}

#[derive(Debug)]
struct Statement {
    kind: Kind,
    date: Date,
    precision: Precision,
    text: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Day,
    /// In UTC, or nobody knows where.
    Time,
    /// Of the publisher's own clock, which tells the publisher's day.
    LocalTime,
}

impl Statement {
    fn new(kind: Kind, text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, text) = match date::published(&PublishedAt::Text(text.to_owned())) {
            // What readers of records could not tell, a number of seconds or which one is the month, is told as a day.
            Some(date) if text.bytes().all(|b| b.is_ascii_digit()) => (date, date.to_string()),
            Some(date) => (date, text.to_owned()),
            None => date::on_page(text).map(|date| (date, date.to_string()))?,
        };
        // What content systems write for "never".
        if date == jiff::civil::date(1970, 1, 1) {
            return None;
        }
        let pieces = Pieces::parse(&text).ok();
        let precision = match pieces.map(|pieces| (pieces.time(), pieces.offset())) {
            Some((Some(_), Some(PiecesOffset::Numeric(offset)))) if !offset.offset().is_zero() => Precision::LocalTime,
            Some((Some(_), _)) => Precision::Time,
            _ => Precision::Day,
        };
        Some(Statement { kind, date, precision, text })
    }

    /// A better kind wins; of one kind the first, unless a later one of the article tells the same moment better.
    fn beats(&self, other: &Statement) -> bool {
        let near = || self.date.duration_since(other.date).as_hours().abs() <= 24;
        let article = self.kind == Kind::Published && other.kind == Kind::Published;
        self.kind < other.kind || article && self.precision > other.precision && near()
    }
}

impl Statements {
    fn offer(&mut self, kind: Kind, text: &str) {
        if let Some(new) = Statement::new(kind, text)
            && self.best.as_ref().is_none_or(|best| new.beats(best))
        {
            self.best = Some(new);
        }
    }

    /// A start tag.
    pub(super) fn element(&mut self, name: &str, attributes: &Attributes, in_head: bool) {
        let named = |keys: &[&str]| {
            let names = keys.iter().filter_map(|key| attributes.get(key)).flat_map(str::split_ascii_whitespace);
            names.filter_map(kind).min()
        };
        let kind = match name {
            // The items of a body may be other stories.
            "meta" if in_head => named(&["property", "name", "itemprop"]),
            "meta" => named(&["property", "name"]).or_else(|| named(&["itemprop"]).map(|kind| kind.max(Kind::Beside))),
            "time" if attributes.get("pubdate").is_some() => Some(Kind::Beside),
            _ => named(&["itemprop", "property"])
                .map(|kind| kind.max(Kind::Beside))
                .or_else(|| class(attributes).filter(|_| matches!(name, "time" | "abbr")))
                .or((name == "time").then_some(Kind::Shown)),
        };
        let keys: &[&str] = if name == "abbr" { &["content", "title"] } else { &["content", "datetime"] };
        let value = keys.iter().find_map(|key| attributes.get(key));
        if let (Some(kind), Some(value)) = (kind, value) {
            self.offer(kind, value);
        }
    }

    /// A script of JSON-LD. What is no JSON is passed over, as browsers and search engines do; but line ends within
    /// strings, and comment marks around it all, are too common to be held against a page.
    pub(super) fn json_ld(&mut self, script: &str) {
        let script = script.replace(|c: char| c.is_ascii_control(), " ");
        let json = match script.split_once("CDATA[") {
            Some((_, data)) => data.rsplit_once("]]>").map_or(data, |(json, _)| json),
            None => &script,
        };
        let (Some(start), Some(end)) = (json.find(['{', '[']), json.rfind(['}', ']'])) else { return };
        let Ok(json) = serde_json::from_str::<Value>(json.get(start..=end).unwrap_or_default()) else { return };
        let mut queue = VecDeque::from([&json]);
        while let Some(next) = queue.pop_front() {
            match next {
                Value::Array(values) => queue.extend(values),
                Value::Object(fields) => {
                    self.thing(fields);
                    queue.extend(CONTAINERS.iter().filter_map(|name| fields.get(*name)));
                }
                _ => {}
            }
        }
    }

    fn thing(&mut self, fields: &Map<String, Value>) {
        let Some(published) = speaks_of(fields.get("@type")) else { return };
        for (name, kind) in
            [("datePublished", published), ("dateCreated", Kind::Created), ("dateModified", Kind::Changed)]
        {
            texts(fields.get(name)).iter().for_each(|text| self.offer(kind, text));
        }
    }

    /// The date of publication as the page writes it, or else one that is better than none.
    pub(super) fn best(self) -> (Option<String>, Option<String>) {
        match self.best {
            Some(best) if best.kind < Kind::Shown => (Some(best.text), None),
            best => (None, best.map(|best| best.text)),
        }
    }
}

fn kind(name: &str) -> Option<Kind> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(kind, _)| *kind)
}

fn class(attributes: &Attributes) -> Option<Kind> {
    let class = attributes.get("class")?.to_ascii_lowercase();
    let has = |names: &[&str]| class.split_ascii_whitespace().any(|c| names.contains(&c));
    CLASSES.iter().find(|(_, names)| has(names)).map(|(kind, _)| *kind)
}

/// What the `datePublished` of a thing of this type speaks of; `None` of something else than the page and its article.
fn speaks_of(types: Option<&Value>) -> Option<Kind> {
    let types = texts(types);
    let kind = |name: &String| {
        let name = name.rsplit(['/', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "report" | "socialmediaposting" | "discussionforumposting" => Some(Kind::Published),
            article if article.ends_with("article") || article.ends_with("blogposting") => Some(Kind::Published),
            page if page.ends_with("page") || page == "creativework" => Some(Kind::Beside),
            _ => None,
        }
    };
    if types.is_empty() { Some(Kind::Beside) } else { types.iter().filter_map(kind).min() }
}

/// The texts of a JSON-LD value: a text or number, one with its type beside it, or several.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![number.to_string()],
        Some(Value::Object(typed)) => {
            typed.get("@value").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
        }
        Some(Value::Array(values)) => values.iter().filter_map(|v| v.as_str()).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;

    /// The date that counts as publication, and the one that is better than none.
    fn dates(html: &str) -> (Option<String>, Option<String>) {
        let page = read(html, 100).unwrap();
        (page.published, page.dated)
    }

    fn check(html: &str, expect: &str) {
        assert_eq!(dates(html).0.as_deref(), (!expect.is_empty()).then_some(expect), "{html}");
    }

    #[test]
    fn names_of_meta_elements() {
        for (name, published) in [
            ("property='article:published_time'", true),
            ("property='og:published_time'", true),
            ("name='DC.date.issued'", true),
            ("name='publish_date'", true),
            ("name='cXenseParse:recs:publishtime'", true),
            ("name='x' itemprop='datePublished'", true),
            ("itemprop='headline datePublished'", true),
            ("name='dcterms.created'", true),
            ("name='timestamp'", true),
            ("property='article:modified_time'", false),
            ("property='og:updated_time'", false),
            ("name='expires'", false),
        ] {
            for meta in [format!("<meta {name} content='2031-05-04'>"), format!("<meta content='2031-05-04' {name}/>")]
            {
                check(&format!("<head>{meta}</head><p>a"), if published { "2031-05-04" } else { "" });
            }
        }
    }

    #[test]
    fn the_better_statement_wins() {
        let meta = |name: &str, value: &str| format!("<meta name='{name}' content='{value}'>");
        for (statements, expect) in [
            ([("date", "2031-05-09"), ("pubdate", "2031-05-04")], "2031-05-04"),
            ([("sailthru.date", "2031-05-09"), ("created", "2031-05-03")], "2031-05-03"),
            ([("pubdate", "23/05/2031 10:15"), ("date", "2031-05-04")], "2031-05-23"),
            ([("pubdate", "1935914400"), ("date", "2031-05-04")], "2031-05-07"),
            ([("pubdate", "soon"), ("date", "2031-05-04")], "2031-05-04"),
            ([("pubdate", "1970-01-01T00:00:00Z"), ("date", "2031-05-04")], "2031-05-04"),
            ([("pubdate", ""), ("publishdate", "{{ date }}")], ""),
            ([("pubdate", "2031-05-04"), ("publishdate", "2031-05-09T10:00:00+02:00")], "2031-05-04"),
            (
                [("pubdate", "2031-05-04T01:00:00Z"), ("publishdate", "2031-05-03T20:00:00-05:00")],
                "2031-05-03T20:00:00-05:00",
            ),
        ] {
            let html: String = statements.iter().map(|(name, value)| meta(name, value)).collect();
            check(&format!("<head>{html}</head><p>a"), expect);
        }
    }

    #[test]
    fn json_ld() {
        for (json, expect) in [
            (r#"{"@type":"NewsArticle","dateModified":"2031-05-09","datePublished":"2031-05-04"}"#, "2031-05-04"),
            (
                r#"{"@type":["Thing","http://schema.org/ReportageNewsArticle"],"datePublished":["2031-05-04"]}"#,
                "2031-05-04",
            ),
            (r#"[{"@type":"Organization"},{"@type":"BlogPosting","dateCreated":"2031-05-03"}]"#, "2031-05-03"),
            (
                r#"{"@graph":[{"@type":"WebPage","datePublished":"2031-01-01"},{"@type":"Article","datePublished":{"@value":"2031-05-04"}}]}"#,
                "2031-05-04",
            ),
            (
                r#"{"@type":"WebPage","mainEntity":{"@type":"LiveBlogPosting","datePublished":"2031-05-04"}}"#,
                "2031-05-04",
            ),
            (r#"{"@type":"WebPage","datePublished":"2031-05-04"}"#, "2031-05-04"),
            (r#"{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","datePublished":"2031-05-04"}]}"#, ""),
            (r#"{"@type":"VideoObject","datePublished":"2031-05-04"}"#, ""),
            (
                "// <![CDATA[\n{\"@type\":\"Article\",\"headline\":\"a\nb\",\"datePublished\":\"2031-05-04\"}\n// ]]>",
                "2031-05-04",
            ),
            ("<!-- {\"@type\":\"Article\",\"datePublished\":\"2031-05-04\"} -->", "2031-05-04"),
            (r#"{"@type":"Article","datePublished":"2031-05-04""#, ""),
            ("}{", ""),
            ("", ""),
        ] {
            check(&format!("<p>a</p><script type='application/ld+json'>{json}</script>"), expect);
        }
        let deep = "[".repeat(100_000);
        check(&format!("<script type='application/ld+json'>{deep}</script><p>a"), "");
    }

    #[test]
    fn elements_of_the_body() {
        let of = |html: &str| dates(&format!("<body>{html}<p>a</p></body>"));
        let day = || Some("2031-05-04".to_owned());
        for (html, expect) in [
            ("<time itemprop='datePublished' datetime='2031-05-04'>4 May</time>", (day(), None)),
            ("<time datetime='2031-05-04' pubdate>4 May</time>", (day(), None)),
            ("<time class='entry-date published updated' datetime='2031-05-04'>4 May</time>", (day(), None)),
            ("<abbr class='published' title='2031-05-04'>4 May</abbr>", (day(), None)),
            ("<meta itemprop='datePublished' content='2031-05-04'>", (day(), None)),
            (
                "<time datetime='2031-05-04'>an hour ago</time><time class='updated' datetime='2031-05-09'></time>",
                (None, day()),
            ),
            ("<time class='updated' datetime='2031-05-04'>4 May</time>", (None, day())),
            ("<aside><time pubdate datetime='2031-05-04'>4 May</time></aside>", (None, None)),
            ("<abbr title='2031-05-04'>4 May</abbr>", (None, None)),
            ("<span itemprop='datePublished' content='2031-05-04'>4 May</span>", (day(), None)),
            ("<span property='dc:date dc:created' content='2031-05-04'>4 May</span>", (day(), None)),
            ("<a name='date' title='2031-05-04'>4 May</a>", (None, None)),
            ("<time datetime='PT2M'>2 min read</time>", (None, None)),
        ] {
            assert_eq!(of(html), expect, "{html}");
        }
    }
}
