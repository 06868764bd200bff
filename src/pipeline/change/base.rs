//! The other two sides of a change: what packs had made before, and the working copy.
//!
//! The base is made again only if a file changed on both sides; for all others the digests of the lock are enough, and
//! they are most files of most changes. Where it can't be made again, or came out in another way, those files are in
//! conflict as a whole, and everything else goes on.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::apply::{Found, Obstacle, survey};
use crate::compose::{Attribution, ShareKind};
use crate::model::{Digest, ProjectPath, Report, Tree};
use crate::pipeline::{Failure, Rendered, Workshop, replay};
use crate::project::Lock;
use crate::reconcile::{self, Base, ConflictKind, Ours, Plan, Sides, Verdict};

/// What stands at the paths that a change may touch.
pub(super) struct WorkingCopy {
    found: BTreeMap<ProjectPath, Found>,
}

impl WorkingCopy {
    /// Reads the working copy of what packs made before and of what they make now.
    pub(super) fn read(root: &Path, lock: Option<&Lock>, theirs: &Tree) -> Result<Self, Failure> {
        let before = lock.into_iter().flat_map(|lock| lock.files.keys());
        let found = survey(root, before.chain(theirs.files.keys()))?;
        Ok(Self { found })
    }

    /// A file's bytes, and whether it may be run; none where there is no file.
    pub(super) fn file(&self, path: &ProjectPath) -> Option<(&[u8], bool)> {
        match self.found.get(path) {
            Some(Found::File { contents, executable }) => Some((contents, *executable)),
            _ => None,
        }
    }

    /// The bytes of a file; none where there is no file.
    pub(super) fn bytes(&self, path: &ProjectPath) -> Option<&[u8]> {
        self.file(path).map(|(bytes, _)| bytes)
    }

    /// What stands at a path where no file can be.
    pub(super) fn obstacle(&self, path: &ProjectPath) -> Option<&Obstacle> {
        match self.found.get(path) {
            Some(Found::Other(obstacle)) => Some(obstacle),
            _ => None,
        }
    }

    /// Whether a file is there with these bytes.
    pub(super) fn is(&self, path: &ProjectPath, bytes: &[u8], may_run: bool) -> bool {
        self.file(path) == Some((bytes, may_run))
    }

    fn sides(&self, lock: Option<&Lock>, theirs: &Tree) -> BTreeMap<ProjectPath, Ours<'_>> {
        self.found.iter().map(|(path, found)| (path.clone(), self.side(found, lock, theirs))).collect()
    }

    fn side<'a>(&self, found: &'a Found, lock: Option<&Lock>, theirs: &Tree) -> Ours<'a> {
        match found {
            Found::Absent => Ours::Absent,
            Found::File { contents, executable } => Ours::File { contents, executable: *executable },
            // A file that makes room, in the same change, for a folder of its name.
            Found::Other(Obstacle::Above(above)) if self.makes_room(above, lock, theirs) => Ours::Absent,
            Found::Other(_) => Ours::Obstacle,
        }
    }

    fn makes_room(&self, above: &str, lock: Option<&Lock>, theirs: &Tree) -> bool {
        let Ok(above) = ProjectPath::parse(above) else { return false };
        let locked = lock.and_then(|lock| lock.files.get(&above));
        let is_dropped = !theirs.files.contains_key(&above);
        let is_as_made =
            |bytes: &[u8]| locked.is_some_and(|file| !file.once && file.checksum == Digest::of_text(bytes));
        is_dropped && self.bytes(&above).is_some_and(is_as_made)
    }
}

