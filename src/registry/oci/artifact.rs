//! A pack as an artifact of a container registry, and an index line of it.
//!
//! The artifact has one layer, the component, and the configuration that tools for WebAssembly expect. What an index
//! line needs stands in annotations, so that resolving reads no layer:
//!
//! | annotation | |
//! |---|---|
//! | `dev.scaffold.manifest` | the pack's manifest as JSON |
//! | `dev.scaffold.contract` | the version of `scaffold:pack` that it was built for |
//! | `dev.scaffold.imports` | the interfaces that it imports, one a line |
//! | `dev.scaffold.signer`, `dev.scaffold.signature` | the publisher's key, and its signature of the version's statement |
//!
//! Other tools write artifacts without these. Their component says what the annotations would.

use std::collections::BTreeMap;

use semver::Version;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::component::Inspection;
use crate::model::{Digest, Manifest, printable};
use crate::registry::IndexLine;

/// What a registry is asked for, and what it is given.
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// The layer's type: a component.
const LAYER_TYPE: &str = "application/wasm";
/// The configuration's type.
const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
/// The most bytes of an artifact's own manifest, which is also what registries take.
pub(super) const MAX_MANIFEST: u64 = 4 << 20;

const MANIFEST: &str = "dev.scaffold.manifest";
const CONTRACT: &str = "dev.scaffold.contract";
const IMPORTS: &str = "dev.scaffold.imports";
const SIGNER: &str = "dev.scaffold.signer";
const SIGNATURE: &str = "dev.scaffold.signature";
const CREATED: &str = "org.opencontainers.image.created";

/// What an artifact turned out to be.
#[derive(Debug, PartialEq)]
pub(super) enum Artifact {
    /// Nothing of ours: an image, or several layers.
    Other,
    /// A version of a pack.
    Pack(Box<IndexLine>),
    /// A component without annotations.
    Component(Component),
}

/// The one layer of an artifact, and what its annotations say about it.
#[derive(Debug, PartialEq)]
pub(super) struct Component {
    /// The artifact's own digest.
    pub(super) artifact: Digest,
    /// The component's digest.
    pub(super) digest: Digest,
    /// Its size in bytes.
    pub(super) size: u64,
    published: String,
    signer: Option<String>,
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageManifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
}

/// Reads an artifact's own manifest.
pub(super) fn read(bytes: &[u8]) -> Result<Artifact, String> {
    let explain = |error: serde_json::Error| printable(&error.to_string()).into_owned();
    let image: ImageManifest = serde_json::from_slice(bytes).map_err(explain)?;
    let [layer] = image.layers.as_slice() else { return Ok(Artifact::Other) };
    if layer.media_type != LAYER_TYPE {
        return Ok(Artifact::Other);
    }
    let mut annotations = image.annotations.unwrap_or_default();
    let component = Component {
        artifact: Digest::of(bytes),
        digest: layer.digest.parse().map_err(|_| "its layer's digest is not a `sha256:` one".to_owned())?,
        size: layer.size,
        published: annotations.remove(CREATED).unwrap_or_default(),
        signer: annotations.remove(SIGNER),
        signature: annotations.remove(SIGNATURE),
    };
    let (Some(manifest), Some(contract)) = (annotations.get(MANIFEST), annotations.get(CONTRACT)) else {
        return Ok(Artifact::Component(component));
    };
    let manifest: Manifest =
        serde_json::from_str(manifest).map_err(|error| format!("its annotation `{MANIFEST}`: {}", explain(error)))?;
    let contract = contract.parse().map_err(|_| format!("its annotation `{CONTRACT}` is not a version"))?;
    let imports = annotations.get(IMPORTS).map(String::as_str).unwrap_or_default();
    let imports = imports.lines().map(str::to_owned).collect();
    Ok(Artifact::Pack(Box::new(component.line(manifest, contract, imports))))
}

impl Component {
    /// The index line of the component, which was looked into.
    pub(super) fn inspected(self, manifest: Manifest, inspection: &Inspection) -> IndexLine {
        let imports = inspection.imports.iter().map(ToString::to_string).collect();
        self.line(manifest, inspection.contract.clone(), imports)
    }

