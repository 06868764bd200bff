//! Who may say what a pack is.
//!
//! A publisher signs a [statement](statement::text) about each version: its name, its number, the digest and size of
//! its component and the digest of its manifest. So a mirror, or whoever breaks into one, can't serve one pack as
//! another, an old file as a new version, or other dependencies. The key stands beside the signature in the index, which
//! says nothing by itself: what counts is that it is the key that this user has seen, or named, for the pack before.
//!
//! Which key that is stands in `trust.toml`, by the registry's address, and is written there at first use. Packs without
//! a signature are taken from folders and from this machine; from elsewhere only after an explicit yes, at the terminal or
//! by an option, which is remembered for the registry. What is a part of this program needs no vouching.

mod error;
mod keys;
mod pins;
mod statement;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

pub use error::TrustError;
pub use keys::{Key, KeyEntry, Keys};
pub(super) use statement::signer as check_signature;
pub use statement::text as statement;

use self::pins::Pins;
use super::{IndexLine, Listener, Source};
use crate::model::PackId;

/// The name of the file that says whom to trust.
pub const TRUST_FILE: &str = "trust.toml";

/// What happens to packs from elsewhere that nobody signed, where nothing is remembered of their registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// They are refused.
    Refuse,
    /// Whoever listens is asked.
    Ask,
    /// They are taken: the user said so.
    Take,
}

/// Whom this user trusts.
#[derive(Debug)]
pub struct Trust {
    file: PathBuf,
    unsigned: Unsigned,
    pins: Mutex<Option<Pins>>,
}

impl Trust {
    /// What stands in `file`, which is read when the first pack is judged.
    pub fn new(file: PathBuf, unsigned: Unsigned) -> Self {
        Self { file, unsigned, pins: Mutex::new(None) }
    }

    /// Judges a version, and gives the key that signed it.
    ///
    /// # Errors
    /// A signature that does not fit, or none where there should be one; a key that is not the one that is known.
    pub(super) fn judge(
        &self,
        source: &dyn Source,
        line: &IndexLine,
        listener: &dyn Listener,
    ) -> Result<Option<String>, TrustError> {
        if source.is_verified() {
            return Ok(line.signer.clone());
        }
        let registry = source.url();
        let signer = statement::signer(registry, line)?;
        // What a panic on another thread left behind is as good as ever: every change ends in one assignment.
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        let pins = match &mut *pins {
            Some(pins) => pins,
            none => none.insert(Pins::read(&self.file)?),
        };
        let (pack, registry) = (line.id(), registry.to_owned());
        let known = pins.keys(&registry, &line.name);
        match &signer {
            Some(found) if known.contains(found) => {}
            Some(found) if known.is_empty() => pins.pin(&registry, &line.name, found)?,
            Some(found) => {
                let (found, file) = (found.clone(), self.file.clone());
                return Err(TrustError::SignerChanged { registry, pack, known, found, file });
            }
            None if !known.is_empty() => return Err(TrustError::SignatureGone { registry, pack, known }),
            None if !source.needs_signatures() || pins.allows_unsigned(&registry) => {}
            None if self.takes(&registry, &pack, listener) => pins.allow_unsigned(&registry)?,
            None => return Err(TrustError::Unsigned { registry, pack }),
        }
        Ok(signer)
    }

    /// Whether a pack that nobody signed is taken, and those of its registry from now on.
    fn takes(&self, registry: &str, pack: &PackId, listener: &dyn Listener) -> bool {
        match self.unsigned {
            Unsigned::Refuse => false,
            Unsigned::Ask => listener.takes_unsigned(registry, pack),
            Unsigned::Take => true,
        }
    }
}
