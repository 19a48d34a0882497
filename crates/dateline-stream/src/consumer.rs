//! The consumer, as the stream sees it: records, changes of the assignment, offsets. Owned by the stream thread.
//!
//! Changes of the assignment are only *noted* in librdkafka's callback, which runs inside `poll`, and carried out by
//! the stream thread once `poll` has returned: librdkafka waits for `assign`/`unassign`, whoever calls it and when
//! (it pauses fetching meanwhile). So nothing ever runs inside a callback but a push to a list, and the stream's state
//! needs no lock.
//!
//! Never split partition queues (they can stall for ever: rust-rdkafka PR #840, #665) and never a stream consumer.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{
    BaseConsumer, CommitMode, Consumer, ConsumerContext, ConsumerGroupMetadata, RebalanceProtocol,
};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use super::client::{Reporter, Troubles};
use super::delivery::{code_of, is_denied};
use super::error::StreamError;
use super::ffi;
use super::identity::{self, Answer, Identity};
use super::ledger::Partition;
use super::membership::{Membership, Stranger};
use super::process::{Header, Input};
use super::settings::Settings;
use super::statistics::{self, Statistics};
use crate::metrics::Metrics;

/// Time for a request about offsets.
const OFFSETS_TIMEOUT: Duration = Duration::from_secs(5);

/// A change of the assignment that waits to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Assign(Vec<Partition>),
    Revoke(Vec<Partition>),
}

/// What the brokers say about a topic.
pub(super) enum TopicState {
    There,
    Missing,
    Denied(RDKafkaErrorCode),
    /// Cannot be told now.
    Unknown(String),
}

/// What the brokers hold for the group in a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) offset: Option<i64>,
    /// The id of the topic that it belongs to, if the offset says so.
    pub(super) topic: Option<String>,
}

struct Context {
    reporter: Reporter,
    changes: Mutex<VecDeque<Change>>,
    statistics: Mutex<Option<Statistics>>,
    closing: AtomicBool,
}

impl ClientContext for Context {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.reporter.token()
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.reporter.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.reporter.error(&error, reason);
    }

    fn stats_raw(&self, json: &[u8]) {
        match statistics::read(json) {
            Ok(statistics) => {
                *self.statistics.lock().unwrap_or_else(PoisonError::into_inner) = Some(statistics);
            }
            // Trap: librdkafka can write numbers with leading zeros, which is no JSON (librdkafka #5378).
            Err(_) => self.reporter.metrics().statistics_errors.inc(),
        }
    }
}

impl ConsumerContext for Context {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, error: RDKafkaRespErr, list: &mut TopicPartitionList) {
        if self.closing.load(Ordering::Relaxed) {
            // Nobody will come to carry it out, and close waits for it.
            if let Err(error) = consumer.unassign() {
                self.reporter.error(&error, "unassign on close");
            }
            return;
        }
        let partitions = partitions(list);
        let change = match error {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => Change::Assign(partitions),
            _ => Change::Revoke(partitions),
        };
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push_back(change);
    }
}

/// A member of the consumer group.
pub(super) struct Subscription {
    consumer: Option<BaseConsumer<Context>>,
    topic: Arc<str>,
    paused: bool,
    /// The member id under which the partitions came; none while there are none.
    member: Option<String>,
    identity: Identity,
}

impl Subscription {
    pub(super) fn new(settings: &Settings, metrics: &Metrics) -> Result<Self, StreamError> {
        let context = Context {
            reporter: Reporter::new("consumer", metrics.clone()).with_tokens(settings.oauth_token_file.clone()),
            changes: Mutex::default(),
            statistics: Mutex::default(),
            closing: AtomicBool::new(false),
        };
        let consumer = settings
            .consumer_config()
            .create_with_context(context)
            .map_err(|error| StreamError::client("consumer", &error))?;
        let topic = settings.topics.input.clone();
        let identity = Identity::new(topic.clone());
        Ok(Self { consumer: Some(consumer), topic, paused: false, member: None, identity })
    }

    fn inner(&self) -> Result<&BaseConsumer<Context>, KafkaError> {
        self.consumer.as_ref().ok_or(KafkaError::Canceled)
    }

    pub(super) fn subscribe(&self) -> Result<(), StreamError> {
        Ok(self.inner()?.subscribe(&[&self.topic])?)
    }

