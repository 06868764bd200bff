//! The packs whose components are on this machine.
//!
//! Nothing is written down about them: a component carries its manifest, so the store's folder is the list.

use crate::component;
use crate::model::{Digest, Manifest};
use crate::store::{Cache, StoreError};

/// A pack on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its manifest.
    pub manifest: Manifest,
    /// The digest of its component.
    pub digest: Digest,
    /// The component's size in bytes.
    pub size: u64,
}

/// The packs in the store, by name and version. Components without a manifest are nobody's to name.
///
/// # Errors
/// A store that can't be read.
pub fn kept(cache: &Cache) -> Result<Vec<Kept>, StoreError> {
    let blobs = cache.blobs();
    let mut all = Vec::new();
    for digest in blobs.list()? {
        let Some(bytes) = blobs.get(&digest)? else { continue };
        let manifest = component::inspect(&bytes).ok().and_then(|inspection| inspection.manifest);
        all.extend(manifest.map(|manifest| Kept { manifest, digest, size: bytes.len() as u64 }));
    }
    all.sort_by(|a, b| (&a.manifest.name, &a.manifest.version).cmp(&(&b.manifest.name, &b.manifest.version)));
    Ok(all)
}
