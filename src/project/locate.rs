//! Finding a project on disk, and reading its files.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::{Lock, ProjectError};
use crate::model::{INTENT_FILE, LOCK_FILE};

/// The most bytes that one of a project's own files may have.
const MAX_FILE: u64 = 64 << 20;

/// The folder of the project that `from` is in: the nearest one upward with a `scaffold.toml`.
///
/// # Errors
/// There is none.
pub fn find(from: &Path) -> Result<PathBuf, ProjectError> {
    let mut folders = from.ancestors();
    let found = folders.find(|folder| folder.join(INTENT_FILE).is_file());
    found.map(Path::to_owned).ok_or_else(|| ProjectError::NoProject { from: from.to_owned() })
}

impl Lock {
    /// Reads the lock of the project in `root`.
    ///
    /// # Errors
    /// A file that is not there or can't be read, and everything that [`Lock::parse`] finds.
    pub fn read(root: &Path) -> Result<Self, ProjectError> {
        let unreadable = |cause: std::io::Error| match cause.kind() {
            ErrorKind::NotFound => ProjectError::NoLock { root: root.to_owned() },
            _ => ProjectError::Unreadable { file: LOCK_FILE, cause },
        };
        let path = root.join(LOCK_FILE);
        if !std::fs::metadata(&path).map_err(unreadable)?.is_file() {
            return Err(unreadable(std::io::Error::other("it is not a file")));
        }
        let mut text = String::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > MAX_FILE {
            return Err(unreadable(std::io::Error::other("it is too large")));
        }
        Self::parse(&text)
    }
}
