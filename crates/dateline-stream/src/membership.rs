//! As whom this worker takes part in its group, and whether brokers would fence its commits.
//!
//! Brokers refuse the offsets of a member whose generation has passed (KIP-447). But offsets that name neither a
//! generation nor a member are taken for those of a client without a group, and accepted whoever owns the partitions.
//! librdkafka sends what it has, and after a loss it may have neither: ILLEGAL_GENERATION in answer to a heartbeat takes
//! the generation away, a session that ends (or UNKNOWN_MEMBER_ID) the member id, and neither comes back before the
//! application has let its partitions go. A worker that waits for acknowledgements meanwhile would then commit articles
//! that another has read. So every commit asks here first.
//!
//! A member id that is not the one under which the partitions came says the same: the group has forgotten this member
//! and taken it in anew, and others may have had its partitions in between. librdkafka does not always call them lost
//! then (a static member with a cooperative assignor, to which a join is answered UNKNOWN_MEMBER_ID).

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};

use super::ffi;

/// Who this worker is to its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Membership {
    generation: i32,
    pub(super) member: String,
}

/// Why a commit would not be fenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stranger {
    #[error("it has no generation")]
    NoGeneration,
    #[error("it has no member id")]
    NoMember,
    #[error("its member id has changed since it got its partitions")]
    Renamed,
    #[error("its partitions are lost")]
    Lost,
    #[error("another topic has the name of the input topic now")]
    OtherTopic,
}

impl Stranger {
    /// Stable name for metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NoGeneration => "no_generation",
            Self::NoMember => "no_member",
            Self::Renamed => "renamed",
            Self::Lost => "lost",
            Self::OtherTopic => "other_topic",
        }
    }
}

impl Membership {
    /// Asks librdkafka. `None`: there is no group.
    pub(super) fn of<C: ClientContext + ConsumerContext>(consumer: &BaseConsumer<C>) -> Option<Self> {
        ffi::membership(consumer.client()).map(|(generation, member)| Self { generation, member })
    }

    /// Whether brokers fence what this member commits of partitions that came to the member `since`.
    pub(super) fn check(&self, since: Option<&str>, lost: bool) -> Result<(), Stranger> {
        match self {
            Self { generation: ..0, .. } => Err(Stranger::NoGeneration),
            Self { member, .. } if member.is_empty() => Err(Stranger::NoMember),
            Self { member, .. } if since != Some(member) => Err(Stranger::Renamed),
            _ if lost => Err(Stranger::Lost),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_member_of_old_may_commit() {
        let check =
            |generation, member: &str, since, lost| Membership { generation, member: member.into() }.check(since, lost);
        assert_eq!(check(1, "a", Some("a"), false), Ok(()));
        assert_eq!(check(-1, "", Some("a"), true), Err(Stranger::NoGeneration), "accepted unfenced by brokers");
        assert_eq!(check(-1, "a", Some("a"), false), Err(Stranger::NoGeneration));
        assert_eq!(check(7, "", Some("a"), false), Err(Stranger::NoMember));
        assert_eq!(check(7, "", None, false), Err(Stranger::NoMember));
        assert_eq!(check(7, "b", Some("a"), false), Err(Stranger::Renamed));
        assert_eq!(check(7, "b", None, false), Err(Stranger::Renamed));
        assert_eq!(check(7, "a", Some("a"), true), Err(Stranger::Lost));
    }
}
