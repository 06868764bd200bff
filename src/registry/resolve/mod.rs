//! From what was asked for to exact versions.
//!
//! The rules, in the order in which they bind: one version of a pack in a project, however often it is used; one
//! source for a name; every requirement met, the user's and those of the packs themselves; the lockfile's version
//! where it still serves ([`Preference`]); else the highest. Yanked versions serve only where the lockfile names them.
//!
//! A pack that the user gave as a file is the pack of that name, for the dependencies of others too: this is how an
//! author tries a new base under published packs. What it depends on itself is looked up in the default registry.
//! What a pack of a registry depends on is looked up in that registry, unless the dependency says where.
//!
//! No component of a registry is read here: the index has the manifests. Versions are chosen by PubGrub ([`solver`])
//! among those that the index lists ([`shelf`]); where none fit, its refutation is told in sentences ([`explanation`]).

mod demand;
mod error;
mod explanation;
mod info;
mod local;
mod oci;
mod preference;
#[cfg(test)]
mod properties;
mod recall;
mod shelf;
mod solver;
#[cfg(test)]
mod tests;
mod versions;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use semver::{Version, VersionReq};

pub use demand::{Demand, Requirer};
pub use error::{Disputed, ResolveError};
pub use info::{Info, Place, info};
pub use local::read_pack;
pub use preference::{Locked, Preference};
pub use recall::{Pin, PinPlace, recall, versions_in};

use self::demand::Demands;
use self::local::LocalPack;
use self::shelf::MAX_PACKS;
use self::solver::{Choice, Chosen};
use super::source::difference;
use super::{BlobId, OciReference, PackSpec, Registries, RegistryError, Source, Spec, fetch};
use crate::model::{Digest, Manifest, Name, PackId, Report};

/// `[answers.shared]` in `scaffold.toml` holds what goes to every pack that asks, so no use of a pack is called so.
const RESERVED: &str = "shared";

/// How a component that carries no manifest is asked for it: the host runs its `describe`. The host is no business of
/// this room, so the caller brings it.
pub type Describe<'a> = dyn FnMut(&Path, &[u8]) -> Result<Manifest, Report> + 'a;

/// Where a resolved pack comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A registry.
    Registry {
        /// Its name in the configuration; none for the default one.
        name: Option<Name>,
        /// Its stable id.
        id: String,
        /// The address of the copy that answered.
        url: String,
        /// The artifact that it is, in a registry of containers.
        artifact: Option<OciReference>,
    },
    /// A file, as the user named it.
    Path(PathBuf),
}

/// One use of a pack, resolved to exact bytes.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The name of this use.
    pub instance: Name,
    /// The pack's manifest.
    pub manifest: Arc<Manifest>,
    /// The version of `scaffold:pack` that it was built for.
    pub contract: Version,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
    /// The component's digest.
    pub digest: Digest,
    /// The component's size in bytes.
    pub size: u64,
    /// The key that signed it; none where nobody did.
    pub signer: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether the user asked for it; false where another pack did.
    pub requested: bool,
    /// A path pack's bytes, read once, so that what runs is what was resolved.
    bytes: Option<Arc<[u8]>>,
}

impl Resolved {
    /// The pack and its version.
    pub fn pack(&self) -> PackId {
        self.manifest.id()
    }

    /// Another use of the same pack, which nobody asked for.
    #[must_use]
    pub fn implied(self, instance: Name) -> Self {
        Self { instance, requested: false, ..self }
    }

    /// The component that it is.
    pub fn blob(&self) -> BlobId {
        BlobId { pack: self.pack(), digest: self.digest, size: Some(self.size) }
    }

    /// Whether its component has to be fetched from elsewhere; `registries` are those that it was resolved with.
    pub fn is_remote(&self, registries: &Registries<'_>) -> bool {
        self.bytes.is_none() && self.source(registries).is_ok_and(Source::is_remote)
    }

