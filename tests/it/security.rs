//! Security against a real Kafka: the worker works over every kind of connection, says what is wrong where it cannot,
//! and needs exactly the rights that `deploy/kafka/acls.sh` grants.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::PATIENCE;
use crate::articles;
use crate::kafka::{self, PASSWORD, Secure, Topics, create_topics, read_until};
use crate::process::Group;

/// `{"alg":"none"}`, `{"sub":"worker",...}` that ends in 2100, and one that ended in 2020.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3b3JrZXIiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.";
const OLD_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3b3JrZXIiLCJpYXQiOjE2MDAwMDAwMDAsImV4cCI6MTYwMDAwMzYwMH0.";
/// Users without any right of their own; each lacks the one it is named after.
const USERS: [&str; 9] = [
    "full",
    "no-input",
    "no-enriched",
    "no-events",
    "no-entities",
    "no-link",
    "no-dead",
    "no-group",
    "no-transactions",
];

/// The same for the linking role.
const LINKERS: [&str; 10] = [
    "link-full",
    "link-no-input",
    "link-no-canonical",
    "link-no-links",
    "link-no-events",
    "link-no-changes",
    "link-no-restore",
    "link-no-dead",
    "link-no-group",
    "link-no-transactions",
];

/// One more, whose rights the fault tests take away while its worker runs.
pub const WITHDRAWN: &str = "withdrawn";

/// One broker for all tests here.
pub fn broker(test: &str) -> Option<&'static Secure> {
    static BROKER: OnceLock<Result<Secure, String>> = OnceLock::new();
    match BROKER.get_or_init(|| Secure::start(&[&USERS[..], &LINKERS, &[WITHDRAWN]].concat())) {
        Ok(broker) => Some(broker),
        Err(reason) => kafka::skip(test, reason),
    }
}

