//! The packs of a run: resolved, put in order, answered for.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::folders::{self, Seat};
use super::{Failure, Inputs, Workshop};
use crate::compose;
use crate::model::{Diagnose, Digest, Instance, JsonObject, Manifest, Name, Project, Report};
use crate::project::{
    Answers, Given, KeptDefault, LockedAnswers, LockedPack, Mode, PackSource, Questions, QuestionsError, Standing,
    answer_all,
};
use crate::registry::{self, Describe, OciError, Origin, RegistryError, ResolveError, Resolved};

/// One use of a pack in a run.
#[derive(Debug)]
pub struct Member {
    /// What it resolved to.
    pub resolved: Resolved,
    /// The use as composition sees it.
    pub instance: Instance,
    /// The effective answers.
    pub answers: Answers,
}

impl Member {
    /// How messages name it.
    pub fn label(&self) -> String {
        match &self.resolved.origin {
            Origin::Path(path) => format!("{} from `{}`", self.instance.pack(), path.display()),
            Origin::Registry { .. } => self.instance.pack().to_string(),
        }
    }

    /// The effective answers as packs get them.
    pub fn answers_object(&self) -> JsonObject {
        self.answers.iter().map(|(key, answer)| (key.clone(), answer.value.clone())).collect()
    }
}

/// Resolves what is wanted, and puts it in canonical order.
pub(super) fn resolve(workshop: &Workshop<'_>, inputs: &Inputs<'_>) -> Result<Vec<Member>, Failure> {
    let resolved = describing(workshop, |describe| {
        registry::resolve(&inputs.wanted, &workshop.registries, &inputs.preference, describe)
    })?;
    let seats = folders::seat(resolved, &inputs.places)?;
    arrange(seats, &inputs.joined)
}

/// Puts uses of packs in canonical order.
pub(super) fn arrange(seats: Vec<Seat>, joined: &[Name]) -> Result<Vec<Member>, Failure> {
    let instance = |seat: &Seat| Instance {
        name: seat.resolved.instance.clone(),
        at: seat.at.clone(),
        manifest: seat.resolved.manifest.clone(),
    };
    let instances = compose::sort_canonically(seats.iter().map(instance).collect(), joined)?;
    let mut resolved: BTreeMap<Name, Resolved> =
        seats.into_iter().map(|seat| (seat.resolved.instance.clone(), seat.resolved)).collect();
    let member = |instance: Instance| {
        let resolved = resolved.remove(&instance.name)?;
        Some(Member { resolved, instance, answers: Vec::new() })
    };
    Ok(instances.into_iter().filter_map(member).collect())
}

/// Does what may meet components that carry no manifest: those that are met are asked for it.
pub(super) fn describing<T>(
    workshop: &Workshop<'_>,
    mut work: impl FnMut(&mut Describe<'_>) -> Result<T, ResolveError>,
) -> Result<T, Failure> {
    loop {
        match work(&mut |path, bytes| describe(workshop, path, bytes)) {
            // A registry runs nothing, so it is told what the component said, and asked again.
            Err(ResolveError::Registry(RegistryError::Oci(OciError::Undescribed(met)))) => {
                let place = format!("{}/{}", met.registry, met.artifact);
                let manifest = describe(workshop, Path::new(&place), &met.component);
                let manifest = manifest?;
                workshop.registries.describe(&met, manifest);
            }
            done => return Ok(done?),
        }
    }
}

/// Asks a component that carries no manifest for it.
pub(super) fn describe(workshop: &Workshop<'_>, path: &Path, bytes: &[u8]) -> Result<Manifest, Report> {
    let host = workshop.host().map_err(|error| error.report())?;
    let label = format!("`{}`", path.display());
    let copy = bytes.to_vec();
    workshop.observer.compiling(std::slice::from_ref(&label));
    let loaded = host.load(&label, &Digest::of(bytes), || Ok(copy.into()));
    workshop.observer.compiled(&label);
    let (pack, _) = loaded.map_err(|error| error.report())?;
    let (manifest, trace) = pack.describe().map_err(|error| error.report())?;
    for line in &trace.log {
        workshop.observer.log(&label, line);
    }
    Ok(manifest)
}

/// What the members ask, each in its place.
pub(super) fn questions(members: &[Member]) -> Result<Vec<Questions>, QuestionsError> {
    let parse = |member: &Member| Questions::parse(&member.instance.pack(), &member.instance.manifest.questions);
    let parsed: Vec<_> = members.par_iter().map(parse).collect();
    parsed.into_iter().collect()
}

/// Finds the answer to each of the questions, or lists what is missing and wrong.
pub(super) fn answer(
    members: &mut [Member],
    questions: &[Questions],
    given: &Given,
    standing: &Standing,
    project: &Project,
    mode: Mode<'_>,
) -> Result<Vec<KeptDefault>, Failure> {
    let asked: Vec<_> = members.iter().map(|member| &member.instance.name).zip(questions).collect();
    let mut answered = answer_all(&asked, given, standing, project, mode)
        .map_err(|error| if error.is_interruption() { Failure::Interrupted } else { Failure::from(error) })?;
    for member in members {
        member.answers = answered.answers.remove(&member.instance.name).unwrap_or_default();
    }
    Ok(answered.kept)
}

/// The lock's entries, in join order.
pub(super) fn lock_entries(members: &[Member], joined: &[Name]) -> Vec<LockedPack> {
    let order = compose::join_order(members.iter().map(|member| &member.instance.name), joined);
    let member = |name: &Name| members.iter().find(|member| member.instance.name == *name);
    order.iter().filter_map(member).map(|member| entry(member, members)).collect()
}

fn entry(member: &Member, members: &[Member]) -> LockedPack {
    let manifest = &member.instance.manifest;
    let source = match &member.resolved.origin {
        Origin::Registry { artifact: Some(artifact), .. } => PackSource::Oci(&artifact.place()).to_string(),
        Origin::Registry { id, .. } => PackSource::Registry(id).to_string(),
        Origin::Path(path) => PackSource::Path(&path.display().to_string()).to_string(),
    };
    let url = match &member.resolved.origin {
        Origin::Registry { name: Some(_), url, artifact: None, .. } => Some(url.clone()),
        _ => None,
    };
    let mut answers = LockedAnswers::default();
    for (key, answer) in &member.answers {
        let table = if answer.is_given() { &mut answers.given } else { &mut answers.default };
        table.insert(key.clone(), answer.value.clone());
    }
    let depends = |other: &&Member| {
        let is_named = |name: &Name| manifest.dependencies.iter().any(|dependency| dependency.name == *name);
        other.instance.at == member.instance.at && is_named(&other.instance.manifest.name)
    };
    LockedPack {
        instance: member.instance.name.clone(),
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        source,
        url,
        checksum: member.resolved.digest,
        signer: member.resolved.signer.clone(),
        contract: member.resolved.contract.clone(),
        imports: member.resolved.imports.clone(),
        at: member.instance.at.clone(),
        provides: manifest.provides.iter().map(|own| format!("{}@{}", own.name, own.version)).collect(),
        dependencies: members.iter().filter(depends).map(|other| other.instance.name.clone()).collect(),
        answers,
    }
}
