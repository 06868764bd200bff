//! How each command edits the intent, and which versions of the lock it keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use semver::Version;

use super::versions;
use crate::model::{Name, Ownership, Project, ProjectPath, Report, TreeFile, near};
use crate::pipeline::{Failure, Inputs, Past, Rendered, Update, left_out, preference, wishes};
use crate::project::{Given, Intent, IntentFile, Lock, Mode, ProjectError, SHARED};
use crate::registry::{PackSpec, Preference, Spec};

/// What a command does to the intent.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Makes a project of the folder that is there.
    Init {
        /// Name and year.
        project: Project,
        /// The packs.
        packs: Vec<Spec>,
        /// The folders of instances that don't go to the project's root.
        places: BTreeMap<Name, ProjectPath>,
    },
    /// Adds packs.
    Add {
        /// The packs.
        packs: Vec<Spec>,
        /// The folders of instances that don't go to the project's root.
        places: BTreeMap<Name, ProjectPath>,
    },
    /// Takes instances out.
    Remove {
        /// The instances.
        instances: Vec<Name>,
    },
    /// Changes answers.
    Set {
        /// Answers that are taken back: `[PACK.]KEY`.
        unset: Vec<String>,
    },
    /// Takes newer versions.
    Update {
        /// Instances or packs; none for all.
        packs: Vec<Name>,
        /// The exact version of the one pack that is named.
        precise: Option<Version>,
    },
    /// Does what the intent says as it stands.
    Apply {
        /// Files that become what packs make, whatever they are.
        restore: BTreeSet<ProjectPath>,
    },
}

/// What is resolved.
pub(in crate::pipeline) struct Wish {
    pub wanted: Vec<Spec>,
    pub places: BTreeMap<Name, ProjectPath>,
    pub preference: Preference,
}

impl Wish {
    /// What a run of it starts from, in a project with these two files.
    pub(in crate::pipeline) fn inputs<'a>(
        &self,
        intent: &Intent,
        lock: Option<&Lock>,
        given: Given,
        mode: Mode<'a>,
    ) -> Inputs<'a> {
        let project = Project { name: intent.project.name.clone(), year: intent.project.year };
        Inputs {
            wanted: self.wanted.clone(),
            places: self.places.clone(),
            preference: self.preference.clone(),
            joined: lock.into_iter().flat_map(|lock| &lock.packs).map(|pack| pack.instance.clone()).collect(),
            past: Past::of(&intent.answers, lock),
            settlements: intent.compose.clone(),
            ..Inputs::new(project, given, mode)
        }
    }
}

impl Edit {
    /// The same with packs that the project has already asked for where they come from, if no other place is named.
    pub(super) fn in_own_registries(mut self, intent: &Intent) -> Self {
        let Self::Add { packs, .. } = &mut self else { return self };
        for spec in packs {
            let PackSpec::Named { registry: registry @ None, name, .. } = &mut spec.pack else { continue };
            let instance = spec.instance.as_ref().unwrap_or(name);
            let own = intent.packs.get(instance).filter(|pack| pack.pack.as_ref().unwrap_or(instance) == name);
            *registry = own.and_then(|pack| pack.registry.clone());
        }
        self
    }

    /// Whether packs may come to agree by it that did not: what the user wrote by hand has to settle something.
    pub(super) fn may_end_conflicts(&self) -> bool {
        !matches!(self, Self::Init { .. } | Self::Apply { .. })
    }

    /// The files that become what packs make.
    pub(super) fn restored(&self, rendered: &Rendered) -> Result<BTreeSet<ProjectPath>, Failure> {
        let Self::Apply { restore } = self else { return Ok(BTreeSet::new()) };
        let tree = &rendered.tree;
        // Of a folder, what is the user's from birth stays as it is: it has to be named.
        let is_meant = |path: &ProjectPath, (file, made): (&ProjectPath, &TreeFile)| {
            file == path || made.ownership != Ownership::Once && file.is_below(path)
        };
        let is_unknown = |path: &&ProjectPath| !tree.files.iter().any(|file| is_meant(path, file));
        let Some(path) = restore.iter().find(is_unknown) else {
            let meant = tree.files.iter().filter(|file| restore.iter().any(|path| is_meant(path, *file)));
            return Ok(meant.map(|(path, _)| path.clone()).collect());
        };
        if rendered.omits(path) {
            return Err(Failure::from(left_out("restore-unknown", path)));
        }
        let near = near(path.as_str(), tree.files.keys().map(ProjectPath::as_str));
        let near = near.into_iter().map(|known| format!("near it: `{known}`"));
        let report = Report::new("restore-unknown", format!("no pack makes `{path}`")).details(near);
        Err(Failure::from(report.hint("name a file that `scaffold.lock` lists, or a folder of such files")))
    }

