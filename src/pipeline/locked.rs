//! What a project's lock has to say when its packs are resolved again.
//!
//! A command says how much of the lock may change ([`Update`]), and gets from [`preference`] what the run is to prefer.
//! With `--locked`, nothing may change: `scaffold.toml` and the packs' files must still resolve to what the lock has,
//! use by use.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::{Failure, Member};
use crate::model::{Name, ProjectPath, Report, near};
use crate::project::{Lock, LockedPack};
use crate::registry::{Locked, Origin, Preference};

/// What a lockfile's source begins with, for a registry and for a file.
const REGISTRY: &str = "registry+";
const FILE: &str = "path+";

/// Which packs may get other versions than the lock has, although those still serve.
#[derive(Clone, Copy, Debug)]
pub enum Update<'a> {
    /// None.
    Nothing,
    /// All.
    All,
    /// These, by the name of a use or of the pack.
    Only(&'a [Name]),
    /// This one, which gets exactly this version.
    Precisely(&'a Name, &'a Version),
}

/// What is preferred where packs of this lock are resolved again.
///
/// # Errors
/// A name that stands for no pack of the lock; an exact version of a pack that is a file.
pub fn preference(lock: &Lock, update: Update<'_>) -> Result<Preference, Failure> {
    let locked = |pack: &LockedPack| {
        let registry = pack.source.strip_prefix(REGISTRY)?.to_owned();
        Some((pack.name.clone(), Locked { version: pack.version.clone(), digest: pack.checksum, registry }))
    };
    let locked: BTreeMap<Name, Locked> = lock.packs.iter().filter_map(locked).collect();
    let preference = Preference::new(locked);
    match update {
        Update::Nothing => Ok(preference),
        Update::All => Ok(Preference::default()),
        Update::Only(names) => {
            let packs = names.iter().map(|name| find(lock, name).map(|pack| pack.name.clone()));
            let packs = packs.collect::<Result<Vec<_>, _>>().map_err(one)?;
            Ok(preference.free(packs))
        }
        Update::Precisely(name, version) => {
            let pack = find(lock, name).map_err(one)?;
            if pack.source.starts_with(FILE) {
                let message = format!("`{}` comes from a file, so its version can't be chosen", pack.name);
                let report =
                    Report::new("precise-file", message).detail(format!("the lock has it from `{}`", pack.source));
                return Err(one(report.hint("build the version that you want, or take the pack from a registry")));
            }
            Ok(preference.precisely(pack.name.clone(), version.clone()))
        }
    }
}

/// The pack that a name of the command line means.
fn find<'l>(lock: &'l Lock, name: &Name) -> Result<&'l LockedPack, Report> {
    let found = lock.packs.iter().find(|pack| pack.instance == *name);
    let found = found.or_else(|| lock.packs.iter().find(|pack| pack.name == *name));
    found.ok_or_else(|| {
        let report = Report::new("pack-not-in-project", format!("the project has no pack `{name}`"));
        let known: BTreeSet<&str> =
            lock.packs.iter().flat_map(|pack| [pack.instance.as_str(), pack.name.as_str()]).collect();
        let near = near(name.as_str(), known.iter().copied());
        match near.first() {
            Some(near) => report.hint(format!("did you mean `{near}`?")),
            None => report.hint(format!("it has {}", known.into_iter().collect::<Vec<_>>().join(", "))),
        }
    })
}

/// What a lock says of one use of a pack, as far as resolving decides it.
#[derive(PartialEq, Eq)]
struct Use<'a> {
    name: &'a Name,
    version: &'a Version,
    checksum: String,
    /// The id of its registry; none for a file, whose checksum says enough.
    registry: Option<&'a str>,
    at: Option<&'a ProjectPath>,
}

/// Whether these are the packs of the lock, all of them and no others.
///
/// # Errors
/// They are not; every difference is listed.
pub(super) fn check(lock: &Lock, members: &[Member]) -> Result<(), Failure> {
    let locked: BTreeMap<&Name, Use<'_>> = lock.packs.iter().map(|pack| (&pack.instance, of_lock(pack))).collect();
    let resolved: BTreeMap<&Name, Use<'_>> =
        members.iter().map(|member| (&member.instance.name, of_member(member))).collect();
    let names: BTreeSet<&Name> = locked.keys().chain(resolved.keys()).copied().collect();
    let changes: Vec<String> =
        names.into_iter().filter_map(|name| change(name, locked.get(name), resolved.get(name))).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let message = "`scaffold.lock` does not fit what the project asks for, and `--locked` keeps it as it is";
    Err(one(Report::new("lock-outdated", message).details(changes).hint("run the command without `--locked`")))
}

fn of_lock(pack: &LockedPack) -> Use<'_> {
    Use {
        name: &pack.name,
        version: &pack.version,
        checksum: pack.checksum.to_string(),
        registry: pack.source.strip_prefix(REGISTRY),
        at: pack.at.as_ref(),
    }
}

fn of_member(member: &Member) -> Use<'_> {
    let manifest = &member.instance.manifest;
    Use {
        name: &manifest.name,
        version: &manifest.version,
        checksum: member.resolved.digest.to_string(),
        registry: match &member.resolved.origin {
            Origin::Registry { id, .. } => Some(id),
            Origin::Path(_) => None,
        },
        at: member.instance.at.as_ref(),
    }
}

/// What would change about one use, in a line.
fn change(instance: &Name, locked: Option<&Use<'_>>, resolved: Option<&Use<'_>>) -> Option<String> {
    let place = |of: &Use<'_>| of.at.map_or("the project's root".to_owned(), |at| format!("`{at}`"));
    match (locked, resolved) {
        (Some(locked), None) => Some(format!("`{instance}` would go: `{}` {}", locked.name, locked.version)),
        (None, Some(new)) => Some(format!("`{instance}` would come: `{}` {}", new.name, new.version)),
        (Some(locked), Some(new)) if locked.name != new.name => {
            Some(format!("`{instance}` would be `{}` instead of `{}`", new.name, locked.name))
        }
        (Some(locked), Some(new)) if locked.version != new.version => {
            Some(format!("`{instance}` would go from {} to {}", locked.version, new.version))
        }
        (Some(locked), Some(new)) if locked.at != new.at => {
            Some(format!("`{instance}` would move from {} to {}", place(locked), place(new)))
        }
        (Some(locked), Some(new)) if locked.registry != new.registry => {
            let from = |of: &Use<'_>| of.registry.map_or("a file".to_owned(), |id| format!("the registry `{id}`"));
            Some(format!("`{instance}` {} would come from {}, not from {}", new.version, from(new), from(locked)))
        }
        (Some(locked), Some(new)) if locked.checksum != new.checksum => {
            Some(format!("`{instance}` {} is another file than the lock has", locked.version))
        }
        _ => None,
    }
}

fn one(report: Report) -> Failure {
    Failure::Reports(vec![report])
}
