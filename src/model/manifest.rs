//! What a pack says of itself.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use super::{Capability, Digest, JsonObject, Name, PackId, Requirement};

/// A pack's manifest: the answer of `describe`, the custom section of a built pack, and a part of its index line.
///
/// The JSON form is a promise: registries store it. Unknown members are ignored, so that it can grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Unique in a registry.
    pub name: Name,
    /// Without build metadata, which a container registry's tag can't carry.
    pub version: Version,
    /// One line for search results.
    pub summary: String,
    /// Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// An SPDX expression.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// Words for search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The questions, a JSON Schema object; property order is the order of asking.
    #[serde(default)]
    pub questions: JsonObject,
    /// Packs that must be composed into the same project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// Capabilities offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<Capability>,
    /// Capabilities taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Requirement>,
    /// What later versions of the contract may add.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub extra: JsonObject,
}

impl Manifest {
    /// The pack's name and version.
    pub fn id(&self) -> PackId {
        PackId { name: self.name.clone(), version: self.version.clone() }
    }

    /// The digest of its JSON, as this version writes it.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// A pack that another pack needs beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other pack's name.
    pub name: Name,
    /// Which versions serve.
    pub version: VersionReq,
    /// Where the name is looked up; none means the registry that the depending pack came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}
