//! One change at work: from the claim of its folder to what is kept of it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use cap_std::fs::Dir;

use super::super::disk::{Access, Disk, is_there, open_folder, unless_absent};
use super::super::staging::Staging;
use super::super::target::OWN_FOLDER;
use super::super::{ApplyError, Recovery, journal as file};
use super::journal::Journal;
use super::steps::Steps;
use super::{CHANGE, Change, UNDO};

/// Where the `.scaffold/undo` goes that a change replaces.
const RETIRED: &str = "retired";
/// Keeps git away from scaffold's own folder.
const IGNORE: &str = ".gitignore";

/// The folder of a project that is scaffold's own.
pub(super) struct OwnFolder<'a> {
    pub disk: Disk<'a>,
    pub project: &'a Dir,
    pub dir: Dir,
    /// Whether this run has made it.
    pub is_new: bool,
}

impl<'a> OwnFolder<'a> {
    /// Enters the folder, and makes it if need be. None: it went away again.
    pub fn enter(disk: Disk<'a>, project: &'a Dir) -> Result<Option<Self>, ApplyError> {
        let is_new = match disk.make_folder(project, OWN_FOLDER.as_ref(), Access::Usual) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(cause) => return Err(ApplyError::Write { path: OWN_FOLDER.into(), cause }),
        };
        match open_folder(project, OWN_FOLDER.as_ref()) {
            Ok(dir) => Ok(Some(Self { disk, project, dir, is_new })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(_) => Err(ApplyError::InTheWay { path: OWN_FOLDER.into() }),
        }
    }

    /// Removes the folder again, if this run has made it and has left nothing in it.
    pub fn leave(self) {
        if self.is_new && !is_there(&self.dir, CHANGE.as_ref()) {
            // What stays is hidden from git, or empty.
            let _ = self.disk.remove_file(&self.dir, IGNORE.as_ref());
            let _ = self.disk.remove_folder(self.project, OWN_FOLDER.as_ref());
        }
    }
}

/// A change of a project whose folder this process owns.
pub(super) struct Work<'a> {
    pub project: &'a Dir,
    pub own: &'a OwnFolder<'a>,
    pub staging: Staging<'a>,
}

/// What became of a change.
enum Outcome {
    Made,
    RolledBack(ApplyError),
}

