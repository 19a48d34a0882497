//! Replaying dead letters: the articles go back to where they came from, exactly once.
//!
//! Articles and the group's offsets in the dead-letter topic are committed in one transaction, so a replay that is
//! interrupted, killed or run twice goes on after the last article that is really back, and doubles none. The
//! transactional id is the group's: of two replays with one group the older is fenced. No worker can have that id, as in
//! theirs a `%` stands for another character.
//!
//! An article goes back to its own partition where that exists: its key's order is kept by whoever chose it. The
//! counter among its headers says how often it came back; one that keeps dying is left after `max_replays`.
//!
//! Nothing is retried here: an error ends the replay, and the next run goes on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::bounded::BoundedCalls;
use super::connection::{Connection, ToolContext, create};
use super::consumer::offsets_list;
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::ledger::Partition;
use super::letters::{Filter, Letter, replayed_headers};
use super::reader::{Range, Reader};
use super::settings::{Delivery, Settings};

/// Articles in one transaction at most, and the longest it stays open: readers of the input wait for it.
const BATCH: u64 = 500;
const BATCH_TIME: Duration = Duration::from_secs(1);
/// Room for key and headers beside the article.
const HEADROOM: usize = 64 * 1024;

/// What to replay, and how.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Group that keeps the progress.
    pub group: String,
    /// Topic to write to.
    pub to: String,
    /// Which letters.
    pub filter: Filter,
    /// Articles a second at most.
    pub rate: Option<f64>,
    /// Articles at most.
    pub limit: Option<u64>,
    /// An article that has been replayed so often is left.
    pub max_replays: u32,
    /// Only count.
    pub dry_run: bool,
    /// How long the brokers may be silent.
    pub timeout: Duration,
    /// Largest article, in bytes.
    pub article_bytes: usize,
}

/// What a replay did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Articles written back.
    pub replayed: u64,
    /// The same by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Letters that were not meant.
    pub passed: u64,
    /// Letters left because they were replayed too often.
    pub guarded: u64,
    /// Letters of which pieces are missing.
    pub broken: u64,
    /// Offsets that were removed from the topic before they were replayed.
    pub expired: u64,
    /// Whether a stop was asked for before the end.
    pub stopped: bool,
}

/// What is told while a replay goes on.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// So many of so many offsets are dealt with.
    Progress(u64, u64),
    /// A letter was left because it was replayed too often.
    Guarded(&'a Letter),
    /// A letter was left because pieces of it are missing: partition and offset.
    Broken(i32, i64),
}

struct Run<'a> {
    replay: &'a Replay,
    reader: &'a Reader,
    dead: &'a str,
    dead_id: Option<String>,
    origin: &'a str,
    partitions: usize,
    producer: Option<Arc<BaseProducer<ToolContext>>>,
    tally: Tally,
    /// Positions to commit, by partition.
    positions: BTreeMap<i32, i64>,
    begun: Option<Instant>,
    in_batch: u64,
    started: Instant,
    stop: &'a AtomicBool,
}

