//! The command as people type it: exit codes, formats, order, and what goes to which stream.

use std::fs;

use assert_cmd::Command;
use dateline::article::{Hint, Intake};
use dateline::cli::digest::explanation;
use dateline::cli::style::Style;

fn dateline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.env_clear().envs([crate::FAST]).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

#[test]
fn exit_codes_are_as_documented() {
    let check = |arguments: &[&str], code: i32, says: &str| {
        let output = dateline().args(arguments).write_stdin("").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(says), "{arguments:?} should say {says:?}: {text}");
    };
    check(&["--help"], 0, "Exit codes:");
    check(&["--version"], 0, concat!("dateline ", env!("CARGO_PKG_VERSION")));
    check(&["--version"], 0, "model:  en_");
    check(&["-V"], 0, env!("CARGO_PKG_VERSION"));
    for shell in ["bash", "zsh", "fish"] {
        check(&["completions", shell], 0, "add-partitions");
    }
    check(&["nothing"], 64, "nothing");
    check(&["extract", "no-such-file.txt"], 66, "no-such-file.txt");
    check(&["link", "no-such-file.txt"], 66, "no-such-file.txt");
    check(&["schema", "event.article/1"], 0, "cluster_id");
    check(&["lexicons", "export", "/proc/none"], 74, "/proc/none");
    check(&["schema", "none/1"], 64, "article.enriched/1");
    check(&["check"], 0, "kafka.bootstrap_servers = \"localhost:9092\"");
    check(&["check"], 0, "\nThe configuration is valid.\n");
    check(&["check", "--profile", "absent"], 78, "absent.toml");
    check(&["completions", "bash"], 0, "_dateline");
    check(&["man", "/proc/none"], 74, "/proc/none");
    check(&["topics", "plan", "--help"], 0, "Exit code 2");
    let readme = include_str!("../../README.md");
    for code in [0, 2, 64, 65, 66, 69, 70, 74, 75, 76, 78] {
        assert!(readme.contains(&format!("| {code} | ")), "exit code {code} is not in the README's table");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    fn commands(path: &[String], found: &mut Vec<String>) {
        found.push(path.join("-"));
        let help = dateline().args(&path[1..]).arg("--help").output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let Some((_, list)) = help.split_once("\nCommands:\n") else { return };
        for line in list.lines().take_while(|line| !line.is_empty()) {
            // Further lines of a description stand farther in.
            let Some(name) = line.strip_prefix("  ").filter(|l| !l.starts_with(' ')) else { continue };
            let name = name.split(' ').next().unwrap();
            if name != "help" {
                commands(&[path, &[name.to_owned()]].concat(), found);
            }
        }
    }
    let mut wanted = Vec::new();
    commands(&["dateline".to_owned()], &mut wanted);
    wanted.sort();
    assert!(wanted.contains(&"dateline-topics-plan".to_owned()), "{wanted:?}");

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("man1");
    dateline().arg("man").arg(&dir).assert().success();
    let mut written: Vec<String> = fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap().trim_end_matches(".1").to_owned())
        .collect();
    written.sort();
    assert_eq!(written, wanted);

    let title = |name: &str| format!(".TH {name} 1 \" \" \"dateline {}\" Dateline\n", env!("CARGO_PKG_VERSION"));
    for name in &wanted {
        let page = fs::read_to_string(dir.join(format!("{name}.1"))).unwrap();
        for part in [&*title(name), ".SH NAME\n", ".SH SYNOPSIS\n", ".SH OPTIONS\n", ".SH EXAMPLES\n.nf\n"] {
            assert!(page.contains(part), "{name}.1 lacks {part:?}:\n{page}");
        }
    }
    let page = fs::read_to_string(dir.join("dateline.1")).unwrap();
    assert!(page.contains(".SH \"EXIT STATUS\"\n0 done, ") && page.contains("dateline\\-topics(1)"), "{page}");
}

