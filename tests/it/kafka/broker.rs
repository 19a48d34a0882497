//! Apache Kafka brokers in KRaft mode on free loopback ports: one alone, or nodes of a cluster.

use std::path::Path;

use super::server::Server;
use crate::ports;

/// A broker with its own data.
pub struct Broker {
    bootstrap: String,
    server: Server,
}

impl Broker {
    /// Starts a fresh broker and waits until it answers.
    pub fn start() -> Result<Self, String> {
        let (client, controller) = (ports::free(), ports::free());
        let mut broker = Self::prepare(1, client, controller, &[(1, controller)])?;
        broker.resume()?;
        Ok(broker)
    }

    /// Formats the data of a node of a cluster with these voters (id and controller port); `spawn` starts it.
    pub fn prepare(id: usize, client: u16, controller: u16, voters: &[(usize, u16)]) -> Result<Self, String> {
        let server = Server::new()?;
        let voters: Vec<String> = voters.iter().map(|(id, port)| format!("{id}@127.0.0.1:{port}")).collect();
        let replicas = voters.len();
        let properties = PROPERTIES
            .replace("{id}", &id.to_string())
            .replace("{client}", &client.to_string())
            .replace("{controller}", &controller.to_string())
            .replace("{voters}", &voters.join(","))
            .replace("{replicas}", &replicas.to_string())
            .replace("{in_sync}", &replicas.div_ceil(2).to_string())
            .replace("{data}", &server.folder().join("log").display().to_string());
        server.format(&properties, "")?;
        Ok(Self { bootstrap: format!("127.0.0.1:{client}"), server })
    }

    /// Address for clients.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Stops the broker at once (SIGKILL), keeping its data.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        self.server.signal(name);
    }

    /// Starts the broker again on its data and waits until it answers.
    pub fn resume(&mut self) -> Result<(), String> {
        self.spawn()?;
        self.wait_open()
    }

    /// Stops the broker and moves its folder to a place where it stays.
    pub fn keep(&mut self, to: &Path) -> Result<(), String> {
        self.server.keep(to)
    }

    /// Starts the broker.
    pub fn spawn(&mut self) -> Result<(), String> {
        self.server.spawn()
    }

    /// Starts the broker, or wakes it if it runs.
    pub fn mend(&mut self) -> Result<(), String> {
        if self.server.runs() {
            self.signal("CONT");
            return Ok(());
        }
        self.spawn()
    }

    /// Waits until the broker listens.
    pub fn wait_open(&self) -> Result<(), String> {
        self.server.wait_open(&self.bootstrap)
    }
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