    /// The component's bytes; `registries` are those that it was resolved with.
    ///
    /// # Errors
    /// A blob that can't be read, or is not the one that the index described.
    pub fn fetch<'a>(&'a self, registries: &'a Registries<'_>) -> Result<Cow<'a, [u8]>, RegistryError> {
        if let Some(bytes) = &self.bytes {
            return Ok(Cow::Borrowed(bytes));
        }
        let bytes = fetch(self.source(registries)?, &self.blob())?;
        self.check(&bytes, registries)?;
        Ok(bytes)
    }

    /// Whether a registry's word has to be taken for what its component carries, until [`Resolved::check`] has seen it.
    pub fn needs_check(&self, registries: &Registries<'_>) -> bool {
        self.bytes.is_none() && self.source(registries).is_ok_and(|source| !source.is_verified())
    }

    /// The component carries the manifest that the index showed, and what it showed beside that. `bytes` are those of its
    /// digest.
    ///
    /// # Errors
    /// A component that carries another one.
    pub fn check(&self, bytes: &[u8], registries: &Registries<'_>) -> Result<(), RegistryError> {
        let source = self.source(registries)?;
        let is_described = || source.oci().is_some_and(|oci| oci.is_described(&self.digest, &self.manifest));
        if !self.needs_check(registries) {
            return Ok(());
        }
        let said = (&*self.manifest, &self.contract, self.imports.as_slice());
        let what = match difference(bytes, said, is_described) {
            Ok(None) => return Ok(()),
            Ok(Some(what)) => what,
            Err(_) => "manifest",
        };
        source.forget(&self.manifest.name);
        Err(RegistryError::Differs { registry: source.url().to_owned(), pack: self.pack(), what })
    }

    /// The digest of all that the index says of the component.
    pub fn description_digest(&self) -> Digest {
        let said = [self.manifest.digest().hex(), self.contract.to_string(), self.imports.join("\n")];
        Digest::of(said.join("\n").as_bytes())
    }

    fn source<'a>(&self, registries: &'a Registries<'_>) -> Result<&'a dyn Source, RegistryError> {
        match &self.origin {
            Origin::Registry { name, .. } => registries.get(name.as_ref()),
            Origin::Path(_) => registries.get(None),
        }
    }
}

/// Chooses a version of everything in `wanted` and of all that it depends on, sorted by instance.
///
/// Names are looked up in `registries`; `preference` says what is preferred to the highest versions. Paths in `wanted`
/// must be such that this process can open them.
///
/// # Errors
/// Everything that [`ResolveError`] lists.
pub fn resolve(
    wanted: &[Spec],
    registries: &Registries<'_>,
    preference: &Preference,
    describe: &mut Describe<'_>,
) -> Result<Vec<Resolved>, ResolveError> {
    // Several uses of one pack are as many packs to run.
    if wanted.len() > MAX_PACKS {
        return Err(ResolveError::TooManyPacks { limit: MAX_PACKS });
    }
    let mut request = Request::default();
    for spec in wanted {
        request.add(spec, registries, describe)?;
    }
    // The order in which the user names packs decides nothing, not even what is told first.
    for demands in request.demands.values_mut() {
        demands.sort_by_cached_key(|demand| (demand.registry.clone(), demand.requirement.to_string()));
    }
    request.check_sources(registries)?;
    let solve = || solver::solve(&request.demands, &request.locals, registries, preference);
    // What is missing may have been published since the copies were made.
    let chosen = match solve() {
        Err(error) if !matches!(error, ResolveError::Registry(_)) && registries.refresh() => solve()?,
        done => done?,
    };
    request.seat(&chosen, registries)
}

/// What the user asked for, sorted out.
#[derive(Default)]
struct Request {
    /// Uses, and the packs that they use.
    seats: BTreeMap<Name, Name>,
    /// The user's requirements.
    demands: Demands,
    /// Packs that are files.
    locals: BTreeMap<Name, LocalPack>,
}

impl Request {
    fn add(
        &mut self,
        spec: &Spec,
        registries: &Registries<'_>,
        describe: &mut Describe<'_>,
    ) -> Result<(), ResolveError> {
        let pack = match &spec.pack {
            PackSpec::Named { registry, name, requirement } => {
                let requirement = requirement.clone().unwrap_or(VersionReq::STAR);
                let demand = Demand { requirement, requirer: Requirer::Project, registry: registry.clone() };
                self.demands.entry(name.clone()).or_default().push(demand);
                name.clone()
            }
            PackSpec::Path(path) => self.add_local(local::read(path, registries, describe)?)?,
            PackSpec::Oci(reference) => {
                let demand = oci::demand(reference, registries)?;
                self.demands.entry(reference.name.clone()).or_default().push(demand);
                reference.name.clone()
            }
        };
        let instance = spec.instance.clone().unwrap_or_else(|| pack.clone());
        self.sit(instance, pack)
    }

