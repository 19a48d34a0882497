//! The part of librdkafka's statistics that the worker looks at. The rest is not even parsed.

use std::collections::BTreeMap;

use serde::Deserialize;

/// First offset that does not exist (or is not yet stable) per topic and partition.
pub(super) type Watermarks = BTreeMap<(String, i32), i64>;

/// What one report of a consumer says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statistics {
    pub(super) watermarks: Watermarks,
    /// Partitions that are read to their end with nothing held back: the next offset, and where the partition begins.
    pub(super) idle: BTreeMap<(String, i32), (i64, i64)>,
    /// Whether the group's coordinator is known and connected.
    pub(super) coordinated: bool,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    topics: BTreeMap<String, Topic>,
    cgrp: Option<Group>,
}

#[derive(Deserialize)]
struct Group {
    state: String,
}

#[derive(Deserialize)]
struct Topic {
    #[serde(default)]
    partitions: BTreeMap<i32, PartitionStatistics>,
}

#[derive(Deserialize)]
struct PartitionStatistics {
    /// Last stable offset: where a `read_committed` reader must stop.
    ls_offset: i64,
    hi_offset: i64,
    #[serde(default = "unknown")]
    lo_offset: i64,
    #[serde(default = "unknown")]
    next_offset: i64,
    #[serde(default)]
    fetchq_cnt: i64,
}

fn unknown() -> i64 {
    -1
}

/// Reads a report. Unknown watermarks (negative) and the pseudo partition -1 are left out.
pub(super) fn read(json: &[u8]) -> Result<Statistics, serde_json::Error> {
    let report: Report = serde_json::from_slice(json)?;
    let (mut watermarks, mut idle) = (Watermarks::new(), BTreeMap::new());
    for (topic, partitions) in report.topics {
        for (number, p) in partitions.partitions {
            let end = if p.ls_offset >= 0 { p.ls_offset } else { p.hi_offset };
            if number >= 0 && end >= 0 {
                watermarks.insert((topic.clone(), number), end);
                if p.fetchq_cnt == 0 && p.next_offset >= end && p.lo_offset >= 0 {
                    idle.insert((topic.clone(), number), (p.next_offset, p.lo_offset));
                }
            }
        }
    }
    // All other states (rd_kafka_cgrp_state_names) are steps towards a coordinator.
    let coordinated = report.cgrp.is_none_or(|group| group.state == "up");
    Ok(Statistics { watermarks, idle, coordinated })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_stable_end_and_skips_what_is_unknown() {
        let json = br#"{"name":"x","topics":{"t":{"partitions":{
            "0":{"ls_offset":7,"hi_offset":9,"broker":1},
            "1":{"ls_offset":-1001,"hi_offset":4},
            "2":{"ls_offset":-1001,"hi_offset":-1001},
            "-1":{"ls_offset":0,"hi_offset":0}}}}}"#;
        let expect = [(("t".to_owned(), 0), 7), (("t".to_owned(), 1), 4)];
        assert_eq!(read(json).unwrap().watermarks, BTreeMap::from(expect));
        assert!(read(br#"{"topics":{"t":{"partitions":{"0":{"ls_offset":007,"hi_offset":9}}}}}"#).is_err());
        assert!(read(b"{}").unwrap().watermarks.is_empty());
    }

    #[test]
    fn knows_which_partitions_are_read_to_their_end() {
        let json = br#"{"topics":{"t":{"partitions":{
            "0":{"lo_offset":3,"ls_offset":9,"hi_offset":9,"next_offset":9,"fetchq_cnt":0},
            "1":{"lo_offset":3,"ls_offset":9,"hi_offset":9,"next_offset":9,"fetchq_cnt":2},
            "2":{"lo_offset":3,"ls_offset":9,"hi_offset":9,"next_offset":8,"fetchq_cnt":0},
            "3":{"lo_offset":-1,"ls_offset":9,"hi_offset":9,"next_offset":9,"fetchq_cnt":0}}}}}"#;
        assert_eq!(read(json).unwrap().idle, BTreeMap::from([(("t".to_owned(), 0), (9, 3))]));
    }

    #[test]
    fn knows_whether_the_coordinator_is_connected() {
        let coordinated = |json: &[u8]| read(json).unwrap().coordinated;
        assert!(coordinated(br#"{"cgrp":{"state":"up","join_state":"wait-join"}}"#));
        assert!(!coordinated(br#"{"cgrp":{"state":"wait-broker-transport","join_state":"init"}}"#));
        assert!(!coordinated(br#"{"cgrp":{"state":"query-coord"}}"#));
    }
}
