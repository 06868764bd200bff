//! A registry in which one version of one pack is another build of it.

use std::borrow::Cow;

use scaffold::host::grants;
use scaffold::model::Name;
use scaffold::registry::{self, BlobId, Catalog, Folder, IndexLine, RegistryError, Source};

use crate::failure::{Failure, Outcome};

/// Any time will do: the line goes nowhere.
const PUBLISHED: &str = "2000-01-01T00:00:00Z";

/// The registry of a folder, with another build in the place of a published one.
pub struct StandIn<'a> {
    registry: &'a Folder,
    line: IndexLine,
    bytes: &'a [u8],
}

impl<'a> StandIn<'a> {
    /// Puts a finished pack in the place of the published one of its version.
    pub fn new(registry: &'a Folder, bytes: &'a [u8]) -> Outcome<Self> {
        let folder = tempfile::tempdir().map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
        registry::init(folder.path(), registry.id()).map_err(|error| Failure::from_report("registry", &error))?;
        // Publishing makes the line, and refuses what could not be published.
        let line = registry::publish(folder.path(), bytes, PUBLISHED, &grants)
            .map_err(|error| Failure::from_report("what plugins/ makes can't be published", &error))?;
        Ok(Self { registry, line, bytes })
    }

    /// What the index would say of the build.
    pub fn line(&self) -> &IndexLine {
        &self.line
    }
}

impl Source for StandIn<'_> {
    fn id(&self) -> &str {
        self.registry.id()
    }

    fn url(&self) -> &str {
        self.registry.url()
    }

    fn catalog(&self) -> Result<Catalog, RegistryError> {
        self.registry.catalog()
    }

    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        let mut lines = self.registry.versions(name)?;
        for line in &mut lines {
            if (&line.name, &line.version) == (&self.line.name, &self.line.version) {
                *line = self.line.clone();
            }
        }
        Ok(lines)
    }

    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        if blob.digest == self.line.digest { Ok(Cow::Borrowed(self.bytes)) } else { self.registry.blob(blob) }
    }
}
