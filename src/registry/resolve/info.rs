//! What there is to know about a pack without composing it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use semver::{Version, VersionReq};

use super::shelf::Shelf;
use super::solver::suggest;
use super::{Demand, Describe, Preference, Requirer, ResolveError, explanation, local, oci};
use crate::model::{Digest, Manifest, Name};
use crate::registry::{IndexLine, OciReference, PackSpec, Registries, Spec};

/// What there is to know about a pack.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its manifest.
    pub manifest: Manifest,
    /// The version of `scaffold:pack` that it was built for.
    pub contract: Version,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
    /// The component's digest.
    pub digest: Digest,
    /// The component's size in bytes.
    pub size: u64,
    /// The key that the index names as the signer's; nobody has judged it here.
    pub signer: Option<String>,
    /// Where it is.
    pub place: Place,
}

/// Where a pack is.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a registry.
    Registry {
        /// The registry's name in the configuration; none for the default one.
        name: Option<Name>,
        /// Its address.
        url: String,
        /// The artifact that it is, in a registry of containers.
        artifact: Option<OciReference>,
        /// When it was published.
        published: String,
        /// Whether its publisher took it back.
        yanked: bool,
        /// All versions, ascending; whether they are yanked.
        versions: Vec<(Version, bool)>,
    },
    /// A file.
    File(PathBuf),
}

/// Looks a pack up: of those versions that fit the newest, and a yanked one only where nothing else does.
///
/// # Errors
/// A pack that is not there, or has no such version; a file that is no pack.
pub fn info(spec: &Spec, registries: &Registries<'_>, describe: &mut Describe<'_>) -> Result<Info, ResolveError> {
    match &spec.pack {
        PackSpec::Named { registry, name, requirement } => {
            let requirement = requirement.clone().unwrap_or(VersionReq::STAR);
            in_registry(registry.as_ref(), name, requirement, registries)
        }
        PackSpec::Path(path) => {
            let local = local::read(path, registries, describe)?;
            Ok(Info {
                manifest: (*local.manifest).clone(),
                contract: local.inspection.contract.clone(),
                imports: local.inspection.imports.iter().map(ToString::to_string).collect(),
                digest: local.digest,
                size: local.bytes.len() as u64,
                signer: None,
                place: Place::File(local.path),
            })
        }
        PackSpec::Oci(reference) => {
            let Demand { requirement, registry, .. } = oci::demand(reference, registries)?;
            in_registry(registry.as_ref(), &reference.name, requirement, registries)
        }
    }
}

fn in_registry(
    registry: Option<&Name>,
    name: &Name,
    requirement: VersionReq,
    registries: &Registries<'_>,
) -> Result<Info, ResolveError> {
    let source = registries.get(registry)?;
    let newest = || {
        let lines = source.versions(name)?;
        let fitting = lines.iter().filter(|line| requirement.matches(&line.version));
        let newest = fitting.max_by_key(|line| (!line.yanked, &line.version)).cloned();
        Ok::<_, ResolveError>((lines, newest))
    };
    let (mut lines, mut found) = newest()?;
    if found.is_none() && source.refresh() {
        (lines, found) = newest()?;
    }
    let Some(line) = found else {
        let demand = Demand { requirement, requirer: Requirer::Project, registry: registry.cloned() };
        return Err(nothing_fits(name, demand, registries));
    };
    let place = Place::Registry {
        name: registry.cloned(),
        url: source.url().to_owned(),
        artifact: source.oci().and_then(|oci| oci.reference(&line)),
        published: line.published.clone(),
        yanked: line.yanked,
        versions: lines.iter().map(|line| (line.version.clone(), line.yanked)).collect(),
    };
    let IndexLine { manifest, contract, imports, digest, size, signer, .. } = line;
    Ok(Info { manifest, contract, imports, digest, size, signer, place })
}

/// Why there is no such version.
fn nothing_fits(name: &Name, demand: Demand, registries: &Registries<'_>) -> ResolveError {
    let (preference, files, wanted) = (Preference::default(), BTreeMap::new(), BTreeMap::new());
    let mut shelf = Shelf::new(registries, &preference, &files, &wanted);
    match shelf.read(&[(name.clone(), demand.clone())]) {
        Ok(()) => suggest(explanation::nothing_serves(name, demand, &shelf), registries),
        Err(error) => error,
    }
}
