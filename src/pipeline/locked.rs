//! What a project's lock has to say when its packs are resolved again.
//!
//! A command says how much of the lock may change ([`Update`]), and gets from [`preference`] what the run is to prefer.
//! With `--locked`, nothing may change: `scaffold.toml` and the packs' files must still resolve to what the lock has,
//! use by use.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::{Failure, Member};
use crate::model::{Digest, Name, ProjectPath, Report, near};
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
        let report = Report::new("instance-unknown", format!("the project has no pack `{name}`"));
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
#[derive(Clone, PartialEq, Eq)]
struct Use<'a> {
    name: &'a Name,
    version: &'a Version,
    checksum: Digest,
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
    let changes = changes(&locked, &resolved);
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
        checksum: pack.checksum,
        registry: pack.source.strip_prefix(REGISTRY),
        at: pack.at.as_ref(),
    }
}

fn of_member(member: &Member) -> Use<'_> {
    let manifest = &member.instance.manifest;
    Use {
        name: &manifest.name,
        version: &manifest.version,
        checksum: member.resolved.digest,
        registry: match &member.resolved.origin {
            Origin::Registry { id, .. } => Some(id),
            Origin::Path(_) => None,
        },
        at: member.instance.at.as_ref(),
    }
}

/// What would change, a line a use.
fn changes(locked: &BTreeMap<&Name, Use<'_>>, resolved: &BTreeMap<&Name, Use<'_>>) -> Vec<String> {
    let names: BTreeSet<&Name> = locked.keys().chain(resolved.keys()).copied().collect();
    names.into_iter().filter_map(|name| change(name, locked.get(name), resolved.get(name))).collect()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const LOCK: &str = r#"
version = 1
edition = 2

[project]
name = "shop"
year = 2026

[[pack]]
instance = "people"
name = "users"
version = "1.0.0"
source = "registry+https://packs.test.example/"
checksum = "sha256:CHECKSUM"
contract = "0.1.0"

[[pack]]
instance = "house-style"
name = "house-style"
version = "1.0.0"
source = "path+../house-style.wasm"
checksum = "sha256:CHECKSUM"
contract = "0.1.0"

[files]
"#;

    fn lock() -> Lock {
        Lock::parse(&LOCK.replace("CHECKSUM", Digest::of(b"x").hex().as_str())).unwrap()
    }

    fn code(update: Update<'_>) -> &'static str {
        match preference(&lock(), update) {
            Err(Failure::Reports(reports)) => reports[0].code,
            _ => "none",
        }
    }

    #[test]
    fn packs_are_named_by_use_or_by_pack() {
        let name = |text: &str| -> Name { text.parse().unwrap() };
        let version = Version::new(1, 0, 0);
        for known in ["people", "users", "house-style"] {
            assert_eq!(code(Update::Only(&[name(known)])), "none");
        }
        assert_eq!(code(Update::Only(&[name("people"), name("user")])), "instance-unknown");
        assert_eq!(code(Update::Precisely(&name("users"), &version)), "none");
        assert_eq!(code(Update::Precisely(&name("orders"), &version)), "instance-unknown");
        assert_eq!(code(Update::Precisely(&name("house-style"), &version)), "precise-file");
    }

    #[test]
    fn another_lock_is_refused() {
        let Err(Failure::Reports(reports)) = check(&lock(), &[]) else { panic!("nothing is not what the lock has") };
        assert_eq!(reports[0].code, "lock-outdated");
        assert_eq!(reports[0].details.len(), 2);
    }

    #[test]
    fn every_change_is_told() {
        let lock = lock();
        let (people, style) = (of_lock(&lock.packs[0]), of_lock(&lock.packs[1]));
        let (name, new) = ("people".parse().unwrap(), "new".parse().unwrap());
        let (one, two) = (Version::new(1, 0, 0), Version::new(2, 0, 0));
        let at = ProjectPath::parse("services").unwrap();
        let told = |change: Option<Use<'_>>| {
            let resolved: BTreeMap<&Name, Use<'_>> = change.map(|change| (&name, change)).into_iter().collect();
            changes(&BTreeMap::from([(&name, people.clone())]), &resolved)
        };
        assert_eq!(told(Some(people.clone())), [""; 0]);
        assert_eq!(told(None), ["`people` would go: `users` 1.0.0"]);
        assert_eq!(told(Some(Use { version: &two, ..people.clone() })), ["`people` would go from 1.0.0 to 2.0.0"]);
        assert_eq!(
            told(Some(Use { at: Some(&at), ..people.clone() })),
            ["`people` would move from the project's root to `services`"]
        );
        assert_eq!(told(Some(Use { name: &new, ..people.clone() })), ["`people` would be `new` instead of `users`"]);
        assert_eq!(
            told(Some(Use { registry: None, ..people.clone() })),
            ["`people` 1.0.0 would come from a file, not from the registry `https://packs.test.example/`"]
        );
        let rebuilt = Use { checksum: Digest::of(b"y"), version: &one, ..style.clone() };
        assert_eq!(
            changes(&BTreeMap::from([(&name, style.clone())]), &BTreeMap::from([(&name, rebuilt)])),
            ["`people` 1.0.0 is another file than the lock has"]
        );
        assert_eq!(
            changes(&BTreeMap::new(), &BTreeMap::from([(&name, people.clone())])),
            ["`people` would come: `users` 1.0.0"]
        );
    }
}
