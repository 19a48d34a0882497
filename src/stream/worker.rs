//! The stream thread: the one owner of consumer, producer, ledger and gate.
//!
//! It turns: take records in, take results in, write a batch if one is due. Nothing else touches that state, so every
//! interleaving that remains is one of events between turns:
//!
//! * *revocation* can only be carried out between turns, and no transaction is ever open then;
//! * *results* of lanes that are gone, or of articles already given up, find no unfinished slot and change nothing;
//! * *an aborted batch* stays in the ledger with its results and is tried again; nothing is enriched twice. Before
//!   that, the offsets at the brokers are compared with the ledger's; where they differ (the commit took effect after
//!   all, or somebody moved them) the partition is rewound: its work is dropped and reading goes on where they say;
//! * *a zombie* (a worker that slept past its session) is refused by the brokers, aborts, and learns of its loss from
//!   the next poll;
//! * *a pause* is derived from the gate every turn, so none outlives the assignment it was made for;
//! * *a stop* is a turn's end like any other: what threads have begun is finished, what is ready is committed.
//!
//! Work that is only queued is not finished on revocation and stop but left to the next owner of the partition: it
//! costs nobody anything, and waiting for it would.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use tracing::{error, info, warn};

use super::at_least_once::AtLeastOnce;
use super::consumer::{Subscription, TopicState};
use super::dead_letter;
use super::delivery::{Article, Attempt, Delivery, Failure, Outcome, Patience, is_about_the_record};
use super::error::StreamError;
use super::gate::Gate;
use super::health::{Health, Phase};
use super::ledger::{Batch, Ledger, LedgerError, Partition};
use super::pool::{Done, Job, Pool, panic_text};
use super::process::{Input, OutputRecord, ProcessFactory, Rejection, Stage};
use super::producer::Producer;
use super::retry::Retry;
use super::settings::{self, Settings};
use super::stop::StopSignal;
use super::transaction::Transactions;
use crate::telemetry::Metrics;

/// Records taken in one turn at most.
const RECORDS_PER_TURN: usize = 256;
/// Longest wait of a turn while articles are being enriched, and while nothing is.
const BUSY_WAIT: Duration = Duration::from_millis(5);
const IDLE_WAIT: Duration = Duration::from_millis(100);
/// How often the watchdog looks and slow metrics are brought up to date.
const WATCH_EVERY: Duration = Duration::from_millis(100);
/// Time to leave the group.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts workers.
#[derive(Debug)]
pub struct Worker;

/// A running worker.
#[derive(Debug)]
pub struct WorkerHandle {
    thread: Option<JoinHandle<()>>,
    ended: Receiver<Result<Summary, StreamError>>,
    stop: Arc<StopSignal>,
    health: Arc<Health>,
}

/// What a worker did in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Articles published.
    pub enriched: u64,
    /// Records skipped on purpose.
    pub skipped: u64,
    /// Articles written to the dead-letter topic.
    pub dead_lettered: u64,
    /// Records given back uncommitted (revocation, rewind, stop).
    pub returned: u64,
}

impl Worker {
    /// Checks the settings, builds both clients, and starts the threads. Connecting goes on in the background: see
    /// [`WorkerHandle::health`].
    ///
    /// # Errors
    /// The settings are wrong, or a client or thread cannot be made.
    pub fn start(settings: Settings, factory: ProcessFactory, metrics: Metrics) -> Result<WorkerHandle, StreamError> {
        settings.validate()?;
        let stop = Arc::new(StopSignal::new(settings.drain_timeout));
        // The longest silence that is normal: one commit that waits for its brokers (synchronous commits of the
        // at-least-once mode end after librdkafka's socket.timeout.ms, 60 s).
        let health = Arc::new(Health::new(Duration::from_secs(90)));
        let stream = Stream::new(settings, factory, metrics, stop.clone(), health.clone())?;
        let (tell, ended) = bounded(1);
        let thread = thread::Builder::new()
            .name("stream".into())
            .spawn(move || {
                let _ = tell.send(stream.run());
            })
            .map_err(StreamError::Thread)?;
        Ok(WorkerHandle { thread: Some(thread), ended, stop, health })
    }
}

impl WorkerHandle {
    /// Begins to drain. Returns at once; call it as often as you like.
    pub fn stop(&self) {
        self.stop.request();
    }

    /// Shared state for the health endpoints.
    pub fn health(&self) -> Arc<Health> {
        self.health.clone()
    }

