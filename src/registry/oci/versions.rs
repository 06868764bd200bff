//! The versions of a pack: the tags of its repository.

use std::collections::BTreeSet;

use semver::Version;

use super::artifact::{self, Artifact, Component};
use super::copies::Copied;
use super::reference::version_of;
use super::{Oci, OciError, Undescribed};
use crate::component;
use crate::model::{Digest, Name};
use crate::registry::at_once::at_once;
use crate::registry::{FetchFailure, IndexLine, MAX_BLOB, Mismatch, RegistryError, history};

impl Oci<'_> {
    /// The versions that the repository's tags name, from the copy or anew.
    pub(super) fn listed(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        if self.access.offline {
            let lines = self.access.at_hand(self.known(name));
            let wanted = format!("a version of `{name}`");
            return if lines.is_empty() { Err(self.failed(&wanted, FetchFailure::Offline)) } else { Ok(lines) };
        }
        match self.copy(&Copied::List, name) {
            Some(copy) if copy.is_fresh => Ok(copy.lines),
            copy => {
                let before = copy.map(|copy| copy.lines).unwrap_or_default();
                let lines = self.ask_for_versions(name, &before)?;
                self.keep(&Copied::List, name, &lines);
                Ok(lines)
            }
        }
    }

    /// Reads the tags, and of those that were not seen before the artifacts.
    pub(super) fn ask_for_versions(&self, name: &Name, before: &[IndexLine]) -> Result<Vec<IndexLine>, RegistryError> {
        let tags = self.ask(name, &format!("the versions of `{name}`"), |repository| repository.tags())?;
        let versions: BTreeSet<Version> = tags.unwrap_or_default().iter().filter_map(|tag| version_of(tag)).collect();
        let is_known = |version: &Version| before.iter().any(|line| line.version == *version);
        let unseen: Vec<&Version> = versions.iter().filter(|version| !is_known(version)).collect();
        let mut lines: Vec<_> = before.iter().filter(|line| versions.contains(&line.version)).cloned().collect();
        for line in at_once(&unseen, |version| self.tagged(name, version)) {
            lines.extend(line?);
        }
        history::check(&self.url, name, before, &lines)?;
        lines.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(lines)
    }

    /// The version that a tag names; none where it is something else, or has gone meanwhile.
    fn tagged(&self, name: &Name, version: &Version) -> Result<Option<IndexLine>, RegistryError> {
        let label = format!("{name}:{version}");
        let manifest = self.ask(name, &format!("`{label}`"), |repository| repository.manifest(&version.to_string()))?;
        match manifest {
            Some(manifest) => self.line(name, Some(version), &label, &manifest),
            None => Ok(None),
        }
    }

    /// The version that an artifact's own manifest describes; none where that is nothing of ours.
    pub(super) fn line(
        &self,
        name: &Name,
        version: Option<&Version>,
        label: &str,
        manifest: &[u8],
    ) -> Result<Option<IndexLine>, RegistryError> {
        let line = match artifact::read(manifest).map_err(|problem| self.wrong(label, problem))? {
            Artifact::Other => return Ok(None),
            Artifact::Pack(line) => *line,
            Artifact::Component(component) => self.look_into(name, component, label)?,
        };
        line.check(name).map_err(|problem| self.wrong(label, problem))?;
        match version {
            Some(version) if line.version != *version => {
                Err(self.wrong(label, format!("its component is version {}", line.version)))
            }
            _ => Ok(Some(line)),
        }
    }

    /// Fetches a component about which nothing is written down, and looks into it.
    fn look_into(&self, name: &Name, component: Component, label: &str) -> Result<IndexLine, RegistryError> {
        let bytes = self.component(name, &component, label)?;
        let mut inspection = component::inspect(&bytes).map_err(|error| self.wrong(label, error.to_string()))?;
        let described = || self.seen().described.get(&component.digest).cloned();
        match inspection.manifest.take().or_else(described) {
            Some(manifest) => Ok(component.inspected(manifest, &inspection)),
            None => {
                let (registry, artifact) = (self.url.clone(), label.to_owned());
                Err(OciError::Undescribed(Box::new(Undescribed { registry, artifact, component: bytes })).into())
            }
        }
    }

    fn component(&self, name: &Name, component: &Component, label: &str) -> Result<Vec<u8>, RegistryError> {
        let blobs = self.access.cache.blobs();
        if let Some(kept) = self.note(blobs.get(&component.digest)).flatten() {
            return Ok(kept);
        }
        let limit = component.size.min(MAX_BLOB).saturating_add(1);
        let wanted = format!("the component of `{label}`");
        let bytes = self.ask(name, &wanted, |repository| repository.blob(&component.digest, limit, &|_| {}))?;
        let bytes = bytes.ok_or_else(|| self.wrong(label, "its layer is not there"))?;
        self.check_digest(label, &bytes, &component.digest)?;
        self.note(blobs.put(&bytes));
        Ok(bytes)
    }

    pub(super) fn check_digest(&self, artifact: &str, bytes: &[u8], expected: &Digest) -> Result<(), OciError> {
        let found = Digest::of(bytes);
        if found == *expected {
            return Ok(());
        }
        let digests = Box::new(Mismatch { expected: *expected, found });
        Err(OciError::Digest { registry: self.url.clone(), artifact: artifact.to_owned(), digests })
    }

    pub(super) fn wrong(&self, artifact: &str, problem: impl Into<String>) -> RegistryError {
        let (registry, artifact) = (self.url.clone(), artifact.to_owned());
        OciError::Invalid { registry, artifact, problem: problem.into() }.into()
    }
}
