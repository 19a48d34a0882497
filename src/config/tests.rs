use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;

use secrecy::ExposeSecret;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Sources {
    let environment = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
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
    fs::write(dir.path().join("env"), "# comment\nDATELINE__KAFKA__INSTANCE=c\nOTHER=1\nDATELINE__LOG__LEVEL=debug\n")
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
    assert!(effective.0["kafka.instance"].origin.ends_with("/env:2"));
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
        "unknown setting DATELINE__KAFKA__BOOTSTRAP_SERVER in environment; did you mean \
         DATELINE__KAFKA__BOOTSTRAP_SERVERS?",
    );
    check("DATELINE__NOTHING__LIKE__IT", "1", "unknown setting DATELINE__NOTHING__LIKE__IT in environment");
    check(
        "DATELINE__KAFKA__CONSUMER__ENABLE_SSL_CERTIFICATE_VERIFICATION",
        "false",
        "setting kafka.consumer.enable.ssl.certificate.verification \
         (DATELINE__KAFKA__CONSUMER__ENABLE_SSL_CERTIFICATE_VERIFICATION) is refused: certificates are always verified; \
         kafka.ssl_ca_location names the authority of your own ones",
    );
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
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("default.toml"), "[kafka]\ngroup_di = \"x\"\n").unwrap();
    let text = error(&Sources { config_dir: Some(dir.path().into()), ..Sources::default() });
    assert!(text.ends_with("default.toml; did you mean kafka.group_id?"), "{text}");
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
    let (config, effective) = load(&environment(&pairs)).unwrap();
    assert_eq!(config.kafka.sasl_password.as_ref().unwrap().expose_secret(), "pl4nted-secret");
    assert_eq!(effective.0["kafka.sasl_password"].value, "[redacted]");
    let shown = format!("{effective} {config:?}");
    assert!(!shown.contains("pl4nted"), "{shown}");

    pairs.push(("DATELINE__KAFKA__SASL_PASSWORD", "pl4nted-secret"));
    assert!(!error(&environment(&pairs)).contains("pl4nted"));
    let text = error(&environment(&[("DATELINE__KAFKA__SASL_PASSWORD", "pl4nted-secret")]));
    assert!(text.contains("kafka.security_protocol") && !text.contains("pl4nted"), "{text}");
    let text = error(&environment(&[("DATELINE__KAFKA__CONSUMER__SSL_KEY_PASSWORD", "pl4nted-secret")]));
    assert!(text.contains("set kafka.ssl_key_password instead") && !text.contains("pl4nted"), "{text}");
    fs::write(&file, "DATELINE__KAFKA__SASL_PASSWORD=\"pl4nted-secret\n").unwrap();
    let text = error(&Sources { env_file: Some(file), ..Sources::default() });
    assert!(!text.contains("pl4nted"), "{text}");
}

