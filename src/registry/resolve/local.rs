//! Packs that are files: what an author tries before publishing.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Describe, ResolveError};
use crate::component::{self, ComponentError, Inspection};
use crate::model::{Digest, Manifest};
use crate::registry::{MAX_BLOB, Registries};

/// A pack that was read from a file.
pub(super) struct LocalPack {
    pub(super) path: PathBuf,
    pub(super) bytes: Arc<[u8]>,
    pub(super) digest: Digest,
    pub(super) manifest: Arc<Manifest>,
    pub(super) inspection: Inspection,
}

/// Reads the pack at `path`, or that which the folder there makes, and asks `describe` for a manifest that it does not
/// carry.
pub(super) fn read(
    path: &Path,
    registries: &Registries<'_>,
    describe: &mut Describe<'_>,
) -> Result<LocalPack, ResolveError> {
    let source = if path.is_dir() { registries.pack_of_folder(path) } else { None };
    let bytes = match source {
        Some(made) => {
            made.map_err(|report| ResolveError::Describe { path: path.to_owned(), report: Box::new(report) })?
        }
        None => read_pack(path)?,
    };
    examine(path, bytes, describe)
}

/// What the bytes of the pack at `path` are.
pub(super) fn examine(path: &Path, bytes: Vec<u8>, describe: &mut Describe<'_>) -> Result<LocalPack, ResolveError> {
    let component = |error| ResolveError::Component { path: path.to_owned(), error };
    let mut inspection = component::inspect(&bytes).map_err(component)?;
    let manifest = match inspection.manifest.take() {
        Some(manifest) => manifest,
        None => describe(path, &bytes)
            .map_err(|report| ResolveError::Describe { path: path.to_owned(), report: Box::new(report) })?,
    };
    Ok(LocalPack {
        path: path.to_owned(),
        digest: Digest::of(&bytes),
        bytes: bytes.into(),
        manifest: Arc::new(manifest),
        inspection,
    })
}

/// The bytes of the component at `path`, whatever they are.
///
/// # Errors
/// A file that can't be read or is too large, and a folder.
pub fn read_pack(path: &Path) -> Result<Vec<u8>, ResolveError> {
    let unreadable = |error| ResolveError::Unreadable { path: path.to_owned(), error };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(ResolveError::IsFolder { path: path.to_owned() });
    }
    // A pipe or a device might never end, or never begin.
    if !metadata.is_file() {
        return Err(unreadable(std::io::Error::other("it is not a file")));
    }
    let limit = usize::try_from(MAX_BLOB).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_BLOB + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() > limit {
        // A pipe or a device has no end to count to; a file's size is the honest number.
        let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX).max(bytes.len());
        let error = ComponentError::TooLarge { size, limit };
        return Err(ResolveError::Component { path: path.to_owned(), error });
    }
    Ok(bytes)
}
