//! Secrets that an operator plants everywhere they can be given are printed nowhere, whatever goes wrong.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::PATIENCE;
use crate::kafka::{self, Topics};
use crate::process::Group;

/// Every secret planted holds this.
const MARK: &str = "pl4nted";

/// librdkafka properties that hold secrets or may; none of them can be set.
const PROPERTIES: [(&str, &str); 8] = [
    ("KAFKA__CONSUMER__SSL_KEY_PASSWORD", "pl4nted-consumer-key-password"),
    ("KAFKA__CONSUMER__SSL_KEY_PEM", "pl4nted-no-pem"),
    ("KAFKA__CONSUMER__SASL_PASSWORD_", "pl4nted-in-an-unknown-property"),
    ("KAFKA__CONSUMER__SASL_KERBEROS_KINIT_CMD", "kinit --password pl4nted"),
    ("KAFKA__CONSUMER__SASL_OAUTHBEARER_CLIENT_SECRET", "pl4nted-client-secret"),
    ("KAFKA__CONSUMER__SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", "https://user:pl4nted@host/token"),
    ("KAFKA__PRODUCER__SSL_KEYSTORE_PASSWORD", "pl4nted-keystore-password"),
    ("KAFKA__PRODUCER__SASL_OAUTHBEARER_CONFIG", "principal=p pl4nted-token"),
];

fn clean(what: &str, text: &str) {
    if let Some(line) = text.lines().find(|line| line.contains(MARK)) {
        panic!("{what} shows a secret: {line}");
    }
}

/// Runs a command to its end and returns what it printed.
fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (format!("DATELINE__{name}"), *value)))
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

