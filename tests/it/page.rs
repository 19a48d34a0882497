//! The pages for people, in a real browser: what they show, that nothing runs or loads that should not, that they can be
//! used with a keyboard, in the dark and on a telephone.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::json;

use crate::browser::Browser;
use crate::process::Group;
use dateline::article::{Hint, Intake};
use dateline::link::{self, Idf, Input, Linker, Model, Text};
use dateline::page::living::LivingEvent;
use dateline::page::status::{self, Latest, Status};
use dateline::record::Tier;
use dateline::stream::Broker;

const TAB: char = '\u{E004}';
const ENTER: char = '\u{E007}';

/// Everything that has broken pages before, in an article that is one.
const HOSTILE: &str = "PARIS (AP) — <script>window.hacked = 1</script> Police killed 3 people in Lyon on Monday, \
    \"><img src=x onerror=window.hacked=1> officials said.\n\n\
    '); window.hacked = 1; ('<svg onload=window.hacked=1> <a href=\"javascript:window.hacked=1\">x</a> &lt;b&gt; </textarea>\
    </style><style>*{display:none}</style> <!-- The governor said on Tuesday that two men were arrested in Nice. -->\n\n\
    \u{202e}siht daer\u{202c} وقال الرئيس إن القتال توقف في حلب \u{200b}\u{200d}\u{feff}zero\u{200b}width\u{0} said the mayor of Ber\u{200b}lin.\n\n";

fn page_of(folder: &Path, article: &[u8]) -> String {
    let (input, output) = (folder.join("article.txt"), folder.join("article.html"));
    fs::write(&input, article).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["extract", "--format", "html"])
        .arg(&input)
        .env_clear()
        .envs([crate::FAST])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    fs::write(&output, run.stdout).unwrap();
    format!("file://{}", output.display())
}

/// What must be true of every page, however it is looked at.
fn assert_sound(browser: &Browser, page: &str, own: &str) {
    for (width, dark) in [(1280, false), (1280, true), (360, false), (360, true)] {
        browser.look(width, dark);
        browser.assert_accessible(&format!("{page}, {width} wide, {}", if dark { "dark" } else { "light" }));
        browser.assert_fits(&format!("{page}, {width} wide"));
    }
    browser.look(1280, false);
    assert_eq!(browser.console(), [""; 0], "{page}: the console has lines");
    let foreign: Vec<String> =
        browser.requests().into_iter().filter(|url| !url.starts_with(own) && !url.starts_with("data:")).collect();
    assert_eq!(foreign, [""; 0], "{page}: asks elsewhere");
}

/// The status page of a worker that has linked the sample reports of a bombing.
fn living() -> String {
    let intake = Intake::default();
    let mut enricher = crate::enriched::enricher(Tier::Fast);
    let mut linker = Linker::new(Model::embedded().unwrap(), link::Settings::default());
    let mut living: BTreeMap<String, LivingEvent> = BTreeMap::new();
    for line in include_str!("../../config/samples/market-bomb.jsonl").lines() {
        let article = intake.read(line.as_bytes(), &Hint::default()).unwrap();
        let record = enricher.enrich(&article, &|| false).unwrap();
        let report = link::article(&record, &Text::of(&article), Idf::embedded().unwrap());
        let changes = linker.apply(Input::Article(&report), None);
        for event in changes.canonical.into_iter().filter_map(|(_, event)| event) {
            let shown = LivingEvent::new(&event, living.get(&event.canonical_id)).unwrap();
            living.insert(event.canonical_id, shown);
        }
    }
    let latest = Latest::Linked(living.into_values().collect());
    String::from_utf8(status::page(&Status { latest, ..Status::default() }).body.into_bytes()).unwrap()
}

