//! Batches on the stream thread: when one is due, what follows its success or failure.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tracing::{debug, info, warn};

use super::consumer::TopicState;
use super::dead_letter;
use super::delivery::{Article, Attempt, Failure, Outcome, Patience, Written, is_about_the_record};
use super::error::StreamError;
use super::ledger::{Batch, Partition};
use super::process::{Input, OutputRecord, Processed, Rejection, Stage};
use super::settings::Settings;
use super::turn::Stream;

/// A batch that is written but not committed. Its records stay in the ledger, and no lane may go before it is
/// concluded.
pub(super) struct OpenBatch {
    batch: Batch,
    offsets: Vec<(Partition, i64)>,
    written: Written,
    since: Instant,
}

impl Stream {
    /// Moves the open batch on, or opens one if it is due. True if anything happened.
    pub(super) fn deliver_if_due(&mut self) -> Result<bool, StreamError> {
        let now = Instant::now();
        let settled = self.delivery.poll(Duration::ZERO);
        if let Some(open) = &self.open_batch {
            let overdue = now.duration_since(open.since) >= self.settings.broker_patience;
            return if settled || overdue { self.conclude().map(|()| true) } else { Ok(false) };
        }
        let ready = self.ledger.ready();
        if ready == 0 || self.retry.blocked(now) {
            return Ok(false);
        }
        let oldest = self.ledger.heads().map(|article| article.ended).min();
        let waited = oldest.is_some_and(|ended| now.saturating_duration_since(ended) >= self.settings.batch_wait);
        if ready < self.settings.batch_records && !waited && self.gate.is_open() {
            return Ok(false);
        }
        self.begin()?;
        Ok(true)
    }

    /// Opens a batch of what is ready, unless the brokers' offsets must be looked at first and cannot.
    pub(super) fn begin(&mut self) -> Result<(), StreamError> {
        if self.producer_lost && !self.reopen()? {
            return Ok(());
        }
        if self.retry.in_doubt() && !self.verify()? {
            return Ok(());
        }
        let records = self.retry.batch_records(self.settings.batch_records);
        let batch = self.ledger.batch(records, self.settings.batch_bytes, |article| article.charged);
        if batch.len() == 0 {
            return Ok(());
        }
        let offsets = self.ledger.offsets(&batch);
        let articles: Vec<&Article> = self.ledger.entries(&batch).collect();
        debug!(articles = articles.len(), offsets = %span(&self.ledger.heads_of(&batch), &offsets), "a batch begins");
        let since = Instant::now();
        let patience = Patience::new(since, self.settings.broker_patience, &self.stop, &self.health);
        let written = self.delivery.write(&articles, &patience)?;
        self.open_batch = Some(OpenBatch { batch, offsets, written, since });
        Ok(())
    }

    /// Commits the open batch, if there is one, however long the brokers take.
    pub(super) fn conclude(&mut self) -> Result<(), StreamError> {
        let Some(OpenBatch { batch, offsets, written, since }) = self.open_batch.take() else { return Ok(()) };
        let articles: Vec<&Article> = self.ledger.entries(&batch).collect();
        let patience = Patience::new(since, self.settings.broker_patience, &self.stop, &self.health);
        match self.delivery.commit(written, &articles, &offsets, &self.subscription, &patience)? {
            Attempt::Committed => self.committed(&batch, &offsets),
            Attempt::Failed(failure) => self.failed(&batch, since, &failure)?,
            Attempt::Lost(reason) => {
                warn!(articles = batch.len(), "the producer is lost and is built anew: {reason}");
                self.doubt();
                self.delivery.renew()?;
                self.producer_lost = true;
                self.retry.failed(since, Instant::now(), &reason)?;
            }
        }
        Ok(())
    }

    /// Opens a new producer, which ends what the lost one left open. False: the brokers do not let us yet.
    fn reopen(&mut self) -> Result<bool, StreamError> {
        if !self.delivery.open()? {
            let now = Instant::now();
            self.retry.failed(now, now, "a new producer gets no answer from its coordinator")?;
            return Ok(false);
        }
        self.producer_lost = false;
        self.metrics.producers_rebuilt.inc();
        info!("the producer is built anew");
        Ok(true)
    }

    fn doubt(&mut self) {
        if self.delivery.verifies() {
            self.retry.doubt();
        }
    }

