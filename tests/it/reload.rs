//! SIGHUP: lexicons, thresholds and log level change in a running worker, all or nothing.

use std::fs;
use std::path::Path;

use dateline::words::Lexicons;
use serde_json::Value;

use crate::PATIENCE;
use crate::kafka::{self, Topics, create_topics, produce, read_topic, read_until, settle};
use crate::process::Group;

const TEXT: &str = "HASAKAH, Syria (AP) - Fighters of the Zarnak Brigade attacked a police station in Hasakah on Monday and \
                    killed four officers, police said.";

fn reloads(outcome: &str) -> String {
    format!("dateline_config_reload_total{{outcome=\"{outcome}\"}}")
}

/// Writes the settings, one group among the lexicons, and tells the worker.
struct Settings<'a> {
    folder: &'a Path,
}

impl Settings<'_> {
    fn write(&self, level: &str, events: &str, group: &str) {
        let dir = self.folder.join("lexicons");
        fs::create_dir_all(dir.join("actors")).unwrap();
        let lexicons = Lexicons::embedded();
        let embedded = lexicons.text("actors/groups.tsv").unwrap();
        fs::write(dir.join("actors/groups.tsv"), format!("{embedded}{group}\n")).unwrap();
        let lines = [
            format!("DATELINE__LEXICONS__DIR={}", dir.display()),
            format!("DATELINE__LOG__LEVEL={level}"),
            format!("DATELINE__MIN_CONFIDENCE__EVENTS={events}"),
            format!("DATELINE__WORKER__BATCH_RECORDS={}", if level == "warn" { 500 } else { 400 }),
        ];
        fs::write(self.folder.join("worker.env"), lines.join("\n")).unwrap();
    }
}

/// What the nth article became.
struct Read {
    group: Value,
    lexicons: Value,
}

fn read(bootstrap: &str, topics: &Topics, nth: usize) -> Read {
    produce(bootstrap, &topics.input, [(Some(b"k".as_slice()), TEXT.as_bytes(), [].as_slice())]);
    let record = read_until(bootstrap, &topics.enriched, PATIENCE, |m| m.len() >= nth)[nth - 1].json();
    let entities = record["entities"].as_array().unwrap();
    let group = entities.iter().find(|e| e["name"].as_str().is_some_and(|n| n.ends_with("Zarnak Brigade")));
    Read { group: group.unwrap()["actor"]["cameo_code"].clone(), lexicons: record["producer"]["lexicons"].clone() }
}

fn events_in(bootstrap: &str, topics: &Topics) -> usize {
    settle(bootstrap, &topics.events);
    read_topic(bootstrap, &topics.events).len()
}

#[test]
fn a_reload_changes_everything_or_nothing() {
    let Some(kafka) = kafka::shared("a_reload_changes_everything_or_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("reload"));
    create_topics(bootstrap, &topics, 1);
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { folder: folder.path() };
    settings.write("warn", "0", "# the embedded table and this line");
    let group = Group::new(bootstrap, "reload", &topics)
        .variable("DATELINE_ENV_FILE", folder.path().join("worker.env").to_str().unwrap());
    let worker = group.start(0).ready();

    let first = read(bootstrap, &topics, 1);
    assert_eq!(first.group, "SYRMIL", "a brigade that no lexicon knows, in a story about Syria");
    let old = format!("dateline_lexicon_info{{sha256={},source=\"directory\"}}", first.lexicons);
    worker.wait_metric(&old, 1.0);
    assert!(!worker.log().contains("\"INFO\""), "log.level=warn:\n{}", worker.log());
    let events = events_in(bootstrap, &topics);
    assert!(events > 0);

    // A bad line among the lexicons: the other changes must not take effect either.
    settings.write("info", "1", "Zarnak Brigade\t-\tSYR\t-\tREB");
    worker.signal("HUP");
    worker.wait_metric(&reloads("refused"), 1.0);
    let lines = Lexicons::embedded().text("actors/groups.tsv").unwrap().lines().count() + 1;
    let place = format!("actors/groups.tsv:{lines}: 5 cells where 6 are needed");
    assert!(worker.log().contains(&place), "{place}:\n{}", worker.log());
    let second = read(bootstrap, &topics, 2);
    assert_eq!((second.group, &second.lexicons), ("SYRMIL".into(), &first.lexicons));
    worker.wait_metric(&old, 1.0);
    assert!(!worker.log().contains("\"INFO\""), "{}", worker.log());
    assert_eq!(events_in(bootstrap, &topics), 2 * events);

    // An unknown code is refused as well, a bad level too.
    settings.write("warn", "0", "Zarnak Brigade\t-\tSYR\t-\tREB\tQQQREB");
    worker.signal("HUP");
    worker.wait_metric(&reloads("refused"), 2.0);
    settings.write("loud,,=", "0", "Zarnak Brigade\t-\tSYR\t-\tREB\tSYRREB");
    worker.signal("HUP");
    worker.wait_metric(&reloads("refused"), 3.0);

    settings.write("info", "1", "Zarnak Brigade\t-\tSYR\t-\tREB\tSYRREB");
    worker.signal("HUP");
    worker.wait_metric(&reloads("applied"), 1.0);
    let third = read(bootstrap, &topics, 3);
    assert_eq!(third.group, "SYRREB", "{}", worker.log());
    assert_ne!(third.lexicons, first.lexicons);
    worker.wait_metric(&format!("dateline_lexicon_info{{sha256={},source=\"directory\"}}", third.lexicons), 1.0);
    assert_eq!(worker.metric(&old), None);
    assert!(worker.log().contains("\"message\":\"reloaded\""), "{}", worker.log());
    assert!(
        worker.log().contains("\"settings\":\"worker.batch_records\""),
        "names what needs a restart:\n{}",
        worker.log()
    );

    worker.signal("HUP");
    worker.wait_metric(&reloads("unchanged"), 1.0);
    let fourth = read(bootstrap, &topics, 4);
    assert_eq!(fourth.group, "SYRREB");
    assert_eq!(events_in(bootstrap, &topics), 2 * events, "min_confidence.events=1 lets nothing through");

    assert!(!worker.log().contains("\"DEBUG\""));
    worker.signal("USR1");
    worker.wait_until("logs at debug", || worker.log().contains("logging at debug for a while"));
    assert_eq!(worker.stop().code(), Some(0));
}
