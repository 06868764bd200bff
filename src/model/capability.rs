//! Capabilities: named, versioned sets of facts by which packs that do not know each other fit together.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Name, ProjectPath};

/// A capability that a pack offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Capability {
    /// `container-image`.
    pub name: Name,
    /// The version of the set of facts.
    pub version: Version,
    /// JSON Schema of the facts.
    pub facts: Value,
}

/// A capability that a pack takes from others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Requirement {
    /// A capability's name, or `*` for every offer of the project.
    pub name: String,
    /// Which versions serve.
    pub version: VersionReq,
    /// How many offers there may be.
    pub cardinality: Cardinality,
    /// JSON Schema of the facts that are read.
    pub facts: Value,
    /// The phase that reads them.
    pub needed_in: Phase,
}

impl Requirement {
    /// Whether an offer of the capability `name` at `version` counts.
    pub fn accepts(&self, name: &Name, version: &Version) -> bool {
        (self.name == "*" || self.name == name.as_str()) && self.version.matches(version)
    }
}

/// One of a pack's two phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Checks answers, offers facts.
    Plan,
    /// Makes contributions.
    Render,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plan => "plan",
            Self::Render => "render",
        })
    }
}

/// How many offers a requirement needs and bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cardinality {
    /// One.
    ExactlyOne,
    /// None or one.
    AtMostOne,
    /// One or more.
    AtLeastOne,
    /// Any.
    AnyNumber,
}

impl Cardinality {
    /// Whether none is too few.
    pub fn needs_one(self) -> bool {
        matches!(self, Self::ExactlyOne | Self::AtLeastOne)
    }

    /// Whether two are too many.
    pub fn bears_several(self) -> bool {
        matches!(self, Self::AtLeastOne | Self::AnyNumber)
    }
}

/// Facts that a pack offers under a capability.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The capability's name.
    pub capability: Name,
    /// Its version.
    pub version: Version,
    /// The facts, as its schema describes them.
    pub facts: Value,
}

/// An offer as its taker sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The pack that offers it.
    pub pack: Name,
    /// The use of that pack.
    pub instance: Name,
    /// The folder that it stands in; none means the project's root.
    pub at: Option<ProjectPath>,
    /// What is offered.
    pub offer: Offer,
}
