//! Where packs come from, behind one trait.
//!
//! A source only hands over what it holds. What it hands over is checked in one place, [`fetch`], so that no new kind
//! of registry can forget to.

use std::borrow::Cow;

use semver::Version;

use super::{Catalog, CatalogEntry, IndexLine, Mismatch, Oci, RegistryError};
use crate::component::{self, ComponentError};
use crate::model::{Digest, Manifest, Name, PackId};

/// The most bytes that a component may have: the bound for reading one whose size no index said.
pub const MAX_BLOB: u64 = 64 << 20;

/// A registry.
pub trait Source: Send + Sync {
    /// The registry's stable name, a URI, the same on every mirror. Lockfiles hold it.
    fn id(&self) -> &str;

    /// Where this copy of it is, for messages.
    fn url(&self) -> &str;

    /// What it holds.
    ///
    /// # Errors
    /// A catalogue that can't be read.
    fn catalog(&self) -> Result<Catalog, RegistryError>;

    /// The packs in whose entries of the catalogue all words stand: see [`Catalog::search`].
    ///
    /// # Errors
    /// A catalogue that can't be read.
    fn search(&self, words: &[String]) -> Result<Vec<CatalogEntry>, RegistryError> {
        Ok(self.catalog()?.search(words))
    }

    /// The versions of a pack, ascending, yanked ones too; none at all when it has no such pack. Reads that pack's
    /// index file and nothing else.
    ///
    /// # Errors
    /// An index file that can't be read.
    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError>;

    /// The versions of several packs, in the order of the names; asked for at once where waiting is what takes time.
    fn versions_of(&self, names: &[Name]) -> Vec<Result<Vec<IndexLine>, RegistryError>> {
        names.iter().map(|name| self.versions(name)).collect()
    }

    /// Asks anew from now on, wherever answers came from copies that may be out of date. False when none did: then
    /// asking again gives the same answers.
    fn refresh(&self) -> bool {
        false
    }

    /// A component's bytes, unchecked: use [`fetch`].
    ///
    /// # Errors
    /// A blob that is not there or can't be read, or is larger than its size allows.
    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError>;

    /// Forgets what it keeps of a pack's index, which turned out to contradict the pack itself.
    fn forget(&self, _: &Name) {}

    /// Whether it is on another machine, so that reading it takes time.
    fn is_remote(&self) -> bool {
        false
    }

    /// Whether its packs need a signature, because others than this user could change them.
    fn needs_signatures(&self) -> bool {
        false
    }

    /// The registry of containers that it is, for what only those have: single artifacts.
    fn oci(&self) -> Option<&Oci<'_>> {
        None
    }

    /// Whether blobs were checked already, when this program was built.
    fn is_verified(&self) -> bool {
        false
    }
}

/// Which component is wanted, and what it must be. An index line gives one, and so does an entry of a lockfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobId {
    /// The pack and version that it is.
    pub pack: PackId,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes; none where only a lockfile is at hand.
    pub size: Option<u64>,
}

impl BlobId {
    /// The most bytes that may be read in its name.
    pub fn limit(&self) -> u64 {
        self.size.map_or(MAX_BLOB, |size| size.min(MAX_BLOB))
    }
}

/// A component's bytes, with the size and digest that `blob` says.
///
/// The embedded registry's blobs are not hashed again: they are a part of this program, and its build checked them.
///
/// # Errors
/// A blob that can't be read, or is not the one that was asked for.
pub fn fetch<'a>(source: &'a dyn Source, blob: &BlobId) -> Result<Cow<'a, [u8]>, RegistryError> {
    let bytes = source.blob(blob)?;
    if source.is_verified() {
        return Ok(bytes);
    }
    let (registry, pack) = (source.url().to_owned(), blob.pack.clone());
    let found = bytes.len() as u64;
    if let Some(expected) = blob.size.filter(|expected| *expected != found) {
        return Err(RegistryError::BlobSize { registry, pack, expected, found });
    }
    let found = Digest::of(&bytes);
    if found != blob.digest {
        let digests = Box::new(Mismatch { expected: blob.digest, found });
        return Err(RegistryError::BlobDigest { registry, pack, digests });
    }
    Ok(bytes)
}

/// What a component carries that is not what an index says of it; none where all is the same.
///
/// The index showed a manifest, and the user answered its questions. Were the component another pack under the same
/// name, the answers would go to the wrong one. And it showed imports, by which a pack is asked about that wants more than
/// before. The order of questions counts. A component that `may_lack_manifest` is described elsewhere.
///
/// # Errors
/// A component that can't be read.
pub(super) fn difference(
    bytes: &[u8],
    (manifest, contract, imports): (&Manifest, &Version, &[String]),
    may_lack_manifest: impl FnOnce() -> bool,
) -> Result<Option<&'static str>, ComponentError> {
    let inspection = component::inspect(bytes)?;
    let written = |manifest: &Manifest| serde_json::to_vec(manifest).ok();
    let carries = inspection
        .manifest
        .as_ref()
        .is_some_and(|carried| written(carried).is_some_and(|carried| Some(carried) == written(manifest)));
    Ok(if !carries && !may_lack_manifest() {
        Some("manifest")
    } else if inspection.contract != *contract {
        Some("contract")
    } else if inspection.imports.iter().map(ToString::to_string).ne(imports.iter().cloned()) {
        Some("list of imports")
    } else {
        None
    })
}
