//! Workers that are killed, stopped, restarted, doubled, and more or fewer of them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::producer::{BaseRecord, Producer};

use super::{PARTITIONS, Random, Scene, report};
use crate::PATIENCE;
use crate::articles::{self, Verdict};
use crate::kafka::{self, Committed, Topics, create_topics};
use crate::process::{Group, WorkerProcess};

/// Waits until the group has committed all of `n` articles.
fn finish(bootstrap: &str, group: &Group, topics: &Topics, n: usize, workers: &[Option<WorkerProcess>]) {
    let deadline = Instant::now() + PATIENCE;
    let committed = Committed::new(bootstrap, &group.name, &topics.input);
    loop {
        let done = committed.read();
        // Transaction markers do not lie in the input topic, so its offsets count articles.
        if done >= n as i64 {
            return;
        }
        let logs: Vec<String> = workers.iter().flatten().map(WorkerProcess::log).collect();
        assert!(Instant::now() < deadline, "only {done} of {n} articles committed; logs:\n{}", logs.join("\n---\n"));
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn killed_workers_lose_and_double_nothing() {
    const SEED: u64 = 20_220_203;
    const ARTICLES: usize = 900;
    const PORTIONS: usize = 3;
    const KILLS: usize = 6;
    let Some(kafka) = kafka::shared("killed_workers_lose_and_double_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("killed"));
    create_topics(bootstrap, &topics, 6);
    let group = Group::new(bootstrap, "killed", &topics).with("WORKER__BATCH_RECORDS", "25");
    let mut random = Random(SEED);
    let mut workers: Vec<Option<WorkerProcess>> = (0..3).map(|i| Some(group.start(i))).collect();
    let (mut kills, start) = (0, Instant::now());
    // Articles come in portions, so that however fast the workers are, every kill finds work: joining, reading,
    // committing.
    for portion in 0..PORTIONS {
        let size = ARTICLES / PORTIONS;
        articles::send(bootstrap, &topics, portion * size..(portion + 1) * size);
        for _ in 0..KILLS / PORTIONS {
            std::thread::sleep(Duration::from_millis(500 + random.below(2500)));
            let slot = random.below(3) as usize;
            if let Some(worker) = workers[slot].take() {
                worker.kill();
                kills += 1;
            }
            workers[slot] = Some(group.start(slot));
        }
    }
    finish(bootstrap, &group, &topics, ARTICLES, &workers);
    let verdict = Verdict::read(bootstrap, &topics, ARTICLES);
    report(&format!(
        "FAULT | workers killed at random (SIGKILL, seed {SEED}) | {kills} kills of 3 workers | - | {} ({} articles in \
         {:.0} s) |",
        verdict.text(),
        verdict.articles,
        start.elapsed().as_secs_f64(),
    ));
    assert!(verdict.is_exact() && verdict.articles == ARTICLES, "{verdict:#?}");
    assert_eq!(kills, KILLS);
    for worker in workers.into_iter().flatten() {
        assert_eq!(worker.ready().stop().code(), Some(0));
    }
}

#[test]
fn partitions_that_move_lose_and_double_nothing() {
    const ARTICLES: usize = 600;
    let Some(kafka) = kafka::shared("partitions_that_move_lose_and_double_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("rebalance"));
    create_topics(bootstrap, &topics, 6);
    articles::send(bootstrap, &topics, 0..ARTICLES);
    let group = Group::new(bootstrap, "rebalance", &topics).with("WORKER__BATCH_RECORDS", "10");
    let first = group.start(0).ready();
    let second = group.start(1).ready();
    let third = group.start(2).ready();
    assert_eq!(first.stop().code(), Some(0));
    let again = group.start(0).ready();
    assert_eq!(third.stop().code(), Some(0));
    let workers = [Some(second), Some(again)];
    finish(bootstrap, &group, &topics, ARTICLES, &workers);
    let verdict = Verdict::read(bootstrap, &topics, ARTICLES);
    report(&format!(
        "FAULT | workers come and go | 5 rebalances | - | {} ({} articles) |",
        verdict.text(),
        verdict.articles
    ));
    assert!(verdict.is_exact() && verdict.articles == ARTICLES, "{verdict:#?}");
}

#[test]
fn a_worker_that_slept_past_its_session_does_no_harm() {
    let Some(cluster) = kafka::cluster("a_worker_that_slept_past_its_session_does_no_harm") else { return };
    let mut scene = Scene::start("slept", cluster.bootstrap(), 3, 2, |group| group);
    // Asleep while the other is still joining, it would be asked its partitions back and never lose them.
    for slot in [0, 1] {
        scene
            .worker(slot)
            .wait_until("joins", || scene.worker(slot).partitions() == usize::try_from(PARTITIONS).unwrap() / 2);
    }
    scene.worker(0).signal("STOP");
    // Its session (4 s) is over when the other has all partitions.
    let all = || scene.worker(1).partitions() == usize::try_from(PARTITIONS).unwrap();
    scene.worker(1).wait_until("owns all partitions", all);
    scene.worker(0).signal("CONT");
    let recovery = scene.recover();
    // The others may have gone on before the sleeper has heard of its loss.
    let lost = || scene.worker(0).metric("dateline_rebalances_total{event=\"lost\"}").is_some_and(|n| n >= 1.0);
    scene.worker(0).wait_until("learns of its loss", lost);
    scene.assert_recovered_alone();
    scene.finish("worker stopped past its session (SIGSTOP, session 4 s)", "lost its partitions, rejoined", recovery);
}

#[test]
fn a_rolling_restart_and_scaling_lose_and_double_nothing() {
    let Some(cluster) = kafka::cluster("a_rolling_restart_and_scaling_lose_and_double_nothing") else { return };
    let mut scene = Scene::start("rolling", cluster.bootstrap(), 3, 1, |group| group);
    scene.put(1);
    scene.put(2);
    let up = scene.recover();
    for slot in 0..3 {
        assert_eq!(scene.take(slot).ready().stop().code(), Some(0));
        scene.put(slot);
    }
    let restart = scene.recover();
    for slot in [0, 2] {
        assert_eq!(scene.take(slot).ready().stop().code(), Some(0));
    }
    let down = scene.recover();
    scene.assert_recovered_alone();
    let happened = format!("{:.1} s after 1 to 3, {:.1} s after the restarts", up.as_secs_f64(), restart.as_secs_f64());
    scene.finish("1 worker to 3, rolling restart of all (SIGTERM), 3 to 1", &happened, down);
}

#[test]
fn of_two_workers_with_one_id_the_first_ends_and_says_why() {
    let Some(cluster) = kafka::cluster("of_two_workers_with_one_id_the_first_ends_and_says_why") else { return };
    let mut scene = Scene::start("doubled", cluster.bootstrap(), 3, 1, |group| group);
    let mut first = scene.take(0);
    scene.put(0);
    let status = first.wait(PATIENCE);
    assert_eq!(status.code(), Some(76), "{}", first.log());
    assert!(first.log().contains("another worker uses the transactional id"), "{}", first.log());
    let recovery = scene.recover();
    scene.assert_recovered_alone();
    scene.finish("two workers with one kafka.instance", "the first is fenced and exits 76", recovery);
}

#[test]
fn clocks_that_jump_disturb_nothing() {
    // Time limits, retries and sessions run on the monotonic clock. The wall clock is used for one thing: how long ago a
    // record was produced, by a clock that is another's. Brokers refuse timestamps more than an hour ahead.
    let Some(kafka) = kafka::shared("clocks_that_jump_disturb_nothing") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("clock"));
    create_topics(bootstrap, &topics, 1);
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let producer = articles::producer(bootstrap);
    // Zero would mean "none" to the client.
    let times = [now, 2, now + 30 * 60_000, now - 86_400_000, now + 50 * 60_000, 1];
    for (n, time) in times.into_iter().enumerate() {
        let (key, value) = articles::article(n);
        let record = BaseRecord::<str, str>::to(&topics.input).key(&key).payload(&value).timestamp(time);
        producer.send(record).map_err(|(e, _)| e).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    let group = Group::new(bootstrap, "clock", &topics);
    let workers = [Some(group.start(0).ready())];
    finish(bootstrap, &group, &topics, times.len(), &workers);
    let [worker] = workers;
    let worker = worker.unwrap();
    let sum = worker.metric("dateline_end_to_end_latency_seconds_sum").unwrap();
    // Two from the beginning of time, one from yesterday; those ahead of us count as no time at all.
    let expect = 2.0 * now as f64 / 1e3 + 86_400.0;
    assert!((0.0..600.0).contains(&(sum - expect)), "{sum}, not {expect} and a little");
    assert_eq!(worker.stop().code(), Some(0));
    let verdict = Verdict::read(bootstrap, &topics, times.len());
    assert!(verdict.is_exact() && verdict.articles == times.len(), "{verdict:#?}");
    report(&format!("FAULT | clocks of producers jump (1970 to 50 min ahead) | nothing | - | {} |", verdict.text()));
}
