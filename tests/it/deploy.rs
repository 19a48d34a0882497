//! What lies in `deploy/` against the program and against the tools that will read it.

use std::io::Write as _;
use std::process::Command;

use dateline::telemetry::{Metrics, markdown};

use crate::{golden, promql};

#[test]
fn every_metric_is_documented() {
    let table = markdown(Metrics::new().unwrap().catalog());
    let text = format!(
        "# Metrics\n\n\
         Served on `/metrics` of the admin port (`http.listen`). Counters start at 0 with the process; series with \
         `topic` and `partition` exist only while the worker owns the partition. The alerts that rest on them are in \
         [prometheus/alerts.yml](prometheus/alerts.yml), the panels in [grafana/dateline.json](grafana/dateline.json).\n\n\
         This file is written by a test from the registry: `DATELINE_UPDATE_GOLDEN=1 cargo test --test it \
         every_metric_is_documented`.\n\n{table}"
    );
    golden::compare("deploy/METRICS.md", &text);
}

/// A tool that checks a file, or none with a note on why the calling test is skipped.
pub fn tool(test: &str, name: &str) -> Option<Command> {
    if Command::new(name).arg("--version").output().is_ok() {
        return Some(Command::new(name));
    }
    let needed = std::env::var_os("DATELINE_TEST_KAFKA_REQUIRED").is_some_and(|v| v == "1");
    assert!(!needed, "{test} needs {name}; install it with `sh tests/packages.sh test`");
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {name} is not installed (`sh tests/packages.sh test`)");
    None
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{text}");
    text
}

/// Two workers of one host share their settings; the unit must give each its own port.
#[test]
fn instances_of_the_unit_listen_on_ports_of_their_own() {
    let unit = promql::file("deploy/systemd/dateline@.service");
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    let given: Vec<(&str, &str)> =
        lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('=')).collect();
    for (instance, port) in [("0", 9464), ("1", 9465), ("berlin-1", 9465), ("link-10", 9474), ("17", 9481)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.arg("health").env_clear().current_dir(env!("CARGO_TARGET_TMPDIR"));
        for (name, value) in &given {
            command.env(name, value.replace("%i", instance));
        }
        // An address where nobody listens.
        let output = command.env("DATELINE__HTTP__LISTEN", "127.255.255.254:9464").output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(&format!("http://127.255.255.254:{port}/livez")), "instance {instance}: {text}");
    }
}

/// Built from the command that is tested, and unpacked: `tests/deploy/deb.sh` says what must be in it. It also installs a
/// package on a machine that may be spoilt, and boots a Debian that starts workers: too slow to be done here.
#[test]
fn the_debian_package_holds_what_it_promises() {
    let test = "the_debian_package_holds_what_it_promises";
    let root = env!("CARGO_MANIFEST_DIR");
    let built = std::path::Path::new(root).join("target/tools/bin/cargo-deb").exists();
    if !built && std::env::var_os("DATELINE_TEST_DEB_REQUIRED").is_none_or(|v| v != "1") {
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: cargo-deb is not there (`sh tests/tools.sh`)");
        return;
    }
    let mut build = Command::new("sh");
    build.current_dir(root).args(["deploy/deb/build.sh", "--no-build", "--fast"]);
    // Where this command lies: target/debug.
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_dateline")).parent().unwrap();
    build.env("CARGO_TARGET_DIR", folder.parent().unwrap());
    build.env("PROFILE", if folder.ends_with("debug") { "dev" } else { "release" });
    let text = succeeds(&mut build);
    let file = text.lines().find(|line| line.ends_with(".deb")).unwrap();
    let text = succeeds(Command::new("sh").current_dir(root).args(["tests/deploy/deb.sh", file]));
    assert!(text.contains("deb: the program runs ok"), "{text}");
}

#[test]
fn alerts_fire_when_they_should_and_only_then() {
    let Some(mut promtool) = tool("alerts_fire_when_they_should_and_only_then", "promtool") else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/prometheus");
    promtool.current_dir(folder).args(["test", "rules", "alerts.test.yml", "drift.test.yml"]);
    succeeds(&mut promtool);
    succeeds(Command::new("promtool").current_dir(folder).args(["check", "rules", "alerts.yml"]));

    let alerts = promql::file("deploy/prometheus/alerts.yml");
    let tests = promql::file("deploy/prometheus/alerts.test.yml") + &promql::file("deploy/prometheus/drift.test.yml");
    let names: Vec<&str> = alerts.lines().filter_map(|l| l.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() >= 20, "the alerts were not found in the file: {names:?}");
    for name in names {
        assert!(tests.contains(&format!("alertname=\"{name}\"")), "no test makes the alert {name} fire");
    }
}

#[test]
fn alerts_and_dashboard_name_metrics_that_exist() {
    let metrics = Metrics::new().unwrap();
    let rules = promql::rules(&promql::file("deploy/prometheus/alerts.yml"));
    let recorded: Vec<String> = rules.iter().map(|(name, _)| name.clone()).filter(|n| !n.is_empty()).collect();
    let dashboard: serde_json::Value = serde_json::from_str(&promql::file("deploy/grafana/dateline.json")).unwrap();
    let panels = promql::expressions(&dashboard);
    assert!(rules.len() >= 20 && panels.len() >= 40, "{} rules, {} expressions", rules.len(), panels.len());
    let all = rules.into_iter().map(|(_, expr)| expr).chain(panels);
    let wrong: Vec<String> = all
        .flat_map(|expr| {
            let unknown = promql::unknown(&expr, metrics.catalog(), &recorded);
            unknown.into_iter().map(move |w| format!("{w}: {expr}"))
        })
        .collect();
    assert!(wrong.is_empty(), "deploy/METRICS.md lists what there is:\n{}", wrong.join("\n"));
}

#[test]
fn the_dashboard_is_well_formed() {
    let dashboard: serde_json::Value = serde_json::from_str(&promql::file("deploy/grafana/dateline.json")).unwrap();
    assert!(
        dashboard["schemaVersion"].as_u64() >= Some(38) && dashboard["uid"] == "dateline" && dashboard["id"].is_null()
    );
    let panels = dashboard["panels"].as_array().unwrap();
    let mut taken = std::collections::BTreeMap::new();
    let mut ids = std::collections::BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: its id is taken");
        let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(at("x") + at("w") <= 24, "{title} is wider than the page");
        for cell in (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y))) {
            assert_eq!(taken.insert(cell, title), None, "{title} overlaps");
        }
        if panel["type"] == "row" {
            continue;
        }
        assert!(panel["description"].as_str().is_some_and(|d| d.len() > 30), "{title}: say what to do");
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title} shows nothing");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            let expr = target["expr"].as_str().unwrap();
            assert!(expr.contains("$job") && expr.contains("$instance"), "{title} ignores the variables: {expr}");
        }
    }
    let Some(mut promtool) = tool("the_dashboard_is_well_formed", "promtool") else { return };
    // As recording rules, so that promtool parses every expression.
    let mut rules = String::from("groups:\n  - name: dashboard\n    rules:\n");
    for (n, expr) in promql::expressions(&dashboard).iter().enumerate() {
        let expr = expr.replace("$__rate_interval", "1m").replace("$__interval", "1m");
        rules += &format!("      - record: panel:{n}\n        expr: {}\n", serde_json::Value::from(expr));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    std::fs::write(&file, rules).unwrap();
    succeeds(promtool.args(["check", "rules"]).arg(&file));
}