#[test]
fn link_joins_the_reports_of_one_event_and_names_what_is_no_article() {
    let article = |id: &str, source: &str, day: &str, text: &str| {
        serde_json::json!({"id": id, "source": source, "published_at": day, "title": text.split('.').next(), "text": text})
            .to_string()
    };
    let input = [
        article(
            "a",
            "one.example",
            "2021-05-02",
            "A bomb killed five people at the Korvat market in Kabul on Sunday. Police said the blast hit the spice stalls at noon.",
        ),
        article(
            "b",
            "two.example",
            "2021-05-03",
            "The bomb at the Korvat market in Kabul on Sunday killed eight people. The blast hit the spice stalls, police said on Monday.",
        ),
        article(
            "c",
            "one.example",
            "2021-05-03",
            "France and Germany signed a treaty on fishing in Paris on Monday. Ministers praised two years of talks on herring.",
        ),
        "{\"text\": \"\"}".to_owned(),
    ];
    let output = dateline().args(["link", "--format", "json"]).write_stdin(input.join("\n")).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&output.stderr).contains("-:4: "));
    let events: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let told: Vec<(u64, Option<u64>)> = events
        .iter()
        .map(|e| {
            (e["told"]["sources"]["articles"].as_u64().unwrap(), e["told"]["casualties"]["killed"]["best"].as_u64())
        })
        .collect();
    assert_eq!(told, [(2, Some(8)), (1, None)]);
}

#[test]
fn health_says_when_nobody_answers() {
    let check = |listen: &str, code: i32, says: &str| {
        let output = dateline().arg("health").env("DATELINE__HTTP__LISTEN", listen).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{listen}: {text}");
        assert!(text.contains(says), "{listen} should say {says:?}: {text}");
    };
    // Port 1 is reserved; nothing listens there.
    check("0.0.0.0:1", 69, "no answer from http://127.0.0.1:1/livez");
    check("off", 78, "http.listen is off");
}

#[test]
fn check_refuses_what_librdkafka_refuses_and_hides_secrets() {
    let check = |name: &str, value: &str, says: &str| {
        let output = dateline().arg("check").env(name, value).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(78), "{name}={value}: {text}");
        assert!(text.contains(says), "{name}={value} should say {says:?}: {text}");
    };
    check("DATELINE__KAFKA__CONSUMER__NO_SUCH_PROPERTY", "1", "no.such.property");
    check("DATELINE__KAFKA__PRODUCER__ACKS", "0", "acks");
    check("DATELINE__KAFKA__CONSUMER__FETCH_MIN_BYTES", "many", "fetch.min.bytes");
    let output = dateline()
        .arg("check")
        .env("DATELINE__KAFKA__SECURITY_PROTOCOL", "sasl_ssl")
        .env("DATELINE__KAFKA__SASL_MECHANISM", "PLAIN")
        .env("DATELINE__KAFKA__SASL_USERNAME", "reader")
        .env("DATELINE__KAFKA__SASL_PASSWORD", "pl4nted")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("reader") && text.contains("[redacted]") && !text.contains("pl4nted"), "{text}");
}

