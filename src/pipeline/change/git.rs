//! What git has not seen.
//!
//! A change merges with edits, and a merge may come out in another way than the user would like. What is committed can be
//! had back; so files that the user edited since they were generated are touched only once git has them. Outside of a
//! repository the change's own backup has to do.

use std::path::Path;
use std::process::Command;

use super::{ChangedFile, FileChange};
use crate::apply::Entry;
use crate::model::{Digest, Report};
use crate::pipeline::Failure;
use crate::project::Lock;
use crate::reconcile::has_markers;

/// `git`, for the repository that is here. Set by hooks and scripts of another repository, these variables would make it
/// work on that one.
pub fn git() -> Command {
    let mut git = Command::new("git");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"] {
        git.env_remove(variable);
    }
    git
}

/// Refuses to touch edits that git has not seen.
pub(super) fn check(root: &Path, files: &[ChangedFile], lock: Option<&Lock>) -> Result<(), Failure> {
    let edited: Vec<&str> = files.iter().filter(|file| is_edited(file, lock)).map(|file| file.entry.as_str()).collect();
    if edited.is_empty() {
        return Ok(());
    }
    let unseen = unseen(root, &edited)?;
    if unseen.is_empty() {
        return Ok(());
    }
    let files = if unseen.len() == 1 { "a file".to_owned() } else { format!("{} files", unseen.len()) };
    let message = format!("the change would touch {files} with edits that are not committed");
    let report = Report::new("uncommitted", message).details(unseen.into_iter().map(|path| format!("`{path}`")));
    Err(Failure::from(report.hint("commit them, or go on with `--allow-dirty`: `scaffold undo` brings them back")))
}

/// Whether the user changed a file that is about to change. What is as it was generated can be generated again.
fn is_edited(file: &ChangedFile, lock: Option<&Lock>) -> bool {
    let (Entry::File(path), Some(before)) = (&file.entry, &file.before) else { return false };
    // Marks are no edits: where an open conflict is settled as the user says, nothing else of the file changes.
    let was_open = lock.is_some_and(|lock| lock.conflicts.contains(path));
    if was_open && file.change == FileChange::Merged && has_markers(before) {
        return false;
    }
    let locked = lock.and_then(|lock| lock.files.get(path));
    locked.is_none_or(|locked| locked.checksum != Digest::of_text(before))
}

/// The most bytes of paths that are named to git; more than that, and it is asked about the whole folder.
const NAMED: usize = 64 << 10;

/// Those of the paths whose contents git does not have; none where there is no git or no repository.
fn unseen<'a>(root: &Path, paths: &[&'a str]) -> Result<Vec<&'a str>, Failure> {
    let arguments = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=matching", "--"];
    let is_short = paths.iter().map(|path| path.len() + 1).sum::<usize>() <= NAMED;
    let named = if is_short { paths } else { &["."][..] };
    let mut command = git();
    command.arg("--literal-pathspecs").args(arguments).args(named).current_dir(root);
    let Ok(output) = command.output() else { return Ok(Vec::new()) };
    if !output.status.success() {
        let is_repository = root.ancestors().any(|folder| folder.join(".git").exists());
        return if is_repository { Err(broken(&output.stderr)) } else { Ok(Vec::new()) };
    }
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    // Each entry is two letters, a space and a path from the repository's root, which may be above the project's. Of a
    // renamed file the old path follows by itself.
    let entries: Vec<&str> = listing.split('\0').map(|entry| entry.get(3..).unwrap_or(entry)).collect();
    let is_it = |entry: &str, path: &str| {
        let above = entry.strip_suffix(path);
        above.is_some_and(|above| above.is_empty() || above.ends_with('/'))
    };
    // A folder of which git knows nothing is listed as a whole.
    let is_within = |entry: &str, path: &str| entry.ends_with('/') && path_is_within(entry, path);
    Ok(paths
        .iter()
        .copied()
        .filter(|path| entries.iter().any(|entry| is_it(entry, path) || is_within(entry, path)))
        .collect())
}

/// A repository of which git can't say what it has.
fn broken(said: &[u8]) -> Failure {
    let report = Report::new("git-status", "git can't tell which edits are committed");
    let said = String::from_utf8_lossy(said).trim().to_owned();
    Failure::from(report.detail(said).hint("mend the repository, or go on with `--allow-dirty`"))
}

/// Whether the last folders of `folder` are the first of `path`.
fn path_is_within(folder: &str, path: &str) -> bool {
    folder.match_indices('/').map(|(at, _)| at + 1).chain([0]).any(|at| {
        let end = folder.get(at..).unwrap_or_default();
        !end.is_empty() && path.starts_with(end)
    })
}
