//! One Apache Kafka broker in KRaft mode, from Maven artifacts, on free loopback ports.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Files of the broker, kept between runs beside the build.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/kafka");
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kafka");

/// A broker with its own data.
pub struct Broker {
    bootstrap: String,
    data: tempfile::TempDir,
    process: Option<Child>,
}

impl Broker {
    /// Starts a fresh broker and waits until it answers.
    pub fn start() -> Result<Self, String> {
        let libs = libraries()?;
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|e| e.to_string())?;
        let (client, controller) = (free_port()?, free_port()?);
        let properties = PROPERTIES
            .replace("{client}", &client.to_string())
            .replace("{controller}", &controller.to_string())
            .replace("{data}", &data.path().join("log").display().to_string());
        fs::write(data.path().join("server.properties"), properties).map_err(|e| e.to_string())?;
        format(&libs, data.path())?;
        let mut broker = Self { bootstrap: format!("127.0.0.1:{client}"), data, process: None };
        broker.resume()?;
        Ok(broker)
    }

    /// Address for clients.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Stops the broker at once (SIGKILL), keeping its data.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Closing its standard input makes the wrapping shell kill the broker, then the shell ends.
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }

    /// Starts the broker again on its data.
    pub fn resume(&mut self) -> Result<(), String> {
        let libs = libraries()?;
        let log = fs::File::create(self.data.path().join("broker.log")).map_err(|e| e.to_string())?;
        let java = format!(
            "{} -Xms256m -Xmx640m kafka.Kafka {}",
            java(&libs),
            self.data.path().join("server.properties").display()
        );
        // The shell outlives us just long enough to kill the broker, however we end: its standard input closes then.
        let script =
            format!("{java} </dev/null & broker=$!; cat >/dev/null; kill -9 $broker; wait $broker 2>/dev/null");
        let process = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(log.try_clone().map_err(|e| e.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("cannot start a shell: {e}"))?;
        self.process = Some(process);
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(&self.bootstrap).is_err() {
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.data.path().join("broker.log")).unwrap_or_default();
                return Err(format!("the broker did not open {} within 60 s:\n{log}", self.bootstrap));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The command that starts a class of the broker.
fn java(libs: &Path) -> String {
    format!(
        "exec java -cp '{}/*' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ActiveProcessorCount=2 \
         -Dlog4j2.configurationFile={SOURCES}/log4j2.properties",
        libs.display()
    )
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

fn format(libs: &Path, data: &Path) -> Result<(), String> {
    let script = format!(
        "{} kafka.tools.StorageTool format -t dGVzdC1jbHVzdGVyLTAwMQ -c {}/server.properties --standalone",
        java(libs),
        data.display()
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("cannot start a shell: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "cannot format the broker's data: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}

/// Replication factors and partition counts of one node: with the defaults (3 replicas, 50 partitions)
/// `init_transactions` hangs and start-up takes long; the default clean-up interval would add 10 s to every test of a
/// timed-out transaction.
const PROPERTIES: &str = "\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
auto.create.topics.enable=false
message.max.bytes=10485760
";
