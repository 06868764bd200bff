//! The search for versions that fit each other.
//!
//! Depth first: the first name, in alphabetical order, that is asked for and not chosen gets its best version (the
//! locked one, else the highest), that version's dependencies join the requirements, and when those can't be met, the
//! next best version has its turn. The same question always gets the same answer. A failed search is explained by its
//! first dead end: that is what stood in the way of the newest versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use semver::Version;

use super::{Demand, Locked, Requirer, ResolveError};
use crate::model::{Dependency, Name, PackId};
use crate::registry::{IndexLine, Mismatch, Registries, Source};

/// The most versions that are tried: real projects take one try a pack.
const MAX_STEPS: usize = 5_000;
/// The most packs of a project; the search goes as deep as there are packs.
const MAX_PACKS: usize = 256;

/// What is asked for, by pack.
pub(super) type Demands = BTreeMap<Name, Vec<Demand>>;
/// What was chosen.
pub(super) type Chosen = BTreeMap<Name, Choice>;

/// A version that was chosen, and the name of the registry that it is in.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) registry: Option<Name>,
    pub(super) line: Arc<IndexLine>,
}

/// A pack in a registry.
type Place = (Option<Name>, Name);

/// A search over registries, beside the packs whose version is settled because they are files.
pub(super) struct Search<'a, 'r> {
    registries: &'a Registries<'r>,
    locked: &'a BTreeMap<Name, Locked>,
    settled: BTreeMap<Name, Version>,
    index: BTreeMap<Place, Arc<[Arc<IndexLine>]>>,
    steps: usize,
}

/// Why a branch of the search ends.
enum End {
    /// Another branch may do better.
    Dead(ResolveError),
    /// None can.
    Fatal(ResolveError),
}

impl From<ResolveError> for End {
    fn from(error: ResolveError) -> Self {
        Self::Fatal(error)
    }
}

impl<'a, 'r> Search<'a, 'r> {
    pub(super) fn new(
        registries: &'a Registries<'r>,
        locked: &'a BTreeMap<Name, Locked>,
        settled: BTreeMap<Name, Version>,
    ) -> Self {
        Self { registries, locked, settled, index: BTreeMap::new(), steps: 0 }
    }

    /// A version for everything that is asked for, and for everything that those versions ask for.
    pub(super) fn run(mut self, demands: &Demands) -> Result<Chosen, ResolveError> {
        let misfit = demands.keys().find(|name| !self.is_met(name, demands));
        if let Some(name) = misfit {
            return Err(self.dead_end(name, demands)?);
        }
        match self.solve(demands, &Chosen::new()) {
            Ok(chosen) => Ok(chosen),
            Err(End::Dead(error) | End::Fatal(error)) => Err(self.suggest(error)),
        }
    }

    /// Why nothing serves where one thing is asked for.
    pub(super) fn explain(mut self, name: &Name, demand: Demand) -> ResolveError {
        let demands = Demands::from([(name.clone(), vec![demand])]);
        self.dead_end(name, &demands).map_or_else(|error| error, |error| self.suggest(error))
    }

    /// Adds near matches to an unknown name: once, at the end, because they are looked for in the whole catalogue. A
    /// catalogue that can't be had suggests nothing; the name is unknown all the same.
    fn suggest(&self, mut error: ResolveError) -> ResolveError {
        if let ResolveError::UnknownPack { name, place, near, .. } = &mut error {
            let catalog = self.registries.get(place.as_ref()).and_then(Source::catalog).unwrap_or_default();
            *near = catalog.near(name).into_iter().cloned().collect();
        }
        error
    }