impl Work<'_> {
    /// Makes the change from the beginning.
    pub fn make(self, change: &Change<'_>) -> Result<(), ApplyError> {
        let (journal, staged, kept) = match self.prepare(change) {
            Ok(prepared) => prepared,
            Err(error) => {
                // The next run clears away what we can't.
                let _ = self.clear();
                return Err(error);
            }
        };
        let steps = self.steps(&journal, &staged, &kept);
        match settle(&steps, steps.forward())? {
            Outcome::Made => {
                drop((staged, kept));
                // The change is made. What is left to do about its old files the next run does.
                let _ = self.keep();
                Ok(())
            }
            Outcome::RolledBack(error) => {
                drop((staged, kept));
                match self.clear() {
                    Ok(()) => Err(error),
                    Err(back) => Err(unfinished(error, back)),
                }
            }
        }
    }

    /// Goes on with a change that a killed run has begun.
    pub fn resume(self) -> Result<Recovery, ApplyError> {
        let staged = optional(self.staging.staged()).map_err(ApplyError::write(shown("staging")))?;
        let kept = optional(open_folder(self.staging.dir(), UNDO.as_ref())).map_err(ApplyError::read(shown(UNDO)))?;
        let journal = kept.as_ref().map(|kept| Journal::read(kept, &shown(UNDO))).transpose()?.flatten();
        let outcome = match (&journal, &staged, &kept) {
            (Some(journal), Some(staged), Some(kept)) => {
                let steps = self.steps(journal, staged, kept);
                settle(&steps, steps.resume())?
            }
            // The folder of new files goes when none is left in it.
            (Some(_), None, _) => Outcome::Made,
            _ => {
                let removed = if staged.is_some() { Recovery::Removed } else { Recovery::Nothing };
                drop((staged, kept));
                return self.clear().map(|()| removed);
            }
        };
        drop((staged, kept));
        match outcome {
            Outcome::Made => self.keep().map(|()| Recovery::ChangeFinished),
            Outcome::RolledBack(_) => self.clear().map(|()| Recovery::ChangeRolledBack),
        }
    }

    /// All that comes before the project is touched.
    fn prepare(&self, change: &Change<'_>) -> Result<(Journal, Dir, Dir), ApplyError> {
        let (disk, dir) = (self.staging.disk(), self.staging.dir());
        let journal = Journal::of(change, self.project)?;
        let staged = self.staging.make_staged().map_err(ApplyError::write(shown("staging")))?;
        self.hide(&staged).map_err(ApplyError::write(PathBuf::from(OWN_FOLDER).join(IGNORE)))?;
        for (number, step) in journal.steps.iter().enumerate() {
            let Some(after) = change.entries.get(&step.entry).and_then(|edit| edit.after.as_ref()) else { continue };
            let written = disk.write_file(&staged, number.to_string().as_ref(), &after.contents, after.executable);
            written.map_err(ApplyError::write(step.entry.as_str()))?;
        }
        let kept = disk
            .make_folder(dir, UNDO.as_ref(), Access::Private)
            .and_then(|()| open_folder(dir, UNDO.as_ref()))
            .map_err(ApplyError::write(shown(UNDO)))?;
        file::write(disk, &kept, &journal).map_err(ApplyError::write(shown(UNDO).join(file::FILE)))?;
        Ok((journal, staged, kept))
    }

    /// Tells git to look away. The file is moved into its place, for half of it would tell it something else.
    fn hide(&self, staged: &Dir) -> io::Result<()> {
        let (disk, own) = (self.staging.disk(), &self.own.dir);
        if is_there(own, IGNORE.as_ref()) {
            return Ok(());
        }
        disk.write_file(staged, IGNORE.as_ref(), b"*\n", false)?;
        disk.move_entry(staged, IGNORE.as_ref(), own, IGNORE.as_ref())
    }

    fn steps<'s>(&'s self, journal: &'s Journal, staged: &'s Dir, kept: &'s Dir) -> Steps<'s> {
        Steps { disk: self.staging.disk(), root: self.project, staged, kept, journal }
    }

    /// Makes what the change has moved away the one thing that can be undone. No moment has half of it: folders are
    /// moved.
    fn keep(self) -> Result<(), ApplyError> {
        let (disk, dir, own) = (self.staging.disk(), self.staging.dir(), &self.own.dir);
        let kept = self
            .staging
            .remove_staged()
            .and_then(|()| unless_absent(disk.move_entry(own, UNDO.as_ref(), dir, RETIRED.as_ref())))
            .and_then(|()| disk.move_entry(dir, UNDO.as_ref(), own, UNDO.as_ref()));
        kept.map_err(ApplyError::write(PathBuf::from(OWN_FOLDER).join(UNDO)))?;
        self.clear()
    }

    /// Removes the change's folder. The journal goes first: without it the rest means nothing. A folder of old files
    /// with something in it is never removed.
    fn clear(self) -> Result<(), ApplyError> {
        let (disk, dir) = (self.staging.disk(), self.staging.dir());
        if let Some(kept) = optional(open_folder(dir, UNDO.as_ref())).map_err(ApplyError::write(shown(UNDO)))? {
            file::remove(disk, &kept).map_err(ApplyError::write(shown(UNDO)))?;
            drop(kept);
            match disk.remove_folder(dir, UNDO.as_ref()) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                    return Err(ApplyError::InTheWay { path: shown(UNDO) });
                }
                removed => removed.map_err(ApplyError::write(shown(UNDO)))?,
            }
        }
        let retired = unless_absent(disk.remove_tree(dir, RETIRED.as_ref()));
        retired.and_then(|()| self.staging.remove()).map_err(ApplyError::write(PathBuf::from(OWN_FOLDER).join(CHANGE)))
    }
}

/// Rolls a change back that could not be made.
fn settle(steps: &Steps<'_>, made: Result<(), ApplyError>) -> Result<Outcome, ApplyError> {
    let Err(error) = made else { return Ok(Outcome::Made) };
    match steps.back() {
        Ok(()) => Ok(Outcome::RolledBack(error)),
        Err(back) => Err(unfinished(error, back)),
    }
}

fn unfinished(error: ApplyError, back: ApplyError) -> ApplyError {
    ApplyError::Unfinished { error: Box::new(error), back: Box::new(back), kept: shown(UNDO) }
}

/// A folder of the change, in messages.
fn shown(folder: &str) -> PathBuf {
    PathBuf::from(OWN_FOLDER).join(CHANGE).join(folder)
}

fn optional<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
