//! A broker process: Kafka from Maven artifacts on a folder that holds its settings (`server.properties`), its data and
//! its log.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::PATIENCE;

/// Files of the broker, kept between runs beside the build.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/kafka");
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kafka");

/// The process and its folder. Dropped, it is killed and the folder deleted.
pub struct Server {
    folder: tempfile::TempDir,
    process: Option<Child>,
}

impl Server {
    /// An empty folder for a broker.
    pub fn new() -> Result<Self, String> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|e| e.to_string())?;
        Ok(Self { folder, process: None })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the settings and formats the data; `options` go to Kafka's `StorageTool`.
    pub fn format(&self, properties: &str, options: &str) -> Result<(), String> {
        let folder = self.folder().display();
        fs::write(self.folder().join("server.properties"), properties).map_err(|e| e.to_string())?;
        let tool = class("kafka.tools.StorageTool")?;
        let script = format!("{tool} format -t dGVzdC1jbHVzdGVyLTAwMQ -c {folder}/server.properties {options}");
        let output = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::null())
            .output()
            .map_err(|e| format!("cannot start a shell: {e}"))?;
        if output.status.success() {
            return Ok(());
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Err(format!("cannot format the broker's data: {}{}", text(&output.stdout), text(&output.stderr)))
    }

    /// Starts the broker.
    pub fn spawn(&mut self) -> Result<(), String> {
        let folder = self.folder().display();
        let log = fs::File::options().create(true).append(true).open(self.folder().join("broker.log"));
        let log = log.map_err(|e| e.to_string())?;
        let broker = class("-Xms128m -Xmx512m kafka.Kafka")?;
        // The shell outlives us just long enough to kill the broker, however we end: its standard input closes then.
        let script = format!(
            "{broker} {folder}/server.properties </dev/null & broker=$!; echo $broker > {folder}/broker.pid; \
             cat >/dev/null; kill -9 $broker; wait $broker 2>/dev/null"
        );
        let process = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(log.try_clone().map_err(|e| e.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("cannot start a shell: {e}"))?;
        self.process = Some(process);
        Ok(())
    }

    /// Whether the broker was started and not killed.
    pub fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// Waits until the broker listens at this address.
    pub fn wait_open(&self, address: &str) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err(format!("the broker did not open {address} within {PATIENCE:?}:\n{}", self.log()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Stops the broker at once (SIGKILL), keeping its folder.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Closing its standard input makes the wrapping shell kill the broker, then the shell ends.
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let pid = fs::read_to_string(self.folder().join("broker.pid")).expect("a started broker has a pid");
        let status = Command::new("kill").args(["-s", name, pid.trim()]).status().expect("kill can be started");
        assert!(status.success(), "kill -s {name} failed");
    }

    /// Stops the broker and moves its folder, settings, data and log, to a place where it stays.
    pub fn keep(&mut self, to: &Path) -> Result<(), String> {
        self.kill();
        // What is gone already need not be deleted: `folder` does not mind.
        fs::rename(self.folder(), to).map_err(|e| format!("{}: {e}", to.display()))
    }

    /// The broker's log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("broker.log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The command that runs a class of Kafka.
pub fn class(name: &str) -> Result<String, String> {
    Ok(format!(
        "exec java -cp '{}/*' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ActiveProcessorCount=2 \
         -Dlog4j2.configurationFile={SOURCES}/log4j2.properties {name}",
        libraries()?.display()
    ))
}

/// Writes down what lies in the logs of a kept broker: of the groups the offsets and members, of the transactions their
/// states, of other topics every batch with its producer's id and epoch, and where transactions end.
pub fn dump(broker: &Path, to: &Path) -> Result<(), String> {
    let text = |e: std::io::Error| e.to_string();
    let mut segments: Vec<PathBuf> = Vec::new();
    for folder in fs::read_dir(broker.join("log")).map_err(text)?.flatten().filter(|f| f.path().is_dir()) {
        segments.extend(fs::read_dir(folder.path()).map_err(text)?.flatten().map(|file| file.path()));
    }
    segments.retain(|path| path.extension().is_some_and(|e| e == "log"));
    segments.sort();
    let is_of = |path: &Path, topic: &str| path.parent().is_some_and(|p| p.display().to_string().contains(topic));
    for (name, topic, decoder) in [
        ("offsets.txt", "/__consumer_offsets-", "--offsets-decoder"),
        ("transactions.txt", "/__transaction_state-", "--transaction-log-decoder"),
        ("batches.txt", "", "--deep-iteration"),
    ] {
        let of_topic = |path: &&PathBuf| if topic.is_empty() { !is_of(path, "/__") } else { is_of(path, topic) };
        let files: Vec<String> = segments.iter().filter(of_topic).map(|path| path.display().to_string()).collect();
        let tool = class("-Xmx512m kafka.tools.DumpLogSegments")?;
        let script = format!("{tool} {decoder} --files {} > {} 2>&1", files.join(","), to.join(name).display());
        let status = Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).status().map_err(text)?;
        if !status.success() {
            return Err(format!("the segments of {topic} cannot be read: see {name}"));
        }
    }
    Ok(())
}

/// Downloads the broker on first use.
fn libraries() -> Result<PathBuf, String> {
    static ONCE: Mutex<()> = Mutex::new(());
    let _one_at_a_time = ONCE.lock().map_err(|e| e.to_string())?;
    let pom = fs::read_to_string(format!("{SOURCES}/pom.xml")).map_err(|e| e.to_string())?;
    let libs = PathBuf::from(CACHE);
    let marker = libs.join("complete.xml");
    if fs::read_to_string(&marker).is_ok_and(|done| done == pom) {
        return Ok(libs);
    }
    let _ = fs::remove_dir_all(&libs);
    let output = Command::new("mvn")
        .args(["-q", "-B", "-f", &format!("{SOURCES}/pom.xml"), "dependency:copy-dependencies"])
        .args(["-DincludeScope=runtime", &format!("-DoutputDirectory={CACHE}")])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("Maven (mvn) cannot be started: {e}; install maven and a JDK 17"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout);
        return Err(format!("Maven cannot fetch the broker: {}", text.lines().take(3).collect::<Vec<_>>().join(" ")));
    }
    fs::write(marker, pom).map_err(|e| e.to_string())?;
    Ok(libs)
}