    fn add_local(&mut self, local: LocalPack) -> Result<Name, ResolveError> {
        let name = local.manifest.name.clone();
        let place = |local: &LocalPack| format!("`{}`", local.path.display());
        match self.locals.get(&name) {
            Some(other) if other.digest != local.digest => {
                Err(ResolveError::TwoSources { name, first: place(other), second: place(&local) })
            }
            Some(_) => Ok(name),
            None => {
                self.locals.insert(name.clone(), local);
                Ok(name)
            }
        }
    }

    fn sit(&mut self, instance: Name, pack: Name) -> Result<(), ResolveError> {
        let quoted = |name: &Name| format!("`{name}`");
        if instance.as_str() == RESERVED {
            return Err(ResolveError::ReservedInstance { instance });
        }
        if let Some(other) = self.seats.get(&instance) {
            let (first, second) = (quoted(other), quoted(&pack));
            return Err(ResolveError::InstanceTwice { instance, first, second });
        }
        self.seats.insert(instance, pack);
        Ok(())
    }

    /// No name that the user gave as a file was also asked of a registry, and none of two registries.
    fn check_sources(&self, registries: &Registries<'_>) -> Result<(), ResolveError> {
        for (name, demands) in &self.demands {
            demand::check_source(name, demands, registries)?;
            let (Some(local), Some(demand)) = (self.locals.get(name), demands.first()) else { continue };
            return Err(ResolveError::TwoSources {
                name: name.clone(),
                first: format!("`{}`", local.path.display()),
                second: demand::place(demand, registries)?,
            });
        }
        Ok(())
    }

    /// Gives packs that nobody named a seat of their own, and makes the result.
    fn seat(mut self, chosen: &Chosen, registries: &Registries<'_>) -> Result<Vec<Resolved>, ResolveError> {
        let requested: Vec<_> = self.seats.keys().cloned().collect();
        for name in chosen.keys() {
            if !self.seats.values().any(|pack| pack == name) {
                self.sit(name.clone(), name.clone())?;
            }
        }
        let manifests: BTreeMap<_, _> =
            chosen.iter().map(|(name, choice)| (name, Arc::new(choice.line.manifest.clone()))).collect();
        let resolved = self.seats.iter().filter_map(|(instance, pack)| {
            let resolved = match (self.locals.get(pack), chosen.get(pack), manifests.get(pack)) {
                (Some(local), ..) => Ok(from_local(instance, local)),
                (None, Some(choice), Some(manifest)) => from_choice(instance, choice, Arc::clone(manifest), registries),
                _ => return None,
            };
            Some(resolved.map(|resolved| Resolved { requested: requested.contains(instance), ..resolved }))
        });
        resolved.collect()
    }
}

fn from_local(instance: &Name, local: &LocalPack) -> Resolved {
    Resolved {
        instance: instance.clone(),
        manifest: Arc::clone(&local.manifest),
        contract: local.inspection.contract.clone(),
        imports: local.inspection.imports.iter().map(ToString::to_string).collect(),
        digest: local.digest,
        size: local.bytes.len() as u64,
        signer: None,
        origin: Origin::Path(local.path.clone()),
        requested: true,
        bytes: Some(Arc::clone(&local.bytes)),
    }
}

fn from_choice(
    instance: &Name,
    choice: &Choice,
    manifest: Arc<Manifest>,
    registries: &Registries<'_>,
) -> Result<Resolved, ResolveError> {
    let Choice { registry, line } = choice;
    let source = registries.get(registry.as_ref())?;
    Ok(Resolved {
        instance: instance.clone(),
        manifest,
        contract: line.contract.clone(),
        imports: line.imports.clone(),
        digest: line.digest,
        size: line.size,
        signer: registries.judge(registry.as_ref(), line)?,
        origin: Origin::Registry {
            name: registry.clone(),
            id: source.id().to_owned(),
            url: source.url().to_owned(),
            artifact: source.oci().and_then(|oci| oci.reference(line)),
        },
        requested: true,
        bytes: None,
    })
}
