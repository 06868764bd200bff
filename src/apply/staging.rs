//! The folder in which a project, or a change of one, is put together, and who owns it.
//!
//! ```text
//! lock        held by the process that is at work
//! staging/    the project, or the new files of a change
//! journal     in an existing target only: what is being moved out
//! ```
//!
//! Whoever makes the folder makes the lock file in it and takes the lock. Whoever finds a folder and gets the lock has
//! found a dead process's. Between two of those steps another process may step in, and each such case ends in one of
//! the two losing and looking again: a folder without a lock file is removed (its maker finds it gone), a lock taken on
//! a file that has no name any more is worth nothing.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, OpenOptions};

use super::disk::{Access, Disk, open_file, open_folder, unless_absent};
use super::folders::{Folders, split};
use super::{ApplyError, Own, Project, journal};
use crate::model::Tree;
use crate::threads;

/// The lock file.
pub(super) const HELD: &str = "lock";
/// The project, as it will be.
const STAGED: &str = "staging";

/// A staging folder that this process owns.
pub(super) struct Staging<'a> {
    disk: Disk<'a>,
    parent: &'a Dir,
    name: PathBuf,
    dir: Dir,
    /// Held until the last handle is closed.
    lock: File,
}

/// What became of a look for a staging folder.
pub(super) enum Leftover<'a> {
    /// There is none, or something of that name that is not ours.
    Nothing,
    /// It was empty, and is gone.
    Removed,
    /// Its owner lives.
    Live,
    /// Its owner is dead, and it is ours now.
    Stale(Staging<'a>),
}

impl<'a> Staging<'a> {
    /// Looks for the folder `name` that another process may have left.
    pub fn find(disk: Disk<'a>, parent: &'a Dir, name: &Path) -> Leftover<'a> {
        let Ok(dir) = open_folder(parent, name) else {
            return Leftover::Nothing;
        };
        if !is_our_users(&dir) {
            return Leftover::Nothing;
        }
        let lock = match open_file(&dir, HELD.as_ref(), OpenOptions::new().write(true)) {
            Ok(lock) => lock.into_std(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                drop(dir);
                let removed = disk.remove_folder(parent, name).is_ok();
                return if removed { Leftover::Removed } else { Leftover::Nothing };
            }
            Err(_) => return Leftover::Nothing,
        };
        match lock.try_lock() {
            Ok(()) if has_name(&lock) => Leftover::Stale(Self { disk, parent, name: name.to_owned(), dir, lock }),
            Ok(()) => Leftover::Nothing,
            // Without locks the dead can't be told from the living.
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Leftover::Live,
        }
    }

    /// Takes over the folder `name`, which has no lock file and is not empty: whoever finds that nobody is at work in it,
    /// where the system has no locks to tell, removes the lock file. None: it is not ours, or another took it over.
    pub fn adopt(disk: Disk<'a>, parent: &'a Dir, name: &Path) -> io::Result<Option<Self>> {
        match open_folder(parent, name) {
            Ok(dir) if is_our_users(&dir) => {}
            _ => return Ok(None),
        }
        match Self::enter(disk, parent, name) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => Ok(None),
            entered => entered,
        }
    }

    /// Makes the folder `name`. None: another process was there first.
    pub fn claim(disk: Disk<'a>, parent: &'a Dir, name: &Path) -> io::Result<Option<Self>> {
        match disk.make_folder(parent, name, Access::Private) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            made => made?,
        }
        match Self::enter(disk, parent, name) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => Ok(None),
            Err(error) => {
                // The error that matters is the one at hand.
                let _ = disk.remove_folder(parent, name);
                Err(error)
            }
            entered => entered,
        }
    }

    /// Takes the lock in a folder that was just made.
    fn enter(disk: Disk<'a>, parent: &'a Dir, name: &Path) -> io::Result<Option<Self>> {
        let dir = open_folder(parent, name)?;
        let lock = disk.create_file(&dir, HELD.as_ref(), false)?.into_std();
        match lock.try_lock() {
            Ok(()) if has_name(&lock) => {}
            Ok(()) | Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks: the folder is new, so nobody else can be at work in it.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => {
                disk.remove_file(&dir, HELD.as_ref())?;
                return Err(error);
            }
        }
        Ok(Some(Self { disk, parent, name: name.to_owned(), dir, lock }))
    }

    /// The staging folder itself.
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// The operations that are to be used on it.
    pub fn disk(&self) -> Disk<'a> {
        self.disk
    }

    /// Opens the folder that the project is put together in.
    pub fn staged(&self) -> io::Result<Dir> {
        open_folder(&self.dir, STAGED.as_ref())
    }

    /// Makes the folder that the project is put together in.
    pub fn make_staged(&self) -> io::Result<Dir> {
        self.disk.make_folder(&self.dir, STAGED.as_ref(), Access::Usual)?;
        self.staged()
    }

    /// Removes the folder that the project was put together in, from which all has been moved.
    pub fn remove_staged(&self) -> io::Result<()> {
        unless_absent(self.disk.remove_folder(&self.dir, STAGED.as_ref()))
    }

    /// Writes the whole project. `shown` is where it will be, for messages.
    pub fn write(&self, project: Project<'_>, shown: &Path) -> Result<(), ApplyError> {
        let root = self.make_staged().map_err(ApplyError::write(shown))?;
        Writer { disk: self.disk, folders: Folders::new(&root), shown }.write(project)
    }

    /// Moves the folder that the project was put together in to `to`, as `name`.
    pub fn publish(&self, to: &Dir, name: &Path) -> io::Result<()> {
        self.disk.move_entry(&self.dir, STAGED.as_ref(), to, name)
    }

    /// Removes all that is ours, the folder too unless there is something else in it.
    ///
    /// The order makes every moment of it harmless: without the journal what is staged means nothing, and while there
    /// is a lock file the next run knows the folder as ours.
    pub fn remove(self) -> io::Result<()> {
        let Self { disk, parent, name, dir, lock } = self;
        journal::remove(disk, &dir)?;
        if unless_absent(disk.remove_folder(&dir, STAGED.as_ref())).is_err() {
            disk.remove_tree(&dir, STAGED.as_ref())?;
        }
        disk.remove_file(&dir, HELD.as_ref())?;
        drop((dir, lock));
        match disk.remove_folder(parent, &name) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
            done => unless_absent(done),
        }
    }
}

