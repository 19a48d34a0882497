//! Why a worker stops for good. Anything that a retry can mend never gets here.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use thiserror::Error;

use super::delivery::{code_of, is_denied};
use super::diagnosis::Diagnosis;
use crate::properties::is_secret_property;

/// A fatal error of the stream. The process should exit non-zero and be started again by its supervisor, which is
/// always safe: nothing uncommitted is lost, nothing committed is done twice.
#[derive(Debug, Error)]
pub enum StreamError {
    /// A setting is wrong.
    #[error("{0}")]
    Settings(String),
    /// A client could not be built.
    #[error("the kafka {client} cannot be created: {reason}")]
    Client {
        /// `consumer` or `producer`.
        client: &'static str,
        /// What librdkafka said.
        reason: String,
    },
    /// A topic does not exist.
    #[error("topic {0} does not exist; create it, or correct its name in the settings")]
    TopicMissing(String),
    /// No broker answered within the patience given.
    #[error("the brokers did not complete {action} within {seconds} s: {reason}; check the network and the brokers")]
    Unavailable {
        /// What was tried.
        action: &'static str,
        /// How long.
        seconds: u64,
        /// The last error.
        reason: String,
    },
    /// The brokers and the security settings do not go together; no waiting mends it.
    #[error("no connection: {reason}; {}", diagnosis.remedy)]
    Misconfigured {
        /// What it means.
        diagnosis: &'static Diagnosis,
        /// What librdkafka said.
        reason: String,
    },
    /// The brokers refuse an operation on a topic.
    #[error("the brokers refuse {operation} on topic {topic}: {code}; grant it to the user")]
    DeniedTopic {
        /// The topic.
        topic: String,
        /// Kafka's name of the operation.
        operation: &'static str,
        /// What they said.
        code: RDKafkaErrorCode,
    },
    /// The brokers do not do what was asked of a topic.
    #[error("the brokers do not {operation} topic {topic}: {code}")]
    TopicRefused {
        /// The topic.
        topic: String,
        /// Kafka's name of the operation.
        operation: &'static str,
        /// What they said.
        code: RDKafkaErrorCode,
    },
    /// More copies are wanted than there are brokers.
    #[error(
        "topic {topic} cannot have {replication} copies on {brokers} brokers; start more, or set \
         topics.replication_factor (--replication-factor) to {brokers} or less"
    )]
    TooFewBrokers {
        /// The topic.
        topic: String,
        /// Copies wanted.
        replication: usize,
        /// Brokers there are.
        brokers: usize,
    },
    /// Another producer took the transactional id over, or the broker gave the transaction up.
    #[error(
        "fenced: another worker uses the transactional id {transactional_id}, or the broker timed the transaction out \
         ({reason}); give every worker its own instance"
    )]
    Fenced {
        /// The id.
        transactional_id: String,
        /// What librdkafka said.
        reason: String,
    },
    /// The brokers refuse access.
    #[error("the brokers refuse {action}: {code}; {}", right(*code))]
    Denied {
        /// What was refused.
        action: &'static str,
        /// What librdkafka said.
        code: RDKafkaErrorCode,
    },
    /// A client is beyond repair.
    #[error("the kafka client failed during {action}: {reason}")]
    ClientFailed {
        /// What was tried.
        action: &'static str,
        /// What librdkafka said.
        reason: String,
    },
    /// The dead-letter topic refuses even the smallest pieces.
    #[error("topic {topic} refuses dead letters of {bytes} bytes; raise its max.message.bytes")]
    DeadLetterRefused {
        /// The topic.
        topic: String,
        /// Size of the refused piece.
        bytes: usize,
    },
    /// The folder of the crash journal cannot be used.
    #[error("the state folder {} cannot be used: {source}", folder.display())]
    State {
        /// The folder.
        folder: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Offsets came in an impossible order.
    #[error("{0}; restarting from the committed offsets is safe")]
    Ledger(#[from] super::ledger::LedgerError),
    /// Threads are stuck in articles and too many were replaced already.
    #[error(
        "{0} enrichment threads are stuck in articles that never end; see the dead letters whose reason is timeout"
    )]
    ThreadsStuck(usize),
    /// A thread could not be started.
    #[error("a thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// The stop took longer than allowed.
    #[error("the drain did not end within {0} s; the rest is read again by the next owner of the partitions")]
    DrainTimedOut(u64),
    /// The input topic has lost history, and `lost_history` says to stop then.
    #[error(
        "articles are lost in {partitions}: {loss}; kafka.lost_history is stop: bring them back into the input topic from \
         where they came, then set it to continue (or move the group's offsets) and start again"
    )]
    HistoryLost {
        /// `topic[partition]`, separated by spaces.
        partitions: String,
        /// What is lost.
        loss: String,
    },
    /// The process cannot go on.
    #[error("{0}")]
    Halted(String),
    /// The stream thread hangs.
    #[error("a call into the kafka client has not returned for {0} s; restarting from the committed offsets is safe")]
    Hangs(u64),
    /// The stream thread panicked.
    #[error("the stream thread panicked: {0}")]
    Panicked(String),
}

