//! The worker as its users run it: a process, configured by environment variables, watched through its admin port.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::kafka::Topics;
use crate::{PATIENCE, ports};

/// A running `dateline run`.
pub struct WorkerProcess {
    child: Child,
    admin: u16,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

/// How to start workers of one group.
#[derive(Clone)]
pub struct Group {
    environment: BTreeMap<String, String>,
    pub name: String,
    /// Where logs stay when the workers are gone.
    logs: Option<PathBuf>,
    /// Files and connections that a worker may open; none: as this process.
    descriptors: Option<u32>,
}

impl Group {
    pub fn new(bootstrap: &str, test: &str, topics: &Topics) -> Self {
        let name = format!("{test}-{}", std::process::id());
        let pairs = [
            ("KAFKA__BOOTSTRAP_SERVERS", bootstrap),
            ("KAFKA__GROUP_ID", &name),
            // Short enough that a killed member's partitions move within the test's patience.
            ("KAFKA__SESSION_TIMEOUT", "6s"),
            ("KAFKA__CONSUMER__HEARTBEAT_INTERVAL_MS", "1000"),
            // A worker that drains on a busy machine is not to give up for that.
            ("WORKER__DRAIN_TIMEOUT", "120s"),
            ("TOPICS__INPUT", &topics.input),
            ("TOPICS__ENRICHED", &topics.enriched),
            ("TOPICS__EVENTS", &topics.events),
            ("TOPICS__ENTITIES", &topics.entities),
            ("TOPICS__LINK", &topics.link),
            ("TOPICS__CANONICAL", &topics.canonical),
            ("TOPICS__LINKS", &topics.links),
            ("TOPICS__LINK_STATE", &topics.link_state),
            ("TOPICS__DEAD", &topics.dead),
            ("WORKER__THREADS", "1"),
            ("LOG__FORMAT", "json"),
        ];
        let environment = pairs.iter().map(|(k, v)| (format!("DATELINE__{k}"), (*v).to_owned())).collect();
        Self { environment, name, logs: None, descriptors: None }
    }

    /// The same group; every worker's log stays in this folder, a file for every life of a slot.
    pub fn keep_logs(mut self, folder: &Path) -> Self {
        self.logs = Some(folder.to_owned());
        self
    }

    /// The same group with one more setting.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.environment.insert(format!("DATELINE__{key}"), value.to_owned());
        self
    }

    /// The settings as environment variables.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// The same group without a setting.
    pub fn without(mut self, key: &str) -> Self {
        self.environment.remove(&format!("DATELINE__{key}"));
        self
    }

    /// The same group with one more environment variable.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same group with so few descriptors for each worker, and no way to get more.
    pub fn descriptors(self, most: u32) -> Self {
        Self { descriptors: Some(most), ..self }
    }

    /// Starts the worker of a slot.
    pub fn start(&self, instance: usize) -> WorkerProcess {
        let folder = tempfile::tempdir().unwrap();
        let log = match &self.logs {
            None => folder.path().join("worker.log"),
            Some(logs) => {
                let life = |life: u32| logs.join(format!("worker-{instance}-life-{life:02}.log"));
                (1..).map(life).find(|path| !path.exists()).unwrap()
            }
        };
        let admin = ports::free();
        let worker = env!("CARGO_BIN_EXE_dateline");
        let mut command = Command::new(if self.descriptors.is_some() { "/bin/sh" } else { worker });
        if let Some(most) = self.descriptors {
            command.args(["-c", &format!("ulimit -n {most} && exec \"$0\" \"$@\""), worker]);
        }
        let child = command
            .arg("run")
            .current_dir(folder.path())
            .env_clear()
            .envs([crate::FAST])
            .envs(&self.environment)
            .env("DATELINE__KAFKA__INSTANCE", instance.to_string())
            .env("DATELINE__HTTP__LISTEN", format!("127.0.0.1:{admin}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        WorkerProcess { child, admin, log, _folder: folder }
    }
}

impl WorkerProcess {
    /// Waits until the worker says that it takes part.
    pub fn ready(self) -> Self {
        let ready = || self.get("/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"));
        self.wait_until("is ready", ready);
        self
    }

    /// Waits until something holds of this worker; `what` says what it must do.
    pub fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "not after {PATIENCE:?}: the worker {what}; its log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until one series on `/metrics` has this value. What a worker has done is in the topics before it is counted.
    pub fn wait_metric(&self, series: &str, value: f64) {
        self.wait_until(&format!("shows {series} {value}"), || self.metric(series) == Some(value));
    }

    /// The value of one series on `/metrics`.
    pub fn metric(&self, series: &str) -> Option<f64> {
        let answer = self.get("/metrics")?;
        let line = answer.lines().find(|l| l.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')))?;
        line.rsplit(' ').next()?.parse().ok()
    }

    /// An answer of the admin port.
    pub fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.admin)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// The admin port's address.
    pub fn admin(&self) -> (&'static str, u16) {
        ("127.0.0.1", self.admin)
    }

    /// The exit status of `dateline health`.
    pub fn health(&self, arguments: &[&str]) -> ExitStatus {
        Command::new(env!("CARGO_BIN_EXE_dateline"))
            .arg("health")
            .args(arguments)
            .env_clear()
            .env("DATELINE__HTTP__LISTEN", format!("0.0.0.0:{}", self.admin))
            .stdout(Stdio::null())
            .status()
            .unwrap()
    }

    /// How many partitions the worker says it owns.
    pub fn partitions(&self) -> usize {
        let metrics = self.get("/metrics").unwrap_or_default();
        metrics.lines().filter(|l| l.starts_with("dateline_assignment_info{") && l.ends_with(" 1")).count()
    }

    /// Sends a signal by name. The worker must not have been found to have ended.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill -s {name} failed");
    }

    /// The exit status, if the worker has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and the exit status once the worker has drained; its own, if it has ended by itself.
    pub fn stop(mut self) -> ExitStatus {
        self.end()
    }

    /// Everything logged until the end, which SIGTERM asks for.
    pub fn log_after_stop(mut self) -> String {
        self.end();
        self.log()
    }

    fn end(&mut self) -> ExitStatus {
        if self.ended().is_none() {
            self.signal("TERM");
        }
        self.wait(PATIENCE)
    }

    /// The exit status of a worker that ends by itself.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the worker did not end within {limit:?}; its log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Why a worker gave up, or what it said last.
    pub fn last_words(&self) -> String {
        let log = self.log();
        let line = log.lines().rev().find(|l| l.contains("gives up")).or(log.lines().last());
        line.unwrap_or_default().to_owned()
    }

    /// The end of the log.
    pub fn log_end(&self) -> String {
        const LINES: usize = 200;
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(LINES).collect();
        lines.into_iter().rev().collect::<Vec<&str>>().join("\n")
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
