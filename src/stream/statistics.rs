//! The part of librdkafka's statistics that lag needs. The rest is not even parsed.

use std::collections::BTreeMap;

use serde::Deserialize;

/// First offset that does not exist (or is not yet stable) per topic and partition.
pub(super) type Watermarks = BTreeMap<(String, i32), i64>;

#[derive(Deserialize)]
struct Statistics {
    #[serde(default)]
    topics: BTreeMap<String, Topic>,
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
}

/// Reads the watermarks. Unknown ones (negative) and the pseudo partition -1 are left out.
pub(super) fn watermarks(json: &[u8]) -> Result<Watermarks, serde_json::Error> {
    let statistics: Statistics = serde_json::from_slice(json)?;
    let mut watermarks = Watermarks::new();
    for (topic, partitions) in statistics.topics {
        for (number, p) in partitions.partitions {
            let end = if p.ls_offset >= 0 { p.ls_offset } else { p.hi_offset };
            if number >= 0 && end >= 0 {
                watermarks.insert((topic.clone(), number), end);
            }
        }
    }
    Ok(watermarks)
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
        assert_eq!(watermarks(json).unwrap(), BTreeMap::from(expect));
        assert!(watermarks(br#"{"topics":{"t":{"partitions":{"0":{"ls_offset":007,"hi_offset":9}}}}}"#).is_err());
        assert!(watermarks(b"{}").unwrap().is_empty());
    }
}
