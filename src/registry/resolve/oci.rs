//! Packs that are named by a repository of a registry of containers.

use super::{Demand, Requirer, ResolveError};
use crate::registry::{OciReference, Registries};

/// What a reference asks for. One to a single artifact has the registry serve that one alone.
pub(super) fn demand(reference: &OciReference, registries: &Registries<'_>) -> Result<Demand, ResolveError> {
    let registry = registries.at(&reference.registry)?;
    let requirement = match registries.get(registry.as_ref())?.oci() {
        Some(oci) => oci.pin(reference)?,
        None => reference.requirement().unwrap_or_default(),
    };
    Ok(Demand { requirement, requirer: Requirer::Project, registry })
}
