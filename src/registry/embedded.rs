//! The copy of the default registry in this program.
//!
//! `build.rs` puts it there: of each pack of `registry/` the newest version and one predecessor, as static tables. It
//! has the default registry's id and only saves a download; a project made with it works with every other copy.
//! Nothing is read before it is asked for, and looking one pack up parses that pack's lines alone, so that a start of
//! the program costs nothing for what it does not use.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{BlobId, Catalog, IndexLine, RegistryError, Source, parse_index};
use crate::model::Name;

/// What `build.rs` wrote; tables are sorted by their first member.
mod table {
    include!(concat!(env!("OUT_DIR"), "/embedded_registry.rs"));
}

/// The registry in this program, for those who need a place for it.
pub(super) static EMBEDDED: Embedded = Embedded::open();

/// The registry in this program.
#[derive(Clone, Copy, Debug)]
pub struct Embedded(());

impl Embedded {
    /// Opens it, which can't fail: the build checked it.
    pub const fn open() -> Self {
        Self(())
    }

    /// The names of its packs, sorted.
    pub fn names() -> impl Iterator<Item = &'static str> {
        table::INDEX.iter().map(|(name, _)| *name)
    }
}

impl Source for Embedded {
    fn id(&self) -> &str {
        table::ID
    }

    fn url(&self) -> &str {
        table::ID
    }

    fn catalog(&self) -> Result<Catalog, RegistryError> {
        Catalog::parse(self.url(), table::CATALOG.as_bytes())
    }

    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        match find(table::INDEX, name.as_str()) {
            Some(lines) => parse_index(self.url(), name, lines.as_bytes()),
            None => Ok(Vec::new()),
        }
    }

    fn versions_of(&self, names: &[Name]) -> Vec<Result<Vec<IndexLine>, RegistryError>> {
        names.par_iter().map(|name| self.versions(name)).collect()
    }

    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        find(table::BLOBS, &blob.digest.hex()).map(|bytes| Cow::Borrowed(*bytes)).ok_or_else(|| {
            RegistryError::BlobMissing { registry: self.url().to_owned(), pack: blob.pack.clone(), digest: blob.digest }
        })
    }

    fn is_verified(&self) -> bool {
        true
    }
}

fn find<'a, T>(table: &'a [(&str, T)], key: &str) -> Option<&'a T> {
    let at = table.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
    table.get(at).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fetch;
    use super::super::source::difference;
    use super::*;
    use crate::model::Digest;

    #[test]
    fn tables_are_found_by_key() {
        let table = [("a", 1), ("b", 2), ("d", 4)];
        assert_eq!(find(&table, "b"), Some(&2));
        assert_eq!(find(&table, "c"), None);
        assert!(table::INDEX.is_sorted_by(|a, b| a.0 < b.0) && table::BLOBS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn what_the_program_carries_is_what_was_published() {
        let embedded = Embedded::open();
        for entry in embedded.catalog().unwrap().packs {
            let lines = embedded.versions(&entry.name).unwrap();
            assert!(lines.iter().any(|line| line.version == entry.version), "{}", entry.name);
        }
        for name in Embedded::names() {
            let lines = embedded.versions(&name.parse().unwrap()).unwrap();
            assert!((1..=2).contains(&lines.len()), "{name}");
            for line in lines {
                let bytes = fetch(&embedded, &line.blob()).unwrap();
                assert_eq!(Digest::of(&bytes), line.digest, "{name}");
                let said = (&line.manifest, &line.contract, line.imports.as_slice());
                assert!(matches!(difference(&bytes, said, || false), Ok(None)), "{name}");
            }
        }
    }
}
