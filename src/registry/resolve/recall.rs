//! Packs as a lockfile pinned them: nothing is chosen, everything is looked up by its digest.
//!
//! A lockfile names exact bytes, so a run from the lock alone needs no resolving, and a newer version or another file
//! at a path pack's place changes nothing about it.

use std::path::PathBuf;
use std::sync::Arc;

use super::local::{self, LocalPack};
use super::{Describe, Locked, ResolveError, Resolved, from_line, from_local, search};
use crate::model::{Digest, Name, PackId};
use crate::registry::Source;

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
    /// The registry of this stable id.
    Registry(String),
    /// A file; absolute.
    Path(PathBuf),
}

/// Looks a pinned pack up. `kept` gives the components that this machine keeps.
///
/// # Errors
/// A registry that is not the pin's, or does not have it any more; a path pack whose bytes are nowhere to be found.
pub fn recall(
    pin: &Pin,
    source: &dyn Source,
    kept: &dyn Fn(&Digest) -> Option<Vec<u8>>,
    describe: &mut Describe<'_>,
) -> Result<Resolved, ResolveError> {
    match &pin.place {
        PinPlace::Registry(id) if id == source.id() => {
            let lines: Vec<_> = source.versions(&pin.pack.name)?.into_iter().map(Arc::new).collect();
            let locked = Locked { version: pin.pack.version.clone(), digest: pin.digest };
            let line = search::pinned(source, &pin.pack.name, &locked, &lines)?;
            Ok(from_line(&pin.instance, &line, Arc::new(line.manifest.clone()), source))
        }
        PinPlace::Registry(id) => Err(ResolveError::OtherRegistry {
            pack: pin.pack.clone(),
            locked: id.clone(),
            here: source.url().to_owned(),
        }),
        PinPlace::Path(path) => {
            let local = match kept(&pin.digest) {
                Some(bytes) => local::examine(path, bytes, describe)?,
                None => local::read(path, describe)?,
            };
            let LocalPack { digest, .. } = &local;
            if *digest != pin.digest {
                return Err(ResolveError::PinnedGone { pack: pin.pack.clone(), path: path.clone() });
            }
            Ok(from_local(&pin.instance, &local))
        }
    }
}
