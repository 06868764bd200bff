//! Making a change step by step, and going back.
//!
//! A step is decided by what is there: a new file that is no longer staged is in place, an old file that is kept was
//! moved away. So the steps can be taken, or taken back, from wherever a killed run stopped.
//!
//! Every move replaces nothing, and whatever is moved is looked at after it was moved, when nobody can change what is
//! meant any more: a file that someone has edited in the meantime goes back to where it was.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::Path;

use cap_std::fs::{Dir, Metadata, OpenOptions};

use super::super::ApplyError;
use super::super::disk::{Access, Disk, is_there, open_file, open_folder};
use super::super::folders::{Folders, split};
use super::super::place::not_moved;
use super::super::survey::read_bounded;
use super::journal::{Journal, Numbered, above};
use crate::model::Digest;

/// A change whose contents are staged and whose journal is written.
pub(super) struct Steps<'a> {
    pub disk: Disk<'a>,
    /// The project.
    pub root: &'a Dir,
    /// The new files.
    pub staged: &'a Dir,
    /// The old files.
    pub kept: &'a Dir,
    pub journal: &'a Journal,
}

impl Steps<'_> {
    /// Takes the steps that have not been taken.
    pub fn forward(&self) -> Result<(), ApplyError> {
        let (removals, writes) = self.journal.parts();
        self.remove(&removals)?;
        self.prune(&removals, &writes);
        self.make_folders()?;
        self.write(&writes)
    }

    /// Takes back the steps that have been taken, the last one first.
    pub fn back(&self) -> Result<(), ApplyError> {
        let (removals, writes) = self.journal.parts();
        let mut folders = Folders::new(self.root);
        for numbered in writes.iter().rev() {
            if numbered.step.after.is_some() && !is_there(self.staged, numbered.name()) {
                self.take_back(&mut folders, numbered)?;
            }
            self.put_back(&mut folders, numbered)?;
        }
        self.remove_folders();
        let mut folders = Folders::new(self.root);
        removals.iter().rev().try_for_each(|numbered| self.put_back(&mut folders, numbered))
    }

    /// Whether what is staged is what was staged. A machine that lost power may have lost the contents of files whose
    /// names it has kept.
    pub fn check_staged(&self) -> Result<(), ApplyError> {
        for (number, step) in self.journal.steps.iter().enumerate() {
            let Some(after) = &step.after else { continue };
            match digest_of(self.staged, number.to_string().as_ref()) {
                Ok(digest) if digest == after.digest => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Ok(_) => return Err(changed(step.entry.as_str())),
                Err(cause) => return Err(ApplyError::read(step.entry.as_str())(cause)),
            }
        }
        Ok(())
    }

    fn remove(&self, removals: &[Numbered<'_>]) -> Result<(), ApplyError> {
        let mut folders = Folders::new(self.root);
        for numbered in removals {
            let (folder, name) = numbered.place();
            match folders.enter(folder, open_folder) {
                Ok(folder) => drop(self.set_aside(numbered, folder, name)?),
                Err(_) if is_there(self.kept, numbered.name()) => {}
                Err(_) => return Err(changed(numbered.step.entry.as_str())),
            }
        }
        Ok(())
    }

    /// Removes the folders that have become empty. Those that will have something in them again stay: somebody may
    /// stand in them. One that can't be removed is in nobody's way, or will be found to be.
    fn prune(&self, removals: &[Numbered<'_>], writes: &[Numbered<'_>]) {
        let needed: BTreeSet<&str> = folders_of(writes).collect();
        let emptied: BTreeSet<&str> = folders_of(removals).filter(|folder| !needed.contains(folder)).collect();
        let mut folders = Folders::new(self.root);
        for folder in emptied.into_iter().rev() {
            self.remove_folder(&mut folders, folder);
        }
    }

    fn make_folders(&self) -> Result<(), ApplyError> {
        let mut folders = Folders::new(self.root);
        for path in &self.journal.folders {
            let (above, name) = split(path.as_str());
            let above = folders.enter(above, open_folder).map_err(|barrier| barrier.not_written(Path::new("")))?;
            match self.disk.make_folder(above, name.as_ref(), Access::Usual) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => made.map_err(ApplyError::write(path.as_str()))?,
            }
        }
        Ok(())
    }

    fn write(&self, writes: &[Numbered<'_>]) -> Result<(), ApplyError> {
        let mut folders = Folders::new(self.root);
        for numbered in writes {
            let step = numbered.step;
            let staged = match self.staged.symlink_metadata(numbered.name()) {
                Ok(staged) => Some(staged),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(cause) => return Err(ApplyError::write(step.entry.as_str())(cause)),
            };
            if step.after.is_some() && staged.is_none() {
                continue;
            }
            let (folder, name) = numbered.place();
            let folder = folders.enter(folder, open_folder).map_err(|barrier| barrier.not_written(Path::new("")))?;
            let old = step.before.map(|_| self.set_aside(numbered, folder, name)).transpose()?;
            if let Some(staged) = staged {
                self.put(numbered, &staged, old.as_ref(), folder, name)?;
            }
        }
        Ok(())
    }

    /// Moves the old file away, unless it was, and looks whether it is what the change was planned for.
    fn set_aside(&self, numbered: &Numbered<'_>, folder: &Dir, name: &Path) -> Result<Metadata, ApplyError> {
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
        // What can't be opened is no file, or no longer one that we may read.
        let opened = open_file(self.kept, numbered.name(), OpenOptions::new().read(true));
        let read = opened.and_then(|file| Ok((file.metadata()?, Digest::of(&read_bounded(file)?))));
        match read {
            Ok((metadata, digest)) if numbered.step.before == Some(digest) => Ok(metadata),
            _ => Err(changed(path)),
        }
    }

    /// Moves the new file to its place.
    fn put(
        &self,
        numbered: &Numbered<'_>,
        staged: &Metadata,
        old: Option<&Metadata>,
        folder: &Dir,
        name: &Path,
    ) -> Result<(), ApplyError> {
        let path = numbered.step.entry.as_str();
        if let Some(old) = old {
            self.keep_mode(numbered, staged, old).map_err(ApplyError::write(path))?;
        }
        let moved = self.disk.move_entry(self.staged, numbered.name(), folder, name);
        moved.map_err(|cause| not_moved(Path::new(path), cause))
    }

    /// Gives the new file the permissions of the old one, but for those to run it.
    #[cfg(unix)]
    fn keep_mode(&self, numbered: &Numbered<'_>, staged: &Metadata, old: &Metadata) -> io::Result<()> {
        use cap_std::fs::MetadataExt as _;
        let executable = numbered.step.after.is_some_and(|after| after.executable);
        let wanted = with_executable(old.mode() & 0o777, executable);
        if staged.mode() & 0o777 == wanted {
            return Ok(());
        }
        self.disk.set_mode(self.staged, numbered.name(), wanted)
    }

    #[cfg(not(unix))]
    fn keep_mode(&self, _: &Numbered<'_>, _: &Metadata, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    /// Moves a new file away from its place. Somebody may have edited or replaced it: then it is put there again.
    fn take_back(&self, folders: &mut Folders<'_>, numbered: &Numbered<'_>) -> Result<(), ApplyError> {
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
        let written = numbered.step.after.map(|after| after.digest);
        if digest_of(self.staged, numbered.name()).is_ok_and(|found| written == Some(found)) {
            return Ok(());
        }
        let moved = self.disk.move_entry(self.staged, numbered.name(), folder, name);
        moved.map_err(|cause| not_moved(Path::new(path), cause))?;
        Err(changed(path))
    }

    /// Moves an old file back to its place, if it was moved away.
    fn put_back(&self, folders: &mut Folders<'_>, numbered: &Numbered<'_>) -> Result<(), ApplyError> {
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

    /// Removes the folders that the change has made, as far as nobody else uses them.
    fn remove_folders(&self) {
        let mut folders = Folders::new(self.root);
        for made in self.journal.folders.iter().rev() {
            self.remove_folder(&mut folders, made.as_str());
        }
    }

    fn remove_folder(&self, folders: &mut Folders<'_>, path: &str) {
        let (above, name) = split(path);
        if let Ok(above) = folders.enter(above, open_folder) {
            // Most of the time an error says that it is not empty.
            let _ = self.disk.remove_folder(above, name.as_ref());
        }
    }
}

/// The folders that the entries of steps are in.
fn folders_of<'a>(part: &[Numbered<'a>]) -> impl Iterator<Item = &'a str> {
    part.iter().flat_map(|numbered| above(numbered.step.entry.as_str()))
}

/// The digest of a file, which is opened unless it is a link.
fn digest_of(folder: &Dir, name: &Path) -> io::Result<Digest> {
    let file = open_file(folder, name, OpenOptions::new().read(true))?;
    Ok(Digest::of(&read_bounded(file)?))
}

fn changed(path: &str) -> ApplyError {
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
