//! Making a change step by step, and going back.
//!
//! A step is decided by what is there: a new file that is no longer staged is in place, an old file that is kept was
//! moved away. So the steps can be taken, or taken back, from wherever a killed run stopped.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use cap_std::fs::Dir;

use super::super::ApplyError;
use super::super::disk::{Access, Disk, is_there, open_folder};
use super::super::folders::{Folders, split};
use super::journal::{Journal, Numbered, above};
use super::moves::{changed, digest_of};

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
        self.complete_exchanges(&writes)?;
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

    /// Takes the steps that a killed run has not taken.
    pub fn resume(&self) -> Result<(), ApplyError> {
        let (_, writes) = self.journal.parts();
        self.complete_exchanges(&writes)?;
        self.check_staged(&writes)?;
        self.forward()
    }

    /// Looks whether what is staged is what was staged. A machine that lost power may have lost the contents of files
    /// whose names it has kept.
    fn check_staged(&self, writes: &[Numbered<'_>]) -> Result<(), ApplyError> {
        for numbered in writes {
            let path = numbered.step.entry.as_str();
            match digest_of(self.staged, numbered.name()) {
                Ok(digest) if numbered.written() == Some(digest) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Ok(_) => return Err(changed(path)),
                Err(cause) => return Err(ApplyError::read(path)(cause)),
            }
        }
        Ok(())
    }

    fn remove(&self, removals: &[Numbered<'_>]) -> Result<(), ApplyError> {
        let mut folders = Folders::new(self.root);
        for numbered in removals {
            let (folder, name) = numbered.place();
            match folders.enter(folder, open_folder) {
                Ok(folder) => {
                    self.set_aside(numbered, folder, name)?;
                }
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
            match (staged, step.before) {
                (Some(staged), Some(_)) => self.replace(numbered, &staged, folder, name)?,
                (Some(_), None) => self.put(numbered, folder, name)?,
                (None, _) => {
                    self.set_aside(numbered, folder, name)?;
                }
            }
        }
        Ok(())
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