    /// What the client complains of.
    pub(super) fn troubles(&self) -> Option<&Troubles> {
        Some(self.consumer.as_ref()?.context().reporter.troubles())
    }

    /// Serves what is there before the subscription. Trap: a request serves neither errors nor token requests, only
    /// polling does; and librdkafka says only once that the group is forbidden.
    pub(super) fn serve(&self) -> Result<(), StreamError> {
        match self.inner()?.poll(Duration::from_millis(10)) {
            Some(Err(error)) => self.judge(error),
            _ => Ok(()),
        }
    }

    /// Whether a topic is there to be used.
    pub(super) fn topic_state(&self, topic: &str, timeout: Duration) -> TopicState {
        let metadata = match self.inner().and_then(|consumer| consumer.fetch_metadata(Some(topic), timeout)) {
            Ok(metadata) => metadata,
            Err(error) if is_denied(code_of(&error)) => return TopicState::Denied(code_of(&error)),
            Err(error) => return TopicState::Unknown(error.to_string()),
        };
        let found = metadata.topics().iter().find(|t| t.name() == topic);
        match found.map(|t| (t.error().map(RDKafkaErrorCode::from), t.partitions().len())) {
            Some((None, partitions)) if partitions > 0 => TopicState::There,
            Some((Some(code), _)) if is_denied(code) => TopicState::Denied(code),
            Some((Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic), _)) => {
                TopicState::Missing
            }
            Some((Some(code), _)) => TopicState::Unknown(code.to_string()),
            _ => TopicState::Missing,
        }
    }

    /// Asks the brokers which topic has the name that is read, and remembers it.
    pub(super) fn identify(&self, timeout: Duration) -> Answer {
        self.inner().map_or_else(
            |error| Answer::Unknown(error.to_string()),
            |consumer| self.identity.learn(consumer.client(), timeout),
        )
    }

    /// Asks the brokers, unless it was asked a moment ago, whether it is still the topic that it was. True if that cannot
    /// be told.
    pub(super) fn is_same_topic(&self) -> bool {
        self.inner().map_or(true, |consumer| self.identity.holds(consumer.client()))
    }

    /// Asks again for an id that has not been told.
    pub(super) fn ask_again(&self) {
        if self.identity.is_untold() {
            self.identify(Duration::from_millis(100));
        }
    }

    /// The id of the topic that is read.
    pub(super) fn topic_id(&self) -> Option<String> {
        self.identity.known()
    }

    /// The id of the topic that has taken its name, once that was noticed.
    pub(super) fn successor(&self) -> Option<String> {
        self.identity.successor()
    }

    /// For how long the brokers have said that there is no such topic.
    pub(super) fn missing_for(&self) -> Duration {
        self.identity.missing_for()
    }

    /// The first offset of a partition, as the last fetch had it.
    pub(super) fn low(&self, partition: &Partition) -> Option<i64> {
        ffi::first_offset(self.inner().ok()?.client(), &partition.topic, partition.number)
    }

    /// The next record, if one comes in time. Serves callbacks in any case.
    ///
    /// # Errors
    /// Only what waiting cannot mend; the rest has been logged and counted.
    pub(super) fn poll(&self, timeout: Duration) -> Result<Option<Input>, StreamError> {
        match self.inner()?.poll(timeout) {
            None => Ok(None),
            Some(Ok(message)) => Ok(Some(input(&message, &self.topic))),
            Some(Err(error)) => self.judge(error).map(|()| None),
        }
    }

    /// Errors that the consumer reports between records.
    fn judge(&self, error: KafkaError) -> Result<(), StreamError> {
        match (&error, code_of(&error)) {
            // E.g. a static member that another instance replaced.
            (KafkaError::MessageConsumptionFatal(_), _) => Err(StreamError::client_failed("consuming", &error)),
            // May be one broker of several, or one that is just starting: `Troubles` decides.
            (_, RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed) => Ok(()),
            (_, code) if is_denied(code) => Err(StreamError::Denied { action: "consuming", code }),
            // Connections, coordinators, leaders, max.poll.interval.ms exceeded: librdkafka goes on by itself, and a
            // partition it had to give up comes back as a revocation. The error callback has logged it.
            _ => Ok(()),
        }
    }

    /// The next change of the assignment to carry out.
    pub(super) fn next_change(&self) -> Option<Change> {
        self.inner().ok()?.context().changes.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// The statistics that came since the last call.
    pub(super) fn take_statistics(&self) -> Option<Statistics> {
        self.inner().ok()?.context().statistics.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the assignment was taken away rather than asked back: others may own the partitions already. Trap: a
    /// revocation does not say so itself (librdkafka #3257), and `assign`/`unassign` resets the answer.
    pub(super) fn is_lost(&self) -> bool {
        self.inner().is_ok_and(Consumer::assignment_lost)
    }

    pub(super) fn is_cooperative(&self) -> bool {
        self.inner().is_ok_and(|consumer| matches!(consumer.rebalance_protocol(), RebalanceProtocol::Cooperative))
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Starts fetching, paused if the others are.
    pub(super) fn assign(&mut self, partitions: &[Partition]) -> Result<(), StreamError> {
        // Without offsets: librdkafka asks for the committed ones, and waits while a transaction is about to change
        // them (KIP-447).
        let list = partitions_list(partitions);
        if self.member.is_none() && !partitions.is_empty() {
            self.member = Membership::of(self.inner()?).map(|membership| membership.member);
        }
        let consumer = self.inner()?;
        match consumer.rebalance_protocol() {
            RebalanceProtocol::Cooperative => consumer.incremental_assign(&list)?,
            _ => consumer.assign(&list)?,
        }
        // Trap: whether a partition comes paused cannot be known. A pause made before the partition was lost outlives
        // unassign and assign (a worker that lost paused partitions in an outage got them back and never read again:
        // measured), while other paths forget it (librdkafka #1849, #1802). So it is said anew, and only now that the
        // assignment has returned: earlier it can leave a partition paused for ever (librdkafka #5591).
        if !partitions.is_empty() {
            if self.paused { consumer.pause(&list)? } else { consumer.resume(&list)? }
        }
        Ok(())
    }

    /// Stops fetching; the group goes on.
    pub(super) fn unassign(&mut self, partitions: &[Partition]) -> Result<(), StreamError> {
        let consumer = self.inner()?;
        match consumer.rebalance_protocol() {
            RebalanceProtocol::Cooperative => consumer.incremental_unassign(&partitions_list(partitions))?,
            _ => consumer.unassign()?,
        }
        if consumer.assignment()?.count() == 0 {
            self.member = None;
        }
        Ok(())
    }

    /// Pauses or resumes the partitions owned, if that changes anything. Polling goes on in any case:
    /// `max.poll.interval.ms` runs while paused, too.
    pub(super) fn set_paused(&mut self, paused: bool, owned: &[Partition]) -> Result<(), StreamError> {
        if self.paused != paused {
            if !owned.is_empty() {
                let list = partitions_list(owned);
                let consumer = self.inner()?;
                if paused { consumer.pause(&list)? } else { consumer.resume(&list)? }
            }
            self.paused = paused;
        }
        Ok(())
    }

    /// Member id and generation as of now, for offsets that brokers fence.
    pub(super) fn group_metadata(&self) -> Result<Result<ConsumerGroupMetadata, Stranger>, KafkaError> {
        // What is sent cannot be looked into, so who we are is asked before and after.
        let before = self.membership()?;
        let metadata = self.inner()?.group_metadata().ok_or(KafkaError::Canceled)?;
        let after = self.membership()?;
        Ok(before.and_then(|before| if after? == before { Ok(metadata) } else { Err(Stranger::Renamed) }))
    }

    /// Who we are to the group, if brokers fence it.
    fn membership(&self) -> Result<Result<Membership, Stranger>, KafkaError> {
        let membership = Membership::of(self.inner()?).ok_or(KafkaError::Canceled)?;
        let checked = membership.check(self.member.as_deref(), self.is_lost()).map(|()| membership);
        Ok(checked.and_then(|member| if self.is_same_topic() { Ok(member) } else { Err(Stranger::OtherTopic) }))
    }

    /// Commits, unless brokers would not fence it. Who we are may change until it is sent; then nobody else is in the
    /// group, or the brokers refuse: without a transaction they ask for a member as long as there is one.
    pub(super) fn commit(
        &self,
        offsets: &TopicPartitionList,
        mode: CommitMode,
    ) -> Result<Result<(), Stranger>, KafkaError> {
        match self.membership()? {
            Ok(_) => self.inner()?.commit(offsets, mode).map(Ok),
            Err(stranger) => Ok(Err(stranger)),
        }
    }

    /// The offsets that the brokers hold for these partitions. Trap: blocks while a transaction with offsets of the
    /// group is open, so never call it inside one.
    pub(super) fn committed(&self, partitions: &[Partition]) -> Result<BTreeMap<Partition, Held>, KafkaError> {
        let list = self.inner()?.committed_offsets(partitions_list(partitions), OFFSETS_TIMEOUT)?;
        let mut held = BTreeMap::new();
        for element in list.elements() {
            element.error()?;
            let offset = match element.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            };
            let topic = identity::labelled(element.metadata()).map(str::to_owned);
            let partition = Partition { topic: element.topic().into(), number: element.partition() };
            held.insert(partition, Held { offset, topic });
        }
        Ok(held)
    }

    /// Offsets to commit, with the topic that they belong to.
    pub(super) fn offsets(&self, offsets: &[(Partition, i64)]) -> Result<TopicPartitionList, KafkaError> {
        offsets_list(offsets, self.topic_id().as_deref())
    }

    /// Goes on reading at these offsets; what was fetched before is dropped by librdkafka.
    pub(super) fn seek(&self, offsets: &[(Partition, Offset)]) -> Result<(), KafkaError> {
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for (partition, offset) in offsets {
            list.add_partition_offset(&partition.topic, partition.number, *offset)?;
        }
        let list = self.inner()?.seek_partitions(list, OFFSETS_TIMEOUT)?;
        list.elements().iter().try_for_each(|element| element.error())
    }

    /// Leaves the group. Trap: dropping a consumer can hang (rust-rdkafka #509, #453), so it happens on a thread of its
    /// own; returns false when that did not end in time (the thread is left behind).
    pub(super) fn close(mut self, timeout: Duration) -> bool {
        let Some(consumer) = self.consumer.take() else { return true };
        consumer.context().closing.store(true, Ordering::Relaxed);
        // A change that was noted but not carried out would make the close wait for ever.
        let pending = !consumer.context().changes.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        if pending && let Err(error) = consumer.unassign() {
            consumer.context().reporter.error(&error, "unassign before close");
        }
        let (done, closed) = crossbeam_channel::bounded::<()>(1);
        let closer = std::thread::Builder::new().name("consumer-close".into()).spawn(move || {
            drop(consumer);
            drop(done);
        });
        // The sender is dropped when the consumer is gone: "disconnected" is the good news.
        closer.is_ok() && closed.recv_timeout(timeout) == Err(crossbeam_channel::RecvTimeoutError::Disconnected)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(consumer) = &self.consumer {
            consumer.context().closing.store(true, Ordering::Relaxed);
            // Frees a close from waiting for changes noted earlier.
            let _ = consumer.unassign();
        }
    }
}

/// A record as consumed; `usual` saves a copy of its topic's name.
pub(super) fn input(message: &BorrowedMessage<'_>, usual: &Arc<str>) -> Input {
    let topic = message.topic();
    Input {
        topic: if **usual == *topic { usual.clone() } else { topic.into() },
        partition: message.partition(),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: message.headers().map(headers).unwrap_or_default(),
    }
}

/// Trap: rdkafka 0.39 panics on a header name that is not UTF-8 (`BorrowedHeaders::try_get` unwraps), and one such
/// record would end the worker again and again. Its remaining headers are kept.
fn headers<H: Headers>(headers: &H) -> Vec<Header> {
    let read = |index| {
        let header = catch_unwind(AssertUnwindSafe(|| headers.try_get(index))).ok()??;
        Some(Header { name: header.key.to_owned(), value: header.value.map(<[u8]>::to_vec) })
    };
    (0..headers.count()).filter_map(read).collect()
}

fn partitions(list: &TopicPartitionList) -> Vec<Partition> {
    list.elements().iter().map(|e| Partition { topic: e.topic().into(), number: e.partition() }).collect()
}

fn partitions_list(partitions: &[Partition]) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        list.add_partition(&partition.topic, partition.number);
    }
    list
}

/// Offsets to commit in the topic with this id.
pub(super) fn offsets_list(
    offsets: &[(Partition, i64)],
    topic_id: Option<&str>,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(offsets.len());
    for (partition, offset) in offsets {
        let mut element = list.add_partition(&partition.topic, partition.number);
        element.set_offset(Offset::Offset(*offset))?;
        if let Some(id) = topic_id {
            element.set_metadata(identity::label(id));
        }
    }
    Ok(list)
}
