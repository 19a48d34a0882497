//! Transactions that the brokers give up.

use std::time::Duration;

use super::Scene;
use crate::kafka;

#[test]
fn a_transaction_that_times_out_is_replaced() {
    let Some(cluster) = kafka::cluster("a_transaction_that_times_out_is_replaced") else { return };
    let mut scene = Scene::start("timed-out", cluster.bootstrap(), 3, 1, |group| {
        // Records linger, so a transaction is open nearly all the time; the session outlasts the sleep, so the worker
        // comes back as a member whose transaction is gone.
        group
            .with("KAFKA__TRANSACTION_TIMEOUT", "8s")
            .with("KAFKA__PRODUCER__LINGER_MS", "1500")
            .with("KAFKA__SESSION_TIMEOUT", "45s")
    });
    let mut sleeps = 0;
    let rebuilt = |scene: &Scene| scene.worker(0).metric("dateline_producers_rebuilt_total").unwrap_or_default();
    while rebuilt(&scene) < 1.0 && sleeps < 10 {
        scene.worker(0).signal("STOP");
        std::thread::sleep(Duration::from_secs(12));
        scene.worker(0).signal("CONT");
        sleeps += 1;
        scene.recover();
    }
    assert!(rebuilt(&scene) >= 1.0, "no transaction was given up: the test showed nothing");
    let recovery = scene.recover();
    scene.assert_recovered_alone();
    let happened = format!("worker asleep for 12 s, transactions for 8 s; producer rebuilt after {sleeps} sleeps");
    scene.finish("transaction given up by the brokers", &happened, recovery);
}