#[test]
fn check_and_run_refuse_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (no_key, no_model) = (file("key", "no key"), file("model", "no model"));
    let tls = ("KAFKA__SECURITY_PROTOCOL", "ssl");
    let sasl = ("KAFKA__SECURITY_PROTOCOL", "sasl_ssl");
    let cases: Vec<(Vec<(&str, &str)>, &str)> = vec![
        (vec![("KAFKA__CONSUMER__ENABLE_SSL_CERTIFICATE_VERIFICATION", "false")], "always verified"),
        (vec![("KAFKA__PRODUCER__SSL_ENDPOINT_IDENTIFICATION_ALGORITHM", "none")], "always verified"),
        (vec![tls, ("KAFKA__CONSUMER__SECURITY_PROTOCOL", "plaintext")], "kafka.security_protocol"),
        (vec![("KAFKA__CONSUMER__AUTO_OFFSET_RESET", "latest")], "auto.offset.reset"),
        (vec![("KAFKA__PRODUCER__RETRIES", "0")], "retries"),
        (vec![("KAFKA__PRODUCER__MAX_IN_FLIGHT", "50")], "max.in.flight"),
        (vec![("KAFKA__PRODUCER__QUEUING_STRATEGY", "lifo")], "queuing.strategy"),
        (vec![("KAFKA__CONSUMER__PARTITION_ASSIGNMENT_STRATEGY", "range,cooperative-sticky")], "do not mix"),
        (vec![("KAFKA__PRODUCER__SOCKET_TIMEOUT_MS", "300000")], "socket.timeout.ms"),
        (vec![sasl, ("KAFKA__SASL_MECHANISM", "GSSAPI")], "GSSAPI"),
        (vec![sasl, ("KAFKA__SASL_MECHANISM", "PLAIN")], "sasl.username"),
        (vec![tls, ("KAFKA__SSL_KEY_LOCATION", &no_key)], "ssl.key.location"),
        (vec![tls, ("KAFKA__SSL_CA_LOCATION", "/none/ca")], "kafka.ssl_ca_location: cannot read /none/ca"),
        (
            vec![sasl, ("KAFKA__SASL_MECHANISM", "OAUTHBEARER"), ("KAFKA__OAUTH_TOKEN_FILE", "/none/token")],
            "/none/token",
        ),
        (vec![("LOG__LEVEL", "nonsense=nonsense")], "log.level"),
        (vec![("MODEL__PATH", &no_model)], "cannot load the language model"),
        (vec![("LEXICONS__DIR", "/none/lexicons")], "/none/lexicons"),
        (vec![("WORKER__STATE_DIR", &no_key)], "state folder"),
    ];
    for (settings, says) in &cases {
        for command in ["check", "run"] {
            let mut dateline = dateline();
            dateline.arg(command).envs(settings.iter().map(|(name, value)| (format!("DATELINE__{name}"), *value)));
            let output = dateline.output().unwrap();
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(78), "{command} with {settings:?}: {text}");
            assert!(text.contains(says), "{command} with {settings:?} should say {says:?}: {text}");
        }
    }
    // All at once, of every kind.
    let of = |n: usize| cases[n].0.iter().map(|(name, value)| (format!("DATELINE__{name}"), *value));
    let all = dateline().arg("check").envs([0, 4, 5, 6, 7, 14, 15].into_iter().flat_map(of)).output().unwrap();
    let text = String::from_utf8_lossy(&all.stderr).into_owned();
    assert!(text.contains("7 settings are wrong:"), "{text}");
}

/// Every subcommand that prints, as it can be run without Kafka.
const PRINTING: [&[&str]; 17] = [
    &["--help"],
    &["--version"],
    &["-V"],
    &["topics", "plan", "--help"],
    &["check"],
    &["schema"],
    &["schema", "event.article/1"],
    &["completions", "zsh"],
    &["extract", "night-raid.txt"],
    &["extract", "--format", "json", "night-raid.txt"],
    &["extract", "--format", "html", "night-raid.txt"],
    &["extract", "--format", "csv", "night-raid.txt"],
    &["extract", "--format", "parquet", "--table", "claims", "night-raid.txt"],
    &["link", "--format", "geojson", "night-raid.txt"],
    &["schema", "--table", "events"],
    &["bench", "--time", "1ms", "--records", "0"],
    &["demo"],
];

fn printing(arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dateline"));
    command
        .args(arguments)
        .env_clear()
        .envs([crate::FAST])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/config/samples"));
    command.stdin(std::process::Stdio::null());
    command
}

#[test]
fn output_that_cannot_be_written_has_an_exit_code_of_its_own() {
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in PRINTING {
        let output = printing(arguments).stdout(full()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(74), "{arguments:?}: {text}");
        assert!(text.contains("cannot write to standard output: No space left"), "{arguments:?}: {text}");
    }
    // Where standard error is full, the exit code is all that is left.
    for (arguments, code) in
        [(&["check", "--profile", "absent"][..], 78), (&["nothing"][..], 64), (&["demo", "--log"][..], 0)]
    {
        let output = printing(arguments).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for arguments in PRINTING {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = printing(arguments).stdout(writer).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), text.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn an_export_that_fails_leaves_no_half_table() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("lexicons");
    // Files of no more than 8 blocks; a process that ignores the signal gets an error.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" lexicons export \"$1\"";
    let mut command = std::process::Command::new("sh");
    command.env_clear().args(["-c", script, env!("CARGO_BIN_EXE_dateline"), dir.to_str().unwrap()]);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(74), "{text}");
    let failed = text.split("cannot write ").nth(1).and_then(|rest| rest.split(": ").next()).unwrap();
    assert!(!std::path::Path::new(failed).exists(), "{failed} is half a table: {text}");
}

