//! `scaffold.toml`: what the user wants.
//!
//! The file is the user's: it is written once, by `new`, and afterwards only edited in place. What the wishes resolved
//! to stands in `scaffold.lock` ([`super::lock`]).

use std::collections::BTreeMap;
use std::fmt;

use semver::VersionReq;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use toml_edit::{DocumentMut, InlineTable, Item, Table};

use super::error::ProjectError;
use super::toml_values::{dates_as_text, to_table};
use crate::model::{INTENT_FILE, JsonObject, Name, Project, ProjectPath};

/// The key under `[answers]` for answers that go to every pack that asks.
pub const SHARED: &str = "shared";

/// What stands in `scaffold.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Name and year.
    pub project: ProjectIntent,
    /// Registries by the nickname that `[packs]` uses, with their URLs.
    #[serde(default)]
    pub registries: BTreeMap<Name, String>,
    /// The packs, by instance.
    pub packs: BTreeMap<Name, PackIntent>,
    /// Answers that the user gave: by instance, and under `shared`.
    #[serde(default)]
    pub answers: BTreeMap<String, JsonObject>,
    /// How conflicts were settled, by path or by path and pointer.
    #[serde(default)]
    pub compose: BTreeMap<String, Value>,
}

/// `[project]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectIntent {
    /// As the user typed it.
    #[serde(deserialize_with = "project_name")]
    pub name: String,
    /// For copyright lines.
    pub year: u16,
}

fn project_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    Project::check_name(&name).map_err(de::Error::custom)?;
    Ok(name)
}

impl From<&Project> for ProjectIntent {
    fn from(project: &Project) -> Self {
        Self { name: project.name.clone(), year: project.year }
    }
}

/// An entry of `[packs]`: a requirement alone, or a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackIntent {
    /// The pack's name where it is not the instance's.
    pub pack: Option<Name>,
    /// Which versions serve.
    pub version: Option<VersionReq>,
    /// The nickname of the registry that it comes from; none: the default one.
    pub registry: Option<Name>,
    /// A file, relative to the project.
    pub path: Option<String>,
    /// A repository of a container registry.
    pub oci: Option<String>,
    /// The folder that its files go below.
    pub at: Option<ProjectPath>,
}

/// A pack's entry where it is a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackTable {
    pack: Option<Name>,
    version: Option<VersionReq>,
    registry: Option<Name>,
    path: Option<String>,
    oci: Option<String>,
    at: Option<ProjectPath>,
}

impl<'de> Deserialize<'de> for PackIntent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PackVisitor)
    }
}

/// Reads either form, so that what is wrong with an entry is told of the form that it has.
struct PackVisitor;

impl<'de> Visitor<'de> for PackVisitor {
    type Value = PackIntent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version requirement such as `\"^1.2\"`, or a table with `version`, `registry`, `path` or `oci`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PackIntent, E> {
        let version =
            text.parse().map_err(|error| E::custom(format!("`{text}` is no version requirement: {error}")))?;
        Ok(PackIntent { version: Some(version), ..PackIntent::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<PackIntent, A::Error> {
        let table = PackTable::deserialize(MapAccessDeserializer::new(members))?;
        let PackTable { pack, version, registry, path, oci, at } = table;
        Ok(PackIntent { pack, version, registry, path, oci, at })
    }
}

impl Intent {
    /// Reads the file's text.
    ///
    /// # Errors
    /// Text that is not TOML, or not of this form; the error names line and column.
    pub fn parse(text: &str) -> Result<Self, ProjectError> {
        let read: Result<Self, _> = toml::from_str(text);
        let mut intent = read.map_err(|error| ProjectError::syntax(INTENT_FILE, text, &error))?;
        intent.answers.values_mut().flat_map(JsonObject::values_mut).for_each(dates_as_text);
        intent.compose.values_mut().for_each(dates_as_text);
        Ok(intent)
    }

    /// The file's text for a new project.
    ///
    /// # Errors
    /// An answer that TOML can't hold: null, or an integer of more than 63 bits.
    pub fn to_text(&self) -> Result<String, ProjectError> {
        let mut document = DocumentMut::new();
        let project = section(&mut document, "project");
        project["name"] = toml_edit::value(&self.project.name);
        project["year"] = toml_edit::value(i64::from(self.project.year));
        if !self.registries.is_empty() {
            let registries = section(&mut document, "registries");
            for (name, url) in &self.registries {
                registries[name.as_str()] = toml_edit::value(url);
            }
        }
        let packs = section(&mut document, "packs");
        for (instance, pack) in &self.packs {
            packs[instance.as_str()] = pack.to_item();
        }
        let answered = self.answers.iter().filter(|(_, answers)| !answers.is_empty());
        let mut answers = Table::new();
        answers.set_implicit(true);
        for (instance, given) in answered {
            answers[instance.as_str()] = Item::Table(to_table(given)?);
        }
        document["answers"] = Item::Table(answers);
        if !self.compose.is_empty() {
            document["compose"] = Item::Table(to_table(&self.compose)?);
        }
        Ok(document.to_string())
    }
}

impl PackIntent {
    pub(super) fn to_item(&self) -> Item {
        let only_version = Self { version: self.version.clone(), ..Self::default() };
        if let (Some(version), true) = (&self.version, *self == only_version) {
            return toml_edit::value(version.to_string());
        }
        let mut table = InlineTable::new();
        let mut set = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                table.insert(key, value.into());
            }
        };
        set("pack", self.pack.as_ref().map(Name::to_string));
        set("path", self.path.clone());
        set("oci", self.oci.clone());
        set("version", self.version.as_ref().map(VersionReq::to_string));
        set("registry", self.registry.as_ref().map(Name::to_string));
        set("at", self.at.as_ref().map(ProjectPath::to_string));
        toml_edit::value(table)
    }
}

fn section<'a>(document: &'a mut DocumentMut, name: &str) -> &'a mut Item {
    document[name] = Item::Table(Table::new());
    &mut document[name]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const EXAMPLE: &str = r#"[project]
name = "shop"
year = 2026

[registries]
acme = "https://packs.acme.example/"

[packs]
fastapi-orders = "^1"
house-style = { path = "../house-style.wasm" }
metrics = { oci = "ghcr.io/acme/metrics", version = "^2" }
terraform-eks = { version = "^1", registry = "acme" }
users = { pack = "fastapi-users", version = "^1", at = "services/users" }

[answers.fastapi-orders]
auth = "jwt"
limits = [1, 2.5, { deep = true }]

[answers.shared]
repository = "acme/shop"

[compose]
Makefile = { owner = "fastapi-base" }
"settings.json#/editor/tabSize" = 2
"#;

    #[test]
    fn the_designs_example_is_read_and_written_as_it_stands() {
        assert_eq!(Intent::parse(EXAMPLE).unwrap().to_text().unwrap(), EXAMPLE);
    }

    #[test]
    fn mistakes_are_placed() {
        let wrong = EXAMPLE.replace("auth = \"jwt\"", "auth = ");
        let report = crate::model::Diagnose::report(&Intent::parse(&wrong).unwrap_err());
        assert_eq!(report.code, "intent-syntax");
        assert!(report.details[0].contains("scaffold.toml:16:"), "{report:?}");
        assert!(Intent::parse("[project]\nname='x'\nyear=1\n[packs]\nx={pth='y'}").is_err());
    }
}
