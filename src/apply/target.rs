//! Where a project is to appear, and what is there now.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::disk::{self, Disk};
use super::journal::Journal;
use super::staging::{Leftover, Staging};
use super::{ApplyError, Recovery, change, place};

/// The folder inside a project that is scaffold's own.
pub(super) const OWN_FOLDER: &str = ".scaffold";

/// The place of a new project.
pub(super) enum Target {
    /// Nothing is there.
    Absent(Spot),
    /// A folder is there.
    Folder(Folder),
}

/// A name that is free in a folder, which may have to be made itself.
pub(super) struct Spot {
    /// As the user named it.
    pub path: PathBuf,
    pub parent: PathBuf,
    pub name: OsString,
}

/// A folder that exists.
pub(super) struct Folder {
    /// As the user named it.
    pub path: PathBuf,
    pub dir: Dir,
}

impl Target {
    /// What is at `path` after leftovers of killed runs were dealt with.
    pub fn find(disk: Disk<'_>, path: &Path) -> Result<Self, ApplyError> {
        let target = Self::look(path)?;
        match target.recover(disk)? {
            Recovery::Nothing => Ok(target),
            Recovery::Removed | Recovery::ChangeFinished | Recovery::ChangeRolledBack => Self::look(path),
            Recovery::Finished => Err(ApplyError::Completed { target: path.to_owned() }),
        }
    }

    /// What is at `path`.
    pub fn look(path: &Path) -> Result<Self, ApplyError> {
        // Without a trailing slash, with which a link would be followed.
        let path: PathBuf = path.components().collect();
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => Err(ApplyError::Link { target: path }),
            Ok(found) if !found.is_dir() => Err(ApplyError::NotAFolder { path }),
            Ok(_) => match Dir::open_ambient_dir(&path, ambient_authority()) {
                Ok(dir) => Ok(Self::Folder(Folder { path, dir })),
                Err(cause) => Err(ApplyError::Unwritable { path, cause }),
            },
            Err(error) if is_absence(&error) => match split(&path) {
                Some((parent, name)) => Ok(Self::Absent(Spot { path, parent, name })),
                None => Err(ApplyError::NotAFolder { path }),
            },
            Err(cause) => Err(ApplyError::Unwritable { path, cause }),
        }
    }

    /// Deals with what a killed run left.
    pub fn recover(&self, disk: Disk<'_>) -> Result<Recovery, ApplyError> {
        match self {
            Self::Absent(spot) => spot.recover(disk),
            Self::Folder(folder) => folder.recover(disk),
        }
    }

    /// Whether a project may be written here, as far as that can be told without trying.
    pub fn check_writable(&self) -> Result<(), ApplyError> {
        match self {
            Self::Absent(spot) => {
                let above = nearest_folder(&spot.parent)?;
                disk::check_access(above).map_err(ApplyError::unwritable(above))
            }
            Self::Folder(folder) => {
                folder.check_empty(false)?;
                disk::check_access(&folder.path).map_err(ApplyError::unwritable(&folder.path))
            }
        }
    }
}

impl Spot {
    /// The sibling in which the project is put together.
    pub fn staging_name(&self) -> PathBuf {
        staging_name(&self.name)
    }

    fn recover(&self, disk: Disk<'_>) -> Result<Recovery, ApplyError> {
        let Ok(parent) = Dir::open_ambient_dir(&self.parent, ambient_authority()) else {
            return Ok(Recovery::Nothing);
        };
        let name = self.staging_name();
        match Staging::find(disk, &parent, &name) {
            Leftover::Nothing => Ok(Recovery::Nothing),
            Leftover::Removed => Ok(Recovery::Removed),
            Leftover::Live => Err(ApplyError::Busy { target: self.path.clone(), staging: self.parent.join(name) }),
            Leftover::Stale(staging) => {
                staging.remove().map_err(ApplyError::write(self.parent.join(name)))?;
                Ok(Recovery::Removed)
            }
        }
    }
}

impl Folder {
    /// Refuses a folder with anything in it but `.git`, and our own folder if that is `held` by this process.
    pub fn check_empty(&self, held: bool) -> Result<(), ApplyError> {
        let mut entries = self.entries().map_err(ApplyError::unwritable(&self.path))?;
        entries.retain(|name| name != ".git" && !(held && name == OWN_FOLDER));
        if entries.is_empty() {
            return Ok(());
        }
        entries.sort_unstable();
        Err(ApplyError::NotEmpty { target: self.path.clone(), entries })
    }

