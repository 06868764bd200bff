//! A new project: the run's result, and an intent that says how it came about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;

use super::intent::{given_answers, pack_intent, relate_paths};
use super::{Failure, Inputs, Rendered, Workshop, run};
use crate::apply::{self, Own};
use crate::model::{Diagnose, Name, Project, ProjectPath};
use crate::project::{Given, Intent, Mode, ProjectError};
use crate::registry::Spec;

/// What `scaffold new` was asked for.
pub struct NewProject<'a> {
    /// Where the project goes; absolute.
    pub target: PathBuf,
    /// Name and year.
    pub project: Project,
    /// The packs.
    pub packs: Vec<Spec>,
    /// The folders of instances that don't go to the project's root.
    pub places: BTreeMap<Name, ProjectPath>,
    /// What the user answered.
    pub given: Given,
    /// What happens to questions without an answer.
    pub mode: Mode<'a>,
    /// How conflicts are settled: what goes under `[compose]`.
    pub settlements: BTreeMap<String, Value>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What became of it.
#[derive(Debug)]
pub struct Created {
    /// The run's result.
    pub rendered: Rendered,
    /// `scaffold.toml`.
    pub intent: String,
    /// `scaffold.lock`.
    pub lock: String,
}

/// Makes a new project, whole or not at all.
///
/// # Errors
/// A target that can't be filled, which shows before any pack runs; everything that [`run`] finds; a failed write.
pub fn create(workshop: &Workshop<'_>, new: NewProject<'_>) -> Result<Created, Failure> {
    let NewProject { target, project, packs, places, given, mode, settlements, dry_run } = new;
    if !dry_run {
        apply::check_target(&target)?;
    }
    let inputs = Inputs {
        wanted: packs.clone(),
        places: places.clone(),
        settlements,
        ..Inputs::new(project.clone(), given, mode)
    };
    let mut rendered = run(workshop, inputs)?;
    relate_paths(&mut rendered, &target);
    let texts = || {
        let intent = intent_of(&rendered, &project, &packs, &places, &target).to_text()?;
        Ok((intent, rendered.lock().to_text()?))
    };
    let texts = LazyLock::new(|| texts().map_err(|error: ProjectError| error.report()));
    if !dry_run {
        let own = || match &*texts {
            Ok((intent, lock)) => Ok(Own { intent: intent.as_bytes(), lock: lock.as_bytes() }),
            Err(report) => Err(report.clone()),
        };
        apply::create(&target, &rendered.tree, &own)?;
    }
    let (intent, lock) = LazyLock::force(&texts).clone()?;
    drop(texts);
    Ok(Created { rendered, intent, lock })
}

fn intent_of(
    rendered: &Rendered,
    project: &Project,
    wanted: &[Spec],
    places: &BTreeMap<Name, ProjectPath>,
    target: &Path,
) -> Intent {
    let mut packs = BTreeMap::new();
    let mut registries = BTreeMap::new();
    for member in rendered.members.iter().filter(|member| member.resolved.requested) {
        let (pack, registry) = pack_intent(member, wanted, places, target);
        packs.insert(member.instance.name.clone(), pack);
        registries.extend(registry);
    }
    let (answers, compose) = (given_answers(&rendered.members), rendered.compose.clone());
    Intent { project: project.into(), registries, packs, answers, compose }
}
