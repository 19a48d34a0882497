//! Why an export ends before its time.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::stream::StreamError;
use crate::table::TableError;

/// An export cannot go on. Nothing is lost or doubled: the same command goes on.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Kafka.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// Rows that cannot be encoded.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The file system.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another export writes there.
    #[error("another export writes to {}; give this one a folder of its own, or wait", .0.display())]
    Locked(PathBuf),
    /// The files there are of something else.
    #[error("{} holds {found}, which is not {wanted}; give another --dir, or move it away", folder.display())]
    OtherOrigin {
        /// The folder.
        folder: PathBuf,
        /// What the files are of.
        found: String,
        /// What they would be of.
        wanted: String,
    },
    /// The table has no such day.
    #[error("rows of {table} have no {day} day; choose --day record or published")]
    NoDay {
        /// The table.
        table: &'static str,
        /// The day.
        day: &'static str,
    },
}

impl ExportError {
    /// Stable name.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Stream(error) => error.kind(),
            Self::Table(error) => error.kind(),
            Self::File { .. } => "file",
            Self::Locked(_) => "locked",
            Self::OtherOrigin { .. } => "other_origin",
            Self::NoDay { .. } => "no_day",
        }
    }

    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