    /// Waits for the end. After a stop that is no later than the drain timeout and the time to leave the group, even
    /// if a client library hangs.
    ///
    /// # Errors
    /// Why the worker gave up.
    pub fn wait(mut self) -> Result<Summary, StreamError> {
        loop {
            if let Some(result) = self.wait_for(Duration::from_secs(1)) {
                return result;
            }
        }
    }

    /// Waits for the end no longer than this; `None` if the worker goes on.
    pub fn wait_for(&mut self, timeout: Duration) -> Option<Result<Summary, StreamError>> {
        match self.ended.recv_timeout(timeout) {
            Ok(result) => Some(result),
            Err(RecvTimeoutError::Disconnected) => {
                self.health.enter(Phase::Failed);
                let panic = self.thread.take().and_then(|thread| thread.join().err());
                let text = panic.map_or_else(|| "its result was taken before".into(), |p| panic_text(&*p));
                Some(Err(StreamError::Panicked(text)))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.stop.overrun(Instant::now().checked_sub(CLOSE_TIMEOUT * 2)?).map(Err)
            }
        }
    }
}

/// The state of the stream thread.
pub(super) struct Stream {
    pub(super) settings: Settings,
    pub(super) metrics: Metrics,
    pub(super) health: Arc<Health>,
    pub(super) stop: Arc<StopSignal>,
    pub(super) subscription: Subscription,
    delivery: Box<dyn Delivery + Send>,
    pub(super) pool: Pool,
    gate: Gate,
    pub(super) ledger: Ledger<Article>,
    pub(super) retry: Retry,
    summary: Summary,
    last_poll: Instant,
    last_watch: Instant,
}

impl Stream {
    fn new(
        settings: Settings,
        factory: ProcessFactory,
        metrics: Metrics,
        stop: Arc<StopSignal>,
        health: Arc<Health>,
    ) -> Result<Self, StreamError> {
        let producer = Producer::new(&settings, &metrics)?;
        let delivery: Box<dyn Delivery + Send> = match settings.delivery {
            settings::Delivery::ExactlyOnce { .. } => Box::new(Transactions::new(producer, metrics.clone())),
            settings::Delivery::AtLeastOnce => Box::new(AtLeastOnce::new(producer, metrics.clone())),
        };
        let capacity = settings.in_flight_records + RECORDS_PER_TURN;
        let now = Instant::now();
        Ok(Self {
            subscription: Subscription::new(&settings, &metrics)?,
            pool: Pool::start(settings.threads, capacity, settings.article_timeout, factory)?,
            gate: Gate::new(settings.in_flight_records, settings.in_flight_bytes),
            retry: Retry::new(settings.broker_patience),
            ledger: Ledger::new(),
            summary: Summary::default(),
            last_poll: now,
            last_watch: now,
            settings,
            metrics,
            health,
            stop,
            delivery,
        })
    }

    /// The life of the thread.
    fn run(mut self) -> Result<Summary, StreamError> {
        let result = self.live();
        self.health.enter(if result.is_ok() { Phase::Stopped } else { Phase::Failed });
        match &result {
            Ok(()) => info!(summary = ?self.summary, "the worker has stopped"),
            Err(error) => error!(kind = error.kind(), "the worker gives up: {error}"),
        }
        let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
        self.give_back(&owned, "stopped");
        if !self.subscription.close(CLOSE_TIMEOUT) {
            warn!("leaving the group took too long; the partitions move when the session times out");
        }
        result.map(|()| self.summary)
    }

    fn live(&mut self) -> Result<(), StreamError> {
        if !self.open()? {
            return Ok(());
        }
        self.health.enter(Phase::Running);
        while !self.stop.requested() {
            self.turn()?;
        }
        self.health.enter(Phase::Draining);
        info!(in_flight = self.gate.records(), "draining");
        let owned: Vec<_> = self.ledger.partitions().filter_map(|p| self.ledger.lane(p)).collect();
        // Set with the stop; the fallback only satisfies the type.
        let until = self.stop.deadline().unwrap_or_else(Instant::now);
        if self.finish(&owned, until)? { Ok(()) } else { Err(self.stop.timed_out()) }
    }

    /// Connects; false if a stop was asked for meanwhile.
    fn open(&mut self) -> Result<bool, StreamError> {
        let patience = Patience::new(self.settings.broker_patience, &self.stop, &self.health).until_stop();
        let opened = Self::check_topics(&self.subscription, &self.settings, &patience)
            .and_then(|()| self.delivery.open(&patience));
        match opened {
            Err(_) if self.stop.requested() => return Ok(false),
            other => other?,
        }
        self.subscription.subscribe()?;
        self.last_poll = Instant::now();
        Ok(true)
    }

