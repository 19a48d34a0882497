//! `dateline export` with a real Kafka: each row in exactly one file, whatever ends the command.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::PATIENCE;
use crate::kafka::{self, Topics, add_partitions, commit_for, committed, create_topics, produce, read_topic};
use crate::process::Group;

fn command(group: &Group, dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.env_clear().envs(group.environment()).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.arg("export").arg("--dir").arg(dir).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn export(group: &Group, dir: &Path, arguments: &[&str], code: i32) -> String {
    let output = command(group, dir, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output));
    text(&output)
}

fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "should say {word:?}: {text}");
    }
}

/// An event on one of three days.
fn event(n: usize) -> (String, String) {
    let id = format!("ec1-{n:05}");
    let day = format!("2024-05-{:02}", 10 + n % 3);
    let record = serde_json::json!({"schema": "event.article/1", "cluster_id": id, "article_id": "a", "dct": day,
        "time": {"start": day, "end": day}, "summary_text": format!("=event {n}")});
    (id, record.to_string())
}

fn produce_events(bootstrap: &str, topic: &str, numbers: std::ops::Range<usize>) {
    let events: Vec<_> = numbers.map(event).collect();
    produce(bootstrap, topic, events.iter().map(|(k, v)| (Some(k.as_bytes()), v.as_bytes(), [].as_slice())));
}

/// Files below a folder, by path.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        match name.to_str() {
            Some(name) if name.starts_with('.') => {}
            _ if path.is_dir() => found.extend(files(&path)),
            _ => found.push(path),
        }
    }
    found.sort();
    found
}

/// How often each id stands in the files.
fn ids(dir: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for path in files(dir) {
        let found: Vec<String> = match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => {
                let text = fs::read_to_string(&path).unwrap();
                text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
            }
            _ => {
                let reader = ParquetRecordBatchReader::try_new(fs::File::open(&path).unwrap(), 1_000).unwrap();
                let batches = reader.map(Result::unwrap);
                let ids = |batch: arrow_array::RecordBatch| {
                    let column = batch.column(0).as_string::<i32>();
                    column.iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
                };
                batches.flat_map(ids).collect()
            }
        };
        assert!(!found.is_empty(), "{} has no rows", path.display());
        found.into_iter().for_each(|id| *counts.entry(id).or_default() += 1);
    }
    counts
}

