//! Pushing a version: component and configuration first, and last the tag, so that no reader sees a version without its
//! component.
//!
//! A registry of containers has no lock, and lets a tag be moved. So the tag is asked for before and after: of two who
//! publish one version, the later is told that it is not theirs, unless both do it in one moment.

use super::copies::Copied;
use super::{Oci, OciError, Trouble, artifact};
use crate::model::Digest;
use crate::registry::publish::check_successor;
use crate::registry::{
    FetchFailure, IndexLine, Mismatch, PublishError, RegistryError, index_path, parse_index, write_index,
};

/// Publishes a version, whose line is complete but for the artifact's own digest, and gives the line. A version that is
/// already there with the same component is left as it is.
pub(in crate::registry) fn publish(
    registry: &Oci<'_>,
    wasm: &[u8],
    line: IndexLine,
) -> Result<IndexLine, PublishError> {
    if let Some(published) = published(registry, &line)? {
        return Ok(published);
    }
    // What was seen before is what tags are held to: a version that was moved meanwhile must not go unnoticed.
    let before = registry.copy(&Copied::List, &line.name).map(|copy| copy.lines).unwrap_or_default();
    let mut lines = registry.ask_for_versions(&line.name, &before)?;
    check_successor(&line, &lines)?;
    let config = artifact::config(&line);
    let manifest = artifact::write(&line, &config).map_err(|error| unwritten(registry, &line, &error))?;
    let line = IndexLine { artifact: Some(Digest::of(&manifest)), ..line };
    check_bounds(registry, &line, &manifest)?;
    let pushed = registry.with_repository(&line.name, true, |repository| {
        repository.push_blob(wasm)?;
        repository.push_blob(&config)?;
        repository.push_manifest(&line.version.to_string(), &manifest)
    });
    pushed.map_err(|trouble| registry.not_pushed(&line, trouble))?;
    match published(registry, &line)? {
        Some(published) => {
            lines.push(published.clone());
            lines.sort_by(|a, b| a.version.cmp(&b.version));
            registry.keep(&Copied::List, &line.name, &lines);
            Ok(published)
        }
        None => Err(registry.not_pushed(&line, FetchFailure::Status(404).into()).into()),
    }
}

/// The version as the registry has it; none where it has not.
fn published(registry: &Oci<'_>, line: &IndexLine) -> Result<Option<IndexLine>, PublishError> {
    let tag = line.version.to_string();
    let asked = registry.with_repository(&line.name, true, |repository| repository.manifest(&tag));
    let Some(manifest) = asked.map_err(|trouble| registry.not_pushed(line, trouble))? else { return Ok(None) };
    let found = match artifact::read(&manifest) {
        Ok(artifact::Artifact::Pack(same)) if same.digest == line.digest => return Ok(Some(*same)),
        Ok(artifact::Artifact::Pack(other)) => other.digest,
        Ok(artifact::Artifact::Component(same)) if same.digest == line.digest => {
            // Another tool was first, and nobody vouches for what it said.
            let artifact = Some(same.artifact);
            return Ok(Some(IndexLine { artifact, signer: None, signature: None, ..line.clone() }));
        }
        Ok(artifact::Artifact::Component(other)) => other.digest,
        Ok(artifact::Artifact::Other) | Err(_) => Digest::of(&manifest),
    };
    Err(PublishError::VersionExists {
        pack: line.id(),
        registry: registry.url.clone(),
        digests: Box::new(Mismatch { expected: found, found: line.digest }),
    })
}

/// What no reader would take, because a bound is passed, is not published.
fn check_bounds(registry: &Oci<'_>, line: &IndexLine, manifest: &[u8]) -> Result<(), PublishError> {
    if manifest.len() as u64 > artifact::MAX_MANIFEST {
        let file = format!("{}:{}", line.name, line.version);
        let registry = registry.url.clone();
        return Err(RegistryError::TooLarge { registry, file, limit: artifact::MAX_MANIFEST }.into());
    }
    let text = write_index(std::slice::from_ref(line)).map_err(|error| unwritten(registry, line, &error))?;
    parse_index(&registry.url, &line.name, text.as_bytes())?;
    Ok(())
}

fn unwritten(registry: &Oci<'_>, line: &IndexLine, error: &serde_json::Error) -> RegistryError {
    let (registry, file) = (registry.url.clone(), index_path(&line.name));
    RegistryError::Index { registry, file, line: None, problem: error.to_string() }
}

impl Oci<'_> {
    fn not_pushed(&self, line: &IndexLine, trouble: Trouble) -> RegistryError {
        match trouble {
            Trouble::Registry(error) => error,
            Trouble::Failure(failure) => OciError::Push { registry: self.url.clone(), pack: line.id(), failure }.into(),
        }
    }
}
