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
use crate::registry::{IndexLine, Mismatch, Source};

/// The most versions that are tried: real projects take one try a pack.
const MAX_STEPS: usize = 5_000;
/// The most packs of a project; the search goes as deep as there are packs.
const MAX_PACKS: usize = 256;

/// What is asked for, by pack.
pub(super) type Demands = BTreeMap<Name, Vec<Demand>>;
/// What was chosen.
pub(super) type Chosen = BTreeMap<Name, Arc<IndexLine>>;

/// A search over one registry, beside the packs whose version is settled because they are files.
pub(super) struct Search<'a> {
    source: &'a dyn Source,
    locked: &'a BTreeMap<Name, Locked>,
    settled: BTreeMap<Name, Version>,
    index: BTreeMap<Name, Arc<[Arc<IndexLine>]>>,
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

impl<'a> Search<'a> {
    pub(super) fn new(
        source: &'a dyn Source,
        locked: &'a BTreeMap<Name, Locked>,
        settled: BTreeMap<Name, Version>,
    ) -> Self {
        Self { source, locked, settled, index: BTreeMap::new(), steps: 0 }
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

    /// Adds near matches to an unknown name: once, at the end, because they are looked for in the whole catalogue. A
    /// catalogue that can't be had suggests nothing; the name is unknown all the same.
    fn suggest(&self, mut error: ResolveError) -> ResolveError {
        if let ResolveError::UnknownPack { name, near, .. } = &mut error {
            *near = self.source.catalog().unwrap_or_default().near(name).into_iter().cloned().collect();
        }
        error
    }

    fn solve(&mut self, demands: &Demands, chosen: &Chosen) -> Result<Chosen, End> {
        let open = |name: &&Name| !chosen.contains_key(*name) && !self.settled.contains_key(*name);
        let open: Vec<Name> = demands.keys().filter(open).cloned().collect();
        let Some(name) = open.first().cloned() else { return Ok(chosen.clone()) };
        self.load(open)?;
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
        chosen.insert(line.name.clone(), Arc::clone(&line));
        for dependency in &line.manifest.dependencies {
            let (name, demand) = demand_of(dependency, &requirer, self.source).map_err(End::Dead)?;
            demands.entry(name.clone()).or_default().push(demand.clone());
            let version = chosen.get(&name).map(|line| &line.version).or_else(|| self.settled.get(&name));
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
        let lines = self.versions(name)?;
        let serves = |version: &Version| fits(version, asked(name, demands));
        let pin = self.locked.get(name).filter(|locked| serves(&locked.version));
        let pinned = pin.map(|locked| self.pinned(name, locked, &lines)).transpose()?;
        let rest = lines.iter().rev().filter(|line| !line.yanked && serves(&line.version)).cloned();
        let rest = rest.filter(|line| pinned.as_ref().is_none_or(|pinned| pinned.version != line.version));
        Ok(pinned.iter().cloned().chain(rest).collect())
    }

    /// The line that a lock entry means; yanked or not.
    fn pinned(&self, name: &Name, locked: &Locked, lines: &[Arc<IndexLine>]) -> Result<Arc<IndexLine>, ResolveError> {
        let pack = PackId { name: name.clone(), version: locked.version.clone() };
        let registry = self.source.url().to_owned();
        match lines.iter().find(|line| line.version == locked.version) {
            None => Err(ResolveError::LockedGone { pack, registry }),
            Some(line) if line.digest != locked.digest => {
                let digests = Box::new(Mismatch { expected: locked.digest, found: line.digest });
                Err(ResolveError::LockedChanged { pack, registry, digests })
            }
            Some(line) => Ok(Arc::clone(line)),
        }
    }

    fn versions(&mut self, name: &Name) -> Result<Arc<[Arc<IndexLine>]>, ResolveError> {
        self.load([name.clone()])?;
        Ok(self.index.get(name).map(Arc::clone).unwrap_or_default())
    }

    /// Reads the index files of these packs, all that were not read yet at once.
    fn load(&mut self, names: impl IntoIterator<Item = Name>) -> Result<(), ResolveError> {
        let names: Vec<_> = names.into_iter().filter(|name| !self.index.contains_key(name)).collect();
        for (name, lines) in names.iter().zip(self.source.versions_of(&names)) {
            self.index.insert(name.clone(), lines?.into_iter().map(Arc::new).collect());
        }
        Ok(())
    }

    /// Why no version of `name` serves.
    fn dead_end(&mut self, name: &Name, demands: &Demands) -> Result<ResolveError, ResolveError> {
        let demands = asked(name, demands);
        let registry = self.source.url().to_owned();
        let available: Vec<_> = match self.settled.get(name) {
            Some(version) => vec![(version.clone(), false)],
            None => self.versions(name)?.iter().map(|line| (line.version.clone(), line.yanked)).collect(),
        };
        if available.is_empty() {
            let requirer = demands.first().map_or(Requirer::Project, |demand| demand.requirer.clone());
            let near = Vec::new();
            return Ok(ResolveError::UnknownPack { name: name.clone(), registry, requirer: Box::new(requirer), near });
        }
        let hopeless = |demand: &&Demand| {
            !available.iter().any(|(version, yanked)| !yanked && demand.requirement.matches(version))
        };
        let settled = self.settled.contains_key(name);
        match demands.iter().find(hopeless).filter(|_| !settled) {
            Some(demand) => Ok(ResolveError::NoVersion {
                name: name.clone(),
                registry,
                demand: Box::new(demand.clone()),
                available,
            }),
            None => Ok(ResolveError::Conflict { name: name.clone(), demands: demands.to_vec(), available }),
        }
    }
}

fn fits(version: &Version, demands: &[Demand]) -> bool {
    demands.iter().all(|demand| demand.requirement.matches(version))
}

fn asked<'d>(name: &Name, demands: &'d Demands) -> &'d [Demand] {
    demands.get(name).map_or(&[], Vec::as_slice)
}

/// What a dependency asks for. One that names a source other than the registry of its pack is for later versions.
pub(super) fn demand_of(
    dependency: &Dependency,
    requirer: &Requirer,
    source: &dyn Source,
) -> Result<(Name, Demand), ResolveError> {
    match dependency.source.as_deref() {
        None => {}
        Some(named) if named == source.id() || named == source.url() => {}
        Some(named) => {
            return Err(ResolveError::Unsupported {
                spec: format!("{} from {named}", dependency.name),
                requirer: requirer.clone(),
            });
        }
    }
    let demand = Demand { requirement: dependency.version.clone(), requirer: requirer.clone() };
    Ok((dependency.name.clone(), demand))
}