#[test]
fn check_reads_the_lexicons() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("lexicons");
    let run = |arguments: &[&str], code: i32, says: &str| {
        let output = dateline().args(arguments).env("DATELINE__LEXICONS__DIR", &dir).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(says), "{arguments:?} should say {says:?}: {text}");
    };
    run(&["check"], 78, "cannot read");
    run(&["lexicons", "export", dir.to_str().unwrap()], 0, "files written to");
    run(&["check"], 0, "lexicons.dir");
    fs::write(dir.join("events/assault.tsv"), "# mine\nshell\tv\t-\tact\t-\t-\t999\t0.9\n").unwrap();
    run(&["check"], 78, "events/assault.tsv:2: unknown CAMEO code \"999\"");
    run(&["extract", "/dev/null"], 78, "events/assault.tsv:2");
    fs::write(dir.join("asault.tsv"), "").unwrap();
    run(&["check"], 78, "asault.tsv is no table");
}

#[test]
fn extract_keeps_order_and_ids_and_names_what_is_no_article() {
    let article = |id: &str| {
        let text = "KABUL, Afghanistan (AP) - A bomb killed four soldiers in Kandahar on Monday, police said.";
        serde_json::json!({"id": id, "text": text, "published_at": "2024-05-13"}).to_string()
    };
    let mut lines: Vec<String> = (0..40).map(|n| article(&format!("n{n}"))).collect();
    lines.insert(7, r#"{"id": "broken", "text": 5}"#.to_owned());
    let output = dateline().args(["extract", "--format", "json"]).write_stdin(lines.join("\n")).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let found: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let ids: Vec<&str> = found.iter().map(|r| r["article"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, (0..40).map(|n| format!("n{n}")).collect::<Vec<_>>());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.lines().count() == 1 && stderr.contains(":8:"), "one line for the bad line 8: {stderr}");
}

#[test]
fn extract_gives_tables_and_refuses_what_is_none() {
    let articles =
        ["Police in Kano arrested 40 people on Monday.", "A bomb killed four soldiers in Kandahar on Monday."];
    let lines = articles.iter().enumerate().map(|(n, text)| {
        let article =
            serde_json::json!({"id": n.to_string(), "title": "=1+1", "text": text, "published_at": "2024-05-13"});
        article.to_string() + "\n"
    });
    let lines: String = lines.collect::<String>() + "{\"text\": 5}\n";
    let table = |arguments: &[&str]| {
        let output = dateline().arg("extract").args(arguments).write_stdin(lines.as_str()).output().unwrap();
        assert_eq!(output.status.code(), Some(65), "the last line is no article");
        output.stdout
    };
    let csv = String::from_utf8(table(&["--format", "csv", "--bom"])).unwrap();
    let header: Vec<&str> = dateline::table::Table::Events.columns().iter().map(|c| c.name).collect();
    assert!(csv.starts_with(&format!("\u{feff}{}\n", header.join(","))), "{csv}");
    assert!(
        csv.contains(",0,") && csv.contains(",'=1+1,2024-05-13T00:00:00Z,") && csv.contains(",Afghanistan,AFG,"),
        "{csv}"
    );
    let map: serde_json::Value = serde_json::from_slice(&table(&["--format", "geojson"])).unwrap();
    assert_eq!(map["features"][0]["geometry"]["type"], "Point", "{map}");
    let parquet = table(&["--format", "parquet", "--table", "claims"]);
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    for (arguments, words) in [
        (&["--table", "claims"][..], "--table goes with --format csv, parquet or geojson"),
        (&["--bom", "--format", "json"], "--bom goes with"),
        (&["--format", "geojson", "--table", "claims"], "rows of claims have no place on a map"),
        (&["--format", "csv", "--explain"], "--explain goes with --format pretty or json"),
    ] {
        let output = dateline().arg("extract").args(arguments).write_stdin("x").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?} should say {words:?}: {said}");
    }
}

