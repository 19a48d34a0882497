use std::collections::BTreeMap;
use std::fs;

use secrecy::ExposeSecret;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Sources {
    let environment = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>();
    Sources { environment, ..Sources::default() }
}

fn error(sources: &Sources) -> String {
    load(sources).map(|_| ()).expect_err("must be refused").to_string()
}

#[test]
fn the_defaults_stand_alone() {
    let (config, effective) = load(&Sources::default()).unwrap();
    assert_eq!(config.kafka.bootstrap_servers, "localhost:9092");
    assert_eq!(config.worker.in_flight_bytes, ByteSize(64 << 20));
    assert_eq!(config.http.listen.unwrap().to_string(), "127.0.0.1:9464");
    assert_eq!((config.min_confidence.events, config.min_confidence.entities), (0.0, 0.0));
    assert!(config.kafka.sasl_password.is_none());
    assert!(effective.0.values().all(|s| s.origin == "built-in default"));
}

#[test]
fn later_layers_win_and_are_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("default.toml"), "[kafka]\ngroup_id = \"a\"\nclient_id = \"a\"\ninstance = \"a\"\n")
        .unwrap();
    fs::write(dir.path().join("prod.toml"), "[kafka]\nclient_id = \"b\"\ninstance = \"b\"\n[worker]\nthreads = 3\n")
        .unwrap();
    fs::write(
        dir.path().join("env"),
        "# comment\nDATELINE__KAFKA__INSTANCE=\"c\"\nOTHER=1\nDATELINE__LOG__LEVEL=debug\n",
    )
    .unwrap();
    let sources = Sources {
        config_dir: Some(dir.path().into()),
        profile: Some("prod".into()),
        env_file: Some(dir.path().join("env")),
        ..environment(&[("DATELINE__LOG__LEVEL", "warn"), ("PATH", "/bin")])
    };
    let (config, effective) = load(&sources).unwrap();
    let kafka = &config.kafka;
    assert_eq!((kafka.group_id.as_str(), kafka.client_id.as_str(), kafka.instance.as_str()), ("a", "b", "c"));
    assert_eq!((config.worker.threads, config.log.level.as_str()), (3, "warn"));
    assert_eq!(effective.0["log.level"].origin, "environment");
    assert!(effective.0["worker.threads"].origin.ends_with("prod.toml"));
    assert!(effective.0["kafka.instance"].origin.ends_with("/env"));
}

#[test]
fn values_that_look_like_numbers_stay_text() {
    let (config, _) =
        load(&environment(&[("DATELINE__KAFKA__GROUP_ID", "007"), ("DATELINE__KAFKA__INSTANCE", "1e3")])).unwrap();
    assert_eq!((config.kafka.group_id.as_str(), config.kafka.instance.as_str()), ("007", "1e3"));
}

#[test]
fn librdkafka_properties_pass_through() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("default.toml"), "[kafka.producer]\n\"linger.ms\" = 20\n").unwrap();
    let sources = Sources {
        config_dir: Some(dir.path().into()),
        ..environment(&[("DATELINE__KAFKA__CONSUMER__FETCH_MIN_BYTES", "1024")])
    };
    let (config, effective) = load(&sources).unwrap();
    assert_eq!(config.kafka.consumer.0["fetch.min.bytes"], "1024");
    assert_eq!(config.kafka.producer.0["linger.ms"], "20");
    assert_eq!(effective.0["kafka.consumer.fetch.min.bytes"].origin, "environment");
}

