//! Which metrics and labels PromQL expressions name. No parser: promtool says whether they are well formed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use dateline::telemetry::Description;
use regex::Regex;

/// Reads a file of the repository.
pub fn file(path: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The values of `expr` and of recorded names in a file of rules, as `(name or "", expression)`.
pub fn rules(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut record = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim_start().trim_start_matches("- ");
        if line.starts_with("alert:") {
            record.clear();
        } else if let Some(name) = line.strip_prefix("record:") {
            name.trim().clone_into(&mut record);
        } else if let Some(rest) = line.strip_prefix("expr:") {
            let mut expr = rest.trim().trim_start_matches('|').to_owned();
            while let Some(more) = lines.next_if(|l| l.len() - l.trim_start().len() > indent) {
                expr = expr + " " + more.trim();
            }
            found.push((record.clone(), expr));
        }
    }
    found
}

/// The expressions of a dashboard, its variables and annotations included.
pub fn expressions(dashboard: &serde_json::Value) -> Vec<String> {
    match dashboard {
        serde_json::Value::Object(map) => {
            let own = map.iter().filter(|(key, _)| *key == "expr").filter_map(|(_, v)| v.as_str().map(str::to_owned));
            own.chain(map.values().flat_map(expressions)).collect()
        }
        serde_json::Value::Array(list) => list.iter().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}

/// What is wrong with the names in an expression: metrics and labels that do not exist.
pub fn unknown(expr: &str, known: &[Description], recorded: &[String]) -> Vec<String> {
    let known: BTreeMap<&str, &Description> = known.iter().map(|d| (d.name.as_str(), d)).collect();
    let strings = Regex::new(r#""[^"]*""#).unwrap();
    let ranges = Regex::new(r"\[[^\]]*\]").unwrap();
    let lists = Regex::new(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)").unwrap();
    let token = Regex::new(r"([A-Za-z_:][A-Za-z0-9_:]*)\s*(\{[^}]*\}|\()?").unwrap();
    let matcher = Regex::new(r"([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)").unwrap();
    let expr = strings.replace_all(expr, "\"\"");
    let expr = lists.replace_all(&ranges.replace_all(&expr, ""), "").into_owned();
    let mut wrong = Vec::new();
    for found in token.captures_iter(&expr) {
        let (whole, name) = (found.get(0).unwrap(), found.get(1).unwrap().as_str());
        // "1w" after offset, "1e9": no names.
        let in_number = expr[..whole.start()].ends_with(|c: char| c.is_ascii_digit());
        let tail = found.get(2).map_or("", |m| m.as_str());
        let keywords = ["and", "or", "unless", "offset", "bool", "up"];
        if in_number || tail == "(" || keywords.contains(&name) || recorded.iter().any(|r| r == name) {
            continue;
        }
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let histogram = family.and_then(|family| known.get(family)).filter(|d| d.kind == "histogram");
        let Some(metric) = known.get(name).or(histogram.as_ref().map(|d| *d)) else {
            wrong.push(format!("no metric is called {name}"));
            continue;
        };
        if metric.kind == "histogram" && name == metric.name {
            wrong.push(format!("{name} is a histogram; use {name}_bucket, _sum or _count"));
        }
        for label in matcher.captures_iter(tail) {
            let label = label.get(1).unwrap().as_str();
            let target = ["job", "instance", "le"].contains(&label);
            if !target && !metric.labels.iter().any(|l| l == label) {
                wrong.push(format!("{name} has no label {label}"));
            }
        }
    }
    wrong
}

#[test]
fn names_are_told_from_functions_keywords_and_labels() {
    let described = |name: &str, kind, labels: &[&str]| Description {
        name: name.into(),
        kind,
        labels: labels.iter().map(|l| (*l).to_owned()).collect(),
        help: String::new(),
    };
    let known = [described("a_total", "counter", &["x"]), described("h", "histogram", &[])];
    let check = |expr: &str, expect: &[&str]| assert_eq!(unknown(expr, &known, &["r:x".into()]), expect, "{expr}");
    check(r#"sum by (y) (rate(a_total{x="b_total", job=~"$job"}[5m])) / r:x offset 1w > 1e9"#, &[]);
    check("histogram_quantile(0.9, sum by (le) (rate(h_bucket[$__rate_interval])))", &[]);
    check("a_total unless on (job) b_total", &["no metric is called b_total"]);
    check("rate(h[5m])", &["h is a histogram; use h_bucket, _sum or _count"]);
    check(r#"a_total{z="1"}"#, &["a_total has no label z"]);
    check("a_bucket", &["no metric is called a_bucket"]);
}