    fn committed(&mut self, batch: &Batch, offsets: &[(Partition, i64)]) {
        debug!(articles = batch.len(), offsets = %span(&self.ledger.heads_of(batch), offsets), "a batch is committed");
        let now = SystemTime::now();
        for article in self.ledger.commit(batch) {
            self.gate.release(article.charged);
            self.recorder.finished(&article, now);
            self.commits.done(&article.partition(), article.before, article.input.offset);
            self.suspects.committed(&article.input);
            match &article.outcome {
                Outcome::Dead { rejection, .. } => {
                    self.summary.dead_lettered += 1;
                    let (stage, reason) = (rejection.stage.as_str(), rejection.reason);
                    let Input { topic, partition, offset, .. } = &*article.input;
                    warn!(stage, reason, %topic, partition, offset, "dead-lettered");
                }
                Outcome::Skipped { .. } => self.summary.skipped += 1,
                Outcome::Enriched(_) | Outcome::Pending => self.summary.enriched += 1,
            }
        }
        for (partition, offset) in offsets {
            self.commits.committed(partition, *offset);
        }
        self.recorder.in_flight(&self.gate);
        self.retry.succeeded(|partition| self.ledger.position(partition));
    }

    fn failed(&mut self, batch: &Batch, began: Instant, failure: &Failure) -> Result<(), StreamError> {
        warn!(articles = batch.len(), "a batch failed and is tried again: {}", failure.reason);
        self.doubt();
        self.retry.stuck(self.ledger.heads_of(batch));
        for index in &failure.delivered {
            if let Some(article) = self.ledger.entry_mut(batch, *index) {
                article.delivered = true;
            }
        }
        match failure.refused.iter().find(|(_, code)| is_about_the_record(*code)) {
            // Broker trouble never makes an article bad.
            None => {
                let patience = self.retry.failed(began, Instant::now(), &failure.reason);
                patience.map_err(|error| self.missing_topic().unwrap_or(error))
            }
            Some(_) if batch.len() > 1 => {
                self.retry.halve(batch.len());
                Ok(())
            }
            Some((_, code)) => self.condemn(batch, &format!("a broker refused the record: {code}")),
        }
    }

    /// Looks, when patience is over, whether a topic was deleted: a record for it only times out.
    fn missing_topic(&self) -> Option<StreamError> {
        let gone = |topic: &&Arc<str>| {
            matches!(self.subscription.topic_state(topic, Duration::from_secs(2)), TopicState::Missing)
        };
        self.settings.topics.written().find(gone).map(|topic| StreamError::TopicMissing(topic.to_string()))
    }

    /// Turns the one article of a batch into a dead letter, or its dead letter into smaller pieces.
    fn condemn(&mut self, batch: &Batch, message: &str) -> Result<(), StreamError> {
        let ordered = self.settings.ordered;
        let Some(article) = self.ledger.entry_mut(batch, 0) else { return Ok(()) };
        if ordered && !matches!(article.outcome, Outcome::Dead { .. }) {
            let Input { topic, partition, offset, .. } = &*article.input;
            return Err(StreamError::Halted(format!(
                "what was made of record {offset} of {topic}[{partition}] is refused ({message}), and its state would be \
                 lost; raise the limits of the topics and start again"
            )));
        }
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
            _ => (Rejection::fault(Stage::Produce, "refused_by_broker", message), self.settings.output_bytes),
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
}

/// What a batch holds, for the log: of each partition the first offset and the one committed.
fn span(heads: &[(Partition, i64)], offsets: &[(Partition, i64)]) -> String {
    let part =
        |((partition, from), (_, to)): (&(Partition, i64), &(Partition, i64))| format!("{partition}:{from}-{to}");
    heads.iter().zip(offsets).map(part).collect::<Vec<String>>().join(" ")
}

/// Outputs that all fit, or why the article must be given up. Enriched articles are many times larger than raw ones.
pub(super) fn fitting(processed: Processed, limit: usize) -> Result<Outcome, Rejection> {
    let records = match processed {
        Processed::Records(records) => records,
        Processed::Skipped { reason, records } => return Ok(Outcome::Skipped { reason, records }),
        // The turn has ended the worker before.
        Processed::Halt(_) => return Ok(Outcome::Pending),
    };
    match records.iter().find(|record| record.wire_size() > limit) {
        None => Ok(Outcome::Enriched(records)),
        Some(record) => {
            let message =
                format!("a record for {} has {} bytes, {limit} are allowed", record.topic, record.wire_size());
            Err(Rejection::fault(Stage::Produce, "output_too_large", message))
        }
    }
}

/// The outcome of an article that is not published.
pub(super) fn rejected(settings: &Settings, input: &Input, rejection: Rejection, limit: usize) -> Outcome {
    if settings.skip_foreign && !rejection.fault {
        return Outcome::Skipped { reason: rejection.reason, records: Vec::new() };
    }
    dead(settings, input, rejection, limit)
}

/// The outcome of a bad article.
fn dead(settings: &Settings, input: &Input, rejection: Rejection, limit: usize) -> Outcome {
    let records = dead_letter::records(&settings.topics.dead, input, &rejection, jiff::Timestamp::now(), limit);
    Outcome::Dead { rejection, records, limit }
}