    fn solve(&mut self, demands: &Demands, chosen: &Chosen) -> Result<Chosen, End> {
        let open = |name: &&Name| !chosen.contains_key(*name) && !self.settled.contains_key(*name);
        let open: Vec<Name> = demands.keys().filter(open).cloned().collect();
        let Some(name) = open.first().cloned() else { return Ok(chosen.clone()) };
        self.load(open.into_iter().map(|name| place_of(name, demands)))?;
        if chosen.len() >= MAX_PACKS {
            return Err(End::Fatal(ResolveError::TooManyPacks { limit: MAX_PACKS }));
        }
        let mut first = None;
        for candidate in self.candidates(&name, demands)? {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(End::Fatal(ResolveError::TooHard { steps: MAX_STEPS }));
            }
            match self.take(candidate, demands, chosen) {
                Err(End::Dead(error)) => {
                    first.get_or_insert(error);
                }
                done => return done,
            }
        }
        match first {
            Some(error) => Err(End::Dead(error)),
            None => Err(End::Dead(self.dead_end(&name, demands)?)),
        }
    }

    /// Goes on with `line` chosen.
    fn take(&mut self, line: Arc<IndexLine>, demands: &Demands, chosen: &Chosen) -> Result<Chosen, End> {
        let mut demands = demands.clone();
        let mut chosen = chosen.clone();
        let requirer = Requirer::Pack(line.id());
        let (registry, name) = place_of(line.name.clone(), &demands);
        chosen.insert(name, Choice { registry: registry.clone(), line: Arc::clone(&line) });
        for dependency in &line.manifest.dependencies {
            let (name, demand) =
                demand_of(dependency, &requirer, registry.as_ref(), self.registries).map_err(End::Dead)?;
            let all = demands.entry(name.clone()).or_default();
            all.push(demand.clone());
            if !self.settled.contains_key(&name) {
                check_source(&name, all, self.registries).map_err(End::Dead)?;
            }
            let version = chosen.get(&name).map(|choice| &choice.line.version).or_else(|| self.settled.get(&name));
            if version.is_some_and(|version| !demand.requirement.matches(version)) {
                return Err(End::Dead(self.dead_end(&name, &demands)?));
            }
        }
        self.solve(&demands, &chosen)
    }

    /// Whether a settled version is what is asked for; true of a name that is not settled.
    fn is_met(&self, name: &Name, demands: &Demands) -> bool {
        self.settled.get(name).is_none_or(|version| fits(version, asked(name, demands)))
    }

    /// The versions that serve, the best first.
    fn candidates(&mut self, name: &Name, demands: &Demands) -> Result<Vec<Arc<IndexLine>>, End> {
        let lines = self.versions(name, demands)?;
        let serves = |version: &Version| fits(version, asked(name, demands));
        let pin = self.locked.get(name).filter(|locked| serves(&locked.version));
        let pinned = match pin {
            Some(locked) => Some(pinned(&self.url(name, demands)?, name, locked, &lines)?),
            None => None,
        };
        let rest = lines.iter().rev().filter(|line| !line.yanked && serves(&line.version)).cloned();
        let rest = rest.filter(|line| pinned.as_ref().is_none_or(|pinned| pinned.version != line.version));
        Ok(pinned.iter().cloned().chain(rest).collect())
    }

    fn versions(&mut self, name: &Name, demands: &Demands) -> Result<Arc<[Arc<IndexLine>]>, ResolveError> {
        let place = place_of(name.clone(), demands);
        self.load([place.clone()])?;
        Ok(self.index.get(&place).map(Arc::clone).unwrap_or_default())
    }

    /// Reads the index files of these packs; of each registry, all that were not read yet at once.
    fn load(&mut self, places: impl IntoIterator<Item = Place>) -> Result<(), ResolveError> {
        let mut missing: BTreeMap<Option<Name>, Vec<Name>> = BTreeMap::new();
        for (registry, name) in places.into_iter().filter(|place| !self.index.contains_key(place)) {
            missing.entry(registry).or_default().push(name);
        }
        for (registry, names) in missing {
            let answers = self.registries.get(registry.as_ref())?.versions_of(&names);
            for (name, lines) in names.into_iter().zip(answers) {
                self.index.insert((registry.clone(), name), lines?.into_iter().map(Arc::new).collect());
            }
        }
        Ok(())
    }

    /// The address of the registry in which a pack is looked up.
    fn url(&self, name: &Name, demands: &Demands) -> Result<String, ResolveError> {
        let (registry, _) = place_of(name.clone(), demands);
        Ok(self.registries.get(registry.as_ref())?.url().to_owned())
    }

    /// Why no version of `name` serves.
    fn dead_end(&mut self, name: &Name, all: &Demands) -> Result<ResolveError, ResolveError> {
        let demands = asked(name, all);
        let available: Vec<_> = match self.settled.get(name) {
            Some(version) => vec![(version.clone(), false)],
            None => self.versions(name, all)?.iter().map(|line| (line.version.clone(), line.yanked)).collect(),
        };
        if available.is_empty() {
            let requirer = demands.first().map_or(Requirer::Project, |demand| demand.requirer.clone());
            let (place, name) = place_of(name.clone(), all);
            let registry = self.url(&name, all)?;
            return Ok(ResolveError::UnknownPack {
                name,
                registry,
                place,
                requirer: Box::new(requirer),
                near: Vec::new(),
            });
        }
        let hopeless = |demand: &&Demand| {
            !available.iter().any(|(version, yanked)| !yanked && demand.requirement.matches(version))
        };
        let settled = self.settled.contains_key(name);
        match demands.iter().find(hopeless).filter(|_| !settled) {
            Some(demand) => Ok(ResolveError::NoVersion {
                name: name.clone(),
                registry: self.url(name, all)?,
                demand: Box::new(demand.clone()),
                available,
            }),
            None => Ok(ResolveError::Conflict { name: name.clone(), demands: demands.to_vec(), available }),
        }
    }
}

