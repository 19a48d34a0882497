//! The long run: everything at once, at random, for as long as asked, and the memory of the workers meanwhile. The group
//! grows and shrinks; workers are killed, stopped and drained; brokers are killed and silenced, also two at a time; and
//! what makes a worker commit what is no longer its own is weighed in (`strikes`). Any end but a good one leaves a folder
//! to tell from what happened (`evidence`).
//!
//! `cargo test --locked --test it chaos -- --ignored --nocapture`, with `DATELINE_CHAOS_ARTICLES` (100000), `_MINUTES`
//! (30), `_EVENTS` (120), `_SEED`, and `_ASSIGNMENT` (`cooperative`, `eager` or `consumer`, the new group protocol; by
//! default the first for even seeds, the second for odd ones). The seed fixes what is broken and when, and the sessions'
//! and transactions' lengths; what the machine makes of it, it cannot. Writes `target/tmp/chaos.csv`: second, worker,
//! resident bytes, articles committed.

mod evidence;
mod memory;
mod plan;
mod strikes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub use plan::setting;

use self::evidence::{Evidence, Offsets};
use self::memory::Memory;
use self::plan::{FEWEST, Plan};
use self::strikes::Chaos;
use super::{PARTITIONS, Scene, report};
use crate::kafka::{self, Cluster, Topics, create_replicated};

/// Exit codes with which a worker may give up while brokers are away: no broker in time, not drained in time. Its
/// supervisor starts it again.
const EXITS: [Option<i32>; 2] = [Some(69), Some(75)];
/// Time between two strikes at least.
const LEAST_GAP: Duration = Duration::from_secs(2);

#[test]
#[ignore = "the long run; see the head of this file"]
fn chaos() {
    let Some(mut cluster) = kafka::own_cluster("chaos") else { return };
    let (plan, topics) = (Plan::from_settings(), Topics::new("chaos"));
    let mut evidence = Evidence::new(&plan);
    let folder = evidence.folder.clone();
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(&plan, &topics, &mut cluster, &mut evidence))) else {
        match setting("KEEP", 0) {
            0 => evidence.discard(),
            _ => evidence.keep(cluster, &topics).unwrap(),
        }
        return;
    };
    let reason = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let reason = reason.unwrap_or("for a reason that is no text").to_owned();
    evidence.note(&format!("failed: {reason}"));
    let kept =
        evidence.keep(cluster, &topics).map_or_else(|e| format!("not all evidence is kept: {e}; "), |()| String::new());
    let folder = folder.display();
    panic!("{reason}\n\nThe evidence is kept in {folder}; {kept}the run is repeated with\n{}", plan.command());
}

fn run(plan: &Plan, topics: &Topics, cluster: &mut Cluster, evidence: &mut Evidence) {
    let bootstrap = cluster.bootstrap().to_owned();
    let partitions = PARTITIONS * 2;
    create_replicated(&bootstrap, topics, partitions, 3, &[]);
    // Sent evenly over nine tenths of the time.
    let portion = (plan.articles as f64 / (plan.time.as_secs_f64() * 0.9 * 4.0)).ceil() as usize;
    let folder = evidence.folder.clone();
    evidence.note(&format!("{} articles, {plan}; topics {}", plan.articles, topics.input));
    let scene = Scene::with_topics("chaos", &bootstrap, topics.clone(), FEWEST, portion, plan.articles, |group| {
        plan.group(group).keep_logs(&folder)
    });
    let offsets =
        Offsets::watch(&bootstrap, &scene.group.name, &topics.input, partitions, &folder.join("committed.csv"));
    let mut chaos = Chaos::new(scene, plan.clone(), cluster, evidence);
    let (start, mut memory) = (Instant::now(), Memory::default());
    let (mut struck, mut last_strike, mut last_sample) = (0, Instant::now(), Instant::now());
    let done = |chaos: &Chaos<'_>| chaos.is_whole() && offsets.sum() >= plan.articles;
    while struck < plan.events || !done(&chaos) {
        let late = start.elapsed() > plan.time * 4 + Duration::from_secs(600);
        let (sent, committed) = (chaos.scene.sent(), offsets.sum());
        assert!(!late, "{sent} of {} sent, {committed} committed after more than four times the time", plan.articles);
        // Strikes are spread over the articles, not over the time: a slow machine meets no more of them than a fast one.
        let due = committed >= plan.articles / (plan.events + 1) * (struck + 1);
        if due && struck < plan.events && last_strike.elapsed() >= LEAST_GAP {
            (struck, last_strike) = (struck + 1, Instant::now());
            chaos.strike();
        }
        chaos.mend();
        if last_sample.elapsed() >= Duration::from_secs(5) {
            last_sample = Instant::now();
            memory.sample(start.elapsed().as_secs(), committed, &chaos.scene.slots);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(offsets);
    let mut scene = chaos.scene;
    let recovery = scene.recover();
    memory.report();
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    let exits: Vec<_> = scene.exits.iter().filter(|exit| !EXITS.contains(&exit.code)).collect();
    assert!(exits.is_empty(), "workers ended for no good reason: {exits:#?}");
    let happened = format!("{} events in {minutes:.1} min, {plan}", plan.events);
    scene.finish("chaos: 3 to 5 workers, 3 brokers", &happened, recovery);
    memory.assert_bounded();
    report(&format!("chaos: repeated with {}", plan.command()));
}