#[test]
fn every_setting_can_be_set_from_the_environment() {
    let (_, effective) = load(&Sources::default()).unwrap();
    for (key, setting) in &effective.0 {
        let variable = super::variables::variable(key);
        let value = if key == "kafka.sasl_password" { "" } else { &setting.value };
        let (_, now) = load(&environment(&[(&variable, value)])).unwrap_or_else(|e| panic!("{variable}: {e}"));
        assert_eq!(now.0[key].origin, "environment", "{variable} does not reach {key}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let env_file = dir.path().join("env");
    fs::write(&env_file, "DATELINE__LOG__LEVEL='info'\nDATELINE__HTTP__LISTEN=nowhere\n").unwrap();
    let sources = Sources {
        profile: Some("absent".into()),
        env_file: Some(env_file),
        ..environment(&[
            ("DATELINE__KAFKA__PRODUCER__RETRIES", "0"),
            ("DATELINE__KAFKA__PRODUCER__MAX_IN_FLIGHT", "50"),
            ("DATELINE__KAFKA__CONSUMER__FETCH_MIN_BYTES", "many"),
            ("DATELINE__KAFKA__CONSUMER__PARTITION_ASSIGNMENT_STRATEGY", "range,cooperative-sticky"),
            ("DATELINE_KAFKA_GROUP_ID", "news"),
            ("DATELINE__WORKER__THREADS", "many"),
            ("DATELINE__WORKER__ARTICLE_TIMEOUT", "10"),
            ("DATELINE__WORKER__CRASH_LIMIT", "1"),
            ("DATELINE__TOPICS__INPUT", "a b"),
        ])
    };
    let errors = load(&sources).unwrap_err();
    let text = errors.to_string();
    let expect = [
        "absent.toml",
        "env:1 means different things",
        "http.listen (",
        "kafka.producer.retries",
        "kafka.producer.max.in.flight",
        "kafka.consumer.fetch.min.bytes",
        "kafka.consumer.partition.assignment.strategy",
        "did you mean DATELINE__KAFKA__GROUP_ID?",
        "worker.threads",
        "worker.article_timeout",
        "worker.crash_limit",
        "topics.input",
    ];
    for part in expect {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert!(text.starts_with("12 settings are wrong:\n") && errors.0.len() == 12, "{text}");
}

#[test]
fn a_rule_about_an_unreadable_value_says_nothing() {
    let pairs = [("DATELINE__KAFKA__MAX_POLL_INTERVAL", "long"), ("DATELINE__KAFKA__BROKER_PATIENCE", "20min")];
    let errors = load(&environment(&pairs)).unwrap_err().0;
    assert!(matches!(&errors[..], [one] if one.key() == Some("kafka.max_poll_interval")), "{errors:?}");
}

#[test]
fn values_that_are_no_utf8_are_refused_and_those_of_others_are_not() {
    let variable = |name: &str, value: &[u8]| (name.into(), OsString::from_vec(value.to_vec()));
    let environment = [variable("DATELINE__KAFKA__SASL_USERNAME", b"pl4nted\xff"), variable("OTHER", b"\xff")];
    let sources = Sources { environment: environment.into(), ..Sources::default() };
    let expect = "setting kafka.sasl_username (DATELINE__KAFKA__SASL_USERNAME) is not UTF-8; write it in UTF-8";
    assert_eq!(error(&sources), expect);
    let name = OsString::from_vec(b"DATELINE__KAFKA__GROUP_ID\xff".to_vec());
    let sources = Sources { environment: [(name, "x".into())].into(), ..Sources::default() };
    assert!(error(&sources).ends_with("did you mean DATELINE__KAFKA__GROUP_ID?"), "{}", error(&sources));
}

#[test]
fn an_environment_file_does_not_set_what_is_read_before_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "DATELINE_CONFIG_DIR=/etc/dateline\n").unwrap();
    let text = error(&Sources { env_file: Some(file.path().into()), ..Sources::default() });
    assert!(text.contains(":1 sets DATELINE_CONFIG_DIR") && text.contains("--config-dir"), "{text}");
}

#[test]
fn two_names_of_one_property_are_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("default.toml"), "[kafka.producer]\n\"linger.ms\" = 20\n").unwrap();
    let with = |pairs: &[(&str, &str)]| Sources { config_dir: Some(dir.path().into()), ..environment(pairs) };
    let other = ("DATELINE__KAFKA__PRODUCER__QUEUE_BUFFERING_MAX_MS", "30");
    let (config, _) = load(&with(&[other])).unwrap();
    assert_eq!(config.kafka.producer.0.iter().collect::<Vec<_>>(), [(&"linger.ms".to_owned(), &"30".to_owned())]);
    let text = error(&with(&[other, ("DATELINE__KAFKA__PRODUCER__LINGER_MS", "40")]));
    assert!(text.contains("is set twice"), "{text}");
}

#[test]
fn users_in_addresses_are_refused_or_hidden() {
    let servers = |value: &str| load(&environment(&[("DATELINE__KAFKA__BOOTSTRAP_SERVERS", value)]));
    for good in ["kafka", "kafka:9092", "a:1, b:2", "[::1]:9092", "[::1]", "10.0.0.1:9092"] {
        assert!(servers(good).is_ok(), "{good}");
    }
    for bad in ["user:pl4nted@kafka:9092", "pl4nted@kafka", "a:1,,b:2", "kafka:", "kafka:x", "http://kafka", ":9092"] {
        let text = servers(bad).unwrap_err().to_string();
        assert!(text.contains("host:port") && !text.contains("pl4nted"), "{text}");
    }
    let show = |name: &str, value: &str| load(&environment(&[(name, value)])).unwrap().1.to_string();
    let text = show("DATELINE__KAFKA__CLIENT_ID", "http://user:pl4nted,@/:pl4nted@host/x");
    assert!(text.contains("\"http://[redacted]@host/x\"") && !text.contains("pl4nted"), "{text}");
    assert!(show("DATELINE__KAFKA__CLIENT_ID", "me@host:1").contains("\"me@host:1\""));
    let text = error(&environment(&[("DATELINE__HTTP__LISTEN", "http://user:pl4nted@host")]));
    assert!(!text.contains("pl4nted"), "{text}");
}

#[test]
fn properties_that_follow_from_a_setting_name_one_that_there_is() {
    let (_, defaults) = load(&Sources::default()).unwrap();
    for (property, setting) in dateline_stream::properties::managed() {
        assert!(defaults.0.contains_key(setting), "{property} is managed by {setting}, which is no setting");
    }
}