#[test]
fn the_digest_is_plain_text_in_a_pipe() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/samples/night-raid.txt");
    let output = dateline().args(["extract", file]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("Main event") && !text.contains('\u{1b}'), "{text}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn explain_says_why_words_were_coded_and_why_others_were_not() {
    let extract = |arguments: &[&str], input: &str| {
        let output = dateline().arg("extract").args(arguments).write_stdin(input).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = "NAIROBI, Kenya (AP) - Gunmen carried out a raid on a police post in Garissa on Monday, the governor said. \
        Four officers were killed in the attack. The raid came after peace talks in Mombasa. The governor later suffered a heart attack. \
        The army plans to attack the camp. Rebels fired a worker.";
    let check = |pretty: &str, parts: &[&str]| {
        let line = pretty.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(line.contains(part), "--explain should say {part:?}:\n{pretty}");
        }
    };
    let pretty = extract(&["--explain"], text);
    check(
        &pretty,
        &[
            "Why these events 1. weight",
            "the main event:",
            "by assault.tsv:",
            "raid (n)",
            "noun with the light verb “carried”",
            "actor Gunmen",
            "place Garissa",
            "attribution governor: “said”",
            "casualties killed 4: “Four officers were killed”",
            "harm done by another event of its sentence",
            "same as “raid”, sentence 1:",
            "the reader takes them for one event: 0.",
            "planned “plans”",
            "“attack”, sentence 4: this reading is no event: blocked.tsv:",
            "attributions, not events",
        ],
    );
    // The rules alone have points for it.
    let article = Intake::default().read(text.as_bytes(), &Hint::default()).unwrap();
    let (_, why) = crate::enriched::by_rules().explain(&article, &|| false).unwrap();
    check(&explanation(&why, Style::PLAIN, 100), &["points of 4 needed:", "refers back +2"]);
    let without = extract(&[], text);
    assert_eq!(pretty.get(..without.len()), Some(without.as_str()), "an explanation follows the digest");

    let record: serde_json::Value = serde_json::from_str(&extract(&["--explain", "--format", "json"], text)).unwrap();
    let plain: serde_json::Value = serde_json::from_str(&extract(&["--format", "json"], text)).unwrap();
    let mut rest = record.clone();
    let explain = rest.as_object_mut().unwrap().remove("explain").unwrap();
    assert_eq!(rest, plain, "asking why must not change the record");
    assert!(plain.get("explain").is_none());
    let ids = |list: &serde_json::Value, key: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|e| e[key].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&explain["events"], "cluster_id"), ids(&plain["events"], "cluster_id"));
    let explained: usize =
        explain["events"].as_array().unwrap().iter().map(|e| ids(&e["mentions"], "mention_id").len()).sum();
    assert_eq!(explained, plain["mentions"].as_array().unwrap().len(), "every mention is explained once");
    let missed = explain["not_coded"].as_array().unwrap();
    let reason = |word: &str| {
        missed.iter().find(|m| m["span"]["text"] == word).map(|m| m["reason"].as_str().unwrap().to_owned())
    };
    assert_eq!(reason("attack").as_deref(), Some("blocked_reading"), "{explain:#}");
    assert_eq!(reason("said").as_deref(), Some("statement"));

    let sports = "The striker scored a late goal as the home team won the match. The goalkeeper saved a penalty before the \
        midfielder equalised. The coach praised his defender after the league game. The champions attacked from the start of \
        the season and lead the tournament. The team meets its rival in the semifinal of the cup.";
    check(&extract(&["--explain"], sports), &["Why no events an article of the desk “sport”:", "goal", "midfielder"]);
}