/// Settings of a way to connect, as `KEY=value` without the prefix.
type Way = Vec<(&'static str, String)>;

fn way(protocol: &str, more: &[(&'static str, &str)]) -> Way {
    let more = more.iter().map(|(k, v)| (*k, (*v).to_owned()));
    [("KAFKA__SECURITY_PROTOCOL", protocol.to_owned())].into_iter().chain(more).collect()
}

fn group(name: &str, bootstrap: &str, topics: &Topics, way: &Way) -> Group {
    let group = Group::new(bootstrap, name, topics).with("LOG__LEVEL", "info,librdkafka=off");
    way.iter().fold(group, |group, (key, value)| group.with(key, value))
}

fn at(port: u16) -> String {
    format!("localhost:{port}")
}

#[test]
fn the_worker_works_over_every_secured_connection() {
    let Some(broker) = broker("the_worker_works_over_every_secured_connection") else { return };
    let (ports, plain) = (broker.ports, broker.bootstrap());
    let secret = |name: &str, text: &str| {
        let path = broker.file(name);
        fs::write(&path, format!("{text}\n")).unwrap();
        path
    };
    let (password, token) = (secret("password", PASSWORD), secret("token", TOKEN));
    let (ca, certificate, key) = (broker.file("ca.pem"), broker.file("client.pem"), broker.file("client.key"));
    let ca = ("KAFKA__SSL_CA_LOCATION", ca.as_str());
    let user = ("KAFKA__SASL_USERNAME", "worker");
    let password = ("KAFKA__SASL_PASSWORD_FILE", password.as_str());
    let mechanism = |name| ("KAFKA__SASL_MECHANISM", name);
    let ways: [(&str, u16, Way); 6] = [
        ("tls", ports.tls, way("ssl", &[ca])),
        (
            "mutual",
            ports.mutual,
            way("ssl", &[ca, ("KAFKA__SSL_CERTIFICATE_LOCATION", &certificate), ("KAFKA__SSL_KEY_LOCATION", &key)]),
        ),
        ("plain", ports.sasl_tls, way("sasl_ssl", &[ca, mechanism("PLAIN"), user, password])),
        ("scram", ports.sasl_tls, way("sasl_ssl", &[ca, mechanism("SCRAM-SHA-512"), user, password])),
        (
            "oauth",
            ports.sasl_tls,
            way("sasl_ssl", &[ca, mechanism("OAUTHBEARER"), ("KAFKA__OAUTH_TOKEN_FILE", &token)]),
        ),
        ("sasl", ports.sasl, way("sasl_plaintext", &[mechanism("PLAIN"), user, password])),
    ];
    let mut running = Vec::new();
    for (name, port, way) in &ways {
        let topics = Topics::new(&format!("secure-{name}"));
        create_topics(&plain, &topics, 1);
        articles::send(&plain, &topics, 0..2);
        let group = group(&format!("secure-{name}"), &at(*port), &topics, way);
        running.push((name, group.start(0), group, topics));
    }
    for (name, worker, group, topics) in running {
        let found = read_until(&plain, &topics.enriched, PATIENCE, |m| m.len() >= 2);
        assert_eq!(found.len(), 2, "{name}: {}\n{}", worker.log(), broker.log());
        assert_eq!(worker.stop().code(), Some(0), "{name}");
        if *name == "oauth" {
            // The administrator's client gets its token another way.
            let arguments: [&[&str]; 2] =
                [&["check", "--connect"], &["topics", "plan", "--partitions", "1", "--replication-factor", "1"]];
            for arguments in arguments {
                let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
                let output = command.env_clear().envs(group.environment()).args(arguments).output().unwrap();
                let text =
                    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
                assert!(matches!(output.status.code(), Some(0 | 2)), "{arguments:?}: {text}");
                assert!(text.contains(&topics.dead) && !text.contains("failed "), "{arguments:?}: {text}");
            }
        }
    }
}

#[test]
fn what_does_not_fit_ends_the_worker_with_its_cause() {
    let Some(broker) = broker("what_does_not_fit_ends_the_worker_with_its_cause") else { return };
    let ports = broker.ports;
    let file = |name: &str, text: &str| {
        let path = broker.file(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (ca, other, old) = (broker.file("ca.pem"), broker.file("other-ca.pem"), file("old-token", OLD_TOKEN));
    let forged = file("forged-token", "no.token.atall");
    let ca = ("KAFKA__SSL_CA_LOCATION", ca.as_str());
    let only_v4 = ("KAFKA__CONSUMER__BROKER_ADDRESS_FAMILY", "v4");
    let login = |mechanism, password| {
        [
            ca,
            ("KAFKA__SASL_MECHANISM", mechanism),
            ("KAFKA__SASL_USERNAME", "worker"),
            ("KAFKA__SASL_PASSWORD", password),
        ]
    };
    let oauth = |path| [ca, ("KAFKA__SASL_MECHANISM", "OAUTHBEARER"), ("KAFKA__OAUTH_TOKEN_FILE", path)];
    // By number, because the ::1 of localhost refuses, and librdkafka then only guesses at the protocol.
    let by_number = |port: u16| format!("127.0.0.1:{port}");
    let cases: Vec<(&str, String, Way, i32, &[&str])> = vec![
        (
            "wrong-ca",
            at(ports.tls),
            way("ssl", &[("KAFKA__SSL_CA_LOCATION", &other)]),
            78,
            &["certificate", "kafka.ssl_ca_location"],
        ),
        ("no-ca", at(ports.tls), way("ssl", &[("KAFKA__SSL_CA_LOCATION", "/none/ca.pem")]), 78, &["/none/ca.pem"]),
        ("expired", at(ports.expired), way("ssl", &[ca]), 78, &["certificate", "expired"]),
        ("wrong-host", by_number(ports.tls), way("ssl", &[ca]), 78, &["certificate", "kafka.bootstrap_servers"]),
        ("no-client", at(ports.mutual), way("ssl", &[ca]), 78, &["kafka.ssl_certificate_location"]),
        ("wrong-password", at(ports.sasl_tls), way("sasl_ssl", &login("PLAIN", "wr0ng")), 78, &["kafka.sasl_password"]),
        (
            "wrong-scram",
            at(ports.sasl_tls),
            way("sasl_ssl", &login("SCRAM-SHA-512", "wr0ng")),
            78,
            &["kafka.sasl_password"],
        ),
        (
            "mechanism",
            at(ports.sasl_tls),
            way("sasl_ssl", &login("SCRAM-SHA-256", PASSWORD)),
            78,
            &["kafka.sasl_mechanism"],
        ),
        ("plain-on-tls", by_number(ports.tls), way("plaintext", &[]), 78, &["kafka.security_protocol"]),
        ("tls-on-plain", by_number(ports.plain), way("ssl", &[ca]), 78, &["kafka.security_protocol"]),
        ("tls-on-sasl", at(ports.sasl_tls), way("ssl", &[ca, only_v4]), 78, &["kafka.security_protocol"]),
        ("plain-on-sasl", by_number(ports.sasl), way("plaintext", &[]), 78, &["kafka.security_protocol"]),
        (
            "old-token",
            at(ports.sasl_tls),
            way("sasl_ssl", &oauth(old.as_str())),
            78,
            &["expired", "kafka.oauth_token_file"],
        ),
        (
            "no-token",
            at(ports.sasl_tls),
            way("sasl_ssl", &oauth("/none/token")),
            78,
            &["/none/token", "kafka.oauth_token_file"],
        ),
        ("forged-token", at(ports.sasl_tls), way("sasl_ssl", &oauth(forged.as_str())), 78, &["kafka.oauth_token_file"]),
    ];
    let topics = Topics::new("misfit");
    let mut wrong = Vec::new();
    for some in cases.chunks(5) {
        let started: Vec<_> = some.iter().map(|(name, to, way, ..)| group(name, to, &topics, way).start(0)).collect();
        for (mut worker, (name, _, _, code, says)) in started.into_iter().zip(some) {
            let status = worker.wait(PATIENCE);
            let log = worker.log();
            let last = log.lines().last().unwrap_or_default();
            let all = says.iter().all(|words| last.contains(words));
            if status.code() != Some(*code) || !all || log.contains("wr0ng") {
                wrong.push(format!(
                    "{name}: {:?}, expected {code} and {says:?} in the last line of:\n{log}",
                    status.code()
                ));
            } else {
                println!("{name}: {last}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Grants users what `deploy/kafka/acls.sh` says that a role needs.
fn grant(broker: &Secure, role: &str, users: &[&str], group: &str, topics: &Topics) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/kafka/acls.sh");
    let mut granting = Command::new("sh");
    granting.arg(script).args(users.iter().map(|user| format!("User:{user}")));
    granting.env("ACLS", broker.acls().unwrap()).env("BOOTSTRAP", broker.bootstrap()).env("ROLE", role);
    granting.env("GROUP", group).env("INPUT", &topics.input).env("ENRICHED", &topics.enriched);
    granting.env("EVENTS", &topics.events).env("ENTITIES", &topics.entities).env("DEAD", &topics.dead);
    granting.env("LINK", &topics.link).env("CANONICAL", &topics.canonical);
    granting.env("LINKS", &topics.links).env("LINK_STATE", &topics.link_state);
    let output = granting.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// A user, the right it lacks, and what its worker says before it exits with code 69.
type Lack<'a> = (&'a str, &'a [&'a str], &'a str);

fn take(broker: &Secure, taken: &[Lack]) {
    // Writes the script anew, so once: of a script that is being written nothing runs, without an error.
    let acls = broker.acls().unwrap();
    for some in taken.chunks(4) {
        let taking: Vec<_> = some
            .iter()
            .map(|(user, right, _)| {
                let mut command = Command::new(&acls);
                command.args(["--bootstrap-server", &broker.bootstrap(), "--remove", "--force"]);
                command.args(["--allow-principal", &format!("User:{user}")]).args(*right);
                command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for mut child in taking {
            assert!(child.wait().unwrap().success());
        }
    }
}

/// Every worker that lacks a right ends and names it.
fn each_is_needed<'a>(taken: &[Lack<'a>], worker: impl Fn(&'a str) -> Group) {
    let mut wrong = Vec::new();
    for some in taken.chunks(4) {
        // In slots of their own: two workers of one transactional id fence each other before they meet what they lack.
        let started: Vec<_> = some.iter().zip(1..).map(|((user, ..), slot)| worker(user).start(slot)).collect();
        for (mut worker, (user, _, says)) in started.into_iter().zip(some) {
            println!("waiting for {user} to end");
            let status = worker.wait(PATIENCE);
            let log = worker.log();
            let last = log.lines().last().unwrap_or_default();
            if status.code() != Some(69) || !last.contains(says) {
                wrong
                    .push(format!("{user}: {:?}, expected 69 and {says:?} in the last line of:\n{log}", status.code()));
            } else {
                println!("{user}: {last}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rights_of_the_example_are_enough_and_every_one_is_needed() {
    let Some(broker) = broker("the_rights_of_the_example_are_enough_and_every_one_is_needed") else { return };
    let (plain, topics) = (broker.bootstrap(), Topics::new("rights"));
    create_topics(&plain, &topics, 1);
    let login = |user: &str| {
        let login =
            [("KAFKA__SASL_MECHANISM", "PLAIN"), ("KAFKA__SASL_USERNAME", user), ("KAFKA__SASL_PASSWORD", PASSWORD)];
        way("sasl_plaintext", &login)
    };
    // One that ended keeps its partition for a session, and some meet what they lack only with a partition.
    let reading = |user: &str| {
        group("rights", &at(broker.ports.sasl), &topics, &login(user)).with("KAFKA__SESSION_TIMEOUT", "4s")
    };
    let name = reading("full").name;
    grant(broker, "read", &USERS, &name, &topics);
    let transactions = format!("{name}-");
    let taken: [Lack; 8] = [
        ("no-input", &["--operation", "READ", "--topic", &topics.input], &topics.input),
        ("no-enriched", &["--operation", "WRITE", "--topic", &topics.enriched], &topics.enriched),
        ("no-events", &["--operation", "WRITE", "--topic", &topics.events], &topics.events),
        ("no-entities", &["--operation", "WRITE", "--topic", &topics.entities], &topics.entities),
        ("no-link", &["--operation", "WRITE", "--topic", &topics.link], &topics.link),
        ("no-dead", &["--operation", "WRITE", "--topic", &topics.dead], &topics.dead),
        ("no-group", &["--operation", "READ", "--group", &name], "READ on the consumer group"),
        (
            "no-transactions",
            &["--operation", "WRITE", "--transactional-id", &transactions, "--resource-pattern-type", "prefixed"],
            "WRITE on transactional ids",
        ),
    ];
    take(broker, &taken);
    articles::send(&plain, &topics, 0..3);
    let worker = reading("full").start(0);
    let found = read_until(&plain, &topics.enriched, PATIENCE, |m| m.len() >= 3);
    assert_eq!(found.len(), 3, "{}", worker.log());
    assert_eq!(worker.stop().code(), Some(0));
    each_is_needed(&taken, reading);

    // The other role, over what the first has written.
    let hasty = |group: Group| group.with("KAFKA__TRANSACTION_TIMEOUT", "10s").with("KAFKA__BROKER_PATIENCE", "12s");
    let linking = |user: &str| hasty(reading(user)).with("WORKER__ROLE", "link");
    grant(broker, "link", &LINKERS, &name, &topics);
    let (members, transactions) = (format!("{name}-link"), format!("{name}-link-"));
    let taken: [Lack; 9] = [
        ("link-no-input", &["--operation", "READ", "--topic", &topics.link], &topics.link),
        ("link-no-canonical", &["--operation", "WRITE", "--topic", &topics.canonical], &topics.canonical),
        ("link-no-links", &["--operation", "WRITE", "--topic", &topics.links], &topics.links),
        ("link-no-events", &["--operation", "WRITE", "--topic", &topics.events], &topics.events),
        // It may be read, so only writing shows it.
        ("link-no-changes", &["--operation", "WRITE", "--topic", &topics.link_state], "Topic authorization failed"),
        ("link-no-restore", &["--operation", "READ", "--topic", &topics.link_state], &topics.link_state),
        ("link-no-dead", &["--operation", "WRITE", "--topic", &topics.dead], &topics.dead),
        ("link-no-group", &["--operation", "READ", "--group", &members], "READ on the consumer group"),
        (
            "link-no-transactions",
            &["--operation", "WRITE", "--transactional-id", &transactions, "--resource-pattern-type", "prefixed"],
            "WRITE on transactional ids",
        ),
    ];
    take(broker, &taken);
    // Those that lack something first: what the one with all rights commits leaves nothing to do.
    each_is_needed(&taken, linking);
    let worker = linking("link-full").start(0);
    let found = read_until(&plain, &topics.link_state, PATIENCE, |m| m.len() >= 3);
    assert!(found.len() >= 3, "{}", worker.log());
    assert_eq!(worker.stop().code(), Some(0));
}
