//! The topics a worker needs: what they should be like, what is there, and the difference. Pure; see `admin` for Kafka.
//!
//! Only topics whose key names the record may be compacted ([`Kept::Latest`], [`Kept::State`]): of others, compaction
//! would keep one record per key that a producer chose, and brokers refuse records without a key.
//!
//! A plan never shrinks: fewer partitions, shorter retention or a smaller message limit would lose records, so more
//! than wanted counts as enough.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::settings::Settings;

/// Room for key, headers and framing beside the value of an input, and for the diagnosis on a dead letter.
const HEADROOM: usize = 64 * 1024;

/// What topics are created with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Partitions of every topic.
    pub partitions: usize,
    /// Copies of every partition.
    pub replication: usize,
    /// How long input and outputs are kept.
    pub retention: Duration,
    /// How long dead letters are kept.
    pub dead_retention: Duration,
    /// Largest article read, in bytes.
    pub article_bytes: usize,
}

/// What is written to a topic, which decides how long it is kept and whether compacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Articles as they come in.
    Input,
    /// Records whose key does not name them.
    Records,
    /// Records whose key names them, and of which the last one counts; old ones may go.
    Latest,
    /// The same, but none may go before its tombstone.
    State,
    /// Dead letters.
    Letters,
}

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Name.
    pub name: String,
    /// Partitions at least.
    pub partitions: usize,
    /// Copies of every partition.
    pub replication: usize,
    /// Largest record batch accepted, at least.
    pub message_bytes: usize,
    /// Kept so long at least.
    pub retention: Duration,
    /// `delete` or `compact,delete`.
    pub cleanup: &'static str,
}

/// A topic as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Partitions.
    pub partitions: usize,
    /// Copies of the partition that has the fewest.
    pub replication: usize,
    /// Settings in effect; `None` when they may not be read.
    pub settings: Option<BTreeMap<String, String>>,
}

/// How a difference can be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// By altering a setting.
    Alter,
    /// By adding partitions, which moves keys to other partitions.
    AddPartitions,
    /// Not by this tool.
    ByHand,
}

/// One thing that is not as wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Kafka's name of it.
    pub what: &'static str,
    /// The value found.
    pub found: String,
    /// The value wanted.
    pub wanted: String,
    /// How to mend it.
    pub mend: Mend,
}

/// What to do about one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is missing.
    Create,
    /// It is there; empty when it is as wanted.
    Differences(Vec<Difference>),
}

impl Wanted {
    /// Settings of the topic, given how many copies there are of it.
    pub fn settings(&self, replication: usize) -> BTreeMap<&'static str, String> {
        [
            ("cleanup.policy", self.cleanup.to_owned()),
            ("max.message.bytes", self.message_bytes.to_string()),
            // With acks=all: one copy may fail, and what was acknowledged is still on another.
            ("min.insync.replicas", replication.saturating_sub(1).max(1).to_string()),
            ("retention.ms", self.retention.as_millis().to_string()),
        ]
        .into_iter()
        .collect()
    }
}

impl Kept {
    fn cleanup(self) -> &'static str {
        match self {
            Self::Input | Self::Records | Self::Letters => "delete",
            Self::Latest => "compact,delete",
            Self::State => "compact",
        }
    }
}

/// What a topic must be like: its name, what is in it, and its partitions where they are not those of all.
pub type Purpose = (Arc<str>, Kept, Option<usize>);

/// The topics as they should be.
pub fn wanted(purposes: &[Purpose], settings: &Settings, shape: &Shape) -> Vec<Wanted> {
    let (input, output) = (shape.article_bytes + HEADROOM, settings.output_bytes);
    let topic = |(name, kept, partitions): &Purpose| Wanted {
        name: name.to_string(),
        partitions: partitions.unwrap_or(shape.partitions),
        replication: shape.replication,
        message_bytes: match kept {
            Kept::Input => input,
            Kept::Records | Kept::Latest | Kept::State => output,
            // The letter is the input and its diagnosis.
            Kept::Letters => input.max(output) + HEADROOM,
        },
        retention: if *kept == Kept::Letters { shape.dead_retention } else { shape.retention },
        cleanup: kept.cleanup(),
    };
    purposes.iter().map(topic).collect()
}

