//! What is decided about each file: verdicts become changes, and conflicts are settled as the user said.

use std::collections::{BTreeMap, BTreeSet};

use super::base::WorkingCopy;
use super::{Conflicts, refusal};
use crate::apply::Entry;
use crate::model::{ProjectPath, Tree, TreeFile};
use crate::pipeline::Failure;
use crate::project::Lock;
use crate::reconcile::{ConflictKind, How, Kept, Plan, Policy, Verdict, Written, has_markers, is_open, settle_marks};

/// What was decided about files.
#[derive(Debug, Default)]
pub struct Decisions {
    /// The files that change, the project's own two last.
    pub files: Vec<ChangedFile>,
    /// Files that could have changed and did not, and why.
    pub retained: Vec<(ProjectPath, Kept)>,
    /// Conflicts, and how they were settled.
    pub conflicts: Vec<Conflicted>,
    /// Files whose earlier conflicts this settles.
    settled: BTreeSet<ProjectPath>,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Which one.
    pub entry: Entry,
    /// Where it was before, if it moved.
    pub from: Option<ProjectPath>,
    /// What happens to it.
    pub change: FileChange,
    /// Its bytes before; none where it was not there.
    pub before: Option<Vec<u8>>,
    /// Its bytes after; none where it goes.
    pub after: Option<Vec<u8>>,
    /// Whether it may be run afterwards.
    pub executable: bool,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileChange {
    /// It is new.
    Created,
    /// It is what packs make now.
    Updated,
    /// It is what packs make now, with the user's edits.
    Merged,
    /// It goes.
    Removed,
    /// It holds both versions, with marks.
    Conflicting,
}

/// A conflict, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflicted {
    /// The file.
    pub path: ProjectPath,
    /// What kind it is.
    pub kind: ConflictKind,
    /// How many places of the file are in conflict.
    pub places: usize,
    /// How it was settled.
    pub policy: Policy,
}

impl Conflicted {
    /// Whether it is the user's to settle still.
    pub fn is_open(&self) -> bool {
        self.policy == Policy::Markers
    }
}

/// What earlier commands and this one say about files, whatever the sides say.
pub(super) struct Earlier {
    /// Files with conflicts that are still open.
    pub open: BTreeSet<ProjectPath>,
    /// Files that the user wants as packs make them.
    pub restored: BTreeSet<ProjectPath>,
}

/// The files of the lock's list that are not settled: they hold marks, or can hold none.
pub(super) fn open_before(before: Option<&Lock>, copy: &WorkingCopy) -> BTreeSet<ProjectPath> {
    let listed = before.into_iter().flat_map(|lock| &lock.conflicts);
    listed.filter(|path| copy.bytes(path).is_some_and(is_open)).cloned().collect()
}

/// The files whose conflicts are open from now on, or still.
pub(super) fn open_conflicts(
    decisions: &Decisions,
    theirs: &Tree,
    before: &Earlier,
    copy: &WorkingCopy,
) -> Vec<ProjectPath> {
    let new = decisions.conflicts.iter().filter(|conflict| conflict.is_open()).map(|conflict| &conflict.path);
    let written: BTreeMap<&str, Option<&[u8]>> =
        decisions.files.iter().map(|file| (file.entry.as_str(), file.after.as_deref())).collect();
    let still = before.open.iter().filter(|path| {
        let bytes = written.get(path.as_str()).copied().unwrap_or_else(|| copy.bytes(path));
        let is_settled = decisions.settled.contains(*path);
        !is_settled && bytes.is_some_and(is_open) && theirs.files.contains_key(*path)
    });
    let all: BTreeSet<&ProjectPath> = still.chain(new).collect();
    all.into_iter().cloned().collect()
}

/// Turns verdicts into changes, conflicts settled.
pub(super) fn settle(
    plan: Plan,
    mut conflicts: Conflicts<'_>,
    copy: &WorkingCopy,
    before: &Earlier,
    theirs: &Tree,
) -> Result<Decisions, Failure> {
    if !matches!(conflicts, Conflicts::All(Policy::Ours)) {
        refusal::check_obstacles(&plan, copy)?;
    }
    if matches!(conflicts, Conflicts::Fail) {
        refusal::check_conflicts(&plan)?;
    }
    let mut decisions = Decisions::default();
    let Plan { verdicts, moved } = plan;
    for (path, verdict) in verdicts {
        if before.restored.contains(&path) {
            decisions.restore(path, theirs, copy);
            continue;
        }
        if before.open.contains(&path) {
            let verdict = decisions.reopen(&path, verdict, &conflicts, copy, theirs)?;
            decisions.take(path, verdict, &moved, copy, false);
            continue;
        }
        let Verdict::Conflict(conflict) = verdict else {
            decisions.take(path, verdict, &moved, copy, false);
            continue;
        };
        let policy = match &mut conflicts {
            Conflicts::Fail => Policy::Markers,
            Conflicts::All(policy) => *policy,
            Conflicts::Each(ask) => ask(&path, &conflict)?,
        };
        let (kind, places) = (conflict.kind, conflict.places());
        decisions.conflicts.push(Conflicted { path: path.clone(), kind, places, policy });
        let is_marked = policy == Policy::Markers && conflict.is_markable();
        decisions.take(path, conflict.settle(policy), &moved, copy, is_marked);
    }
    Ok(decisions)
}