/// The line that a lock entry means; yanked or not.
pub(super) fn pinned(
    registry: &str,
    name: &Name,
    locked: &Locked,
    lines: &[Arc<IndexLine>],
) -> Result<Arc<IndexLine>, ResolveError> {
    let pack = PackId { name: name.clone(), version: locked.version.clone() };
    let registry = registry.to_owned();
    match lines.iter().find(|line| line.version == locked.version) {
        None => Err(ResolveError::LockedGone { pack, registry }),
        Some(line) if line.digest != locked.digest => {
            let digests = Box::new(Mismatch { expected: locked.digest, found: line.digest });
            Err(ResolveError::LockedChanged { pack, registry, digests })
        }
        Some(line) => Ok(Arc::clone(line)),
    }
}

fn fits(version: &Version, demands: &[Demand]) -> bool {
    demands.iter().all(|demand| demand.requirement.matches(version))
}

fn asked<'d>(name: &Name, demands: &'d Demands) -> &'d [Demand] {
    demands.get(name).map_or(&[], Vec::as_slice)
}

/// Where a pack is looked up: all who ask for it agree on that, as [`check_source`] sees to.
fn place_of(name: Name, demands: &Demands) -> Place {
    let registry = asked(&name, demands).first().and_then(|demand| demand.registry.clone());
    (registry, name)
}

/// All who ask for a pack look in one registry.
pub(super) fn check_source(name: &Name, demands: &[Demand], registries: &Registries<'_>) -> Result<(), ResolveError> {
    let Some((first, rest)) = demands.split_first() else { return Ok(()) };
    for demand in rest {
        if !registries.are_same(first.registry.as_ref(), demand.registry.as_ref())? {
            let (first, second) = (place(first, registries)?, place(demand, registries)?);
            return Err(ResolveError::TwoSources { name: name.clone(), first, second });
        }
    }
    Ok(())
}

/// The registry of a demand, as messages name it.
pub(super) fn place(demand: &Demand, registries: &Registries<'_>) -> Result<String, ResolveError> {
    Ok(format!("the registry `{}`", registries.get(demand.registry.as_ref())?.url()))
}

/// What a dependency asks for. One that names no source is looked up in the registry of the pack that has it.
pub(super) fn demand_of(
    dependency: &Dependency,
    requirer: &Requirer,
    registry: Option<&Name>,
    registries: &Registries<'_>,
) -> Result<(Name, Demand), ResolveError> {
    let registry = match dependency.source.as_deref() {
        None => registry,
        Some(named) => {
            let own = registries.get(registry)?;
            let is_own = named == own.id() || named == own.url();
            let found = if is_own { Some(registry) } else { registries.find(named) };
            found.ok_or_else(|| ResolveError::Unsupported {
                spec: format!("{} from {named}", dependency.name),
                requirer: requirer.clone(),
            })?
        }
    };
    let requirement = dependency.version.clone();
    let demand = Demand { requirement, requirer: requirer.clone(), registry: registry.cloned() };
    Ok((dependency.name.clone(), demand))
}