#[test]
fn living_events_in_the_browser() {
    let Some(browser) = Browser::start("living_events_in_the_browser") else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("status.html");
    // The page asks its worker for news, and there is none here.
    fs::write(&page, living().replace("data-every=\"2000\"", "data-every=\"2000000\"")).unwrap();
    let page = format!("file://{}", page.display());
    browser.open(&page);
    let text = browser.text("#recent");
    for part in ["Living events", "13 killed", "Funtua", "2024-05-18", "killed rose from 5 to 9"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_sound(&browser, "living events", &page);
}

#[test]
fn an_article_in_the_browser() {
    let Some(browser) = Browser::start("an_article_in_the_browser") else { return };
    let folder = tempfile::tempdir().unwrap();
    let raid = include_bytes!("../../config/samples/night-raid.txt");
    browser.look(1280, false);
    browser.open(&page_of(folder.path(), raid));
    assert_sound(&browser, "article", "file://");

    // The parts, filled.
    assert_eq!(browser.text(".lede .what"), "Assault");
    for selector in [
        ".map svg path.land",
        ".body a.t",
        ".body a.m.per",
        ".body a.m.loc",
        ".body .said",
        ".cards .event",
        ".timeline tbody tr",
    ] {
        assert!(browser.count(selector) > 0, "no {selector}");
    }
    let text = browser.run("const body = document.querySelector('.body').cloneNode(true); \
        body.querySelectorAll('sup, .off, .kind').forEach(n => n.remove()); return body.textContent.replace(/\\s+/g, '')", json!([]));
    let expect: String = String::from_utf8_lossy(raid).split_whitespace().collect();
    assert_eq!(text.as_str().unwrap(), expect, "the whole text, once");

    // By keyboard: skip link first, then on to a word of an event, which lights up its event; Enter goes there.
    browser.press(TAB);
    assert_eq!(browser.run("return document.activeElement.className", json!([])), "skip");
    let reached = (0..400).any(|_| {
        browser.press(TAB);
        browser.run("return document.activeElement.matches('.body a.t')", json!([])) == true
    });
    assert!(reached, "no word of an event can be reached with the Tab key");
    let lit = "const id = document.activeElement.hash.slice(1); \
        return document.getElementById(id).classList.contains('hit') && !document.querySelector('.hint').hidden";
    assert_eq!(browser.run(lit, json!([])), true, "focus does not show the event");
    let target = browser.run("return document.activeElement.hash", json!([]));
    browser.press(ENTER);
    browser.wait("the event has the focus", "return '#' + document.activeElement.id === location.hash");
    assert_eq!(browser.run("return location.hash", json!([])), target);

    // By pointer: an event lights up its words; the switches take marks away.
    let over = "const card = document.querySelector('.cards .event'); \
        card.querySelector('h4').dispatchEvent(new PointerEvent('pointerover', {bubbles: true})); \
        return [...document.querySelectorAll('.body .hit')].every(w => w.dataset.r.split(' ').includes(card.id)) \
            && document.querySelectorAll('.body .t.hit').length > 0";
    assert_eq!(browser.run(over, json!([])), true, "pointing at an event does not show its words");
    let line = "return getComputedStyle(document.querySelector('.body a.m.per')).textDecorationLine";
    assert_eq!(browser.run(line, json!([])), "underline");
    browser.run("document.querySelector('.f-per').click()", json!([]));
    assert_eq!(browser.run(line, json!([])), "none");

    // Several articles on a page, and one that means harm.
    let long = format!(
        "{HOSTILE}{}\n\nThe mayor of Lyon said on Monday that {} people were hurt.",
        "x".repeat(20_000),
        "9".repeat(300)
    );
    let both = format!(
        "{}\n{}",
        json!({"text": long, "title": HOSTILE, "source": HOSTILE}),
        json!({"text": HOSTILE, "id": HOSTILE})
    );
    browser.open(&page_of(folder.path(), both.as_bytes()));
    assert_eq!(browser.count(".index li"), 2);
    assert_eq!(browser.run("return window.hacked ?? null", json!([])), json!(null), "a script of the article ran");
    assert_sound(&browser, "hostile article", "file://");
}

#[test]
fn a_page_shows_its_evidence_by_itself() {
    let run = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["extract", "--explain", "--format", "html", "-"])
        .env_clear()
        .envs([crate::FAST])
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(64), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stderr).contains("--explain"));
}

/// `dateline demo --keep-running`. Ends when dropped.
struct Demo {
    process: Child,
    address: String,
    /// A demo ends when nobody reads its output any more, and it has more to say after its address.
    _output: BufReader<ChildStdout>,
}

