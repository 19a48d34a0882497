//! How the process ends. Codes follow sysexits.h, so that a supervisor can tell what to do.

use std::process::ExitCode;

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