/// What to grant when a broker refuses with this code.
fn right(code: RDKafkaErrorCode) -> &'static str {
    match code {
        RDKafkaErrorCode::GroupAuthorizationFailed => "grant the user READ on the consumer group (kafka.group_id)",
        RDKafkaErrorCode::TransactionalIdAuthorizationFailed => {
            "grant the user WRITE on transactional ids that begin with <kafka.group_id>-"
        }
        RDKafkaErrorCode::TopicAuthorizationFailed => {
            "grant the user READ on the input topic and WRITE on the output and dead-letter topics"
        }
        RDKafkaErrorCode::ClusterAuthorizationFailed => "grant the user the right on the cluster",
        _ => "look at the user and its rights",
    }
}

impl StreamError {
    /// Stable name for metrics and exit codes.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Settings(_) => "settings",
            Self::Client { .. } => "client",
            Self::TopicMissing(_) => "topic_missing",
            Self::Unavailable { .. } => "unavailable",
            Self::Misconfigured { diagnosis, .. } => diagnosis.cause,
            Self::DeniedTopic { .. } => "denied",
            Self::TopicRefused { .. } => "topic_refused",
            Self::TooFewBrokers { .. } => "too_few_brokers",
            Self::Fenced { .. } => "fenced",
            Self::Denied { .. } => "denied",
            Self::ClientFailed { .. } => "client_failed",
            Self::DeadLetterRefused { .. } => "dead_letter_refused",
            Self::State { .. } => "state",
            Self::Ledger(_) => "ledger",
            Self::ThreadsStuck(_) => "threads_stuck",
            Self::Thread(_) => "thread",
            Self::DrainTimedOut(_) => "drain_timed_out",
            Self::HistoryLost { .. } => "history_lost",
            Self::Halted(_) => "halted",
            Self::Hangs(_) => "hangs",
            Self::Panicked(_) => "panicked",
        }
    }

    pub(super) fn client(client: &'static str, error: &KafkaError) -> Self {
        Self::Client { client, reason: refusal(error) }
    }

    pub(super) fn client_failed(action: &'static str, error: &KafkaError) -> Self {
        Self::ClientFailed { action, reason: error.to_string() }
    }
}

impl From<KafkaError> for StreamError {
    fn from(error: KafkaError) -> Self {
        if is_denied(code_of(&error)) {
            return Self::Denied { action: "a request", code: code_of(&error) };
        }
        Self::client_failed("a request", &error)
    }
}

/// Why librdkafka refuses a configuration. Trap: rdkafka appends the value of the property to the text, and librdkafka
/// may quote it: for a password that would end in the log.
pub(super) fn refusal(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, text, name, value) if is_secret_property(name) && !value.is_empty() => {
            text.replace(value, "[redacted]")
        }
        KafkaError::ClientConfig(_, text, _, _) | KafkaError::ClientCreation(text) => text.clone(),
        other => other.to_string(),
    }
}
