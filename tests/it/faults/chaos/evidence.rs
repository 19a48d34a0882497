//! What is left of a long run that failed, in a folder of its own, so that it can be told what happened:
//!
//! | file | what |
//! |---|---|
//! | `events.log` | what was broken and mended, and workers that ended by themselves, with times |
//! | `committed.csv` | the group's committed offset of every partition of the input, twice a second |
//! | `worker-S-life-N.log` | every worker's log: batches with their offsets, and librdkafka's view of group and transactions |
//! | `TOPIC.jsonl` | every record: place, time, key, headers, article and its place in the input, committed or not |
//! | `offsets.txt`, `transactions.txt`, `batches.txt` | the brokers' own logs, read: who committed which offset, the states of transactions, every batch's producer id and epoch, transaction markers |
//! | `broker-N` | the brokers' folders: data, settings, `broker.log` |
//!
//! librdkafka's lines in a worker's log bear the time at which the worker took them: it does so when it polls, not while it
//! waits for a broker. A run that passes leaves nothing, unless `DATELINE_CHAOS_KEEP=1`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::super::report;
use super::plan::Plan;
use crate::articles::id_of;
use crate::kafka::{BROKERS, Cluster, Message, Topics, read_topic, read_topic_as};

/// The folder of a run.
pub struct Evidence {
    pub folder: PathBuf,
    events: File,
}

impl Evidence {
    pub fn new(plan: &Plan) -> Self {
        let name = format!("chaos-{}-{}", plan.seed, std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir(&folder).unwrap();
        let events = File::create(folder.join("events.log")).unwrap();
        Self { folder, events }
    }

    /// Notes an event and shows it.
    pub fn note(&mut self, text: &str) {
        report(&format!("chaos: {text}"));
        writeln!(self.events, "{} {text}", jiff::Timestamp::now()).unwrap();
    }

    /// Keeps everything. The workers are gone already; the brokers are when it returns.
    pub fn keep(&mut self, mut cluster: Cluster, topics: &Topics) -> Result<(), String> {
        for broker in 0..BROKERS {
            cluster.mend(broker)?;
        }
        cluster.wait_whole(Some(&topics.input))?;
        let sent = read_topic(cluster.bootstrap(), &topics.input);
        let place = |m: &Message| format!("{}@{}", m.partition, m.offset);
        let inputs: BTreeMap<String, String> = sent.iter().filter_map(|m| Some((id_of(m, "/id")?, place(m)))).collect();
        for topic in std::iter::once(topics.input.as_str()).chain(topics.outputs()) {
            let all = read_topic_as(cluster.bootstrap(), topic, "read_uncommitted");
            let committed = read_topic(cluster.bootstrap(), topic);
            let file = File::create(self.folder.join(format!("{topic}.jsonl"))).map_err(|e| e.to_string())?;
            write(BufWriter::new(file), topic, &all, &committed, &inputs).map_err(|e| e.to_string())?;
        }
        cluster.keep(&self.folder)
    }

    /// Removes what a good run leaves.
    pub fn discard(self) {
        fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn write(
    mut file: impl std::io::Write,
    topic: &str,
    all: &[Message],
    committed: &[Message],
    inputs: &BTreeMap<String, String>,
) -> std::io::Result<()> {
    let committed: BTreeSet<(i32, i64)> = committed.iter().map(|m| (m.partition, m.offset)).collect();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for m in all {
        let article = ["/article/id", "/article_id", "/id"].iter().find_map(|pointer| id_of(m, pointer));
        let headers: BTreeMap<&str, String> = m.headers.iter().map(|(n, v)| (n.as_str(), text(v))).collect();
        let line = serde_json::json!({
            "topic": topic,
            "partition": m.partition,
            "offset": m.offset,
            "timestamp": m.timestamp,
            "committed": committed.contains(&(m.partition, m.offset)),
            "key": m.key.as_deref().map(text),
            "input": article.as_ref().and_then(|id| inputs.get(id)),
            "article": article,
            "headers": headers,
        });
        writeln!(file, "{line}")?;
    }
    file.flush()
}

/// Watches the offsets that a group has committed, and writes them down.
pub struct Offsets {
    sum: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Offsets {
    pub fn watch(bootstrap: &str, group: &str, topic: &str, partitions: i32, file: &Path) -> Self {
        let (sum, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut config = ClientConfig::new();
        // Otherwise it would wait for every open transaction.
        config.set("isolation.level", "read_uncommitted");
        let consumer: BaseConsumer =
            config.set("bootstrap.servers", bootstrap).set("group.id", group).create().unwrap();
        let mut list = TopicPartitionList::new();
        (0..partitions).for_each(|partition| _ = list.add_partition(topic, partition));
        let mut file = BufWriter::new(File::create(file).unwrap());
        let (total, end) = (sum.clone(), stop.clone());
        let watch = move || {
            while !end.load(Ordering::Relaxed) {
                // Brokers may be away.
                if let Ok(found) = consumer.committed_offsets(list.clone(), Duration::from_secs(5)) {
                    let offset = |o| if let Offset::Offset(offset) = o { offset } else { 0 };
                    let offsets: Vec<i64> = found.elements().iter().map(|e| offset(e.offset())).collect();
                    total.store(offsets.iter().sum::<i64>() as usize, Ordering::Relaxed);
                    let texts: Vec<String> = offsets.iter().map(ToString::to_string).collect();
                    writeln!(file, "{},{}", jiff::Timestamp::now(), texts.join(",")).unwrap();
                }
                std::thread::sleep(Duration::from_millis(500));
            }
        };
        Self { sum, stop, thread: Some(std::thread::spawn(watch)) }
    }

    /// Articles committed, as last seen.
    pub fn sum(&self) -> usize {
        self.sum.load(Ordering::Relaxed)
    }
}

impl Drop for Offsets {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
