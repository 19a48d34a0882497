//! `dateline topics` against a real Kafka: what it creates is what the worker needs, and what it never does.

use std::collections::BTreeMap;
use std::process::Output;

use assert_cmd::Command;

use crate::PATIENCE;
use crate::articles;
use crate::kafka::{self, Topics, read_until};
use crate::process::Group;

fn dateline(group: &Group, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.env_clear().envs(group.environment()).current_dir(env!("CARGO_TARGET_TMPDIR")).args(arguments);
    command.output().unwrap()
}

fn check(group: &Group, arguments: &[&str], code: i32, says: &[&str]) -> String {
    let output = dateline(group, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    for words in says {
        assert!(text.contains(words), "{arguments:?} should say {words:?}: {text}");
    }
    text
}

/// What each topic's line says, by topic.
fn states(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with(' '));
    lines.filter_map(|line| line.split_once("  ")).map(|(topic, state)| (topic.trim(), state.trim())).collect()
}

#[test]
fn the_topics_are_planned_created_and_altered() {
    let Some(kafka) = kafka::shared("the_topics_are_planned_created_and_altered") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("topics"));
    let group = Group::new(bootstrap, "topics", &topics);
    let small = ["--partitions", "2", "--replication-factor", "1"];
    let with = |head: &[&'static str], more: &[&'static str]| [head, small.as_slice(), more].concat();

    let plan = check(&group, &with(&["topics", "plan"], &[]), 2, &["min.insync.replicas=1", "2 partitions"]);
    assert!(states(&plan).values().all(|s| *s == "to be created") && states(&plan).len() == 9, "{plan}");
    let too_many = ["replication factor 3, but the cluster has 1 broker: --replication-factor 1"];
    let plan_of_three = check(&group, &["topics", "plan"], 2, &too_many);
    assert!(states(&plan_of_three).values().all(|s| *s == "cannot be created"), "{plan_of_three}");
    let many = ["topics", "apply", "--partitions", "2"];
    check(&group, &many, 69, &["cannot have 3 copies on 1 brokers", "--replication-factor"]);
    let again = check(&group, &with(&["topics", "plan"], &[]), 2, &[]);
    assert_eq!(states(&plan), states(&again), "planning and failing must create nothing");

    check(
        &group,
        &["check", "--connect"],
        69,
        &["ok", "brokers: 1 over plaintext", "does not exist; create it: dateline topics apply"],
    );
    check(&group, &with(&["topics", "apply"], &[]), 0, &["created"]);
    check(&group, &["check", "--connect"], 0, &["kafka.group_id", "reading begins at the first", "can be used"]);
    let plan = check(&group, &with(&["topics", "plan"], &[]), 0, &[]);
    assert!(states(&plan).values().all(|s| *s == "as wanted"), "{plan}");
    check(&group, &with(&["topics", "apply"], &[]), 0, &["as wanted"]);

    // A worker runs on them.
    articles::send(bootstrap, &topics, 0..3);
    let worker = group.start(0).ready();
    let found = read_until(bootstrap, &topics.enriched, PATIENCE, |m| m.len() >= 3);
    assert_eq!(found.len(), 3, "{}", worker.log());
    check(&group, &["check", "--connect"], 0, &["skipped", "would be fenced", "offsets of"]);
    assert!(worker.get("/readyz").is_some_and(|a| a.starts_with("HTTP/1.1 200")), "the worker must not be disturbed");
    assert_eq!(worker.stop().code(), Some(0));

    // More is wanted now: reported, left alone unless asked, and then altered without touching the rest.
    let more = group.clone().with("LIMITS__OUTPUT_BYTES", "12MiB");
    let longer = &["--retention", "14d"];
    check(
        &more,
        &with(&["topics", "plan"], longer),
        2,
        &["max.message.bytes is 8388608, wanted 12582912", "retention.ms is 604800000"],
    );
    check(&more, &with(&["topics", "apply"], longer), 0, &["left: max.message.bytes"]);
    check(&more, &with(&["topics", "plan"], longer), 2, &["differs"]);
    check(&more, &["check", "--connect"], 69, &["max.message.bytes is 8388608, records have up to 12582912"]);
    check(&more, &with(&["topics", "apply", "--alter"], longer), 0, &["max.message.bytes was 8388608, is 12582912"]);
    check(&more, &with(&["topics", "plan"], longer), 0, &["as wanted"]);
    // The smaller configuration finds more than it wants, which is enough: nothing is ever shrunk.
    check(&group, &with(&["topics", "apply", "--alter"], &[]), 0, &["as wanted"]);
    check(&more, &with(&["topics", "plan"], longer), 0, &["as wanted"]);
    let events = check(&more, &["topics", "plan", "--partitions", "3", "--replication-factor", "1"], 2, &["keys move"]);
    // More partitions would part the reports of one event: the topics of linking have a number of their own.
    let linked = topics.linked().into_iter().chain([topics.link.as_str()]).collect::<Vec<_>>();
    for (topic, state) in states(&events) {
        assert_eq!(state, if linked.contains(&topic) { "as wanted" } else { "differs" }, "{topic}: {events}");
    }
    let add = ["topics", "apply", "--partitions", "3", "--replication-factor", "1", "--add-partitions"];
    check(&more, &add, 0, &["partitions was 2, is 3"]);
    check(&more, &["topics", "plan", "--partitions", "3", "--replication-factor", "1"], 0, &["as wanted"]);
}

#[test]
fn unreachable_brokers_are_said_to_be() {
    let group = Group::new("127.0.0.1:1", "topics-none", &Topics::new("topics-none"));
    let says = ["connecting within 5 s", "Connection refused", "kafka.bootstrap_servers"];
    check(&group, &["topics", "plan", "--timeout", "5s"], 69, &says);
    check(&group, &["check", "--connect", "--timeout", "5s"], 69, &says);
}