    /// A missing topic must show now: without a dead-letter topic the first bad article would stop the stream.
    fn check_topics(
        subscription: &Subscription,
        settings: &Settings,
        patience: &Patience<'_>,
    ) -> Result<(), StreamError> {
        for topic in [&settings.topics.input].into_iter().chain(settings.topics.outputs()) {
            loop {
                match subscription.topic_state(topic, Duration::from_secs(2)) {
                    TopicState::There => break,
                    TopicState::Missing => return Err(StreamError::TopicMissing(topic.to_string())),
                    TopicState::Denied(code) => return Err(StreamError::Denied { action: "reading metadata", code }),
                    TopicState::Unknown(reason) => {
                        patience.check("connecting", || reason)?;
                        thread::sleep(Duration::from_millis(100));
                    }
                }
            }
        }
        Ok(())
    }

    /// One turn.
    fn turn(&mut self) -> Result<(), StreamError> {
        self.health.beat();
        let mut busy = self.take_records()?;
        busy |= self.take_results(Duration::ZERO);
        busy |= self.deliver_if_due()?;
        self.delivery.poll();
        self.watch()?;
        if !busy {
            self.wait()?;
        }
        Ok(())
    }

    /// Nothing to do: waits for a result, else for a record.
    fn wait(&mut self) -> Result<(), StreamError> {
        if self.ledger.any_pending() {
            self.take_results(BUSY_WAIT);
            return Ok(());
        }
        let wait = if self.ledger.ready() > 0 { BUSY_WAIT } else { IDLE_WAIT };
        if let Some(input) = self.subscription.poll(wait)? {
            self.admit(input)?;
        }
        self.apply_changes()?;
        Ok(())
    }

    /// Takes records while there are some and the gate is open; serves callbacks in any case.
    fn take_records(&mut self) -> Result<bool, StreamError> {
        let now = Instant::now();
        self.metrics.poll_interval.observe(now.duration_since(self.last_poll).as_secs_f64());
        self.last_poll = now;
        let mut any = false;
        self.apply_flow()?;
        for _ in 0..RECORDS_PER_TURN {
            let input = self.subscription.poll(Duration::ZERO)?;
            any |= input.is_some();
            let more = input.is_some();
            if let Some(input) = input {
                self.admit(input)?;
            }
            any |= self.apply_changes()?;
            if !more || !self.gate.is_open() {
                break;
            }
        }
        self.apply_flow()?;
        Ok(any)
    }

    /// Pauses or resumes as the gate says.
    fn apply_flow(&mut self) -> Result<(), StreamError> {
        let pause = !self.gate.is_open();
        if self.subscription.is_paused() != pause {
            let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
            self.subscription.set_paused(pause, &owned)?;
        }
        Ok(())
    }

    fn admit(&mut self, input: Input) -> Result<(), StreamError> {
        let partition = Partition { topic: input.topic.clone(), number: input.partition };
        let (offset, bytes, now) = (input.offset, input.size(), Instant::now());
        let input = Arc::new(input);
        let article = Article {
            input: input.clone(),
            admitted: now,
            ended: now,
            charged: bytes,
            outcome: Outcome::Pending,
            delivered: false,
        };
        let ticket = match self.ledger.admit(&partition, offset, article) {
            Ok(ticket) => ticket,
            Err(error) => {
                self.metrics.ledger_errors.with_label_values(&[error.kind()]).inc();
                error!("{error}");
                return match error {
                    // Not ours (any more): dropping it commits nothing, its owner reads it.
                    LedgerError::Unassigned { .. } => Ok(()),
                    LedgerError::OutOfOrder { .. } => Err(error.into()),
                };
            }
        };
        self.gate.admit(bytes);
        self.metrics.records_consumed.with_label_values(&[&*partition.topic]).inc();
        self.metrics.record_bytes_consumed.with_label_values(&[&*partition.topic]).inc_by(bytes as u64);
        self.metrics.record_size.with_label_values(&["in"]).observe(bytes as f64);
        self.update_in_flight();
        self.pool.submit(Job { ticket, input });
        Ok(())
    }

    fn update_in_flight(&self) {
        self.metrics.in_flight_records.set(i64::try_from(self.gate.records()).unwrap_or(i64::MAX));
        self.metrics.in_flight_bytes.set(i64::try_from(self.gate.bytes()).unwrap_or(i64::MAX));
    }

