//! Whether a project is as its lock and its intent say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::change::Edit;
use super::intent::relate_paths;
use super::{Failure, Workshop, run};
use crate::apply::{Found, survey};
use crate::model::{Digest, ProjectPath, Report};
use crate::project::{Given, IntentFile, Lock, LockedFile, Mode};
use crate::reconcile::is_open;

/// How a generated file differs from what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// It holds conflict marks.
    Conflicting,
    /// It is gone.
    Missing,
    /// Packs make it in another way than the lock says: the project was not applied.
    Stale,
    /// The user changed it.
    Edited,
}

/// What a check finds.
#[derive(Debug)]
pub struct Check {
    /// Files that differ.
    pub files: BTreeMap<ProjectPath, Drift>,
    /// How many generated files were looked at.
    pub checked: usize,
    /// Whether the lock is not what `scaffold.toml` comes to.
    pub lock_is_stale: bool,
    /// Why the packs could not be run; then the lock's digests are all that was compared.
    pub unverified: Option<Report>,
}

/// Reports that say that a pack is not at hand, rather than that something is wrong.
const NOT_AT_HAND: [&str; 13] = [
    "locked-version-gone",
    "locked-registry-unknown",
    "locked-pack-gone",
    "offline",
    "registry-unreachable",
    "registry-timeout",
    "registry-busy",
    "registry-denied",
    "registry-io",
    "blob-missing",
    "pack-unknown",
    "pack-unreadable",
    "version-gone",
];

/// Checks the project in `root`.
///
/// # Errors
/// Files that can't be read, and everything that [`run`] finds, but for packs that are not at hand.
pub fn check(workshop: &Workshop<'_>, root: &Path) -> Result<Check, Failure> {
    let intent = IntentFile::read(root)?;
    let lock = Lock::read(root)?;
    let files = drift(root, &lock)?;
    let checked = lock.files.values().filter(|file| !file.once).count();
    let mut check = Check { files, checked, lock_is_stale: false, unverified: None };
    match lock_of(workshop, root, &intent, &lock) {
        Ok(fresh) => check.compare(&lock, &fresh),
        Err(Failure::Reports(reports)) if reports.iter().all(|report| NOT_AT_HAND.contains(&report.code)) => {
            check.unverified = reports.into_iter().next();
        }
        Err(failure) => return Err(failure),
    }
    Ok(check)
}

impl Check {
    /// Finds what packs make in another way than the lock says.
    fn compare(&mut self, lock: &Lock, fresh: &Lock) {
        self.lock_is_stale = *lock != *fresh;
        let paths = lock.files.keys().chain(fresh.files.keys());
        for path in paths.filter(|path| lock.files.get(*path) != fresh.files.get(*path)) {
            let is_once = [lock, fresh].iter().any(|lock| lock.files.get(path).is_some_and(|file| file.once));
            if !is_once {
                self.files.entry(path.clone()).or_insert(Drift::Stale);
            }
        }
    }
}

/// How the working copy differs from what the lock says.
fn drift(root: &Path, lock: &Lock) -> Result<BTreeMap<ProjectPath, Drift>, Failure> {
    let managed = lock.files.iter().filter(|(_, file)| !file.once);
    let found = survey(root, managed.clone().map(|(path, _)| path))?;
    let drift = managed.filter_map(|(path, file)| {
        let drift = drift_of(file, found.get(path)?, lock.conflicts.contains(path))?;
        Some((path.clone(), drift))
    });
    Ok(drift.collect())
}

fn drift_of(file: &LockedFile, found: &Found, was_marked: bool) -> Option<Drift> {
    match found {
        Found::Absent | Found::Other(_) => Some(Drift::Missing),
        Found::File { contents, .. } if was_marked && is_open(contents) => Some(Drift::Conflicting),
        Found::File { contents, executable } => {
            let is_same = Digest::of_text(contents) == file.checksum;
            let runs = !cfg!(unix) || *executable == file.executable;
            (!is_same || !runs).then_some(Drift::Edited)
        }
    }
}

/// The lock that the intent comes to, with the versions that it has now.
fn lock_of(workshop: &Workshop<'_>, root: &Path, intent: &IntentFile, lock: &Lock) -> Result<Lock, Failure> {
    let wish = Edit::Apply { restore: BTreeSet::new() }.wish(root, intent.intent(), Some(lock))?;
    let inputs = wish.inputs(intent.intent(), Some(lock), Given::default(), Mode::Defaults);
    let mut rendered = run(workshop, inputs)?;
    relate_paths(&mut rendered, root);
    let mut made = rendered.lock();
    made.conflicts.clone_from(&lock.conflicts);
    Ok(made)
}
