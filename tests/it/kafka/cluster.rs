//! Three brokers that replicate every partition.

use std::path::Path;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::broker::Broker;
use super::server::dump;
use crate::{PATIENCE, ports};

/// Brokers of a cluster.
pub const BROKERS: usize = 3;

/// A running cluster. Brokers are numbered from 0.
pub struct Cluster {
    brokers: Vec<Broker>,
    bootstrap: String,
}

impl Cluster {
    /// Starts a fresh cluster and waits until all brokers take part.
    pub fn start() -> Result<Self, String> {
        let ports: Vec<(u16, u16)> = (0..BROKERS).map(|_| (ports::free(), ports::free())).collect();
        let voters: Vec<(usize, u16)> = (1..).zip(&ports).map(|(id, (_, controller))| (id, *controller)).collect();
        let nodes = voters.iter().zip(&ports);
        let brokers: Result<Vec<Broker>, String> =
            nodes.map(|((id, controller), (client, _))| Broker::prepare(*id, *client, *controller, &voters)).collect();
        let mut brokers = brokers?;
        brokers.iter_mut().try_for_each(Broker::spawn)?;
        brokers.iter().try_for_each(Broker::wait_open)?;
        let bootstrap = brokers.iter().map(Broker::bootstrap).collect::<Vec<_>>().join(",");
        let cluster = Self { brokers, bootstrap };
        cluster.wait_whole(None)?;
        Ok(cluster)
    }

    /// Addresses for clients.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Stops a broker at once, keeping its data.
    pub fn kill(&mut self, broker: usize) {
        self.brokers[broker].kill();
    }

    /// Starts a broker that was killed.
    pub fn resume(&mut self, broker: usize) -> Result<(), String> {
        self.brokers[broker].resume()
    }

    /// Starts a broker that was killed, or wakes one that was paused, and does not wait until it answers.
    pub fn mend(&mut self, broker: usize) -> Result<(), String> {
        self.brokers[broker].mend()
    }

    /// Stops all brokers, moves their folders to `broker-0` and so on in a folder, and writes down what lies in them.
    pub fn keep(mut self, folder: &Path) -> Result<(), String> {
        for (number, broker) in self.brokers.iter_mut().enumerate() {
            broker.keep(&folder.join(format!("broker-{number}")))?;
        }
        // Every broker holds every partition.
        dump(&folder.join("broker-0"), folder)
    }

    /// Stops a broker's clock: it answers nobody, and its connections stay open.
    pub fn pause(&self, broker: usize) {
        self.brokers[broker].signal("STOP");
    }

    /// Lets it go on.
    pub fn unpause(&self, broker: usize) {
        self.brokers[broker].signal("CONT");
    }

    /// Waits until every broker takes part and, of a topic, every replica is in sync.
    pub fn wait_whole(&self, topic: Option<&str>) -> Result<(), String> {
        let client: BaseConsumer =
            ClientConfig::new().set("bootstrap.servers", &self.bootstrap).create().map_err(|e| e.to_string())?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = is_whole(&client, topic);
            if state == Ok(true) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("the cluster was not whole within {PATIENCE:?}: {state:?}"));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// The broker (from 0) that coordinates a group: it leads the partition of the offsets topic that the group's name
    /// falls on (`Utils.abs(group.hashCode()) % partitions` in Kafka).
    pub fn coordinator(&self, group: &str) -> usize {
        let hash = group.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
        let leaders = self.leaders("__consumer_offsets");
        let leader = leaders[(hash & i32::MAX) as usize % leaders.len()];
        usize::try_from(leader).expect("the partition has a leader")
    }

    /// Brokers (from 0) that lead partitions of a topic, in order of the partitions.
    pub fn leaders(&self, topic: &str) -> Vec<i32> {
        let client: BaseConsumer =
            ClientConfig::new().set("bootstrap.servers", &self.bootstrap).create().expect("a client");
        let metadata = client.fetch_metadata(Some(topic), PATIENCE).expect("metadata");
        metadata.topics()[0].partitions().iter().map(|p| p.leader() - 1).collect()
    }
}

/// Whether every broker takes part and, of a topic, every replica is in sync.
pub fn is_whole(client: &BaseConsumer, topic: Option<&str>) -> Result<bool, String> {
    let found = client.fetch_metadata(topic, Duration::from_secs(2)).map_err(|e| e.to_string())?;
    let asked = found.topics().iter().filter(|t| topic == Some(t.name()));
    let mut partitions = asked.flat_map(|t| t.partitions());
    Ok(found.brokers().len() == BROKERS && partitions.all(|p| p.isr().len() == p.replicas().len()))
}