#[test]
fn a_check_shows_no_secret_whatever_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("password"), "pl4nted-in-a-file\n").unwrap();
    fs::write(path("key.pem"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\npl4nted\n-----END ENCRYPTED PRIVATE KEY-----\n")
        .unwrap();
    let (password, key) = (path("password"), path("key.pem"));
    let sasl = [
        ("KAFKA__SECURITY_PROTOCOL", "sasl_ssl"),
        ("KAFKA__SASL_MECHANISM", "PLAIN"),
        ("KAFKA__SASL_USERNAME", "reader"),
    ];
    let check = |more: &[(&str, &str)], code: i32| {
        let variables: Vec<(&str, &str)> = sasl.iter().chain(more).copied().collect();
        let (exit, text) = run(folder.path(), &["check"], &variables);
        assert_eq!(exit, Some(code), "{more:?}: {text}");
        assert!(!text.is_empty());
        clean(&format!("check with {more:?}"), &text);
    };
    let given = ("KAFKA__SASL_PASSWORD", "pl4nted-password");
    check(&[given], 0);
    check(&[("KAFKA__SASL_PASSWORD_FILE", &password)], 0);
    check(&[given, ("KAFKA__SASL_PASSWORD_FILE", &password)], 78);
    check(&[given, ("KAFKA__SECURITY_PROTOCOL", "plaintext")], 78);
    check(&[given, ("KAFKA__SASL_MECHANISM", "")], 78);
    check(&[given, ("KAFKA__SASL_PASSWRD", "pl4nted-in-a-typing-error")], 78);
    // A key that is none shows when the clients are made.
    let encrypted = [given, ("KAFKA__SSL_KEY_LOCATION", &key), ("KAFKA__SSL_KEY_PASSWORD", "pl4nted-key")];
    check(&encrypted, 78);
    let variables: Vec<(&str, &str)> = sasl.iter().chain(&encrypted).copied().collect();
    let (exit, text) = run(folder.path(), &["run"], &variables);
    assert_eq!(exit, Some(78), "{text}");
    clean("run with a key that is none", &text);
    for property in PROPERTIES {
        check(&[given, property], 78);
    }
    check(&[given, ("KAFKA__BOOTSTRAP_SERVERS", "reader:pl4nted@kafka:9092")], 78);
    check(&[given, ("HTTP__LISTEN", "http://reader:pl4nted@host")], 78);
    check(&[given, ("KAFKA__CLIENT_ID", "http://reader:pl4nted@host")], 0);

    // Files: lines that mean different things to different readers, a table that is no TOML.
    for value in ["\"pl4nted-open-quote", "'pl4nted-quoted'", "pl4nted-$HOME", "pl4nted #x", "pl4nted\\x"] {
        fs::write(path(".env"), format!("DATELINE__KAFKA__SASL_PASSWORD={value}\n")).unwrap();
        check(&[], 78);
    }
    fs::write(path(".env"), "DATELINE__KAFKA__SASL_PASSWORD=pl4nted with spaces\n").unwrap();
    check(&[], 0);
    fs::remove_file(path(".env")).unwrap();
    for toml in [
        "[kafka]\nsasl_password = \"pl4nted\n",
        "[kafka]\nsasl_password = pl4nted\n",
        "[kafka]\nsasl_password = [\"pl4nted\"]\n",
    ] {
        fs::write(path("default.toml"), toml).unwrap();
        let (exit, text) = run(folder.path(), &["check", "--config-dir", "."], &sasl);
        assert_eq!(exit, Some(78), "{text}");
        clean(&format!("check of {toml:?}"), &text);
    }
}

#[test]
fn a_worker_shows_no_secret_while_it_fails() {
    let Some(kafka) = kafka::shared("a_worker_shows_no_secret_while_it_fails") else { return };
    let topics = Topics::new("secrets");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("worker.env");
    let settings = |password: &str| format!("DATELINE__KAFKA__SASL_PASSWORD={password}\n");
    fs::write(&file, settings("pl4nted-password")).unwrap();
    // Two brokers that know no SASL, and nobody at all; with all that librdkafka can say. The first two end the worker,
    // which may be sooner than its port can be asked; the last it waits for.
    for (servers, protocol, mechanism, ends) in [
        (kafka.bootstrap(), "sasl_plaintext", "PLAIN", true),
        (kafka.bootstrap(), "sasl_ssl", "PLAIN", true),
        ("127.0.0.1:1", "sasl_plaintext", "SCRAM-SHA-512", false),
    ] {
        let group = Group::new(servers, "secrets", &topics)
            .variable("DATELINE_ENV_FILE", file.to_str().unwrap())
            .variable("RUST_BACKTRACE", "full")
            .with("KAFKA__MAX_POLL_INTERVAL", "2h")
            .with("KAFKA__BROKER_PATIENCE", "1h")
            .with("KAFKA__SECURITY_PROTOCOL", protocol)
            .with("KAFKA__SASL_MECHANISM", mechanism)
            .with("KAFKA__SASL_USERNAME", "reader")
            .with("KAFKA__CONSUMER__DEBUG", "all")
            .with("KAFKA__PRODUCER__DEBUG", "all")
            .with("LOG__LEVEL", "trace");
        let what = format!("{mechanism} over {protocol} at {servers}");
        let mut worker = group.start(0);
        if ends {
            worker.wait(PATIENCE);
        } else {
            let errors = |page: &str| page.contains("dateline_client_errors_total{");
            worker.wait_until("counts errors", || worker.get("/metrics").is_some_and(|page| errors(&page)));
            // Other secrets, and then settings that are wrong.
            fs::write(&file, settings("pl4nted-other-password")).unwrap();
            worker.signal("HUP");
            worker.wait_metric("dateline_config_reload_total{outcome=\"unchanged\"}", 1.0);
            fs::write(&file, settings("\"pl4nted-open-quote")).unwrap();
            worker.signal("HUP");
            worker.wait_metric("dateline_config_reload_total{outcome=\"refused\"}", 1.0);
            for path in ["/metrics", "/", "/livez", "/readyz", "/none"] {
                worker.wait_until(&format!("answers {path}"), || worker.get(path).is_some());
                clean(&format!("{path}, {what}"), &worker.get(path).unwrap_or_default());
            }
        }
        let log = worker.log_after_stop();
        assert!(
            log.contains("\"target\":\"librdkafka\"") && log.to_lowercase().contains("sasl"),
            "librdkafka's debug log is missing:\n{log}"
        );
        clean(&format!("the log, {what}"), &log);
    }
}
