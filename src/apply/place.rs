//! Putting a staged project into its place: by one rename, or entry by entry under a journal.

use std::io::{self, ErrorKind};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::disk::Disk;
use super::journal::{self, Journal};
use super::staging::Staging;
use super::target::{Folder, OWN_FOLDER, Parents, Spot, Target};
use super::{ApplyError, Project};

/// Writes the project to the target. False: another process got in between, and the target must be looked at again.
pub(super) fn place(disk: Disk<'_>, target: &Target, project: Project<'_>) -> Result<bool, ApplyError> {
    match target {
        Target::Absent(spot) => {
            let parents = Parents::make(disk, &spot.parent)?;
            let placed = publish(disk, spot, project);
            if !matches!(placed, Ok(true)) {
                parents.remove();
            }
            placed
        }
        Target::Folder(folder) => {
            folder.check_empty(false)?;
            fill(disk, folder, project)
        }
    }
}

/// Makes the project appear where nothing is.
fn publish(disk: Disk<'_>, spot: &Spot, project: Project<'_>) -> Result<bool, ApplyError> {
    let unwritable = || ApplyError::unwritable(&spot.parent);
    let parent = Dir::open_ambient_dir(&spot.parent, ambient_authority()).map_err(unwritable())?;
    let Some(staging) = Staging::claim(disk, &parent, &spot.staging_name()).map_err(unwritable())? else {
        return Ok(false);
    };
    let placed = staging
        .write(project, &spot.path)
        .and_then(|()| staging.publish(&parent, spot.name.as_ref()).map_err(|cause| not_moved(&spot.path, cause)));
    // What can't be removed now is removed by the next run; it changes nothing about the project.
    let _ = staging.remove();
    placed.map(|()| true)
}

/// Makes the project appear in a folder that has nothing in it.
fn fill(disk: Disk<'_>, folder: &Folder, project: Project<'_>) -> Result<bool, ApplyError> {
    let claimed = Staging::claim(disk, &folder.dir, OWN_FOLDER.as_ref());
    let Some(staging) = claimed.map_err(ApplyError::unwritable(&folder.path))? else {
        return Ok(false);
    };
    let journal = Journal::of(project);
    let ready = folder
        .check_empty(true)
        .and_then(|()| staging.write(project, &folder.path))
        .and_then(|()| write_journal(&staging, &journal, folder));
    let moved = ready.map_err(Failure::from).and_then(|()| move_out(&staging, &journal, folder));
    match moved {
        Ok(()) => {
            // As above. With the journal still there the next run has nothing more to move.
            let _ = staging.remove();
            Ok(true)
        }
        Err(failure) => {
            if failure.is_undone {
                let _ = staging.remove();
            }
            Err(failure.error)
        }
    }
}

/// Why the project did not appear.
struct Failure {
    error: ApplyError,
    /// Whether the target is as it was. Where it could not be made so, the journal stays, and the next run goes on.
    is_undone: bool,
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        Self { error, is_undone: true }
    }
}

fn write_journal(staging: &Staging<'_>, journal: &Journal, folder: &Folder) -> Result<(), ApplyError> {
    let written = journal::write(staging.disk(), staging.dir(), journal);
    written.map_err(ApplyError::write(folder.path.join(OWN_FOLDER).join(journal::FILE)))
}

/// Moves the entries into the target, or none of them.
fn move_out(staging: &Staging<'_>, journal: &Journal, folder: &Folder) -> Result<(), Failure> {
    let disk = staging.disk();
    let staged = staging.staged().map_err(ApplyError::write(&folder.path))?;
    for (count, entry) in journal.entries().enumerate() {
        let Err(cause) = disk.move_entry(&staged, entry, &folder.dir, entry) else {
            continue;
        };
        let moved: Vec<_> = journal.entries().take(count).collect();
        let is_undone =
            moved.into_iter().rev().all(|entry| disk.move_entry(&folder.dir, entry, &staged, entry).is_ok());
        return Err(Failure { error: not_moved(&folder.path.join(entry), cause), is_undone });
    }
    Ok(())
}

/// Moves the entries that are still staged, after the run that began it was killed.
pub(super) fn finish(staging: &Staging<'_>, journal: &Journal, folder: &Folder) -> Result<(), ApplyError> {
    let staged = match staging.staged() {
        Ok(staged) => staged,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(ApplyError::Write { path: folder.path.join(OWN_FOLDER), cause }),
    };
    for entry in journal.entries() {
        let moved = staging.disk().move_entry(&staged, entry, &folder.dir, entry);
        let Err(cause) = moved else { continue };
        let is_moved_already = staged.symlink_metadata(entry).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if !is_moved_already {
            return Err(not_moved(&folder.path.join(entry), cause));
        }
    }
    Ok(())
}

/// Why something could not be moved to `path`, where nothing may be.
pub(super) fn not_moved(path: &Path, cause: io::Error) -> ApplyError {
    let path = path.to_owned();
    match cause.kind() {
        ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty => ApplyError::Appeared { path },
        _ => ApplyError::Write { path, cause },
    }
}
