//! What a project's lock has to say when its packs are resolved again.
//!
//! A command says how much of the lock may change ([`Update`]), and gets from [`preference`] what the run is to prefer.
//! With `--locked`, nothing may change: `scaffold.toml` and the packs' files must still resolve to what the lock has,
//! use by use.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::Failure;
use crate::model::{Name, Report, near};
use crate::project::{Lock, LockedPack, PackSource};
use crate::registry::{Locked, OciReference, Preference};

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
        let registry = pack.place().and_then(registry_id);
        (pack.name.clone(), Locked { version: pack.version.clone(), digest: pack.checksum, registry })
    };
    let from_registries = lock.packs.iter().filter(|pack| !is_file(&pack.source));
    let locked: BTreeMap<Name, Locked> = from_registries.map(locked).collect();
    let preference = Preference::new(locked);
    match update {
        Update::Nothing => Ok(preference),
        Update::All => Ok(Preference::default()),
        Update::Only(names) => {
            let packs = names.iter().map(|name| find(lock, name).map(|pack| pack.name.clone()));
            let packs = packs.collect::<Result<Vec<_>, _>>()?;
            Ok(preference.free(packs))
        }
        Update::Precisely(name, version) => {
            let pack = find(lock, name)?;
            if is_file(&pack.source) {
                let message = format!("`{}` comes from a file, so its version can't be chosen", pack.name);
                let report =
                    Report::new("precise-file", message).detail(format!("the lock has it from `{}`", pack.source));
                return Err(Failure::from(
                    report.hint("build the version that you want, or take the pack from a registry"),
                ));
            }
            Ok(preference.precisely(pack.name.clone(), version.clone()))
        }
    }
}

/// The id of the registry that a pack is from; none for a file.
pub(super) fn registry_id(source: PackSource<'_>) -> Option<String> {
    match source {
        PackSource::Registry(id) => Some(id.to_owned()),
        PackSource::Oci(reference) => Some(reference.parse::<OciReference>().ok()?.registry.to_string()),
        PackSource::Path(_) => None,
    }
}

fn is_file(source: &str) -> bool {
    PackSource::parse(source).is_some_and(PackSource::is_path)
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

/// Whether these are the packs of the lock, all of them and no others.
///
/// # Errors
/// They are not; every difference is listed.
pub(super) fn check(lock: &Lock, resolved: &[LockedPack]) -> Result<(), Failure> {
    let changes = changes(&lock.packs, resolved);
    if changes.is_empty() {
        return Ok(());
    }
    let message = "`scaffold.lock` does not fit what the project asks for, and `--locked` keeps it as it is";
    Err(Failure::from(
        Report::new("lock-outdated", message).details(changes).hint("run the command without `--locked`"),
    ))
}

/// What would change, a line a use.
fn changes(locked: &[LockedPack], resolved: &[LockedPack]) -> Vec<String> {
    let names: BTreeSet<&Name> = locked.iter().chain(resolved).map(|pack| &pack.instance).collect();
    let find = |packs: &'_ [LockedPack], name: &Name| packs.iter().find(|pack| pack.instance == *name).cloned();
    names.into_iter().filter_map(|name| change(name, find(locked, name), find(resolved, name))).collect()
}

/// What would change about one use, as far as resolving decides it.
fn change(instance: &Name, locked: Option<LockedPack>, resolved: Option<LockedPack>) -> Option<String> {
    let place = |pack: &LockedPack| pack.at.as_ref().map_or("the project's root".to_owned(), |at| format!("`{at}`"));
    let (locked, new) = match (locked, resolved) {
        (Some(locked), Some(new)) => (locked, new),
        (Some(locked), None) => return Some(format!("`{instance}` would go: `{}` {}", locked.name, locked.version)),
        (None, new) => return new.map(|new| format!("`{instance}` would come: `{}` {}", new.name, new.version)),
    };
    let change = if locked.name != new.name {
        format!("would be `{}` instead of `{}`", new.name, locked.name)
    } else if locked.version != new.version {
        format!("would go from {} to {}", locked.version, new.version)
    } else if locked.at != new.at {
        format!("would move from {} to {}", place(&locked), place(&new))
    } else if !is_same_source(&locked.source, &new.source) {
        format!("{} would come from `{}`, not from `{}`", new.version, new.source, locked.source)
    } else if locked.checksum != new.checksum {
        format!("{} is another component than the lock has", locked.version)
    } else {
        return None;
    };
    Some(format!("`{instance}` {change}"))
}

/// Two files are as good as one: what counts of them is what they hold.
fn is_same_source(one: &str, other: &str) -> bool {
    one == other || (is_file(one) && is_file(other))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::model::{Digest, ProjectPath};

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
        let (people, style) = (&lock.packs[0], &lock.packs[1]);
        let told = |locked: &LockedPack, change: &dyn Fn(&mut LockedPack)| {
            let mut new = locked.clone();
            change(&mut new);
            changes(std::slice::from_ref(locked), &[new]).join("\n")
        };
        assert_eq!(told(people, &|_| {}), "");
        assert_eq!(told(people, &|new| new.version = Version::new(2, 0, 0)), "`people` would go from 1.0.0 to 2.0.0");
        assert_eq!(
            told(people, &|new| new.at = Some(ProjectPath::parse("services").unwrap())),
            "`people` would move from the project's root to `services`"
        );
        assert_eq!(
            told(people, &|new| new.name = "new".parse().unwrap()),
            "`people` would be `new` instead of `users`"
        );
        assert_eq!(
            told(people, &|new| new.source = "path+x.wasm".to_owned()),
            "`people` 1.0.0 would come from `path+x.wasm`, not from `registry+https://packs.test.example/`"
        );
        assert_eq!(told(style, &|new| new.source = "path+/x/house-style.wasm".to_owned()), "");
        assert_eq!(
            told(style, &|new| new.checksum = Digest::of(b"y")),
            "`house-style` 1.0.0 is another component than the lock has"
        );
        assert_eq!(changes(&[], std::slice::from_ref(people)), ["`people` would come: `users` 1.0.0"]);
        assert_eq!(changes(std::slice::from_ref(people), &[]), ["`people` would go: `users` 1.0.0"]);
    }
}
