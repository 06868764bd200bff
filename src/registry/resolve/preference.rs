//! What a lockfile says, and how far it counts.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use crate::model::{Digest, Name};

/// A lockfile's word on a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The version that was resolved.
    pub version: Version,
    /// The digest of its component.
    pub digest: Digest,
    /// The id of the registry that it is from, in whose place no other serves; none where the lock names none.
    pub registry: Option<String>,
}

impl Locked {
    /// Whether the lock has something to say on the registry with this id.
    pub(super) fn is_from(&self, id: &str) -> bool {
        self.registry.as_deref().is_none_or(|registry| registry == id)
    }
}

/// Which versions are preferred to the highest ones.
///
/// The locked ones are, but for packs that were freed. What was freed by name is chosen before everything else, so that
/// it gets the newest that there is for it and others make way; then comes what is locked, and gives way to nothing
/// that is only new.
#[derive(Clone, Debug, Default)]
pub struct Preference {
    locked: BTreeMap<Name, Locked>,
    freed: BTreeSet<Name>,
    precise: Option<(Name, Version)>,
}

impl Preference {
    /// Prefers what is locked, by pack.
    pub fn new(locked: BTreeMap<Name, Locked>) -> Self {
        Self { locked, ..Self::default() }
    }

    /// Frees these packs: for them the lock does not count.
    #[must_use]
    pub fn free(mut self, packs: impl IntoIterator<Item = Name>) -> Self {
        self.freed.extend(packs);
        self
    }

    /// Of this pack exactly this version serves.
    #[must_use]
    pub fn precisely(mut self, pack: Name, version: Version) -> Self {
        self.freed.insert(pack.clone());
        self.precise = Some((pack, version));
        self
    }

    /// What the lock says on a pack, where that counts.
    pub(super) fn locked(&self, pack: &Name) -> Option<&Locked> {
        let locked = self.locked.get(pack)?;
        // A version that was taken back may be asked for as long as it is the one that is there.
        let is_asked_for = self.precise(pack).is_some_and(|version| *version == locked.version);
        (is_asked_for || !self.freed.contains(pack)).then_some(locked)
    }

    /// Whether a pack was freed by its name.
    pub(super) fn is_freed(&self, pack: &Name) -> bool {
        self.freed.contains(pack)
    }

    /// The one version of a pack that serves.
    pub(super) fn precise(&self, pack: &Name) -> Option<&Version> {
        self.precise.as_ref().filter(|(precise, _)| precise == pack).map(|(_, version)| version)
    }

    /// The pack of which one version alone serves.
    pub(super) fn precise_pack(&self) -> Option<&Name> {
        self.precise.as_ref().map(|(pack, _)| pack)
    }
}
