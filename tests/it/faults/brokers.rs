//! Brokers that die, come back, sleep, or are slow, one at a time: leaders and coordinators move with them.

use std::time::Duration;

use super::Scene;
use crate::kafka::{self, BROKERS};

#[test]
fn brokers_killed_in_turn_lose_and_double_nothing() {
    let Some(mut cluster) = kafka::cluster("brokers_killed_in_turn_lose_and_double_nothing") else { return };
    let bootstrap = cluster.bootstrap().to_owned();
    let mut scene = Scene::start("broker-kill", &bootstrap, 3, 2, |group| group);
    let mut moved = 0;
    for broker in 0..BROKERS {
        let before = cluster.leaders(&scene.topics.input);
        cluster.kill(broker);
        // Longer than the broker's session: its partitions, group and transactions get other leaders.
        std::thread::sleep(Duration::from_millis(5500));
        let after = cluster.leaders(&scene.topics.input);
        moved += before.iter().zip(&after).filter(|(before, after)| before != after).count();
        cluster.resume(broker).unwrap();
        cluster.wait_whole(Some(&scene.topics.input)).unwrap();
    }
    let recovery = scene.recover();
    assert!(moved >= 3, "{moved} leaders moved: the test showed nothing");
    scene.assert_recovered_alone();
    let happened = format!("each of 3 brokers in turn (SIGKILL, back after 5.5 s); {moved} leaders of inputs moved");
    scene.finish("brokers killed and restarted", &happened, recovery);
}

#[test]
fn brokers_that_fall_silent_lose_and_double_nothing() {
    let Some(cluster) = kafka::cluster("brokers_that_fall_silent_lose_and_double_nothing") else { return };
    let mut scene = Scene::start("broker-pause", cluster.bootstrap(), 3, 2, |group| group);
    for broker in 0..BROKERS {
        cluster.pause(broker);
        std::thread::sleep(Duration::from_secs(6));
        cluster.unpause(broker);
        cluster.wait_whole(Some(&scene.topics.input)).unwrap();
    }
    let recovery = scene.recover();
    scene.assert_recovered_alone();
    scene.finish("brokers silent with open connections", "each of 3 in turn (SIGSTOP 6 s)", recovery);
}

#[test]
fn slow_brokers_and_a_full_gate_lose_and_double_nothing() {
    let Some(cluster) = kafka::cluster("slow_brokers_and_a_full_gate_lose_and_double_nothing") else { return };
    let mut scene = Scene::start("slow", cluster.bootstrap(), 3, 1, |group| {
        group.with("WORKER__IN_FLIGHT_RECORDS", "8").with("WORKER__BATCH_RECORDS", "8")
    });
    // Every broker runs a fifth of the time.
    for _ in 0..24 {
        (0..BROKERS).for_each(|broker| cluster.pause(broker));
        std::thread::sleep(Duration::from_millis(200));
        (0..BROKERS).for_each(|broker| cluster.unpause(broker));
        std::thread::sleep(Duration::from_millis(50));
    }
    let recovery = scene.recover();
    let closed = scene.worker(0).metric("dateline_admission_gate_closed_seconds_total").unwrap_or_default();
    assert!(closed > 1.0, "the gate was closed for {closed} s: the test showed nothing");
    scene.assert_recovered_alone();
    let happened =
        format!("brokers run 1/5 of the time for 6 s, 8 records in flight at most; gate closed {closed:.1} s");
    scene.finish("slow brokers, full in-flight gate", &happened, recovery);
}

#[test]
fn a_broker_restart_loses_and_doubles_nothing() {
    let Some(mut broker) = kafka::own("a_broker_restart_loses_and_doubles_nothing") else { return };
    let bootstrap = broker.bootstrap().to_owned();
    let mut scene = Scene::start("outage", &bootstrap, 1, 1, |group| group);
    broker.kill();
    std::thread::sleep(Duration::from_secs(14));
    broker.resume().unwrap();
    let recovery = scene.recover();
    let rebuilt = scene.worker(0).metric("dateline_producers_rebuilt_total").unwrap_or_default();
    scene.assert_recovered_alone();
    let happened = format!("the only broker away for 14 s; {rebuilt} producers rebuilt");
    scene.finish("outage longer than a transaction (10 s)", &happened, recovery);
}
