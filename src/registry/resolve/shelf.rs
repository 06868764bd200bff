//! The versions that there are to choose from.
//!
//! Of each pack in play, and of no other, the index is read once. A version is known by its place in the pack's list;
//! where two registries are asked for one pack, the list has the versions of both, and no requirement matches any from
//! the other one, so that a pack from two places can't be chosen.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use semver::{Version, VersionReq};

use super::demand::{Demand, Demands, Requirer, Unreadable, demand_of, pinned};
use super::local::LocalPack;
use super::versions::Versions;
use super::{Locked, Preference, ResolveError};
use crate::model::{Name, PackId};
use crate::registry::{IndexLine, Registries, RegistryError};

/// The most packs that may come into play.
pub(super) const MAX_PACKS: usize = 256;

/// Who has requirements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Party {
    /// What the user asks for.
    Project,
    /// A pack.
    Pack(Name),
}

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Project => f.write_str("the project"),
            Self::Pack(name) => name.fmt(f),
        }
    }
}

/// A version of a pack that may be chosen.
pub(super) struct Candidate {
    pub(super) registry: Option<Name>,
    pub(super) version: Version,
    pub(super) content: Content,
}

/// What stands behind a version.
pub(super) enum Content {
    /// A line of the index.
    Line(Arc<IndexLine>),
    /// The file that the user named.
    File,
    /// Nothing: the lockfile names it, and the registry does not have it.
    Gone,
}

/// A pack in a registry.
type Place = (Name, Option<Name>);

/// What there is to choose from.
pub(super) struct Shelf<'a, 'r> {
    pub(super) registries: &'a Registries<'r>,
    preference: &'a Preference,
    files: &'a BTreeMap<Name, LocalPack>,
    wanted: &'a Demands,
    lines: BTreeMap<Place, Arc<[Arc<IndexLine>]>>,
    packs: BTreeMap<Name, Vec<Candidate>>,
    serving: HashMap<(Place, VersionReq), Versions>,
}

impl<'a, 'r> Shelf<'a, 'r> {
    pub(super) fn new(
        registries: &'a Registries<'r>,
        preference: &'a Preference,
        files: &'a BTreeMap<Name, LocalPack>,
        wanted: &'a Demands,
    ) -> Self {
        let file = |(name, file): (&Name, &LocalPack)| {
            let version = file.manifest.version.clone();
            (name.clone(), vec![Candidate { registry: None, version, content: Content::File }])
        };
        let packs = files.iter().map(file).collect();
        Self { registries, preference, files, wanted, lines: BTreeMap::new(), packs, serving: HashMap::new() }
    }

