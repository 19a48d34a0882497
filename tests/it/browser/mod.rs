//! A real headless Chromium, driven through ChromeDriver's WebDriver protocol (JSON over HTTP on loopback).
//!
//! Debian: `chromium` and `chromium-driver`. Where they are not there, tests are reported as skipped by name; with
//! `DATELINE_TEST_BROWSER_REQUIRED=1` (set by `.ci/run`) they fail instead.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{PATIENCE, ports};

/// Checks of a page that every reader depends on; gives a list of what is wrong.
const ACCESSIBLE: &str = include_str!("accessible.js");

/// A browser with one window. Ends when dropped.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts one, or none with a note on why the calling test is skipped.
    pub fn start(test: &str) -> Option<Self> {
        match Self::try_start() {
            Ok(browser) => Some(browser),
            Err(reason) if std::env::var_os("DATELINE_TEST_BROWSER_REQUIRED").is_some_and(|v| v == "1") => {
                panic!("{test} needs Chromium: {reason}; run sh tests/packages.sh test")
            }
            Err(reason) => {
                // Past the test runner's capture: a skipped test must be seen.
                let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
                None
            }
        }
    }

    fn try_start() -> Result<Self, String> {
        let port = ports::free();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("cannot start chromedriver: {e}"))?;
        let mut browser = Self { driver, port, session: String::new() };
        let deadline = Instant::now() + PATIENCE;
        while browser.send("GET", "/status", &Value::Null).is_err() {
            if Instant::now() > deadline {
                return Err("chromedriver does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // Containers give Chromium neither a sandbox for root nor a large /dev/shm.
        let arguments =
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900"];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let answer = browser.send("POST", "/session", &capabilities)?;
        browser.session = answer["sessionId"].as_str().ok_or_else(|| answer.to_string())?.to_owned();
        Ok(browser)
    }

    /// Goes to an address and waits until it is loaded.
    pub fn open(&self, address: &str) {
        self.call("POST", "/url", &json!({"url": address}));
    }

    /// The value of a function body. `arguments` are given to it.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        let arguments = if arguments.is_array() { arguments } else { json!([arguments]) };
        self.call("POST", "/execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Runs a script that leaves the page, once its answer is given: ChromeDriver runs a script again whose page went away
    /// under it (SeleniumHQ/selenium#9734), and then `history.back()` goes back twice.
    pub fn leave(&self, script: &str, arguments: Value) {
        let later =
            format!("const given = arguments; setTimeout(() => (function () {{ {script} }}).apply(null, given))");
        self.run(&later, arguments);
    }

    /// The text of the first element that a selector finds.
    pub fn text(&self, selector: &str) -> String {
        let text = self.run("return document.querySelector(arguments[0])?.textContent ?? null", json!(selector));
        text.as_str().unwrap_or_else(|| panic!("no {selector} on the page")).to_owned()
    }

    /// How many elements a selector finds.
    pub fn count(&self, selector: &str) -> u64 {
        self.run("return document.querySelectorAll(arguments[0]).length", json!(selector)).as_u64().unwrap()
    }

    /// Waits until a function body gives something true.
    pub fn wait(&self, what: &str, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.run(script, json!([])).as_bool().unwrap_or(false) {
            if Instant::now() >= deadline {
                let page = "return [location.href, document.readyState, history.length, history.state, \
                            document.body?.innerText?.slice(0, 500)]";
                panic!("after {PATIENCE:?} still not: {what}; the page: {}", self.run(page, json!([])));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Presses a key and lets it go.
    pub fn press(&self, key: char) {
        let keys = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.call("POST", "/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": keys}]}));
    }

    /// Width of the window, as on a telephone below 600, and the colours preferred.
    pub fn look(&self, width: u32, dark: bool) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
        let scheme = if dark { "dark" } else { "light" };
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.call("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Lines of the console since the last call.
    pub fn console(&self) -> Vec<String> {
        let lines = self.call("POST", "/se/log", &json!({"type": "browser"}));
        lines.as_array().unwrap().iter().map(|line| line["message"].to_string()).collect()
    }

    /// Addresses asked for since the last call.
    pub fn requests(&self) -> Vec<String> {
        let lines = self.call("POST", "/se/log", &json!({"type": "performance"}));
        let events = lines.as_array().unwrap().iter().filter_map(|line| {
            let event: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            let message = &event["message"];
            (message["method"] == "Network.requestWillBeSent")
                .then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        events.collect()
    }

    /// Fails with everything that keeps readers out of the page.
    pub fn assert_accessible(&self, page: &str) {
        let problems = self.run(ACCESSIBLE, json!([]));
        let problems: Vec<String> = serde_json::from_value(problems).unwrap();
        assert!(problems.is_empty(), "{page}: {} problems:\n{}", problems.len(), problems.join("\n"));
    }

    /// Fails if the page is wider than the window.
    pub fn assert_fits(&self, page: &str) {
        let script = "const root = document.documentElement; if (root.scrollWidth <= root.clientWidth) return null; \
            return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1 \
            && !e.parentElement.closest('.scroll')).slice(0, 5).map(e => e.outerHTML.slice(0, 150)).join('\\n') || 'unknown'";
        let wide = self.run(script, json!([]));
        assert!(wide.is_null(), "{page} scrolls sideways: {wide}");
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.send(method, &path, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(|e| e.to_string())?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .map_err(|e| e.to_string())?;
        // ChromeDriver leaves the connection open whatever it is asked: the length says where the answer ends.
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).map_err(|e| e.to_string())?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(|_| line.clone())?;
                }
                _ if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut json = vec![0; length];
        answer.read_exact(&mut json).map_err(|e| e.to_string())?;
        let mut value: Value = serde_json::from_slice(&json).map_err(|e| e.to_string())?;
        let value = value["value"].take();
        if value.get("error").is_some() { Err(value["message"].to_string()) } else { Ok(value) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; without a session there is none.
        if !self.session.is_empty() {
            let _ = self.send("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
