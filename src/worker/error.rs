//! Why a worker does not start, or ends.

use crate::http::HttpError;
use crate::stream::StreamError;

/// Why a worker does not start, or ends.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The settings, or files that they name, cannot be used.
    #[error(transparent)]
    Settings(anyhow::Error),
    /// The admin port cannot be opened.
    #[error(transparent)]
    Listen(#[from] HttpError),
    /// The operating system refuses threads or signals, or a part of Dateline itself is at fault.
    #[error(transparent)]
    System(anyhow::Error),
    /// The stream ended.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

impl WorkerError {
    /// Something is wrong with the settings.
    pub(crate) fn settings(error: impl Into<anyhow::Error>) -> Self {
        Self::Settings(error.into())
    }

    /// Something is wrong with the system.
    pub(crate) fn system(error: impl Into<anyhow::Error>) -> Self {
        Self::System(error.into())
    }

    /// Label for metrics and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Settings(_) => "settings",
            Self::Listen(_) => "listen",
            Self::System(_) => "system",
            Self::Stream(error) => error.kind(),
        }
    }
}
