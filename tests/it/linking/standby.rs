//! A standby takes over from a linker that died at work: what it makes is what one linker makes of the same articles. How
//! long after the kill its first commit came is printed (`--nocapture`), not judged.

use std::time::{Duration, Instant};

use super::chaos::articles::{bases, made};
use super::{table, undisturbed};
use crate::PATIENCE;
use crate::faults::report;
use crate::kafka::{self, Committed, Topics, create_topics, produce, read_topic};
use crate::process::Group;

const ARTICLES: u64 = 8_000;
const SESSION: Duration = Duration::from_secs(6);

#[test]
fn a_standby_takes_over_from_a_linker_that_died_at_work() {
    let Some(kafka) = kafka::shared("a_standby_takes_over_from_a_linker_that_died_at_work") else { return };
    let (bootstrap, topics) = (kafka.bootstrap(), Topics::new("standby"));
    create_topics(bootstrap, &topics, 1);
    let bases = bases().unwrap();
    let articles: Vec<_> = (0..ARTICLES).map(|n| made(&bases, n / 500, n)).collect();
    let articles = articles.iter().map(|a| (a.article_id.clone(), serde_json::to_vec(a).unwrap()));
    let articles: Vec<_> = articles.collect();
    produce(bootstrap, &topics.link, articles.iter().map(|(key, v)| (Some(key.as_bytes()), v.as_slice(), &[][..])));
    let group = Group::new(bootstrap, "standby", &topics)
        .with("WORKER__ROLE", "link")
        .with("WORKER__BATCH_RECORDS", "25")
        .with("KAFKA__SESSION_TIMEOUT", &format!("{}s", SESSION.as_secs()))
        .with("KAFKA__TRANSACTION_TIMEOUT", "6s");
    let committed = Committed::new(bootstrap, &format!("{}-link", group.name), &topics.link);
    let workers = [group.start(0), group.start(1)].map(|worker| worker.ready());
    workers[0].wait_until("links some of the articles", || committed.read() >= ARTICLES as i64 / 8);
    // Which of the two has the partition is for the group to say.
    let [one, other] = workers;
    let (active, standby) = if one.partitions() > 0 { (one, other) } else { (other, one) };
    assert_eq!((active.partitions(), standby.partitions()), (1, 0));
    active.kill();
    let (killed, done) = (Instant::now(), committed.read());
    // The brokers may yet conclude the dead one's last transaction: what counts is a commit once the state is restored.
    let restored = || standby.metric("dateline_link_restored_entries_total").unwrap_or_default();
    standby.wait_until("restores the state", || restored() > 0.0);
    let done = committed.read().max(done);
    standby.wait_until("takes over", || committed.read() > done);
    let after = killed.elapsed().as_secs_f64();
    let end = read_topic(bootstrap, &topics.link).last().unwrap().offset + 1;
    standby.wait_until("links all articles", || committed.read() >= end);
    let restored = restored();
    let seconds = standby.metric("dateline_link_restore_seconds_total").unwrap();
    assert_eq!(standby.stop().code(), Some(0));
    assert!(killed.elapsed() < PATIENCE && done < end, "the linker died after {done} of {end}");
    for (topic, expected) in topics.linked().into_iter().zip(undisturbed(&read_topic(bootstrap, &topics.link))) {
        assert!(table(bootstrap, topic) == expected, "{topic} differs from what one linker makes");
    }
    report(&format!(
        "STANDBY | first commit {after:.1} s after SIGKILL, session {} s, {restored} entries restored in {seconds:.1} s |",
        SESSION.as_secs()
    ));
}
