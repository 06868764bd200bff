//! The versions of a pack: the tags of its repository, or single artifacts that somebody asked for.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use semver::{Version, VersionReq};

use super::artifact::{self, Artifact, Component};
use super::reference::{OciReference, OciVersion, exactly, version_of};
use super::{Oci, OciError, Undescribed};
use crate::component;
use crate::model::{Digest, Name, PackId};
use crate::registry::at_once::at_once;
use crate::registry::{
    FetchFailure, IndexLine, MAX_BLOB, Mismatch, RegistryError, history, index_path, parse_index, write_index,
};
use crate::store::Mirrored;

impl Oci<'_> {
    /// The versions that the repository's tags name, from the copy or anew.
    pub(super) fn listed(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        let file = index_path(name);
        let copy = self.note(self.mirror.get(&file)).flatten();
        let before = copy.as_ref().and_then(|copy| parse_index(&self.url, name, &copy.body).ok());
        if self.access.offline {
            let lines = self.access.at_hand(before.unwrap_or_default());
            let wanted = format!("a version of `{name}`");
            return if lines.is_empty() { Err(self.failed(&wanted, FetchFailure::Offline)) } else { Ok(lines) };
        }
        match before {
            Some(lines) if copy.is_some_and(|copy| self.believes(&copy)) => {
                self.believed.store(true, Ordering::Relaxed);
                Ok(lines)
            }
            before => {
                let lines = self.ask_for_versions(name, &before.unwrap_or_default())?;
                // Lines that have no form in JSON have none to be kept in.
                if let Ok(text) = write_index(&lines) {
                    self.note(self.mirror.put(&file, None, text.as_bytes()));
                }
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

    /// Serves one artifact of a pack alone from now on, if the reference is to one, and gives the requirement that the
    /// reference makes.
    pub(in crate::registry) fn pin(&self, reference: &OciReference) -> Result<VersionReq, RegistryError> {
        let name = &reference.name;
        let (manifest, label, version) = match &reference.version {
            OciVersion::Newest => return Ok(VersionReq::STAR),
            OciVersion::Matching(requirement) => return Ok(requirement.clone()),
            OciVersion::Tag(tag) => {
                let label = format!("{name}:{tag}");
                (self.by_tag(name, tag, &label)?, label, version_of(tag))
            }
            OciVersion::Digest(digest) => {
                let label = format!("{name}@{digest}");
                (self.by_digest(name, digest, &label)?, label, None)
            }
        };
        let line = self.line(name, version.as_ref(), &label, &manifest)?;
        let line = line.ok_or_else(|| self.wrong(&label, "it has no single layer of the type `application/wasm`"))?;
        let requirement = exactly(&line.version);
        let mut seen = self.seen();
        let pinned = seen.pinned.entry(name.clone()).or_default();
        match pinned.iter().find(|other| other.version == line.version) {
            Some(other) if other.artifact != line.artifact => {
                return Err(self.wrong(&label, "another artifact of the same version is asked for as well"));
            }
            Some(_) => {}
            None => pinned.push(line),
        }
        pinned.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(requirement)
    }

    /// An artifact's own manifest by its digest. It never changes, so a copy is as good.
    fn by_digest(&self, name: &Name, digest: &Digest, label: &str) -> Result<Vec<u8>, RegistryError> {
        let file = copy_of(name, &digest.to_string());
        let copy = self.note(self.mirror.get(&file)).flatten();
        if let Some(copy) = copy.filter(|copy| Digest::of(&copy.body) == *digest) {
            return Ok(copy.body);
        }
        let manifest = self.ask_for_manifest(name, &digest.to_string(), label)?;
        self.check_digest(label, &manifest, digest)?;
        self.note(self.mirror.put(&file, None, &manifest));
        Ok(manifest)
    }

    /// An artifact's own manifest by a tag. One that is a version does not move.
    fn by_tag(&self, name: &Name, tag: &str, label: &str) -> Result<Vec<u8>, RegistryError> {
        let file = copy_of(name, tag);
        let copy = self.note(self.mirror.get(&file)).flatten();
        match copy {
            Some(copy) if self.access.offline || self.believes(&copy) => {
                self.believed.store(true, Ordering::Relaxed);
                Ok(copy.body)
            }
            copy => {
                let manifest = self.ask_for_manifest(name, tag, label)?;
                if let (Some(version), Some(copy)) = (version_of(tag), copy) {
                    self.check_unmoved(name, version, &copy.body, &manifest)?;
                }
                self.note(self.mirror.put(&file, None, &manifest));
                Ok(manifest)
            }
        }
    }

    fn check_unmoved(&self, name: &Name, version: Version, before: &[u8], after: &[u8]) -> Result<(), RegistryError> {
        if before == after {
            return Ok(());
        }
        let pack = PackId { name: name.clone(), version };
        let digests = Box::new(Mismatch { expected: Digest::of(before), found: Digest::of(after) });
        Err(RegistryError::VersionChanged { registry: self.url.clone(), pack, digests })
    }

    fn ask_for_manifest(&self, name: &Name, reference: &str, label: &str) -> Result<Vec<u8>, RegistryError> {
        let manifest = self.ask(name, &format!("`{label}`"), |repository| repository.manifest(reference))?;
        let missing = || OciError::Missing { registry: self.url.clone(), artifact: label.to_owned() };
        Ok(manifest.ok_or_else(missing)?)
    }

    /// The version that an artifact's own manifest describes; none where that is nothing of ours.
    fn line(
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

    fn check_digest(&self, artifact: &str, bytes: &[u8], expected: &Digest) -> Result<(), OciError> {
        let found = Digest::of(bytes);
        if found == *expected {
            return Ok(());
        }
        let digests = Box::new(Mismatch { expected: *expected, found });
        Err(OciError::Digest { registry: self.url.clone(), artifact: artifact.to_owned(), digests })
    }

    fn wrong(&self, artifact: &str, problem: impl Into<String>) -> RegistryError {
        let (registry, artifact) = (self.url.clone(), artifact.to_owned());
        OciError::Invalid { registry, artifact, problem: problem.into() }.into()
    }

    fn believes(&self, copy: &Mirrored) -> bool {
        copy.age < self.access.fresh && !self.doubtful.load(Ordering::Relaxed)
    }
}

/// Where the copy of an artifact's own manifest is: tags differ by case, and files may not.
fn copy_of(name: &Name, reference: &str) -> String {
    format!("artifacts/{name}/{}", Digest::of(reference.as_bytes()).hex())
}
