//! The stream thread: the one owner of consumer, producer, ledger and gate.
//!
//! It turns: take records in, take results in, write a batch if one is due. Nothing else touches that state, so every
//! interleaving that remains is one of events between turns:
//!
//! * *revocation* is carried out between turns, after the open batch has been concluded: no transaction is open then,
//!   and no lane goes while a batch holds records of it;
//! * *results* of lanes that are gone, or of articles already given up, find no unfinished slot and change nothing;
//! * *an aborted batch* stays in the ledger with its results and is tried again; nothing is enriched twice. Before
//!   that, the offsets at the brokers are compared with the ledger's; where they differ (the commit took effect after
//!   all, or somebody moved them) the partition is rewound: its work is dropped and reading goes on where they say;
//! * *a zombie* (a worker that slept past its session) is refused by the brokers, aborts, and learns of its loss from
//!   the next poll;
//! * *a pause* is derived from the gate and the breaker every turn, so none outlives the assignment it was made for;
//! * *a stop* is a turn's end like any other: what threads have begun is finished, what is ready is committed.
//!
//! Work that is only queued is not finished on revocation and stop but left to the next owner of the partition: it
//! costs nobody anything, and waiting for it would.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{debug, error, info, warn};

use super::at_least_once::AtLeastOnce;
use super::batch::{self, OpenBatch};
use super::breaker::Breaker;
use super::client::Troubles;
use super::commits::Commits;
use super::consumer::{Subscription, TopicState};
use super::contact::Contact;
use super::crashes::{Suspects, Verdict};
use super::delivery::{Article, Delivery, Outcome, Patience};
use super::error::StreamError;
use super::gate::Gate;
use super::health::{Health, Phase};
use super::history::{History, Loss};
use super::isolation::Isolation;
use super::ledger::{Ledger, LedgerError, Partition, Ticket};
use super::pool::{self, Done, Pool};
use super::process::{Input, OutputRecord, ProcessFactory, Processed, Stage};
use super::queue::Job;
use super::recorder::Recorder;
use super::retry::Retry;
use super::settings::{self, Settings};
use super::statistics::{Statistics, Watermarks};
use super::stop::StopSignal;
use super::transaction::Transactions;
use super::worker::{CLOSE_TIMEOUT, Summary};
use crate::metrics::Metrics;

/// Records taken in one turn at most.
const RECORDS_PER_TURN: usize = 256;
/// Longest wait of a turn while records are being delivered, while articles are being enriched, and while nothing is.
const DELIVERY_WAIT: Duration = Duration::from_millis(1);
const BUSY_WAIT: Duration = Duration::from_millis(5);
const IDLE_WAIT: Duration = Duration::from_millis(100);
/// How long the gate must be closed before the partitions pause.
const PAUSE_AFTER: Duration = Duration::from_secs(1);
/// How often the watchdog looks and slow metrics are brought up to date.
const WATCH_EVERY: Duration = Duration::from_millis(100);

/// The state of the stream thread.
pub(super) struct Stream {
    pub(super) settings: Settings,
    pub(super) metrics: Metrics,
    pub(super) health: Arc<Health>,
    pub(super) stop: Arc<StopSignal>,
    pub(super) subscription: Subscription,
    pub(super) delivery: Box<dyn Delivery + Send>,
    pub(super) pool: Pool,
    pub(super) gate: Gate,
    pub(super) ledger: Ledger<Article>,
    pub(super) retry: Retry,
    /// The producer is new and not open yet.
    pub(super) producer_lost: bool,
    pub(super) open_batch: Option<OpenBatch>,
    pub(super) recorder: Recorder,
    pub(super) commits: Commits,
    pub(super) history: History,
    /// The topic before the one that is read, if that was created anew under this worker.
    pub(super) former_topic: Option<String>,
    pub(super) breaker: Breaker,
    pub(super) suspects: Suspects,
    pub(super) isolation: Isolation,
    pub(super) summary: Summary,
    /// Why the process cannot go on.
    halted: Option<Box<StreamError>>,
    contact: Contact,
    closed_since: Option<Instant>,
    last_poll: Instant,
    last_watch: Instant,
    last_confirmation: Instant,
}