    fn line(self, manifest: Manifest, contract: Version, imports: Vec<String>) -> IndexLine {
        IndexLine {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: self.digest,
            size: self.size,
            contract,
            imports,
            manifest,
            published: self.published,
            yanked: false,
            signer: self.signer,
            signature: self.signature,
            artifact: Some(self.artifact),
        }
    }
}

/// An artifact's configuration, as tools for WebAssembly read it.
pub(super) fn config(line: &IndexLine) -> Vec<u8> {
    let config = json!({
        "created": line.published,
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [line.digest],
        "component": {
            "exports": [format!("scaffold:pack/generator@{}", line.contract)],
            "imports": line.imports,
        },
    });
    config.to_string().into_bytes()
}

/// An artifact's own manifest.
pub(super) fn write(line: &IndexLine, config: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let descriptor = |kind: &str, digest: Digest, size: u64| json!({"mediaType": kind, "digest": digest, "size": size});
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": descriptor(CONFIG_TYPE, Digest::of(config), config.len() as u64),
        "layers": [descriptor(LAYER_TYPE, line.digest, line.size)],
        "annotations": annotations(line)?,
    });
    Ok(manifest.to_string().into_bytes())
}

fn annotations(line: &IndexLine) -> Result<BTreeMap<&'static str, Value>, serde_json::Error> {
    let mut annotations = BTreeMap::from([
        (MANIFEST, serde_json::to_string(&line.manifest)?),
        (CONTRACT, line.contract.to_string()),
        (IMPORTS, line.imports.join("\n")),
        (CREATED, line.published.clone()),
        ("org.opencontainers.image.title", line.name.to_string()),
        ("org.opencontainers.image.version", line.version.to_string()),
        ("org.opencontainers.image.description", line.manifest.summary.clone()),
        ("org.opencontainers.image.licenses", line.manifest.license.clone()),
        (SIGNER, line.signer.clone().unwrap_or_default()),
        (SIGNATURE, line.signature.clone().unwrap_or_default()),
    ]);
    annotations.retain(|_, value| !value.is_empty());
    Ok(annotations.into_iter().map(|(name, value)| (name, value.into())).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::registry::fixture::line;

    fn artifact(line: &IndexLine) -> Vec<u8> {
        write(line, &config(line)).unwrap()
    }

    #[test]
    fn a_version_is_written_and_read_back() {
        let mut line = IndexLine { imports: vec!["a:b/c@1.0.0".into(), "d:e/f".into()], ..line("orders", "1.2.0") };
        line.signer = Some("key".into());
        line.signature = Some("untrusted comment: x\nabc\n".into());
        let bytes = artifact(&line);
        line.artifact = Some(Digest::of(&bytes));
        assert_eq!(read(&bytes).unwrap(), Artifact::Pack(Box::new(line.clone())));
        assert_eq!(artifact(&line), bytes, "its own digest is no part of it");
    }

    #[test]
    fn what_is_no_pack_is_told_apart() {
        let good: Value = serde_json::from_slice(&artifact(&line("orders", "1.2.0"))).unwrap();
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut value = good.clone();
            change(&mut value);
            read(value.to_string().as_bytes())
        };
        assert_eq!(changed(&|value| value["layers"][0]["mediaType"] = "application/x-tar".into()), Ok(Artifact::Other));
        assert_eq!(changed(&|value| value["layers"] = json!([])), Ok(Artifact::Other));
        assert_eq!(read(b"{\"schemaVersion\":2,\"manifests\":[]}"), Ok(Artifact::Other));
        assert!(matches!(changed(&|value| value["annotations"] = Value::Null), Ok(Artifact::Component(_))));
        for (pointer, wrong, says) in [
            ("/layers/0/digest", "sha512:x", "digest"),
            ("/annotations/dev.scaffold.manifest", "{}", "`dev.scaffold.manifest`: missing field"),
            ("/annotations/dev.scaffold.contract", "one", "`dev.scaffold.contract`"),
        ] {
            let error = changed(&|value| *value.pointer_mut(pointer).unwrap() = wrong.into()).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        assert!(read(b"<html>").is_err());
    }
}
