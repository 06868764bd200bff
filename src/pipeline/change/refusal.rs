//! What ends a change before anything is written.

use std::path::Path;

use super::base::WorkingCopy;
use crate::apply::{Found, survey};
use crate::model::{INTENT_FILE, LOCK_FILE, ProjectPath, Report};
use crate::pipeline::Failure;
use crate::project::{Lock, LockedPack};
use crate::reconcile::{Conflict, ConflictKind, Plan, Verdict, has_markers, is_open};

/// Refuses to build on conflicts that are still open.
pub(super) fn check_open(root: &Path, lock: Option<&Lock>) -> Result<(), Failure> {
    let listed = lock.map(|lock| lock.conflicts.as_slice()).unwrap_or_default();
    if listed.is_empty() {
        return Ok(());
    }
    let found = survey(root, listed)?;
    let holds =
        |found: &Found, is_it: fn(&[u8]) -> bool| matches!(found, Found::File { contents, .. } if is_it(contents));
    let open = found.iter().filter(|(_, found)| holds(found, is_open)).map(|(path, _)| path);
    if open.clone().next().is_none() {
        return Ok(());
    }
    Err(still_open(open, found.values().any(|found| holds(found, has_markers))))
}

/// Conflicts of an earlier change are in the way; some with marks, or none.
pub(super) fn still_open<'a>(paths: impl Iterator<Item = &'a ProjectPath>, with_marks: bool) -> Failure {
    let paths = paths.map(|path| format!("`{path}`"));
    let report = Report::new("conflicts-open", "conflicts of an earlier change are still open").details(paths);
    Failure::from(report.hint(format!("{}; then run the command again", how_to_settle(with_marks))))
}

/// A conflict of an earlier change that can't be settled at once.
pub(super) fn by_hand(path: &ProjectPath, why: &str) -> Failure {
    let report = Report::new("conflicts-open", "a conflict of an earlier change can't be settled at once");
    let hint = format!(
        "settle the places between `<<<<<<<` and `>>>>>>>` by hand, or take what packs make by `scaffold apply --restore \
         {path}`"
    );
    Failure::from(report.detail(format!("`{path}`: {why}")).hint(hint))
}

/// What to do about open conflicts; some with marks, or none.
pub fn how_to_settle(with_marks: bool) -> &'static str {
    if with_marks {
        "settle the places between `<<<<<<<` and `>>>>>>>`, or all at once by `scaffold apply --conflict ours` or \
         `scaffold apply --conflict theirs`"
    } else {
        "say whose version counts: `scaffold apply --conflict ours` or `scaffold apply --conflict theirs`"
    }
}

/// Refuses links in the place of the project's own files: they would be read through, and can't be written through.
pub(super) fn check_links(root: &Path) -> Result<(), Failure> {
    let is_link = |file: &&&str| std::fs::symlink_metadata(root.join(file)).is_ok_and(|found| found.is_symlink());
    let Some(file) = [INTENT_FILE, LOCK_FILE].iter().find(is_link).copied() else { return Ok(()) };
    let report =
        Report::new("project-unreadable", format!("`{file}` is a symbolic link, and a change would replace it"));
    Err(Failure::from(report.hint("put the file itself there")))
}

/// Tells all conflicts, where they were to end the run.
pub(super) fn check_conflicts(plan: &Plan) -> Result<(), Failure> {
    let conflicts: Vec<String> = conflicts(plan).map(|(path, conflict)| line_of(path, conflict)).collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    let files = if conflicts.len() == 1 { "1 file".to_owned() } else { format!("{} files", conflicts.len()) };
    let message = format!("{files} would not be as the packs make them and as they stand here at once");
    let hint = "settle them with `--conflict markers`, `--conflict ours` (as they stand here) or `--conflict theirs`";
    Err(Failure::from(Report::new("conflicts", message).details(conflicts).hint(hint)))
}

/// Refuses to write files where something stands that is no file.
pub(super) fn check_obstacles(plan: &Plan, copy: &WorkingCopy) -> Result<(), Failure> {
    let blocked = conflicts(plan).filter(|(_, conflict)| conflict.kind == ConflictKind::InTheWay);
    let lines: Vec<String> = blocked
        .map(|(path, _)| match copy.obstacle(path) {
            Some(obstacle) => format!("`{path}`: {obstacle}"),
            None => format!("`{path}`"),
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let report = Report::new("in-the-way", "something that is no file stands where packs have files").details(lines);
    Err(Failure::from(report.hint("move it away, and run the command again")))
}

/// Asks before a pack gets interfaces that it did not have.
pub(super) fn check_imports(
    before: Option<&Lock>,
    after: &[LockedPack],
    consent: &mut dyn FnMut(&[String]) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let Some(before) = before else { return Ok(()) };
    let mut grown = Vec::new();
    for pack in after {
        let Some(old) = before.packs.iter().find(|old| old.instance == pack.instance && old.name == pack.name) else {
            continue;
        };
        let had = |import: &str| old.imports.iter().any(|old| without_version(old) == without_version(import));
        let new: Vec<String> =
            pack.imports.iter().filter(|import| !had(import)).map(|import| format!("`{import}`")).collect();
        if !new.is_empty() {
            grown.push(format!("`{}` {}: {}", pack.name, pack.version, new.join(", ")));
        }
    }
    if grown.is_empty() || consent(&grown)? {
        return Ok(());
    }
    let report = Report::new("imports-grown", "packs want interfaces that they did not have before").details(grown);
    Err(Failure::from(report.hint("allow it with `--allow-imports`, or stay with the versions of the lock")))
}

/// An interface whatever its version: a newer one of the same interface is no new power.
fn without_version(import: &str) -> &str {
    import.split('@').next().unwrap_or(import)
}

fn conflicts(plan: &Plan) -> impl Iterator<Item = (&ProjectPath, &Conflict)> {
    plan.verdicts.iter().filter_map(|(path, verdict)| match verdict {
        Verdict::Conflict(conflict) => Some((path, conflict)),
        _ => None,
    })
}

/// A conflict in a line.
fn line_of(path: &ProjectPath, conflict: &Conflict) -> String {
    let places = |number: usize| if number == 1 { "1 place".to_owned() } else { format!("{number} places") };
    match conflict.kind {
        ConflictKind::Text => format!("`{path}`: both sides changed {}", places(conflict.places())),
        ConflictKind::TwoWay => format!("`{path}`: they differ in {}", places(conflict.places())),
        ConflictKind::Binary => format!("`{path}`: it is not text"),
        ConflictKind::InTheWay => format!("`{path}`: it is no file"),
    }
}
