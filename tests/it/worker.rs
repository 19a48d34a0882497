//! `dateline run` against a real Kafka: everything a user relies on when nothing goes wrong, and bad articles.

use dateline::stream::embedded::Broker;

use crate::PATIENCE;
use crate::articles::{self, Verdict};
use crate::kafka::{self, Committed, Topics, committed, create_topics, produce, read_until};
use crate::process::Group;

#[test]
fn an_article_comes_out_of_every_topic_once() {
    let Some(kafka) = kafka::shared("an_article_comes_out_of_every_topic_once") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("end-to-end"));
    create_topics(bootstrap, &topics, 3);
    let text = include_str!("../../config/samples/night-raid.txt");
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers: [(&str, &[u8]); 3] =
        [("traceparent", trace.as_bytes()), ("tracestate", b"vendor=1,other=2"), ("other", b"x")];
    produce(bootstrap, &topics.input, [(Some(b"the-key".as_slice()), text.as_bytes(), headers.as_slice())]);

    let group = Group::new(bootstrap, "end-to-end", &topics);
    let worker = group.start(0).ready();
    assert_eq!((worker.health(&[]).code(), worker.health(&["--ready"]).code()), (Some(0), Some(0)));
    let enriched = read_until(bootstrap, &topics.enriched, PATIENCE, |m| !m.is_empty());
    assert_eq!(enriched.len(), 1, "the worker's log:\n{}", worker.log());
    let message = &enriched[0];
    assert_eq!(message.key.as_deref(), Some(b"the-key".as_slice()), "the input's key is kept");
    assert_eq!(message.header("content-type"), Some("application/json"));
    assert_eq!(message.header("schema"), Some("article.enriched/1"));
    assert_eq!(message.header("ce_specversion"), Some("1.0"));
    assert_eq!(message.header("ce_type"), Some("dateline.article.enriched.v1"));
    assert_eq!(message.header("traceparent"), Some(trace));
    assert_eq!(message.header("tracestate"), Some("vendor=1,other=2"));
    assert_eq!(message.header("other"), Some("x"));
    let record = message.json();
    assert!(record["events"].as_array().is_some_and(|e| !e.is_empty()), "no events in {record:#}");

    let verdict = Verdict::read(bootstrap, &topics, 0);
    assert_eq!(verdict.events, record["events"].as_array().unwrap().len());
    assert_eq!(verdict.entities, 1, "one list of all entities");
    assert_eq!(verdict.dead, 0);
    let status = worker.stop();
    assert_eq!(status.code(), Some(0));
    assert_eq!(committed(bootstrap, &group.name, &topics.input), 1);
}

#[test]
fn a_restarted_worker_goes_on_where_the_last_one_stopped() {
    let Some(kafka) = kafka::shared("a_restarted_worker_goes_on_where_the_last_one_stopped") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("restart"));
    create_topics(bootstrap, &topics, 3);
    let group = Group::new(bootstrap, "restart", &topics);
    for part in 0..3 {
        articles::send(bootstrap, &topics, part * 40..(part + 1) * 40);
        let worker = group.start(0).ready();
        let expect = (part + 1) * 40;
        let found = read_until(bootstrap, &topics.enriched, PATIENCE, |m| m.len() >= expect);
        assert_eq!(found.len(), expect, "part {part}; the worker's log:\n{}", worker.log());
        assert_eq!(worker.stop().code(), Some(0));
    }
    let verdict = Verdict::read(bootstrap, &topics, 120);
    assert!(verdict.is_exact(), "{verdict:#?}");
}

