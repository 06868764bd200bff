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
        let mut text = String::new();
        let file = File::open(root.join(LOCK_FILE)).map_err(unreadable)?;
        file.take(MAX_FILE).read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(&text)
    }
}
