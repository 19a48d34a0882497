//! The stream path, enrichment switched off, against a bare consume-transform-produce loop with the same clients,
//! settings and batch size. A measurement, so only on request:
//! `cargo test --release --test it throughput -- --ignored --nocapture`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::stream::{
    CrashGuard, Delivery, Input, Metrics, OutputRecord, Process, ProcessFactory, Processed, Rejection, Settings, Worker,
};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};

use crate::kafka::{self, create_topics, produce};
use crate::stream_support::eventually;

const RECORDS: usize = 40_000;
const LONG: Duration = Duration::from_secs(300);

fn settings(bootstrap: &str, names: &kafka::Topics, group: &str) -> Settings {
    let delivery = Delivery::ExactlyOnce { transactional_id: format!("{}-{group}", names.input) };
    Settings::new(bootstrap, group, delivery, names.names())
}

/// Records per second, and processor time of this process (without the broker) in microseconds per record.
struct Rate {
    records: f64,
    cpu: f64,
}

/// Begins with the first record.
struct Clock(Instant, f64);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), cpu_seconds())
    }

    fn stop(&self) -> Rate {
        Rate {
            records: RECORDS as f64 / self.0.elapsed().as_secs_f64(),
            cpu: (cpu_seconds() - self.1) * 1e6 / RECORDS as f64,
        }
    }
}

/// User and system time of this process; on Linux in ticks of 10 ms.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> = stat.rsplit(')').next().unwrap().split(' ').filter_map(|f| f.parse().ok()).collect();
    // Behind the name: state (no number), then ppid and so on; utime and stime are fields 14 and 15 of the line.
    (fields[10] + fields[11]) / 100.0
}

/// The bare loop, from the first record on.
fn bare(settings: &Settings) -> Rate {
    let consumer: BaseConsumer = settings.consumer_config().create().unwrap();
    let producer: BaseProducer = settings.producer_config().create().unwrap();
    producer.init_transactions(LONG).unwrap();
    consumer.subscribe(&[&settings.topics.input]).unwrap();
    let (mut start, mut done, mut open) = (None, 0, 0);
    let mut offsets: BTreeMap<i32, i64> = BTreeMap::new();
    while done < RECORDS {
        let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
        let message = message.unwrap();
        start.get_or_insert_with(Clock::start);
        if open == 0 {
            producer.begin_transaction().unwrap();
        }
        let record = BaseRecord::<[u8], [u8]>::to(&settings.topics.outputs[0])
            .key(message.key().unwrap())
            .payload(message.payload().unwrap());
        producer.send(record).map_err(|(e, _)| e).unwrap();
        offsets.insert(message.partition(), message.offset() + 1);
        (open, done) = (open + 1, done + 1);
        if open == settings.batch_records || done == RECORDS {
            while producer.in_flight_count() > 0 {
                producer.poll(Duration::from_millis(1));
            }
            let mut list = TopicPartitionList::new();
            for (partition, offset) in std::mem::take(&mut offsets) {
                list.add_partition_offset(&settings.topics.input, partition, Offset::Offset(offset)).unwrap();
            }
            producer.send_offsets_to_transaction(&list, &consumer.group_metadata().unwrap(), LONG).unwrap();
            producer.commit_transaction(LONG).unwrap();
            open = 0;
        }
    }
    start.unwrap().stop()
}

/// The same with a worker.
fn stream(settings: Settings) -> Rate {
    struct Pass(Arc<str>);
    impl Process for Pass {
        fn process(&mut self, input: &Input, _: &dyn Fn() -> bool) -> Result<Processed, Rejection> {
            let (key, value) = (input.key.clone(), input.value.clone());
            Ok(Processed::Records(vec![OutputRecord {
                topic: self.0.clone(),
                key,
                value,
                headers: Vec::new(),
                partition: None,
            }]))
        }
    }
    let topic = settings.topics.outputs[0].clone();
    let factory: ProcessFactory = Arc::new(move || Box::new(Pass(topic.clone())));
    let metrics = Metrics::new().unwrap();
    let worker = Worker::start(settings, factory, metrics.clone()).unwrap();
    eventually("the first record", LONG, || Metrics::total(&metrics.records_consumed) > 0);
    let start = Clock::start();
    while Metrics::total(&metrics.records_finished) < RECORDS as u64 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let rate = start.stop();
    let committed = metrics.transactions.with_label_values(&["committed"]).get();
    let stage = |name: &str| metrics.stage_duration.with_label_values(&[name]).get_sample_sum();
    println!(
        "  {committed} transactions; {:.1} s in produce, {:.1} s in commit, gate closed {:.1} s",
        stage("produce"),
        stage("commit"),
        metrics.admission_gate_closed.get()
    );
    worker.stop();
    worker.wait().unwrap();
    rate
}

#[test]
#[ignore = "a measurement of a minute or more"]
fn throughput() {
    let Some(kafka) = kafka::shared("throughput") else { return };
    let names = kafka::Topics::new("throughput");
    create_topics(kafka.bootstrap(), &names, 8);
    let articles: Vec<(String, String)> = (0..RECORDS)
        .map(|i| (format!("key-{i}"), format!("article {i:06} {}", "of some length, ".repeat(312))))
        .collect();
    produce(
        kafka.bootstrap(),
        &names.input,
        articles.iter().map(|(k, v)| (Some(k.as_bytes()), v.as_bytes(), [].as_slice())),
    );
    let mut ratios = Vec::new();
    for round in 0..3 {
        let bare = bare(&settings(kafka.bootstrap(), &names, &format!("bare-{round}")));
        let stream = stream(settings(kafka.bootstrap(), &names, &format!("stream-{round}")));
        let folder = tempfile::tempdir().unwrap();
        let guard = CrashGuard { folder: folder.path().into(), name: "0".into(), limit: 3 };
        let mut guarded = settings(kafka.bootstrap(), &names, &format!("guarded-{round}"));
        guarded.crash_guard = Some(guard);
        let guarded = self::stream(guarded);
        println!(
            "with a crash journal {:.0} records/s, {:.0} us of processor time per record",
            guarded.records, guarded.cpu
        );
        println!(
            "records/s: bare loop {:.0}, stream {:.0}; processor time per record: {:.0} and {:.0} us",
            bare.records, stream.records, bare.cpu, stream.cpu
        );
        ratios.push(stream.records / bare.records);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2} (5 kB records, transactions of 500)", ratios[1]);
}
