//! The broker behind `demo`: librdkafka's own mock cluster, in this process, on loopback, in memory.
//!
//! It speaks enough of the protocol for producers and consumer groups, and no more. Its transactions are a stub
//! (offsets sent in one are never stored, aborted records are visible), so a worker on it runs in at-least-once mode
//! and nothing about exactly-once can be learnt from it. It keeps at most about 5 MiB per partition and silently drops
//! what is older: right for a demonstration, wrong for anything else. The first join of a group takes 3 s, the
//! cluster's fixed rebalance delay (its setter is not reachable without `unsafe`).

use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, bounded};
use rdkafka::error::KafkaError;
use rdkafka::mocking::MockCluster;

use super::error::StreamError;
use super::settings::{Properties, Topics};

/// Partitions of every topic.
const PARTITIONS: i32 = 4;

/// A running broker; ends when dropped. Drop it after its clients.
#[derive(Debug)]
pub struct Broker {
    bootstrap: String,
    /// Dropped to end the thread that owns the cluster (which cannot change threads).
    quit: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Broker {
    /// Starts a broker and creates the topics.
    ///
    /// # Errors
    /// librdkafka could not open its listeners.
    pub fn start(topics: &Topics) -> Result<Self, StreamError> {
        let names: Vec<String> =
            [&topics.input].into_iter().chain(topics.written()).map(|topic| topic.to_string()).collect();
        let (quit, wait) = bounded::<()>(0);
        let (tell, told) = bounded(1);
        let thread = thread::Builder::new()
            .name("embedded-broker".into())
            .spawn(move || {
                let cluster = start_cluster(&names);
                let ready = cluster.as_ref().map(MockCluster::bootstrap_servers).map_err(Clone::clone);
                if tell.send(ready).is_ok() && cluster.is_ok() {
                    // Nothing is ever sent: this returns when the broker is dropped.
                    let _ = wait.recv();
                }
            })
            .map_err(StreamError::Thread)?;
        let failed = |error| StreamError::client("embedded broker", &error);
        let bootstrap = told.recv().unwrap_or(Err(KafkaError::Canceled)).map_err(failed)?;
        Ok(Self { bootstrap, quit: Some(quit), thread: Some(thread) })
    }

    /// Address for clients of this machine.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap
    }

    /// Consumer properties that the mock needs: it answers an empty fetch only after the full wait (500 ms by default;
    /// 416 ms from produce to consume, measured).
    pub fn consumer_properties() -> Properties {
        [("fetch.wait.max.ms", "10")].into_iter().collect()
    }
}

fn start_cluster(topics: &[String]) -> Result<MockCluster<'static, impl rdkafka::ClientContext + use<>>, KafkaError> {
    let cluster = MockCluster::new(1)?;
    for topic in topics {
        cluster.create_topic(topic, PARTITIONS, 1)?;
    }
    Ok(cluster)
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.quit.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
