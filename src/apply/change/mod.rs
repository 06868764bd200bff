//! Changing the files of a project: all of a change, or nothing.
//!
//! ```text
//! .scaffold/.gitignore           `*`: nothing of this is anybody else's business
//! .scaffold/undo/                the last change: its journal, and the old files under the numbers of its steps
//! .scaffold/change/              while a change is being made
//!     lock                       held by the process that is at work
//!     staging/N                  the new files
//!     undo/journal               what is done; `undo` becomes `.scaffold/undo`
//!     undo/N                     the old files
//!     retired/                   the `.scaffold/undo` that was there
//! ```
//!
//! A change is staged in full before anything of the project is touched. Then the journal is written, and from there on
//! the change is certain to be completed or rolled back: by this run, or by the next one that comes to the project. Each
//! step moves the old file away and the new one into its place, and looks whether the old one is what the change was
//! planned for; no move replaces anything. Files that go come first, since what is written may need their names, then
//! those that are written, `scaffold.toml` and `scaffold.lock` at the end. An error rolls the change back; whoever
//! finds a dead process's journal goes on with it, and rolls it back only if that fails: most of the time a process was
//! killed for reasons that have nothing to do with the change, and its user wanted it.
//!
//! Where neither works, because somebody has put something where old and new file belong, everything stays where it is
//! until that is gone.

mod journal;
mod moves;
mod steps;
mod undo;
mod work;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use serde::{Deserialize, Serialize};

use super::disk::{Disk, open_folder};
use super::staging::{HELD, Leftover, Staging};
use super::target::OWN_FOLDER;
use super::{ATTEMPTS, ApplyError, Recovery};
use crate::model::{Digest, INTENT_FILE, LOCK_FILE, ProjectPath};

pub use undo::{LastChange, LastEdit, last_change};
use work::{OwnFolder, Work};

/// The folder of a change that is being made, in scaffold's own folder.
const CHANGE: &str = "change";
/// The folder of old files, in that one and later in scaffold's own.
const UNDO: &str = "undo";

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

/// What an entry was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Its bytes.
    pub contents: Vec<u8>,
    /// Whether it could be run.
    pub executable: bool,
}

/// What a change made of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
/// [`last_change`] reads it. A change of nothing changes nothing, and the one before stays the last one.
///
/// # Errors
/// An entry that is not as it was when the change was planned; whatever keeps the whole change from being made. Nothing
/// is changed then, unless it is [`ApplyError::Unfinished`].
pub fn change(root: &Path, change: &Change<'_>) -> Result<(), ApplyError> {
    change_on(Disk::real(), root, change)
}

/// Whether a change was made in `root`, or is being made, so that there may be something to undo.
pub fn is_changed(root: &Path) -> bool {
    is_unfinished(root) || std::fs::symlink_metadata(root.join(OWN_FOLDER).join(UNDO)).is_ok()
}

/// Whether a change of the project in `root`, or its appearing there, may have been interrupted. Until
/// [`recover`](super::recover) has seen to it, even `scaffold.toml` may be missing.
pub fn is_unfinished(root: &Path) -> bool {
    let own = root.join(OWN_FOLDER);
    [CHANGE, super::journal::FILE].iter().any(|name| std::fs::symlink_metadata(own.join(name)).is_ok())
}

pub(super) fn change_on(disk: Disk<'_>, root: &Path, change: &Change<'_>) -> Result<(), ApplyError> {
    if change.entries.values().all(|edit| edit.before.is_none() && edit.after.is_none()) {
        return Ok(());
    }
    let dir = Dir::open_ambient_dir(root, ambient_authority()).map_err(ApplyError::unwritable(root))?;
    for _ in 0..ATTEMPTS {
        // What it did shows in the digests, if it matters to this change.
        recover(disk, &dir, root)?;
        let Some(own) = OwnFolder::enter(disk, &dir)? else { continue };
        let work = match Staging::claim(disk, &own.dir, CHANGE.as_ref()) {
            Ok(Some(staging)) => Work { project: &dir, own: &own, staging },
            Ok(None) => continue,
            // Another process saw the folder while it was empty, and took it for a dead one's.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(cause) => {
                own.leave();
                return Err(ApplyError::Write { path: OWN_FOLDER.into(), cause });
            }
        };
        let made = work.make(change);
        if made.is_err() {
            own.leave();
        }
        return made;
    }
    Err(ApplyError::InTheWay { path: root.join(OWN_FOLDER).join(CHANGE) })
}

/// Completes or clears away the change of the project in `dir`, at `root`, that a killed run has begun.
pub(super) fn recover(disk: Disk<'_>, dir: &Dir, root: &Path) -> Result<Recovery, ApplyError> {
    let Ok(own) = open_folder(dir, OWN_FOLDER.as_ref()) else { return Ok(Recovery::Nothing) };
    let own = OwnFolder { disk, project: dir, dir: own, is_new: false };
    let path = PathBuf::from(OWN_FOLDER).join(CHANGE);
    let staging = match Staging::find(disk, &own.dir, CHANGE.as_ref()) {
        Leftover::Stale(staging) => Some(staging),
        Leftover::Live => return Err(ApplyError::Busy { target: root.into(), staging: root.join(path).join(HELD) }),
        Leftover::Removed => None,
        Leftover::Nothing => Staging::adopt(disk, &own.dir, CHANGE.as_ref()).map_err(ApplyError::write(path))?,
    };
    match staging {
        Some(staging) => Work { project: dir, own: &own, staging }.resume(),
        None => Ok(Recovery::Nothing),
    }
}
