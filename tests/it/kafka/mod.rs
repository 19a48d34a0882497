//! A real Apache Kafka for the tests, and plain clients to look at its topics with.
//!
//! `DATELINE_TEST_KAFKA=host:port` uses a given broker. Otherwise one broker is started from Maven artifacts, once for
//! all tests of the run. Where neither can be had, tests are reported as skipped by name; with
//! `DATELINE_TEST_KAFKA_REQUIRED=1` (set by `.ci/run`) they fail instead.

mod broker;
mod client;
mod cluster;
mod secure;
mod server;

use std::io::Write;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

pub use broker::Broker;
pub use client::{
    Committed, Message, Topics, add_partitions, commit_for, committed, configure, create_replicated, create_topic,
    create_topics, delete_records, delete_topic, hold_up, produce, read_topic, read_topic_as, read_until, settle,
    withdraw,
};
pub use cluster::{BROKERS, Cluster, is_whole};
pub use secure::{PASSWORD, Secure};

/// The broker shared by the tests of this run, and its address.
pub enum Kafka {
    /// Started by us.
    Own(Broker),
    /// Given by the environment.
    Given(String),
}

impl Kafka {
    /// Address for clients.
    pub fn bootstrap(&self) -> &str {
        match self {
            Self::Own(broker) => broker.bootstrap(),
            Self::Given(address) => address,
        }
    }
}

/// The shared broker, or none with a note on why the calling test is skipped.
pub fn shared(test: &str) -> Option<&'static Kafka> {
    static SHARED: OnceLock<Result<Kafka, String>> = OnceLock::new();
    let start = || match std::env::var("DATELINE_TEST_KAFKA") {
        Ok(address) if !address.is_empty() => Ok(Kafka::Given(address)),
        _ => Broker::start().map(Kafka::Own),
    };
    match SHARED.get_or_init(start) {
        Ok(kafka) => Some(kafka),
        Err(reason) => skip(test, reason),
    }
}

/// A broker for one test alone, to be stopped and started at will.
pub fn own(test: &str) -> Option<Broker> {
    match Broker::start() {
        Ok(broker) => Some(broker),
        Err(reason) => skip(test, &reason),
    }
}

/// A cluster for one test alone, to be broken, kept and looked into at will.
pub fn own_cluster(test: &str) -> Option<Cluster> {
    match Cluster::start() {
        Ok(cluster) => Some(cluster),
        Err(reason) => skip(test, &reason),
    }
}

/// The cluster shared by the tests that leave its brokers alone.
pub fn cluster(test: &str) -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match CLUSTER.get_or_init(Cluster::start) {
        Ok(cluster) => Some(cluster),
        Err(reason) => skip(test, reason),
    }
}

/// The cluster of the tests that break brokers, each of which has it for itself.
pub fn cluster_alone(test: &str) -> Option<MutexGuard<'static, Cluster>> {
    static CLUSTER: OnceLock<Result<Mutex<Cluster>, String>> = OnceLock::new();
    match CLUSTER.get_or_init(|| Cluster::start().map(Mutex::new)) {
        Ok(cluster) => {
            let cluster = cluster.lock().unwrap_or_else(PoisonError::into_inner);
            cluster.wait_whole(None).expect("the test before must leave the cluster whole");
            Some(cluster)
        }
        Err(reason) => skip(test, reason),
    }
}

/// Reports a test as skipped, or fails it where Kafka is required.
pub fn skip<T>(test: &str, reason: &str) -> Option<T> {
    if std::env::var_os("DATELINE_TEST_KAFKA_REQUIRED").is_some_and(|v| v == "1") {
        panic!("{test} needs Kafka: {reason}");
    }
    // Past the test runner's capture: a skipped test must be seen.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
    None
}
