//! An index only grows: what a version once was, it stays, and it stays there.
//!
//! A server that is made to show an older state could keep a fix from its users, and one that changes a version's digest
//! serves something else under a name that people trust already.

use super::{IndexLine, Mismatch, RegistryError};
use crate::model::{Name, PackId};

/// Compares an index with the copy of it that was kept.
pub(super) fn check(
    registry: &str,
    name: &Name,
    before: &[IndexLine],
    after: &[IndexLine],
) -> Result<(), RegistryError> {
    for old in before {
        let pack = PackId { name: name.clone(), version: old.version.clone() };
        let registry = registry.to_owned();
        match after.iter().find(|line| line.version == old.version) {
            None => return Err(RegistryError::VersionGone { registry, pack }),
            Some(line) if line.digest != old.digest => {
                let digests = Box::new(Mismatch { expected: old.digest, found: line.digest });
                return Err(RegistryError::VersionChanged { registry, pack, digests });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fixture::line;
    use super::*;
    use crate::model::Digest;

    #[test]
    fn an_index_may_grow_and_yank() {
        let name = "orders".parse().unwrap();
        let check = |before: &[IndexLine], after: &[IndexLine]| check("here", &name, before, after);
        let [old, new] = ["1.0.0", "2.0.0"].map(|version| line("orders", version));
        let yanked = IndexLine { yanked: true, ..old.clone() };
        let changed = IndexLine { digest: Digest::of(b"other"), ..old.clone() };
        let both = [old.clone(), new.clone()];
        assert!(check(&[], &both).is_ok());
        assert!(check(&both[..1], &both).is_ok());
        assert!(check(&both, &[yanked, new.clone()]).is_ok());
        assert!(matches!(check(&both, &both[..1]), Err(RegistryError::VersionGone { pack, .. }) if pack == new.id()));
        assert!(
            matches!(check(&both, &[changed, new]), Err(RegistryError::VersionChanged { pack, .. }) if pack == old.id())
        );
    }
}
