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
        let text = read_text(root, LOCK_FILE)?.ok_or_else(|| ProjectError::NoLock { root: root.to_owned() })?;
        Self::parse(&text)
    }
}

/// The text of one of a project's own files; none where there is no such file.
///
/// # Errors
/// What is no file, is too large, or can't be read.
pub fn read_text(root: &Path, file: &'static str) -> Result<Option<String>, ProjectError> {
    let unreadable = |cause: std::io::Error| ProjectError::Unreadable { file, cause };
    let path = root.join(file);
    match std::fs::metadata(&path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(unreadable(std::io::Error::other("it is not a file"))),
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(unreadable(cause)),
    }
    let mut text = String::new();
    let opened = File::open(path).map_err(unreadable)?;
    opened.take(MAX_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE {
        return Err(unreadable(std::io::Error::other("it is too large")));
    }
    Ok(Some(text))
}
