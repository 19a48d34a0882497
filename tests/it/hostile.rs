//! Input that means harm, or that a broken crawler sends: each is read or dead-lettered for its own reason, and the
//! articles around it come out as if it were not there. What it takes to read them stays bounded, too.

use std::time::Duration;

use crate::articles;
use crate::kafka::{self, Topics, create_topics, produce, read_until};
use crate::process::Group;

/// Characters of the long texts: near the limit of 500,000.
const LONG: usize = 490_000;

enum Ends {
    Read,
    Dead(&'static str),
}

fn long(text: &str) -> String {
    text.repeat(LONG / text.len())
}

fn json(text: &str) -> Vec<u8> {
    serde_json::json!({"text": text, "published_at": "2024-05-06T00:00:00Z"}).to_string().into_bytes()
}

fn hostile() -> Vec<(&'static str, Vec<u8>, Ends)> {
    let story = "Police arrested five men in Paris on Monday, officials said.";
    let nested =
        |depth: usize| format!("<html><body>{}{story}{}</body></html>", "<div>".repeat(depth), "</div>".repeat(depth));
    let deep = |depth: usize| format!("{{\"text\": \"{story}\", \"x\": {}1{}}}", "[".repeat(depth), "]".repeat(depth));
    vec![
        ("json nested 100,000 deep", deep(100_000).into_bytes(), Ends::Dead("json_too_deep")),
        (
            "brackets without end",
            format!("{{\"x\": {}", "[".repeat(1_000_000)).into_bytes(),
            Ends::Dead("json_too_deep"),
        ),
        ("html nested 30,000 deep", json(&nested(30_000)), Ends::Dead("html_too_deep")),
        ("html nested 100 deep", json(&nested(100)), Ends::Read),
        ("entities that unfold", json(&format!("<p>{story} {}</p>", long("&amp;"))), Ends::Read),
        (
            "a table of nothing",
            json(&format!("<p>{story}</p><table>{}</table>", long("<tr><td></td></tr>"))),
            Ends::Read,
        ),
        ("a million tokens", json(&"killed ".repeat(1_000_000)), Ends::Dead("too_long")),
        ("one sentence of thousands", json(&long("and the soldiers killed the rebels in Aleppo ")), Ends::Read),
        ("one word", json(&format!("{story} {}", "a".repeat(LONG))), Ends::Read),
        ("one number", json(&format!("Police said 9{} people were killed in Paris.", "9".repeat(LONG))), Ends::Read),
        ("quotation marks", json(&long("\" he said \u{201c}they killed ")), Ends::Read),
        (
            "the same story again and again",
            json(&long("Gunmen killed 12 people in Kabul, police said.\n\n")),
            Ends::Read,
        ),
        (
            "right to left, zero width",
            json(&long("\u{202e}\u{200b}\u{2066}Police killed \u{200d}12\u{200b} people in Paris.\u{feff}\n")),
            Ends::Read,
        ),
        ("NUL", json(&format!("Police\0killed\0 12 people in Paris.\0 {story}")), Ends::Read),
        (
            "half a surrogate",
            format!(r#"{{"text": "Police \ud800 said. {story}"}}"#).into_bytes(),
            Ends::Dead("not_json"),
        ),
        (
            "no UTF-8",
            b"Police said \xff\xfe\xc3\x28 on Monday that five men were arrested.".to_vec(),
            Ends::Dead("not_utf8"),
        ),
        ("nothing", Vec::new(), Ends::Dead("empty_message")),
    ]
}

#[test]
fn hostile_input_ends_alone() {
    let Some(kafka) = kafka::shared("hostile_input_ends_alone") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("hostile"));
    create_topics(bootstrap, &topics, 1);
    let hostile = hostile();
    for (n, (name, bytes, _)) in hostile.iter().enumerate() {
        articles::send(bootstrap, &topics, n * 2..(n + 1) * 2);
        produce(bootstrap, &topics.input, [(Some(name.as_bytes()), bytes.as_slice(), [].as_slice())]);
    }
    let good = hostile.len() * 2;
    // A debug build takes seconds for each long text, a busy machine many times that: nothing here is about time.
    let group = Group::new(bootstrap, "hostile", &topics).with("WORKER__ARTICLE_TIMEOUT", "600s");
    let group = group.with("WORKER__ARTICLE_HANG_TIMEOUT", "900s");
    let worker = group.with("KAFKA__MAX_POLL_INTERVAL", "1800s").start(0).ready();
    let dead = hostile.iter().filter(|(_, _, ends)| matches!(ends, Ends::Dead(_))).count();
    let all = good + hostile.len() - dead;
    let patience = Duration::from_secs(900);
    let enriched = read_until(bootstrap, &topics.enriched, patience, |m| m.len() >= all);
    let letters = read_until(bootstrap, &topics.dead, patience, |m| m.len() >= dead);
    for (name, _, ends) in &hostile {
        let of = |m: &&kafka::Message| m.key.as_deref() == Some(name.as_bytes());
        let reason = letters.iter().find(of).and_then(|m| m.header("dateline.error.reason"));
        match ends {
            Ends::Read => assert!(enriched.iter().any(|m| of(&m)), "{name}: dead-lettered as {reason:?}"),
            Ends::Dead(expect) => assert_eq!(reason, Some(*expect), "{name}"),
        }
    }
    let read = enriched.iter().filter(|m| m.key.as_deref().is_some_and(|k| k.starts_with(b"key-"))).count();
    assert_eq!((read, letters.len()), (good, dead), "the worker's log:\n{}", worker.log());
    let memory = worker.metric("process_resident_memory_bytes").unwrap();
    assert!(memory < 600e6, "{memory} bytes resident after hostile input");
    assert_eq!(worker.stop().code(), Some(0));
}
