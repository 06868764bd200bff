//! Changing a project: what `init`, `add`, `remove`, `set`, `update` and `apply` share.
//!
//! The intent is edited (`edit.rs`), the run is made with it, and what comes of it is reconciled with what the packs had
//! made before (`base.rs`) and with the working copy. The result is written as one change whose last step is the lock.
//! The commands differ in how they edit the intent, and in which versions of the lock they keep.
//!
//! Nothing is written before everything is decided: a conflict that the user wants to know of first, files with edits
//! that git has not seen, or new powers that a pack would get end the run as if it had not been.

mod base;
mod edit;
mod git;
mod refusal;
mod versions;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use edit::Edit;
pub use git::git;
pub(super) use write::change_of;

use super::intent::{given_answers, pack_intent, relate_paths};
use super::past::Past;
use super::{Failure, Inputs, Rendered, Workshop, run};
use crate::apply::{self, Entry};
use crate::model::{INTENT_FILE, JsonObject, LOCK_FILE, Name, Project, ProjectPath, Report, Tree, TreeFile};
use crate::project::{Given, IntentFile, KeptDefault, Lock, Mode, read_text};
use crate::reconcile::{Conflict, ConflictKind, How, Kept, Plan, Policy, Verdict, Written, has_markers, is_open};
use base::WorkingCopy;
use edit::Wish;

/// How conflicts are settled.
pub enum Conflicts<'a> {
    /// They end the run, all of them told, and nothing is written.
    Fail,
    /// All in one way.
    All(Policy),
    /// One by one.
    Each(&'a mut dyn FnMut(&ProjectPath, &Conflict) -> Result<Policy, Failure>),
}

/// What a change was asked for.
pub struct Change<'a> {
    /// The project's folder; absolute.
    pub root: PathBuf,
    /// What is edited.
    pub edit: Edit,
    /// What the user answered on this occasion.
    pub given: Given,
    /// What happens to questions without an answer.
    pub mode: Mode<'a>,
    /// Conflicts between packs that the user settled on this occasion.
    pub settlements: BTreeMap<String, Value>,
    /// How conflicts with the user's edits are settled.
    pub conflicts: Conflicts<'a>,
    /// Whether edits that git has not seen may be merged with.
    pub allow_dirty: bool,
    /// Whether the packs have to be those of the lock, exactly.
    pub locked: bool,
    /// Says whether packs may have interfaces that they did not have before, given as lines.
    pub consent: &'a mut dyn FnMut(&[String]) -> Result<bool, Failure>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What became of it.
#[derive(Debug)]
pub struct Outcome {
    /// The run's result.
    pub rendered: Rendered,
    /// The lock as it was; none where there was none.
    pub before: Option<Lock>,
    /// What was decided about files.
    pub decisions: Decisions,
    /// Defaults of packs that moved to another version, and that would be others now.
    pub kept_defaults: Vec<KeptDefault>,
    /// Why what packs had made before could not be made again.
    pub base_lost: Option<Report>,
    /// Instances that were to be removed, and stay because others need them.
    pub needed: Vec<Name>,
}