impl Demo {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_dateline"))
            .args(["demo", "--keep-running"])
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("Status page: ").map(str::to_owned));
        Self { address: address.expect("the demo prints the address of its page"), process, _output: output }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn status_and_playground_in_the_browser() {
    let Some(browser) = Browser::start("status_and_playground_in_the_browser") else { return };
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let own = demo.address.as_str();

    // The status page fills and goes on by itself.
    browser.look(1280, false);
    browser.open(own);
    browser.wait(
        "the page follows the worker",
        "return document.querySelector('#about dd').textContent !== '0 s' \
        && document.querySelectorAll('#figures .spark').length > 0",
    );
    let before = browser.text("#about dd");
    browser.wait("the time goes on", &format!("return document.querySelector('#about dd').textContent !== '{before}'"));
    assert!(browser.text("#health").contains("running"), "{}", browser.text("#health"));
    assert!(browser.count(".feed li") > 3 && browser.count(".recent .dot") > 3);
    assert_eq!(browser.count(".feed li"), browser.count(".feed li .title"), "every event names its article");
    assert!(browser.text("#tables").contains("truncated_json"));
    assert!(browser.count("#tables tbody tr") >= 4 + 1 + 4, "partitions, dead letters, stages");
    browser.run("document.getElementById('pause').click()", json!([]));
    assert_eq!(browser.text("#updated"), "Updates are paused.");
    assert_sound(&browser, "status", own);

    // An article goes through the playground and comes back as its view.
    browser.leave("document.querySelector('nav a[href=\"/playground\"]').click()", json!([]));
    browser.wait(
        "the playground is open",
        "return document.readyState === 'complete' && !!document.querySelector('textarea')",
    );
    assert_sound(&browser, "playground", own);
    let paste =
        "document.querySelector('textarea').value = arguments[0]; document.querySelector('.paste button').click()";
    browser.leave(paste, json!("LIMA (Reuters) — Gunmen killed 12 soldiers in Ayacucho on Monday, the army said.\n\nThe president flew to Lima."));
    browser
        .wait("the article is read", "return document.readyState === 'complete' && !!document.querySelector('.story')");
    assert_eq!(browser.text(".lede .count"), "12");
    assert!(browser.text(".body").contains("Gunmen killed"));
    assert_sound(&browser, "reading", own);
    // Going back finds what was pasted.
    browser.leave("history.back()", json!([]));
    browser.wait(
        "the form is back with its text",
        "return document.readyState === 'complete' && location.search === '' && !document.querySelector('.story') \
        && (document.querySelector('textarea')?.value ?? '').startsWith('LIMA (Reuters)')",
    );

    // What is no article is told, with the text still there; what means harm neither runs nor breaks the page.
    browser.open(&format!("{own}playground?sample=truncated.json"));
    browser.leave("document.querySelector('.paste button').click()", json!([]));
    browser.wait(
        "the refusal is shown",
        "return document.readyState === 'complete' && !!document.querySelector('.alarm')",
    );
    assert!(browser.text(".alarm").contains("truncated json") && browser.text("textarea").len() > 100);
    assert_sound_after_error(&browser, "refusal", own);
    let million = HOSTILE.repeat(1_000_000 / HOSTILE.len());
    for (text, shown) in [(HOSTILE, ".story"), (million.as_str(), ".alarm")] {
        browser.open(&format!("{own}playground"));
        browser.leave(paste, json!(text));
        browser.wait(
            "an answer",
            &format!("return document.readyState === 'complete' && !!document.querySelector('{shown}')"),
        );
        assert_eq!(browser.run("return window.hacked ?? null", json!([])), json!(null), "a script of the article ran");
        if shown == ".story" {
            assert_sound(&browser, "hostile article", own);
        } else {
            assert!(browser.text(".alarm").contains("too long"), "{}", browser.text(".alarm"));
            browser.assert_fits("a megabyte");
        }
    }

    // A page of another site cannot make the browser use the playground.
    let attack = folder.path().join("attack.html");
    let form = format!(
        "<form method=post enctype=text/plain action='{own}playground'><input name=article value=x><button>Go</button></form>"
    );
    fs::write(&attack, form).unwrap();
    browser.open(&format!("file://{}", attack.display()));
    browser.leave("document.querySelector('button').click()", json!([]));
    browser.wait(
        "the refusal is shown",
        "return document.readyState === 'complete' && !!document.querySelector('.alarm')",
    );
    assert!(browser.text(".alarm").starts_with("cross site"), "{}", browser.text(".alarm"));
}

/// A refusal's status is a line in Chromium's console, which is right; the rest must be as everywhere.
fn assert_sound_after_error(browser: &Browser, page: &str, own: &str) {
    let lines = browser.console();
    assert!(lines.iter().all(|line| line.contains("422")), "{page}: {lines:?}");
    assert_sound(browser, page, own);
}

#[test]
fn a_playground_switched_off_is_not_served() {
    let names = crate::kafka::Topics {
        input: "articles.raw".into(),
        enriched: "articles.enriched".into(),
        events: "news.events".into(),
        entities: "news.entities".into(),
        link: "news.link".into(),
        canonical: "news.canonical".into(),
        links: "news.links".into(),
        link_state: "news.link.state".into(),
        dead: "articles.dead".into(),
    };
    let broker = Broker::start(&names.names()).unwrap();
    let worker = Group::new(broker.bootstrap_servers(), "playground-off", &names)
        .with("KAFKA__DELIVERY", "at_least_once")
        .with("HTTP__PLAYGROUND", "false")
        .start(0)
        .ready();
    let check = |path: &str, status: &str, body: &str| {
        let answer = worker.get(path).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(body), "{path}: {answer}");
    };
    check("/playground", "404", "http.playground");
    check("/", "200", "Partitions");
    check("/status", "200", "id=\"health\"");
    assert!(!worker.get("/").unwrap().contains("/playground"), "a link to what is not there");
    assert!(worker.stop().success());
}
