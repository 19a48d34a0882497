//! What the worker does when the input topic has lost history: it says so, counts it, and stops or goes on as
//! `lost_history` has it. Noticed in `history` and `identity`; going on never passes a record over.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::Offset;
use tracing::{error, info, warn};

use super::consumer::{Held, Subscription};
use super::error::StreamError;
use super::history::Loss;
use super::identity::Answer;
use super::ledger::Partition;
use super::settings::{LostHistory, Settings};
use super::turn::Stream;
use super::worker::CLOSE_TIMEOUT;

/// How long the id of the input topic is waited for at the start.
const UNTOLD: Duration = Duration::from_secs(1);

impl Stream {
    /// Says what is lost.
    ///
    /// # Errors
    /// It must not go on.
    pub(super) fn lost(&self, partitions: &[Partition], loss: &Loss) -> Result<(), StreamError> {
        // One at least: that a topic was created anew is worth an alert even if nothing is known to be lost.
        self.metrics.records_lost.with_label_values(&[loss.as_str()]).inc_by(loss.offsets().max(1));
        let partitions = super::rebalance::list(partitions);
        error!(%partitions, kind = loss.as_str(), offsets = loss.offsets(), "articles are lost: {loss}");
        match self.settings.lost_history {
            LostHistory::Continue => Ok(()),
            LostHistory::Stop => Err(StreamError::HistoryLost { partitions, loss: loss.to_string() }),
        }
    }

    /// Learns which topic it is that will be read.
    pub(super) fn identify(subscription: &Subscription, settings: &Settings) -> Result<(), StreamError> {
        match subscription.identify(UNTOLD) {
            Answer::Id(_) | Answer::NoIds => Ok(()),
            Answer::Missing => Err(StreamError::TopicMissing(settings.topics.input.to_string())),
            // The mock cluster, for one, answers everything but this.
            Answer::Unknown(reason) => {
                info!("the brokers do not tell the id of the input topic ({reason}): asked again now and then");
                Ok(())
            }
        }
    }

    /// Compares, once per assignment, where the group was with what the topic still has. Partitions whose offset belongs
    /// to another topic are read from their beginning.
    pub(super) fn look_back(&mut self, held: &BTreeMap<Partition, Held>) -> Result<(), StreamError> {
        let (mut first_time, mut foreign) = (Vec::new(), Vec::new());
        for (partition, held) in held {
            if !self.history.is_unchecked(partition) {
                continue;
            }
            if let Some(old) = self.foreign(held) {
                let new = self.subscription.topic_id().unwrap_or_default();
                foreign.push((partition.clone(), Offset::Beginning));
                if self.former_topic.as_ref() == Some(&old) {
                    // Committed while the topic went (measured), and said already.
                    continue;
                }
                self.lost(std::slice::from_ref(partition), &Loss::Recreated { old, new, unread: 0 })?;
                continue;
            }
            if held.offset.is_none() {
                first_time.push(partition.clone());
            }
            let low = self.subscription.low(partition);
            if let Some(loss) = self.history.committed(partition, held.offset, low) {
                self.lost(std::slice::from_ref(partition), &loss)?;
            }
        }
        if !first_time.is_empty() {
            let partitions = super::rebalance::list(&first_time);
            info!(
                %partitions,
                "the group has committed no offset here: reading from the beginning (a first start, new partitions, or \
                 offsets that expired while nobody was in the group)"
            );
        }
        self.rewind(&foreign)
    }

    /// The id of the topic that an offset belongs to, if it is not the one that is read.
    pub(super) fn foreign(&self, held: &Held) -> Option<String> {
        let known = self.subscription.topic_id()?;
        held.topic.clone().filter(|topic| *topic != known)
    }

    /// Another topic has taken the name of the one that was read. What was read of the old one is dropped: its offsets
    /// must not be committed any more. The new one is read from its beginning, by a new client: the old one still holds
    /// offsets, leader epochs and partitions of the topic that is gone.
    pub(super) fn follow_topic(&mut self, new: String) -> Result<(), StreamError> {
        self.conclude()?;
        let owned: Vec<Partition> = self.ledger.partitions().cloned().collect();
        let unread = owned.iter().map(|partition| {
            let labels = [&*partition.topic, &partition.number.to_string()];
            let lag = self.metrics.consumer_lag.with_label_values(&labels).get();
            lag.max(i64::try_from(self.ledger.uncommitted(partition)).unwrap_or(i64::MAX))
        });
        let (old, unread) = (self.subscription.topic_id().unwrap_or_default(), unread.sum());
        self.former_topic = Some(old.clone());
        self.lost(&owned, &Loss::Recreated { old, new, unread })?;
        self.give_back(&owned, "rewound");
        self.health.set_partitions(0);
        self.retry.afresh();
        let subscription = Subscription::new(&self.settings, &self.metrics)?;
        if !std::mem::replace(&mut self.subscription, subscription).close(CLOSE_TIMEOUT) {
            warn!("leaving the group took too long; the partitions come when the session times out");
        }
        Self::identify(&self.subscription, &self.settings)?;
        self.subscription.subscribe()
    }
}
