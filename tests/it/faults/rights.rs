//! Rights that are taken away while the worker runs, and given back.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{PARTITIONS, Scene};
use crate::PATIENCE;
use crate::kafka::{PASSWORD, Secure, Topics, create_topics};
use crate::security;

/// Gives and takes rights of the worker's user.
struct Rights {
    acls: PathBuf,
    bootstrap: String,
}

impl Rights {
    fn new(broker: &Secure) -> Self {
        Self { acls: broker.acls().unwrap(), bootstrap: broker.bootstrap() }
    }

    fn change(&self, how: &[&str], right: &[&str]) {
        let principal = format!("User:{}", security::WITHDRAWN);
        let mut command = Command::new(&self.acls);
        command.args(["--bootstrap-server", &self.bootstrap]).args(how).args(["--allow-principal", &principal]);
        let output = command.args(right).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{how:?} {right:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn give(&self, right: &[&str]) {
        self.change(&["--add"], right);
    }

    fn take(&self, right: &[&str]) {
        self.change(&["--remove", "--force"], right);
    }
}

/// Waits until the worker has noticed: it ends, or its log says so.
fn noticed(scene: &mut Scene, says: &str) -> bool {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let worker = scene.slots[0].as_mut().unwrap();
        let ended = worker.ended().is_some();
        let log = worker.log();
        if ended || log.contains(says) {
            assert!(log.contains(says), "the worker does not say {says:?}:\n{log}");
            return ended;
        }
        assert!(Instant::now() < deadline, "the worker does not notice; it should say {says:?}:\n{log}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn rights_withdrawn_while_running_lose_and_double_nothing() {
    let Some(broker) = security::broker("rights_withdrawn_while_running_lose_and_double_nothing") else { return };
    let (plain, topics) = (broker.bootstrap(), Topics::new("withdrawn"));
    create_topics(&plain, &topics, PARTITIONS);
    let group = format!("withdrawn-{}", std::process::id());
    let transactions = format!("{group}-");
    let input: [&str; 4] = ["--operation", "READ", "--topic", &topics.input];
    let output: [&str; 4] = ["--operation", "WRITE", "--topic", &topics.events];
    let member: [&str; 4] = ["--operation", "READ", "--group", &group];
    let transaction: [&str; 6] =
        ["--operation", "WRITE", "--transactional-id", &transactions, "--resource-pattern-type", "prefixed"];
    let rights = Rights::new(broker);
    let others = [&topics.enriched, &topics.entities, &topics.link, &topics.dead].map(String::as_str);
    let others = [&["--operation", "WRITE"], others.map(|t| ["--topic", t]).as_flattened()].concat();
    for right in [&input[..], &output, &member, &transaction, &others] {
        rights.give(right);
    }
    let mut scene = Scene::with_topics("withdrawn", &plain, topics.clone(), 1, 5, usize::MAX, |group| {
        group
            .with("KAFKA__BOOTSTRAP_SERVERS", &format!("localhost:{}", broker.ports.sasl))
            .with("KAFKA__SECURITY_PROTOCOL", "sasl_plaintext")
            .with("KAFKA__SASL_MECHANISM", "PLAIN")
            .with("KAFKA__SASL_USERNAME", security::WITHDRAWN)
            .with("KAFKA__SASL_PASSWORD", PASSWORD)
    });
    let mut lines = Vec::new();
    for (right, name, says) in [
        (&output[..], "WRITE on an output topic", "TopicAuthorizationFailed"),
        (&input, "READ on the input topic", "READ on the input topic"),
        (&member, "READ on the group", "READ on the consumer group"),
        (&transaction, "WRITE on the transactional id", "WRITE on transactional ids"),
    ] {
        let before = scene.exits.len();
        rights.take(right);
        noticed(&mut scene, says);
        rights.give(right);
        let recovery = scene.recover();
        let exits = &scene.exits[before..];
        assert!(exits.iter().all(|exit| exit.code == Some(69)), "{name}: {exits:#?}");
        let did = if exits.is_empty() { "went on" } else { "exited 69 and named it" };
        lines.push(format!("{name}: {did}, back after {:.0} s", recovery.as_secs_f64()));
    }
    let recovery = scene.recover();
    scene.finish("rights withdrawn while running, given back", &lines.join("; "), recovery);
}