/// What was decided about files.
#[derive(Debug, Default)]
pub struct Decisions {
    /// The files that change, the project's own two last.
    pub files: Vec<ChangedFile>,
    /// Files that could have changed and did not.
    pub retained: Vec<(ProjectPath, Retained)>,
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

/// Why a file does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retained {
    /// Packs changed it, and the user had removed it.
    Removed,
    /// Packs changed it, and the user has something else in its place.
    Replaced,
    /// Packs no longer make it, and the user had changed it.
    Released,
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

/// A project's own files as they stand.
struct Standing {
    intent: Option<String>,
    lock_text: Option<String>,
    lock: Option<Lock>,
}

/// Changes a project, wholly or not at all.
///
/// # Errors
/// Everything that [`run`] finds, and what keeps the change from being made: open conflicts of an earlier one, edits
/// that git has not seen, conflicts that were to be told first, powers that were not granted, a failed write.
pub fn change(workshop: &Workshop<'_>, change: Change<'_>) -> Result<Outcome, Failure> {
    let Change { root, edit, given, mode, settlements, conflicts, allow_dirty, locked, consent, dry_run } = change;
    let standing = Standing::read(&root)?;
    if !matches!(edit, Edit::Apply { .. }) {
        refusal::check_open(&root, standing.lock.as_ref())?;
    }
    let mut intent = edit.start(&root, standing.intent.as_deref(), standing.lock_text.is_some())?;
    let mut past_lock = standing.lock.clone();
    edit.prepare(&mut intent, past_lock.as_mut(), &given)?;
    for (place, value) in &settlements {
        intent.put_settlement(place, value)?;
    }
    let wish = edit.wish(&root, intent.intent(), standing.lock.as_ref())?;
    let inputs = Inputs {
        project: Project { name: intent.intent().project.name.clone(), year: intent.intent().project.year },
        wanted: wish.wanted.clone(),
        places: wish.places.clone(),
        preference: wish.preference.clone(),
        exactly: standing.lock.clone().filter(|_| locked),
        joined: past_lock.iter().flat_map(|lock| &lock.packs).map(|pack| pack.instance.clone()).collect(),
        given,
        past: Past::of(&intent.intent().answers, past_lock.as_ref()),
        mode,
        settlements: intent.intent().compose.clone(),
    };
    let mut rendered = run(workshop, inputs)?;
    relate_paths(&mut rendered, &root);
    note_packs(&mut intent, &rendered, &wish, &root);
    note_answers(&mut intent, &rendered)?;
    refusal::check_imports(standing.lock.as_ref(), &rendered.lock, consent)?;

    let copy = WorkingCopy::read(&root, standing.lock.as_ref(), &rendered.tree)?;
    let (plan, base_lost) = base::plan(workshop, &root, standing.lock.as_ref(), &rendered, &copy)?;
    let before = Earlier { open: open_before(standing.lock.as_ref(), &copy), restored: edit.restored(&rendered.tree)? };
    let mut decisions = settle(plan, conflicts, &copy, &before, &rendered.tree)?;
    rendered.lock.conflicts = open_conflicts(&decisions, &rendered, &before, &copy);
    decisions.files.extend(standing.replaced_by(intent.to_text(), rendered.lock.to_text()?));
    if !allow_dirty {
        git::check(&root, &decisions.files, standing.lock.as_ref())?;
    }
    if !dry_run && !decisions.files.is_empty() {
        apply::change(&root, &change_of(&decisions.files))?;
    }
    let kept_defaults = moved_defaults(&mut rendered, standing.lock.as_ref());
    let needed = match &edit {
        Edit::Remove { instances } => {
            let is_there = |name: &&Name| rendered.lock.packs.iter().any(|pack| pack.instance == **name);
            instances.iter().filter(is_there).cloned().collect()
        }
        _ => Vec::new(),
    };
    Ok(Outcome { rendered, before: standing.lock, decisions, kept_defaults, base_lost, needed })
}

impl Standing {
    fn read(root: &Path) -> Result<Self, Failure> {
        refusal::check_links(root)?;
        let intent = read_text(root, INTENT_FILE)?;
        let lock_text = read_text(root, LOCK_FILE)?;
        let lock = lock_text.as_deref().map(Lock::parse).transpose()?;
        Ok(Self { intent, lock_text, lock })
    }

