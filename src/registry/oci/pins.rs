//! Single artifacts that somebody asked for, by tag or digest: where there is one, the other versions are not read.

use semver::{Version, VersionReq};

use super::copies::Copied;
use super::reference::{OciReference, OciVersion, exactly, version_of};
use super::{Oci, OciError};
use crate::model::{Digest, Name, PackId};
use crate::registry::{IndexLine, Mismatch, RegistryError};

impl Oci<'_> {
    /// Serves one artifact of a pack alone from now on, if the reference is to one, and gives the requirement that the
    /// reference makes.
    pub(in crate::registry) fn pin(&self, reference: &OciReference) -> Result<VersionReq, RegistryError> {
        let name = &reference.name;
        let line = match &reference.version {
            OciVersion::Newest => return Ok(VersionReq::STAR),
            OciVersion::Matching(requirement) => return Ok(requirement.clone()),
            OciVersion::Tag(tag) => match version_of(tag) {
                Some(version) => self.by_version(name, &version)?,
                None => self.by_tag(name, tag)?,
            },
            OciVersion::Digest(digest) => self.by_digest(name, digest)?,
        };
        let requirement = exactly(&line.version);
        let mut seen = self.seen();
        let pinned = seen.pinned.entry(name.clone()).or_default();
        match pinned.iter().find(|other| other.version == line.version) {
            Some(other) if other.artifact != line.artifact => {
                let label = format!("{name}:{}", line.version);
                return Err(self.wrong(&label, "two artifacts of this version are asked for"));
            }
            Some(_) => {}
            None => pinned.push(line),
        }
        pinned.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(requirement)
    }

    /// The artifact with a digest. It never changes, so what is known of it is as good as itself.
    fn by_digest(&self, name: &Name, digest: &Digest) -> Result<IndexLine, RegistryError> {
        if let Some(line) = self.known(name).into_iter().find(|line| line.artifact == Some(*digest)) {
            return Ok(line);
        }
        let label = format!("{name}@{digest}");
        let line = self.read(name, None, &digest.to_string(), &label, Some(digest))?;
        self.keep_single(&line);
        Ok(line)
    }

    /// The artifact that a version's tag names. It was another one never.
    fn by_version(&self, name: &Name, version: &Version) -> Result<IndexLine, RegistryError> {
        let mut known = None;
        for copied in [Copied::Singles, Copied::List] {
            let Some(copy) = self.copy(&copied, name) else { continue };
            match copy.lines.into_iter().find(|line| line.version == *version) {
                Some(line) if copy.is_fresh || self.access.offline => return Ok(line),
                found => known = known.or(found),
            }
        }
        let tag = version.to_string();
        let line = self.read(name, Some(version), &tag, &format!("{name}:{tag}"), None)?;
        if let Some(known) = known.filter(|known| known.artifact != line.artifact) {
            return Err(self.moved(&known, &line));
        }
        self.keep_single(&line);
        Ok(line)
    }

    /// The artifact that a tag names today: `latest`, say.
    fn by_tag(&self, name: &Name, tag: &str) -> Result<IndexLine, RegistryError> {
        let copied = Copied::Tag(tag);
        let copy = self.copy(&copied, name).filter(|copy| copy.is_fresh || self.access.offline);
        if let Some(line) = copy.and_then(|copy| copy.lines.into_iter().next()) {
            return Ok(line);
        }
        let line = self.read(name, None, tag, &format!("{name}:{tag}"), None)?;
        self.keep(&copied, name, std::slice::from_ref(&line));
        Ok(line)
    }

    /// Reads one artifact.
    fn read(
        &self,
        name: &Name,
        version: Option<&Version>,
        reference: &str,
        label: &str,
        digest: Option<&Digest>,
    ) -> Result<IndexLine, RegistryError> {
        let manifest = self.ask(name, &format!("`{label}`"), |repository| repository.manifest(reference))?;
        let missing = || OciError::Missing { registry: self.url.clone(), artifact: label.to_owned() };
        let manifest = manifest.ok_or_else(missing)?;
        if let Some(digest) = digest {
            self.check_digest(label, &manifest, digest)?;
        }
        let line = self.line(name, version, label, &manifest)?;
        line.ok_or_else(|| self.wrong(label, "it has no single layer of the type `application/wasm`"))
    }

    fn moved(&self, known: &IndexLine, found: &IndexLine) -> RegistryError {
        let pack = PackId { name: known.name.clone(), version: known.version.clone() };
        let digest = |line: &IndexLine| line.artifact.unwrap_or(line.digest);
        let digests = Box::new(Mismatch { expected: digest(known), found: digest(found) });
        RegistryError::VersionChanged { registry: self.url.clone(), pack, digests }
    }
}
