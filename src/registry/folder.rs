//! A registry in a folder: what a web server would serve, read without one.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::catalog::MAX_CATALOG;
use super::index::MAX_INDEX;
use super::layout::{self, CATALOG, CONFIG, Config, MAX_CONFIG};
use super::{BlobId, Catalog, CatalogEntry, IndexLine, RegistryError, Source, address, parse_index};
use crate::model::Name;
use crate::store;

/// A registry in a folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    url: String,
    config: Config,
}

impl Folder {
    /// Opens the registry in `root`.
    ///
    /// # Errors
    /// A folder without a valid `config.json`.
    pub fn open(root: &Path) -> Result<Self, RegistryError> {
        let url = address::file_url(root);
        let json = read(root, CONFIG, MAX_CONFIG).map_err(|failure| failure.into_error(&url, CONFIG))?;
        let config = Config::parse(&url, &json)?;
        Ok(Self { root: root.to_owned(), url, config })
    }

    /// Its `config.json`.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A pack's index file as it stands; none where there is no such pack.
    pub(super) fn index_file(&self, name: &Name) -> Result<Option<Vec<u8>>, RegistryError> {
        self.read(&layout::index_path(name), MAX_INDEX)
    }

    fn catalog_file(&self) -> Result<Vec<u8>, RegistryError> {
        read(&self.root, CATALOG, MAX_CATALOG).map_err(|failure| failure.into_error(&self.url, CATALOG))
    }

    fn read(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, RegistryError> {
        match read(&self.root, file, limit) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(failure) if failure.is_absence() => Ok(None),
            Err(failure) => Err(failure.into_error(&self.url, file)),
        }
    }
}

impl Source for Folder {
    fn id(&self) -> &str {
        &self.config.id
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn catalog(&self) -> Result<Catalog, RegistryError> {
        Catalog::parse(&self.url, &self.catalog_file()?)
    }

    fn search(&self, words: &[String]) -> Result<Vec<CatalogEntry>, RegistryError> {
        Catalog::search_text(&self.url, &self.catalog_file()?, words)
    }

    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        match self.index_file(name)? {
            Some(bytes) => parse_index(&self.url, name, &bytes),
            None => Ok(Vec::new()),
        }
    }

    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        // One byte more than the index says is enough to see that the size is wrong.
        match self.read(&layout::blob_path(&blob.digest), blob.limit().saturating_add(1))? {
            Some(bytes) => Ok(Cow::Owned(bytes)),
            None => Err(RegistryError::BlobMissing {
                registry: self.url.clone(),
                pack: blob.pack.clone(),
                digest: blob.digest,
            }),
        }
    }
}

/// Why a file could not be read.
enum ReadFailure {
    Io(io::Error),
    TooLarge(u64),
}

impl ReadFailure {
    fn is_absence(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    fn into_error(self, registry: &str, file: &str) -> RegistryError {
        let (registry, file) = (registry.to_owned(), file.to_owned());
        match self {
            Self::Io(error) => RegistryError::Io { registry, file, action: "read", error },
            Self::TooLarge(limit) => RegistryError::TooLarge { registry, file, limit },
        }
    }
}

fn read(root: &Path, file: &str, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    let mut bytes = Vec::new();
    let opened = store::open_plain(&root.join(file)).map_err(ReadFailure::Io)?;
    opened.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(ReadFailure::Io)?;
    if bytes.len() as u64 > limit { Err(ReadFailure::TooLarge(limit)) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::super::fixture::Pack;
    use super::super::{blob_path, fetch};
    use super::*;

    #[test]
    fn only_what_was_published_is_fetched() {
        let registry = super::super::fixture::registry(&[Pack::new("orders", "1.0.0")]);
        let folder = Folder::open(registry.path()).unwrap();
        let line = folder.versions(&"orders".parse().unwrap()).unwrap().remove(0);
        let path = registry.path().join(blob_path(&line.digest));
        let good = fs::read(&path).unwrap();
        assert_eq!(*fetch(&folder, &line.blob()).unwrap(), *good);

        let mut other = good.clone();
        *other.last_mut().unwrap() ^= 1;
        fs::write(&path, &other).unwrap();
        assert!(matches!(fetch(&folder, &line.blob()), Err(RegistryError::BlobDigest { .. })));
        let unsized_blob = BlobId { size: None, ..line.blob() };
        assert!(matches!(fetch(&folder, &unsized_blob), Err(RegistryError::BlobDigest { .. })));

        fs::write(&path, [good.as_slice(), b"x"].concat()).unwrap();
        assert!(matches!(fetch(&folder, &line.blob()), Err(RegistryError::BlobSize { .. })));
        fs::write(&path, vec![0; good.len() + 100]).unwrap();
        assert!(matches!(fetch(&folder, &line.blob()), Err(RegistryError::TooLarge { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(fetch(&folder, &line.blob()), Err(RegistryError::BlobMissing { .. })));
    }

    #[test]
    fn a_folder_without_a_registry_is_named() {
        let empty = tempfile::tempdir().unwrap();
        let error = Folder::open(empty.path()).unwrap_err().to_string();
        assert!(error.contains("`config.json`") && error.contains("file://"), "{error}");
    }
}