    /// The intent to begin with.
    pub(super) fn start(&self, root: &Path, text: Option<&str>, has_lock: bool) -> Result<IntentFile, Failure> {
        match (self, text) {
            (Self::Init { .. }, None) if has_lock => {
                let message = format!("`{}` has a `scaffold.lock` and no `scaffold.toml`", root.display());
                let report = Report::new("project-exists", message);
                Err(Failure::from(
                    report.hint("take `scaffold.toml` back from version control; to begin anew, remove the lock, too"),
                ))
            }
            (Self::Init { .. }, Some(_)) => {
                let message = format!("`{}` is a project already", root.display());
                let report = Report::new("project-exists", message);
                Err(Failure::from(report.hint("add packs with `scaffold add SPEC`, or run `scaffold apply`")))
            }
            (Self::Init { project, .. }, None) => {
                let (registries, packs, answers, compose) = Default::default();
                let intent = Intent { project: project.into(), registries, packs, answers, compose };
                Ok(IntentFile::parse(&intent.to_text()?)?)
            }
            (_, Some(text)) => Ok(IntentFile::parse(text)?),
            (_, None) => Err(ProjectError::NoProject { from: root.to_owned() }.into()),
        }
    }

    /// Edits the intent, and forgets what sticks and no longer should.
    pub(super) fn prepare(
        &self,
        intent: &mut IntentFile,
        lock: Option<&mut Lock>,
        given: &Given,
    ) -> Result<(), Failure> {
        match self {
            Self::Add { packs, .. } => {
                packs.iter().for_each(|spec| versions::require(intent, spec));
                Ok(())
            }
            Self::Remove { instances } => remove(intent, lock.as_deref(), instances),
            Self::Set { unset } => {
                widen(intent, lock.as_deref(), given)?;
                unset.iter().try_for_each(|path| take_back(intent, lock.as_deref(), path))?;
                if let Some(lock) = lock {
                    unset.iter().for_each(|path| forget(lock, path));
                }
                Ok(())
            }
            Self::Update { .. } | Self::Init { .. } | Self::Apply { .. } => Ok(()),
        }
    }

    /// What the intent asks for, and what was asked for beside it.
    pub(in crate::pipeline) fn wish(&self, root: &Path, intent: &Intent, lock: Option<&Lock>) -> Result<Wish, Failure> {
        let mut wanted = wishes(intent, root)?;
        let mut places: BTreeMap<Name, ProjectPath> =
            intent.packs.iter().filter_map(|(name, pack)| Some((name.clone(), pack.at.clone()?))).collect();
        if let Self::Init { packs, places: more, .. } | Self::Add { packs, places: more } = self {
            wanted.extend(packs.iter().filter(|spec| !is_there(intent, spec, root)).cloned());
            places.extend(more.clone());
        }
        if wanted.is_empty() {
            let report = Report::new("project-empty", "the project would have no pack left");
            return Err(Failure::from(report.hint("keep one, or delete the project's folder")));
        }
        let update = match self {
            Self::Update { packs, precise } => match (packs.as_slice(), precise) {
                ([], _) => Update::All,
                ([pack], Some(version)) => {
                    versions::check_precise(&wanted, pack, version)?;
                    Update::Precisely(pack, version)
                }
                (packs, _) => Update::Only(packs),
            },
            _ => Update::Nothing,
        };
        let preference = lock.map_or(Ok(Preference::default()), |lock| preference(lock, update))?;
        Ok(Wish { wanted, places, preference })
    }
}

/// Whether the intent has what a specification asks for.
fn is_there(intent: &Intent, spec: &Spec, root: &Path) -> bool {
    match &spec.pack {
        PackSpec::Named { registry, name, .. } => {
            let instance = spec.instance.as_ref().unwrap_or(name);
            intent.packs.get(instance).is_some_and(|pack| {
                pack.path.is_none() && pack.registry == *registry && pack.pack.as_ref().unwrap_or(instance) == name
            })
        }
        PackSpec::Path(path) => intent.packs.iter().any(|(name, pack)| {
            let is_it = pack.path.as_ref().is_some_and(|own| same_place(&root.join(own), path));
            is_it && spec.instance.as_ref().is_none_or(|instance| instance == name)
        }),
        PackSpec::Oci(reference) => {
            let instance = spec.instance.as_ref().unwrap_or(&reference.name);
            intent.packs.get(instance).is_some_and(|pack| versions::is_in(pack, reference))
        }
    }
}

