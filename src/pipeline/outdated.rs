//! Which of a project's packs have newer versions.
//!
//! Two answers for each pack: what `update` would choose, because `scaffold.toml` and the other packs allow it, and what
//! there is at all. The first is the resolution without the lock's preference; the second is read off the index files,
//! of which each is needed for the first anyway.

use std::collections::BTreeMap;

use semver::Version;

use super::locked::registry_id;
use super::{Failure, Workshop, members};
use crate::model::Name;
use crate::project::{Lock, LockedPack};
use crate::registry::{self, Preference, Spec, newest};

/// A pack of a lock, and what is newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The pack.
    pub name: Name,
    /// The uses that the project has of it.
    pub instances: Vec<Name>,
    /// The locked version.
    pub current: Version,
    /// What `update` would choose; none where the project would not have the pack any more.
    pub allowed: Option<Version>,
    /// The newest version that is not yanked, pre-releases aside; none where there is none, and of packs that are files.
    pub newest: Option<Version>,
    /// Whether the locked version was taken back by its publisher.
    pub yanked: bool,
}

impl Standing {
    /// Whether there is something newer, or the version should not be used any more.
    pub fn is_outdated(&self) -> bool {
        let is_newer = |version: &Option<Version>| version.as_ref().is_some_and(|version| *version > self.current);
        self.yanked || is_newer(&self.allowed) || is_newer(&self.newest)
    }
}

/// Looks each pack of a lock up, sorted by name. `wanted` is what `scaffold.toml` asks for.
///
/// # Errors
/// Versions that can't be chosen, and registries that can't be read.
pub fn outdated(workshop: &Workshop<'_>, lock: &Lock, wanted: &[Spec]) -> Result<Vec<Standing>, Failure> {
    let registries = &workshop.registries;
    let resolved = members::describing(workshop, |describe| {
        registry::resolve(wanted, registries, &Preference::default(), describe)
    })?;
    let allowed: BTreeMap<&Name, &Version> =
        resolved.iter().map(|resolved| (&resolved.manifest.name, &resolved.manifest.version)).collect();
    let mut packs: BTreeMap<&Name, Vec<&LockedPack>> = BTreeMap::new();
    for pack in &lock.packs {
        packs.entry(&pack.name).or_default().push(pack);
    }
    let standing = |(name, uses): (&Name, Vec<&LockedPack>)| {
        let locked = uses.first()?;
        let lines = match locked.place().and_then(registry_id) {
            Some(id) => registry::versions_in(&id, name, registries),
            None => Ok(Vec::new()),
        };
        let standing = lines.map(|lines| Standing {
            name: name.clone(),
            instances: uses.iter().map(|pack| pack.instance.clone()).collect(),
            current: locked.version.clone(),
            allowed: allowed.get(name).map(|version| (*version).clone()),
            newest: newest(&lines).map(|line| line.version.clone()),
            yanked: lines.iter().any(|line| line.version == locked.version && line.yanked),
        });
        Some(standing)
    };
    Ok(packs.into_iter().filter_map(standing).collect::<Result<_, _>>()?)
}
