//! Why this machine's store can't be used.

use std::io;
use std::path::{Path, PathBuf};

use crate::model::{Diagnose, Report, io_cause, printable};

/// Why this machine's store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither the environment nor the platform says where the user's files are.
    #[error("no home folder was found for configuration and cache")]
    NoHome,
    /// Something in the cache can't be written.
    #[error("can't write to the cache `{}`: {}", shown(.path), io_cause(.cause))]
    Unwritable {
        /// The file or folder that was to be written.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Something in the cache can't be read.
    #[error("can't read `{}` in the cache: {}", shown(.path), io_cause(.cause))]
    Unreadable {
        /// The file or folder that was to be read.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The cache's folder lacks the tag that scaffold puts into it, and is not emptied.
    #[error("`{}` has no `CACHEDIR.TAG` of scaffold's, so it may not be a cache", shown(.path))]
    Untagged {
        /// The folder.
        path: PathBuf,
    },
}

impl StoreError {
    /// Makes an [`StoreError::Unwritable`] of what the system said about `path`.
    pub(super) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Unwritable { path: path.to_owned(), cause }
    }

    /// Makes an [`StoreError::Unreadable`] of what the system said about `path`.
    pub(super) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Unreadable { path: path.to_owned(), cause }
    }

    /// Whether only speed is lost when one goes on without the cache: then a warning may do.
    pub fn is_about_the_cache(&self) -> bool {
        !matches!(self, Self::NoHome)
    }
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

impl Diagnose for StoreError {
    fn report(&self) -> Report {
        let (code, hint) = match self {
            Self::NoHome => ("home-not-found", "set `SCAFFOLD_HOME` to a folder of your own"),
            Self::Unwritable { .. } => ("cache-unwritable", "set `SCAFFOLD_HOME` to a folder that you may write to"),
            Self::Unreadable { .. } => ("cache-unreadable", "make it readable, or run `scaffold cache clean`"),
            Self::Untagged { .. } => {
                ("cache-untagged", "look into the folder, and remove it yourself if it is a cache")
            }
        };
        Report::new(code, self.to_string()).hint(hint)
    }
}