impl Decisions {
    /// Has a file be what packs make, whatever it is now.
    fn restore(&mut self, path: ProjectPath, theirs: &Tree, copy: &WorkingCopy) {
        let Some(TreeFile { contents, executable, .. }) = theirs.files.get(&path) else { return };
        let how = if copy.bytes(&path).is_some() { How::Updated } else { How::Created };
        self.settled.insert(path.clone());
        let written = Written { contents: contents.clone(), executable: *executable, how };
        self.take(path, Verdict::Write(written), &BTreeMap::new(), copy, false);
    }

    /// What becomes of a file with an open conflict: it is settled by saying whose version counts, or by the user's hand.
    /// Nothing is merged into marks.
    fn reopen(
        &mut self,
        path: &ProjectPath,
        verdict: Verdict,
        conflicts: &Conflicts<'_>,
        copy: &WorkingCopy,
        theirs: &Tree,
    ) -> Result<Verdict, Failure> {
        let is_marked = copy.bytes(path).is_some_and(has_markers);
        let is_changed = !matches!(verdict, Verdict::Keep(_));
        match conflicts {
            Conflicts::All(policy @ (Policy::Ours | Policy::Theirs)) if is_marked && !is_changed => {
                let settled = copy.file(path).and_then(|(bytes, executable)| {
                    let settled = settle_marks(bytes, *policy)?;
                    // A mark gave the last line an end that it may not have had.
                    let made = theirs.files.get(path).map(|file| &file.contents);
                    let is_made = made.is_some_and(|made| settled.strip_suffix(b"\n") == Some(made.as_slice()));
                    let contents = made.filter(|_| is_made).cloned().unwrap_or(settled);
                    Some(Written { contents, executable, how: How::Merged })
                });
                self.settled.insert(path.clone());
                settled.map(Verdict::Write).ok_or_else(|| refusal::by_hand(path, "its marks don't pair"))
            }
            Conflicts::All(Policy::Ours | Policy::Theirs) if is_marked => {
                Err(refusal::by_hand(path, "packs make it in another way now"))
            }
            Conflicts::All(policy @ (Policy::Ours | Policy::Theirs)) if !is_marked => {
                self.settled.insert(path.clone());
                match theirs.files.get(path).filter(|_| *policy == Policy::Theirs) {
                    Some(TreeFile { contents, executable, .. }) => {
                        let (contents, executable) = (contents.clone(), *executable);
                        Ok(Verdict::Write(Written { contents, executable, how: How::Updated }))
                    }
                    None => Ok(Verdict::Keep(Kept::AsIs)),
                }
            }
            // With marks in it the file would be the user's alone, and nobody would tell of them any more.
            _ if is_changed || is_marked && verdict == Verdict::Keep(Kept::Released) => {
                Err(refusal::still_open(std::iter::once(path), is_marked))
            }
            _ => Ok(verdict),
        }
    }

    fn take(
        &mut self,
        path: ProjectPath,
        verdict: Verdict,
        moved: &BTreeMap<ProjectPath, ProjectPath>,
        copy: &WorkingCopy,
        is_marked: bool,
    ) {
        let before = copy.bytes(&path).map(<[u8]>::to_vec);
        let (entry, from) = (Entry::File(path.clone()), moved.get(&path).cloned());
        let file = |change, after, executable| ChangedFile { entry, from, change, before, after, executable };
        match verdict {
            Verdict::Write(Written { contents, executable, how }) => {
                let change = match how {
                    _ if is_marked => FileChange::Conflicting,
                    How::Created => FileChange::Created,
                    How::Updated => FileChange::Updated,
                    How::Merged => FileChange::Merged,
                };
                let is_same = copy.is(&path, &contents, executable);
                if !is_same {
                    self.files.push(file(change, Some(contents), executable));
                }
            }
            Verdict::Remove => self.files.push(file(FileChange::Removed, None, false)),
            Verdict::Keep(Kept::AsIs) | Verdict::Conflict(_) => {}
            Verdict::Keep(why) => self.retained.push((path, why)),
        }
    }
}
