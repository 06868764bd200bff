//! A new project: the run's result, and an intent that says how it came about.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use semver::{Comparator, Op, Version, VersionReq};
use serde_json::Value;

use super::{Failure, Inputs, Rendered, Workshop, run};
use crate::apply;
use crate::model::{JsonObject, Name, Project, ProjectPath};
use crate::project::{Given, Intent, Mode, Origin as Answered, PackIntent, SHARED};
use crate::registry::{Origin, PackSpec, Preference, Spec};

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
        project: project.clone(),
        wanted: packs.clone(),
        places: places.clone(),
        preference: Preference::default(),
        exactly: None,
        joined: Vec::new(),
        given,
        mode,
        settlements,
    };
    let mut rendered = run(workshop, inputs)?;
    relate_paths(&mut rendered, &target);
    let intent = intent_of(&rendered, &project, &packs, &places, &target).to_text()?;
    let lock = rendered.lock.to_text()?;
    if !dry_run {
        apply::create(&target, &rendered.tree, intent.as_bytes(), lock.as_bytes())?;
    }
    Ok(Created { rendered, intent, lock })
}

/// A project's files name path packs relative to the project, so that both can move together.
fn relate_paths(rendered: &mut Rendered, target: &Path) {
    for locked in &mut rendered.lock.packs {
        let origin = rendered.members.iter().find(|member| member.instance.name == locked.instance);
        if let Some(Origin::Path(path)) = origin.map(|member| &member.resolved.origin) {
            locked.source = format!("path+{}", relative(path, target));
        }
    }
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
    let mut answers: BTreeMap<String, JsonObject> = BTreeMap::new();
    for member in &rendered.members {
        for (key, answer) in &member.answers {
            let shared = answers.get(SHARED).and_then(|shared| shared.get(key));
            let table = match answer.origin {
                // The same text may have been read as another type by another pack.
                Answered::Shared if shared.is_none_or(|value| *value == answer.value) => SHARED,
                Answered::Own | Answered::Shared => member.instance.name.as_str(),
                Answered::Default => continue,
            };
            answers.entry(table.to_owned()).or_default().insert(key.clone(), answer.value.clone());
        }
        if !member.resolved.requested {
            continue;
        }
        let manifest = &member.instance.manifest;
        let mut pack = PackIntent {
            pack: (member.instance.name != manifest.name).then(|| manifest.name.clone()),
            at: places.get(&member.instance.name).cloned(),
            ..PackIntent::default()
        };
        match &member.resolved.origin {
            Origin::Path(path) => {
                pack.pack = None;
                pack.path = Some(relative(path, target));
            }
            Origin::Registry { name, url, .. } => {
                registries.extend(name.clone().map(|name| (name, url.clone())));
                pack.registry = name.clone();
                let asked = wanted.iter().find_map(|spec| requirement(spec, &member.instance.name, &manifest.name));
                pack.version = Some(asked.unwrap_or_else(|| compatible(&manifest.version)));
            }
        }
        packs.insert(member.instance.name.clone(), pack);
    }
    let compose = rendered.lock.compose.clone();
    Intent { project: project.into(), registries, packs, answers, compose }
}

/// The requirement that the user typed for an instance.
fn requirement(spec: &Spec, instance: &Name, pack: &Name) -> Option<VersionReq> {
    match &spec.pack {
        PackSpec::Named { name, requirement, .. }
            if name == pack && spec.instance.as_ref().unwrap_or(name) == instance =>
        {
            requirement.clone()
        }
        _ => None,
    }
}

/// `^1.2.3`: what is written where the user asked for no version in particular.
fn compatible(version: &Version) -> VersionReq {
    let comparator = Comparator {
        op: Op::Caret,
        major: version.major,
        minor: Some(version.minor),
        patch: Some(version.patch),
        pre: version.pre.clone(),
    };
    VersionReq { comparators: vec![comparator] }
}

/// A path as seen from a folder, both absolute; with `/`, as the project's files are read on every platform.
fn relative(path: &Path, from: &Path) -> String {
    let path: Vec<Component<'_>> = path.components().collect();
    let from: Vec<Component<'_>> = from.components().collect();
    let shared = path.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(shared).map(|_| "..".to_owned());
    let down = path.iter().skip(shared).map(|name| name.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_project() {
        let relative = |path: &str, from: &str| relative(Path::new(path), Path::new(from));
        assert_eq!(relative("/home/me/packs/x.wasm", "/home/me/shop"), "../packs/x.wasm");
        assert_eq!(relative("/home/me/shop/packs/x.wasm", "/home/me/shop"), "packs/x.wasm");
        assert_eq!(relative("/x.wasm", "/a/b/c"), "../../../x.wasm");
    }
}
