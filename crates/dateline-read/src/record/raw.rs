//! `article.raw/1`: an article as it comes in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A raw article. Only `text` is required; fields that are not named here are kept and passed through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RawArticle {
    /// The producer's id; a digest of the text where it has none.
    pub id: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Publisher.
    pub source: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// The article: plain text or HTML. Offsets in every record point into this string.
    pub text: String,
    /// When published.
    pub published_at: Option<PublishedAt>,
    /// Language (BCP 47), a hint: the text decides.
    pub language: Option<String>,
    /// Fields that Dateline does not know.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// When an article was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PublishedAt {
    /// RFC 3339, RFC 2822, or a date alone.
    Text(String),
    /// Seconds, or milliseconds from 10^11 on, since 1970-01-01T00:00:00Z.
    Epoch(i64),
}

impl std::fmt::Display for PublishedAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PublishedAt::Text(text) => f.write_str(text),
            PublishedAt::Epoch(n) => write!(f, "{n}"),
        }
    }
}
