//! Packs as a lockfile pinned them: nothing is chosen, everything is looked up by its digest.
//!
//! A lockfile names exact bytes, so a run from the lock alone needs no resolving, and a newer version or another file
//! at a path pack's place changes nothing about it.

use std::path::PathBuf;
use std::sync::Arc;

use super::demand::pinned;
use super::local;
use super::solver::Choice;
use super::{Describe, Locked, Origin, ResolveError, Resolved, from_choice, from_local, oci};
use crate::model::{Digest, Name, PackId};
use crate::registry::{IndexLine, OciReference, Registries, RegistryError};

/// One use of a pack in a lockfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The name of this use.
    pub instance: Name,
    /// The pack and its version.
    pub pack: PackId,
    /// The digest of its component.
    pub digest: Digest,
    /// Where it came from.
    pub place: PinPlace,
}

/// Where a pinned pack came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinPlace {
    /// A registry.
    Registry {
        /// Its stable id.
        id: String,
        /// The address of the copy that answered, where it was not the default registry.
        url: Option<String>,
    },
    /// An artifact in a registry of containers.
    Oci(OciReference),
    /// A file; absolute.
    Path(PathBuf),
}

/// Looks a pinned pack up. `kept` gives the components that this machine keeps.
///
/// # Errors
/// A registry that is not among these or does not have it any more; a path pack whose bytes are nowhere to be found.
pub fn recall(
    pin: &Pin,
    registries: &Registries<'_>,
    kept: &dyn Fn(&Digest) -> Option<Vec<u8>>,
    describe: &mut Describe<'_>,
) -> Result<Resolved, ResolveError> {
    match &pin.place {
        PinPlace::Registry { id, url } => match registry_of(id, registries) {
            Some(registry) => of_registry(pin, registry, registries),
            // Its bytes will do as well, if this machine has them.
            None => {
                let pack = pin.pack.clone();
                let bytes =
                    kept(&pin.digest).ok_or_else(|| ResolveError::OtherRegistry { pack, locked: id.clone() })?;
                let url = url.as_ref().unwrap_or(id).clone();
                let origin = Origin::Registry { name: None, id: id.clone(), url, artifact: None };
                from_kept(pin, bytes, origin, describe)
            }
        },
        PinPlace::Oci(reference) => {
            let registry = registries.at(&reference.registry)?;
            match kept(&pin.digest) {
                Some(bytes) => {
                    let address = reference.registry.to_string();
                    let artifact = Some(reference.clone());
                    let origin = Origin::Registry { name: registry, id: address.clone(), url: address, artifact };
                    from_kept(pin, bytes, origin, describe)
                }
                None => {
                    oci::demand(reference, registries)?;
                    of_registry(pin, registry.as_ref(), registries)
                }
            }
        }
        PinPlace::Path(path) => {
            let local = match kept(&pin.digest) {
                Some(bytes) => local::examine(path, bytes, describe)?,
                None => local::read(path, registries, describe)?,
            };
            if local.digest != pin.digest {
                return Err(ResolveError::PinnedGone { pack: pin.pack.clone(), path: path.clone() });
            }
            Ok(from_local(&pin.instance, &local))
        }
    }
}

/// The pack of a registry that is not asked, from the bytes that this machine keeps.
fn from_kept(pin: &Pin, bytes: Vec<u8>, origin: Origin, describe: &mut Describe<'_>) -> Result<Resolved, ResolveError> {
    let local = local::examine(&PathBuf::from(pin.pack.name.as_str()), bytes, describe)?;
    Ok(Resolved { origin, ..from_local(&pin.instance, &local) })
}

/// The versions of a pack in the registry with this id, ascending. None where that registry is not among these.
///
/// # Errors
/// An index that can't be read.
pub fn versions_in(id: &str, pack: &Name, registries: &Registries<'_>) -> Result<Vec<IndexLine>, RegistryError> {
    match registry_of(id, registries) {
        Some(registry) => registries.get(registry)?.versions(pack),
        None => Ok(Vec::new()),
    }
}

/// The name of the registry with this id: the default one, which has none, or one of the others. Those that are open
/// anyway are looked at first, for opening another one may be a request.
fn registry_of<'r>(id: &str, registries: &'r Registries<'_>) -> Option<Option<&'r Name>> {
    let open = registries.find(id);
    open.or_else(|| registries.names().find(|name| registries.get(*name).is_ok_and(|source| source.id() == id)))
}

fn of_registry(pin: &Pin, registry: Option<&Name>, registries: &Registries<'_>) -> Result<Resolved, ResolveError> {
    let source = registries.get(registry)?;
    let lines: Vec<_> = source.versions(&pin.pack.name)?.into_iter().map(Arc::new).collect();
    let locked = Locked { version: pin.pack.version.clone(), digest: pin.digest, registry: None };
    let line = pinned(source.url(), &pin.pack.name, &locked, &lines)?;
    let manifest = Arc::new(line.manifest.clone());
    from_choice(&pin.instance, &Choice { registry: registry.cloned(), line }, manifest, registries)
}