    fn entries(&self) -> io::Result<Vec<OsString>> {
        self.dir.entries()?.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn recover(&self, disk: Disk<'_>) -> Result<Recovery, ApplyError> {
        let beside = self.recover_sibling(disk);
        let change = change::recover(disk, &self.dir, &self.path)?;
        let inside = self.recover_own(disk)?;
        let done = [change, inside, beside].into_iter().find(|done| *done != Recovery::Nothing);
        Ok(done.unwrap_or(Recovery::Nothing))
    }

    /// Deals with what was left of a project that was to appear in the folder.
    fn recover_own(&self, disk: Disk<'_>) -> Result<Recovery, ApplyError> {
        let own = self.path.join(OWN_FOLDER);
        // Without a journal nothing had begun to appear, unless all of it has. Where there is anything else in the folder
        // it is somebody's, and will be refused: nothing in it is ours to clear away.
        let is_there = |name: &Path| self.dir.symlink_metadata(name).is_ok();
        let is_ours = is_there(&own_journal()) || is_there(super::LOCK_FILE.as_ref());
        if !is_ours && self.check_empty(true).is_err() {
            return Ok(Recovery::Nothing);
        }
        let staging = match Staging::find(disk, &self.dir, OWN_FOLDER.as_ref()) {
            Leftover::Nothing => return Ok(Recovery::Nothing),
            Leftover::Removed => return Ok(Recovery::Removed),
            Leftover::Live => return Err(ApplyError::Busy { target: self.path.clone(), staging: own }),
            Leftover::Stale(staging) => staging,
        };
        let journal = Journal::read(staging.dir(), &own)?;
        if let Some(journal) = &journal {
            place::finish(&staging, journal, self)?;
        }
        staging.remove().map_err(ApplyError::write(own))?;
        Ok(if journal.is_some() { Recovery::Finished } else { Recovery::Removed })
    }

    /// Removes the sibling of a run that was killed after its project had appeared. It is in nobody's way, so it is no
    /// error if that fails.
    fn recover_sibling(&self, disk: Disk<'_>) -> Recovery {
        let Some((parent, name)) = split(&self.path) else {
            return Recovery::Nothing;
        };
        let Ok(parent) = Dir::open_ambient_dir(parent, ambient_authority()) else {
            return Recovery::Nothing;
        };
        match Staging::find(disk, &parent, &staging_name(&name)) {
            Leftover::Removed => Recovery::Removed,
            Leftover::Stale(staging) => staging.remove().map_or(Recovery::Nothing, |()| Recovery::Removed),
            Leftover::Nothing | Leftover::Live => Recovery::Nothing,
        }
    }
}

fn own_journal() -> PathBuf {
    Path::new(OWN_FOLDER).join(super::journal::FILE)
}

/// The folders above a target that did not exist.
pub(super) struct Parents<'a> {
    disk: Disk<'a>,
    /// The outermost first.
    made: Vec<PathBuf>,
}

impl<'a> Parents<'a> {
    /// Makes what is missing of `parent` and above.
    pub fn make(disk: Disk<'a>, parent: &Path) -> Result<Self, ApplyError> {
        let existing = nearest_folder(parent)?;
        let missing: Vec<_> = parent.ancestors().take_while(|folder| *folder != existing && !is_here(folder)).collect();
        let mut parents = Self { disk, made: Vec::new() };
        for folder in missing.into_iter().rev() {
            match disk.make_outer_folder(folder) {
                Ok(()) => parents.made.push(folder.to_owned()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(cause) => {
                    let within = parents.made.last().map_or(existing, PathBuf::as_path).to_owned();
                    parents.remove();
                    return Err(ApplyError::Unwritable { path: within, cause });
                }
            }
        }
        Ok(parents)
    }

    /// Takes back what was made, as far as nobody else has used it.
    pub fn remove(self) {
        for folder in self.made.iter().rev() {
            if self.disk.remove_outer_folder(folder).is_err() {
                break;
            }
        }
    }
}

/// Where the project for `target` would be put together, for a message.
pub(super) fn staging_path(target: &Path) -> PathBuf {
    match Target::look(target) {
        Ok(Target::Absent(spot)) => spot.parent.join(spot.staging_name()),
        _ => target.join(OWN_FOLDER),
    }
}

/// The nearest of `path` and the folders above it that exists.
fn nearest_folder(path: &Path) -> Result<&Path, ApplyError> {
    for folder in path.ancestors() {
        let folder = if is_here(folder) { Path::new(".") } else { folder };
        match std::fs::metadata(folder) {
            Ok(found) if found.is_dir() => return Ok(folder),
            Ok(_) => return Err(ApplyError::NotAFolder { path: folder.to_owned() }),
            Err(error) if is_absence(&error) => {}
            Err(cause) => return Err(ApplyError::Unwritable { path: folder.to_owned(), cause }),
        }
    }
    Err(ApplyError::Unwritable { path: path.to_owned(), cause: ErrorKind::NotFound.into() })
}

/// Whether `path` is the empty path, which stands for the current folder.
fn is_here(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// `NotADirectory` is what a path through a file gives; the walk upwards then finds the file.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The folder that `path` is in and its name there; none for paths such as `.`, `..` and `/`.
fn split(path: &Path) -> Option<(PathBuf, OsString)> {
    let name = path.file_name()?.to_owned();
    let parent = path.parent()?;
    Some((if is_here(parent) { PathBuf::from(".") } else { parent.to_owned() }, name))
}

fn staging_name(name: &OsStr) -> PathBuf {
    let mut staging = OsString::from(".");
    staging.push(name);
    staging.push(".scaffold-new");
    staging.into()
}