impl Stream {
    pub(super) fn new(
        settings: Settings,
        factory: ProcessFactory,
        metrics: Metrics,
        stop: Arc<StopSignal>,
        health: Arc<Health>,
    ) -> Result<Self, StreamError> {
        let delivery: Box<dyn Delivery + Send> = match settings.delivery {
            settings::Delivery::ExactlyOnce { .. } => Box::new(Transactions::new(&settings, &metrics)?),
            settings::Delivery::AtLeastOnce => Box::new(AtLeastOnce::new(&settings, &metrics)?),
        };
        let capacity = settings.in_flight_records + RECORDS_PER_TURN;
        let now = Instant::now();
        let suspects = Suspects::open(settings.crash_guard.as_ref())?;
        let limits = pool::Limits { cpu: settings.article_timeout, wall: settings.article_hang_timeout };
        Ok(Self {
            subscription: Subscription::new(&settings, &metrics)?,
            pool: Pool::start(settings.threads, capacity, limits, factory, suspects.journal())?,
            gate: Gate::new(settings.in_flight_records, settings.in_flight_bytes),
            retry: Retry::new(settings.broker_patience),
            ledger: Ledger::new(),
            producer_lost: false,
            open_batch: None,
            halted: None,
            recorder: Recorder::new(&settings.topics, &metrics),
            commits: Commits::new(&metrics),
            history: History::default(),
            former_topic: None,
            breaker: Breaker::new(settings.dead_letters.clone()),
            suspects,
            isolation: Isolation::default(),
            summary: Summary::default(),
            contact: Contact::default(),
            closed_since: None,
            last_poll: now,
            last_watch: now,
            last_confirmation: now,
            settings,
            metrics,
            health,
            stop,
            delivery,
        })
    }

