//! What becomes of a project's files when its packs, their versions or their answers change.
//!
//! Three sides meet at every path. The *base* is what packs made the last time: the lock has its digests, and its bytes
//! are rendered again. *Theirs* is what packs make now. *Ours* is the working copy, which is the user's. [`plan`] looks
//! at all paths and gives each a [`Verdict`]; it is pure, and what it says is carried out elsewhere.
//!
//! The rules, in the order in which they bind:
//!
//! - A file that is written once is the user's from then on: never written again, not even where it is gone.
//! - What the user removed stays removed.
//! - What packs did not change stays as the user has it; what the user did not change becomes what packs make now. For
//!   both the digests are enough, so most files of an update are never merged, and the base need not be at hand.
//! - What both changed is merged: by lines, and by key where the file is structured (`text.rs`).
//! - A file that packs no longer make goes if the user did not touch it; else it stays, and is the user's.
//! - A file that moved is followed, with the user's edits.
//!
//! What can't be decided is a [`Conflict`], and the user's to settle. Text is compared with LF and keeps the line ends of
//! the working copy.

mod conflict;
mod newlines;
#[cfg(test)]
mod tests;
mod text;
mod unite;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

pub use conflict::{Conflict, ConflictKind, Policy, has_markers, is_open, settle_marks};

use crate::model::{Digest, Ownership, ProjectPath, Tree, TreeFile};
use newlines::Working;

/// What packs made of a file the last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base<'a> {
    /// Of the contents with LF.
    pub digest: Digest,
    /// The bytes; none where they can't be made again.
    pub contents: Option<Cow<'a, [u8]>>,
    /// Whether it could be run.
    pub executable: bool,
    /// Whether it has been the user's since it was written.
    pub once: bool,
}

/// What the working copy has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ours<'a> {
    /// Nothing.
    Absent,
    /// A file.
    File {
        /// Its bytes as they are.
        contents: &'a [u8],
        /// Whether it may be run.
        executable: bool,
    },
    /// A folder, a link, or something on the way that is no folder: nothing that a file could be written to.
    Obstacle,
}

/// The three sides of a change.
pub struct Sides<'a> {
    /// What packs made the last time, by path.
    pub base: &'a BTreeMap<ProjectPath, Base<'a>>,
    /// What they make now.
    pub theirs: &'a Tree,
    /// The working copy, for every path of [`Sides::paths`].
    pub ours: &'a BTreeMap<ProjectPath, Ours<'a>>,
    /// Files that become what packs make now, whatever they are: nothing moves there.
    pub restored: &'a BTreeSet<ProjectPath>,
}

/// What is to be done at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Keep(Kept),
    /// A file is written.
    Write(Written),
    /// The file is removed.
    Remove,
    /// The user has to say.
    Conflict(Conflict),
}

/// Why nothing is done at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is as it should be, or the user's alone.
    AsIs,
    /// Packs changed it, and the user had removed it.
    Removed,
    /// Packs changed it, and the user has something else in its place: a folder, a link.
    Replaced,
    /// Packs no longer make it, and the user changed it, or it was the user's from birth: nobody else knows of it now.
    Released,
}

/// A file that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its bytes.
    pub contents: Vec<u8>,
    /// Whether it may be run.
    pub executable: bool,
    /// How they came about.
    pub how: How,
}

/// How a file's new contents came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is new.
    Created,
    /// It is what packs make now.
    Updated,
    /// It is what packs make now with the user's edits.
    Merged,
}

/// All verdicts, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is to be done.
    pub verdicts: BTreeMap<ProjectPath, Verdict>,
    /// Files that moved, by where they go.
    pub moved: BTreeMap<ProjectPath, ProjectPath>,
}

impl Sides<'_> {
    /// Every path that one of `base` and `theirs` has.
    pub fn paths<'a>(base: &'a BTreeMap<ProjectPath, Base<'_>>, theirs: &'a Tree) -> BTreeSet<&'a ProjectPath> {
        base.keys().chain(theirs.files.keys()).collect()
    }

    fn ours(&self, path: &ProjectPath) -> Ours<'_> {
        self.ours.get(path).copied().unwrap_or(Ours::Absent)
    }
}

/// Decides what becomes of every path.
pub fn plan(sides: &Sides<'_>) -> Plan {
    let moved = moves(sides);
    let left: BTreeSet<&ProjectPath> = moved.values().collect();
    let paths: Vec<&ProjectPath> = Sides::paths(sides.base, sides.theirs).into_iter().collect();
    let verdict = |path: &ProjectPath| match (sides.theirs.files.get(path), moved.get(path)) {
        (Some(theirs), Some(from)) => arrive(path, sides.base.get(from), sides.ours(from), theirs),
        (Some(theirs), None) => meet(path, sides.base.get(path), sides.ours(path), theirs),
        // Its contents, edits and all, are on their way to another path.
        (None, _) if left.contains(path) => leave(sides.base.get(path), sides.ours(path)),
        (None, _) => drop_file(sides.base.get(path), sides.ours(path)),
    };
    let verdicts = paths.into_par_iter().map(|path| (path.clone(), verdict(path))).collect();
    Plan { verdicts, moved }
}

