//! Other ways of sharing partitions: cooperative rebalancing, and Kafka's new group protocol (KIP-848).

use std::time::Duration;

use super::Scene;
use crate::kafka;
use crate::process::Group;

/// Workers come, are killed and go, under a protocol.
fn shared(name: &'static str, fault: &str, change: impl FnOnce(Group) -> Group) {
    let Some(cluster) = kafka::cluster(name) else { return };
    let mut scene = Scene::start(name, cluster.bootstrap(), 3, 1, change);
    scene.put(1);
    scene.put(2);
    scene.recover();
    scene.take(1).kill();
    std::thread::sleep(Duration::from_secs(1));
    scene.put(1);
    scene.recover();
    scene.worker(0).signal("STOP");
    std::thread::sleep(Duration::from_secs(8));
    scene.worker(0).signal("CONT");
    let recovery = scene.recover();
    assert_eq!(scene.take(2).ready().stop().code(), Some(0));
    scene.recover();
    scene.assert_recovered_alone();
    scene.finish(fault, "1 to 3 workers, SIGKILL, SIGSTOP 8 s, SIGTERM", recovery);
}

#[test]
fn cooperative_rebalancing_loses_and_doubles_nothing() {
    shared("cooperative", "cooperative-sticky rebalancing", |group| {
        group.with("KAFKA__CONSUMER__PARTITION_ASSIGNMENT_STRATEGY", "cooperative-sticky")
    });
}

#[test]
fn the_new_group_protocol_loses_and_doubles_nothing() {
    shared("kip-848", "group.protocol=consumer (KIP-848)", |group| {
        group.with("KAFKA__CONSUMER__GROUP_PROTOCOL", "consumer").without("KAFKA__CONSUMER__HEARTBEAT_INTERVAL_MS")
    });
}