    /// The changes of the two files, where they have to change.
    fn replaced_by(&self, intent: String, lock: String) -> impl Iterator<Item = ChangedFile> {
        let file = |entry, before: &Option<String>, after: String| {
            let change = if before.is_some() { FileChange::Updated } else { FileChange::Created };
            let after = match before {
                Some(before) => write::as_it_stood(before, &after)?,
                None => after,
            };
            let (before, after) = (before.clone().map(String::into_bytes), Some(after.into_bytes()));
            Some(ChangedFile { entry, from: None, change, before, after, executable: false })
        };
        let intent = file(Entry::Intent, &self.intent, intent);
        intent.into_iter().chain(file(Entry::Lock, &self.lock_text, lock))
    }
}

/// Notes packs in the intent that were not there.
fn note_packs(intent: &mut IntentFile, rendered: &Rendered, wish: &Wish, root: &Path) {
    for member in rendered.members.iter().filter(|member| member.resolved.requested) {
        let instance = &member.instance.name;
        if intent.intent().packs.contains_key(instance) {
            continue;
        }
        let (pack, registry) = pack_intent(member, &wish.wanted, &wish.places, root);
        intent.put_pack(instance, pack);
        if let Some((name, url)) = registry {
            intent.put_registry(&name, &url);
        }
    }
}

/// Notes the user's answers in the intent; those that were carried over replace the older version's.
fn note_answers(intent: &mut IntentFile, rendered: &Rendered) -> Result<(), Failure> {
    let given = given_answers(&rendered.members);
    for (whose, answers) in &given {
        for (key, answer) in answers {
            intent.put_answer(whose, key, answer)?;
        }
    }
    for forgotten in &rendered.forgotten {
        intent.drop_answer(&forgotten.whose, &forgotten.key);
    }
    for whose in rendered.migrated.iter().map(Name::as_str) {
        let is_given = |key: &String| given.get(whose).is_some_and(|answers| answers.contains_key(key));
        let standing = intent.answers(whose).into_iter().flat_map(JsonObject::keys);
        let stale: Vec<String> = standing.filter(|key| !is_given(key)).cloned().collect();
        for key in stale {
            intent.drop_answer(whose, &key);
        }
    }
    Ok(())
}

/// Defaults of packs that moved on, which is when a user wants to hear of others.
fn moved_defaults(rendered: &mut Rendered, before: Option<&Lock>) -> Vec<KeptDefault> {
    let version = |lock: &Lock, instance: &Name| {
        lock.packs.iter().find(|pack| pack.instance == *instance).map(|pack| pack.version.clone())
    };
    let kept = std::mem::take(&mut rendered.kept_defaults);
    let has_moved = |default: &KeptDefault| {
        let was = before.and_then(|lock| version(lock, &default.instance));
        default.kept.is_none() || was != version(&rendered.lock, &default.instance)
    };
    kept.into_iter().filter(has_moved).collect()
}

/// What earlier commands and this one say about files, whatever the sides say.
struct Earlier {
    /// Files with conflicts that are still open.
    open: BTreeSet<ProjectPath>,
    /// Files that the user wants as packs make them.
    restored: BTreeSet<ProjectPath>,
}

/// The files of the lock's list that are not settled: they hold marks, or can hold none.
fn open_before(before: Option<&Lock>, copy: &WorkingCopy) -> BTreeSet<ProjectPath> {
    let listed = before.into_iter().flat_map(|lock| &lock.conflicts);
    listed.filter(|path| copy.bytes(path).is_some_and(is_open)).cloned().collect()
}

/// The files whose conflicts are open from now on, or still.
fn open_conflicts(
    decisions: &Decisions,
    rendered: &Rendered,
    before: &Earlier,
    copy: &WorkingCopy,
) -> Vec<ProjectPath> {
    let new = decisions.conflicts.iter().filter(|conflict| conflict.is_open()).map(|conflict| &conflict.path);
    let written: BTreeMap<&str, Option<&[u8]>> =
        decisions.files.iter().map(|file| (file.entry.as_str(), file.after.as_deref())).collect();
    let still = before.open.iter().filter(|path| {
        let bytes = written.get(path.as_str()).copied().unwrap_or_else(|| copy.bytes(path));
        let is_settled = decisions.settled.contains(*path);
        !is_settled && bytes.is_some_and(is_open) && rendered.tree.files.contains_key(*path)
    });
    let all: BTreeSet<&ProjectPath> = still.chain(new).collect();
    all.into_iter().cloned().collect()
}

/// Turns verdicts into changes, conflicts settled.
fn settle(
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

    /// What becomes of a file with an open conflict. Marks in it are for the user to take out, and nothing is merged into
    /// them; where there can be none, it is settled by saying whose version counts.
    fn reopen(
        &mut self,
        path: &ProjectPath,
        verdict: Verdict,
        conflicts: &Conflicts<'_>,
        copy: &WorkingCopy,
        theirs: &Tree,
    ) -> Result<Verdict, Failure> {
        let is_marked = copy.bytes(path).is_some_and(has_markers);
        match conflicts {
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
            _ if matches!(verdict, Verdict::Keep(_)) => Ok(verdict),
            _ => Err(refusal::still_open(std::iter::once(path), is_marked)),
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
            Verdict::Keep(Kept::Removed) => self.retained.push((path, Retained::Removed)),
            Verdict::Keep(Kept::Replaced) => self.retained.push((path, Retained::Replaced)),
            Verdict::Keep(Kept::Released) => self.retained.push((path, Retained::Released)),
            Verdict::Keep(Kept::AsIs) | Verdict::Conflict(_) => {}
        }
    }
}