#[test]
fn bad_articles_are_dead_lettered_while_the_rest_flows() {
    let Some(kafka) = kafka::shared("bad_articles_are_dead_lettered_while_the_rest_flows") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("poison"));
    create_topics(bootstrap, &topics, 1);
    let large = format!("{{\"text\": \"{}\"}}", "A long story. ".repeat(100_000));
    let german = "Die Regierung hat am Montag in Berlin erklärt, dass sie die Verhandlungen mit den Gewerkschaften \
                  fortsetzen werde, und die Opposition hat das scharf kritisiert. Das sagte der Sprecher am Abend.";
    let bad: [(&str, &[u8], &str); 6] = [
        ("truncated", br#"{"id": "x", "text": "The police arr"#, "truncated_json"),
        ("bytes", b"caf\xe9 police", "not_utf8"),
        ("type", br#"{"text": 5}"#, "wrong_type"),
        ("empty", br#"{"text": "  "}"#, "empty_text"),
        ("large", large.as_bytes(), "too_large"),
        ("german", german.as_bytes(), "unsupported_language"),
    ];
    let origin: [(&str, &[u8]); 2] = [("origin", b"\x00\xffcrawler"), ("dateline.error.reason", b"earlier")];
    for (n, (key, value, _)) in bad.iter().enumerate() {
        articles::send(bootstrap, &topics, n * 5..(n + 1) * 5);
        produce(bootstrap, &topics.input, [(Some(key.as_bytes()), *value, origin.as_slice())]);
    }
    let worker = Group::new(bootstrap, "poison", &topics).with("LIMITS__ARTICLE_BYTES", "1MiB").start(0).ready();
    let dead = read_until(bootstrap, &topics.dead, PATIENCE, |m| m.len() >= bad.len());
    assert_eq!(dead.len(), bad.len(), "the worker's log:\n{}", worker.log());
    for (message, (key, value, reason)) in dead.iter().zip(&bad) {
        assert_eq!(message.key.as_deref(), Some(key.as_bytes()), "dead letters keep the key");
        assert!(message.value == *value, "the dead letter of {key} must hold the bytes received");
        assert_eq!(message.header("dateline.error.reason"), Some(*reason), "{key}");
        assert_eq!(message.header("dateline.error.topic"), Some(topics.input.as_str()));
        for name in ["stage", "message", "partition", "offset", "time"] {
            assert!(message.header(&format!("dateline.error.{name}")).is_some_and(|v| !v.is_empty()), "{key}: {name}");
        }
        let kept = message.headers.iter().find(|(name, _)| name == "origin");
        assert_eq!(kept.map(|(_, v)| v.as_slice()), Some(b"\x00\xffcrawler".as_slice()));
    }
    let found = read_until(bootstrap, &topics.enriched, PATIENCE, |m| m.len() >= 30);
    assert_eq!(found.len(), 30);
    let verdict = Verdict::read(bootstrap, &topics, 30);
    assert!(verdict.is_exact(), "{verdict:#?}");

    let series = |outcome: &str| format!("dateline_records_finished_total{{outcome=\"{outcome}\"}}");
    let topic = format!("dateline_records_consumed_total{{topic=\"{}\"}}", topics.input);
    worker.wait_metric("dateline_in_flight_records", 0.0);
    worker.wait_metric(&series("enriched"), 30.0);
    worker.wait_metric(&series("dead_lettered"), 6.0);
    assert_eq!(worker.metric(&topic), Some(36.0));
    for component in ["stream", "group", "delivery", "enrichment"] {
        let series = format!("dateline_component_healthy{{component=\"{component}\"}}");
        assert_eq!(worker.metric(&series), Some(1.0), "{component}");
    }
    for stage in ["queue", "intake", "engine", "extraction", "records", "produce", "commit"] {
        let series = format!("dateline_stage_duration_seconds_count{{stage=\"{stage}\"}}");
        assert!(worker.metric(&series) > Some(0.0), "{stage}");
    }
    assert_eq!(worker.metric("dateline_language_records_total{lang=\"de\"}"), Some(1.0));
    assert_eq!(worker.metric("dateline_events_per_record_count"), Some(30.0));
    assert_eq!(worker.stop().code(), Some(0));
}

#[test]
fn at_least_once_delivers_everything() {
    let Some(kafka) = kafka::shared("at_least_once_delivers_everything") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("at-least-once"));
    create_topics(bootstrap, &topics, 3);
    articles::send(bootstrap, &topics, 0..200);
    let group = Group::new(bootstrap, "at-least-once", &topics).with("KAFKA__DELIVERY", "at_least_once");
    let first = group.start(0).ready();
    read_until(bootstrap, &topics.enriched, PATIENCE, |m| m.len() >= 50);
    first.kill();
    let second = group.start(0).ready();
    let committed = Committed::new(bootstrap, &group.name, &topics.input);
    second.wait_until("commits the rest", || committed.read() >= 200);
    let verdict = Verdict::read(bootstrap, &topics, 200);
    assert!(verdict.lost.is_empty(), "{verdict:#?}\n{}", second.log());
    assert_eq!(second.stop().code(), Some(0));
}

#[test]
fn a_missing_topic_is_named_and_the_worker_ends() {
    let Some(kafka) = kafka::shared("a_missing_topic_is_named_and_the_worker_ends") else { return };
    let topics = Topics::new("missing");
    let mut worker = Group::new(kafka.bootstrap(), "missing", &topics).start(0);
    let status = worker.wait(PATIENCE);
    assert_eq!(status.code(), Some(69), "{}", worker.log());
    assert!(worker.log().contains(&format!("topic {} does not exist", topics.input)), "{}", worker.log());
}

#[test]
fn what_is_not_sure_enough_stays_out_of_its_topic() {
    // The mock cluster will do: what is judged is what the worker writes, not how often.
    let topics = Topics::new("sure");
    let names = topics.names();
    let broker = Broker::start(&names).unwrap();
    let bootstrap = broker.bootstrap_servers();
    let text = include_str!("../../config/samples/night-raid.txt");
    produce(bootstrap, &topics.input, [(Some(b"k".as_slice()), text.as_bytes(), [].as_slice())]);
    let worker = Group::new(bootstrap, "sure", &topics)
        .with("KAFKA__DELIVERY", "at_least_once")
        .with("KAFKA__CONSUMER__FETCH_WAIT_MAX_MS", "10")
        .with("MIN_CONFIDENCE__EVENTS", "0.8")
        .with("MIN_CONFIDENCE__ENTITIES", "0.6")
        .with("RECORDS__ENTITIES", "entity")
        .start(0)
        .ready();
    let record = read_until(bootstrap, &topics.enriched, PATIENCE, |m| !m.is_empty())[0].json();
    let list = |key: &str| record[key].as_array().unwrap().clone();
    let events = list("events").iter().filter(|e| e["confidence"]["overall"].as_f64() >= Some(0.8)).count();
    let unsure = |e: &&serde_json::Value| e["place"]["confidence"].as_f64().is_some_and(|c| c < 0.6);
    let entities = list("entities").len() - list("entities").iter().filter(unsure).count();
    assert!(0 < events && events < list("events").len(), "the sample must hold events on both sides of 0.8");
    assert!(entities < list("entities").len(), "the sample must hold a place below 0.6");
    let written = |topic: &str, count: usize| read_until(bootstrap, topic, PATIENCE, |m| m.len() >= count).len();
    assert_eq!(written(&topics.events, events), events);
    assert_eq!(written(&topics.entities, entities), entities);
    assert_eq!(worker.stop().code(), Some(0));
    // What was written while the worker drained is there as well.
    assert_eq!((written(&topics.events, events), written(&topics.entities, entities)), (events, entities));
}