fn wait_until(what: &str, child: &mut Child, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not after {PATIENCE:?}: {what}");
        assert!(child.try_wait().unwrap().is_none(), "the export has ended before: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Records that no reader of committed ones may see.
fn abort(bootstrap: &str, topic: &str) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap).set("transactional.id", format!("aborts-{topic}"));
    let producer: BaseProducer = config.create().unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    producer.begin_transaction().unwrap();
    for n in 0..30 {
        let value = event(90_000 + n).1;
        producer.send(BaseRecord::<[u8], str>::to(topic).payload(value.as_str())).map_err(|(e, _)| e).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    producer.abort_transaction(PATIENCE).unwrap();
}

fn tombstones(bootstrap: &str, topic: &str, count: usize) {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", bootstrap).create().unwrap();
    for n in 0..count {
        producer.send(BaseRecord::<str, [u8]>::to(topic).key(&format!("k{n}"))).map_err(|(e, _)| e).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

#[test]
fn a_kill_at_any_moment_loses_and_doubles_no_row() {
    const EVENTS: usize = 3_000;
    let Some(kafka) = kafka::shared("a_kill_at_any_moment_loses_and_doubles_no_row") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("export"));
    create_topics(bootstrap, &topics, 3);
    let group = Group::new(bootstrap, "export", &topics);
    let folder = tempfile::tempdir().unwrap();
    let (dir, topic) = (folder.path(), topics.events.as_str());
    produce_events(bootstrap, topic, 0..EVENTS / 2);
    abort(bootstrap, topic);
    produce_events(bootstrap, topic, EVENTS / 2..EVENTS);

    // Small batches of three files each, so that most moments lie within one.
    let own = format!("{}-x", group.name);
    let arguments = [topic, "--format", "csv", "--day", "event", "--rows", "25", "--group", &own];
    for files_before_kill in [2, 40, 100] {
        let mut child = command(&group, dir, &arguments).spawn().unwrap();
        wait_until("files are written", &mut child, || files(dir).len() >= files_before_kill);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // The moment after the first rename of a batch, before the others and the commit: exactly so, not by chance.
    let last = |dir: &Path| {
        files(dir)
            .into_iter()
            .filter(|f| f.to_string_lossy().contains("part-00000-"))
            .max_by_key(|f| f.file_name().unwrap().to_owned())
            .unwrap()
    };
    let name = last(dir).file_name().unwrap().to_str().unwrap().to_owned();
    let start: i64 = name.split('-').nth(2).unwrap().parse().unwrap();
    let of_batch: Vec<PathBuf> = files(dir).into_iter().filter(|f| f.file_name().unwrap() == name.as_str()).collect();
    of_batch.iter().skip(1).for_each(|path| fs::remove_file(path).unwrap());
    commit_for(bootstrap, &own, topic, start, "");
    // Halves are never under a file's own name.
    fs::write(dir.join(topic).join(".under-way/part-00000-000000000000-000000000001.csv"), "half").unwrap();

    let said = export(&group, dir, &arguments, 0);
    says(&said, &["rows of", "an export was interrupted"]);
    let found = ids(dir);
    assert_eq!(found.len(), EVENTS, "every event is there, and none of the aborted ones");
    assert!(found.values().all(|n| *n == 1), "and none twice");
    let days: Vec<String> = fs::read_dir(dir.join(topic))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.starts_with("date="))
        .collect();
    assert_eq!(days.len(), 3, "{days:?}");
    assert!(fs::read_to_string(&files(dir)[0]).unwrap().contains(",'=event "), "a sentence is no formula");

    says(&export(&group, dir, &arguments, 0), &["0 rows of 0 records"]);
    // A group that knows nothing, in the same folder.
    let unknown = format!("{}-y", group.name);
    let other = [&arguments[..7], &["--group", &unknown]].concat();
    says(&export(&group, dir, &other, 0), &[&format!("0 rows of {EVENTS} records in 0 files")]);
    produce_events(bootstrap, topic, EVENTS..EVENTS + 10);
    says(&export(&group, dir, &other, 0), &["10 rows of 10 records"]);
    says(&export(&group, dir, &arguments, 0), &["0 rows of 10 records"]);
    assert!(ids(dir).len() == EVENTS + 10 && ids(dir).values().all(|n| *n == 1));

    // Another folder has a group of its own, and so begins at the beginning; so does another format.
    let elsewhere = folder.path().join("elsewhere");
    let all = format!("{} rows of {} records", EVENTS + 10, EVENTS + 10);
    says(&export(&group, &elsewhere, &[topic], 0), &[&all]);
    says(&export(&group, &elsewhere, &[topic], 0), &["0 rows of 0 records"]);
    says(&export(&group, &elsewhere, &[topic, "--format", "csv"], 0), &[&all]);

    // Another topic of the same name.
    kafka::delete_topic(bootstrap, topic);
    kafka::create_topic(bootstrap, topic, 3);
    produce_events(bootstrap, topic, 0..1);
    says(&export(&group, dir, &arguments, 64), &["which is not events of topic", "give another --dir"]);
}

#[test]
fn followed_topics_reach_their_files_and_a_stop_writes_the_rest() {
    let Some(kafka) = kafka::shared("followed_topics_reach_their_files_and_a_stop_writes_the_rest") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("export-follow"));
    create_topics(bootstrap, &topics, 2);
    let group = Group::new(bootstrap, "export-follow", &topics);
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let arguments = [&topics.events, &topics.canonical, "--follow", "--every", "200ms", "--group", &group.name];
    produce_events(bootstrap, &topics.events, 0..100);
    tombstones(bootstrap, &topics.canonical, 3);
    let mut child = command(&group, dir, &arguments).spawn().unwrap();
    wait_until("what was there is in files", &mut child, || ids(dir).len() == 100);
    let canonical = |n: usize| {
        let told = serde_json::json!({"title": "Bomb", "sources": {"origins": 2, "reports": []}});
        serde_json::json!({"schema": "event.canonical/1", "canonical_id": format!("ce1-{n}"), "status": "active",
            "revision": 1,
            "told": told})
        .to_string()
    };
    let records: Vec<String> = (0..20).map(canonical).collect();
    produce(bootstrap, &topics.canonical, records.iter().map(|r| (None, r.as_bytes(), [].as_slice())));
    wait_until("what came is in files", &mut child, || ids(dir).len() == 120);
    // One command at a time has the folder.
    says(&export(&group, dir, &arguments, 74), &["another export writes to"]);
    assert!(Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    says(&text(&output), &["120 rows of 123 records", "3  tombstones"]);
    assert_eq!(committed(bootstrap, &group.name, &topics.events), 100);

    // Partitions that are added meanwhile are read, too.
    let arguments = [&topics.events, "--follow", "--every", "200ms", "--group", &group.name];
    let mut following = command(&group, dir, &arguments);
    following.env("DATELINE__KAFKA__CONSUMER__TOPIC_METADATA_REFRESH_INTERVAL_MS", "1000");
    let mut child = following.spawn().unwrap();
    produce_events(bootstrap, &topics.events, 100..101);
    wait_until("it follows", &mut child, || ids(dir).len() == 121);
    add_partitions(bootstrap, &topics.events, 4);
    let added = || read_topic(bootstrap, &topics.events).iter().filter(|record| record.partition >= 2).count();
    let mut sent = 101;
    // Until the producer's client knows of them, too.
    while added() == 0 {
        produce_events(bootstrap, &topics.events, sent..sent + 10);
        sent += 10;
    }
    wait_until("what came to added partitions is in files", &mut child, || ids(dir).len() == sent + 20);
    assert!(Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert!(ids(dir).values().all(|n| *n == 1), "assigned anew, none is read twice");

    // A stop writes what waits for others of its file.
    produce_events(bootstrap, &topics.events, 2_000..2_030);
    let patient = [&topics.events, "--follow", "--every", "1h", "--group", &group.name];
    let mut child = command(&group, dir, &patient).spawn().unwrap();
    // It has read them when it has asked for more; nothing tells so but time, and too little of it loses nothing.
    std::thread::sleep(Duration::from_secs(3));
    assert!(child.try_wait().unwrap().is_none());
    assert!(Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    export(&group, dir, &[&topics.events, "--group", &group.name], 0);
    assert!(ids(dir).len() == sent + 50 && ids(dir).values().all(|n| *n == 1));
}

#[test]
fn what_cannot_be_exported_is_said_at_once() {
    let group = Group::new("127.0.0.1:1", "export-refused", &Topics::new("export-refused"));
    let topics = Topics::new("export-refused");
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code, words) in [
        (&[topics.input.as_str()][..], 64, "has no tables; there are"),
        (&[&topics.events, "--table", "claims"], 64, "have rows of events and none of claims"),
        (&[&topics.enriched, "--table", "claims", "--format", "geojson"], 64, "have no place on a map"),
        (&[&topics.entities, "--day", "event"], 64, "rows of entities have no event day"),
        (&[&topics.events, &topics.events], 64, "is named twice"),
        (&[&topics.events, "--bom"], 64, "--bom goes with --format csv"),
        (&[&topics.events, "--timeout", "1s"], 69, "the brokers did not complete"),
    ] {
        says(&export(&group, folder.path(), arguments, code), &[words]);
    }
}