#[test]
fn the_demo_runs_through_and_shows_every_topic() {
    let output = dateline().arg("demo").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for topic in ["articles.enriched", "news.events", "news.entities", "articles.dead"] {
        assert!(text.contains(topic), "{topic} is missing:\n{text}");
    }
    assert!(text.contains("truncated.json") && text.contains("came twice"), "{text}");
    let event = text.split("news.canonical").nth(1).expect("the events of several articles are missing");
    for told in ["13 killed", "5 first", "13 rose", "reported by 3 origins, 4 articles, 1 of them copied"] {
        assert!(event.contains(told), "{told:?} is missing:\n{event}");
    }
    assert_eq!(event.matches("reported by").count(), 1, "{event}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn nothing_in_an_article_reaches_the_terminal_as_a_command() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{8}";
    let article = serde_json::json!({
        "id": format!("id{evil}"), "source": format!("Wire{evil}"), "title": format!("Bomb{evil}\nMain event: none"),
        "published_at": "2024-05-13",
        "text": format!("KABUL, Afghanistan (AP) - A bomb{evil} killed four soldiers in Kandahar{evil} on Monday, \
            police chief Ahmad{evil} Shah said. He said{evil} the attack was planned.")
    });
    for arguments in [&["extract"][..], &["extract", "--explain"]] {
        let output = dateline().args(arguments).write_stdin(article.to_string()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(obeyed), "{text:?}");
        assert!(text.contains("Bomb␛]0;owned␇␛[2J<U+009B>31m<U+202E>␈ Main event: none"), "{text}");
    }
}

#[test]
fn what_is_no_article_is_said_to_be_none() {
    let check = |input: &[u8], says: &str| {
        let output = dateline().args(["extract", "--format", "json"]).write_stdin(input).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0), "{text}");
        assert!(text.contains(says), "should say {says:?}: {text}");
    };
    check(b"[{\"text\": \"One.\"}, {\"text\": \"Two.\"}]", "the JSON message is an array");
    check(b"id,title,text\n1,Port closed,\"The port was closed, officials said.\"\n", "a table of 3 columns");
    check(b"\0\0\0\0\x07\x0cwire-7 The port was closed.", "the frame of a schema registry");
    check(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "compressed (gzip)");
    check(b"<?xml version=\"1.0\"?><rss><item>Port closed</item></rss>", "the message is XML");
}

/// Every line of a log is JSON, the last one included; gives that.
fn last_of_json(log: &[u8]) -> serde_json::Value {
    let text = String::from_utf8(log.to_vec()).unwrap();
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line:?} of\n{text}"));
    text.lines().map(line).next_back().unwrap_or_default()
}

#[test]
fn a_worker_that_cannot_start_says_why_in_the_format_of_its_log() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (name, value, code, says) in [
        ("HTTP__LISTEN", address.as_str(), 69, "http.port_offset"),
        ("HTTP__PORT_OFFSET", "berlin", 78, "http.port_offset"),
        ("KAFKA__DELIVERY", "sometimes", 78, "kafka.delivery"),
        ("LOG__LEVEL", "loud=very", 78, "log.level"),
    ] {
        let mut command = dateline();
        command.arg("run").env("DATELINE__LOG__FORMAT", "json").env(format!("DATELINE__{name}"), value);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let last = last_of_json(&output.stderr);
        assert_eq!((last["level"].as_str(), last["exit_code"].as_i64()), (Some("ERROR"), Some(code.into())), "{last}");
        assert!(last["message"].as_str().is_some_and(|text| text.contains(says)), "{last}");
    }
}

#[test]
fn a_dot_env_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "DATELINE__KAFKA__GROUP_ID=from-dot-env\n").unwrap();
    let output = dateline().arg("check").current_dir(folder.path()).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("kafka.group_id = \"from-dot-env\""));
}

#[test]
fn plain_text_can_be_given_a_date_and_is_asked_for_one() {
    let text = "Gunmen killed three people at a market in Kano yesterday, the police said on Sunday.";
    let run = |arguments: &[&str]| {
        let output = dateline().args(arguments).write_stdin(text).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (output.status.code(), out, err)
    };
    let (code, out, err) = run(&["extract", "--published-at", "2031-05-04"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("2031-05-03") && out.contains("\n2031-05-04 · "), "{out}");
    let (code, out, err) = run(&["extract"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("no date") && err.contains("--published-at"), "{out}{err}");
    let (code, _, err) = run(&["extract", "--published-at", "soon"]);
    assert!(code == Some(64) && err.contains("\"soon\" is no date"), "{code:?} {err}");
    let (code, _, err) = run(&["extract", "--format", "json"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "JSON says it in quality.notes");
    let (code, out, err) = run(&["link", "--published-at", "2031-05-04"]);
    assert!(code == Some(0) && err.is_empty() && out.contains("2031-05-03"), "{out}{err}");
}