    /// Takes every result there is, waiting for the first no longer than this.
    pub(super) fn take_results(&mut self, wait: Duration) -> bool {
        let mut next = if wait.is_zero() {
            self.pool.results().try_recv().ok()
        } else {
            self.pool.results().recv_timeout(wait).ok()
        };
        let any = next.is_some();
        while let Some(done) = next {
            self.finish_article(done);
            next = self.pool.results().try_recv().ok();
        }
        any
    }

    fn finish_article(&mut self, done: Done) {
        let Some(article) = self.ledger.finish(done.ticket) else { return };
        self.metrics.observe_stage("queue", done.started.saturating_duration_since(article.admitted));
        self.metrics.observe_stage("enrich", done.ended.saturating_duration_since(done.started));
        let limit = self.settings.output_bytes;
        article.ended = done.ended;
        article.outcome = match done.result.and_then(|records| fitting(records, limit)) {
            Ok(records) => Outcome::Enriched(records),
            Err(rejection) => dead(&self.settings, &article.input, rejection, limit),
        };
        let bytes: usize = article.outcome.records().iter().map(OutputRecord::size).sum();
        article.charged += bytes;
        self.gate.grow(bytes);
    }

    /// Gives up articles that never end.
    pub(super) fn give_up_overdue(&mut self) -> Result<(), StreamError> {
        for done in self.pool.give_up_overdue(Instant::now())? {
            warn!("an article was given up: its enrichment does not end");
            self.finish_article(done);
        }
        Ok(())
    }

    fn watch(&mut self) -> Result<(), StreamError> {
        let now = Instant::now();
        let since = now.duration_since(self.last_watch);
        if since < WATCH_EVERY {
            return Ok(());
        }
        self.last_watch = now;
        if !self.gate.is_open() {
            self.metrics.admission_gate_closed.inc_by(since.as_secs_f64());
        }
        if let Some(ends) = self.subscription.take_watermarks() {
            for partition in self.ledger.partitions() {
                let end = ends.get(&(partition.topic.to_string(), partition.number));
                if let (Some(end), Some(position)) = (end, self.ledger.position(partition)) {
                    let labels = [&*partition.topic, &partition.number.to_string()];
                    self.metrics.consumer_lag.with_label_values(&labels).set((end - position).max(0));
                }
            }
        }
        self.give_up_overdue()
    }

    fn deliver_if_due(&mut self) -> Result<bool, StreamError> {
        let now = Instant::now();
        let ready = self.ledger.ready();
        if ready == 0 || self.retry.blocked(now) {
            return Ok(false);
        }
        let oldest = self.ledger.heads().map(|article| article.ended).min();
        let waited = oldest.is_some_and(|ended| now.saturating_duration_since(ended) >= self.settings.batch_wait);
        if ready < self.settings.batch_records && !waited && self.gate.is_open() {
            return Ok(false);
        }
        self.deliver()
    }

    /// Tries one batch. True if it was committed.
    pub(super) fn deliver(&mut self) -> Result<bool, StreamError> {
        if self.retry.in_doubt() && !self.verify()? {
            return Ok(false);
        }
        let records = self.retry.batch_records(self.settings.batch_records);
        let batch = self.ledger.batch(records, self.settings.batch_bytes, |article| article.charged);
        if batch.len() == 0 {
            return Ok(false);
        }
        let offsets = self.ledger.offsets(&batch);
        let articles: Vec<&Article> = self.ledger.entries(&batch).collect();
        let patience = Patience::new(self.settings.broker_patience, &self.stop, &self.health);
        match self.delivery.deliver(&articles, &offsets, &self.subscription, &patience)? {
            Attempt::Committed => {
                self.committed(&batch, &offsets);
                Ok(true)
            }
            Attempt::Failed(failure) => {
                self.failed(&batch, &failure)?;
                Ok(false)
            }
        }
    }

