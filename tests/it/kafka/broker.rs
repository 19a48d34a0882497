//! Apache Kafka brokers in KRaft mode, from Maven artifacts, on free loopback ports.

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
        let (client, controller) = (free_port()?, free_port()?);
        let mut broker = Self::prepare(1, client, controller, &[(1, controller)])?;
        broker.resume()?;
        Ok(broker)
    }

    /// Formats the data of a node of a cluster with these voters (id and controller port); `spawn` starts it.
    pub fn prepare(id: usize, client: u16, controller: u16, voters: &[(usize, u16)]) -> Result<Self, String> {
        let libs = libraries()?;
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|e| e.to_string())?;
        let voters: Vec<String> = voters.iter().map(|(id, port)| format!("{id}@127.0.0.1:{port}")).collect();
        let replicas = voters.len();
        let properties = PROPERTIES
            .replace("{id}", &id.to_string())
            .replace("{client}", &client.to_string())
            .replace("{controller}", &controller.to_string())
            .replace("{voters}", &voters.join(","))
            .replace("{replicas}", &replicas.to_string())
            .replace("{in_sync}", &replicas.div_ceil(2).to_string())
            .replace("{data}", &data.path().join("log").display().to_string());
        fs::write(data.path().join("server.properties"), properties).map_err(|e| e.to_string())?;
        format(&libs, data.path())?;
        Ok(Self { bootstrap: format!("127.0.0.1:{client}"), data, process: None })
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

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let pid = fs::read_to_string(self.data.path().join("broker.pid")).expect("a started broker has a pid");
        let status = Command::new("kill").args(["-s", name, pid.trim()]).status().expect("kill can be started");
        assert!(status.success(), "kill -s {name} failed");
    }

    /// Starts the broker again on its data and waits until it answers.
    pub fn resume(&mut self) -> Result<(), String> {
        self.spawn()?;
        self.wait_open()
    }

    /// Starts the broker.
    pub fn spawn(&mut self) -> Result<(), String> {
        let libs = libraries()?;
        let folder = self.data.path().display();
        let log = fs::File::options().create(true).append(true).open(self.data.path().join("broker.log"));
        let log = log.map_err(|e| e.to_string())?;
        let java = format!("{} -Xms128m -Xmx384m kafka.Kafka {folder}/server.properties", java(&libs));
        // The shell outlives us just long enough to kill the broker, however we end: its standard input closes then.
        let script = format!(
            "{java} </dev/null & broker=$!; echo $broker > {folder}/broker.pid; cat >/dev/null; kill -9 $broker; \
             wait $broker 2>/dev/null"
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

    /// Waits until the broker listens.
    pub fn wait_open(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(240);
        while TcpStream::connect(&self.bootstrap).is_err() {
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.data.path().join("broker.log")).unwrap_or_default();
                return Err(format!("the broker did not open {} within 240 s:\n{log}", self.bootstrap));
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
pub(super) fn java(libs: &Path) -> String {
    format!(
        "exec java -cp '{}/*' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ActiveProcessorCount=2 \
         -Dlog4j2.configurationFile={SOURCES}/log4j2.properties",
        libs.display()
    )
}

/// Downloads the broker on first use.
pub(super) fn libraries() -> Result<PathBuf, String> {
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
        "{} kafka.tools.StorageTool format -t dGVzdC1jbHVzdGVyLTAwMQ -c {}/server.properties",
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

pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}

/// Replication factors that fit the number of nodes (with the defaults `init_transactions` hangs on one node), few
/// internal partitions for a quick start, and short times: the default clean-up interval would add 10 s to every test of
/// a timed-out transaction, the default session 9 s to every one of a broker that goes away.
const PROPERTIES: &str = "\
process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=3
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.consumer.min.session.timeout.ms=1000
group.consumer.session.timeout.ms=6000
group.consumer.min.heartbeat.interval.ms=500
group.consumer.heartbeat.interval.ms=1000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
auto.create.topics.enable=false
message.max.bytes=10485760
";