/// Where files came from that stand at another path now: an older version's path that is still there and that nobody
/// makes any more, while nothing is at the new one.
fn moves(sides: &Sides<'_>) -> BTreeMap<ProjectPath, ProjectPath> {
    let mut moved = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (path, file) in &sides.theirs.files {
        let is_free =
            !sides.base.contains_key(path) && !sides.restored.contains(path) && sides.ours(path) == Ours::Absent;
        let from = file.moved_from.iter().find(|from| {
            sides.base.contains_key(*from) && !sides.theirs.files.contains_key(*from) && !taken.contains(*from)
        });
        if let Some(from) = from.filter(|_| is_free) {
            taken.insert(from);
            moved.insert(path.clone(), from.clone());
        }
    }
    moved
}

/// A file that comes from another path.
fn arrive(path: &ProjectPath, base: Option<&Base<'_>>, ours: Ours<'_>, theirs: &TreeFile) -> Verdict {
    let Some(base) = base else { return meet(path, None, Ours::Absent, theirs) };
    match ours {
        // A link, or the like: it stays where it is, and the new file comes to its own place.
        Ours::Obstacle => created(theirs),
        Ours::Absent => Verdict::Keep(Kept::Removed),
        Ours::File { .. } if base.once => Verdict::Keep(Kept::AsIs),
        Ours::File { contents, executable } => match meet(path, Some(base), ours, theirs) {
            Verdict::Keep(_) => {
                let how = if base.digest == Digest::of_text(contents) { How::Updated } else { How::Merged };
                Verdict::Write(Written { contents: contents.to_vec(), executable, how })
            }
            Verdict::Conflict(conflict) => Verdict::Conflict(conflict.arriving(contents)),
            verdict => verdict,
        },
    }
}

/// The old path of a file that moved.
fn leave(base: Option<&Base<'_>>, ours: Ours<'_>) -> Verdict {
    match ours {
        Ours::File { .. } if base.is_some_and(|base| !base.once) => Verdict::Remove,
        Ours::File { .. } | Ours::Absent | Ours::Obstacle => Verdict::Keep(Kept::AsIs),
    }
}

/// A file that packs no longer make.
fn drop_file(base: Option<&Base<'_>>, ours: Ours<'_>) -> Verdict {
    let Some(base) = base else { return Verdict::Keep(Kept::AsIs) };
    match ours {
        Ours::Absent => Verdict::Keep(Kept::AsIs),
        Ours::Obstacle if base.once => Verdict::Keep(Kept::AsIs),
        Ours::File { contents, .. } if !base.once && Digest::of_text(contents) == base.digest => Verdict::Remove,
        Ours::File { .. } | Ours::Obstacle => Verdict::Keep(Kept::Released),
    }
}

/// A file that packs make.
fn meet(path: &ProjectPath, base: Option<&Base<'_>>, ours: Ours<'_>, theirs: &TreeFile) -> Verdict {
    if theirs.ownership == Ownership::Once {
        return match (base, ours) {
            (None, Ours::Absent) => created(theirs),
            _ => Verdict::Keep(Kept::AsIs),
        };
    }
    match (base.filter(|base| !base.once), ours) {
        (None, Ours::Absent) if base.is_none() => created(theirs),
        (None, Ours::Absent) => Verdict::Keep(Kept::Removed),
        (Some(base), Ours::Absent) => {
            let changed = base.digest != Digest::of_text(&theirs.contents);
            Verdict::Keep(if changed { Kept::Removed } else { Kept::AsIs })
        }
        (Some(base), Ours::Obstacle) => {
            let changed = base.digest != Digest::of_text(&theirs.contents);
            Verdict::Keep(if changed { Kept::Replaced } else { Kept::AsIs })
        }
        (None, Ours::Obstacle) => Verdict::Conflict(Conflict::in_the_way(theirs)),
        (base, Ours::File { contents, executable }) => merge(path, base, contents, executable, theirs),
    }
}

/// A file that is there, and that packs make.
fn merge(path: &ProjectPath, base: Option<&Base<'_>>, ours: &[u8], runs: bool, theirs: &TreeFile) -> Verdict {
    let working = Working::of(ours);
    let mine = Digest::of(working.contents());
    let new = Digest::of_text(&theirs.contents);
    let executable = match base {
        Some(base) if base.executable == theirs.executable => runs,
        _ => theirs.executable,
    };
    let unchanged = || match runs == executable {
        true => Verdict::Keep(Kept::AsIs),
        false => Verdict::Write(Written { contents: ours.to_vec(), executable, how: How::Updated }),
    };
    match base {
        _ if mine == new => unchanged(),
        Some(base) if base.digest == new => unchanged(),
        Some(base) if base.digest == mine => {
            let contents = working.with_own_newlines(&theirs.contents).into_owned();
            Verdict::Write(Written { contents, executable, how: How::Updated })
        }
        base => {
            text::merge(path, base.and_then(|base| base.contents.as_deref()), &working, &theirs.contents, executable)
        }
    }
}

fn created(theirs: &TreeFile) -> Verdict {
    let TreeFile { contents, executable, .. } = theirs;
    Verdict::Write(Written { contents: contents.clone(), executable: *executable, how: How::Created })
}