/// Replays.
///
/// # Errors
/// Why it cannot go on; what was counted before is safe.
pub fn replay(
    settings: &Settings,
    replay: &Replay,
    stop: &AtomicBool,
    mut tell: impl FnMut(News<'_>),
) -> Result<Tally, StreamError> {
    let connection = Connection::open(settings, replay.timeout)?;
    let target = connection.topic(&replay.to)?.ok_or_else(|| StreamError::TopicMissing(replay.to.clone()))?;
    let mut ranges = super::reader::ranges(&connection, &settings.topics.dead)?;
    ranges.retain(|r| replay.filter.partition.is_none_or(|p| p == r.partition));
    let reader = Reader::new(settings, &replay.group, replay.timeout)?;
    // First: it ends what an interrupted replay left open, so that the offsets read next are settled.
    let producer = if replay.dry_run { None } else { Some(producer(settings, replay)?) };
    let dead_id = reader.topic_id();
    let committed = reader.committed(&ranges, dead_id.as_deref())?;
    let mut expired = 0;
    for range in &mut ranges {
        range.start = match committed.get(&range.partition) {
            Some(offset) if (range.low..=range.end).contains(offset) => *offset,
            Some(offset) => {
                // Behind the end: the topic was created anew or cut off, and nothing that it holds was replayed.
                expired += offsets(*offset, range.low);
                range.low
            }
            None => range.low,
        };
    }
    let total = ranges.iter().map(|r| offsets(r.start, r.end)).sum();
    let starts: BTreeMap<i32, Range> = ranges.iter().map(|r| (r.partition, *r)).collect();

    let mut run = Run {
        replay,
        reader: &reader,
        dead: &settings.topics.dead,
        dead_id,
        origin: &settings.topics.input,
        partitions: target.partitions,
        producer,
        tally: Tally { expired, ..Tally::default() },
        positions: BTreeMap::new(),
        begun: None,
        in_batch: 0,
        started: Instant::now(),
        stop,
    };
    let result = reader.read(
        &ranges,
        |letter, partition, position| {
            match &letter {
                Ok(letter) if replay.filter.fits(letter) && letter.replays >= replay.max_replays => {
                    run.tally.guarded += 1;
                    tell(News::Guarded(letter));
                }
                Ok(letter) if replay.filter.fits(letter) => {
                    if run.wait()?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    run.write(letter)?;
                }
                Ok(_) => run.tally.passed += 1,
                Err((partition, offset)) => {
                    run.tally.broken += 1;
                    tell(News::Broken(*partition, *offset));
                }
            }
            run.positions.insert(partition, position);
            let done = |(p, position): (&i32, &i64)| starts.get(p).map_or(0, |r| offsets(r.start, *position));
            tell(News::Progress(run.positions.iter().map(done).sum(), total));
            run.commit_if_due()?;
            let enough = replay.limit.is_some_and(|limit| run.tally.replayed >= limit);
            run.tally.stopped |= stop.load(Ordering::Relaxed);
            Ok(if enough || run.tally.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        },
        || stop.load(Ordering::Relaxed),
    );
    run.tally.stopped |= stop.load(Ordering::Relaxed);
    // What was read before a failure of reading is good; what failed to be written is aborted.
    match result {
        Ok(()) => run.commit()?,
        Err(error) => {
            run.abort();
            return Err(error);
        }
    }
    Ok(run.tally)
}

fn transactional_id(replay: &Replay) -> String {
    format!("{}-%replay", replay.group)
}

fn offsets(from: i64, to: i64) -> u64 {
    u64::try_from(to - from).unwrap_or(0)
}

fn producer(settings: &Settings, replay: &Replay) -> Result<Arc<BaseProducer<ToolContext>>, StreamError> {
    let mut settings = settings.clone();
    settings.delivery = Delivery::ExactlyOnce { transactional_id: transactional_id(replay) };
    settings.output_bytes = settings.output_bytes.max(replay.article_bytes) + HEADROOM;
    let producer: BaseProducer<ToolContext> =
        create(&settings.producer_config(), "producer", ToolContext::new(&settings))?;
    call(&producer, replay, "starting transactions", |slice| producer.init_transactions(slice))?;
    Ok(Arc::new(producer))
}

/// Makes a transactional call until it gives an answer or the time is over.
fn call(
    producer: &BaseProducer<ToolContext>,
    replay: &Replay,
    action: &'static str,
    call: impl Fn(Duration) -> Result<(), KafkaError>,
) -> Result<(), StreamError> {
    let started = Instant::now();
    loop {
        let Err(error) = call(Duration::from_secs(2)) else { return Ok(()) };
        let again = match &error {
            KafkaError::Transaction(e) => e.is_retriable() && !e.txn_requires_abort() && !e.is_fatal(),
            KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut) => true,
            _ => false,
        };
        if !again {
            return Err(judge(replay, action, &error));
        }
        producer.poll(Duration::from_millis(20));
        producer.context().check(action, started, replay.timeout, &error.to_string())?;
    }
}

fn judge(replay: &Replay, action: &'static str, error: &KafkaError) -> StreamError {
    match code_of(error) {
        RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced | RDKafkaErrorCode::InvalidProducerEpoch => {
            StreamError::Fenced { transactional_id: transactional_id(replay), reason: error.to_string() }
        }
        code if is_denied(code) => StreamError::Denied { action, code },
        _ => StreamError::client_failed(action, error),
    }
}

impl Run<'_> {
    /// Waits until the next article is due; breaks off when a stop is asked for.
    fn wait(&mut self) -> Result<ControlFlow<()>, StreamError> {
        let Some(rate) = self.replay.rate else { return Ok(ControlFlow::Continue(())) };
        #[allow(clippy::cast_precision_loss)] // Nobody replays 2^52 articles.
        let due = self.started + Duration::from_secs_f64(self.tally.replayed as f64 / rate);
        while Instant::now() < due {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(ControlFlow::Break(()));
            }
            let rest = due.saturating_duration_since(Instant::now());
            if self.begun.is_some_and(|begun| begun.elapsed() + rest > BATCH_TIME) {
                // Readers of the input wait for an open transaction.
                self.commit()?;
            }
            std::thread::sleep(rest.min(Duration::from_millis(50)));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn write(&mut self, letter: &Letter) -> Result<(), StreamError> {
        self.tally.replayed += 1;
        *self.tally.reasons.entry(letter.reason.clone()).or_default() += 1;
        self.in_batch += 1;
        let Some(producer) = &self.producer else { return Ok(()) };
        if self.begun.is_none() {
            producer.begin_transaction().map_err(|e| judge(self.replay, "beginning a transaction", &e))?;
            self.begun = Some(Instant::now());
        }
        let headers = replayed_headers(letter)
            .iter()
            .fold(OwnedHeaders::new(), |all, h| all.insert(KafkaHeader { key: &h.name, value: h.value.as_deref() }));
        let mut record = BaseRecord::<[u8], [u8]>::to(&self.replay.to).headers(headers);
        record.key = letter.original.key.as_deref();
        record.payload = letter.original.value.as_deref();
        let home = letter.topic == self.replay.to && letter.topic == self.origin;
        record.partition =
            letter.origin_partition.filter(|p| home && usize::try_from(*p).is_ok_and(|p| p < self.partitions));
        let started = Instant::now();
        while let Err((error, back)) = producer.send(record) {
            if code_of(&error) != RDKafkaErrorCode::QueueFull {
                return Err(judge(self.replay, "sending", &error));
            }
            record = back;
            producer.poll(Duration::from_millis(10));
            producer.context().check("sending", started, self.replay.timeout, "the producer's queue stays full")?;
        }
        producer.poll(Duration::ZERO);
        Ok(())
    }

    fn commit_if_due(&mut self) -> Result<(), StreamError> {
        let due = self.in_batch >= BATCH || self.begun.is_some_and(|begun| begun.elapsed() >= BATCH_TIME);
        if due { self.commit() } else { Ok(()) }
    }

    /// Commits articles and positions together; positions alone too, so that letters passed over are not read again.
    fn commit(&mut self) -> Result<(), StreamError> {
        self.in_batch = 0;
        let Some(producer) = &self.producer else { return Ok(()) };
        if self.positions.is_empty() {
            return Ok(());
        }
        if self.begun.take().is_none() {
            producer.begin_transaction().map_err(|e| judge(self.replay, "beginning a transaction", &e))?;
        }
        let place = |(number, offset): (&i32, &i64)| (Partition { topic: self.dead.into(), number: *number }, *offset);
        let offsets: Vec<(Partition, i64)> = self.positions.iter().map(place).collect();
        let result = self.try_commit(producer, &offsets);
        if result.is_err() {
            self.abort();
        }
        result
    }

    fn try_commit(
        &self,
        producer: &Arc<BaseProducer<ToolContext>>,
        offsets: &[(Partition, i64)],
    ) -> Result<(), StreamError> {
        let started = Instant::now();
        // Trap: without it the flush inside commit_transaction takes 100 ms (see `producer`).
        while producer.in_flight_count() > 0 {
            producer.poll(Duration::from_millis(1));
            producer.context().check("delivering", started, self.replay.timeout, "records stay unacknowledged")?;
        }
        if let Some(code) = producer.context().take_undelivered() {
            let topic = self.replay.to.clone();
            return Err(if is_denied(code) {
                StreamError::DeniedTopic { topic, operation: "WRITE", code }
            } else {
                StreamError::TopicRefused { topic, operation: "WRITE", code }
            });
        }
        let list = offsets_list(offsets, self.dead_id.as_deref())?;
        call(producer, self.replay, "sending offsets", |slice| {
            let group = self.reader.client().group_metadata().ok_or(KafkaError::Canceled)?;
            let (client, list) = (producer.clone(), list.clone());
            let send = move || client.send_offsets_to_transaction(&list, &group, slice);
            // The call may not return (see `bounded`).
            let sent = BoundedCalls::default().make(self.replay.timeout, || true, send);
            sent.ok_or(KafkaError::ConsumerCommit(RDKafkaErrorCode::OperationTimedOut))?
        })?;
        call(producer, self.replay, "committing", |slice| producer.commit_transaction(slice))
    }

    /// Best effort: the next run with this group aborts what is left open.
    fn abort(&self) {
        if let Some(producer) = &self.producer {
            producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
            producer.poll(Duration::from_millis(100));
            let _ = producer.abort_transaction(Duration::from_secs(5));
        }
    }
}
