//! The same run from a lock alone: what made the project that is there.
//!
//! `scaffold.toml` is the user's to edit, so it says what is wanted, not what was. The lock has every input of the run
//! that made the tree; with the packs' bytes at hand the tree can be made again, and looked into.

use std::collections::BTreeMap;
use std::path::Path;

use super::folders::Seat;
use super::members::{self, Member};
use super::{Failure, Rendered, Settling, Workshop, phases, render};
use crate::compose::Schemas;
use crate::model::{Diagnose, Digest, JsonObject, Name, PackId, Project, Report};
use crate::project::{Answer, Lock, LockedAnswers, LockedPack, Origin, PackSource, Questions, RENDER_EDITION};
use crate::registry::{Pin, PinPlace, recall};

/// Runs the packs of a lock again. `root` is the project's folder: paths of packs are relative to it.
///
/// # Errors
/// Packs whose bytes are gone or are others; everything that [`super::run`] finds.
pub fn replay(workshop: &Workshop<'_>, lock: &Lock, root: &Path) -> Result<Rendered, Failure> {
    if lock.edition != RENDER_EDITION {
        workshop.observer.warning(&other_edition(lock.edition));
    }
    let project = Project { name: lock.project.name.clone(), year: lock.project.year };
    let joined: Vec<Name> = lock.packs.iter().map(|pack| pack.instance.clone()).collect();
    let seats = lock.packs.iter().map(|pack| seat(workshop, pack, root)).collect::<Result<Vec<_>, _>>()?;
    let mut members = members::arrange(seats, &joined)?;
    let mut answers: BTreeMap<&Name, &LockedAnswers> =
        lock.packs.iter().map(|pack| (&pack.instance, &pack.answers)).collect();
    for member in &mut members {
        if let Some(answers) = answers.remove(&member.instance.name) {
            restore(member, answers)?;
        }
    }
    let compiled = phases::load_compiled(workshop, &members)?;
    let settling = Settling { compose: lock.compose.clone(), ..Settling::default() };
    render(workshop, members, compiled, &project, &joined, settling, Schemas::default())
}

fn other_edition(edition: u32) -> Report {
    let message = format!(
        "this project was rendered by edition {edition}, and this scaffold renders by edition {RENDER_EDITION}: what \
         is made again may differ from what was made"
    );
    Report::new("edition-differs", message)
}

fn seat(workshop: &Workshop<'_>, locked: &LockedPack, root: &Path) -> Result<Seat, Failure> {
    let place = match locked.place().ok_or_else(|| no_place(locked))? {
        PackSource::Registry(id) => PinPlace::Registry { id: id.to_owned(), url: locked.url.clone() },
        PackSource::Oci(reference) => PinPlace::Oci(reference.parse().map_err(|_| no_place(locked))?),
        PackSource::Path(path) => PinPlace::Path(root.join(path)),
    };
    let pack = PackId { name: locked.name.clone(), version: locked.version.clone() };
    let pin = Pin { instance: locked.instance.clone(), pack, digest: locked.checksum, place };
    let blobs = workshop.cache.blobs();
    let kept = |digest: &Digest| match blobs.get(digest) {
        Ok(bytes) => bytes,
        Err(error) => {
            workshop.observer.warning(&error.report());
            None
        }
    };
    let resolved = members::describing(workshop, |describe| recall(&pin, &workshop.registries, &kept, describe))?;
    Ok(Seat { resolved, at: locked.at.clone() })
}

fn no_place(locked: &LockedPack) -> Failure {
    let message = format!("the lock has `{}` from `{}`, which is no place", locked.instance, locked.source);
    let report = Report::new("lock-syntax", message);
    Failure::from(report.hint("take `scaffold.lock` back from version control"))
}

/// Gives a member the answers of the lock, in the order in which its pack asks.
fn restore(member: &mut Member, locked: &LockedAnswers) -> Result<(), Failure> {
    let questions = Questions::parse(&member.instance.pack(), &member.instance.manifest.questions)?;
    let answer = |answers: &JsonObject, key: &str, origin| {
        answers.get(key).map(|value| (key.to_owned(), Answer { value: value.clone(), origin }))
    };
    let known = questions.list.iter().filter_map(|question| {
        let key = question.key.as_str();
        answer(&locked.given, key, Origin::Own).or_else(|| answer(&locked.default, key, Origin::Default))
    });
    member.answers = known.collect();
    let problems = questions.problems(&member.answers_object());
    if problems.is_empty() {
        return Ok(());
    }
    let message =
        format!("the answers of `{}` in `scaffold.lock` are not what its pack asks for", member.instance.name);
    let each = |problem: crate::schema::Problem| format!("`{}`: {}", problem.pointer, problem.message);
    let report = Report::new("lock-syntax", message).details(problems.into_iter().map(each));
    Err(Failure::from(report.hint("take `scaffold.lock` back from version control")))
}
