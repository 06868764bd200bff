//! Changing a project: what `init`, `add`, `remove`, `set`, `update` and `apply` share.
//!
//! The intent is edited (`edit.rs`), the run is made with it, and what comes of it is reconciled with what the packs had
//! made before (`base.rs`) and with the working copy, conflicts are settled (`decide.rs`), and the result is written as one
//! change whose last step is the lock.
//! The commands differ in how they edit the intent, and in which versions of the lock they keep.
//!
//! Nothing is written before everything is decided: a conflict that the user wants to know of first, files with edits
//! that git has not seen, or new powers that a pack would get end the run as if it had not been.

mod base;
mod decide;
mod edit;
mod git;
mod refusal;
mod versions;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use decide::{ChangedFile, Conflicted, Decisions, FileChange};
pub use edit::Edit;
pub use git::git;
pub use refusal::how_to_settle;
pub(super) use write::change_of;

use super::intent::{given_answers, pack_intent, relate_paths};
use super::{Failure, Inputs, Rendered, Workshop, run};
use crate::apply::{self, Entry};
use crate::model::{INTENT_FILE, JsonObject, LOCK_FILE, Name, ProjectPath, Report, omission};
use crate::project::{Given, IntentFile, KeptDefault, Lock, LockedPack, Mode, read_text};
use crate::reconcile::{Conflict, Policy};
use base::WorkingCopy;
use decide::{Earlier, open_before, open_conflicts, settle};
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
    /// The lock as it is now.
    pub lock: Lock,
    /// What was decided about files.
    pub decisions: Decisions,
    /// Defaults of packs that moved to another version, and that would be others now.
    pub kept_defaults: Vec<KeptDefault>,
    /// Why what packs had made before could not be made again.
    pub base_lost: Option<Report>,
    /// Instances that were to be removed, and stay because others need them.
    pub needed: Vec<Name>,
}

/// A project's own files as they stand.
struct OwnFiles {
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
    let own = OwnFiles::read(&root)?;
    if !matches!(edit, Edit::Apply { .. }) {
        refusal::check_open(&root, own.lock.as_ref())?;
    }
    let mut intent = edit.start(&root, own.intent.as_deref(), own.lock_text.is_some())?;
    let mut past_lock = own.lock.clone();
    let edit = edit.in_own_registries(intent.intent());
    edit.prepare(&mut intent, past_lock.as_mut(), &given)?;
    let mut moot = Vec::new();
    for (place, value) in &settlements {
        if *value == omission() {
            let inside = format!("{place}#");
            moot.extend(intent.intent().compose.keys().filter(|key| key.starts_with(&inside)).cloned());
        }
        intent.put_settlement(place, value)?;
    }
    moot.iter().for_each(|place| intent.drop_settlement(place));
    let settled = intent.intent().compose.keys().filter(|place| !settlements.contains_key(*place));
    let may_lapse: BTreeSet<String> = settled.filter(|_| edit.may_end_conflicts()).cloned().collect();
    let wish = edit.wish(&root, intent.intent(), own.lock.as_ref())?;
    let inputs = wish.inputs(intent.intent(), past_lock.as_ref(), given, mode);
    let inputs = Inputs { exactly: own.lock.clone().filter(|_| locked), may_lapse, ..inputs };
    let mut rendered = run(workshop, inputs)?;
    relate_paths(&mut rendered, &root);
    rendered.lapsed.extend(moot);
    note_packs(&mut intent, &rendered, &wish, &root);
    note_answers(&mut intent, &rendered)?;
    rendered.lapsed.iter().for_each(|place| intent.drop_settlement(place));
    refusal::check_imports(own.lock.as_ref(), &rendered.locked, consent)?;

    let copy = WorkingCopy::read(&root, own.lock.as_ref(), &rendered.tree)?;
    let before = Earlier { open: open_before(own.lock.as_ref(), &copy), restored: edit.restored(&rendered)? };
    let (plan, base_lost) = base::plan(workshop, &root, own.lock.as_ref(), &rendered, &copy, &before.restored)?;
    let mut decisions = settle(plan, conflicts, &copy, &before, &rendered.tree)?;
    let mut lock = rendered.lock();
    lock.conflicts = open_conflicts(&decisions, &rendered.tree, &before, &copy);
    decisions.files.extend(own.replaced_by(intent.to_text(), lock.to_text()?));
    if !allow_dirty {
        git::check(&root, &decisions.files, own.lock.as_ref())?;
    }
    if !dry_run && !decisions.files.is_empty() {
        apply::change(&root, &change_of(&decisions.files))?;
    }
    let kept_defaults = moved_defaults(&mut rendered, own.lock.as_ref());
    let needed = match &edit {
        Edit::Remove { instances } => {
            let is_there = |name: &&Name| lock.packs.iter().any(|pack| pack.instance == **name);
            instances.iter().filter(is_there).cloned().collect()
        }
        _ => Vec::new(),
    };
    Ok(Outcome { rendered, before: own.lock, lock, decisions, kept_defaults, base_lost, needed })
}

impl OwnFiles {
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
        let own = intent.answers(whose).into_iter().flat_map(JsonObject::keys);
        let stale: Vec<String> = own.filter(|key| !is_given(key)).cloned().collect();
        for key in stale {
            intent.drop_answer(whose, &key);
        }
    }
    Ok(())
}

/// Defaults of packs that moved on, which is when a user wants to hear of others.
fn moved_defaults(rendered: &mut Rendered, before: Option<&Lock>) -> Vec<KeptDefault> {
    let version = |packs: &[LockedPack], instance: &Name| {
        packs.iter().find(|pack| pack.instance == *instance).map(|pack| pack.version.clone())
    };
    let kept = std::mem::take(&mut rendered.kept_defaults);
    let has_moved = |default: &KeptDefault| {
        let was = before.and_then(|lock| version(&lock.packs, &default.instance));
        default.kept.is_none() || was != version(&rendered.locked, &default.instance)
    };
    kept.into_iter().filter(has_moved).collect()
}