    /// The file that stands for a pack.
    pub(super) fn file(&self, pack: &Name) -> Option<&'a LocalPack> {
        self.files.get(pack)
    }

    /// The packs that are files.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a Name> + use<'a> {
        self.files.keys()
    }

    /// What a version asks for.
    pub(super) fn demands(&self, party: &Party, version: u32) -> Result<Vec<(Name, Demand)>, Unreadable> {
        let Party::Pack(name) = party else {
            let demands = |(name, demands): (&Name, &Vec<Demand>)| {
                demands.iter().map(|demand| (name.clone(), demand.clone())).collect::<Vec<_>>()
            };
            return Ok(self.wanted.iter().flat_map(demands).collect());
        };
        let Some(candidate) = self.candidate(name, version) else { return Ok(Vec::new()) };
        let manifest = match &candidate.content {
            Content::Line(line) => &line.manifest,
            Content::File => match self.files.get(name) {
                Some(file) => &*file.manifest,
                None => return Ok(Vec::new()),
            },
            Content::Gone => return Ok(Vec::new()),
        };
        let requirer = Requirer::Pack(PackId { name: name.clone(), version: candidate.version.clone() });
        let registry = candidate.registry.as_ref();
        manifest.dependencies.iter().map(|own| demand_of(own, &requirer, registry, self.registries)).collect()
    }

    /// Reads the index files that these demands need; of each registry, all that were not read yet at once.
    pub(super) fn read(&mut self, demands: &[(Name, Demand)]) -> Result<(), ResolveError> {
        let mut missing: BTreeMap<Option<Name>, Vec<Name>> = BTreeMap::new();
        for (name, demand) in demands.iter().filter(|(name, _)| !self.files.contains_key(name)) {
            let registry = self.registry_of(name, demand)?;
            let names = missing.entry(registry.clone()).or_default();
            if !self.lines.contains_key(&(name.clone(), registry)) && !names.contains(name) {
                names.push(name.clone());
            }
        }
        for (registry, names) in missing {
            let answers = self.registries.get(registry.as_ref())?.versions_of(&names);
            for (name, lines) in names.into_iter().zip(answers) {
                self.shelve(name, registry.clone(), lines?)?;
            }
        }
        match self.packs.len() {
            ..=MAX_PACKS => Ok(()),
            _ => Err(ResolveError::TooManyPacks { limit: MAX_PACKS }),
        }
    }

    fn shelve(&mut self, name: Name, registry: Option<Name>, lines: Vec<IndexLine>) -> Result<(), RegistryError> {
        let lines: Arc<[Arc<IndexLine>]> = lines.into_iter().map(Arc::new).collect();
        let id = self.registries.get(registry.as_ref())?.id();
        let locked = self.preference.locked(&name).filter(|locked| locked.is_from(id));
        let is_locked = |version: &Version| locked.is_some_and(|locked| locked.version == *version);
        let candidate =
            |version: &Version, content| Candidate { registry: registry.clone(), version: version.clone(), content };
        let serving = lines.iter().filter(|line| !line.yanked || is_locked(&line.version));
        let mut candidates: Vec<Candidate> =
            serving.map(|line| candidate(&line.version, Content::Line(Arc::clone(line)))).collect();
        let gone = locked.filter(|locked| lines.iter().all(|line| line.version != locked.version));
        candidates.extend(gone.map(|locked| candidate(&locked.version, Content::Gone)));
        if let Some(precise) = self.preference.precise(&name) {
            candidates.retain(|candidate| candidate.version == *precise);
        }
        candidates.sort_by(|one, other| one.version.cmp(&other.version));
        self.packs.entry(name.clone()).or_default().extend(candidates);
        self.lines.insert((name, registry), lines);
        Ok(())
    }

    /// The versions that a demand is content with; its index was read.
    pub(super) fn serving(&mut self, name: &Name, demand: &Demand) -> Result<Versions, RegistryError> {
        let registry = self.registry_of(name, demand)?;
        let key = ((name.clone(), registry.clone()), demand.requirement.clone());
        if let Some(known) = self.serving.get(&key) {
            return Ok(known.clone());
        }
        let is_file = self.files.contains_key(name);
        let serves = |candidate: &Candidate| {
            (is_file || candidate.registry == registry) && demand.requirement.matches(&candidate.version)
        };
        let places = (0u32..).zip(self.candidates(name));
        let serving = Versions::of(places.filter(|(_, candidate)| serves(candidate)).map(|(place, _)| place));
        self.serving.insert(key, serving.clone());
        Ok(serving)
    }

    /// The versions that a demand was found to be content with.
    pub(super) fn serving_known(&self, name: &Name, demand: &Demand) -> Option<&Versions> {
        let place = (name.clone(), self.registry_of(name, demand).ok()?);
        self.serving.get(&(place, demand.requirement.clone()))
    }

    /// The registry in which a demand is met: the first name that was used for it here.
    fn registry_of(&self, name: &Name, demand: &Demand) -> Result<Option<Name>, RegistryError> {
        let known = self.lines.keys().filter(|(known, _)| known == name);
        for (_, known) in known {
            if self.registries.are_same(known.as_ref(), demand.registry.as_ref())? {
                return Ok(known.clone());
            }
        }
        Ok(demand.registry.clone())
    }

    /// The versions of a pack that may be chosen.
    pub(super) fn candidates(&self, name: &Name) -> &[Candidate] {
        self.packs.get(name).map_or(&[], Vec::as_slice)
    }

    /// One of them.
    pub(super) fn candidate(&self, name: &Name, version: u32) -> Option<&Candidate> {
        self.candidates(name).get(usize::try_from(version).ok()?)
    }

    /// The best of some versions: the locked one, or else the highest.
    pub(super) fn best(&self, name: &Name, versions: &Versions) -> Result<Option<u32>, ResolveError> {
        if let Some((place, registry, locked)) = self.locked(name, versions) {
            let lines = self.lines.get(&(name.clone(), registry.cloned())).map_or(&[][..], |lines| lines);
            pinned(self.registries.get(registry)?.url(), name, locked, lines)?;
            return Ok(Some(place));
        }
        let version = |place: &u32| self.candidate(name, *place).map(|candidate| &candidate.version);
        Ok(versions.listed().iter().copied().max_by(|one, other| version(one).cmp(&version(other))))
    }

    /// The locked version among some.
    fn locked(&self, name: &Name, versions: &Versions) -> Option<(u32, Option<&Name>, &'a Locked)> {
        let locked = self.preference.locked(name)?;
        versions.listed().iter().find_map(|place| {
            let Candidate { registry, version, .. } = self.candidate(name, *place)?;
            let is_from = || self.registries.get(registry.as_ref()).is_ok_and(|source| locked.is_from(source.id()));
            let is_it = *version == locked.version && is_from();
            is_it.then_some((*place, registry.as_ref(), locked))
        })
    }

    /// How early a pack's version is chosen, among the versions that are left to choose from: see [`Preference`].
    pub(super) fn rank(&self, name: &Name, versions: &Versions) -> u8 {
        if self.preference.is_freed(name) {
            3
        } else if self.locked(name, versions).is_some() {
            2
        } else {
            u8::from(self.wanted.contains_key(name) || self.files.contains_key(name))
        }
    }

    /// The one version of a pack that the user wants, if it is so.
    pub(super) fn precise(&self, name: &Name) -> Option<&'a Version> {
        self.preference.precise(name)
    }

    /// The pack of which the user wants one version.
    pub(super) fn precise_pack(&self) -> Option<&'a Name> {
        self.preference.precise_pack()
    }

    /// What the registry of a demand has of a pack, ascending; whether it is yanked.
    pub(super) fn available(&self, name: &Name, demand: &Demand) -> Vec<(Version, bool)> {
        if let Some(file) = self.files.get(name) {
            return vec![(file.manifest.version.clone(), false)];
        }
        let registry = self.registry_of(name, demand).unwrap_or_default();
        let lines = self.lines.get(&(name.clone(), registry)).map_or(&[][..], |lines| lines);
        lines.iter().map(|line| (line.version.clone(), line.yanked)).collect()
    }
}
