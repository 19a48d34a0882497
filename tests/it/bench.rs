//! `dateline bench`: its figures are there and hang together, and it leaves nothing behind.

use std::process::Command;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use serde_json::Value;

use crate::{PATIENCE, kafka};

fn bench(more: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command
        .env_clear()
        .envs([crate::FAST])
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .args(["bench", "--format", "json", "--time", "200ms"]);
    let output = command.args(["--threads", "2"]).args(more).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(report: &Value, path: &str) -> f64 {
    report.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} is missing in {report:#}"))
}

#[test]
fn the_figures_hang_together() {
    let report = bench(&["--records", "30"]);
    // Ten of the samples can be read.
    assert_eq!(report["articles"], 10);
    for part in ["/one_thread", "/all_threads"] {
        let at = |name: &str| number(&report, &format!("{part}/{name}"));
        assert!(at("measured") >= 10.0 && at("article_milliseconds/p50") <= at("article_milliseconds/p95"));
        // No more articles can have been read than the slowest thread had time for.
        let most = at("articles_per_second") * at("seconds");
        assert!(at("measured") <= most * 1.01 && most > 0.0, "{report:#}");
    }
    assert_eq!((number(&report, "/one_thread/threads"), number(&report, "/all_threads/threads")), (1.0, 2.0));
    assert_eq!((&report["stream"]["delivery"], number(&report, "/stream/records")), (&"at_least_once".into(), 30.0));
    assert!(number(&report, "/stream/dead_lettered") >= 2.0, "the cut-off sample is among them");
    assert_eq!(report["optimised"], !cfg!(debug_assertions));
}

#[test]
fn a_given_broker_is_left_as_it_was() {
    let Some(kafka) = kafka::shared("a_given_broker_is_left_as_it_was") else { return };
    let report = bench(&["--records", "20", "--bootstrap", kafka.bootstrap()]);
    assert_eq!((&report["stream"]["delivery"], number(&report, "/stream/records")), (&"exactly_once".into(), 20.0));
    let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", kafka.bootstrap()).create().unwrap();
    let left = consumer.fetch_metadata(None, PATIENCE).unwrap();
    let left: Vec<&str> = left.topics().iter().map(|t| t.name()).filter(|n| n.starts_with("dateline-bench")).collect();
    assert!(left.is_empty(), "{left:?}");
}