/// Writes files in the order of their paths, and makes their folders on the way.
struct Writer<'a> {
    disk: Disk<'a>,
    folders: Folders<'a>,
    shown: &'a Path,
}

impl Writer<'_> {
    fn write(mut self, project: Project<'_>) -> Result<(), ApplyError> {
        let (written, own) = threads::beside(|| self.write_tree(project.tree), || project.own.map(|make| make()));
        written?;
        let Some(own) = own.transpose().map_err(|report| ApplyError::Own(Box::new(report)))? else { return Ok(()) };
        Own::NAMES
            .into_iter()
            .zip(own.contents())
            .try_for_each(|(name, contents)| self.write_file(name, contents, false))
    }

    fn write_tree(&mut self, tree: &Tree) -> Result<(), ApplyError> {
        let mut files = tree.files.iter();
        files.try_for_each(|(path, file)| self.write_file(path.as_str(), &file.contents, file.executable))
    }

    fn write_file(&mut self, path: &str, contents: &[u8], executable: bool) -> Result<(), ApplyError> {
        let (folder, name) = split(path);
        let disk = self.disk;
        let make = |parent: &Dir, name: &Path| {
            disk.make_folder(parent, name, Access::Usual)?;
            open_folder(parent, name)
        };
        let folder = self.folders.enter(folder, make).map_err(|barrier| barrier.not_written(self.shown))?;
        let written = disk.write_file(folder, name.as_ref(), contents, executable);
        written.map_err(ApplyError::write(self.shown.join(path)))
    }
}

/// Whether the file still stands in a folder. Only an owner unlinks a lock, so if it does, the folder does too.
fn has_name(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        file.metadata().is_ok_and(|found| found.nlink() > 0)
    }
    // Windows does not let go of the name of a file that is open.
    #[cfg(not(unix))]
    {
        let _ = file;
        true
    }
}

/// Whether the folder belongs to the user who runs us. Another's, in a place such as `/tmp`, might be a trap: its owner
/// could change what is staged.
fn is_our_users(dir: &Dir) -> bool {
    #[cfg(unix)]
    {
        use cap_std::fs::MetadataExt as _;
        dir.dir_metadata().is_ok_and(|found| found.uid() == rustix::process::geteuid().as_raw())
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        true
    }
}
