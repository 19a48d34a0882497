//! `dateline dlq` with the real worker and a real Kafka: a bad article is found, understood and sent back.

use std::collections::BTreeMap;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::PATIENCE;
use crate::kafka::{self, Message, Topics, create_topics, produce, read_topic, read_until};
use crate::process::Group;

fn command(group: &Group, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.env_clear().envs(group.environment()).current_dir(env!("CARGO_TARGET_TMPDIR")).arg("dlq").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn dlq(group: &Group, arguments: &[&str], code: i32) -> String {
    let output = command(group, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output));
    text(&output)
}

fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "should say {word:?}: {text}");
    }
}

#[test]
fn a_bad_article_comes_back_once_its_cause_is_gone() {
    let Some(kafka) = kafka::shared("a_bad_article_comes_back_once_its_cause_is_gone") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("dlq"));
    create_topics(bootstrap, &topics, 2);
    let group = Group::new(bootstrap, "dlq", &topics);
    // Too large for the first worker, whose letters are cut into pieces besides.
    let story = "Gunmen killed four officers in Garissa on Monday, the governor said. ".repeat(600);
    let large = serde_json::json!({"id": "large", "text": story, "published_at": "2024-05-13"}).to_string();
    let origin: [(&str, &[u8]); 1] = [("origin", b"\x00\xffcrawler")];
    let strict = group.clone().with("LIMITS__ARTICLE_BYTES", "20KiB").with("LIMITS__OUTPUT_BYTES", "16KiB");
    let worker = strict.start(0).ready();
    produce(bootstrap, &topics.input, [(Some(b"large".as_slice()), large.as_bytes(), origin.as_slice())]);
    produce(bootstrap, &topics.input, [(Some(b"bytes".as_slice()), b"caf\xe9 in Kano".as_slice(), [].as_slice())]);
    let dead = read_until(bootstrap, &topics.dead, PATIENCE, |m| m.len() >= 4);
    assert!(dead.len() >= 4, "pieces of one and a whole one: {}\n{}", dead.len(), worker.log());
    assert_eq!(worker.stop().code(), Some(0));

    says(&dlq(&group, &["inspect"], 0), &["read too_large", "pieces", "key \"large\"", "read not_utf8"]);
    let one = dlq(&group, &["inspect", "--reason", "too_large", "--format", "json", "--since", "1h"], 0);
    let letter: Value = serde_json::from_str(one.trim()).unwrap();
    assert_eq!(
        (&letter["stage"], &letter["origin"]["topic"]),
        (&"read".into(), &topics.input.as_str().into()),
        "{one}"
    );
    assert_eq!(letter["value_bytes"], large.len());
    assert_eq!(letter["headers"][0][0], "origin");
    let place = |name: &str| letter[name].to_string();
    let one = ["inspect", "--partition", &place("partition"), "--offset", &place("offset"), "--raw"];
    let raw = command(&group, &one).output().unwrap();
    assert!(raw.stdout == large.as_bytes(), "the original bytes come back: {} of {}", raw.stdout.len(), large.len());
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in [&one[..], &["inspect"], &["inspect", "--format", "json"], &["stats"], &["replay", "--dry-run"]] {
        let output = command(&group, arguments).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(74), "{arguments:?}: {}", text(&output));
        says(&text(&output), &["cannot write to standard output: No space left"]);
    }
    for arguments in [&["topics", "plan"][..], &["topics", "apply"], &["check", "--connect"]] {
        let mut dateline = Command::new(env!("CARGO_BIN_EXE_dateline"));
        dateline.env_clear().envs(group.environment()).current_dir(env!("CARGO_TARGET_TMPDIR")).args(arguments);
        let output = dateline.stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(74), "{arguments:?}: {}", text(&output));
    }
    says(&dlq(&group, &["inspect", "--until", "1h"], 0), &["no dead letters"]);
    let stats: Value = serde_json::from_str(&dlq(&group, &["stats", "--format", "json"], 0)).unwrap();
    assert_eq!((&stats["letters"], &stats["kinds"][1]["reason"]), (&2.into(), &"too_large".into()), "{stats:#}");
    says(&dlq(&group, &["stats"], 0), &["2 dead letters", "read not_utf8", "hour (UTC)"]);
    dlq(&group, &["inspect", "--partition", "0", "--offset", "99999", "--raw"], 66);

    says(&dlq(&group, &["replay", "--dry-run", "--reason", "too_large"], 0), &["1 articles would be replayed"]);
    says(&dlq(&group, &["replay", "--dry-run", "--stage", "read"], 0), &["2 articles would be replayed"]);
    assert_eq!(read_topic(bootstrap, &topics.input).len(), 2, "a dry run writes nothing");
    says(&dlq(&group, &["replay", "--reason", "too_large"], 0), &["1 articles replayed", "1  passed over"]);
    says(&dlq(&group, &["replay", "--reason", "too_large"], 0), &["0 articles replayed"]);
    let back: Vec<Message> =
        read_topic(bootstrap, &topics.input).into_iter().filter(|m| m.key.as_deref() == Some(b"large")).collect();
    let [first, again] = &back[..] else { panic!("the article and its replay, not {}", back.len()) };
    assert!(first.value == again.value && first.partition == again.partition);
    assert_eq!(
        again.headers,
        [("origin".to_owned(), b"\x00\xffcrawler".to_vec()), ("dateline.replay.count".to_owned(), b"1".to_vec())]
    );

    let worker = group.start(0).ready();
    let enriched = read_until(bootstrap, &topics.enriched, PATIENCE, |m| !m.is_empty());
    assert_eq!(enriched.len(), 1, "{}", worker.log());
    assert_eq!(enriched[0].json()["article"]["id"], "large");
    assert_eq!(worker.stop().code(), Some(0));
}

