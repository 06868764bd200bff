//! Writing a project to disk: the whole of it, or the whole of a change, or nothing.
//!
//! A new project is put together in a staging folder on the same file system and then moved into place, so that whoever
//! looks at the target, and whatever kills the process, sees either no project or all of it.
//!
//! **Where the target does not exist** the staging folder is its sibling `.NAME.scaffold-new`, and one rename makes
//! the project appear. A kill before that rename leaves the sibling, a kill after it at most an empty one.
//!
//! **Where the target is an empty folder** it can't be replaced: a shell may stand in it, it may be a mount point. The
//! staging folder is `.scaffold/staging` inside it. Once that is complete a journal names the entries to move out, the
//! lock last; from then on an interrupted run is finished by the next one and never undone, because undoing would
//! delete files that the user may have touched in between. An empty folder may hold `.git`.
//!
//! **Where a project is** it is changed file by file, and the files that a change replaces or removes are kept, so that
//! it can be rolled back while it is being made and undone later. [`survey`] reads what is there, [`change`] makes the
//! change, [`last_change`] tells what is needed to undo it; `change/mod.rs` says how.
//!
//! A lock file that the living process holds tells a staging folder in use from one whose owner was killed; the system
//! releases it whatever ends the process. [`create`] and [`check_target`] begin with [`recover`], and so does every
//! command that works in a project: what a killed run has begun it completes, or takes back.
//!
//! Below the target's parent everything goes through `cap-std`'s directory handles, each folder opened once, and no
//! symbolic link is ever followed; paths are not resolved again between a check and its use.
//!
//! Nothing is flushed to the platters: a process that dies is survived, a machine that loses power is not always. A
//! flush for each file would cost a project a hundred times its writing. What is written can be made again from the
//! project's lock; what a user has written was on the disk before, and is moved, never copied.

mod change;
mod disk;
mod error;
mod export;
mod folders;
mod journal;
mod place;
mod read;
mod staging;
mod survey;
mod target;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::model::{INTENT_FILE, LOCK_FILE, Report, Tree};

pub use change::{
    After, Before, Change, Edit, Entry, LastChange, LastEdit, Written, change, is_changed, is_unfinished, last_change,
};
pub use error::ApplyError;
pub use export::export;
pub use read::read;
pub use survey::{Found, Obstacle, survey};

use disk::Disk;
use target::Target;

/// What a run that was killed had left behind, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing was left.
    Nothing,
    /// Files that were never in place were removed.
    Removed,
    /// All files of a project had been written and some moved into place: the rest followed, and the project is whole.
    Finished,
    /// A change of a project was begun, and is complete now.
    ChangeFinished,
    /// A change of a project was begun and could not be completed: it was rolled back, and the project is what it was.
    ChangeRolledBack,
}

/// The files that make a folder a project.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// `scaffold.toml`.
    pub intent: &'a [u8],
    /// `scaffold.lock`.
    pub lock: &'a [u8],
}

/// Makes them, while other files are written.
pub type MakeOwn<'a> = dyn Fn() -> Result<Own<'a>, Report> + Sync + 'a;

/// All that a new project consists of.
#[derive(Clone, Copy)]
struct Project<'a> {
    tree: &'a Tree,
    /// Those that make it a project; none for a tree without a project around it.
    own: Option<&'a MakeOwn<'a>>,
}

/// Writes a new project to `target`, which must not exist or be empty: the tree, `scaffold.toml` and `scaffold.lock`.
/// What stands in those two is asked for while the tree is being written, on another thread if one is free; more than
/// once where another process gets in the way. Missing parents of `target` are made.
///
/// # Errors
/// Whatever keeps the whole project from being written. Nothing of it is left behind then.
pub fn create<'a>(target: &Path, tree: &'a Tree, own: &'a MakeOwn<'a>) -> Result<(), ApplyError> {
    create_on(Disk::real(), target, Project { tree, own: Some(own) })
}

/// Says early, before any pack has run, whether [`create`] would take `target`. Writes nothing, but
/// for what [`recover`] does.
///
/// # Errors
/// A target that is not empty, no folder, in use, or in a place that can't be written.
pub fn check_target(target: &Path) -> Result<(), ApplyError> {
    let found = Target::find(Disk::real(), target)?;
    found.check_writable()
}

/// Puts in order what a killed run left at `target`, be it a new project or a change of one: finishes what had begun to
/// appear, removes what had not.
///
/// # Errors
/// Another process that is writing there now; a target that is no folder; leftovers that can't be moved or removed.
pub fn recover(target: &Path) -> Result<Recovery, ApplyError> {
    Target::look(target)?.recover(Disk::real())
}

impl<'a> Own<'a> {
    /// Their names, in the order in which they appear. The lock comes last: it makes the project one.
    const NAMES: [&'static str; 2] = [INTENT_FILE, LOCK_FILE];

    /// What stands in them, in the same order.
    fn contents(self) -> [&'a [u8]; 2] {
        [self.intent, self.lock]
    }
}

/// How often two processes may get into each other's way before one of them gives up.
const ATTEMPTS: usize = 8;

fn create_on(disk: Disk<'_>, target: &Path, project: Project<'_>) -> Result<(), ApplyError> {
    for _ in 0..ATTEMPTS {
        let found = Target::find(disk, target)?;
        if place::place(disk, &found, project)? {
            return Ok(());
        }
    }
    Err(ApplyError::InTheWay { path: target::staging_path(target) })
}