#[test]
fn mistakes_name_key_source_and_remedy() {
    let check = |name: &str, value: &str, expect: &str| assert_eq!(error(&environment(&[(name, value)])), expect);
    check(
        "DATELINE__KAFKA__BOOTSTRAP_SERVER",
        "x:1",
        "unknown setting kafka.bootstrap_server in environment; did you mean kafka.bootstrap_servers?",
    );
    check("DATELINE__NOTHING__LIKE__IT", "1", "unknown setting nothing.like.it in environment");
    check(
        "DATELINE__WORKER__BATCH_WAIT",
        "100",
        "setting worker.batch_wait (DATELINE__WORKER__BATCH_WAIT) \"100\" is no duration; write e.g. 250ms, 10s, 5min",
    );
    check(
        "DATELINE__MIN_CONFIDENCE__EVENTS",
        "60",
        "setting min_confidence.events (DATELINE__MIN_CONFIDENCE__EVENTS) \"60\" is no number from 0 to 1; write e.g. 0.6",
    );
    check(
        "DATELINE__MIN_CONFIDENCE__ENTITIES",
        "NaN",
        "setting min_confidence.entities (DATELINE__MIN_CONFIDENCE__ENTITIES) \"NaN\" is no number from 0 to 1; write e.g. 0.6",
    );
    check(
        "DATELINE__LIMITS__ARTICLE_BYTES",
        "8MB",
        "setting limits.article_bytes (DATELINE__LIMITS__ARTICLE_BYTES) \"8MB\" is no size; write bytes or KiB, MiB, GiB, e.g. 8MiB",
    );
    check("DATELINE__KAFKA__GROUP_ID", "", "setting kafka.group_id (DATELINE__KAFKA__GROUP_ID) must not be empty");
    check(
        "DATELINE__TOPICS__DEAD",
        "news.events",
        "setting topics.dead (DATELINE__TOPICS__DEAD) names the same topic as another setting; every topic needs its own name",
    );
    let text = error(&environment(&[("DATELINE__KAFKA__BROKER_PATIENCE", "5min")]));
    assert!(
        text.starts_with("setting kafka.max_poll_interval (built-in default) must exceed kafka.broker_p"),
        "{text}"
    );
    let text = error(&environment(&[("DATELINE__WORKER__THREADS", "many")]));
    assert!(
        text.starts_with("setting worker.threads (DATELINE__WORKER__THREADS) ") && text.contains("integer"),
        "{text}"
    );
    let text = error(&environment(&[("DATELINE__KAFKA__DELIVERY", "sometimes")]));
    assert!(text.ends_with("\"sometimes\" is none of: exactly_once, at_least_once"), "{text}");
    let text = error(&Sources { profile: Some("absent".into()), ..Sources::default() });
    assert!(text.contains("absent.toml"), "{text}");
}

#[test]
fn secrets_come_from_files_and_are_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    fs::write(&file, "pl4nted-secret\n").unwrap();
    let base = [("DATELINE__KAFKA__SECURITY_PROTOCOL", "sasl_ssl"), ("DATELINE__KAFKA__SASL_MECHANISM", "PLAIN")];
    let mut pairs = base.to_vec();
    pairs.push(("DATELINE__KAFKA__SASL_PASSWORD_FILE", file.to_str().unwrap()));
    pairs.push(("DATELINE__KAFKA__CONSUMER__SSL_KEY_PASSWORD", "pl4nted-secret"));
    let (config, effective) = load(&environment(&pairs)).unwrap();
    assert_eq!(config.kafka.sasl_password.as_ref().unwrap().expose_secret(), "pl4nted-secret");
    assert_eq!(effective.0["kafka.sasl_password"].value, "[redacted]");
    let shown = format!("{effective} {config:?}");
    assert!(!shown.contains("pl4nted"), "{shown}");

    pairs.push(("DATELINE__KAFKA__SASL_PASSWORD", "pl4nted-secret"));
    assert!(!error(&environment(&pairs)).contains("pl4nted"));
    let text = error(&environment(&[("DATELINE__KAFKA__SASL_PASSWORD", "pl4nted-secret")]));
    assert!(text.contains("kafka.security_protocol") && !text.contains("pl4nted"), "{text}");
    fs::write(&file, "DATELINE__KAFKA__SASL_PASSWORD=\"pl4nted-secret\n").unwrap();
    let text = error(&Sources { env_file: Some(file), ..Sources::default() });
    assert!(!text.contains("pl4nted"), "{text}");
}

#[test]
fn every_setting_can_be_set_from_the_environment() {
    let (_, effective) = load(&Sources::default()).unwrap();
    for (key, setting) in &effective.0 {
        let variable = super::layers::variable(key);
        let value = if key == "kafka.sasl_password" { "" } else { &setting.value };
        let (_, now) = load(&environment(&[(&variable, value)])).unwrap_or_else(|e| panic!("{variable}: {e}"));
        assert_eq!(now.0[key].origin, "environment", "{variable} does not reach {key}");
    }
}