#[test]
fn an_article_that_keeps_dying_is_left_in_the_end() {
    let Some(kafka) = kafka::shared("an_article_that_keeps_dying_is_left_in_the_end") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("loop"));
    create_topics(bootstrap, &topics, 1);
    let group = Group::new(bootstrap, "loop", &topics);
    produce(bootstrap, &topics.input, [(None, br#"{"id": "x", "text": "The police arr"#.as_slice(), [].as_slice())]);
    let worker = group.start(0).ready();
    for time in 1..=4 {
        let dead = read_until(bootstrap, &topics.dead, PATIENCE, |m| m.len() >= time);
        assert_eq!(dead.len(), time, "{}", worker.log());
        assert_eq!(
            dead[time - 1].header("dateline.replay.count").map(str::to_owned),
            (time > 1).then(|| (time - 1).to_string())
        );
        let said = dlq(&group, &["replay"], 0);
        let expect = if time <= 3 { "1 articles replayed" } else { "replayed 3 times already" };
        says(&said, &[expect]);
    }
    says(&dlq(&group, &["replay"], 0), &["0 articles replayed"]);
    assert_eq!(read_topic(bootstrap, &topics.input).len(), 4);
    assert_eq!(worker.stop().code(), Some(0));
}

#[test]
fn an_interrupted_replay_goes_on_and_doubles_nothing() {
    // At 40 a second, enough for a minute.
    const LETTERS: usize = 2_400;
    let Some(kafka) = kafka::shared("an_interrupted_replay_goes_on_and_doubles_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("resume"));
    create_topics(bootstrap, &topics, 3);
    let group = Group::new(bootstrap, "resume", &topics);
    let keys: Vec<String> = (0..LETTERS).map(|n| format!("k{n}")).collect();
    let headers: [(&str, &[u8]); 2] = [("dateline.error.reason", b"timeout"), ("dateline.error.stage", b"enrich")];
    produce(bootstrap, &topics.dead, keys.iter().map(|k| (Some(k.as_bytes()), k.as_bytes(), headers.as_slice())));

    let replay = |more: &[&str]| command(&group, &[&["replay"], more].concat()).spawn().unwrap();
    let arrived = |least: usize| read_until(bootstrap, &topics.input, PATIENCE, |m| m.len() >= least).len();
    let mut killed: Child = replay(&["--rate", "40"]);
    assert!(arrived(20) >= 20);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let after_kill = read_topic(bootstrap, &topics.input).len();

    let stopped = replay(&["--rate", "40"]);
    assert!(arrived(after_kill + 20) < LETTERS, "the rate must leave something to do");
    assert!(Command::new("kill").args(["-s", "INT", &stopped.id().to_string()]).status().unwrap().success());
    let output = stopped.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(75), "{}", text(&output));
    says(&text(&output), &["stopped before the end"]);

    says(&dlq(&group, &["replay", "--limit", "5"], 0), &["5 articles replayed"]);
    dlq(&group, &["replay"], 0);
    let mut counts: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for message in read_topic(bootstrap, &topics.input) {
        assert_eq!(message.header("dateline.replay.count"), Some("1"));
        assert_eq!(message.header("dateline.error.reason"), None);
        *counts.entry(message.value).or_default() += 1;
    }
    assert_eq!(counts.len(), LETTERS, "every article is back");
    assert!(counts.values().all(|n| *n == 1), "and none is doubled");
    println!("interrupted replay: {LETTERS} articles, killed after {after_kill}, each back exactly once");
}
