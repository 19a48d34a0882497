//! The records that Dateline reads and writes: plain data, their JSON form and their JSON Schemas.
//!
//! A leaf: nothing here depends on the rest of the crate. Field names are a contract with consumers: add, never rename.
//! Every position is given twice, in Unicode scalar values (`char`) and in UTF-8 bytes (`byte`), end-exclusive, into
//! the exact text received.

/// Declares a closed vocabulary with its spelling in records.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name { $(#[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The spelling used in records.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// Reads the spelling used in records.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

pub mod actor;
pub mod article;
pub mod attribution;
pub mod canonical;
pub mod casualty;
pub mod entity;
pub mod event;
pub mod explanation;
pub mod id;
pub mod link;
pub mod mention;
pub mod place;
pub mod plover;
pub mod raw;
pub mod schema;
pub mod span;
pub mod time;

pub use actor::{Actor, NonState, Sector};
pub use article::{ArticleMeta, ArticleRef, Dateline, EnrichedArticle, Part, Producer, Quality, Tier};
pub use attribution::{Attribution, QuoteKind};
pub use canonical::{CanonicalEvent, ReportLink};
pub use casualty::{Breakdown, CasualtyClaim, CasualtyKind, NumberMod};
pub use entity::{EntityKind, EntityMention, EntityRecord, EntityTag, EntityTags, TaggedEntity, TaggedPlace};
pub use event::{
    ArticleEvent, CasualtySummary, Contradiction, Counts, Crowd, CrowdFigure, Link, LinkKind, SideCasualties,
    SourceSummary, SourceTotal, Sources,
};
pub use explanation::Explanation;
pub use link::LinkArticle;
pub use mention::{
    Assertion, Confidence, EventAttribution, EventMention, Flag, Modality, Participant, ParticipantRole, Polarity,
    Realis, Salience, SentenceRef, Tense, Trigger, TriggerRole,
};
pub use place::{EventPlace, Place, PlaceAlternative, PlaceRef};
pub use plover::{AcledType, CameoCode, Context, EventClass, EventType, Happening, Mode, PloverType, TypeAlternative};
pub use raw::{PublishedAt, RawArticle};
pub use span::{CharRange, Field, Span, Via};
pub use time::{EventTime, Granularity, TimeAnchor, TimeMod, TimeRecord, Timex, TimexType};
