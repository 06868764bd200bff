//! Undoing the last change: what it replaced comes back.

use std::collections::BTreeMap;
use std::path::Path;

use super::Failure;
use super::change::{ChangedFile, FileChange, change_of};
use crate::apply::{self, Entry, Found, LastEdit, survey};
use crate::model::{Digest, ProjectPath, Report};
use crate::project::read_text;
use crate::reconcile::Policy;

/// What stands at the entries of a change: the bytes and whether they may be run.
type Contents = BTreeMap<Entry, Option<(Vec<u8>, bool)>>;

/// Takes the last change of the project in `root` back. Files that the user edited since end it unless `policy` says
/// whose version counts. The undoing is a change itself, so that it can be undone.
///
/// # Errors
/// Nothing to undo, edits since, and a failed write.
pub fn undo(root: &Path, policy: Option<Policy>, dry_run: bool) -> Result<Vec<ChangedFile>, Failure> {
    let Some(last) = apply::last_change(root)? else {
        let report = Report::new("nothing-to-undo", "there is no change that could be undone here");
        return Err(Failure::from(report.hint("version control has what is older than the last change")));
    };
    let contents = contents_of(root, last.entries.keys())?;
    let mut files = Vec::new();
    let mut edited = Vec::new();
    for (entry, edit) in last.entries {
        let now = contents.get(&entry).cloned().flatten();
        if is_undone(&edit, now.as_ref()) {
            continue;
        }
        if !is_as_written(&edit, now.as_ref()) {
            edited.push(format!("`{}`", entry.as_str()));
            if policy != Some(Policy::Theirs) {
                continue;
            }
        }
        files.push(restored(entry, edit, now));
    }
    if !edited.is_empty() && policy.is_none() {
        let report =
            Report::new("undo-edited", "files were edited since the change that would be undone").details(edited);
        let hint = "keep those as they are with `--conflict ours`, or lose the edits with `--conflict theirs`";
        return Err(Failure::from(report.hint(hint)));
    }
    if !dry_run && !files.is_empty() {
        apply::change(root, &change_of(&files))?;
    }
    Ok(files)
}

fn restored(entry: Entry, edit: LastEdit, now: Option<(Vec<u8>, bool)>) -> ChangedFile {
    let change = match (&now, &edit.before) {
        (_, None) => FileChange::Removed,
        (None, Some(_)) => FileChange::Created,
        (Some(_), Some(_)) => FileChange::Updated,
    };
    let executable = edit.before.as_ref().is_some_and(|before| before.executable);
    let after = edit.before.map(|before| before.contents);
    ChangedFile { entry, from: None, change, before: now.map(|(bytes, _)| bytes), after, executable }
}

fn is_as_written(edit: &LastEdit, now: Option<&(Vec<u8>, bool)>) -> bool {
    match (edit.after, now) {
        (None, None) => true,
        (Some(written), Some((bytes, _))) => written.digest == Digest::of(bytes),
        _ => false,
    }
}

fn is_undone(edit: &LastEdit, now: Option<&(Vec<u8>, bool)>) -> bool {
    match (&edit.before, now) {
        (None, None) => true,
        (Some(before), Some((bytes, executable))) => before.contents == *bytes && before.executable == *executable,
        _ => false,
    }
}

fn contents_of<'a>(root: &Path, entries: impl Iterator<Item = &'a Entry> + Clone) -> Result<Contents, Failure> {
    let paths = entries.clone().filter_map(|entry| if let Entry::File(path) = entry { Some(path) } else { None });
    let found: BTreeMap<ProjectPath, Found> = survey(root, paths)?;
    let mut contents = Contents::new();
    for entry in entries {
        let now = match entry {
            Entry::File(path) => match found.get(path) {
                Some(Found::File { contents, executable }) => Some((contents.clone(), *executable)),
                _ => None,
            },
            Entry::Intent => read_text(root, crate::model::INTENT_FILE)?.map(|text| (text.into_bytes(), false)),
            Entry::Lock => read_text(root, crate::model::LOCK_FILE)?.map(|text| (text.into_bytes(), false)),
        };
        contents.insert(entry.clone(), now);
    }
    Ok(contents)
}