    /// The life of the thread.
    pub(super) fn run(mut self) -> Result<Summary, StreamError> {
        let result = self.live();
        self.health.enter(if result.is_ok() { Phase::Stopped } else { Phase::Failed });
        match &result {
            Ok(()) => {
                let Summary { enriched, skipped, dead_lettered, returned } = self.summary;
                info!(enriched, skipped, dead_lettered, returned, "the worker has stopped");
            }
            Err(error) => error!(kind = error.kind(), "the worker gives up: {error}"),
        }
        let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
        self.give_back(&owned, "stopped");
        self.suspects.close();
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
        let patience =
            Patience::new(Instant::now(), self.settings.broker_patience, &self.stop, &self.health).until_stop();
        self.health.set_waiting(Some("no answer yet from the brokers".into()));
        let opened = Self::check_topics(&self.subscription, &self.settings, &self.health, &patience).and_then(|()| {
            self.health.set_waiting(Some("no answer yet from the transaction coordinator".into()));
            Self::identify(&self.subscription, &self.settings)?;
            while !self.delivery.open()? {
                patience.check("starting transactions", || "no answer from the transaction coordinator".into())?;
                // A refusal to be tried again may come at once.
                self.delivery.poll(Duration::from_millis(20));
            }
            Ok(())
        });
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
        health: &Health,
        patience: &Patience<'_>,
    ) -> Result<(), StreamError> {
        for topic in [&settings.topics.input].into_iter().chain(settings.topics.written()) {
            loop {
                subscription.serve()?;
                match subscription.topic_state(topic, Duration::from_secs(2)) {
                    TopicState::There => break,
                    TopicState::Missing => return Err(StreamError::TopicMissing(topic.to_string())),
                    TopicState::Denied(code) => {
                        let topic = topic.to_string();
                        return Err(StreamError::DeniedTopic { topic, operation: "DESCRIBE", code });
                    }
                    TopicState::Unknown(reason) => {
                        let troubles = subscription.troubles();
                        troubles.map_or(Ok(()), |t| t.check(Instant::now()))?;
                        let reason = troubles.and_then(Troubles::explain).unwrap_or(reason);
                        health.set_waiting(Some(format!("connecting to the brokers: {reason}")));
                        patience.check("connecting", || reason)?;
                        // Serves the client's log and errors, which nobody else does yet: a start without brokers must
                        // say why. Nothing is assigned, so no record can come.
                        subscription.poll(Duration::from_millis(100))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// One turn.
    fn turn(&mut self) -> Result<(), StreamError> {
        self.health.beat();
        if let Some(error) = self.halted.take() {
            return Err(*error);
        }
        if let Some(new) = self.subscription.successor() {
            self.follow_topic(new)?;
        }
        let mut busy = self.take_records()?;
        busy |= self.take_results(Duration::ZERO);
        busy |= self.deliver_if_due()?;
        self.isolation.advance(&self.ledger, &self.pool);
        self.watch()?;
        if !busy {
            self.wait()?;
        }
        Ok(())
    }

    /// Nothing to do: waits for an acknowledgement, else for a result, else for a record.
    fn wait(&mut self) -> Result<(), StreamError> {
        if self.open_batch.is_some() {
            self.delivery.poll(DELIVERY_WAIT);
            return Ok(());
        }
        if self.ledger.any_pending() || self.holds_back() {
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
        self.apply_flow()?;
        if self.holds_back() {
            return Ok(false);
        }
        let now = Instant::now();
        self.metrics.poll_interval.observe(now.duration_since(self.last_poll).as_secs_f64());
        self.last_poll = now;
        let mut any = false;
        for _ in 0..RECORDS_PER_TURN {
            let input = self.subscription.poll(Duration::ZERO)?;
            any |= input.is_some();
            let more = input.is_some();
            if let Some(input) = input {
                self.admit(input)?;
            }
            any |= self.apply_changes()?;
            if !more || !self.admits() {
                break;
            }
        }
        self.apply_flow()?;
        Ok(any)
    }

    /// Whether records may be let in.
    fn admits(&self) -> bool {
        self.gate.is_open() && !self.isolation.is_on()
    }

    /// Whether records must wait in librdkafka's queue, unpolled.
    fn holds_back(&self) -> bool {
        !self.admits() && !self.subscription.is_paused()
    }

    /// Pauses or resumes as admission says: not at once, because that throws away what is prefetched and the next fetch
    /// may take half a second (2,090 records/s instead of 29,800, measured). A short closure is sat out without
    /// polling, a longer one paused, with polling that serves the group.
    fn apply_flow(&mut self) -> Result<(), StreamError> {
        let closed = !self.admits();
        if !closed {
            self.closed_since = None;
        }
        let long = closed && self.closed_since.get_or_insert_with(Instant::now).elapsed() >= PAUSE_AFTER;
        let pause = long || self.breaker.is_halted();
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
        let low = || self.subscription.low(&partition);
        if let Some(loss) = self.history.read(&partition, offset, low) {
            self.lost(std::slice::from_ref(&partition), &loss)?;
            if matches!(loss, Loss::Cut { .. }) {
                // What was read of the part that is gone can no longer be committed before what comes now.
                self.give_back(std::slice::from_ref(&partition), "rewound");
                self.ledger.assign(partition.clone());
                self.history.begin_at(&partition, offset + 1);
                let labels = [&*partition.topic, &partition.number.to_string()];
                self.metrics.assignment_info.with_label_values(&labels).set(1);
            }
        }
        if self.ledger.position(&partition).is_none() {
            self.suspects.starts(&partition, offset);
        }
        let article = Article {
            input: input.clone(),
            admitted: now,
            before: self.commits.read(&partition, offset),
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
        self.recorder.admitted(bytes);
        self.recorder.in_flight(&self.gate);
        match self.suspects.judge(&input) {
            Verdict::Free => self.pool.submit(Job { ticket, input, alone: false }),
            Verdict::Suspect => self.isolation.take(Job { ticket, input, alone: true }),
            Verdict::Guilty(rejection) => {
                let result = Err(rejection);
                self.finish_article(Done { ticket, result, inconclusive: false, started: now, ended: now });
            }
        }
        Ok(())
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
        let limit = self.settings.output_bytes;
        let Done { ticket, result, inconclusive, started, ended } = done;
        if inconclusive {
            return self.read_again(ticket, ended);
        }
        if let Ok(Processed::Halt(error)) = result {
            self.halted.get_or_insert(error);
            return;
        }
        let result = result.and_then(|processed| batch::fitting(processed, limit));
        let bad = match &result {
            Ok(Outcome::Skipped { .. }) => None,
            Ok(_) => Some(false),
            Err(rejection) => rejection.fault.then_some(true),
        };
        let unread = result.as_ref().is_err_and(|rejection| rejection.stage == Stage::Worker);
        if bad == Some(true) && !unread && self.breaker.is_halted() {
            return self.hold_back(ticket);
        }
        // Also where nobody waits for the result any more: a trial counts the articles it began.
        self.judge(bad, ended);
        let Some(article) = self.ledger.finish(ticket) else { return };
        self.recorder.enriched(article, started, ended);
        article.ended = ended;
        article.outcome = match result {
            Ok(outcome) => outcome,
            Err(rejection) => batch::rejected(&self.settings, &article.input, rejection, limit),
        };
        let bytes: usize = article.outcome.records().iter().map(OutputRecord::size).sum();
        article.charged += bytes;
        self.gate.grow(bytes);
    }

    /// Has an article read once more, with no other beside it, that took too long beside others.
    fn read_again(&mut self, ticket: Ticket, now: Instant) {
        self.judge(None, now);
        let Some(article) = self.ledger.unfinished(ticket) else { return };
        let input = article.input.clone();
        let Input { topic, partition, offset, .. } = &*input;
        warn!(%topic, partition, offset, "took too long beside others; it is read once more, alone");
        self.metrics.articles_retried.inc();
        self.pool.put_back(Job { ticket, input, alone: true });
    }

    /// Gives up articles that never end.
    pub(super) fn give_up_overdue(&mut self) -> Result<(), StreamError> {
        for done in self.pool.give_up_overdue(Instant::now())? {
            debug!("an article was given up: its enrichment does not end");
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
        if self.health.partitions().is_none() {
            let why = self.subscription.troubles().and_then(Troubles::explain);
            let why = why.map(|why| format!("; last trouble: {why}")).unwrap_or_default();
            self.health.set_waiting(Some(format!("joining the consumer group {}{why}", self.settings.group)));
        }
        let turn = self.breaker.tick(now);
        self.follow(turn);
        if !self.gate.is_open() {
            self.metrics.admission_gate_closed.inc_by(since.as_secs_f64());
        }
        self.metrics.set_healthy("delivery", !self.retry.failing());
        self.metrics.set_healthy("enrichment", self.pool.stuck() == 0);
        self.confirm(now)?;
        for partition in self.ledger.partitions() {
            let labels = [&*partition.topic, &partition.number.to_string()];
            let records = i64::try_from(self.ledger.uncommitted(partition)).unwrap_or(i64::MAX);
            self.metrics.ledger_uncommitted.with_label_values(&labels).set(records);
        }
        if let Some(statistics) = self.subscription.take_statistics() {
            self.show_lag(&statistics.watermarks);
            self.look_around(&statistics)?;
            let why = || self.subscription.troubles().and_then(Troubles::explain);
            self.contact.note(statistics.coordinated, now, self.settings.broker_patience, why)?;
        }
        self.give_up_overdue()
    }

    /// Looks, now and then, whether the topic is still there and has what was not read.
    fn look_around(&mut self, statistics: &Statistics) -> Result<(), StreamError> {
        self.subscription.ask_again();
        self.subscription.is_same_topic();
        if self.subscription.missing_for() >= self.settings.broker_patience {
            return Err(StreamError::TopicMissing(self.settings.topics.input.to_string()));
        }
        // A pause throws away what was fetched: the next offset is not what was read.
        if self.subscription.is_paused() {
            return Ok(());
        }
        let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
        for partition in owned {
            let Some((next, low)) = statistics.idle.get(&(partition.topic.to_string(), partition.number)) else {
                continue;
            };
            if let Some(loss) = self.history.idle(&partition, *next, *low) {
                self.lost(std::slice::from_ref(&partition), &loss)?;
            }
        }
        Ok(())
    }

    fn show_lag(&self, ends: &Watermarks) {
        for partition in self.ledger.partitions() {
            let end = ends.get(&(partition.topic.to_string(), partition.number));
            if let (Some(end), Some(position)) = (end, self.ledger.position(partition)) {
                let labels = [&*partition.topic, &partition.number.to_string()];
                self.metrics.consumer_lag.with_label_values(&labels).set((end - position).max(0));
            }
        }
    }

    /// Asks the brokers now and then which offsets they hold. Never while a transaction is open: they would not answer
    /// before it ends.
    fn confirm(&mut self, now: Instant) -> Result<(), StreamError> {
        if self.open_batch.is_some() || now.duration_since(self.last_confirmation) < self.settings.confirm_every {
            return Ok(());
        }
        self.last_confirmation = now;
        let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
        if owned.is_empty() {
            return Ok(());
        }
        match self.subscription.committed(&owned) {
            Ok(held) => {
                self.commits.confirm(&held);
                return self.look_back(&held);
            }
            // commits_checked_total stands still, which an alert watches; the client's own errors say why.
            Err(error) => debug!("the committed offsets cannot be read: {error}"),
        }
        Ok(())
    }
}