fn same_place(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn remove(intent: &mut IntentFile, lock: Option<&Lock>, instances: &[Name]) -> Result<(), Failure> {
    let unknown: Vec<Report> = instances
        .iter()
        .filter(|name| !intent.intent().packs.contains_key(*name))
        .map(|name| not_asked_for(name, intent, lock))
        .collect();
    if !unknown.is_empty() {
        return Err(Failure::Reports(unknown));
    }
    for instance in instances {
        intent.drop_pack(instance);
        let others =
            || lock.into_iter().flat_map(|lock| &lock.packs).filter(|pack| !instances.contains(&pack.instance));
        // What others depend on stays, with its answers.
        if !others().any(|other| other.dependencies.contains(instance)) {
            intent.drop_answers(instance.as_str());
            intent.drop_settlements_for(instance);
        }
    }
    Ok(())
}

fn not_asked_for(name: &Name, intent: &IntentFile, lock: Option<&Lock>) -> Report {
    let packs = || lock.into_iter().flat_map(|lock| &lock.packs);
    let needed: Vec<String> = packs()
        .filter(|pack| pack.dependencies.contains(name))
        .map(|pack| format!("`{}` depends on it", pack.instance))
        .collect();
    if packs().any(|pack| pack.instance == *name) {
        let report = Report::new("pack-needed", format!("`{name}` is here because others need it")).details(needed);
        return report.hint("remove those that need it");
    }
    let uses = packs().filter(|pack| pack.name == *name).map(|pack| format!("`{}` is a use of it", pack.instance));
    let near = near(name.as_str(), intent.intent().packs.keys().map(Name::as_str));
    let near = near.into_iter().map(|known| format!("near it: `{known}`"));
    Report::new("instance-unknown", format!("the project has no pack `{name}`"))
        .details(uses.chain(near))
        .hint("see `scaffold.toml`, under `[packs]`")
}

/// The names that `PACK` in `[PACK.]KEY` may be.
fn instances(intent: &IntentFile, lock: Option<&Lock>) -> BTreeSet<String> {
    let locked = lock.into_iter().flat_map(|lock| &lock.packs).map(|pack| pack.instance.to_string());
    intent.intent().packs.keys().map(ToString::to_string).chain(locked).collect()
}

/// What is set for every pack that asks is meant to count for every one: answers of single packs make room.
fn widen(intent: &mut IntentFile, lock: Option<&Lock>, given: &Given) -> Result<(), Failure> {
    let instances = instances(intent, lock);
    for path in given.paths() {
        let path = match path {
            [first, rest @ ..] if first == SHARED && !rest.is_empty() => rest,
            [first, _, ..] if instances.contains(first) => continue,
            path => path,
        };
        let [key, inside @ ..] = path else { continue };
        for instance in &instances {
            if !inside.is_empty() && intent.answers(instance).is_some_and(|own| own.contains_key(key)) {
                let message =
                    format!("`{instance}` has an answer of its own to `{key}`, which a part for all does not reach");
                let report = Report::new("set-invalid", message);
                return Err(Failure::from(report.hint(format!("write `{instance}.{}=`", path.join(".")))));
            }
            intent.drop_answer(instance, key);
        }
    }
    Ok(())
}

/// Takes an answer out of the intent.
fn take_back(intent: &mut IntentFile, lock: Option<&Lock>, path: &str) -> Result<(), Failure> {
    let mut known = instances(intent, lock);
    known.insert(SHARED.to_owned());
    let (instance, key) = split(path, &known);
    let whose: Vec<String> = match instance {
        Some(instance) => vec![instance.to_owned()],
        None => known.iter().cloned().collect(),
    };
    let is_asked = lock.into_iter().flat_map(|lock| &lock.packs).any(|pack| {
        let is_whose = instance.is_none_or(|instance| instance == SHARED || instance == pack.instance.as_str());
        is_whose && (pack.answers.given.contains_key(key) || pack.answers.default.contains_key(key))
    });
    let mut taken = false;
    for whose in whose {
        taken |= intent.drop_answer(&whose, key);
    }
    if taken || is_asked {
        return Ok(());
    }
    let keys = lock
        .into_iter()
        .flat_map(|lock| &lock.packs)
        .flat_map(|pack| pack.answers.given.keys().chain(pack.answers.default.keys()));
    let near =
        near(key, keys.map(String::as_str)).into_iter().map(|known| format!("near it: `{known}`")).collect::<Vec<_>>();
    let report = Report::new("unset-unknown", format!("no pack has an answer to `{path}`")).details(near);
    Err(Failure::from(report.hint("write `--unset KEY` or `--unset PACK.KEY`")))
}

/// Forgets a default that was taken, so that the pack's own of today is.
fn forget(lock: &mut Lock, path: &str) {
    let known = lock.packs.iter().map(|pack| pack.instance.to_string()).collect();
    let (instance, key) = split(path, &known);
    for pack in &mut lock.packs {
        if instance.is_none_or(|instance| instance == pack.instance.as_str()) {
            pack.answers.default.shift_remove(key);
        }
    }
}

fn split<'a>(path: &'a str, instances: &BTreeSet<String>) -> (Option<&'a str>, &'a str) {
    match path.split_once('.') {
        Some((instance, key)) if instances.contains(instance) => (Some(instance), key),
        _ => (None, path),
    }
}