/// Decides what becomes of every file. Where what packs had made before is needed and can't be had, says why.
pub(super) fn plan(
    workshop: &Workshop<'_>,
    root: &Path,
    lock: Option<&Lock>,
    rendered: &Rendered,
    copy: &WorkingCopy,
    restored: &BTreeSet<ProjectPath>,
) -> Result<(Plan, Option<Report>), Failure> {
    let (mut plan, lost) = compare(workshop, root, lock, &rendered.tree, copy, restored);
    for (path, verdict) in &mut plan.verdicts {
        // Telling where lines come from costs a composition, so only those are asked about whom it may help.
        if let Verdict::Conflict(conflict) = verdict
            && conflict.may_unite()
        {
            *verdict = conflict.clone().unite(&shared_lines(rendered, path)?);
        }
    }
    Ok((plan, lost))
}

/// The lines of a file that packs bring one by one: fills of its slots, and lines that it has to hold.
fn shared_lines(rendered: &Rendered, path: &ProjectPath) -> Result<BTreeSet<String>, Failure> {
    let Some(provenance) = rendered.explain(path)? else { return Ok(BTreeSet::new()) };
    let is_shared = |attributions: &Vec<Attribution>| {
        let mut kinds = attributions.iter().map(|attribution| &attribution.kind);
        !attributions.is_empty() && kinds.all(|kind| matches!(kind, ShareKind::Slot { .. } | ShareKind::Lines))
    };
    let lines = provenance.text.as_deref().unwrap_or_default().lines().zip(&provenance.lines);
    Ok(lines.filter(|(_, attributions)| is_shared(attributions)).map(|(line, _)| line.to_owned()).collect())
}

fn compare(
    workshop: &Workshop<'_>,
    root: &Path,
    lock: Option<&Lock>,
    theirs: &Tree,
    copy: &WorkingCopy,
    restored: &BTreeSet<ProjectPath>,
) -> (Plan, Option<Report>) {
    let ours = copy.sides(lock, theirs);
    let blind = base_of(lock, None);
    let plan = reconcile::plan(&Sides { base: &blind, theirs, ours: &ours, restored });
    let Some(lock) = lock.filter(|_| lacks_base(&plan, &blind)) else { return (plan, None) };
    match replay(workshop, lock, root) {
        Ok(rendered) => {
            let base = base_of(Some(lock), Some(&rendered.tree));
            let plan = reconcile::plan(&Sides { base: &base, theirs, ours: &ours, restored });
            let lost = lacks_base(&plan, &base).then(other_base);
            (plan, lost)
        }
        Err(failure) => (plan, Some(no_base(failure))),
    }
}

/// Whether a file is in conflict only because nobody knows what it was.
fn lacks_base(plan: &Plan, base: &BTreeMap<ProjectPath, Base<'_>>) -> bool {
    plan.verdicts.iter().any(|(path, verdict)| match verdict {
        Verdict::Conflict(conflict) if conflict.kind == ConflictKind::TwoWay => {
            base.contains_key(path) || plan.moved.contains_key(path)
        }
        _ => false,
    })
}

/// What the lock says of the last run's files, with the bytes of those that came out the same again.
fn base_of<'a>(lock: Option<&Lock>, again: Option<&'a Tree>) -> BTreeMap<ProjectPath, Base<'a>> {
    let files = lock.into_iter().flat_map(|lock| &lock.files);
    let base = files.map(|(path, file)| {
        let contents = again.and_then(|tree| tree.files.get(path)).map(|file| file.contents.as_slice());
        let contents = contents.filter(|contents| Digest::of_text(contents) == file.checksum).map(Cow::Borrowed);
        let base = Base { digest: file.checksum, contents, executable: file.executable, once: file.once };
        (path.clone(), base)
    });
    base.collect()
}

fn other_base() -> Report {
    Report::new("base-lost", "files that changed on both sides can't be merged: what the packs had made of them comes out in another way now")
        .detail("this scaffold renders in another way than the one that wrote the lock")
}

fn no_base(failure: Failure) -> Report {
    let report = Report::new(
        "base-lost",
        "files that changed on both sides can't be merged: what the packs had made before can't be made again",
    );
    match failure {
        Failure::Reports(reports) => report.details(reports.into_iter().map(|report| report.message)),
        Failure::Interrupted => report,
    }
}