/// What to do about a topic.
pub fn compare(wanted: &Wanted, found: Option<&Found>) -> Step {
    let Some(found) = found else { return Step::Create };
    let mut differences = Vec::new();
    let mut differ = |what, found: String, wanted: String, mend| {
        differences.push(Difference { what, found, wanted, mend });
    };
    if found.partitions < wanted.partitions {
        differ("partitions", found.partitions.to_string(), wanted.partitions.to_string(), Mend::AddPartitions);
    }
    if found.replication < wanted.replication {
        differ("replication factor", found.replication.to_string(), wanted.replication.to_string(), Mend::ByHand);
    }
    for (name, value) in wanted.settings(found.replication) {
        let Some(now) = found.settings.as_ref().and_then(|s| s.get(name)) else { continue };
        let enough = match name {
            "cleanup.policy" => sorted(now) == sorted(&value),
            // In sync copies may be demanded more strictly, but never more than there are: nothing could be written.
            "min.insync.replicas" => number(now) >= number(&value) && number(now) <= Some(found.replication as i64),
            // -1 is for ever.
            "retention.ms" => number(now) == Some(-1) || number(now) >= number(&value),
            _ => number(now) >= number(&value),
        };
        if !enough {
            differ(name, now.clone(), value, Mend::Alter);
        }
    }
    Step::Differences(differences)
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn sorted(list: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = list.split(',').map(str::trim).collect();
    parts.sort_unstable();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Delivery, Topics};

    fn all() -> Vec<Wanted> {
        let topics = Topics::new("articles.raw", ["articles.enriched", "news.events"], "articles.dead");
        let settings = Settings::new("b:1", "g", Delivery::AtLeastOnce, topics);
        let day = Duration::from_secs(86_400);
        let shape =
            Shape { partitions: 6, replication: 3, retention: day, dead_retention: day * 30, article_bytes: 8 << 20 };
        let kept = [Kept::Input, Kept::Records, Kept::Latest, Kept::State, Kept::Letters];
        let names = ["articles.raw", "articles.enriched", "news.events", "news.link.state", "articles.dead"];
        let purposes: Vec<Purpose> = names.into_iter().zip(kept).map(|(n, k)| (n.into(), k, None)).collect();
        wanted(&purposes, &settings, &shape)
    }

    fn as_wanted(wanted: &Wanted) -> Found {
        let settings = wanted.settings(wanted.replication).into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Found { partitions: wanted.partitions, replication: wanted.replication, settings: Some(settings) }
    }

    #[test]
    fn a_dead_letter_fits_where_its_input_fitted() {
        let topics = all();
        let bytes = |name: &str| topics.iter().find(|t| t.name == name).unwrap().message_bytes;
        assert!(bytes("articles.dead") > bytes("articles.raw"));
        assert!(topics.iter().all(|t| t.message_bytes >= 8 << 20));
    }

    #[test]
    fn only_topics_whose_key_names_the_record_are_compacted() {
        let compacted: Vec<String> =
            all().into_iter().filter(|t| t.cleanup.contains("compact")).map(|t| t.name).collect();
        assert_eq!(compacted, ["news.events", "news.link.state"]);
    }

    #[test]
    fn differences_are_found_and_more_than_wanted_is_enough() {
        fn check(change: impl FnOnce(&mut Found), expect: &[(&str, Mend)]) {
            let wanted = &all()[0];
            let mut found = as_wanted(wanted);
            change(&mut found);
            let Step::Differences(differences) = compare(wanted, Some(&found)) else { panic!("the topic is there") };
            let names: Vec<(&str, Mend)> = differences.iter().map(|d| (d.what, d.mend)).collect();
            assert_eq!(names, expect, "{found:?}");
        }
        fn set(found: &mut Found, name: &str, value: &str) {
            found.settings.as_mut().unwrap().insert(name.to_owned(), value.to_owned());
        }
        check(|_| (), &[]);
        check(|f| f.partitions = 3, &[("partitions", Mend::AddPartitions)]);
        check(|f| f.partitions = 60, &[]);
        check(|f| f.replication = 2, &[("replication factor", Mend::ByHand)]);
        check(|f| f.replication = 1, &[("replication factor", Mend::ByHand), ("min.insync.replicas", Mend::Alter)]);
        check(|f| set(f, "max.message.bytes", "1048588"), &[("max.message.bytes", Mend::Alter)]);
        check(|f| set(f, "max.message.bytes", "99999999"), &[]);
        check(|f| set(f, "retention.ms", "1000"), &[("retention.ms", Mend::Alter)]);
        check(|f| set(f, "retention.ms", "-1"), &[]);
        check(|f| set(f, "retention.ms", "9999999999999"), &[]);
        check(|f| set(f, "cleanup.policy", "compact"), &[("cleanup.policy", Mend::Alter)]);
        check(|f| set(f, "min.insync.replicas", "1"), &[("min.insync.replicas", Mend::Alter)]);
        check(|f| set(f, "min.insync.replicas", "3"), &[]);
        check(|f| f.settings = None, &[]);
        assert_eq!(compare(&all()[0], None), Step::Create);
        let events = &all()[2];
        let mut swapped = as_wanted(events);
        set(&mut swapped, "cleanup.policy", "delete, compact");
        assert_eq!(
            compare(events, Some(&swapped)),
            Step::Differences(Vec::new()),
            "the order of policies means nothing"
        );
    }
}