    fn committed(&mut self, batch: &Batch, offsets: &[(Partition, i64)]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
        for article in self.ledger.commit(batch) {
            self.gate.release(article.charged);
            self.metrics.records_finished.with_label_values(&[article.outcome.as_str()]).inc();
            match &article.outcome {
                Outcome::Dead { rejection, .. } => {
                    let labels = [rejection.stage.as_str(), rejection.reason];
                    self.metrics.records_dead_lettered.with_label_values(&labels).inc();
                    self.summary.dead_lettered += 1;
                    let Input { topic, partition, offset, .. } = &*article.input;
                    warn!(stage = labels[0], reason = labels[1], %topic, partition, offset, "dead-lettered");
                }
                outcome if outcome.records().is_empty() => self.summary.skipped += 1,
                _ => self.summary.enriched += 1,
            }
            for record in article.outcome.records() {
                self.metrics.records_produced.with_label_values(&[&*record.topic]).inc();
                self.metrics.record_size.with_label_values(&["out"]).observe(record.size() as f64);
            }
            if let Some(millis) = article.input.timestamp {
                self.metrics.end_to_end_latency.observe((now - millis as f64 / 1e3).max(0.0));
            }
        }
        for (partition, offset) in offsets {
            let labels = [&*partition.topic, &partition.number.to_string()];
            self.metrics.committed_offset.with_label_values(&labels).set(*offset);
        }
        self.update_in_flight();
        self.retry.succeeded(batch.len());
    }

    fn failed(&mut self, batch: &Batch, failure: &Failure) -> Result<(), StreamError> {
        warn!(articles = batch.len(), "a batch failed and is tried again: {}", failure.reason);
        if self.delivery.verifies() {
            self.retry.doubt();
        }
        for index in &failure.delivered {
            if let Some(article) = self.ledger.entry_mut(batch, *index) {
                article.delivered = true;
            }
        }
        match failure.refused.iter().find(|(_, code)| is_about_the_record(*code)) {
            // Broker trouble never makes an article bad.
            None => self.retry.failed(Instant::now(), &failure.reason),
            Some(_) if batch.len() > 1 => {
                self.retry.isolate(batch.len());
                Ok(())
            }
            Some((_, code)) => self.condemn(batch, &format!("a broker refused the record: {code}")),
        }
    }

    /// Turns the one article of a batch into a dead letter, or its dead letter into smaller pieces.
    fn condemn(&mut self, batch: &Batch, message: &str) -> Result<(), StreamError> {
        let Some(article) = self.ledger.entry_mut(batch, 0) else { return Ok(()) };
        let (rejection, limit) = match &article.outcome {
            Outcome::Dead { rejection, limit, records } => {
                let bytes = records.iter().map(OutputRecord::size).max().unwrap_or(0);
                let next = (*limit).min(bytes) / 2;
                if next < dead_letter::MIN_LIMIT {
                    let topic = self.settings.topics.dead.to_string();
                    return Err(StreamError::DeadLetterRefused { topic, bytes });
                }
                (rejection.clone(), next)
            }
            _ => {
                let (stage, reason) = (Stage::Produce, "refused_by_broker");
                (Rejection { stage, reason, message: message.to_owned() }, self.settings.output_bytes)
            }
        };
        let size = |outcome: &Outcome| outcome.records().iter().map(OutputRecord::size).sum::<usize>();
        let before = size(&article.outcome);
        article.outcome = dead(&self.settings, &article.input, rejection, limit);
        article.delivered = false;
        let after = size(&article.outcome);
        article.charged = article.charged - before + after;
        self.gate.shrink(before);
        self.gate.grow(after);
        Ok(())
    }

    /// Drops everything uncommitted of these partitions; they are no longer in the ledger afterwards.
    pub(super) fn give_back(&mut self, partitions: &[Partition], cause: &str) {
        let lanes: Vec<_> = partitions.iter().filter_map(|p| self.ledger.lane(p)).collect();
        self.pool.withdraw(&lanes);
        for partition in partitions {
            let articles = self.ledger.revoke(partition);
            self.summary.returned += articles.len() as u64;
            self.metrics.records_returned.with_label_values(&[cause]).inc_by(articles.len() as u64);
            articles.iter().for_each(|article| self.gate.release(article.charged));
            self.metrics.forget_partition(&partition.topic, partition.number);
        }
        self.update_in_flight();
    }
}

/// Outputs that all fit, or why the article must be given up. Enriched articles are many times larger than raw ones.
fn fitting(records: Vec<OutputRecord>, limit: usize) -> Result<Vec<OutputRecord>, Rejection> {
    match records.iter().find(|record| record.wire_size() > limit) {
        None => Ok(records),
        Some(record) => Err(Rejection {
            stage: Stage::Produce,
            reason: "output_too_large",
            message: format!("a record for {} has {} bytes, {limit} are allowed", record.topic, record.wire_size()),
        }),
    }
}

fn dead(settings: &Settings, input: &Input, rejection: Rejection, limit: usize) -> Outcome {
    let records = dead_letter::records(&settings.topics.dead, input, &rejection, jiff::Timestamp::now(), limit);
    Outcome::Dead { rejection, records, limit }
}
