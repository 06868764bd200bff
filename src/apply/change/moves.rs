//! The moves of a single step.
//!
//! No move replaces anything, and whatever is moved is looked at after it was moved, when nobody can change what is
//! meant any more: a file that someone has edited in the meantime goes back to where it was.
//!
//! A file that is replaced is exchanged with the new one in one moment, where the system can do that: a server or an
//! editor that watches the project never misses it, and `scaffold.toml` is always there. The old file is then where the
//! new one was staged, and is moved on to the others. Where the system can't, the old file is moved away and the new one
//! into its place.

use std::io::{self, ErrorKind};
use std::path::Path;

use cap_std::fs::{Dir, Metadata, OpenOptions};

use super::super::ApplyError;
use super::super::disk::{Access, is_there, open_file, open_folder};
use super::super::folders::Folders;
use super::super::place::not_moved;
use super::super::survey::read_bounded;
use super::journal::Numbered;
use super::steps::Steps;
use crate::model::Digest;

impl Steps<'_> {
    /// Puts the new file into the place of the old one.
    pub fn replace(
        &self,
        numbered: &Numbered<'_>,
        staged: &Metadata,
        folder: &Dir,
        name: &Path,
    ) -> Result<(), ApplyError> {
        if !is_there(self.kept, numbered.name()) && self.exchange(numbered, staged, folder, name)? {
            return Ok(());
        }
        let old = self.set_aside(numbered, folder, name)?;
        self.keep_mode(numbered, staged, &old)?;
        self.put(numbered, folder, name)
    }

    /// Does that in one moment. False: it can't be done here.
    fn exchange(
        &self,
        numbered: &Numbered<'_>,
        staged: &Metadata,
        folder: &Dir,
        name: &Path,
    ) -> Result<bool, ApplyError> {
        let path = numbered.step.entry.as_str();
        if numbered.step.before == numbered.written() {
            // After a kill it could not be told which is which.
            return Ok(false);
        }
        let refused = |cause: io::Error| match cause.kind() {
            ErrorKind::NotFound => changed(path),
            _ => ApplyError::write(path)(cause),
        };
        let old = folder.symlink_metadata(name).map_err(refused)?;
        self.keep_mode(numbered, staged, &old)?;
        let exchange = || self.disk.exchange(self.staged, numbered.name(), folder, name);
        if !exchange().map_err(refused)? {
            return Ok(false);
        }
        if let Err(cause) = self.disk.move_entry(self.staged, numbered.name(), self.kept, numbered.name()) {
            // Should this fail too, going back begins with it.
            let _ = exchange();
            return Err(ApplyError::write(path)(cause));
        }
        self.check_kept(numbered).map(|_| true)
    }

    /// Moves on the old files that were exchanged and stand where the new ones were staged.
    pub fn complete_exchanges(&self, writes: &[Numbered<'_>]) -> Result<(), ApplyError> {
        let mut folders = Folders::new(self.root);
        for numbered in writes {
            let (before, written) = (numbered.step.before, numbered.written());
            let is_open = is_there(self.staged, numbered.name()) && !is_there(self.kept, numbered.name());
            if before.is_none() || before == written || !is_open {
                continue;
            }
            let staged = digest_of(self.staged, numbered.name()).ok();
            if staged == written {
                continue;
            }
            // An old file that was edited before it was exchanged is known by the new one in its place.
            let (folder, name) = numbered.place();
            let place = folders.enter(folder, open_folder).ok().and_then(|folder| digest_of(folder, name).ok());
            if staged == before || place == written {
                let moved = self.disk.move_entry(self.staged, numbered.name(), self.kept, numbered.name());
                moved.map_err(ApplyError::write(numbered.step.entry.as_str()))?;
            }
        }
        Ok(())
    }

    /// Moves the old file away, unless it was, and looks whether it is what the change was planned for.
    pub fn set_aside(&self, numbered: &Numbered<'_>, folder: &Dir, name: &Path) -> Result<Metadata, ApplyError> {
        let path = numbered.step.entry.as_str();
        match self.disk.move_entry(folder, name, self.kept, numbered.name()) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {
                if !is_there(self.kept, numbered.name()) {
                    return Err(changed(path));
                }
            }
            Err(cause) => return Err(ApplyError::write(path)(cause)),
        }
        self.check_kept(numbered)
    }

    /// Looks whether the file that was moved away is what the change was planned for.
    fn check_kept(&self, numbered: &Numbered<'_>) -> Result<Metadata, ApplyError> {
        // What can't be opened is no file, or no longer one that we may read.
        let opened = open_file(self.kept, numbered.name(), OpenOptions::new().read(true));
        let read = opened.and_then(|file| Ok((file.metadata()?, Digest::of(&read_bounded(file)?))));
        match read {
            Ok((metadata, digest)) if numbered.step.before == Some(digest) => Ok(metadata),
            _ => Err(changed(numbered.step.entry.as_str())),
        }
    }

    /// Moves the new file to its place.
    pub fn put(&self, numbered: &Numbered<'_>, folder: &Dir, name: &Path) -> Result<(), ApplyError> {
        let moved = self.disk.move_entry(self.staged, numbered.name(), folder, name);
        moved.map_err(|cause| not_moved(Path::new(numbered.step.entry.as_str()), cause))
    }

    /// Gives the new file the permissions of the old one, but for those to run it.
    #[cfg(unix)]
    fn keep_mode(&self, numbered: &Numbered<'_>, staged: &Metadata, old: &Metadata) -> Result<(), ApplyError> {
        use cap_std::fs::MetadataExt as _;
        let executable = numbered.step.after.is_some_and(|after| after.executable);
        let wanted = with_executable(old.mode() & 0o777, executable);
        if staged.mode() & 0o777 == wanted {
            return Ok(());
        }
        let set = self.disk.set_mode(self.staged, numbered.name(), wanted);
        set.map_err(ApplyError::write(numbered.step.entry.as_str()))
    }

    #[cfg(not(unix))]
    fn keep_mode(&self, _: &Numbered<'_>, _: &Metadata, _: &Metadata) -> Result<(), ApplyError> {
        Ok(())
    }

    /// Moves a new file away from its place. Somebody may have edited or replaced it: then it is put there again.
    pub fn take_back(&self, folders: &mut Folders<'_>, numbered: &Numbered<'_>) -> Result<(), ApplyError> {
        let path = numbered.step.entry.as_str();
        let (folder, name) = numbered.place();
        let folder = match folders.enter(folder, open_folder) {
            Ok(folder) => folder,
            Err(barrier) if barrier.cause.kind() == ErrorKind::NotFound => return Ok(()),
            Err(barrier) => return Err(barrier.not_written(Path::new(""))),
        };
        match self.disk.move_entry(folder, name, self.staged, numbered.name()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            moved => moved.map_err(ApplyError::write(path))?,
        }
        if digest_of(self.staged, numbered.name()).is_ok_and(|found| numbered.written() == Some(found)) {
            return Ok(());
        }
        let moved = self.disk.move_entry(self.staged, numbered.name(), folder, name);
        moved.map_err(|cause| not_moved(Path::new(path), cause))?;
        Err(changed(path))
    }

    /// Moves an old file back to its place, if it was moved away.
    pub fn put_back(&self, folders: &mut Folders<'_>, numbered: &Numbered<'_>) -> Result<(), ApplyError> {
        if !is_there(self.kept, numbered.name()) {
            return Ok(());
        }
        let (folder, name) = numbered.place();
        let make = |above: &Dir, name: &Path| match open_folder(above, name) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.disk.make_folder(above, name, Access::Usual)?;
                open_folder(above, name)
            }
            opened => opened,
        };
        let folder = folders.enter(folder, make).map_err(|barrier| barrier.not_written(Path::new("")))?;
        let moved = self.disk.move_entry(self.kept, numbered.name(), folder, name);
        moved.map_err(|cause| not_moved(Path::new(numbered.step.entry.as_str()), cause))
    }
}

/// The digest of a file, which is opened unless it is a link.
pub(super) fn digest_of(folder: &Dir, name: &Path) -> io::Result<Digest> {
    let file = open_file(folder, name, OpenOptions::new().read(true))?;
    Ok(Digest::of(&read_bounded(file)?))
}

pub(super) fn changed(path: &str) -> ApplyError {
    ApplyError::Changed { path: path.into() }
}

/// Permission bits by which those who may read a file may run it, or nobody.
#[cfg(unix)]
fn with_executable(mode: u32, executable: bool) -> u32 {
    match executable {
        true if mode & 0o100 != 0 => mode,
        true => mode | (mode & 0o444) >> 2,
        false => mode & !0o111,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_a_program_runs_it() {
        for (old, executable, new) in [
            (0o644, false, 0o644),
            (0o644, true, 0o755),
            (0o755, true, 0o755),
            (0o755, false, 0o644),
            (0o600, true, 0o700),
            (0o640, true, 0o750),
            (0o744, true, 0o744),
            (0o444, true, 0o555),
        ] {
            assert_eq!(with_executable(old, executable), new, "{old:o} {executable}");
        }
    }
}
