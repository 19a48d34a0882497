//! How the process ends. Codes follow sysexits.h, so that a supervisor can tell what to do.

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::http::HttpError;
use crate::stream::StreamError;
use crate::worker::WorkerError;

/// Exit codes of `dateline`, documented in the README and held to by tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// Nothing is wrong, but there is something to do (`topics plan`).
    Pending = 2,
    /// The command line is wrong.
    Usage = 64,
    /// Some input was no article (`extract`).
    Data = 65,
    /// An input file cannot be opened.
    NoInput = 66,
    /// Kafka cannot be reached, or a topic is missing or forbidden.
    Unavailable = 69,
    /// A fault in Dateline or in what it was built with.
    Internal = 70,
    /// The input topic has lost articles, and `kafka.lost_history` says to stop then.
    HistoryLost = 72,
    /// Some output cannot be written.
    Output = 74,
    /// Stopped before everything in flight was committed; nothing is lost, the rest is read again at the next start.
    DrainTimedOut = 75,
    /// Another worker has taken over this worker's transactional id.
    Fenced = 76,
    /// The configuration is wrong.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// An error with the exit code that it leads to.
#[derive(Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// What went wrong.
    pub error: anyhow::Error,
}

impl Failure {
    /// Ties an error to a code.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }
}

impl From<StreamError> for Failure {
    /// A stream that ended.
    fn from(error: StreamError) -> Self {
        let exit = match &error {
            StreamError::Settings(_) | StreamError::State { .. } | StreamError::Halted(_) => Exit::Config,
            StreamError::TopicMissing(_)
            | StreamError::Unavailable { .. }
            | StreamError::Denied { .. }
            | StreamError::DeniedTopic { .. }
            | StreamError::TopicRefused { .. }
            | StreamError::TooFewBrokers { .. } => Exit::Unavailable,
            // A file named by the settings that cannot be read, or a security setting that the brokers do not share.
            StreamError::Client { .. } | StreamError::Misconfigured { .. } => Exit::Config,
            StreamError::Fenced { .. } => Exit::Fenced,
            StreamError::HistoryLost { .. } => Exit::HistoryLost,
            StreamError::DrainTimedOut(_) => Exit::DrainTimedOut,
            _ => Exit::Internal,
        };
        Failure::new(exit, error)
    }
}

impl From<WorkerError> for Failure {
    fn from(error: WorkerError) -> Self {
        match error {
            WorkerError::Settings(error) => Self { exit: Exit::Config, error },
            WorkerError::Listen(error) => {
                // A port that is taken may be free at the next start; an address that is not ours never is.
                let HttpError::Bind { source, .. } = &error;
                let taken = source.kind() == ErrorKind::AddrInUse;
                Self::new(if taken { Exit::Unavailable } else { Exit::Config }, error)
            }
            WorkerError::System(error) => Self { exit: Exit::Internal, error },
            WorkerError::Stream(error) => error.into(),
        }
    }
}
