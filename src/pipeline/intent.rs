//! Between `scaffold.toml` and a run: what the file asks for, and what a run says about it, the packs that were asked for
//! and the answers that were given.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use semver::{Comparator, Op, Version, VersionReq};

use super::{Failure, Member, Rendered};
use crate::model::{JsonObject, Name, ProjectPath, Report};
use crate::project::{Intent, Origin as Answered, PackIntent, PackSource, SHARED};
use crate::registry::{OciReference, OciVersion, Origin, PackSpec, Spec};

/// What an intent asks for. `root` is the project's folder: paths of packs are relative to it.
///
/// # Errors
/// A repository that is none.
pub fn wishes(intent: &Intent, root: &Path) -> Result<Vec<Spec>, Failure> {
    intent.packs.iter().map(|(instance, pack)| wish(instance, pack, root)).collect()
}

fn wish(instance: &Name, pack: &PackIntent, root: &Path) -> Result<Spec, Failure> {
    let of = match (&pack.path, &pack.oci) {
        (Some(path), _) => PackSpec::Path(root.join(path)),
        (None, Some(oci)) => {
            let reference = OciReference::of_entry(oci, pack.version.as_ref());
            PackSpec::Oci(reference.map_err(|problem| not_oci(instance, oci, problem))?)
        }
        (None, None) => PackSpec::Named {
            registry: pack.registry.clone(),
            name: pack.pack.clone().unwrap_or_else(|| instance.clone()),
            requirement: pack.version.clone(),
        },
    };
    Ok(Spec { instance: Some(instance.clone()), pack: of })
}

fn not_oci(instance: &Name, oci: &str, problem: &str) -> Failure {
    let message = format!("`{oci}`, which `scaffold.toml` has for `{instance}`, names no pack: {problem}");
    let report = Report::new("spec-invalid", message);
    Failure::from(report.hint("write `oci = \"HOST/REPOSITORY\"`, and a `version` beside it"))
}

/// A project's files name path packs relative to the project, so that both can move together.
pub(super) fn relate_paths(rendered: &mut Rendered, target: &Path) {
    for locked in &mut rendered.locked {
        let origin = rendered.members.iter().find(|member| member.instance.name == locked.instance);
        if let Some(Origin::Path(path)) = origin.map(|member| &member.resolved.origin) {
            locked.source = PackSource::Path(&relative(path, target)).to_string();
        }
    }
}

/// The answers that the user gave, by instance and under `shared`.
pub(super) fn given_answers(members: &[Member]) -> BTreeMap<String, JsonObject> {
    let mut answers: BTreeMap<String, JsonObject> = BTreeMap::new();
    for member in members {
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
    }
    answers
}

/// The entry under `[packs]` of a pack that was asked for, and the registry that it names, with its address.
pub(super) fn pack_intent(
    member: &Member,
    wanted: &[Spec],
    places: &BTreeMap<Name, ProjectPath>,
    target: &Path,
) -> (PackIntent, Option<(Name, String)>) {
    let manifest = &member.instance.manifest;
    let mut pack = PackIntent {
        pack: (member.instance.name != manifest.name).then(|| manifest.name.clone()),
        at: places.get(&member.instance.name).cloned(),
        ..PackIntent::default()
    };
    let asked = wanted.iter().find(|spec| asks_for(spec, &member.instance.name, &manifest.name));
    match (&member.resolved.origin, asked.map(|spec| &spec.pack)) {
        (Origin::Path(path), _) => {
            pack.pack = None;
            pack.path = Some(relative(path, target));
            (pack, None)
        }
        (Origin::Registry { .. }, Some(PackSpec::Oci(reference))) => {
            pack.pack = None;
            pack.oci = Some(reference.entry());
            // An artifact is what it is; where none was named, versions go on from the one that was found.
            pack.version = match &reference.version {
                OciVersion::Newest => Some(compatible(&manifest.version)),
                _ => reference.requirement(),
            };
            (pack, None)
        }
        (Origin::Registry { name, url, .. }, asked) => {
            pack.registry = name.clone();
            let requirement = match asked {
                Some(PackSpec::Named { requirement, .. }) => requirement.clone(),
                _ => None,
            };
            pack.version = Some(requirement.unwrap_or_else(|| compatible(&manifest.version)));
            (pack, name.clone().map(|name| (name, url.clone())))
        }
    }
}

/// Whether what the user typed is this instance of this pack.
fn asks_for(spec: &Spec, instance: &Name, pack: &Name) -> bool {
    let named = match &spec.pack {
        PackSpec::Named { name, .. } => name,
        PackSpec::Oci(reference) => &reference.name,
        PackSpec::Path(_) => return false,
    };
    named == pack && spec.instance.as_ref().unwrap_or(named) == instance
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
