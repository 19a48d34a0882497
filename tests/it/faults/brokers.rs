//! Brokers that die, come back, sleep, or are slow, one at a time: leaders and coordinators move with them.

use std::time::{Duration, Instant};

use super::{PARTITIONS, Scene};
use crate::PATIENCE;
use crate::kafka::{self, BROKERS, Cluster, Topics, create_topics};
use crate::process::Group;

/// Kills a broker, until its partitions, groups and transactions have other leaders and at least for so long. Returns
/// how many partitions of the input got one.
fn kill(cluster: &mut Cluster, scene: &mut Scene, broker: usize, away: Duration) -> usize {
    let before = cluster.leaders(&scene.topics.input);
    cluster.kill(broker);
    std::thread::sleep(away);
    let deadline = Instant::now() + PATIENCE;
    let after = loop {
        let leaders = cluster.leaders(&scene.topics.input);
        if leaders.iter().all(|leader| usize::try_from(*leader).is_ok_and(|leader| leader != broker)) {
            break leaders;
        }
        assert!(Instant::now() < deadline, "broker {broker} is dead and still leads partitions");
    };
    cluster.resume(broker).unwrap();
    cluster.wait_whole(Some(&scene.topics.input)).unwrap();
    scene.supervise();
    before.iter().zip(&after).filter(|(before, after)| before != after).count()
}

/// Producers that the workers built anew in place.
fn rebuilt(scene: &Scene) -> f64 {
    scene.slots.iter().flatten().filter_map(|worker| worker.metric("dateline_producers_rebuilt_total")).sum()
}

#[test]
fn brokers_killed_in_turn_lose_and_double_nothing() {
    let Some(mut cluster) = kafka::cluster_alone("brokers_killed_in_turn_lose_and_double_nothing") else { return };
    let bootstrap = cluster.bootstrap().to_owned();
    let mut scene = Scene::start("broker-kill", &bootstrap, 3, 2, |group| group);
    // The coordinator of the group first, and long enough that a call which waits for it is given up.
    let first = cluster.coordinator(&scene.group.name);
    let mut moved = kill(&mut cluster, &mut scene, first, Duration::from_secs(14));
    for broker in (0..BROKERS).filter(|broker| *broker != first) {
        moved += kill(&mut cluster, &mut scene, broker, Duration::from_millis(5500));
    }
    let recovery = scene.recover();
    assert!(moved >= 3, "{moved} leaders moved: the test showed nothing");
    scene.assert_recovered_alone();
    let happened = format!(
        "each of 3 brokers in turn (SIGKILL, back after 14, 5.5, 5.5 s); {moved} leaders of inputs moved, {} producers \
         rebuilt",
        rebuilt(&scene)
    );
    scene.finish("brokers killed and restarted", &happened, recovery);
}

#[test]
#[ignore = "takes minutes: the group's coordinator killed again and again (DATELINE_CHAOS_EVENTS, 10)"]
fn coordinators_killed_again_and_again_lose_and_double_nothing() {
    let test = "coordinators_killed_again_and_again_lose_and_double_nothing";
    let Some(mut cluster) = kafka::cluster_alone(test) else { return };
    let bootstrap = cluster.bootstrap().to_owned();
    let mut scene = Scene::start("coordinator-kill", &bootstrap, 3, 3, |group| group);
    let rounds = super::chaos::setting("EVENTS", 10);
    for _ in 0..rounds {
        let coordinator = cluster.coordinator(&scene.group.name);
        kill(&mut cluster, &mut scene, coordinator, Duration::from_secs(20));
    }
    let recovery = scene.recover();
    scene.assert_recovered_alone();
    let happened =
        format!("{rounds} times (SIGKILL, back after 20 s), 3 workers; {} producers rebuilt", rebuilt(&scene));
    scene.finish("the group's coordinator killed", &happened, recovery);
}

#[test]
fn brokers_that_fall_silent_lose_and_double_nothing() {
    let Some(cluster) = kafka::cluster_alone("brokers_that_fall_silent_lose_and_double_nothing") else { return };
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
    let Some(cluster) = kafka::cluster_alone("slow_brokers_and_a_full_gate_lose_and_double_nothing") else { return };
    let mut scene = Scene::start("slow", cluster.bootstrap(), 3, 1, |group| {
        group.with("WORKER__IN_FLIGHT_RECORDS", "4").with("WORKER__BATCH_RECORDS", "4")
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
        format!("brokers run 1/5 of the time for 6 s, 4 records in flight at most; gate closed {closed:.1} s");
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
    let rebuilt = rebuilt(&scene);
    scene.assert_recovered_alone();
    let happened = format!("the only broker away for 14 s; {rebuilt} producers rebuilt");
    scene.finish("outage longer than a transaction (10 s)", &happened, recovery);
}

#[test]
fn a_worker_with_nothing_to_do_does_not_wait_for_brokers_for_ever() {
    let Some(mut broker) = kafka::own("a_worker_with_nothing_to_do_does_not_wait_for_brokers_for_ever") else { return };
    let (bootstrap, topics) = (broker.bootstrap().to_owned(), Topics::new("idle"));
    create_topics(&bootstrap, &topics, PARTITIONS);
    let patience = |group: Group| group.with("KAFKA__BROKER_PATIENCE", "12s");
    let mut scene = Scene::with_topics("idle", &bootstrap, topics, 1, 10, 50, patience);
    scene.wait_committed(50);
    broker.kill();
    let start = Instant::now();
    let mut worker = scene.take(0);
    assert_eq!(worker.wait(PATIENCE).code(), Some(69), "{}", worker.log());
    let ended = start.elapsed();
    assert!(worker.log().contains("finding the group's coordinator"), "{}", worker.log());
    assert!(worker.log().contains(r#""event":"lost""#), "{}", worker.log());
    broker.resume().unwrap();
    scene.put(0);
    let recovery = scene.recover();
    let happened = format!("exits 69 and says so, {:.0} s after the broker (patience 12 s)", ended.as_secs_f64());
    scene.finish("no broker answers a worker with nothing in flight", &happened, recovery);
}
