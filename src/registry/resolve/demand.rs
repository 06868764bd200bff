//! What is asked for, by whom, and where it is looked up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use semver::VersionReq;

use super::{Locked, ResolveError};
use crate::model::{Dependency, Name, PackId, printable};
use crate::registry::{IndexLine, Mismatch, Registries, RegistryError};

/// What is asked for, by pack.
pub(super) type Demands = BTreeMap<Name, Vec<Demand>>;

/// Who asks for a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirer {
    /// The user: the command line or `scaffold.toml`.
    Project,
    /// A pack that depends on it.
    Pack(PackId),
    /// The user, by the option that names one version.
    Precise,
}

impl fmt::Display for Requirer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project => f.write_str("the project"),
            Self::Pack(pack) => pack.fmt(f),
            Self::Precise => f.write_str("`--precise`"),
        }
    }
}

/// A requirement and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Which versions serve.
    pub requirement: VersionReq,
    /// Whose requirement it is.
    pub requirer: Requirer,
    /// The name of the registry in which the pack is looked up; none for the default one.
    pub registry: Option<Name>,
}

/// A dependency on a pack in a registry that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) pack: Name,
    pub(super) place: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.pack, printable(&self.place))
    }
}

/// What a dependency asks for. One that names no source is looked up in the registry of the pack that has it.
pub(super) fn demand_of(
    dependency: &Dependency,
    requirer: &Requirer,
    registry: Option<&Name>,
    registries: &Registries<'_>,
) -> Result<(Name, Demand), Unreadable> {
    let registry = match dependency.source.as_deref() {
        None => registry,
        Some(named) => {
            let is_own = registries.get(registry).is_ok_and(|own| named == own.id() || named == own.url());
            let found = if is_own { Some(registry) } else { registries.find(named) };
            found.ok_or_else(|| Unreadable { pack: dependency.name.clone(), place: named.to_owned() })?
        }
    };
    let requirement = dependency.version.clone();
    let demand = Demand { requirement, requirer: requirer.clone(), registry: registry.cloned() };
    Ok((dependency.name.clone(), demand))
}

/// All who ask for a pack look in one registry.
pub(super) fn check_source(name: &Name, demands: &[Demand], registries: &Registries<'_>) -> Result<(), ResolveError> {
    let Some((first, rest)) = demands.split_first() else { return Ok(()) };
    for demand in rest {
        if !registries.are_same(first.registry.as_ref(), demand.registry.as_ref())? {
            return Err(two_sources(name, first, demand, registries)?);
        }
    }
    Ok(())
}

/// Two who look for a pack in different registries.
pub(super) fn two_sources(
    name: &Name,
    one: &Demand,
    other: &Demand,
    registries: &Registries<'_>,
) -> Result<ResolveError, RegistryError> {
    let (first, second) = (place(one, registries)?, place(other, registries)?);
    Ok(ResolveError::TwoSources { name: name.clone(), first, second })
}

/// The registry of a demand, as messages name it.
pub(super) fn place(demand: &Demand, registries: &Registries<'_>) -> Result<String, RegistryError> {
    Ok(format!("the registry `{}`", registries.get(demand.registry.as_ref())?.url()))
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
