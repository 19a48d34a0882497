//! What a step changes: records to publish and entries to keep.

use crate::record::{CanonicalEvent, ReportLink};

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It founded an event.
    Founded,
    /// It joined one.
    Joined,
    /// It copies another article and joined that one's event.
    Copied,
    /// It is a page of a site, not a story.
    Template,
    /// It was applied before.
    Known,
    /// It comes later than articles are remembered, so whether it was applied before is not known.
    Late,
    /// It was withdrawn.
    Withdrawn,
    /// A tombstone of an article that is not known.
    Unknown,
}

impl Outcome {
    /// A stable name, for metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Joined => "joined",
            Self::Copied => "copied",
            Self::Template => "template",
            Self::Known => "known",
            Self::Late => "late",
            Self::Withdrawn => "withdrawn",
            Self::Unknown => "unknown",
        }
    }
}

/// The changes of one step, by key; no value is a tombstone. Of a batch the last value of every key holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// What became of the input.
    pub outcome: Outcome,
    /// Records of events by canonical id.
    pub canonical: Vec<(String, Option<CanonicalEvent>)>,
    /// Links of reports by event id.
    pub links: Vec<(String, Option<ReportLink>)>,
    /// Ids of article events, `event.article/1`, that no article tells of any more.
    pub withdrawn: Vec<String>,
    /// Entries of the changelog.
    pub state: Vec<(String, Option<Vec<u8>>)>,
}
