//! `article.enriched/1`: an article with everything found in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribution::Attribution;
use super::casualty::CasualtyClaim;
use super::entity::EntityRecord;
use super::event::ArticleEvent;
use super::mention::EventMention;
use super::span::Span;
use super::time::TimeRecord;

/// An enriched article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnrichedArticle {
    /// Always `article.enriched/1`.
    pub schema: String,
    /// The article.
    pub article: ArticleMeta,
    /// Distinct entities, most salient first.
    pub entities: Vec<EntityRecord>,
    /// Time expressions, in text order.
    pub times: Vec<TimeRecord>,
    /// Who says what, in text order.
    pub attributions: Vec<Attribution>,
    /// Event mentions, in text order.
    pub mentions: Vec<EventMention>,
    /// Events, by rank.
    pub events: Vec<ArticleEvent>,
    /// Claims about people harmed that no mention holds, in text order (since version 0.2).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub claims: Vec<CasualtyClaim>,
    /// Lists that this record is without, by the setting `records.enriched_without`: they are empty here, whatever the
    /// article tells (since version 0.2).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub without: Vec<Part>,
    /// `cluster_id` of the event the article is about.
    pub main_event: Option<String>,
    /// Notes on the text and the extraction.
    pub quality: Quality,
    /// Who made the record.
    pub producer: Producer,
}

vocabulary! {
    /// Lists that a record can be without: the bulk of it.
    Part {
        Events = "events",
        Mentions = "mentions",
    }
}

impl EnrichedArticle {
    /// The same without some of its lists. Claims that mentions held stand among the article's own, so that every
    /// `claim_id` still names one.
    #[must_use]
    pub fn without(&self, parts: &[Part]) -> Self {
        let mut slim = Self { without: parts.to_vec(), ..self.clone() };
        for part in parts {
            match part {
                Part::Events => slim.events.clear(),
                Part::Mentions => {
                    slim.claims.extend(slim.mentions.drain(..).flat_map(|mention| mention.casualties));
                    let place = |claim: &CasualtyClaim| (claim.span.field.is_none(), claim.span.byte);
                    slim.claims.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.claim_id.cmp(&b.claim_id)));
                    // Several mentions may hold the same one.
                    slim.claims.dedup_by(|a, b| a.claim_id == b.claim_id);
                }
            }
        }
        slim
    }
}

/// What is known of the article itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleMeta {
    /// The id received, else one derived from the text.
    pub id: String,
    /// Address.
    pub url: Option<String>,
    /// Publisher.
    pub source: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// When published, as received or as found in the text (ISO 8601).
    pub published_at: Option<String>,
    /// Language (BCP 47).
    pub language: String,
    /// The dateline: place and date that head the dispatch.
    pub dateline: Option<Dateline>,
    /// SHA-256 of the text received, lower-case hexadecimal.
    pub text_sha256: String,
    /// Length of the text received in Unicode scalar values.
    pub chars: usize,
    /// Fields of the input that Dateline does not know, unchanged.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty", default)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// An article as records beside its own name it, so that they need no join. What is not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleRef {
    /// The article's id.
    pub id: String,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The publisher in one spelling: the source in lower case, of a site its name without `www.`; where no source was
    /// received, the site of the address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub publisher: Option<String>,
    /// Publisher, as received.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// Headline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// When published, as received or as found in the text (ISO 8601).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub published_at: Option<String>,
    /// Fields of the input that Dateline does not know, unchanged: those that `records.extra` names.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty", default)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl ArticleMeta {
    /// The article in short, with the extra fields that are wanted.
    pub fn reference(&self, wanted: impl Fn(&str) -> bool) -> ArticleRef {
        let extra = self.extra.iter().filter(|(name, _)| wanted(name)).map(|(k, v)| (k.clone(), v.clone())).collect();
        ArticleRef {
            id: self.id.clone(),
            url: self.url.clone(),
            publisher: publisher(self.source.as_deref(), self.url.as_deref()),
            source: self.source.clone(),
            title: self.title.clone(),
            published_at: self.published_at.clone(),
            extra,
        }
    }
}

/// The publisher in one spelling: the site's name where the source is one, else the source in lower case, else the site
/// of the address. The address comes last: an archive's says nothing of the publisher.
pub fn publisher(source: Option<&str>, url: Option<&str>) -> Option<String> {
    let host = |text: &str| {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default().to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
        (host.contains('.') && !host.contains(' ')).then_some(host)
    };
    let source = source.map(str::trim).filter(|s| !s.is_empty());
    source.and_then(host).or_else(|| source.map(str::to_lowercase)).or_else(|| url.and_then(host))
}

/// The line that heads a dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dateline {
    /// The whole dateline.
    #[serde(flatten)]
    pub span: Span,
    /// The place named.
    pub place: Option<String>,
    /// The date named (ISO 8601).
    pub date: Option<String>,
    /// The agency named.
    pub agency: Option<String>,
}

/// Notes on the text and the extraction, for filters and for watching drift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Sentences read.
    pub sentences: usize,
    /// Tokens read.
    pub tokens: usize,
    /// Paragraphs that repeat an earlier one, wholly or in part.
    pub duplicate_blocks: usize,
    /// Photo captions.
    pub captions: usize,
    /// Boilerplate paragraphs.
    pub boilerplate: usize,
    /// Place names that the gazetteer does not know.
    pub unresolved_places: usize,
    /// Events whose time is the article's own date for want of a better one.
    pub default_times: usize,
    /// Events whose place is the dateline's for want of a better one.
    pub default_places: usize,
    /// Casualty claims without a source.
    pub claims_without_source: usize,
    /// Plain remarks, e.g. `no_document_date`.
    pub notes: Vec<String>,
}

/// Who made a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Producer {
    /// Always `dateline`.
    pub name: String,
    /// Version of Dateline.
    pub version: String,
    /// Name, version and digest of the language model.
    pub model: String,
    /// Name and version of the gazetteer.
    pub gazetteer: String,
    /// Which learned reader found the events; before version 0.2 the rules alone did.
    #[serde(default = "Tier::before")]
    pub tier: Tier,
    /// Name and version of the learned reader, where there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reader: Option<String>,
    /// Digest of the lexicons, where they are not those of this version (`lexicons.dir`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lexicons: Option<String>,
}

vocabulary! {
    /// How much reading an article may cost.
    Tier {
        Fast = "fast",
        Accurate = "accurate",
    }
}

impl Tier {
    fn before() -> Self {
        Self::Fast
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_has_one_spelling() {
        let cases = [
            (None, None, None),
            (Some(" "), None, None),
            (Some("www.Example.org"), None, Some("example.org")),
            (Some("https://www.example.org/news"), None, Some("example.org")),
            (Some("Harbour Wire"), Some("https://archive.example/x"), Some("harbour wire")),
            (Some("J. Smith"), None, Some("j. smith")),
            (None, Some("https://www.daily.example:8080/a?b"), Some("daily.example")),
            (None, Some("urn:uuid:7"), None),
        ];
        for (source, url, expect) in cases {
            assert_eq!(publisher(source, url).as_deref(), expect, "{source:?} {url:?}");
        }
    }
}
